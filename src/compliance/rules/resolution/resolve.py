"""From packs to one resolved rule set: editions by date, layers by `extends`, overrides, drops.

Resolution never changes a pack; it yields a new, frozen Ruleset. An override or rule whose legal
basis is not in force decides nothing: it stands beside the base rule as an advisory finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from compliance.kernel.errors import NoEditionError, UsageError, suggestion
from compliance.kernel.i18n import pick, say
from compliance.rules.kinds import Kinds
from compliance.rules.language.model import Ruleset
from compliance.rules.language.pack import Pack
from compliance.rules.resolution.confirmations import Confirmation, by_rule
from compliance.rules.resolution.layers import STANDARD, VERIFIED, Layers, Terms
from compliance.rules.resolution.switches import WITHOUT_STANDARD

BASES = (VERIFIED, "secondary", "conflicting", "unconfirmed")


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
    """The edition of `pack_id` in force on `as_of`; UsageError for an unknown id, NoEditionError before its first."""
    names = sorted(name for name in known if "/" not in name)
    if pack_id not in names:
        near = suggestion(pack_id, names)
        raise UsageError(
            say("没有规则集“{id}”", "no rule set '{id}'", id=pack_id),
            todo=say("已安装：{known}", "installed: {known}", known=", ".join(names))
            + (pick("；", "; ") + near if near else ""),
        )
    current = [pack for pack in known[pack_id] if pack.effective <= as_of]
    if not current:
        raise NoEditionError(
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
    known: Mapping[str, Sequence[Pack]],
    pack_id: str,
    as_of: date,
    enforce: Sequence[str] = (),
    switched: Sequence[str] = (),
    confirmations: Sequence[Confirmation] = (),
    *,
    kinds: Kinds,
) -> Ruleset:
    """The rule set `pack_id` as of a day, with the bases and rule ids of `enforce` in force.

    switched: names of switches that are on. confirmations: rules whose texts someone holds.
    kinds: the kinds of rules that are offered.
    Raises UsageError (unknown id or date) or PackError (a wrong pack, with file and line).
    """
    chain = lineage(known, pack_id, as_of)
    if WITHOUT_STANDARD not in switched:
        chain = [one for pack in chain for one in (pack, *_standard(known, pack.id, as_of))]
    merged = Layers(Terms(as_of, tuple(enforce), tuple(switched), by_rule(confirmations)), kinds)
    for pack in chain:
        merged.lay(pack, _imported(known, pack, as_of))
    return merged.ruleset(chain)


def _standard(known: Mapping[str, Sequence[Pack]], pack_id: str, as_of: date) -> Sequence[Pack]:
    """The edition of a province's school standard in force, none where there is none yet."""
    found = known.get(f"{pack_id}/{STANDARD}", ())
    return [pack for pack in found if pack.effective <= as_of][-1:]


def _imported(known: Mapping[str, Sequence[Pack]], pack: Pack, as_of: date) -> dict[str, Pack]:
    """The packs whose rules a pack brings in, by id."""
    found = {}
    for name in pack.table("import"):
        if name not in known:
            raise pack.error(
                say(
                    "所引入的规则集“{id}”没有安装",
                    "imports '{id}', which is not installed",
                    id=name,
                ),
                "import",
                name,
                todo=say("请安装相应的插件", "install its plugin"),
            )
        found[name] = edition(known, name, as_of)
    return found
