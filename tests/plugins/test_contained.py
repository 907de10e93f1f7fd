"""A plugin that breaks costs what rests on it and nothing else; one can be switched off."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from compliance import Checker, PackError, PluginError, UsageError, check
from compliance.cli import main
from tests.plugins.conftest import Shelf
from tests.support.commands import run

EXAMPLES = Path(__file__).parents[2] / "examples"
HEAD = "@hookimpl\ndef compliance_{}():\n    "
PACKS = HEAD.format("packs") + "return [Path(__file__).parent]\n"
BROKEN = "raise RuntimeError('月蚀')\n"
MOON = """
[pack]
id = "moon"
extends = "national"
title = "月球"
source = "测试"
effective = 2017-04-19
region = ["62"]
names = ["月球省"]
"""


def of(code: str, province: str | None = None) -> Callable[[dict[str, Any]], None]:
    """The county with another code, its province's name given or not."""

    def edit(document: dict[str, Any]) -> None:
        document["county"]["county_code"] = code
        document["county"].pop("province", None)
        if province:
            document["county"]["province"] = province
        for school in document["schools"]:
            school["county_code"] = code

    return edit


def judged_by(path: Path) -> str:
    document = json.loads(run("check", path, "--format", "json").stdout)
    (county,) = document["counties"]
    return str(county["ruleset"])


def test_a_stranger_registers_its_own_region_and_names(
    shelf: Shelf, county: Callable[..., Path]
) -> None:
    shelf.add("junheng-moon", PACKS, MOON)
    assert judged_by(county(of("620102"))) == "moon"
    assert judged_by(county(of("110102", "月球省"))) == "moon"
    assert judged_by(county(of("110102"))) == "national"


def test_any_pack_may_list_regions_of_rule_sets_that_are_not_installed(
    shelf: Shelf, county: Callable[..., Path]
) -> None:
    listed = '\n[regions]\n"63" = { ruleset = "mars", names = ["火星省"] }\n'
    shelf.add("junheng-moon", PACKS, MOON + listed)
    for path in (county(of("630102")), county(of("110102", "火星省"))):
        found = json.loads(run("check", path, "--format", "json").stdout)
        (warning,) = [one for one in found["problems"] if one["code"] == "no_provincial_ruleset"]
        assert "mars" in warning["message"]


def test_of_several_prefixes_the_longest_decides(shelf: Shelf, county: Callable[..., Path]) -> None:
    shelf.add("junheng-moon", PACKS, MOON)
    crater = (
        MOON.replace('"moon"', '"crater"').replace('"62"', '"6201"').replace("月球省", "环形山")
    )
    shelf.add("junheng-crater", PACKS, crater)
    assert judged_by(county(of("620102"))) == "crater"
    assert judged_by(county(of("620202"))) == "moon"


@pytest.mark.parametrize(("claim", "other"), [("62", '["月球"]'), ("月球省", '["63"]')])
def test_two_claims_on_one_region_are_refused_naming_both(
    shelf: Shelf, county: Callable[..., Path], claim: str, other: str
) -> None:
    shelf.add("junheng-moon", PACKS, MOON)
    rival = MOON.replace('"moon"', '"luna"')
    rival = rival.replace('["月球省"]' if claim == "62" else '["62"]', other)
    shelf.add("junheng-luna", PACKS, rival)
    with pytest.raises(PackError) as error:
        check(county(of("110102")))
    for words in (claim, "moon", "junheng-moon 1.2", "luna", "junheng-luna 1.2"):
        assert words in error.value.what
    assert error.value.where.startswith("junheng-moon 1.2 1.toml:")
    assert run("check", county(of("110102")), "--ruleset", "national").exit_code == 0


