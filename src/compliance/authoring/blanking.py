"""A figure taken out of a case that passes: the pass must go with it, and the fact be named.

A pass may stand without a fact only where no other value of it would turn the verdict, or where
another figure of the case stands in for it: its parts, the list it is the largest of, what an
indicator falls back on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from compliance.authoring.case import Case, CaseOptions, Record, installed, law
from compliance.authoring.run_cases import MOST, Docket, Finding
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import IDENTITY
from compliance.rules.language import conditions
from compliance.rules.language.references import Node, Role
from compliance.rules.language.ruleset import Ruleset

_STATEMENTS = "statements"
_UNNAMED = ("monitoring", _STATEMENTS)  # named by their subject, and by the rule itself


class _Cell(NamedTuple):
    """One figure of a case: its table (county, school, monitoring, statements), row and name."""

    table: str
    row: int
    name: str


@dataclass(frozen=True)
class _Trial:
    """A case with something else in one cell. shown: what, for people; blank: nothing."""

    case: Case
    cell: _Cell
    changed: Case
    shown: str = ""


def blanks_that_pass(docket: Docket) -> Iterator[str]:
    """What becomes of a passing case without one of its figures, where it is not as it must be."""
    passing = [
        case
        for number, case in enumerate(docket.cases)
        if case.expect["status"] == "pass" and docket.status(number) == "pass"
    ]
    blank = [
        _Trial(case, cell, _changed(case, cell, None)) for case in passing for cell in _cells(case)
    ]
    standing: list[_Trial] = []
    for trial, found in _judged(blank):
        if found is None or found["status"] in ("unknown", "not_checked"):
            if found is not None and not _named(trial, found):
                yield say(
                    "{where}：缺 {fact} 时结果未指明它（missing：{missing}）",
                    where=_where(trial),
                    fact=trial.cell.name,
                    missing=", ".join(found["missing"] or ()) or msg("空"),
                )
        elif found["status"] == "pass":
            standing.append(trial)
        elif not _stood_in(trial):
            yield say(
                "{where}：缺 {fact} 时应为数据缺失（unknown），得到 {status}",
                where=_where(trial),
                fact=trial.cell.name,
                status=found["status"],
            )
    others = [
        replace(trial, changed=_changed(trial.case, trial.cell, value), shown=str(value))
        for trial in standing
        if not _stood_in(trial)
        for value in _other_values(trial)
    ]
    told = set[tuple[str, _Cell]]()
    for trial, found in _judged(others):
        key = trial.case.name, trial.cell
        if found is not None and found["status"] == "fail" and key not in told:
            told.add(key)
            yield say(
                "{where}：{fact} 为 {value} 时不达标，缺了却仍达标",
                where=_where(trial),
                fact=trial.cell.name,
                value=trial.shown,
            )


def _where(trial: _Trial) -> str:
    return f"{trial.case.where} {trial.case.rule}"


def _judged(trials: Sequence[_Trial]) -> Iterator[tuple[_Trial, Finding | None]]:
    """Every trial and its finding; None where the submission is refused."""
    for first in range(0, len(trials), MOST):
        some = trials[first : first + MOST]
        docket = Docket([trial.changed for trial in some])
        for number, trial in enumerate(some):
            yield trial, None if docket.refusal(number) else docket.finding(number)


def _cells(case: Case) -> Iterator[_Cell]:
    """The figures of a case that its rule rests on: no names, no codes, nothing that says which school it is.

    Of a rule judged by code of a plugin every figure, since that may look where it does not say.
    """
    rules, words = law(case.options).ruleset, law(case.options).words
    rule = rules.rules[case.rule]
    unsaid = bool(installed().kinds[rule.kind].offered_by)
    rests_on = set(rules.references.rests_on(rule.id))
    for table, rows in _tables(case).items():
        for row, record in enumerate(rows):
            for name in record:
                fact = _fact(words, table, name)
                if fact is not None and (fact.form in ("text", "texts") or fact.name in IDENTITY):
                    continue
                if name in _joining(rules):
                    continue
                if unsaid or table in _UNNAMED or name in rests_on:
                    yield _Cell(table, row, name)


def _tables(case: Case) -> dict[str, Sequence[Record]]:
    return {
        "county": [case.county],
        "school": case.schools,
        "monitoring": case.monitoring,
        _STATEMENTS: [case.statements],
    }


def _fact(words: Vocabulary, table: str, name: str) -> Fact | None:
    """None of a statement."""
    return words.tables[table][name] if table != _STATEMENTS else None


def _joining(rules: Ruleset) -> set[str]:
    """The facts by which switches that are on make several schools one."""
    merges = (rules.switches[name].merge for name in rules.switched)
    return {
        name
        for merge in merges
        if merge
        for name in (*conditions.facts(merge["where"]), str(merge["into"]))
    }


def _changed(case: Case, cell: _Cell, value: object) -> Case:
    """The case with another value in a cell, or with none."""
    tables = {name: [dict(row) for row in rows] for name, rows in _tables(case).items()}
    record = tables[cell.table][cell.row]
    del record[cell.name]
    if value is not None:
        record[cell.name] = value
    return replace(
        case,
        county=tables["county"][0],
        schools=tuple(tables["school"]),
        monitoring=tuple(tables["monitoring"]),
        statements={name: bool(met) for name, met in tables[_STATEMENTS][0].items()},
    )


def _named(trial: _Trial, found: Finding) -> bool:
    """Whether an open finding says for what it waits; of a group its members say so."""
    rule = law(trial.case.options).ruleset.rules[trial.case.rule]
    if trial.cell.table in _UNNAMED or rule.form.groups or rule.form.counts_members:
        return True
    missing = found["missing"] or ()
    return trial.cell.name in missing or not _kin(trial).isdisjoint(missing)


def _stood_in(trial: _Trial) -> bool:
    """Whether another figure of the case tells what the missing one did."""
    given = {name for rows in _tables(trial.case).values() for row in rows for name in row}
    return not given.isdisjoint(_kin(trial))


def _kin(trial: _Trial) -> frozenset[str]:
    """The facts that may stand for that of the cell, or for which it may."""
    if trial.cell.table == _STATEMENTS:
        return frozenset()
    options = replace(trial.case.options, file=Path())
    return _stand_ins(options, trial.case.rule, trial.cell.name)


@cache
def _stand_ins(options: CaseOptions, rule_id: str, name: str) -> frozenset[str]:
    """By the schemas: parts, totals, lists and what is counted in them. By the rules: what is computed
    from others where it is missing, as `else`, `or` and a kind's evidence say.
    """
    rules, words = law(options).ruleset, law(options).words
    facts = {**words.county, **words.school}
    stems = {one.name: one.stem for one in facts.values()}
    pairs = [
        (fact.name, other)
        for fact in facts.values()
        for other in (
            *(part for group in fact.parts for part in group),
            fact.largest_of,
            fact.bands_of,
            fact.sum_of,
            fact.counted.list if fact.counted is not None else "",
        )
        if other
    ]
    found = {name}
    while more := {one for pair in pairs if not found.isdisjoint(pair) for one in pair} - found:
        found |= more
    stem, instead = stems.get(name, name), set[str]()
    rule = rules.rules[rule_id]
    evidence = installed().kinds[rule.kind].evidence(rule)
    if stem in evidence:
        instead.update(evidence)
    for usual, other in _fallbacks(rules, rule_id):
        instead |= other - usual if stem in usual - other else set()
        instead |= usual - other if stem in other - usual else set()
    found |= {one for one in facts if one in instead or stems[one] in instead}
    return frozenset(found - {name})


def _fallbacks(rules: Ruleset, rule_id: str) -> Iterator[tuple[set[str], set[str]]]:
    """The facts that something is computed from, and those that it falls back on."""
    graph = rules.references
    for node in graph.walk([Node("rule", rule_id)]):
        edges = graph.edges.get(node, ())
        usual, instead = (
            {
                one.name
                for one in graph.walk(
                    other for role, other in edges if (role is Role.ELSE) is otherwise
                )
                if one.section == "fact"
            }
            for otherwise in (False, True)
        )
        if instead:
            yield usual, instead


def _other_values(trial: _Trial) -> Iterator[object]:
    """Values on all sides of the one that is there, within what the schemas allow."""
    value = _tables(trial.case)[trial.cell.table][trial.cell.row][trial.cell.name]
    fact = _fact(law(trial.case.options).words, trial.cell.table, trial.cell.name)
    if isinstance(value, bool):
        yield not value
    elif fact is None:
        return
    elif fact.words:
        yield from (word for word in fact.words.values() if word != str(value))
    elif isinstance(value, list) and fact.listed:
        yield []
        yield from ([_scaled(fact, one, by) for one in value] for by in _SCALES)
    elif isinstance(value, int | float):
        found = dict.fromkeys(_scaled(fact, value, by) for by in _SCALES)
        yield from (one for one in found if one != value)
    elif fact.form == "date":
        yield from (f"{year}{str(value)[4:]}" for year in _YEARS)


_SCALES = (0, 0.5, 2, 10)
_YEARS = ("1990", "2010", "2022")


def _scaled(fact: Fact, value: float, by: float) -> float:
    found = min(value * by, fact.maximum if fact.maximum is not None else value * by)
    found = max(found, fact.minimum or 0)
    return int(found) if fact.form in ("count", "counts", "year") else found
