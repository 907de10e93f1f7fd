"""The ledger counted: by section, township, alliance, school and month; month by month; what moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from compliance.kernel.i18n import msg, msg_in, say
from compliance.ledger import states
from compliance.ledger.columns import OWN, headings
from compliance.ledger.model import (
    CHANGED,
    CLOSED,
    CURED,
    GOING,
    NEW,
    VOID,
    Event,
    Ledger,
    Row,
    text_of,
)

_DONE = (CURED, CLOSED)
_SHORT = (NEW, GOING, CHANGED)


@dataclass(frozen=True, slots=True)
class StateCounts:
    """How many rows there are of one kind. kind: what they are counted by, in words; name: of what.

    states: state → how many; late: how many are overdue.
    """

    kind: str
    name: str
    states: Mapping[str, int]
    late: int

    @property
    def total(self) -> int:
        """All of them, but what no longer applies."""
        return sum(self.states.values()) - self.states.get(VOID, 0)

    @property
    def done(self) -> int:
        """Those that meet what is asked."""
        return sum(self.states.get(state, 0) for state in _DONE)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the plan. name: ``2026-06``, empty for rows without a deadline.

    planned: due in it; planned_so_far: up to its end; done, done_so_far: by the days of the figures
    that show it; late: planned for it and overdue.
    """

    name: str
    planned: int
    planned_so_far: int
    done: int
    done_so_far: int
    late: int


@dataclass(frozen=True, slots=True)
class LedgerChange:
    """A line of 变化. kind, told: in words; before, now: what is compared, may be empty."""

    kind: str
    id: str
    school: str
    indicator: str
    before: str
    now: str
    told: str


def tallies(ledger: Ledger) -> Iterator[StateCounts]:
    """The county as a whole, then by each kind of group; groups in the order of the list."""
    yield _tally(msg("全县"), msg_in("all items", "合计"), ledger.rows)
    titles = headings()
    for column in ("lead", "township", "alliance", "school"):
        for name, rows in _by(ledger.rows, partial(_names, column)).items():
            yield _tally(titles[column], name, rows)
    by_month = _by(ledger.rows, _month)
    for name in sorted(by_month):
        yield _tally(msg("完成月份"), name, by_month[name])


def _names(column: str, row: Row) -> list[str]:
    """What a row counts for; a school may belong to several alliances."""
    text = text_of(row.cells.get(column))
    return text.split(msg("、")) if column == "alliance" else [text]


def _month(row: Row) -> list[str]:
    return [row.deadline.day.isoformat()[:7]] if row.deadline else []


def _by(rows: Iterable[Row], names: Callable[[Row], list[str]]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        for name in filter(None, names(row)):
            found.setdefault(name, []).append(row)
    return found


def _tally(kind: str, name: str, rows: Sequence[Row]) -> StateCounts:
    return StateCounts(
        kind, name, Counter(row.state for row in rows), sum(row.late > 0 for row in rows)
    )


def months(ledger: Ledger) -> list[Month]:
    """The plan month by month, and at the end what has no deadline."""
    rows = [row for row in ledger.rows if row.state != VOID]
    planned = Counter(month for row in rows for month in _month(row))
    done = Counter(_done_in(row) for row in rows if row.state in _DONE)
    late = Counter(month for row in rows if row.late for month in _month(row))
    found, so_far, done_so_far = [], 0, 0
    for name in sorted({*planned, *done} - {""}):
        so_far, done_so_far = so_far + planned[name], done_so_far + done[name]
        found.append(Month(name, planned[name], so_far, done[name], done_so_far, late[name]))
    without = sum(row.deadline is None for row in rows)
    if without:
        found.append(Month("", without, so_far + without, done[""], done_so_far + done[""], 0))
    return found


def _done_in(row: Row) -> str:
    if row.own:
        return row.closed.day.isoformat()[:7] if row.closed else ""
    return row.memory.cured[:7]


def changes(ledger: Ledger) -> Iterator[LedgerChange]:
    """What is different from the list of the figures before, then what happened to rows."""
    rows = {row.id: row for row in ledger.rows}
    if ledger.original.founded == ledger.original.data:
        count = sum(not row.own for row in ledger.rows)
        yield LedgerChange(msg("首次建账"), "", "", "", "", say("{n}项", n=count), "")
    else:
        for row in ledger.rows:
            if not row.own and (found := _moved(row)) is not None:
                yield found
    for event in ledger.original.events:
        yield _event(event, rows.get(event.id))


def _moved(row: Row) -> LedgerChange | None:
    memory, words = row.memory, states.words()
    before, now = memory.before, memory.state
    figures = (memory.before_figure, memory.figure)
    if not before:
        return _change(msg_in("change", "新增"), row, "", memory.figure) if now == NEW else None
    if now in _DONE and before not in _DONE:
        return _change(msg("已达标"), row, *figures)
    if now in _SHORT and before in _DONE:
        return _change(msg("反弹"), row, *figures)
    if now != before:
        return _change(msg("状态变化"), row, words.get(before, before), words[now])
    if now in _SHORT and figures[0] and figures[0] != figures[1]:
        return _change(msg("数值变化"), row, *figures)
    return None


def _change(kind: str, row: Row, before: str, now: str, told: str = "") -> LedgerChange:
    school, indicator = (text_of(row.cells.get(key)) for key in ("school", "indicator"))
    return LedgerChange(kind, row.id, school, indicator, before, now, told)


def _event(event: Event, row: Row | None) -> LedgerChange:
    heading = headings().get(event.column, event.column.removeprefix(OWN))
    values = (*event.values, "", "")
    kind, before, now, told = {
        "conflict": (
            msg("填写冲突"), "", "", say("“{column}”：{texts}", column=heading,
            texts=msg("／").join(event.values[1:])),
        ),
        "returned": (msg("恢复的行"), "", "", msg("该行曾被删除，数据仍未达标")),
        "dropped": (msg("删去的行"), "", "", msg("该行已被删除，数据也不再要求整改")),
        "unknown": (msg("未知的行"), "", "", msg("编号不是本清单的，原样保留")),
        "adopted": (msg("自加的行"), "", "", msg("无编号，已另编号保留")),
        "overwritten": (
            msg("改动了数据格"), values[0], "",
            say("“{column}”按数据填写，所写已移入备注", column=heading),
        ),
        "unread": (msg("认不出日期"), values[0], "", say("“{column}”原样保留", column=heading)),
        "handed": (msg("承接"), "", values[0], msg("按学校沿革，所填内容转到承接学校")),
    }[event.kind]  # fmt: skip
    if row is None:
        return LedgerChange(kind, event.id, "", "", before, now, told)
    return _change(kind, row, before, now, told)
