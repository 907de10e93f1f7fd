"""Every rule of every pack of every plugin has its cases, and every plugin runs them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from compliance.authoring.case import installed
from compliance.authoring.case_file import Exemption, read_exemptions
from compliance.rules.language.pack import Pack
from compliance.rules.resolution.resolve import resolve
from compliance.testing import Case, coverage_of, read_cases

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))
PACKS = {
    pack_id: packs
    for pack_id, packs in installed().packs.items()
    if "/" not in pack_id  # a school standard is laid on the rule set of its id
    and any(pack.home is not None and ROOT in pack.home.parents for pack in packs)
}


@cache
def _cases(plugin: Path) -> tuple[tuple[Case, ...], tuple[Exemption, ...]]:
    folder = plugin / "tests" / "cases"
    return tuple(read_cases(folder)), tuple(read_exemptions(folder))


def _day(packs: list[Pack]) -> date:
    """A day on which the pack's last edition is in force."""
    return max(date(2023, 9, 1), *(pack.effective for pack in packs))


@pytest.mark.sweep
@pytest.mark.parametrize("pack_id", sorted(PACKS))
def test_every_rule_has_a_case_that_passes_fails_waits_and_stands_on_the_line(pack_id: str) -> None:
    home = PACKS[pack_id][-1].home
    assert home is not None
    cases, exempt = _cases(home.parents[1])
    rules = resolve(installed().packs, pack_id, _day(PACKS[pack_id]), kinds=installed().kinds)
    gaps = [str(gap) for gap in coverage_of(cases, rules, exempt)]
    assert not gaps, "\n".join(gaps)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_plugin_runs_its_cases(plugin: str) -> None:
    tests = ROOT / "plugins" / plugin / "tests"
    assert list((tests / "cases").glob("*.toml"))
    runner = (tests / f"test_{plugin}_cases.py").read_text("utf-8")
    assert f'test_contract = pack_contract("{plugin}", Path(__file__).parent)' in runner


@pytest.mark.parametrize("pack_id", sorted(PACKS))
def test_every_switch_has_a_case_that_turns_it_on(pack_id: str) -> None:
    home = PACKS[pack_id][-1].home
    assert home is not None
    cases, _ = _cases(home.parents[1])
    turned = {name for case in cases for name in case.options.switches}
    declared = {
        name
        for pack in PACKS[pack_id]
        for name, table in pack.table("switch").items()
        if not table.get("default")
    }
    assert sorted(declared - turned) == []
