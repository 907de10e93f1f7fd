"""Writes the corpus anew: ``python -m tests.fuzz.make_corpus``.

Small counties that fail for one reason, as files of every form that is read, and what people fill in or write
beside them. What once went wrong stays in `corpus/found`, whoever made the rest anew. Old workbooks are
those of `tests/data/old`, templates the program's own: they are changed where they stand.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
import zipfile
from collections.abc import Mapping
from copy import deepcopy
from html import escape
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner

from compliance.checker import check
from compliance.cli import main
from tests.fuzz.corpus import CORPUS, FOUND
from tests.support.damage import (
    Rows,
    as_csv,
    as_json,
    as_parquet,
    datasets,
    failing,
    frames_of,
    tables,
)
from tests.support.generate_calm import Record, calm
from tests.support.workbooks import write_sheets

CHANGED = 4  # so many failing counties are changed, one more stays good
SCHOOLS, TEACHERS = 2, 40
KEPT_FINDINGS = 12  # of results: what a mutation of one more would say


def small_counties() -> list[Record]:
    """Counties of two schools that fail, each for another reason."""
    found: dict[str, Record] = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "county.json"
        for seed in count(1):
            one = failing(seed)
            _shrink(one.document)
            as_json(path, one.document)
            report = check(path)
            verdicts = [county.verdict for county in report.counties]
            if verdicts == ["fail"] and not report.problems:
                found.setdefault(one.reason, one.document)
            if len(found) > CHANGED:
                return list(found.values())
    raise AssertionError


def _shrink(document: Record) -> None:
    document["schools"] = document["schools"][:SCHOOLS]
    document["county"]["exchange_eligible_teachers"] = TEACHERS  # of two schools


def as_text(folder: Path, document: Record, suffix: str, comma: str) -> None:
    """A folder of tables of text, between commas or tabs."""
    folder.mkdir()
    for name, rows in datasets(document).items():
        stream = io.StringIO()
        csv.writer(stream, delimiter=comma, lineterminator="\n").writerows(rows)
        (folder / f"{name}.{suffix}").write_text(stream.getvalue(), "utf-8", newline="")


def as_page(path: Path, document: Record) -> None:
    """A web page of tables, as offices' systems give out what they call a workbook."""
    made = "".join(
        f"<h2>{name}</h2><table><caption>{name}</caption>{_rows(rows, '<tr>', '<td>', '</td>', '</tr>')}</table>\n"
        for name, rows in tables(document).items()
    )
    path.write_text(f'<html><head><meta charset="utf-8"></head><body>{made}</body></html>', "utf-8")


def as_spreadsheet_ml(path: Path, document: Record) -> None:
    """The workbook in one XML, as Excel 2003 and reports of databases write it."""
    spaces = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    made = "".join(
        f'<Worksheet ss:Name="{name}"><Table>'
        + _rows(rows, "<Row>", '<Cell><Data ss:Type="String">', "</Data></Cell>", "</Row>")
        + "</Table></Worksheet>\n"
        for name, rows in tables(document).items()
    )
    path.write_text(f'<?xml version="1.0"?><Workbook {spaces}>{made}</Workbook>', "utf-8")


def _rows(rows: Rows, row: str, cell: str, end: str, last: str) -> str:
    return "\n".join(
        row
        + "".join(f"{cell}{escape(str('' if one is None else one))}{end}" for one in line)
        + last
        for line in rows
    )


def as_zip(path: Path, document: Record) -> None:
    """The tables in an archive."""
    with TemporaryDirectory() as folder:
        as_csv(Path(folder) / "t", document)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in sorted((Path(folder) / "t").iterdir()):
                archive.write(one, one.name)


def as_neighbours(folder: Path, *documents: Record) -> None:
    """Several counties in the same tables."""
    frames = [frames_of(one) for one in documents]
    folder.mkdir()
    for name in frames[0]:
        rows = [row for one in frames for row in one[name]]
        stream = io.StringIO()
        table = csv.DictWriter(stream, list({key: None for row in rows for key in row}))
        table.writeheader()
        table.writerows({key: _listed(value) for key, value in row.items()} for row in rows)
        (folder / f"{name}.csv").write_text(stream.getvalue(), "utf-8", newline="")


def _listed(value: Any) -> Any:
    return ";".join(map(str, value)) if isinstance(value, list) else value


