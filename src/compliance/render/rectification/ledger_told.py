"""What the command says of a ledger: what it goes on from, how much of it there is, what clashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compliance.kernel.i18n import msg, plural, say
from compliance.ledger import model, states
from compliance.ledger.columns import OWN, headings
from compliance.ledger.model import Event, Ledger, text_of


def said(carried: Sequence[tuple[str, Ledger]]) -> Iterator[str]:
    """Which lists were carried on, and how many rows stand how. carried: county and ledger."""
    for county, ledger in carried:
        yield from _said(say("{county}：", county=county) if len(carried) > 1 else "", ledger)


def _said(head: str, ledger: Ledger) -> Iterator[str]:
    if not ledger.books:
        return
    names = msg("、").join(ledger.books)
    yield head + say("承接台账 {names}（上次数据日期{day}）", names=names, day=ledger.until or "—")
    if ledger.skipped:
        yield say("  以前已并入、不再重复：{names}", names=msg("、").join(ledger.skipped))
    words = states.words()
    told = [say("承接{n}项", n=ledger.carried)]
    told += [
        say("{state}{n}项", state=words[state], n=count)
        for state in model.STATES
        if (count := ledger.count(state))
    ]
    if own := sum(row.own for row in ledger.rows):
        told.append(plural(own, "自加{n}行"))
    if back := sum(row.relapsed for row in ledger.rows):
        told.append(say("反弹{n}项", n=back))
    if claimed := sum(row.claimed for row in ledger.rows):
        told.append(say("写已完成但数据未达标{n}项", n=claimed))
    told.append(say("逾期{n}项", n=sum(row.late > 0 for row in ledger.rows)))
    if clashes := _events(ledger, "conflict"):
        told.append(say("填写冲突{n}处", n=len(clashes)))
    yield say("  {told}。", told=msg("，").join(told))


def warned(carried: Sequence[tuple[str, Ledger]]) -> Iterator[str]:
    """What a person must look at: conflicts, rows brought back, rows and dates that are not understood."""
    for county, ledger in carried:
        yield from _warned(county, ledger)


def _warned(county: str, ledger: Ledger) -> Iterator[str]:
    titles = headings()
    if ledger.until > ledger.original.data:
        yield say(
            "[提示] {county}：所给数据（{day}）比台账上次的数据（{last}）旧",
            county=county,
            day=ledger.original.data,
            last=ledger.until,
        )
    rows = {row.id: row for row in ledger.rows}
    for event in _events(ledger, "conflict"):
        yield say(
            "[提示] 填写冲突 {id} {school} {indicator}“{column}”：{texts}（两种填法都保留在格内）",
            id=event.id,
            school=text_of(rows[event.id].cells.get("school")) if event.id in rows else "",
            indicator=text_of(rows[event.id].cells.get("indicator")) if event.id in rows else "",
            column=titles.get(event.column, event.column.removeprefix(OWN)),
            texts=msg("／").join(event.values[1:]),
        )
    for kind, text in (
        ("returned", msg("[提示] 台账中删去而数据仍未达标的{n}行已恢复：{ids}")),
        ("unknown", msg("[提示] 台账中有{n}行编号不是本清单的，原样保留：{ids}")),
        (
            "overwritten",
            msg("[提示] 有{n}处改动了由数据得出的格，已按数据填写，所写移入备注：{ids}"),
        ),
        ("unread", msg("[提示] 有{n}处日期认不出，原样保留：{ids}")),
    ):
        if found := _events(ledger, kind):
            ids = list(dict.fromkeys(event.id for event in found))
            more = msg("…") if len(ids) > 5 else ""
            yield text.format(n=len(found), ids=msg("、").join(ids[:5]) + more)


def _events(ledger: Ledger, kind: str) -> list[Event]:
    return [event for event in ledger.original.events if event.kind == kind]
