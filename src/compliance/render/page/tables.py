"""The tables of the page: every cell a short text with the state it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from compliance.kernel.i18n import pick, say
from compliance.render.digest import phrases
from compliance.render.digest.digest import Digest
from compliance.render.documents.number_format import (
    SIGNS,
    below,
    limit,
    reading,
    short,
    stage,
    state,
)
from compliance.rules.language.model import Rule

# Beside a figure that rests on data with a warning.
DOUBT = "※"
# Missed, but not below the floor: another shape than ✗, since a unit may pass with one of them.
SHORT_OF = "▽"


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, the sign beside it, and what the sign means in words; no sign where all is well."""

    text: str
    status: str = ""
    sign: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class StageTable:
    """The units of one stage: column heads with their limits, and a row a unit."""

    title: str
    heads: Sequence[tuple[str, str, str]]
    rows: Sequence[tuple[str, Sequence[Cell], Cell]]


def verdict_cell(status: str) -> Cell:
    """A state with its sign and word."""
    return Cell(state(status), status, SIGNS.get(status, "?"))


def coefficients(about: Digest) -> list[dict[str, Any]]:
    """Indicator and stage: mean, coefficient, limit, verdict."""
    order = {key: place for place, key in enumerate(about.rules)}
    kinds = [key for key, rule in about.rules.items() if rule.form.coefficient]
    rows = about.findings.filter(
        pl.col("rule").is_in(kinds)
        & (pl.col("role") != "advisory")
        & (pl.col("status") != "not_applicable")
    ).to_dicts()
    made = []
    for row in sorted(rows, key=lambda row: order[row["rule"]]):
        rule = about.rules[row["rule"]]
        value = row["value"]
        made.append(
            {
                "id": rule.id,
                "title": phrases.subject(rule, about.rules),
                "stage": stage(row["stage"]),
                "mean": "" if row["mean"] is None else reading(row["mean"], 2),
                "value": ""
                if value is None
                else reading(value, 3, row["operator"], row["threshold"], row["status"])
                + _doubt(row),
                "limit": limit(row["operator"], row["threshold"], kind=rule.kind),
                "state": verdict_cell(row["status"]),
            }
        )
    return made


def county_rules(about: Digest) -> list[dict[str, Any]]:
    """The county's other rules, by block: figures or statement, limit, verdict."""
    rows = {
        row["rule"]: row
        for row in about.findings.filter(
            (pl.col("level") == "county") & (pl.col("role") == "requirement")
        ).iter_rows(named=True)
        if not about.rules[row["rule"]].form.coefficient
    }
    blocks = {
        member: rule.label
        for rule in about.rules.values()
        if rule.role == "block"
        for member in rule.of
    }
    made: list[dict[str, Any]] = []
    for key in (key for key in about.rules if key in rows):
        rule, row = about.rules[key], rows[key]
        block = blocks.get(key, pick(rule.aspect, ""))
        made.append(
            {
                "block": "" if made and made[-1]["of"] == block else block,
                "of": block,
                "id": key,
                "title": rule.label,
                "value": _values(row, about),
                "state": verdict_cell(row["status"]),
            }
        )
    return made


def _values(row: Mapping[str, Any], about: Digest) -> str:
    """What the rule found: its figure against the limit, its parts, or how many schools."""
    if row["rule"] in about.spread:
        return phrases.outcomes(about.spread[row["rule"]], "school")
    if row["parts"]:
        told = [
            " ".join(filter(None, [part["name"], _against(part), state(part["status"])]))
            for part in row["parts"]
        ]
        return pick("；", "; ").join(told)
    rule = about.rules.get(row["rule"])
    if rule is not None and rule.statement:
        return _stated(rule, row["status"])
    return _against(row)


