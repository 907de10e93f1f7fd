"""A few bytes that stand for far more: each is refused by counting, with the limit in the sentence."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import limits
from compliance.intake.accept import accept
from compliance.intake.formats import dataset
from compliance.intake.formats.discover import gather, readers
from compliance.intake.formats.parquet_footer import extent
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.errors import OF_A_KIND, Problem, summed_up
from tests.intake import inputs
from tests.support.nonempty import nonempty

SHEET = "xl/worksheets/sheet2.xml"


def book(path: Path, change: Callable[[str], str], part: str = SHEET) -> Path:
    """A workbook one part of which is another text."""

    def changed(name: str, content: bytes) -> bytes:
        return change(content.decode()).encode() if name == part else content

    return inputs.repacked(inputs.workbook(path), changed)


def many_rows(xml: str) -> str:
    return xml.replace("</sheetData>", "<row/>" * 2000 + "</sheetData>")


class TestOfficeFiles:
    def test_elements_count_wherever_they_stand(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "MOST_ELEMENTS", 1000)
        assert inputs.read(inputs.workbook(tmp_path / "a.xlsx")).problems == []
        beside = book(
            tmp_path / "c.xlsx", lambda xml: xml.replace("<sheetData", "<x/>" * 2000 + "<sheetData")
        )
        for path in (book(tmp_path / "b.xlsx", many_rows), beside):
            assert inputs.only(path, "元素", "超过1,000个").code == "too_large"

    def test_a_part_counts_as_often_as_a_sheet_points_to_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "MOST_ELEMENTS", 1000)

        def shared(xml: str) -> str:
            start = xml.rindex("<sheet ")
            last = xml[start : xml.index("/>", start) + 2]
            more = "".join(last.replace('name="学校"', f'name="x{n}"') for n in range(200))
            return xml.replace(last, last + more)

        path = book(tmp_path / "a.xlsx", shared, "xl/workbook.xml")
        assert inputs.only(path, "超过1,000个").code == "too_large"
        monkeypatch.setattr(limits, "MOST_SHEETS", 100)
        assert inputs.only(path, "工作表超过100张").code == "too_large"

    def test_a_text_counts_as_often_as_it_stands_in_a_cell(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "MOST_SIGNS", 5000)
        sheets = {**inputs.SHEETS, "备忘": [("长" * 400,)] * 20}
        assert inputs.only(inputs.workbook(tmp_path / "a.xlsx", sheets), "5,000个字")

    def test_what_is_unpacked_counts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MOST_OF_PARTS", limits.MIB)
        path = book(
            tmp_path / "a.xlsx",
            lambda xml: xml.replace("<sheetData", " " * limits.MIB + "<sheetData"),
        )
        assert inputs.only(path, "解压后", "1 MB")

    def test_more_columns_than_any_table_has(self, tmp_path: Path) -> None:
        row = [*inputs.SCHOOL_ROWS[0], *(f"未知{n}" for n in range(limits.MOST_COLUMNS))]
        path = inputs.workbook(
            tmp_path / "a.xlsx", {**inputs.SHEETS, "学校": [row, inputs.SCHOOL_ROWS[1]]}
        )
        assert inputs.only(path, "超过2,000列").at == "学校"


class TestArchivesAndPages:
    def test_an_archive_unpacks_to_no_more_than_its_size_allows(self, tmp_path: Path) -> None:
        parts = {f"schools{n}__csv": b"\n" * (15 * limits.MIB) for n in range(5)}
        path = inputs.zipped(tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV, **parts)
        problem = inputs.only(path, "75 MB", "解压后不超过")
        assert problem.code == "zip_bomb"

    def test_a_member_larger_than_it_says_is_never_unpacked_whole(self, tmp_path: Path) -> None:
        path = inputs.zipped(tmp_path / "a.zip", schools__csv=b"\n" * (15 * limits.MIB))
        content = bytearray(path.read_bytes())
        struct.pack_into("<I", content, content.rindex(b"PK\x01\x02") + 24, 1000)
        archive = zipfile.ZipFile(io.BytesIO(content))
        tracemalloc.start()
        with pytest.raises(UnreadableError):
            dataset._unpacked(archive, archive.infolist()[0], Complaints("", []))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most < limits.MIB

    def test_more_tables_than_a_dataset_has(self, tmp_path: Path) -> None:
        parts = {f"t{n}__csv": "a,b\n" for n in range(limits.MOST_TABLES + 1)}
        assert inputs.only(inputs.zipped(tmp_path / "a.zip", **parts), "1000张")

    def test_a_page_of_nothing_but_tables(self, tmp_path: Path) -> None:
        page = "<html>" + "<table>" * (limits.MOST_SHEETS + 1)
        assert inputs.only(inputs.written(tmp_path / "a.xls", page), "工作表超过1000张")


class TestParquet:
    def schools(self, **columns: pl.Series) -> bytes:
        stream = io.BytesIO()
        pl.DataFrame(columns).write_parquet(stream, compression="zstd")
        return stream.getvalue()

    def test_the_footer_says_how_much_there_is(self) -> None:
        sizes = pl.Series([[1, 2, 3], [], [4]], dtype=pl.List(pl.Int8))
        stated = extent(self.schools(a=pl.Series([1, 2, 3]), sizes=sizes))
        assert (stated.rows, stated.columns, stated.values) == (
            3,
            2,
            3 + 5,
        )  # the empty list is one

    def test_a_constant_and_a_list_without_end_are_not_decoded(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise AssertionError

        monkeypatch.setattr("compliance.intake.formats.parquet.run_apart", refuse)
        monkeypatch.setattr(pl, "read_parquet", refuse)
        bombs = {
            "constant": self.schools(school_code=pl.repeat("1", 2_000_000, eager=True)),
            "list": self.schools(
                primary_class_sizes=pl.Series([pl.repeat(0, 2_000_000, dtype=pl.Int8, eager=True)])
            ),
        }
        for name, content in nonempty(bombs.items()):
            folder = inputs.dataset(tmp_path / name, schools__csv="", schools__parquet=content)
            assert len(content) < 20_000
            [problem] = [one for one in inputs.read(folder).problems if one.code == "too_large"]
            assert "2,000,000个值" in problem.message
            assert "这样大的文件不超过" in problem.expected

    def test_a_nations_bare_list_of_schools_is_none(self, tmp_path: Path) -> None:
        schools = pl.int_range(3_000_000_000, 3_000_200_000, eager=True).cast(pl.String)
        content = self.schools(school_code=schools, sponsor=pl.repeat(7, 200_000, eager=True))
        assert len(content) < 200_000
        folder = inputs.dataset(tmp_path / "d", schools__csv="", schools__parquet=content)
        [table] = [one for one in inputs.read(folder).tables if one.name == "schools"]
        assert table.height == 200_000

    @pytest.mark.parametrize("cut", [b"\0\0\0\0PAR1", b"\xff\xff\xff\x7fPAR1", b"\x08\0\0\0PAR1"])
    def test_a_footer_that_lies_is_damage(self, tmp_path: Path, cut: bytes) -> None:
        content = self.schools(a=pl.Series([1]))[:-8] + cut
        folder = inputs.dataset(tmp_path / "d", schools__csv="", schools__parquet=content)
        assert "damaged" in inputs.codes(inputs.read(folder))


def accepted(folder: Path) -> list[Problem]:
    return accept(gather([folder], readers()), vocabulary()).problems


class TestRecords:
    def test_more_schools_than_a_county_has(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("compliance.intake.acceptance.integrity.MOST_SCHOOLS", 3)
        rows = "".join(f"341622,{n},校{n},小学,3\n" for n in range(5))
        head, _, _ = inputs.SCHOOLS_CSV.partition("\n")
        [problem] = accepted(inputs.dataset(tmp_path / "d", schools__csv=f"{head}\n{rows}"))
        assert (problem.code, problem.county_code) == ("too_large", "341622")
        assert "5所" in problem.message
        assert "3所" in problem.expected

    def test_more_counties_than_there_are(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("compliance.intake.acceptance.integrity.MOST_COUNTIES", 3)
        head, _, _ = inputs.COUNTIES_CSV.partition("\n")
        rows = "".join(f"34162{n},县{n},2023\n" for n in range(5))
        [problem] = accepted(inputs.dataset(tmp_path / "d", counties__csv=f"{head}\n{rows}"))
        assert (problem.code, "5条" in problem.message) == ("too_large", True)

    def test_doubts_beyond_so_many_are_a_number_a_county(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("compliance.intake.data_checks.declarations.EXPLAINED_ROWS", 2)
        head, _, _ = inputs.SCHOOLS_CSV.partition("\n")
        rows = "".join(f"341622,{n},校{n},小学,3,5\n" for n in range(6))
        text = f"{head},primary_teachers_above_degree,primary_teachers\n".replace(
            "primary_students,", ""
        )
        folder = inputs.dataset(
            tmp_path / "d",
            schools__csv=text.replace("school_type,primary_students", "school_type")
            + rows.replace(",3,5", ",5,3"),
        )
        told = [one for one in accepted(folder) if one.code == "part_exceeds_whole"]
        assert [one.school_code for one in told] == ["0", "1", "2"]
        assert "这样的另有3处" in told[-1].message

    def test_unknown_headings_are_compared_only_so_often(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from compliance.intake.acceptance import headings

        asked: list[object] = []
        told = headings._told

        def counted(*given: Any) -> Any:
            asked.append(given)
            return told(*given)

        monkeypatch.setattr(headings, "_told", counted)
        head, _, row = inputs.SCHOOLS_CSV.rstrip().partition("\n")
        text = head + "".join(f",未知{n}" for n in range(900)) + f"\n{row}" + "," * 900 + "\n"
        problems = accepted(inputs.dataset(tmp_path / "d", schools__csv=text))
        assert len(asked) == limits.NAMED_HEADINGS + 1
        assert [one.message for one in problems][-1] == "另有850个不认识的表头"


def test_refused_cells_beyond_so_many_share_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from compliance.intake.acceptance import cells

    monkeypatch.setattr(cells, "EXPLAINED_ROWS", 2)
    students = vocabulary().school["primary_students"]
    found = cells.accept_column(students, [f"x{n}" for n in range(5)] + ["-3", "7"], strict=False)
    words = [str(found.refused[row]) for row in range(6)]
    assert found.values.to_list() == [None] * 6 + [7.0]
    assert [word for word in ("x0", "x1", "x2") if word in "".join(words)] == ["x0", "x1", "x2"]
    assert words[3] == words[4]
    assert found.refused[5].code == "negative"
    assert all(one.__traceback__ is None for one in nonempty(found.refused.values()))


def test_an_object_of_keys_without_end_is_refused_at_once(tmp_path: Path) -> None:
    keys = ",".join(f'"k{n}":1' for n in range(limits.MOST_COLUMNS))
    (tmp_path / "a.json").write_text(f'{{"format":"junheng-submission/1",{keys}}}')
    [problem] = inputs.read(tmp_path / "a.json").problems
    assert (problem.code, f"有{limits.MOST_COLUMNS + 1}个不同的键" in problem.message) == (
        "too_large",
        True,
    )


def test_identical_problems_are_summed_up() -> None:
    same = [Problem("error", "bad_json", "断了", file=f"{n}.json") for n in range(10_000)]
    other = Problem("error", "empty_file", "文件是空的", file="z.json")
    found = summed_up([*same, other])
    assert (len(found), found[-1]) == (11, other)
    assert "这样的另有9990处" in found[9].message
    unlike = [Problem("error", "bad_json", f"断在{n}") for n in range(10_000)]
    assert len(summed_up(unlike)) == OF_A_KIND
