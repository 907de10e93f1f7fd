"""Which facts are missing in a row, as tests of columns; their names are put together where they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from compliance.kernel.submission import NO_WORDS

STAGE = "{stage}"  # in the name of a unit's fact: the stage of its row
Item = tuple[str, pl.Expr] | pl.Expr
_BITS = 62


@dataclass(frozen=True)
class Lacks:
    """The facts that may be missing: name → whether it is, in the order in which they are told.

    A list column stands for facts whose order is that of the rows they were counted from; only
    counties have such.
    """

    items: tuple[Item, ...] = ()

    def __add__(self, other: Lacks) -> Lacks:
        return Lacks((*self.items, *other.items))

    @property
    def has_lists(self) -> bool:
        """Whether some of it has the order of rows."""
        return any(isinstance(item, pl.Expr) for item in self.items)

    @property
    def has_code(self) -> bool:
        """Whether a whole number can stand for what is missing, and a stage's place beside it."""
        return not self.has_lists and len(self.named()) <= _BITS

    def where(self, condition: pl.Expr) -> Lacks:
        """The same, only where a condition holds (null: not)."""
        return Lacks(
            tuple(
                pl.when(condition).then(item).otherwise(NO_WORDS)
                if isinstance(item, pl.Expr)
                else (item[0], item[1] & condition)
                for item in self.items
            )
        )

    @property
    def any(self) -> pl.Expr:
        """Whether any is missing."""
        tests = [one.list.len() > 0 if isinstance(one, pl.Expr) else one[1] for one in self.items]
        return pl.any_horizontal(tests) if tests else pl.lit(value=False)

    def named(self) -> Mapping[str, pl.Expr]:
        """Each name once. Raises ValueError where there are lists."""
        found: dict[str, pl.Expr] = {}
        for item in self.items:
            if isinstance(item, pl.Expr):
                raise ValueError("a list of missing facts has no code")
            name, test = item
            found[name] = found[name] | test if name in found else test
        return found

    def listed(self) -> pl.Expr:
        """A list of names a row, each once."""
        pieces = [one if isinstance(one, pl.Expr) else _list_of(*one) for one in self.items]
        return pl.concat_list(pieces).list.unique(maintain_order=True) if pieces else NO_WORDS


def _list_of(name: str, test: pl.Expr) -> pl.Expr:
    word = pl.lit(name)
    if STAGE in name:
        before, _, after = name.partition(STAGE)
        # not pl.format, which panics over a frame without rows
        word = pl.concat_str(pl.lit(before), pl.col("stage"), pl.lit(after))
    return pl.when(test).then(pl.concat_list(word)).otherwise(NO_WORDS)


def coded(named: Mapping[str, pl.Expr]) -> pl.Expr:
    """Tests as one whole number a row: the n-th is bit n."""
    if not named:
        return pl.lit(0, pl.UInt64)
    bits = (test.cast(pl.UInt64) * (1 << place) for place, test in enumerate(named.values()))
    return pl.sum_horizontal(bits)


def bit(code: pl.Expr, place: int) -> pl.Expr:
    """Whether the n-th test of a code holds."""
    return (code & pl.lit(1 << place, pl.UInt64)) != 0


def decoded(code: int, names: Sequence[str], stage: str | None) -> list[str]:
    """The names behind a code, each once."""
    found = (name for place, name in enumerate(names) if code >> place & 1)
    return list(dict.fromkeys(name.replace(STAGE, stage) if stage else name for name in found))


def in_order(first: Mapping[str, pl.Expr]) -> pl.Expr:
    """A list of names a row, by the place at which each first stands (null: nowhere)."""
    if not first:
        return NO_WORDS
    many = len(first)
    keys = [place.cast(pl.Int64) * many + number for number, place in enumerate(first.values())]
    words = pl.lit(pl.Series(list(first)))
    found = pl.concat_list(keys).list.drop_nulls().list.sort()
    return found.list.eval(words.gather(pl.element() % many))
