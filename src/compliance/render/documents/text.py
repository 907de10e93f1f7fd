"""Text as papers and terminals take it: one printable line, shortened, measured, laid out in columns.

A school's name comes from a file that anybody may have written. XML knows no NUL, a Markdown cell
no line break, and a sign that turns text round would forge what a reader sees.

A Chinese character takes two columns. Characters whose width depends on the terminal (“”, —, ≥) are
counted as two as well, so that a line never overflows; nothing that must align is written with them.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterator, Sequence

from compliance.kernel.i18n import msg

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
    # Line breaks and tabs become one blank; the full-width blank is a letter of a form.
    line = _BREAKS.sub(lambda found: "　" if set(found[0]) == {"　"} else " ", str(text))
    return visible(line).replace("㎡", "平方米").strip(" ")


_BARE = re.compile(r"[\w@%+=:,./-]+")
_LIVE = re.compile(r'["$`!]')  # what a shell of POSIX reads in double quotes too


def as_typed(path: str) -> str:
    """A path as it is typed in a command: quoted only where it must be, so that Windows reads it as well."""
    name = printable(path)
    if _BARE.fullmatch(name):
        return name
    return shlex.quote(name) if _LIVE.search(name) else f'"{name}"'


def visible(text: str) -> str:
    """`text` without control signs and signs that have no shape; line feeds and tabs stay."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or _has_shape(char))


def _has_shape(char: str) -> bool:
    return char not in _NO_SIGNS and unicodedata.category(char) not in _SHAPELESS


def shortened(names: list[str], tail: str, shown: int = _SHORT) -> str:
    """The first few names and how many there are: ``甲、乙、丙、丁、戊等300所``.

    tail: what follows where there are more, as ``等{count}所``.
    """
    listed = msg("、").join(names[:shown])
    return listed if len(names) <= shown else listed + tail.format(count=len(names))


def truncated(text: str, length: int) -> str:
    """At most so many letters; one that is longer ends with an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


# What may not begin a line, and what may not end one.
_CLOSING = frozenset("，。、；：！？）》」』】〕〉”’%％…—,.;:!?)]}")
_OPENING = frozenset("（《「『【〔〈“‘([{")
_STOPS = frozenset("，。、；：！？）,;")  # after them a line breaks best
_FULL = 0.7  # so full a line may end at one of them, rather than in the middle of a clause
# What stays together: a cell with its sheet, a number with what it counts, words of the field, Latin words.
_ATOM = re.compile(
    r"[\u4e00-\u9fff]+![A-Z]+[0-9]+"
    r"|[≥≤<>]?[0-9][0-9.,]*(?:%|平方米|个百分点|万元|学[年时]|所学校|个?学段|个[班县]|[\u4e00-\u9fff])?"
    r"|小学|初中|学校|学生|教师|班级|面积|教室|全县|县级|本校|各校|其余|其中|结论|规则|指标|标准|要求|判定|评估"
    r"|依据|来源|参考|参与|数据|缺失|不?达标|未达标|佐证|提供|培训|经费|比例|人数|公用|专任|专用|义务|教育|优质|均衡"
    r"|[应不]?[高低]于|以上|以下|达到|完成|合计|缺口|清单|整改|补足|说明|原文|抄本|一致|未经|证实|质量|保障|程度|认可"
    r"|[\x21-\x7e]+|\s+|—+|…+|.",
    re.DOTALL,
)
_CODE = re.compile(
    r"(?:^|[^A-Za-z0-9-])[A-Z]{1,3}(?:-[A-Z]?)?[0-9]{1,2} $"
)  # a rule's, before its name
BETWEEN = "  "  # two cells of a table
# Signs of one column and of two, nearly all that is ever measured: no others need the tables of widths.
_NARROW = re.compile(r"[ -~✓✗]")
_USUAL = re.compile(r"[ -~✓✗\u3000-\u3029\u4e00-\u9fff\uff01-\uff60“”‘’—…–·×÷±≥≤²→①-⑳Ⅰ-Ⅻ√]*")


def columns(text: str) -> int:
    """How many terminal columns `text` takes."""
    if _USUAL.fullmatch(text):
        return 2 * len(text) - len(_NARROW.findall(text))
    from wcwidth import width

    return width(text, control_codes="ignore", ambiguous_width=2)


def pad(text: str, width: int, right: bool = False) -> str:
    """`text` filled up with blanks to `width` columns; `right` puts it at the right end."""
    blanks = " " * max(0, width - columns(text))
    return blanks + text if right else text + blanks


def row(texts: Sequence[str], widths: Sequence[int], right: int = 0) -> str:
    """A line of a table: texts padded to the widths of their columns, the last `right` at the right."""
    first = len(texts) - right
    return BETWEEN.join(
        pad(text, width, right=place >= first)
        for place, (text, width) in enumerate(zip(texts, widths, strict=True))
    )


def _atoms(text: str, width: int) -> Iterator[str]:
    """Pieces that stay together: words, and signs with what they must not be parted from."""
    held = ""
    for piece in _ATOM.findall(text):
        joins = piece[0] in _CLOSING or held[-1:] in _OPENING or _CODE.search(held)
        joins = joins or (piece == " " and _CODE.search(f"{held} "))
        if held and not (joins and columns(held + piece) <= width):
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _fitting(atom: str, width: int) -> Iterator[str]:
    """An atom longer than a line, cut by force."""
    rest = atom
    while columns(rest) > width:
        cut = 1
        while columns(rest[: cut + 1]) <= width:
            cut += 1
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def wrap(text: str, width: int | None, indent: str = "", hanging: str = "") -> list[str]:
    """`text` in lines of at most `width` columns; the first begins with `indent`, others `hanging`.

    `text` is one printable line, and stays one where there is no width. No closing punctuation begins a
    line and no opening bracket ends one, as long as the piece fits; words and numbers with their units
    stay whole, and a line that is full enough ends at a stop.
    """
    if width is None:
        return [f"{indent}{text}".rstrip()]
    lines: list[str] = []
    start, line = indent, list[str]()
    room = max(width - max(columns(indent), columns(hanging)), 2)
    for atom in _atoms(text, room):
        for piece in _fitting(atom, room):
            while line and columns(start + "".join(line) + piece.rstrip()) > width:
                kept = _ending(line, width - columns(start))
                lines.append((start + "".join(line[:kept])).rstrip())
                rest = "".join(line[kept:]).lstrip()
                start, line = hanging, [rest] if rest else []
            line.append(piece if line else piece.lstrip())
    return [*lines, (start + "".join(line)).rstrip()]


def _ending(pieces: Sequence[str], room: int) -> int:
    """After how many of the pieces a full line ends: after the last stop, where enough stands before it."""
    for many in range(len(pieces), 0, -1):
        before = "".join(pieces[:many]).rstrip()
        if columns(before) < _FULL * room:
            break
        if before[-1:] in _STOPS or pieces[many - 1].isspace():
            return many
    return len(pieces)


def fitted(text: str, width: int | None) -> str:
    """Lines laid out already, each within the width, what follows of a line a little further in."""
    lines: list[str] = []
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip(" ")))
        lines += wrap(line.strip(), width, indent, indent + "  ") if line.strip() else [""]
    return "\n".join(lines)
