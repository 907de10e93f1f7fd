"""The headings of a table matched to facts: what each stands for, and what is odd about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from compliance.facts.heading_meaning import meaning_of
from compliance.facts.units import as_printed
from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.cell_text import show
from compliance.intake.formats.raw_table import RawTable, record_of
from compliance.intake.limits import NAMED_HEADINGS
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import unit_words


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
    record = record_of(raw.name)
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


def _converted(raw: RawTable, heading: str, match: Match) -> Problem:
    message = say(
        "“{h}”以{written}为单位，已换算为{unit}（1{written}={factor}{unit}）",
        h=show(heading),
        written=unit_words(as_printed(match.unit)),
        factor=match.factor,
        unit=unit_words(match.fact.unit),
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
    room = NAMED_HEADINGS
    for number, heading in enumerate(headings):
        words = _told(raw, vocabulary, record, heading)
        if words is None:
            continue
        where, (message, expected) = raw.of_heading(heading), words
        if not room:  # what is most like each further one costs more than it is worth
            message = say("另有{n}个不认识的表头", n=len(headings) - number)
            expected = msg("表头用模板中的名称")
        yield where.warning("unknown_heading", message, expected)
        if not room:
            return
        room -= 1


def _names_county(vocabulary: Vocabulary, heading: str) -> bool:
    """Whether a column of schools says what their county is called: that is the county's own fact."""
    match = vocabulary.match("county", heading)
    return match is not None and match.fact.name == "county_name"


def _told(
    raw: RawTable, vocabulary: Vocabulary, record: str, heading: str
) -> tuple[str, str] | None:
    """What is to be said of a heading that stands for no fact, and what to do; None for a silent one."""
    use, path = raw.uses.get(heading), raw.paths.get(heading, (heading,))
    meaning = use.meaning if use else None
    if meaning is None or raw.strict:
        meaning = meaning_of(vocabulary, record, path, titles=raw.titles)
    of_county = record == "school" and _names_county(vocabulary, heading)
    if (meaning.kind == "silent" and not raw.strict) or of_county:
        return None
    quoted = show(heading)
    named = msg("、").join("“" + fact.label + "”" for fact in meaning.facts)
    if meaning.why in _DOUBTS:
        return _DOUBTS[meaning.why](quoted, named)
    message = say("不认识“{h}”，已忽略", h=quoted)
    if not meaning.facts:
        return message, msg("表头用模板中的名称")
    unit, names = meaning.facts[0].unit, ", ".join(fact.name for fact in meaning.facts)
    if unit:
        return message, say(
            "最接近的是{t}（{unit}）（{n}）", t=named, unit=unit_words(unit), n=names
        )
    return message, say("最接近的是{t}（{n}）", t=named, n=names)


# what makes a heading doubtful → what is said of it, and what to do
_DOUBTS: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "stages": lambda h, _: (say("“{h}”不止一个学段，未读取", h=h), msg("小学、初中、高中分开填写")),
    "twice": lambda h, f: (
        say("“{h}”和别的列都像是{f}，未读取", h=h, f=f),
        msg("只留一列，表头用模板中的名称"),
    ),
    "bands": lambda h, f: (
        say("“{h}”：班额段不全，没有合成{f}", h=h, f=f),
        msg("各班额段一列不少"),
    ),
    "caption": lambda h, f: (
        say("“{h}”：{f}之外的字不认识，未读取", h=h, f=f),
        say("确是{f}的，表头用模板中的名称", f=f),
    ),
}
