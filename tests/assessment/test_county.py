"""An assessment says once what every paper says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compliance.assessment import OPEN, PROBLEM, SUGGESTION, assess
from compliance.engine.results import Results
from compliance.render.rectification.write import papers
from compliance.render.terminal.summary import summary
from tests.render import fixture
from tests.render.fixture import Sheet

FIVE = (4.5, 1.2, 0.95, 4.6, 5.0, 2100.0, 1.0)  # R5 and R7 are missed


def county(overall: str, *, direct: bool = False, open_: bool = False) -> Results:
    """One school that misses R5 by 2,500 m² and R7 by 14 rooms.

    direct: the block of resources asks R1–R7 themselves, and RS is only advisory, as in a city's
    own rules. open_: beside RS the block asks R7 itself.
    """
    sheet = Sheet()
    sheet.unit("A", "甲小学", "primary", FIVE, overall, {"R5": 2500.0, "R7": 14.0})
    result = sheet.result("fail", CR="fail")
    report = fixture.report([sheet], [result])
    key = (result.ruleset, result.as_of)
    rules = dict(report.rules[key])
    if direct:
        rules["RS"] = replace(rules["RS"], role="advisory")
        rules["CR"] = replace(rules["CR"], of=tuple(fixture.RESOURCES))
    if open_:
        rules["CR"] = replace(rules["CR"], of=("RS", "R7"))
    return fixture.counted(replace(report, rules={key: rules}))


def standings(report: Results) -> dict[str, str]:
    judged = assess(report, report.counties[0]).open
    return {one.rule.id: one.standing for one in judged if one.rule.role == "component"}


@pytest.mark.parametrize(
    ("overall", "standing"),
    [("fail", PROBLEM), ("pass", SUGGESTION), ("not_applicable", SUGGESTION), ("unknown", OPEN)],
)
def test_the_group_of_a_component_says_what_missing_it_means(overall: str, standing: str) -> None:
    assert standings(county(overall)) == {"R5": standing, "R7": standing}


@pytest.mark.parametrize("overall", ["fail", "pass", "unknown"])
def test_a_component_that_the_block_asks_itself_is_required_whatever_its_group_says(
    overall: str,
) -> None:
    assert standings(county(overall, direct=True)) == {"R5": PROBLEM, "R7": PROBLEM}


def test_of_two_ways_to_the_conclusion_the_stricter_counts() -> None:
    assert standings(county("pass", open_=True)) == {"R5": SUGGESTION, "R7": PROBLEM}


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("overall", ["fail", "pass", "unknown"])
def test_terminal_list_and_table_of_counties_agree(overall: str, *, direct: bool) -> None:
    report = county(overall, direct=direct)
    (paper,) = papers(report)
    required = direct or overall == "fail"
    assert {item.rule for item in paper.problems} == ({"R5", "R7"} if required else set())
    assert ("未达标学校（1所）" in summary(report, colour=False)) is required
    (row,) = report.overview.values()
    assert row.schools == int(required)
    assert bool(assess(report, report.counties[0]).falling_short) is required


def test_what_is_missing_is_counted_alike_for_one_county_and_for_many() -> None:
    report = fixture.one_county()
    about = assess(report, report.counties[0])
    (row,) = report.overview.values()
    missing = {
        (one.judged.school, one.fact) for one in about.awaited if one.fact and not one.at_schools
    }
    assert row.missing == len(missing) > 0
    assert row.schools == len(about.falling_short)
