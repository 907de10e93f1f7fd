"""Schools become units: one school's one stage that has pupils; shared facts are divided.

Three frames come out, one row a unit, a school, a county. Facts of a stage stand at units under
their stem (`students`, not `primary_students`), so that one expression serves both stages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

import polars as pl

from compliance.engine.lacks import Lacks
from compliance.facts.school_types import IMPLIED
from compliance.kernel.errors import nothing_lost
from compliance.kernel.i18n import msg
from compliance.kernel.submission import COMPULSORY, KEY, STAGES, Submission
from compliance.rules.language import conditions
from compliance.rules.language.model import Rule, Split
from compliance.rules.language.ruleset import Ruleset

EFFECTIVE = "effective_students"
SHARE = "share_weight"
IDENTITY = ("school", *KEY, "school_code", "school_name")
_NOW = "now "  # before a fact: its figures as they are now
TOGETHER = "compulsory_students"  # the pupils of the compulsory stages, a blank in any: blank


def beside(frame: pl.DataFrame, other: pl.DataFrame, on: str | Sequence[str]) -> pl.DataFrame:
    """A frame with the columns of another beside its rows, null where that has none; order stays."""
    keys = on if isinstance(on, str) else list(on)
    return frame.join(other, on=keys, how="left", maintain_order="left")


def each_once(*lists: pl.Expr | str) -> pl.Expr:
    """The words of several columns of lists, each once, in order."""
    return pl.concat_list(*lists).list.unique(maintain_order=True)


@dataclass
class Frames:
    """The three tables the rules are judged on.

    county, school, unit: one row a subject, numbered in the column of the frame's own name; the
    numbers of the wider scopes stand beside. Unit rows are sorted by county, year, school, stage.
    excluded: rows school, county_code, year, school_code, school_name, stage, reason. staged: the
    stems of the facts that are given by stage. lacks: scope and name of a tally → what is missing.
    vacated: stages without pupils that have other figures, in the columns of unit: no subjects of any
    rule, but their figures count in the county's sums. beside: fact → the facts that go with it there.
    """

    county: pl.DataFrame
    school: pl.DataFrame
    unit: pl.DataFrame
    split: Split
    excluded: pl.DataFrame
    staged: frozenset[str] = field(default_factory=frozenset)
    lacks: Mapping[tuple[str, str], Lacks] = field(default_factory=dict)
    vacated: pl.DataFrame = field(default_factory=pl.DataFrame)
    beside: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, scope: str) -> pl.DataFrame:
        """The frame of a scope: unit, school or county."""
        frame: pl.DataFrame = getattr(self, scope)
        return frame

    def with_frame(self, scope: str, frame: pl.DataFrame) -> Frames:
        """The same with one frame replaced."""
        return replace(self, **{scope: frame})  # type: ignore[arg-type]  # a frame's name

    def tallied(
        self, scope: str, frame: pl.DataFrame, lacks: Mapping[tuple[str, str], Lacks]
    ) -> Frames:
        """The same with tallies added to a frame."""
        return replace(self.with_frame(scope, frame), lacks={**self.lacks, **lacks})


def frames(submission: Submission, split: Split) -> Frames:
    """Number the counties and schools, and unfold the schools into units.

    A stage whose pupils are blank is a unit with unknown pupils where the type implies it or any
    figure of it is given; one with 0 pupils is excluded with the reason stage_without_pupils.
    """
    county = submission.counties.sort(KEY).with_row_index("county")
    named = county.lazy().select(*KEY, "county", "county_name")
    there = pl.sum_horizontal(_there(stage).cast(pl.Float64) for stage in COMPULSORY)
    school = (
        submission.schools.lazy()
        .join(named, on=list(KEY), maintain_order="left")
        .sort("county", "school_code", maintain_order=True)
        .with_row_index("school")
        .with_columns(*presence(submission.schools))
        .with_columns(there.alias("stages"))
        .collect()
    )
    columns = (*school.columns, *county.columns)
    staged = {stem for stage in COMPULSORY for stem in _of_stage(columns, stage).values()}
    unit = unfold(school, county, split)
    nothing_lost(msg("学校编号"), submission.schools.height, school.height)
    nothing_lost(msg("学校分学段"), int(school["stages"].sum()), unit.height)
    return Frames(county, school, unit, split, _without_pupils(school), frozenset(staged))


def refilled(frames: Frames, schools: pl.DataFrame, facts: Collection[str]) -> Frames:
    """The same subjects with the figures that schools give now of some facts.

    None of these may say which stages a school has, nor may anything have been added to the frames.
    """
    names = [name for name in frames.school.columns if name in facts]
    given = schools.select(*KEY, "school_code", *names)
    school = beside(frames.school.drop(names), given, [*KEY, "school_code"])
    school = school.select(frames.school.columns)
    now = school.select(pl.col(names).name.prefix(_NOW))[frames.unit["school"]]
    columns = {name: pl.col(f"{_NOW}{name}") for name in names if name in frames.unit.columns}
    for stage in COMPULSORY:
        for name, stem in _of_stage(names, stage).items():
            mine = pl.when(pl.col("stage") == stage).then(f"{_NOW}{name}")
            columns[stem] = mine.otherwise(columns.get(stem, pl.col(stem)))
    unit = frames.unit.hstack(now).with_columns(**columns).select(frames.unit.columns)
    return replace(frames, school=school, unit=unit)


def presence(schools: pl.DataFrame) -> Iterable[pl.Expr]:
    """Columns beside the facts: pupils of each stage that is there (null: there but blank; 0:
    absent), whether the type implies it, and the pupils of the compulsory stages together.
    """
    pupils = {stage: _pupils(stage, schools) for stage in STAGES}
    for stage in STAGES:
        yield pupils[stage].alias(f"_{stage}")
        yield _implies(stage).alias(f"_implies_{stage}")
    compulsory = [pupils[stage] for stage in COMPULSORY]
    yield pl.sum_horizontal(*compulsory, ignore_nulls=False).alias(TOGETHER)
    yield pl.sum_horizontal(*compulsory).alias("known_compulsory_students")


def _pupils(stage: str, schools: pl.DataFrame) -> pl.Expr:
    """A stage's pupils; a blank is 0 only where neither the type nor any figure implies the stage."""
    pupils = pl.col(f"{stage}_students")
    absent = ~_implies(stage) & ~_any_of(_of_stage(schools.columns, stage), schools)
    return pl.when(pupils.is_null() & absent).then(0.0).otherwise(pupils)


