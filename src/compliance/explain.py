"""A rule in sentences: its text and source, its limits and their layers, the facts it looks at."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.figures import plain
from compliance.rule import WRITTEN, Indicator, Limit, Rule, Ruleset, Terms
from compliance.rule_facts import facts_of
from compliance.state_words import STAGE_WORDS, basis_words
from compliance.vocabulary import Fact, Vocabulary, vocabulary
from compliance.words import pick, say


def explain_rule(rule: Rule, rules: Ruleset, words: Vocabulary) -> str:
    """The whole explanation of one rule, line by line."""
    lines = [
        f"{rule.id}  {rule.label}",
        "",
        *_named(say("条文", "text"), pick(rule.text, rule.text_en)),
        *_named(say("依据", "source"), f"{rule.source}（{basis_words()[rule.basis]}）"),
        *_named(say("地位", "role"), role_words()[rule.role]),
        *_named(say("层级", "level"), level_words()[rule.level]),
        *_named(say("规则集", "layers"), _layers(rule, rules)),
        *_standard(rule, rules, titles_of(words, rules)),
        *_named(say("整改", "remedy"), _remedy(rule)),
        *_named(say("责任", "owner"), pick(rule.owner, rule.owner_en)),
        *_named(say("说明", "note"), rule.note),
        *_members(rule, rules),
        *_facts(rule, rules, words),
    ]
    return "\n".join(lines)


def role_words() -> dict[str, str]:
    """Role → words."""
    return {
        "component": pick("组成指标（经综合评估起作用）", "component"),
        "requirement": pick("必须达标", "requirement"),
        "block": pick("板块结论", "block"),
        "conclusion": pick("总结论", "conclusion"),
        "advisory": pick("参考，不计入结论", "advisory, without weight"),
    }


def level_words() -> dict[str, str]:
    """Level → words."""
    return {
        "unit": pick("每所学校的每个学段", "each stage of each school"),
        "school": pick("每所学校", "each school"),
        "county": pick("全县", "the county"),
    }


def limit_words(limit: Limit | None, rules: Ruleset, unit: str) -> str:
    """The limit of a rule: “小学 ≥ 3人，初中 ≥ 4人”."""
    if limit is None:
        return ""
    sign = WRITTEN[limit.operator]
    unit = pick(unit, f" {unit}" if unit not in ("", "%") else unit)
    if limit.indicator:
        other = rules.indicators[limit.indicator]
        return f"{sign} {pick(other.title, other.title_en)}"
    names = _key_names(limit.by)
    pieces = [
        f"{names.get(key, key)} {sign} {plain(value)}{unit}".strip()
        for key, value in limit.table.items()
    ]
    return pick("，", ", ").join(pieces)


def _key_names(by: str) -> dict[str, str]:
    """What the keys of a limit's table are called: stages, or the words of a fact."""
    if by == "stage":
        return {stage: pick(*both) for stage, both in STAGE_WORDS.items()}
    fact = vocabulary().school.get(by)
    if fact is None or pick("zh", "en") == "en":
        return {}
    names: dict[str, str] = {}
    for word, canonical in fact.words.items():
        if not word.isascii():
            names.setdefault(canonical, word)
    return names


def formula(indicator: Indicator, titles: dict[str, str]) -> str:
    """`per × of ÷ over` with the facts' headings."""
    text = _terms(indicator.of, titles)
    if indicator.per != 1:
        text = f"{plain(indicator.per)} × {text}"
    if indicator.over is not None:
        text = f"{text} ÷ {_terms(indicator.over, titles)}"
    return text + (pick("（向上取整）", " (rounded up)") if indicator.round_up else "")


def _terms(terms: Terms, titles: dict[str, str]) -> str:
    if terms.constant is not None:
        return plain(terms.constant)
    text = ""
    for name, weight in terms.facts.items():
        sign = "" if not text and weight > 0 else (" + " if weight > 0 else " − ")
        size = "" if abs(weight) == 1 else f"{plain(abs(weight))}×"
        text += f"{sign}{size}{titles.get(name, name)}"
    return f"（{text}）" if len(terms.facts) > 1 else text


def _named(name: str, text: str) -> list[str]:
    return [f"{name}: {text}"] if text else []


def _remedy(rule: Rule) -> str:
    """The remedy with its figure left open."""
    return pick(rule.remedy, rule.remedy_en).replace("{shortfall}", "…").replace("{excess}", "…")


def _layers(rule: Rule, rules: Ruleset) -> str:
    touched = [layer for layer in rules.layers if layer in set(rule.layers.values())]
    return " → ".join(touched)


def _standard(rule: Rule, rules: Ruleset, titles: dict[str, str]) -> Iterable[str]:
    indicator = rules.indicators.get(rule.indicator or "")
    if indicator is not None:
        unit = pick(indicator.measure, indicator.measure_en)
        yield from _named(say("标准", "standard"), limit_words(rule.limit, rules, unit))
        if rule.floor is not None:
            yield from _named(say("下限", "floor"), limit_words(rule.floor, rules, unit))
        yield from _named(say("算式", "formula"), formula(indicator, titles))
    elif rule.limit is not None:
        yield from _named(say("标准", "standard"), limit_words(rule.limit, rules, ""))
    for part in rule.parts:
        inner = rules.indicators.get(part.indicator or "")
        unit = pick(inner.measure, inner.measure_en) if inner else ""
        text = limit_words(part.limit, rules, unit) or say("由佐证说明", "by attestation")
        yield from _named(f"  · {part.label}", text)
        if inner is not None:
            yield f"    {formula(inner, titles)}"


def titles_of(words: Vocabulary, rules: Ruleset) -> dict[str, str]:
    """Headings of the facts; a stem is called like its stages' facts without the stage."""
    titles: dict[str, str] = {}
    for fact in [*words.county.values(), *words.school.values()]:
        title = pick(fact.title, fact.title_en)
        titles[fact.name] = title
        if fact.stage:
            zh, en = STAGE_WORDS[fact.stage]
            titles.setdefault(fact.stem, title.removeprefix(zh).removeprefix(en).strip())
    for name, tally in rules.tallies.items():
        counted = str(tally.settings.get("sum", tally.settings.get("count")))
        if "count" in tally.settings:
            size, what = tally.settings["at_least"], titles.get(counted, counted)
            titles[name] = pick(
                f"{what.replace('各间面积', '')}达到{size}平方米的间数",
                f"{what} of {size} m² or more",
            )
            continue
        titles[name] = pick(
            f"{titles.get(counted, counted)}合计", f"total of {titles.get(counted, counted)}"
        )
    return titles


def _members(rule: Rule, rules: Ruleset) -> Iterable[str]:
    named = [rules.rules[name] for name in rule.of if name in rules.rules]
    if named:
        yield ""
        yield say("由以下规则构成：", "made of:")
        yield from (f"  {one.id}  {one.label}" for one in named)


def _facts(rule: Rule, rules: Ruleset, words: Vocabulary) -> Iterable[str]:
    known = {**words.county, **words.school}
    found: dict[str, Fact] = {}
    for name in facts_of(rule, rules):
        for candidate in (name, f"primary_{name}", f"junior_{name}"):
            if candidate in known:
                found[candidate] = known[candidate]
    if found:
        yield ""
        yield say("所用数据项：", "facts:")
    for fact in found.values():
        unit = f"（{fact.unit}）" if fact.unit else ""
        yield f"  {pick(fact.title, fact.title_en)}{unit} [{fact.name}]"
        yield f"    {fact.description}"
