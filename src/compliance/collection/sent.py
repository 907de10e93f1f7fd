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

    county: what identifies the county and the year. schools: the lasting facts of every school of
    the round. needed, optional: the facts that the school is to fill in, class sizes and room areas
    among them. known: the facts that were filled in, as cells hold them. classes, rooms: known rows.
    """

    county: Record
    schools: Sequence[Record]
    needed: Sequence[str]
    optional: Sequence[str]
    known: Record
    classes: Sequence[Record]
    rooms: Sequence[Record]

    @property
    def asked(self) -> tuple[str, ...]:
        """The facts that the school is to fill in."""
        return (*self.needed, *self.optional)

    def pieces(self) -> list[str]:
        """The same as text, in pieces that a cell can hold."""
        text = json.dumps(
            {name: getattr(self, name) for name in self.__slots__}, ensure_ascii=False
        )
        return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def understood(text: str) -> Sent | None:
    """What the pieces say together; None where somebody has changed them."""
    try:
        given = json.loads(text)
        listed, classes, rooms = (
            [_record(one) for one in given[name]] for name in ("schools", "classes", "rooms")
        )
        if not all(isinstance(one.get("school_code"), str) for one in listed):
            return None
        return Sent(
            _record(given["county"]), listed, _texts(given["needed"]), _texts(given["optional"]),
            _record(given["known"]), classes, rooms,
        )  # fmt: skip
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
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
