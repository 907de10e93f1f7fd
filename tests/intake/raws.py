"""Raw documents for the tests of intake, written as a reader would hand them over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.intake.acceptance.cells import CellReader
from compliance.intake.formats.raw_table import RawDocument, RawTable
from compliance.intake.problems import CellError
from compliance.kernel.errors import Problem
from compliance.kernel.submission import Submission

Record = Mapping[str, Any]
COUNTY: Record = {"county_code": "341622", "county_name": "蒙城县", "year": 2023}
SCHOOL: Record = {
    "school_code": "2134000001",
    "school_name": "实验小学",
    "school_type": "小学",
    "primary_students": 100,
}


def table(
    name: str,
    rows: Sequence[Record],
    *,
    strict: bool = True,
    bulk: bool = False,
    file: str = "a.json",
) -> RawTable:
    """Records as a table; bulk: columns are Series, as from CSV or Parquet."""
    headings = dict.fromkeys(key for row in rows for key in row)
    columns: dict[str, Any] = {h: [row.get(h) for row in rows] for h in headings}
    if bulk:
        columns = {h: pl.Series(cells) for h, cells in columns.items()}
    return RawTable(
        name, file, columns, len(rows), lambda row, heading: f"/{name}/{row}/{heading}", strict
    )


def document(
    schools: Sequence[Record] = (SCHOOL,),
    county: Record = COUNTY,
    *,
    strict: bool = True,
    file: str = "a.json",
    **further: Sequence[Record],
) -> RawDocument:
    """One county, as JSON hands it over (strict) or a workbook (not strict)."""
    tables = [table("counties", [county], strict=strict, file=file)]
    tables.append(table("schools", schools, strict=strict, file=file))
    tables += [table(name, rows, strict=strict, file=file) for name, rows in further.items()]
    return RawDocument(file, tables)


def dataset(
    counties: Sequence[Record], schools: Sequence[Record], **further: Sequence[Record]
) -> RawDocument:
    """Many counties, in bulk columns."""
    rows = {"counties": counties, "schools": schools, **further}
    tables = [table(n, r, strict=False, bulk=True, file=f"{n}.csv") for n, r in rows.items()]
    return RawDocument("data", tables, many=True)


def submit(*documents: RawDocument) -> Submission:
    """Accept with the core's vocabulary; every fact is a column."""
    return accept(documents, vocabulary()).completed()


def school(**facts: object) -> dict[str, Any]:
    """A sound school with these facts changed; None takes one away."""
    return {name: fact for name, fact in {**SCHOOL, **facts}.items() if fact is not None}


def problems(submission: Submission, severity: str) -> list[Problem]:
    """The errors or the warnings."""
    return [one for one in submission.problems if one.severity == severity]


def codes(submission: Submission, severity: str = "error") -> list[str]:
    """The codes of the errors or the warnings, in order."""
    return [one.code for one in problems(submission, severity)]


def cell(fact: str, value: object, *, strict: bool = False, record: str = "school") -> object:
    """What the cell says, or the code of its refusal."""
    try:
        return CellReader(vocabulary().tables[record][fact], strict)(value)
    except CellError as error:
        return error.code
