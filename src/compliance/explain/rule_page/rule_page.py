"""explain RULE: what a rule says, where it comes from, what became of it, what it looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from compliance.engine.kinds.kind import Kind
from compliance.explain.question.layer_versions import line, versions
from compliance.explain.question.model import FORMAT, Version
from compliance.explain.question.unit_labels import unit_words
from compliance.explain.rule_page.worked_example import example
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import STAGE_WORDS, basis_words
from compliance.rules.kinds import written
from compliance.rules.language.model import Part, Rule, Ruleset
from compliance.rules.reference.changes import ADDED, DROPPED, Change, Packs, Step, history
from compliance.rules.reference.describe import (
    condition_words,
    field_words,
    formula,
    level_words,
    limit_words,
    role_words,
    titles_of,
)


def step(one: Step, rule: Rule, words: Vocabulary) -> dict[str, Any]:
    """A day on which something changed, as plain values with a sentence."""
    return {
        "from": one.day.isoformat(),
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after}
            for change in one.changes
        ],
        "text": _told(one, rule, words),
    }


def _told(step: Step, rule: Rule, words: Vocabulary) -> str:
    """One day's changes as a sentence."""
    first = step.changes[0]
    if first.field == ADDED:
        told = [
            f"{_key(one.field, rule, words)}{one.after}"
            for one in step.changes
            if "limit" in one.field
        ]
        limits = pick("，", ", ").join(dict.fromkeys(told))
        source = next((one.after for one in step.changes if one.field == "source"), "")
        return say(
            "本规则集自{day}起采用{limits}（{source}）",
            "in this rule set from {day}{limits} ({source})",
            day=step.day, limits=pick("：", ": ") + limits if limits else "", source=source,
        )  # fmt: skip
    if first.field == DROPPED:
        return say("{day}起不再适用", "{day}: no longer applies", day=step.day)
    named = pick("；", "; ").join(_changed(one, rule, words) for one in step.changes)
    return say("{day}起：{what}", "{day}: {what}", day=step.day, what=named)


def _changed(one: Change, rule: Rule, words: Vocabulary) -> str:
    key = _key(one.field, rule, words)
    if one.field == "of":  # a long list: what came and what went
        before, after = one.before.split(", "), one.after.split(", ")
        came = [f"+{name}" for name in after if name not in before]
        went = [f"−{name}" for name in before if name not in after]
        return key + pick("、", ", ").join(came + went)
    return f"{key}{one.before or '—'} → {one.after or '—'}"


def _key(field: str, rule: Rule, words: Vocabulary) -> str:
    """What a changed field is called; of a limit its key alone, and nothing where it has none."""
    told = field_words(field, rule, words)
    if "limit" in field.split("."):
        told = told.replace(field_words("limit"), "", 1).strip().removesuffix(" ·")
    return f"{told} " if told else ""


_PERIODS = {
    "school_year": ("学年初（9月1日）的数", "as of the beginning of the school year, 1 September"),
    "calendar_year": ("上一日历年的数", "of the calendar year before"),
}
_TABLES = {
    "school": ("学校", "schools"),
    "county": ("县区", "counties"),
    "monitoring": ("监测", "monitoring"),
}


