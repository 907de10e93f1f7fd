"""What became of a rule from day to day, and what differs between two rule sets."""

from __future__ import annotations

from datetime import date

from compliance.history import Change, changes, days, history
from compliance.ruleset import editions, resolve
from tests.rules import HEAD, pack, rule

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
    + '[[rule.R1.since]]\ndate = 2019-09-01\nat_least = { primary = 4.1, junior = 5.3 }\n'
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
    steps = history(known, "base", "R1")
    assert [step.day for step in steps] == [date(2017, 4, 19), date(2020, 1, 1)]
    assert [(c.field, c.before, c.after) for c in steps[1].changes] == [
        ("limit.primary", "≥ 4", "≥ 4.2"), ("text", "", "新条文"),
    ]  # fmt: skip
    assert ("limit.junior", "≥ 5.3") in [(c.field, c.after) for c in steps[0].changes]


def test_a_rule_that_comes_later_begins_then() -> None:
    known = editions([pack(FIRST, "2017.toml"), pack(SECOND, "2020.toml")])
    (step,) = history(known, "base", "R2")
    assert (step.day, step.changes[0].field) == (date(2020, 1, 1), "added")


def test_a_rule_that_goes_ends_then() -> None:
    later = HEAD.replace("2017-04-19", "2020-01-01") + rule("R2", LIMIT.format("1")) + rule(
        "C", 'kind = "all"\nrole = "conclusion"\nof = ["R2"]'
    )  # fmt: skip
    known = editions([pack(FIRST, "2017.toml"), pack(later, "2020.toml")])
    steps = history(known, "base", "R1")
    assert steps[-1].day == date(2020, 1, 1)
    assert steps[-1].changes == (Change("R1", "dropped", "R1", ""),)


def test_a_dated_change_inside_an_edition_is_a_step() -> None:
    known = editions([pack(DATED)])
    assert days(known, "base") == [date(2017, 4, 19), date(2019, 9, 1)]
    steps = history(known, "base", "R1")
    assert [(c.field, c.before, c.after) for c in steps[1].changes] == [
        ("limit.primary", "≥ 4", "≥ 4.1")
    ]


def test_a_layer_above_changes_the_rule_from_its_own_day() -> None:
    known = editions([pack(FIRST), pack(PROVINCE, "anhui.toml")])
    steps = history(known, "anhui", "R1")
    assert [step.day for step in steps] == [date(2018, 1, 1)]  # before, there is no such rule set
    assert ("limit.primary", "≥ 4.5") in [(c.field, c.after) for c in steps[0].changes]


def test_differences_of_two_rule_sets() -> None:
    known = editions([pack(FIRST, "2017.toml"), pack(SECOND, "2020.toml")])
    one, other = (resolve(known, "base", date(year, 6, 1)) for year in (2018, 2021))
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
    one, other = (resolve(known, "base", date(year, 6, 1)) for year in (2018, 2021))
    (found,) = changes(one, other)
    assert (found.field, found.before, found.after) == (
        "formula", "100 × teachers_above_degree ÷ students", "teachers_above_degree ÷ students",
    )  # fmt: skip
