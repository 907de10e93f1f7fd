"""Numbers inside a working: exact where a decimal ends, else rounded and said to be."""

from __future__ import annotations

from fractions import Fraction

from compliance.engine.exact_arithmetic import rounded

_DIGITS = 6


def shown(value: Fraction | float | None, decimals: int = _DIGITS) -> str:
    """A number as an official writes it: 5.28, 590.91, 0.515257 (rounded, halves away from 0)."""
    if value is None:
        return "—"
    fraction = value if isinstance(value, Fraction) else Fraction(repr(float(value)))
    text = format(rounded(fraction, decimals), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def equals(value: Fraction | None, decimals: int = _DIGITS) -> str:
    """``= 5.28`` or, where no decimal of that length is the value, ``≈ 3.333333``."""
    if value is None:
        return "= —"
    ends = (value * 10**decimals).denominator == 1
    return f"{'=' if ends else '≈'} {shown(value, decimals)}"


def percent(share: Fraction, decimals: int = 2) -> str:
    """A share as a percentage: 0.425 → 42.5%."""
    return f"{shown(share * 100, decimals)}%"
