"""Both judges on provinces, cities, the predecessor, relaxations and named alternatives.

``JUNHENG_COUNTIES=20000:300`` compares other counties than the usual ones (first seed : how many,
for every rule set).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from compliance.engine.results import Results
from compliance.rules.resolution.confirmations import Confirmation
from tests.independent import UNVERIFIED, Verdict, excluded, judge, strict
from tests.support.court import (
    Document,
    by_the_judge,
    differences,
    findings_of,
    judged_by_the_engine,
    judged_rules,
)
from tests.support.generate_calm import calm
from tests.support.generate_further import at_a_composite, further
from tests.support.nonempty import nonempty
from tests.support.sweeps import tried

GROUP = "relaxations-2019"
COURTS = {
    "relaxations": ("national", (GROUP,)),
    "visiting teachers": ("national", ("small-school-visiting-teachers",)),
    "dense city": ("national", ("dense-city-sports",)),
    "smaller rooms": ("national", ("smaller-rooms",)),
    "larger schools": ("national", ("larger-schools",)),
    "second forms": (
        "national",
        ("retention-b", "rotation-of-all-teachers", "backbone-of-eligible", "small-schools-2017"),
    ),
    "third forms": (
        "national",
        ("retention-c", "backbone-of-all-backbone", "teaching-points-merged"),
    ),
    "hefei": ("anhui-hefei", ()),
    "jinan": ("shandong-jinan", ()),
    "zibo": ("shandong-zibo", ()),
    "zhengzhou": ("henan-zhengzhou", ()),
    "shijiazhuang": ("hebei-shijiazhuang", ()),
    "jiangsu": ("jiangsu", ()),
    "shenyang": ("liaoning-shenyang", ()),
    "basic": ("basic-2012", ()),
}
CITIES = ("anhui-hefei", "shandong-jinan", "henan-zhengzhou", "hebei-shijiazhuang", "jiangsu")
STATED = ("vetoes", "attestations", "monitoring")


def documents(ruleset: str, first: int, count: int) -> Iterator[Document]:
    """Counties for a rule set, those on the line of the composite where it judges one."""
    for seed in range(first, first + count):
        yield further(seed)
    if ruleset in ("basic-2012", "henan-zhengzhou"):
        for seed in range(first, first + count):
            yield at_a_composite(seed)


def seeds(number: int) -> tuple[int, int]:
    """First seed and how many, for the court of that number."""
    given = os.environ.get("JUNHENG_COUNTIES")
    if given:
        first, count = (int(part) for part in given.split(":"))
        return first, count
    return 50_000 + 100 * number, tried(8, 4)


@pytest.mark.sweep
@pytest.mark.parametrize("name", COURTS)
def test_both_judges_agree(name: str, tmp_path: Path) -> None:
    ruleset, switches = COURTS[name]
    county = list(documents(ruleset, *seeds(list(COURTS).index(name))))
    if ruleset == "basic-2012":
        for document in county:  # statements of the other measure
            for fact in STATED:
                document["county"].pop(fact, None)
    report = judged_by_the_engine(county, tmp_path, ruleset, switches)
    found = findings_of(report)
    disputes = [
        f"{document['county']['county_code']} {line}"
        for document in county
        for line in differences(
            by_the_judge(document, ruleset, switches),
            judged_rules(found[document["county"]["county_code"]], ruleset),
        )
    ]
    assert not disputes, f"{len(disputes)} disputes\n" + "\n".join(disputes[:40])
    if ruleset != "basic-2012":
        _same_left_out(report, county, switches)


def _same_left_out(report: Results, county: list[Document], switches: tuple[str, ...]) -> None:
    left_out = {
        (row["school_code"], row["stage"], row["reason"])
        for row in report.excluded
        if not str(row["reason"]).startswith("basic_")
    }
    assert left_out == set().union(*(excluded(document, switches) for document in county))


@pytest.mark.sweep
@pytest.mark.parametrize("switches", [(), (GROUP,)], ids=["normal", "relaxed"])
@pytest.mark.parametrize("confirmed", [False, True], ids=["unseen", "confirmed"])
def test_a_strict_verdict(switches: tuple[str, ...], confirmed: bool, tmp_path: Path) -> None:
    county = [further(seed) for seed in range(53_000, 53_006)]
    county += [calm(seed) for seed in range(53_012, 53_015)]
    held = [
        Confirmation(rule, "测试", "某人", date(2023, 1, 1), "0" * 64)
        for rule in (UNVERIFIED if confirmed else ())
    ]
    report = judged_by_the_engine(
        county, tmp_path, switches=switches, strict=True, confirmations=held
    )
    found = {one.county_code: one.verdict for one in report.counties}
    for document in nonempty(county):
        code = document["county"]["county_code"]
        assert found[code] == strict(document, switches, confirmed=confirmed), code
    assert ("pass" in found.values()) is confirmed


@pytest.mark.sweep
def test_the_generator_meets_every_line() -> None:
    """Each relaxation passes somebody, and each countable rule meets both verdicts."""
    relaxed: set[str | None] = set()
    states: dict[str, set[str]] = {}
    for seed in range(60):
        for verdict in judge(further(seed), switches=(GROUP,)).values():
            relaxed.add(verdict.relaxed_by)
    for seed in range(200):
        for (rule, *_), verdict in judge(further(seed), CITIES[seed % len(CITIES)]).items():
            states.setdefault(rule, set()).add(verdict.status)
    assert len(relaxed) == 5
    for rule, seen in nonempty(states.items()):
        shown_only = rule[0] in "CBV" or rule in ("G8", "RS", "JS-7", "SD-S5")  # seldom both
        assert shown_only or {"pass", "fail"} <= seen, (rule, seen)


def home(*schools: dict[str, Any], **facts: Any) -> Document:
    """A county of these schools."""
    named = [{"school_code": f"S{n}", **school} for n, school in enumerate(schools)]
    county = {"county_code": "990001", "county_name": "县", "year": 2023, **facts}
    return {"county": county, "schools": named}


def verdict_on(
    school: dict[str, Any], rule: str, *switches: str, stage: str | None = None
) -> Verdict:
    return judge(home(school), switches=switches)[rule, "S0", stage]


@pytest.mark.parametrize(
    ("change", "status", "owed"),
    [
        ({"built_year": 2010}, "pass", True),
        ({"built_year": 2011, "migrant_students": 1200}, "fail", False),  # half is not more
        ({"built_year": 2011, "migrant_students": 1201}, "pass", True),
        ({"built_year": None, "migrant_students": 1200}, "unknown", False),
        ({"built_year": 2010, "primary_students": 2401}, "fail", False),
        ({"built_year": None, "primary_students": 2401}, "fail", False),
        ({"built_year": None, "primary_students": 2000}, "pass", False),
        ({"built_year": 2010, "school_type": "teaching_point"}, "fail", False),
    ],
)
def test_larger_schools_by_hand(change: dict[str, Any], status: str, owed: bool) -> None:
    school = {"school_type": "primary", "primary_students": 2400, **change}
    verdict = verdict_on(school, "G4", "larger-schools")
    assert (verdict.status, verdict.relaxed_by is not None) == (status, owed)


@pytest.mark.parametrize(
    ("change", "status", "value"),
    [
        ({}, "pass", Fraction(100, 99)),  # none of its own, one visiting teacher for 99 pupils
        ({"primary_students": 100}, "fail", Fraction(0)),
        ({"primary_students": 50}, "pass", Fraction(2)),
        ({"primary_students": 49}, "fail", Fraction(0)),
        ({"setting": "town"}, "fail", Fraction(0)),
        ({"setting": None}, "unknown", None),
        ({"primary_visiting_pe_arts_teachers": None}, "unknown", None),
        ({"primary_pe_arts_teachers": 1}, "pass", Fraction(200, 99)),  # D3 follows what is counted
    ],
)
def test_visiting_teachers_by_hand(
    change: dict[str, Any], status: str, value: Fraction | None
) -> None:
    school = {"school_type": "primary", "setting": "rural", "primary_students": 99}
    school |= {"primary_pe_arts_teachers": 0, "primary_visiting_pe_arts_teachers": 1, **change}
    verdict = verdict_on(school, "R3", "small-school-visiting-teachers", stage="primary")
    assert (verdict.status, verdict.value) == (status, value)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"built_year": 2016}, "pass"),
        ({"built_year": 2017}, "fail"),
        ({"built_year": 2016, "music_room_areas": [72.99]}, "fail"),
        ({"built_year": None}, "unknown"),
        ({"built_year": 2017, "setting": "rural", "primary_largest_class": 29}, "pass"),
        ({"built_year": 2017, "setting": "rural", "primary_largest_class": 30}, "fail"),
    ],
)
def test_smaller_rooms_by_hand(change: dict[str, Any], status: str) -> None:
    school = {"school_type": "primary", "primary_students": 90, "primary_classes": 6}
    school |= {"setting": "town", "music_room_areas": [73], "art_room_areas": [67], **change}
    assert verdict_on(school, "G3", "smaller-rooms").status == status


def test_a_teaching_point_is_counted_with_its_main_school() -> None:
    main = {"school_type": "primary", "primary_students": 100, "primary_backbone_teachers": 2}
    point = {"school_type": "teaching_point", "primary_students": 60}
    point |= {"primary_backbone_teachers": 0, "main_school_code": "S0"}
    of = home(main, point)
    merged = judge(of, switches=("teaching-points-merged",))
    assert merged["R2", "S0", "primary"].value == Fraction(5, 4)  # 2 of 160
    assert ("R2", "S1", "primary") not in merged
    assert merged["D2", None, "primary"].value == 0
    assert judge(of)["R2", "S1", "primary"].value == 0
    assert excluded(of, ("teaching-points-merged",)) == {("S1", None, "merged_into_main_school")}


@pytest.mark.parametrize(
    ("switch", "value"),
    [("retention-a", "97.7956"), ("retention-b", "97.7597"), ("retention-c", "97.5610")],
)
def test_three_forms_of_the_retention_rate(switch: str, value: str) -> None:
    """T6 (e): 480 graduates, 500 at entry, 12 in, 20 out, 1 died."""
    school = {"school_type": "junior", "junior_students": 1500, "graduates": 480}
    school |= {"cohort_at_entry": 500, "transferred_in": 12, "transferred_out": 20, "deceased": 1}
    found = judge(home(school), switches=(switch,))["Q1", None, None]
    assert found.value is not None
    assert f"{float(found.value):.4f}" == value


@pytest.mark.parametrize(
    ("sponsor", "status"), [(7, "pass"), (8, "pass"), (None, "unknown"), (9, "not_applicable")]
)
def test_who_takes_part_in_the_predecessor(sponsor: int | None, status: str) -> None:
    school = {"school_type": "primary", "primary_students": 100, "sponsor": sponsor}
    school |= dict.fromkeys(("teaching_area", "outdoor_sports_area", "equipment_value"), 500)
    school |= {"indoor_sports_area": 0, "computers": 10, "books": 900, "primary_teachers": 6}
    school |= {"primary_teachers_above_degree": 5, "primary_teachers_mid_title": 2}
    assert judge(home(school), "basic-2012")["BM", None, "primary"].status == status


def test_a_county_with_a_veto_is_judged_by_the_predecessor_too(tmp_path: Path) -> None:
    """Both measures run side by side on the same file; V3 is no business of basic-2012."""
    document = at_a_composite(1)
    document["county"]["vetoes"] = {"V3": True}
    judged_by_the_engine([document], tmp_path, "basic-2012")


def test_class_sizes_tell_the_largest_class(tmp_path: Path) -> None:
    """Class sizes, else bands, else the largest class (contract §5): here none reaches 30."""
    document = further(0)
    school = {"county_code": document["county"]["county_code"], "school_code": "S0"}
    school |= {"school_name": "村小", "school_type": "primary", "primary_students": 48}
    school |= {"setting": "rural", "built_year": 2020, "primary_classes": 2}
    school |= {"primary_class_sizes": [24, 24], "music_room_areas": [54], "art_room_areas": [54]}
    document["schools"] = [school]
    report = judged_by_the_engine([document], tmp_path, switches=["smaller-rooms"])
    (found,) = findings_of(report).values()
    assert found["G3", "S0", None].status == "pass"


def test_a_hundred_pupils_in_one_stage_are_no_small_school(tmp_path: Path) -> None:
    """Whatever the blank stage has, 100 in the other are not fewer than 100 (as G6 knows)."""
    document = further(0)
    school = {"county_code": document["county"]["county_code"], "school_code": "S0"}
    school |= {"school_name": "学校", "school_type": "nine_year", "junior_students": 100}
    school |= {"setting": "rural", "junior_pe_arts_teachers": 0}
    school |= {"junior_visiting_pe_arts_teachers": 1}
    document["schools"] = [school]
    report = judged_by_the_engine([document], tmp_path, switches=["relaxations-2019"])
    (found,) = findings_of(report).values()
    assert found["R3", "S0", "junior"].status == "fail"
