"""Dates, school standards, switches, imports, confirmations: what a resolved rule set says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from compliance.engine.kinds import kinds
from compliance.kernel.errors import PackError, UsageError
from compliance.rules.language.editions import editions
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.confirmations import Confirmation
from compliance.rules.resolution.resolve import resolve
from tests.support.rules import CONCLUSION, HEAD, pack, rule

R1 = rule(
    "R1",
    'kind = "threshold"\nscope = "unit"\nindicator = "degree"\nat_least = { primary = 4.2, junior = 5.3 }',
)
RS = rule(
    "RS", 'kind = "most"\nscope = "unit"\nof = ["R1"]\npass_at_least = 1\nrest_at_least = 0.85'
)
BASE = HEAD + R1 + RS + CONCLUSION
PROVINCE = """
[pack]
id = "east"
title = "东省"
source = "东教〔2020〕1号"
effective = 2020-01-01
extends = "base"
prefix = "EA-"
"""
STANDARD = """
[pack]
id = "east"
layer = "school-standard"
title = "东省办学标准"
source = "东教基〔2021〕2号"
effective = 2021-01-01
prefix = "EA-"

[split]
add = ["books"]

[rule.EA-S1]
kind = "threshold"
scope = "unit"
indicator = "degree"
at_least = { primary = 5, junior = 6 }
title = "EA-S1"
basis = "verified"
source = "东教基〔2021〕2号"
"""


def resolved(
    *texts: str, wanted: str = "base", day: str = "2023-09-01", **terms: object
) -> Ruleset:
    known = editions([pack(text, f"{number}.toml") for number, text in enumerate(texts)])
    return resolve(known, wanted, date.fromisoformat(day), **terms, kinds=kinds())  # type: ignore[arg-type]


def bars(rules: Ruleset, rule_id: str) -> dict[str, Decimal]:
    limit = rules.rules[rule_id].limit
    assert limit is not None
    return dict(limit.table)


DATED = R1 + (
    '[[rule.R1.since]]\ndate = 2021-01-01\nat_least = { primary = 4.5, junior = 5.5 }\nsource = "新"\n'
    "[[rule.R1.since]]\ndate = 2023-09-01\nat_least = { primary = 5, junior = 6 }\nsource = '更新'\n"
)


@pytest.mark.parametrize(
    ("day", "primary", "source"),
    [
        ("2020-12-31", "4.2", "测试"),
        ("2021-01-01", "4.5", "新"),
        ("2023-08-31", "4.5", "新"),
        ("2023-09-01", "5", "更新"),
    ],
)
def test_a_limit_changes_on_its_day(day: str, primary: str, source: str) -> None:
    rules = resolved(HEAD + DATED + RS + CONCLUSION, day=day)
    assert bars(rules, "R1")["primary"] == Decimal(primary)
    assert rules.rules["R1"].source == source
    floor = rules.rules["R1"].floor
    assert floor is not None
    assert floor.table["primary"] == Decimal(primary) * Decimal("0.85")


def test_changes_out_of_order_are_refused_on_any_day() -> None:
    text = HEAD + R1 + "[[rule.R1.since]]\ndate = 2023-01-01\nnote = 'b'\n"
    text += "[[rule.R1.since]]\ndate = 2022-01-01\nnote = 'a'\n" + CONCLUSION
    with pytest.raises(PackError, match=r"2022-01-01 应晚于 2023-01-01"):
        resolved(text, day="2018-01-01")


def test_a_change_of_a_limit_needs_the_document_that_made_it() -> None:
    text = (
        HEAD + R1 + "[[rule.R1.since]]\ndate = 2022-01-01\nat_least = { primary = 5, junior = 6 }\n"
    )
    with pytest.raises(PackError, match="须写明 source"):
        resolved(text + RS + CONCLUSION)


def test_a_layer_may_not_speak_under_anothers_prefix() -> None:
    other = CITY.replace('prefix = "PT-"', 'prefix = "EA-"')
    with pytest.raises(PackError, match="EA-"):
        resolved(BASE, PROVINCE, other, wanted="east-port")


def test_a_rule_does_not_exist_before_its_first_day() -> None:
    text = PROVINCE + rule("EA-1", 'from = 2022-09-01\nkind = "attested"\nscope = "county"')
    assert "EA-1" not in resolved(BASE, text, wanted="east", day="2022-08-31").rules
    assert "EA-1" in resolved(BASE, text, wanted="east", day="2022-09-01").rules


def test_an_indicators_definition_carries_dates_too() -> None:
    text = BASE + '[[indicator.degree.since]]\ndate = 2022-01-01\nper = 1000\nsource = "新"\n'
    assert resolved(text, day="2021-12-31").indicators["degree"].per == 100
    assert resolved(text, day="2022-01-01").indicators["degree"].per == 1000


def test_a_school_standard_is_laid_on_its_province_from_its_first_day_and_decides_nothing() -> None:
    early = resolved(BASE, PROVINCE, STANDARD, wanted="east", day="2020-12-31")
    assert "EA-S1" not in early.rules
    rules = resolved(BASE, PROVINCE, STANDARD, wanted="east")
    one = rules.rules["EA-S1"]
    assert (one.role, one.basis, one.layer, one.given_by_id) == (
        "advisory", "verified", "school-standard", "east",
    )  # fmt: skip
    assert rules.rules["R1"].layer == "evaluation"
    assert rules.layers == ("base", "east")
    assert rules.id == "east"
    assert rules.source == "测试；东教〔2020〕1号"
    assert rules.split.facts == ("teaching_area", "books")


@pytest.mark.parametrize("word", ["verified", "EA-S1"])
def test_a_school_standard_decides_once_it_is_named(word: str) -> None:
    rules = resolved(BASE, PROVINCE, STANDARD, wanted="east", enforce=[word])
    assert rules.rules["EA-S1"].role == "requirement"


def test_the_layer_of_school_standards_can_be_switched_off() -> None:
    rules = resolved(BASE, PROVINCE, STANDARD, wanted="east", switched=["without-school-standard"])
    assert "EA-S1" not in rules.rules


def test_a_school_standard_is_no_rule_set_to_choose() -> None:
    with pytest.raises(UsageError, match="没有规则集"):
        resolved(BASE, PROVINCE, STANDARD, wanted="east/school-standard")


CITY = """
[pack]
id = "east-port"
layer = "city"
title = "港市"
source = "港教〔2022〕3号"
effective = 2022-01-01
extends = "east"
prefix = "PT-"

