"""What a case expects of a finding, held against the finding; figures as exact decimals.

A figure that has no end is written as a text, "≈0.515257": the value rounded to the digits shown.
"none" is the absence of a figure or word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from compliance.authoring.case import Case
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import STATUSES

FIGURES = ("value", "threshold", "floor", "shortfall", "excess", "mean", "deviation")
WORDS = (
    "level", "role", "basis", "operator", "unit", "shortfall_unit", "excess_unit", "stage",
    "layer", "given_by", "relaxed_by",
)  # fmt: skip
LISTS = ("missing", "excluded", "says")
PART_FIGURES = ("value", "threshold", "shortfall")
KEYS = ("status", *FIGURES, *WORDS, *LISTS, "parts")
STATES = (*STATUSES, "absent")
NONE = "none"
ABOUT = "≈"


def fault_of(key: str, value: object) -> str:
    """Why this cannot be expected; empty where it can."""
    if key == "status" and value not in STATES:
        return say("没有状态“{v}”：{all}", v=value, all=", ".join(STATES))
    if key in FIGURES and not _is_figure(value):
        return say('{key} 写数、"≈数" 或 "none"', key=key)
    if key in LISTS and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
        return say("{key} 写文字的列表", key=key)
    if key == "parts" and not (isinstance(value, list) and all(map(_is_part, value))):
        return say("parts 写状态或 {{status, value, threshold, shortfall}} 的列表")
    return ""


def _is_part(part: object) -> bool:
    if not isinstance(part, dict):
        return part in STATUSES
    known = all(key in ("name", "status", *PART_FIGURES) for key in part)
    figures = all(_is_figure(part[key]) for key in PART_FIGURES if key in part)
    return known and figures and part.get("status", STATUSES[0]) in STATUSES


def _is_figure(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int | Decimal):
        return True
    if not isinstance(value, str):
        return False
    return value == NONE or (value.startswith(ABOUT) and _number(value[1:]) is not None)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except ArithmeticError:
        return None


def differences(case: Case, found: Mapping[str, Any]) -> Iterator[str]:
    """A line for everything that is not as expected; the finding's sentence last."""
    wrong = [
        f"{key}: {msg('应为')} {_shown(wanted)}, {msg('得到')} {_shown(got)}"
        for key, wanted in case.expect.items()
        for got in [_got(key, found)]
        if not _same(key, wanted, got)
    ]
    if wrong:
        yield from wrong
        yield f"→ {found.get('message')}"


def _got(key: str, found: Mapping[str, Any]) -> object:
    return found.get("message") if key == "says" else found.get(key)


def _same(key: str, wanted: Any, got: Any) -> bool:  # noqa: ANN401 TOML and finding values
    if key in FIGURES:
        return same_figure(wanted, got)
    if key == "says":
        return all(words in str(got) for words in wanted)
    if key in LISTS:
        return sorted(wanted) == sorted(got or ())
    if key == "parts":
        return len(wanted) == len(got or ()) and all(map(_same_part, wanted, got))
    return bool((got is None and wanted == NONE) or wanted == got)


def _same_part(wanted: Any, got: Mapping[str, Any]) -> bool:  # noqa: ANN401 a status or a table
    if isinstance(wanted, str):
        return wanted == str(got["status"])
    return all(
        same_figure(value, got[key]) if key in PART_FIGURES else value == got[key]
        for key, value in wanted.items()
    )


def same_figure(wanted: object, got: float | None) -> bool:
    """Equal as decimals: the shortest text of the double; "≈" to the digits shown."""
    if wanted == NONE or got is None:
        return wanted == NONE and got is None
    exact = Decimal(repr(float(got)))
    if isinstance(wanted, str):
        digits = Decimal(wanted.removeprefix(ABOUT))
        return exact.quantize(digits, ROUND_HALF_EVEN) == digits
    return exact == Decimal(str(wanted))


def _shown(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_shown(one) for one in value) + "]"
    if isinstance(value, Mapping):
        shown = {key: _plain(one) for key, one in value.items() if one is not None}
        return json.dumps(shown, ensure_ascii=False)
    return NONE if value is None else str(value)


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value
