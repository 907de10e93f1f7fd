"""Tallies: counts and sums declared in a pack and made available as facts of a wider scope.

    [tally.x] scope="school" count="list fact" at_least=96 or="count fact"
    [tally.x] scope="school" sum="stem" from="unit" [times="stem"]
    [tally.x] scope="county" sum="fact" from="unit|school" [where] [stage] [unless] [also] [or]
    [tally.x] scope="county" count="schools" [where]

Each tally adds its value to its frame (null where any figure it needs is missing), and for products
`<name>__terms` (the factors, from which `compliance.engine.exact_arithmetic` computes exactly); a county's
also `<name>__rows`, how many rows count. What is missing stands in `Frames.lacks`.

No figure vanishes with a stage's pupils: a county's sum from units counts a stage of 0 pupils too where
that has the figure, or one that is summed beside it in a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from compliance.engine.lacks import STAGE, Item, Lacks, in_order
from compliance.engine.units import TOGETHER, Frames, beside, each_once, vacated
from compliance.kernel.submission import COMPULSORY, NO_WORDS, STAGES
from compliance.rules.language import conditions
from compliance.rules.language.model import Tally

MISSING = "__missing"
TERMS = "__terms"
AT = " blank at "  # between a tally and a fact: the schools that leave it open
ALSO = " also"  # the second sum of a tally
NAMED = 3  # schools named of those that leave a sum open
ROWS = "__rows"


def count(
    frames: Frames, tallies: Iterable[Tally], together: Mapping[str, Sequence[str]]
) -> Frames:
    """The frames with every tally's columns added; school tallies first, counties build on them.

    together: fact → the facts summed beside it in some formula, itself among them.
    """
    of = {"school": [], "county": []}  # type: dict[str, list[Tally]]
    for tally in tallies:
        of[tally.scope].append(tally)
    figures: dict[str, dict[str, None]] = {stage: {} for stage in COMPULSORY}
    for settings in (one.settings for one in of["county"] if one.settings.get("from") == "unit"):
        for stage in [settings["stage"]] if "stage" in settings else COMPULSORY:
            figures[stage] |= dict.fromkeys(together[settings["sum"]])
    frames = replace(frames, beside=together, vacated=vacated(frames, figures))
    frames = _summed_units(frames, [one for one in of["school"] if "sum" in one.settings])
    frames = _counted(frames, [one for one in of["school"] if one.counts])
    return _of_counties(frames, of["county"])


def lacks(frames: Frames, scope: str, facts: Iterable[str]) -> Lacks:
    """Which of `facts` are missing in each row, by the names of the contract."""
    found: tuple[Item, ...] = ()
    for fact in dict.fromkeys(facts):
        if (scope, fact) in frames.lacks:
            found += frames.lacks[scope, fact].items
        elif fact == TOGETHER and scope != "county":
            found += tuple((f"{s}_students", pl.col(f"_{s}").is_null()) for s in COMPULSORY)
        else:
            name = f"{STAGE}_{fact}" if scope == "unit" and fact in frames.staged else fact
            found += ((name, _column(fact, scope).is_null()),)
    return Lacks(found)


def open_facts(frames: Frames, scope: str, where: conditions.Where) -> Lacks:
    """The missing facts that leave a condition open; of alternatives, the open ones'."""
    if isinstance(where, Mapping):
        return lacks(frames, scope, conditions.facts(where))
    pieces = (
        lacks(frames, scope, conditions.facts(one)).where(conditions.matches(one).is_null())
        for one in where
    )
    return sum(pieces, Lacks())


def _column(fact: str, scope: str) -> pl.Expr:
    """Where a fact stands in a frame: at units, the pupils of other stages are helper columns."""
    stage = fact.removesuffix("_students")
    return pl.col(f"_{stage}") if scope == "unit" and stage in STAGES else pl.col(fact)


def _counted(frames: Frames, tallies: Sequence[Tally]) -> Frames:
    """Items of a list fact that reach a size; where there is no list, counts given instead."""
    if not tallies:
        return frames
    values = {tally.name: _count(tally.settings) for tally in tallies}
    lacking = {
        ("school", tally.name): Lacks(((tally.counts, pl.col(tally.name).is_null()),))
        for tally in tallies
    }
    return frames.tallied("school", frames.school.with_columns(**values), lacking)


