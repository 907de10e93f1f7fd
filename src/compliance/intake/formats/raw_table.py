"""What a reader hands over: the cells of one document as they were typed, and where each stands.

Readers only read; what a cell means, and whether it may stand, is decided in `accept`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from compliance.intake.formats.marker import Marker
from compliance.intake.problems import Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg
from compliance.kernel.submission import BlankIsZero, InputFile

# table of a document -> table of the vocabulary
TABLE_OF = {
    "counties": "county",
    "schools": "school",
    "classes": "class",
    "rooms": "room",
    "monitoring": "monitoring",
    "attestations": "attestation",
    "vetoes": "veto",
    "buildings": "building",
    "organisations": "organisation",
    "succession": "succession",
}
NEEDED = ("counties", "schools")  # every submission has these
# table of a document -> the Chinese name of its sheet
SHEETS = {
    "counties": "县区",
    "schools": "学校",
    "classes": "班级",
    "rooms": "专用教室",
    "monitoring": "质量监测",
    "attestations": "佐证",
    "vetoes": "一票否决",
    "buildings": "校舍",
    "organisations": "组织",
    "succession": "学校沿革",
}
# table whose records are items of lists of schools → the list fact, what tells its lists apart, the item
LISTS = {
    "classes": ("{}_class_sizes", "stage", "students"),
    "rooms": ("{}_room_areas", "kind", "area"),
}
_VARIANTS = {
    "counties": "县区 区县 县 县域 县市区 区县市 全县 county counties",
    "schools": "学校 各校 分学校 分校 school schools",
    "classes": "班级 班额 各班 分班级 class classes",
    "rooms": "专用教室 音乐美术专用教室 音美专用教室 音乐美术教室 room rooms",
    "monitoring": "质量监测 国家义务教育质量监测 义务教育质量监测 监测 monitoring",
    "attestations": "佐证 佐证材料 证明材料 attestation attestations",
    "vetoes": "一票否决 一票否决事项 否决 否决事项 veto vetoes",
    "buildings": "校舍 楼栋 校舍楼栋 building buildings",
    "organisations": "组织 学区联盟集团 organisation organisations",
    "succession": "学校沿革 沿革 学校变动 succession",
}
_KNOWN = {name: table for table, names in _VARIANTS.items() for name in names.split()}
_NUMBER = re.compile(
    r"^(?:附?[表件]?[0-9一二三四五六七八九十]{1,3}[.、:\-_ ]+|附?[表件][0-9]{1,2})"
)
_MARKS = re.compile(r"[\s()\[\]【】（）·、,，\-_.]+")
_TAIL = re.compile(
    r"(?:基本|基础)?(?:信息|数据|情况|填报|统计|明细|名册|一览)*表?(?:sheet|table|data)?$"
)


Cells = Sequence[object] | pl.Series


@dataclass(eq=False)  # columns know no equality
class RawTable:
    """One table of a document.

    name: one of `TABLE_OF`, or a register's. file: base name. columns: heading as written → values, either a Python
    list (cells: None, str, int, float, bool, datetime, date, list) or a polars Series (bulk CSV:
    strings; Parquet: typed). height: number of rows. place: (row index from 0, heading) →
    ``学校!F12`` or the JSON pointer ``/schools/12/primary_students``. strict: a number must be
    a number (JSON); otherwise numeric text is accepted. heading_place: heading → where it stands
    itself, if headings have a place of their own. sheet: the name of the worksheet, if it is one.
    units: heading → the units that a line or a column beside the table gives for its figures.
    paths: heading → the words that stand over its column, from the top, where they are several; the
    heading is these joined by "/". titles: the lines above the headings, then the name of the sheet or
    file, then lines that divide the table.
    uses: heading → the `ColumnUse` that `own_tables` has decided on, empty until then.
    """

    name: str
    file: str
    columns: Mapping[str, Cells]
    height: int
    place: Callable[[int, str], str]
    strict: bool = False
    heading_place: Callable[[str], str] | None = None
    sheet: str = ""
    units: Mapping[str, Sequence[str]] = field(default_factory=dict)
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    uses: Mapping[str, Any] = field(default_factory=dict)

    def cell(self, row: int, heading: str) -> Location:
        """Where a cell stands."""
        return Location(self.file, self.place(row, heading))

    def written(self, row: int, heading: str) -> str:
        """The heading over a cell where it was written."""
        del row
        return heading

    def apart(self, headings: Iterable[str]) -> bool:
        """Whether the columns of these headings come of several tables, one fact in each."""
        del headings
        return False

    def of_heading(self, heading: str) -> Location:
        """Where a heading stands; in JSON, the first record that has it."""
        if self.heading_place is not None:
            return Location(self.file, self.heading_place(heading))
        cells = self.columns[heading]
        row = next((row for row, cell in enumerate(cells) if cell is not None), 0)
        return self.cell(row, heading) if self.height else Location(self.file)


@dataclass(eq=False)
class RawDocument:
    """A file, folder or archive: its tables, what was wrong while reading it, and its identity.

    many: a dataset of counties, whose schools and further tables carry county_code (and maybe
    year); otherwise the single county record applies to every row. given: the path by which it was
    asked for, perhaps a folder that holds others too. zeros: the columns whose blanks mean zero.
    marker: what it says of its version. lacks: a needed table that no part of it is called → the
    complaint, unless others turn out to hold it. as_read: the tables as they stood, once their columns
    are understood.
    """

    name: str
    tables: list[RawTable] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    inputs: list[InputFile] = field(default_factory=list)
    many: bool = False
    given: str = ""
    zeros: list[BlankIsZero] = field(default_factory=list)
    marker: Marker | None = None
    lacks: dict[str, Problem] = field(default_factory=dict)
    as_read: Sequence[RawTable] = ()


def record_of(table: str) -> str:
    """The table of the vocabulary; a register's is called the same."""
    return TABLE_OF.get(table, table)


def table_named(name: str) -> str | None:
    """The table that a sheet or file (without its suffix) of this name holds."""
    text = unicodedata.normalize("NFKC", name[:60]).strip().casefold()
    text = _MARKS.sub("", _NUMBER.sub("", text))
    return _KNOWN.get(text) or _KNOWN.get(_TAIL.sub("", text))


def known_names() -> str:
    """The names a table's file may have, for a message."""
    return msg("、").join(f"{table}/{sheet}" for table, sheet in SHEETS.items())
