"""Waivers: what they name is waived, nothing else; what follows is the contract's algebra."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from compliance import Checker, Choice
from compliance.assessment import assess
from compliance.assessment.standings import EXCUSED, NOTHING, PROBLEM
from compliance.checker import Report, parts, prepare
from compliance.render import renderers
from compliance.rules.waivers import Waiver, Waivers
from tests.conftest import some_of_many
from tests.independent.arithmetic import GROUP_ORDER
from tests.support.nonempty import nonempty
from tests.support.polars_queries import counted_queries

COUNTY, SCHOOL = "519901", "5199010001"
TODAY = date(2026, 11, 29)
Record = dict[str, Any]
County = Callable[..., Path]


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


def waiver(rule: str, **other: Any) -> Waiver:
    given: Record = {
        "county_code": COUNTY, "reason": "校园改建", "approver": "某市教育局", "document": "某教〔2023〕1号",
        "expiry": TODAY, "file": "豁免.toml", "line": 1,
    }  # fmt: skip
    return Waiver(rule, **{**given, **other})


def judged(checker: Checker, path: Path, *waivers: Waiver, **how: Any) -> Report:
    return checker.check(path, Choice(waivers=Waivers(waivers, (), TODAY), **how))


def finding(report: Report, rule: str, school: str | None = None) -> Record:
    own = report.findings.filter(rule=rule)
    same = pl.col("school_code").is_null() if school is None else pl.col("school_code") == school
    return own.filter(same).row(0, named=True)


def short_of_funds(document: Record) -> None:
    """Q4 is missed at the first school and the second."""
    for one in document["schools"][:2]:
        one["training_funds_budget"] = 100


def short_of_things(document: Record) -> None:
    """R6 and R7 are just missed at the first school, so that 5 of 7 are met."""
    school = document["schools"][0]
    school["equipment_value"] = school["primary_students"] * 1990
    school["multimedia_rooms"] = int(school["primary_students"] * 0.0229)


def one_school_short(document: Record) -> None:
    document["schools"][0]["training_funds_budget"] = 100


def test_a_waived_requirement_is_neither_met_nor_missed(checker: Checker, county: County) -> None:
    path = county(one_school_short)
    plain = judged(checker, path)
    report = judged(checker, path, waiver("Q4", school_code=SCHOOL))
    (before,), (after,) = plain.counties, report.counties
    assert (before.verdict, before.blocks["CQ"]) == ("fail", "fail")
    assert (after.verdict, after.blocks["CQ"]) == ("undecided", "waived")
    # the school's, the county's of the same id, the block, the conclusion
    assert (after.counts["waived"], after.counts["fail"]) == (4, before.counts["fail"] - 4)
    assert after.counts["pass"] == before.counts["pass"]
    old, new = (finding(one, "Q4", SCHOOL) for one in (plain, report))
    kept = ("value", "operator", "threshold", "shortfall", "shortfall_unit", "unit")
    assert [new[name] for name in kept] == [old[name] for name in kept]
    assert new["shortfall"] == 41061  # 5 % of 823,220 yuan is 41,161, of which 100 are there
    assert new["message"] == old["message"] + "已备案豁免（某教〔2023〕1号，有效期至2026-11-29）。"
    assert finding(report, "C")["status"] == "waived"
    assert not report.problems or "waiver" not in report.problems[0].code


def test_only_what_it_names_is_waived(checker: Checker, county: County) -> None:
    report = judged(checker, county(short_of_funds), waiver("Q4", school_code=SCHOOL))
    others = report.findings.filter(rule="Q4", status="fail")["school_code"].to_list()
    assert others == ["5199010002", None]
    assert report.counties[0].verdict == "fail"
    (outcome,) = report.waivers
    assert (outcome.state, outcome.school_name) == ("applied", "县第一实验小学")


def test_a_waived_component_is_not_met(checker: Checker, county: County) -> None:
    """Its group goes by the figures; to waive the group the group is named."""
    path = county(short_of_things)
    plain = judged(checker, path)
    assert finding(plain, "RS", SCHOOL)["value"] == 5
    own = {"school_code": SCHOOL, "stage": "primary"}
    report = judged(checker, path, waiver("R6", **own))
    assert finding(report, "R6", SCHOOL)["status"] == "waived"
    group = finding(report, "RS", SCHOOL)
    assert (group["status"], group["value"], group["message"]) == (
        "fail", 5, finding(plain, "RS", SCHOOL)["message"],
    )  # fmt: skip
    report = judged(checker, path, waiver("RS", **own))
    assert report.counties[0].blocks["CR"] == "waived"
    about = assess(report, report.counties[0])
    standings = {one.rule.id: one.standing for one in about.open if one.school == SCHOOL}
    assert (standings["R6"], standings["R7"], standings["RS"]) == (EXCUSED, EXCUSED, NOTHING)
    assert not [one for one in about.open if one.standing == PROBLEM]
    assert [one.judged.rule.id for one in about.waived] == ["RS"]


# a waiver that waives nothing, why, and a word of what is said of it
IDLE: tuple[tuple[Record, str, str], ...] = (
    ({"rule": "Q4", "school_code": SCHOOL, "expiry": date(2026, 11, 28)}, "expired", "2026-11-28"),
    ({"rule": "R1", "school_code": SCHOOL}, "unused", "“达标”"),
    ({"rule": "Q4", "school_code": "5199019999"}, "unused", "没有这样的对象"),
    ({"rule": "G9", "school_code": SCHOOL}, "unused", "没有这样的对象"),
    ({"rule": "Q4", "school_code": SCHOOL, "year": 2024}, "unused", "没有判定县"),
    ({"rule": "Q4", "county_code": "519902"}, "unused", "没有判定县"),
    ({"rule": "HA-5"}, "unused", "没有规则 HA-5"),
    ({"rule": "Q4"}, "too_broad", "school_code"),
    ({"rule": "RS", "stage": "primary"}, "too_broad", "school_code"),
    ({"rule": "D1"}, "too_broad", "stage"),
    ({"rule": "CQ"}, "too_broad", "整体豁免"),
    ({"rule": "C"}, "too_broad", "整体豁免"),
    ({"rule": "Q4", "county_code": "5199*"}, "too_broad", "通配符"),
    ({"rule": "V1"}, "not_allowed", "一票否决"),
)


def test_what_waives_nothing_is_told(checker: Checker, county: County) -> None:
    def incident(document: Record) -> None:
        document["county"]["vetoes"]["V1"] = True

    path = county(one_school_short, incident)
    given = [waiver(**one, file=f"{place}.toml") for place, (one, _, _) in enumerate(IDLE)]
    report = judged(checker, path, *given)
    assert report.findings.equals(judged(checker, path).findings)
    assert [one.state for one in report.waivers] == [state for _, state, _ in IDLE]
    problems = {one.file: one for one in report.problems if one.code.startswith("waiver")}
    for place, (_, state, told) in enumerate(IDLE):
        problem = problems[f"{place}.toml:1"]
        assert (problem.code, problem.severity) == (f"waiver_{state}", "warning")
        assert told in problem.message


def test_it_holds_through_its_last_day_and_for_no_later_rules(
    checker: Checker, county: County
) -> None:
    path, one = county(one_school_short), waiver("Q4", school_code=SCHOOL)
    assert judged(checker, path, one).waivers[0].state == "applied"
    assert judged(checker, path, one, as_of=date(2027, 9, 1)).waivers[0].state == "expired"


def test_everything_waived_the_groups_follow(checker: Checker) -> None:
    """Of the example every missed requirement: by hand, from the findings without waivers."""
    path = Path("examples/anhui_county.xlsx")
    plain = checker.check(path)
    missed = plain.findings.filter(status="fail", role="requirement")
    rolled = set(missed.filter(pl.col("school_code").is_not_null())["rule"])
    named = [
        waiver(rule, county_code="349901", school_code=school, stage=stage)
        for rule, school, stage in missed.select("rule", "school_code", "stage").iter_rows()
        if school or rule not in rolled
    ]
    report = judged(checker, path, *named)
    assert {one.state for one in nonempty(report.waivers)} == {"applied"}
    after = report.findings.filter(pl.col("role") != "advisory")
    assert "fail" not in set(after.filter(pl.col("role") != "component")["status"])
    rules = report.rules_of(report.counties[0])
    for block, status in nonempty(list(report.counties[0].blocks.items())):
        members = after.filter(pl.col("rule").is_in(rules[block].of or [block]))
        own = sorted(set(members["status"]), key=GROUP_ORDER.index)
        assert status == own[0], block
    assert report.counties[0].verdict == "undecided"


def test_a_rule_is_known_by_its_earlier_ids_too(checker: Checker, county: County) -> None:
    batch = prepare([county(one_school_short)], checker.registry, Choice())
    rules = batch.jobs[0].rules
    renamed = replace(rules.rules["Q4"], formerly=("Q04",))
    job = replace(batch.jobs[0], rules=replace(rules, rules={**rules.rules, "Q4": renamed}))
    given = Choice(waivers=Waivers((waiver("Q04", school_code=SCHOOL),), (), TODAY))
    report = checker.judge(batch._replace(jobs=(job,)), given)
    assert finding(report, "Q4", SCHOOL)["status"] == "waived"
    assert [(one.rule, one.state) for one in report.waivers] == [("Q4", "applied")]
    (about,) = (assess(report, one) for one in report.counties)
    assert [one.waiver.document for one in about.waived] == ["某教〔2023〕1号"]


def test_a_correction_is_judged_with_the_same_waivers(checker: Checker, county: County) -> None:
    choice = Choice(waivers=Waivers((waiver("Q4", school_code=SCHOOL),), (), TODAY))
    held = checker.hold(county(one_school_short), choice)
    assert held.correct(SCHOOL, {"training_funds_budget": 50_000}).verdict == "pass"
    assert held.correct(SCHOOL, {"training_funds_budget": 200}).verdict == "waived"
    own = held.findings.filter(rule="Q4", school_code=SCHOOL)
    assert own["message"].str.contains("某教〔2023〕1号").to_list() == [True]


def test_in_parts_and_in_english_it_is_the_same(
    checker: Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = some_of_many(tmp_path, "349911", "379911")
    plain = checker.check(folder)
    missed = plain.findings.filter(pl.col("school_code").is_not_null(), status="fail", rule="RS")
    given = [
        waiver("RS", county_code=code, school_code=school, stage=stage)
        for code, school, stage in missed.select("county_code", "school_code", "stage").iter_rows()
    ]
    assert len(set(missed["county_code"])) > 1
    whole = judged(checker, folder, *given)
    assert whole.findings.filter(rule="RS", status="waived").height == len(given)
    monkeypatch.setattr(parts, "SCHOOLS", 1)
    assert judged(checker, folder, *given).to_json() == whole.to_json()
    english = whole.in_language("en")
    messages = english.findings.filter(rule="RS", status="waived")["message"]
    assert messages.str.contains("Waived (某教〔2023〕1号, until 2026-11-29)", literal=True).all()


def test_without_waivers_nothing_is_asked_and_with_them_little(
    checker: Checker, county: County
) -> None:
    path, found = county(one_school_short), []
    for given in ((), (waiver("Q4", school_code=SCHOOL),)):
        judged(checker, path, *given)
        with counted_queries() as counts:
            judged(checker, path, *given)
        found.append(counts.total())
    assert found[0] <= found[1] <= found[0] + 6


def shown(report: Report) -> Iterator[str]:
    for form in ("text", "md", "html"):
        stream = io.BytesIO()
        renderers()[form](report, stream)
        yield stream.getvalue().decode()


def test_every_paper_names_the_grounds_apart(checker: Checker, county: County) -> None:
    report = judged(checker, county(one_school_short), waiver("Q4", school_code=SCHOOL))
    for page in nonempty(list(shown(report))):
        for word in ("校园改建", "某市教育局", "某教〔2023〕1号", "2026-11-29"):
            assert word in page
    loaded = json.loads(report.to_json())
    assert [one["state"] for one in loaded["waivers"]] == ["applied"]
    assert loaded["manifest"]["waivers"] == {"day": "2026-11-29", "files": []}


def test_the_order_of_the_waivers_does_not_matter(checker: Checker, county: County) -> None:
    path = county(short_of_funds)
    given = [waiver("Q4", school_code=one["school_code"]) for one in _schools(path)[:2]]
    tables = [
        judged(checker, path, *order).findings
        for order in (given, [replace(g) for g in given[::-1]])
    ]
    assert tables[0].equals(tables[1])


def _schools(path: Path) -> list[Record]:
    schools: list[Record] = json.loads(path.read_text("utf-8"))["schools"]
    return schools