def _count(settings: Mapping[str, Any]) -> pl.Expr:
    listed = pl.col(settings["count"])
    least = float(settings["at_least"])
    reached = listed.list.eval((pl.element() >= least).cast(pl.UInt32)).list.sum().cast(pl.Float64)
    counted = pl.when(listed.is_not_null()).then(reached)
    given = settings.get("or", [])
    others = [given] if isinstance(given, str) else list(given)
    return counted.otherwise(pl.sum_horizontal(*others, ignore_nulls=False) if others else None)


def _summed_units(frames: Frames, tallies: Sequence[Tally]) -> Frames:
    """Sums over a school's units, of a fact or of a product of two; of no unit, 0."""
    if not tallies:
        return frames
    columns, none, lacking = [], {}, {}
    for name, settings in ((one.name, one.settings) for one in tallies):
        fact, times = settings["sum"], settings.get("times")
        value = pl.col(fact) * pl.col(times) if times else pl.col(fact)
        columns.append(pl.when(~value.is_null().any()).then(value.sum()).alias(name))
        none[name] = pl.when(pl.col("stages") == 0).then(0.0).otherwise(pl.col(name))
        if times:
            factors = pl.struct(pl.col(fact).alias("a"), pl.col(times).alias("b"))
            columns.append(factors.alias(f"{name}{TERMS}"))
        items = []
        tests = by_stage(lacks(frames, "unit", [fact, times] if times else [fact]))
        # a school's first stage tells first what it lacks
        for one in sorted(tests, key=lambda name: name.startswith(COMPULSORY[1])):
            test, column = tests[one], f"{name}{MISSING} {one}"
            columns.append(test.any().alias(column))
            items.append((one, pl.col(column).fill_null(value=False)))
        lacking["school", name] = Lacks(tuple(items))
    sums = frames.unit.group_by("school", maintain_order=True).agg(*columns)
    school = beside(frames.school, sums, "school").with_columns(**none)
    return frames.tallied("school", school, lacking)


def by_stage(found: Lacks, *, staged: bool = True) -> dict[str, pl.Expr]:
    """Tests by the names of the contract; staged: on rows of units, which are of one stage each."""
    tests: dict[str, pl.Expr] = {}
    for name, test in found.named().items():
        for stage in COMPULSORY if staged and STAGE in name else ("",):
            whole, own = name, test
            if stage:
                whole, own = name.replace(STAGE, stage), test & (pl.col("stage") == stage)
            tests[whole] = tests[whole] | own if whole in tests else own
    return tests


def _of_counties(frames: Frames, tallies: Sequence[Tally]) -> Frames:
    """Sums over a county's units or schools, with their second sums, all in one query a scope."""
    if not tallies:
        return frames
    sums: dict[str, Mapping[str, Any]] = {}
    for tally in tallies:
        sums[tally.name] = tally.settings
        if "also" in tally.settings:
            sums[f"{tally.name}{ALSO}"] = tally.settings["also"]
    county, facts = frames.county, {}
    for scope in ("unit", "school"):
        columns: list[pl.Expr] = []
        for name, settings in sums.items():
            if settings["from"] == scope:
                facts[name], found = _summed(frames, scope, name, settings)
                columns += found
        if columns:
            rows = _rows(frames, scope, columns).with_row_index("_at")
            county = beside(
                county, rows.group_by("county", maintain_order=True).agg(*columns), "county"
            )
    values, missing = {}, {}
    blank = {
        name: {one: at for one, at in found.items() if _known(county[f"{name}{_HELP}{one}"])}
        for name, found in facts.items()
    }
    for name, settings in sums.items():
        values[name], missing[name] = _total(name, settings, list(blank[name]))
    county = county.with_columns(
        **values,
        **{f"{name}{MISSING}": column for name, column in missing.items()},
        **{f"{name}{ROWS}": pl.col(f"{name}{_HELP}rows").fill_null(0) for name in sums},
    )
    for scope in ("unit", "school"):
        here = {
            f"{name}{AT}{one}": at
            for name, settings in sums.items()
            for one, at in (blank[name].items() if settings["from"] == scope else ())
        }
        county = _naming(county, _rows(frames, scope), here) if here else county
    both = [tally.name for tally in tallies if "also" in tally.settings]
    county = county.with_columns(
        *(
            (pl.col(f"{name}{end}") + pl.col(f"{name}{ALSO}{end}")).alias(f"{name}{end}")
            for name in both
            for end in ("", ROWS)
        ),
        *(
            each_once(f"{name}{MISSING}", f"{name}{ALSO}{MISSING}").alias(f"{name}{MISSING}")
            for name in both
        ),
    ).drop(pl.selectors.contains(_HELP))
    lacking = {("county", one.name): Lacks((pl.col(f"{one.name}{MISSING}"),)) for one in tallies}
    return frames.tallied("county", county, lacking)


