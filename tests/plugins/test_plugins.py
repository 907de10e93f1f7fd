"""Loud loading: each plugin from a temporary distribution on the path, as pip would install it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest

from compliance.checker.builtin_offers import load
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.errors import JunhengError, PackError, PluginError

PACK = """
[pack]
id = "{id}"
title = "测试"
source = "测试"
effective = 2017-01-01
concludes = "C"
default = true

[rule.C]
kind = "all"
role = "conclusion"
title = "结论"
basis = "verified"
source = "测试"
of = []
"""


class Shelf:
    """A folder of made-up distributions."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def add(self, name: str, code: str, pack: str = "") -> None:
        module = name.replace("-", "_")
        package = self.home / module
        package.mkdir()
        (package / "__init__.py").write_text(
            "from pathlib import Path\nfrom compliance import hookimpl\n" + code, encoding="utf-8"
        )
        if pack:
            (package / "rules").mkdir()
            (package / "rules" / "1.toml").write_text(pack, encoding="utf-8")
        info = self.home / f"{module}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[compliance]\n{module} = {module}\n")

    def entries(self) -> list[EntryPoint]:
        importlib.invalidate_caches()
        return [
            entry
            for dist in distributions(path=[str(self.home)])
            for entry in dist.entry_points
            if entry.group == "compliance"
        ]


PACKS = "@hookimpl\ndef compliance_packs():\n    return [Path(__file__).parent]\n"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield Shelf(tmp_path)
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", "") and str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]


def test_a_plugin_offers_packs_kinds_readers_and_renderers(shelf: Shelf) -> None:
    shelf.add(
        "junheng-moon",
        PACKS
        + "@hookimpl\ndef compliance_kinds():\n    return {'moon': 1}\n"
        + "@hookimpl\ndef compliance_readers():\n    return {'.moon': 2}\n"
        + "@hookimpl\ndef compliance_renderers():\n    return {'moon': 3}\n",
        PACK.format(id="moon"),
    )
    offers = load(shelf.entries())
    assert list(offers.packs) == ["moon"]
    assert offers.packs["moon"][0].version == "1.2"
    assert (offers.kinds["moon"], offers.readers[".moon"], offers.renderers["moon"]) == (1, 2, 3)
    assert {"threshold", "dispersion", "most", "all", "attested"} <= set(offers.kinds)
    assert offers.plugins == {"junheng-moon": "1.2"}


def test_a_plugin_that_does_not_import_stops_the_program_by_name_and_version(shelf: Shelf) -> None:
    shelf.add("junheng-good", PACKS, PACK.format(id="good"))
    shelf.add("junheng-broken", "raise RuntimeError('月蚀')\n")
    with pytest.raises(PluginError, match=r"junheng-broken 1\.2.*月蚀"):
        load(shelf.entries())


def test_a_hook_that_fails_names_its_plugin(shelf: Shelf) -> None:
    shelf.add("junheng-late", "@hookimpl\ndef compliance_packs():\n    raise KeyError('x')\n")
    with pytest.raises(PluginError, match=r"junheng-late 1\.2"):
        load(shelf.entries())


def test_a_misspelt_hook_is_refused(shelf: Shelf) -> None:
    shelf.add("junheng-typo", "@hookimpl\ndef compliance_pack():\n    return []\n")
    with pytest.raises(PluginError, match="compliance_pack"):
        load(shelf.entries())


@pytest.mark.parametrize(
    "code",
    [
        "@hookimpl\ndef compliance_kinds():\n    return {'threshold': None}\n",
        "@hookimpl\ndef compliance_readers():\n    return {'.json': None}\n",
        "@hookimpl\ndef compliance_renderers():\n    return {'json': None}\n",
    ],
)
def test_a_name_the_core_has_is_refused_naming_both(shelf: Shelf, code: str) -> None:
    shelf.add("junheng-thief", code)
    with pytest.raises(PluginError) as error:
        load(shelf.entries())
    assert "junheng-thief 1.2" in error.value.what
    assert "：junheng 与" in error.value.what


def test_two_plugins_with_one_rule_set_are_refused_naming_both(shelf: Shelf) -> None:
    shelf.add("junheng-one", PACKS, PACK.format(id="same"))
    shelf.add("junheng-two", PACKS, PACK.format(id="same").replace("2017", "2018"))
    with pytest.raises(PluginError) as error:
        load(shelf.entries())
    assert "junheng-one 1.2" in error.value.what
    assert "junheng-two 1.2" in error.value.what


def test_a_wrong_pack_is_named_with_plugin_file_and_line(shelf: Shelf) -> None:
    shelf.add("junheng-wrong", PACKS, PACK.format(id="wrong") + "\nremedie = 'x'\n")
    with pytest.raises(PackError) as error:
        load(shelf.entries())
    assert "junheng-wrong 1.2" in error.value.what
    assert "remedie" in error.value.what
    assert error.value.where.startswith("1.toml")


def test_a_fragment_adds_facts_and_may_not_redefine_any(shelf: Shelf, tmp_path: Path) -> None:
    home = tmp_path / "facts"
    home.mkdir()
    fact = '{"properties": {"%s": {"title": "月亮数", "description": "月亮数，学年初。", "type": ["number", "null"], "minimum": 0, "maximum": 9, "x-unit": "个", "x-title-en": "moons"}}}'
    (home / "county.schema.json").write_text(fact % "moons", encoding="utf-8")
    assert vocabulary([home]).county["moons"].maximum == 9
    thief = tmp_path / "thief"
    thief.mkdir()
    (thief / "county.schema.json").write_text(fact % "senior_quota", encoding="utf-8")
    with pytest.raises(JunhengError, match="senior_quota"):
        vocabulary([thief])


def test_the_installed_plugins_load() -> None:
    offers = load()
    assert {"national", "anhui", "shandong", "henan"} <= set(offers.packs)
