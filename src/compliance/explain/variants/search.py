"""The figures that could be changed, and the smallest change of each that turns a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from compliance.explain.variants.rejudge import Trial

Row = Mapping[str, object] | None
_WAYS = 32  # variants judged at once for each figure and direction


@dataclass(frozen=True)
class Lever:
    """One figure that may be changed by whole steps (persons, rooms, hundredths of a square metre).

    make: number of steps (negative: fewer) → the changed facts. least, most: the steps within which
    the figure stays a possible one.
    """

    fact: str
    title: str
    unit: str
    step: Decimal
    before: Decimal
    least: int
    most: int
    make: Callable[[int], Mapping[str, object]]

    def after(self, steps: int) -> Decimal:
        """The figure after so many steps."""
        return self.before + steps * self.step


def number_lever(
    fact: str, title: str, unit: str, step: Decimal, value: float,
    low: float | None, high: float | None,
) -> Lever:  # fmt: skip
    """A lever on one number; it stays between low (0 where none is set) and high."""
    before = Decimal(repr(float(value)))
    floor = Decimal(repr(float(low or 0)))
    top = Decimal(repr(float(high))) if high is not None else before * 10 + 1000
    return Lever(
        fact, title, unit, step, before,
        least=-int((before - floor) // step),
        most=int((top - before) // step),
        make=lambda steps: {fact: float(before + steps * step)},
    )  # fmt: skip


def items_lever(fact: str, title: str, unit: str, items: Sequence[float], size: float) -> Lever:
    """A lever on the number of items of a list that reach a size: whole rooms, added or gone."""
    reaching = [place for place, item in enumerate(items) if item >= size]

    def make(steps: int) -> Mapping[str, object]:
        if steps >= 0:
            return {fact: [*items, *([size] * steps)]}
        gone = set(reaching[steps:])
        return {fact: [item for place, item in enumerate(items) if place not in gone]}

    return Lever(fact, title, unit, Decimal(1), Decimal(len(reaching)), -len(reaching), 1000, make)


def smallest(
    trial: Trial, levers: Sequence[Lever], goal: Callable[[Row], bool]
) -> list[tuple[Lever, int]]:
    """For each lever, up and down, the fewest steps that reach the goal and that one step less
    does not; levers that never reach it are left out.

    Steps are tried in doubling strides, then ever finer between the last that misses and the first
    that reaches: of a goal that is reached, lost and reached again the nearest stretch is found
    only if a stride falls into it.
    """
    searches = [
        _Search(lever, sign, lever.most if sign > 0 else -lever.least)
        for lever in levers
        for sign in (1, -1)
    ]
    waiting = [one for one in searches if one.most > 0]
    while waiting:
        tried = [(one, one.next()) for one in waiting]
        changes = [one.lever.make(one.sign * k) for one, steps in tried for k in steps]
        rows = iter(trial.judge(changes))
        for one, steps in tried:
            one.learn(steps, [goal(next(rows)) for _ in steps])
        waiting = [one for one in waiting if not one.done]
    return [(one.lever, one.sign * one.reached) for one in searches if one.reached is not None]


class _Search:
    """The search on one lever in one direction: `missed` steps do not reach, `reached` steps do."""

    def __init__(self, lever: Lever, sign: int, most: int) -> None:
        self.lever, self.sign, self.most = lever, sign, most
        self.missed = 0
        self.reached: int | None = None
        self.done = False

    def next(self) -> list[int]:
        """The steps to be tried in this round."""
        if self.reached is None:
            return sorted({min(1 << k, self.most) for k in range(self.most.bit_length() + 1)})
        room = self.reached - self.missed
        ways = min(_WAYS, room - 1)
        return sorted({self.missed + room * k // (ways + 1) for k in range(1, ways + 1)})

    def learn(self, steps: Sequence[int], reaches: Sequence[bool]) -> None:
        """Take in which of the steps reached the goal."""
        for step, reaching in zip(steps, reaches, strict=True):
            if reaching:
                self.reached = step
                break
            self.missed = step
        self.done = self.reached is None or self.reached - self.missed == 1
