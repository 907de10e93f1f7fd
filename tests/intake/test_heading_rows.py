"""Headings of several rows: each column gets the words that stand over it, however they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.facts.vocabulary import vocabulary
from compliance.intake.formats.grid import Block
from compliance.intake.formats.heading_rows import HeadingRows, find_headings
from compliance.intake.formats.heading_words import HeadingWords
from tests.support.nonempty import nonempty

WORDS = HeadingWords(vocabulary(), "schools")


class Node(NamedTuple):
    """A heading and those under it."""

    word: str
    below: tuple[Node, ...] = ()

    @property
    def width(self) -> int:
        return sum(one.width for one in self.below) or 1

    @property
    def depth(self) -> int:
        return 1 + max((one.depth for one in self.below), default=0)

    def paths(self) -> Iterator[tuple[str, ...]]:
        """The words over each of its columns."""
        if not self.below:
            yield (self.word,)
        for one in self.below:
            yield from ((self.word, *path) for path in one.paths())


def node(word: str, *below: str | Node) -> Node:
    return Node(word, tuple(one if isinstance(one, Node) else Node(one) for one in below))


NAMING = [node("学校名称"), node("学校（机构）标识码"), node("办学类型")]
GROUPS = [
    node("在校生数", "合计", "小学", "初中"),
    node("班数", "小学", "初中"),
    node(
        "专任教师",
        "合计",
        node("#按学历分", "博士研究生", "硕士研究生", "本科", "专科"),
        node("#按授课课程分", "体育与健康", node("艺术", "计", "其中：音乐")),
    ),
    node("教学及辅助用房", "计", "室内体育用房"),
    node("上年", "小学在校生数", "初中在校生数"),
    node("小学", "班级数", node("专任教师数", "计", "其中：女"), "最大班额"),
    node("25人及以下"),
    node("运动场地面积"),
    node("教学仪器设备资产值(万元)"),
    node("备注"),
]


def cells(text: str) -> list[str]:
    return text.split(",")


Style = Literal["merged", "repeated", "first"]


def written(nodes: Sequence[Node], style: Style, top: int) -> tuple[list[list[str]], list[Block]]:
    """The rows of these headings, from row `top` on, and the cells that are merged."""
    depth = max(one.depth for one in nodes)
    rows = [[""] * sum(one.width for one in nodes) for _ in range(depth)]
    merged: list[Block] = []

    def put(one: Node, row: int, column: int) -> None:
        bottom = row if one.below else depth - 1
        right = column + one.width - 1
        for at in range(row, bottom + 1):
            for to in range(column, right + 1):
                if style == "repeated" or (at, to) == (row, column):
                    rows[at][to] = one.word
        if style == "merged" and (bottom > row or right > column):
            merged.append(Block(top + row, column, top + bottom, right))
        for child in one.below:
            put(child, row + 1, column)
            column += child.width

    column = 0
    for one in nodes:
        put(one, 0, column)
        column += one.width
    return rows, merged


def found(lines: Sequence[Sequence[str]], merged: Sequence[Block] = ()) -> HeadingRows:
    head = find_headings(lines, WORDS, merged)
    assert head is not None
    return head


@given(
    groups=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=6, unique=True),
    naming=st.permutations(NAMING),
    style=st.sampled_from(["merged", "repeated", "first"]),
    title=st.sampled_from(
        [[], ["青石县学校情况表"], ["统计表", "单位：万元"], ["附件1", "", "表"]]
    ),
    numbered=st.booleans(),
)
def test_every_column_has_the_words_over_it(
    groups: list[Node], naming: list[Node], style: Style, title: list[str], *, numbered: bool
) -> None:
    nodes = [*naming, *groups]
    rows, merged = written(nodes, style, len(title))
    width = len(rows[0])
    paths = [path for one in nodes for path in one.paths()]
    above = [[text, *[""] * (width - 1)] for text in title]
    numbers = ["甲", "乙", "丙", *map(str, range(1, width - 2))]
    record = ["第一小学", "2134000001", "小学", *["12"] * (width - 3)]
    lines = [*above, *rows, *([numbers] if numbered else []), record, record]
    head = found(lines, merged)
    assert (head.top, head.bottom) == (len(title), len(title) + len(rows) - 1)
    assert list(head.paths) == [WORDS.without_captions(path) for path in paths]
    for column, (row, path) in nonempty(enumerate(zip(head.places, paths, strict=True))):
        assert lines[row][column] == path[-1]


@pytest.mark.parametrize(
    ("rows", "paths"),
    [
        (  # the names of the columns below, a caption over each group
            ["学校身份,,学生,", "学校名称,学校标识码,小学在校生数,初中在校生数"],
            "学校名称 学校标识码 小学在校生数 初中在校生数",
        ),
        (  # a word over one column alone, and a column beside it
            ["学校名称,学校标识码,小学,教学及辅助用房面积", ",,在校生数,"],
            "学校名称 学校标识码 小学/在校生数 教学及辅助用房面积",
        ),
        (  # what a person added to some figures is never lost
            [",,上年,,", "学校名称,学校标识码,小学在校生数,初中在校生数,运动场地面积"],
            "学校名称 学校标识码 上年/小学在校生数 上年/初中在校生数 上年/运动场地面积",
        ),
        (  # a part beside its whole
            ["学校名称,学校标识码,小学在校生数,", ",,,其中：女"],
            "学校名称 学校标识码 小学在校生数 小学在校生数/其中：女",
        ),
        (  # a row of headings that begins as a note does
            ["学校名称,学校标识码,基本情况,", ",,备注,小学在校生数"],
            "学校名称 学校标识码 基本情况/备注 小学在校生数",
        ),
        (  # years of which each has its columns
            [",,2022年,2023年", "学校名称,学校标识码,小学在校生数,小学在校生数"],
            "学校名称 学校标识码 2022年/小学在校生数 2023年/小学在校生数",
        ),
    ],
)
def test_words_over_columns(rows: list[str], paths: str) -> None:
    lines = [row.split(",") for row in rows]
    record = ["第一小学", "2134000001", *["12"] * (len(lines[0]) - 2)]
    assert found([*lines, record]).headings == paths.split()


@pytest.mark.parametrize(
    "above",
    [
        "青石县义务教育学校情况,,,2023年",
        "青石县义务教育学校情况,,单位：人,",
        "学校情况统计表,学校情况统计表,学校情况统计表,学校情况统计表",
        "填报单位：青石县教育局,,填报人：张三,",
        "2023年9月,,,",
        "A,B,C,D",
        "青石县教育局,2023-09-20,,",
        "县名,青石县,,",
    ],
)
def test_lines_above_are_no_headings(above: str) -> None:
    head = cells("学校名称,学校标识码,小学在校生数,初中在校生数")
    lines = [above.split(","), head, ["第一小学", "2134000001", "12", ""]]
    assert (found(lines).top, found(lines).headings) == (1, head)


@pytest.mark.parametrize(
    "below",
    [
        "第一小学,,,新建",
        ",,人,人",
        "（一）小学,,,",
        "合计,,12,13",
        "注：本表不含民办,,,",
        "1,2,3,4",
        "示例小学,示例1,,",
    ],
)
def test_lines_below_are_no_headings(below: str) -> None:
    head = cells("学校名称,学校标识码,小学在校生数,初中在校生数")
    lines = [head, below.split(","), ["第一小学", "2134000001", "12", ""]]
    assert (found(lines).bottom, found(lines).headings) == (0, head)


def test_cells_merged_over_several_rows_and_columns() -> None:
    lines = [
        cells("青石县学校情况,,,,,"),
        cells(",,,,,"),
        cells("学校,,在校生,,面积,"),
        cells("名称,标识码,,,,"),
        cells(",,小学,初中,教学及辅助用房,运动场地"),
        cells("第一小学,2134000001,12,,500,600"),
    ]
    merged = [Block(0, 0, 1, 5), Block(2, 0, 2, 1), Block(3, 0, 4, 0), Block(3, 1, 4, 1)]
    merged += [Block(2, 2, 3, 3), Block(2, 4, 3, 5)]
    head = found(lines, merged)
    assert (head.top, head.bottom) == (2, 4)
    assert head.headings == [
        "学校/名称", "标识码", "在校生/小学", "在校生/初中", "教学及辅助用房", "运动场地"
    ]  # fmt: skip
