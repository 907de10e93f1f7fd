"""No figure ever lands in another fact silently, however the headings over it are written.

A table is drawn: which facts it has and in which words, one to four rows of headings, merged or repeated or
written once, line breaks and blanks in them, units, columns that no fact holds, titles and sums and notes.
Every column has figures of its own, so that one in a wrong place is seen. What is not read must be said.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from compliance.kernel.submission import Submission

WORDS = vocabulary()
TYPES = {  # of the schools in the table, and the stages that each has
    "九年一贯制学校": ("primary", "junior"),
    "小学": ("primary",),
    "初级中学": ("junior",),
    "教学点": ("primary",),
}
SCHOOLS = range(len(TYPES))
ANY = "any"  # begins the fact of a column that leaves the stage to the school's type
COUNTY: list[list[Any]] = [
    ["行政区划代码", "519901"],
    ["县（市、区）名称", "示范县"],
    ["学年起始年份", 2023],
]
STAGES = {"primary": "小学", "junior": "初中"}
STAGED = {  # the figures of a stage, in words that any office would use
    "students": ("在校生数", "在校学生数", "学生数"),
    "classes": ("班级数", "教学班数", "班数"),
    "teachers": ("专任教师数", "专任教师"),
    "teachers_above_degree": ("高于规定学历教师数", "高于规定学历教师"),
    "backbone_teachers": ("县级以上骨干教师数", "县级及以上骨干教师"),
    "teachers_bachelor": ("本科学历专任教师数",),
    "entrants": ("招生数",),
}
SHARED = {
    "teaching_area": ("教学及辅助用房面积", "教学及辅助用房"),
    "indoor_sports_area": ("室内体育用房面积", "室内体育用房"),
    "outdoor_sports_area": ("运动场地面积", "体育运动场地面积"),
    "equipment_value": ("教学仪器设备值", "教学仪器设备资产值"),
    "multimedia_rooms": ("网络多媒体教室数", "网络多媒体教室"),
    "books": ("图书册数", "图书"),
    "computers": ("计算机台数",),
}
UNITS = {
    "area": {"": Fraction(1), "平方米": Fraction(1), "㎡": Fraction(1), "亩": Fraction(2000, 3)},
    "yuan": {"": Fraction(1), "元": Fraction(1), "千元": Fraction(1000), "万元": Fraction(10000)},
    "people": {"": Fraction(1), "人": Fraction(1), "名": Fraction(1)},
    "things": {"": Fraction(1)},
}
KINDS = {name: "area" for name in SHARED if name.endswith("area")} | {"equipment_value": "yuan"}
# what stands beside them in offices' tables, and is none of these facts
STRANGERS = (
    ("其中：女",), ("在校生数", "其中：女"), ("小学", "其中：女教师"), ("上年在校生数",), ("计划招生数",),
    ("食堂面积",), ("教学及辅助用房", "其中：普通教室"), ("危房面积",), ("离退休教师",), ("代课教师",),
    ("专任教师", "其中：外籍"), ("幼儿园", "在园幼儿数"), ("高中", "班级数"), ("生均图书册数",), ("序号",), ("备注",),
    ("专任教师", "#按年龄分", "30岁以下"), ("小学", "在校生数", "其中：留守儿童"), ("缺教师数",), ("新增计算机台数",),
)  # fmt: skip
CAPTIONS = ("基本情况", "办学条件", "学校基本情况", "师资情况")


@dataclass(frozen=True)
class Drawn:
    """A column. path: the words over it. fact: that it holds, "" for none. factor: of its unit."""

    path: tuple[str, ...]
    fact: str
    factor: Fraction = Fraction(1)

    def of(self, school: int) -> str:
        """The fact of a school that it holds, "" where it can hold none of that school."""
        stage, _, stem = self.fact.partition("_")
        own = list(TYPES.values())[school]
        if stage == ANY:
            return f"{own[0]}_{stem}" if len(own) == 1 else ""
        return self.fact if stage not in STAGES or stage in own else ""


@st.composite
def staged(draw: st.DrawFn, stage: str, stem: str) -> Drawn:
    name = draw(st.sampled_from(STAGED[stem]))
    unit = draw(st.sampled_from(list(UNITS["people" if stem != "classes" else "things"])))
    tail = f"（{unit}）" if unit else ""
    if stage == ANY:
        return Drawn((name + tail,), f"{ANY}_{stem}")
    word = STAGES[stage]
    ways = [
        (word + name + tail,), (word, name + tail), (name, word + tail), (f"{name}（{word}）",),
        (f"{word}部", name + tail),
    ]  # fmt: skip
    path = draw(st.sampled_from(ways))
    return Drawn(path, f"{stage}_{stem}")


@st.composite
def shared(draw: st.DrawFn, fact: str) -> Drawn:
    units = UNITS[KINDS.get(fact, "things")]
    name, unit = draw(st.sampled_from(SHARED[fact])), draw(st.sampled_from(list(units)))
    brackets = draw(st.sampled_from(["（{}）", "({})", "\n（{}）"]))
    return Drawn((name + (brackets.format(unit) if unit else ""),), fact, units[unit])


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Drawn], list[list[Any]], list[tuple[int, int, int, int]]]:
    """The columns, the cells of the sheet, its merged blocks."""
    stems = draw(st.lists(st.sampled_from(list(STAGED)), min_size=1, max_size=5, unique=True))
    stages = st.sampled_from([("primary", "junior"), ("primary",), ("junior",), (ANY,)])
    own = [(stage, stem) for stem in stems for stage in draw(stages)]
    drawn = [draw(staged(*one)) for one in own]
    drawn += [
        draw(shared(one))
        for one in draw(st.lists(st.sampled_from(list(SHARED)), max_size=5, unique=True))
    ]
    drawn += [
        Drawn(path, "")
        for path in draw(st.lists(st.sampled_from(STRANGERS), max_size=4, unique=True))
    ]
    drawn = draw(st.permutations(drawn))
    if draw(st.booleans()):  # those under one word side by side, as a merged heading has them
        drawn = sorted(drawn, key=lambda one: one.path[0])
    if draw(st.booleans()):
        caption = draw(st.sampled_from(CAPTIONS))
        drawn = [
            Drawn((caption, *one.path), one.fact, one.factor) if len(one.path) < 3 else one
            for one in drawn
        ]
    who = [
        Drawn(("学校（机构）标识码",), "school_code"),
        Drawn(("学校名称",), "school_name"),
        Drawn(("办学类型",), "school_type"),
    ]
    columns = [*who, *drawn]
    heads, merged = headings(columns, draw(st.sampled_from(["merged", "repeated", "once"])))
    if draw(st.booleans()):
        heads = [[broken(cell) for cell in row] for row in heads]
    above: list[list[Any]] = draw(
        st.sampled_from(
            [[], [["示范县办学条件统计表"]], [["示范县学校情况表"], ["填报单位：示范县教育局"]]]
        )
    )
    rows = [[value(n, school, one) for n, one in enumerate(columns)] for school in SCHOOLS]
    below: list[list[Any]] = []
    if draw(st.booleans()):
        below.append(
            [
                None,
                "合计",
                *[None] * (len(who) - 2),
                *(sum(row[n] or 0 for row in rows) for n in range(len(who), len(columns))),
            ]
        )
    if draw(st.booleans()):
        below += [["注：数据为学年初数。"], ["填表人：王某"]]
    return (
        columns,
        [*above, *heads, *rows, *below],
        [(a + len(above), b, c + len(above), d) for a, b, c, d in merged],
    )


def headings(
    columns: Sequence[Drawn], style: str
) -> tuple[list[list[Any]], list[tuple[int, int, int, int]]]:
    """Rows of headings. once: a word over several columns stands in the first, as a text keeps merged cells."""
    depth = max(len(one.path) for one in columns)
    rows: list[list[Any]] = [[None] * len(columns) for _ in range(depth)]
    merged = []
    for level in range(depth):
        start = 0
        while start < len(columns):
            path = columns[start].path[: level + 1]
            end = start + 1
            while (
                end < len(columns)
                and len(path) == level + 1
                and columns[end].path[: level + 1] == path
            ):
                end += 1
            if len(path) == level + 1:
                last = depth - 1 if len(columns[start].path) == level + 1 else level
                for column in range(start, end if style == "repeated" else start + 1):
                    rows[level][column] = path[level]
                if style == "merged" and (end - start > 1 or last > level):
                    merged.append((level, start, last, end - 1))
            start = end
    return rows, merged


def broken(cell: Any) -> Any:
    return f"{cell[:3]}\n{cell[3:]}" if isinstance(cell, str) and len(cell) > 5 else cell


def value(column: int, school: int, one: Drawn) -> Any:
    """A figure that no other cell has; None where the school has nothing of the kind."""
    if one.fact.startswith("school_"):
        who = (f"519901000{school}", f"第{school}学校", list(TYPES)[school])
        return dict(zip(("school_code", "school_name", "school_type"), who, strict=True))[one.fact]
    stage = one.fact.partition("_")[0]
    absent = stage in STAGES and not one.of(school)
    return None if absent else 1000 + column * 10 + school


def written(
    folder: Path, cells: list[list[Any]], merged: Sequence[tuple[int, int, int, int]], form: str
) -> Path:
    both: dict[str, list[list[Any]]] = {"学校": cells, "县区": COUNTY}
    if form == "text":
        for name, rows in both.items():
            text = io.StringIO(newline="")
            width = max(map(len, rows))
            csv.writer(text).writerows([*row, *[None] * (width - len(row))] for row in rows)
            (folder / f"{name}.csv").write_bytes(text.getvalue().encode())
        return folder
    book = openpyxl.Workbook()
    for name, rows in both.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for top, left, bottom, right in merged:
        book["学校"].merge_cells(
            start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
        )
    book.remove(book["Sheet"])
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def check(columns: Sequence[Drawn], found: Submission) -> None:
    """Every figure that was taken in is its own fact's; what was not is named."""
    figures = {
        (row["school_code"], name): number
        for row in found.schools.iter_rows(named=True)
        for name, number in row.items()
        if isinstance(number, float)
    }
    told = "".join(" ".join(one.message for one in found.problems).split())
    own, lost = {}, []
    drawn = [(n, one) for n, one in enumerate(columns) if one.fact]
    for n, one in ((n, one) for n, one in drawn if not one.fact.startswith("school_")):
        for school in SCHOOLS:
            cell, fact = value(n, school, one), one.of(school)
            if fact and cell is not None:
                own[f"519901000{school}", fact] = float(cell * one.factor)
                read = (f"519901000{school}", fact) in figures
            else:
                read = cell is None
            if not read and "".join(one.path[-1].split()) not in told and str(cell) not in told:
                lost.append(one.path)
    assert not lost, f"{lost} lost without a word"
    strange = {place: number for place, number in figures.items() if own.get(place) != number}
    assert not strange, f"{strange} are not their own"


@given(tables(), st.sampled_from(["book", "text"]))
@settings(max_examples=max(10, settings().max_examples // 2))
def test_a_figure_is_its_own_facts_or_is_named(
    table: tuple[list[Drawn], list[list[Any]], list[tuple[int, int, int, int]]], form: str
) -> None:
    columns, cells, merged = table
    with TemporaryDirectory() as folder:
        found = take_in([written(Path(folder), cells, merged, form)], readers(), WORDS)
    check(columns, found)
