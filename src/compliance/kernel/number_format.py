"""Numbers as people read them: rounded for show, never for judging."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import polars as pl


def fixed(value: pl.Expr, decimals: int) -> pl.Expr:
    """A number with exactly so many decimals, as text: 4.1 → "4.10"; halves away from zero."""
    scale = 10**decimals
    scaled = (value.abs() * scale).round(0, mode="half_away_from_zero").cast(pl.Int64, strict=False)
    whole = (scaled // scale).cast(pl.String)
    sign = pl.when((value < 0) & (scaled > 0)).then(pl.lit("-")).otherwise(pl.lit(""))
    if not decimals:
        return pl.concat_str(sign, whole)
    rest = pl.lit(_decimals(decimals)).gather(scaled % scale)
    return pl.concat_str(sign, whole, rest)


@cache
def _decimals(many: int) -> pl.Series:
    """ ".00" to ".99": looked up, since it is quicker than to be written a million times."""
    return pl.Series([f".{part:0{many}d}" for part in range(10**many)])


def short(value: pl.Expr, decimals: int = 2) -> pl.Expr:
    """A number with at most so many decimals: 6.00 → "6", 0.250 → "0.25"."""
    text = fixed(value, decimals)
    return text.str.strip_chars_end("0").str.strip_chars_end(".") if decimals else text


def plain(value: Decimal) -> str:
    """A limit as the law prints it: 3.5, 100, 0.5."""
    return format(value.normalize(), "f")


def without_zeros(figure: str) -> str:
    """A figure without the zeros behind its last decimal: 6.00 → 6, 0.250 → 0.25, 100 → 100."""
    return figure.rstrip("0").rstrip(".") if "." in figure else figure


def whole_number(value: object) -> object:
    """A whole number without ``.0``, as people write it; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def rounded(value: pl.Expr, decimals: int) -> pl.Expr:
    """The float that `fixed` shows."""
    scale = 10**decimals
    nearest: pl.Expr = (value * scale).round(0, mode="half_away_from_zero") / scale
    return nearest


def exact(value: pl.Expr) -> pl.Expr:
    """A figure unrounded, as text: what a finding holds, without the noise of its binary digits."""
    return value.round_sig_figs(15).cast(pl.String)
