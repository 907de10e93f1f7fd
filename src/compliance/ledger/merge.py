"""One cell in several copies of a list: merged against what stood there, nothing chosen silently."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compliance.kernel.i18n import msg, say
from compliance.ledger.model import EditedList, Value, same, text_of


@dataclass(frozen=True, slots=True)
class CopyCell:
    """One copy's cell. written: what we had put there; people: that was a person's entry already.

    book: the copy's place among the books. contends: whatever stands there is an entry of its own,
    changed or not: it comes from another row.
    """

    value: Value
    written: Value
    people: bool
    book: int
    contends: bool = False

    @property
    def changed(self) -> bool:
        """Whether somebody has written here since."""
        if self.contends:
            return self.people or not same(self.value, self.written)
        return not same(self.value, self.written)


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a cell. people: it is a person's. clash: the different entries, if several."""

    value: Value
    people: bool
    clash: tuple[str, ...] = ()


def settle(versions: Sequence[CopyCell], books: Sequence[EditedList]) -> Settled:
    """Merge the versions of one cell, the newest last.

    An entry that stood there when a copy was taken does not contend with what that copy's holder
    has written; one that was made elsewhere since does.
    """
    changed = [one for one in versions if one.changed]
    if not changed:
        return Settled(versions[-1].value, versions[-1].people)
    since = [
        one
        for one in versions
        if one.people and not one.changed and any(_made_since(one, each, books) for each in changed)
    ]
    entries = list(_distinct(one.value for one in (*since, *changed)))
    if len(entries) < 2:
        return Settled(entries[0] if entries else None, people=True)
    texts = tuple(map(text_of, entries))
    both = say("〔填写冲突〕{texts}", texts=msg("／").join(texts))
    return Settled(both, people=True, clash=texts)


def _made_since(entry: CopyCell, changed: CopyCell, books: Sequence[EditedList]) -> bool:
    """Whether an entry that its own copy left alone was made after the changed copy was taken."""
    if same(entry.value, changed.written):
        return False
    run = books[changed.book].original.run
    return changed.contends or run in books[entry.book].original.ancestors


def _distinct(values: Iterable[Value]) -> Iterable[Value]:
    """The values that say something, each once."""
    found: list[Value] = []
    for value in values:
        if value is not None and not any(same(value, one) for one in found):
            found.append(value)
    return found


def in_order(books: Sequence[EditedList]) -> tuple[list[EditedList], list[str]]:
    """The books, the newest last, each once; and the names of those that had been merged before."""
    each = list({book.digest: book for book in books}.values())
    merged = {digest for book in each for digest in book.original.merged}
    kept = [book for book in each if book.digest not in merged]
    ordered = sorted(kept, key=lambda book: -sum(_descends(other, book) for other in kept))
    return ordered, [book.name for book in each if book.digest in merged]


def _descends(book: EditedList, other: EditedList) -> bool:
    return bool(other.original.run) and other.original.run in book.original.ancestors
