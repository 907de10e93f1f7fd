"""Every plugin here keeps the contract of packs: its tests are the three lines that run it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_plugin_keeps_the_contract(plugin: str) -> None:
    tests = ROOT / "plugins" / plugin / "tests"
    assert list((tests / "cases").glob("*.toml"))
    assert (tests / "rule_ids.txt").is_file()
    runner = (tests / f"test_{plugin}_cases.py").read_text("utf-8")
    assert f'test_contract = pack_contract("{plugin}", Path(__file__).parent)' in runner
