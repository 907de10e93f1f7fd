"""How the template looks: colours, widths that fit Chinese text, checks on what is typed."""

from __future__ import annotations

import math
from typing import Any

import xlsxwriter

from compliance.facts.fact import Fact
from compliance.render.documents.text import columns

FONT = "Microsoft YaHei"
REQUIRED = "#F4B183"
OPTIONAL = "#DDEBF7"
BAND = "#BDD7EE"
GREY = "#808080"
MISSING = "#FFF2CC"
WRONG = "#F8CBAD"
# Excel's limits for a list typed into a check, and for its message.
LONGEST_LIST = 255
LONGEST_MESSAGE = 255
NUMBERS = {"count": "#,##0", "number": "#,##0.##", "year": "0"}
HEAD_LINES = 4
LINE = 16


class Style:
    """A workbook with the formats its sheets share."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        edge = {"border": 1, "border_color": "#A6A6A6"}
        head = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", **edge}
        self.title = self.format({"bold": True, "font_size": 16})
        self.text = self.format({"text_wrap": True, "valign": "top"})
        self.strong = self.format({"bold": True, "font_size": 12, "bottom": 1})
        self.band = self.format({"bold": True, "bg_color": BAND, "align": "left", **edge})
        self.head = self.format({"bg_color": OPTIONAL, **head})
        self.needed = self.format({"bg_color": REQUIRED, **head})
        self.missing = self.format({"bg_color": MISSING})
        self.wrong = self.format({"bg_color": WRONG})
        self.boxed = self.format({"text_wrap": True, "valign": "vcenter", **edge})
        self._edge = edge
        self._cells: dict[tuple[str, bool, bool], Any] = {}

    def format(self, look: dict[str, object]) -> Any:  # noqa: ANN401 (xlsxwriter has no types)
        """A format in the workbook's font."""
        return self.book.add_format({"font_name": FONT, "font_size": 10, **look})

    def heading(self, fact: Fact) -> Any:  # noqa: ANN401
        """Required headings have a colour of their own."""
        return self.needed if fact.required else self.head

    def cell(self, fact: Fact, *, example: bool = False, framed: bool = False) -> Any:  # noqa: ANN401
        """How a figure of this fact is written: codes and lists as text, so that none is lost."""
        shown = "@" if fact.words else NUMBERS.get(fact.form, "@")
        key = (shown, example, framed)
        if key not in self._cells:
            look: dict[str, object] = {"num_format": shown, "valign": "vcenter"}
            if example:
                look |= {"font_color": GREY, "italic": True, "bg_color": "#F2F2F2"}
            self._cells[key] = self.format(look | (self._edge if example or framed else {}))
        return self._cells[key]


def heading(fact: Fact) -> str:
    """The heading as printed: title and, on a line of its own, unit and period.

    The period is printed for figures of a calendar year; all others are of the school year.
    """
    notes = [fact.unit, "自然年度" if fact.period == "calendar_year" else ""]
    inside = "，".join(note for note in notes if note)
    return f"{fact.title}\n（{inside}）" if inside else fact.title


def definition(fact: Fact) -> str:
    """The statistical definition and what may be written, as a sentence for the form."""
    told = fact.description.replace("year年", "学年起始年份").replace("year", "学年起始年份的")
    return f"{told}填写：{fact.expected()}。"


def width(text: str, least: int = 9, most: int = 26) -> int:
    """Column width for a heading whose title may wrap into `HEAD_LINES` - 1 lines."""
    title, _, unit = text.partition("\n")
    wanted = max(math.ceil(columns(title) / (HEAD_LINES - 1)), columns(unit))
    return max(least, min(most, wanted + 2))


def choices(fact: Fact) -> list[str]:
    """The words offered in a drop-down: for each meaning the first word that is not its code."""
    if fact.form == "flag":
        return ["是", "否"]
    chosen: dict[str, str] = {}
    for word, canonical in fact.words.items():
        if word != canonical:
            chosen.setdefault(canonical, word)
    return list(chosen.values())


def note(fact: Fact) -> str:
    """What is shown when the pointer rests on a heading."""
    needed = "必填。" if fact.required else "缺失留空，不要填0代替。"
    return f"{fact.title}\n{definition(fact)}{needed}"


def check(fact: Fact) -> dict[str, object] | None:
    """Excel's check of what is typed under this fact; None where text is free."""
    words = choices(fact)
    rule: dict[str, object]
    if words and columns(",".join(words)) <= LONGEST_LIST:
        rule = {"validate": "list", "source": words}
    elif fact.form in NUMBERS and fact.maximum is not None and not (fact.words or fact.none):
        rule = {
            "validate": "decimal" if fact.form == "number" else "integer",
            "criteria": "between",
            "minimum": fact.minimum or 0,
            "maximum": fact.maximum,
        }
    elif fact.max_length and not fact.listed:
        rule = {"validate": "length", "criteria": "<=", "value": fact.max_length}
    else:
        return None
    return {
        **rule,
        "error_title": fact.title[:32],
        "error_message": f"应为{fact.expected()}"[:LONGEST_MESSAGE],
    }