def page(
    rule: Rule,
    rules: Ruleset,
    words: Vocabulary,
    known: Packs,
    enforce: Sequence[str] = (),
    *,
    kinds: Mapping[str, Kind],
) -> dict[str, Any]:
    """Everything about a rule as plain values, the structure of --format json.

    known, kinds: what is installed, for what became of the rule from day to day.
    """
    titles = _titles(words, rules)
    switched = [name for name in rules.switched if name in rules.switches]
    return {
        "format": FORMAT,
        "rule": rule.id,
        "title": rule.label,
        "text": pick(rule.text, rule.text_en),
        "source": rule.source,
        "basis": rule.basis,
        "role": rule.role,
        "level": rule.level,
        "layer": rule.layer,
        "given_by": rule.given_by,
        "stated_at": rule.stated_at,
        "ruleset": rules.id,
        "confirmed": rule.confirmed,
        "standard": list(_standard(rule, rules, titles, words)),
        "remedy": _open(pick(rule.remedy, rule.remedy_en)),
        "owner": pick(rule.owner, rule.owner_en),
        "note": rule.note,
        "history": [step(one, rule, words) for one in history(known, rules.id, rule.id, enforce, switched, words, kinds=kinds)],
        "layers": [_layer(one) for one in versions(rule, rules, lambda one: _limits(one, rules, words))],
        "relaxations": list(_relaxations(rule, rules, words)),
        "excluded": [
            condition_words(one.where, rules, words)
            for one in map(rules.exclusions.get, rule.exclude)
            if one is not None
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
        "facts": [_fact(fact, words) for fact in _facts(rule, rules, words)],
        "example": example(rule, rules, titles),
    }  # fmt: skip


def _open(text: str) -> str:
    """A remedy with its figure left open."""
    return text.replace("{shortfall}", "…").replace("{excess}", "…")


def _titles(words: Vocabulary, rules: Ruleset) -> dict[str, str]:
    """What facts and tallies are called; a sum of products is no number of either factor."""
    titles = titles_of(words, rules)
    for name, tally in rules.tallies.items():
        if "times" in tally.settings:
            one, other = (str(tally.settings[key]) for key in ("sum", "times"))
            titles[name] = f"Σ（{titles.get(one, one)} × {titles.get(other, other)}）" \
                if pick("zh", "en") == "zh" \
                else f"Σ ({titles.get(one, one)} × {titles.get(other, other)})"  # fmt: skip
    return titles


def _standard(
    rule: Rule, rules: Ruleset, titles: dict[str, str], words: Vocabulary
) -> Iterable[dict[str, str]]:
    for one in rule.holders:
        indicator = rules.indicators.get(one.indicator or "")
        unit = pick(indicator.measure, indicator.measure_en) if indicator is not None else ""
        if indicator is None:  # a rule on sizes of classes, on years
            unit = pick(
                str(written(one.settings).get("unit", "")),
                str(written(one.settings).get("unit_en", "")),
            )
        if one.limit is None and isinstance(one, Rule):
            continue
        found = {
            "part": one.key if isinstance(one, Part) else "",
            "title": one.label if isinstance(one, Part) else "",
            "limit": limit_words(one.limit, rules, unit, words)
            or say("由佐证说明", "by attestation"),
            "floor": "",
            "formula": formula(indicator, titles) if indicator is not None else "",
        }
        if isinstance(one, Rule) and one.floor is not None:
            found["floor"] = limit_words(one.floor, rules, unit, words)
        yield found
    if rule.kind == "listed":
        yield from _each(rule, rules)


def _each(rule: Rule, rules: Ruleset) -> Iterable[dict[str, str]]:
    """The limits of every entry of a list, field by field."""
    for test in rule.settings.each:
        limit = limit_words(test.limit, rules)
        yield {
            "part": test.field, "title": test.label, "limit": limit, "floor": "", "formula": ""
        }  # fmt: skip


def _limits(rule: Rule, rules: Ruleset, words: Vocabulary) -> list[str]:
    return [item["limit"] for item in _standard(rule, rules, {}, words)]


def _layer(one: Version) -> dict[str, Any]:
    """A version as plain values; nothing is judged here, so that there is no verdict."""
    return {
        **{name: value for name, value in asdict(one).items() if name != "status"},
        "text": line(one),
    }


def _relaxations(rule: Rule, rules: Ruleset, words: Vocabulary) -> Iterable[dict[str, str]]:
    for one in rule.holders:
        for other in one.instead:
            switch = rules.switches.get(other.switch)
            if switch is None:
                continue
            yield {
                "switch": switch.name,
                "title": switch.label,
                "source": switch.source,
                "until": switch.until.isoformat() if switch.until else "",
                "limit": limit_words(other.limit, rules, "", words),
            }


def _facts(rule: Rule, rules: Ruleset, words: Vocabulary) -> Iterable[Fact]:
    known = {**words.county, **words.school}
    found: dict[str, Fact] = {}
    if rule.kind == "listed":  # the fields of each entry of the list
        known = {**words.tables.get(rule.of[0], {}), **known}
        wanted = [test.field for test in rule.settings.each]
        found = {name: known[name] for name in wanted if name in known}
    for name in rules.references.facts(rule.id):
        for candidate in (name, *(f"{stage}_{name}" for stage in STAGE_WORDS)):
            if candidate in known:
                found[candidate] = known[candidate]
    return found.values()


def _fact(fact: Fact, words: Vocabulary) -> dict[str, Any]:
    known: Mapping[str, Fact] = {**words.county, **words.school}
    parts = [[known[name].label for name in group if name in known] for group in fact.parts]
    return {
        "fact": fact.name,
        "title": fact.label,
        "unit": unit_words(fact.unit),
        "definition": fact.description,
        "period": pick(*_PERIODS[fact.period]) if fact.period in _PERIODS else "",
        "table": pick(*_TABLES[fact.table]) if fact.table in _TABLES else fact.table,
        "headings": [name for name in fact.headings if name != fact.name][:4],
        "parts": parts,
    }


def text(found: Mapping[str, Any], day: date) -> str:
    """The page as an official reads it."""
    lines = [f"{found['rule']}  {found['title']}", ""]
    lines += _named(say("条文", "text"), found["text"])
    lines += _named(say("依据", "source"), _aside(found["source"], basis_words()[found["basis"]]))
    lines += _named(say("确认文件", "confirmed by"), found["confirmed"])
    lines += _named(say("地位", "role"), role_words()[found["role"]])
    lines += _named(say("层级", "level"), level_words()[found["level"]])
    lines += _named(
        say("规则集", "rule set"), _aside(found["ruleset"], found["given_by"], day.isoformat())
    )
    for one in found["standard"]:
        name = f"· {one['title']}" if one["part"] else say("标准", "standard")
        lines += _named(name, one["limit"])
        lines += _named(say("  下限", "  floor"), one["floor"])
        lines += _named(say("  算式", "  formula"), one["formula"])
    lines += _named(say("不参加", "left out"), pick("；", "; ").join(found["excluded"]))
    lines += _named(say("整改", "remedy"), found["remedy"])
    lines += _named(say("责任", "owner"), found["owner"])
    lines += _named(say("说明", "note"), found["note"])
    lines += _block(say("历次变动", "history"), _history(found["history"]))
    if len(found["layers"]) > 1:
        lines += _block(say("各级标准", "by layer"), [one["text"] for one in found["layers"]])
    lines += _block(
        say("已打开的放宽", "relaxations switched on"),
        [_aside(f"{one['switch']} {one['title']}", one["source"]) for one in found["relaxations"]],
    )
    lines += _block(say("由以下规则构成", "made of"), _members(found["members"]))
    lines += _block(say("所用数据项", "facts"), [x for one in found["facts"] for x in _about(one)])
    lines += _block(
        say("算例（数字为举例，不是任何学校的数据）", "worked example (figures made up)"),
        found["example"],
    )
    return "\n".join(lines)


def _named(name: str, text: str) -> list[str]:
    return [f"{name}: {text}"] if text else []


def _block(heading: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return ["", pick(f"【{heading}】", f"[{heading}]"), *(f"  {line}" for line in lines)]


def _history(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [str(step["text"]) for step in steps]
    if len(lines) == 1:
        lines.append(say("此后没有见到变动。", "No change is known since."))
    return lines


def _aside(text: str, *more: str) -> str:
    """Text with words in brackets behind it."""
    inner = pick("，", ", ").join(more)
    return text + pick(f"（{inner}）", f" ({inner})")


def _members(members: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line each; those without weight by their ids, on one line."""
    lines = [f"{one['rule']}  {one['title']}" for one in members if not one["advisory"]]
    beside = [one["rule"] for one in members if one["advisory"]]
    if beside:
        names = pick("、", ", ").join(beside)
        lines.append(say("参考，不计入结论：{n}", "advisory, without weight: {n}", n=names))
    return lines


def _about(one: Mapping[str, Any]) -> Iterable[str]:
    title = _aside(one["title"], one["unit"]) if one["unit"] else one["title"]
    yield f"{title} [{one['fact']}]"
    yield f"  {one['definition']}"
    others = [name for name in one["headings"] if name != one["title"]]
    where = say("填在“{t}”表", "in the table {t}", t=one["table"])
    if others:
        where += say(
            "；表头也可写作：{names}", "; also headed: {names}", names=pick("、", ", ").join(others)
        )
    yield f"  {where}"
    for group in one["parts"]:
        yield "  " + say(
            "可由下列各项相加：{names}", "may be summed up from: {names}",
            names=pick("、", ", ").join(group),
        )  # fmt: skip
