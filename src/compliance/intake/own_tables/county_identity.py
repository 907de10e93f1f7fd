"""Which county a document is of: its own record, else the columns of its schools' tables that say so.

A title is no statement: what stands there is only suggested, in the error that asks for the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import RawDocument, RawTable
from compliance.intake.own_tables.joined_tables import JoinedTable, TablePart, folded
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, plural, say

WHO = ("county_code", "county_name", "year")
THIRD_LEVEL = "统计三级"  # how the statistics call the county of a school
NAMED = 10  # so many counties are named
_COUNTY = re.compile(
    r"([\u4e00-\u9fff]{1,10}?(?:自治县|县|区|旗|市))(?=$|教育|义务|中小学|各?学校|20|[^\u4e00-\u9fff])"
)
_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?= *(?:[-—–~至/] *(?:20)?[0-9]{2})? *(?:学年|年))")


def as_one_county(document: RawDocument) -> RawDocument:
    """A dataset with the record of one county, of which no school says whose it is: they are that one's.

    Its columns are understood.
    """
    counties = [table for table in document.tables if table.name == "counties"]
    schools = [table for table in document.tables if table.name == "schools"]
    if not document.many or [table.height for table in counties] != [1]:
        return document
    told = {
        fact.name for table in schools for use in table.uses.values() for fact in use.meaning.facts
    }
    return document if "county_code" in told else replace(document, many=False)


def with_identity(document: RawDocument, words: Vocabulary) -> RawDocument:
    """The document with records of its counties, where the columns of its schools' tables give them.

    Where they do not, what it lacks is a problem that says what its titles suggest.
    """
    lacks = document.lacks.get("counties")
    if lacks is None:
        return document
    schools = next((one for one in document.tables if one.name == "schools"), None)
    found = {} if schools is None else _columns(schools, words)
    if schools is None or set(found) != set(WHO):
        missing = [words.county[name].label for name in WHO if name not in found]
        problem = replace(
            lacks, expected=_advice(document, lacks.expected, missing if found else ())
        )
        return replace(document, problems=[*document.problems, problem])
    rows = list(_first_rows(schools, found))
    if len(rows) > 1 and not document.many:
        problem = _several(schools, found, rows)
        return replace(document, problems=[*document.problems, problem])
    part = TablePart(schools, words, list(rows))
    record = JoinedTable(
        "counties", schools.file,
        {words.county[name].title: part.spread(heading) for name, heading in found.items()},
        len(rows), lambda row, heading: record.cell(row, heading).at, sheet=schools.sheet,
        origins={words.county[name].title: (part, heading) for name, heading in found.items()},
        parts=[part],
    )  # fmt: skip
    return replace(document, tables=[record, *document.tables])


def _columns(schools: RawTable, words: Vocabulary) -> dict[str, str]:
    """What says who the county is → the heading under which the schools say it."""
    found: dict[str, str] = {}
    for heading, cells in schools.columns.items():
        match = words.match("county", heading)
        name = match.fact.name if match else ""
        if folded(heading.rpartition("/")[2]) == THIRD_LEVEL:
            name = "county_name"
        if name in WHO and any(map(folded, cells)):
            found.setdefault(name, heading)
    return found


def _first_rows(schools: RawTable, found: Mapping[str, str]) -> Iterator[int]:
    """The first row of every county and year."""
    seen = set()
    columns = (schools.columns[found[name]] for name in ("county_code", "year"))
    for row, (code, year) in enumerate(zip(*columns, strict=True)):
        key = folded(code), folded(year)
        if key[0] and key not in seen:
            seen.add(key)
            yield row


def _several(schools: RawTable, found: Mapping[str, str], rows: Sequence[int]) -> Problem:
    """Two counties, or two years of one, in a file that may hold one."""
    named = [
        say(
            "{code} {name}（{year}，{at}）",
            code=folded(schools.columns[found["county_code"]][row]),
            name=clip(folded(schools.columns[found["county_name"]][row])),
            year=folded(schools.columns[found["year"]][row]),
            at=schools.cell(row, found["county_code"]).at,
        )
        for row in rows[:NAMED]
    ]
    message = plural(
        len(rows), "一份文件里有{n}个县或学年：{names}", names=msg("、").join(named)
    )  # fmt: skip
    expected = msg("一县一学年一份文件：按行政区划代码把学校分开另存")
    where = schools.cell(rows[1], found["county_code"])
    return where.error("several_counties", message, expected)


def _advice(document: RawDocument, expected: str, missing: Sequence[str]) -> str:
    """What to do, with what the titles suggest."""
    told = [expected]
    if missing:
        told.append(say("学校表中只缺{facts}", facts=msg("、").join(missing)))
    lines = dict.fromkeys(line for table in document.tables for line in table.titles)
    texts = [*lines, *(table.file for table in document.tables)]
    county = next((found[1] for text in texts if (found := _COUNTY.search(text))), "")
    year = next((found[1] for text in texts if (found := _YEAR.search(text))), "")
    guessed = [one for one in (county, year and say("{y}学年", y=year)) if one]
    if guessed:
        told.append(say("从标题看可能是{what}，请核对后填写", what=msg("、").join(guessed)))
    return msg("；").join(told)