def _any_of(names: Iterable[str], frame: pl.DataFrame) -> pl.Expr:
    """Whether any of these figures is above 0; of a list, any item."""
    given = [frame[name] for name in names if name in frame.columns]
    tests = [
        (pl.col(one.name).list.max() if one.dtype == pl.List else pl.col(one.name)) > 0
        for one in given
        if one.null_count() < one.len() and (one.dtype == pl.List or one.dtype.is_numeric())
    ]
    return pl.any_horizontal(*(test.fill_null(value=False) for test in tests), pl.lit(value=False))


def _implies(stage: str) -> pl.Expr:
    return pl.col("school_type").is_in([t for t, s in IMPLIED.items() if stage in s])


def _there(stage: str) -> pl.Expr:
    """Whether a school has a stage: pupils, or a blank where there should be some."""
    return (pl.col(f"_{stage}") > 0) | pl.col(f"_{stage}").is_null()


def unfold(
    school: pl.DataFrame,
    county: pl.DataFrame,
    split: Split,
    which: Callable[[str], pl.Expr] = _there,
) -> pl.DataFrame:
    """One row for every compulsory stage of a school that is there, or is of those asked for."""
    many = pl.sum_horizontal(_there(stage) for stage in STAGES) > 1
    sharing = (one for stage in COMPULSORY for one in _sharing(stage, split))
    wide = school.lazy().with_columns(many.alias("among_stages"), *sharing)
    of_county = {name for stage in COMPULSORY for name in _of_stage(county.columns, stage)}
    if of_county:
        shared = county.lazy().select("county", *sorted(of_county))
        wide = wide.join(shared, on="county", how="left", maintain_order="left")
    known = wide.collect()
    orders = [pl.when(which(stage)).then(pl.lit(n)) for n, stage in enumerate(COMPULSORY)]
    places = (
        school.lazy()
        .select(pl.int_range(pl.len()).alias("_row"), pl.concat_list(orders).alias("stage_order"))
        .explode("stage_order")
        .drop_nulls()
        .collect()
    )
    # what nobody gave is not carried along, but stands for itself
    blank = {one.name: one.dtype for one in known if one.len() and one.null_count() == one.len()}
    given = known.drop(blank)[places["_row"]].hstack([places["stage_order"]])
    stems: dict[str, dict[int, str]] = {}
    for order, stage in enumerate(COMPULSORY):
        for name, stem in _of_stage(known.columns, stage).items():
            stems.setdefault(stem, {})[order] = name
    staged = {name for names in stems.values() for name in names.values()}
    return given.select(
        *(
            pl.lit(None, blank[name]).alias(name) if name in blank else pl.col(name)
            for name in known.columns
            if name not in staged
        ),
        *(_of_own_stage(names, blank).alias(stem) for stem, names in stems.items()),
        pl.when(pl.col("stage_order") == 0)
        .then(pl.lit(COMPULSORY[0]))
        .otherwise(pl.lit(COMPULSORY[1]))
        .alias("stage"),
        "stage_order",
    ).with_row_index("unit")


