"""Teaching points added to their main school: figures, weights, who is left out, who stays."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.assessment.messages import told
from compliance.checker.builtin_offers import load
from compliance.engine import verdicts
from compliance.engine.evaluate import Evaluation
from compliance.engine.findings import findings
from compliance.engine.kinds import kinds
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.errors import UsageError
from compliance.kernel.submission import STATUSES
from compliance.rules.language.editions import editions
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.resolve import resolve
from tests.support.rules import CONCLUSION, DAY, HEAD, judged, pack, rule, submission

SMALL = """
[exclusion.small]
title = "不足50人"
where = { school_type = "teaching_point", compulsory_students = { below = 50 } }
[switch.merged]
kind = "alternative"
title = "教学点并入主校"
source = "某程序"
basis = "conflicting"
merge = { where = { school_type = "teaching_point" }, into = "main_school_code", rules = ["R1", "R2", "RS"] }
"""
DEGREE = 'kind = "threshold"\nscope = "unit"\nrole = "component"\nexclude = ["small"]\nindicator = "degree"\nat_least = { primary = 4.2, junior = 5.3 }'
AREA = 'kind = "threshold"\nscope = "unit"\nrole = "component"\nexclude = ["small"]\nindicator = "area"\nat_least = { primary = 0.3, junior = 5.8 }'
SEVERAL = (
    'kind = "most"\nscope = "unit"\nof = ["R1", "R2"]\npass_at_least = 1\nrest_at_least = 0.85'
)
EVEN = 'kind = "dispersion"\nof = "R1"\nat_most = { primary = 0.5, junior = 0.45 }'
SIZE = 'kind = "threshold"\nscope = "unit"\nindicator = "degree"\nat_least = { primary = 1 }'
TEXT = (
    HEAD + SMALL + rule("R1", DEGREE) + rule("R2", AREA) + rule("RS", SEVERAL) + rule("D1", EVEN)
    + rule("G4", SIZE) + CONCLUSION
)  # fmt: skip


ANOTHER = SMALL[SMALL.index("[switch") :].replace("switch.merged", "switch.joined")
BOTH = '[switch.both]\ntitle = "两者"\nincludes = ["merged", "joined"]\n'


@pytest.mark.parametrize("on", [("merged", "joined"), ("joined", "merged"), ("both",)])
def test_two_switches_that_merge_exclude_each_other(on: tuple[str, ...]) -> None:
    known = editions([pack(TEXT + ANOTHER + BOTH)])
    with pytest.raises(UsageError, match="joined、merged") as refused:
        resolve(known, "base", DAY, (), on, kinds=kinds())
    assert "只能选一个" in str(refused.value)
    assert resolve(known, "base", DAY, (), ("joined",), kinds=kinds()).switched == ("joined",)


def law(*on: str) -> Ruleset:
    return resolve(editions([pack(TEXT)]), "base", DAY, (), on, kinds=kinds())


def school(kind: str, pupils: Any, teachers: Any, area: Any, main: Any = None, **more: Any) -> Any:
    return {
        "school_type": kind, "primary_students": pupils, "teaching_area": area,
        "primary_teachers_above_degree": teachers, "main_school_code": main, **more,
    }  # fmt: skip


def rows(bench: Evaluation, rule_id: str) -> list[tuple[Any, ...]]:
    codes = dict(bench.frames.school.select("school", "school_code").iter_rows())
    outcome = bench.outcome(rule_id).select("school", "stage", "status", "value")
    return [(codes[s], stage, STATUSES[k], v) for s, stage, k, v in outcome.iter_rows()]


def test_pupils_and_resources_are_added() -> None:
    """1,001 pupils share 100.1 + 200.2 = 300.3 m²: exactly 0.3, where doubles add to less."""
    schools = [
        school("primary", 901, 42, 100.1),
        school("teaching_point", 100, 0, 200.2, " 1 "),
        school("primary", 100, 5, 30),
    ]
    bench = judged(law("merged"), submission(schools))
    assert rows(bench, "R2") == [("1", "primary", "pass", 0.3), ("3", "primary", "pass", 0.3)]
    first, _ = rows(bench, "R1")
    assert first == ("1", "primary", "fail", pytest.approx(4200 / 1001))
    assert bench.outcome("R1")["shortfall"][0] == 1  # 42.042 are needed
    assert [row[0] for row in rows(bench, "RS")] == ["1", "3"]
    assert [row[0] for row in rows(bench, "G4")] == ["1", "2", "3"]  # not merged for other rules
    assert [row[0] for row in rows(judged(law(), submission(schools)), "R2")] == ["1", "2", "3"]


def test_the_coefficient_weighs_the_pupils_together() -> None:
    """100 + 100 pupils with 10 + 6 teachers: 8 a hundred; beside 600 with 4 a hundred.

    X̄ = (16 + 24) ÷ 8 = 5; S² = ¼ × 3² + ¾ × 1² = 3.
    """
    schools = [
        school("primary", 100, 10, 1),
        school("teaching_point", 100, 6, 1, "1"),
        school("primary", 600, 24, 1),
    ]
    row = judged(law("merged"), submission(schools)).outcome("D1").row(0, named=True)
    assert row["mean"] == pytest.approx(5)
    assert row["deviation"] == pytest.approx(3**0.5)
    assert row["over_count"] == 2


def test_on_the_line_the_merged_figures_decide() -> None:
    """60 + 40 pupils with 5 + 4 teachers, and 900 with 27: X̄ 3.6, exactly 0.5."""
    schools = [
        school("primary", 60, 5, 1),
        school("teaching_point", 40, 4, 1, "1"),
        school("primary", 900, 27, 1),
    ]
    row = judged(law("merged"), submission(schools)).outcome("D1").row(0, named=True)
    assert (STATUSES[row["status"]], row["value"]) == ("pass", 0.5)


def test_a_school_of_two_stages_shares_what_was_added() -> None:
    """2,000 + 100 m² for 300 + 50 and 200 pupils: 2100 ÷ (350 + 220), and 1.1 times it."""
    nine = school("nine_year", 300, 20, 2000, junior_students=200, junior_teachers_above_degree=12)
    schools = [nine, school("teaching_point", 50, 1, 100, "1")]
    bench = judged(law("merged"), submission(schools))
    primary, junior = rows(bench, "R2")
    assert primary == ("1", "primary", "pass", pytest.approx(2100 / 570))
    assert junior == ("1", "junior", "fail", pytest.approx(2310 / 570))
    assert [row[3] for row in rows(bench, "R1")] == [6, 6]


def test_what_one_lacks_both_lack() -> None:
    schools = [school("primary", 100, 9, 100), school("teaching_point", 50, 9, None, "1")]
    bench = judged(law("merged"), submission(schools))
    assert rows(bench, "R1") == [("1", "primary", "pass", 12)]
    assert rows(bench, "R2") == [("1", "primary", "unknown", None)]
    assert bench.outcome("R2")["missing"].to_list() == [["teaching_area"]]


def test_only_amounts_are_added() -> None:
    """A sponsor's code, grades, the largest class and the year stay the main school's."""
    single = {"primary_grades": 6, "primary_largest_class": 45, "sponsor": 5, "built_year": 2001}
    other = {"primary_grades": 3, "primary_largest_class": 12, "sponsor": 5, "built_year": 1990}
    amounts = {"primary_classes": 3, "equipment_value": 1000.5, "books": 7}
    schools = [
        school("primary", 100, 9, 100, **single, **amounts),
        school("teaching_point", 60, 2, 10, "1", **other, **amounts),
    ]
    merger = judged(law("merged"), submission(schools)).merger
    assert merger is not None
    row = merger.frames.unit.row(0, named=True)
    stems = {name.removeprefix("primary_"): figure for name, figure in single.items()}
    assert {name: row[name] for name in stems} == stems
    assert (row["classes"], row["equipment_value"], row["books"]) == (6, 2001, 14)
    assert (row["students"], row["teachers_above_degree"], row["teaching_area"]) == (160, 11, 110)


def test_what_two_schools_do_not_have_the_sum_of() -> None:
    measures = {
        "sponsor", "track_length", "green_percent",
        *(
            f"{stage}_{stem}"
            for stage in ("primary", "junior")
            for stem in (
                "grades", "largest_class", "day_teaching_hours", "collective_hours", "service_radius",
            )
        ),
    }  # fmt: skip
    numbers = [one for one in vocabulary(load().fragments).school.values() if one.numeric]
    assert {one.name for one in numbers if not one.adds} == {*measures, "year", "built_year"}


def test_who_is_left_out_and_who_stays() -> None:
    other = {"county_code": "340001"}
    schools = [
        school("primary", 100, 9, 100, **other),
        school("teaching_point", 20, 1, 10, "1"),  # added, though under 50
        school("teaching_point", 60, 3, 10),  # names none
        school("teaching_point", 70, 3, 10, "99"),  # names nobody
        school("teaching_point", 80, 3, 10, "2"),  # names a teaching point
        school("teaching_point", 90, 3, 10, "8"),  # names one without the stage
        school("teaching_point", 30, 1, 10),  # names none, and is left out anyway
        {"school_type": "junior", "junior_students": 100.0},
        school("teaching_point", 0, 1, 10, "1"),  # has no pupils
    ]
    bench = judged(law("merged"), submission(schools))
    assert [row[0] for row in rows(bench, "R1")] == ["1", "3", "4", "5", "6", "8"]
    assert [(one["school_code"], one["reason"]) for one in verdicts.excluded(bench)] == [
        ("2", "merged_into_main_school"),
        ("7", "small"),
        ("9", "small"),
        ("9", "stage_without_pupils"),
    ]
    warned = [one for one in verdicts.remarks(bench) if one.code == "main_school_not_found"]
    assert [one.school_code for one in warned] == ["3", "4", "5", "6", "7"]
    off = judged(law(), submission(schools))
    assert not [one for one in verdicts.remarks(off) if one.code == "main_school_not_found"]


def test_findings_keep_their_school() -> None:
    schools = [
        school("teaching_point", 50, 9, 15, "2"),
        school("primary", 100, 9, 30),
        school("primary", 100, 1, 30),
    ]
    found = told(findings(judged(law("merged"), submission(schools)), []), {})[0]
    units = [
        (row["rule"], row["school_code"], row["school_name"], row["value"])
        for row in found.iter_rows(named=True)
        if row["rule"] in ("R1", "G4") and row["school_code"]
    ]
    assert units == [
        ("G4", "1", "第1学校", 18),
        ("R1", "2", "第2学校", 12),
        ("G4", "2", "第2学校", 9),
        ("R1", "3", "第3学校", 1),
        ("G4", "3", "第3学校", 1),
    ]
