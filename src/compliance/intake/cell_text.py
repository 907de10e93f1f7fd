"""The text of cells: what counts as blank, how a value is quoted, how a cell and a key are named."""

from __future__ import annotations

import json
import re
import unicodedata

from compliance.kernel.formula_guard import unguarded

# what counts as nothing written: every white space, and the marks that only look like nothing
BLANKS = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
BLANKS += "\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
# characters that nobody sees and a copied text may hide among the others, as Polars writes them
INVISIBLE = r"[\x{00ad}\x{061c}\x{180e}\x{200b}-\x{200f}\x{2060}-\x{2064}\x{feff}]"
# characters no report can carry (XML forbids them) and halves of surrogate pairs
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# line breaks, tabs and the blanks that only typesetters use, which stand for one blank in a name
ODD_BLANKS = "[\t-\r\x85\xa0\u2000-\u200a\u2028\u2029\u202f\u205f]"
# what is written where there are no figures, once it is folded to plain characters
NO_DATA = re.compile(
    r"[-–—―─━_/\\]+|\.{2,}|…+|⋯+|(?:暂|尚)?(?:无|没有|缺少?)(?:此项|该项|相关)?(?:数据|资料)|暂[无缺]|不详|未知|未统计|未填报?"
    r"|待[补填定报]|n/?a"
)
_WRAPPED = re.compile(r"""=(?:"([^"]*)"|([0-9]+(?:\.[0-9]+)?))|'([^']*)'?""")
LARGEST_WHOLE = 2**53  # beyond it a float no longer tells whole numbers apart
_MOST_ITEMS = 20  # so many items of a list are quoted at most


def blank(value: object) -> bool:
    """Whether a cell holds nothing: None or white space. A zero is something."""
    return value is None or (isinstance(value, str) and not value.strip())


def no_data(text: str) -> bool:
    """Whether a text without blanks around it is a mark for no data, such as — or 暂无."""
    return len(text) <= 12 and bool(
        NO_DATA.fullmatch(unicodedata.normalize("NFKC", text).casefold())
    )


def says_nothing(cell: object) -> bool:
    """Whether a cell holds nothing, or a mark for no data."""
    return blank(cell) or (isinstance(cell, str) and no_data(cell.strip(BLANKS)))


def unwrapped(text: str) -> str:
    """What stands in the marks that keep a spreadsheet from changing a code: ="0123" and '0123, '=1."""
    found = _WRAPPED.fullmatch(text)
    return next(part for part in found.groups() if part is not None) if found else unguarded(text)


def unfit(text: str) -> bool:
    """Whether `text` holds characters that are not text."""
    return UNFIT.search(text) is not None


def clip(value: object, length: int = 40) -> str:
    """A value to be quoted in a message: short, on one line, and safe for a terminal."""
    text = str(value)[: length + 1]
    safe = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return safe if len(safe) <= length else safe[:length] + "…"


def show(value: object) -> str:
    """The value of a cell to be quoted: as it was typed, or as JSON has it."""
    return clip(_written(value))


def _written(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and value.bit_length() > 128:
        return f"{'-' if value < 0 else ''}≈10^{int(value.bit_length() * 0.30103)}"
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_WHOLE:
        return str(int(value))
    if isinstance(value, list | tuple):
        shown = value[:_MOST_ITEMS]
        items = (f'"{one}"' if isinstance(one, str) else _written(one) for one in shown)
        return f"[{', '.join(items)}{', …' if len(value) > _MOST_ITEMS else ''}]"
    return str(value)


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