def _of_own_stage(names: Mapping[int, str], blank: Mapping[str, Any]) -> pl.Expr:
    """The column of each row's own stage; null where its stage has none."""
    found: pl.Expr = pl.lit(
        None, next((blank[one] for one in names.values() if one in blank), None)
    )
    for order, name in names.items():
        if name not in blank:
            found = pl.when(pl.col("stage_order") == order).then(name).otherwise(found)
    return found


def vacated(frames: Frames, figures: Mapping[str, Iterable[str]]) -> pl.DataFrame:
    """The stages without pupils that have any of these figures, by stage and stem, as rows of unit."""
    school = frames.school
    which = {
        stage: (pl.col(f"_{stage}") == 0)
        & _any_of([f"{stage}_{one}" if one in frames.staged else one for one in names], school)
        for stage, names in figures.items()
    }
    found = school.filter(pl.any_horizontal(*which.values(), pl.lit(value=False)))
    if found.is_empty():
        return frames.unit.clear()
    return unfold(found, frames.county, frames.split, which.__getitem__).select(frames.unit.columns)


def _of_stage(columns: Iterable[str], stage: str) -> dict[str, str]:
    """The columns of a stage, with their stems."""
    prefix = f"{stage}_"
    return {name: name.removeprefix(prefix) for name in columns if name.startswith(prefix)}


def _sharing(stage: str, split: Split) -> Iterable[pl.Expr]:
    """By what a stage's share of a common fact is multiplied, and over which pupils it is counted.

    Sharing by weighted pupils gives stage s the part w_s·P_s ÷ Σ w_t·P_t of a fact R, which over
    its own P_s pupils is w_s·R ÷ Σ w_t·P_t. The weights are scaled to whole numbers, so that one
    division is the only rounding; a school of a single stage has exactly R ÷ P_s.
    """
    whole = _whole_weights(split)
    present = {other: pl.col(f"_{other}") for other in STAGES if other in whole}
    alone = pl.all_horizontal(*(p == 0 for other, p in present.items() if other != stage))
    total = pl.sum_horizontal(*(p * whole[o] for o, p in present.items()), ignore_nulls=False)
    yield pl.when(alone).then(1.0).otherwise(float(whole[stage])).alias(f"{stage}_{SHARE}")
    yield pl.when(alone).then(present[stage]).otherwise(total).alias(f"{stage}_{EFFECTIVE}")


