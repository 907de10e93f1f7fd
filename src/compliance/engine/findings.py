"""From outcomes to findings: every rule for every subject, in codes and figures, not yet in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from compliance.engine.evaluate import JOINT, Evaluation, by_county, completed
from compliance.engine.kinds.kind import Kind
from compliance.engine.units import beside
from compliance.kernel.errors import Problem
from compliance.kernel.submission import COMPULSORY, FAIL, KEY, NO_WORDS, PASS, UNKNOWN
from compliance.rules.language.model import Rule, Ruleset


@dataclass(frozen=True)
class RuleFindings:
    """The findings of one rule, of one level.

    table: a row a subject with the columns of RESULTS (status a number; parts, units and rules by
    their names in the pack), KEY, county_name, school_code, school_name, stage, among_stages (the
    school has other stages), warnings (codes), and their place in the order of the contract:
    _county, _school, _stage, _rule. whole: of the county, of a rule about schools.
    """

    rule: Rule
    table: pl.DataFrame
    whole: bool = False


@dataclass(frozen=True)
class Findings:
    """Every finding of one rule set, as `compliance.assessment.messages` words them."""

    ruleset: Ruleset
    kinds: Mapping[str, Kind]
    groups: tuple[RuleFindings, ...]


def findings(
    evaluation: Evaluation, problems: Sequence[Problem] = (), only: Collection[str] | None = None
) -> Findings:
    """Every rule (or those of `only`) for every subject; problems: what may make figures doubtful."""
    return Findings(
        evaluation.ruleset, evaluation.kinds, tuple(_groups(evaluation, problems, only))
    )


def _groups(
    evaluation: Evaluation, problems: Sequence[Problem], only: Collection[str] | None
) -> Iterator[RuleFindings]:
    doubtful = _doubts(problems, evaluation)
    for order, rule in enumerate(evaluation.ruleset.rules.values()):
        if only is not None and rule.id not in only:
            continue
        outcome = evaluation.outcome(rule.id)
        yield RuleFindings(rule, _placed(_identified(evaluation, outcome), rule, order, doubtful))
        if rule.rolls_up:
            table = _identified(evaluation, _rolled_up(evaluation, outcome))
            yield RuleFindings(rule, _placed(table, rule, order, doubtful), whole=True)


def _rolled_up(evaluation: Evaluation, outcome: pl.DataFrame) -> pl.DataFrame:
    """A school rule's outcome for the counties; over_count: schools that fail."""
    worst = outcome.group_by("county", maintain_order=True).agg(
        pl.col("school")
        .filter(pl.col("status") == FAIL)
        .n_unique()
        .cast(pl.Float64)
        .alias("over_count"),
        pl.col("missing").filter(pl.col("status") == UNKNOWN).explode().drop_nulls()
        .unique(maintain_order=True).alias("missing"),
        pl.col("relaxed_by").str.split(JOINT).explode().drop_nulls().unique(maintain_order=True),
    )  # fmt: skip
    owed = pl.col("relaxed_by").list.join(JOINT)
    states = beside(by_county(evaluation, outcome), worst, "county")
    return completed(
        states.with_columns(
            pl.when((pl.col("status") == PASS) & (owed != "")).then(owed).alias("relaxed_by")
        )
    )


def _identified(evaluation: Evaluation, outcome: pl.DataFrame) -> pl.DataFrame:
    """The outcome with the names of its subject."""
    county = evaluation.frames.county.select("county", *KEY, "county_name")
    frame = beside(outcome, county, "county")
    absent = {
        "school": pl.UInt32,
        "school_code": pl.String,
        "school_name": pl.String,
        "stage": pl.String,
        "among_stages": pl.Boolean,
    }
    if "school" in outcome.columns:
        school = evaluation.frames.school.select("school", "school_code", "school_name")
        frame = beside(frame, school, "school")
    if "unit" in outcome.columns:
        several = evaluation.frames.unit.select("unit", "among_stages")
        frame = beside(frame, several, "unit")
    return frame.with_columns(
        pl.lit(None, dtype).alias(name)
        for name, dtype in absent.items()
        if name not in frame.columns
    )


def _placed(frame: pl.DataFrame, rule: Rule, order: int, doubtful: Doubts | None) -> pl.DataFrame:
    """The findings with the warnings they rest on, and where they stand among all."""
    orders = {stage: place for place, stage in enumerate(COMPULSORY)}
    missing = pl.when(pl.col("status") == UNKNOWN).then(pl.col("missing").fill_null(NO_WORDS))
    return frame.with_columns(
        _warned(rule, frame, doubtful),
        missing.otherwise(NO_WORDS).alias("missing"),
        pl.col("county").cast(pl.UInt32).alias("_county"),
        pl.col("school").cast(pl.UInt32).alias("_school"),
        pl.col("stage").replace_strict(orders, default=None, return_dtype=pl.Int8).alias("_stage"),
        pl.lit(order).alias("_rule"),
    )


@dataclass(frozen=True)
class Doubts:
    """The warnings about figures. Many name the same facts: those stand once, as a set.

    about: county, _code (school), code, _set. named: _set, fact, _of (the fact's stage). stages:
    county, _code, _stage of every unit.
    """

    about: pl.DataFrame
    named: pl.DataFrame
    stages: pl.DataFrame

    def of(self, rule: Rule) -> pl.DataFrame:
        """Those about facts that a rule rests on: county, _code, code, _of.

        One about a fact that the stages share stands once for each stage of the school.
        """
        named = self.named.filter(pl.col("fact").is_in(rule.facts))
        found = self.about.join(named.select("_set", "_of").unique(), on="_set")
        return (
            found.join(self.stages, on=["county", "_code"], how="left")
            .select("county", "_code", "code", pl.coalesce("_of", "_stage").alias("_of"))
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


def _warned(rule: Rule, frame: pl.DataFrame, doubts: Doubts | None) -> pl.Series | pl.Expr:
    """The codes of the warnings about figures that each finding of a rule rests on.

    A warning about a school concerns the school's findings and the county's; one about a whole
    column or the county concerns all of them. A fact of a stage concerns that stage; what the
    stages share, the stages that the school has.
    """
    if doubts is None:
        return NO_WORDS.alias("warnings")
    concerned = doubts.of(rule)
    if concerned.is_empty():
        return NO_WORDS.alias("warnings")
    keys = frame.with_row_index("_row").select("_row", "county", "stage", "school_code")
    hits = _hits(keys, concerned).filter(
        pl.col("stage").is_null() | pl.col("_of").is_null() | (pl.col("stage") == pl.col("_of"))
    )
    codes = hits.group_by("_row").agg(pl.col("code").unique().sort().alias("warnings"))
    joined = beside(keys, codes, "_row")
    return joined.select(pl.col("warnings").fill_null(NO_WORDS)).to_series()


def _hits(keys: pl.DataFrame, doubts: pl.DataFrame) -> pl.DataFrame:
    """Findings with the doubts of their school and county, stage not yet looked at."""
    if keys["school_code"].null_count() == keys.height:
        return keys.join(doubts, on="county")
    own = keys.join(doubts, left_on=["county", "school_code"], right_on=["county", "_code"])
    everyone = keys.join(doubts.filter(pl.col("_code").is_null()), on="county")
    return pl.concat(one.select("_row", "stage", "_of", "code") for one in (own, everyone))
