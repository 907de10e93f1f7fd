"""What a data check is: a declaration of the rows it looks at, which it doubts, and what it says.

Checks are declared over views: the frames of schools and counties, and what is made of them. All
are warnings, each names the facts concerned for the verdicts that rest on them, and a blank is
never a zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.school_types import IMPLIED
from compliance.intake.acceptance.integrity import SCHOOL, Tables, locate
from compliance.intake.acceptance.unread import Unread
from compliance.intake.limits import EXPLAINED_ROWS
from compliance.intake.problems import Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg_in, say
from compliance.kernel.submission import STAGES

Row = dict[str, Any]
KEY = ["_code", "_year"]
ROW = ("_table", "_row", "_code", "_year")
_ALIKE = "_alike"  # how many of a county a row stands for
_FIGURE = "figure "  # before the name of a fact: see `figure`
BEFORE = "_before"  # ends the name of a fact of last year
Types = Mapping[str, pl.DataType]  # of the facts of schools and counties


@dataclass(frozen=True)
class Doubt:
    """What a check says of one row.

    facts: those concerned; the warning stands at the first of them that the row's table has.
    at: facts to stand at instead. where: a place of its own, for what stands in no table. besides:
    facts that it was worked out from too. of_all: it holds only where all the county's schools were read.
    """

    code: str
    message: str
    expected: str
    facts: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    where: Location | None = None
    besides: tuple[str, ...] = ()
    of_all: bool = False


@dataclass(frozen=True)
class Check:
    """One declaration.

    view: the frame it looks at. when: the rows it doubts, None for all. tell: what it says of
    one of them. needs: the columns that `tell` reads, beside ``_table``, ``_row`` and the key.
    """

    view: str
    when: pl.Expr | None
    tell: Callable[[Row], Doubt]
    needs: tuple[str | pl.Expr, ...] = ()


def run(
    checks: Sequence[Check],
    views: Mapping[str, pl.DataFrame],
    tables: Tables,
    types: Types,
    unread: Unread,
    figures: Mapping[str, pl.Expr],
) -> list[Problem]:
    """The doubts of all checks, in their order: a query of flags a view, and one a check that doubts.

    figures: see there. Left out is what would be said only because a cell could not be read.
    """
    doubted: dict[int, list[Row]] = {}
    for name, view in views.items():
        if view.is_empty():
            continue
        own = [(number, one) for number, one in enumerate(checks) if one.view == name]
        whens = {str(number): one.when for number, one in own if one.when is not None}
        flags = with_absent(view, whens.values(), types, figures).select(**whens).collect()
        for number, one in own:
            flag = flags[str(number)] if one.when is not None else None
            if flag is not None and not flag.any():
                continue
            needed = _needed(view, one.needs)
            rows = with_absent(view, needed.values(), types, figures)
            rows = rows if flag is None else rows.filter(flag)
            doubted[number] = _explained(rows.select(**needed).collect())
    told = ((checks[n].tell(row), row) for n in sorted(doubted) for row in doubted[n])
    return [_problem(doubt, row, tables) for doubt, row in told if not _spoiled(doubt, row, unread)]


def _explained(rows: pl.DataFrame) -> list[Row]:
    """The rows of which a check tells: so many singly, of each county's others the first, with their number."""
    singly = rows.head(EXPLAINED_ROWS).to_dicts()
    rest = rows.slice(EXPLAINED_ROWS)
    if rest.is_empty():
        return singly
    counties = rest.group_by(*KEY, maintain_order=True)
    return [*singly, *counties.agg(pl.all().first(), pl.len().alias(_ALIKE)).to_dicts()]


def _spoiled(doubt: Doubt, row: Row, unread: Unread) -> bool:
    """Whether a doubt follows from something that could not be read."""
    if not unread:
        return False
    facts = (*doubt.facts, *doubt.at, *doubt.besides)
    if doubt.of_all and unread.among_schools(row, facts):
        return True
    return "_row" in row and unread.any_cell(row, facts)


