"""Statements and vetoes brought to the rules they are about, by id or by title.

People write 违规择校 where the rule set says V2. What names no rule that takes a statement is
reported with the nearest one; a stated incident that names none costs its county the findings,
since leaving it out would be an acquittal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from functools import lru_cache

import polars as pl

from compliance.kernel.errors import Problem, closest
from compliance.kernel.i18n import say
from compliance.kernel.submission import KEY, Refused, Submission
from compliance.rules.language.model import Rule
from compliance.rules.language.ruleset import Ruleset

ATTESTATIONS, VETOES = "attestations", "vetoes"
SAYING = {ATTESTATIONS: "met", VETOES: "exists"}  # the column that holds the statement
_COMPARED = 50  # of so many that name no rule the nearest one is sought
_EXPLAINED = 1000  # so many are told of singly, one a county after that
_NONE = "—"
_SHORTEST = 4  # characters that a part of a title must have to stand for it


def settle(
    part: Submission, rules: Ruleset, elsewhere: Set[str] = frozenset()
) -> tuple[Submission, list[Problem], list[Refused]]:
    """The submission with statements under rule ids; the problems; the counties refused.

    elsewhere: ids and titles of rules of other rule sets, whose statements are none of this one's.
    """
    problems: list[Problem] = []
    plain = {_plain(name) for name in elsewhere}
    attestations = _settled(
        part.attestations, attested(rules.rules.values()), problems, "met", plain
    )
    vetoes = _settled(part.vetoes, vetoed(rules.rules.values()), problems, "exists", plain)
    lost = {(p.county_code, p.year) for p in problems if p.severity == "error"}
    part = replace(part, attestations=attestations, vetoes=vetoes)
    if not lost:
        return part, problems, []
    named = list(part.counties.select(*KEY, "county_name").iter_rows())
    refused = [Refused(code, year, name) for code, year, name in named if (code, year) in lost]
    kept = [(code, year) for code, year, _ in named if (code, year) not in lost]
    return part.of(kept), problems, refused


def attested(rules: Iterable[Rule]) -> dict[str, Rule]:
    """The rules that take an attestation, wholly or for a part, by the id it is given under."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.statement == "attestations" or any(part.statement for part in rule.parts):
            found.setdefault(rule.attested_as, rule)
    return found


def vetoed(rules: Iterable[Rule]) -> dict[str, Rule]:
    """The rules that ask whether an incident exists, by id."""
    return {rule.id: rule for rule in rules if rule.statement == "vetoes"}


def statement_column(table: str, rule_id: str) -> str:
    """What the statements under a rule's id are called in the plan of counties."""
    return f"#{table} {rule_id}"


def with_statements(county: pl.DataFrame, given: Submission, rules: Ruleset) -> pl.DataFrame:
    """The frame of counties with what was stated under every rule that takes a statement; null: nothing."""
    counties = [*zip(*(county[name] for name in KEY), strict=True)]
    takers = attested(rules.rules.values()) | vetoed(rules.rules.values())
    columns = []
    for table, saying in SAYING.items():
        rows: pl.DataFrame = getattr(given, table)
        parts = (rows[name] for name in (*KEY, "rule", saying))
        said = {(code, year, rule): one for code, year, rule, one in zip(*parts, strict=True)}
        for rule in takers:
            stated = [said.get((*one, rule)) for one in counties]
            columns.append(pl.Series(statement_column(table, rule), stated, pl.Boolean))
    return county.hstack(columns)


def _settled(
    given: pl.DataFrame,
    takers: Mapping[str, Rule],
    problems: list[Problem],
    column: str,
    elsewhere: Set[str],
) -> pl.DataFrame:
    """Rows under rule ids, one a rule and county; of two statements the less favourable counts."""
    written = list(dict.fromkeys(given["rule"]))
    found = {text: rule_id for text in written if (rule_id := find(str(text), takers))}
    if (
        list(found.items()) == [(text, text) for text in written]
        and not given.select(*KEY, "rule").is_duplicated().any()
    ):
        return given
    strange = [text for text in written if text not in found and _plain(str(text)) not in elsewhere]
    unknown = given.filter(pl.col("rule").is_in(strange))
    near = {text: _nearest(text, takers) for text in strange[:_COMPARED]}
    each, further = unknown.head(_EXPLAINED), unknown.slice(_EXPLAINED)
    for row in [*each.rows(named=True), *further.unique([*KEY, column]).rows(named=True)]:
        problems.append(_unknown(row, near.get(str(row["rule"]), _NONE), column))
    worst = pl.col(column).max() if column == "exists" else pl.col(column).min()
    others = [name for name in given.columns if name not in (*KEY, "rule", column)]
    return (
        given.filter(pl.col("rule").is_in(list(found)))
        .with_columns(pl.col("rule").replace(found))
        .group_by(*KEY, "rule", maintain_order=True)
        .agg(worst, pl.col(others).first())
        .select(given.columns)
    )


def find(text: str, takers: Mapping[str, Rule]) -> str | None:
    """The rule that a text names: its id, its title or incident, or an unmistakable part of it."""
    wanted = _plain(text)
    titles = {rule_id: _plain(rule.incident or rule.title) for rule_id, rule in takers.items()}
    for rule_id, title in titles.items():
        if wanted in (_plain(rule_id), title, _plain(takers[rule_id].title)):
            return rule_id
    alike = [
        rule_id
        for rule_id, title in titles.items()
        if len(wanted) >= _SHORTEST and (wanted in title or title in wanted)
    ]
    return alike[0] if len(alike) == 1 else None


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum() or sign == "-")


def _unknown(row: Mapping[str, object], near: str, column: str) -> Problem:
    text = str(row["rule"])
    incident = column == "exists" and row[column] is True
    return Problem(
        "error" if incident else "warning",
        "unknown_veto" if column == "exists" else "unknown_attestation",
        say("“{text}”不是要说明的事项", text=text[:60]),
        expected=say("最接近的是 {near}", near=near),
        file=str(row.get("file") or ""),
        at=str(row.get("at") or ""),
        county_code=str(row["county_code"]),
        year=int(str(row["year"])),
    )


def _nearest(text: str, takers: Mapping[str, Rule]) -> str:
    names = {
        _plain(name): rule
        for rule_id, rule in takers.items()
        for name in (rule_id, rule.incident or rule.title)
    }
    near = closest(_plain(text), sorted(names, reverse=True), cutoff=0.0)
    return _NONE if near is None else f"{names[near].attested_as} {names[near].stated}"
