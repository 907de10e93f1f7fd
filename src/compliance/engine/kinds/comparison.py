"""An indicator held against a limit, row by row; and what is missing until it is met."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.evaluate import Evaluation, subject_columns
from compliance.engine.exact_arithmetic import Quantity
from compliance.kernel.submission import FAIL, NO_WORDS, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language.model import UPPER, Limit


def judge(
    frame: pl.DataFrame,
    evaluation: Evaluation,
    scope: str,
    indicator: str,
    limit: Limit,
    floor: Limit | None = None,
) -> pl.DataFrame:
    """Hold an indicator against a limit, row by row of a scope's frame.

    Returns the subject's columns with status, value, threshold, floor, above_floor, shortfall,
    shortfall_unit, excess and lacks. Missing facts give unknown, 0 of 0 not_applicable, n of 0 unknown. Where the
    indicator's facts are missing and it names another (`else`), that one is judged instead.
    """
    test = _Test.of(evaluation, scope, indicator, limit, floor)
    first = test.judge(frame)
    fallback = test.quantity.indicator.fallback
    if fallback is None:
        return first
    second = judge(frame, evaluation, scope, fallback, limit, floor)
    missing = first["lacks"].list.len() > 0
    names = [name for name in first.columns if name not in ("county", "school", "unit", "stage")]
    both = pl.concat([first, second.select(pl.col(names).name.suffix("_other"))], how="horizontal")
    both = both.with_columns(missing.alias("_missing"))
    return both.select(
        *subject_columns(first).columns,
        *(
            pl.when("_missing").then(pl.col(f"{name}_other")).otherwise(pl.col(name)).alias(name)
            for name in names
            if name != "lacks"
        ),
        pl.when(pl.col("_missing") & (pl.col("status_other") == UNKNOWN))
        .then(pl.concat_list("lacks", "lacks_other"))
        .when("_missing")
        .then(NO_WORDS)
        .otherwise(pl.col("lacks"))
        .alias("lacks"),
    )


@dataclass(frozen=True)
class _Test:
    """One quantity, its limit and its floor, bound to a frame."""

    evaluation: Evaluation
    scope: str
    quantity: Quantity
    limit: Limit
    limits: Quantity | None
    floor: Limit | None

    @classmethod
    def of(
        cls, evaluation: Evaluation, scope: str, indicator: str, limit: Limit, floor: Limit | None
    ) -> _Test:
        known = evaluation.ruleset.indicators
        bound = exact_arithmetic.quantity(known[indicator], evaluation.frames, scope)
        limits = (
            exact_arithmetic.quantity(known[limit.indicator], evaluation.frames, scope)
            if limit.indicator
            else None
        )
        return cls(evaluation, scope, bound, limit, limits, floor)

    def judge(self, frame: pl.DataFrame) -> pl.DataFrame:
        q = self.quantity
        lacks = q.lacks(self.evaluation.frames, self.scope)
        if self.limits is not None:
            lacks = pl.concat_list(lacks, self.limits.lacks(self.evaluation.frames, self.scope))
        measured = frame.with_columns(
            pl.int_range(pl.len()).alias("_row"),
            q.of.alias("_of"),
            (q.over if q.over is not None else pl.lit(1.0)).alias("_over"),
            exact_arithmetic.limit_column(self.limit, self.limits).alias("threshold"),
            (
                exact_arithmetic.limit_column(self.floor, None)
                if self.floor
                else pl.lit(None, pl.Float64)
            ).alias("floor"),
            lacks.list.unique(maintain_order=True).alias("lacks"),
            q.value.alias("value"),
        )
        measured = measured.with_columns(
            exact_arithmetic.meets(pl.col("value"), self.limit.operator, pl.col("threshold")).alias(
                "_meets"
            ),
            exact_arithmetic.meets(pl.col("value"), self.limit.operator, pl.col("floor")).alias(
                "above_floor"
            ),
        )
        measured = self._exactly(measured)
        judged = measured.with_columns(self._status().alias("status"))
        judged = self._gaps(judged)
        name = pl.lit(q.indicator.name)  # its gap unit is a word: said at the edge
        return judged.select(
            *subject_columns(frame).columns,
            "status",
            pl.when(pl.col("status") != UNKNOWN).then("value").alias("value"),
            "threshold", "floor", "above_floor", "shortfall", "excess",
            pl.when(pl.col("shortfall").is_not_null()).then(name).alias("shortfall_unit"),
            pl.when(pl.col("status") == UNKNOWN).then("lacks").otherwise(NO_WORDS).alias("lacks"),
        )  # fmt: skip

    def _exactly(self, measured: pl.DataFrame) -> pl.DataFrame:
        """Judge again, with fractions, the rows that lie on a line."""
        if self.quantity.plain and (self.limits is None or self.limits.plain):
            return measured  # doubles of typed figures compare like the figures themselves
        close = measured.filter(
            exact_arithmetic.near(pl.col("value"), pl.col("threshold"))
            | exact_arithmetic.near(pl.col("value"), pl.col("floor"))
        )
        if close.is_empty():
            return measured
        rows = [self._exact_row(row) for row in close.select(self._columns()).iter_rows(named=True)]
        exact = pl.DataFrame(
            rows,
            schema={"_row": pl.Int64, "_v": pl.Float64, "_m": pl.Boolean, "_f": pl.Boolean},
            orient="row",
        )
        return measured.join(exact, on="_row", how="left", maintain_order="left").with_columns(
            pl.coalesce("_v", "value").alias("value"),
            pl.coalesce("_m", "_meets").alias("_meets"),
            pl.coalesce("_f", "above_floor").alias("above_floor"),
        )

    def _exact_row(
        self, row: exact_arithmetic.Row
    ) -> tuple[object, float | None, bool | None, bool | None]:
        value = self.quantity.exact(row)
        limit = exact_arithmetic.exact_limit(self.limit, self.limits, row)
        if value is None or limit is None:
            return (row["_row"], None, None, None)
        floor = exact_arithmetic.exact_limit(self.floor, None, row) if self.floor else None
        operator = self.limit.operator
        return (
            row["_row"],
            float(value),
            exact_arithmetic.meets_exactly(value, operator, limit),
            None if floor is None else exact_arithmetic.meets_exactly(value, operator, floor),
        )

    def _columns(self) -> list[str]:
        names = [*self.quantity.columns, *(self.limits.columns if self.limits else ())]
        keys = [one.by for one in (self.limit, self.floor) if one is not None and one.table]
        known = self.evaluation.frames.of(self.scope).columns
        return list(dict.fromkeys(["_row", *names, *(key for key in keys if key in known)]))

    def _gaps(self, judged: pl.DataFrame) -> pl.DataFrame:
        """Shortfall of a missed lower limit, excess over an upper one, for the rows that fail."""
        empty = pl.lit(None, pl.Float64)
        if self.limit.operator in UPPER:
            over = pl.when(pl.col("status") == FAIL).then(pl.col("value") - pl.col("threshold"))
            return judged.with_columns(empty.alias("shortfall"), over.alias("excess"))
        indicator = self.quantity.indicator
        step = indicator.gap_step
        wanted = exact_arithmetic.ratio(pl.col("threshold") * pl.col("_over"), float(indicator.per))
        steps = exact_arithmetic.ratio(wanted - pl.col("_of"), float(step))
        scaled = pl.when(pl.col("status") == FAIL).then(steps)
        judged = judged.with_columns(scaled.alias("_steps"), empty.alias("excess"))
        unsure = (pl.col("_steps") - pl.col("_steps").round()).abs() <= (
            1e-6 + 1e-11 * pl.col("_steps").abs()
        )
        rows = [
            (row["_row"], self._exact_gap(row))
            for row in judged.filter(unsure).select(self._columns()).iter_rows(named=True)
        ]
        exact = pl.DataFrame(rows, schema={"_row": pl.Int64, "_gap": pl.Float64}, orient="row")
        rounded = exact_arithmetic.ratio(pl.col("_steps").ceil(), float(1 / Fraction(step)))
        return judged.join(exact, on="_row", how="left", maintain_order="left").with_columns(
            pl.coalesce("_gap", rounded).alias("shortfall")
        )

    def _exact_gap(self, row: exact_arithmetic.Row) -> float | None:
        of, over = self.quantity.exact_of(row), self.quantity.exact_over(row)
        limit = exact_arithmetic.exact_limit(self.limit, self.limits, row)
        if of is None or over is None or limit is None:
            return None
        indicator = self.quantity.indicator
        need = limit * over / Fraction(indicator.per) - of
        return float(exact_arithmetic.steps_up(need, indicator.gap_step))

    def _status(self) -> pl.Expr:
        """No limit for this subject → not_applicable, whatever is missing; missing → unknown; 0 of 0
        → not_applicable; n of 0 → unknown."""
        has_all = pl.col("lacks").list.len() == 0
        unset = pl.col("threshold").is_null() & pl.lit(self.limits is None)
        return (
            pl.when(unset | (has_all & pl.col("threshold").is_null()))
            .then(NOT_APPLICABLE)
            .when(~has_all)
            .then(UNKNOWN)
            .when((pl.col("_over") == 0) & (pl.col("_of") == 0))
            .then(NOT_APPLICABLE)
            .when(pl.col("_meets"))
            .then(PASS)
            .when(pl.col("_meets").is_null())
            .then(UNKNOWN)
            .otherwise(FAIL)
            .cast(pl.UInt8)
        )
