"""Loud loading: each plugin from a temporary distribution on the path, as pip would install it."""

from __future__ import annotations

import ast
import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from compliance.checker import Choice, check, chosen_rules, own_words
from compliance.checker.builtin_offers import load
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.errors import JunhengError, PackError, PluginError
from compliance.plugins.registry import Registry
from tests.plugins.conftest import Shelf
from tests.support.nonempty import nonempty

PLUGINS = Path(__file__).parents[2] / "plugins"
EXAMPLE = PLUGINS.parent / "examples" / "conforming.json"
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


WRONG = ["None", "'rules'", "[]", "{}", "{1: len}", "{'': len}", "{'moon': 'text'}"]
PACKS = "@hookimpl\ndef compliance_packs():\n    return [Path(__file__).parent]\n"


KIND = """
from compliance.kinds import Kind
class Moon(Kind):
    name = "moon"
@hookimpl
def compliance_kinds():
    return {'moon': Moon()}
"""
READER = """
def read(path):
    from compliance.intake.formats.raw_table import RawDocument
    return RawDocument(path.name)
@hookimpl
def compliance_readers():
    return {'.moon': read}
"""
RENDERER = """
@hookimpl
def compliance_renderers():
    return {'moon': lambda report, stream: stream.write(b'moon')}
"""


def hook(name: str, answer: str) -> str:
    return f"@hookimpl\ndef compliance_{name}():\n    return {answer}\n"


def fault(shelf: Shelf) -> JunhengError:
    """What is wrong with the one broken plugin."""
    (broken,) = load(shelf.entries()).broken
    assert broken.error is not None
    return broken.error


def test_a_plugin_offers_packs_kinds_readers_and_renderers(shelf: Shelf) -> None:
    moon = PACK.format(id="moon").replace("default = true", "")
    shelf.add("junheng-moon", PACKS + KIND + READER + RENDERER, moon)
    offers = load(shelf.entries())
    assert list(offers.packs) == ["moon"]
    assert offers.packs["moon"][0].version == "1.2"
    assert offers.readers[".moon"](Path("a.moon")).name == "a.moon"
    stream = BytesIO()
    offers.renderers["moon"](check([EXAMPLE]), stream)
    assert stream.getvalue() == b"moon"
    assert {"moon", "threshold", "dispersion", "most", "all", "attested"} <= set(offers.kinds)
    assert offers.plugins == {"junheng-moon": "1.2"}
    assert offers.broken == []


def test_a_plugin_that_does_not_import_is_named_and_offers_nothing(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.add("junheng-good", PACKS, PACK.format(id="good"))
    shelf.add("junheng-broken", "raise RuntimeError('月蚀')\n")
    offers = load(shelf.entries())
    assert list(offers.packs) == ["good"]
    assert offers.plugins == {"junheng-good": "1.2"}
    assert re.search(r"junheng-broken 1\.2.*RuntimeError: 月蚀", caplog.text)
    assert "Traceback" not in caplog.text


def test_its_traceback_is_shown_on_request(
    shelf: Shelf, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLIANCE_DEBUG", "1")
    shelf.add("junheng-broken", "raise RuntimeError('月蚀')\n")
    load(shelf.entries())
    assert "Traceback" in caplog.text


def test_a_hook_that_fails_names_its_plugin(shelf: Shelf) -> None:
    shelf.add("junheng-late", "@hookimpl\ndef compliance_packs():\n    raise KeyError('x')\n")
    assert re.search(r"junheng-late 1\.2 的 compliance_packs 出错：KeyError", fault(shelf).what)


def test_a_misspelt_hook_is_refused(shelf: Shelf) -> None:
    shelf.add("junheng-typo", "@hookimpl\ndef compliance_pack():\n    return []\n")
    assert re.search(r"junheng-typo 1\.2.*compliance_pack", fault(shelf).what)


def test_a_plugin_without_a_hook_is_refused(shelf: Shelf) -> None:
    shelf.add("junheng-empty", "def compliance_packs():\n    return []\n")
    error = fault(shelf)
    assert "junheng-empty 1.2" in error.what
    assert "compliance_packs" in error.todo


@pytest.mark.parametrize("answer", ["None", "'rules'", "[]", "Path('.')", "[1]", "{}"])
def test_a_wrong_answer_about_packs_is_refused(shelf: Shelf, answer: str) -> None:
    shelf.add("junheng-odd", hook("packs", answer))
    error = fault(shelf)
    assert isinstance(error, PluginError)
    assert "junheng-odd 1.2" in error.what
    assert "compliance_packs" in error.what
    came = "PosixPath" if answer.startswith("Path") else answer
    assert came in error.what
    assert "列表" in error.todo


def test_a_folder_without_packs_is_refused(shelf: Shelf) -> None:
    """As of a wheel built without its data."""
    shelf.add("junheng-hollow", PACKS)
    error = fault(shelf)
    assert re.search(r"junheng-hollow 1\.2.*junheng_hollow$", error.what)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        *((name, answer) for name in ("kinds", "readers", "renderers") for answer in WRONG),
        ("kinds", "{'moon': 1}"),
        ("kinds", "{'moon': lambda rule, bench: None}"),
        ("readers", "{'moon': len}"),
        ("readers", "{'.Moon': len}"),
        ("renderers", "{'moon:': len}"),
    ],
)
def test_a_wrong_table_of_offers_is_refused(shelf: Shelf, name: str, answer: str) -> None:
    shelf.add("junheng-odd", hook(name, answer))
    error = fault(shelf)
    assert "junheng-odd 1.2" in error.what
    assert f"compliance_{name}" in error.what
    assert "→" in error.todo


