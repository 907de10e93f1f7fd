"""Statements and vetoes brought to the rules they are about, by id or by title.

People write 违规择校 where the rule set says V2. What names no rule that takes a statement is
reported with the nearest one; a stated incident that names none costs its county the findings,
since leaving it out would be an acquittal.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from compliance.errors import Problem
from compliance.model import KEY, Refused, Submission
from compliance.rule import Rule, Ruleset
from compliance.words import say

_SHORTEST = 4  # characters that a part of a title must have to stand for it


def settle(part: Submission, rules: Ruleset) -> tuple[Submission, list[Problem], list[Refused]]:
    """The submission with statements under rule ids; the problems; the counties refused."""
    problems: list[Problem] = []
    attestations = _settled(part.attestations, attested(rules.rules.values()), problems, "met")
    vetoes = _settled(part.vetoes, vetoed(rules.rules.values()), problems, "exists")
    lost = {(p.county_code, p.year) for p in problems if p.severity == "error"}
    part = replace(part, attestations=attestations, vetoes=vetoes)
    if not lost:
        return part, problems, []
    names = part.counties.select(*KEY, "county_name").iter_rows()
    refused = [Refused(code, year, name) for code, year, name in names if (code, year) in lost]
    return _without(part, lost), problems, refused


def attested(rules: Iterable[Rule]) -> dict[str, str]:
    """The rules that take an attestation, wholly or for a part: id → title."""
    return {
        rule.attested_as: rule.title
        for rule in rules
        if any(part.kind == "attested" for part in rule.parts)
        or (rule.kind == "attested" and rule.settings.get("statement") != "vetoes")
    }


def vetoed(rules: Iterable[Rule]) -> dict[str, str]:
    """The rules that ask whether an incident exists: id → title."""
    return {rule.id: rule.title for rule in rules if rule.settings.get("statement") == "vetoes"}


def _settled(
    given: pl.DataFrame, takers: Mapping[str, str], problems: list[Problem], column: str
) -> pl.DataFrame:
    """Rows under rule ids, one a rule and county; of two statements the less favourable counts."""
    written = given["rule"].unique(maintain_order=True).to_list()
    found = {text: rule_id for text in written if (rule_id := find(str(text), takers))}
    for row in given.filter(~pl.col("rule").is_in(list(found))).iter_rows(named=True):
        problems.append(_unknown(row, takers, column))
    worst = pl.col(column).max() if column == "exists" else pl.col(column).min()
    others = [name for name in given.columns if name not in (*KEY, "rule", column)]
    return (
        given.filter(pl.col("rule").is_in(list(found)))
        .with_columns(pl.col("rule").replace(found))
        .group_by(*KEY, "rule", maintain_order=True)
        .agg(worst, pl.col(others).first())
        .select(given.columns)
    )


def find(text: str, takers: Mapping[str, str]) -> str | None:
    """The rule that a text names: its id, its title, or an unmistakable part of the title."""
    wanted = _plain(text)
    for rule_id, title in takers.items():
        if wanted in (_plain(rule_id), _plain(title)):
            return rule_id
    alike = [
        rule_id
        for rule_id, title in takers.items()
        if len(wanted) >= _SHORTEST and (wanted in _plain(title) or _plain(title) in wanted)
    ]
    return alike[0] if len(alike) == 1 else None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum() or sign == "-")


def _unknown(row: Mapping[str, object], takers: Mapping[str, str], column: str) -> Problem:
    text = str(row["rule"])
    near = _nearest(text, takers)
    incident = column == "exists" and row[column] is True
    return Problem(
        "error" if incident else "warning",
        "unknown_veto" if column == "exists" else "unknown_attestation",
        say(
            "“{text}”不是要说明的事项", "'{text}' is nothing that takes a statement", text=text[:60]
        ),
        expected=say("最接近的是 {near}", "the nearest is {near}", near=near),
        file=str(row.get("file") or ""),
        at=str(row.get("at") or ""),
        county_code=str(row["county_code"]),
        year=int(str(row["year"])),
    )


def _nearest(text: str, takers: Mapping[str, str]) -> str:
    names = {
        _plain(name): rule_id for rule_id, title in takers.items() for name in (rule_id, title)
    }
    close: Sequence[str] = difflib.get_close_matches(_plain(text), names, n=1, cutoff=0.0)
    rule_id = names[close[0]] if close else "—"
    return f"{rule_id} {takers.get(rule_id, '')}".strip()


def _without(part: Submission, lost: set[tuple[str | None, int | None]]) -> Submission:
    """The submission without some counties."""
    gone = pl.DataFrame(
        list(lost), schema={"county_code": pl.String, "year": pl.Int32}, orient="row"
    )

    def rest(table: pl.DataFrame) -> pl.DataFrame:
        return table.join(gone, on=list(KEY), how="anti", maintain_order="left")

    return replace(
        part,
        counties=rest(part.counties),
        schools=rest(part.schools),
        monitoring=rest(part.monitoring),
        attestations=rest(part.attestations),
        vetoes=rest(part.vetoes),
    )
