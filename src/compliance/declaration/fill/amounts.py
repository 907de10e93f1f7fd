"""What a cell of the form holds: an exact figure shown rounded, words, or a blank with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from compliance.declaration.form.placeholders import TYPED
from compliance.engine.exact_arithmetic import rounded
from compliance.kernel.number_format import plain
from compliance.rules.language.model import COMPARE

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
    lacks: tuple[Lack, ...] = ()
    met: bool | None = None
    bar: tuple[str, float] | None = None

    @property
    def known(self) -> bool:
        """Whether it is settled what to write; a verdict may be shown by an empty cell."""
        return self.number is not None or bool(self.text) or self.emptied

    @property
    def emptied(self) -> bool:
        """Whether the form leaves the cell empty for this verdict."""
        settled = self.met is not None and not self.lacks
        return settled and self.number is None and not self.text


def blank(lacks: Iterable[Lack], met: bool | None = None) -> Amount:
    """Nothing can be written, and why; each reason once."""
    return Amount(lacks=tuple(dict.fromkeys(lacks)), met=met)


def printed(number: Fraction, decimals: int) -> Decimal:
    """The figure as a form prints it: rounded half up, or TYPED: as it was typed."""
    if decimals == TYPED:
        return Decimal(plain(Decimal(repr(float(number)))))
    return rounded(number, decimals)


def shown(amount: Amount, decimals: int) -> str:
    """The figure as the form prints it; empty for a blank."""
    if amount.number is None:
        return amount.text
    return f"{printed(amount.number, decimals):f}"


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
