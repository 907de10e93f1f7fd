"""Parquet columns are read as they are meant: numbers as they are written, moments as days, odd types said."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from compliance.facts.vocabulary import vocabulary
from compliance.intake.acceptance.cells import accept_column
from compliance.intake.formats.discover import gather, readers
from compliance.kernel.errors import Problem
from compliance.kernel.submission import Submission
from tests.intake import inputs, raws

pytestmark = pytest.mark.usefixtures("decoded_here")
COUNTIES = {"county_code": ["341622"], "county_name": ["蒙城县"], "year": [2023]}
SCHOOLS = {
    "county_code": ["341622"],
    "school_code": ["2134000001"],
    "school_name": ["实验小学"],
    "school_type": ["小学"],
    "primary_students": [860],
}
FIGURE, ROOMS = "teaching_area", "music_room_areas"


def bytes_of(columns: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    pl.DataFrame(columns).write_parquet(stream)
    return stream.getvalue()


def accepted(
    folder: Path, *, county: Any = None, school: Any = None
) -> tuple[Submission, list[Problem]]:
    """What a dataset of Parquet tables with these further columns comes to."""
    path = inputs.dataset(
        folder,
        counties__csv="",
        schools__csv="",
        counties__parquet=bytes_of(COUNTIES | (county or {})),
        schools__parquet=bytes_of(SCHOOLS | (school or {})),
    )
    found = raws.submit(*gather([path], readers()))
    return found, found.problems


def column(name: str, values: list[object], kind: Any = None) -> dict[str, pl.Series]:
    return {name: pl.Series(name, values, dtype=kind, strict=False)}


def test_a_process_of_its_own_hands_the_columns_over_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All others are decoded in this process."""
    given = {
        FIGURE: pl.Series([2917.4], dtype=pl.Float32),
        ROOMS: pl.Series([[Decimal("96.1")]], dtype=pl.List(pl.Decimal(6, 2))),
        "township": pl.Series(["城关镇"], dtype=pl.Categorical),
        "boarding": pl.Series([True]),
    }
    here, _ = accepted(tmp_path / "here", school=given)
    monkeypatch.undo()
    apart, problems = accepted(tmp_path / "apart", school=given)
    assert_frame_equal(apart.schools, here.schools)
    assert (apart.schools[FIGURE].item(), problems) == (2917.4, [])


def codes(problems: list[Problem]) -> list[tuple[str, str, str]]:
    return [(one.severity, one.code, one.at) for one in problems]


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        (pl.Float64, 2917.4),
        (pl.Float32, 2917.4),
        (pl.Decimal(12, 3), 2917.4),
        (pl.String, 2917.4),
        (pl.Float16, 2918.0),  # all that half precision holds
        (pl.Int16, 2917.0),
        (pl.UInt64, 2917.0),
    ],
)
def test_a_number_is_its_shortest_decimal(tmp_path: Path, kind: Any, read: float) -> None:
    value = "2917.4" if kind == pl.String else 2917.4
    found, problems = accepted(tmp_path / "d", school=column(FIGURE, [value], kind))
    assert (found.schools[FIGURE].to_list(), problems) == ([read], [])


@pytest.mark.parametrize(
    ("kind", "items", "read"),
    [
        (pl.List(pl.Float32), [96.1, 73.3], [96.1, 73.3]),
        (pl.Array(pl.Float32, 2), [96.1, 73.3], [96.1, 73.3]),
        (pl.List(pl.Decimal(6, 2)), [Decimal("96.1"), Decimal("73.3")], [96.1, 73.3]),
        (pl.List(pl.Categorical), ["96.1", "73.3"], [96.1, 73.3]),
        (pl.List(pl.Float16), [73.3125, 96.0], [73.3, 96.0]),
        (pl.List(pl.UInt8), [96, 73], [96.0, 73.0]),
        (pl.List(pl.Float32), [], []),
    ],
)
def test_so_are_the_items_of_lists(
    tmp_path: Path, kind: Any, items: list[object], read: list[float]
) -> None:
    found, problems = accepted(
        tmp_path / "d", school={ROOMS: pl.Series(ROOMS, [items], dtype=kind)}
    )
    assert (found.schools[ROOMS].to_list(), problems) == ([read], [])


def test_and_the_figures_of_counties(tmp_path: Path) -> None:
    name = "recognition_percent"
    found, problems = accepted(tmp_path / "d", county=column(name, [92.55], pl.Float32))
    assert (found.counties[name].to_list(), problems) == ([92.55], [])


@given(st.floats(0, 60_000, width=16))
def test_half_precision_comes_back_as_itself(number: float) -> None:
    """The number read is that of half precision again, and none has fewer digits."""
    fact = vocabulary().school[FIGURE]
    [value] = accept_column(fact, pl.Series([number], dtype=pl.Float16), strict=False).values
    assert pl.Series([value], dtype=pl.Float16)[0] == number
    digits = len(f"{value:e}".split("e")[0].rstrip("0").replace(".", ""))
    shorter = float(f"{number:.{max(digits - 2, 0)}e}")
    assert digits == 1 or pl.Series([shorter], dtype=pl.Float16)[0] != number


