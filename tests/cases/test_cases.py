"""Inputs that once went wrong, each standing for a kind: ``expected.toml`` says what is right, row by row.

A row names ``path`` (and ``options``) of one ``compliance check … --format json`` and whose work it was
(``issue``). What it asserts, all of it: ``exit`` (one of them; without it one of 0, 1, 3, 4) · ``rule`` with
``status``, ``status_not``, ``value`` (to 1e-6 relative, or as it is printed), ``shortfall`` · ``code`` and ``at`` of a
problem · ``says``, a regular expression found in a problem's or a finding's message, or on standard error ·
``silent``, one found in none of them. ``said`` repeats the case in words. ``pending`` names the part whose work is
not done: such a row must fail, and loses the word once it does not (``issue 13``: of a later issue, not run).
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compliance.cli import main

FOLDER = Path(__file__).parent
ROWS: list[dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))["case"]
FIELDS = {
    "path",
    "options",
    "issue",
    "exit",
    "rule",
    "status",
    "status_not",
    "value",
    "shortfall",
    "code",
    "at",
}
FIELDS |= {"says", "silent", "said", "pending", "cpu_seconds", "mebibytes", "stderr_lines"}


def cases() -> list[Any]:
    """A parameter a row; a pending one that belongs to a later issue is not even tried: it may never end."""
    return [
        pytest.param(
            row,
            id=" ".join([row["path"], *row.get("options", [])]),
            marks=[pending(row["pending"])] if "pending" in row else [],
        )
        for row in ROWS
    ]


def pending(part: str) -> pytest.MarkDecorator:
    """The mark of a row that is not right yet."""
    return pytest.mark.xfail(reason=part, strict=True, run=not part.startswith("issue"))


@pytest.mark.parametrize("row", cases())
def test_a_case_comes_out_right(row: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    assert set(row) <= FIELDS
    command = ["check", row["path"], *row.get("options", []), "--format", "json"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code in row.get("exit", [0, 1, 3, 4]), result.stderr[-2000:]
    assert "Traceback" not in result.stderr
    if result.exit_code == 2:
        assert result.stderr.strip()
        told = [result.stderr]
    else:
        told = judged(row, json.loads(result.stdout))
    if "says" in row:
        assert any(re.search(row["says"], text) for text in told), told
    if "silent" in row:
        assert not any(re.search(row["silent"], text) for text in told), told


def judged(row: dict[str, Any], results: dict[str, Any]) -> list[str]:
    """The messages of results that are as the row says."""
    problems, findings = results["problems"], results["findings"]
    if "code" in row or "at" in row:
        places = {(problem["code"], problem["at"]) for problem in problems}
        assert any(
            row.get("code", code) == code and row.get("at", at) == at for code, at in places
        ), places
    if "rule" in row:
        found = [one for one in findings if one["rule"] == row["rule"]]
        assert found
        assert any(fits(row, one) for one in found), found
        if "status_not" in row:
            assert row["status_not"] not in {one["status"] for one in found}, found
    return [str(one["message"]) for one in (*problems, *findings)]


def fits(row: dict[str, Any], finding: dict[str, Any]) -> bool:
    """Whether a finding has what the row gives."""
    return (
        row.get("status", finding["status"]) == finding["status"]
        and row.get("shortfall", finding["shortfall"]) == finding["shortfall"]
        and ("value" not in row or near(row["value"], finding["value"]))
    )


def near(expected: float, value: float | None) -> bool:
    """Whether a value is the expected one, which may have been rounded to its last printed place."""
    if value is None:
        return False
    places = len(repr(expected).partition(".")[2])
    return math.isclose(value, expected, rel_tol=1e-6) or round(value, places) == expected


def test_every_row_has_its_own_input() -> None:
    assert ROWS
    names = [(row["path"], *row.get("options", [])) for row in ROWS]
    assert len(set(names)) == len(names)
