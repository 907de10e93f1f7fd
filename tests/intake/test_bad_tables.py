"""Bad and hostile datasets, in folders and in archives: every problem names its table."""

from __future__ import annotations

import io
import re
import sys
import tempfile
import zipfile
from pathlib import Path

import polars as pl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import limits, readers, take_in
from compliance.intake.formats import parquet as probe
from compliance.intake.formats.parquet_footer import extent
from compliance.intake.limits import MIB
from compliance.kernel.errors import Problem
from tests.intake import inputs
from tests.intake.inputs import only, read, written
from tests.support.nonempty import nonempty


class TestDatasets:
    def problem(self, tmp_path: Path, **files: str | bytes) -> Problem:
        document = read(inputs.dataset(tmp_path / "d", **files))
        assert len(document.problems) == 1, document.problems
        return document.problems[0]

    def test_missing_and_doubled_tables(self, tmp_path: Path) -> None:
        problem = self.problem(tmp_path, counties__csv="")
        assert (problem.code, problem.file) == ("missing_table", "d")
        assert "县区" in problem.message
        assert "schools.csv" in problem.message
        assert "counties.csv" in problem.expected
        assert self.problem(tmp_path, 学校__csv=inputs.SCHOOLS_CSV).code == "duplicate_table"

    def test_empty_tables(self, tmp_path: Path) -> None:
        problem = self.problem(tmp_path, schools__csv=" ")
        assert (problem.code, problem.file) == ("empty_file", "schools.csv")
        assert self.problem(tmp_path, schools__csv=",,\n,\n").code == "empty_file"
        assert self.problem(tmp_path, schools__csv='""\n').code == "empty_file"

    @pytest.mark.parametrize(
        "content",
        [
            inputs.SCHOOLS_CSV.encode()[:-20] + b"\xff\n",
            inputs.SCHOOLS_CSV.encode("utf-16")[:-1],
            b"a,b\n\xff\xff,1\n",
        ],
    )
    def test_no_known_encoding(self, tmp_path: Path, content: bytes) -> None:
        problem = self.problem(tmp_path, schools__csv=content)
        assert (problem.code, problem.file) == ("bad_encoding", "schools.csv")
        assert "行起" in problem.message
        assert "GBK" in problem.expected

    def test_nul_bytes(self, tmp_path: Path) -> None:
        for content in (inputs.SCHOOLS_CSV.encode("utf-16-le"), b"a,b\n" + b"\0" * 100):
            problem = self.problem(tmp_path, schools__csv=content)
            assert (problem.code, problem.file) == ("bad_text", "schools.csv")
            assert "NUL" in problem.message
        one = read(
            inputs.dataset(tmp_path / "e", schools__csv=inputs.SCHOOLS_CSV * 3 + "1\0,2,3,4,5\n")
        )
        assert one.problems == []  # a stray one is left to the checks of cells

    def test_ragged_lines_cost_the_county_they_name(self, tmp_path: Path) -> None:
        for quote in ("", '"'):
            text = f"county_code,{quote}school_code{quote},boarders\n341622,1,5\n341623,2\n341624,3,5,6\n,4\n"
            document = read(inputs.dataset(tmp_path / "d", schools__csv=text))
            assert [(p.code, p.at, p.county_code) for p in document.problems] == [
                ("ragged_line", "A3", "341623"),
                ("ragged_line", "A4", "341624"),
                ("ragged_line", "A5", None),
            ]
            assert "第3行有2格，表头有3格" in document.problems[0].message
            assert inputs.values(document, "schools")["school_code"] == ["1"]

    @pytest.mark.parametrize(("text", "line"), [('a,b\n1,"2\n3,4\n', 2), ('a,b\n1,2\n1,"2"x\n', 3)])
    def test_quotes_that_do_not_pair(self, tmp_path: Path, text: str, line: int) -> None:
        problem = self.problem(tmp_path, schools__csv=text)
        assert (problem.code, problem.at) == ("bad_quotes", f"A{line}")
        assert "引号" in problem.message

    def test_headings(self, tmp_path: Path) -> None:
        problem = self.problem(tmp_path, schools__csv="a,b,a\n1,2,3\n")
        assert (problem.code, problem.at) == ("duplicate_heading", "C1")
        problem = self.problem(tmp_path, schools__csv="a,,b\n1,2,3\n")
        assert (problem.severity, problem.code, problem.at) == ("warning", "no_heading", "B1")

    def test_a_line_of_200_mb(self, tmp_path: Path) -> None:
        folder = inputs.dataset(tmp_path / "d")
        with (folder / "schools.csv").open("ab") as stream:
            for _ in range(200):
                stream.write(b"1," * (MIB // 2))
        [problem] = read(folder).problems
        assert (problem.code, problem.file) == ("line_too_long", "schools.csv")
        assert "第3行" in problem.message

    def test_tables_beyond_any_nation(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.problem(tmp_path, schools__csv="a," * 3000 + "\n").code == "too_large"
        monkeypatch.setattr(limits, "MOST_CELLS", 1)
        assert read(inputs.dataset(tmp_path / "e")).problems[0].code == "too_large"

    def parquet(self, frame: pl.DataFrame) -> bytes:
        stream = io.BytesIO()
        frame.write_parquet(stream)
        return stream.getvalue()

    def test_parquet_that_is_none(self, tmp_path: Path) -> None:
        good = self.parquet(pl.DataFrame({"county_code": ["341622"] * 50}))
        cases = {
            "not_parquet": [b"a,b\n1,2\n", b"PK\x03\x04"],
            "damaged": [b"PAR1", good[:60], good[:-4], b"PAR1" + b"\0" * 99 + b"PAR1"],
        }
        for code, contents in nonempty(cases.items()):
            for content in nonempty(contents):
                problem = self.problem(tmp_path, schools__csv="", schools__parquet=content)
                assert (problem.code, problem.file) == (code, "schools.parquet")

    def test_parquet_that_ends_the_process_that_reads_it(self, tmp_path: Path) -> None:
        good = self.parquet(pl.DataFrame({"a": range(50)}))
        with tempfile.TemporaryFile() as columns:
            assert probe.decode_apart(good, columns, extent(good)) == 0
            assert pl.read_ipc(columns)["a"].to_list() == list(range(50))
        bad = good[:40] + b"\xff" * 30 + good[70:]
        with tempfile.TemporaryFile() as columns:
            assert probe.decode_apart(bad, columns, extent(bad)) not in (0, 3, None)
        assert self.problem(tmp_path, schools__csv="", schools__parquet=bad).code == "damaged"

    def test_parquet_is_decoded_by_the_child_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise AssertionError

        monkeypatch.setattr(pl, "read_parquet", refuse)
        monkeypatch.setattr(pl, "scan_parquet", refuse)
        frame = pl.DataFrame(
            {
                "county_code": pl.Series(["341622", None], dtype=pl.Categorical),
                "school_type": pl.Series(["小学", "初中"], dtype=pl.Enum(["小学", "初中"])),
                "teaching_area": pl.Series([0.1, None], dtype=pl.Float32),
                "year": pl.Series([None, None], dtype=pl.Null),
                "primary_class_sizes": [[40, 41], None],
            }
        )
        folder = inputs.dataset(
            tmp_path / "d", schools__csv="", schools__parquet=self.parquet(frame)
        )
        [table] = [one for one in read(folder).tables if one.name == "schools"]
        columns = pl.DataFrame(dict(table.columns))
        assert columns.equals(
            frame.with_columns(pl.col("county_code", "school_type").cast(pl.String))
        )

    def test_without_a_child_parquet_is_decoded_here(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "executable", "")
        content = self.parquet(pl.DataFrame({"county_code": ["341622"] * 11}))
        folder = inputs.dataset(tmp_path / "d", schools__csv="", schools__parquet=content)
        assert [one.height for one in read(folder).tables if one.name == "schools"] == [11]
        monkeypatch.setattr(limits, "MOST_CELLS", 10)
        problem = self.problem(tmp_path, schools__csv="", schools__parquet=content)
        assert (problem.code, "11行" in problem.message) == ("too_large", True)

    def test_columns_of_no_use(self, tmp_path: Path) -> None:
        odd = {"s": [{"x": 1}], "b": [b"x"]}
        frame = pl.DataFrame(
            {"county_code": ["341622"], "setting": odd["s"], "books": odd["b"], **odd}
        )
        document = read(
            inputs.dataset(tmp_path / "d", schools__csv="", schools__parquet=self.parquet(frame))
        )
        assert [(p.code, p.at) for p in document.problems] == [
            ("wrong_type", "setting"),
            ("wrong_type", "books"),
        ]  # what nobody knows is only said to be unknown
        assert {"s", "b"} <= set(inputs.table(document, "schools").columns)

    def test_billions_of_rows_in_a_few_bytes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "MOST_CELLS", 10)
        content = self.parquet(pl.DataFrame({"a": [1] * 11}))
        problem = self.problem(tmp_path, schools__csv="", schools__parquet=content)
        assert problem.code == "too_large"
        assert "11行" in problem.message


class TestZip:
    def test_no_zip_and_no_tables(self, tmp_path: Path) -> None:
        assert only(written(tmp_path / "a.zip", "text"), "zip").code == "not_a_zip"
        assert only(written(tmp_path / "b.zip", b"PK\x03\x04xx"), "损坏").code == "damaged"
        problems = read(inputs.zipped(tmp_path / "c.zip", a__json="{}")).problems
        assert [(p.severity, p.code) for p in problems] == [
            ("warning", "file_not_read"),
            ("error", "missing_table"),
        ]
        assert "文件夹" in problems[1].expected

    @pytest.mark.parametrize(
        "name", ["../schools.csv", "/etc/schools.csv", "C:/schools.csv", "a\\..\\schools.csv"]
    )
    def test_names_that_lead_elsewhere_are_ignored(self, tmp_path: Path, name: str) -> None:
        path = inputs.zipped(
            tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV, schools__csv=inputs.SCHOOLS_CSV
        )
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, "evil\n1\n")
        document = read(path)
        assert [(p.severity, p.code) for p in document.problems] == [("warning", "unsafe_path")]
        assert inputs.values(document, "schools")["school_name"] == ["实验小学"]
        assert [child.name for child in tmp_path.iterdir()] == ["a.zip"]

    def test_problems_name_the_inner_file(self, tmp_path: Path) -> None:
        path = inputs.zipped(
            tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV, schools__csv="a,b\n1\n"
        )
        [problem] = read(path).problems
        assert (problem.code, problem.file, problem.at) == (
            "ragged_line",
            "a.zip/schools.csv",
            "A2",
        )
        empty = inputs.zipped(
            tmp_path / "b.zip", counties__csv=inputs.COUNTIES_CSV, schools__csv=""
        )
        assert [(p.code, p.file) for p in read(empty).problems] == [
            ("empty_file", "b.zip/schools.csv")
        ]

    def test_one_table_too_few_or_too_many(self, tmp_path: Path) -> None:
        path = inputs.zipped(tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV)
        assert only(path, "缺少学校表", "counties.csv").code == "missing_table"
        doubled = inputs.zipped(
            tmp_path / "b.zip",
            counties__csv=inputs.COUNTIES_CSV,
            schools__csv=inputs.SCHOOLS_CSV,
            学校__csv=inputs.SCHOOLS_CSV,
        )
        assert "duplicate_table" in inputs.codes(read(doubled))

    def test_a_member_whose_contents_are_damaged(self, tmp_path: Path) -> None:
        path = inputs.zipped(
            tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV, schools__csv=inputs.SCHOOLS_CSV
        )
        content = bytearray(path.read_bytes())
        spot = re.search(b"schools.csv", bytes(content))
        assert spot
        content[spot.end() + 5] ^= 0xFF
        [problem] = read(written(path, bytes(content))).problems
        assert (problem.code, problem.file) == ("damaged", "a.zip/schools.csv")

    @pytest.mark.parametrize(
        ("method", "name"), [(1, "Shrink"), (9, "Deflate64"), (93, "Zstandard"), (77, "77")]
    )
    def test_a_method_that_nobody_here_unpacks_is_named(
        self, tmp_path: Path, method: int, name: str
    ) -> None:
        path = inputs.zipped(
            tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV, schools__csv=inputs.SCHOOLS_CSV
        )
        content = path.read_bytes()
        for head, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
            content = re.sub(
                re.escape(head) + b".{%d}\x08" % (place - 4),
                lambda found: found[0][:-1] + bytes([method]),
                content,
                flags=re.DOTALL,
            )
        problems = read(written(path, content)).problems
        assert [(p.code, p.file) for p in problems] == [
            ("compression", "a.zip/counties.csv"),
            ("compression", "a.zip/schools.csv"),
        ]
        assert all(f"压缩方法{name}不能解压" in p.message for p in nonempty(problems))

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_other_methods_are_unpacked(self, tmp_path: Path, method: int) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr(
                "counties.txt", inputs.COUNTIES_CSV.replace(",", "\t").encode("utf-16")
            )
            archive.writestr("学校.TSV", inputs.SCHOOLS_CSV.encode("utf-8-sig"))
        document = read(path)
        assert document.problems == []
        assert inputs.values(document, "schools")["school_code"] == ["2134000001"]

    def test_a_bomb(self, tmp_path: Path) -> None:
        path = inputs.zipped(tmp_path / "a.zip", counties__csv=b"\n" * (40 * MIB))
        problem = only(path, "压缩炸弹", "counties.csv", "250倍")
        assert problem.code == "zip_bomb"
        assert "MB" not in problem.expected  # 40 MB are not too many


class TestOfNothingKnown:
    """A file whose own name does not tell which table it is, and whose bytes no more."""

    own = inputs.SCHOOLS_CSV.replace("2134000001", "2134000002").encode()

    def held(self, path: Path, *problem: str) -> None:
        """Its county keeps its findings, and does not pass."""
        found = take_in([path], readers(), vocabulary())
        errors = [one for one in found.problems if one.severity == "error"]
        assert [(one.code, one.file) for one in errors] == [problem]
        assert (found.counties.height, list(found.unattributed)) == (1, [("341622", 2023)])

    def test_in_a_folder(self, tmp_path: Path) -> None:
        folder = inputs.dataset(tmp_path / "d")
        (folder / "小学.csv").write_bytes(b"")
        self.held(folder, "empty_file", "小学.csv")
        cut = self.own.replace("实验".encode(), "实验".encode()[:-1])
        (folder / "小学.csv").write_bytes(cut.replace(b"341622", "蒙城县".encode()))
        self.held(folder, "bad_encoding", "小学.csv")
        (folder / "小学.csv").unlink()
        (folder / "说明.txt").write_bytes(b"")  # which may be anything
        assert take_in([folder], readers(), vocabulary()).unattributed == {}

    def test_in_an_archive(self, tmp_path: Path) -> None:
        packed = tmp_path / "d.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("counties.csv", inputs.COUNTIES_CSV)
            archive.writestr("schools.csv", inputs.SCHOOLS_CSV)
            archive.writestr("小学.csv", self.own)
        whole = bytearray(packed.read_bytes())
        whole[whole.index(self.own) + len(self.own) - 3] ^= 1
        packed.write_bytes(whole)
        self.held(packed, "damaged", "d.zip/小学.csv")
