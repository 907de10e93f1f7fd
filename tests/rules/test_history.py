"""What became of a rule from day to day, and what differs between two rule sets."""

from __future__ import annotations

from datetime import date

import pytest

from compliance.engine.kinds import kinds
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import use
from compliance.rules.language.editions import editions
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference.changes import Change, changes, days, history
from compliance.rules.resolution.resolve import resolve
from tests.support.rules import HEAD, pack, rule

LIMIT = 'kind = "threshold"\nscope = "unit"\nindicator = "degree"\nat_least = {{ primary = {}, junior = 5.3 }}'
END = rule("C", 'kind = "all"\nrole = "conclusion"\nof = ["R1"]')
FIRST = HEAD + rule("R1", LIMIT.format("4.0")) + END
SECOND = (
    HEAD.replace("2017-04-19", "2020-01-01")
    + rule("R1", LIMIT.format("4.2") + '\ntext = "新条文"')
    + rule("R2", LIMIT.format("1"))
    + END
)
DATED = (
    HEAD
    + rule("R1", LIMIT.format("4.0"))
    + '[[rule.R1.since]]\ndate = 2019-09-01\nsource = "新文"\nat_least = { primary = 4.1, junior = 5.3 }\n'
    + END
)  # fmt: skip
PROVINCE = """
[pack]
id = "anhui"
extends = "base"
prefix = "AH-"
title = "省"
source = "省文"
effective = 2018-01-01

[override.R1]
at_least = { primary = 4.5, junior = 5.3 }
basis = "verified"
source = "省文第一号"
"""


def test_two_editions_are_two_steps() -> None:
    known = editions([pack(FIRST, "2017.toml"), pack(SECOND, "2020.toml")])
    steps = history(known, "base", "R1", kinds=kinds())
    assert [step.day for step in steps] == [date(2017, 4, 19), date(2020, 1, 1)]
    assert [(c.field, c.before, c.after) for c in steps[1].changes] == [
        ("limit.primary", "≥ 4", "≥ 4.2"), ("text", "", "新条文"),
    ]  # fmt: skip
    assert ("limit.junior", "≥ 5.3") in [(c.field, c.after) for c in steps[0].changes]


def test_a_rule_that_comes_later_begins_then() -> None:
    known = editions([pack(FIRST, "2017.toml"), pack(SECOND, "2020.toml")])
    (step,) = history(known, "base", "R2", kinds=kinds())
    assert (step.day, step.changes[0].field) == (date(2020, 1, 1), "added")


def test_a_rule_that_goes_ends_then() -> None:
    later = HEAD.replace("2017-04-19", "2020-01-01") + rule("R2", LIMIT.format("1")) + rule(
        "C", 'kind = "all"\nrole = "conclusion"\nof = ["R2"]'
    )  # fmt: skip
    known = editions([pack(FIRST, "2017.toml"), pack(later, "2020.toml")])
    steps = history(known, "base", "R1", kinds=kinds())
    assert steps[-1].day == date(2020, 1, 1)
    assert steps[-1].changes == (Change("R1", "dropped", "R1", ""),)


def test_a_dated_change_inside_an_edition_is_a_step() -> None:
    known = editions([pack(DATED)])
    assert list(days(known, "base")) == [date(2017, 4, 19), date(2019, 9, 1)]
    steps = history(known, "base", "R1", kinds=kinds())
    assert [(c.field, c.before, c.after) for c in steps[1].changes] == [
        ("limit.primary", "≥ 4", "≥ 4.1"),
        ("source", "测试", "新文"),
    ]


def test_a_layer_above_changes_the_rule_from_its_own_day() -> None:
    known = editions([pack(FIRST), pack(PROVINCE, "anhui.toml")])
    steps = history(known, "anhui", "R1", kinds=kinds())
    assert [step.day for step in steps] == [date(2018, 1, 1)]  # before, there is no such rule set
    assert ("limit.primary", "≥ 4.5") in [(c.field, c.after) for c in steps[0].changes]


def test_differences_of_two_rule_sets() -> None:
    known = editions([pack(FIRST, "2017.toml"), pack(SECOND, "2020.toml")])
    one, other = (resolve(known, "base", date(year, 6, 1), kinds=kinds()) for year in (2018, 2021))
    found = changes(one, other)
    assert ("R1", "limit.primary", "≥ 4", "≥ 4.2") in [
        (c.rule, c.field, c.before, c.after) for c in found
    ]
    assert Change("R2", "added", "", "R2") in found
    assert changes(one, one) == []


