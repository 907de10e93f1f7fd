"""What changes in a rule set from day to day, and what differs between two rule sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from compliance.dates import days_of_change
from compliance.errors import UsageError
from compliance.figures import plain
from compliance.layers import STANDARD
from compliance.packs import Pack
from compliance.rule import WRITTEN, Indicator, Limit, Part, Rule, Ruleset, Terms
from compliance.ruleset import resolve
from compliance.words import pick

ADDED, DROPPED = "added", "dropped"
Packs = Mapping[str, Sequence[Pack]]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. before, after: as people read them; empty where there was nothing.

    rule: its id; empty for the split and the exclusions that all rules share.
    field: ``added`` or ``dropped`` (the rule itself), ``limit``, ``limit.primary``,
    ``part.music.limit``, ``text``, ``source``, ``basis``, ``role``, ``title``, ``of``,
    ``indicator`` (which one it looks at) or ``formula`` (how that one is computed).
    """

    rule: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """A day on which something about a rule changed; the first is the day from which it exists."""

    day: date
    changes: tuple[Change, ...]


def changes(one: Ruleset, other: Ruleset) -> list[Change]:
    """Everything a reader of two rule sets must know, rules in the order of the law."""
    found = _differences("", _common(one), _common(other))
    for rule_id in dict.fromkeys([*one.rules, *other.rules]):
        before, after = one.rules.get(rule_id), other.rules.get(rule_id)
        if before is None and after is not None:
            found.append(Change(rule_id, ADDED, "", after.label))
        elif after is None and before is not None:
            found.append(Change(rule_id, DROPPED, before.label, ""))
        elif before is not None and after is not None:
            found += _differences(rule_id, _fields(before, one), _fields(after, other))
    return found


def history(
    known: Packs,
    pack_id: str,
    rule_id: str,
    enforce: Sequence[str] = (),
    switched: Sequence[str] = (),
) -> list[Step]:
    """The days on which a rule came, changed or went, oldest first, over every edition and date."""
    steps: list[Step] = []
    last: dict[str, str] | None = None
    for day in days(known, pack_id):
        try:
            rules = resolve(known, pack_id, day, enforce, switched)
        except UsageError:  # a layer above or below begins later
            continue
        rule = rules.rules.get(rule_id)
        now = None if rule is None else _fields(rule, rules)
        found = _step(rule_id, last, now)
        if found:
            steps.append(Step(day, tuple(found)))
        last = now
    return steps


def days(known: Packs, pack_id: str) -> list[date]:
    """The days on which anything may change: editions and dates of a rule set, of what it extends
    and imports, and of the school standards laid on them.
    """
    found: set[date] = set()
    waiting, seen = [pack_id], set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for pack in (*known.get(name, ()), *known.get(f"{name}/{STANDARD}", ())):
            found.update(days_of_change(pack))
            beyond = [pack.extends, *pack.table("import")]
            waiting += [one for one in beyond if one is not None and one not in seen]
    return sorted(found)


def _step(rule_id: str, last: dict[str, str] | None, now: dict[str, str] | None) -> list[Change]:
    if last is None and now is not None:
        return [
            Change(rule_id, ADDED, "", now.get("title", "")),
            *(Change(rule_id, field, "", text) for field, text in now.items() if _told(field)),
        ]
    if last is not None and now is None:
        return [Change(rule_id, DROPPED, last.get("title", ""), "")]
    return _differences(rule_id, last or {}, now or {})


def _told(field: str) -> bool:
    """What is said of a rule on its first day: its limits and its source."""
    return field == "source" or "limit" in field


def _differences(rule_id: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    return [
        Change(rule_id, field, before.get(field, ""), after.get(field, ""))
        for field in dict.fromkeys([*before, *after])
        if before.get(field, "") != after.get(field, "")
    ]


def _fields(rule: Rule, rules: Ruleset) -> dict[str, str]:
    """What is compared of a rule, as text."""
    fields = {
        "title": rule.label,
        **dict(_limits("", rule.limit, rules)),
        "text": pick(rule.text, rule.text_en),
        "source": rule.source,
        "basis": rule.basis,
        "role": rule.role,
        "of": ", ".join(rule.of),
        "remedy": pick(rule.remedy, rule.remedy_en),
        "owner": pick(rule.owner, rule.owner_en),
        "note": rule.note,
        **dict(_computed("", rule.indicator, rules)),
    }
    for part in rule.parts:
        fields.update(_of_part(part, rules))
    return {name: text for name, text in fields.items() if text}


def _common(rules: Ruleset) -> dict[str, str]:
    """What all rules share: the split, and who is left out."""
    weights = ", ".join(f"{stage} {plain(weight)}" for stage, weight in rules.split.weights.items())
    left_out = {f"exclusion.{one.reason}": one.title for one in rules.exclusions.values()}
    return {"split": f"{', '.join(rules.split.facts)} ({weights})", **left_out}


def _of_part(part: Part, rules: Ruleset) -> Iterable[tuple[str, str]]:
    at = f"part.{part.key}."
    yield f"{at}title", part.label
    yield from _limits(at, part.limit, rules)
    yield from _computed(at, part.indicator, rules)


def _limits(at: str, limit: Limit | None, rules: Ruleset) -> Iterable[tuple[str, str]]:
    if limit is None:
        return
    sign = WRITTEN[limit.operator]
    if limit.indicator:
        other = rules.indicators[limit.indicator]
        yield f"{at}limit", f"{sign} {pick(other.title, other.title_en)}"
    for key, value in limit.table.items():
        yield f"{at}limit.{key}" if key else f"{at}limit", f"{sign} {plain(value)}"


def _computed(at: str, name: str | None, rules: Ruleset) -> Iterable[tuple[str, str]]:
    indicator = rules.indicators.get(name or "")
    if indicator is not None:
        yield f"{at}indicator", indicator.name
        yield f"{at}formula", formula_text(indicator)


def formula_text(indicator: Indicator) -> str:
    """`per × of ÷ over` by the names of the facts: the same text for the same arithmetic."""
    text = _terms(indicator.of)
    if indicator.per != 1:
        text = f"{plain(indicator.per)} × {text}"
    if indicator.over is not None:
        text = f"{text} ÷ {_terms(indicator.over)}"
    return f"⌈{text}⌉" if indicator.round_up else text


def _terms(terms: Terms) -> str:
    if terms.constant is not None:
        return plain(terms.constant)
    text = ""
    for name, weight in terms.facts.items():
        sign = (" + " if weight > 0 else " − ") if text else ("" if weight > 0 else "−")
        size = "" if abs(weight) == 1 else f"{plain(abs(weight))}×"
        text += f"{sign}{size}{name}"
    return f"({text})" if len(terms.facts) > 1 else text