[override.R1]
at_least = { primary = 6, junior = 7 }
basis = "verified"
source = "港教〔2022〕3号"
"""


def test_a_citys_figure_decides_where_the_city_is_chosen_and_says_who_gave_it() -> None:
    rules = resolved(BASE, PROVINCE, STANDARD, CITY, wanted="east-port")
    one = rules.rules["R1"]
    assert bars(rules, "R1")["primary"] == 6
    assert (one.layer, one.given_by_id) == ("city", "east-port")
    assert one.layers["at_least"] == "east-port"
    assert one.documents["at_least"] == "港教〔2022〕3号"
    assert one.layers["title"] == "base"
    assert one.documents["title"] == "测试"
    assert "EA-S1" in rules.rules
    assert bars(resolved(BASE, PROVINCE, CITY, wanted="east"), "R1")["primary"] == Decimal("4.2")


LOOSER = [
    ("at_least = { primary = 4.1, junior = 5.3 }", "at_least"),
    ("at_least = { primary = 9 }", "at_least"),
    ("at_most = { primary = 9, junior = 9 }", "at_least"),
]


@pytest.mark.parametrize(("body", "field"), LOOSER)
def test_a_layer_that_loosens_is_refused_with_its_line(body: str, field: str) -> None:
    text = PROVINCE + f'[override.R1]\nbasis = "verified"\nsource = "东"\n{body}\n'
    with pytest.raises(PackError) as caught:
        resolved(BASE, text, wanted="east")
    assert f"放宽了 {field}" in str(caught.value)
    assert "1.toml:" in str(caught.value)
    assert "relaxes = true" in str(caught.value)
    loose = text + "relaxes = true\n"
    assert "R1" in resolved(BASE, loose, wanted="east").rules


SIDEWAYS = [
    ('role = "advisory"', "role"),
    ('where = { setting = "urban" }', "where"),
    ('indicator = "area"', "indicator"),
]


@pytest.mark.parametrize(("body", "field"), SIDEWAYS)
def test_what_cannot_be_compared_needs_the_same_word(body: str, field: str) -> None:
    text = PROVINCE + f'[override.R1]\nbasis = "verified"\nsource = "东"\n{body}\n'
    with pytest.raises(PackError, match=f"放宽了 {field}"):
        resolved(BASE, text, wanted="east")


def test_a_change_may_turn_the_operator() -> None:
    text = (
        R1
        + "[[rule.R1.since]]\ndate = 2021-01-01\nabove = { primary = 4.5, junior = 5.5 }\nsource = '新'\n"
    )
    rules = resolved(HEAD + text + RS + CONCLUSION)
    limit = rules.rules["R1"].limit
    assert limit is not None
    assert (limit.operator, limit.table["primary"]) == (">", Decimal("4.5"))


@pytest.mark.parametrize(
    "body", ["at_least = { primary = 4.2, junior = 6 }", "above = { primary = 4.2, junior = 5.3 }"]
)
def test_a_layer_may_tighten(body: str) -> None:
    text = PROVINCE + f'[override.R1]\nbasis = "verified"\nsource = "东"\n{body}\n'
    assert resolved(BASE, text, wanted="east").rules["R1"].given_by_id == "east"


@pytest.mark.parametrize("body", ["pass_at_least = 0", "rest_at_least = 0.8"])
def test_a_counting_rule_may_only_be_tightened(body: str) -> None:
    text = PROVINCE + f'[override.RS]\nbasis = "verified"\nsource = "东"\n{body}\n'
    with pytest.raises(PackError, match="放宽"):
        resolved(BASE, text, wanted="east")


SWITCHES = """
[switch.per-thousand]
kind = "alternative"
choice = "degree"
title = "按千人"
source = "甲"
basis = "conflicting"

