"""Rules in words: limits, formulas, conditions; what they name; what may have been meant."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from compliance.engine.kinds import kinds
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.errors import suggestion
from compliance.kernel.i18n import use
from compliance.rules.language.editions import editions
from compliance.rules.language.model import Limit
from compliance.rules.language.parse import indicator
from compliance.rules.reference.describe import (
    condition_words,
    field_words,
    formula,
    limit_pieces,
    limit_words,
)
from compliance.rules.resolution.resolve import resolve
from tests.support.rules import CONCLUSION, DAY, HEAD, pack, rule, ruleset

LAW = ruleset(
    HEAD + rule("R1", 'kind = "attested"\nscope = "county"\nrole = "advisory"') + CONCLUSION
)


def test_a_sum_begins_with_its_sign_and_stands_in_the_language_s_brackets() -> None:
    one = indicator("x", {"title": "x", "of": {"a": -1, "b": "1.5"}, "over": "c", "round": "up"})
    assert formula(one, {"a": "甲"}) == "（−甲 + 1.5×b） ÷ c（向上取整）"
    with use("en"):
        assert formula(one, {}) == "(−a + 1.5×b) ÷ c (rounded up)"


@pytest.fixture
def fragment(tmp_path: Path) -> Path:
    """A plugin's fact with words of its own."""
    words = {"thin": "thin", "稀薄": "thin", "高原": "high_plain", "high_plain": "high_plain"}
    fact = {
        "type": "string",
        "title": "空气",
        "x-title-en": "Air",
        "x-words": words,
        "description": "d",
    }
    path = tmp_path / "school.schema.json"
    path.write_text(json.dumps({"properties": {"air": fact}}), encoding="utf-8")
    return path


def test_a_plugin_s_own_words_are_used(fragment: Path) -> None:
    limit = Limit("<=", {"thin": Decimal(30), "high_plain": Decimal(25)}, "air")
    words = vocabulary([fragment])
    assert limit_pieces(limit, LAW, "人") == [("thin", "≤ 30人"), ("high_plain", "≤ 25人")]
    assert limit_words(limit, LAW, "人", words) == "稀薄 ≤ 30人，高原 ≤ 25人"
    assert condition_words({"air": ["thin", "high_plain"]}, LAW, words) == "空气为稀薄、高原"
    with use("en"):
        assert limit_words(limit, LAW, "", words) == "thin ≤ 30, high plain ≤ 25"
        assert condition_words({"air": {"not": "high_plain"}}, LAW, words) == "Air ≠ high plain"


def test_conditions_in_words() -> None:
    where = [{"students": {"above": 0, "below": 100}, "boarding": True}, {"degree": {"above": 3}}]
    told = "在校生数 > 0 且 < 100，是否寄宿制为是；或每百名学生拥有高于规定学历教师数 > 3"
    assert condition_words(where, LAW) == told


PARTS = (
    HEAD
    + """
[tally.halls]
scope = "school"
count = "science_room_areas"
at_least = 96

[indicator.rooms]
title = "实验室"
of = "halls"

[indicator.less]
title = "实验室（另法）"
of = "science_rooms"

[indicator.share]
title = "比例"
of = "known"

[tally.known]
scope = "school"
sum = "students"
from = "unit"

[switch.two]
kind = "relaxation"
title = "两种"
source = "文"
basis = "secondary"

[rule.G3]
title = "G3"
kind = "all"
scope = "school"
basis = "verified"
source = "测试"
[rule.G3.part.lab]
name = "实验"
name_en = "laboratory"
kind = "threshold"
indicator = "rooms"
at_least = 1
[[rule.G3.part.lab.instead]]
switch = "two"
where = { share = { above = 50 } }
indicator = "less"
"""
)
ALL = rule("C", 'kind = "all"\nrole = "conclusion"\nof = ["G3"]')


def test_a_part_s_field_is_called_by_the_part_s_name() -> None:
    g3 = ruleset(PARTS + ALL).rules["G3"]
    assert field_words("part.lab.limit", g3) == "实验 · 标准"
    with use("en"):
        assert field_words("part.lab.limit", g3) == "laboratory · limit"


def test_every_indicator_and_tally_that_a_rule_names_is_found() -> None:
    known = editions([pack(PARTS + ALL)])
    rules = resolve(known, "base", DAY, (), ("two",), kinds=kinds())
    g3 = rules.rules["G3"]
    assert g3.indicators == ("rooms", "less")
    assert {tally.name for tally in rules.references.tallies("G3")} == {"halls", "known"}


def test_an_imported_rule_brings_what_its_parts_other_ways_rest_on() -> None:
    asking = HEAD.replace('"base"', '"asking"').replace("default = true", "") + """
[import.base]
rules = ["G3"]

[switch.two]
kind = "relaxation"
title = "两种"
source = "文"
basis = "secondary"
""" + rule("C", 'kind = "all"\nrole = "conclusion"\nof = []')  # fmt: skip
    source = PARTS.replace(
        '[switch.two]\nkind = "relaxation"\ntitle = "两种"\nsource = "文"\nbasis = "secondary"\n',
        "",
    )
    asking = asking.partition("[indicator.degree]")[0] + asking[asking.index("[import.base]") :]
    rules = resolve(
        editions([pack(source + ALL), pack(asking, "a.toml")]),
        "asking",
        DAY,
        (),
        ("two",),
        kinds=kinds(),
    )
    assert {"rooms", "less", "share"} <= set(rules.indicators)
    assert set(rules.tallies) == {"halls", "known"}


def test_what_may_have_been_meant() -> None:
    assert suggestion("shandon", ["anhui", "shandong"]) == "是否指 shandong？"
    assert suggestion("qqq", ["anhui", "shandong"]) == ""
    with use("en"):
        assert suggestion("shandon", iter(["anhui", "shandong"])) == "did you mean shandong?"
