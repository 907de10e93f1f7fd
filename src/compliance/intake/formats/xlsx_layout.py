"""Where the headings of a sheet stand, and the table under (or beside) them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from compliance.facts.fact import Fact
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import RawTable
from compliance.intake.formats.table_names import SHEETS
from compliance.intake.formats.xlsx_grid import Grid
from compliance.kernel.i18n import say

# (table of the document, heading) → the fact it stands for, None if unknown
Known = Callable[[str, str], Fact | None]
HEADER_WITHIN = 15
EXAMPLE = "示例"
TOTALS = frozenset({"合计", "总计", "小计", "全县合计", "全县总计"})
# How the lines under a table begin that say who filled it in, and what is to be noted.
NOTE = re.compile(
    r"(?:填[表报](?:人|者|单位|部门|日期|时间|说明)|(?:审核|复核|校核|核对|经办|制表|编制)人|制表|单位负责人"
    r"|统计负责人|主管领导|报[出送](?:日期|时间)|(?:联系|咨询)(?:人|电话|方式)|负责人|审核|备注|说明|注)"
    r"(?:[0-9一二三四五六七八九十]?[:：.、(（]|$)|填[表报]人|审核人|制表|单位负责人"
)
STATEMENTS = ("attestations", "vetoes")
VALUE_HEADINGS = frozenset({"填报值", "数值", "值", "填报内容", "内容", "指标值", "实际数", "数据"})


def read_list(grid: Grid, table: str, known: Known) -> RawTable | None:
    """A table with one row a record under a row of headings; None where no heading is known."""
    header = _header_row(grid, table, known)
    if header is None:
        _no_headings(grid, table)
        return None
    headings = _headings(grid, header)
    key = _key_column(headings, table, known)
    names = _row(grid, header)
    rows = [row for row in range(header + 1, len(grid.rows)) if _is_data(grid, row, names, key)]
    if table in STATEMENTS:
        rows = [row for row in rows if _answered(grid, row, headings, key)]
    codes = [_code(grid, row, key if table == "schools" else None) for row in rows]
    columns: dict[str, Sequence[object]] = {}
    for heading, column in headings.items():
        fact = known(table, heading)
        columns[heading] = [
            grid.value(row, column, fact, code) for row, code in zip(rows, codes, strict=True)
        ]
    return RawTable(
        table,
        grid.complaints.file,
        columns,
        len(rows),
        lambda row, heading: grid.at(rows[row], headings[heading]),
        heading_place=lambda heading: grid.at(header, headings[heading]),
        sheet=grid.sheet,
    )


def read_record(grid: Grid, known: Known) -> RawTable | None:
    """The county's one record: headings with the values beside them, or under them in one row."""
    column, down = _heading_column(grid, known)
    header = _header_row(grid, "counties", known)
    across = 0 if header is None else _score(_row(grid, header), "counties", known)
    if across > down:
        return read_list(grid, "counties", known)
    if not down:
        _no_headings(grid, "counties")
        return None
    return _beside(grid, column, known)


def _beside(grid: Grid, column: int, known: Known) -> RawTable:
    rows = range(len(grid.rows))
    first = next(row for row in rows if known("counties", grid.text(row, column)))
    values = _value_column(grid, column, first)
    places: dict[str, int] = {}
    for row in rows[first:]:
        heading = grid.text(row, column)
        given = _given(grid, row, values)
        if not heading or not (given or known("counties", heading)):
            continue
        if heading not in places or not _given(grid, places[heading], values):
            places[heading] = row
        elif given:
            _twice(grid, heading, grid.at(row, column), grid.at(places[heading], column))
    columns: dict[str, Sequence[object]] = {
        heading: [
            grid.value(row, values, known("counties", heading)) if values < grid.width else None
        ]
        for heading, row in places.items()
    }
    return RawTable(
        "counties",
        grid.complaints.file,
        columns,
        1,
        lambda _, heading: grid.at(places[heading], values),
        heading_place=lambda heading: grid.at(places[heading], column),
        sheet=grid.sheet,
    )


def _given(grid: Grid, row: int, column: int) -> bool:
    return column < grid.width and grid.filled(row, column)


def _value_column(grid: Grid, column: int, first: int) -> int:
    """The column called 填报值 or the like above the first heading, else the next one."""
    for row in range(first):
        for candidate in range(column + 1, grid.width):
            if grid.text(row, candidate) in VALUE_HEADINGS:
                return candidate
    return column + 1


