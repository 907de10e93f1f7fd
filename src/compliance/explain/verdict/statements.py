"""What a verdict rests on besides figures: statements, dates, entries of lists, by part."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from fractions import Fraction

import polars as pl

from compliance.engine.exact_arithmetic import typed
from compliance.explain.question.model import Comparison, Input
from compliance.explain.question.subject import Row, Subject
from compliance.explain.verdict.inputs import title_of
from compliance.kernel.i18n import pick, say
from compliance.rules.kinds import written

_TABLES = {"attestations": "met", "vetoes": "exists"}


def given(subject: Subject) -> tuple[Input, ...]:
    """The statements made under the rule, each with its place."""
    rule = subject.rule
    tables = {one.statement for one in rule.holders if one.statement}
    found: list[Input] = []
    for table in sorted(tables):
        found += _statements(subject, table)
    if rule.kind == "listed":
        found += _entries(subject)
    return tuple(found)


def _entries(subject: Subject) -> Iterable[Input]:
    """Every figure of every entry of the list that the rule looks at."""
    rule, hearing = subject.rule, subject.hearing
    each = written(rule.settings)["each"]
    tests = [dict(one) for one in each] if isinstance(each, list) else []
    fields = [str(one["field"]) for one in tests]
    places = hearing.watch.locate(hearing.key, (), fields)
    for row in getattr(hearing.bench.submission, rule.of[0]).iter_rows(named=True):
        name = f"{row.get('subject') or ''}{row.get('grade') or ''}"
        for one, field in zip(tests, fields, strict=True):
            place = places.get((name, field))
            title = pick(str(one.get("name", field)), str(one.get("name_en", "")))
            yield Input(
                f"{rule.of[0]}.{field}",
                f"{name} {title}",
                row[field],
                file=place.file if place else "",
                at=place.at if place else "",
                origin="given" if row[field] is not None else "missing",
            )


def _statements(subject: Subject, table: str) -> Iterable[Input]:
    rows = getattr(subject.hearing.bench.submission, table)
    rows = rows.filter(pl.col("rule") == subject.rule.attested_as)
    column = _TABLES[table]
    title = say("佐证说明", "statement") if table == "attestations" else say(
        "一票否决事项的说明", "statement on an incident"
    )  # fmt: skip
    if rows.is_empty():
        yield Input(subject.rule.attested_as, title, None, origin="missing")
    for row in rows.iter_rows(named=True):
        yield Input(
            subject.rule.attested_as,
            title,
            row[column],
            file=str(row.get("file") or ""),
            at=str(row.get("at") or ""),
            written=_evidence(row),
        )


def _evidence(row: Row) -> str:
    evidence = [str(one) for one in row.get("evidence") or () if one]
    return pick("；", "; ").join([*evidence, *([str(row["note"])] if row.get("note") else [])])


def parts(outcome: Row, but: Collection[str]) -> tuple[Comparison, ...]:
    """The parts that are no quantity of their own: entries of a list, statements, years.

    but: the names of those that are.
    """
    found = []
    for one in outcome.get("parts") or ():
        if one["name"] in but:
            continue
        found.append(
            Comparison(
                title=str(one["name"]),
                status=str(one["status"]),
                value=typed(one["value"]),
                unit=str(one["unit"] or ""),
                operator=str(one["operator"] or ""),
                threshold=typed(one["threshold"]),
                note=str(one["name"]),
            )
        )
    return tuple(found)


def _ripe(subject: Subject, fact: str) -> str:
    """The day on which the years are full: what turns the verdict. Of a year alone, its last day."""
    text = str(subject.record(fact))
    begun = date.fromisoformat(text) if len(text) > len("2020") else date(int(text), 12, 31)
    parts = [one for one in subject.rule.holders if written(one.settings).get("since") == fact]
    years = [int(one.limit.table[""]) for one in parts if one.limit is not None]
    last = begun.month, begun.day
    day = (2, 28) if last == (2, 29) else last
    full = date(begun.year + max(years), *day)
    if full <= subject.hearing.case.as_of:
        return say(
            "{day} 已满{n}年，在此以前判定则未满。",
            "{n} years were full on {day}; judged as of an earlier day they are not.",
            n=max(years), day=full.isoformat(),
        )  # fmt: skip
    return say(
        "{day} 满{n}年。", "{n} years will be full on {day}.", n=max(years), day=full.isoformat()
    )


def remarks(subject: Subject, outcome: Row) -> tuple[str, ...]:
    """How a verdict without a formula came about."""
    rule = subject.rule
    limit = rule.limit
    since = [
        str(written(one.settings)["since"])
        for one in rule.holders
        if "since" in written(one.settings)
    ]
    day = subject.hearing.case.as_of.isoformat()
    notes = [
        say(
            "自“{t}”至 {day} 按周年计算满几年。",
            "Full years from '{t}' to {day}, counted as birthdays are.",
            t=title_of(subject, fact),
            day=day,
        )
        for fact in since
    ]
    if rule.kind == "elapsed" and limit is not None and outcome.get("value") is not None:
        years = Fraction(int(outcome["value"]))
        notes.append(say("已满{n}年。", "{n} full years.", n=years))
    notes += [_ripe(subject, fact) for fact in since if subject.record(fact) is not None]
    if rule.kind == "attested":
        notes.append(
            pick(
                "本条由县级据实说明并备佐证材料，程序不作推断；未作说明即为“待佐证”。",
                "This item rests on a statement with its evidence; without one it waits.",
            )
        )
    return tuple(notes)
