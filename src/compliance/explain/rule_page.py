"""explain RULE: what a rule says, where it comes from, what became of it, what it looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from compliance.engine.kinds.kind import Kind
from compliance.engine.working import FORMAT
from compliance.explain.layer_versions import line, versions
from compliance.explain.working_text import beside, block
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.i18n import lang, msg, msg_in, pick, say
from compliance.kernel.labels import STAGE_WORDS, basis_word, day_in_words, unit_words
from compliance.rules.language.model import Part, Rule
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference.changes import ADDED, DROPPED, Change, Packs, Step, history
from compliance.rules.reference.describe import (
    condition_words,
    demands,
    field_words,
    formula,
    level_words,
    limit_words,
    role_words,
    titles_of,
)

Kinds = Mapping[str, Kind]


def page(
    rule: Rule, rules: Ruleset, words: Vocabulary, known: Packs, kinds: Kinds,
    enforce: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Everything about a rule as plain values, the structure of --format json.

    known: the installed packs, for what became of the rule from day to day.
    """
    titles = titles_of(words, rules)
    switched = [name for name in rules.switched if name in rules.switches]
    steps = history(known, rules.id, rule.id, enforce, switched, words, kinds=kinds)

    def limits(one: Rule) -> list[str]:
        return [item["limit"] for item in _standard(one, rules, {}, words, kinds)]

    return {
        "format": FORMAT,
        "rule": rule.id,
        "title": rule.label,
        "quote": rule.quote,
        "quote_source": rule.quote_source,
        "text": pick(rule.text, rule.text_en),
        "demands": [list(one) for one in demands(rule)],
        "source": rule.source,
        "basis": rule.basis,
        "text_seen": rule.seen,
        "role": rule.role,
        "level": rule.level,
        "layer": rule.layer,
        "given_by": rule.given_by,
        "stated_at": rule.stated_at,
        "ruleset": rules.id,
        "confirmed": rule.confirmed,
        "standard": list(_standard(rule, rules, titles, words, kinds)),
        "remedy": pick(rule.remedy, rule.remedy_en)
        .replace("{shortfall}", "…")
        .replace("{excess}", "…"),
        "owner": pick(rule.owner, rule.owner_en),
        "joint": list(rule.partners),
        "note": rule.note,
        "history": [_step(one, rule, words) for one in steps],
        "layers": [
            {**_without_status(asdict(one)), "text": line(one)}
            for one in versions(rule, rules, limits)
        ],
        "relaxations": list(_relaxations(rule, rules, words)),
        "excluded": [
            condition_words(rules.exclusions[reason].where, rules, words)
            for reason in rule.exclude
            if reason in rules.exclusions
        ],
        "members": [
            {
                "rule": name,
                "title": rules.rules[name].label,
                "advisory": rules.rules[name].role == "advisory",
            }
            for name in rule.of
            if name in rules.rules
        ],
        "facts": [_fact(fact, words) for fact in _facts(rule, rules, words, kinds)],
        "example": [
            text
            for one in rule.holders
            for text in kinds[one.kind].example(one, rule, rules, titles)
        ],
    }


