"""The mark inside a workbook: there after other programs saved it, unseen by people and by readers."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import openpyxl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from compliance.intake.formats.marker import SHEET, Marker, understood
from compliance.intake.formats.read_marker import read_marker
from compliance.render.blank_workbook import workbook_bytes
from compliance.render.workbook_form import WorkbookForm

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
WORDS = vocabulary()
MARK = Marker(
    datetime(2024, 3, 5, 9, 30, tzinfo=timezone(timedelta(hours=8))), "1a2b3c4d", "349901", 2023,
    "3499010001", "anhui",
)  # fmt: skip
TABLES: dict[str, list[dict[str, object]]] = {
    "counties": [{"county_code": "349901", "county_name": "皖均县", "year": 2023}],
    "schools": [{"school_code": "3499010001", "school_name": "城关小学", "school_type": "小学"}],
}


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        workbook_bytes(WorkbookForm(WORDS, "某规则集"), room=0, tables=TABLES, mark=MARK)
    )
    return path


def test_it_is_read_back_and_nobody_sees_it(marked: Path) -> None:
    assert read_marker(marked) == MARK
    assert MARK.version == "2024-03-05 09:30:00+08:00 1a2b3c4d"
    assert openpyxl.load_workbook(marked)[SHEET].sheet_state == "veryHidden"
    assert take_in([marked], readers(), WORDS).problems == []


def test_it_lasts_without_its_properties(marked: Path, tmp_path: Path) -> None:
    """A program that drops properties keeps sheets; one that drops the sheet, properties."""
    bare = tmp_path / "bare.xlsx"
    with zipfile.ZipFile(marked) as old, zipfile.ZipFile(bare, "w") as new:
        for name in old.namelist():
            if name != "docProps/custom.xml":
                new.writestr(name, old.read(name))
    assert read_marker(bare) == MARK
    book = openpyxl.load_workbook(marked)
    del book[SHEET]
    book.save(tmp_path / "b.xlsx")
    assert read_marker(tmp_path / "b.xlsx") == MARK


@pytest.mark.office
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_it_lasts_through_libreoffice(marked: Path, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    out = tmp_path / "saved"
    command = [str(OFFICE), profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, str(marked)], check=True, capture_output=True, timeout=180)
    assert read_marker(out / "a.xlsx") == MARK
    submission = take_in([out / "a.xlsx"], readers(), WORDS)
    assert submission.problems == []
    assert submission.schools["school_code"].to_list() == ["3499010001"]


def test_what_is_no_mark_is_none(tmp_path: Path) -> None:
    entries = MARK.entries()
    assert understood(entries.items()) == MARK
    assert understood([]) is None
    assert understood((entries | {"junheng-format": "junheng-workbook/2"}).items()) is None
    assert understood((entries | {"junheng-written": "昨天"}).items()) is None
    assert understood((entries | {"junheng-written": "2024-03-05T09:30:00"}).items()) is None
    odd = understood((entries | {"junheng-year": "2023年"}).items())
    assert odd is not None
    assert odd.year is None
    (tmp_path / "a.xlsx").write_bytes(b"PK no workbook")
    assert read_marker(tmp_path / "a.xlsx") is None
    assert read_marker(tmp_path / "nothing.xlsx") is None
