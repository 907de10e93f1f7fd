"""The editions of rule sets: which packs are one rule set's, and which of them is in force on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from compliance.kernel.errors import NoEditionError, UsageError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.rules.language.model import STANDARD
from compliance.rules.language.pack import Pack


def editions(packs: Iterable[Pack]) -> dict[str, list[Pack]]:
    """Packs by id, oldest edition first; school standards stand under ``id/school-standard``.

    Raises PackError where two files claim the same id and day.
    """
    found: dict[str, list[Pack]] = {}
    for pack in packs:
        name = f"{pack.id}/{STANDARD}" if pack.layer == STANDARD else pack.id
        found.setdefault(name, []).append(pack)
    for same in found.values():
        same.sort(key=lambda pack: pack.effective)
        for one, other in pairwise(same):
            if one.effective == other.effective:
                raise other.error(
                    say(
                        "规则集 {id} 在 {day} 有两个版本：{one} 与 {other}",
                        id=one.id,
                        day=one.effective,
                        one=one.file,
                        other=other.file,
                    ),
                    "pack",
                    "effective",
                    code="date_overlap",
                )
    return found


def edition(known: Mapping[str, Sequence[Pack]], pack_id: str, as_of: date) -> Pack:
    """The edition of `pack_id` in force on `as_of`; UsageError for an unknown id, NoEditionError before its first."""
    names = sorted(name for name in known if "/" not in name)
    if pack_id not in names:
        near = suggestion(pack_id, names)
        raise UsageError(
            say("没有规则集“{id}”", id=pack_id),
            todo=say("已安装：{known}", known=", ".join(names))
            + (msg("；") + near if near else ""),
        )
    current = [pack for pack in known[pack_id] if pack.effective <= as_of]
    if not current:
        raise NoEditionError(
            say(
                "规则集“{id}”自 {first} 起施行，{day} 尚无版本",
                id=pack_id,
                first=known[pack_id][0].effective,
                day=as_of,
            ),
            todo=msg("请改用 --as-of 或学年"),
        )
    return current[-1]
