"""A county of six schools, one of each kind of workbook, and what tests do with its folder."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.data import one_county
from compliance.checker import load
from compliance.cli.workbook_form import workbook_form
from compliance.collection import Collection, collect, issue, read_register
from compliance.collection.register import lasting
from compliance.plugins.registry import Registry
from compliance.render.workbook_form import WorkbookForm
from tests.collection.filled_forms import WORDS, Form

Document = dict[str, Any]
PRIMARY, OTHER, NINE, JUNIOR, SPECIAL, VOCATIONAL = (
    "5199010001", "5199010002", "5199010009", "5199010004", "5199010010", "5199010011",
)  # fmt: skip
CODES = (PRIMARY, OTHER, NINE, JUNIOR, SPECIAL, VOCATIONAL)


@cache
def _whole() -> Document:
    document = one_county(60)
    schools = {one["school_code"]: one for one in document["schools"]}
    return {**document, "schools": [schools[code] for code in CODES]}


def whole() -> Document:
    """The county with all its figures, a copy."""
    return copy.deepcopy(_whole())


def school(code: str) -> dict[str, Any]:
    """One of its schools."""
    return next(one for one in whole()["schools"] if one["school_code"] == code)


def register_file(folder: Path, *, figures: Callable[[str], bool] = lambda _: False) -> Path:
    """The list of schools as a file: what lasts of them, and the figures whose names are wanted."""
    document = whole()
    document["schools"] = [
        {name: value for name, value in one.items() if lasting(WORDS.school[name]) or figures(name)}
        for one in document["schools"]
    ]
    path = folder / "schools.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


@cache
def installed() -> Registry:
    """What is installed, looked for once."""
    return load()


@cache
def form_for(ruleset: str, day: date) -> WorkbookForm:
    """What workbooks ask, worked out once."""
    return workbook_form(ruleset, day)


def sent(listed: Path, folder: Path, year: int | None = None) -> dict[str, Path]:
    """Workbooks made from a list of schools: code → file."""
    register, _ = read_register([listed], installed(), form_for, None, year)
    assert register is not None
    return {path.name.partition("_")[0]: path for path in issue(register, folder)}


def filled(path: Path, *, saved: str = "2026-03-01T08:00:00Z") -> Form:
    """A workbook as its school fills it in, saved where it lies."""
    form = Form(path.read_bytes())
    form.fill(school(path.name.partition("_")[0]))
    form.saved(saved)
    path.write_bytes(form.content())
    return form


def collected(folder: Path, out: Path, **how: Any) -> Collection:
    """The folder, collected."""
    return collect(folder, out, installed(), form_for, **how)
