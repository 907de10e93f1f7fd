"""Diagnostics as text, JSON, SARIF 2.1.0 and annotations of GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from itertools import groupby

from compliance.authoring.check.diagnostics import (
    CODES,
    ERROR,
    NOTE,
    WARNING,
    Diagnostic,
    severity_words,
)
from compliance.kernel.i18n import msg, say

_PAGE = "docs/plugin-check.md"


def written(found: Sequence[Diagnostic], form: str) -> str:
    """All of them in one of `FORMATS`."""
    return _WRITERS[form](found)


def _text(found: Sequence[Diagnostic]) -> str:
    words = severity_words()
    lines = []
    for plugin, told in groupby(found, key=lambda one: one.plugin):
        lines.append(plugin)
        for one in told:
            head = f"{one.where}: " if one.where else ""
            lines.append(f"  {head}[{words[one.severity]} {one.code}] {one.what}")
            lines += [f"    → {one.todo}"] if one.todo else []
    counts = {word: sum(one.severity == word for one in found) for word in words}
    if not counts[ERROR] + counts[WARNING]:
        lines.append(msg("没有发现问题"))
    else:
        lines.append(
            say("{errors}处错误，{warnings}处提示", errors=counts[ERROR], warnings=counts[WARNING])
        )
    return "\n".join(lines)


def _json(found: Sequence[Diagnostic]) -> str:
    counts = {
        f"{word}s": sum(one.severity == word for one in found) for word in (ERROR, WARNING, NOTE)
    }
    whole = {"format": "junheng-plugin-check/1", **counts, "faults": [asdict(one) for one in found]}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _sarif(found: Sequence[Diagnostic]) -> str:
    used = [code for code in CODES if any(one.code == code for one in found)]
    driver = {
        "name": "junheng-plugin-check",
        "version": version("junheng"),
        "rules": [{"id": code, "help": {"text": f"{_PAGE}#{code}"}} for code in used],
    }
    results = [
        {
            "ruleId": one.code,
            "ruleIndex": used.index(one.code),
            "level": one.severity,
            "message": {
                "text": f"{one.plugin}: {one.what}" + (f" → {one.todo}" if one.todo else "")
            },
            "locations": [_location(one)] if one.file else [],
        }
        for one in found
    ]
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps(
        {"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2
    )


def _location(one: Diagnostic) -> Mapping[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": _uri(one.file)}}
    if one.line:
        place["region"] = {"startLine": one.line}
    return {"physicalLocation": place}


def _uri(file: str) -> str:
    from urllib.parse import quote

    return f"file://{quote(file)}" if file.startswith("/") else quote(file)


def _github(found: Sequence[Diagnostic]) -> str:
    kinds = {ERROR: "error", WARNING: "warning", NOTE: "notice"}
    return "\n".join(
        f"::{kinds[one.severity]} file={_property(one.file)},line={one.line or 1},title={_property(one.code)}"
        f"::{_data(one.plugin + ': ' + one.what + (' → ' + one.todo if one.todo else ''))}"
        for one in found
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_WRITERS: Mapping[str, Callable[[Sequence[Diagnostic]], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
}
FORMATS = tuple(_WRITERS)
