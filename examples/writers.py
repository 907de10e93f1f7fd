"""Writing a submission in the three forms of the contract; headings come from the schemas."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

Record = dict[str, Any]
Rows = Iterable[Sequence[object]]

SCHEMAS = Path(__file__).parents[1] / "schemas"
STAGES = {"primary": "小学", "junior": "初中"}
ROOMS = {"music": "音乐", "art": "美术"}
NESTED = ("monitoring", "attestations", "vetoes")
FIRST_DAY = datetime(2023, 9, 1)  # a fixed stamp, so that the bytes repeat


def facts_of(record: str) -> dict[str, Record]:
    """The facts of ``school`` or ``county`` in the schema's order."""
    text = (SCHEMAS / f"{record}.schema.json").read_text("utf-8")
    facts: dict[str, Record] = json.loads(text)["properties"]
    return facts


def in_chinese(fact: Record, value: object) -> object:
    """A cell as a county officer would fill it in."""
    if isinstance(value, bool):
        return "是" if value else "否"
    for word, meaning in fact.get("x-words", {}).items():
        if meaning == str(value) and not word.isascii():
            return word
    return value


def write_json(file: Path, document: Record) -> None:
    """One county, readable."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def write_workbook(file: Path, document: Record) -> None:
    """The project's workbook: what does not fit a cell goes to sheets of its own."""
    county, schools = document["county"], document["schools"]
    with xlsxwriter.Workbook(file) as book:
        book.set_properties({"title": county["county_name"], "created": FIRST_DAY})
        head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        head.set_text_wrap()
        for name, heading, rows in (
            ("县区", (), county_rows(county)),
            ("学校", *_school_table(schools)),
            ("班级", ("学校标识码", "学段", "年级", "班级", "学生数"), _class_rows(schools)),
            ("专用教室", ("学校标识码", "类别", "面积"), _room_rows(schools)),
            (
                "质量监测",
                ("学科", "年级", "年份", "等级", "校际差异率"),
                [tuple(row.values()) for row in county["monitoring"]],
            ),
            ("佐证", ("指标", "是否达到", "佐证材料", "说明"), _statement_rows(county)),
            ("一票否决", ("事项", "是否存在"), _veto_rows(county)),
        ):
            sheet = book.add_worksheet(name)
            if heading:
                sheet.write_row(0, 0, heading, head)
                sheet.freeze_panes(1, 2 if name == "学校" else 0)
            for number, row in enumerate(rows, start=1 if heading else 0):
                sheet.write_row(number, 0, row)
            sheet.set_column(0, 0, 44 if name == "县区" else 14)
            sheet.set_column(1, 1, 22)


def county_rows(county: Record) -> Rows:
    """The county's own figures, each beside its name."""
    facts = facts_of("county")
    for name, fact in facts.items():
        if name in county and name not in NESTED:
            yield fact["title"], in_chinese(fact, county[name])


def _school_table(schools: list[Record]) -> tuple[Sequence[str], Rows]:
    apart = [f"{stage}_class_sizes" for stage in STAGES] + [f"{r}_room_areas" for r in ROOMS]
    facts = {
        name: fact
        for name, fact in facts_of("school").items()
        if name not in apart and any(school.get(name) is not None for school in schools)
    }
    rows = [
        [in_chinese(fact, school.get(name)) for name, fact in facts.items()] for school in schools
    ]
    return [fact["title"] for fact in facts.values()], rows


def _class_rows(schools: list[Record]) -> Rows:
    for school in schools:
        for stage, word in STAGES.items():
            sizes = school.get(f"{stage}_class_sizes") or []
            first = 1 if stage == "primary" else 7
            for number, size in enumerate(sizes):
                grade = number * school[f"{stage}_grades"] // len(sizes)
                yield school["school_code"], word, first + grade, f"{number + 1}班", size


def _room_rows(schools: list[Record]) -> Rows:
    for school in schools:
        for room, word in ROOMS.items():
            for area in school.get(f"{room}_room_areas") or []:
                yield school["school_code"], word, area


def _statement_rows(county: Record) -> Rows:
    for rule, said in county["attestations"].items():
        yield rule, "是" if said["met"] else "否", "；".join(said["evidence"]), said["note"]


def _veto_rows(county: Record) -> Rows:
    for incident, exists in county["vetoes"].items():
        yield incident, "是" if exists else "否"


def write_dataset(folder: Path, documents: list[Record], own: Iterable[str] = ()) -> None:
    """A folder of CSV tables for any number of counties; own: facts that packs add to the schemas'."""
    folder.mkdir(parents=True, exist_ok=True)
    counties = [document["county"] for document in documents]
    schools = [school for document in documents for school in document["schools"]]
    names = [name for name in facts_of("county") if name not in NESTED]
    _write_csv(folder / "counties.csv", [*names, *own], counties)
    _write_csv(folder / "schools.csv", [*facts_of("school"), *own], schools)
    subjects = [
        {"county_code": county["county_code"], **row}
        for county in counties
        for row in county["monitoring"]
    ]
    columns = ["county_code", "subject", "grade", "year", "level", "disparity"]
    _write_csv(folder / "monitoring.csv", columns, subjects)
    statements = [
        {"county_code": county["county_code"], "rule": rule, **said}
        for county in counties
        for rule, said in county["attestations"].items()
    ]
    columns = ["county_code", "rule", "met", "evidence", "note"]
    _write_csv(folder / "attestations.csv", columns, statements)
    incidents = [
        {"county_code": county["county_code"], "rule": rule, "exists": exists}
        for county in counties
        for rule, exists in county["vetoes"].items()
    ]
    _write_csv(folder / "vetoes.csv", ["county_code", "rule", "exists"], incidents)


def single_cell(value: object) -> object:
    """A value as one cell of a text holds it: lists as people write them."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return ";".join(str(item) for item in value) or "无"
    return value


def _write_csv(file: Path, names: list[str], records: list[Record]) -> None:
    used = [name for name in names if any(record.get(name) is not None for record in records)]
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(used)
        for record in records:
            table.writerow([single_cell(record.get(name)) for name in used])
