"""Bad and hostile files, JSON above all: each is a clear problem, never an exception."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO, Any

import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers
from compliance.intake.accept import accept
from compliance.intake.formats import json as json_file
from compliance.intake.formats import xlsx
from compliance.intake.formats.discover import gather
from compliance.intake.limits import MIB, MOST_OF_A_DOCUMENT
from compliance.kernel.i18n import use
from tests.intake import inputs
from tests.intake.inputs import only, read, written
from tests.support.nonempty import nonempty

BIG = 200 * MIB


def sparse(path: Path, start: bytes) -> Path:
    """A file of 200 MB in one line that takes no room on disk."""
    path.write_bytes(start)
    os.truncate(path, BIG)
    return path


class TestAnyFile:
    SUFFIXES = (".json", ".xlsx", ".zip")

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("content", [b"", b" \r\n", b"\xef\xbb\xbf"])
    def test_empty(self, tmp_path: Path, suffix: str, content: bytes) -> None:
        assert only(written(tmp_path / f"a{suffix}", content), "空").code == "empty_file"

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_not_allowed_or_held_by_another_program(
        self, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = written(tmp_path / f"a{suffix}", "x")

        def refuse(self: Path, *_: object, **__: object) -> IO[Any]:
            raise PermissionError(13, "denied", str(self))

        monkeypatch.setattr(Path, "open", refuse)
        assert only(path, "被其他程序占用", "关闭").code == "cannot_read"

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_disk_that_fails(
        self, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = written(tmp_path / f"a{suffix}", "x")

        def fail(self: Path, *_: object, **__: object) -> IO[Any]:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(Path, "open", fail)
        assert only(path, "Input/output error").code == "cannot_read"

    def test_a_kind_of_file_nobody_reads(self, tmp_path: Path) -> None:
        assert (
            only(written(tmp_path / "a.docx", "x"), ".docx", ".xlsx").code == "unsupported_format"
        )

    def test_only_what_can_be_read_is_asked_for(self, tmp_path: Path) -> None:
        problem = only(written(tmp_path / "a.pdf", "x"))
        assert problem.expected == ".xlsx, .xls, .et, .json, .csv, .parquet, .zip"
        also = {**readers(), ".dbf": xlsx.read}
        [document] = gather([tmp_path / "a.pdf"], also)
        assert document.problems[0].expected.endswith(".zip, .dbf")

    def test_a_bad_file_costs_its_neighbours_nothing(self, tmp_path: Path) -> None:
        inputs.json_file(tmp_path / "good.json")
        written(tmp_path / "bad.json", "{")
        written(tmp_path / "bad.xlsx", "no workbook")
        documents = gather([tmp_path], readers())
        codes = {document.name: inputs.codes(document) for document in documents}
        assert codes == {"bad.json": ["bad_json"], "bad.xlsx": ["not_a_workbook"], "good.json": []}

    def test_english(self, tmp_path: Path) -> None:
        with use("en"):
            only(written(tmp_path / "a.json", '{"a": 1,}'), "trailing comma", "line 1, column 8")
            only(written(tmp_path / "a.xlsx", "x"), "not an Excel workbook")


class TestJson:
    @pytest.mark.parametrize(
        ("text", "at", "says"),
        [
            ('{\n  "a": 1,\n}', "第2行第9列", "多了逗号"),
            ('{"a": [1,\n 2,]}', "第2行第3列", "多了逗号"),
            ('{"a": 1', "第1行第8列", "中断"),
            ('{"a" 1}', "第1行第6列", "冒号"),
            ("{'a': 1}", "第1行第2列", "双引号"),
            ('{"a": 1} x', "第1行第10列", "还有内容"),
            ('{"a": "x\ny"}', "第1行第9列", "控制字符"),
            ('{"a": "x}', "第1行第7列", "没有闭合"),
            ('{"a": "\\x"}', "第1行第8列", "反斜杠"),
            ('{"a": nul}', "第1行第7列", "应为一个值"),
            ("not json", "第1行第1列", "应为一个值"),
        ],
    )
    def test_syntax(self, tmp_path: Path, text: str, at: str, says: str) -> None:
        problem = only(written(tmp_path / "a.json", text), says, at)
        assert problem.code == "bad_json"
        assert problem.at == at
        assert at not in problem.message  # the place is said once

    @pytest.mark.parametrize(
        "text", ["[" * 200_000, '{"a":' * 200_000, '{"county":{"a":' + "[" * 200_000]
    )
    def test_nested_without_end(self, tmp_path: Path, text: str) -> None:
        assert only(written(tmp_path / "a.json", text), "嵌套").code == "too_deep"

    def test_nested_deep_but_readable(self, tmp_path: Path) -> None:
        deep: Any = 1
        for _ in range(400):
            deep = {"x": [deep]}
        school = {**inputs.SUBMISSION["schools"][0], "primary_students": deep}
        problem = only(inputs.json_file(tmp_path / "a.json", schools=[school]))
        assert (problem.code, problem.at) == ("wrong_type", "/schools/0/primary_students")
        assert problem.school_code == "2134000001"

    def test_a_line_of_200_mb(self, tmp_path: Path) -> None:
        path = sparse(tmp_path / "a.json", b'{"a": "')
        assert only(path, f"{MOST_OF_A_DOCUMENT // MIB} MB").code == "too_large"
        assert read(path).inputs == []

    @pytest.mark.parametrize(
        "constant", ["NaN", "Infinity", "-Infinity", "9" * 5000, "-" + "9" * 5000]
    )
    def test_what_is_no_number(self, tmp_path: Path, constant: str) -> None:
        path = inputs.json_file(tmp_path / "a.json")
        path.write_text(path.read_text("utf-8").replace("860", constant), encoding="utf-8")
        problem = only(path, "不是可用的数")
        assert (problem.code, problem.at) == ("not_a_number", "/schools/0/primary_students")
        assert problem.school_code == "2134000001"
        assert len(problem.message) < 80

    def test_a_constant_inside_a_list(self, tmp_path: Path) -> None:
        path = inputs.json_file(tmp_path / "a.json", schools=[{"primary_class_sizes": [1, 860]}])
        path.write_text(path.read_text("utf-8").replace("860", "NaN"), encoding="utf-8")
        assert only(path, "NaN").at == "/schools/0/primary_class_sizes/1"
        assert inputs.values(read(path), "schools") == {"primary_class_sizes": [None]}

    @pytest.mark.parametrize(
        "value", [{"a": {"b": 1}}, [{"a": 1}], [[1]], [1, "x", None], {}, "x", None, float("nan")]
    )
    def test_an_unknown_key_may_hold_anything(self, tmp_path: Path, value: object) -> None:
        county = {**inputs.SUBMISSION["county"], "odd": value}
        schools = [{**inputs.SUBMISSION["schools"][0], "odd": value}]
        document = read(inputs.json_file(tmp_path / "a.json", county=county, schools=schools))
        found = accept([document], vocabulary())
        assert [(p.severity, p.code, p.at) for p in found.problems] == [
            ("warning", "unknown_heading", "/county/odd"),
            ("warning", "unknown_heading", "/schools/0/odd"),
        ]
        assert (found.counties.height, found.schools.height) == (1, 1)

    def test_numbers_only_just_too_large_reach_the_checks_of_figures(self, tmp_path: Path) -> None:
        path = inputs.json_file(tmp_path / "a.json")
        path.write_text(path.read_text("utf-8").replace("860", "1e400"), encoding="utf-8")
        assert read(path).problems == []
        assert inputs.values(read(path), "schools")["primary_students"] == [float("inf")]

    def test_keys_that_stand_twice_are_named_everywhere(self, tmp_path: Path) -> None:
        text = """{"format": "junheng-submission/1", "format": "junheng-submission/1",
          "county": {"year": 2023, "year": 2024, "vetoes": {"V1": true, "V1": false},
                     "attestations": {"G1": {"met": true, "met": false}},
                     "monitoring": [{"subject": "a", "subject": "b"}]},
          "schools": [{"school_code": "7", "a": 1, "a": 2, "a": 3}]}"""
        problems = read(written(tmp_path / "a.json", text)).problems
        assert {(p.severity, p.code) for p in problems} == {("error", "duplicate_key")}
        assert {p.at for p in problems} == {
            "/format",
            "/county/year",
            "/county/vetoes/V1",
            "/county/attestations/G1/met",
            "/county/monitoring/0/subject",
            "/schools/0/a",
        }
        assert problems[-1].school_code == "7"

    def test_encodings(self, tmp_path: Path) -> None:
        text = inputs.json_file(tmp_path / "a.json").read_text("utf-8")
        for name, encoding in (("b", "gbk"), ("c", "utf-16")):
            problem = only(written(tmp_path / f"{name}.json", text.encode(encoding)), "UTF-8")
            assert problem.code == "bad_encoding"
        broken = written(tmp_path / "d.json", b'{\n"a": "\xff"}')
        assert "第2行" in only(broken).message

    @pytest.mark.parametrize(
        ("changes", "code", "at", "says"),
        [
            ({"format": "junheng-results/1"}, "wrong_format", "/format", "junheng-results/1"),
            ({"format": ["x"]}, "wrong_format", "/format", "junheng-submission/1"),
            ({"format": None}, "wrong_format", "/format", "缺少"),
            ({"county": None}, "missing_county", "/county", "缺少县区"),
            ({"county": [1]}, "wrong_type", "/county", "列表"),
            ({"county": "蒙城"}, "wrong_type", "/county", "对象"),
            ({"schools": None}, "no_schools", "/schools", "没有学校"),
            ({"schools": []}, "no_schools", "/schools", "没有学校"),
            ({"schools": {"a": {}}}, "wrong_type", "/schools", "列表"),
            ({"schools": 3}, "wrong_type", "/schools", "列表"),
            ({"schools": [{"a": 1}, 7]}, "wrong_type", "/schools/1", "7"),
            ({"schools": [{"books": {}}]}, "wrong_type", "/schools/0/books", "对象"),
            ({"schools": [{"books": [[1]]}]}, "wrong_type", "/schools/0/books/0", "列表"),
            ({"schools": [{"a\u0000": 1}]}, "bad_text", "/schools/0/a\ufffd", "键"),
            ({"county": {"monitoring": {}}}, "wrong_type", "/county/monitoring", "列表"),
            ({"county": {"monitoring": [3]}}, "wrong_type", "/county/monitoring/0", "对象"),
            ({"county": {"attestations": []}}, "wrong_type", "/county/attestations", "对象"),
            (
                {"county": {"attestations": {"G1": True}}},
                "wrong_type",
                "/county/attestations/G1",
                "met",
            ),
            ({"county": {"vetoes": ["V1"]}}, "wrong_type", "/county/vetoes", "对象"),
            (
                {"county": {"vetoes": {"V1": ["否"]}}},
                "wrong_type",
                "/county/vetoes/V1",
                "true / false",
            ),
            (
                {"county": {"vetoes": {"V/1": {}}}},
                "wrong_type",
                "/county/vetoes/V~11",
                "true / false",
            ),
        ],
    )
    def test_shapes(
        self, tmp_path: Path, changes: dict[str, Any], code: str, at: str, says: str
    ) -> None:
        problem = only(inputs.json_file(tmp_path / "a.json", **changes), says)
        assert (problem.code, problem.at) == (code, at)

    @pytest.mark.parametrize("text", ["[]", "3", '"x"', "null", "true", "NaN"])
    def test_no_object_at_all(self, tmp_path: Path, text: str) -> None:
        assert (
            only(written(tmp_path / "a.json", text), "对象", "junheng-submission/1").code
            == "wrong_type"
        )

    def test_unknown_parts_are_a_warning(self, tmp_path: Path) -> None:
        path = inputs.json_file(tmp_path / "a.json")
        path.write_text(
            path.read_text("utf-8").replace('"schools"', '"x/y": 1, "schools"'), encoding="utf-8"
        )
        [problem] = read(path).problems
        assert (problem.severity, problem.code, problem.at) == ("warning", "unknown_key", "/x~1y")

    def test_half_characters_harm_nobody(self, tmp_path: Path) -> None:
        text = json.dumps({**inputs.SUBMISSION, "\ud800": 1}).replace("\\u5b9e", "\\ud800")
        document = read(written(tmp_path / "a.json", text))
        assert [p.message.encode() for p in document.problems] == []

    def test_a_table_larger_than_the_file_is_not_built(self, tmp_path: Path) -> None:
        schools = [{f"k{n}": 1} for n in range(5000)]
        assert (
            only(inputs.json_file(tmp_path / "a.json", schools=schools), "5000").code == "too_large"
        )

    def test_a_flood_of_faults_is_cut_short(self, tmp_path: Path) -> None:
        document = read(inputs.json_file(tmp_path / "a.json", schools=[1] * 5000))
        assert len(document.problems) == 1000
        assert document.problems[-1].code == "too_many_problems"
        assert document.problems[-1].severity == "error"


def test_readers_never_raise(tmp_path: Path) -> None:
    """Every offered reader, on every kind of wrong content."""
    contents = [
        b"",
        b"\0" * 64,
        b"PK\x03\x04",
        b"PAR1PAR1",
        b"{",
        b"\xff\xfe",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ]
    for suffix, reader in nonempty(readers().items()):
        for content in nonempty(contents):
            for name in ("schools", "x"):
                document = reader(written(tmp_path / f"{name}{suffix}", content))
                assert document.problems or [one.height for one in document.tables] == [0]
    assert json_file.read(tmp_path / "gone.json").problems[0].code == "cannot_read"
    assert xlsx.read(tmp_path / "gone.xlsx").problems[0].code == "cannot_read"
