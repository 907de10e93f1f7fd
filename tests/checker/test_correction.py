"""A held county: what a correction changes is what judging the corrected file anew would show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from compliance import Checker, UsageError
from compliance.engine.evaluate import Evaluation
from tests.support.nonempty import nonempty

DOCUMENT = Path("examples/conforming.json")
CODE = "5199010001"
# Findings rest on the warnings of the files, which a correction does not repeat.
JUDGED = (
    "rule",
    "level",
    "school_code",
    "stage",
    "status",
    "value",
    "threshold",
    "shortfall",
    "excess",
)


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


def anew(checker: Checker, folder: Path, figures: dict[str, Any]) -> pl.DataFrame:
    document = json.loads(DOCUMENT.read_text("utf-8"))
    (school,) = [one for one in document["schools"] if one["school_code"] == CODE]
    school |= figures
    path = folder / "county.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return checker.check(path).findings.select(JUDGED)


@pytest.mark.parametrize(
    "figures",
    [
        {"multimedia_rooms": 10},
        {"multimedia_rooms": None},
        {"teaching_area": 5134.5, "indoor_sports_area": 0},
        {"primary_class_sizes": [46, 45, 45]},
        {"primary_students": 1300},
        {"primary_students": 0},
        {"training_funds_budget": 1},
        {"primary_students": None, "primary_teachers": 3},
    ],
)
def test_it_is_as_if_the_file_had_said_so(
    checker: Checker, tmp_path: Path, figures: dict[str, Any]
) -> None:
    held = checker.hold(DOCUMENT)
    before = held.findings
    change = held.correct(CODE, figures)
    if "primary_class_sizes" in figures:  # given beside the list, and now contradicting it
        figures = figures | {"primary_largest_class": 46}
    expected = anew(checker, tmp_path, figures)
    assert held.findings.select(JUDGED).equals(expected)
    (conclusion,) = expected.filter(rule="C", level="county")["status"]
    assert change.verdict == conclusion
    # what it names as changed, and nothing else, differs from what was
    key = ["rule", "level", "school_code", "stage"]
    unchanged = before.join(change.before.select(key), on=key, how="anti", nulls_equal=True)
    same = held.findings.join(unchanged.select(key), on=key, how="semi", nulls_equal=True)
    assert same.select(JUDGED).equals(unchanged.select(JUDGED))
    assert change.after.height


def test_a_figure_may_say_that_a_school_has_a_stage(checker: Checker) -> None:
    held = checker.hold(DOCUMENT)
    schools = held._evaluation.submission.schools
    code = schools.filter(pl.col("school_type") == "primary", pl.col("junior_students").is_null())[
        "school_code"
    ][0]
    held.correct(code, {"junior_teachers": 3})
    assert held.findings.filter(school_code=code, stage="junior").height


def test_corrections_follow_each_other_and_lead_back(checker: Checker) -> None:
    held = checker.hold(DOCUMENT)
    first = held.findings
    assert held.correct(CODE, {"equipment_value": 1.0}).verdict == "fail"
    assert held.correct(CODE, {"multimedia_rooms": 1}).verdict == "fail"
    back = checker.hold(DOCUMENT)._evaluation.submission.schools
    row = back.row(by_predicate=pl.col("school_code") == CODE, named=True)
    held.correct(CODE, {"equipment_value": row["equipment_value"]})
    change = held.correct(CODE, {"multimedia_rooms": row["multimedia_rooms"]})
    assert change.verdict == "pass"
    assert held.findings.equals(first)


def test_only_what_rests_on_the_figure_is_judged_again(
    checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = checker.hold(DOCUMENT)
    asked: list[str] = []
    plain = Evaluation._lasting

    def watching(self: Evaluation, rule: Any) -> Any:
        asked.append(rule.id)
        return plain(self, rule)

    monkeypatch.setattr(Evaluation, "_lasting", watching)
    held.correct(CODE, {"multimedia_rooms": 10})
    assert sorted(asked) == ["C", "CR", "D7", "R7", "RS"] or sorted(asked) == [
        "C", "CD", "CR", "D7", "R7", "RS",
    ]  # fmt: skip


def test_it_speaks_the_language_it_was_asked_in(checker: Checker) -> None:
    change = checker.hold(DOCUMENT, lang="en").correct(CODE, {"multimedia_rooms": 10})
    assert all(
        message.isascii() or "县" in message for message in nonempty(change.after["message"])
    )
    assert any(" is " in message or "not met" in message for message in change.after["message"])


@pytest.mark.parametrize(
    ("code", "figures", "says"),
    [
        ("5199010009999", {"multimedia_rooms": 1}, "没有学校"),
        (CODE, {"multimedia_room": 1}, "multimedia_room"),
        (CODE, {"multimedia_rooms": -1}, "网络多媒体教室"),
        (CODE, {"multimedia_rooms": "很多"}, "网络多媒体教室"),
        (CODE, {"multimedia_rooms": 1.5}, "网络多媒体教室"),
    ],
)
def test_what_cannot_be_is_refused(
    checker: Checker, code: str, figures: dict[str, Any], says: str
) -> None:
    held = checker.hold(DOCUMENT)
    before = held.findings
    with pytest.raises(UsageError) as told:
        held.correct(code, figures)
    assert says in str(told.value)
    assert held.findings.equals(before)


def test_several_counties_are_not_held(checker: Checker) -> None:
    with pytest.raises(UsageError):
        checker.hold([DOCUMENT, Path("examples/shandong_county.xlsx")])
