"""The table school by school: every unit judged, stage after stage, numbered in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compliance.declaration.fill.amounts import NONE, Amount, Lack, blank
from compliance.declaration.fill.county_view import County, Row, near
from compliance.declaration.fill.filled_form import Cell, Filled, Line
from compliance.declaration.fill.rule_outcomes import bar, verdict, why
from compliance.declaration.form.form import Column, Form, Remark, Table
from compliance.engine.exact_arithmetic import typed
from compliance.kernel.errors import PackError
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import FAIL, NOT_APPLICABLE, PASS
from compliance.rules.language.model import Rule

Spellings = Mapping[str, Mapping[str, str]]


def unit_lines(form: Form, table: Table, county: County, spellings: Spellings) -> Iterator[Line]:
    """A band and the units of each stage. A school of two stages stands in both.

    spellings: fact → folded word → what it stands for.
    """
    page = _Page(form, table, county, spellings)
    for stage, title in table.bands.items():
        own = county.outcome(table.rule, stage)
        count = say("（{n}所）", " ({n})", n=len(own)) if own else say("（无）", " (none)")
        yield Line((Cell((f"{title}{count}",), "label"),), (stage,), str(title), band=True)
        for number, row in enumerate(own, 1):
            yield page.line(str(title), stage, number, row)


class _Page:
    """What the cells of a unit's line are worked out from."""

    def __init__(self, form: Form, table: Table, county: County, spellings: Spellings) -> None:
        self._spellings = spellings
        rules = county.bench.ruleset.rules
        self._form, self._table, self._county = form, table, county
        self._rules: dict[Column, Rule] = {}
        for column in table.columns:
            if column.value.startswith("value:"):
                rule = rules.get(column.value.removeprefix("value:"))
                if rule is None:
                    raise self._unknown(column.value)
                self._rules[column] = rule
        if table.rule not in rules:
            raise self._unknown(table.rule)
        self._found = {
            rule.id: {row["unit"]: row for row in county.outcome(rule.id)}
            for rule in self._rules.values()
        }
        units = county.frame("unit", rules[table.rule])
        self._units = {row["unit"]: row for row in units.iter_rows(named=True)}

    def line(self, stage_title: str, stage: str, number: int, row: Row) -> Line:
        unit = self._units[row["unit"]]
        cells = tuple(self._cell(column, number, row, unit) for column in self._table.columns)
        name = str(unit["school_name"])
        return Line(cells, (stage, name), f"{stage_title}{pick('', ' ')}{number} {name}")

    def _cell(self, column: Column, number: int, row: Row, unit: Row) -> Cell:
        kind, _, name = column.value.partition(":")
        if kind == "number":
            return Cell((str(number),), "number")
        if kind == "name":
            return Cell((str(unit["school_name"]),), "name")
        if kind == "remark" and self._table.remark is not None:
            return Cell((Filled(self._remark(self._table.remark, unit), 0, ""),), "remark")
        if kind == "fact":
            amount = self._fact(name, unit)
        elif kind == "value":
            amount = self._value(self._rules[column], unit)
        elif kind == "met":
            amount = self._met(row)
        else:
            raise self._unknown(column.value)
        role = "mark" if kind == "met" else "value"
        words = self._spellings.get(name, {}) if kind == "fact" else {}
        filled = Filled(amount, column.decimals, self._form.blank, words)
        return Cell((filled,), role, shaded=amount.met is False)

    def _fact(self, name: str, unit: Row) -> Amount:
        if name not in unit:
            raise self._unknown(f"fact:{name}")
        given = unit[name]
        if given is None:
            staged = name in self._county.bench.frames.staged
            fact = f"{unit['stage']}_{name}" if staged else name
            return blank([Lack(fact, unit["school_code"], unit["school_name"])])
        if isinstance(given, str) and not given.isdigit():
            return Amount(text=given)
        return Amount(typed(given))

    def _value(self, rule: Rule, unit: Row) -> Amount:
        row = self._found[rule.id].get(unit["unit"])
        if row is None or row["status"] == NOT_APPLICABLE:
            return Amount(text=NONE)
        if row["value"] is None:
            return blank(why(self._county, [row]))
        exact = self._county.exact(rule).get(unit["unit"])
        return Amount(near(exact, row["value"]), met=verdict(row), bar=bar(rule, row))

    def _met(self, row: Row) -> Amount:
        if row["status"] in (PASS, FAIL):
            met = row["status"] == PASS
            return Amount(text=str(self._table.met if met else self._table.unmet), met=met)
        if row["status"] == NOT_APPLICABLE:
            return Amount(text=NONE)
        return blank(why(self._county, [row]))

    def _remark(self, words: Remark, unit: Row) -> Amount:
        """Which indicators are met, which reach their floor, which do not, which are open."""
        codes = [column.code or str(column.heading) for column in self._rules]
        found: dict[str, list[int]] = {"met": [], "near": [], "short": [], "open": []}
        for number, rule in enumerate(self._rules.values()):
            row: Mapping[str, Any] = self._found[rule.id].get(unit["unit"], {})
            place = {PASS: "met", NOT_APPLICABLE: ""}.get(row.get("status", NOT_APPLICABLE), "open")
            if row.get("status") == FAIL:
                place = "near" if row["above_floor"] else "short"
            if place:
                found[place].append(number)
        said = [
            str(getattr(words, place)).replace("{names}", _listed(codes, numbers))
            for place, numbers in found.items()
            if numbers
        ]
        return Amount(text=say("；", "; ").join(said))

    def _unknown(self, what: str) -> PackError:
        return PackError(
            say(
                "申报表提到规则集没有的 {what}",
                "the form asks for {what}, which the rule set does not have",
                what=what,
            ),
            where=f"{self._form.path.name}:{self._form.line(what)}",
        )


def _listed(codes: Sequence[str], numbers: Sequence[int]) -> str:
    """``L7—L9、L11``: three and more codes in a row are named by the first and the last."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    names = [
        f"{codes[run[0]]}—{codes[run[-1]]}" if len(run) > 2 else codes[number]
        for run in runs
        for number in (run[:1] if len(run) > 2 else run)
    ]
    return say("、", ", ").join(names)
