"""What a school's sheet says about the school itself, in the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compliance.assessment import figures
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.i18n import lang, say
from compliance.render.documents.printable import printable

_STAGE_FACTS = ("students", "classes", "teachers")
_SHOWN = (
    "school_type",
    "sponsor",
    "setting",
    "township",
    "alliance",
    "principal",
    *(f"primary_{stem}" for stem in _STAGE_FACTS),
    *(f"junior_{stem}" for stem in _STAGE_FACTS),
    "special_teachers",
    "special_certified_teachers",
    "special_trained_teachers",
)


def school_facts(school: Mapping[str, Any], titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """(heading, text) pairs of what is known of a school; what is missing is left out."""
    facts = vocabulary().school
    shown = []
    for name in _SHOWN:
        value = school.get(name)
        if value is not None and name in facts:
            fact = facts[name]
            shown.append((printable(titles.get(name, fact.label)), _text(fact, value)))
    return shown


def _text(fact: Fact, value: object) -> str:
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if isinstance(value, (int, float)):
        if fact.words:
            return _word(fact, figures.plain(value))
        unit = fact.unit if lang() == "zh" else ""
        return figures.with_unit(figures.amount(value), unit)
    return _word(fact, str(value)) if fact.words else printable(value)


def _word(fact: Fact, canonical: str) -> str:
    """The first ordinary word for a canonical one: 九年一贯制学校 for nine_year."""
    if lang() == "en" and not canonical.isdigit():
        return canonical.replace("_", " ")
    ordinary = (
        word
        for word, meant in fact.words.items()
        if meant == canonical and word != canonical and not word.isdigit()
    )
    return printable(next(ordinary, canonical))
