"""What the working papers of a county share: its items as tasks, each with school, office, day and cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from compliance.assessment import PROBLEM, Judged, Total, amounts, totals
from compliance.assessment.fingerprint import item_id
from compliance.kernel.i18n import msg, msg_in, say
from compliance.ledger import Ledger
from compliance.ledger.model import CLOSED, CURED, VOID, Row, text_of
from compliance.ledger.prices import PricedLack, Sum, apportioned
from compliance.ledger.states import words
from compliance.render.documents.text import printable, shortened
from compliance.render.documents.xlsx import NumberCell, Value
from compliance.render.phrases import named
from compliance.render.rectification import cells
from compliance.render.rectification.planning import Planned, Planning, gaps
from compliance.render.rectification.school_sheet import Surroundings
from compliance.rules.language.model import Rule

NAMED = 6  # so many schools are named in a cell
DONE = (CURED, CLOSED)


@dataclass(frozen=True)
class Task:
    """An item of the ledger as the working papers show it.

    judged: the finding, of an item that today's figures miss; None of one that is met, awaits data
    or is a person's own. rule: what it is about, None of a person's own.
    """

    row: Row
    judged: Judged | None
    planned: Planned | None
    rule: Rule | None = None

    def text(self, column: str) -> str:
        """What stands in a column of the ledger."""
        value = self.row.cells.get(column)
        return value.isoformat() if isinstance(value, date) else text_of(value)

    @property
    def school(self) -> str:
        """The code of its school; empty for the county."""
        return self.judged.school if self.judged else self.text("code")

    @property
    def brief(self) -> str:
        """What it is about, in a word."""
        return self.rule.brief if self.rule else self.text("indicator") or self.text("problem")

    @property
    def done(self) -> bool:
        """Whether the figures meet what is asked, or a person's own item is closed."""
        return self.row.state in DONE

    @property
    def done_in(self) -> str:
        """The month of the figures that met it, ``2026-06``; empty for one that is not done."""
        if self.row.own:
            return self.row.closed.day.isoformat()[:7] if self.row.closed else ""
        return self.row.memory.cured[:7] if self.done else ""

    @property
    def deadline(self) -> date | None:
        """Until when."""
        return None if self.row.deadline is None else self.row.deadline.day

    @property
    def lead(self) -> str:
        """Who leads."""
        return self.text("lead") or (self.planned.lead if self.planned else "")

    @property
    def person(self) -> str:
        """Who answers."""
        return self.text("person") or (self.planned.person if self.planned else "")

    @property
    def lacks(self) -> list[PricedLack]:
        """What it lacks that can be counted; nothing where its figures are not to be believed."""
        one = self.judged
        return [] if one is None or one.implausible else gaps(one)

    @property
    def gap(self) -> Value:
        """What is missing, as a number where it is one."""
        if self.judged is None:
            return cells.NONE
        lacking = amounts(self.judged.finding)
        return NumberCell(msg("；").join(map(cells.quantity, lacking)) or cells.NONE, lacking)

    def cells(self, number: int = 0) -> dict[str, Value]:
        """Its cells by the keys of the papers' columns."""
        planned = self.planned
        cost = planned.cost if planned else None
        return {
            "number": number,
            "id": self.row.id,
            "school": self.text("school"),
            "title": self.brief,
            "stage": self.text("stage"),
            "problem": self.text("problem"),
            "gap": self.gap,
            "measure": self.text("measure"),
            "lead": self.lead,
            "joint": self.text("joint") or (planned.joint if planned else ""),
            "section": planned.section if planned else "",
            "person": self.person,
            "deadline": day_text(self.deadline),
            "cost": "" if cost is None else cost,
            "state": words()[self.row.state],
            "progress": self.text("progress"),
            "days": self.row.late or "",
            "note": "",
        }


def day_text(day: date | None) -> str:
    """``2026-06-30``; empty for none."""
    return "" if day is None else day.isoformat()


