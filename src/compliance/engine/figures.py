"""The figures a verdict rests on, in the order of its formula; a county's sums with their schools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from compliance.engine import exact_arithmetic
from compliance.engine.subject import Subject
from compliance.engine.tallies import open_facts, summed_rows
from compliance.engine.working import Input
from compliance.facts.fact import Fact
from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.labels import STAGE_WORDS, unit_words
from compliance.kernel.submission import COMPULSORY
from compliance.rules.language import conditions
from compliance.rules.language.model import Indicator, Rule, Tally
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference.describe import condition_words

LISTED = 10  # the schools named of a sum, those with the largest figures first


def figures(subject: Subject) -> tuple[Input, ...]:
    """Every figure the verdict rests on, without its place.

    A blank that another figure stands in for is left out: counts where the list is given, and so on.
    """
    unused = _unused(subject)
    found = given(subject, [fact for fact in _facts(subject) if fact not in unused])
    there = {one.fact for one in found if one.origin != "missing"}
    spare = {fact for group in _interchangeable(subject) if group & there for fact in group}
    return tuple(one for one in found if one.origin != "missing" or one.fact not in spare)


def applicability(subject: Subject) -> tuple[Input, ...]:
    """The facts that say whether the rule applies (`where`, exclusions), without their places."""
    names = conditions.facts(subject.rule.where)
    for reason in subject.rule.exclude:
        names += conditions.facts(subject.ruleset.exclusions[reason].where)
    return tuple(given(subject, [n for n in dict.fromkeys(names) if n in subject.facts]))


def given(subject: Subject, names: Iterable[str]) -> list[Input]:
    """Facts of the contract as submitted; of a name it does not have, the county's sum."""
    found = (
        _record(subject, subject.facts[name]) if name in subject.facts else _total(subject, name)
        for name in names
    )
    return [one for one in found if one is not None]


def _record(subject: Subject, fact: Fact) -> Input:
    value = subject.record(fact.name)
    return Input(
        fact.name, fact.label, value, unit_words(fact.unit), of=subject.holder(fact.name) or "",
        origin="missing" if value is None else "given", said=_said(fact, value),
    )  # fmt: skip


def _said(fact: Fact, value: object) -> str:
    """What a code of a fixed choice says: 小学 for ``primary``; "" where it says it itself."""
    if not fact.words or value is None:
        return ""
    code = str(int(value)) if isinstance(value, float) else str(value)
    word = fact.word_of(code)
    return "" if word.replace(" ", "_") == code else word


def columns_of(rule: Rule, ruleset: Ruleset) -> list[str]:
    """The columns a rule's own quantities take, in the order of their formulas; each once."""
    found = list(ruleset.references.columns(rule.id))
    if rule.form.counts_members:
        for member in rule.references.figures:
            found += columns_of(ruleset.rules[member], ruleset)
    return list(dict.fromkeys(found))


def _columns(indicator: Indicator) -> list[str]:
    return [n for terms in (indicator.of, indicator.over) if terms is not None for n in terms.facts]


def _facts(subject: Subject) -> list[str]:
    """The facts of the contract (and the county's tallies) that a verdict rests on; each once."""
    found: list[str] = []
    split = subject.frames.split
    for name in columns_of(subject.rule, subject.ruleset):
        found += _contract_facts(subject, name)
        if subject.rule.scope == "unit" and name in split.facts:
            found += [f"{stage}_students" for stage in subject.stages if stage in split.weights]
    return list(dict.fromkeys(found))


def _contract_facts(subject: Subject, name: str) -> list[str]:
    tally = subject.ruleset.tallies.get(name)
    if tally is None:
        return [subject.contract(name)]
    if tally.scope == "county":
        return [name]
    if tally.counts:
        return _counts(tally)
    staged = subject.frames.staged
    return [
        f"{stage}_{fact}" if fact in staged else str(fact)
        for stage in subject.stages
        if stage in COMPULSORY
        for fact in (tally.settings["sum"], tally.settings.get("times"))
        if fact is not None
    ]


def _counts(tally: Tally) -> list[str]:
    """The list of a tally that counts its items, then the counts that stand in for it."""
    stand_in: Any = tally.settings.get("or", [])
    others = [stand_in] if isinstance(stand_in, str) else stand_in
    return [tally.counts, *map(str, others)]


