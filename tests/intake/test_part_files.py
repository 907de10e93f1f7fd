"""Tables in pieces, as Spark writes them, are the same tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from compliance import Checker, Report
from tests.support.court import installed
from tests.support.nonempty import nonempty


def judged(folder: Path) -> Report:
    return Checker(installed()).check(folder)


@pytest.fixture(scope="module")
def whole(tables: Path) -> Report:
    return judged(tables)


def in_pieces(tables: Path, folder: Path, form: str, name: str) -> Path:
    """The dataset of the examples, its schools in three pieces, year by year."""
    home = folder / "dataset"
    shutil.copytree(tables, home)
    schools = pl.read_csv(home / "schools.csv", infer_schema=False)
    (home / "schools.csv").unlink()
    pieces = [schools[:30], schools[30:31], schools[31:]]
    for number, piece in enumerate(nonempty(pieces)):
        where = home / name / f"part-{number:05d}-0a1b.c000{form}"
        where.parent.mkdir(parents=True, exist_ok=True)
        piece.write_csv(where) if form == ".csv" else piece.write_parquet(where)
    (home / name / "_SUCCESS").touch()
    (home / name / f".part-00000-0a1b.c000{form}.crc").write_bytes(b"crc")
    return home


@pytest.mark.parametrize(
    ("form", "name"),
    [(".csv", "schools.csv"), (".parquet", "schools.parquet"), (".parquet", "学校")],
)
def test_pieces_are_one_table(
    form: str, name: str, whole: Report, tables: Path, tmp_path: Path
) -> None:
    found = judged(in_pieces(tables, tmp_path, form, name))
    assert found.findings.equals(whole.findings)
    assert not [one for one in found.problems if one.severity == "error"]


def test_a_problem_stands_in_its_piece(tables: Path, tmp_path: Path) -> None:
    home = in_pieces(tables, tmp_path, ".csv", "schools")
    piece = home / "schools" / "part-00001-0a1b.c000.csv"
    frame = pl.read_csv(piece, infer_schema=False)
    frame.with_columns(teaching_area=pl.lit("many")).write_csv(piece)
    (problem,) = [one for one in judged(home).problems if one.severity == "error"]
    assert problem.file == "schools"
    assert problem.at.startswith("part-00001-0a1b.c000.csv ")
    assert problem.county_code == frame["county_code"].item()


def test_folders_named_for_a_column_are_that_column(
    whole: Report, tables: Path, tmp_path: Path
) -> None:
    home = in_pieces(tables, tmp_path, ".parquet", "schools")
    frame = pl.concat([pl.read_parquet(one) for one in sorted((home / "schools").glob("part-*"))])
    shutil.rmtree(home / "schools")
    for (code,), own in frame.partition_by("county_code", as_dict=True).items():
        where = home / "schools" / f"county_code={code}" / "part-00000.parquet"
        where.parent.mkdir(parents=True)
        own.drop("county_code").write_parquet(where)
    assert judged(home).findings.equals(whole.findings)


def test_half_a_table_and_pieces_that_differ_acquit_nobody(tables: Path, tmp_path: Path) -> None:
    home = in_pieces(tables, tmp_path, ".parquet", "schools")
    (home / "schools" / "_temporary" / "0").mkdir(parents=True)
    half = judged(home)
    assert (half.counties, {one.code for one in half.problems}) == ((), {"cannot_read"})
    shutil.rmtree(home / "schools" / "_temporary")
    piece = home / "schools" / "part-00001-0a1b.c000.parquet"
    pl.read_parquet(piece).drop("primary_teachers").write_parquet(piece)
    differing = judged(home)
    assert differing.counties == ()
    assert "parts_differ" in {one.code for one in differing.problems}
