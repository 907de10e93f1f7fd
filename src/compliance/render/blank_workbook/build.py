"""The workbook to fill in: derived from the vocabulary, read back by the intake.

It is a Chinese form in either language: its headings are what counties know, and every fact's own
name is a heading too. The intake's sheet names and its mark for example rows stand here again
(the two rooms do not know each other); a round trip in the tests holds them together.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from compliance.engine import attestations
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import say, use
from compliance.render.blank_workbook import sheets
from compliance.render.blank_workbook.styles import Style
from compliance.render.documents.atomic_write import write_whole
from compliance.rules.language.model import Rule

# The same vocabulary gives the same bytes.
MADE = datetime(2024, 1, 1, tzinfo=UTC)
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def write_template(
    path: Path,
    vocabulary: Vocabulary,
    title: str,
    rows: int = 500,
    rules: Iterable[Rule] = (),
) -> None:
    """Write the blank workbook, whole or not at all.

    title: of the rule set, shown on the first sheet. rows: schools there is room for (drop-downs
    and checks reach so far). rules: those that wait for a statement are listed ready to answer.
    Raises UsageError where the file cannot be written, or where another one stands there already:
    somebody may have filled it in.
    """
    content = template_bytes(vocabulary, title, rows, rules)
    if path.is_file() and path.stat().st_size and path.read_bytes() != content:
        raise _taken(path)
    write_whole(path, lambda stream: stream.write(content))


def _taken(path: Path) -> UsageError:
    return UsageError(
        say("文件已存在，可能已填写", "the file exists and may have been filled in"),
        where=str(path),
        todo=say("请换个文件名或先移走", "choose another name, or move it away first"),
    )


def template_bytes(
    vocabulary: Vocabulary, title: str, rows: int = 500, rules: Iterable[Rule] = ()
) -> bytes:
    """The blank workbook; see `write_template`."""
    stream = io.BytesIO()
    attested, vetoes = stated(list(rules))
    with use("zh"), xlsxwriter.Workbook(stream, OPTIONS) as book:
        book.set_properties({"title": title, "created": MADE.replace(tzinfo=None)})
        style = Style(book)
        sheets.guide(style, title)
        sheets.county(style, vocabulary)
        sheets.schools(style, vocabulary, rows)
        sheets.classes(style, vocabulary, rows * 20)
        sheets.rooms(style, vocabulary, rows * 4)
        sheets.monitoring(style, vocabulary)
        sheets.attestations(style, vocabulary, attested)
        sheets.vetoes(style, vocabulary, vetoes)
        book.worksheets()[1].activate()
    return stream.getvalue()


def stated(rules: Sequence[Rule]) -> tuple[list[str], list[str]]:
    """What people have to state, as ``G1 …`` under attestations and ``V1 …`` under vetoes."""
    takers = attestations.attested(rules)
    attested = [f"{name} {rule.title}{_half(rule)}" for name, rule in takers.items()]
    vetoes = [f"{name} {rule.title}" for name, rule in attestations.vetoed(rules).items()]
    return attested, vetoes


def _half(rule: Rule) -> str:
    """Which part of a rule is to be stated, where it is not the whole."""
    return next((f"（{part.name}）" for part in rule.parts if part.statement), "")
