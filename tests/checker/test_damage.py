"""Damage never acquits: a failing county does not pass because its files were damaged.

Every county here fails for one reason. Its files are damaged, in cells and in bytes; whatever passes
then must be said to be damaged, at the place, or be another complete and consistent submission,
which no reader can tell from an honest one. These are counted: were they many, nothing would be tried.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import settings
from openpyxl.utils import get_column_letter

from compliance.checker import Checker
from tests.support.damage import (
    Failing,
    Mutant,
    Rows,
    as_csv,
    as_json,
    as_parquet,
    datasets,
    failing,
    flipped,
    leaves,
    stored,
    tables,
)
from tests.support.nonempty import nonempty
from tests.support.old_workbooks import KEPT
from tests.support.sweeps import tried
from tests.support.workbooks import write_sheets

BATCH = 40
pytestmark = pytest.mark.sweep


def plain(value: Any) -> bool:
    """Whether a text is a figure, a word or a code that an honest hand could have written."""
    if isinstance(value, bool | int | float):
        return True
    text = str(value)
    return text.isdigit() or text in {"是", "否"} or text.replace(".", "", 1).isdigit()


# --- what can happen to a text ---------------------------------------------------------------------
TEXTS: list[Callable[[str, Random], Any]] = [
    lambda text, luck: text[:-1],
    lambda text, luck: text[1:],
    lambda text, luck: f"约{text}",
    lambda text, luck: text + luck.choice("①²人%?*万"),
    lambda text, luck: f" {text}\u00a0",
    lambda text, luck: text.translate({48 + n: 0xFF10 + n for n in range(10)}),
    lambda text, luck: luck.choice(
        ["—", "/", "暂无", "无", "N/A", "…", "不涉及", "#REF!", "\ufffd\ufffd"]
    ),
    lambda text, luck: text.encode().decode("gbk", "replace"),
    lambda text, luck: f"{text};{text}",
    lambda text, luck: "",
]


# --- workbooks -------------------------------------------------------------------------------------
Aim = tuple[int, int]  # row and column of a sheet, from 1


def _each(cells: Any, value: Any) -> None:
    for cell in cells:
        cell.value = value


def _written(sheet: Any, aim: Aim, value: Any, form: str = "General") -> None:
    cell = sheet.cell(*aim)
    cell.value, cell.number_format = value, form


def _error(sheet: Any, aim: Aim, luck: Random) -> None:
    cell = sheet.cell(*aim)
    cell.value, cell.data_type = luck.choice(["#REF!", "#N/A", "#DIV/0!"]), "e"


def _formulas_to_the_end(sheet: Any, aim: Aim, luck: Random) -> None:
    """What a script leaves that links another workbook: no row from here on was ever calculated."""
    first = luck.choice([1, aim[1]])
    for row in sheet.iter_rows(min_row=aim[0], min_col=first):
        _each(row, "=B2+1")


def _merged(sheet: Any, aim: Aim, luck: Random) -> None:
    row, column = aim
    down = luck.random() < 0.5
    sheet.merge_cells(start_row=max(1, row - down), end_row=row,
                      start_column=max(1, column - (not down)), end_column=column)  # fmt: skip


SHEET: list[Callable[[Any, Aim, Random], object]] = [
    lambda sheet, aim, luck: _written(sheet, aim, "=B2+1"),
    _error,
    _formulas_to_the_end,
    _formulas_to_the_end,
    _merged,
    _merged,
    lambda sheet, aim, luck: _written(sheet, aim, luck.choice([True, -1, date(2023, 9, 1)])),
    lambda sheet, aim, luck: _written(
        sheet, aim, sheet.cell(*aim).value, luck.choice(["0.0%", "yyyy-mm-dd", "0.00,"])
    ),
    lambda sheet, aim, luck: _each(sheet[aim[0]], luck.choice(["\ufffd\ufffd", "—", "#"])),
    lambda sheet, aim, luck: _each(sheet[aim[0]][:3], luck.choice([None, "?"])),
    lambda sheet, aim, luck: _each(sheet[aim[0]][aim[1] - 1 :], None),
    lambda sheet, aim, luck: sheet.insert_cols(aim[1]),
    lambda sheet, aim, luck: sheet.insert_rows(aim[0], luck.randint(1, 3)),
    lambda sheet, aim, luck: sheet.delete_cols(aim[1]),
    lambda sheet, aim, luck: sheet.append([cell.value for cell in sheet[aim[0]]]),
    lambda sheet, aim, luck: setattr(sheet, "title", luck.choice([f"{sheet.title}x", "Sheet1"])),
    lambda sheet, aim, luck: setattr(sheet, "sheet_state", "hidden"),
    lambda sheet, aim, luck: setattr(sheet.row_dimensions[aim[0]], "hidden", True),
    lambda sheet, aim, luck: setattr(
        sheet.column_dimensions[get_column_letter(aim[1])], "hidden", True
    ),
    lambda sheet, aim, luck: sheet.parent.remove(sheet),
]


def spoiled_workbook(one: Failing, path: Path, luck: Random) -> Mutant:
    """A workbook damaged in a cell, a row, a sheet, or in its bytes."""
    sheets = tables(one.document)
    name = one.table if luck.random() < 0.8 else luck.choice(list(sheets))
    row, column = aimed(one, name, sheets[name], luck)
    what, whole = f"{name}!{get_column_letter(column + 1)}{row + 1}", False
    damage = luck.choice(SHEET)
    if luck.random() < 0.4:
        new = luck.choice(TEXTS)(str(sheets[name][row][column]), luck)
        whole = plain(new) and row > 0
        what += f" → {new!r}"

        def damage(sheet: Any, aim: Aim, luck: Random) -> None:
            sheet.cell(*aim).value = new
    else:
        what += f" {SHEET.index(damage)}"

    write_sheets(path, sheets, lambda book: damage(book[name], (row + 1, column + 1), luck))
    return Mutant(path, what, whole, (f"{name}!", path.name))


def aimed(one: Failing, name: str, rows: Rows, luck: Random) -> tuple[int, int]:
    """A row and a column of a table, mostly where the county fails."""
    row, column = luck.randrange(len(rows)), luck.randrange(len(rows[0]))
    if name == one.table and luck.random() < 0.8:
        row = one.row
    if name == one.table and luck.random() < 0.7:
        column = rows[0].index(one.heading) if one.heading in rows[0] else len(rows[0]) - 1
    return row, column


def spoiled_package(one: Failing, path: Path, luck: Random) -> Mutant:
    """A workbook with a bit flipped, a piece lost, or a member lost; members lie there as they are."""
    write_sheets(path, tables(one.document))
    stored(path)
    data = path.read_bytes()
    match luck.randrange(4):
        case 0:
            data = data[: luck.randrange(len(data))]
        case 1:
            data = flipped(data, luck)
        case 2:
            data = flipped(data, luck, aim=b"<v>")
        case _:
            start = luck.randrange(len(data))
            data = data[:start] + bytes(luck.randint(1, 40)) + data[start + 40 :]
    path.write_bytes(data)
    return Mutant(path, "bytes", places=(path.name,))


# --- tables of text --------------------------------------------------------------------------------
def spoiled_csv(one: Failing, path: Path, luck: Random) -> Mutant:
    """A folder of CSV whose table that fails is damaged in a cell or in its bytes."""
    as_csv(path, one.document)
    sheets = datasets(one.document)
    name = one.table if luck.random() < 0.7 else luck.choice(list(sheets))
    file, rows = path / f"{name}.csv", deepcopy(sheets[name])
    kind = luck.randrange(10)
    data = file.read_bytes()
    if kind < 4:
        row = luck.randrange(len(rows))
        column = luck.randrange(len(rows[row]))
        rows[row][column] = luck.choice(TEXTS)(str(rows[row][column] or 0), luck)
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\r\n").writerows(rows)
        data = stream.getvalue().encode()
    elif kind == 4:
        data = data[: luck.randrange(len(data))]
    elif kind == 5:
        text = data.decode("utf-8-sig")
        data = luck.choice(
            [
                text.encode("gbk"),
                text.encode("utf-16"),
                text.encode("utf-16-le"),
                text.encode("gbk").decode("latin-1").encode(),
            ]
        )
    elif kind == 6:
        data = data.replace(
            luck.choice([b",", b"\r\n", b"\n"]), luck.choice([b";", b"\r", b"\t", b""])
        )
    elif kind == 7:
        start = luck.randrange(len(data))
        data = data[:start] + data[start + luck.randint(1, 30) :]
    else:
        data = flipped(data, luck, aim=luck.choice([b"", b",", b"\n"]))
    file.write_bytes(data)
    return Mutant(
        path,
        f"{name}.csv kind {kind}",
        whole_table(data, sheets[name]),
        (f"{name}.csv", one.document["county"]["county_code"]),
    )


def whole_table(data: bytes, before: Rows) -> bool:
    """Whether the bytes hold the table's rows or fewer, each cell as it was or another plain one."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return False
    if not rows or rows[0] != before[0] or not data.endswith((b"\n", b"\r")):
        return False
    kept: Iterator[list[str]] = iter(
        [["" if one is None else str(one) for one in row] for row in before]
    )
    for row in rows:
        if len(row) != len(before[0]):
            return False
        alike = next((old for old in kept if near(old, row)), None)
        if alike is None:
            return False
    return True


