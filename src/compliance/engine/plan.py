"""One plan a scope: the columns of all rules over one frame, declared one by one, computed together."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import polars as pl

from compliance.kernel.faults import FAULTS

Failed = Callable[[str, BaseException], None]
Types = Callable[[str], pl.DataType | type[pl.DataType]]


class Declared(NamedTuple):
    """A column of an owner: what it is, on which columns it rests, whether it is kept."""

    name: str
    column: pl.Expr
    roots: list[str]
    owner: str
    passing: bool


class Plan:
    """A frame of subjects and the columns that rules declare over it.

    A column may rest on those declared before; columns of one depth are computed side by side, when
    `frame` is asked for. Columns whose owner begins with # are
    shared: others rest on them. What cannot be computed costs the
    columns of its owner alone: they become null, of type types(name), and `failed(owner, error)` is
    called, which may declare others in their place; of a shared one, the columns of all who rest on
    it. tape: all that was declared, in order.
    """

    def __init__(self, frame: pl.DataFrame, failed: Failed, types: Types) -> None:
        self._frame, self._names = frame, set(frame.columns)
        self._failed, self._types = failed, types
        self._waiting: dict[str, tuple[str, int, pl.Expr]] = {}  # name → owner, depth, column
        self._passing: list[str] = []
        self._tests: dict[str, tuple[pl.Expr, BaseException]] = {}
        self._shared: dict[str, Declared] = {}
        self._lost: dict[str, BaseException] = {}  # shared columns that could not be computed
        self.tape: list[Declared] = []

    def let(self, name: str, column: pl.Expr, owner: str = "", *, passing: bool = False) -> pl.Expr:
        """The column under a name, to be used by others; passing: not kept once all is computed."""
        return self.again(Declared(name, column, column.meta.root_names(), owner, passing))

    def share(self, name: str, make: Callable[[], pl.Expr]) -> pl.Expr:
        """A column that several owners rest on, declared by the first of them; its name begins with #."""
        if name not in self._shared:
            column = make()
            self._shared[name] = Declared(
                name, column, column.meta.root_names(), name, passing=False
            )
        return self.again(self._shared[name])

    def again(self, one: Declared) -> pl.Expr:
        """What was declared, over this frame or another of the same columns.

        Raises what was raised where a shared column that it rests on could not be computed.
        """
        for root in one.roots if self._lost else ():
            if root in self._lost:
                raise self._lost[root]
        self.tape.append(one)
        if one.owner == one.name and one.name in self._names:
            return pl.col(one.name)
        waiting = (self._waiting[root][1] + 1 for root in one.roots if root in self._waiting)
        self._waiting[one.name] = (one.owner, max(waiting, default=0), one.column)
        self._names.add(one.name)
        if one.passing:
            self._passing.append(one.name)
        return pl.col(one.name)

    def expect(self, owner: str, holds: pl.Expr, error: BaseException) -> None:
        """Hold the columns of an owner to a test of every row; where it fails, they have failed."""
        self._tests[owner] = (holds, error)

    def expected(self, owner: str) -> tuple[pl.Expr, BaseException] | None:
        """The test that an owner's columns are held to, and the error where it fails."""
        return self._tests.get(owner)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    @property
    def table(self) -> pl.DataFrame:
        """The frame as it is, without what is declared and not yet computed."""
        return self._frame

    @property
    def frame(self) -> pl.DataFrame:
        """The frame with every column declared so far."""
        if self._waiting:
            try:
                found = self._tested(self._computed(set(self._waiting)))
            except FAULTS:  # whose it is, is found by computing one owner's after another's
                found = self._tested(self._one_by_one())
            self._frame = found.drop(self._passing) if self._passing else found
            self._names.difference_update(self._passing)
            self._waiting, self._passing, self._tests = {}, [], {}
        return self._frame

    def join(self, other: pl.DataFrame, on: str | list[str]) -> None:
        """Take over the columns of a table, beside the rows with its keys; nothing else is computed."""
        self._frame = self._frame.join(other, on=on, how="left", maintain_order="left")
        self._names.update(other.columns)

    def _computed(self, names: set[str]) -> pl.DataFrame:
        found = self._frame
        for depth in range(1 + max(depth for _, depth, _ in self._waiting.values())):
            layer = {
                name: column
                for name, (_, place, column) in self._waiting.items()
                if place == depth and name in names
            }
            found = found.with_columns(
                **layer
            )  # at once: to optimize hundreds of columns costs more
        return found

    def _tested(self, found: pl.DataFrame) -> pl.DataFrame:
        """What was computed, if it is as it should be; else computed again without the owners' columns."""
        if not self._tests:
            return found
        holds = found.select(test.all().alias(owner) for owner, (test, _) in self._tests.items())
        amiss = [owner for owner, fine in holds.row(0, named=True).items() if not fine]
        for owner in amiss:
            self._give_up(owner, self._tests[owner][1])
        return self._computed(set(self._waiting)) if amiss else found

    def _one_by_one(self) -> pl.DataFrame:
        sound: set[str] = set()
        owners = dict.fromkeys(owner for owner, _, _ in self._waiting.values())
        for owner in sorted(owners, key=lambda one: not one.startswith("#")):
            own = {name for name, (whose, _, _) in self._waiting.items() if whose == owner}
            try:
                self._computed(sound | own)
            except FAULTS as error:
                self._give_up(owner, error)
            sound |= own
        return self._computed(sound)

    def _give_up(self, owner: str, error: BaseException) -> None:
        if owner in self._shared:
            self._lost[owner] = error
            waiting = {whose for whose, _, _ in self._waiting.values()}
            resting = dict.fromkeys(one.owner for one in self.tape if owner in one.roots)
            for other in resting:
                if other in waiting:
                    self._give_up(other, error)
        for name, (whose, _, _) in self._waiting.items():
            if whose == owner:
                self._waiting[name] = (owner, 0, pl.lit(None, self._types(name)))
        self._tests.pop(owner, None)
        self._failed(owner, error)
