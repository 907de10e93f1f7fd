"""What the fast reader loses: formula errors, formulas never calculated, how far a sheet reaches.

calamine shows ``#DIV/0!`` as a blank and lays a sheet out as one block, so that two cells in
opposite corners would take all memory. The sheet's XML is therefore walked through first.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pyexpat import ExpatError

from compliance.intake.formats.xlsx_package import Attributes, HostileXmlError, parser
from compliance.intake.formats.zip_archive import DAMAGE, damaged
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import say

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
MOST_CELLS = 5_000_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


Place = tuple[int, int]


@dataclass
class Scan:
    """What a sheet's XML says of single cells, by row and column from 0.

    faults: cells that a formula spoilt → its error word, or "" if it was never calculated.
    percents: cells with a number shown as a percentage.
    """

    faults: dict[Place, str] = field(default_factory=dict)
    percents: set[Place] = field(default_factory=set)


class _TooWideError(Exception):
    """The cells lie too far apart."""


@dataclass
class _Walk:
    """The state of one pass over a sheet's XML."""

    found: Scan
    percent_styles: frozenset[str]
    row: int = -1
    column: int = -1
    kind: str = ""
    style: str = ""
    formula: bool = False
    filled: bool = False
    value: list[str] = field(default_factory=list)
    inside: bool = False
    corners: tuple[int, int, int, int] = (MOST_ROWS, MOST_COLUMNS, -1, -1)

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
                raise HostileXmlError
            self.column, self.row = _column(found[1]), int(found[2]) - 1
        self.kind, self.style = attributes.get("t", ""), attributes.get("s", "")
        self.formula = self.filled = False
        self.value.clear()

    def _close(self) -> None:
        self._reach()
        value = "".join(self.value).strip()
        if self.kind == "e":
            self.found.faults[self.row, self.column] = value or "#ERROR!"
        elif self.formula and not value and self.kind != "str":
            self.found.faults[self.row, self.column] = ""
        elif self.style in self.percent_styles:
            self.found.percents.add((self.row, self.column))

    def _reach(self) -> None:
        """Widen the block that the filled cells span, if this cell is outside it."""
        top, left, bottom, right = self.corners
        if top <= self.row <= bottom and left <= self.column <= right:
            return
        top, left = min(top, self.row), min(left, self.column)
        bottom, right = max(bottom, self.row), max(right, self.column)
        self.corners = top, left, bottom, right
        if bottom >= MOST_ROWS or right >= MOST_COLUMNS or top < 0:
            raise HostileXmlError
        if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
            raise _TooWideError


def scan(
    archive: zipfile.ZipFile,
    part: str,
    sheet: str,
    percent_styles: frozenset[str],
    complaints: Complaints,
) -> Scan:
    """Walk through a sheet's part of the archive. Raises UnreadableError where it is damaged or reaches too far."""
    walk = _Walk(Scan(), percent_styles)
    made = parser(walk.start)
    made.EndElementHandler = walk.end
    made.CharacterDataHandler = walk.text
    try:
        with archive.open(part) as stream:
            made.ParseFile(stream)
    except _TooWideError as error:
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
    except (ExpatError, HostileXmlError, KeyError, *DAMAGE) as error:
        raise damaged(complaints) from error
    return walk.found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
