"""The packs of the repository as they stand in their files, without the program's own loader."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomli

PLUGINS = Path(__file__).parents[2] / "plugins"
Table = dict[str, Any]


def read(plugin: str, edition: str) -> Table:
    """The tables of one edition; numbers with a point exactly as typed."""
    path = PLUGINS / plugin / "src" / f"compliance_{plugin}" / "rules" / f"{edition}.toml"
    return tomli.loads(path.read_text("utf-8"), parse_float=Decimal)


NATIONAL = read("national", "2017")
RULES: Table = NATIONAL["rule"]
PACKS = {
    "national": NATIONAL,
    "anhui": read("anhui", "2018"),
    "shandong": read("shandong", "2017"),
    "henan": read("henan", "2017"),
    "hebei": read("hebei", "2017"),
    "jiangsu": read("jiangsu", "2017"),
}
PROVINCES = ("anhui", "shandong", "henan")


def every_rule() -> Iterator[tuple[str, str, Table]]:
    """Pack, rule id and rule, for the rules that a pack adds."""
    for name, pack in PACKS.items():
        for rule_id, rule in pack.get("rule", {}).items():
            yield name, rule_id, rule
