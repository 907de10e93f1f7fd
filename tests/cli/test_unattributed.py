"""An error about a row whose county cannot be told keeps every county of its document from passing.

In the case at hand a failing school's county code is #N/A: the two others conform.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document

from compliance.cli import main
from tests.support.nonempty import nonempty

CASES = Path(__file__).parents[1] / "cases" / "hostile"
DAMAGED, INTACT = CASES / "lost_school_damaged", CASES / "lost_school_intact"
PLACE = "schools.csv A4"
MET = (
    "✓ 结论", "结论：达标", "未发现需要整改", "没有需要整改", "没有可计量的缺口", "生成申报表",
    "没有学校层面的未达标指标", "没有未完成的整改事项",
)  # fmt: skip
PAPERS = [part for name in ("list", "schools", "brief", "circular") for part in ("--paper", name)]


def run(*command: object, exits: int) -> str:
    result = CliRunner().invoke(main, [str(one) for one in command])
    assert result.exit_code == exits, result.output[-2000:]
    return result.stdout


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run("check", DAMAGED, "--format", "json", exits=4))
    return document


def test_the_verdict_is_open_and_says_why(results: dict[str, Any]) -> None:
    (county,) = results["counties"]
    assert county["verdict"] == "undecided"
    assert county["blocks"]["CR"] == county["blocks"]["CD"] == "unknown"
    (conclusion,) = [one for one in results["findings"] if one["rule"] == "C"]
    assert (conclusion["status"], PLACE in conclusion["message"]) == ("unknown", True)


def test_of_several_counties_each_says_why(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for path in DAMAGED.glob("*.csv"):
        rows = path.read_text(encoding="utf-8").splitlines()
        rows = [row.replace("519901", "519938") for row in rows if row.startswith("519901")]
        if path.stem == "vetoes":
            rows[0] = rows[0].replace("否", "是")
        text = path.read_text(encoding="utf-8").rstrip("\n")
        (data / path.name).write_text("\n".join([text, *rows, ""]), encoding="utf-8")
    table = tmp_path / "results.json"
    told = run("check", data, "-o", f"json:{table}", exits=4)
    counties = json.loads(table.read_text(encoding="utf-8"))["counties"]
    assert [one["verdict"] for one in counties] == ["undecided", "fail"]
    assert told.partition("错误（")[0].count(PLACE) == 1


def test_nothing_that_rests_on_schools_is_met(results: dict[str, Any]) -> None:
    of_county = {
        (one["rule"], one["stage"]): one
        for one in results["findings"]
        if one["school_code"] is None
    }
    for rule in ("D1", "D7"):
        finding = of_county[rule, "primary"]
        assert (finding["status"], finding["value"], finding["mean"]) == ("unknown", None, None)
        assert PLACE in finding["message"]
    assert of_county["G3", None]["status"] == of_county["G12", None]["status"] == "unknown"
    # what the county states itself, and what a school's own row says, stays
    assert of_county["P1", None]["status"] == of_county["V1", None]["status"] == "pass"
    assert {one["status"] for one in results["findings"] if one["rule"] == "RS"} == {"pass"}


def test_no_report_says_that_it_passes(tmp_path: Path) -> None:
    outputs = [f"{form}:{tmp_path / form}.txt" for form in ("md", "html", "github", "junit")]
    options = [part for one in outputs for part in ("-o", one)]
    told = [run("check", DAMAGED, *options, exits=4), *texts(tmp_path)]
    for text in nonempty(told):
        assert "schools.csv" in text
        assert not [one for one in MET if one in text]


def test_the_others_say_so_too() -> None:
    assert PLACE in (told := run("missing", DAMAGED, exits=4))
    assert "没有因缺数据" not in told
    assert "达标\n" not in run("explain", "D1", DAMAGED, exits=0).partition("【")[0]
    told = run("diff", INTACT, DAMAGED, exits=4)
    assert "变好" not in told
    assert "不等于改好" in told


def texts(folder: Path) -> Iterator[str]:
    """What the papers in a folder say."""
    for path in sorted(folder.rglob("*.*")):
        if path.suffix == ".xlsx":
            for sheet in openpyxl.load_workbook(path):
                yield "\n".join(str(cell.value or "") for row in sheet for cell in row)
        elif path.suffix == ".docx":
            yield "\n".join(one.text for one in Document(str(path)).paragraphs)
        elif path.is_file():
            yield path.read_text(encoding="utf-8")


def test_no_paper_says_that_nothing_need_be_put_right(tmp_path: Path) -> None:
    formats = [part for form in ("md", "html", "docx", "xlsx") for part in ("--format", form)]
    run("rectify", DAMAGED, "-o", tmp_path / "papers", *formats, *PAPERS, exits=4)
    told = list(texts(tmp_path / "papers"))
    for text in nonempty(told):
        assert not [one for one in MET if one in text]
    assert sum(PLACE in text for text in told) >= 10


def test_the_form_leaves_blank_what_rests_on_rows(tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    run("declare", DAMAGED, "-o", form, exits=4)
    book = openpyxl.load_workbook(form)
    cells = [str(cell.value or "") for sheet in book for row in sheet for cell in row]
    assert "是" not in cells
    assert any(PLACE in cell for cell in cells)
    run("declare", INTACT, "-o", tmp_path / "intact.xlsx", exits=0)
    book = openpyxl.load_workbook(tmp_path / "intact.xlsx")
    assert "是" in [cell.value for sheet in book for row in sheet for cell in row]


def test_the_ledger_closes_nothing(tmp_path: Path) -> None:
    data, papers = tmp_path / "data", tmp_path / "papers"
    shutil.copytree(INTACT, data)
    run("rectify", data, "-o", papers, "--data-date", "2024-03-01", exits=0)
    shutil.copytree(DAMAGED, data, dirs_exist_ok=True)
    run("rectify", data, "-o", papers, "--data-date", "2024-06-01", exits=4)
    (book,) = papers.glob("*/整改清单.xlsx")
    sheet = openpyxl.load_workbook(book)["台账"]
    rows = [[str(cell.value) for cell in row] for row in sheet]
    head = next(row for row in rows if "状态" in row)
    states = {row[head.index("状态")] for row in rows[rows.index(head) + 1 :]}
    assert states == {"待新数据"}
