"""`compliance explain` as typed: a rule's page and the working of a verdict."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from compliance.checker import Choice
from compliance.explain.context import Context, open_context
from compliance.explain.rule_page import page, text
from compliance.explain.working import workings
from compliance.explain.working_text import text as told
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.i18n import use
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.resolve import resolve
from tests.support.commands import run as typed
from tests.support.court import installed
from tests.support.pack_files import RULES
from tests.support.working import EXAMPLES

ANHUI = EXAMPLES / "anhui_county.xlsx"
SCHOOL = "3499010001"


run = partial(typed, "explain")


def answer(*words: str | Path) -> dict[str, Any]:
    result = run(*words, "--format", "json")
    assert result.exit_code == 0, result.stderr
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


def test_a_page_gives_text_source_definition_history_and_example() -> None:
    found = answer("R3")
    assert found["source"].startswith("教督〔2017〕6号")
    assert found["history"][0]["from"] == "2017-04-19"
    facts = {one["fact"]: one for one in found["facts"]}
    pupils = facts["primary_students"]
    assert "9月1日" in pupils["period"]
    assert pupils["definition"]
    assert pupils["table"] == "学校"
    assert facts["primary_pe_arts_teachers"]["parts"] == [
        ["小学体育专任教师数", "小学艺术专任教师数（含音乐、美术）"],
        ["小学体育专任教师数", "小学音乐专任教师数", "小学美术专任教师数"],
    ]


def test_the_example_lies_on_the_line_and_one_step_below() -> None:
    """0.9 of 100 pupils: 9 teachers for 1000 meet it, 8 lack one."""
    shown = run("R3").output
    assert "100 × 9 ÷ 1000 = 0.9" in shown
    assert "100 × 8 ÷ 1000 = 0.8" in shown
    assert "缺1人" in shown
    assert "举例" in shown


def test_the_example_of_a_shared_fact_divides_it() -> None:
    """6000 m² among 700 and 500 pupils at 1 : 1.1: 4.8 and 5.28."""
    shown = run("R4").output
    assert "6000 × 1.1 ÷ (700×1 + 500×1.1) = 5.28" in shown
    assert "6000 × 1 ÷ (700×1 + 500×1.1) = 4.8" in shown


def test_the_example_of_a_coefficient() -> None:
    """T6 (a): 0.5 meets 0.50 and misses 0.45; the small school has nine tenths of S²."""
    shown = run("D3").output
    assert "差异系数 = S ÷ X̄ = 0.5" in shown
    assert "90%、10%" in shown
    assert "小学标准 ≤ 0.5：达标" in shown
    assert "初中标准 ≤ 0.45：不达标" in shown


@pytest.fixture(scope="module")
def context() -> Context:
    """The Anhui example before every rule of the set."""
    return open_context([ANHUI], installed(), Choice(), "C")


@pytest.fixture(scope="module")
def national() -> Ruleset:
    offers = installed()
    return resolve(offers.packs, "national", date(2023, 9, 1), kinds=offers.kinds)


@pytest.mark.parametrize("rule", RULES)
def test_every_national_rule_has_a_page_in_both_languages(rule: str, national: Ruleset) -> None:
    offers, rules = installed(), national
    for language, history in (("zh", "【历次变动】"), ("en", "[history]")):
        with use(language):
            words = vocabulary(offers.fragments)
            shown = text(
                page(rules.rules[rule], rules, words, offers.packs, kinds=offers.kinds),
                date(2023, 9, 1),
            )
        assert history in shown
        assert "2017-04-19" in shown


@pytest.mark.parametrize("rule", RULES)
def test_every_national_rule_has_a_working_in_both_languages(rule: str, context: Context) -> None:
    school = None if RULES[rule].get("scope", "county") == "county" else SCHOOL
    for language in ("zh", "en"):
        with use(language):
            (found,) = workings(context, rule, school)
            assert f"{rule}  " in told(found)
    assert found.rule == rule
    assert found.school_code == (school or "")
    assert found.inputs or found.members or found.spread or found.comparisons


def test_the_structure_of_the_working() -> None:
    (found,) = answer("R3", ANHUI, "--school", SCHOOL)["workings"]
    assert found["status"] == "pass"
    assert [(one["fact"], one["value"], one["at"]) for one in found["inputs"]] == [
        ("primary_pe_arts_teachers", 25.0, "学校!Z2"), ("primary_students", 2140.0, "学校!M2"),
    ]  # fmt: skip
    (one,) = found["comparisons"]
    assert (one["filled"], one["value_exact"], one["operator"]) == (
        "100 × 25 ÷ 2140",
        "125/107",
        ">=",
    )
    # 0.9 % of 2140 is 19.26, so that 20 pass and 19 do not; 25 are enough for 2777 pupils
    assert {(flip["fact"], flip["change"]) for flip in found["flips"]} == {
        ("primary_pe_arts_teachers", -6.0), ("primary_students", 638.0),
    }  # fmt: skip


def test_both_stages_are_told_unless_one_is_asked_for() -> None:
    both = answer("R4", ANHUI, "--school", "育英学校")["workings"]
    assert [one["stage"] for one in both] == ["primary", "junior"]
    (one,) = answer("R4", ANHUI, "--school", "育英学校", "--stage", "初中")["workings"]
    assert one["stage"] == "junior"
    assert [item["weight"] for item in one["split"]] == [1, 1.1]


def test_usage_is_answered_with_what_to_do() -> None:
    none = run("R4", ANHUI)
    assert none.exit_code == 2
    assert "--school" in none.stderr
    assert "县第一实验小学" in none.stderr
    unknown = run("R44")
    assert unknown.exit_code == 2
    assert "R4" in unknown.stderr
    dataless = run("R4", "--school", "1")
    assert dataless.exit_code == 2
    assert "数据" in dataless.stderr


def test_a_coefficient_names_its_drivers_and_the_rest() -> None:
    (found,) = answer("D4", ANHUI)["workings"]
    primary = found["spread"][0]
    assert sum(one["share"] for one in primary["drivers"]) == pytest.approx(1)
    shares = [one["share"] for one in primary["drivers"]]
    assert shares == sorted(shares, reverse=True)
    shown = run("D4", ANHUI).output
    assert "其余34所" in shown
