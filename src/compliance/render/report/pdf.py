"""The report on paper: what the Markdown page says, set as a PDF.

The page is read back as headings, paragraphs, lists and tables, so that a province that words
``report.md`` anew has its words here too.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from compliance.assessment.figures import SIGNS
from compliance.engine.results import Results
from compliance.render.documents.pdf import PAPER, Press
from compliance.render.documents.text import columns
from compliance.render.report.marks import SHORT_SIGN
from compliance.render.report.page import markdown_page, template_dirs

_WIDTH, _HEIGHT, _MARGIN = 841.9, 595.3, 56.7  # A4 across, 20 mm
_ROOM = _WIDTH - 2 * _MARGIN
_SHADE = "F2DCDB"  # of a cell that is not met
_UNMET = (SIGNS["fail"], SHORT_SIGN)
_BLACK, _SONG = "黑体", "宋体"
_LOOK = {"font": _SONG, "size": 10.5, "bold": False, "align": "left", "line": 16.0, "before": 0.0, "after": 0.0,
         "left": 0.0, "right": 0.0, "indent": 0.0, "new_page": False, "keep": False, "outline": 0}  # fmt: skip
_STYLES = {
    "": _LOOK,
    "1": {**_LOOK, "font": _BLACK, "size": 20.0, "align": "center", "line": 32.0, "outline": 1},
    "2": {
        **_LOOK,
        "font": _BLACK,
        "size": 15.0,
        "line": 26.0,
        "before": 8.0,
        "keep": True,
        "outline": 2,
    },
    "3": {
        **_LOOK,
        "font": _BLACK,
        "size": 12.0,
        "line": 20.0,
        "before": 6.0,
        "keep": True,
        "outline": 3,
    },
    "4": {
        **_LOOK,
        "font": _BLACK,
        "size": 10.5,
        "line": 18.0,
        "before": 4.0,
        "keep": True,
        "outline": 4,
    },
    "list": {**_LOOK, "left": 12.0},
    "cell": {**_LOOK, "size": 8.0, "line": 11.0},
    "head": {**_LOOK, "font": _BLACK, "size": 8.0, "line": 11.0, "align": "center"},
    "foot": {**_LOOK, "size": 9.0, "align": "center"},
}
_FONTS = {
    name: {"serif": name == _SONG, "others": ["SimHei" if name == _BLACK else "SimSun"]}
    for name in (_BLACK, _SONG)
}
_HEADING = re.compile(r"(#{1,4}) (.*)")
_ESCAPED = re.compile(r"\\([\\`*_\[\]|~#])")
_BOLD = re.compile(r"(?<!\\)\*\*")
_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[|\s:-]+")
Block = dict[str, Any]


def pdf_page(report: Results, stream: BinaryIO) -> None:
    """The report as PDF. Raises what `Press.fill` raises."""
    page = io.BytesIO()
    markdown_page(report, page)
    blocks = list(_blocks(page.getvalue().decode()))
    titles = [one["runs"][0]["text"] for one in blocks if one.get("style") == "1"]
    number = {**_paragraph("", "foot"), "runs": [{"text": "— "}, {"page": True}, {"text": " —"}]}
    margin = dict.fromkeys(("top", "bottom", "left", "right"), _MARGIN)
    beside = {"first": None, "even": None}
    section = {
        "width": _WIDTH, "height": _HEIGHT, "margin": margin, "blocks": blocks,
        "headers": {**beside, "odd": []}, "footers": {**beside, "odd": [number]},
    }  # fmt: skip
    data = {"title": (titles or [""])[0], "fonts": _FONTS, "styles": _STYLES, "sections": [section]}
    with Press(template_dirs(report)) as press:
        stream.write(press.fill(PAPER, data))


def _blocks(page: str) -> Iterator[Block]:
    table: list[Sequence[str]] = []
    for line in [*page.splitlines(), ""]:
        if line.startswith("|"):
            if not _RULE.fullmatch(line):
                table.append([one.strip() for one in _BAR.split(line)[1:-1]])
            continue
        if table:
            yield _table(table)
            table = []
        if heading := _HEADING.fullmatch(line):
            yield _paragraph(heading[2], str(len(heading[1])))
        elif line.startswith(("- ", "> ")):
            yield _paragraph(("· " if line[0] == "-" else "") + line[2:], "list")
        elif line.strip():
            yield _paragraph(line.strip(), "")


def _paragraph(text: str, style: str) -> Block:
    runs = [
        {"text": html.unescape(_ESCAPED.sub(r"\1", piece)), **({"bold": True} if place % 2 else {})}
        for place, piece in enumerate(_BOLD.split(text))
        if piece
    ]
    return {"style": style, "runs": runs}


def _table(rows: Sequence[Sequence[str]]) -> Block:
    """A table whose columns are as wide as what stands in them, within the page."""
    heads, *below = rows
    wanted = [
        max(
            [
                min(columns(heads[n]), 10),
                *(min(columns(row[n]), 60) for row in below if n < len(row)),
            ]
        )
        ** 0.7
        + 2
        for n in range(len(heads))
    ]
    scale = min(_ROOM / sum(wanted), 24.0)

    def cells(row: Sequence[str], style: str) -> Block:
        return {
            "whole": True,
            "cells": [
                {
                    "column": n, "columns": 1, "rows": 1, "blocks": [_paragraph(text, style)],
                    "fill": _SHADE if style == "cell" and text.startswith(_UNMET) else "",
                }
                for n, text in enumerate(row[: len(heads)])
            ],
        }  # fmt: skip

    return {
        "widths": [width * scale for width in wanted],
        "heads": 1,
        "rows": [cells(heads, "head"), *(cells(row, "cell") for row in below)],
    }
