"""Results for machines, held against the contract word by word."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest

from compliance.engine.results import FINDINGS, Results
from compliance.kernel.errors import UsageError
from compliance.render import machine_formats, renderers, write
from tests.render import fixture
from tests.support.nonempty import nonempty

SCHEMA = Path(__file__).parents[2] / "schemas" / "results.schema.json"
CONTRACT_FIELDS = [
    "rule", "level", "role", "basis", "county_code", "year", "school_code", "school_name", "stage",
    "status", "value", "operator", "threshold", "floor", "unit", "shortfall", "shortfall_unit",
    "excess", "parts", "missing", "message",
]  # fmt: skip
REPORTS = [fixture.one_county, fixture.many_schools, fixture.several, fixture.nothing_judged]


def rendered(report: Results, form: str) -> bytes:
    stream = io.BytesIO()
    renderers()[form](report, stream)
    return stream.getvalue()


def document(report: Results) -> Any:
    return json.loads(rendered(report, "json"), parse_constant=pytest.fail)


def finding(report: Results, rule: str, school: str | None) -> dict[str, Any]:
    found = document(report)["findings"]
    return next(one for one in found if (one["rule"], one["school_code"]) == (rule, school))


@pytest.mark.parametrize("make", REPORTS)
def test_meets_the_schema(make: Any) -> None:
    jsonschema.validate(document(make()), json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_head() -> None:
    found = document(fixture.one_county())
    assert list(found) == [
        "format", "ruleset", "manifest", "counties", "waivers", "problems", "excluded", "findings",
    ]  # fmt: skip
    assert found["format"] == "junheng-results/1"
    assert found["ruleset"] == {
        "id": "anhui", "version": "1.0", "as_of": "2023-09-01", "layers": ["national", "anhui"],
    }  # fmt: skip
    assert list(found["manifest"]) == ["inputs", "tool", "plugins", "switches", "enforced"]
    (county,) = found["counties"]
    assert list(county) == [
        "input", "county_code", "county_name", "year", "verdict", "ruleset", "as_of", "blocks",
        "counts", "bases",
    ]  # fmt: skip
    assert county["verdict"] == "fail"
    assert county["blocks"] == {
        "CR": "fail", "CD": "fail", "CG": "fail", "CQ": "unknown", "CP": "pass",
    }  # fmt: skip
    assert sum(county["counts"].values()) == len(found["findings"])
    assert list(found["problems"][0])[:8] == [
        "severity", "code", "file", "at", "county_code", "school_code", "message", "expected",
    ]  # fmt: skip
    assert [list(one.values())[:4] for one in found["excluded"]] == [
        ["340199", "S4", None, "teaching_point_under_50"],
        ["340199", "S5", None, "special_school"],
    ]


def test_counties_under_different_rules() -> None:
    found = document(fixture.several())
    assert found["ruleset"] is None
    assert [one["id"] for one in found["rulesets"]] == ["anhui", "national"]
    assert document(fixture.nothing_judged())["rulesets"] == []


def test_findings_have_all_fields_in_order() -> None:
    for one in nonempty(document(fixture.one_county())["findings"]):
        assert list(one)[: len(CONTRACT_FIELDS)] == CONTRACT_FIELDS
        assert set(one) == set(FINDINGS.names())


def test_a_finding_as_the_contract_prints_it() -> None:
    one = finding(fixture.one_county(), "R3", "S1")
    assert (one["value"], one["threshold"], one["floor"]) == (0.8, 0.9, 0.765)
    assert (one["shortfall"], one["shortfall_unit"]) == (1, "人")
    assert one["excess"] is None
    assert one["parts"] is None
    assert one["missing"] == []
    parts = finding(fixture.one_county(), "G3", "S2")["parts"]
    assert list(parts[0])[:5] == ["name", "value", "operator", "threshold", "status"]


def test_whole_numbers_lose_their_point_and_texts_keep_theirs() -> None:
    sheet = fixture.Sheet()
    name = 'a":12.0,b\\":3.0}'
    sheet.add("G7", "pass", value=84.0, threshold=1e21, mean=-0.0, message="4.0,5.0}",
              school_name=name, deviation=math.nan, floor=math.inf,
              parts=[fixture.part('x":7.0,', "pass", value=5.0, threshold=0.1)])  # fmt: skip
    report = fixture.report([sheet], [sheet.result("pass")])
    text = rendered(report, "json").decode()
    assert '"value":84,' in text
    assert '"value":5,' in text
    assert '"mean":0,' in text
    (one,) = json.loads(text)["findings"]
    assert one["message"] == "4.0,5.0}"
    assert one["school_name"] == name
    assert one["parts"][0]["name"] == 'x":7.0,'
    assert one["threshold"] == 1e21
    assert one["deviation"] is None  # neither NaN nor infinity is JSON
    assert one["floor"] is None


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_slices_join_without_a_seam(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    report = fixture.one_county()
    whole = {form: rendered(report, form) for form in ("json", "ndjson", "csv")}
    monkeypatch.setattr(machine_formats, "_SLICE", size)
    assert {form: rendered(report, form) for form in whole} == whole


def test_a_finding_a_line_and_chinese_as_it_is() -> None:
    report = fixture.one_county()
    text = rendered(report, "json").decode()
    assert sum(line.startswith('    {"rule":') for line in text.splitlines()) == 74
    assert "第一小学" in text
    lines = rendered(report, "ndjson").decode().splitlines()
    assert [json.loads(line) for line in lines] == document(report)["findings"]


@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "parquet", "md", "html"])
def test_same_report_same_bytes(form: str) -> None:
    assert rendered(fixture.one_county(), form) == rendered(fixture.one_county(), form)


def test_csv_holds_the_same_findings() -> None:
    raw = rendered(fixture.one_county(), "csv")
    assert raw.startswith(b"\xef\xbb\xbf")  # Excel knows UTF-8 by it
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    expected = document(fixture.one_county())["findings"]
    assert len(rows) == len(expected)
    for row, one in nonempty(zip(rows, expected, strict=True)):
        assert (row["rule"], row["status"]) == (one["rule"], one["status"])
        assert (float(row["value"]) if row["value"] else None) == one["value"]
        assert json.loads(row["missing"]) == one["missing"]
        assert (json.loads(row["parts"]) if row["parts"] else None) == one["parts"]


def test_csv_has_no_formulas_and_leaves_numbers_alone() -> None:
    sheet = fixture.Sheet()
    for name in (
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1",
        "＋1",
        "－1",
        "＠A1",
        " =1",
        "\u3000＝1",
        '"=1"',
        "\ufeff=1",
        "甲=1",
    ):
        sheet.add("G5", "fail", level="school", school_code="S", school_name=name, value=-1.5,
                  message=f"{name}超过上限")  # fmt: skip
    report = fixture.report([sheet], [sheet.result("fail")])
    text = rendered(report, "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert all(row["school_name"].startswith("'") for row in nonempty(rows[:-1]))
    assert all(row["message"].startswith("'") for row in nonempty(rows[:-1]))
    assert rows[-1]["school_name"] == "甲=1"
    assert {row["value"] for row in rows} == {"-1.5"}
    assert {row["county_code"] for row in rows} == {"340199"}


def test_parquet_is_the_frame() -> None:
    report = fixture.one_county()
    again = pl.read_parquet(io.BytesIO(rendered(report, "parquet")))
    assert again.equals(report.findings)
    assert again.schema == FINDINGS


def test_empty_results_keep_their_head() -> None:
    report = fixture.nothing_judged()
    assert document(report)["findings"] == []
    assert rendered(report, "ndjson") == b""
    assert rendered(report, "csv").decode("utf-8-sig").startswith("rule,level,")
    assert pl.read_parquet(io.BytesIO(rendered(report, "parquet"))).is_empty()


def test_writes_the_whole_file_or_none(tmp_path: Path) -> None:
    path = tmp_path / "结果.json"
    write(fixture.one_county(), "json", path)
    before = path.read_bytes()
    assert json.loads(before)["format"] == "junheng-results/1"

    def breaks(report: Results, stream: Any) -> None:
        stream.write(b"half")
        raise OSError(28, "磁盘已满 on device")

    with pytest.raises(UsageError, match="磁盘已满"):
        write(fixture.one_county(), "json", path, breaks)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["结果.json"]


@pytest.mark.parametrize("place", ["missing/out.json", "file/out.json", "."])
def test_an_output_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError) as caught:
        write(fixture.one_county(), "json", tmp_path / place)
    assert caught.value.exit_code == 2
    assert caught.value.todo


def test_a_county_of_two_years_is_told_apart() -> None:
    report = fixture.one_county()
    moved = replace(report, excluded=tuple({**one, "year": 2022} for one in report.excluded))
    assert {one["year"] for one in document(moved)["excluded"]} == {2022}
