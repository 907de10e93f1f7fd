"""The headings of a table matched to facts: what each stands for, and what is odd about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.cell_text import show
from compliance.intake.formats.raw_table import TABLE_OF, RawTable
from compliance.intake.limits import NAMED_HEADINGS
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say


@dataclass(frozen=True)
class Headings:
    """What the headings of a table stand for.

    of: fact → its headings as written → what each means. notes: what is to be said of them.
    """

    of: dict[str, dict[str, Match]]
    notes: list[Problem]

    def meaning(self, fact: str) -> Match:
        """What the first heading of a fact means."""
        return next(iter(self.of[fact].values()))

    def years(self) -> Iterator[tuple[str, str, int]]:
        """Facts with a year in a heading: fact, its first heading, the last year named."""
        for fact, meanings in self.of.items():
            named = [match.year for match in meanings.values() if match.year is not None]
            if named:
                yield fact, next(iter(meanings)), named[-1]


def match_headings(raw: RawTable, vocabulary: Vocabulary) -> Headings:
    """The facts that a table has, by its headings."""
    record = TABLE_OF[raw.name]
    found = Headings({}, [])
    unknown: list[str] = []
    for heading in raw.columns:
        match = vocabulary.match(record, heading, raw.units.get(heading, ()))
        if match is None:
            if vocabulary.match(record, heading):
                found.notes.append(_unclear(raw, heading))
            else:
                unknown.append(heading)
            continue
        found.of.setdefault(match.fact.name, {})[heading] = match
        if match.factor != 1:
            found.notes.append(_converted(raw, heading, match))
    found.notes.extend(_unknown(raw, vocabulary, record, unknown))
    return found


def size_word(factor: Decimal) -> str:
    """How a factor between units is written before the unit."""
    return "万" if factor == 10000 else str(factor)


def _converted(raw: RawTable, heading: str, match: Match) -> Problem:
    message = say(
        "“{h}”以{factor}{unit}为单位，已换算为{unit}",
        h=show(heading),
        factor=size_word(match.factor),
        unit=match.fact.unit,
    )
    expected = msg("请核对换算后的数值")
    return raw.of_heading(heading).warning("converted_unit", message, expected, (match.fact.name,))


def _unclear(raw: RawTable, heading: str) -> Problem:
    units = msg("、").join(raw.units[heading])
    message = say("“{h}”的单位不明：表旁写着{units}", h=show(heading), units=units)
    expected = msg("在表头的括号里写明单位，只用能换算的（元、万元、平方米、人）")
    return raw.of_heading(heading).error("unclear_unit", message, expected)


def _unknown(
    raw: RawTable, vocabulary: Vocabulary, record: str, headings: Sequence[str]
) -> Iterator[Problem]:
    template = msg("表头用模板中的名称")
    for heading in headings[:NAMED_HEADINGS]:
        near = vocabulary.nearest(record, heading)
        message = say("不认识“{h}”，已忽略", h=show(heading))
        expected = say(
            "最接近的是“{t}{unit}”（{n}）",
            t=near.label,
            n=near.name,
            unit=f"（{near.unit}）" if near.unit else "") if near else template  # fmt: skip
        yield raw.of_heading(heading).warning("unknown_heading", message, expected)
    if len(headings) > NAMED_HEADINGS:
        more = len(headings) - NAMED_HEADINGS
        message = say("另有{n}个不认识的表头", n=more)
        where = raw.of_heading(headings[NAMED_HEADINGS])
        yield where.warning("unknown_heading", message, template)
