"""What changes, from a layer to the next and from a day to the next: the words that go with a figure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from compliance.kernel.errors import PackError
from compliance.kernel.i18n import msg, say
from compliance.rules.language.model import OPERATORS

Table = Mapping[str, Any]
Figures = Mapping[tuple[str, ...], Decimal]  # address without the last key's stage, and the stage
_LIMITS = (*OPERATORS, "pass_at_least", "rest_at_least")
_WORDS = (
    "title", "title_en", "short", "short_en", "text", "text_en", "quote", "remedy", "remedy_en",
    "incident", "incident_en",
)  # fmt: skip
_TENFOLD = 10
# two to ten in words, where they count something; one is said of too much else
_IN_WORDS: Mapping[Decimal, re.Pattern[str]] = {
    Decimal(number): re.compile(
        rf"(?<![第一二三四五六七八九十百千万两几])[{han}](?=[节次项个名人间台册所班件套张片处座分]|小时|学时)"
        rf"|\b{english}\b(?!-|\s+(?:years?|months?|days?)\b)",
        re.IGNORECASE,
    )
    for number, (han, english) in enumerate(
        zip(
            ("二两", *"三四五六七八九十"),
            ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
            strict=True,
        ),
        start=2,
    )
}
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


def figures(table: Table) -> Figures:
    """Every limit of a rule's table, by its address and the key (stage) in it; those of parts too."""
    found: dict[tuple[str, ...], Decimal] = {}
    for name in _LIMITS:
        value = table.get(name)
        for key, one in value.items() if isinstance(value, Mapping) else [("", value)]:
            if isinstance(one, int | Decimal):
                found[name, str(key)] = Decimal(one)
    for part, inner in table.get("part", {}).items():
        found |= {("part", part, *address): value for address, value in figures(inner).items()}
    return found


def changed(before: Table, after: Table) -> Iterator[tuple[tuple[str, ...], Decimal, Decimal]]:
    """Address, old and new figure of every limit that is another one; a plain number stands for all stages."""
    old, new = figures(before), figures(after)
    for address, value in new.items():
        *field, key = address
        same = {one: was for one, was in old.items() if _side(one[:-1]) == _side(tuple(field))}
        for (*_, stage), was in same.items():
            if (stage == key or "" in (stage, key)) and was != value:
                yield tuple(field) + ((key,) if key else ()), was, value


def _side(address: tuple[str, ...]) -> tuple[str, ...]:
    """A limit's address without whether the line itself will do."""
    return (*address[:-1], {"above": "at_least", "below": "at_most"}.get(address[-1], address[-1]))


def stale(before: Table, after: Table) -> Iterator[tuple[str, tuple[str, ...], Decimal, Decimal]]:
    """The words of `after` that say a limit that is no longer one: field, address of the limit, old, new.

    So do words of `before` that said it and fell away with it: nothing says the new one.
    """
    current = set(figures(after).values())
    gone = [one for one in changed(before, after) if one[1] not in current]
    dropped = {
        name: before[name] for name in ("text", "text_en") if name in before and name not in after
    }
    for field in _WORDS:
        text = str(after.get(field, dropped.get(field, "")))
        for address, old, new in gone:
            if says(text, old) and not says(text, new):
                yield field, address, old, new
                break


def says(text: str, number: Decimal) -> bool:
    """Whether a text names a number, as a figure or a small one in words, not as a day, a year or an ordinal."""
    if number in _IN_WORDS and _IN_WORDS[number].search(text):
        return True
    digits = f"{number.normalize():f}"
    zeros = r"0*" if "." in digits else r"(?:\.0+)?"
    found = re.compile(
        rf"(?<![\d.〔第/-]){re.escape(digits)}{zeros}(?![\d〕/-]|\.\d|\s*(?:年|月|日|号|条|款|项|{_MONTHS}))"
    )
    return found.search(re.sub(r"(?<=\d),(?=\d{3})", "", text)) is not None


def tenfold(before: Table, after: Table) -> Iterator[tuple[tuple[str, ...], Decimal, Decimal]]:
    """Limits that are ten times or a tenth of what they were: address, old, new."""
    for address, old, new in changed(before, after):
        if old and new and old * new > 0 and not old / _TENFOLD < new < old * _TENFOLD:
            yield address, old, new


def old_number(rule: str, field: str, old: Decimal, new: Decimal, where: str) -> PackError:
    """The fault of words that say the former limit."""
    what = say(
        "规则 {rule} 的限值由 {old} 改为 {new}，{field} 说的仍是 {old}",
        rule=rule, old=old, new=new, field=field,
    )  # fmt: skip
    return PackError(
        what, where, msg("请在改限值的同一处写上新的说法（没有新原文的写转述）"), "old_number"
    )
