"""What the fast reader loses: formula errors, formulas never calculated, how far a sheet reaches.

calamine shows ``#DIV/0!`` as a blank and lays a sheet out as one block, so that two cells in
opposite corners would take all memory. The sheet's XML is therefore walked through first.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pyexpat import ExpatError

from compliance.intake.archive import DAMAGE, damaged
from compliance.intake.opening import Complaints
from compliance.intake.package import Attributes, Hostile, parser
from compliance.words import say

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
MOST_CELLS = 5_000_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


# cell (row, column from 0) that a formula spoilt → its error word, or "" if not calculated
Faults = dict[tuple[int, int], str]


class _TooWide(Exception):
    """The cells lie too far apart."""


@dataclass
class _Walk:
    """The state of one pass over a sheet's XML."""

    faults: Faults = field(default_factory=dict)
    row: int = -1
    column: int = -1
    kind: str = ""
    formula: bool = False
    filled: bool = False
    value: list[str] = field(default_factory=list)
    inside: bool = False
    corners: list[int] = field(default_factory=lambda: [MOST_ROWS, MOST_COLUMNS, 0, 0])

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._cell(attributes)
        elif name == "v":
            self.inside = self.filled = True
        elif name == "f":
            self.formula = self.filled = True
        elif name == "is":
            self.filled = True
        elif name == "row":
            self.row = int(attributes.get("r", self.row + 2)) - 1
            self.column = -1

    def text(self, text: str) -> None:
        if self.inside:
            self.value.append(text)

    def end(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        if name == "v":
            self.inside = False
        elif name == "c" and self.filled:
            self._close()

    def _cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            found = _REFERENCE.fullmatch(reference)
            if not found:
                raise Hostile
            self.column, self.row = _column(found[1]), int(found[2]) - 1
        self.kind = attributes.get("t", "")
        self.formula = self.filled = False
        self.value.clear()

    def _close(self) -> None:
        self._reach()
        value = "".join(self.value).strip()
        if self.kind == "e":
            self.faults[self.row, self.column] = value or "#ERROR!"
        elif self.formula and not value and self.kind != "str":
            self.faults[self.row, self.column] = ""

    def _reach(self) -> None:
        top, left, bottom, right = self.corners
        self.corners = [
            min(top, self.row), min(left, self.column),
            max(bottom, self.row), max(right, self.column),
        ]
        top, left, bottom, right = self.corners
        if bottom >= MOST_ROWS or right >= MOST_COLUMNS or top < 0:
            raise Hostile
        if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
            raise _TooWide


def scan(archive: zipfile.ZipFile, part: str, sheet: str, complaints: Complaints) -> Faults:
    """The cells of a sheet's part that formulas spoilt. Raises Unreadable where it is damaged or reaches too far."""
    walk = _Walk()
    made = parser(walk.start)
    made.EndElementHandler = walk.end
    made.CharacterDataHandler = walk.text
    try:
        with archive.open(part) as stream:
            made.ParseFile(stream)
    except _TooWide as error:
        raise complaints.unreadable(
            "too_large",
            say(
                "工作表“{s}”的单元格范围过大，可能在很远的行或列误填了内容",
                "sheet {s} reaches too far: perhaps a stray cell in a distant row or column",
                s=sheet,
            ),
            say("删去表格以外的多余行列", "delete the rows and columns outside the table"),
            at=sheet,
        ) from error
    except (ExpatError, Hostile, KeyError, *DAMAGE) as error:
        raise damaged(complaints) from error
    return walk.faults


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
