"""How texts hold tables: separators, lines beside the table, short lines and quotes; a line lost is a line told."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.facts.vocabulary import vocabulary
from compliance.intake.formats.csv import read_csv
from compliance.intake.formats.raw_table import RawTable
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.errors import Problem
from tests.support.nonempty import nonempty

CELLS = st.text(st.sampled_from("ab 7.无０\u3000"), max_size=4)
HEAD = ["school_code", "county_code", "school_name"]
RECORDS = [[f"519907{n:04}", "519907", f"第{n}小学", "是", str(n)] for n in range(1, 41)]
HEADINGS = ["学校标识码", "行政区划代码", "学校名称", "是否寄宿制", "教学仪器设备值"]
Lines = Sequence[Sequence[str]]


def written(lines: Lines, mark: str = ",", end: str = "\r\n") -> str:
    """Lines as a program writes them, quotes where they are needed."""
    text = io.StringIO()
    csv.writer(text, delimiter=mark, lineterminator=end).writerows(lines)
    return text.getvalue()


def read(data: str | bytes, table: str = "schools") -> tuple[RawTable | None, list[Problem]]:
    problems: list[Problem] = []
    text = data.encode() if isinstance(data, str) else data
    try:
        return read_csv(text, table, Complaints("schools.csv", problems), vocabulary()), problems
    except UnreadableError as stop:
        return None, [stop.problem]


def records(found: RawTable | None) -> list[list[str]]:
    """What was read, a list a line, blanks as empty texts."""
    assert found is not None
    return [
        ["" if c is None else str(c) for c in row]
        for row in zip(*found.columns.values(), strict=True)
    ]


def told(problems: Sequence[Problem]) -> list[tuple[str, str, str]]:
    return [(one.severity, one.code, one.at) for one in problems]


def as_read(data: str) -> tuple[object, ...]:
    table, problems = read(data)
    assert table is not None
    cells = {heading: list(column) for heading, column in table.columns.items()}
    places = [table.place(row, "school_name") for row in range(table.height)]
    return cells, places, problems


@given(st.lists(st.lists(CELLS, min_size=3, max_size=4), max_size=8), st.sampled_from(",\t"))
@settings(max_examples=100, deadline=None)
def test_with_and_without_quotes(rows: list[list[str]], mark: str) -> None:
    """A text without quotes is cut up as the standard library's reader cuts it."""
    lines = [mark.join(HEAD), *(mark.join(row) for row in rows)]
    quoted = mark.join(f'"{name}"' for name in HEAD)  # enough for the reader of quotes
    assert as_read("\n".join(lines)) == as_read("\n".join([quoted, *lines[1:]]))


class TestSeparators:
    @pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
    @pytest.mark.parametrize("said", [False, True])
    def test_the_one_that_makes_headings(self, mark: str, said: bool) -> None:
        headings = [*HEADINGS[:4], "教学仪器设备值（元，不含图书）, 附注; a|b"]
        lines = [headings, *RECORDS]
        text = (f"sep={mark}\r\n" if said else "") + written(lines, mark)
        found, problems = read(text)
        assert (records(found), problems) == (RECORDS, [])
        assert found is not None
        assert found.place(0, "学校标识码") == ("A3" if said else "A2")

    @pytest.mark.parametrize(
        "first", ['"sep=;"', "SEP=;", "sep=;;;;;", "\ufeffsep=;", "sep=^", "\n\nsep=;"]
    )
    def test_a_line_that_names_it_is_none_of_the_table(self, first: str) -> None:
        mark = "^" if "^" in first else ";"
        found, problems = read(f"{first}\n{written([HEADINGS, *RECORDS], mark)}")
        assert (records(found), problems) == (RECORDS, [])

    def test_a_line_that_names_the_wrong_one_is_not_believed(self) -> None:
        found, problems = read("sep=;\n" + written([HEADINGS, *RECORDS]))
        assert (records(found), problems) == (RECORDS, [])

    @pytest.mark.parametrize("mark", "，：^ \x01")
    def test_a_foreign_one_is_named_in_one_error(self, mark: str) -> None:
        found, [problem] = read(written([HEADINGS, *RECORDS], mark))
        assert (found, problem.code, problem.at) == (None, "foreign_separator", "A1")
        shown = "\N{REPLACEMENT CHARACTER}" if mark == "\x01" else mark
        assert f"“{shown}”" in problem.message

    @pytest.mark.parametrize(
        "data",
        [
            written([HEADINGS, *RECORDS]).encode("utf-16"),
            written([HEADINGS, *RECORDS], "\t").encode("utf-16"),
            written([HEADINGS, *RECORDS]).encode("utf-8-sig"),
            written([HEADINGS, *RECORDS]).encode("gb18030"),
            written([HEADINGS, *RECORDS], end="\r").encode(),
            written([HEADINGS, *RECORDS]).encode() + b"\x1a",
        ],
    )
    def test_encodings_and_ends_of_lines(self, data: bytes) -> None:
        found, problems = read(data)
        assert (records(found), problems) == (RECORDS, [])


