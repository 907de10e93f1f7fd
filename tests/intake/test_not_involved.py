"""不涉及 in the cell of a county's count: what it says, where it is taken, and what contradicts it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from compliance.facts.fact import NOT_INVOLVED as WORD
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.submission import NOT_INVOLVED, Submission
from tests.intake.inputs import (
    COUNTY_ROWS,
    SCHOOLS_CSV,
    SHEETS,
    SUBMISSION,
    json_file,
    read,
    workbook,
)
from tests.intake.raws import COUNTY, codes, dataset, document, problems, school, submit
from tests.support.nonempty import nonempty

DENOMINATORS = {
    "exchange_eligible_teachers", "senior_quota", "migrant_children", "disabled_children",
    "special_students",
}  # fmt: skip


def nobody(found: Submission) -> list[list[str] | None]:
    """What counts nobody, county by county."""
    told: list[list[str] | None] = found.counties[NOT_INVOLVED].to_list()
    return told


def test_the_counts_of_the_contract_take_the_word() -> None:
    facts = vocabulary().county
    assert {name for name, fact in facts.items() if fact.not_involved is not None} == DENOMINATORS
    for name in nonempty(sorted(DENOMINATORS)):
        assert "不涉及" in facts[name].expected()


@pytest.mark.parametrize("name", sorted(DENOMINATORS))
def test_the_word_is_a_zero_that_says_more(name: str) -> None:
    found = submit(document(county={**COUNTY, name: f" {WORD} "}))
    assert problems(found, "error") == []
    row = found.counties.row(0, named=True)
    assert row[name] == 0
    assert name in row[NOT_INVOLVED]


def test_a_zero_does_not_say_it() -> None:
    for value in (0, None):
        assert nobody(submit(document(county={**COUNTY, "senior_quota": value}))) == [None]


def _json(folder: Path) -> Path:
    return json_file(folder / "a.json", county={**SUBMISSION["county"], "senior_quota": WORD})


def _workbook(folder: Path) -> Path:
    rows = [*COUNTY_ROWS, ("优质高中招生计划总数", WORD)]
    return workbook(folder / "a.xlsx", {**SHEETS, "县区": rows})


def _csv(folder: Path) -> Path:
    text = f"county_code,county_name,year,优质高中招生总数（人）\n341622,蒙城县,2023,{WORD}\n"
    (folder / "counties.csv").write_text(text, "utf-8")
    (folder / "schools.csv").write_text(SCHOOLS_CSV, "utf-8")
    return folder


def _parquet(folder: Path) -> Path:
    pl.DataFrame({**SUBMISSION["county"], "senior_quota": WORD}).write_parquet(
        folder / "counties.parquet"
    )
    rows = [{"county_code": "341622", **one} for one in SUBMISSION["schools"]]
    pl.DataFrame(rows).write_parquet(folder / "schools.parquet")
    return folder


@pytest.mark.parametrize("write", [_json, _workbook, _csv, _parquet])
def test_it_is_taken_from_every_format(write: Any, tmp_path: Path) -> None:
    found = submit(read(write(tmp_path)))
    assert problems(found, "error") == []
    assert nobody(found) == [
        ["senior_quota", "senior_quota_allocated", "senior_quota_allocated_rural"]
    ]


def test_of_many_counties_each_says_it_for_itself() -> None:
    counties = [
        {**COUNTY, "county_code": f"34162{n}", "disabled_children": said}
        for n, said in enumerate(["40", WORD, None, "0"])
    ]
    found = submit(dataset(counties, [school(county_code=f"34162{n}") for n in range(4)]))
    assert found.counties["disabled_children"].to_list() == [40, 0, None, 0]
    said = [bool(own) for own in nobody(found)]
    assert said == [False, True, False, False]


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"exchanged_teachers": WORD}, "county"),  # a part, no denominator
        ({"recognition_percent": WORD}, "county"),
        ({"primary_students": WORD}, "school"),
        ({"primary_class_sizes": WORD}, "school"),
        ({"boarding": WORD}, "school"),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_elsewhere_it_is_an_error_with_advice(
    facts: Mapping[str, Any], where: str, strict: bool
) -> None:
    county = {**COUNTY, **facts} if where == "county" else COUNTY
    one = school(**facts) if where == "school" else school()
    found = submit(document([one], county, strict=strict))
    assert codes(found) == ["not_involved"]
    assert "确实没有的填0，没有数据的留空" in problems(found, "error")[0].expected


@pytest.mark.parametrize(
    ("county", "schools", "alone"),
    [
        ({"migrant_children": WORD, "migrant_children_public": 3}, {}, False),
        ({"migrant_children": WORD}, {"migrant_students": 3}, False),  # a school has some
        ({"migrant_children": WORD, "migrant_children_public": 0}, {"migrant_students": 0}, True),
        ({"exchange_eligible_teachers": WORD, "exchanged_backbone_teachers": 1}, {}, False),
        ({"special_students": WORD, "special_funds": 6000}, {}, False),
    ],
)
def test_where_somebody_is_counted_the_word_is_worth_a_zero(
    county: Mapping[str, Any], schools: Mapping[str, Any], alone: bool
) -> None:
    found = submit(document([school(**schools)], {**COUNTY, **county}))
    assert bool(nobody(found)[0]) == alone
    assert ("counted_of_nobody" in codes(found, "warning")) != alone


def test_a_zero_beside_a_school_that_counts_somebody_is_doubted() -> None:
    found = submit(document([school(migrant_students=3)], {**COUNTY, "migrant_children": 0}))
    (doubt,) = [one for one in problems(found, "warning") if one.code == "counted_of_nobody"]
    assert "0" in doubt.message
    assert "migrant_students" in doubt.facts