@pytest.mark.parametrize("wanted", [">=9.1", "<0.2", "~=0.1.0", "==7"])
def test_a_plugin_for_another_core_is_told_with_both_versions(
    shelf: Shelf, county: Callable[..., Path], wanted: str
) -> None:
    """As after `pip install --no-deps`: pip itself would have refused."""
    shelf.add("junheng-moon", BROKEN, MOON, f"junheng{wanted}")
    result = run("check", county(of("620102")))
    assert result.exit_code == 2
    own = version("junheng")
    assert f"插件 junheng-moon 1.2 需要 junheng {wanted}，已安装的是 {own}" in result.stderr
    assert "--without-plugin junheng-moon" in result.stderr
    without = ("--without-plugin", "junheng-moon")
    assert run("check", county(of("110102")), *without).exit_code == 0


@pytest.mark.parametrize(
    "need", ["junheng>=0.1,<99", "junheng (>=0.1)", "junheng", "other>=99", "junheng==0.*"]
)
def test_what_a_plugin_needs_and_has(shelf: Shelf, county: Callable[..., Path], need: str) -> None:
    shelf.add("junheng-moon", PACKS, MOON, need)
    assert judged_by(county(of("620102"))) == "moon"


@pytest.mark.parametrize("code", [BROKEN, PACKS + HEAD.format("kinds") + "return None\n"])
def test_a_broken_province_is_never_judged_nationally(
    shelf: Shelf, county: Callable[..., Path], code: str
) -> None:
    shelf.add("junheng-moon", code, MOON)
    moon = county(of("620102"))
    result = run("check", moon)
    assert result.exit_code == 2
    assert "junheng-moon 1.2" in result.stderr
    with pytest.raises(PluginError, match=r"junheng-moon 1\.2"):
        check(moon)
    with pytest.raises(PluginError, match=r"junheng-moon 1\.2"):
        check(moon, ruleset="moon")


def test_the_others_are_judged_beside_it(
    shelf: Shelf, county: Callable[..., Path], tmp_path: Path
) -> None:
    shelf.add("junheng-moon", BROKEN, MOON)
    paths = [county(of(code), name=f"{code}.json") for code in ("620102", "341622")]
    report = check(paths)
    assert [one.county_code for one in report.counties] == ["341622"]
    assert [one.county_code for one in report.refused] == ["620102"]
    (error,) = [one for one in report.problems if one.severity == "error"]
    assert (error.code, error.county_code) == ("ruleset_unusable", "620102")
    assert "junheng-moon 1.2" in error.message
    (warning,) = [one for one in report.problems if one.code == "plugin_broken"]
    assert "junheng-moon 1.2" in warning.message
    assert run("check", *paths).exit_code == 4
    assert run("check", *paths, "--ruleset", "national").exit_code == 0
    papers = run("rectify", *paths, "-o", tmp_path / "out", "--format", "md")
    assert papers.exit_code == 4
    assert "已写" in papers.stdout


def test_whose_plugin_is_known_to_serve_others_is_judged_by_the_base(
    shelf: Shelf, county: Callable[..., Path]
) -> None:
    """Its packs were read before its kinds failed: 11 is none of its regions."""
    shelf.add("junheng-moon", PACKS + HEAD.format("kinds") + "return None\n", MOON)
    assert judged_by(county(of("110102"))) == "national"


def test_a_pack_that_is_wrong_within_costs_its_counties_alone(
    shelf: Shelf, county: Callable[..., Path]
) -> None:
    shelf.add("junheng-moon", PACKS, MOON + '\n[override.NO-1]\nat_least = 1\nsource = "测试"\nbasis = "verified"\ntext = "测试"\n')  # fmt: skip
    paths = [county(of(code), name=f"{code}.json") for code in ("620102", "341622")]
    report = check(paths)
    assert [one.county_code for one in report.counties] == ["341622"]
    (error,) = [one for one in report.problems if one.severity == "error"]
    assert error.file.startswith("junheng-moon 1.2 1.toml:")
    assert "NO-1" in error.message
    with pytest.raises(PackError, match="NO-1"):
        check(paths[0])