class TestBeside:
    def test_titles_units_and_notes_as_in_a_workbook(self) -> None:
        lines = [
            ["附件3"],
            [],
            ["青石县学校情况表", "", "", "", ""],
            ["填报单位：青石县教育局", "", "", "", "单位：万元"],
            HEADINGS,
            ["甲", "乙", "丙", "丁", "1"],
            *RECORDS[:20],
            HEADINGS,  # printed again on the second page
            *RECORDS[20:],
            ["", "", "合计", "", "820"],
            ["519907", "519907", "全县合计（40所）", "", "820"],
            ["填表人：张三", "审核人：李四", "填表日期：2023-09-20"],
            ["说明：1.本表含民办学校", "不含教学点"],
            ["数据来源：教育事业统计", "", "", "", ""],
            ["青石县教育局（盖章）", "", "", "", ""],
        ]
        found, problems = read(written(lines))
        assert records(found) == RECORDS
        assert found is not None
        assert found.units == dict.fromkeys(HEADINGS, ("万元",))
        assert found.place(0, "学校名称") == "C7"
        assert told(problems) == [("warning", "total_row", "A6")]
        assert problems[0].message == (
            "10行不是数据，未读取：标题、单位3行（A1、A3、A4）；栏次1行（A6）；"
            "合计、小计2行（C48、C49）；说明、签名4行（A50、A51、A52、A53）"
        )

    def test_units_under_the_headings_and_in_a_note(self) -> None:
        below, problems = read(written([HEADINGS, ["", "", "", "", "万元"], *RECORDS]))
        assert below is not None
        assert (below.units, told(problems)) == (
            {"教学仪器设备值": ("万元",)},
            [("warning", "unit_row", "E2")],
        )
        noted, problems = read(written([HEADINGS, *RECORDS, ["注：设备值单位为万元"]]))
        assert noted is not None
        assert noted.units["教学仪器设备值"] == ("万元",)
        assert told(problems) == [("warning", "note_row", "A42")]

    def test_a_record_above_the_headings_is_an_error(self) -> None:
        _, problems = read(written([RECORDS[0], HEADINGS, *RECORDS[1:]]))
        assert told(problems) == [("error", "record_above_headings", "A1")]

    def test_a_larger_unit_in_other_words_is_told(self) -> None:
        found, problems = read(written([["数额均系万元"], HEADINGS, *RECORDS]))
        assert found is not None
        assert (found.units, told(problems)) == ({}, [("warning", "unclear_unit", "A1")])


