"""What a cell of the form holds: an exact figure shown rounded, words, or a blank with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from compliance.declaration.blanks import TYPED
from compliance.figures import plain
from compliance.rule import COMPARE

# Digits of a root: enough for a half at the third decimal to be seen as one.
_DIGITS = 60
NONE = "—"


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a cell stays blank: a fact that is missing, and at which school (empty: the county's).

    fact: by the name of the contract; where no fact is missing, `why` says what is.
    """

    fact: str
    school_code: str = ""
    school_name: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure (unrounded), or words, or nothing with what it lacks.

    met: whether the judgement attached to the figure is met. bar: the operator and limit it was
    held against.
    """

    number: Fraction | None = None
    text: str = ""
    lacks: tuple[Lack, ...] = field(default=())
    met: bool | None = None
    bar: tuple[str, float] | None = None

    @property
    def known(self) -> bool:
        """Whether there is anything to write."""
        return self.number is not None or bool(self.text)


def blank(lacks: Iterable[Lack], met: bool | None = None) -> Amount:
    """Nothing can be written, and why; each reason once."""
    return Amount(lacks=tuple(dict.fromkeys(lacks)), met=met)


def rounded(number: Fraction, decimals: int) -> Decimal:
    """Half away from zero, from the exact figure; TYPED: as it was typed."""
    if decimals == TYPED:
        return Decimal(plain(Decimal(repr(float(number)))))
    scaled = abs(number) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    sign = -1 if number < 0 else 1
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(sign * whole).scaleb(-decimals)


def shown(amount: Amount, decimals: int) -> str:
    """The figure as the form prints it; empty for a blank."""
    if amount.number is None:
        return amount.text
    return f"{rounded(amount.number, decimals):f}"


def finer(amount: Amount, decimals: int) -> str:
    """The figure with the fewest decimals that read as its verdict does; empty where those shown do.

    0.5004 over a limit of 0.50 is shown as 0.500 and unmet: somebody would ask.
    """
    if amount.number is None or amount.met is None or amount.bar is None or decimals == TYPED:
        return ""
    compare, limit = COMPARE[amount.bar[0]], Decimal(repr(amount.bar[1]))
    for places in range(decimals, 17):
        read = rounded(amount.number, places)
        if bool(compare(read, limit)) == amount.met:
            return "" if places == decimals else f"{read:f}"
    return ""


def root(square: Fraction) -> Fraction:
    """The square root to sixty digits; exact where the root is a finite decimal."""
    with localcontext() as context:
        context.prec = _DIGITS
        context.rounding = ROUND_HALF_UP
        return Fraction((Decimal(square.numerator) / Decimal(square.denominator)).sqrt())
