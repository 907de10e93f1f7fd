"""What a county lacks is told to the schools that lack it: in every paper, and adding up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given

from compliance import check
from compliance.assessment import Assessment, Breakdown, assess
from compliance.checker import Report
from compliance.cli import main
from examples.invented import county
from examples.writers import write_json, write_workbook
from tests.support.nonempty import nonempty
from tests.support.properties import batched, in_provinces, judged, seed

LACKS = (5, 3, 2, 2, 2, 1, 1, 1)  # 17 in eight schools


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A county that would conform but for 17 teachers of eight schools; the codes of these."""
    document, codes = county(5, "519988", "试县", "东镇 西镇 南镇"), []
    for school, lack in zip(_with_teachers(document), LACKS, strict=False):
        school["primary_trained_teachers"] = school["primary_teachers"] - lack
        codes.append(str(school["school_code"]))
    assert len(codes) == len(LACKS)
    path = tmp_path_factory.mktemp("untrained") / "county.xlsx"
    write_workbook(path, document)
    return path, codes


def _with_teachers(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (one for one in document["schools"] if (one.get("primary_teachers") or 0) > 5)


def _assessed(path: Path, **how: Any) -> Assessment:
    report: Report = check(path, **how)
    return assess(report, report.counties[0])


def test_seventeen_teachers_are_found_in_eight_schools(untrained: tuple[Path, list[str]]) -> None:
    path, codes = untrained
    (found,) = [one for one in _assessed(path).breakdowns if one.rule == "G9"]
    assert [one.school_code for one in found.short] == codes
    assert [int(one.lack) for one in found.short] == list(LACKS)
    assert sum(one.lack for one in found.schools) == 17


def test_no_school_that_lacks_any_stands_in_no_paper(
    untrained: tuple[Path, list[str]], tmp_path: Path
) -> None:
    path, codes = untrained
    ran = CliRunner().invoke(main, ["rectify", str(path), "-o", str(tmp_path), "--format", "md"])
    assert ran.exit_code == 0
    (folder,) = (one.parent for one in tmp_path.rglob("整改清单.md"))
    whole = (folder / "整改清单.md").read_text("utf-8")
    (in_full,) = [line for line in whole.splitlines() if line.startswith("- G9 ")]
    assert [int(lack) for lack in re.findall(r"缺(\d+)人", in_full)] == list(LACKS)
    for code, lack in zip(codes, LACKS, strict=True):
        (paper,) = (folder / "一校一案").glob(f"{code}_*.md")
        text = paper.read_text("utf-8")
        assert f"缺{lack}人" in text
        assert "360学时" in text
        assert "没有需要整改的事项" not in text


def test_the_terminal_names_the_first_and_explain_all(untrained: tuple[Path, list[str]]) -> None:
    path, codes = untrained
    told = CliRunner().invoke(main, ["check", str(path)]).stdout.replace("\n    ", "")
    assert "缺5人、" in told
    assert "等8所，另见 explain G9" in told
    explained = CliRunner().invoke(main, ["explain", "G9", str(path)]).stdout
    lines = [line for line in explained.splitlines() if line.strip()[:2].rstrip(".").isdigit()]
    assert [line.split()[1] for line in lines if "缺" in line] == codes


def _shares(documents: list[dict[str, Any]]) -> Iterator[tuple[Assessment, Breakdown]]:
    report = judged(documents, None)
    for one in report.counties:
        about = assess(report, one)
        yield from ((about, found) for found in about.breakdowns if found.complete)


@batched
@given(seed)
def test_the_parts_of_a_county_add_up_to_its_figure(number: int) -> None:
    for about, found in nonempty(_shares(in_provinces(number, salt="shares"))):
        (row,) = about.findings.filter(rule=found.rule, level="county").to_dicts()
        parts = zip(about.rules[found.rule].parts, row["parts"] or (), strict=False)
        figure = next((one for part, one in parts if part.key == found.part), row)
        counted = sum((one.counted or Fraction(0) for one in found.schools), Fraction(0))
        whole = sum((one.whole or Fraction(0) for one in found.schools), Fraction(0))
        assert float(100 * counted / whole) == pytest.approx(figure["value"], rel=1e-12)
        assert sum(one.lack for one in found.schools) == whole - counted
        assert found.short  # of a mean below its limit somebody is below it
        gaps = [one.gap for one in found.schools]
        assert gaps == sorted(gaps, reverse=True)
        if found.threshold == 100 and all(one.lack >= 0 for one in found.schools):
            assert sum(gaps) == figure["shortfall"]


class TestWhatTheCountyGivesAsAWhole:
    """Nobody can say which school made a figure that the county typed."""

    def breakdowns(self, tmp_path: Path, given: dict[str, Any], **how: Any) -> set[tuple[str, str]]:
        document = county(5, "519988", "试县", "东镇 西镇")
        for school in document["schools"]:
            if school.get("graduates"):
                school["graduates"] //= 2
                school["transferred_in"] = 1.0
            if school.get("junior_zoned_entrants"):
                school["junior_zoned_entrants"] //= 2
        for name in ("junior_nearby_percent", "primary_nearby_percent"):
            document["county"].pop(name, None)
        document["county"] |= given
        write_json(tmp_path / "county.json", document)
        about = _assessed(tmp_path / "county.json", **how)
        return {(one.rule, one.part) for one in about.breakdowns}

    def test_from_entrants_and_graduates(self, tmp_path: Path) -> None:
        assert self.breakdowns(tmp_path, {}) >= {("G13", "junior"), ("Q1", "")}

    def test_by_the_formula_that_a_switch_chose(self, tmp_path: Path) -> None:
        assert ("Q1", "") in self.breakdowns(tmp_path, {}, switches=["retention-b"])

    def test_a_typed_percentage_is_nobodys(self, tmp_path: Path) -> None:
        assert ("G13", "junior") not in self.breakdowns(tmp_path, {"junior_nearby_percent": 94.0})
