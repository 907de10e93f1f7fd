"""Diagnostics as text, JSON, SARIF 2.1.0 and annotations of GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from io import BytesIO
from itertools import groupby
from pathlib import PurePath

from compliance.assessment.places import InputPlace
from compliance.authoring.check.diagnostics import (
    ERROR,
    NOTE,
    WARNING,
    Diagnostic,
    severity_words,
    titles,
)
from compliance.kernel.i18n import msg, say
from compliance.render.ci.github import github_remarks
from compliance.render.ci.remarks import Remark, Remarks
from compliance.render.ci.sarif import sarif_remarks


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
    page = msg("每种问题的例子与改法见 docs/plugin-check.md")
    named = titles()
    kinds = {one.code: (named[one.code], page) for one in found}
    stream = BytesIO()
    sarif_remarks(_remarks(found), kinds, stream)
    return stream.getvalue().decode()


def _github(found: Sequence[Diagnostic]) -> str:
    stream = BytesIO()
    github_remarks(_remarks(found), stream)
    return stream.getvalue().decode()


def _remarks(found: Sequence[Diagnostic]) -> Remarks:
    named = titles()
    order = [ERROR, WARNING, NOTE]
    return Remarks(
        [
            Remark(
                one.code,
                named[one.code],
                "",
                one.severity,
                weighs=one.severity == ERROR,
                subject=one.plugin,
                text=f"{one.what} → {one.todo}" if one.todo else one.what,
                place=InputPlace(one.file, line=one.line or None) if one.file else None,
                name="/".join((one.plugin, one.code, PurePath(one.file).name, one.what)),
            )
            for one in sorted(found, key=lambda one: order.index(one.severity))
        ],
        {},
    )


_WRITERS: Mapping[str, Callable[[Sequence[Diagnostic]], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
}
FORMATS = tuple(_WRITERS)
