"""From packs to one resolved rule set: editions by date, layers by `extends`, overrides, drops.

Resolution never changes a pack; it yields a new, frozen Ruleset. An override or rule whose legal
basis is not in force decides nothing: it stands beside the base rule as an advisory finding.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from compliance.errors import UsageError
from compliance.layers import VERIFIED, Layers
from compliance.packs import Pack
from compliance.rule import Ruleset
from compliance.words import say

BASES = (VERIFIED, "secondary", "conflicting", "unconfirmed")


def editions(packs: Iterable[Pack]) -> dict[str, list[Pack]]:
    """Packs by id, oldest edition first.

    Raises PackError where two files claim the same id and day.
    """
    found: dict[str, list[Pack]] = {}
    for pack in packs:
        found.setdefault(pack.id, []).append(pack)
    for same in found.values():
        same.sort(key=lambda pack: pack.effective)
        for one, other in pairwise(same):
            if one.effective == other.effective:
                raise other.error(
                    say(
                        "规则集 {id} 在 {day} 有两个版本：{one} 与 {other}",
                        "rule set {id} has two editions of {day}: {one} and {other}",
                        id=one.id,
                        day=one.effective,
                        one=one.path.name,
                        other=other.path.name,
                    ),
                    "pack",
                    "effective",
                )
    return found


def edition(known: Mapping[str, Sequence[Pack]], pack_id: str, as_of: date) -> Pack:
    """The edition of `pack_id` in force on `as_of`; UsageError where there is none."""
    if pack_id not in known:
        near = difflib.get_close_matches(pack_id, known, n=1)
        raise UsageError(
            say("没有规则集“{id}”", "no rule set '{id}'", id=pack_id),
            todo=say("已安装：{known}", "installed: {known}", known=", ".join(sorted(known)))
            + (say("；是否指 {near}？", "; did you mean {near}?", near=near[0]) if near else ""),
        )
    current = [pack for pack in known[pack_id] if pack.effective <= as_of]
    if not current:
        raise UsageError(
            say(
                "规则集“{id}”自 {first} 起施行，{day} 尚无版本",
                "rule set '{id}' begins on {first}; there is no edition for {day}",
                id=pack_id,
                first=known[pack_id][0].effective,
                day=as_of,
            ),
            todo=say("请改用 --as-of 或学年", "choose another --as-of or school year"),
        )
    return current[-1]


def lineage(known: Mapping[str, Sequence[Pack]], pack_id: str, as_of: date) -> list[Pack]:
    """The chain of packs from the base to `pack_id`; PackError for a cycle or unknown base."""
    chain: list[Pack] = []
    wanted: str | None = pack_id
    while wanted is not None:
        if wanted in [pack.id for pack in chain]:
            raise chain[-1].error(
                say(
                    "规则集互相引用成环：{ids}",
                    "rule sets extend each other in a cycle: {ids}",
                    ids=" → ".join([*(pack.id for pack in chain), wanted]),
                ),
                "pack",
                "extends",
            )
        if chain and wanted not in known:
            raise chain[-1].error(
                say(
                    "所扩展的规则集“{id}”没有安装",
                    "extends '{id}', which is not installed",
                    id=wanted,
                ),
                "pack",
                "extends",
                todo=say("请安装相应的插件", "install its plugin"),
            )
        chain.append(edition(known, wanted, as_of))
        wanted = chain[-1].extends
    return chain[::-1]


def resolve(
    known: Mapping[str, Sequence[Pack]], pack_id: str, as_of: date, enforce: Sequence[str] = ()
) -> Ruleset:
    """The rule set `pack_id` as of a day, with the bases and rule ids of `enforce` in force.

    Raises UsageError (unknown id or date) or PackError (a wrong pack, with file and line).
    """
    chain = lineage(known, pack_id, as_of)
    merged = Layers(tuple(enforce))
    for pack in chain:
        merged.lay(pack)
    return merged.ruleset(chain)