@pytest.mark.parametrize(
    "code",
    [
        KIND.replace("moon", "threshold"),
        READER.replace(".moon", ".json"),
        RENDERER.replace("'moon'", "'json'"),
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
    error = fault(shelf)
    assert isinstance(error, PackError)
    assert error.where.startswith("junheng-wrong 1.2 1.toml:")
    assert "remedie" in error.what


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


MOONS = """{"properties": {"moons": {"title": "月亮数", "description": "月亮数，学年初。", "type": ["number", "null"],
"minimum": 0, "maximum": %d, "x-unit": "个", "x-title-en": "moons"}}}"""


def two_with_moons(shelf: Shelf, *most: int) -> Registry:
    """Two plugins, each with a rule set and a fact `moons`."""
    for name, maximum in zip(("moon", "luna"), most, strict=True):
        shelf.add(f"junheng-{name}", PACKS, PACK.format(id=name))
        schemas = shelf.home / f"junheng_{name}" / "schemas"
        schemas.mkdir()
        (schemas / "county.schema.json").write_text(MOONS % maximum, "utf-8")
    return load(shelf.entries())


def test_two_definitions_of_a_fact_name_both_owners(shelf: Shelf) -> None:
    offers = two_with_moons(shelf, 9, 8)
    (broken,) = offers.broken
    assert broken.error is not None
    for words in ("junheng-luna 1.2", "junheng-moon 1.2", "moons"):
        assert words in broken.error.what


def test_a_definition_may_be_shared_and_belongs_to_its_rule_sets_alone(shelf: Shelf) -> None:
    offers = two_with_moons(shelf, 9, 9)
    assert offers.broken == []
    for name, there in (("moon", True), ("luna", True)):
        assert ("moons" in own_words(offers, offers.packs, name).county) is there
    installed = load()
    national = own_words(installed, installed.packs, "national")
    anhui = own_words(installed, installed.packs, "anhui-hefei")
    assert set(national.county) < set(anhui.county) < set(installed.vocabulary.county)
    assert set(national.school) < set(anhui.school) < set(installed.vocabulary.school)


MOONLIT = """
[indicator.moons]
title = "月亮数"
unit = "个"
of = "moons"

[rule.X]
kind = "threshold"
title = "有月亮"
basis = "verified"
source = "测试"
indicator = "moons"
at_least = 1
"""


def test_a_rule_may_not_use_a_fact_of_another_pack(shelf: Shelf) -> None:
    text = PACK.replace("of = []", 'of = ["X"]') + MOONLIT
    shelf.add("junheng-sun", PACKS, text.replace("{id}", "sun"))
    offers = two_with_moons(shelf, 9, 9)
    assert offers.broken == []
    with pytest.raises(PackError, match="moons") as caught:
        chosen_rules(offers, offers.packs, "sun", date(2024, 9, 1), Choice("sun"))
    assert caught.value.where.startswith("junheng-sun 1.2 1.toml:")


def test_the_installed_plugins_load() -> None:
    offers = load()
    assert {"national", "anhui", "shandong", "henan"} <= set(offers.packs)


def test_the_plugins_here_import_the_public_face_only() -> None:
    """`compliance`, and in it what `compliance.kinds` offers; the tests of a pack its cases besides."""
    files = [path for path in PLUGINS.rglob("*.py") if "build" not in path.parts]
    assert len(files) > 10
    for path in nonempty(files):
        allowed = {"compliance", "compliance.kinds"}
        allowed |= {"compliance.testing"} if "tests" in path.parts else set()
        for node in nonempty(ast.walk(ast.parse(path.read_text("utf-8")))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [str(node.module)]
            ours = {name for name in names if name.split(".")[0] == "compliance"}
            assert ours <= allowed, path


def test_the_public_face_is_what_it_says() -> None:
    import compliance
    from compliance import kinds

    for module in (compliance, kinds):
        assert [name for name in module.__all__ if not hasattr(module, name)] == []
        assert module.__doc__
