"""The independent judge on hand-worked cases, and the engine against it on thousands of schools.

``JUNHENG_COUNTIES=20000:2000`` compares other counties than the usual ones (first seed : how many).
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any

import pytest

from compliance.checker import check
from examples.writers import write_dataset
from tests.independent import Verdict, excluded, judge
from tests.support.court import by_the_judge, differences, findings_of, judged_by_the_engine
from tests.support.generate import county
from tests.support.nonempty import nonempty
from tests.support.sweeps import tried

HERE = Path(__file__).parents[1]


def alone(
    school: dict[str, Any], **facts: Any
) -> dict[tuple[str, str | None, str | None], Verdict]:
    """The verdicts on a county of one school."""
    home = {"county_code": "990001", "county_name": "县", "year": 2023, **facts}
    return judge({"county": home, "schools": [{"school_code": "S", **school}]})


def state(verdict: Verdict) -> tuple[str, float | None, float | None]:
    figures = (verdict.value, verdict.shortfall)
    value, short = (None if one is None else float(one) for one in figures)
    return verdict.status, value, short


def test_the_judge_shares_no_code_with_the_engine() -> None:
    for file in nonempty([*(HERE / "independent").glob("*.py")]):
        for node in nonempty(ast.walk(ast.parse(file.read_text("utf-8")))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith("compliance")], file.name


SEVEN = {
    "primary_students": 1000,
    "primary_teachers_above_degree": 42,
    "primary_backbone_teachers": 10,
    "primary_pe_arts_teachers": 9,
    "teaching_area": 4600,
    "indoor_sports_area": 100,
    "outdoor_sports_area": 7400,
    "equipment_value": 2_000_000,
    "multimedia_rooms": 23,
}


@pytest.mark.parametrize(
    ("change", "status", "met"),
    [
        ({}, "pass", 7),
        ({"equipment_value": 1_700_000}, "pass", 6),
        ({"equipment_value": 1_699_999.99}, "fail", 6),
        ({"equipment_value": 1_700_000, "multimedia_rooms": 22}, "fail", 5),
        ({"equipment_value": None}, "unknown", 6),
        ({"equipment_value": None, "multimedia_rooms": None}, "unknown", 5),
        ({"equipment_value": None, "multimedia_rooms": 22}, "unknown", 5),
        ({"equipment_value": None, "multimedia_rooms": 19}, "fail", 5),
        ({"equipment_value": 1_700_000, "multimedia_rooms": 22, "teaching_area": None}, "fail", 4),
        ({"primary_students": None}, "unknown", 0),
    ],
)
def test_six_of_seven(change: dict[str, Any], status: str, met: int) -> None:
    verdict = alone({"school_type": "primary", **SEVEN, **change})["RS", "S", "primary"]
    assert state(verdict)[:2] == (status, met)


@pytest.mark.parametrize(
    ("school", "expected"),
    [
        ({"school_type": "special", "primary_students": 90}, {("S", None, "special_school")}),
        ({"school_type": "vocational"}, {("S", None, "vocational_school")}),
        (
            {"school_type": "teaching_point", "primary_students": 49},
            {("S", None, "teaching_point_under_50")},
        ),
        ({"school_type": "teaching_point", "primary_students": 50}, set()),
        ({"school_type": "teaching_point"}, set()),
        ({"school_type": "primary"}, set()),
        (
            {"school_type": "nine_year", "primary_students": 9, "junior_students": 0},
            {("S", "junior", "stage_without_pupils")},
        ),
        ({"school_type": "complete_secondary", "junior_students": 60, "senior_students": 0}, set()),
    ],
)
def test_exclusions(school: dict[str, Any], expected: set[Any]) -> None:
    assert excluded({"schools": [{"school_code": "S", **school}]}) == expected


def test_a_blank_stage_leaves_the_sharing_open_but_not_the_people() -> None:
    facts = {"primary_teachers_above_degree": 42, "equipment_value": 1, "primary_students": 1000}
    verdicts = alone({"school_type": "nine_year", **facts})
    assert verdicts["R1", "S", "primary"].status == "pass"
    assert verdicts["R6", "S", "primary"].status == "unknown"
    assert verdicts["R1", "S", "junior"].status == "unknown"
    assert verdicts["D1", None, "primary"].value == 0
    assert verdicts["D1", None, "junior"].status == "unknown"


def test_a_mean_of_zero_is_unknown_even_for_one_unit() -> None:
    school = {"school_type": "primary", "primary_students": 9, "primary_backbone_teachers": 0}
    assert alone(school)["D2", None, "primary"].status == "unknown"
    assert alone(school)["D2", None, "junior"].status == "not_applicable"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"primary_classes": 12, "music_room_areas": [96], "art_room_areas": [90]}, ("pass", 1, 0)),
        ({"primary_classes": 13, "music_room_areas": [96], "art_room_areas": [90]}, ("fail", 1, 2)),
        ({"primary_classes": 13, "music_rooms_96": 3, "art_rooms_90": 0}, ("fail", 0, 2)),
        ({"primary_classes": 12, "music_room_areas": [95.99], "art_rooms_90": 1}, ("fail", 0, 1)),
        ({"primary_classes": 12, "music_room_areas": [95]}, ("fail", None, None)),
        ({"primary_classes": 12, "music_room_areas": [96]}, ("unknown", None, None)),
        ({"music_room_areas": [96], "art_room_areas": [96]}, ("unknown", None, None)),
    ],
)
def test_rooms(facts: dict[str, Any], expected: tuple[Any, ...]) -> None:
    verdicts = alone({"school_type": "primary", "primary_students": 9, **facts})
    assert state(verdicts["G3", "S", None]) == expected
    assert verdicts["G3", None, None].status == expected[0]


@pytest.mark.parametrize(
    ("kind", "primary", "junior", "expected"),
    [
        ("primary", 2000, None, ("pass", 2000, None)),
        ("primary", 2001, None, ("fail", 2001, None)),
        ("nine_year", 1500, 1000, ("pass", 2500, None)),
        ("nine_year", 1500, 1001, ("fail", 2501, None)),
        ("nine_year", 2600, None, ("unknown", None, None)),
        ("complete_secondary", None, 2001, ("fail", 2001, None)),
    ],
)
def test_school_size(kind: str, primary: Any, junior: Any, expected: tuple[Any, ...]) -> None:
    pupils = {"primary_students": primary, "junior_students": junior, "senior_students": 3000}
    assert state(alone({"school_type": kind, **pupils})["G4", "S", None]) == expected


@pytest.mark.parametrize(
    ("facts", "status", "over"),
    [
        ({"junior_class_sizes": [50, 50]}, "pass", 0),
        ({"junior_class_sizes": [51, 50, 60]}, "fail", 2),
        ({"junior_class_bands": [0, 0, 0, 0, 0, 9, 0, 0, 0, 0]}, "pass", 0),
        ({"junior_class_bands": [0, 0, 0, 0, 0, 9, 1, 0, 0, 2]}, "fail", 3),
        ({"junior_class_bands": [0] * 9 + [1], "junior_class_sizes": [50]}, "pass", 0),
        ({"junior_largest_class": 53}, "fail", 3),
        ({}, "unknown", None),
    ],
)
def test_class_size(facts: dict[str, Any], status: str, over: int | None) -> None:
    verdict = alone({"school_type": "junior", "junior_students": 99, **facts})["G5", "S", "junior"]
    assert (verdict.status, verdict.excess) == (status, over)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ("pass", 80_250, 0)),
        ({"public_funds": 80_249}, ("fail", 80_249, 1)),
        ({"public_funds": None}, ("unknown", None, None)),
        ({"sponsor": 10}, ("not_applicable", None, None)),
        ({"sponsor": 10, "setting": None}, ("not_applicable", None, None)),
        ({"setting": "urban", "sponsor": None}, ("not_applicable", None, None)),
        ({"setting": None}, ("pass", 80_250, 0)),
        ({"setting": None, "public_funds": 80_249}, ("unknown", None, None)),
        ({"junior_students": 60}, ("not_applicable", None, None)),
        ({"junior_students": None}, ("unknown", None, None)),
        ({"primary_students": 100, "junior_students": None}, ("not_applicable", None, None)),
    ],
)
def test_funds_of_a_small_school(change: dict[str, Any], expected: tuple[Any, ...]) -> None:
    school = {"school_type": "nine_year", "primary_students": 50, "junior_students": 30}
    school |= {"sponsor": 7, "setting": "rural", "public_funds": 80_250, **change}
    standards = {"primary_public_funds_standard": 720, "junior_public_funds_standard": 940}
    # 720 × 50 and 940 × 30 over 80 pupils: 802.50 a pupil, for a hundred of them
    assert state(alone(school, **standards)["G6", "S", None]) == expected


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("2020-09-01", "pass"),
        ("2020-09-02", "fail"),
        ("2019", "pass"),
        ("2020", "unknown"),
        ("2021", "fail"),
        (None, "unknown"),
    ],
)
def test_three_years_since_the_recognition(since: str | None, status: str) -> None:
    stated = {"E1": {"met": True, "evidence": ["监测报告"]}}
    verdict = judge(
        {
            "county": {"year": 2023, "basic_balance_date": since, "attestations": stated},
            "schools": [],
        }
    )["E1", None, None]
    assert verdict.status == status


def test_a_county_total_stands_in_for_a_fact_that_no_school_gives() -> None:
    school = {"school_type": "junior", "junior_students": 300, "graduates": 95}
    totals = {"cohort_at_entry_total": 100, "graduates_total": 1, "transferred_in_total": 0}
    totals |= {"transferred_out_total": 0, "deceased_total": 0}
    assert state(alone(school, **totals)["Q1", None, None]) == ("pass", 95, 0)
    assert state(alone(school)["Q1", None, None]) == ("unknown", None, None)


def test_a_school_without_a_graduating_class_contributes_nothing() -> None:
    new = {"school_type": "junior", "junior_students": 9, "graduates": 0, "cohort_at_entry": 0}
    old = {"school_type": "junior", "junior_students": 9, "graduates": 94, "cohort_at_entry": 100}
    old |= {"transferred_in": 0, "transferred_out": 0, "deceased": 0}
    schools = [{"school_code": "A", **new}, {"school_code": "B", **old}]
    verdicts = judge({"county": {"year": 2023}, "schools": schools})
    assert state(verdicts["Q1", None, None]) == ("fail", 94, 1)


def test_a_figure_is_judged_as_typed() -> None:
    school = {"school_type": "primary", "primary_students": 1000, "indoor_sports_area": 0.1}
    verdict = alone({**school, "teaching_area": 4500.1})["R4", "S", "primary"]
    assert verdict.value == verdict.threshold


def test_the_generator_repeats_itself_and_meets_every_state() -> None:
    assert county(7) == county(7)
    states = {verdict.status for seed in range(60) for verdict in judge(county(seed)).values()}
    assert states == {"pass", "fail", "unknown", "not_checked", "not_applicable"}


@pytest.mark.sweep
def test_the_engine_and_the_independent_judge_agree(tmp_path: Path) -> None:
    first, count = (
        int(n) for n in os.environ.get("JUNHENG_COUNTIES", f"0:{tried(240, 100)}").split(":")
    )
    documents = [county(seed) for seed in range(first, first + count)]
    report = judged_by_the_engine(documents, tmp_path / "submissions")
    found = findings_of(report)
    disputes = [
        line
        for document in documents
        for line in differences(by_the_judge(document), found[document["county"]["county_code"]])
    ]
    left_out = {(row["school_code"], row["stage"], row["reason"]) for row in report.excluded}
    assert left_out == set().union(*(excluded(document) for document in documents))
    assert not disputes, f"{len(disputes)} disputes\n" + "\n".join(disputes[:40])


@pytest.mark.sweep
def test_the_same_counties_through_tables_get_the_same_verdicts(tmp_path: Path) -> None:
    documents = [county(seed) for seed in range(30_000, 30_000 + tried(60, 25))]
    write_dataset(tmp_path, documents)
    found = findings_of(check([tmp_path], ruleset="national"))
    for document in nonempty(documents):
        code = document["county"]["county_code"]
        assert not list(differences(by_the_judge(document), found[code])), code
