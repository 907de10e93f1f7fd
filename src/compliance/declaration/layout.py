"""How a table of the declaration form lies on paper: headings over one another, labels merged.

The workbook and the Word document lay the same tables out; what they share stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from compliance.declaration.filled_form import FilledCell, FilledForm, FilledTable
from compliance.kernel.i18n import msg, msg_in, say
from compliance.render.documents.text import printable, shortened

_SCHOOLS, _PLACES = 5, 6  # how many schools, and places of the form, one missing fact names


@dataclass(frozen=True, slots=True)
class LaidCell:
    """A cell in its row: where it begins, and how many columns and rows it takes in all.

    first: it begins in this row; else it is continued from above.
    """

    content: FilledCell
    column: int
    columns: int = 1
    rows: int = 1
    first: bool = True

    @property
    def is_left(self) -> bool:
        """Whether it holds words; all else stands in the middle."""
        return self.content.role in ("name", "sentence", "remark")


LaidRow = Sequence[LaidCell]


def headings(table: FilledTable) -> list[LaidRow]:
    """The rows of headings: groups over their columns, codes in a row of their own below."""
    grouped = any(head.group not in ("", head.text) for head in table.headings)
    upper: list[LaidCell] = []
    lower: list[LaidCell] = []
    for column, head in enumerate(table.headings):
        if head.group in ("", head.text):
            upper.append(LaidCell(_heading(head.text), column, rows=1 + grouped))
            lower.append(LaidCell(_heading(head.text), column, rows=1 + grouped, first=False))
            continue
        if not column or table.headings[column - 1].group != head.group:
            following = next(groupby(one.group for one in table.headings[column:]))[1]
            together = sum(1 for _ in following)
            upper.append(LaidCell(_heading(head.group), column, columns=together))
        lower.append(LaidCell(_heading(head.text), column))
    rows: list[LaidRow] = [upper, lower] if grouped else [upper]
    if any(head.code for head in table.headings):
        rows.append([LaidCell(_heading(one.code), n) for n, one in enumerate(table.headings)])
    return rows


def _heading(text: str) -> FilledCell:
    return FilledCell((text,), "heading")


def lines(table: FilledTable) -> list[LaidRow]:
    """The rows of the lines; a label covers the lines below it that it is the label of too."""
    spans: dict[tuple[int, int], tuple[int, bool]] = {}  # (line, column) → lines covered, first
    for column in range(max(table.labels - 1, 0)):
        numbered = enumerate(line.key[: column + 1] for line in table.lines)
        for _, same in groupby(numbered, key=lambda one: one[1]):
            covered = [number for number, _ in same]
            spans |= {(n, column): (len(covered), n == covered[0]) for n in covered}
    rows: list[LaidRow] = []
    for n, line in enumerate(table.lines):
        if line.band:
            rows.append([LaidCell(line.cells[0], 0, columns=len(table.headings))])
            continue
        cells = []
        for column, cell in enumerate(line.cells):
            covered_lines, first = spans.get((n, column), (1, True))
            cells.append(LaidCell(cell, column, rows=covered_lines, first=first))
        rows.append(cells)
    return rows


@dataclass(frozen=True, slots=True)
class Listing:
    """A plain list after the tables: its title, headings, millimetres and rows of text.

    empty: what stands in place of rows.
    """

    title: str
    headings: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = ""


def appendix_title() -> str:
    """What stands above that which is no part of the form: by what it was judged, and the lists."""
    return msg("表后说明（不属于申报表，报送时可抽去）")


def listings(form: FilledForm) -> list[Listing]:
    """What is missing, fact by fact; doubtful figures; and those whose rounding misleads."""
    number = msg("序号")
    others = msg("等{count}所")
    elsewhere = msg("等{count}处")
    found = [
        Listing(
            title=msg("缺项清单"),
            headings=(number, msg("缺少的数据或结论"),
                      msg_in("heading", "学校"), msg("用在何处")),
            widths=(12, 58, 60, 96),
            rows=_numbered(
                (what, _first((name for one in cells for name in one.schools), others),
                 _first((one.place for one in cells), elsewhere, _PLACES))
                for what, cells in form.missing.items()
            ),
            empty=msg("没有缺项。"),
        ),
        Listing(
            title=msg("存疑数据"),
            headings=(number, msg("学校、数据"), msg_in("heading", "提示"),
                      msg("用在何处；数据位置")),
            widths=(12, 58, 84, 72),
            rows=_numbered(
                (one.subject, one.message,
                 msg("；").join(filter(None, (msg("、").join(one.sheets), one.place))))
                for one in form.doubtful
            ),
        ),
        Listing(
            title=msg("取整后与判定不一致的数"),
            headings=(number, msg("单元格"), msg("填写的数（取整）"),
                      msg("未取整的数与判定")),
            widths=(12, 110, 40, 64),
            rows=_numbered(
                (f"{one.table} {one.cell}", one.shown,
                 say("{exact}，{met}", exact=one.exact,
                     met=msg_in("met", "达标") if one.met else msg("未达标")))
                for one in form.misleading
            ),
        ),
    ]  # fmt: skip
    return [one for one in found if one.rows or one.empty]


def _first(names: Iterable[str], tail: str, shown: int = _SCHOOLS) -> str:
    """The first few of several names, each once, and how many there are."""
    return shortened([printable(name) for name in dict.fromkeys(names)], tail, shown)


def _numbered(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple((str(n), *map(printable, row)) for n, row in enumerate(rows, 1))