def near(old: list[str], new: list[str]) -> bool:
    """Whether a row is another with at most one cell changed to a plain one."""
    changed = [(was, now) for was, now in zip(old, new, strict=True) if was != now]
    return len(changed) <= 1 and all(
        plain(now) or (was.isalpha() and now.isalpha()) for was, now in changed
    )


# --- documents -------------------------------------------------------------------------------------
def spoiled_json(one: Failing, path: Path, luck: Random) -> Mutant:
    """A document damaged in a value, a key or its bytes."""
    document, kind = deepcopy(one.document), luck.randrange(10)
    places = [keys for keys, _ in leaves(document)]
    aimed = [keys for keys in places if one.reason in keys]
    keys = luck.choice(aimed if aimed and luck.random() < 0.7 else places)
    holder = document
    for key in keys[:-1]:
        holder = holder[key]
    old = holder[keys[-1]]
    if kind < 4:
        holder[keys[-1]] = luck.choice(TEXTS)(str(old), luck)
    elif kind == 4:
        holder[keys[-1]] = luck.choice([None, [], {}, [old], {"value": old}, -1, 1e400, not old])
    elif kind == 5 and isinstance(keys[-1], str):
        del holder[keys[-1]]
        holder[luck.choice([keys[-1][:-1], keys[-1].upper(), f"{keys[-1]} "])] = old
    as_json(path, document)
    data = path.read_bytes()
    if kind in (6, 7):
        data = flipped(data, luck)
    elif kind == 8:
        data = data[: luck.randrange(len(data))]
    elif kind == 9:
        start = luck.randrange(len(data))
        data = data[:start] + data[start + luck.randint(1, 30) :]
    path.write_bytes(data)
    return Mutant(
        path, f"{keys} {old!r} kind {kind}", whole_document(data, one.document), (path.name,)
    )


