"""On which line of a JSON text a value stands.

Only the way to it is looked at; whatever lies beside is skipped by the standard library's decoder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from compliance.intake.cell_text import pointer

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_Wanted = dict[str, Any]  # step of a pointer → the same for what is wanted below it


def positions(text: str, pointers: Iterable[str]) -> dict[str, tuple[int, int]]:
    """JSON pointer → line and column, from 1, of what it points to: of a member, its key.

    What is not there stands where the nearest record stands that would hold it.
    """
    asked = list(dict.fromkeys(pointers))
    wanted: _Wanted = {}
    for one in asked:
        node = wanted
        for step in one.split("/")[1:]:
            node = node.setdefault(step, {})
    found = _PointerSearch(text).run(wanted)
    starts = sorted({found[_nearest(one, found)] for one in asked})
    told = dict(zip(starts, _lines(text, starts), strict=True))
    return {one: told[found[_nearest(one, found)]] for one in asked}


def _nearest(asked: str, found: dict[str, int]) -> str:
    while asked not in found:
        asked = asked.rpartition("/")[0]
    return asked


def _lines(text: str, starts: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Line and column of places in the text, which come in order."""
    line, done = 1, 0
    for start in starts:
        line += text.count("\n", done, start)
        done = start
        yield line, start - text.rfind("\n", 0, start)


class _PointerSearch:
    """A text looked through once. found: pointer → where it stands; the last where a key is given twice."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found = {"": 0}

    def run(self, wanted: _Wanted) -> dict[str, int]:
        """Find what is wanted, as far as the text is JSON."""
        with suppress(ValueError, IndexError, RecursionError):
            self.found[""] = self._space(0)
            self._value(self.found[""], wanted, "")
        return self.found

    def _value(self, at: int, wanted: _Wanted, here: str) -> int:
        """Look into the value that begins at `at`; where it ends."""
        opening = self.text[at]
        if not wanted or opening not in "{[":
            return _DECODER.raw_decode(self.text, at)[1]
        closing, number = ("}" if opening == "{" else "]"), 0
        at = self._space(at + 1)
        while self.text[at] != closing:
            begins, step = at, f"/{number}"
            if opening == "{":
                key, at = _DECODER.raw_decode(self.text, at)
                step = pointer(key)
                at = self._space(self._space(at) + 1)  # behind the colon
            below = wanted.get(step[1:])
            if below is not None:
                self.found[here + step] = begins
            at = self._space(self._value(at, below or {}, here + step))
            if self.text[at] == ",":
                at = self._space(at + 1)
            number += 1
        return at + 1

    def _space(self, at: int) -> int:
        """Where white space ends."""
        return _SPACE.match(self.text, at).end()  # type: ignore[union-attr]  # it matches nothing too
