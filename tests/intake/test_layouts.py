"""Tables in the layouts of the statistics: whatever an office's habits, exactly the county they were made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from compliance.intake.accept import accept
from compliance.intake.own_tables import of_one_county, ready
from compliance.kernel.submission import Submission
from examples import layouts
from examples.layouts import Habits
from examples.make_examples import CONFORMING, tell
from tests.support.nonempty import nonempty

WORDS = vocabulary()
COUNTY = layouts.statistics(tell(*CONFORMING))
NESTED = ("monitoring", "attestations", "vetoes")
# what follows from the figures beside it, as the contract says: not in any table
DERIVED = ("teachers_above_degree", "pe_arts_teachers")
HABITS = {
    "plain": layouts.PLAIN,
    "tidy": layouts.TIDY,
    "usual": layouts.USUAL,
    "numbers": Habits(sums=True, codes="number"),
    "wide": Habits(merged=False, notes=True, codes="wide", breaks=True),
}


def pages(layout: str, habits: str) -> list[layouts.Sheet]:
    return [layouts.county_sheet(COUNTY), *layouts.sheets(layout, COUNTY, HABITS[habits])]


def written(folder: Path, form: str, layout: str, habits: str) -> Submission:
    """The county written as one workbook, as a workbook a table, or as texts; and read again."""
    there = pages(layout, habits)
    if form == "book":
        return take_in([layouts.write_book(folder / "a.xlsx", there)], readers(), WORDS)
    if form == "texts":
        return take_in([layouts.write_texts(folder / "a", there)], readers(), WORDS)
    paths = [layouts.write_book(folder / f"{one.name}.xlsx", [one]) for one in there]
    parts = [raw for path in paths for raw in gather_raw(path)]
    return accept([ready(of_one_county(parts, "a"), WORDS)], WORDS)


def gather_raw(path: Path) -> list[Any]:
    return [readers()[path.suffix](path)]


def figures(found: Submission) -> dict[str, dict[str, Any]]:
    """School code → what is known of it."""
    return {
        row["school_code"]: {
            name: value
            for name, value in row.items()
            if value is not None and not name.endswith(DERIVED)
        }
        for row in found.schools.iter_rows(named=True)
    }


def expected() -> dict[str, dict[str, Any]]:
    year = {"year": COUNTY["county"]["year"]}
    return {school["school_code"]: {**school, **year} for school in COUNTY["schools"]}


@pytest.mark.parametrize(
    ("layout", "form", "habits"),
    [
        *((layout, "book", habits) for layout in layouts.LAYOUTS for habits in HABITS),
        *((layout, form, "usual") for layout in layouts.LAYOUTS for form in ("texts", "files")),
        ("new", "texts", "tidy"),
    ],
)
def test_every_value_is_the_one_it_was_made_from(
    tmp_path: Path, layout: str, form: str, habits: str
) -> None:
    found = written(tmp_path, form, layout, habits)
    errors = [one for one in found.problems if one.severity == "error"]
    assert errors == []
    assert [
        one
        for one in found.problems
        if one.code in ("unknown_heading", "sheet_not_read", "file_not_read")
    ] == []
    assert figures(found) == expected()
    county = found.counties.row(0, named=True)
    for name, value in nonempty(COUNTY["county"].items()):
        assert name in NESTED or county[name] == value, name


def test_what_the_tables_do_not_hold_follows_from_them(tmp_path: Path) -> None:
    """Teachers above the degree and of PE and arts are those of the county that the tables were made from."""
    found = written(tmp_path, "book", "new", "tidy")
    names = [f"{stage}_{stem}" for stage in layouts.STAGES for stem in DERIVED]
    told = {code: rest for code, *rest in found.schools.select("school_code", *names).iter_rows()}
    before = {
        one["school_code"]: [one.get(name) for name in names]
        for one in tell(*CONFORMING)["schools"]
    }
    assert told == before