[switch.per-hundred]
kind = "alternative"
choice = "degree"
default = true
title = "按百人"
source = "乙"
basis = "verified"

[switch.small]
kind = "relaxation"
title = "小学校放宽"
source = "丙"
basis = "secondary"
from = 2019-01-01
until = 2022-12-31

[switch.everything]
title = "全部"
includes = ["small"]

[indicator.degree_per_thousand]
title = "每千名"
unit = "人/百名学生"
per = 1000
of = "teachers_above_degree"
over = "students"
"""
INSTEAD = R1 + (
    '[[rule.R1.instead]]\nswitch = "per-thousand"\nindicator = "degree_per_thousand"\n'
    '[[rule.R1.instead]]\nswitch = "small"\nwhere = { students = { below = 100 } }\n'
    "at_least = { primary = 3, junior = 3 }\n"
)
SWITCHED = HEAD + SWITCHES + INSTEAD + RS + CONCLUSION


def test_nothing_is_switched_on_by_itself() -> None:
    rules = resolved(SWITCHED)
    assert rules.switched == ()
    assert rules.rules["R1"].indicator == "degree"
    assert rules.rules["R1"].instead == ()


def test_an_alternative_takes_the_rules_place_when_the_set_is_resolved() -> None:
    rules = resolved(SWITCHED, switched=["per-thousand"])
    assert rules.rules["R1"].indicator == "degree_per_thousand"
    assert rules.switched == ("per-thousand",)


def test_a_relaxation_waits_for_its_condition_and_a_group_turns_on_its_members() -> None:
    rules = resolved(SWITCHED, switched=["everything"])
    assert rules.switched == ("small", "everything")
    (one,) = rules.rules["R1"].instead
    assert (one.switch, one.where) == ("small", {"students": {"below": 100}})
    assert one.limit is not None
    assert one.limit.table == {"primary": 3, "junior": 3}
    assert rules.switches["small"].until == date(2022, 12, 31)


def test_two_of_one_choice_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="只能选一个"):
        resolved(SWITCHED, switched=["per-thousand", "per-hundred"])


OTHER = """
[pack]
id = "older"
title = "旧规则"
source = "旧〔2012〕3号"
effective = 2012-01-01
concludes = "OC"