def _naming(
    county: pl.DataFrame, rows: pl.DataFrame, blanks: Mapping[str, pl.Expr]
) -> pl.DataFrame:
    """Counties with the schools whose blanks leave a sum open: the names of the first, and how many."""
    masks: list[pl.Series] = []  # many sums are open at the same rows
    which = {}
    for mask in rows.select(at.fill_null(value=False).alias(name) for name, at in blanks.items()):
        known = (n for n, one in enumerate(masks) if one.equals(mask))
        if (number := next(known, None)) is None:
            number = len(masks)
            masks.append(mask.alias(f"{_HELP}{number}"))
        which[mask.name] = number
    columns: list[pl.Expr] = []
    for mask in masks:
        first = pl.col("school_name").filter(mask.name).unique(maintain_order=True).head(NAMED)
        many = pl.col("school").filter(mask.name).n_unique()
        columns += [first.alias(f"{mask.name} first"), many.alias(f"{mask.name} many")]
    blank = rows.select("county", "school", "school_name").with_columns(masks)
    blank = blank.filter(pl.any_horizontal(mask.name for mask in masks))
    found = blank.group_by("county", maintain_order=True).agg(*columns)
    county = beside(county, found, "county")
    named = []
    for name in blanks:
        tally, _, fact = name.partition(AT)
        own = masks[which[name]].name
        schools = pl.struct(first=f"{own} first", many=f"{own} many")
        lacking = pl.col(f"{tally}{MISSING}").list.contains(fact)
        named.append(pl.when(lacking).then(schools).alias(name))
    return county.with_columns(named)


_VACATED = "_vacated"  # whether a row is of a stage without pupils


def _rows(frames: Frames, scope: str, columns: Iterable[pl.Expr] = ()) -> pl.DataFrame:
    """The rows that sums are taken of, those of stages without pupils last; columns: what is needed."""
    rows = frames.of(scope)
    if scope != "unit" or frames.vacated.is_empty():
        return rows
    asked = {name for one in columns for name in one.meta.root_names()} | {"county"}
    needed = [name for name in rows.columns if not columns or name in asked]
    return pl.concat(
        one.select(*needed, pl.lit(value=gone).alias(_VACATED))
        for one, gone in ((rows, False), (frames.vacated, True))
    )


def summed_rows(frames: Frames, settings: Mapping[str, Any]) -> tuple[pl.DataFrame, pl.Expr]:
    """The rows of a sum's scope, and which of them count (null: that cannot be told)."""
    return _rows(frames, settings["from"]), _counting(frames, settings)


def by_school(frames: Frames, tallies: Iterable[Tally]) -> pl.DataFrame:
    """What each school adds to sums and counts of its county: a column a tally, 0 where it adds nothing.

    The columns add up to the tallies, but for those that a total given instead stands in for.
    """
    added = frames.school.select("school", "county", "school_code", "school_name")
    for tally in tallies:
        settings = tally.settings
        sums = [settings, settings["also"]] if "also" in settings else [settings]
        pieces = []
        for one in sums:
            counts = _counting(frames, one)
            value = pl.col(one["sum"]) if "sum" in one else pl.lit(1.0)
            rows = _rows(frames, one["from"], [counts, value, pl.col("school")])
            pieces.append(rows.filter(counts).select("school", value.alias(tally.name)))
        mine = pl.concat(pieces).group_by("school").agg(pl.col(tally.name).sum())
        added = beside(added, mine, "school")
    return added.fill_null(0.0)


