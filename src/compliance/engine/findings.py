"""From outcomes to findings: every rule for every subject, in codes and figures, not yet in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from compliance.engine.evaluate import EvaluatedKind, Evaluation
from compliance.engine.lacks import decoded
from compliance.kernel.errors import Problem
from compliance.kernel.submission import COMPULSORY, KEY, NOT_CHECKED, UNKNOWN
from compliance.rules.language.model import Rule
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.waivers import Waiver


@dataclass(frozen=True)
class RuleFindings:
    """The findings of one rule, of one level.

    sheet: whose rows they are, those with a status; staged: of units. columns: names of RESULTS →
    names in the sheet, status among them; words: what all rows share instead. lacking: the facts
    behind the bits of `missing`, None where that is a list. warned: the column with the number of the
    warnings a row rests on, None where there are none. whole: of the county, of a rule about schools.
    rows: status → how many. missing: what `lack` gives → the facts it stands for.
    """

    rule: Rule
    sheet: str
    columns: Mapping[str, str]
    words: Mapping[str, str]
    order: int
    lacking: tuple[str, ...] | None = None
    staged: bool = False
    whole: bool = False
    warned: str | None = None
    rows: Mapping[int, int] = field(default_factory=dict)
    missing: Mapping[object, tuple[str, ...]] = field(default_factory=dict)

    @property
    def lack(self) -> pl.Expr:
        """What is missing in a row, as one value."""
        code = pl.col(self.columns["missing"])
        if self.lacking is None:
            return code.list.join(_SEPARATOR)
        return code * len(COMPULSORY) + pl.col("stage_order") if self.staged else code

    @property
    def is_of_county(self) -> bool:
        """Whether they are about counties."""
        return self.whole or self.rule.level == "county"

    def facts(self, lack: object) -> tuple[str, ...]:
        """The facts that such a value stands for."""
        if self.lacking is None:
            return tuple(str(lack).split(_SEPARATOR)) if lack else ()
        code, place = (
            divmod(int(str(lack)), len(COMPULSORY)) if self.staged else (int(str(lack)), 0)
        )
        return tuple(decoded(code, self.lacking, COMPULSORY[place] if self.staged else None))


_SEPARATOR = "\x1f"
LACKING = (UNKNOWN, NOT_CHECKED)  # the states that say what they wait for


@dataclass(frozen=True)
class Findings:
    """Every finding of one rule set, as `compliance.assessment.messages` words them.

    sheets: name → frame of subjects with the columns of all rules, and _place, that of the subject in
    the order of the contract. counties, schools: their names by their numbers. warnings: number →
    codes. left_out: as `compliance.engine.verdicts.excluded`. waivers: those that findings name by
    their places. unattributed: as in `Submission`.
    """

    ruleset: Ruleset
    kinds: Mapping[str, EvaluatedKind]
    groups: tuple[RuleFindings, ...]
    sheets: Mapping[str, pl.DataFrame]
    counties: pl.DataFrame
    schools: pl.DataFrame
    warnings: Sequence[tuple[str, ...]]
    left_out: Sequence[Mapping[str, Any]] = ()
    waivers: Sequence[Waiver] = ()
    unattributed: Mapping[tuple[str, int], tuple[Problem, ...]] = field(default_factory=dict)


def findings(
    evaluation: Evaluation,
    problems: Sequence[Problem] = (),
    only: Collection[str] | None = None,
    left_out: Sequence[Mapping[str, Any]] = (),
) -> Findings:
    """Every rule (or those of `only`) for every subject; problems: what may make figures doubtful.

    left_out: the schools that components leave out.
    """
    evaluation.roll_up()
    groups = [
        group
        for order, rule in enumerate(evaluation.ruleset.rules.values())
        if only is None or rule.id in only
        for group in _groups(evaluation, rule, order)
    ]
    sheets = _placed(evaluation)
    warnings: list[tuple[str, ...]] = [()]
    doubts = _doubts(problems, evaluation)
    if doubts is not None:
        groups, sheets = _warned(groups, sheets, doubts, warnings)
    return Findings(
        evaluation.ruleset,
        evaluation.kinds,
        tuple(one for name, sheet in sheets.items() for one in _counted(groups, name, sheet)),
        sheets,
        evaluation.frames.county.select(*KEY),
        evaluation.frames.school.select("school_code", "school_name"),
        warnings,
        left_out,
        evaluation.waivers.entries,
        evaluation.submission.unattributed,
    )


def _groups(evaluation: Evaluation, rule: Rule, order: int) -> Iterator[RuleFindings]:
    judged = evaluation.judged(rule.id)
    sheet, staged = evaluation.sheet_of(judged), "unit" in judged.plan
    yield RuleFindings(rule, sheet, judged.columns, judged.words, order, judged.lacking, staged)
    if rule.rolls_up:
        told = evaluation.rolled_up(rule.id)
        names = {name: f"{rule.id}.county told {name}" for name in told}
        for name, column in told.items():
            evaluation.plan("county").let(names[name], column)
        yield RuleFindings(rule, "county", names, {}, order, whole=True)


def _placed(evaluation: Evaluation) -> dict[str, pl.DataFrame]:
    """The sheets with _place: schools in order, each county after its schools."""
    many = evaluation.frames.school.group_by("county").len("_schools")
    of_county = (
        evaluation.frames.county.select("county")
        .join(many, on="county", how="left", maintain_order="left")
        .with_columns(_place=pl.col("_schools").fill_null(0).cum_sum() + pl.col("county"))
        .select("county", pl.col("_place").cast(pl.Int64))
    )
    own = (pl.col("school") + pl.col("county")).cast(pl.Int64)
    return {
        name: sheet.with_columns(_place=own)
        if "school" in sheet.columns
        else sheet.join(of_county, on="county", how="left", maintain_order="left")
        for name, sheet in evaluation.sheets().items()
    }


def _counted(
    groups: Iterable[RuleFindings], name: str, sheet: pl.DataFrame
) -> Iterator[RuleFindings]:
    """The groups of a sheet with how many rows of each status they have, and what these lack."""
    own = [one for one in groups if one.sheet == name]
    asked = []
    for place, one in enumerate(own):
        status = pl.col(one.columns["status"])
        asked.append(status.drop_nulls().value_counts().implode().alias(f"{place} rows"))
        if "missing" in one.columns:
            lack = one.lack.filter(status.is_in(LACKING)).unique(maintain_order=True)
            asked.append(lack.implode().alias(f"{place} missing"))
    found = sheet.select(asked).row(0, named=True) if own else {}
    for place, one in enumerate(own):
        counts = dict(tuple(pair.values()) for pair in found[f"{place} rows"])
        rows = {status: counts[status] for status in sorted(counts)}
        lacks = found.get(f"{place} missing") or ()
        yield replace(one, rows=rows, missing={lack: one.facts(lack) for lack in lacks})


@dataclass(frozen=True)
class Doubts:
    """The warnings about figures. Many name the same facts: those stand once, as a set.

    about: county, _code (school), code, _set. named: _set, fact, _of (the fact's stage). stages:
    county, _code, _stage of every unit.
    """

    about: pl.DataFrame
    named: pl.DataFrame
    stages: pl.DataFrame

    def of(self, groups: Sequence[RuleFindings]) -> pl.DataFrame:
        """Those about facts that the rules rest on: _group, county, _code, code, _of.

        One about a fact that the stages share stands once for each stage of the school.
        """
        known = set(self.named["fact"])
        pairs = [
            (place, fact)
            for place, group in enumerate(groups)
            for fact in set(group.rule.facts) & known
        ]
        resting = pl.DataFrame(pairs, schema={"_group": pl.UInt32, "fact": pl.String}, orient="row")
        sets = self.named.join(resting, on="fact").select("_set", "_of", "_group").unique()
        return (
            self.about.join(sets, on="_set")
            .join(self.stages, on=["county", "_code"], how="left")
            .select("_group", "county", "_code", "code", pl.coalesce("_of", "_stage").alias("_of"))
            .unique()
        )


def _doubts(problems: Sequence[Problem], evaluation: Evaluation) -> Doubts | None:
    """The warnings that name facts, of the counties judged; None without any."""
    warned = [p for p in problems if p.severity == "warning" and p.county_code and p.facts]
    if not warned:
        return None
    sets = {facts: n for n, facts in enumerate(dict.fromkeys(p.facts for p in warned))}
    given = pl.DataFrame(
        [(p.county_code, p.year, p.school_code, p.code, sets[p.facts]) for p in warned],
        schema={
            "county_code": pl.String,
            "year": pl.Int32,
            "_code": pl.String,
            "code": pl.String,
            "_set": pl.Int64,
        },
        orient="row",
    )
    known = evaluation.frames.county.select("county", pl.col("year").alias("_year"), "county_code")
    about = given.join(known, on="county_code").filter(
        pl.col("year").is_null() | (pl.col("year") == pl.col("_year"))
    )
    named = pl.DataFrame(
        [(number, fact) for facts, number in sets.items() for fact in facts],
        schema={"_set": pl.Int64, "fact": pl.String},
        orient="row",
    ).with_columns(pl.col("fact").str.extract(f"^({'|'.join(COMPULSORY)})_", 1).alias("_of"))
    stages = evaluation.frames.unit.select(
        "county", pl.col("school_code").alias("_code"), pl.col("stage").alias("_stage")
    )
    return Doubts(about.select("county", "_code", "code", "_set"), named, stages)


def _warned(
    groups: Sequence[RuleFindings],
    sheets: Mapping[str, pl.DataFrame],
    doubts: Doubts,
    warnings: list[tuple[str, ...]],
) -> tuple[list[RuleFindings], dict[str, pl.DataFrame]]:
    """Groups and sheets with the warnings about figures that each finding rests on.

    A warning about a school concerns the school's findings and the county's; one about a whole
    column or the county concerns all of them. A fact of a stage concerns that stage; what the
    stages share, the stages that the school has. Adds to `warnings` the sets of codes that occur.
    """
    concerned = doubts.of(groups)
    numbers = {codes: number for number, codes in enumerate(warnings)}
    told, marked = dict(sheets), list(groups)
    for name, sheet in sheets.items():
        own = [place for place, group in enumerate(groups) if group.sheet == name]
        here = concerned.filter(pl.col("_group").is_in(own))
        if here.is_empty():
            continue
        found = _hits(sheet, here).group_by("_group", "_at").agg(pl.col("code").unique().sort())
        columns = []
        for (place,), rows in found.partition_by("_group", as_dict=True).items():
            sets = map(tuple, rows["code"].to_list())
            marks = [numbers.setdefault(codes, len(numbers)) for codes in sets]
            blank = pl.zeros(sheet.height, pl.UInt32, eager=True)
            column = f"#warned {place}"
            columns.append(blank.scatter(rows["_at"], marks).alias(column))
            marked[int(str(place))] = replace(groups[int(str(place))], warned=column)
        told[name] = sheet.with_columns(columns)
    warnings[:] = list(numbers)
    return marked, told


def _hits(sheet: pl.DataFrame, doubts: pl.DataFrame) -> pl.DataFrame:
    """Rows of a sheet (_at) with the doubts of their school and county and stage."""
    rows = sheet.with_row_index("_at")
    stage = pl.col("stage") if "stage" in sheet.columns else pl.lit(None, pl.String)
    if "school_code" not in sheet.columns:
        hits = rows.select("_at", "county", stage.alias("stage")).join(doubts, on="county")
    else:
        keys = rows.select("_at", "county", "school_code", stage.alias("stage"))
        own = keys.join(doubts, left_on=["county", "school_code"], right_on=["county", "_code"])
        everyone = keys.join(doubts.filter(pl.col("_code").is_null()), on="county")
        names = ("_group", "_at", "stage", "_of", "code")
        hits = pl.concat(one.select(names) for one in (own, everyone))
    concerned = pl.col("stage").is_null() | pl.col("_of").is_null()
    return hits.filter(concerned | (pl.col("stage") == pl.col("_of")))
