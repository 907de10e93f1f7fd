"""Submissions as files, written the way people write them, for the tests of the readers."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from compliance.intake import readers
from compliance.intake.formats.discover import gather
from compliance.intake.formats.raw_table import RawDocument, RawTable
from compliance.kernel.errors import Problem
from tests.support.workbooks import Sheets, write_sheets

SUBMISSION: dict[str, Any] = {
    "format": "junheng-submission/1",
    "county": {"county_code": "341622", "county_name": "蒙城县", "year": 2023},
    "schools": [
        {
            "school_code": "2134000001",
            "school_name": "实验小学",
            "school_type": "小学",
            "primary_students": 860,
        }
    ],
}
COUNTY_ROWS: Sequence[Sequence[object]] = (
    ("行政区划代码", "341622"),
    ("县（市、区）名称", "蒙城县"),
    ("学年起始年份", 2023),
)
SCHOOL_ROWS: Sequence[Sequence[object]] = (
    ("学校（机构）标识码", "学校名称", "办学类型", "小学在校生数（人）"),
    ("2134000001", "实验小学", "小学", 860),
)
SHEETS: Sheets = {"县区": COUNTY_ROWS, "学校": SCHOOL_ROWS}
COUNTIES_CSV = "county_code,county_name,year\n341622,蒙城县,2023\n"
SCHOOLS_CSV = (
    "county_code,school_code,school_name,school_type,primary_students\n"
    "341622,2134000001,实验小学,小学,860\n"
)


def json_file(path: Path, **changes: Any) -> Path:
    """A submission with these top-level parts replaced; None takes one away."""
    parts = {**SUBMISSION, **changes}
    kept = {key: value for key, value in parts.items() if value is not None}
    path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    return path


def workbook(
    path: Path, sheets: Sheets = SHEETS, change: Callable[[openpyxl.Workbook], object] | None = None
) -> Path:
    """A workbook with these sheets, or with one of each kind."""
    return write_sheets(path, sheets, change)


def repacked(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same zip with every member passed through `change`; None drops it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    path.write_bytes(stream.getvalue())
    return path


def dataset(folder: Path, **files: str | bytes) -> Path:
    """A folder with the tables counties and schools, and these files (name__suffix)."""
    folder.mkdir(exist_ok=True)
    contents: dict[str, str | bytes] = {
        "counties__csv": COUNTIES_CSV,
        "schools__csv": SCHOOLS_CSV,
        **files,
    }
    for name, content in contents.items():
        data = content.encode() if isinstance(content, str) else content
        if data:
            (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def zipped(path: Path, **members: str | bytes) -> Path:
    """A zip archive; members named as in `dataset`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return path


def table(document: RawDocument, name: str) -> RawTable:
    """The one table of that name."""
    [found] = [one for one in document.tables if one.name == name]
    return found


def values(document: RawDocument, name: str) -> dict[str, list[object]]:
    """Heading → cells of a table."""
    return {heading: list(cells) for heading, cells in table(document, name).columns.items()}


def codes(document: RawDocument) -> list[str]:
    """The codes of its problems, in order."""
    return [problem.code for problem in document.problems]


def read(path: Path) -> RawDocument:
    [document] = gather([path], readers())
    return document


def only(path: Path, *parts: str) -> Problem:
    """The one problem of the file; an error that names it and says all of `parts`."""
    document = read(path)
    assert len(document.problems) == 1, document.problems
    [problem] = document.problems
    assert problem.severity == "error"
    assert problem.file == path.name
    said = f"{problem.message} {problem.expected} {problem.at}"
    assert not [part for part in parts if part not in said], said
    return problem


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
