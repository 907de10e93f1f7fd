"""The predecessor, rule set basic-2012: its figures, its scope, and the composites that were published."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from compliance.checker import check
from compliance.engine.results import Results
from tests.support.nonempty import nonempty
from tests.support.pack_files import NATIONAL, read

BASIC = read("national", "basic-2012")
RULES = BASIC["rule"]
EIGHT = [f"B{number}" for number in range(1, 9)]

# published coefficients of the eight indicators and their composite, three decimals
# (Chongqing, Jilin and Anhui; regulation T3)
PUBLISHED = {
    "万州小学": (".437 .419 .255 .188 .171 .263 .263 .420", 0.302),
    "黔江小学": (".633 .891 .435 .328 .351 .391 .379 .541", 0.494),
    "黔江初中": (".808 .445 .537 .472 .492 .243 .272 .265", 0.442),
    "南关小学": (".393 .578 .372 .246 .208 .311 .311 .455", 0.359),
    "庐阳小学": (".881 1.299 .977 .379 .170 .334 .286 .408", 0.592),
    "庐阳初中": (".353 .784 .146 .491 .037 .226 .223 .253", 0.314),
    "蜀山小学": (".711 .649 .472 .338 .235 .274 .260 .396", 0.417),
}
# fact of each indicator and the county's mean of it, a head
FACTS = {
    "teaching_area": 20.0, "outdoor_sports_area": 20.0, "equipment_value": 2000.0,
    "computers": 0.25, "books": 20.0, "teachers": 0.5, "teachers_above_degree": 0.25,
    "teachers_mid_title": 0.25,
}  # fmt: skip
STAGED = ("teachers", "teachers_above_degree", "teachers_mid_title")


def two_schools(stage: str, coefficients: list[float], share: float) -> list[dict[str, Any]]:
    """Two schools, the first with `share` of 40,000 pupils, that have these coefficients.

    With p and q = 1 − p of the pupils and m(1 + c·√(q/p)), m(1 − c·√(p/q)) a head, the mean is m
    and S² = c²m²·(q + p) = c²m². Equal schools have m(1 ± c).
    """
    schools = []
    for number, (part, sign, other) in enumerate(((share, 1, 1 - share), (1 - share, -1, share))):
        pupils = round(40_000 * part)
        school: dict[str, Any] = {
            "county_code": "990001", "school_code": f"S{number}", "school_name": f"第{number}学校",
            "school_type": stage, "sponsor": 7, f"{stage}_students": pupils, "indoor_sports_area": 0,
        }  # fmt: skip
        for (fact, mean), coefficient in zip(FACTS.items(), coefficients, strict=True):
            name = f"{stage}_{fact}" if fact in STAGED else fact
            figure = pupils * mean * (1 + sign * coefficient * sqrt(other / part))
            whole = fact not in ("teaching_area", "outdoor_sports_area", "equipment_value")
            school[name] = round(figure) if whole else round(figure, 6)
        schools.append(school)
    return schools


def judged(schools: list[dict[str, Any]], folder: Path, ruleset: str = "basic-2012") -> Results:
    home = {"county_code": "990001", "county_name": "算例县", "year": 2023}
    document = {"format": "junheng-submission/1", "county": home, "schools": schools}
    file = folder / "县.json"
    file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    report = check([file], ruleset=ruleset)
    assert not [problem for problem in report.problems if problem.severity == "error"]
    return report


def figure(report: Results, rule: str, stage: str) -> dict[str, Any]:
    (row,) = [
        row
        for row in report.findings.iter_rows(named=True)
        if (row["rule"], row["stage"]) == (rule, stage)
    ]
    return row


@pytest.mark.parametrize("place", PUBLISHED)
def test_t3_the_published_composites(place: str, tmp_path: Path) -> None:
    words, composite = PUBLISHED[place]
    coefficients = [float(word) for word in words.split()]
    stage = "primary" if place.endswith("小学") else "junior"
    share = 0.5 if max(coefficients) < 1 else 0.2  # two equal schools differ by at most 1
    report = judged(two_schools(stage, coefficients, share), tmp_path)
    for rule, coefficient in nonempty(zip(EIGHT, coefficients, strict=True)):
        row = figure(report, rule, stage)
        assert row["value"] == pytest.approx(coefficient, abs=1e-9), rule
        assert row["status"] == "not_applicable"  # shown, without a limit of its own
    row = figure(report, "BM", stage)
    assert round(row["value"], 3) == composite
    assert row["value"] == pytest.approx(sum(coefficients) / 8, abs=1e-9)
    assert row["status"] == "pass"


def test_the_same_county_by_both_measures(tmp_path: Path) -> None:
    """Backbone teachers are no matter of 2012; a private school is, in 2017 only."""
    schools = two_schools("primary", [0.1] * 8, 0.5)
    private = {
        **schools[0],
        "school_code": "P",
        "school_name": "民办",
        "sponsor": 10,
        "teaching_area": 0,
    }
    schools.append(private)
    basic = figure(judged(schools, tmp_path), "B1", "primary")
    assert basic["value"] == pytest.approx(0.1)
    high = figure(judged(schools, tmp_path, "national"), "D4", "primary")
    # 22, 18 and 0 a head, 5,000 pupils each: mean 40/3, S² = (22² + 18²)/3 − (40/3)²
    spread = sqrt((22**2 + 18**2) / 3 - (40 / 3) ** 2) / (40 / 3)
    assert high["value"] == pytest.approx(spread)


def test_the_composite_is_the_mean_of_eight_under_its_own_limits() -> None:
    rule = RULES["BM"]
    assert (rule["kind"], rule["of"]) == ("mean", EIGHT)
    assert rule["at_most"] == {"primary": Decimal("0.65"), "junior": Decimal("0.55")}
    for key in nonempty(EIGHT):
        assert (RULES[key]["kind"], RULES[key]["role"]) == ("dispersion", "component")
        assert "at_most" not in RULES[key]


def test_what_the_eight_measure() -> None:
    measured = [BASIC["indicator"][RULES[key]["indicator"]] for key in EIGHT]
    assert [indicator["of"] for indicator in measured] == [
        {"teaching_area": 1, "indoor_sports_area": -1},
        ["outdoor_sports_area", "indoor_sports_area"],
        "equipment_value",
        "computers",
        "books",
        "teachers",
        "teachers_above_degree",
        "teachers_mid_title",
    ]
    assert {indicator["over"] for indicator in measured} == {"students"}


def test_five_items_are_divided_by_the_same_weights() -> None:
    split, now = BASIC["split"], NATIONAL["split"]
    assert split["weights"] == now["weights"]
    assert set(split["facts"]) - set(now["facts"]) == {"books", "computers"}
    assert set(now["facts"]) - set(split["facts"]) == {"multimedia_rooms"}


@pytest.mark.parametrize("sponsor", range(1, 11))
def test_only_schools_of_the_county_take_part(sponsor: int, tmp_path: Path) -> None:
    schools = two_schools("primary", [0.1] * 8, 0.5)
    schools.append({**schools[0], "school_code": "X", "school_name": "某校", "sponsor": sponsor})
    units = figure(judged(schools, tmp_path), "B5", "primary")
    # 22, 18 and 22 a head where the third counts, else 22 and 18
    counts = sponsor in (7, 8)
    mean = 62 / 3 if counts else 20
    assert units["mean"] == pytest.approx(mean)


def test_it_takes_effect_on_the_day_of_its_notice_and_its_points_are_unconfirmed() -> None:
    head = BASIC["pack"]
    assert head["effective"] == date(2012, 1, 20)
    assert "临沂" in head["note"]
    assert not {"extends", "default"} & set(head)
    assert head["concludes"] == "BC"
    assert RULES["BGS"]["basis"] == "unconfirmed"
    assert {key for key, rule in RULES.items() if rule["basis"] != "verified"} == {"BGS"}
    assert "未经证实" in RULES["B6"]["note"]


@pytest.mark.parametrize("key", RULES)
def test_every_rule_says_where_it_comes_from_and_what_to_do(key: str) -> None:
    rule = RULES[key]
    for field in ("title", "title_en", "text", "text_en", "remedy", "remedy_en", "owner",
                  "owner_en", "aspect"):  # fmt: skip
        assert rule[field].strip() == rule[field] != "", field
    assert rule["source"].startswith("教督〔2012〕3号")