PACK = """[pack]
id = "my"
title = "我县"
source = "我教〔2024〕1号"
effective = 2018-01-01
extends = "national"
prefix = "MY-"

[switch.mine]
kind = "relaxation"
title = "放宽"
source = "我教〔2024〕1号"
basis = "secondary"
from = 2024-01-01
until = 2030-01-01

[tally.large]
scope = "county"
count = "schools"
from = "school"
where = { primary_students = { above = 1000 } }

[indicator.mine]
title = "我的"
unit = "人"
of = "senior_quota"
per = 100
over = "large"

[rule.MY-1]
kind = "attested"
scope = "county"
title = "一"
basis = "verified"
source = "我教〔2024〕1号"

[rule.MY-2]
kind = "threshold"
scope = "county"
title = "二"
basis = "secondary"
source = "我教〔2024〕1号"
indicator = "mine"
at_least = 1
[[rule.MY-2.since]]
date = 2025-01-01
at_least = 2
source = "我教〔2025〕1号"

[rule.MY-3]
kind = "elapsed"
since = "basic_balance_date"
at_least = 3
title = "三"
basis = "verified"
source = "我教〔2024〕1号"

[override.G14]
at_least = 60
basis = "verified"
source = "我教〔2024〕1号"

[override.C]
add = ["MY-1", "MY-2", "MY-3"]
"""
CONFIRMATION = f'''[[confirmation]]
rule = "V6"
document = "国教督办函〔2024〕9号"
confirmed_by = "省教育督导办 王某"
date = 2026-11-01
sha256 = "{"ab" * 32}"
note = "虚构"
'''
MAPPING = """format = "junheng-mapping/1"
confirmed_by = "李四"
confirmed_on = 2025-10-12

[[table]]
record = "schools"
title = "青石县中小学生情况"
[table.columns]
"在校生数/小学" = "primary_students"
"专任教师数" = "junior_teachers"
"教学仪器设备值（万元）" = { fact = "equipment_value", unit = "万元" }
"备注" = "ignore"
"""
WAIVERS = """[[waiver]]
rule = "{rule}"
county_code = "{code}"
reason = "3名教师援藏，培训学时顺延（虚构）"
approver = "市教育局"
document = "市教师〔2023〕3号"
expiry = 2033-12-31
"""
CONFIGURATION = """inputs = ["county.json"]
ruleset = "national"
fail-on = "fail"
switch = ["retention-b"]
as-of = 2023-09-01
strict = true

[rectify]
output = "out"
format = ["xlsx", "md"]
"""


def write_beside(home: Path, county: Path) -> None:
    """What people fill in or write beside a county's figures, as the program hands it out."""
    for name, text in (
        ("pack", PACK),
        ("confirm", CONFIRMATION),
        ("mapping", MAPPING),
        ("config", CONFIGURATION),
    ):
        (home / name).mkdir()
        (home / name / f"{name}.toml").write_text(text, "utf-8")
    results = json.loads(_run("check", county, "--format", "json"))
    code = results["counties"][0]["county_code"]
    failed = next(
        one["rule"]
        for one in results["findings"]
        if one["status"] == "fail" and one["level"] == "county"
    )
    (home / "waivers").mkdir()
    (home / "waivers" / "waivers.toml").write_text(WAIVERS.format(rule=failed, code=code), "utf-8")
    results["findings"] = results["findings"][-KEPT_FINDINGS:]
    (home / "results").mkdir()
    text = json.dumps(results, ensure_ascii=False, indent=1).replace(f"{home.as_posix()}/", "")
    (home / "results" / "results.json").write_text(text, "utf-8")
    for name in ("declare", "ledger", "prices", "responsibilities", "returned"):
        (home / name).mkdir()
    _run("declare", county, "-o", home / "declare" / "form.xlsx")
    _run("template", "--prices", "-o", home / "prices" / "prices.xlsx")
    _run(
        "template", "--responsibilities", "-o", home / "responsibilities" / "responsibilities.xlsx"
    )
    with TemporaryDirectory() as folder:
        out = Path(folder)
        _run("rectify", county, "-o", out / "papers", "--format", "xlsx", "--paper", "list")
        (ledger,) = (out / "papers").rglob("*.xlsx")
        shutil.copy(ledger, home / "ledger" / "ledger.xlsx")
        _run("template", "--per-school", out / "schools", county)
        sent = sorted((out / "schools").rglob("*.xlsx"))[0]
        shutil.copy(sent, home / "returned" / "school.xlsx")


def _run(*words: str | Path) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code in (0, 1), done.output
    return done.stdout


def write(home: Path) -> None:
    """The whole corpus but what was found."""
    counties = small_counties()
    forms: Mapping[str, Any] = {
        "json/{n}.json": as_json,
        "xlsx/{n}.xlsx": lambda path, one: write_sheets(path, tables(one)),
        "csv/{n}": as_csv,
        "tsv/{n}": lambda path, one: as_text(path, one, "tsv", "\t"),
        "txt/{n}": lambda path, one: as_text(path, one, "txt", ","),
        "zip/{n}.zip": as_zip,
        "html/{n}.xls": as_page,
        "xml/{n}.xls": as_spreadsheet_ml,
        "parquet/{n}": lambda path, one: as_parquet(path, one, compression="uncompressed"),
    }
    for form, made in forms.items():
        for n, one in enumerate(counties[: 2 if form[:3] in ("par", "tsv", "txt") else CHANGED], 1):
            path = home / form.format(n=n)
            path.parent.mkdir(exist_ok=True)
            made(path, deepcopy(one))
    (home / "neighbours").mkdir()
    as_neighbours(home / "neighbours" / "1", counties[0], counties[1])
    write_beside(home, home / "json" / "1.json")
    (home / "good").mkdir()
    as_json(home / "good" / "fails.json", counties[CHANGED])
    for name, seed in (("passes", 9902), ("undecided", 9903)):
        document = calm(seed)
        _shrink(document)
        if name == "undecided":
            del document["county"]["recognition_percent"]
        as_json(home / "good" / f"{name}.json", document)


if __name__ == "__main__":
    for old in CORPUS.iterdir():
        if old.is_dir() and old.name != FOUND:
            shutil.rmtree(old)
    write(CORPUS)
    sys.stdout.write(
        f"{sum(one.stat().st_size for one in CORPUS.rglob('*') if one.is_file())} bytes\n"
    )
