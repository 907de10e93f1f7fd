"""Results of the national monitoring: levels as they are written, years that can hardly be meant."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.kernel.errors import Problem
from tests.intake.raws import cell, codes, document, problems, submit


def warned(**row: Any) -> list[Problem]:
    """The warnings about one subject's result of a county of 2023."""
    found = submit(document(monitoring=[{"subject": "数学", **row}]))
    assert codes(found) == []
    return problems(found, "warning")


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("Ⅲ", 3), ("Ⅲ级", 3), ("III", 3), ("III级", 3), ("iii", 3), ("三级", 3), ("3级", 3),
        ("3", 3), (3, 3), ("Ⅳ级", 4), ("IV", 4), ("Ⅱ级", 2), ("二级", 2), ("I", 1), ("未监测", 0),
        ("0", "unknown_word"), (0, "unknown_word"), ("5", "unknown_word"), ("合格", "unknown_word"),
        ("不涉及", "not_involved"),
    ],
)  # fmt: skip
def test_levels(written: object, level: object) -> None:
    assert cell("level", written, record="monitoring") == level


@pytest.mark.parametrize(
    ("year", "code"),
    [(2024, "after_the_year"), (2023, None), (2020, None), (2019, "outdated"), (2015, "outdated")],
)
def test_the_year_of_a_result(year: int, code: str | None) -> None:
    told = warned(level=3, disparity=0.1, year=year)
    assert [one.code for one in told] == ([code] if code else [])
    if code:
        assert str(year) in told[0].message
        assert told[0].facts == ("monitoring",)
        assert told[0].at == "/monitoring/0/year"


def test_what_was_not_monitored_is_said() -> None:
    (told,) = warned(level="未监测")
    assert (told.code, told.at) == ("left_out", "/monitoring/0/level")
    assert told.message.startswith("数学的等级填“未监测”，不参加判定")
