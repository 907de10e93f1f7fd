"""What a school was sent: kept in its workbook where nobody sees it, to compare what comes back with.

Each workbook also lists all schools of its round, so that whoever collects knows who is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, object]
_PLAIN = (str, int, float, bool)
_PIECE = 30_000  # letters; a cell takes a few more


@dataclass(frozen=True, slots=True)
class Sent:
    """The content of one workbook as it was made.

    county: what identifies the county and the year. needed, optional: the facts that the school is to
    fill in, class sizes and room areas among them. known: the facts that were filled in, as cells
    hold them. classes, rooms: known rows. listing: the round's schools, see `listing_of`.
    """

    county: Record
    needed: Sequence[str]
    optional: Sequence[str]
    known: Record
    classes: Sequence[Record]
    rooms: Sequence[Record]
    listing: str

    @property
    def asked(self) -> tuple[str, ...]:
        """The facts that the school is to fill in."""
        return (*self.needed, *self.optional)

    def columns(self) -> tuple[list[str], list[str]]:
        """The same as two columns of texts: its own, and the listing."""
        own = {name: getattr(self, name) for name in _OWN}
        return _pieces(json.dumps(own, ensure_ascii=False)), _pieces(self.listing)

    def schools(self) -> list[dict[str, object]] | None:
        """What lasts of every school of the round; None where somebody has changed the listing."""
        try:
            found = [_record(one) for one in json.loads(self.listing)]
        except _CHANGED:
            return None
        return found if all(isinstance(one.get("school_code"), str) for one in found) else None


_OWN = ("county", "needed", "optional", "known", "classes", "rooms")
# what reading a text that somebody has changed can raise
_CHANGED = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def listing_of(schools: Sequence[Record]) -> str:
    """Schools as text, the same in every workbook of a round."""
    return json.dumps(schools, ensure_ascii=False)


def _pieces(text: str) -> list[str]:
    """A text in pieces that a cell can hold."""
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def understood(own: str, listing: str) -> Sent | None:
    """What the pieces of both columns say together; None where somebody has changed the first."""
    try:
        given = json.loads(own)
        classes, rooms = ([_record(one) for one in given[name]] for name in ("classes", "rooms"))
        return Sent(
            _record(given["county"]), _texts(given["needed"]), _texts(given["optional"]),
            _record(given["known"]), classes, rooms, listing,
        )  # fmt: skip
    except _CHANGED:
        return None


def _texts(given: Any) -> list[str]:  # noqa: ANN401 - whatever a file says
    if not all(isinstance(one, str) for one in given):
        raise TypeError
    return list(given)


def _record(given: Any) -> dict[str, object]:  # noqa: ANN401 - whatever a file says
    """A record of plain values and lists of them. Raises TypeError."""
    for value in given.values():
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(one, _PLAIN) for one in items):
            raise TypeError
    return dict(given)
