"""`check` and `validate` for CI as typed: streams, files, exit codes, the job's summary, the help."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from compliance.cli.output_formats import FORMATS, known_formats
from compliance.render import renderers
from tests.cli.test_cli import EXAMPLES, run
from tests.plugins.conftest import Shelf, shelf

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
    for form, file in files.items():
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
