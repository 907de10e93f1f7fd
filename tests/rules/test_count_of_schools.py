"""A tally that counts schools: “at least 90 % of the schools have …” is one rule, as the docs write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from compliance.assessment import messages
from compliance.engine.findings import findings
from compliance.facts.vocabulary import titles, vocabulary
from compliance.rules.language.ruleset import Ruleset
from tests.support.rules import CONCLUSION, HEAD, judged, rule, ruleset, submission

PAGE = Path(__file__).parents[2] / "docs" / "rule-language.md"
WORDS = vocabulary()
MUSIC = Mapping[str, object]


def documented() -> Ruleset:
    """The example of the page about the language, in a rule set of its own."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (example,) = (one for one in blocks if 'count = "schools"' in one)
    conclusion = CONCLUSION.replace("of = []", 'of = ["MY-1"]')
    return ruleset(HEAD + example + conclusion, words=WORDS)


def school(areas: list[float] | None, kind: str | None = "primary") -> MUSIC:
    return {"school_type": kind, "primary_students": 400.0, "music_room_areas": areas}


def found(schools: list[MUSIC], rules: Ruleset | None = None) -> Mapping[str, object]:
    """The finding of the rule, with its sentence."""
    bench = judged(rules or documented(), submission(schools))
    told, problems = messages.told(findings(bench, []), titles(WORDS))
    assert problems == []
    row: Mapping[str, object] = told.filter(told["rule"] == "MY-1").row(0, named=True)
    return row


HAS, HAS_NOT, BLANK = school([96.0, 40.0]), school([95.9]), school(None)
SPECIAL = school(None, "special")


@pytest.mark.parametrize(
    ("schools", "status", "value", "shortfall"),
    [
        ([HAS] * 9 + [HAS_NOT], "pass", 90.0, None),
        ([HAS] * 8 + [HAS_NOT] * 2, "fail", 80.0, 1),
        ([HAS] * 17 + [HAS_NOT] * 2, "fail", 1700 / 19, 1),  # 0.9 × 19 = 17.1: 18 of them
        ([HAS_NOT] * 3, "fail", 0.0, 3),
        ([HAS] * 9 + [HAS_NOT, SPECIAL], "pass", 90.0, None),  # a special school is not meant
    ],
)
def test_a_share_of_schools_is_exact_and_its_shortfall_whole_schools(
    schools: list[MUSIC], status: str, value: float, shortfall: int | None
) -> None:
    row = found(schools)
    assert (row["status"], row["shortfall"]) == (status, shortfall)
    assert row["value"] == pytest.approx(value, rel=1e-12)
    if shortfall:
        assert row["shortfall_unit"] == "所"


def test_a_blank_is_unknown_and_never_nought() -> None:
    row = found([HAS] * 99 + [BLANK])
    assert (row["status"], row["value"], row["missing"]) == ("unknown", None, ["music_room_areas"])
    row = found([HAS, school([100.0], None)])  # of no type: nobody knows whether it is meant
    assert (row["status"], row["missing"]) == ("unknown", ["school_type"])


def test_the_schools_that_leave_it_open_are_named() -> None:
    def told(schools: list[MUSIC]) -> str:
        return str(found(schools)["message"])

    assert told([HAS, BLANK]).endswith("（音乐专用教室各间面积未填：第2学校。）")
    many = told([BLANK, HAS, BLANK, BLANK, BLANK])
    assert many.endswith("未填：第1学校、第3学校、第4学校等4所学校。）")
    both = told([HAS, BLANK, school([96.0], None)])
    for words in ("办学类型未填：第3学校", "音乐专用教室各间面积未填：第2学校"):
        assert words in both
    assert "未填" not in told([HAS, HAS_NOT])


SUMMED = """
[tally.held]
scope = "county"
sum = "certified_teachers"
from = "unit"

[tally.all_teachers]
scope = "county"
sum = "teachers"
from = "unit"

[indicator.held]
title = "持证率"
unit = "%"
per = 100
of = "held"
over = "all_teachers"
"""


def test_so_are_those_that_leave_a_sum_open() -> None:
    body = 'kind = "threshold"\nindicator = "held"\nat_least = 100'
    text = HEAD + SUMMED + rule("MY-1", body) + CONCLUSION.replace("of = []", 'of = ["MY-1"]')
    rules = ruleset(text, words=WORDS)
    whole = {**HAS, "primary_teachers": 10.0, "primary_certified_teachers": 10.0}
    held, teachers = ({**whole, name: None} for name in list(whole)[-1:-3:-1])
    assert found([whole, whole], rules)["status"] == "pass"
    told = str(found([whole, held, held, teachers], rules)["message"])
    assert "小学持教师资格证专任教师数未填：第2学校、第3学校" in told
    assert "小学专任教师数未填：第4学校" in told
    assert "第1学校" not in told


def test_a_county_without_such_schools_is_no_pass() -> None:
    assert found([SPECIAL])["status"] != "pass"


def test_one_way_of_several_that_holds_is_enough() -> None:
    """A blank beside a condition that holds anyway leaves nothing open."""
    some = """
[tally.well_off]
scope = "county"
count = "schools"
where = [{ books = { at_least = 1000 } }, { computers = { at_least = 10 } }]

[indicator.well_off]
title = "达到的学校数"
unit = "所"
of = "well_off"
"""
    body = 'kind = "threshold"\nindicator = "well_off"\nat_least = 2'
    text = HEAD + some + rule("MY-1", body) + CONCLUSION.replace("of = []", 'of = ["MY-1"]')
    rules = ruleset(text, words=WORDS)
    rich, poor = {**HAS, "books": 1000.0}, {**HAS, "computers": 9.0, "books": 1.0}
    assert found([rich, rich, poor], rules)["status"] == "pass"
    open_ = {**HAS, "computers": 9.0}
    row = found([rich, rich, open_], rules)
    assert (row["status"], row["missing"]) == ("unknown", ["books"])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('scope = "school"\ncount = "schools"', "只能写 county"),
        ('scope = "county"\ncount = "school"', "只能写 school"),
        ('scope = "county"\ncount = "schools"\nsum = "books"\nfrom = "school"', "tally.x"),
        ('scope = "county"\ncount = "music_room_areas"\nat_least = 96', "school"),
    ],
)
def test_a_tally_counts_schools_of_a_county_or_items_of_a_school(
    tmp_path: Path, wrong: str, says: str
) -> None:
    from compliance.rules.language.pack import read_pack

    path = tmp_path / "my.toml"
    path.write_text(HEAD + f"[tally.x]\n{wrong}\n" + CONCLUSION, "utf-8")
    [fault] = read_pack(path).faults
    assert re.search(says, str(fault))
    assert re.search(r"my\.toml:\d+$", fault.where)
