"""The facts of generated registers, against the same work written by hand in SQL (extra `bench`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.registers import write_registers
from tests.registers.assembling import assembled
from tests.support.nonempty import nonempty

pytest.importorskip("duckdb", reason="needs duckdb: pip install -e .[bench]")


def same(folder: Path, out: Path) -> dict[str, int]:
    """Fact → for how many schools it is known, by the program and by SQL alike."""
    from benchmarks.peers import registers_by_duckdb

    assert assembled(out, folder).schools
    registers_by_duckdb.main(str(folder), str(out / "by_hand.parquet"))
    ours = pl.read_parquet(out / "schools.parquet").sort("school_code")
    theirs = pl.read_parquet(out / "by_hand.parquet").sort("school_code")
    assert ours["school_code"].equals(theirs["school_code"])
    known = {}
    for name in nonempty(theirs.columns[1:]):
        one, other = _plain(ours[name]), _plain(theirs[name])
        assert one.equals(other), (
            name,
            one.filter(one.ne_missing(other)),
            other.filter(one.ne_missing(other)),
        )
        known[name] = len(one) - one.null_count()
    return known


def _plain(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.List):
        return column.cast(pl.List(pl.Float64)).list.sort()
    return column.cast(pl.Float64)


def test_orphans_doubles_transfers_and_part_time_teachers(tmp_path: Path) -> None:
    """300 schools with 16,500 teachers, of whom some are in each of these ways irregular."""
    folder = tmp_path / "data"
    folder.mkdir()
    write_registers(300, folder)
    known = same(folder, tmp_path / "out")
    assert 200 < known["primary_teachers"] < 300  # of some it cannot be told
    assert known["teaching_area"] == 300


TEACHER = st.fixed_dictionaries(
    {
        "person": st.sampled_from(["A", "B", "C", "D", "E"]),
        "school_code": st.sampled_from(["3000000000", "3000000001", "3000000004", "9999999999"]),
        "stage": st.sampled_from(["小学", "初中"]),
        "post": st.sampled_from(["专任教师", "专任教师", "行政人员", ""]),
        "employment": st.sampled_from(["在编", "聘任制", "兼职", ""]),
        "main": st.sampled_from(["是", "否", ""]),
        "subject": st.sampled_from(["语文", "体育", "音乐", ""]),
        "degree": st.sampled_from(["本科", "专科", "高中", ""]),
        "title": st.sampled_from(["高级教师", "二级教师", ""]),
        "backbone": st.sampled_from(["否", "县级", ""]),
        "certificate": st.sampled_from(["是", "否", ""]),
        "training_hours": st.sampled_from([None, 0.0, 359.5, 360.0]),
        "from": st.sampled_from([None, "", "2023-09-01", "2023-09-02", "2020-01-31"]),
        "until": st.sampled_from([None, "", "2023-08-31", "2023-09-01", "2024-06-30"]),
    }
)


@given(teachers=st.lists(TEACHER, min_size=1, max_size=14))
@settings(max_examples=15)
def test_any_teachers_however_listed(
    tmp_path_factory: pytest.TempPathFactory, teachers: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("any") / "data"
    folder.mkdir()
    write_registers(5, folder)
    columns = {"training_hours": pl.Float64, "from": pl.String, "until": pl.String}
    pl.DataFrame(teachers, schema_overrides=columns).write_parquet(folder / "teachers.parquet")
    same(folder, folder.parent / "out")