def _whole_weights(split: Split) -> dict[str, int]:
    """The weights as the smallest whole numbers in the same proportion."""
    exact = {stage: Fraction(weight) for stage, weight in split.weights.items()}
    scale = lcm(*(weight.denominator for weight in exact.values()))
    return {stage: int(weight * scale) for stage, weight in exact.items()}


def effective(row: Mapping[str, object], split: Split) -> Fraction | None:
    """Σ w_t·P_t ÷ w_s exactly, for one row of the unit frame; None where pupils are blank."""
    own = Fraction(split.weights[str(row["stage"])])
    total = Fraction(0)
    for other, weight in split.weights.items():
        pupils = row[f"_{other}"]
        if pupils is None:
            return None
        total += Fraction(repr(pupils)) * Fraction(weight) / own
    return total


def _without_pupils(school: pl.DataFrame) -> pl.DataFrame:
    """The stages that a school's type implies and that have no pupils, stage by stage."""
    empty = [
        pl.when(pl.col(f"_implies_{stage}") & (pl.col(f"{stage}_students") == 0)).then(
            pl.lit(stage)
        )
        for stage in COMPULSORY
    ]
    stages = pl.concat_list(empty).list.drop_nulls()
    found = (
        school.lazy()
        .select(*IDENTITY, stages.alias("stage"))
        .filter(pl.col("stage").list.len() > 0)
        .explode("stage")
        .collect()
    )
    reason = pl.Series("reason", ["stage_without_pupils"], pl.String)
    return found.hstack([reason.new_from_index(0, found.height)])


MERGED = "merged_into_main_school"


@dataclass(frozen=True)
class Merger:
    """The frames with some schools added to others, and which.

    rules: the ids it holds for, also through the variants of these rules. frames: units keep the
    numbers they have in the frames of everyone else. absorbed: the schools that are no units of
    their own; left: those that would be, but name no school they could be added to. Both have the
    columns school, county_code, year, school_code, school_name.
    """

    rules: frozenset[str]
    frames: Frames
    absorbed: pl.DataFrame
    left: pl.DataFrame

    def concerns(self, rule: Rule) -> bool:
        """Whether the rule is judged on the added figures."""
        return rule.id in self.rules or rule.of_base in self.rules


def merger(frames: Frames, ruleset: Ruleset, amounts: Sequence[str]) -> Merger | None:
    """What the switch that is on adds up; None where none does.

    Pupils and resources are added up, school by school, and the stages unfolded anew; a figure that
    is missing in either school is missing in the sum. What a school has no pupils for adds nothing.
    What two schools do not have the sum of (a code, a length, a percentage) stays the main school's.

    amounts: the facts of a school that are added. No two switches merge at once: `turned_on` refuses.
    """
    merges = [ruleset.switches[name].merge for name in ruleset.switched if name in ruleset.switches]
    merge = next((merge for merge in merges if merge), None)
    if merge is None:
        return None
    pairs = _pairs(frames, merge, _excluded(ruleset, merge["rules"]))
    found = pairs.filter(pl.col("_main").is_not_null())
    left = pairs.filter(pl.col("_main").is_null())
    school = _added(frames, found, amounts)
    unit = unfold(school, frames.county, frames.split).drop("unit")
    numbers = frames.unit.select("school", "stage", "unit")
    unit = beside(unit, numbers, ["school", "stage"])
    return Merger(
        frozenset(str(name) for name in merge["rules"]),
        replace(frames, unit=unit.select(frames.unit.columns)),
        found.select(IDENTITY),
        left.select(IDENTITY),
    )


def _excluded(ruleset: Ruleset, rules: Sequence[str]) -> pl.Expr:
    """The schools that the merged rules leave out: nothing is added to them."""
    reasons = {
        reason for name in rules if name in ruleset.rules for reason in ruleset.rules[name].exclude
    }
    outs = [conditions.matches(ruleset.exclusions[r].where) for r in sorted(reasons)]
    return pl.any_horizontal(*outs).fill_null(value=False) if outs else pl.lit(value=False)