def blanks(frames: Frames, tally: Tally) -> Mapping[str, Mapping[str, str]]:
    """The facts that leave a county's sum open → the schools at which they are blank: code → name."""
    found: dict[str, dict[str, str]] = {}
    settings = tally.settings
    for one in [settings, settings["also"]] if "also" in settings else [settings]:
        tests, _ = _summed(frames, one["from"], tally.name, one)
        rows = _rows(frames, one["from"])
        for fact, at in tests.items():
            schools = rows.filter(at).select("school_code", "school_name").iter_rows()
            found.setdefault(fact, {}).update(schools)
    return {fact: schools for fact, schools in found.items() if schools}


def _counting(frames: Frames, settings: Mapping[str, Any]) -> pl.Expr:
    """Whether a row counts in a sum, null where a condition is open.

    A stage without pupils counts where it has any of the figures that go together.
    """
    where = settings.get("where", {})
    # a column, never a word for all rows: of that there would be a single one
    counts = conditions.matches(where) if where else pl.col("county").is_not_null()
    if "stage" in settings:
        counts &= pl.col("stage") == settings["stage"]
    if settings.get("unless"):
        counts &= ~conditions.matches(settings["unless"]).fill_null(value=False)
    if settings["from"] != "unit" or frames.vacated.is_empty():
        return counts
    given = [(pl.col(one) > 0).fill_null(value=False) for one in frames.beside[settings["sum"]]]
    return counts & (~pl.col(_VACATED) | pl.any_horizontal(given))


def _known(column: pl.Series) -> bool:
    """Whether a column says anything."""
    return column.null_count() < column.len()


_HELP = " · "  # in the names of columns that only lead to a tally


def _summed(
    frames: Frames, scope: str, name: str, settings: Mapping[str, Any]
) -> tuple[Mapping[str, pl.Expr], Iterable[pl.Expr]]:
    """Per county: the sum of the rows that count (or their number), how many count, how many are blank.

    With the facts that may be missing: where each is, and at which row first.
    """
    summed, counts = [settings["sum"]] if "sum" in settings else [], _counting(frames, settings)
    value = pl.when(counts).then(pl.col(*summed) if summed else 1.0)
    there, blank = counts.fill_null(value=True), value.is_null()
    tests = lacks(frames, scope, [*summed, *conditions.facts(settings.get("where", {}))])
    staged = by_stage(tests, staged=scope == "unit")
    facts = {one: there & blank & test for one, test in staged.items()}
    return facts, (
        value.sum().alias(f"{name}{_HELP}sum"),
        there.sum().alias(f"{name}{_HELP}rows"),
        (there & blank).sum().alias(f"{name}{_HELP}blank"),
        *(pl.col("_at").filter(at).min().alias(f"{name}{_HELP}{one}") for one, at in facts.items()),
    )


def _total(name: str, settings: Mapping[str, Any], facts: Sequence[str]) -> tuple[pl.Expr, pl.Expr]:
    """A sum, null where any of it is, and the list of what is missing; or the total given instead."""
    rows, blank = (pl.col(f"{name}{_HELP}{one}").fill_null(0) for one in ("rows", "blank"))
    value: pl.Expr = pl.when(blank == 0).then(pl.col(f"{name}{_HELP}sum").fill_null(0.0))
    missing = in_order({one: pl.col(f"{name}{_HELP}{one}") for one in facts})
    total = settings.get("or")
    if total:
        instead = (blank == rows) & (rows > 0) & pl.col(total).is_not_null()
        value = pl.when(instead).then(pl.col(total)).otherwise(value)
        missing = pl.when(instead).then(NO_WORDS).otherwise(missing)
    return value, missing
