"""Workbooks as older programs leave them: written by LibreOffice, and kept in `tests/data/old`.

    python -m tests.support.old_workbooks OFFICE PROFILE

writes the kept ones anew. What stands in each is told by `SHEETS`, cell by cell.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.support.damage import failing, tables
from tests.support.workbooks import write_sheets

FAILING = 1  # the seed of a county that fails for one reason
KEPT = Path(__file__).parents[1] / "data" / "old"
# suffix → the filter of LibreOffice that writes it
FILTERS = {"xls": "MS Excel 97", "html": "HTML (StarCalc)"}

HEADINGS = (
    "学校（机构）标识码", "学校名称", "办学类型", "是否寄宿制", "小学在校生数（人）", "小学班级数",
    "教学及辅助用房面积（平方米）", "教学仪器设备值（万元）", "规划并建成年份", "图书册数",
)  # fmt: skip
SCHOOLS: tuple[tuple[object, ...], ...] = (
    ("2134000001", "实验小学", "小学", "是", 860, 20, 3870.25, 123.456789, 1998, "=E5*30"),
    ("2134000002", "城关二小", "小学", False, 45, 2, 0.1 + 0.2, "=1/0", 2005, 12345.678901234),
    ("2134000003", "望河小学", "小学", "否", "=1/3", 6, 700, 8, 1987, '=IF(1,"—","")'),
)


def source(path: Path, *, since_1904: bool = False) -> Path:
    """The workbook that LibreOffice is given: formulas without results, which it works out."""
    book: Any = openpyxl.Workbook()
    if since_1904:
        book.epoch = CALENDAR_MAC_1904
    county = book.active
    county.title = "县区"
    for row in (
        ("行政区划代码", "341622"),
        ("县（市、区）名称", "蒙城县"),
        ("学年起始年份", 2023),
        ("通过基本均衡认定时间", date(2016, 12, 30)),
        ("社会认可度", 0.9125),
    ):
        county.append(row)
    county["B4"].number_format, county["B5"].number_format = "yyyy-mm-dd", "0.00%"
    schools = book.create_sheet("学校")
    schools.append(["学校基本情况"])
    schools.append([])
    schools.append(["单位：见表头"])
    schools.append(HEADINGS)
    for school in SCHOOLS:
        schools.append(school)
    schools.merge_cells("A1:J1")
    schools.merge_cells("B7:C7")
    schools.row_dimensions[6].hidden = True
    schools.column_dimensions["J"].hidden = True
    schools["G5"].number_format = '0.00"㎡"'
    hidden = book.create_sheet("班级")
    hidden.append(("学校（机构）标识码", "学段", "年级", "班级", "学生数"))
    hidden.append(("2134000002", "小学", 1, 1, 45))
    hidden.sheet_state = "hidden"
    book.save(path)
    return path


def converted(path: Path, suffix: str, office: str, profile: Path) -> Path:
    """The workbook as LibreOffice saves it in another form, beside it."""
    subprocess.run(
        [
            office, f"-env:UserInstallation=file://{profile}", "--headless",
            "--convert-to", f"{suffix}:{FILTERS[suffix]}", "--outdir", str(path.parent), str(path),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return path.with_suffix(f".{suffix}")


def main(office: str, profile: str) -> None:
    """Write the kept ones anew."""
    failing_one = write_sheets(KEPT / "failing.xlsx", tables(failing(FAILING).document))
    converted(failing_one, "xls", office, Path(profile))
    failing_one.unlink()
    for name, since_1904 in (("county", False), ("county_1904", True)):
        made = source(KEPT / f"{name}.xlsx", since_1904=since_1904)
        for suffix in FILTERS if not since_1904 else ("xls",):
            converted(made, suffix, office, Path(profile))
        made.unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])
