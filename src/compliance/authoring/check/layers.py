"""The packs of a plugin laid over each other in every way: each day of change, each switch, each basis.

What only an alternative, a relaxation or an override not in force uses is looked at like all else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from compliance.authoring.check.diagnostics import Diagnosis
from compliance.checker.choice import Packs
from compliance.checker.choice import layers as layers_of
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import NoEditionError, PackError
from compliance.kernel.i18n import msg
from compliance.rules.kinds import Kinds
from compliance.rules.language.model import BASES, STANDARD, VERIFIED, WITHOUT_STANDARD, Switch
from compliance.rules.language.pack import Pack
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.amendments import days_of_change
from compliance.rules.resolution.resolve import Layers


@dataclass(frozen=True)
class RulesOnDay:
    """A rule set on a day as things are by default: its layers, and what came of them."""

    day: date
    layers: Layers
    rules: Ruleset
    words: Vocabulary


@dataclass(frozen=True)
class _Asked:
    """With which of its packs a rule set is laid, and what it is held against.

    gaps: where it was told that nothing can be judged; the days of a gap are told once.
    """

    known: Packs
    name: str
    kinds: Kinds
    words: Vocabulary
    facts_known: bool
    gaps: set[str] = field(default_factory=set)

    def laid(
        self, day: date, diagnosis: Diagnosis, enforce: Sequence[str] = (), on: Sequence[str] = ()
    ) -> RulesOnDay | None:
        """The rule set on a day; its faults go to the diagnosis. None where nothing came of it."""
        layers = Layers(day, enforce, on, {}, self.kinds)
        try:
            chain = layers.lay_all(self.known, self.name)
            rules = layers.examined(chain, self.words if self.facts_known else None)
        except NoEditionError as error:
            then = [one for one in self.known[self.name] if one.effective <= day][-1]
            todo = msg("请改 effective：不早于所扩展、所引入的规则集的起日")
            fault = then.error(error.what, "pack", "effective", todo=todo, code="date_gap")
            if fault.where not in self.gaps:
                self.gaps.add(fault.where)
                diagnosis.tell(fault)
        except PackError as error:
            diagnosis.tell(PackError.of([*layers.faults, error]))
        else:
            if layers.faults:
                diagnosis.tell(PackError.of(layers.faults))
            return RulesOnDay(day, layers, rules, self.words)
        return None


def in_every_way(
    known: Packs,
    name: str,
    own: Sequence[Pack],
    kinds: Kinds,
    words: Vocabulary,
    diagnosis: Diagnosis,
    *,
    facts_known: bool = True,
) -> list[RulesOnDay]:
    """A rule set on every day of change, by default; the faults of these and all other ways are told.

    own: the packs that are checked; only their switches are turned on, and those that they use.
    facts_known: false where a file of facts cannot be read, so that nobody knows which are missing.
    """
    asked = _Asked(known, name, kinds, words, facts_known)
    days = _days(known, name)
    found = [one for day in days if (one := asked.laid(day, diagnosis)) is not None]
    used = {switch for pack in own for switch in _used(pack)}
    for one in found:
        asked.laid(one.day, diagnosis, enforce=[basis for basis in BASES if basis != VERIFIED])
        switches = {key: one.layers.switches[key] for key in one.layers.switches if key in used}
        for on in _rounds(switches, one.layers):
            asked.laid(one.day, diagnosis, on=on)
    if found and any(f"{layer}/{STANDARD}" in known for layer in found[-1].rules.layers):
        asked.laid(found[-1].day, diagnosis, on=[WITHOUT_STANDARD])
    return found


def _days(known: Packs, name: str) -> list[date]:
    """Every day on which something of a rule set or what it stands on changes, from its first one on."""
    first = min(pack.effective for pack in known[name])
    packs = list(layers_of(known, name))
    ids = dict.fromkeys(pack.id for pack in packs)
    packs += [one for layer in ids for one in known.get(f"{layer}/{STANDARD}", ())]
    found = {day for pack in packs for day in days_of_change(pack)}
    return sorted(day for day in found if day >= first)


def _used(pack: Pack) -> Iterator[str]:
    """The switches that a pack declares, or that something of it gives way to."""
    yield from pack.table("switch")
    waiting: list[object] = [pack.table("rule"), pack.table("override")]
    while waiting:
        one = waiting.pop()
        inner = (
            list(one.values()) if isinstance(one, Mapping) else one if isinstance(one, list) else []
        )
        waiting += inner
        if isinstance(one, Mapping) and isinstance(one.get("switch"), str):
            yield one["switch"]


def _rounds(switches: Mapping[str, Switch], layers: Layers) -> list[list[str]]:
    """All switches, in as few rounds as there are; those together that do not touch each other."""
    rounds: list[tuple[list[str], set[object]]] = []
    for name, switch in switches.items():
        if switch.includes:
            continue  # it is made of others
        touched: set[object] = {("choice", switch.choice or name)}
        touched |= {"merge"} if switch.merge else set()
        touched |= {key for key, table in layers.tables["rule"].items() if _gives_way(table, name)}
        for names, taken in rounds:
            if not touched & taken:
                names.append(name)
                taken.update(touched)
                break
        else:
            rounds.append(([name], touched))
    return [names for names, _ in rounds]


def _gives_way(table: Mapping[str, object], switch: str) -> bool:
    ways = table.get("instead")
    parts = table.get("part")
    return (isinstance(ways, list) and any(one["switch"] == switch for one in ways)) or (
        isinstance(parts, Mapping) and any(_gives_way(one, switch) for one in parts.values())
    )
