"""The face for programs and notebooks: one path or many, a language, a report that shows itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from compliance import Checker, Report, UsageError, check
from compliance.cli import main
from tests.support.generate_calm import calm

EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLE = EXAMPLES / "conforming.json"


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


@pytest.fixture(scope="module")
def report(checker: Checker) -> Report:
    return checker.check(EXAMPLE)


def test_one_path_or_many_as_text_or_path(checker: Checker, report: Report) -> None:
    for paths in (str(EXAMPLE), [EXAMPLE], (str(EXAMPLE),), iter([EXAMPLE])):
        assert checker.check(paths).findings.equals(report.findings)
    with pytest.raises(UsageError):
        checker.check(EXAMPLES / "nowhere.json")


def test_check_judges_once_with_what_is_installed(report: Report) -> None:
    assert check(EXAMPLE).counties == report.counties


def test_the_findings_are_a_table(report: Report) -> None:
    assert isinstance(report.findings, pl.DataFrame)
    assert report.findings.filter(pl.col("rule") == "C")["status"].to_list() == ["pass"]


def test_it_shows_itself_in_a_line(report: Report) -> None:
    assert repr(report) == f"<Report of 1 counties (1 pass): {report.findings.height} findings, 0 problems>"  # fmt: skip


def test_it_shows_itself_in_a_notebook(checker: Checker, county: Callable[..., Path]) -> None:
    path = county(lambda document: document["county"].update(county_name="<script>县"))
    page = checker.check(path)._repr_html_()
    assert page.count("<tr>") == 2
    assert "<td>&lt;script&gt;县</td>" in page
    assert "<td>达标</td>" in page


def test_its_document_is_what_the_command_prints(report: Report) -> None:
    printed = CliRunner().invoke(main, ["check", str(EXAMPLE), "--format", "json"]).stdout
    ours, theirs = json.loads(report.to_json()), json.loads(printed)
    for document in (ours, theirs):
        for one in document["counties"]:
            one.pop("input", None)
    assert ours == theirs


def test_a_language_holds_for_one_judgement(checker: Checker, report: Report) -> None:
    english = checker.check(EXAMPLE, lang="en")
    assert english.language == "en"
    assert "met" in english._repr_html_()
    assert checker.check(EXAMPLE).findings.equals(report.findings)
    assert not english.findings["message"].equals(report.findings["message"])


@pytest.mark.parametrize("name", ["conforming.json", "anhui_county.xlsx", "tables"])
def test_findings_are_said_in_either_language_after_judging(
    checker: Checker, name: str, tables: Path
) -> None:
    path = tables if name == "tables" else EXAMPLES / name
    chinese, english = (checker.check(path, lang=language) for language in ("zh", "en"))
    for one, other in ((chinese, english), (english, chinese)):
        said = one.in_language(other.language)
        assert said.language == other.language
        assert said.findings.equals(other.findings)
        assert (said.titles, said.excluded) == (other.titles, other.excluded)
        assert said.problems == other.problems
    assert chinese.in_language("zh").to_json() == chinese.to_json()


def test_a_county_names_the_path_by_which_it_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    alone, many = tmp_path / "one.json", tmp_path / "many"
    for path, seed in ((alone, 1), (many / "two.json", 2), (many / "three.json", 3)):
        path.write_text(json.dumps(calm(seed)), "utf-8")
    found = {one.county_code: one.input for one in Checker().check([alone, many]).counties}
    assert found == {"700001": str(alone), "700002": str(many), "700003": str(many)}
