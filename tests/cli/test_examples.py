"""The example submissions: as the script writes them, and worth looking at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from compliance.checker import check
from examples.make_examples import CONFORMING, MANY, WORKBOOKS, Told, main, tell
from tests.independent import judge
from tests.support.nonempty import nonempty

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    main(folder)
    return folder


def conclusion(told: Told) -> str:
    return judge(tell(*told))["C", None, None].status


def test_text_files_are_what_the_script_writes(rewritten: Path) -> None:
    written = [file for file in rewritten.rglob("*") if file.suffix in (".json", ".csv")]
    assert len(written) == 10
    for file in nonempty(written):
        assert (EXAMPLES / file.relative_to(rewritten)).read_bytes() == file.read_bytes(), file.name


@pytest.mark.parametrize("name", WORKBOOKS)
def test_workbooks_hold_what_the_script_writes(rewritten: Path, name: str) -> None:
    old, new = (
        CalamineWorkbook.from_path(folder / f"{name}.xlsx") for folder in (EXAMPLES, rewritten)
    )
    assert old.sheet_names == new.sheet_names
    for sheet in nonempty(old.sheet_names):
        cells = [book.get_sheet_by_name(sheet).to_python() for book in (old, new)]
        assert cells[0] == cells[1], sheet


def test_no_figure_contradicts_another() -> None:
    for told in (*WORKBOOKS.values(), CONFORMING, *MANY):
        for school in nonempty(tell(*told)["schools"]):
            for stage in ("primary", "junior"):
                sizes = school.get(f"{stage}_class_sizes")
                if sizes is not None:
                    assert sum(sizes) == school[f"{stage}_students"]
                    assert len(sizes) == school[f"{stage}_classes"]
                    assert 0 < min(sizes) <= max(sizes) < 60
                for part in ("teachers_above_degree", "backbone_teachers", "pe_arts_teachers"):
                    count = school.get(f"{stage}_{part}") or 0
                    assert count <= school.get(f"{stage}_teachers", 0), school["school_name"]


def test_the_judge_finds_conforming_failing_and_undecided_counties() -> None:
    assert conclusion(CONFORMING) == "pass"
    assert {conclusion(told) for told in WORKBOOKS.values()} == {"fail"}
    assert {conclusion(told) for told in MANY} == {"pass", "fail", "unknown"}


def test_the_conforming_county_conforms_without_a_warning() -> None:
    report = check([EXAMPLES / "conforming.json"])
    assert [county.verdict for county in report.counties] == ["pass"]
    assert not report.problems


def test_the_invalid_county_is_refused_with_every_error() -> None:
    report = check([EXAMPLES / "invalid.json"])
    assert not report.counties
    assert len([one for one in report.problems if one.severity == "error"]) >= 8
    typed = json.loads((EXAMPLES / "invalid.json").read_text("utf-8"))
    assert len(typed["schools"]) == 8


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_is_read_as_the_same_county(name: str) -> None:
    report = check([EXAMPLES / f"{name}.xlsx"], ruleset="national")
    assert [one for one in report.problems if one.severity == "error"] == []
    expected = judge(tell(*WORKBOOKS[name]))
    for row in nonempty(report.findings.iter_rows(named=True)):
        verdict = expected.get((row["rule"], row["school_code"], row["stage"]))
        assert row["status"] == (verdict.status if verdict else "not_applicable"), row


def test_the_dataset_is_read_as_the_same_counties() -> None:
    report = check([EXAMPLES / "many"], ruleset="national")
    verdicts = {county.county_code: county.verdict for county in report.counties}
    words = {"unknown": "undecided"}
    expected = {told[1]: conclusion(told) for told in MANY}
    assert verdicts == {code: words.get(status, status) for code, status in expected.items()}