def whole_document(data: bytes, before: Any) -> bool:
    """Whether the bytes hold the document with some values other plain ones of their type."""
    try:
        after = json.loads(data)
    except ValueError:
        return False
    old, new = dict(leaves(before)), dict(leaves(after))
    return (
        set(new) <= set(old)
        and all(
            type(value) is type(old[keys])
            and (plain(value) or value == old[keys] or keys[-1] not in FIGURES)
            for keys, value in new.items()
        )
        and not any(keys not in new for keys in old if keys[0] == "county")
    )


FIGURES = {"school_code", "county_code"}


# --- Parquet ---------------------------------------------------------------------------------------
def spoiled_parquet(one: Failing, path: Path, luck: Random) -> Mutant:
    """A folder of Parquet damaged in a column's type, in cells, or in its bytes."""
    as_parquet(path, one.document, compression=luck.choice(["zstd", "uncompressed"]))
    file = path / luck.choice(["schools.parquet", "counties.parquet", "vetoes.parquet"])
    frame, kind = pl.read_parquet(file), luck.randrange(5)
    column = luck.choice(frame.columns)
    if one.reason in frame.columns and luck.random() < 0.6:
        column = one.reason
    whole = False
    if kind == 0:
        text = pl.Series(
            column, [luck.choice(TEXTS)(str(v), luck) for v in frame[column]], pl.String
        )
        whole = all(plain(value) for value in text)
        frame.with_columns(text).write_parquet(file)
    elif kind == 1:
        frame.with_columns(pl.lit(None, frame.schema[column]).alias(column)).write_parquet(file)
    elif kind == 2:
        frame.rename({column: f"{column}_x"}).write_parquet(file)
    else:
        data = file.read_bytes()
        file.write_bytes(flipped(data, luck) if kind == 3 else data[: luck.randrange(len(data))])
        whole = kind == 3  # no check sum: a value may have become another
    return Mutant(
        path,
        f"{file.name} {column} kind {kind}",
        whole,
        (file.name, one.document["county"]["county_code"]),
    )