def _without_status(version: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing is judged here, so that there is no verdict."""
    return {name: value for name, value in version.items() if name != "status"}


def _standard(
    rule: Rule, rules: Ruleset, titles: Mapping[str, str], words: Vocabulary, kinds: Kinds
) -> Iterable[dict[str, str]]:
    """Every limit of the rule, of its parts, and of the entries of a list."""
    for one in rule.holders:
        if one.limit is None and isinstance(one, Rule):
            continue
        indicator = rules.indicators.get(one.indicator or "")
        measure = kinds[one.kind].measure(one, rules)
        floor = one.floor if isinstance(one, Rule) else None
        yield {
            "part": one.key if isinstance(one, Part) else "",
            "title": one.label if isinstance(one, Part) else "",
            "limit": limit_words(one.limit, rules, measure, words) or msg("由佐证说明"),
            "floor": limit_words(floor, rules, measure, words),
            "formula": formula(indicator, titles) if indicator is not None else "",
        }
    for field, title, limit in kinds[rule.kind].entry_limits(rule):
        told = limit_words(limit, rules)
        yield {"part": field, "title": title, "limit": told, "floor": "", "formula": ""}


def _relaxations(rule: Rule, rules: Ruleset, words: Vocabulary) -> Iterable[dict[str, str]]:
    for other in (other for one in rule.holders for other in one.instead):
        switch = rules.switches.get(other.switch)
        if switch is not None:
            yield {
                "switch": switch.name,
                "title": switch.label,
                "source": switch.source,
                "until": day_in_words(switch.until, switch.date_basis) if switch.until else "",
                "limit": limit_words(other.limit, rules, "", words),
            }


def _facts(rule: Rule, rules: Ruleset, words: Vocabulary, kinds: Kinds) -> Iterable[Fact]:
    """The fields of the entries of a list, then the facts of counties and schools."""
    known = {**words.county, **words.school}
    found: dict[str, Fact] = {}
    fields = words.tables.get(rule.of[0], {}) if rule.of else {}
    for field, _, _ in kinds[rule.kind].entry_limits(rule):
        found |= {field: fields[field]} if field in fields else {}
    for name in rules.references.facts(rule.id):
        for candidate in (name, *(f"{stage}_{name}" for stage in STAGE_WORDS)):
            if candidate in known:
                found[candidate] = known[candidate]
    return found.values()


def _fact(fact: Fact, words: Vocabulary) -> dict[str, Any]:
    known: Mapping[str, Fact] = {**words.county, **words.school}
    periods = {"school_year": msg("学年初（9月1日）的数"), "calendar_year": msg("上一日历年的数")}
    tables = {"school": msg_in("schools", "学校"), "county": msg("县区"), "monitoring": msg("监测")}
    return {
        "fact": fact.name,
        "title": fact.label,
        "unit": unit_words(fact.unit),
        "definition": fact.description if lang() == "zh" else "",
        "period": periods.get(fact.period, ""),
        "table": tables.get(fact.table, fact.table),
        "headings": [name for name in fact.headings if name != fact.name][:4],
        "parts": [[known[name].label for name in group if name in known] for group in fact.parts],
    }


def _step(one: Step, rule: Rule, words: Vocabulary) -> dict[str, Any]:
    """A day on which something changed, as plain values with a sentence."""
    return {
        "from": one.day.isoformat(),
        "date_basis": one.basis,
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after}
            for change in one.changes
        ],
        "text": _told(one, rule, words),
    }


def _told(step: Step, rule: Rule, words: Vocabulary) -> str:
    """One day's changes as a sentence."""
    first, day = step.changes[0], day_in_words(step.day, step.basis)
    if first.field == ADDED:
        told = [
            f"{_key(one.field, rule, words)}{one.after}"
            for one in step.changes
            if "limit" in one.field
        ]
        limits = msg("，").join(dict.fromkeys(told))
        source = next((one.after for one in step.changes if one.field == "source"), "")
        return say(
            "本规则集自{day}起采用{limits}（{source}）",
            day=day, limits=msg("：") + limits if limits else "", source=source)  # fmt: skip
    if first.field == DROPPED:
        return say("{day}起不再适用", day=day)
    named = msg("；").join(_changed(one, rule, words) for one in step.changes)
    return say("{day}起：{what}", day=day, what=named)


def _changed(one: Change, rule: Rule, words: Vocabulary) -> str:
    key = _key(one.field, rule, words)
    if one.field == "of":  # a long list: what came and what went
        before, after = one.before.split(", "), one.after.split(", ")
        came = [f"+{name}" for name in after if name not in before]
        went = [f"−{name}" for name in before if name not in after]
        return key + msg("、").join(came + went)
    return f"{key}{one.before or '—'} → {one.after or '—'}"


def _key(field: str, rule: Rule, words: Vocabulary) -> str:
    """What a changed field is called; of a limit its key alone, and nothing where it has none."""
    told = field_words(field, rule, words)
    if "limit" in field.split("."):
        told = told.replace(field_words("limit"), "", 1).strip().removesuffix(" ·")
    return f"{told} " if told else ""


def text(found: Mapping[str, Any], day: date) -> str:
    """The page as an official reads it."""
    standard = [
        pair
        for one in found["standard"]
        for pair in (
            (f"· {one['title']}" if one["part"] else msg("标准"), one["limit"]),
            (msg("  下限"), one["floor"]),
            (msg("  算式"), one["formula"]),
        )
    ]
    named = [
        *found["demands"],
        (
            msg_in("source", "依据"),
            _aside(found["source"], basis_word(found["basis"], seen=found["text_seen"])),
        ),
        (msg("确认文件"), found["confirmed"]),
        (msg("地位"), role_words()[found["role"]]),
        (msg("层级"), level_words()[found["level"]]),
        (msg("规则集"), _aside(found["ruleset"], found["given_by"], day.isoformat())),
        *standard,
        (msg("不参加"), msg("；").join(found["excluded"])),
        (msg("整改"), found["remedy"]),
        (msg("牵头单位"), found["owner"]),
        (msg("配合单位"), msg("、").join(found["joint"])),
        (msg("说明"), found["note"]),
    ]
    relaxed = [
        _aside(f"{one['switch']} {one['title']}", one["source"]) for one in found["relaxations"]
    ]
    layers = [one["text"] for one in found["layers"]]
    blocks = [
        (msg("历次变动"), _history(found["history"])),
        (msg("各级标准"), layers if len(layers) > 1 else []),
        (msg("已打开的放宽"), relaxed),
        (msg("由以下规则构成"), _members(found["members"])),
        (msg("所用数据项"), [x for one in found["facts"] for x in _about(one)]),
        (msg("算例（数字为举例，不是任何学校的数据）"), found["example"]),
    ]
    lines = [f"{found['rule']}  {found['title']}", ""]
    lines += [f"{name}: {words}" for name, words in named if words]
    return "\n".join([*lines, *(line for one in blocks for line in block(*one))])


def _history(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [str(step["text"]) for step in steps]
    if len(lines) == 1:
        lines.append(msg("此后没有见到变动。"))
    return lines


def _aside(text: str, *more: str) -> str:
    """Text with words in brackets behind it."""
    return say("{t}（{inner}）", t=text, inner=msg("，").join(more))


def _members(members: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """A line each; those without weight by their ids, on one line."""
    yield from (f"{one['rule']}  {one['title']}" for one in members if not one["advisory"])
    yield from beside(one["rule"] for one in members if one["advisory"])


def _about(one: Mapping[str, Any]) -> Iterable[str]:
    title = _aside(one["title"], one["unit"]) if one["unit"] else one["title"]
    yield f"{title} [{one['fact']}]"
    if told := one["definition"] or one["period"]:
        yield f"  {told}"
    where = say("填在“{t}”表", t=one["table"])
    others = [name for name in one["headings"] if name != one["title"]]
    if others:
        where += say("；表头也可写作：{names}", names=msg("、").join(others))
    yield f"  {where}"
    for group in one["parts"]:
        names = msg("、").join(group)
        yield "  " + say("可由下列各项相加：{names}", names=names)
