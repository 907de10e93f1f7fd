"""A sentence with blanks: ``超过规定的班级{over:X1@primary}个``, parsed strictly, never evaluated.

    {reference}      a whole number
    {reference|2}    two decimals
    {reference|t}    as typed

A reference is a name (a figure of the form, else a fact, tally or indicator of the county) or
``kind:RULE``, with ``.part`` and ``@stage`` where they apply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import COMPULSORY

KINDS = ("value", "mean", "met", "failing", "share", "units", "over", "average", "note")
TYPED = -1  # in place of a number of decimals: as typed
_BLANK = re.compile(r"\{([^{}]*)\}")
_REFERENCE = re.compile(
    r"(?:(?P<kind>[a-z]+):)?(?P<name>[A-Za-z][A-Za-z0-9_+-]*)"
    r"(?:\.(?P<part>[a-z][a-z0-9_]*))?(?:@(?P<stage>[a-z]+))?"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a blank asks for. kind: one of KINDS, empty for a plain name."""

    kind: str
    name: str
    part: str = ""
    stage: str = ""

    def __str__(self) -> str:
        kind, part = f"{self.kind}:" if self.kind else "", f".{self.part}" if self.part else ""
        return f"{kind}{self.name}{part}{f'@{self.stage}' if self.stage else ''}"


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to fill in; decimals: TYPED for a figure as typed."""

    reference: Reference
    decimals: int = 0


Piece = str | Blank


def reference(text: str) -> Reference:
    """Parse a reference. Raises ValueError with a sentence where it is not one."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise ValueError(say("看不懂“{t}”", "'{t}' is not understood", t=text))
    kind, stage = found["kind"] or "", found["stage"] or ""
    if kind and kind not in KINDS:
        raise ValueError(
            say(
                "“{t}”：没有“{k}”，可用 {all}",
                "'{t}': no '{k}', use {all}",
                t=text,
                k=kind,
                all=", ".join(KINDS),
            )
        )
    if stage and stage not in COMPULSORY:
        raise ValueError(say("“{t}”：没有学段“{s}”", "'{t}': no stage '{s}'", t=text, s=stage))
    if not kind and (found["part"] or stage):
        raise ValueError(
            say("“{t}”：缺少种类，如 value:", "'{t}': a kind is missing, such as value:", t=text)
        )
    return Reference(kind, found["name"], found["part"] or "", stage)


def parsed(text: str) -> tuple[Piece, ...]:
    """The words and blanks of a sentence. Raises ValueError where a blank is not understood."""
    pieces: list[Piece] = []
    end = 0
    for found in _BLANK.finditer(text):
        _words(text[end : found.start()], pieces)
        inside, _, form = found[1].partition("|")
        if form not in ("", "t") and not (form.isdigit() and len(form) == 1):
            raise ValueError(
                say("“{t}”：| 之后应为一位数字或 t", "'{t}': after | a digit or t", t=found[0])
            )
        decimals = TYPED if form == "t" else int(form or 0)
        pieces.append(Blank(reference(inside), decimals))
        end = found.end()
    _words(text[end:], pieces)
    return tuple(pieces)


def _words(text: str, pieces: list[Piece]) -> None:
    if "{" in text or "}" in text:
        raise ValueError(say("“{t}”：花括号不成对", "'{t}': unmatched braces", t=text))
    if text:
        pieces.append(text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in both languages, parsed."""

    zh: tuple[Piece, ...]
    en: tuple[Piece, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Those of the current language; an empty English falls back."""
        return self.en if self.en and pick("zh", "en") == "en" else self.zh
