"""Several counties on a terminal of 80 columns, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compliance.engine.results import Results
from compliance.kernel import i18n
from compliance.render.documents.text import columns
from compliance.render.terminal.summary import summary
from tests.render import fixture

LONG = "积石山保安族东乡族撒拉族自治县"
BLOCKS = {"CR": "pass", "CD": "fail", "CG": "unknown", "CQ": "not_applicable", "CP": "error"}


def counties() -> Results:
    """Counties of all five blocks, of every verdict, one with a long name."""
    report = fixture.several()
    names = (LONG, "六个汉字之县", "丙县")
    found = [
        replace(county, county_name=name, blocks=BLOCKS)
        for county, name in zip(report.counties, names, strict=True)
    ]
    return fixture.counted(replace(report, counties=tuple(found)))


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_table_fits_80_columns(language: str) -> None:
    with i18n.use(language):
        lines = summary(counties(), colour=False, width=80).splitlines()
    assert max(map(columns, lines)) <= 80


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_long_name_has_a_line_of_its_own(language: str) -> None:
    with i18n.use(language):
        lines = summary(counties(), colour=False, width=80).splitlines()
    at = lines.index(f"340101  {LONG}")
    assert lines[at + 1].startswith("340101  ")
    assert any(line.startswith("370101  六个汉字之县  ") for line in lines)


def test_the_last_column_is_as_wide_as_needed() -> None:
    lines = summary(counties(), colour=False, width=80).splitlines()
    (head,) = [line for line in lines if line.startswith("代码")]
    assert head.endswith("  未达标校  缺数据")
    (row,) = [line for line in lines if line.startswith("340103")]
    assert columns(row) == columns(head) == 80
    assert row.endswith("       1")


def test_years_do_not_widen_it() -> None:
    report = counties()
    first = report.counties[1]
    both = fixture.counted(
        replace(report, counties=(first, replace(first, year=2024, as_of=first.as_of)))
    )
    lines = summary(both, colour=False, width=80).splitlines()
    assert max(map(columns, lines)) <= 80
    assert "370101  六个汉字之县 2023" in lines
