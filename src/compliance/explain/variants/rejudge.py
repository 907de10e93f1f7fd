"""Judging variants: the same school or county with single figures changed, all in one pass.

Every variant becomes a county of its own, so that the judge sees nothing unusual: what turns a
verdict is found by the same code that gave it, on the line with the same fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from compliance.engine.evaluate import Bench, evaluate
from compliance.kernel.submission import STATUSES
from compliance.rules.language.model import Rule, Ruleset


def concerning(rule: Rule, rules: Ruleset) -> Ruleset:
    """The rule set cut down to the rule, what it is made of, and its versions of other layers."""
    base = rule.of_base or rule.id
    wanted = {rule.id, base} | {one.id for one in rules.rules.values() if one.of_base == base}
    graph = rules.references
    wanted = {one.id for one in graph.members(*wanted)}
    kept = {name: one for name, one in rules.rules.items() if name in wanted}
    tallies = {tally.name: tally for name in kept for tally in graph.tallies(name)}
    left = rules.tallies.keys() - tallies.keys()
    indicators = {
        name: one for name, one in rules.indicators.items() if left.isdisjoint(graph.behind(name))
    }
    return replace(rules, rules=kept, tallies=tallies, indicators=indicators)


Change = Mapping[str, object]
_VARIANT = "_variant"
ATTACHED = "main_school_code"


@dataclass(frozen=True)
class Trial:
    """One rule for one subject, to be judged again with other figures.

    bench: the county alone, judged. school, stage: None for a rule of the county.
    """

    bench: Bench
    rule: str
    school: str | None = None
    stage: str | None = None

    def judge(self, changes: Sequence[Change]) -> list[Mapping[str, object] | None]:
        """The outcome of every variant (fact → new value), None where it is no subject any more.

        Facts of the county's frame for a rule of the county, else of the school's record.
        """
        bench = self._county(changes) if self.school is None else self._school(changes)
        outcome = bench.outcome(self.rule)
        places = bench.frames.county.select("county", _VARIANT)
        rows = outcome.join(places, on="county", how="left", maintain_order="left")
        if self.school is not None:
            schools = bench.frames.school.select("school", "school_code")
            rows = rows.join(schools, on="school", how="left", maintain_order="left")
            rows = rows.filter(pl.col("school_code") == self.school)
        if self.stage is not None and "stage" in rows.columns:
            rows = rows.filter(pl.col("stage") == self.stage)
        found = {row[_VARIANT]: row for row in rows.iter_rows(named=True)}
        return [found.get(number) for number in range(len(changes))]

    def _county(self, changes: Sequence[Change]) -> Bench:
        frames = self.bench.frames
        county = _varied(frames.county, changes, None).with_columns(
            pl.col(_VARIANT).cast(frames.county.schema["county"]).alias("county")
        )
        return replace(
            self.bench, frames=frames.with_frame("county", county), outcomes={}, broken={}
        )

    def _school(self, changes: Sequence[Change]) -> Bench:
        given = self.bench.submission
        mine = pl.col("school_code") == self.school
        if ATTACHED in given.schools.columns:
            mine |= (pl.col(ATTACHED) == self.school).fill_null(value=False)
        code = pl.format("{}", pl.col(_VARIANT)).str.zfill(6).alias("county_code")
        schools = given.schools.filter(mine)
        of_county = [fact for fact in _facts(changes) if fact not in schools.columns]
        counties = _varied(given.counties, _only(changes, of_county), None)
        of_school = [fact for fact in _facts(changes) if fact in schools.columns]
        schools = _varied(schools, _only(changes, of_school), self.school)
        return evaluate(
            concerning(self.bench.ruleset.rules[self.rule], self.bench.ruleset),
            replace(
                given,
                counties=counties.with_columns(code),
                schools=schools.with_columns(code).sort("county_code", "year", "school_code"),
                monitoring=given.monitoring.clear(),
                attestations=given.attestations.clear(),
                vetoes=given.vetoes.clear(),
            ),
            self.bench.as_of,
            self.bench.kinds,
        )


def status_of(row: Mapping[str, object] | None) -> str:
    """The verdict of a variant, in the words of the contract; empty where it is no subject."""
    return "" if row is None else STATUSES[int(str(row["status"]))]


def _facts(changes: Sequence[Change]) -> list[str]:
    return list(dict.fromkeys(fact for change in changes for fact in change))


def _only(changes: Sequence[Change], facts: Sequence[str]) -> list[Change]:
    return [{fact: one[fact] for fact in facts if fact in one} for one in changes]


def _varied(frame: pl.DataFrame, changes: Sequence[Change], school: str | None) -> pl.DataFrame:
    """The rows once for every variant, with its changes; those of `school`, where it is named."""
    numbers = pl.DataFrame({_VARIANT: range(len(changes))}, schema={_VARIANT: pl.UInt32})
    varied = numbers.join(frame, how="cross")
    for fact in _facts(changes):
        rows = [(number, one[fact]) for number, one in enumerate(changes) if fact in one]
        table = pl.DataFrame(
            {
                _VARIANT: pl.Series([number for number, _ in rows], dtype=pl.UInt32),
                "_new": pl.Series([value for _, value in rows], dtype=frame.schema[fact]),
                "_set": True,
            }
        )
        mine = pl.col("_set").fill_null(value=False)
        if school is not None:
            mine &= pl.col("school_code") == school
        varied = (
            varied.join(table, on=_VARIANT, how="left", maintain_order="left")
            .with_columns(pl.when(mine).then(pl.col("_new")).otherwise(pl.col(fact)).alias(fact))
            .drop("_new", "_set")
        )
    return varied
