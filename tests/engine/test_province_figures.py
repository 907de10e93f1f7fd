"""Every figure of the provinces' papers against the packs, typed out by hand.

The TOML is read as it stands. A row: rule (or rule.part), the limits word by word, the first day,
the basis, and a piece of each source's address, so that no figure stands without where it was read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.nonempty import nonempty
from tests.support.pack_files import NATIONAL, PLUGINS, Table, read

FILES: dict[str, tuple[str, str]] = {
    "AH": ("anhui", "2018"),
    "AH-S": ("anhui", "school-standard-2018"),
    "HF": ("anhui", "anhui-hefei"),
    "SD": ("shandong", "2017"),
    "SD-S": ("shandong", "school-standard"),
    "ZB": ("shandong", "shandong-zibo"),
    "JN": ("shandong", "shandong-jinan"),
    "HA": ("henan", "2017"),
    "HA-S": ("henan", "school-standard-2012"),
    "ZZ": ("henan", "henan-zhengzhou"),
    "SY": ("national", "liaoning-shenyang"),
}
STANDARDS = ("AH-S", "SD-S", "HA-S")
CITIES = ("HF", "ZB", "JN", "ZZ", "SY")
FIGURES = {key: read(*place) for key, place in FILES.items()}

A2, A3 = "contentdetail5a56b0a34daee3f42d5e0c77", "m.5728338.com"
S5, S23, S20 = "liconghuilvshi.com/edu/2018/158503", "dybbs8.com/excel/383792", "no1news.com"
H4, H5, H20 = "dongsenyule.com/news/2012022058", "2012-02-17/206-31588", "2009-06/19/content_89900"
H13, H14 = "shangbw.com/news/show-7388", "iewzx.com/zixun/jiaoyu/2019/0118/33991"
SIZE = {
    "primary": 2000, "teaching_point": 2000, "junior": 2000, "complete_secondary": 2000,
    "senior": 2000, "nine_year": 2500, "twelve_year": 2500,
}  # fmt: skip
TRACK = {
    "primary": 200, "junior": 300, "nine_year": 300, "twelve_year": 300, "complete_secondary": 300,
}  # fmt: skip
BEDS = {
    "primary": "3.0", "teaching_point": "3.0", "junior": "3.3", "nine_year": "3.3",
    "twelve_year": "3.3", "complete_secondary": "3.3",
}  # fmt: skip

Row = tuple[str, str, str, object, date | None, str, tuple[str, ...]]
ROWS: list[Row] = [
    # Anhui, evaluation
    ("AH", "G14", "at_least", 80, None, "secondary", ("1101600.cn/044c8/29415",)),
    ("AH", "AH-3", "at_most", (65, 65), date(2018, 12, 31), "secondary", ("201709/6530768",)),
    # Anhui: school standard of 2018
    ("AH-S", "AH-S1", "at_least", ("8.5", "9.5"), None, "secondary", (A2, "a_28731")),
    ("AH-S", "AH-S2", "at_least", ("7.7", "10.6"), None, "secondary", (A2,)),
    ("AH-S", "AH-S3", "at_least", (25, 35), None, "secondary", (A2,)),
    ("AH-S", "AH-S4", "at_least", "12.5", None, "secondary", (A2,)),  # 100 pupils ÷ 8
    ("AH-S", "AH-S5", "at_least", "12.5", None, "secondary", (A2,)),
    ("AH-S", "AH-S6", "at_most", (45, 50), None, "secondary", (A2, A3)),
    ("AH-S", "AH-S7", "at_most", SIZE, None, "secondary", (A2, A3)),
    ("AH-S", "AH-S8", "at_least", ("4.2", "5.3"), None, "secondary", (A2,)),
    ("AH-S", "AH-S9", "at_least", (1, 1), None, "secondary", (A2,)),
    ("AH-S", "AH-S10", "at_least", ("0.9", "0.9"), None, "secondary", (A2,)),
    ("AH-S", "AH-S11", "at_most", (6, 7), None, "secondary", (A3,)),
    # Hefei
    ("HF", "G14", "at_least", 85, None, "secondary", ("301094", "33408", "48265", "2249326")),
    ("HF", "HF-1", "at_least", 30, None, "secondary", ("NewsID=8523",)),
    # Shandong, evaluation
    ("SD", "G14", "at_least", 60, None, "verified", ("鲁教基发〔2015〕4号",)),
    ("SD", "G7", "at_least", 8000, date(2019, 1, 1), "secondary", ("content_24398",)),
    # Shandong: school standards
    (
        "SD-S", "SD-S1", "at_most", {"primary": 36, "junior": 36, "nine_year": 45},
        date(2018, 10, 6), "secondary", (S5,),
    ),
    ("SD-S", "SD-S2", "at_most", (45, 50), date(2018, 10, 6), "secondary", (S5,)),
    ("SD-S", "SD-S3", "at_most", (500, 1000), date(2018, 10, 6), "secondary", (S5,)),
    ("SD-S", "SD-S4", "at_most", (36, 36), date(2020, 1, 1), "secondary", (S23,)),
    ("SD-S", "SD-S5", "at_most", {"nine_year": 36}, date(2020, 1, 1), "conflicting", (S23, S5)),
    ("SD-S", "SD-S6", "at_least", 35, date(2020, 1, 1), "secondary", (S23,)),
    ("SD-S", "SD-S9", "at_least", 1, date(2022, 12, 31), "secondary", (S20,)),
    ("SD-S", "SD-S10", "at_least", 75, date(2022, 12, 31), "secondary", (S20,)),
    ("SD-S", "SD-S11", "at_least", 1, None, "unconfirmed", ("2013-05-13",)),
    # Zibo, Jinan
    ("ZB", "G14", "at_least", 70, None, "secondary", ("101R53U522023",)),
    ("JN", "G14", "at_least", 60, None, "secondary", ("t20170505_15885165",)),
    ("JN", "JN-1", "at_least", 80, None, "secondary", ("142129622",)),
    ("JN", "JN-2.exchanged", "at_least", 10, None, "secondary", ("shizituandui/2800",)),
    # Henan, evaluation
    ("HA", "HA-1.teacher", "at_least", 3, None, "secondary", ("c1053-27419928",)),
    ("HA", "HA-1.principal", "at_least", 1, None, "secondary", ("c1053-27419928",)),
    ("HA", "HA-1.attachment", "at_least", 1, None, "secondary", ("c1053-27419928",)),
    # Henan: school standard of 2012, health care staff of 2009, large classes from 2018 on
    ("HA-S", "HA-S1", "at_most", (45, 50), None, "secondary", (H4, H5)),
    ("HA-S", "HA-S2", "at_least", (20, 30), None, "secondary", (H4, H5)),
    ("HA-S", "HA-S3", "at_least", TRACK, None, "secondary", (H5,)),
    ("HA-S", "HA-S5", "at_least", BEDS, None, "secondary", (H5,)),
    ("HA-S", "HA-S7", "at_least", 2, None, "secondary", (H20,)),
    ("HA-S", "HA-S8", "at_least", 1, None, "secondary", (H20,)),
    ("HA-S", "HA-S9", "at_least", 1, None, "secondary", (H20,)),
    ("HA-S", "HA-S10", "at_most", 5, date(2018, 12, 31), "secondary", (H13, H14)),
    ("HA-S", "HA-S11", "at_most", 10, date(2020, 12, 31), "secondary", (H13, H14)),
    # Zhengzhou, Shenyang
    ("ZZ", "G14", "at_least", 60, None, "secondary", ("bendibao.com/edu/48514",)),
    ("SY", "G7", "at_least", 8000, None, "secondary", ("公开代码",)),
]  # fmt: skip


def exactly(limit: object) -> object:
    """A limit as decimals; a pair is primary and junior."""
    if isinstance(limit, tuple):
        limit = dict(zip(("primary", "junior"), limit, strict=True))
    if isinstance(limit, dict):
        return {key: Decimal(str(value)) for key, value in limit.items()}
    return Decimal(str(limit))


def stated(pack: Table, address: str) -> Table:
    """The rule or override of an address, with the fields of its part laid over it."""
    rule_id, _, part = address.partition(".")
    table: Table = pack.get("rule", {}).get(rule_id) or pack["override"][rule_id]
    return {**table, **table["part"][part]} if part else table


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_figure_its_day_basis_and_source(row: Row) -> None:
    key, address, operator, limit, begins, basis, sources = row
    table = stated(FIGURES[key], address)
    assert exactly(table[operator]) == exactly(limit)
    assert {"at_least", "at_most", "above", "below"} & set(table) == {operator}
    assert (table.get("from"), table["basis"]) == (begins, basis)
    for piece in nonempty(sources):
        assert piece in table["source"]


def every(keys: tuple[str, ...]) -> Iterator[tuple[str, str, Table]]:
    """File, id and table of every rule and override that says more than `add`."""
    for key in keys:
        for section in ("rule", "override"):
            for rule_id, table in FIGURES[key].get(section, {}).items():
                if set(table) - {"add", "since"}:
                    yield key, rule_id, table


def test_no_limit_stands_outside_the_table() -> None:
    """Only limits that are other indicators (computers, beds) are not in it."""
    listed = {(row[0], row[1].partition(".")[0]) for row in ROWS}
    computed = {("HA-S", "HA-S4"), ("HA-S", "HA-S6")}
    found = {
        (key, rule_id)
        for key, rule_id, table in every((*STANDARDS, *CITIES))
        if {"at_least", "at_most"} & set(table)
    }
    assert found - listed == computed


ATTESTED = {
    "AH-S12", "SD-S7", "SD-S8", "SD-S12", "HA-S12", "HA-S13", "HA-S14", "ZZ-1",
}  # fmt: skip


def test_what_cannot_be_counted_is_stated_by_the_county() -> None:
    found = {
        rule_id
        for _, rule_id, table in every((*STANDARDS, *CITIES))
        if table.get("kind") == "attested"
    }
    assert found == ATTESTED
    assert len(FIGURES["AH-S"]["rule"]["AH-S12"]["statements"]) == 4


def test_a_computer_for_every_pupil_of_the_largest_class_and_a_bed_for_every_boarder() -> None:
    pack = FIGURES["HA-S"]
    for rule_id, given, needed in (
        ("HA-S4", "computer_room_computers", "largest_class"),
        ("HA-S6", "dormitory_beds", "boarders"),
    ):
        rule = pack["rule"][rule_id]
        assert pack["indicator"][rule["indicator"]]["of"] == given
        assert pack["indicator"][rule["at_least"]]["of"] == needed


QUANTITIES: list[tuple[str, str, int, object, object]] = [
    ("AH-S", "AH-S1", 1, "building_area_without_dormitories", "students"),
    ("AH-S", "AH-S2", 1, "outdoor_sports_area", "students"),  # no indoor rooms
    ("AH-S", "AH-S3", 1, "books", "students"),
    ("AH-S", "AH-S4", 100, "computers", "compulsory_pupils"),
    ("AH-S", "AH-S5", 100, "computers", ["compulsory_pupils", "senior_students"]),
    ("AH-S", "AH-S11", 1, "day_teaching_hours", None),
    ("HF", "HF-1", 100, "graduating_exchanged_teachers", "graduating_eligible_teachers"),
    ("SD-S", "SD-S1", 1, "compulsory_classes", None),
    ("SD-S", "SD-S10", 100, "small_day_schools_with_health_staff", "small_day_schools"),
    ("SD-S", "SD-S11", 10, "psychology_teachers", "compulsory_classes"),
    ("JN", "JN-1", 100, "named_senior_quota_allocated", "named_senior_quota"),
    ("HA-S", "HA-S2", 1, "books", "students"),
    ("HA-S", "HA-S5", 1, "dormitory_area", "boarders"),
    ("HA-S", "HA-S9", 1, ["health_care_staff", "part_time_health_teachers"], None),
    ("HA-S", "HA-S10", 100, "classes_of_66_or_more", "all_classes"),
    ("HA-S", "HA-S11", 100, "classes_of_56_or_more", "all_classes"),
]


@pytest.mark.parametrize("row", QUANTITIES, ids=lambda row: row[1])
def test_what_is_divided_by_what(row: tuple[str, str, int, object, object]) -> None:
    key, rule_id, per, of, over = row
    indicator = FIGURES[key]["indicator"][FIGURES[key]["rule"][rule_id]["indicator"]]
    assert (indicator.get("per", 1), indicator["of"], indicator.get("over")) == (per, of, over)


def test_figures_that_change_with_the_years() -> None:
    (later,) = FIGURES["HF"]["override"]["G14"]["since"]
    assert (later["date"], later["basis"]) == (date(2022, 1, 1), "unconfirmed")
    (none_left,) = FIGURES["HA-S"]["rule"]["HA-S10"]["since"]
    assert (none_left["date"], none_left["at_most"]) == (date(2020, 12, 31), 0)


WHOM: dict[str, Any] = {
    "SD-S1": {"residential_district_school": True, "built_year": {"at_least": 2019}},
    "SD-S2": {"residential_district_school": True, "built_year": {"at_least": 2019}},
    "SD-S3": {"residential_district_school": True, "built_year": {"at_least": 2019}},
    "SD-S4": {"built_year": {"at_least": 2020}},
    "SD-S5": {"built_year": {"at_least": 2020}},
    "SD-S6": {"built_year": {"at_least": 2020}},
    "HA-S7": {"boarding": True},
    "HA-S8": {"boarding": False, "compulsory_pupils": {"at_least": 600}},
    "HA-S9": {"boarding": False, "compulsory_pupils": {"below": 600}},
}


@pytest.mark.parametrize("rule_id", WHOM)
def test_new_schools_and_schools_of_600(rule_id: str) -> None:
    where = FIGURES[rule_id.partition("-")[0] + "-S"]["rule"][rule_id]["where"]
    assert WHOM[rule_id].items() <= where.items()
    assert set(where) - set(WHOM[rule_id]) <= {"school_type", "stages"}


def test_boarding_or_600_pupils_need_a_health_professional_in_shandong() -> None:
    either = FIGURES["SD-S"]["rule"]["SD-S9"]["where"]
    assert [one.get("boarding") for one in either] == [True, None]
    assert [one.get("compulsory_pupils") for one in either] == [None, {"at_least": 600}]


HEADS = {
    "AH-S": ("anhui", "school-standard", None, "AH-", date(2018, 1, 9)),
    "SD-S": ("shandong", "school-standard", None, "SD-", date(2013, 5, 13)),
    "HA-S": ("henan", "school-standard", None, "HA-", date(2012, 2, 17)),
    "HF": ("anhui-hefei", "city", "anhui", "HF-", date(2017, 4, 19)),
    "ZB": ("shandong-zibo", "city", "shandong", "ZB-", date(2017, 4, 19)),
    "JN": ("shandong-jinan", "city", "shandong", "JN-", date(2017, 5, 5)),
    "ZZ": ("henan-zhengzhou", "city", "henan", "ZZ-", date(2017, 4, 19)),
    "SY": ("liaoning-shenyang", "city", "national", "SY-", date(2017, 4, 19)),
}


@pytest.mark.parametrize("key", HEADS)
def test_a_layer_says_what_it_is_and_chooses_nobody(key: str) -> None:
    head = FIGURES[key]["pack"]
    found = (head["id"], head["layer"], head.get("extends"), head["prefix"], head["effective"])
    assert found == HEADS[key]
    assert not {"region", "names", "default"} & set(head)
    assert "未见" in head["note"]
    prefix = head["prefix"] + ("S" if head["layer"] != "city" else "")
    reported = ("据报道", "据转载", "据网页", "据公开")
    wrong = [
        rule_id
        for rule_id, table in FIGURES[key].get("rule", {}).items()
        if not rule_id.startswith(prefix)
        or "未见" not in table["note"]
        or not table["text"].startswith(reported)
        or not {"title_en", "text_en", "remedy_en", "owner_en"} <= set(table)
    ]
    assert not wrong


SHARED = {"AH-S": ["building_area_without_dormitories", "books"], "HA-S": ["books"]}


@pytest.mark.parametrize("key", SHARED)
def test_what_the_stages_share_besides(key: str) -> None:
    assert FIGURES[key]["split"] == {"add": SHARED[key]}
    assert not set(SHARED[key]) & set(NATIONAL["split"]["facts"])
    assert "未写明" in FIGURES[key]["pack"]["note"]


@pytest.mark.parametrize("key", STANDARDS)
def test_a_standards_rules_count_once_they_are_enforced(key: str) -> None:
    added = FIGURES[key]["override"]["C"]
    last = added["since"][-1]["add"] if "since" in added else added["add"]
    assert last == list(FIGURES[key]["rule"])


@pytest.mark.parametrize("province", ["anhui", "shandong", "henan"])
@pytest.mark.parametrize("table", ["school", "county"])
def test_a_provinces_facts_say_unit_period_and_bounds(province: str, table: str) -> None:
    home = PLUGINS / province / "src" / f"compliance_{province}" / "schemas"
    facts = json.loads((home / f"{table}.schema.json").read_text("utf-8"))["properties"]
    for name, fact in nonempty(facts.items()):
        assert {"title", "x-title-en", "description"} <= set(fact), name
        if fact.get("x-form") != "flag":
            assert {"minimum", "maximum", "x-unit", "x-period"} <= set(fact), name
            assert "年" in fact["description"], name
