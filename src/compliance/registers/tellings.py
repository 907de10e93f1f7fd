"""What was odd in registers: every case counted, the first ones kept to be named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from compliance.intake.limits import EXPLAINED_ROWS
from compliance.kernel.errors import Problem


class ToldKind(NamedTuple):
    """Of which register, how bad, what."""

    register: str
    severity: str
    code: str


class Tellings:
    """Problems of all registers; `problems` holds at most `EXPLAINED_ROWS` of a kind, `counts` all."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.counts: Counter[ToldKind] = Counter()

    def tell(self, register: str, found: Iterable[Problem], more: int = 0) -> None:
        """Problems of a register; more: how many like the last are not among them."""
        last = None
        for one in found:
            last = ToldKind(register, one.severity, one.code)
            self.counts[last] += 1
            if self.counts[last] <= EXPLAINED_ROWS:
                self.problems.append(one)
        if last is not None:
            self.counts[last] += more

    def unnamed(self) -> Iterator[tuple[ToldKind, int]]:
        """The kinds of which not all are named, and how many are not."""
        for kind, count in self.counts.items():
            if count > EXPLAINED_ROWS:
                yield kind, count - EXPLAINED_ROWS
