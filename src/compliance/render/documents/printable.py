"""Text that every document format can carry: one line, no control signs, no rare unit signs.

A school's name comes from a file that anybody may have written. XML knows no NUL, a Markdown cell
no line break, and a sign that turns text round would forge what a reader sees.
"""

from __future__ import annotations

import re
import unicodedata

from compliance.kernel.i18n import pick

_BREAKS = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
# Categories without a shape: control, format (direction marks), surrogate. Signs that this Python
# does not know yet stay: the newest Chinese characters are those of people's names.
_SHAPELESS = frozenset({"Cc", "Cf", "Cs"})
_NO_SIGNS = "\ufffe\uffff"
_SHORT = 5


def printable(text: object) -> str:
    """`text` as one printable line; ``㎡`` is missing in the fonts of official papers."""
    if text is None:
        return ""
    line = _keep_wide_blanks(str(text))
    if not line.isprintable():
        line = "".join(filter(_has_shape, line))
    return line.replace("㎡", "平方米").strip(" ")


def _has_shape(char: str) -> bool:
    return char not in _NO_SIGNS and unicodedata.category(char) not in _SHAPELESS


def _keep_wide_blanks(text: str) -> str:
    """Line breaks and tabs become one blank; the full-width blank is a letter of a form."""
    return _BREAKS.sub(lambda found: "　" if set(found[0]) == {"　"} else " ", text)


def shortened(names: list[str], tail: str, shown: int = _SHORT) -> str:
    """The first few names and how many there are: ``甲、乙、丙、丁、戊等300所``.

    tail: what follows where there are more, as ``等{count}所``.
    """
    listed = pick("、", ", ").join(names[:shown])
    return listed if len(names) <= shown else listed + tail.format(count=len(names))


def truncated(text: str, length: int) -> str:
    """At most so many letters; one that is longer ends with an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