def test_a_faulty_schema_is_its_plugins_own_fault(
    shelf: Shelf, county: Callable[..., Path], tmp_path: Path
) -> None:
    shelf.add("junheng-moon", PACKS, MOON)
    schemas = tmp_path / "junheng_moon" / "schemas"
    schemas.mkdir()
    (schemas / "county.schema.json").write_text("[]", "utf-8")
    report = check(county(of("110102")))
    assert report.counties[0].ruleset == "national"
    (warning,) = [one for one in report.problems if one.code == "plugin_broken"]
    assert "junheng-moon 1.2" in warning.message
    assert "county.schema.json" in warning.message


def test_a_plugin_is_switched_off_by_name(
    shelf: Shelf, county: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.add("junheng-moon", BROKEN, MOON)
    path = county(of("620102"))
    for name in ("junheng-moon", "junheng_moon"):  # the distribution, its entry point
        done = run("check", path, "--without-plugin", name, "--format", "json")
        assert done.exit_code == 0, done.output
        manifest = json.loads(done.stdout)["manifest"]
        assert manifest["without_plugins"] == ["junheng-moon"]
        assert "junheng-moon" not in manifest["plugins"]
    assert "without_plugins" not in check(path, ruleset="national").manifest
    monkeypatch.setenv("COMPLIANCE_WITHOUT_PLUGINS", "junheng-moon, jiangsu")
    assert Checker().registry.without == ["junheng-jiangsu", "junheng-moon"]
    rest = Checker(without_plugins=["henan"]).registry
    assert rest.without == ["junheng-henan", "junheng-jiangsu", "junheng-moon"]


@pytest.mark.parametrize(
    "words",
    [
        ("check", EXAMPLES / "conforming.json"),
        ("validate", EXAMPLES / "conforming.json"),
        ("rectify", EXAMPLES / "conforming.json", "-o", "out"),
        ("declare", EXAMPLES / "conforming.json", "-o", "out.xlsx"),
        ("template", "-o", "out.xlsx"),
        ("rules",),
        ("rulesets",),
        ("explain", "R1"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(words: tuple[str | Path, ...]) -> None:
    done = run(*words, "--without-plugin", "jiangsuu")
    assert done.exit_code == 2
    assert "是否指 jiangsu？" in done.stderr


def test_without_the_nation_nothing_is_judged_by_default() -> None:
    with pytest.raises(UsageError, match="国家规则集"):
        Checker(without_plugins=["national"]).check(EXAMPLES / "conforming.json")


def test_a_renderer_that_breaks_costs_its_output_alone(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.add("junheng-dark", HEAD.format("renderers") + "return {'dark': lambda report, stream: 1 / 0}\n")  # fmt: skip
    words: list[str | Path] = [
        "check",
        EXAMPLES / "conforming.json",
        "-o",
        f"dark:{tmp_path / 'a.dark'}",
    ]
    words += ["-o", f"csv:{tmp_path / 'a.csv'}"]
    done = run(*words)
    assert done.exit_code == 5
    assert "junheng-dark 1.2" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert "达标" in done.stdout
    assert (tmp_path / "a.csv").is_file()
    assert not (tmp_path / "a.dark").exists()
    monkeypatch.setenv("COMPLIANCE_DEBUG", "1")
    assert "Traceback" in CliRunner().invoke(main, [str(word) for word in words]).stderr


@pytest.mark.parametrize("reader", ["lambda path: 1 / 0", "lambda path: None"])
def test_a_reader_that_breaks_costs_its_file_alone(
    shelf: Shelf, county: Callable[..., Path], tmp_path: Path, reader: str
) -> None:
    shelf.add("junheng-dark", HEAD.format("readers") + f"return {{'.dark': {reader}}}\n")
    file = tmp_path / "a.dark"
    file.write_text("", "utf-8")
    report = check([county(), file])
    assert len(report.counties) == 1
    (error,) = [one for one in report.problems if one.severity == "error"]
    assert error.file == "a.dark"
    assert "junheng-dark 1.2" in error.message


def test_the_kind_of_the_authors_page_judges(shelf: Shelf, county: Callable[..., Path]) -> None:
    page = (EXAMPLES.parent / "docs" / "kinds.md").read_text("utf-8")
    code, _ = re.findall(r"```python\n(.*?)```", page, re.S)
    rule = """
[rule.MO-1]
kind = "any_of"
level = "county"
role = "requirement"
title = "有其一"
basis = "verified"
source = "测试"
text = "测试"
remedy = "测试"
facts = ["exchanged_teachers", "population"]
[override.C]
add = ["MO-1"]
"""
    pack = MOON.replace('title = "月球"', 'title = "月球"\nprefix = "MO-"')
    shelf.add("junheng-moon", PACKS + code, pack + rule)

    def without(document: dict[str, Any]) -> None:
        document["county"].pop("population", None)

    def nothing(document: dict[str, Any]) -> None:
        document["county"] |= {
            "exchanged_teachers": 0,
            "exchanged_backbone_teachers": 0,
            "population": 0,
        }

    for edit, status in ((without, "pass"), (nothing, "fail")):
        report = check(county(of("620102"), edit))
        (found,) = report.findings.filter(pl.col("rule") == "MO-1").iter_rows(named=True)
        assert found["status"] == status, found


def test_a_faulty_template_costs_the_papers_of_its_rule_set_alone(
    shelf: Shelf, county: Callable[..., Path], tmp_path: Path
) -> None:
    shelf.add("junheng-moon", PACKS, MOON)
    templates = tmp_path / "junheng_moon" / "templates"
    templates.mkdir()
    (templates / "rectify_county.md").write_text("{{ paper.nothing }}", "utf-8")
    paths = [county(of(code), name=f"{code}.json") for code in ("620102", "341622")]
    words: list[str | Path] = [
        "rectify",
        *paths,
        "-o",
        tmp_path / "out",
        "--format",
        "md",
        "--format",
        "html",
    ]
    done = run(*words)
    assert done.exit_code == 2
    assert "moon 1.2" in done.stderr
    assert "rectify_county.md" in done.stderr
    written = {
        (file.parent.name[:6], file.name) for file in (tmp_path / "out").glob("*/整改清单.*")
    }
    assert written == {
        ("620102", "整改清单.html"), ("341622", "整改清单.md"), ("341622", "整改清单.html"),
    }  # fmt: skip


@pytest.mark.parametrize("raised", ["SystemExit(0)", "GeneratorExit", "MemoryError"])
def test_whatever_a_plugin_raises_names_it(
    raised: str, shelf: Shelf, county: Callable[..., Path]
) -> None:
    """Above all SystemExit(0), which would be a pass."""
    shelf.add("junheng-moon", HEAD.format("packs") + f"raise {raised}\n", MOON)
    done = run("check", county(of("620102")))
    assert done.exit_code == 2
    assert "junheng-moon" in done.output


def test_a_kind_that_ends_the_program_is_a_broken_rule(
    monkeypatch: pytest.MonkeyPatch, county: Callable[..., Path]
) -> None:
    def ends(*_: object) -> None:
        raise SystemExit(0)

    monkeypatch.setattr("compliance.engine.kinds.attested.Attested.columns", ends)
    assert run("check", county(of("110102"))).exit_code == 5


@pytest.mark.parametrize(
    ("metadata", "entries"),
    [
        ("Name: junheng-bad\nVersion: 1.0\n", "[compliance]\nbad = no such reference\n"),
        ("Name: junheng-bad\nVersion: 1.0\n", "[compliance]\nbad\n"),
        ("", "[compliance]\njunheng-bad = nowhere\n"),
    ],
)
def test_a_damaged_distribution_is_named(
    metadata: str, entries: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "junheng_bad-1.0.dist-info"
    home.mkdir()
    (home / "METADATA").write_text(metadata, "utf-8")
    (home / "entry_points.txt").write_text(entries, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    done = run("check", EXAMPLES / "conforming.json")
    assert done.exit_code == 2, done.output
    assert "junheng-bad" in done.output
