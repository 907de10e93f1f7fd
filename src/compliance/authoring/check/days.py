"""The days of a pack: editions, changes and terms, without gaps and overlaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from compliance.kernel.errors import PackError
from compliance.kernel.i18n import msg, say
from compliance.rules.language.pack import Pack

_FIRST, _LAST = date(1949, 10, 1), date(2100, 1, 1)  # no rule of today is of a day outside these
_DAYS = ("effective", "from", "until", "date")


def wrong_days(editions: Sequence[Pack]) -> Iterator[PackError]:
    """What is wrong with the days of a rule set's editions, the oldest first."""
    for pack in editions:
        yield from _strange(pack, pack.tables)
        yield from _terms(pack)
    for pack, later in pairwise(editions):
        for day, address in _changes(pack):
            if day >= later.effective:
                what = say(
                    "{day} 起的改变从不生效：自 {next} 起用的是 {file}",
                    day=day, next=later.effective, file=later.path.name,
                )  # fmt: skip
                yield pack.error(
                    what, *address, todo=msg("请写进后一个版本，或删去"), code="date_overlap"
                )


def _strange(pack: Pack, value: object, *address: str) -> Iterator[PackError]:
    """Days that no rule of today can be of."""
    inner: Iterable[tuple[object, object]] = ()
    if isinstance(value, Mapping):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, one in inner:
        if isinstance(one, date) and key in _DAYS and not _FIRST <= one <= _LAST:
            what = say("{day} 不像是规定的日期", day=one)
            yield pack.error(what, *address, str(key), todo=msg("请核对文件上的日期"), code="date")
        yield from _strange(pack, one, *address, str(key))


def _changes(pack: Pack) -> Iterator[tuple[date, tuple[str, ...]]]:
    """Every day from which a table holds or changes, and where it is said."""
    for section in ("rule", "override", "indicator"):
        for name, table in pack.table(section).items():
            yield from _of_table(table, section, name)


def _of_table(table: Mapping[str, Any], *address: str) -> Iterator[tuple[date, tuple[str, ...]]]:
    if "from" in table:
        yield table["from"], (*address, "from")
    if isinstance(table.get("since"), list):
        for place, change in enumerate(table["since"]):
            yield change["date"], (*address, "since", str(place), "date")
    for key, part in table.get("part", {}).items():
        yield from _of_table(part, *address, "part", key)


def _terms(pack: Pack) -> Iterator[PackError]:
    """Relaxations of one choice follow each other day by day."""
    chains: dict[str, list[tuple[date, date, str]]] = {}
    for name, switch in pack.table("switch").items():
        if "choice" in switch and "until" in switch:
            begins = switch.get("from", pack.effective)
            chains.setdefault(str(switch["choice"]), []).append((begins, switch["until"], name))
        if "until" in switch and switch["until"] < pack.effective:
            what = say(
                "开关 {switch} 在规则集施行（{day}）之前已到期", switch=name, day=pack.effective
            )
            yield pack.error(
                what, "switch", name, "until", todo=msg("请核对日期，或删去"), code="date_overlap"
            )
    for terms in chains.values():
        for (_, end, one), (begin, _, other) in pairwise(sorted(terms)):
            told = {"one": one, "end": end, "other": other, "begin": begin}
            if begin > end + timedelta(days=1):
                code = "date_gap"
                what = say("{one} 至 {end} 止，{other} 自 {begin} 起，中间有空档", **told)
            elif begin <= end:
                code = "date_overlap"
                what = say("{one} 至 {end} 止，{other} 自 {begin} 起，日期重叠", **told)
            else:
                continue
            yield pack.error(what, "switch", other, "from", todo=msg("请核对日期"), code=code)
