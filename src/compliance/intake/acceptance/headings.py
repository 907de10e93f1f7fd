"""The headings of a table: which facts they stand for, and what is odd about them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.acceptance.cell_patterns import show
from compliance.intake.acceptance.typed_table import Accepted
from compliance.kernel.i18n import say

NAMED_HEADINGS = 50


def match_headings(accepted: Accepted, vocabulary: Vocabulary, record: str) -> dict[str, Match]:
    """Fact → what its (first) heading means; the headings and their oddities are kept."""
    matches: dict[str, Match] = {}
    unknown: list[str] = []
    for heading in accepted.raw.columns:
        match = vocabulary.match(record, heading)
        if match is None:
            unknown.append(heading)
            continue
        name = match.fact.name
        accepted.headings.setdefault(name, []).append(heading)
        known = matches.setdefault(name, match)
        if match.factor != known.factor:
            accepted.mixed.add(name)
        if match.factor != 1:
            _note_unit(accepted, heading, match)
        if match.year is not None:
            accepted.years[name] = match.year
    _note_unknown(accepted, vocabulary, record, unknown)
    return matches


def size_word(factor: Decimal) -> str:
    """How a factor between units is written before the unit."""
    return "万" if factor == 10000 else str(factor)


def _note_unit(accepted: Accepted, heading: str, match: Match) -> None:
    unit = match.fact.unit
    message = say(
        "“{h}”以{factor}{unit}为单位，已换算为{unit}",
        "“{h}” is in {factor} {unit} and was converted to {unit}",
        h=show(heading),
        factor=size_word(match.factor),
        unit=unit,
    )
    expected = say("请核对换算后的数值", "check the converted figures")
    accepted.note("warning", "converted_unit", message, heading, expected, match.fact.name)


def _note_unknown(
    accepted: Accepted, vocabulary: Vocabulary, record: str, headings: Sequence[str]
) -> None:
    for heading in headings[:NAMED_HEADINGS]:
        near = vocabulary.nearest(record, heading)
        unit = f"（{near.unit}）" if near and near.unit else ""
        message = say("不认识“{h}”，已忽略", "“{h}” is not known and was ignored", h=show(heading))
        expected = say(
            "最接近的是“{t}{unit}”（{n}）", "the nearest is “{t}” ({n})",
            t=near.label, n=near.name, unit=unit,
        ) if near else _as_in_template()  # fmt: skip
        accepted.note("warning", "unknown_heading", message, heading, expected)
    if len(headings) > NAMED_HEADINGS:
        more = len(headings) - NAMED_HEADINGS
        message = say("另有{n}个不认识的表头", "{n} more headings are not known", n=more)
        heading = headings[NAMED_HEADINGS]
        accepted.note("warning", "unknown_heading", message, heading, _as_in_template())


def _as_in_template() -> str:
    return say("表头用模板中的名称", "headings as in the template")
