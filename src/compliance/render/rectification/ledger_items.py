"""The findings of a county as items of its ledger: what to put right, and what became of the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from compliance.assessment import EXCUSED, OPEN, PROBLEM, SUGGESTION, Judged, amounts, figures
from compliance.assessment.figures import Finding, measure_of
from compliance.assessment.fingerprint import item_id
from compliance.assessment.scope import unattributed
from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.submission import KEY
from compliance.ledger import Item, Today, Value, model
from compliance.render.documents.text import printable
from compliance.render.phrases import listed
from compliance.render.rectification import cells
from compliance.render.rectification.cells import PaperLine
from compliance.render.rectification.school_sheet import Surroundings
from compliance.render.waived import waived_line
from compliance.rules.language.model import WRITTEN, Limit, Rule

_STANDINGS = {PROBLEM: model.SHORT, OPEN: model.OPEN, SUGGESTION: model.ADVISED}
_WAITING = ("unknown", "error", "not_checked")


def today(around: Surroundings, lines: Sequence[PaperLine]) -> Today:
    """What the figures say to the ledger. lines: the county's problems, in order."""
    county = around.about.county
    items = _Items(around, {line.id: line for line in lines})
    return Today(
        listed=[item for line in lines if (item := items.of(line.id)) is not None],
        of=items.of,
        county=county.county_code,
        ruleset=county.ruleset,
        days=around.days,
        successions=around.report.succession_of(county),
        withheld=unattributed(county.unattributed),
    )


@dataclass
class _Items:
    """Looks items up by id; what nobody asks for is never made."""

    around: Surroundings
    lines: Mapping[str, PaperLine]
    _made: dict[str, Item | None] = field(default_factory=dict)

    def of(self, key: str) -> Item | None:
        """An item, whatever became of it; None where the figures know no such thing."""
        if key not in self._made:
            one = self._judged.get(key)
            self._made[key] = self._left_out(key) if one is None else self._item(key, one)
        return self._made[key]

    @cached_property
    def _judged(self) -> dict[str, Judged]:
        found = {}
        for one in self.around.about.judged():
            if one.decides:
                subject = one.school or str(one.finding["county_code"])
                found[printable(item_id(subject, one.finding["stage"], one.rule.id))] = one
        return found

    def _left_out(self, key: str) -> Item | None:
        """An item of a school or stage that takes no part in the rules of its kind."""
        for one in self.around.about.left_out:
            begins = item_id(str(one["school_code"]), str(one["stage"] or ""), "")
            if key.startswith(begins):
                return Item(key, model.OUTSIDE, note=printable(one.get("title") or one["reason"]))
        return None

    def _item(self, key: str, one: Judged) -> Item:
        finding, rule, line = one.finding, one.rule, self.lines.get(key)
        item = Item(
            id=key,
            standing=self._standing(one),
            cells=self._cells(one),
            figure=figures.figure(rule, finding, bare=True) or cells.current(one),
            limit=_limit(rule, finding),
            yearly=any(fact in self.around.report.yearly for fact in rule.facts),
            note=self._note(one),
        )
        if line is None:
            return item
        school = self.around.records.get(one.school, {})
        planned = self.around.planning.of(one, printable(school.get("principal") or ""))
        joint = [planned.joint, *([msg_in("school", "学校")] if one.school else [])]
        proposed = {
            "problem": line.problem,
            "measure": line.measure,
            "lead": planned.lead or None,
            "joint": listed(list(filter(None, joint))) or None,
            "person": planned.person or None,
            "cost": planned.cost,
            "progress": cells.progress(),
        }
        told: dict[str, Value] = {**item.cells, **proposed}
        return replace(item, cells=told, term=planned.term, note=line.note)

    def _standing(self, one: Judged) -> str:
        if one.status == "pass":
            return model.MET
        if one.status in _WAITING:
            return model.WAITING
        return _STANDINGS.get(one.standing, model.OUTSIDE)

    def _note(self, one: Judged) -> str:
        if one.standing == SUGGESTION:
            return msg("该校综合评估已达标，本项转为建议提升")
        if one.status in _WAITING:
            what = [cells.heading(fact, self.around.titles) for fact in one.finding["missing"]]
            state = figures.state(one.status)
            return say("{state}：{what}", state=state, what=listed(what)) if what else state
        if one.standing == EXCUSED:
            line = waived_line(self.around.about, one)
            return (
                msg("所在学段已备案豁免") if line is None else say("已备案豁免：{l}", l=line.ground)
            )
        return "" if one.status in ("pass", "fail") else figures.state(one.status)

    def _cells(self, one: Judged) -> dict[str, Value]:
        """What the figures alone tell of an item."""
        finding = one.finding
        short = amounts(finding)
        waits = one.status in _WAITING
        school = self.around.records.get(one.school, {})
        unit = short[0].unit if len(short) == 1 else measure_of(finding["unit"])
        return {
            "code": one.school or str(finding["county_code"]),
            "school": printable(finding["school_name"] or one.school) or msg("全县"),
            "township": printable(school.get("township")) or None,
            "alliance": self._alliances.get(one.school),
            "stage": figures.stage(finding["stage"]) or None,
            "indicator": one.rule.brief,
            "value": None if waits else _number(one),
            "limit": finding["threshold"] if not finding["parts"] else _parts_limits(one),
            "gap": short[0].value if len(short) == 1 else _gaps(one),
            "unit": printable(unit) or None,
        }

    @cached_property
    def _alliances(self) -> dict[str, str]:
        """School → the alliances it belongs to: of the table of them, else its own record's."""
        found = {
            code: [printable(row["alliance"])]
            for code, row in self.around.records.items()
            if row.get("alliance")
        }
        county = self.around.about.county
        table = self.around.report.stated["organisations"].filter(
            (pl.col(KEY[0]) == county.county_code) & (pl.col(KEY[1]) == county.year)
        )
        stated: dict[str, list[str]] = {}
        for name, member in table.select("name", "member").iter_rows():
            stated.setdefault(member, []).append(printable(name))
        return {
            code: listed(list(dict.fromkeys(names))) for code, names in (found | stated).items()
        }


def _number(one: Judged) -> Value:
    """The value as a number, rounded as it is shown unless that would read as the other verdict."""
    finding, rule = one.finding, one.rule
    if finding["value"] is None:
        return cells.current(one)
    value, level = float(finding["value"]), "" if rule.form.counts else str(finding["level"])
    places = figures.decimals(value, finding["unit"], level, rule.form)
    held = finding["operator"], finding["threshold"], one.status
    return value if figures.unrounded(value, f"{value:.{places}f}", *held) else round(value, places)


def _parts_limits(one: Judged) -> str | None:
    return cells.paper_line(0, one).standard


def _gaps(one: Judged) -> str | None:
    return msg("；").join(map(cells.quantity, amounts(one.finding))) or None


def _limit(rule: Rule, finding: Finding) -> str:
    """What it is held against, as far as that is no figure of the school's own: ``≥3``."""
    parts = {part["name"]: part for part in finding["parts"]}
    limits = [(one.limit, parts.get(one.label)) for one in rule.parts] or [(rule.limit, finding)]
    told = [_fixed(limit, held) for limit, held in limits if held is not None]
    return " ".join(filter(None, told))


def _fixed(limit: Limit | None, held: Finding) -> str:
    if held["threshold"] is None or (limit is not None and limit.indicator is not None):
        return ""
    return f"{WRITTEN.get(held['operator'], '')}{figures.plain(held['threshold'])}"
