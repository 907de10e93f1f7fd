"""A rule's limits, formula, role and level in words."""

from __future__ import annotations

from compliance.figures import plain
from compliance.rule import WRITTEN, Indicator, Limit, Ruleset, Terms
from compliance.state_words import STAGE_WORDS
from compliance.vocabulary import Vocabulary, vocabulary
from compliance.words import pick


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