# --- all of them -----------------------------------------------------------------------------------
# form → how it is spoilt, its suffix, how many mutants to an example of Hypothesis'; Parquet is read in a
# process of its own a file, which takes its time
SPOILED: dict[str, tuple[Callable[[Failing, Path, Random], Mutant], str, float]] = {
    "workbook": (spoiled_workbook, ".xlsx", 1),
    "package": (spoiled_package, ".xlsx", 1),
    "csv": (spoiled_csv, "", 1),
    "json": (spoiled_json, ".json", 1.2),
    "parquet": (spoiled_parquet, "", 0.2),
}


@pytest.mark.parametrize("form", SPOILED)
def test_damage_never_acquits(form: str, tmp_path: Path) -> None:
    spoil, suffix, share = SPOILED[form]
    many = round(share * settings().max_examples)
    checker, acquitted, whole = Checker(), [], 0
    for start in range(1, many + 1, BATCH):
        mutants = {}
        for seed in range(start, min(start + BATCH, many + 1)):
            one = failing(seed)
            code = one.document["county"]["county_code"]
            mutants[code] = spoil(one, tmp_path / f"m{seed}{suffix}", Random(seed))
        report = checker.check([one.path for one in mutants.values()])
        for county in report.counties:
            if county.verdict != "pass":
                continue
            mutant = mutants.get(county.county_code)
            if mutant is not None and mutant.whole:
                whole += 1
            elif mutant is None or not said(checker, mutant):
                acquitted.append((county.county_code, mutant and mutant.what))
    assert not acquitted, f"{len(acquitted)} of {many}: {acquitted[:20]}"
    assert whole < many / 10


def test_damage_of_an_old_workbook_never_acquits(tmp_path: Path) -> None:
    """Nothing in it is checked by sums: a figure may have become another, and only that may acquit."""
    kept, many = (KEPT / "failing.xls").read_bytes(), settings().max_examples // 2
    checker, acquitted, path = Checker(), 0, tmp_path / "old.xls"
    for seed in nonempty(range(many)):
        luck = Random(seed)
        start = luck.randrange(len(kept))
        spoiled = [
            kept[:start],
            flipped(kept, luck),
            kept[:start] + bytes(luck.randint(1, 40)) + kept[start + 40 :],
        ]
        path.write_bytes(luck.choice(spoiled))
        report = checker.check(path)
        passes = [county for county in report.counties if county.verdict == "pass"]
        acquitted += bool(passes and not report.problems)
        assert report.counties or report.problems
    assert acquitted < many / 10


def said(checker: Checker, mutant: Mutant) -> bool:
    """Whether a problem is told of the mutant's damage."""
    problems = checker.check([mutant.path]).problems
    return any(
        not mutant.places or place in f"{one.file} {one.at} {one.county_code} {one.message}"
        for one in problems
        for place in mutant.places
    )


def undamaged(form: str, one: Failing, path: Path) -> None:
    """The county as a file of a form."""
    match form:
        case "json":
            as_json(path, one.document)
        case "csv":
            as_csv(path, one.document)
        case "parquet":
            as_parquet(path, one.document)
        case _:
            write_sheets(path, tables(one.document))
            if form == "package":
                stored(path)


@pytest.mark.usefixtures("decoded_here")
@pytest.mark.parametrize("form", SPOILED)
def test_what_is_not_damaged_fails_without_a_word(form: str, tmp_path: Path) -> None:
    paths = []
    for seed in range(1, tried(9, 4)):
        path = tmp_path / f"m{seed}{SPOILED[form][1]}"
        undamaged(form, failing(seed), path)
        paths.append(path)
    report = Checker().check(paths)
    assert [county.verdict for county in report.counties] == ["fail"] * len(paths)
    assert not report.problems