[split]
facts = ["books"]
weights = { primary = "1", junior = "1.1", senior = "1.32" }

[exclusion.private]
title = "民办"
where = { sponsor = 10 }

[indicator.books]
title = "生均图书"
unit = "册/生"
of = "books"
over = "students"
""" + rule(
    "B1", 'kind = "dispersion"\nscope = "county"\nindicator = "books"\nexclude = ["private"]'
)
OTHER += rule("OC", 'kind = "all"\nrole = "conclusion"\nof = ["B1"]')
GATE = PROVINCE + '[import.older]\nrules = ["B1"]\n'


def test_imported_rules_come_with_all_they_rest_on_and_without_weight() -> None:
    rules = resolved(BASE, OTHER, GATE, wanted="east")
    assert rules.rules["B1"].role == "advisory"
    assert rules.rules["B1"].given_by_id == "older"
    assert "books" in rules.indicators
    assert "private" in rules.exclusions
    assert rules.split.facts == ("teaching_area", "books")
    assert "OC" not in rules.rules
    assert rules.concludes == "C"


def test_an_import_of_what_is_not_there_is_named_with_its_line() -> None:
    with pytest.raises(PackError, match=r"没有规则 B2") as caught:
        resolved(BASE, OTHER, PROVINCE + '[import.older]\nrules = ["B2"]\n', wanted="east")
    assert "2.toml:9" in str(caught.value)
    with pytest.raises(PackError, match="没有安装"):
        resolved(BASE, GATE, wanted="east")


def confirmation(rule_id: str) -> Confirmation:
    return Confirmation(rule_id, "东教督〔2023〕9号", "东县教育局", date(2026, 11, 1), "0" * 64)


def test_a_confirmed_override_is_verified_and_decides() -> None:
    text = (
        PROVINCE
        + '[override.R1]\nat_least = { primary = 5, junior = 6 }\nbasis = "secondary"\nsource = "报道"\n'
    )
    before = resolved(BASE, text, wanted="east")
    assert before.rules["EA-R1"].role == "advisory"
    after = resolved(BASE, text, wanted="east", confirmations=[confirmation("EA-R1")])
    assert "EA-R1" not in after.rules
    one = after.rules["R1"]
    assert (one.basis, one.confirmed) == ("verified", "东教督〔2023〕9号")
    assert bars(after, "R1")["primary"] == 5


def test_a_confirmed_rule_is_verified_and_a_school_standard_still_waits_to_be_named() -> None:
    text = PROVINCE + rule("EA-1", 'kind = "attested"\nscope = "county"').replace(
        "verified", "unconfirmed"
    )
    rules = resolved(BASE, text, wanted="east", confirmations=[confirmation("EA-1")])
    assert (rules.rules["EA-1"].role, rules.rules["EA-1"].basis) == ("requirement", "verified")
    standard = STANDARD.replace('basis = "verified"', 'basis = "secondary"')
    rules = resolved(BASE, PROVINCE, standard, wanted="east", confirmations=[confirmation("EA-S1")])
    assert (rules.rules["EA-S1"].role, rules.rules["EA-S1"].basis) == ("advisory", "verified")
