"""The rows of the table of counties: what decides each, how much of it is met, how far it is from passing.

Worked out part by part while counties are judged, so that a nation needs no findings for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from compliance.assessment.county import beside_blocks
from compliance.assessment.standings import DECIDING, UNDECIDED, asked_directly
from compliance.engine.results import CountyResult, CountyRow, Decider, Margin, PartCount, Results
from compliance.kernel.submission import COMPULSORY, KEY, STATUSES
from compliance.rules.language.model import UPPER, Rule

BESIDE = ""  # the part of what the conclusion asks beside the blocks
_GROUP = ("rule", "role", "level", "status", "operator")
_NUMBERS = {
    "school": pl.UInt32, "stage_order": pl.Int32, "_missing": pl.UInt32,
    "value": pl.Float64, "threshold": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class Numbered:
    """Findings by numbers: what the table of counties is counted from.

    rows: county, _group, _order (their order) and, as far as anything has them, school (null: of the
    county), stage_order, _missing, value, threshold. groups: by its number rule, role, level, status,
    operator. lacks: by _missing the facts. counties: by number code and year.
    """

    rows: pl.DataFrame
    groups: pl.DataFrame
    lacks: Sequence[Sequence[str]]
    counties: Sequence[tuple[str, int]]


def numbered(findings: pl.DataFrame) -> Numbered:
    """Findings as they are told, columns FINDINGS, by numbers."""
    stages = {stage: number for number, stage in enumerate(COMPULSORY)}
    rows = findings.with_columns(
        stage_order=pl.col("stage").replace_strict(stages, return_dtype=pl.Int32)
    ).with_row_index("_order")
    tables = {}
    for name, on in (
        ("county", KEY), ("school", ["school_code"]), ("_group", _GROUP), ("_missing", ["missing"]),
    ):  # fmt: skip
        tables[name] = findings.select(on).unique(maintain_order=True)
        known = tables[name].drop_nulls() if name == "school" else tables[name]
        rows = rows.join(known.with_row_index(name), on=list(on), how="left", nulls_equal=True)
    lacks = [facts or [] for facts in tables["_missing"]["missing"].to_list()]
    return Numbered(rows, tables["_group"], lacks, list(tables["county"].iter_rows()))


def overview(
    findings: Numbered, counties: Iterable[CountyResult], rules: Mapping[str, Rule]
) -> Mapping[tuple[str, int], CountyRow]:
    """The rows of counties that one rule set judged, the same figures as their assessments give."""
    counting = _CountyCounts(findings, rules)
    schools, lacking = counting.falling_short(), counting.missing_facts()
    asked, margins = counting.asked(), counting.margins()
    parts, deciders = _parts(asked), _deciders(asked)
    numbers = {key: number for number, key in enumerate(findings.counties)}
    found = {}
    for one in counties:
        key = (one.county_code, one.year)
        number = numbers.get(key, -1)  # one without findings has no number
        counted = parts.get(number, {})
        found[key] = CountyRow(
            schools.get(number, 0),
            lacking.get(number, 0),
            _state(counted.get(BESIDE, {})),
            {part: _counted(states) for part, states in counted.items()},
            tuple(deciders.get((number, one.verdict), ())),
            margins.get(number),
        )
    return found


class _CountyCounts:
    """Counts of what decides, by the numbers of the counties."""

    def __init__(self, findings: Numbered, rules: Mapping[str, Rule]) -> None:
        self._rules, self._lacks = rules, findings.lacks
        groups = findings.groups.with_row_index("_group")
        self._groups = groups.filter(pl.col("role").is_in(DECIDING))
        absent = [name for name in _NUMBERS if name not in findings.rows.columns]
        self._rows = findings.rows.with_columns(
            pl.lit(None, _NUMBERS[name]).alias(name) for name in absent
        )

    def _of(self, groups: pl.DataFrame) -> pl.LazyFrame:
        """The rows of some groups."""
        return self._rows.lazy().filter(pl.col("_group").is_in(groups["_group"].implode()))

    def falling_short(self) -> Mapping[int, int]:
        """How many schools of each county miss what counts."""
        # a unit's components are told by their group, but for those that are asked directly
        directly = pl.col("rule").is_in(list(asked_directly(self._rules)))
        failed = self._groups.filter((pl.col("role") == "requirement") | directly, status="fail")
        schools = self._of(failed).select("county", "school").drop_nulls().unique()
        return _by_county(schools)

    def missing_facts(self) -> Mapping[int, int]:
        """How many facts are missing in each county, each once for every school that lacks it."""
        names: dict[str, int] = {}
        pairs = [
            (number, names.setdefault(fact, len(names)))
            for number, facts in enumerate(self._lacks)
            for fact in facts
        ]
        facts = pl.LazyFrame(pairs, {"_missing": pl.UInt32, "fact": pl.UInt32}, orient="row")
        lacking = (
            self._of(self._groups.filter(status="unknown"))
            .select("county", "school", "_missing")
            .unique()
            .join(facts, on="_missing")
            .select("county", "school", "fact")
            .unique()
        )
        # What a school lacks is not counted again where a coefficient repeats it.
        at_schools = lacking.filter(pl.col("school").is_not_null())
        of_counties = lacking.filter(pl.col("school").is_null()).join(
            at_schools.select("county", "fact").unique(), on=["county", "fact"], how="anti"
        )
        return _by_county(pl.concat([at_schools, of_counties]))

    def _asked(self) -> pl.DataFrame:
        """The groups that a block or the conclusion asks for, each with its part.

        Of what is judged at schools first and then at the county, the county's alone.
        """
        rules = self._rules
        parts = dict.fromkeys(beside_blocks(rules), BESIDE)
        for block in (one for one in rules.values() if one.role == "block"):
            parts |= dict.fromkeys(block.of or (block.id,), block.id)
        rolled = [name for name in parts if name in rules and rules[name].rolls_up]
        at_last = (pl.col("level") == "county") | ~pl.col("rule").is_in(rolled)
        return self._groups.filter(pl.col("rule").is_in(list(parts)) & at_last).with_columns(
            part=pl.col("rule").replace_strict(parts, return_dtype=pl.String)
        )

    def asked(self) -> pl.DataFrame:
        """What is asked for: county, part, rule, status, stage, number of findings, _order of the first."""
        return (
            self._of(groups := self._asked())
            .group_by("county", "_group", "stage_order")
            .agg(pl.len().alias("number"), pl.col("_order").min())
            .join(groups.lazy(), on="_group")
            .with_columns(stage=_stage())
            .collect()
        )

    def margins(self) -> Mapping[int, Margin]:
        """The coefficient that has least room below its limit."""
        coefficients = [name for name, rule in self._rules.items() if rule.form.coefficient]
        groups = self._asked().filter(
            pl.col("rule").is_in(coefficients), pl.col("operator").is_in(list(UPPER))
        )
        room = (pl.col("threshold") - pl.col("value")) / pl.col("threshold")
        narrow = (
            self._of(groups)
            .filter(pl.col("threshold") > 0)
            .with_columns(room=room, stage=_stage())
            .drop_nulls("room")
            .sort("room", "_order")
            .unique("county", keep="first", maintain_order=True)
            .join(groups.lazy(), on="_group")
            .select("county", "rule", "stage", "value", "threshold", "room")
            .collect()
        )
        return {county: Margin(*rest) for county, *rest in narrow.iter_rows()}


def _stage() -> pl.Expr:
    stages = dict(enumerate(COMPULSORY))
    return pl.col("stage_order").replace_strict(stages, return_dtype=pl.String)


def _by_county(rows: pl.LazyFrame) -> Mapping[int, int]:
    """How many rows each county has."""
    return dict(rows.group_by("county").len().collect().iter_rows())


def _parts(asked: pl.DataFrame) -> Mapping[int, Mapping[str, Mapping[str, int]]]:
    """County → part → status → number."""
    found: dict[int, dict[str, dict[str, int]]] = {}
    counted = asked.group_by("county", "part", "status").agg(pl.col("number").sum())
    for county, part, status, number in counted.iter_rows():
        found.setdefault(county, {}).setdefault(part, {})[status] = number
    return found


def _counted(states: Mapping[str, int]) -> PartCount:
    return PartCount(
        states.get("pass", 0), states.get("fail", 0), sum(states.get(one, 0) for one in UNDECIDED)
    )


def _state(states: Mapping[str, int]) -> str:
    """The first of the contract's order that occurs."""
    return next((one for one in STATUSES if states.get(one)), "not_applicable")


def _deciders(asked: pl.DataFrame) -> Mapping[tuple[int, str], list[Decider]]:
    """County and verdict → what it is drawn from, in the order of the findings."""
    drawn = {"fail": "fail", **dict.fromkeys(UNDECIDED, "undecided")}
    grouped = (
        asked.lazy()
        .filter(pl.col("status").is_in(list(drawn)))
        .with_columns(verdict=pl.col("status").replace_strict(drawn))
        .group_by("county", "verdict", "part", "rule", "stage")
        .agg(pl.col("number").sum(), pl.col("_order").min())
        .sort("_order")
        .collect()
    )
    found: dict[tuple[int, str], list[Decider]] = {}
    for county, verdict, part, rule, stage, number, _ in grouped.iter_rows():
        found.setdefault((county, verdict), []).append(Decider(part, rule, stage or "", number))
    return found


def block_titles(report: Results) -> dict[str, str]:
    """Block id -> title, of all the counties' rule sets, in order."""
    return {
        block: report.rules_of(county)[block].label
        for county in report.counties
        for block in county.blocks
        if block in report.rules_of(county)
    }
