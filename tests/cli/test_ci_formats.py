"""`check` and `validate` for CI as typed: streams, files, exit codes, the job's summary, the help."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.cli.output_formats import FORMATS, known_formats
from compliance.render import renderers
from tests.cli.test_cli import EXAMPLES
from tests.plugins.conftest import Shelf, shelf
from tests.support.commands import run
from tests.support.nonempty import nonempty

__all__ = ["shelf"]  # a fixture
CONFORMING, INVALID = EXAMPLES / "conforming.json", EXAMPLES / "invalid.json"


def test_several_outputs_of_one_run(tmp_path: Path) -> None:
    files = {form: tmp_path / f"结果.{form}" for form in ("sarif", "junit", "github", "json")}
    words = [word for form, file in files.items() for word in ("-o", f"{form}:{file}")]
    found = run("check", CONFORMING, *words)
    assert found.exit_code == 0
    assert "达标" in found.stdout  # the summary for people
    (ended,) = json.loads(files["sarif"].read_text("utf-8"))["runs"][0]["invocations"]
    assert (ended["exitCode"], ended["executionSuccessful"]) == (0, True)
    for form, file in nonempty(files.items()):
        assert run("check", CONFORMING, "--format", form).stdout_bytes == file.read_bytes()


@pytest.mark.parametrize("form", ["sarif", "junit", "github"])
def test_validate_speaks_them_too(form: str) -> None:
    found = run("validate", INVALID, "--format", form)
    assert found.exit_code == 4
    assert "recognition_percent" in found.stdout or form == "github"


def test_the_exit_code_is_that_of_the_command() -> None:
    for given, code in (("undecided", 4), ("never", 4)):
        found = run("check", INVALID, "--format", "sarif", "--fail-on", given)
        (ended,) = json.loads(found.stdout)["runs"][0]["invocations"]
        assert found.exit_code == ended["exitCode"] == code


def test_standard_input_has_lines_and_is_called_as_typed(tmp_path: Path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "many"), "zip", EXAMPLES / "many"))
    for given, place in (
        (INVALID, "::error file=-,line=26,col=3,"),
        (archive, "（vetoes.csv B70）"),
    ):
        words = ["check", "-", "--format", "github"]
        found = CliRunner().invoke(main, words, input=given.read_bytes())
        assert place in found.stdout.splitlines()[0]
        assert "/tmp" not in found.stdout


def test_waived_and_known_failures_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A waived finding is suppressed with its ground; beside a baseline, what is new alone is shown."""
    monkeypatch.chdir(EXAMPLES.parent)
    county, waivers = "examples/anhui_county.xlsx", "examples/waivers.toml"
    before, now = tmp_path / "before.json", ("--waivers", waivers, "--today", "2024-03-01")
    run("check", county, *now, "-o", f"json:{before}")
    words = ("check", county, "--today", "2024-03-01", "--baseline", before, "--format", "sarif")
    (waiving,) = json.loads(run("check", county, *now, "--format", "sarif").stdout)["runs"]
    waived = [one for one in waiving["results"] if "suppressions" in one]
    assert [(one["ruleId"], one["level"], one["kind"]) for one in waived] == [
        ("RS", "note", "fail"), ("G4", "note", "fail"), ("G4", "note", "fail"),
    ]  # fmt: skip
    said = [one["suppressions"][0].get("justification", "") for one in waived]
    assert ["皖中教督〔2023〕12号" in one for one in said] == [True, True, False]  # the county's G4
    (expired,) = [one for one in waiving["results"] if one["ruleId"] == "waiver_expired"]
    place = expired["locations"][0]["physicalLocation"]
    line = Path(waivers).read_text("utf-8").splitlines()[place["region"]["startLine"] - 1]
    assert (place["artifactLocation"]["uri"], line) == (waivers, "[[waiver]]")
    assert not [one for one in waiving["results"] if "baselineState" in one]
    (held,) = json.loads(run(*words).stdout)["runs"]
    states = Counter(one.get("baselineState") for one in held["results"])
    assert states["new"] == 3
    assert states["unchanged"] > 30
    (new,) = json.loads(run(*words, "--only-new").stdout)["runs"]
    assert [(one["ruleId"], one["baselineState"]) for one in new["results"]] == [
        ("RS", "new"), ("G4", "new"), ("G4", "new"),
    ]  # fmt: skip
    (counted,) = new["invocations"][0]["toolExecutionNotifications"]
    assert "不达标" in counted["message"]["text"]


def test_the_summary_of_a_job_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (page := tmp_path / "summary.md").write_text("before\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    run("check", CONFORMING)
    assert page.read_text("utf-8") == "before\n"
    run("check", CONFORMING, "--format", "github")
    markdown = run("check", CONFORMING, "--format", "md").stdout
    assert page.read_text("utf-8") == f"before\n{markdown}"


def test_the_formats_known_without_loading_are_those_on_offer() -> None:
    assert set(FORMATS) == set(renderers())


def test_a_plugins_format_stands_in_the_help(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = "@hookimpl\ndef compliance_renderers():\n    return {'moon': print}\n"
    shelf.add("junheng-moon", hook)
    shelf.add("junheng-dark", "raise RuntimeError\n")  # speaks of no renderer: not loaded
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: shelf.entries())
    assert "github moon" in " ".join(run("check", "--help").stdout.split())
    assert known_formats()[-1] == "moon"
    assert "junheng_dark" not in sys.modules
    assert "moon" not in run("validate", "--help").stdout
