"""The packs as wholes: complete, in order, each rule with its source, and what provinces change."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
import tomli

from tests.support.nonempty import nonempty
from tests.support.pack_files import NATIONAL, PACKS, PLUGINS, PROVINCES, RULES, Table, every_rule

IN_ORDER = [
    *(f"R{n}" for n in range(1, 8)), "RS", *(f"D{n}" for n in range(1, 8)),
    *(f"G{n}" for n in range(1, 16)), *(f"Q{n}" for n in range(1, 10)), "P1",
    *(f"V{n}" for n in range(1, 7)), "E2", "GV", "GM", "E1", "CR", "CD", "CG", "CQ", "CP", "C",
]  # fmt: skip
BESIDE = ("E2", "GV", "GM")  # known from implementers and reports


def test_all_rules_are_there_in_the_order_of_the_law() -> None:
    assert list(RULES) == IN_ORDER


def test_blocks_and_conclusion() -> None:
    assert RULES["CR"]["of"] == ["RS"]
    assert RULES["CD"]["of"] == [f"D{n}" for n in range(1, 8)]
    assert RULES["CG"]["of"] == [f"G{n}" for n in range(1, 16)]
    assert RULES["CQ"]["of"] == [f"Q{n}" for n in range(1, 10)]
    assert RULES["CP"]["of"] == ["P1"]
    assert RULES["C"]["of"] == [
        "CR", "CD", "CG", "CQ", "CP", *(f"V{n}" for n in range(1, 7)), "E1", "E2", "GM", "GV",
    ]  # fmt: skip
    assert NATIONAL["pack"]["concludes"] == "C"
    roles = {key: rule["role"] for key, rule in RULES.items() if "role" in rule}
    assert roles == {
        **{f"R{n}": "component" for n in range(1, 8)},
        **dict.fromkeys(("CR", "CD", "CG", "CQ", "CP"), "block"),
        "C": "conclusion",
    }


def test_what_is_not_verified() -> None:
    bases = {key: rule["basis"] for key, rule in RULES.items()}
    assert {key: basis for key, basis in bases.items() if basis != "verified"} == {
        "V6": "unconfirmed",
        **dict.fromkeys(BESIDE, "secondary"),
    }


@pytest.mark.parametrize(
    ("name", "rule_id", "rule"), list(every_rule()), ids=lambda one: one if isinstance(one, str) else ""
)  # fmt: skip
def test_every_rule_says_where_it_comes_from_and_what_to_do(
    name: str, rule_id: str, rule: Table
) -> None:
    for field in ("title", "title_en", "source", "basis", "text", "remedy", "remedy_en", "owner",
                  "owner_en", "aspect", "kind", "scope"):  # fmt: skip
        assert isinstance(rule.get(field), str), (name, rule_id, field)
        assert rule[field].strip() == rule[field] != "", (name, rule_id, field)
    assert rule["basis"] in ("verified", "secondary", "conflicting", "unconfirmed")
    blanks = {*re.findall(r"{(.*?)}", rule["remedy"]), *re.findall(r"{(.*?)}", rule["remedy_en"])}
    assert blanks <= {"shortfall", "excess"}
    upper = "at_most" in rule or "below" in rule
    assert ("excess" if not upper else "shortfall") not in blanks
    assert re.findall(r"{.*?}", rule["remedy"]) == re.findall(r"{.*?}", rule["remedy_en"])


def test_rules_name_only_indicators_and_exclusions_that_exist() -> None:
    for name, pack in nonempty(PACKS.items()):
        known = {*NATIONAL["indicator"], *pack.get("indicator", {})}
        rules = pack.get("rule", {}).values()
        stated = [one for rule in rules for one in (rule, *rule.get("part", {}).values())]
        named = [one.get(field) for one in stated for field in ("indicator", "at_least")]
        assert {one for one in named if isinstance(one, str)} <= known, name
        left_out = {one for rule in rules for one in rule.get("exclude", ())}
        assert left_out <= set(NATIONAL["exclusion"]), name


def test_no_source_cites_an_article() -> None:
    for name, rule_id, rule in nonempty(every_rule()):
        assert not re.search(r"第[一二三四五六七八九十\d]+条", rule["source"]), (name, rule_id)
        if name == "national" and rule_id not in ("V6", *BESIDE):
            assert rule["source"].startswith("教督〔2017〕6号")


REGIONS = {"anhui": "34", "shandong": "37", "henan": "41", "hebei": "13", "jiangsu": "32"}


def test_the_base_names_every_province_of_the_contract() -> None:
    assert {region["ruleset"]: code for code, region in NATIONAL["regions"].items()} == REGIONS
    assert NATIONAL["regions"]["34"]["names"] == ["安徽省", "安徽"]
    assert NATIONAL["pack"]["default"] is True
    assert NATIONAL["pack"]["effective"] == date(2017, 4, 19)


@pytest.mark.parametrize("name", PROVINCES)
def test_a_province_extends_the_nation_from_2017_on(name: str) -> None:
    head = PACKS[name]["pack"]
    assert (head["id"], head["extends"]) == (name, "national")
    assert head["region"] == [REGIONS[name]]
    assert head["names"] == NATIONAL["regions"][REGIONS[name]]["names"]
    assert NATIONAL["pack"]["effective"] <= head["effective"] <= date(2017, 9, 1)
    assert not [key for key in PACKS[name].get("rule", {}) if not key.startswith(head["prefix"])]
    assert "未见" in head["note"]
    assert "drop" not in PACKS[name]


DIFFERENCES = [
    ("anhui", "override", "G14", "secondary", 80),
    ("anhui", "rule", "AH-1", "conflicting", None),
    ("anhui", "rule", "AH-2", "unconfirmed", None),
    ("anhui", "rule", "AH-3", "secondary", None),
    ("anhui", "rule", "AH-4", "secondary", None),
    ("shandong", "override", "G14", "verified", 60),
    ("shandong", "override", "G7", "secondary", 8000),
    ("henan", "rule", "HA-1", "secondary", None),
    ("henan", "rule", "HA-2", "secondary", None),
    ("henan", "rule", "HA-3", "secondary", None),
    ("henan", "rule", "HA-4", "secondary", None),
    ("henan", "rule", "HA-5", "secondary", None),
]


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: f"{row[0]} {row[2]}")
def test_a_difference_and_its_basis(row: tuple[str, str, str, str, int | None]) -> None:
    name, section, rule_id, basis, limit = row
    table = PACKS[name][section][rule_id]
    assert (table["basis"], table.get("at_least")) == (basis, limit)
    assert table["source"]
    assert table["note"] or basis == "verified"


def test_provinces_differ_in_nothing_else() -> None:
    stated = {(name, section, rule_id) for name, section, rule_id, _, _ in DIFFERENCES}
    found = {
        (name, section, rule_id)
        for name in PROVINCES
        for section in ("rule", "override")
        for rule_id, table in PACKS[name].get(section, {}).items()
        if set(table) - {"since"} != {"add"}
    }
    assert found == stated


@pytest.mark.parametrize("name", PROVINCES)
def test_a_provinces_own_rules_count_once_they_are_enforced(name: str) -> None:
    own = [key for key, one in PACKS[name].get("rule", {}).items() if "replaces" not in one]
    conclusion = PACKS[name].get("override", {}).get("C", {})
    last = [conclusion, *conclusion.get("since", ())][-1]
    assert last.get("add", []) == own


def test_length_of_rotation_in_henan() -> None:
    parts = PACKS["henan"]["rule"]["HA-1"]["part"]
    assert {key: part["at_least"] for key, part in parts.items()} == {
        "teacher": 3,
        "principal": 1,
        "attachment": 1,
    }
    fragment = PLUGINS / "henan/src/compliance_henan/schemas/county.schema.json"
    facts = json.loads(fragment.read_text("utf-8"))["properties"]
    indicators = PACKS["henan"]["indicator"]
    assert {indicators[part["indicator"]]["of"] for part in parts.values()} <= set(facts)
    for fact in nonempty(facts.values()):
        assert {"title", "description", "minimum", "maximum", "x-unit", "x-title-en"} <= set(fact)


@pytest.mark.parametrize("name", PACKS)
def test_the_distribution_offers_its_packs(name: str) -> None:
    project = tomli.loads((PLUGINS / name / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["name"] == f"junheng-{name}"
    assert project["project"]["entry-points"]["compliance"] == {name: f"compliance_{name}"}
    data = project["tool"]["setuptools"]["package-data"][f"compliance_{name}"]
    assert {"rules/*.toml", "schemas/*.json", "templates/*", "py.typed"} == set(data)
    assert (PLUGINS / name / "README.md").is_file()


@pytest.mark.parametrize("name", PACKS)
def test_square_metres_are_written_out(name: str) -> None:
    """㎡ is missing from the fonts of official papers."""
    for path in nonempty((PLUGINS / name).rglob("*.toml")):
        assert "㎡" not in path.read_text("utf-8"), path.name