@dataclass(frozen=True)
class Campaign:
    """One county's items and all that the working papers say about them.

    stated: its tables of buildings and organisations.
    """

    around: Surroundings
    ledger: Ledger
    stated: Mapping[str, pl.DataFrame]

    @property
    def planning(self) -> Planning:
        """Who answers, until when, at what cost, as far as people have said."""
        return self.around.planning

    @property
    def schools(self) -> Mapping[str, Mapping[str, Any]]:
        """School code → its record as submitted."""
        return self.around.records

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """Every item of the ledger that still applies, in its order."""
        county = self.around.about.county.county_code
        missed = {
            printable(item_id(one.school or county, one.finding["stage"], one.rule.id)): one
            for one in self.around.about.open
            if one.standing == PROBLEM
        }
        rows = [row for row in self.ledger.rows if row.state != VOID]
        found = [(row, missed.get(row.id)) for row in rows]
        return tuple(Task(row, one, self._planned(one), self._rule(row.id)) for row, one in found)

    def _rule(self, key: str) -> Rule | None:
        """The rule that an item is about, by its id."""
        rules = self.around.about.rules
        parts = key.split("-")
        ends = ("-".join(parts[place:]) for place in range(1, len(parts)))
        return next((rules[end] for end in ends if end in rules), None)

    def _planned(self, one: Judged | None) -> Planned | None:
        if one is None:
            return None
        principal = printable(self.schools.get(one.school, {}).get("principal") or "")
        return self.planning.of(one, principal)

    @cached_property
    def open(self) -> tuple[Task, ...]:
        """Those that are not done."""
        return tuple(task for task in self.tasks if not task.done)

    @property
    def name(self) -> str:
        """The county's name."""
        return printable(self.around.about.county.county_name)

    def title(self, what: str) -> str:
        """``某县义务教育优质均衡发展目标任务清单``."""
        return say(
            "{county}{subject}{what}", county=self.name, subject=self.around.subject, what=what
        )

    def school_name(self, code: str) -> str:
        """A school by its name; the code where nobody knows one."""
        return printable(self.schools.get(code, {}).get("school_name") or code)

    def township(self, code: str) -> str:
        """A school's township; empty where it is not given."""
        return printable(self.schools.get(code, {}).get("township") or "")

    @cached_property
    def _parts(self) -> Mapping[str, int | None]:
        """Id of an open item → its part of what all cost together."""
        lacking = ((task.row.id, task.school, task.lacks) for task in self.open)
        return apportioned(lacking, self.planning.prices)

    def cost(self, tasks: Iterable[Task]) -> Sum | None:
        """What open tasks cost together; None where nobody gave prices."""
        if not self.planning.priced:
            return None
        return Sum.of(self._parts[task.row.id] for task in tasks if task.row.id in self._parts)

    def money(self, tasks: Iterable[Task]) -> str:
        """``所需资金148.50万元，另有2项无单价`` as a sentence; empty where nobody gave prices."""
        found = self.cost(tasks)
        if found is None:
            return ""
        told = say("所需资金合计{n}元", n=f"{found.yuan:,}")
        if found.unpriced:
            told += say("，另有{n}项无单价", n=found.unpriced)
        return told + msg("。")


def _believed(tasks: Iterable[Task]) -> list[Judged]:
    """The findings of tasks that rest on figures which may be summed."""
    return [one for task in tasks if (one := task.judged) is not None and not one.implausible]


def needs(tasks: Iterable[Task]) -> tuple[Total, ...]:
    """What tasks lack in all, by rule and part; of what a school's stages share the largest."""
    return totals(_believed(tasks))


def needs_text(tasks: Iterable[Task]) -> str:
    """``高于规定学历教师5人；教学及辅助用房1900平方米``; a dash where nothing is countable."""
    judged = _believed(tasks)
    labels = {one.rule.id: one.rule.brief for one in judged}
    return (
        msg("；").join(
            named(
                printable(one.amount.part) or labels[one.rule],
                cells.quantity(one.amount, part=False),
            )
            for one in totals(judged)
        )
        or cells.NONE
    )


def grouped_by(
    tasks: Iterable[Task], key: Callable[[Task], str], last: str
) -> dict[str, list[Task]]:
    """Tasks by what `key` says of them, in their order; `last`: the name of those it says nothing of."""
    found: dict[str, list[Task]] = {}
    for task in tasks:
        found.setdefault(key(task) or last, []).append(task)
    if last in found:
        found[last] = found.pop(last)
    return found


def school_names(names: Sequence[str]) -> str:
    """The first few, and how many there are."""
    return shortened(list(dict.fromkeys(names)), msg("等{count}所"), NAMED)


def percent(done: int, total: int) -> str:
    """``66.7%``; a dash of nothing."""
    return f"{100 * done / total:.1f}%" if total else cells.NONE


def shared_once() -> str:
    """Why what items cost one by one may be more than they cost together."""
    return msg("一所学校各学段共用的面积、设备，合计中只计最大的一项。")


def nowhere() -> str:
    """Where an item stands whose school names no township."""
    return msg("未填乡镇")


def county_itself() -> str:
    """Of the county's own items."""
    return msg_in("the county itself", "全县")


def numbered(rows: Iterable[dict[str, Value]]) -> Iterator[dict[str, Value]]:
    """Rows with their numbers."""
    for number, row in enumerate(rows, 1):
        yield {**row, "number": number}