def _heading_column(grid: Grid, known: Known) -> tuple[int, int]:
    """The column with most known headings, and how many."""
    scores = [
        _score([grid.text(row, column) for row in range(len(grid.rows))], "counties", known)
        for column in range(min(grid.width, HEADER_WITHIN))
    ]
    best = max(scores, default=0)
    return (scores.index(best), best) if best else (0, 0)


def _header_row(grid: Grid, table: str, known: Known) -> int | None:
    """Of the first rows the one with most known headings; None where there are none."""
    rows = range(min(HEADER_WITHIN, len(grid.rows)))
    scores = [_score(_row(grid, row), table, known) for row in rows]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def _row(grid: Grid, row: int) -> list[str]:
    return [grid.text(row, column) for column in range(grid.width)]


def _score(texts: Sequence[str], table: str, known: Known) -> int:
    return sum(1 for text in texts if text and known(table, text))


def _headings(grid: Grid, header: int) -> dict[str, int]:
    """Heading → column; complains of headings that stand twice and of figures under none."""
    found: dict[str, int] = {}
    for column in range(grid.width):
        heading = grid.text(header, column)
        if not heading:
            _nameless(grid, header, column)
        elif heading in found:
            _twice(grid, heading, grid.at(header, column), grid.at(header, found[heading]))
        else:
            found[heading] = column
    return found


def _key_column(headings: dict[str, int], table: str, known: Known) -> int:
    """The column that names a row: the school's code, else the first known one."""
    facts = {column: known(table, heading) for heading, column in headings.items()}
    codes = (column for column, fact in facts.items() if fact and fact.name == "school_code")
    return next(codes, next((column for column, fact in facts.items() if fact), 0))


def _is_data(grid: Grid, row: int, header: Sequence[str], key: int) -> bool:
    filled = [column for column in range(grid.width) if grid.filled(row, column)]
    if not filled:
        return False
    name = grid.text(row, key)
    if name.startswith(EXAMPLE) or (name == header[key] and _row(grid, row) == header):
        return False
    first = grid.text(row, filled[0]).replace(" ", "")
    if first in TOTALS:
        grid.complaints.warning(
            "total_row",
            say("“{w}”行未读取", "the row of totals ('{w}') is not read", w=first),
            say("合计由程序计算，可以删去", "totals are computed; the row may be deleted"),
            at=grid.at(row, filled[0]),
        )
        return False
    if NOTE.match(first) and (not name or filled[0] == key) and _talks(grid, row, filled):
        grid.complaints.warning(
            "note_row",
            say(
                "“{w}”行不是数据，未读取", "the line '{w}' is no data; not read", w=clip(first, 20)
            ),
            say("移到“说明”等另外的工作表", "keep it on a sheet of its own"),
            at=grid.at(row, filled[0]),
        )
        return False
    return True


def _talks(grid: Grid, row: int, filled: Sequence[int]) -> bool:
    """Whether the cells of a line that begins like a note hold words, not the figures of a record."""
    return len(filled) <= 2 or all(isinstance(grid.rows[row][column], str) for column in filled)


def _answered(grid: Grid, row: int, headings: dict[str, int], key: int) -> bool:
    """A statement that is only named (as in the blank template) has not been made."""
    return any(grid.filled(row, column) for column in headings.values() if column != key)


def _code(grid: Grid, row: int, key: int | None) -> str | None:
    return (grid.text(row, key) or None) if key is not None else None


def _nameless(grid: Grid, header: int, column: int) -> None:
    rows = [row for row in range(header + 1, len(grid.rows)) if grid.filled(row, column)]
    if rows:
        grid.complaints.warning(
            "no_heading",
            say(
                "没有表头的一列有{n}格内容，未读取",
                "a column without a heading has {n} filled cells; not read",
                n=len(rows),
            ),
            say("写上表头，或删去该列", "give it a heading or delete it"),
            at=grid.at(rows[0], column),
        )


def _twice(grid: Grid, heading: str, at: str, first: str) -> None:
    grid.complaints.error(
        "duplicate_heading",
        say(
            "表头“{h}”重复出现（另见 {first}）",
            "heading '{h}' occurs twice (also {first})",
            h=clip(heading),
            first=first,
        ),
        say("每个表头只出现一次", "each heading once"),
        at=at,
    )


def _no_headings(grid: Grid, table: str) -> None:
    grid.complaints.error(
        "no_headings",
        say(
            "工作表“{s}”中找不到{t}表的表头",
            "sheet {s}: no headings of the table {e} found",
            s=grid.sheet,
            t=SHEETS[table],
            e=table,
        ),
        say(
            "表头用模板（compliance template）中的名称，位于前{n}行之内",
            "headings as in the template, within the first {n} rows",
            n=HEADER_WITHIN,
        ),
        at=grid.sheet,
    )
