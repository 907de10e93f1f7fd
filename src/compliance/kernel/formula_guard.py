"""What a spreadsheet would take for a formula stays a text: an apostrophe goes before it, and off again.

Programs look past blanks and quotes, and those of East Asia take full-width signs for the others.
"""

from __future__ import annotations

import re

import polars as pl

# as Polars and Python read it alike
_BEGINS = '(?:[\\s\u200b\ufeff"]*[=+\\-@＝＋－＠]|[\t\r\n])'
_GUARDED = re.compile(f"'{_BEGINS}")


def guarded(cell: pl.Expr) -> pl.Expr:
    """The texts of a column as a table of text may hold them."""
    return cell.str.replace(f"^{_BEGINS}", "'$0")


def unguarded(text: str) -> str:
    """The text without its guard."""
    return text[1:] if _GUARDED.match(text) else text
