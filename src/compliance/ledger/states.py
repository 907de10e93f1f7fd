"""The state of an item, from its figures and what the list remembers: closed by new figures only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from compliance.kernel.i18n import msg, msg_in, say
from compliance.ledger.model import (
    AWAITING,
    CHANGED,
    CLOSED,
    CURED,
    GOING,
    MET,
    NEW,
    OPEN,
    SHORT,
    VOID,
    WAITING,
    Item,
    Memory,
    Value,
)
from compliance.ledger.written_dates import WrittenDate

# Words of progress that say it is done, and those that take it back.
_DONE = re.compile(
    r"完成|办结|销号|整改到位|已达标|已解决|completed?\b|\bdone\b|finished|closed", re.I
)
_NOT_DONE = re.compile(
    r"未|没|尚|待|预计|计划|力争|争取|正在|即将|拟|将于|部分|基本|不|未启动|\d\s*[%％]"
    r"|\bnot\b|\bto be\b|\bwill\b|partly|\d\s*percent",
    re.I,
)
_WHOLE = re.compile(r"(?<!\d)100\s*[%％]")


def words() -> dict[str, str]:
    """State → the word for it."""
    return {
        NEW: msg_in("state of an item", "新增"),
        GOING: msg_in("state of an item", "继续"),
        AWAITING: msg("待新数据"),
        CURED: msg("已达标待销号"),
        CLOSED: msg("已销号"),
        VOID: msg("不再适用"),
        CHANGED: msg("标准变化"),
    }


def remembered(
    item: Item, old: Memory | None, closed: WrittenDate | None, data: date, ruleset: str
) -> Memory:
    """The item's memory after today's figures, its state among it. old: None for one never listed.

    Everything is keyed to the figures' day `data`: the same figures once more change nothing.
    """
    at = data.isoformat()
    if old is None:
        old = Memory(since=at, start=item.figure, limit=item.limit, ruleset=ruleset)
    elif old.at != at:
        old = replace(old, before=old.state, before_figure=old.figure)
    now = replace(old, at=at, figure=item.figure or old.figure)
    if item.standing in (SHORT, MET):
        now = _against(now, old, item, ruleset)
    if item.standing == SHORT:
        return _short(now, item, at)
    if item.standing == MET:
        return _met(now, closed, at)
    return replace(now, state=AWAITING if item.standing in (OPEN, WAITING) else VOID)


def _against(now: Memory, old: Memory, item: Item, ruleset: str) -> Memory:
    """Notes what the figure was held against, and that it was something else before."""
    known = old.limit or old.ruleset
    if known and (old.limit, old.ruleset) != (item.limit, ruleset):
        told = (old.limit, item.limit) if old.limit != item.limit else (old.ruleset, ruleset)
        now = replace(now, changed=now.at, old_limit=" → ".join(told))
    return replace(now, limit=item.limit, ruleset=ruleset)


def _short(now: Memory, item: Item, at: str) -> Memory:
    if now.cured:
        now = replace(now, cured="", relapsed=at, start=item.figure)
    if now.changed == at:
        return replace(now, state=CHANGED)
    new = now.since >= at and not now.relapsed
    return replace(now, state=NEW if new else GOING)


def _met(now: Memory, closed: WrittenDate | None, at: str) -> Memory:
    if now.changed == at and not now.cured:
        return replace(now, state=CHANGED)
    now = replace(now, cured=now.cured or at)
    holds = closed is not None and closed.day.isoformat() > now.relapsed
    return replace(now, state=CLOSED if holds else CURED)


def says_done(text: Value) -> bool:
    """Whether words of progress claim that all is done: 已完成整改, 办结销号; not 预计6月完成."""
    told = str(text or "")
    return bool(_DONE.search(told)) and not _NOT_DONE.search(_WHOLE.sub("", told))


def fell_back(memory: Memory) -> bool:
    """Whether it was met once and is not now, by its figures and not because the limit moved."""
    missed = memory.state in (NEW, GOING, CHANGED)
    return missed and bool(memory.relapsed) and memory.relapsed != memory.changed


def history(memory: Memory) -> Iterator[str]:
    """What the figures did: ``由0.35到1.06（数据日期2026-06-30）``, when they fell back, another limit."""
    moved = memory.start and memory.figure and memory.start != memory.figure
    if memory.state in (CURED, CLOSED) and moved:
        yield say("由{a}到{b}（数据日期{day}）", a=memory.start, b=memory.figure, day=memory.cured)
    elif memory.state in (CURED, CLOSED):
        yield say("达标（数据日期{day}）", day=memory.cured)
    if fell_back(memory):
        yield say("反弹（曾达标，数据日期{day}又不达标）", day=memory.relapsed)
    if memory.state == CHANGED:
        yield say("标准变化：{change}", change=memory.old_limit)