def with_absent(
    view: pl.DataFrame,
    asked: Iterable[pl.Expr],
    types: Types,
    figures: Mapping[str, pl.Expr] = MappingProxyType({}),
) -> pl.LazyFrame:
    """The view with the facts that expressions ask for and nobody gave, as missing, and the `figures`."""
    names = _roots(asked)
    known = {name: figures[name] for name in names if name in figures}
    names |= _roots(known.values())
    absent = [name for name in names if name not in view.columns and name not in known]
    whole = view.lazy().with_columns(
        pl.lit(None, types[name.removesuffix(BEFORE)]).alias(name) for name in absent
    )
    return whole.with_columns(**known) if known else whole


def _roots(asked: Iterable[pl.Expr]) -> dict[str, None]:
    return {name: None for one in asked for name in one.meta.root_names()}


def _needed(view: pl.DataFrame, needs: Iterable[str | pl.Expr]) -> dict[str, pl.Expr]:
    columns = [name for name in (*ROW, *SCHOOL) if name in view.columns]
    exprs = (pl.col(one) if isinstance(one, str) else one for one in (*columns, *needs))
    return {one.meta.output_name(): one for one in exprs}


def _problem(doubt: Doubt, row: Row, tables: Tables) -> Problem:
    where = doubt.where or locate(tables, row, *(doubt.at or doubt.facts))
    message = doubt.message
    if row.get(_ALIKE, 1) > 1:
        message = say("{m}（这样的另有{n}处）", m=message, n=row[_ALIKE] - 1)
    return where.warning(doubt.code, message, doubt.expected, doubt.facts)


def figures(facts: Mapping[str, Fact]) -> dict[str, pl.Expr]:
    """The columns that `figure` names, each worked out once for all checks."""
    found = ((name, _figure(name, facts, ())) for name in facts)
    return {f"{_FIGURE}{name}": one for name, one in found if one is not None}


def figure(name: str, facts: Mapping[str, Fact], besides: Sequence[str] = ()) -> pl.Expr:
    """A figure, where a blank of a stage that the school's type does not have counts as none.

    A school that gives pupils or classes of such a stage has it all the same: its blank is one.
    Only for a doubt: no verdict ever rests on it. besides: further types of which that is so.
    """
    found = _figure(name, facts, besides)
    if found is None:
        return pl.col(name)
    return found if besides else pl.col(f"{_FIGURE}{name}")


def _figure(name: str, facts: Mapping[str, Fact], besides: Sequence[str]) -> pl.Expr | None:
    """What `figure` makes of a fact; None where that is the fact itself."""
    if "school_type" not in facts:
        return None
    stage = next((one for one in STAGES if name.startswith(f"{one}_")), None)
    if stage is not None:
        without = [kind for kind, stages in IMPLIED.items() if stage not in stages]
        absent = pl.col("school_type").is_in(without) & ~_given(stage, facts)
        absent |= pl.col("school_type").is_in(besides)
    elif name.startswith("special_"):
        absent = pl.col("school_type") != "special"
    else:
        return None
    return pl.when(pl.col(name).is_null() & absent).then(0.0).otherwise(pl.col(name))


def _given(stage: str, facts: Mapping[str, Fact]) -> pl.Expr:
    """Whether pupils or classes of the stage are stated."""
    names = (f"{stage}_students", f"{stage}_classes")
    return pl.any_horizontal(
        (pl.col(name) > 0).fill_null(value=False) for name in names if name in facts
    )


def total(names: Sequence[str], facts: Mapping[str, Fact], besides: Sequence[str] = ()) -> pl.Expr:
    """The sum of such figures, blank where one of them is."""
    return pl.sum_horizontal(*(figure(n, facts, besides) for n in names), ignore_nulls=False)


def titles(facts: Mapping[str, Fact], names: Sequence[str]) -> str:
    """What a sum of facts is called."""
    joined = msg_in("+", "、").join(facts[name].label for name in names)
    return say("{f}之和", f=joined) if len(names) > 1 else joined
