"""Opening a submission for one question: which county, which school, judged by which rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from compliance.assessment.messages import told
from compliance.checker import Batch, Choice, Job, judged, prepare
from compliance.engine import verdicts
from compliance.engine.evaluate import Evaluation
from compliance.engine.exact_arithmetic import Row
from compliance.engine.findings import findings
from compliance.engine.subject import Subject
from compliance.engine.variants import concerning
from compliance.explain.rule_names import find_rule
from compliance.facts.vocabulary import titles
from compliance.intake.cell_locations import Watch
from compliance.kernel.errors import JunhengError, Problem, UsageError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import KEY
from compliance.plugins.registry import Registry
from compliance.rules.language.model import Rule
from compliance.rules.language.ruleset import Ruleset

_NAMED = 8  # how many counties or schools a message names
County = tuple[Job, Row]


class UnjudgeableError(JunhengError):
    """The data have errors, so that there is no verdict to be explained."""

    exit_code = 4


@dataclass(frozen=True)
class Context:
    """One county, judged by the rules asked about only, and where its figures stand.

    asked: the id of the rule, as whoever asked may have called it otherwise.
    """

    batch: Batch
    evaluation: Evaluation
    watch: Watch
    county: Row
    asked: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """The county's code and year."""
        return str(self.county["county_code"]), int(str(self.county["year"]))

    @property
    def rules(self) -> Ruleset:
        """The rules asked about, and what they are made of."""
        return self.evaluation.ruleset

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What reading and judging found doubtful."""
        return (*self.batch.problems, *verdicts.remarks(self.evaluation))

    @cached_property
    def findings(self) -> pl.DataFrame:
        """The findings of the county by the rules asked about, as every report has them."""
        found = findings(self.evaluation, self.problems)
        return told(found, titles(self.batch.vocabulary))[0]

    def subject(self, rule: Rule, **who: Any) -> Subject:  # noqa: ANN401 - school, stage or focus
        """The county, a school or one of its stages, as the subject of a rule."""
        return Subject(self.evaluation, self.batch.vocabulary, rule, where=self._where, **who)

    def _where(self, holder: str | None, fact: str) -> tuple[str, str]:
        found = self.watch.locate(self.key, () if holder is None else (holder,), (fact,))
        place = found.get((holder, fact))
        return (place.file, place.at) if place is not None else ("", "")


def open_context(
    paths: Sequence[Path], registry: Registry, choice: Choice, rule: str,
    school: str | None = None, county: str | None = None,
) -> Context:  # fmt: skip
    """Read, find the county and judge it by the rule asked about.

    rule: its id or what people call it. school: a code or a name, or a part of one; where several
    counties were given it tells which. county: a code, a
    name, or ``code:year``. Raises UsageError where the question does not name one county.
    """
    watch = Watch(registry.readers, registry.vocabulary, paths, terms=choice.terms)
    batch = prepare(paths, replace(registry, readers=watch.readers), choice)
    job, row = _county(batch, school, county)
    key = (str(row["county_code"]), int(str(row["year"])))
    asked = find_rule(job.rules, rule, batch.vocabulary)
    own = replace(job, rules=concerning(asked, job.rules), part=job.part.of([key]))
    return Context(batch, judged(own, registry, choice), watch, row, asked.id)


def find_school(context: Context, wanted: str) -> Row:
    """The school of that code or name, or the only one whose name has the word; UsageError with the nearest."""
    schools = context.evaluation.frames.school
    for mine in _ways(wanted):
        rows = schools.filter(mine)
        if rows.height == 1:
            return rows.row(0, named=True)
        if rows.height > 1:
            raise _several(wanted, rows)
    names = schools.select("school_code", "school_name").iter_rows()
    raise UsageError(
        say(
            "{county}没有学校“{school}”",
            county=context.county["county_name"], school=wanted),
        todo=suggestion(wanted, (str(name) for row in names for name in row), cutoff=0.0),
    )  # fmt: skip


def _ways(wanted: str) -> Iterable[pl.Expr]:
    """Which schools a word may mean, the surest first: its code, its name, a part of its name."""
    yield pl.col("school_code") == wanted
    yield pl.col("school_name") == wanted
    yield pl.col("school_name").str.contains(wanted, literal=True)


def _several(wanted: str, rows: pl.DataFrame) -> UsageError:
    """A name that several schools have says of none which is meant."""
    found = rows.select("school_code", "school_name").iter_rows()
    return UsageError(
        say(
            "名为“{school}”的学校有{n}所",
            school=wanted, n=rows.height),
        todo=say(
            "请用学校代码指明：{codes}",
            codes=_first([f"{code} {name}" for code, name in found], msg("、"))),
    )  # fmt: skip


def _first(names: Sequence[str], joint: str) -> str:
    """The first of them, and whether there are more."""
    more = msg(" 等") if len(names) > _NAMED else ""
    return joint.join(names[:_NAMED]) + more


def _county(batch: Batch, school: str | None, county: str | None) -> County:
    found: list[County] = [
        (job, row)
        for job in batch.jobs
        for row in job.part.counties.select(*KEY, "county_name").iter_rows(named=True)
    ]
    if not found:
        raise _nothing(batch)
    if county is not None:
        found = _named(found, county, batch)
    if school is not None and len(found) > 1:
        found = [one for one in found if _has(*one, school)] or found
    if len(found) == 1:
        return found[0]
    raise UsageError(
        say("给出了{n}个县，请指明是哪一个", n=len(found)),
        todo=say("加 --county：{names}", names=_counties(row for _, row in found)),
    )


def _named(found: Sequence[County], county: str, batch: Batch) -> list[County]:
    code, _, year = county.partition(":")
    kept = [
        (job, row)
        for job, row in found
        if code in (row["county_code"], row["county_name"])
        and (not year or year == str(row["year"]))
    ]
    if kept:
        return kept
    if code in [one.county_code for one in batch.refused]:
        raise _nothing(batch, code)
    names = [str(row[key]) for _, row in found for key in ("county_code", "county_name")]
    raise UsageError(
        say("没有县“{county}”", county=county), todo=suggestion(code, names, cutoff=0.0)
    )


def _counties(rows: Iterable[Mapping[str, object]]) -> str:
    names = (f"{row['county_code']}:{row['year']} {row['county_name']}" for row in rows)
    return _first(list(dict.fromkeys(names)), msg("；"))


def _has(job: Job, row: Row, school: str) -> bool:
    mine = (pl.col("county_code") == row["county_code"]) & (pl.col("year") == row["year"])
    return not job.part.schools.filter(mine & pl.any_horizontal(*_ways(school))).is_empty()


def _nothing(batch: Batch, county: str | None = None) -> UnjudgeableError:
    """Every county was refused for its errors: the first of them are the answer."""
    errors = [
        one
        for one in batch.problems
        if one.severity == "error" and county in (None, one.county_code)
    ]
    lines = "\n".join(one.line() for one in errors[:3])
    return UnjudgeableError(
        msg("数据有错误，无法判定") + (f"\n{lines}" if lines else ""),
        todo=msg("先用 compliance validate 检查"),
    )