@pytest.mark.parametrize(
    "kind", [pl.Int64, pl.UInt64, pl.Float64, pl.Decimal(20, 0), pl.Categorical, pl.String]
)
def test_a_code_keeps_its_digits(tmp_path: Path, kind: Any) -> None:
    code = "2134000001" if kind in (pl.Categorical, pl.String) else 2134000001
    found, problems = accepted(tmp_path / "d", school=column("school_code", [code], kind))
    assert (found.schools["school_code"].to_list(), problems) == (["2134000001"], [])


@pytest.mark.parametrize(
    ("kind", "code"),
    [(pl.Float32, 2134000001), (pl.Float32, 16777216), (pl.Float64, 2**60), (pl.Float16, 2048)],
)
def test_a_code_that_has_lost_digits_is_an_error(tmp_path: Path, kind: Any, code: int) -> None:
    _, problems = accepted(tmp_path / "d", school=column("school_code", [code], kind))
    assert ("error", "bad_code", "第1行 school_code") in codes(problems)


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_moment_is_a_day_by_the_clock_of_the_county(tmp_path: Path, unit: Any) -> None:
    name = "basic_balance_date"
    moment = dt.datetime(2015, 12, 29, 16, tzinfo=dt.UTC)
    for zone in ("UTC", "Asia/Shanghai", "America/New_York"):
        cells = pl.Series(name, [moment]).dt.convert_time_zone(zone).dt.cast_time_unit(unit)
        found, problems = accepted(tmp_path / zone.replace("/", ""), county={name: cells})
        assert (found.counties[name].to_list(), problems) == (["2015-12-30"], [])
    clock = pl.Series(name, [dt.datetime(2015, 12, 30)]).dt.cast_time_unit(unit)
    found, problems = accepted(tmp_path / "clock", county={name: clock})
    assert (found.counties[name].to_list(), problems) == (["2015-12-30"], [])


def test_a_time_of_day_is_told(tmp_path: Path) -> None:
    name = "basic_balance_date"
    noon = column(name, [dt.datetime(2015, 12, 30, 12)])
    found, problems = accepted(tmp_path / "d", county=noon)
    assert found.counties[name].to_list() == ["2015-12-30"]
    assert codes(problems) == [("warning", "time_of_day", f"第1行 {name}")]
    assert "12:00" in problems[0].message


ODD: dict[str, Any] = {
    "struct": {"a": 1},
    "list of structs": [{"a": 1}],
    "list of lists": [[1]],
    "list of days": [dt.date(2023, 9, 1)],
    "bytes": b"x",
    "duration": dt.timedelta(1),
    "time": dt.time(8),
    "nothing": None,
}


@pytest.mark.parametrize("kind", ODD)
def test_an_unknown_column_of_any_type_is_a_warning(tmp_path: Path, kind: str) -> None:
    odd = {"odd": pl.Series("odd", [ODD[kind]])}
    found, problems = accepted(tmp_path / "d", county=odd, school=odd)
    assert codes(problems) == [("warning", "unknown_heading", "odd")] * 2
    assert (found.counties.height, found.schools.height) == (1, 1)


@pytest.mark.parametrize("kind", [kind for kind in ODD if kind != "nothing"])
def test_a_known_one_of_an_odd_type_is_an_error(tmp_path: Path, kind: str) -> None:
    _, problems = accepted(tmp_path / "d", school={"boarders": pl.Series("boarders", [ODD[kind]])})
    assert codes(problems)[:1] == [("error", "wrong_type", "boarders")]
    found, problems = accepted(tmp_path / "e", school={"boarders": pl.Series("boarders", [None])})
    assert (found.schools.height, problems) == (1, [])


@pytest.mark.parametrize(
    ("value", "said"),
    [(1, True), (0.0, False), (True, True), ("是", True), ("否", False), (2, None), (-0.0, False)],
)
def test_yes_and_no(tmp_path: Path, value: object, said: bool | None) -> None:
    found, problems = accepted(tmp_path / "d", school=column("boarding", [value]))
    if said is None:
        assert codes(problems) == [("error", "unknown_word", "第1行 boarding")]
    else:
        assert (found.schools["boarding"].to_list(), problems) == ([said], [])


@pytest.mark.parametrize("kind", [pl.Float64, pl.Float32, pl.Float16])
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_an_error(tmp_path: Path, kind: Any, number: float) -> None:
    _, problems = accepted(tmp_path / "d", school=column(FIGURE, [number], kind))
    assert codes(problems) == [("error", "not_finite", f"第1行 {FIGURE}")]


def test_marks_for_no_data_are_blanks_in_every_form(tmp_path: Path) -> None:
    found, problems = accepted(
        tmp_path / "d",
        school=column(FIGURE, ["—"]) | column(ROOMS, ["/"]) | column("township", ["暂无"]),
    )
    assert found.schools.select(FIGURE, ROOMS, "township").row(0) == (None, None, None)
    assert {one.code for one in problems} == {"no_data"}
    assert len(problems) == 3