def _stated(rule: Rule, status: str) -> str:
    """What a person has stated; empty where nobody has."""
    if rule.statement == "vetoes":
        return {"pass": pick("不存在", "no case"), "fail": pick("存在", "exists")}.get(status, "")
    return {
        "pass": pick("已佐证", "attested"),
        "fail": pick("佐证为未达到", "attested as not met"),
    }.get(status, "")


def _against(row: Mapping[str, Any]) -> str:
    value = phrases.figure(row)
    bar = phrases.bar(row)
    value += _doubt(row) if value else ""
    return f"{value}{pick(f'（{bar}）', f' ({bar})')}" if value and bar else value


def _doubt(row: Mapping[str, Any]) -> str:
    return DOUBT if row.get("warnings") else ""


def stage_tables(about: Digest) -> list[StageTable]:
    """One table a stage, one row a unit that counts, one column an indicator."""
    units = about.findings.filter(
        (pl.col("level") == "unit") & pl.col("role").is_in(["component", "requirement"])
    )
    tables = []
    for key in units.get_column("stage").unique(maintain_order=True).sort(descending=True):
        table = _stage_table(units.filter(pl.col("stage") == key), key, about.rules)
        if table.rows:
            tables.append(table)
    return tables


def _stage_table(units: pl.DataFrame, key: str, rules: Mapping[str, Rule]) -> StageTable:
    present = set(units.get_column("rule").unique())
    gates = {rule.id for rule in rules.values() if rule.of} & present
    columns = [one for one in rules if one in present and one not in gates]
    bars: dict[str, set[str]] = {one: set() for one in columns}
    rows = []
    for name, found in _by_unit(units):
        overall = [found[gate]["status"] for gate in found if gate in gates]
        if all(row["status"] == "not_applicable" for row in found.values()):
            continue
        for one in columns:
            if one in found:
                bars[one].add(limit(found[one]["operator"], found[one]["threshold"]))
        cells = [_value(found[one]) if one in found else Cell("") for one in columns]
        rows.append((name, cells, verdict_cell(overall[0]) if overall else Cell("")))
    heads = [
        (one, short(rules[one].label), bars[one].pop() if len(bars[one]) == 1 else "")
        for one in columns
    ]
    title = say("{stage}（{n}个）", "{stage} ({n})", stage=stage(key), n=len(rows))
    return StageTable(title, heads, rows)


def _by_unit(units: pl.DataFrame) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """School name, and the unit's findings by rule; units come in one piece."""
    last, name = None, ""
    found: dict[str, dict[str, Any]] = {}
    for row in units.iter_rows(named=True):
        if row["school_code"] != last and found:
            yield name, found
            found = {}
        last, name = row["school_code"], row["school_name"]
        found[row["rule"]] = row
    if found:
        yield name, found


def _value(row: Mapping[str, Any]) -> Cell:
    """A unit's figure, unmet ones marked by shape and word."""
    status, value = row["status"], row["value"]
    if value is None:
        return Cell(state(status), status, SIGNS.get(status, "?"))
    text = reading(value, 2, row["operator"], row["threshold"], status) + _doubt(row)
    if status != "fail":
        return Cell(text, status)
    if row["floor"] is not None and not below(value, row["floor"]):
        meaning = say("未达标，但不低于下限", "not met, but not below the floor")
        return Cell(text, "short", SHORT_OF, meaning)
    return Cell(text, status, SIGNS["fail"], say("未达标", "not met"))


def school_rules(about: Digest) -> list[dict[str, Any]]:
    """What is judged at each school beside its resources: only what is not met or not known."""
    rows = about.findings.filter(
        (pl.col("level") == "school")
        & (pl.col("role") == "requirement")
        & pl.col("status").is_in(["fail", "unknown", "error"])
    )
    return [
        {
            "school": row["school_name"],
            "stage": stage(row["stage"]),
            "id": row["rule"],
            "title": about.rules[row["rule"]].label,
            "value": _values({**row, "rule": ""}, about),
            "state": verdict_cell(row["status"]),
        }
        for row in rows.iter_rows(named=True)
    ]