class TestShortLines:
    """Excel writes lines in chunks of sixteen, each as long as its longest."""

    @staticmethod
    def as_excel(blank_from: int, lines: Lines) -> str:
        """Lines from `blank_from` on have nothing in their last two cells, and those are not written."""
        kept = [line if n < blank_from else line[:-2] for n, line in enumerate(lines)]
        return written(kept)

    @pytest.mark.parametrize("chunk", [16, 17, 32])
    def test_as_excel_writes_them(self, chunk: int) -> None:
        found, problems = read(self.as_excel(chunk, [HEADINGS, *RECORDS]))
        lines = [[*line[:-2], "", ""] if n >= chunk - 1 else line for n, line in enumerate(RECORDS)]
        assert records(found) == lines
        assert told(problems) == [("warning", "short_lines", f"A{chunk + 1}")]

    @pytest.mark.parametrize("first", [1, 9, 15])
    def test_others_are_errors_of_their_county(self, first: int) -> None:
        found, problems = read(self.as_excel(first, [HEADINGS, *RECORDS[:20]]))
        assert len(records(found)) == first - 1
        assert {(one.code, one.county_code) for one in nonempty(problems)} == {
            ("ragged_line", "519907")
        }

    def test_a_text_cut_off_is_told(self) -> None:
        whole = written([HEADINGS, *RECORDS])
        _, problems = read(whole[:-2])
        assert told(problems) == [("warning", "no_line_end", "A41")]
        _, problems = read(whole[:-9])
        assert told(problems) == [
            ("warning", "no_line_end", "A41"),
            ("error", "ragged_line", "A41"),
        ]


class TestQuotes:
    def test_a_line_break_within_a_cell(self) -> None:
        lines = [HEADINGS, [*RECORDS[0][:2], "第一\n小学", *RECORDS[0][3:]], *RECORDS[1:]]
        found, problems = read(written(lines))
        assert (records(found)[0][2], problems) == ("第一\n小学", [])
        assert found is not None
        assert found.place(1, "学校名称") == "C4"

    @pytest.mark.parametrize("column", range(5))
    def test_quotes_that_swallow_records_are_an_error(self, column: int) -> None:
        lines = written([HEADINGS, *RECORDS]).split("\r\n")
        for first, last in ((3, 4), (3, 5), (39, 40)):
            damaged = list(lines)
            for line, sign in ((first, '"{}'), (last, '{}"')):
                cells = damaged[line].split(",")
                cells[column] = sign.format(cells[column])
                damaged[line] = ",".join(cells)
            found, [problem] = read("\r\n".join(damaged))
            assert (found, problem.code, problem.at) == (None, "bad_quotes", f"A{first + 1}")

    @pytest.mark.parametrize("column", range(5))
    def test_the_heading_and_a_record_in_one(self, column: int) -> None:
        lines = written([HEADINGS, *RECORDS]).split("\r\n")
        for line, sign in ((0, '"{}'), (1, '{}"')):
            cells = lines[line].split(",")
            cells[column] = sign.format(cells[column])
            lines[line] = ",".join(cells)
        _, problems = read("\r\n".join(lines))
        assert "error" in {one.severity for one in problems}

    @pytest.mark.parametrize(
        ("remark", "fine"),
        [
            ("新建\n待验收", True),
            ("新建，待验收\n2023年, 见附件", True),
            ("与邻校合并\n原5199070099", False),  # a school's code
            ("甲,乙,丙,丁,戊\n己", False),  # as many as the table has
        ],
    )
    def test_a_remark_in_several_lines(self, remark: str, fine: bool) -> None:
        lines = [HEADINGS, [*RECORDS[0][:2], remark, *RECORDS[0][3:]], *RECORDS[1:]]
        _, problems = read(written(lines))
        assert [one.code for one in problems] == ([] if fine else ["bad_quotes"])

    @given(st.data())
    @settings(max_examples=150, deadline=None)
    def test_no_pair_of_quotes_makes_a_record_vanish(self, data: st.DataObject) -> None:
        text = written([HEADINGS, *RECORDS[:6]])
        begin = text.index("\n") + 1
        first, last = sorted(
            data.draw(st.lists(st.integers(begin, len(text)), min_size=2, max_size=2), "quotes")
        )
        found, problems = read(f'{text[:first]}"{text[first:last]}"{text[last:]}')
        assert problems or len(records(found)) == 6
