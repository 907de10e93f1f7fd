"""How a table of the declaration form lies on paper: headings over one another, labels merged.

The workbook and the Word document lay the same tables out; what they share stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from compliance.declaration.paper import FilledTable, Head, Misread, Missing, Paper
from compliance.render.printable import printable
from compliance.words import pick, say


@dataclass(frozen=True, slots=True)
class Place:
    """A heading: where it begins in the block of headings, and how many rows and columns it takes."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


def heading(table: FilledTable) -> list[Place]:
    """The headings of a table: groups over their columns, codes in a row of their own below."""
    grouped = any(head.group not in ("", head.heading) for head in table.heads)
    coded = any(head.code for head in table.heads)
    places: list[Place] = []
    for column, head in enumerate(table.heads):
        if head.group in ("", head.heading):
            places.append(Place(head.heading, 0, column, rows=2 if grouped else 1))
        else:
            if not column or table.heads[column - 1].group != head.group:
                together = sum(1 for _ in takewhile(_of_group(head.group), table.heads[column:]))
                places.append(Place(head.group, 0, column, columns=together))
            places.append(Place(head.heading, 1, column))
        if coded:
            places.append(Place(head.code, 2 if grouped else 1, column))
    return places


def _of_group(name: str) -> Callable[[Head], bool]:
    return lambda head: head.group == name


def depth(places: Sequence[Place]) -> int:
    """How many rows the headings take."""
    return max(place.row + place.rows for place in places)


def merged_labels(table: FilledTable) -> dict[tuple[int, int], int]:
    """(line, column) of a label → lines it covers; 0 for one that the label above covers."""
    spans: dict[tuple[int, int], int] = {}
    for column in range(max(table.labels - 1, 0)):
        start = 0
        for line in range(len(table.lines)):
            same = (
                line and table.lines[line].key[: column + 1] == table.lines[start].key[: column + 1]
            )
            if same:
                spans[(start, column)] += 1
                spans[(line, column)] = 0
            else:
                start = line
                spans[(line, column)] = 1
    return spans


@dataclass(frozen=True, slots=True)
class Listing:
    """A plain list after the tables: its title, headings, millimetres and rows of text."""

    title: str
    heads: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str


def listings(paper: Paper) -> list[Listing]:
    """What is missing, cell by cell; and, where there are any, figures whose rounding misleads."""
    found = [
        Listing(
            title=say("缺项清单", "What is missing"),
            heads=(pick("序号", "No."), pick("表", "Table"), pick("单元格", "Cell"),
                   pick("缺少的数据或结论", "What is missing"), pick("学校", "Schools")),
            widths=(12, 46, 76, 46, 46),
            rows=tuple(_missing(n, one) for n, one in enumerate(paper.missing, 1)),
            empty=say("没有缺项。", "Nothing is missing."),
        )
    ]  # fmt: skip
    if paper.misread:
        found.append(
            Listing(
                title=say("取整后与判定不一致的数", "Figures that read otherwise when rounded"),
                heads=(pick("序号", "No."), pick("表", "Table"), pick("单元格", "Cell"),
                       pick("填写的数（取整）", "Shown, rounded"), pick("未取整的数与判定", "Unrounded, and verdict")),
                widths=(12, 46, 76, 40, 52),
                rows=tuple(_misread(n, one) for n, one in enumerate(paper.misread, 1)),
                empty="",
            )
        )  # fmt: skip
    return found


def _missing(number: int, one: Missing) -> tuple[str, ...]:
    schools = pick("、", ", ").join(map(printable, one.schools))
    return (str(number), one.table, printable(one.cell), printable(one.what), schools)


def _misread(number: int, one: Misread) -> tuple[str, ...]:
    met = pick("达标", "met") if one.met else pick("未达标", "not met")
    exact = say("{exact}，{met}", "{exact}, {met}", exact=one.exact, met=met)
    return (str(number), one.table, printable(one.cell), one.shown, exact)
