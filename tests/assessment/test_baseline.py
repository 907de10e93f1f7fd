"""Today's failures beside an earlier run: what is new, what changed, what is no more."""

from __future__ import annotations

import pytest

from compliance.assessment.baseline import baseline, new_among, state_of
from compliance.assessment.comparison import compare
from compliance.engine.results import Baseline
from tests.assessment.test_comparison import Row, finding, renumbered, side


def held(before: list[Row], after: list[Row], **how: object) -> Baseline:
    return baseline(compare(side(before), side(after, **how)), only_new=True, differs=())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ({"status": "fail", "value": 4.0}, {"status": "fail", "value": 4.0}, "unchanged"),
        ({"status": "fail", "value": 4.0}, {"status": "fail", "value": 3.9}, "updated"),
        ({"status": "pass"}, {"status": "fail"}, "new"),
        ({"status": "unknown"}, {"status": "fail"}, "new"),
        ({"status": "waived"}, {"status": "fail"}, "new"),  # it has expired
        ({"status": "not_applicable"}, {"status": "fail"}, "new"),
        ({"status": "unknown"}, {"status": "unknown"}, "unchanged"),
        ({"status": "unknown"}, {"status": "not_checked"}, "updated"),
        ({"status": "fail"}, {"status": "unknown"}, "new"),  # a figure left out mends nothing
        ({"status": "fail"}, {"status": "waived"}, None),
        ({"status": "fail"}, {"status": "pass"}, None),
    ],
)
def test_the_state_of_a_finding(before: Row, after: Row, state: str | None) -> None:
    now = finding(**after)
    known = held([finding(**before)], [now])
    assert state_of(known, now) == state
    assert new_among(known, side([now]).findings).height == (state == "new")
    gone = before["status"] == "fail" and after["status"] in ("pass", "unknown")
    assert known.absent.height == gone


def test_a_school_that_came_is_new_and_one_that_went_is_absent() -> None:
    known = held([finding("1", status="fail")], [finding("2", status="fail")])
    assert state_of(known, finding("2")) == "new"
    assert known.absent["school_code"].to_list() == ["1"]


def test_a_school_with_another_code_is_the_same() -> None:
    known = held(
        [finding("1", status="fail")], [finding("2", status="fail")],
        successions=renumbered(("1", "2")),
    )  # fmt: skip
    assert state_of(known, finding("2")) == "unchanged"
    assert known.absent.is_empty()
