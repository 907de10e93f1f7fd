"""Whose row is it: the county and the year of every row, in ``_code`` and ``_year``.

Both are null where they cannot be told.
"""

from __future__ import annotations

import polars as pl


def with_missing(frame: pl.DataFrame, **types: pl.DataType | type[pl.DataType]) -> pl.DataFrame:
    """The frame with these columns added as missing where it has none."""
    absent = [name for name in types if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=types[name]).alias(name) for name in absent)


def keyed() -> pl.Expr:
    """The rows whose county and year are known."""
    return pl.col("_code").is_not_null() & pl.col("_year").is_not_null()


def county_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """County rows with their key, from their own code and year."""
    frame = with_missing(frame, county_code=pl.String, year=pl.Float64, county_name=pl.String)
    return _own_keys(frame, "year")


def _own_keys(frame: pl.DataFrame, year: str) -> pl.DataFrame:
    return frame.with_columns(_code=pl.col("county_code"), _year=pl.col(year).cast(pl.Int32))


def row_keys(
    frame: pl.DataFrame,
    counties: pl.DataFrame,
    *,
    many: bool,
    year: str = "year",
    schools: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Rows of schools and further tables with the key of their county.

    In a document of one county, that county. In a dataset, the row's own code and year; what a
    row of a further table does not say is taken from its school, where the school's code is that
    of one county, or from the only county there is; and the year, where a county has only one.
    year: the column that names the school year. schools: the keyed schools, for further tables.
    """
    frame = with_missing(frame, county_code=pl.String, **{year: pl.Float64})
    if not many:
        code, one = (counties["_code"][0], counties["_year"][0]) if len(counties) else (None, None)
        return frame.with_columns(
            _code=pl.lit(code, dtype=pl.String), _year=pl.lit(one, dtype=pl.Int32)
        )
    frame = _own_keys(frame, year)
    if schools is not None:
        frame = _of_only_county(_of_school(frame, schools), counties)
    return _of_only_year(frame, counties)


def _of_school(frame: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """County and year of the row's school, as far as its code leaves no doubt."""
    if "school_code" not in frame.columns or "school_code" not in schools.columns:
        return frame
    named = pl.col("school_code").is_not_null() & pl.col("_code").is_not_null()
    homes = schools.filter(named).select("school_code", "_code", "_year").unique()
    frame = _taken(frame, homes, ["school_code", "_year"], "_code")
    frame = _taken(frame, homes, ["school_code"], "_code")
    return _taken(frame, homes, ["school_code", "_code"], "_year")


def _taken(frame: pl.DataFrame, homes: pl.DataFrame, by: list[str], what: str) -> pl.DataFrame:
    """The frame with missing values of `what` taken from the homes that agree on it."""
    only = homes.group_by(by).agg(
        pl.col(what).first().alias("_found"), pl.col(what).n_unique().alias("_number")
    )
    only = only.filter(pl.col("_number") == 1).drop("_number")
    joined = frame.join(only, on=by, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(what, "_found").alias(what)).drop("_found")


def _of_only_county(frame: pl.DataFrame, counties: pl.DataFrame) -> pl.DataFrame:
    codes = counties["_code"].unique()
    if len(codes) != 1 or codes[0] is None:
        return frame
    return frame.with_columns(pl.col("_code").fill_null(codes[0]))


def _of_only_year(frame: pl.DataFrame, counties: pl.DataFrame) -> pl.DataFrame:
    named = counties.filter(pl.col("_code").is_not_null())
    return _taken(frame, named.select("_code", "_year"), ["_code"], "_year")
