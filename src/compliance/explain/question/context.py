"""Opening a submission for one question: which county, which school, judged by which rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from compliance.assessment import messages
from compliance.checker.check import Case, Choice, Docket, judged, prepare
from compliance.engine.evaluate import Bench
from compliance.engine.findings import findings, verdicts
from compliance.explain.variants.rejudge import concerning
from compliance.facts.vocabulary import titles, vocabulary
from compliance.intake.cell_locations import Watch
from compliance.kernel.errors import JunhengError, Problem, UsageError, suggestion
from compliance.kernel.i18n import say
from compliance.kernel.submission import KEY
from compliance.plugins.manager import Offers
from compliance.rules.language.model import Rule, Ruleset

_NAMED = 8  # how many counties or schools a message names


class UnjudgeableError(JunhengError):
    """The data have errors, so that there is no verdict to be explained."""

    exit_code = 4


@dataclass(frozen=True)
class Hearing:
    """One county before the judge. bench: judged by the rules asked about only."""

    docket: Docket
    case: Case
    bench: Bench
    watch: Watch
    county: Mapping[str, object]

    @property
    def key(self) -> tuple[str, int]:
        """The county's code and year."""
        return str(self.county["county_code"]), int(str(self.county["year"]))

    @property
    def rules(self) -> Ruleset:
        """The rules asked about, and what they are made of."""
        return self.bench.ruleset

    @cached_property
    def titles(self) -> dict[str, str]:
        """Fact → what every report calls it where it is missing."""
        return titles(self.docket.words)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What reading and judging found doubtful."""
        return (*self.docket.problems, *verdicts.remarks(self.bench))

    @cached_property
    def findings(self) -> pl.DataFrame:
        """The findings of the county by the rules asked about, as every report has them."""
        return messages.told(findings.findings(self.bench, self.problems), self.titles)[0]


def find_rule(rules: Ruleset, wanted: str) -> Rule:
    """The rule of that id, in either case; UsageError with the nearest ids."""
    found = {name.lower(): name for name in rules.rules}.get(wanted.lower())
    if found is not None:
        return rules.rules[found]
    raise UsageError(
        say(
            "规则集 {set} 没有规则“{rule}”",
            "rule set {set} has no rule '{rule}'",
            set=rules.id,
            rule=wanted,
        ),
        todo=suggestion(wanted.upper(), rules.rules)
        or say("用 compliance rules 查看", "see `compliance rules`"),
    )


def hear(
    paths: Sequence[Path], offers: Offers, choice: Choice, rule_id: str,
    school: str | None = None, county: str | None = None,
) -> Hearing:  # fmt: skip
    """Read, find the county and judge it by the rule asked about.

    school: a code or name; where several counties were given it tells which. county: a code, a
    name, or ``code:year``. Raises UsageError where the question does not name one county.
    """
    watch = Watch(offers.readers, vocabulary(offers.fragments))
    docket = prepare(paths, replace(offers, readers=watch.readers), choice)
    case, row = _county(docket, school, county)
    key = (str(row["county_code"]), int(str(row["year"])))
    rule = find_rule(case.rules, rule_id)
    heard = replace(case, rules=concerning(rule, case.rules), part=case.part.of([key]))
    return Hearing(docket, case, judged(heard, offers, choice), watch, row)


def find_school(hearing: Hearing, wanted: str) -> Mapping[str, object]:
    """The school of that code or name in the county; UsageError with the nearest."""
    schools = hearing.bench.frames.school
    for column in ("school_code", "school_name"):
        rows = schools.filter(pl.col(column) == wanted)
        if rows.height == 1:
            return rows.row(0, named=True)
        if rows.height > 1:
            raise _several(wanted, rows)
    raise UsageError(
        say(
            "{county}没有学校“{school}”",
            "{county} has no school '{school}'",
            county=hearing.county["county_name"],
            school=wanted,
        ),
        todo=suggestion(wanted, (name for row in _names(schools) for name in row), cutoff=0.0),
    )


def _names(schools: pl.DataFrame) -> list[tuple[str, str]]:
    """Code and name of every school."""
    return [
        (str(code), str(name))
        for code, name in schools.select("school_code", "school_name").iter_rows()
    ]


def _several(wanted: str, schools: pl.DataFrame) -> UsageError:
    """A name that several schools have says of none which is meant."""
    codes = [code for code, _ in _names(schools)]
    more = say(" 等", " and more") if len(codes) > _NAMED else ""
    return UsageError(
        say(
            "名为“{school}”的学校有{n}所",
            "{n} schools are called '{school}'",
            school=wanted,
            n=len(codes),
        ),
        todo=say(
            "请用学校代码指明：{codes}",
            "name one by its code: {codes}",
            codes=say("、", ", ").join(codes[:_NAMED]) + more,
        ),
    )


def _county(
    docket: Docket, school: str | None, county: str | None
) -> tuple[Case, Mapping[str, object]]:
    found: list[tuple[Case, Mapping[str, object]]] = [
        (case, row)
        for case in docket.cases
        for row in case.part.counties.select(*KEY, "county_name").iter_rows(named=True)
    ]
    if not found:
        raise _nothing(docket)
    if county is not None:
        found = _named(found, county, docket)
    if school is not None and len(found) > 1:
        holding = [(case, row) for case, row in found if _has(case, row, school)]
        found = holding or found
    if len(found) == 1:
        return found[0]
    raise UsageError(
        say("给出了{n}个县，请指明是哪一个", "{n} counties were given; say which", n=len(found)),
        todo=say(
            "加 --county：{names}",
            "add --county: {names}",
            names=_counties(row for _, row in found),
        ),
    )


def _named(
    found: list[tuple[Case, Mapping[str, object]]], county: str, docket: Docket
) -> list[tuple[Case, Mapping[str, object]]]:
    code, _, year = county.partition(":")
    kept = [
        (case, row)
        for case, row in found
        if code in (row["county_code"], row["county_name"])
        and (not year or year == str(row["year"]))
    ]
    if kept:
        return kept
    if code in [one.county_code for one in docket.refused]:
        raise _nothing(docket, code)
    names = [str(row[key]) for _, row in found for key in ("county_code", "county_name")]
    raise UsageError(
        say("没有县“{county}”", "no county '{county}'", county=county),
        todo=suggestion(code, names, cutoff=0.0),
    )


def _counties(rows: Iterable[Mapping[str, object]]) -> str:
    names = list(
        dict.fromkeys(f"{row['county_code']}:{row['year']} {row['county_name']}" for row in rows)
    )
    more = say(" 等", " and more") if len(names) > _NAMED else ""
    return say("；", "; ").join(names[:_NAMED]) + more


def _has(case: Case, row: Mapping[str, object], school: str) -> bool:
    mine = (pl.col("county_code") == row["county_code"]) & (pl.col("year") == row["year"])
    named = (pl.col("school_code") == school) | (pl.col("school_name") == school)
    return not case.part.schools.filter(mine & named).is_empty()


def _nothing(docket: Docket, county: str | None = None) -> UnjudgeableError:
    """Every county was refused for its errors: the first of them are the answer."""
    errors = [
        one
        for one in docket.problems
        if one.severity == "error" and county in (None, one.county_code)
    ]
    lines = "\n".join(one.line() for one in errors[:3])
    return UnjudgeableError(
        say("数据有错误，无法判定", "the data have errors; nothing can be judged")
        + (f"\n{lines}" if lines else ""),
        todo=say("先用 compliance validate 检查", "check them first: compliance validate"),
    )
