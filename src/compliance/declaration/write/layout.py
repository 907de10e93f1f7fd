"""How a table of the declaration form lies on paper: headings over one another, labels merged.

The workbook and the Word document lay the same tables out; what they share stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from compliance.declaration.fill.filled_form import FilledTable, Gap, Head, Misread, Paper, Suspect
from compliance.kernel.i18n import pick, say
from compliance.render.documents.printable import printable, shortened

_PLACES = 6  # how many places of the form one gap names


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
    """What is missing, fact by fact; doubtful figures; and those whose rounding misleads."""
    found = [
        Listing(
            title=say("缺项清单", "What is missing"),
            heads=(pick("序号", "No."), pick("缺少的数据或结论", "What is missing"),
                   pick("学校", "Schools"), pick("用在何处", "Where it is used")),
            widths=(12, 58, 60, 96),
            rows=tuple(_gap(n, one) for n, one in enumerate(paper.gaps, 1)),
            empty=say("没有缺项。", "Nothing is missing."),
        )
    ]  # fmt: skip
    if paper.suspect:
        found.append(
            Listing(
                title=say("存疑数据", "Doubtful figures"),
                heads=(pick("序号", "No."), pick("学校、数据", "School and fact"),
                       pick("提示", "Warning"), pick("用在何处；数据位置", "Where it is used; where it stands")),
                widths=(12, 58, 84, 72),
                rows=tuple(_suspect(n, one) for n, one in enumerate(paper.suspect, 1)),
                empty="",
            )
        )  # fmt: skip
    if paper.misread:
        found.append(
            Listing(
                title=say("取整后与判定不一致的数", "Figures that read otherwise when rounded"),
                heads=(pick("序号", "No."), pick("单元格", "Cell"),
                       pick("填写的数（取整）", "Shown, rounded"), pick("未取整的数与判定", "Unrounded, and verdict")),
                widths=(12, 110, 40, 64),
                rows=tuple(_misread(n, one) for n, one in enumerate(paper.misread, 1)),
                empty="",
            )
        )  # fmt: skip
    return found


def _gap(number: int, one: Gap) -> tuple[str, ...]:
    schools = shortened(
        list(map(printable, one.schools)), say("等{{count}}所", " and others, {{count}} in all")
    )
    places = shortened(
        list(map(printable, one.places)),
        say("等{{count}}处", " and others, {{count}} in all"),
        _PLACES,
    )
    return (str(number), printable(one.what), schools, places)


def _suspect(number: int, one: Suspect) -> tuple[str, ...]:
    where = pick("；", "; ").join(filter(None, (pick("、", ", ").join(one.sheets), one.place)))
    return (str(number), printable(one.subject), printable(one.message), printable(where))


def _misread(number: int, one: Misread) -> tuple[str, ...]:
    met = pick("达标", "met") if one.met else pick("未达标", "not met")
    exact = say("{exact}，{met}", "{exact}, {met}", exact=one.exact, met=met)
    place = printable(f"{one.table} {one.cell}")
    return (str(number), place, one.shown, exact)
