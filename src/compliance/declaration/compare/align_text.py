"""What a county wrote in the blanks of a sentence, be its words in another order or reworded.

First the form's own words are looked for one after another; then clause by clause, in any order;
last the figures alone, if there are as many as on the form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from compliance.declaration.compare.submitted_sheet import folded, is_blank, number
from compliance.declaration.fill.filled_form import Cell, Filled

_HOLE = "\x00"
_CLAUSES = (r"[;。]", r"[;。,:、()]")  # coarse, then fine; texts are folded
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_TOKEN = re.compile(r"\x00|(?<![A-Za-z])[IV]+(?![A-Za-z])|(?:(?<![\d.])[+-])?\d+(?:\.\d+)?|_+|—+")


def aligned(cell: Cell, text: str) -> tuple[list[str], bool]:
    """The values of the blanks in the form's order, and whether all its words are there, no more.

    text: folded. Where nothing can be told apart, the values up to the first word not found.
    """
    first, whole = _in_order(cell, text)
    if _fit(cell, first):
        return first, whole
    form = "".join(_HOLE if isinstance(one, Filled) else folded(one) for one in cell.parts)
    plain = _THOUSANDS.sub("", text)
    for separators in _CLAUSES:
        values, complete = _by_clauses(form, plain, separators)
        if _fit(cell, values):
            return values, complete
    values = _by_figures(form, plain)
    return (values, False) if _fit(cell, values) else (first, False)


def _fit(cell: Cell, values: Sequence[str]) -> bool:
    """Whether there is a value for every blank, a figure where one is asked for."""
    return len(values) == len(cell.filled) and all(
        one.amount.number is None or is_blank(value) or number(value) is not None
        for one, value in zip(cell.filled, values, strict=True)
    )


def _in_order(cell: Cell, text: str) -> tuple[list[str], bool]:
    """What stands between the words, each looked for from where the last ended."""
    values: list[str] = []
    end, is_open, whole = 0, False, True
    for part in cell.parts:
        if isinstance(part, Filled):
            is_open = True
            continue
        words = folded(part)
        place = text.find(words, end)
        if place < 0:
            return values, False
        if is_open:
            values.append(text[end:place])
        elif place > end:
            whole = False
        is_open, end = False, place + len(words)
    if is_open:
        values.append(text[end:])
    return values, whole and (is_open or end == len(text))


def _by_clauses(form: str, text: str, separators: str) -> tuple[list[str], bool]:
    """Each clause of the form where it is found; of several alike the first not yet taken."""
    wanted = [one for one in re.split(separators, form) if one]
    left = [one for one in re.split(separators, text) if one]
    values: list[str] = []
    complete = True
    for clause in wanted:
        pattern = re.escape(clause).replace(re.escape(_HOLE), "(.*?)")
        found = next((m for one in left if (m := re.fullmatch(pattern, one))), None)
        if found is not None:
            left.remove(found[0])
            values += found.groups()
        elif _HOLE in clause:
            return [], False
        else:
            complete = False
    return values, complete and not left


def _by_figures(form: str, text: str) -> list[str]:
    """The figures in order, if as many stand there: with those in the form's words or without."""
    asked, given = _TOKEN.findall(form), _TOKEN.findall(text)
    fixed = [n for n, one in enumerate(asked) if one != _HOLE]
    if len(given) == len(asked) and all(given[n] == asked[n] for n in fixed):
        return [one for n, one in enumerate(given) if n not in fixed]
    return given if len(given) == len(asked) - len(fixed) else []