def _pairs(frames: Frames, merge: Mapping[str, Any], excluded: pl.Expr) -> pl.DataFrame:
    """The schools to be added, each with the number of its main school (_main), null without one.

    A main school stands in the same county, is itself not to be added, not left out by the rules,
    and has every stage that is added to it.
    """
    moves = conditions.matches(merge["where"]).fill_null(value=False)
    there = [_there(stage).alias(f"_has_{stage}") for stage in COMPULSORY]
    known = frames.school.with_columns(*there, moves.alias("_moves"), excluded.alias("_out"))
    has = [f"_has_{stage}" for stage in COMPULSORY]
    mains = known.filter(~pl.col("_moves") & ~pl.col("_out")).select(
        "county",
        pl.col("school_code").alias("_code"),
        pl.col("school").alias("_main"),
        *(pl.col(name).alias(f"{name}_main") for name in has),
    )
    moving = known.filter(pl.col("_moves") & pl.any_horizontal(*has)).with_columns(
        pl.col(str(merge["into"])).str.strip_chars().alias("_code")
    )
    joined = beside(moving, mains, ["county", "_code"])
    fits = pl.all_horizontal(*(~pl.col(name) | pl.col(f"{name}_main") for name in has))
    return joined.with_columns(pl.when(fits).then("_main").alias("_main"))


def _added(frames: Frames, pairs: pl.DataFrame, amounts: Sequence[str]) -> pl.DataFrame:
    """The school frame without the schools that are added, their figures in their main schools'."""
    facts = [name for name in amounts if name in frames.school.columns]
    mains = frames.school.join(pairs, left_on="school", right_on="_main", how="semi")
    moving = pairs.with_columns(pl.col("_main").alias("school"))
    rows = pl.concat(one.select("school", *_shares(facts)) for one in (moving, mains))
    sums = rows.group_by("school", maintain_order=True).agg(pl.col(facts))
    sums = sums.with_columns(_total(pl.col(name)).alias(name) for name in facts)
    stays = frames.school.join(pairs, on="school", how="anti", maintain_order="left")
    added = pl.col("_added").is_not_null()
    school = stays.join(
        sums.with_columns(pl.lit(value=True).alias("_added")),
        on="school", how="left", maintain_order="left", suffix="_sum",
    ).with_columns(
        pl.when(added).then(f"{name}_sum").otherwise(name).alias(name) for name in facts
    )  # fmt: skip
    school = school.select(frames.school.columns)
    return school.with_columns(*presence(school))


def _shares(facts: Sequence[str]) -> Iterable[pl.Expr]:
    """What a school brings: of a stage that is not there, nothing; else its figure or a blank."""
    for name in facts:
        stage = next((stage for stage in STAGES if name.startswith(f"{stage}_")), None)
        absent = pl.lit(value=False) if stage is None else pl.col(f"_{stage}") == 0
        yield pl.when(absent).then(0.0).otherwise(pl.col(name)).alias(name)


def _total(listed: pl.Expr) -> pl.Expr:
    """The sum of each list, null where one of it is; figures with decimals are added as decimals."""
    blank = listed.list.eval(pl.element().is_null()).list.any()
    whole = listed.list.eval(pl.element() == pl.element().floor()).list.all()
    typed = listed.map_batches(_decimal_sums, return_dtype=pl.Float64)
    return pl.when(~blank).then(pl.when(whole).then(listed.list.sum()).otherwise(typed))


def _decimal_sums(lists: pl.Series) -> pl.Series:
    """Sums of figures as typed: the double nearest to the exact decimal sum."""
    return pl.Series(
        [
            None
            if None in figures or all(float(figure).is_integer() for figure in figures)
            else float(sum(Decimal(repr(figure)) for figure in figures))
            for figures in lists.to_list()
        ],
        dtype=pl.Float64,
    )