def _unused(subject: Subject) -> set[str]:
    """Facts of the one of two indicators (`else`) that is not the one computed."""
    used: set[str] = set()
    unused: set[str] = set()
    for applied in subject.limits:
        chain = exact_arithmetic.chain(
            applied.indicator, subject.ruleset.indicators, subject.frames, subject.rule.scope
        )
        known = (one for one in chain if one.exact(subject.row) is not None)
        computed = chain[0] if len(chain) == 1 else next(known, None)
        for one in chain if computed is not None else ():
            facts = used if one is computed else unused
            facts.update(f for n in _columns(one.indicator) for f in _contract_facts(subject, n))
    return unused - used


def _interchangeable(subject: Subject) -> Iterable[set[str]]:
    """Facts of which one is enough: an evidence of class sizes, a list of rooms or their number."""
    yield set(evidence(subject))
    for tally in subject.ruleset.tallies.values():
        if tally.counts:
            yield set(_counts(tally))


def evidence(subject: Subject) -> list[str]:
    """The facts of the contract of which one is enough, the best first; the last follows from others."""
    return [subject.contract(name) for name in subject.kind.evidence(subject.rule)]


def _total(subject: Subject, name: str) -> Input | None:
    """A sum over the county's schools, or what the county gives in its stead."""
    row = subject.frames.county.row(0, named=True)
    if name not in row:
        return None
    tally = subject.ruleset.tallies.get(name)
    whole = Input(name, subject.title(name), row[name], origin="total")
    if tally is None:
        return whole
    if "sum" not in tally.settings:
        open_ = tuple(_undecided(subject, tally.settings.get("where", {})))
        return replace(
            whole,
            unit=msg_in("schools", "所"),
            origin="counted",
            rows=len(open_),
            parts=open_[:LISTED],
        )
    return _summed(subject, tally, replace(whole, unit=_unit(subject, str(tally.settings["sum"]))))


def _unit(subject: Subject, summed: str) -> str:
    names = (summed, *(f"{stage}_{summed}" for stage in STAGE_WORDS))
    return next((unit_words(subject.facts[n].unit) for n in names if n in subject.facts), "")


def _summed(subject: Subject, tally: Tally, whole: Input) -> Input:
    """The total with the condition in words and the first of the schools that are counted.

    Where no school has a figure and the county gives the total itself, that is said instead.
    """
    settings: Mapping[str, Any] = tally.settings
    sums = [settings, settings["also"]] if "also" in settings else [settings]
    parts = [part for one in sums for part in _counted(subject, one, whole.unit)]
    if settings.get("or") and all(part.value is None for part in parts):
        return replace(whole, fact=str(settings["or"]), origin="given")
    return replace(
        whole,
        where=msg("；另计").join(_condition(subject, one) for one in sums),
        rows=len(parts),
        parts=tuple(sorted(parts, key=_blanks_then_largest)[:LISTED]),
    )


def _blanks_then_largest(part: Input) -> tuple[bool, float, str]:
    return part.value is not None, -float(str(part.value or 0)), part.of


def _counted(subject: Subject, settings: Mapping[str, Any], unit: str) -> Iterable[Input]:
    """The figure of every school that counts, or may count."""
    fact, frames = str(settings["sum"]), subject.frames
    rows, counts = summed_rows(frames, settings)
    staged = settings["from"] == "unit" and fact in frames.staged
    for row in rows.filter(counts.fill_null(value=True)).iter_rows(named=True):
        name = f"{row['stage']}_{fact}" if staged else fact
        origin = "missing" if row[fact] is None else "given"
        code = str(row["school_code"])
        yield Input(name, str(row["school_name"]), row[fact], unit, origin=origin, of=code)


def _undecided(subject: Subject, where: conditions.Where) -> Iterable[Input]:
    """What is blank at the schools of which nobody can tell whether they are counted."""
    lacking = open_facts(subject.frames, "school", where).named()
    columns = {fact: test.alias(f"{fact}?") for fact, test in lacking.items()}
    rows = subject.frames.school.filter(conditions.matches(where).is_null())
    for row in rows.select("school_code", "school_name", *columns.values()).iter_rows(named=True):
        for fact in (one for one in columns if row[f"{one}?"]):
            name = str(row["school_name"])
            yield Input(fact, name, None, origin="missing", of=str(row["school_code"]))


def _condition(subject: Subject, settings: Mapping[str, Any]) -> str:
    """Which schools count, in words; all of them where no condition is set."""
    told = condition_words(settings.get("where", {}), subject.ruleset, subject.words)
    if settings.get("unless"):
        but = condition_words(settings["unless"], subject.ruleset, subject.words)
        told += say("（{but}的除外）", but=but)
    return told or msg("全部学校")
