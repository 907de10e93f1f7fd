"""What changes in a rule set from day to day, and what differs between two rule sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import NoEditionError
from compliance.kernel.i18n import msg, pick
from compliance.kernel.labels import basis_word
from compliance.kernel.number_format import plain
from compliance.rules.kinds import Kinds, written
from compliance.rules.language.model import STANDARD, Part, Rule
from compliance.rules.language.pack import Pack
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference.describe import (
    condition_words,
    formula,
    in_one_language,
    left_out,
    level_words,
    limit_pieces,
    role_words,
    value_words,
    way_words,
)
from compliance.rules.resolution.amendments import days_of_change
from compliance.rules.resolution.resolve import resolve

ADDED, DROPPED = "added", "dropped"
Packs = Mapping[str, Sequence[Pack]]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. before, after: as people read them; empty where there was nothing.

    rule: its id; empty for the split and the exclusions that all rules share.
    field: ``added`` or ``dropped`` (the rule itself); ``limit``, ``limit.primary``, ``text``,
    ``where``, ``pass_at_least`` and whatever else a rule holds; of a part ``part.music.limit``;
    ``indicator`` (which one it looks at), ``formula`` (how that one is computed), ``formula.x`` and
    ``tally.x`` (what stands behind it), ``instead.x`` (what switch x puts in its place).
    `compliance.rules.reference.describe.field_words` has it in words.
    """

    rule: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """A day on which something about a rule changed; the first is the day from which it exists.

    basis: how sure the day is, empty where no pack says it.
    """

    day: date
    basis: str
    changes: tuple[Change, ...]


def changes(one: Ruleset, other: Ruleset, words: Vocabulary | None = None) -> list[Change]:
    """Everything a reader of two rule sets must know, rules in the order of the law.

    words: the vocabulary with the plugins' facts; without it, the core's own.
    """
    found = _differences("", _common(one, words), _common(other, words))
    for rule_id in dict.fromkeys([*one.rules, *other.rules]):
        found += _between(rule_id, _fields(rule_id, one, words), _fields(rule_id, other, words))
    return found


def history(
    known: Packs,
    pack_id: str,
    rule_id: str,
    enforce: Sequence[str] = (),
    switched: Sequence[str] = (),
    words: Vocabulary | None = None,
    *,
    kinds: Kinds,
) -> list[Step]:
    """The days on which a rule came, changed or went, oldest first, over every edition and date.

    words: as for `changes`; kinds: as for `resolve`. Raises UsageError or PackError where the rule set cannot be resolved
    with what is enforced and switched.
    """
    steps: list[Step] = []
    last: dict[str, str] | None = None
    for day, basis in days(known, pack_id).items():
        try:
            rules = resolve(known, pack_id, day, enforce, switched, kinds=kinds)
        except NoEditionError:  # a layer above or below begins later
            continue
        now = _fields(rule_id, rules, words)
        found = _between(rule_id, last, now)
        if last is None and now is not None:  # on its first day also its limits and its source
            told = [name for name in now if name == "source" or "limit" in name.split(".")]
            found += [Change(rule_id, name, "", now[name]) for name in told]
        if found:
            steps.append(Step(day, basis, tuple(found)))
        last = now
    return steps


def days(known: Packs, pack_id: str) -> dict[date, str]:
    """The days on which anything may change, in order, with how sure each is: editions and dates of a
    rule set, of what it extends and imports, and of the school standards laid on them.
    """
    found: dict[date, str] = {}
    waiting, seen = [pack_id], set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for pack in (*known.get(name, ()), *known.get(f"{name}/{STANDARD}", ())):
            for day, basis in days_of_change(pack).items():
                found[day] = basis or found.get(day, "")
            beyond = [pack.extends, *pack.table("import")]
            waiting += [one for one in beyond if one is not None and one not in seen]
    return dict(sorted(found.items()))