def test_a_formula_that_changes_is_a_difference() -> None:
    known = editions(
        [
            pack(FIRST, "2017.toml"),
            pack(
                FIRST.replace("2017-04-19", "2020-01-01").replace("per = 100", "per = 1"), "b.toml"
            ),
        ]
    )
    one, other = (resolve(known, "base", date(year, 6, 1), kinds=kinds()) for year in (2018, 2021))
    (found,) = changes(one, other)
    assert (found.field, found.before, found.after) == (
        "formula", "100 × teachers_above_degree ÷ students", "teachers_above_degree ÷ students",
    )  # fmt: skip


LAW = (
    HEAD
    + """
[exclusion.small]
title = "小校"
where = { students = { below = 50 } }

[tally.halls]
scope = "school"
count = "science_room_areas"
at_least = 96

[indicator.rooms]
title = "实验室"
unit = "间"
of = "halls"

[switch.two]
kind = "relaxation"
title = "两种"
source = "文"
basis = "secondary"
"""
    + rule("R1", LIMIT.format("4.0") + '\nwhere = { school_type = "teaching_point" }\nexclude = ["small"]')
    + rule("M", 'kind = "most"\nscope = "school"\nof = ["R1"]\npass_at_least = 7\nrest_at_least = "0.85"')
    + rule("G3", 'kind = "threshold"\nscope = "school"\nindicator = "rooms"\nby = "school_type"\nat_least = { teaching_point = 1 }')
    + """
[[rule.G3.instead]]
switch = "two"
where = { setting = "rural" }
at_least = { teaching_point = 0 }
"""
    + rule("C", 'kind = "all"\nrole = "conclusion"\nof = ["M", "G3"]')
)  # fmt: skip


def law(old: str = "", new: str = "", *switched: str) -> Ruleset:
    assert old in LAW
    return resolve(
        editions([pack(LAW.replace(old, new))]),
        "base",
        date(2023, 9, 1),
        (),
        switched,
        kinds=kinds(),
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('= "teaching_point" }', '= "special" }',
         Change("R1", "where", "办学类型为教学点", "办学类型为特殊教育学校")),
        ('exclude = ["small"]', "exclude = []", Change("R1", "exclude", "小校", "")),
        ("pass_at_least = 7", "pass_at_least = 6", Change("M", "pass_at_least", "7", "6")),
        ("at_least = 96", "at_least = 90",
         Change("G3", "tally.halls", "scope school，count science_room_areas，at_least 96",
                "scope school，count science_room_areas，at_least 90")),
        ("below = 50", "below = 60",
         Change("", "exclusion.small", "小校：在校生数 < 50", "小校：在校生数 < 60")),
    ],
)  # fmt: skip
def test_whatever_a_finding_depends_on_is_a_difference(
    old: str, new: str, expected: Change
) -> None:
    assert changes(law(), law(old, new)) == [expected]


def test_another_kind_and_scope_are_differences() -> None:
    text = 'kind = "threshold"\nscope = "school"\nindicator = "rooms"'
    found = {c.field: (c.before, c.after) for c in changes(law(), law(text, 'kind = "dispersion"\nscope = "county"\nindicator = "rooms"'))}  # fmt: skip
    assert found["kind"] == ("threshold", "dispersion")
    assert found["scope"] == ("school", "county")
    assert found["level"] == ("每所学校", "全县")


def test_what_a_switch_puts_in_the_place_is_a_difference() -> None:
    assert changes(law(), law("", "", "two")) == [
        Change("G3", "instead.two", "", "城乡类型为乡村：教学点 ≥ 0")
    ]
    with use("en"):
        (found,) = changes(law(), law("", "", "two"))
    assert found.after == "Setting is rural: teaching point ≥ 0"


def test_the_indicator_fallen_back_on_is_compared() -> None:
    older = '[indicator.older]\ntitle = "旧"\nunit = "人/百名学生"\nper = 100\nof = "teachers"\n'
    text = HEAD.replace("[indicator.degree]", f'{older}\n[indicator.degree]\nelse = "older"')
    text += rule("R1", LIMIT.format("4")) + END
    one, other = (
        resolve(editions([pack(edition)]), "base", date(2023, 9, 1), kinds=kinds())
        for edition in (text, text.replace('of = "teachers"', 'of = "teachers"\nover = "students"'))
    )
    assert changes(one, other) == [
        Change("R1", "formula.older", "100 × teachers", "100 × teachers ÷ students")
    ]


def test_switches_that_exclude_each_other_are_an_error_not_an_empty_history() -> None:
    choice = '\n[switch.{}]\nkind = "alternative"\nchoice = "x"\ntitle = "t"\nsource = "s"\nbasis = "secondary"\n'
    known = editions([pack(FIRST + choice.format("one") + choice.format("other"))])
    with pytest.raises(UsageError, match="one 与 other 只能选一个"):
        history(known, "base", "R1", switched=("one", "other"), kinds=kinds())
    assert len(history(known, "base", "R1", switched=("one",), kinds=kinds())) == 1
