"""A county in the layouts in which offices have their statistics: old and new tables, as people print them.

    python -m examples.layouts [FOLDER]

What stands in which table is that of the statistics before 2021 (基础基) and since (教基); their numbers
are only names of sheets. Over the figures stand headings of up to three rows, merged or repeated; beside
them titles, units, numbers of columns, sums, notes and signatures. ``statistics`` gives the county as
the tables can tell it: whoever reads them must find exactly that.
"""

from __future__ import annotations

import copy
import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter

from examples.invented import county
from examples.writers import county_rows, facts_of, in_chinese, single_cell

Record = dict[str, Any]
Value = Callable[[Record], object]
Cells = list[list[object]]

STAGES = {"primary": "小学", "junior": "初中"}
EDGES = (25, 30, 35, 40, 45, 50, 55, 60, 65)
BANDS = (
    "25人及以下", "26-30人", "31-35人", "36-40人", "41-45人", "46-50人", "51-55人", "56-60人", "61-65人",
    "66人及以上",
)  # fmt: skip
TYPES = {
    "primary": 211, "teaching_point": 218, "junior": 311, "nine_year": 312, "complete_secondary": 341,
    "senior": 342, "twelve_year": 345, "special": 514, "vocational": 361,
}  # fmt: skip
SETTINGS = {"urban": 111, "town": 121, "rural": 220}
WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")


def statistics(document: Record) -> Record:
    """The county as statistical tables tell it: degrees, subjects and bands in place of what follows from them."""
    told: Record = copy.deepcopy(document)
    for school in told["schools"]:
        for stage in STAGES:
            if f"{stage}_teachers" in school:
                _degrees(school, stage)
                arts = school.pop(f"{stage}_pe_arts_teachers")
                school[f"{stage}_pe_teachers"] = arts // 2
                school[f"{stage}_arts_teachers"] = arts - arts // 2
                sizes = school.pop(f"{stage}_class_sizes")
                bands = [sum(size > edge for edge in EDGES) for size in sizes]
                school[f"{stage}_class_bands"] = [bands.count(band) for band in range(10)]
                school[f"{stage}_largest_class"] = max(sizes)
    return told


