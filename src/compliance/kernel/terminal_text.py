"""Text as a terminal may have it: what data, packs or file names hold never moves its cursor or turns its lines.

Control characters (escape sequences, C1 too) and signs without a shape (bidirectional overrides,
zero widths) are written out: ``\\u001b``, which is JSON's way too, so that a JSON text stays the same. A
line that GitHub Actions would take for a command is none any more. What the program itself says to
the terminal carries a mark of the run, which no name can know.
"""

from __future__ import annotations

import os
import re

# of Unicode's categories Cc (but tab and line feed), Cf, Zl, Zp
_UNSEEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_MARK = 10**9 + int.from_bytes(os.urandom(4))
_HIDDEN = re.compile(f"[{_UNSEEN}]")
_FOUND = re.compile(rf"\x1b\[{_MARK};([0-9]*)([mG])|[{_UNSEEN}]|^[^\S\n]*::|##\[", re.MULTILINE)
LINE_ANEW = f"\x1b[{_MARK};G"  # what follows is written over the line


def style(number: int) -> str:
    """What gives the text that follows a colour or weight, by its number of ECMA-48; 0 ends all."""
    return f"\x1b[{_MARK};{number}m"


def harmless(text: str) -> str:
    """The text with nothing in it that a terminal would obey, but what `style` and `LINE_ANEW` are."""
    return _FOUND.sub(_made_harmless, text)


def written_out(text: str) -> str:
    """The text with all that has no shape written out; of a JSON text this changes nothing."""
    return _HIDDEN.sub(_as_json, text)


def _made_harmless(found: re.Match[str]) -> str:
    sign = found[0]
    if found[2]:
        return f"\x1b[{found[1]}m" if found[2] == "m" else "\r"
    if sign == "##[":
        return "## ["
    if sign.endswith("::"):
        return f"{sign[:-1]} :"
    return _as_json(found)


def _as_json(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
