"""What a reader hands over: the cells of one document as they were typed, and where each stands.

Readers only read; what a cell means, and whether it may stand, is decided in `accept`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from compliance.intake.problems import Location
from compliance.kernel.errors import Problem
from compliance.kernel.submission import InputFile

TABLES = ("counties", "schools", "classes", "rooms", "monitoring", "attestations", "vetoes")


@dataclass
class RawTable:
    """One table of a document.

    name: one of `TABLES`. file: base name. columns: heading as written → values, either a Python
    list (cells: None, str, int, float, bool, datetime, date, list) or a polars Series (bulk CSV:
    strings; Parquet: typed). height: number of rows. place: (row index from 0, heading) →
    ``学校!F12`` or the JSON pointer ``/schools/12/primary_students``. strict: a number must be
    a number (JSON); otherwise numeric text is accepted. heading_place: heading → where it stands
    itself, if headings have a place of their own. sheet: the name of the worksheet, if it is one.
    """

    name: str
    file: str
    columns: dict[str, Sequence[object]]
    height: int
    place: Callable[[int, str], str]
    strict: bool = False
    heading_place: Callable[[str], str] | None = None
    sheet: str = ""

    def of_heading(self, heading: str) -> Location:
        """Where a heading stands; in JSON, the first record that has it."""
        if self.heading_place is not None:
            return Location(self.file, self.heading_place(heading))
        cells = self.columns[heading]
        row = next((row for row, cell in enumerate(cells) if cell is not None), 0)
        return Location(self.file, self.place(row, heading) if self.height else "")


@dataclass
class RawDocument:
    """A file, folder or archive: its tables, what was wrong while reading it, and its identity.

    many: a dataset of counties, whose schools and further tables carry county_code (and maybe
    year); otherwise the single county record applies to every row.
    """

    name: str
    tables: list[RawTable] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    inputs: list[InputFile] = field(default_factory=list)
    many: bool = False
