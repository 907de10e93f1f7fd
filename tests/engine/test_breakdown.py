"""A county's figures taken apart by school, each value worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest

from compliance.assessment import messages
from compliance.engine.breakdown import Breakdown, broken_down, county_frames, resting_on_schools
from compliance.engine.findings import findings
from compliance.facts.vocabulary import vocabulary
from tests.support.rules import CONCLUSION, HEAD, judged, rule, ruleset, submission

BOOKS = """
[tally.all_books]
scope = "county"
sum = "books"
from = "school"

[tally.all_computers]
scope = "county"
sum = "computers"
from = "school"

[tally.bookless]
scope = "county"
count = "schools"
where = { books = 0 }

[tally.with_books]
scope = "county"
count = "schools"
where = { books = { above = 0 } }

[tally.every_school]
scope = "county"
count = "schools"

[indicator.share]
title = "有书的计算机"
unit = "%"
gap_unit = "台"
per = 100
of = "all_books"
over = "all_computers"

[indicator.bookless]
title = "无书学校"
unit = "所"
gap_unit = "所"
of = "bookless"

[indicator.with_books]
title = "有书学校"
unit = "所"
gap_unit = "所"
of = "with_books"

[indicator.share_of_schools]
title = "有书学校比例"
unit = "%"
gap_unit = "所"
per = 100
of = "with_books"
over = "every_school"
"""


def taken_apart(
    limit: str, indicator: str, schools: Sequence[Mapping[str, Any]], scope: str = "county"
) -> Breakdown:
    """The only breakdown of a rule X with that limit."""
    body = f'kind = "threshold"\nscope = "{scope}"\nindicator = "{indicator}"\n{limit}'
    rules = ruleset(HEAD + BOOKS + rule("X", body) + CONCLUSION)
    figures = submission(
        [{"school_type": "primary", "primary_students": 9, **one} for one in schools]
    )
    told, *_ = messages.told(
        findings(judged(rules, figures)), {name: name for name in vocabulary().school}
    )
    asked = rules.rules["X"]
    assert resting_on_schools(rules) == (asked,)
    (found,) = broken_down(asked, rules, county_frames([asked], rules, figures), told)
    return found


def gaps(found: Breakdown) -> list[tuple[str, int, int]]:
    return [(one.school_code, int(one.lack), int(one.gap)) for one in found.schools]


HALF = [
    {"books": 50, "computers": 100},
    {"books": 100, "computers": 100},
    {"books": 94, "computers": 100},
]


def test_of_a_share_of_everybody_each_missing_one_counts() -> None:
    found = taken_apart("at_least = 100", "share", HALF)
    assert gaps(found) == [("1", 50, 50), ("3", 6, 6), ("2", 0, 0)]
    assert [one.school_code for one in found.short] == ["1", "3"]
    assert (found.title, found.lack_unit, found.over) == ("有书的计算机", "台", False)
    first = found.schools[0]
    assert (first.counted, first.whole, first.value) == tuple(map(Fraction, (50, 100, 50)))


def test_of_a_lower_limit_a_school_is_short_by_its_own_share_alone() -> None:
    found = taken_apart("at_least = 95", "share", HALF)
    # 95 − 50 = 45, 95 − 94 = 1; all of them 50 and 6
    assert gaps(found) == [("1", 50, 45), ("3", 6, 1), ("2", 0, 0)]


def test_a_gap_is_rounded_up_to_whole_ones() -> None:
    found = taken_apart("at_least = 95", "share", [{"books": 3, "computers": 7}])
    assert gaps(found) == [("1", 4, 4)]  # 6.65 − 3
    assert found.schools[0].value == Fraction(300, 7)


def test_a_school_that_has_none_of_the_whole_is_not_asked() -> None:
    found = taken_apart("at_least = 95", "share", [*HALF, {"books": 0, "computers": 0}])
    assert "4" not in [one.school_code for one in found.schools]


def test_under_an_upper_limit_a_school_is_over_by_itself() -> None:
    found = taken_apart("at_most = 60", "share", HALF)
    assert gaps(found) == [("2", 100, 40), ("3", 94, 34), ("1", 50, 0)]
    assert found.over


@pytest.mark.parametrize(
    ("limit", "indicator", "expected"),
    [
        ("at_most = 0", "bookless", [("2", 1, 1), ("1", 0, 0)]),
        ("at_least = 2", "with_books", [("2", 1, 1), ("1", 0, 0)]),
        ("at_least = 100", "share_of_schools", [("2", 1, 1), ("1", 0, 0)]),
    ],
)
def test_of_a_count_of_schools_those_that_do_not_meet_it(
    limit: str, indicator: str, expected: list[tuple[str, int, int]]
) -> None:
    assert gaps(taken_apart(limit, indicator, [{"books": 5}, {"books": 0}])) == expected


def test_a_rule_at_schools_is_those_that_miss_it() -> None:
    both = """
[indicator.each]
title = "书机比"
unit = "%"
gap_unit = "册"
per = 100
of = "books"
over = "computers"
"""
    body = 'kind = "threshold"\nscope = "school"\nrolls_up = "county"\nindicator = "each"\nat_least = 95'
    rules = ruleset(HEAD + both + rule("X", body) + CONCLUSION)
    figures = submission([{"school_type": "primary", "primary_students": 9, **one} for one in HALF])
    told, *_ = messages.told(findings(judged(rules, figures)), {})
    (found,) = broken_down(rules.rules["X"], rules, county_frames([], rules, figures), told)
    assert gaps(found) == [("1", 45, 45), ("3", 1, 1)]
    assert (found.schools[1].counted, found.schools[1].whole) == (Fraction(94), Fraction(100))
    assert not found.complete
