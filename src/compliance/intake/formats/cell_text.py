"""Small things every reader needs to know about cells: blanks, names of places, unfit text."""

from __future__ import annotations

import re

# Characters no report can carry (XML forbids them) and halves of surrogate pairs.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def blank(value: object) -> bool:
    """Whether a cell holds nothing: None or white space. A zero is something."""
    return value is None or (isinstance(value, str) and not value.strip())


def unfit(text: str) -> bool:
    """Whether `text` holds characters that are not text."""
    return UNFIT.search(text) is not None


def clip(value: object, length: int = 40) -> str:
    """A value to be quoted in a message: short, printable, on one line."""
    text = UNFIT.sub("\N{REPLACEMENT CHARACTER}", str(value)[: length + 1])
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def letters(column: int) -> str:
    """The letters of a column counted from 0: 0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def address(row: int, column: int) -> str:
    """The name of a cell counted from 0: (11, 5) → F12."""
    return f"{letters(column)}{row + 1}"


def pointer(*steps: object) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
