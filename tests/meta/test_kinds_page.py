"""docs/kinds.md: its two kinds judge and are explained as the page says, and the page leaves nothing out."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import polars as pl
import pytest

from compliance import Checker, Choice, kinds
from compliance.authoring.case import on_trial
from compliance.authoring.contract import Contract
from compliance.authoring.rule_ids import write_ids
from compliance.authoring.run_cases import check
from compliance.checker.builtin_offers import load
from compliance.explain import of_case
from compliance.plugins.registry import Registry
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "kinds.md").read_text("utf-8")
CORE = ROOT / "src" / "compliance" / "engine" / "kinds"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def offers(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Registry:
    """The national plugin and one of the page's, by its place there."""
    place, name = request.param
    package = tmp_path / f"compliance_{name}"
    (package / "rules").mkdir(parents=True)
    (package / "__init__.py").write_text(blocks("python")[place], "utf-8")
    (package / "rules" / "2017.toml").write_text(blocks("toml")[place], "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, f"compliance_{name}", raising=False)
    entries = [EntryPoint(one, f"compliance_{one}", "compliance") for one in ("national", name)]
    found = load(entries)
    assert found.broken == []
    return found


@pytest.fixture
def as_installed(offers: Registry, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """Cases and explanations find it as if it were installed."""
    monkeypatch.setattr("compliance.explain.explain.load", lambda: offers)
    with on_trial(offers):
        yield offers


@pytest.mark.parametrize("offers", [(0, "moon")], indirect=True)
def test_the_smallest_kind_judges(offers: Registry) -> None:
    figures = ROOT / "examples" / "conforming.json"
    report = Checker(offers).check(figures, Choice(ruleset="moon"))
    found = report.findings.filter((pl.col("rule") == "MO-1") & pl.col("school_code").is_not_null())
    assert found["status"].value_counts().sort("status").rows() == [
        ("not_applicable", 3),
        ("pass", 19),
    ]
    assert [county.verdict for county in report.counties] == ["pass"]


@pytest.mark.parametrize("offers", [(1, "lake")], indirect=True)
def test_the_median_keeps_its_contract_and_is_explained(
    as_installed: Registry, tmp_path: Path
) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "median.toml").write_text(blocks("toml")[2], "utf-8")
    contract = Contract("lake", tmp_path)
    for one in nonempty(contract.cases):
        check(one)
    assert len(contract.cases) == 8
    assert write_ids(tmp_path, contract.packs) == 1
    assert {name: list(found()) for name, found in contract.checks() if list(found())} == {}
    (shown,) = re.findall(r"```\n(LK-1 .*?)```", PAGE, re.DOTALL)
    county = ROOT / "examples" / "anhui_county.xlsx"
    _, told = of_case("LK-1", [county], Choice(ruleset="lake"))
    assert told.startswith(shown.rstrip())


@pytest.mark.parametrize("offers", [(1, "lake")], indirect=True)
def test_a_limit_by_stage_is_no_limit_of_a_median(offers: Registry, tmp_path: Path) -> None:
    pack = blocks("toml")[1].replace("at_least = 20", "at_least = { primary = 20, junior = 30 }")
    file = tmp_path / "stages.toml"
    file.write_text(pack.replace('"lake"', '"stages"'), "utf-8")
    with pytest.raises(Exception, match=r"stages\.toml:\d+: .*中位数的限值须是一个数"):
        Checker(offers).check(ROOT / "examples" / "conforming.json", Choice(ruleset=str(file)))


def test_the_page_has_a_word_for_every_name() -> None:
    said = set(re.findall(r"`(\w+)`", PAGE))
    assert set(kinds.__all__) <= said
    assert {name for name in dir(kinds.Kind) if not name.startswith("_")} - said == {
        "answers", "in_parts", "offered_by",  # what the program works out itself
    }  # fmt: skip


CATALOGUE = {"msg", "say"}  # of the core's own words, which plugins bring with them in `pick`


@pytest.mark.parametrize(
    "path",
    [one for one in CORE.glob("*.py") if one.stem not in ("__init__", "kind")],
    ids=lambda one: one.stem,
)
def test_the_kinds_of_the_core_are_written_against_the_same_face(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    imported: dict[str, object] = {}
    modules: dict[str, object] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("compliance"):
            home = importlib.import_module(str(node.module))
            for alias in node.names:
                found = getattr(home, alias.name)
                if isinstance(found, type(importlib)):
                    modules[alias.asname or alias.name] = found
                else:
                    imported[alias.name] = found
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in modules:
            imported[node.attr] = getattr(modules[ast.unparse(node.value)], node.attr)
    plain = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert not [line for line in plain if "compliance" in line]
    own = {name: found for name, found in imported.items() if name not in CATALOGUE}
    assert {name: getattr(kinds, name, None) for name in nonempty(own)} == own
    assert set(own) <= set(kinds.__all__)
