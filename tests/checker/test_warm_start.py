"""What a run reads and works out, the next one takes as it lies: packs, vocabulary, resolved rule sets."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path

import pytest

from compliance.checker import Checker, Choice, chosen_rules, load
from compliance.facts import vocabulary
from compliance.kernel import environment
from compliance.kernel.i18n import Text, use
from compliance.rules import lint
from compliance.rules.language import pack
from compliance.rules.language.pack import packs_in
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution import resolve
from tests.support.pack_files import PLUGINS

EXAMPLE = Path("examples/conforming.json")
DAY = date(2023, 9, 1)
NAMES = ["national", "anhui", "jiangsu", "shandong"]  # jiangsu's kinds are its own


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of the test's own; what the process knows is forgotten."""
    monkeypatch.setenv(environment.CACHE, str(tmp_path))
    forget()
    yield tmp_path / "junheng"
    forget()


def forget() -> None:
    vocabulary._vocabulary.cache_clear()
    vocabulary._sources.cache_clear()
    vocabulary._texts.cache_clear()


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("worked out again")


def rulesets() -> list[Ruleset]:
    registry = load()
    return [chosen_rules(registry, registry.packs, name, DAY, Choice()) for name in NAMES]


def test_a_warm_start_parses_no_pack_and_resolves_no_rule_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged = Checker().check(EXAMPLE)
    before = rulesets()
    forget()
    for home, name in [
        (pack, "_parsed"),
        (pack, "faults"),
        (vocabulary, "joined"),
        (resolve, "resolve"),
        (lint, "examine"),
    ]:
        monkeypatch.setattr(home, name, refuse)
    assert rulesets() == before
    again = Checker().check(EXAMPLE)
    assert again.findings.equals(judged.findings)
    assert again.manifest == judged.manifest


def test_a_changed_pack_is_read_anew(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(PLUGINS / "national" / "src" / "compliance_national" / "rules", home / "rules")
    file = home / "rules" / "2017.toml"
    packs_in(home, "1")
    text = file.read_text("utf-8")
    file.write_text(text.replace("每百名学生拥有高于规定学历教师数", "教师数"), "utf-8")
    changed = next(one for one in packs_in(home, "1") if one.path == file)
    assert changed.tables["rule"]["R1"]["title"] == "教师数"


@pytest.mark.parametrize(
    "other", [Choice(switches=("relaxations-2019",)), Choice(enforce=("secondary",))]
)
def test_another_choice_is_another_rule_set(other: Choice, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = load()
    usual = chosen_rules(registry, registry.packs, "anhui", DAY, Choice())
    chosen = chosen_rules(registry, registry.packs, "anhui", DAY, other)
    assert chosen != usual
    monkeypatch.setattr(resolve, "resolve", refuse)
    assert chosen_rules(registry, registry.packs, "anhui", DAY, other) == chosen
    assert chosen_rules(registry, registry.packs, "anhui", DAY, Choice()) == usual


def test_another_version_of_a_plugin_is_another_rule_set() -> None:
    registry = load()
    chosen_rules(registry, registry.packs, "jiangsu", DAY, Choice())
    for kind in registry.kinds.values():
        kind.offered_by = kind.offered_by and "junheng-jiangsu 9.9"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resolve, "resolve", refuse)
        with pytest.raises(AssertionError, match="worked out again"):
            chosen_rules(registry, registry.packs, "jiangsu", DAY, Choice())


def values(of: object) -> Iterator[object]:
    """Everything that a value consists of."""
    yield of
    if isinstance(of, dict):
        parts: list[object] = [*of, *of.values()]
    elif isinstance(of, list | tuple):
        parts = list(of)
    elif is_dataclass(of):
        parts = [getattr(of, one.name) for one in fields(of)]
    else:
        parts = []
    for part in parts:
        yield from values(part)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_kept_is_of_no_language(language: str) -> None:
    with use(language):
        registry = load()
        first = rulesets()
        words = registry.vocabulary
    kept = [words.tables, words.checks, *first]
    kept += [one.tables for same in registry.packs.values() for one in same]
    assert not [one for one in values(kept) if isinstance(one, Text)]
    assert first == rulesets()
