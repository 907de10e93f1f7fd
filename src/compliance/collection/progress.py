"""How far the collecting is: a row a school, those to be urged first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from compliance.collection.merge import EMPTY, MERGED, MISSING, REFUSED, TWICE, MergedCounty
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg
from compliance.render.collected_sheets import SchoolProgress

_URGED = (MISSING, EMPTY, REFUSED, TWICE)  # in this order, before all others


def progress_of(
    merged: MergedCounty, problems: Sequence[Problem], words: Vocabulary
) -> list[SchoolProgress]:
    """Every school of the round: first what is missing, then what has problems, then the others."""
    counted = Counter(
        one.school_code for one in problems if one.severity == "error" and one.school_code
    )
    states = state_words()
    rows = [
        (
            SchoolProgress(
                code=school.code,
                name=str(school.known.get("school_name", "")),
                kind=_kind(words, str(school.known.get("school_type", ""))),
                township=str(school.known.get("township", "")),
                principal=str(school.known.get("principal", "")),
                state=states[school.state],
                collected=school.state == MERGED,
                files=tuple(one.name for one in school.files),
                saved=school.used.saved if school.used else None,
                blanks=tuple(words.school[name].label for name in school.blanks),
                changed=school.changed,
                errors=counted[school.code],
            ),
            school.state,
        )
        for school in merged.schools
    ]
    rows.sort(key=lambda row: (_rank(row[1]), -row[0].errors, -len(row[0].blanks), row[0].township))
    return [row for row, _ in rows]


def _kind(words: Vocabulary, written: str) -> str:
    """The type of a school in the current language."""
    fact = words.school["school_type"]
    return fact.word_of(fact.words[written]) if written in fact.words else written


def _rank(state: str) -> int:
    return _URGED.index(state) if state in _URGED else len(_URGED)


def state_words() -> dict[str, str]:
    """State → the word for it in the current language."""
    return {
        MERGED: msg("已汇集"),
        TWICE: msg("交了几份，待定"),
        REFUSED: msg("交回的不能采用"),
        EMPTY: msg("交回空白表"),
        MISSING: msg("未交"),
    }
