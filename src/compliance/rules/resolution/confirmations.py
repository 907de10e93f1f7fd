"""The confirmation file: someone who holds a text says so, and the basis of its rules is verified.

[[confirmation]]
rule = "AH-G14"                # a rule, or an override that stands beside its rule
document = "…"                 # its number
confirmed_by = "…"
date = 2026-11-01
sha256 = "…"                   # of the scan that was read
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from compliance.kernel.errors import UsageError, reason, suggestion
from compliance.kernel.i18n import msg, say
from compliance.kernel.limited_read import read_limited
from compliance.rules.language.pack import find_line

MAX_BYTES = 1 << 20
_TEXTS = ("rule", "document", "confirmed_by")
_FIELDS = (*_TEXTS, "date", "sha256", "note")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who confirmed which rule by which document, when, and the digest of the scan."""

    rule: str
    document: str
    confirmed_by: str
    date: date
    sha256: str
    note: str = ""

    def row(self) -> dict[str, str]:
        """As it stands in every report."""
        row = {name: str(value) for name, value in asdict(self).items()}
        del row["note"]
        return row


def read_confirmations(path: Path) -> tuple[Confirmation, ...]:
    """The confirmations of one file; UsageError naming every fault with its line."""
    import tomli

    try:
        text = read_limited(path, MAX_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
        tables = tomli.loads(text)
    except OSError as error:
        raise UsageError(
            say("确认文件无法读取：{why}", why=reason(error)), where=str(path)
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            say("确认文件不是有效的TOML：{why}", why=error), where=path.name
        ) from error
    rows: Any = tables.get("confirmation")
    whole = isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows)
    if not whole or set(tables) != {"confirmation"}:
        raise UsageError(
            msg("确认文件没有 [[confirmation]]"),
            where=path.name,
            todo=msg("写法见 docs/rule-language.md"),
        )
    faults = list(_faults(rows))
    if faults:
        told = "\n".join(
            f"{path.name}:{find_line(text, ['confirmation', str(place), field])}: {what}"
            for place, field, what in faults
        )
        raise UsageError(say("确认文件有误：\n{told}", told=told))
    return tuple(
        Confirmation(
            **{name: row[name].strip() for name in _TEXTS},
            date=row["date"],
            sha256=row["sha256"].lower(),
            note=row.get("note", ""),
        )
        for row in rows
    )


def _faults(rows: Sequence[Mapping[str, Any]]) -> Iterable[tuple[int, str, str]]:
    """Which confirmation, its field, and what is wrong."""
    for place, row in enumerate(rows):
        for name in _TEXTS:
            if not isinstance(row.get(name), str) or not row[name].strip():
                yield place, name, say("缺少 {name}", name=name)
        if type(row.get("date")) is not date:
            yield place, "date", msg("date 应为日期，如 2026-11-01")
        elif row["date"] > date.today():
            yield place, "date", msg("date 晚于今天")
        digest = row.get("sha256")
        if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", digest):
            yield place, "sha256", msg("sha256 应为扫描件的64位十六进制摘要")
        if not isinstance(row.get("note", ""), str):
            yield place, "note", say("{name} 应为{kind}", name="note", kind=msg("文字"))
        for name in sorted(set(row) - set(_FIELDS)):
            yield place, name, say("不认识 {name}", name=name) + suggestion(name, _FIELDS)