def _degrees(school: Record, stage: str) -> None:
    """Teachers by degree, as many as are above the one that their stage asks for."""
    above = school.pop(f"{stage}_teachers_above_degree")
    highest = {"doctor": above // 40, "master": above // 9}
    left = above - sum(highest.values())
    college = left // 5 if stage == "primary" else school[f"{stage}_teachers"] - above
    highest["bachelor"] = left - college if stage == "primary" else left
    school |= {
        f"{stage}_teachers_{degree}": n for degree, n in {**highest, "college": college}.items()
    }


# ── what stands in which table ─────────────────────────────────────────────────────


@dataclass(frozen=True)
class Column:
    """A column: the words over it from the top, what stands there of a school, and the fact it tells.

    adds: it is summed up in lines of sums.
    """

    path: tuple[str, ...]
    value: Value
    fact: str = ""
    adds: bool = True


@dataclass(frozen=True)
class Table:
    """A table of schools. of: whether it holds a school. unit: the line that gives its units."""

    name: str
    title: str
    columns: Sequence[Column]
    of: Callable[[Record], bool] = lambda school: True
    unit: str = ""


def fact(name: str, *path: str, adds: bool = True) -> Column:
    """A column that holds a fact as it is."""
    return Column(path, lambda school: school.get(name), name, adds)


def _worded(name: str, *path: str, codes: Mapping[str, int] | None = None) -> Column:
    """A column that holds a word, or its statistical code."""
    known = facts_of("school")[name]

    def value(school: Record) -> object:
        given = school.get(name)
        return str(codes[given]) if codes and given else in_chinese(known, given)

    return Column(path, value, name, adds=False)


def _sum(names: Sequence[str], *path: str) -> Column:
    def value(school: Record) -> object:
        given = [school[name] for name in names if school.get(name) is not None]
        return sum(given) if given else None

    return Column(path, value)


def _ten_thousands(name: str, *path: str) -> Column:
    def value(school: Record) -> object:
        given = school.get(name)
        return None if given is None else float(Decimal(str(given)) / 10000)

    return Column(path, value, name)


def _bands(stage: str, *above: str) -> list[Column]:
    def column(item: int, words: str) -> Column:
        def value(school: Record) -> object:
            bands = school.get(f"{stage}_class_bands")
            return None if bands is None else bands[item]

        return Column((*above, words), value, f"{stage}_class_bands")

    return [column(item, words) for item, words in enumerate(BANDS)]


def _has(stage: str) -> Callable[[Record], bool]:
    return lambda school: school.get(f"{stage}_students") is not None


def _who(code: str, name: str) -> list[Column]:
    return [fact("school_code", code, adds=False), fact("school_name", name, adds=False)]


def new_tables(place: Mapping[str, Any]) -> list[Table]:
    """The statistics since 2021. place: the county's record."""
    who = _who("学校（机构）标识码", "学校（机构）名称")
    taught, degree = "#按授课课程分", "#按学历分"
    tables = [
        Table("教基1001", "学校（机构）基本情况", [
            *who,
            _worded("school_type", "办学类型", codes=TYPES),
            _worded("sponsor", "举办者类型"),
            _worded("setting", "城乡分类代码", codes=SETTINGS),
            Column(("行政区划代码",), lambda _: place["county_code"], "county_code", adds=False),
            Column(("统计三级",), lambda _: place["county_name"], adds=False),
            fact("built_year", "规划并建成年份", adds=False),
            _worded("boarding", "是否寄宿制"),
        ]),
        Table("教基3118", "普通高中学生数", [*who, fact("senior_students", "在校生数", "合计")], _has("senior")),
        Table("教基5170", "学校校舍情况", [
            *who,
            fact("teaching_area", "教学及辅助用房", "计"),
            fact("indoor_sports_area", "教学及辅助用房", "#公共教学用房", "室内体育用房"),
        ], unit="单位：平方米"),
        Table("教基5176", "占地面积及其他办学条件", [
            *who,
            fact("outdoor_sports_area", "占地面积（平方米）", "#运动场地面积"),
            fact("books", "图书（册）"),
            fact("computers", "计算机台数"),
            fact("multimedia_rooms", "网络多媒体教室（间）"),
            _ten_thousands("equipment_value", "教学仪器设备资产值（万元）"),
        ]),
    ]  # fmt: skip
    for stage, word, pupils, degrees, bands in (
        ("primary", "小学", "教基3112", "教基4155", "教基2106"),
        ("junior", "初中", "教基3115", "教基4156", "教基2107"),
    ):
        tables += [
            Table(pupils, f"{word}学生数", [
                *who, fact(f"{stage}_entrants", "招生数", "合计"), fact(f"{stage}_students", "在校生数", "合计"),
            ], _has(stage)),
            Table(degrees, f"{word}专任教师学历情况", [
                *who,
                fact(f"{stage}_teachers", "专任教师", "合计"),
                fact(f"{stage}_teachers_doctor", "专任教师", degree, "博士研究生"),
                fact(f"{stage}_teachers_master", "专任教师", degree, "硕士研究生"),
                fact(f"{stage}_teachers_bachelor", "专任教师", degree, "本科"),
                fact(f"{stage}_teachers_college", "专任教师", degree, "专科"),
            ], _has(stage), unit="单位：人"),
            Table(f"教基4153 {word}", f"{word}专任教师分课程情况", [
                *who,
                fact(f"{stage}_pe_teachers", "专任教师", taught, "体育与健康"),
                fact(f"{stage}_arts_teachers", "专任教师", taught, "艺术", "计"),
            ], _has(stage)),
            Table(bands, f"{word}班额情况", [
                *who, fact(f"{stage}_classes", "班数", "合计"), *_bands(stage, "班数", "#按班额分"),
            ], _has(stage), unit="单位：个"),
        ]  # fmt: skip
    backbone = [
        fact(f"{stage}_backbone_teachers", f"县级以上骨干教师（{word}）")
        for stage, word in STAGES.items()
    ]
    return [*tables, Table("教基1102（续）", "学校其他情况", [*who, *backbone])]


def old_tables(place: Mapping[str, Any]) -> list[Table]:
    """The statistics until 2020: one table a matter, the stages beside one another where it has both."""
    who = _who("学校代码", "学校名称")
    stages = STAGES.items()
    return [
        Table("基础基111", "学校（机构）基本情况", [
            *who,
            _worded("school_type", "学校类别"),
            _worded("sponsor", "学校举办者"),
            _worded("setting", "城乡分类"),
            Column(("县区代码",), lambda _: place["county_code"], "county_code", adds=False),
            Column(("县（市、区）名称",), lambda _: place["county_name"], adds=False),
            fact("built_year", "建校年份", adds=False),
            _worded("boarding", "是否寄宿制学校"),
        ]),
        Table("基础基312、313", "中小学学生数", [
            *who,
            *(fact(f"{s}_students", "在校学生数", w) for s, w in [*stages, ("senior", "高中")]),
            *(fact(f"{s}_entrants", "招生数", w) for s, w in stages),
        ], unit="计量单位：人"),
        Table("基础基422、423", "专任教师学历情况", [
            *who,
            *(
                fact(f"{stage}_{stem}", word, *path)
                for stage, word in stages
                for stem, *path in (
                    ("teachers", "专任教师", "计"),
                    ("teachers_doctor", "专任教师", "博士研究生毕业"),
                    ("teachers_master", "专任教师", "硕士研究生毕业"),
                    ("teachers_bachelor", "专任教师", "本科毕业"),
                    ("teachers_college", "专任教师", "专科毕业"),
                    ("pe_teachers", "专任教师", "体育"),
                    ("arts_teachers", "专任教师", "艺术"),
                    ("backbone_teachers", "县级及以上骨干教师"),
                )
            ),
        ]),
        *(
            Table(f"基础基2{n} {word}", f"{word}班额情况", [
                *who, fact(f"{stage}_classes", "班数", "计"), *_bands(stage, "班数"),
            ], _has(stage))
            for n, (stage, word) in enumerate(stages, 11)
        ),
        Table("基础基512", "校舍及办学条件", [
            *who,
            fact("teaching_area", "校舍建筑面积", "教学及辅助用房", "计"),
            fact("indoor_sports_area", "校舍建筑面积", "教学及辅助用房", "其中：室内体育用房"),
            fact("outdoor_sports_area", "运动场地面积"),
            fact("books", "图书"),
            fact("computers", "计算机"),
            fact("multimedia_rooms", "网络多媒体教室"),
            _ten_thousands("equipment_value", "教学仪器设备值"),
        ], unit="单位：平方米、册、台、间、万元"),
    ]  # fmt: skip


def wide_table(place: Mapping[str, Any]) -> list[Table]:
    """Everything side by side in one table, as it is exported; stages under one another's heading."""
    stages = STAGES.items()
    degrees = {
        "doctor": "博士研究生",
        "master": "硕士研究生",
        "bachelor": "本科",
        "college": "专科",
    }
    return [
        Table("学校", f"{place['county_name']}中小学校基本数据", [
            *_who("学校（机构）代码", "学校（机构）名称"),
            _worded("school_type", "办学类型", codes=TYPES),
            _worded("sponsor", "举办者"),
            _worded("setting", "城乡分类代码", codes=SETTINGS),
            Column(("统计三级",), lambda _: place["county_name"], adds=False),
            Column(("行政区划代码",), lambda _: place["county_code"], "county_code", adds=False),
            fact("built_year", "规划并建成年份", adds=False),
            _worded("boarding", "是否寄宿制"),
            _sum([f"{s}_students" for s in (*STAGES, "senior")], "在校生数", "合计"),
            *(fact(f"{s}_students", "在校生数", w) for s, w in [*stages, ("senior", "高中")]),
            *(fact(f"{s}_entrants", "招生数", w) for s, w in stages),
            *(fact(f"{s}_classes", "班数", w) for s, w in stages),
            *(
                fact(f"{stage}_{stem}", "专任教师", word, *path)
                for stage, word in stages
                for stem, *path in (
                    ("teachers", "计"),
                    *((f"teachers_{d}", "#按学历分", words) for d, words in degrees.items()),
                    ("pe_teachers", "#按授课课程分", "体育与健康"),
                    ("arts_teachers", "#按授课课程分", "艺术"),
                )
            ),
            *(fact(f"{s}_backbone_teachers", "县级以上骨干教师", w) for s, w in stages),
            *(column for s, w in stages for column in _bands(s, f"{w}班额")),
            fact("teaching_area", "教学及辅助用房", "计"),
            fact("indoor_sports_area", "教学及辅助用房", "室内体育用房"),
            fact("outdoor_sports_area", "运动场地面积"),
            _ten_thousands("equipment_value", "教学仪器设备资产值(万元)"),
            fact("multimedia_rooms", "网络多媒体教室(间)"),
            fact("books", "图书(册)"),
            fact("computers", "计算机(台)"),
        ]),
    ]  # fmt: skip


LAYOUTS = {"new": new_tables, "old": old_tables, "wide": wide_table}


def other_figures(tables: Sequence[Table], schools: Sequence[Record]) -> Table:
    """What these tables do not hold and an office keeps itself: one more table, under plain headings."""
    told = {column.fact for table in tables for column in table.columns}
    known = facts_of("school")

    def column(name: str) -> Column:
        def value(school: Record) -> object:
            return single_cell(in_chinese(known[name], school.get(name)))

        return Column((known[name]["title"],), value, name, adds=False)

    names = [n for n in known if n not in told and any(one.get(n) is not None for one in schools)]
    return Table("其他指标", "其他指标", [_who("学校标识码", "")[0], *map(column, names)])


# ── how people write them ──────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Habits:
    """How an office writes its tables.

    merged: headings over several columns are merged cells, else repeated. titles: a title, the office
    and the unit above. numbered: a line 甲 乙 1 2 3 under the headings, and a column 序号. sums: a line
    for every township and one for the county. notes: remarks and signatures below. codes: ``text``,
    ``number``, ``spaced`` (blanks around), ``wide`` (full-width digits). wide: some figures are typed in
    full-width digits. breaks: line breaks in headings.
    """

    merged: bool = True
    titles: bool = True
    numbered: bool = False
    sums: bool = False
    notes: bool = False
    codes: str = "text"
    wide: bool = False
    breaks: bool = False


PLAIN = Habits(merged=False, titles=False)
TIDY = Habits()
USUAL = Habits(numbered=True, sums=True, notes=True, codes="spaced", wide=True, breaks=True)


@dataclass(frozen=True)
class Sheet:
    """A table as cells. merged: blocks of cells that are one, (top, left, bottom, right) from 0."""

    name: str
    cells: Cells
    merged: Sequence[tuple[int, int, int, int]]


def sheet(table: Table, document: Record, habits: Habits) -> Sheet:
    """A table as an office of these habits would have it."""
    columns = list(table.columns)
    if habits.numbered:
        numbers = {id(one): n for n, one in enumerate(document["schools"], 1)}
        columns.insert(0, Column(("序号",), lambda one: numbers.get(id(one)), adds=False))
    cells: Cells = []
    if habits.titles:
        name = document["county"]["county_name"]
        cells += [
            [f"{name}{table.title}（{document['county']['year']}学年初）"],
            [f"填报单位（盖章）：{name}教育局　　{table.unit}"],
        ]
    elif table.unit:
        cells.append([table.unit])
    top = len(cells)
    merged = [(row, 0, row, len(columns) - 1) for row in range(top) if habits.merged]
    heads, blocks = _heads([column.path for column in columns], habits, top)
    cells += heads
    if habits.numbered:
        key = 1 + habits.numbered
        cells.append([*("甲乙丙"[:key]), *range(1, len(columns) - key + 1)])
    own = [school for school in document["schools"] if table.of(school)]
    for place, schools in groupby(own, lambda school: school["township"]):
        some = list(schools)
        cells += [_row(columns, school, habits) for school in some]
        if habits.sums:
            cells.append(_total(columns, some, f"{place}小计"))
    if habits.sums:
        cells.append(_total(columns, own, "合 计"))
    if habits.notes:
        cells += [
            ["注：数据截至当年9月1日。"],
            ["单位负责人：王某", "填表人：李某", "填表日期：2023年10月8日"],
        ]
    name = table.name if habits.titles else f"{table.name} {table.title}"
    return Sheet(name, cells, [*merged, *blocks])


def _heads(
    paths: Sequence[tuple[str, ...]], habits: Habits, top: int
) -> tuple[Cells, list[tuple[int, int, int, int]]]:
    """The rows of headings, and which of their cells are one."""
    depth = max(map(len, paths))
    rows: Cells = [[None] * len(paths) for _ in range(depth)]
    blocks: list[tuple[int, int, int, int]] = []
    for level in range(depth):
        begin = 0
        for above, run in groupby(path[: level + 1] for path in paths):
            width = len(list(run))
            here, columns = len(above) == level + 1, range(begin, begin + width)
            begin += width
            for column in columns if here else ():
                if column == columns[0] or not habits.merged:
                    rows[level][column] = _broken(above[level]) if habits.breaks else above[level]
            bottom = depth - 1 if here and len(paths[columns[0]]) == level + 1 else level
            if here and habits.merged and (width > 1 or bottom > level):
                blocks.append((top + level, columns[0], top + bottom, columns[-1]))
    return rows, blocks


def _broken(words: str) -> str:
    """A heading with a line break where a narrow column would have it."""
    return f"{words[:4]}\n{words[4:]}" if len(words) > 7 else words


def _row(columns: Sequence[Column], school: Record, habits: Habits) -> list[object]:
    row = [column.value(school) for column in columns]
    place = next(
        n for n, column in enumerate(columns) if column.value(school) == school["school_code"]
    )
    code = str(row[place])
    row[place] = {
        "text": code, "number": int(code), "spaced": f" {code}　", "wide": code.translate(WIDE),
    }[habits.codes]  # fmt: skip
    if habits.wide:
        figure = next((n for n, c in enumerate(columns) if c.adds and row[n] is not None), None)
        if figure is not None and int(code) % 3 == 0:
            row[figure] = str(row[figure]).translate(WIDE)
    return row


def _total(columns: Sequence[Column], schools: Sequence[Record], word: str) -> list[object]:
    row: list[object] = []
    for column in columns:
        given = [
            value for one in schools if column.adds and (value := column.value(one)) is not None
        ]
        row.append(sum(Decimal(str(value)) for value in given) if given else None)
    row = [None if one is None else float(str(one)) for one in row]
    first = next(n for n, column in enumerate(columns) if column.path[0] != "序号")
    row[first + 1] = word
    return row


def county_sheet(document: Record) -> Sheet:
    """The county's own figures beside their names."""
    return Sheet("县区", [list(row) for row in county_rows(document["county"])], [])


def sheets(layout: str, document: Record, habits: Habits) -> list[Sheet]:
    """The schools' tables of a layout; a plain one for what statistics do not hold."""
    tables = LAYOUTS[layout](document["county"])
    others = other_figures(tables, document["schools"])
    return [*(sheet(one, document, habits) for one in tables), sheet(others, document, PLAIN)]


def write_book(path: Path, pages: Sequence[Sheet]) -> Path:
    """Tables as the sheets of one workbook."""
    with xlsxwriter.Workbook(path) as book:
        middle = book.add_format({"align": "center", "valign": "vcenter", "text_wrap": True})
        for page in pages:
            there = book.add_worksheet(page.name)
            for top, left, bottom, right in page.merged:
                if (top, left) != (bottom, right):
                    there.merge_range(top, left, bottom, right, page.cells[top][left], middle)
            covered = {(top, left) for top, left, _, _ in page.merged}
            for row, cells in enumerate(page.cells):
                for column, value in enumerate(cells):
                    if value is not None and (row, column) not in covered:
                        there.write(row, column, value)
    return path


def write_texts(folder: Path, pages: Sequence[Sheet]) -> Path:
    """The same tables as CSV files: of a merged cell only its first holds anything."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        with (folder / f"{page.name}.csv").open("w", encoding="utf-8-sig", newline="") as lines:
            width = max(map(len, page.cells))
            rows = [[*cells, *[None] * (width - len(cells))] for cells in page.cells]
            csv.writer(lines).writerows(rows)
    return folder


def main(folder: Path) -> None:
    """Write a county in every layout: as one workbook, as a workbook a table, as CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    told = statistics(county(4, "519901", "示范县", "兴文镇 启明镇 致远乡"))
    for layout in LAYOUTS:
        pages = [county_sheet(told), *sheets(layout, told, USUAL)]
        write_book(folder / f"{layout}.xlsx", pages)
        write_texts(folder / f"{layout}_csv", pages)
        for page in pages:
            (folder / f"{layout}_files").mkdir(exist_ok=True)
            write_book(folder / f"{layout}_files" / f"{page.name}.xlsx", [page])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("layouts"))
