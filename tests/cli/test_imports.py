"""A command imports what it needs: counted in processes of their own, never timed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from compliance.checker import Checker

EXAMPLE = "examples/conforming.json"
# what parses, checks and resolves rules: a warm start finds them resolved
PARSERS = {"tomli", "cattrs", "attr", "jsonschema", "jsonschema_rs"}
RULES = {
    *PARSERS,
    "compliance.rules.lint",
    "compliance.rules.language.parse",
    "compliance.rules.language.pack_errors",
    "compliance.rules.resolution.resolve",
    "compliance.rules.resolution.amendments",
}
PAPERS = {"jinja2", "docx", "docxtpl", "lxml", "xlsxwriter"}
HEAVY = {*RULES, *PAPERS, "polars", "pluggy", "difflib"}
OTHERS = {"openpyxl", "wcwidth", "compliance.explain", "compliance.declaration"}


def imported(words: Sequence[str]) -> set[str]:
    """The modules of a process that ran a command."""
    program = (
        "import sys\nfrom compliance.cli import main\n"
        f"try:\n    main({[*words]!r})\nexcept SystemExit as done:\n"
        "    assert not done.code, done.code\n"
        "print('modules', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, encoding="utf-8"
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    assert imported(words) & HEAVY == set()


@pytest.mark.parametrize(
    ("words", "needless"),
    [
        (["check", EXAMPLE], {*RULES, *PAPERS, *OTHERS, "html"}),
        (["validate", EXAMPLE], {*RULES, *PAPERS, *OTHERS}),
        (["rules", "--as-of", "2023-09-01"], {*PARSERS, *PAPERS}),
    ],
)
def test_a_warm_start_imports_what_it_uses(words: list[str], needless: set[str]) -> None:
    Checker().check(EXAMPLE)  # now everything lies ready
    assert imported(words) & needless == set()


@pytest.mark.parametrize(
    ("form", "needed"),
    [("md", {"jinja2"}), ("xlsx", {"xlsxwriter"}), ("docx", {"jinja2", "docx", "docxtpl", "lxml"})],
)
def test_papers_import_their_own_library(form: str, needed: set[str], tmp_path: Path) -> None:
    Checker().check(EXAMPLE)
    words = ["rectify", EXAMPLE, "-o", str(tmp_path), "--format", form]
    assert imported(words) & {*PAPERS, *RULES} == needed
