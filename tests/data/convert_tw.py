"""Turn the published list of primary schools (school year 114) into a dataset of the contract.

    python tests/data/convert_tw.py tw_primary_schools_114.csv [FOLDER]

Writes ``counties.csv`` and ``schools.csv`` (default: ``tw114`` beside this file). Counties are
grouped by name, because three merged cities keep two codes each; the county codes 710001 … are
invented. Grades are those that have a class.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

Row = dict[str, str]

FIRST_CODE = 710001
YEARS_BEFORE = 1911  # school year 114 began in 2025
GRADES = range(1, 7)
SCHOOL_FACTS = (
    "county_code",
    "school_code",
    "school_name",
    "school_type",
    "sponsor",
    "township",
    "primary_students",
    "primary_grades",
    "primary_classes",
    "primary_teachers",
    "primary_staff",
)


def read(source: Path) -> list[Row]:
    """Every school of the published list."""
    with source.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def county_codes(rows: Iterable[Row]) -> dict[str, str]:
    """County name → invented code, in the order of the list."""
    names = dict.fromkeys(row["縣市名稱"] for row in rows)
    return {name: str(FIRST_CODE + number) for number, name in enumerate(names)}


def year(row: Row) -> str:
    """The year in which the school year began."""
    return str(int(row["學年度"]) + YEARS_BEFORE)


def school(row: Row, codes: dict[str, str]) -> Sequence[str | int]:
    """One row of ``schools.csv``."""
    classes = [int(row[f"{grade}年級班級數"]) for grade in GRADES]
    pupils = [int(row[f"{grade}年級{sex}學生數"]) for grade in GRADES for sex in "男女"]
    teachers = int(row["男專任教師"]) + int(row["女專任教師"])
    name = row["學校名稱"]
    return (
        codes[row["縣市名稱"]],
        row["學校代碼"],
        name,
        "primary",
        "10" if "私立" in name else "",
        row["鄉鎮市區"],
        sum(pupils),
        sum(count > 0 for count in classes),
        sum(classes),
        teachers,
        teachers + int(row["男職員"]) + int(row["女職員"]),
    )


def write(file: Path, heading: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """A CSV file with plain line ends."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(heading)
        table.writerows(rows)


def main(source: Path, folder: Path) -> None:
    """Convert ``source`` into ``folder``."""
    rows = read(source)
    codes = county_codes(rows)
    years = {row["縣市名稱"]: year(row) for row in rows}
    folder.mkdir(parents=True, exist_ok=True)
    counties = [(code, name, years[name]) for name, code in codes.items()]
    write(folder / "counties.csv", ("county_code", "county_name", "year"), counties)
    write(folder / "schools.csv", SCHOOL_FACTS, (school(row, codes) for row in rows))


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    main(given[0], given[1] if len(given) > 1 else Path(__file__).parent / "tw114")
