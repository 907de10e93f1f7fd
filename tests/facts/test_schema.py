"""The schemas define every fact; two validators judge alike, and intake is never stricter."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import tomli
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import TABLES, read_schema, vocabulary
from compliance.intake import readers, take_in
from compliance.intake.acceptance.cells import CellReader
from compliance.intake.problems import CellError, CellRemark
from compliance.kernel.i18n import use
from compliance.kernel.submission import Submission
from tests.support.nonempty import nonempty

SCHEMAS = ("submission", "school", "county", "pack", "results")
WORDS = vocabulary()
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
EVERY = [fact for facts in WORDS.tables.values() for fact in facts.values()]
COUNTY: dict[str, Any] = {"county_code": "341622", "county_name": "蒙城县", "year": 2023}
SCHOOL: dict[str, Any] = {
    "school_code": "2134000001",
    "school_name": "实验小学",
    "school_type": "小学",
}
SUBMISSION: dict[str, Any] = {
    "format": "junheng-submission/1",
    "county": {
        **COUNTY,
        "basic_balance_date": "2015-12-30",
        "monitoring": [{"subject": "语文", "grade": 4, "year": 2021, "level": 3, "disparity": 0.1}],
        "attestations": {"G1": {"met": True, "evidence": ["规划"], "note": "见\n附件"}},
        "vetoes": {"V1": False},
    },
    "schools": [{**SCHOOL, "primary_students": 100, "primary_class_sizes": [50, 50]}],
}
RESULTS: dict[str, Any] = {
    "format": "junheng-results/1",
    "ruleset": {"id": "national", "version": "1", "as_of": "2023-09-01", "layers": ["national"]},
    "manifest": {"inputs": [], "tool": "x", "plugins": {}, "switches": [], "enforced": []},
    "counties": [], "problems": [], "excluded": [], "findings": [],
}  # fmt: skip
PACK: dict[str, Any] = {
    "pack": {"id": "a", "title": "甲", "source": "乙", "effective": "2017-04-19"},
    "rule": {
        "R1": {
            "kind": "threshold", "title": "甲", "basis": "verified", "source": "乙",
            "indicator": "degree", "at_least": {"primary": 4.2, "junior": "5.3"},
        }
    },
    "indicator": {"degree": {"title": "甲", "of": "teachers", "over": "students", "per": 100}},
}  # fmt: skip
GOOD = {
    "school": SCHOOL,
    "county": SUBMISSION["county"],
    "submission": SUBMISSION,
    "results": RESULTS,
    "pack": PACK,
}


# ── the definitions ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_sound_and_both_validators_compile_them(name: str) -> None:
    schema = read_schema(name)
    Draft202012Validator.check_schema(schema)
    assert jsonschema_rs.meta.is_valid(schema)
    assert agree(name, GOOD[name])


def walk(node: Any, path: str = "") -> Any:
    yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in ("x-words", "enum"):
                yield from walk(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{path}/{index}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_number_has_a_maximum_and_patterns_are_portable(name: str) -> None:
    for path, node in nonempty(walk(read_schema(name))):
        if not isinstance(node, dict):
            continue
        kinds = node.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if isinstance(kinds, list) and {"integer", "number"} & set(kinds):
            assert {"minimum", "exclusiveMinimum"} & set(node), path
            assert "maximum" in node, path
        assert "multipleOf" not in node, path
        pattern = node.get("pattern", "")
        if isinstance(pattern, str):
            assert not re.search(r"\\[dwsDWS]", pattern), path
            if pattern.endswith("$") and "pattern" in node:  # Python's $ lets a newline through
                assert "maxLength" in node, path


def test_every_fact_is_described() -> None:
    for fact in nonempty(EVERY):
        assert fact.title, fact.name
        assert fact.title_en, fact.name
        assert fact.description.endswith(("。", "）。")), fact.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", fact.name)
        with use("zh"):
            assert fact.expected()
        with use("en"):
            assert not re.search(
                "[一-鿿]",
                fact.expected().replace("是/否", "").replace("不涉及", "").replace("无", ""),
            ), fact.name
        if fact.form in ("count", "number", "counts", "numbers", "year"):
            assert fact.minimum is not None, fact.name
            assert fact.maximum is not None, fact.name


def test_stages_mirror_each_other_and_headings_name_them() -> None:
    primary = {f.stem: f for f in WORDS.school.values() if f.stage == "primary"}
    junior = {f.stem: f for f in WORDS.school.values() if f.stage == "junior"}
    assert list(primary) == list(junior)
    for stem, fact in nonempty(primary.items()):
        assert fact.name == f"primary_{stem}"
        assert fact.title.startswith("小学")
        assert junior[stem].title == "初中" + fact.title.removeprefix("小学")


CONTRACT = """
county_code school_code school_name school_type sponsor setting township alliance principal
main_school_code counted boarding dense_city_centre built_year primary_students junior_students
senior_students preschool_students migrant_students teaching_area indoor_sports_area
outdoor_sports_area leased_sports_area equipment_value multimedia_rooms music_room_areas
art_room_areas music_rooms_96 music_rooms_73 music_rooms_61 music_rooms_54 art_rooms_90
art_rooms_67 art_rooms_61 art_rooms_54 public_funds public_funds_budget training_funds_budget
graduates cohort_at_entry transferred_in transferred_out deceased special_teachers
special_certified_teachers special_trained_teachers boarders books computers
"""
STAGED = """
students grades classes class_sizes class_bands largest_class teachers teachers_above_degree
teachers_doctor teachers_master teachers_postgraduate teachers_bachelor teachers_college backbone_teachers
pe_arts_teachers pe_teachers music_teachers fine_arts_teachers arts_teachers
visiting_pe_arts_teachers certified_teachers trained_teachers staff entrants zoned_entrants
teachers_mid_title
"""
COUNTY_FACTS = """
county_code county_name province year data_date data_kind basic_balance_date primary_public_funds_standard
junior_public_funds_standard special_funds special_students teacher_salary civil_servant_salary
exchange_eligible_teachers exchanged_teachers exchanged_backbone_teachers primary_nearby_percent
junior_nearby_percent senior_quota senior_quota_allocated senior_quota_allocated_rural
migrant_children migrant_children_public migrant_children_purchased disabled_children
disabled_children_enrolled disabled_children_special_school graduates_total cohort_at_entry_total
transferred_in_total transferred_out_total deceased_total recognition_percent
survey_questionnaires survey_valid survey_satisfied interviewed interviewed_satisfied
parent_survey_questionnaires parent_survey_valid parent_survey_satisfied parent_interviewed
parent_interviewed_satisfied population agricultural_population townships villages gdp_per_capita
revenue_per_capita rural_income urban_income
"""


def test_the_facts_are_those_of_the_contract() -> None:
    staged = {f"{stage}_{stem}" for stage in ("primary", "junior") for stem in STAGED.split()}
    assert set(WORDS.school) == set(CONTRACT.split()) | staged | {"year"}
    assert set(WORDS.county) == set(COUNTY_FACTS.split())


def test_annotations_name_facts_that_exist() -> None:
    for table, facts in (("school", WORDS.school), ("county", WORDS.county)):
        for bound in nonempty(WORDS.checks[table].bounds):
            assert {*bound.of, *bound.within} <= set(facts)
        for fact in nonempty(facts.values()):
            assert {name for group in fact.parts for name in group} <= set(facts)
            assert not fact.sum_of or fact.sum_of in WORDS.school
            assert fact.counted is None or fact.counted.list in facts


# ── the two validators ─────────────────────────────────────────────────────────

PROBES: list[Any] = [
    None, True, False, 0, 1, -1, 30.0, 30.5, 100000, 100001, 1e308, -1e308, 10**200, 2**53 + 1, 211,
    211.0, 341622, "", " ", "1", "350", "１２３", "-3", "1,234", "NaN", "=1+1", "小学", "primary", "是",
    "民办", "341622", "34162", "341622\n", "３４１６２２", "2015", "2015\n", "2015-12-30", "2015-13-30",
    "x" * 300, "a\u0000b", "a\u202eb", "实验\n小学", [], [1], [1.5], [-1], [1e308], [True], ["1"],
    [None], [0] * 10, [0] * 11, [[1]], {}, {"a": 1},
]  # fmt: skip


@cache
def validators(name: str) -> tuple[jsonschema_rs.Validator, Draft202012Validator]:
    """One bundled schema as both libraries have it."""
    documents = {str(one["$id"]): one for one in map(read_schema, SCHEMAS)}
    registry: Registry[Any] = Registry().with_resources(
        (uri, Resource.from_contents(one)) for uri, one in documents.items()
    )
    fast = jsonschema_rs.Draft202012Validator(
        read_schema(name), registry=jsonschema_rs.Registry(list(documents.items())), offline=True
    )
    return fast, Draft202012Validator(read_schema(name), registry=registry)


def agree(name: str, document: Any) -> bool:
    fast, slow = (judge.is_valid(document) for judge in validators(name))
    assert fast == slow, (name, document)
    return bool(fast)


@pytest.mark.parametrize("table", ["school", "county"])
def test_both_validators_agree_on_every_fact(table: str) -> None:
    base: dict[str, Any] = {"school": SCHOOL, "county": COUNTY}[table]
    for fact in WORDS.tables[table].values():
        for probe in PROBES:
            agree(table, {**base, fact.name: probe})


@pytest.mark.parametrize("name", ["submission", "results", "pack"])
def test_both_validators_agree_on_whole_documents(name: str) -> None:
    assert agree(name, GOOD[name])
    for probe in PROBES:
        agree(name, probe)
        for key in GOOD[name]:
            agree(name, {**GOOD[name], key: probe})
            agree(name, {k: v for k, v in GOOD[name].items() if k != key})
    for place in ("monitoring", "attestations", "vetoes"):
        for probe in PROBES:
            changed = copy.deepcopy(SUBMISSION)
            changed["county"][place] = probe
            agree("submission", changed)


STRICT_FACTS = [f for f in EVERY if f.table in ("school", "county", "monitoring")]


def schema_of(fact: Fact) -> dict[str, Any]:
    name, definition = TABLES[fact.table]
    schema = read_schema(name)
    record = schema["$defs"][definition] if definition else schema
    node: dict[str, Any] = record["properties"][fact.name]
    return node


@pytest.mark.parametrize("fact", STRICT_FACTS, ids=lambda fact: f"{fact.table}.{fact.name}")
def test_what_the_schema_accepts_is_accepted_and_what_is_refused_it_refuses(fact: Fact) -> None:
    """Intake may be milder (white space, case), never stricter than the published schema."""
    judge = Draft202012Validator(schema_of(fact))
    for probe in [*PROBES, *fact.words]:
        try:
            value = CellReader(fact, strict=True)(probe)
        except CellError:
            assert not judge.is_valid(probe), probe
            continue
        except CellRemark:  # milder, and says so
            continue
        blank = isinstance(probe, str) and not probe.strip()
        loose = (isinstance(probe, str) and probe != str(value)) or fact.code
        assert judge.is_valid(probe) or blank or loose or value is None, (probe, value)


# ── documents on their way in ──────────────────────────────────────────────────────


def taken_in(folder: Path, submission: Any) -> Submission:
    path = folder / "a.json"
    path.write_text(json.dumps(submission, ensure_ascii=False), encoding="utf-8")
    return take_in([path], readers(), WORDS)


def test_a_document_that_keeps_the_schema_is_accepted(tmp_path: Path) -> None:
    assert agree("submission", SUBMISSION)
    found = taken_in(tmp_path, SUBMISSION)
    assert not found.refused
    assert [one.code for one in found.problems if one.severity == "error"] == []
    assert found.schools["primary_students"].to_list() == [100.0]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_examples_keep_the_schema_where_they_are_to(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert agree("submission", document) == (path.stem != "invalid")
    errors = [one for one in take_in([path], readers(), WORDS).problems if one.severity == "error"]
    assert bool(errors) == (path.stem == "invalid")


def test_faults_name_place_heading_and_what_was_expected(tmp_path: Path) -> None:
    document = copy.deepcopy(SUBMISSION)
    document["schools"] = [
        {**SCHOOL, "primary_students": -3},
        {"school_name": "甲", "boarding": "?"},
    ]
    assert not agree("submission", document)
    errors = [one for one in taken_in(tmp_path, document).problems if one.severity == "error"]
    assert [(one.at, one.message, one.expected) for one in errors] == [
        ("/schools/0/primary_students", "小学在校生数：-3低于下限", "0至100000的整数"),
        ("/schools/1/boarding", "是否寄宿制：不认识“?”", "“是”或“否”"),
        ("/schools/1/school_code", "甲：缺少学校（机构）标识码", "不超过64字的文字"),
        ("/schools/1/school_type", "甲：缺少办学类型", errors[3].expected),
    ]
    with use("en"):
        first = taken_in(tmp_path, document).problems[0]
    assert (first.message, first.expected) == (
        "Primary pupils: -3 is below the minimum", "a whole number from 0 to 100000",
    )  # fmt: skip


# ── packs ──────────────────────────────────────────────────────────────────────────


def test_a_typo_in_a_pack_is_refused_by_both() -> None:
    for section, name, key in (
        ("rule", "R1", "at_leats"), ("indicator", "degree", "ovr"), ("pack", "", "efective"),
    ):  # fmt: skip
        document = copy.deepcopy(PACK)
        table = document[section][name] if name else document[section]
        table[key] = 1
        assert agree("pack", document) is False


def plain(value: Any) -> Any:
    """TOML values as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


PACKS = sorted(ROOT.glob("plugins/*/src/*/rules/*.toml"))


@pytest.mark.parametrize("path", PACKS, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_installed_packs_keep_the_schema_in_both_validators(path: Path) -> None:
    assert agree("pack", plain(tomli.loads(path.read_text(encoding="utf-8"))))
