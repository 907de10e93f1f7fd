"""The pages tell the truth: what they name exists, and what they show runs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "compliance"
PAGES = (
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/kinds.md",
    "docs/plugin-authors.md",
    "docs/performance.md",
    "docs/hardening.md",
    "docs/python-api.md",
    "README.md",
    "benchmarks/README.md",
    "README.zh-CN.md",
)
NAMED = re.compile(r"`([\w.-]+/[\w./-]*|[\w-]+\.(?:py|md|toml|txt))`|\]\(([\w./-]+\.md)\)")
# what a page invents, what an installation makes, or what stands in a package of a province or in every plugin
ELSEWHERE = {
    "junheng.toml",
    "compliance_moon/__init__.py", "compliance_moon/rules/2017.toml", "compliance_lake/__init__.py",
    "compliance_lake/rules/2017.toml", "tests/cases/median.toml", "tests/test_lake.py", "declaration.toml",
    "school.schema.json", "venv/bin/compliance", ".venv/bin/compliance", "./start.sh", "templates/rectify_county.docx", "rules/", "schemas/", "cases/", "out/",
    "out/fuzz/TARGET-NUMBER/",
}  # fmt: skip


def text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_exists(page: str) -> None:
    bases = (ROOT, PACKAGE, (ROOT / page).parent)
    named = nonempty({one or link for one, link in NAMED.findall(text(page))} - ELSEWHERE)
    lost = sorted(name for name in named if not any((base / name).exists() for base in bases))
    assert lost == []


def test_every_function_on_the_road_of_a_figure_stands_in_its_file() -> None:
    lines = [line.split(" | ") for line in text("docs/architecture.md").splitlines()]
    stations = [cells for cells in lines if cells[0].endswith(".py`") and len(cells) == 3]
    for file, _, functions in nonempty(stations):
        tree = ast.parse((PACKAGE / file.strip("| `")).read_text("utf-8"))
        kinds = (ast.FunctionDef, ast.ClassDef)
        defined = {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
        assert set(re.findall(r"`(\w+)`", functions)) <= defined, file


def test_what_the_page_on_python_shows_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    known: dict[str, object] = {}
    for shown in nonempty(
        re.findall(r"```python\n(.*?)```", text("docs/python-api.md"), re.DOTALL)
    ):
        exec(compile(shown, "docs/python-api.md", "exec"), known)
        printed = capsys.readouterr().out.splitlines()
        for line in nonempty(re.findall(r"print\(.*\)  # (.+)", shown)):
            assert line in printed
