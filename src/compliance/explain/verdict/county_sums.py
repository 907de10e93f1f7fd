"""A sum over the county's schools: which of them count, and the cell of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compliance.explain.question.model import Input
from compliance.explain.question.subject import Subject
from compliance.kernel.i18n import pick, say
from compliance.rules.language import conditions
from compliance.rules.language.model import Tally
from compliance.rules.reference.describe import condition_words

LISTED = 10  # the schools named, those with the largest figures first


def summed(subject: Subject, tally: Tally, whole: Input) -> Input:
    """The total with the condition in words and the first of the schools that are counted.

    Where no school has a figure and the county gives the total itself, that is said instead.
    """
    settings = tally.settings
    if "from" not in settings:
        return whole
    rows = [row for one in _sums(settings) for row in _counted(subject, one)]
    where = pick("；另计", "; and ").join(_where(subject, one) for one in _sums(settings))
    stand_in = settings.get("or")
    if stand_in and all(value is None for *_, value in rows):
        return _given(subject, str(stand_in), whole)
    shown = sorted(rows, key=lambda row: (row[3] is not None, -(row[3] or 0), row[0]))[:LISTED]
    codes, facts = {row[0] for row in shown}, list(dict.fromkeys(row[2] for row in shown))
    places = subject.hearing.watch.locate(subject.hearing.key, codes, facts)
    parts = []
    for code, name, fact, value in shown:
        place = places.get((code, fact))
        parts.append(
            Input(
                fact,
                name,
                value,
                whole.unit,
                file=place.file if place else "",
                at=place.at if place else "",
                origin="missing" if value is None else "given",
                of=code,
            )
        )
    return replace(whole, where=where, rows=len(rows), parts=tuple(parts))


def _sums(settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The sum, and a second one that is added to it."""
    return [settings, settings["also"]] if "also" in settings else [settings]


def _counted(
    subject: Subject, settings: Mapping[str, Any]
) -> list[tuple[str, str, str, float | None]]:
    """Code, name, fact of the contract and figure of every school that counts, or may count."""
    scope, fact = str(settings["from"]), str(settings["sum"])
    frames = subject.frames
    where = dict(settings.get("where", {}))
    if "stage" in settings:
        where["stage"] = settings["stage"]
    rows = frames.of(scope).filter(conditions.matches(where).fill_null(value=True))
    if settings.get("unless"):
        rows = rows.filter(~conditions.matches(settings["unless"]).fill_null(value=False))
    staged = scope == "unit" and fact in frames.staged
    return [
        (
            str(row["school_code"]),
            str(row["school_name"]),
            f"{row['stage']}_{fact}" if staged else fact,
            row[fact],
        )
        for row in rows.iter_rows(named=True)
    ]


def _where(subject: Subject, settings: Mapping[str, Any]) -> str:
    """Which schools count, in words; all of them where no condition is set."""
    rules, words = subject.rules, subject.hearing.docket.words
    told = condition_words(settings.get("where", {}), rules, words)
    if settings.get("unless"):
        but = condition_words(settings["unless"], rules, words)
        told += say("（{but}的除外）", " (but not: {but})", but=but)
    return told or say("全部学校", "all schools")


def _given(subject: Subject, fact: str, whole: Input) -> Input:
    """The county's own total, with its cell."""
    place = subject.hearing.watch.locate(subject.hearing.key, (), [fact]).get((None, fact))
    if place is None:
        return replace(whole, fact=fact, origin="given")
    return replace(whole, fact=fact, origin="given", file=place.file, at=place.at)
