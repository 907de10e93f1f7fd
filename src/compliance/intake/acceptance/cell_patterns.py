"""The marks of a cell: what counts as blank, as a number, as a control character."""

from __future__ import annotations

import json

from compliance.facts.fact import Fact
from compliance.kernel.i18n import say

# what counts as nothing written: every white space, and the marks that only look like nothing
BLANKS = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
BLANKS += "\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$"
CONTROL = r"[\x00-\x1f\x7f-\x9f\x{2028}-\x{202e}\x{2066}-\x{2069}]"
CONTROL_LINES = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\x{2028}-\x{202e}\x{2066}-\x{2069}]"
# characters that nobody sees and a copied text may hide among the others
INVISIBLE = r"[\x{00ad}\x{061c}\x{180e}\x{200b}-\x{200f}\x{2060}-\x{2064}\x{feff}]"
SCIENTIFIC = r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$"
POINT_ZERO = r"^([0-9]+)\.0+$"
SPREADSHEET_ERRORS = (
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!",
)  # fmt: skip
SEPARATORS = "；、，,"
NOTHING = "无"
LARGEST_CODE = 2**53
SHOWN = 20  # so many items of a list are quoted at most


class CellError(Exception):
    """A cell that cannot be accepted: a stable code, what is wrong, what was expected."""

    def __init__(self, code: str, message: str, expected: str) -> None:
        super().__init__(message)
        self.code, self.message, self.expected = code, message, expected


def show(value: object, width: int = 40) -> str:
    """A value for a message: as it was typed or as JSON has it, cut, and safe for a terminal."""
    text = _written(value)[: width + 1]
    safe = "".join(c if c.isprintable() else "�" for c in text)
    return safe if len(safe) <= width else safe[:width] + "…"


def _written(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and value.bit_length() > 128:
        return f"{'-' if value < 0 else ''}≈10^{int(value.bit_length() * 0.30103)}"
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_CODE:
        return str(int(value))
    if isinstance(value, list | tuple):
        items = (f'"{one}"' if isinstance(one, str) else _written(one) for one in value[:SHOWN])
        return f"[{', '.join(items)}{', …' if len(value) > SHOWN else ''}]"
    return str(value)


def refusal(
    fact: Fact, code: str, zh: str, en: str, value: object, expected: str = ""
) -> CellError:
    """A refusal of `value`; zh and en may use {f}, the fact's title, and {v}, the value."""
    message = say(zh, en, f=fact.label, v=show(value))
    return CellError(code, message, expected or fact.expected())
