"""One plan a scope: the columns of all rules over one frame, declared one by one, computed together."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

Failed = Callable[[str, Exception], None]
Types = Callable[[str], pl.DataType | type[pl.DataType]]


class Plan:
    """A frame of subjects and the columns that rules declare over it.

    A column may rest on those declared before; columns of one depth are computed side by side, when
    `frame` is asked for. Columns whose owner begins with # are
    shared: others rest on them. What cannot be computed costs the
    columns of its owner alone: they become null, of type types(name), and `failed(owner, error)` is
    called, which may declare others in their place.
    """

    def __init__(self, frame: pl.DataFrame, failed: Failed, types: Types) -> None:
        self._frame = frame
        self._failed, self._types = failed, types
        self._waiting: dict[str, tuple[str, int, pl.Expr]] = {}  # name → owner, depth, column
        self._passing: list[str] = []
        self._tests: dict[str, tuple[pl.Expr, Exception]] = {}

    def let(self, name: str, column: pl.Expr, owner: str = "", *, passing: bool = False) -> pl.Expr:
        """The column under a name, to be used by others; passing: not kept once all is computed."""
        roots = column.meta.root_names()
        depth = max((self._waiting[one][1] + 1 for one in roots if one in self._waiting), default=0)
        self._waiting[name] = (owner, depth, column)
        if passing:
            self._passing.append(name)
        return pl.col(name)

    def expect(self, owner: str, holds: pl.Expr, error: Exception) -> None:
        """Hold the columns of an owner to a test of every row; where it fails, they have failed."""
        self._tests[owner] = (holds, error)

    def __contains__(self, name: str) -> bool:
        return name in self._waiting or name in self._frame.columns

    @property
    def frame(self) -> pl.DataFrame:
        """The frame with every column declared so far."""
        if self._waiting:
            try:
                found = self._tested(self._computed(set(self._waiting)))
            except (
                Exception
            ):  # whose it is, is found by computing the owners' columns one after another
                found = self._tested(self._one_by_one())
            self._frame = found.drop(self._passing)
            self._waiting, self._passing, self._tests = {}, [], {}
        return self._frame

    def join(self, other: pl.DataFrame, on: str | list[str]) -> None:
        """Take over the columns of a table, beside the rows with its keys; nothing else is computed."""
        self._frame = self._frame.join(other, on=on, how="left", maintain_order="left")

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
            except Exception as error:
                self._give_up(owner, error)
            sound |= own
        return self._computed(sound)

    def _give_up(self, owner: str, error: Exception) -> None:
        for name, (whose, _, _) in self._waiting.items():
            if whose == owner:
                self._waiting[name] = (owner, 0, pl.lit(None, self._types(name)))
        self._tests.pop(owner, None)
        self._failed(owner, error)
