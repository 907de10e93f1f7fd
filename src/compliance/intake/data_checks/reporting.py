"""How a data check finds its rows and says what it doubts, at the cell concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.school_types import IMPLIED
from compliance.intake.acceptance.ledger import Ledger, problem_at
from compliance.kernel.i18n import say

Row = dict[str, object]
ROW = ("_table", "_row", "_code", "_year")
STAGES = ("primary", "junior", "senior")


def rows(frame: pl.DataFrame, which: pl.Expr, *columns: str) -> list[Row]:
    """The rows that a check concerns, with where they stand and these columns."""
    names = [name for name in ("school_code",) if name in frame.columns]
    return frame.filter(which).select(*dict.fromkeys([*ROW, *names, *columns])).to_dicts()


def warn(ledger: Ledger, row: Row, code: str, message: str, expected: str, *facts: str) -> None:
    """A warning about a row, at the first of `facts`; verdicts that rest on any of them name it."""
    ledger.report(problem_at(ledger, row, "warning", code, message, expected, *facts))


def figures(name: str, frame: pl.DataFrame, besides: Sequence[str] = ()) -> pl.Expr:
    """A figure, where a blank of a stage that the school's type does not have counts as none.

    A school that gives pupils or classes of such a stage has it all the same: its blank is one.
    Only for a doubt: no verdict ever rests on it. besides: further types of which that is so.
    """
    if "school_type" not in frame.columns:
        return pl.col(name)
    stage = next((one for one in STAGES if name.startswith(f"{one}_")), None)
    if stage is not None:
        without = [kind for kind, stages in IMPLIED.items() if stage not in stages]
        absent = pl.col("school_type").is_in(without) & ~_given(stage, frame)
        absent |= pl.col("school_type").is_in(besides)
    elif name.startswith("special_"):
        absent = pl.col("school_type") != "special"
    else:
        return pl.col(name)
    return pl.when(pl.col(name).is_null() & absent).then(0.0).otherwise(pl.col(name))


def _given(stage: str, frame: pl.DataFrame) -> pl.Expr:
    """Whether pupils or classes of the stage are stated."""
    names = (f"{stage}_students", f"{stage}_classes")
    return pl.any_horizontal(
        (pl.col(name) > 0).fill_null(value=False) for name in names if name in frame.columns
    )


def total(names: Sequence[str], frame: pl.DataFrame, besides: Sequence[str] = ()) -> pl.Expr:
    """The sum of such figures, blank where one of them is."""
    return pl.sum_horizontal(*(figures(n, frame, besides) for n in names), ignore_nulls=False)


def titles(facts: Mapping[str, Fact], names: Sequence[str]) -> str:
    """What a sum of facts is called."""
    joined = say("{t}", "{e}", t="、".join(facts[n].title for n in names),
                 e=" + ".join(facts[n].title_en for n in names))  # fmt: skip
    return joined + say("之和", "") if len(names) > 1 else joined