def _between(
    rule_id: str, before: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> list[Change]:
    """What became of a rule, which may have come or gone."""
    if before is None and after is not None:
        return [Change(rule_id, ADDED, "", after["title"])]
    if before is not None and after is None:
        return [Change(rule_id, DROPPED, before["title"], "")]
    return _differences(rule_id, before or {}, after or {})


def _differences(rule_id: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    return [
        Change(rule_id, field, before.get(field, ""), after.get(field, ""))
        for field in dict.fromkeys([*before, *after])
        if before.get(field, "") != after.get(field, "")
    ]


def _fields(rule_id: str, rules: Ruleset, words: Vocabulary | None) -> dict[str, str] | None:
    """What is compared of a rule, as text: all that a finding of it depends on or shows."""
    if rule_id not in rules.rules:
        return None
    rule = rules.rules[rule_id]
    fields = {
        "title": rule.label,
        "kind": rule.kind,
        "scope": rule.scope,
        "level": level_words()[rule.level],
        **dict(_held("", rule, rules, words)),
        "where": condition_words(rule.where, rules, words),
        "exclude": left_out(rule, rules),
        "quote": rule.quote,
        "text": pick(rule.text, rule.text_en),
        "source": rule.source,
        "basis": basis_word(rule.basis, seen=rule.seen),
        "role": role_words()[rule.role],
        "of": ", ".join(rule.of),
        "remedy": pick(rule.remedy, rule.remedy_en),
        "owner": pick(rule.owner, rule.owner_en),
        "joint": msg("、").join(rule.partners),
        "note": rule.note,
    }
    for part in rule.parts:
        at = f"part.{part.key}."
        fields |= {f"{at}title": part.label, f"{at}kind": part.kind}
        fields |= dict(_held(at, part, rules, words))
    fields |= dict(_beneath(rule, rules, words))
    return {name: text for name, text in fields.items() if text}


def _held(
    at: str, one: Rule | Part, rules: Ruleset, words: Vocabulary | None
) -> Iterable[tuple[str, str]]:
    """What a rule or part holds: limit, indicator, settings of its kind, other ways of switches."""
    for key, text in limit_pieces(one.limit, rules):
        yield f"{at}limit.{key}" if key else f"{at}limit", text
    indicator = rules.indicators.get(one.indicator or "")
    if indicator is not None:
        yield f"{at}indicator", indicator.name
        yield f"{at}formula", formula(indicator, {})
    for name, value in in_one_language(written(one.settings)).items():
        yield f"{at}{name}", value_words(value)
    for way in one.instead:  # of one switch, several ways are told together
        ways = [
            way_words(other, rules, words) for other in one.instead if other.switch == way.switch
        ]
        yield f"{at}instead.{way.switch}", msg("；").join(ways)


def _beneath(rule: Rule, rules: Ruleset, words: Vocabulary | None) -> Iterable[tuple[str, str]]:
    """What a rule's figures come from behind its own formulas: limits and `else`, counts and sums."""
    own = {one.indicator for one in rule.holders}
    for indicator in rules.references.indicators(rule.id):
        if indicator.name not in own:
            yield f"formula.{indicator.name}", formula(indicator, {})
    for tally in rules.references.tallies(rule.id):
        yield f"tally.{tally.name}", _counted(tally.settings, rules, words)


def _counted(settings: Mapping[str, object], rules: Ruleset, words: Vocabulary | None) -> str:
    told = {
        key: condition_words(value, rules, words) if key in ("where", "unless") else value
        for key, value in settings.items()
    }
    return value_words(told)


def _common(rules: Ruleset, words: Vocabulary | None) -> dict[str, str]:
    """What all rules share: the split, and who is left out."""
    weights = ", ".join(f"{stage} {plain(weight)}" for stage, weight in rules.split.weights.items())
    fields = {"split": f"{', '.join(rules.split.facts)} ({weights})"}
    for one in rules.exclusions.values():
        fields[f"exclusion.{one.reason}"] = msg("{}：{}").format(
            pick(one.title, one.title_en), condition_words(one.where, rules, words)
        )
    return fields
