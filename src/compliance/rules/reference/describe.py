"""A rule's limits, formula, condition, role and level in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.kernel.i18n import lang, msg, msg_in, pick, say, use
from compliance.kernel.labels import STAGE_WORDS, stage_words
from compliance.kernel.number_format import plain
from compliance.kernel.submission import COMPULSORY
from compliance.rules.language.model import (
    OPERATORS,
    WRITTEN,
    Indicator,
    Instead,
    Limit,
    Part,
    Rule,
    Tally,
    Terms,
)
from compliance.rules.language.ruleset import Ruleset


def role_words() -> dict[str, str]:
    """Role → words."""
    return {
        "component": msg("组成指标（经综合评估起作用）"),
        "requirement": msg("必须达标"),
        "block": msg("板块结论"),
        "conclusion": msg("总结论"),
        "advisory": msg("参考，不计入结论"),
    }


def level_words() -> dict[str, str]:
    """Level → words."""
    return {
        "unit": msg("每所学校的每个学段"),
        "school": msg("每所学校"),
        "county": msg_in("the county", "全县"),
    }


def standard_words(rule: Rule, rules: Ruleset, words: Vocabulary | None = None) -> str:
    """The limits of a rule and of its parts, in their units: “小学 ≥ 3人；音乐教室 ≥ 1间”."""
    told = []
    for one in rule.holders:
        indicator = rules.indicators.get(one.indicator or "")
        unit = pick(indicator.measure, indicator.measure_en) if indicator is not None else ""
        text = limit_words(one.limit, rules, unit, words)
        told.append(f"{one.label} {text}".strip() if isinstance(one, Part) else text)
    return msg("；").join(text for text in told if text)


def limit_words(
    limit: Limit | None, rules: Ruleset, unit: str = "", words: Vocabulary | None = None
) -> str:
    """The limit of a rule: “小学 ≥ 3人，初中 ≥ 4人”.

    words: where the keys of its table are looked up; without it, the core's own vocabulary.
    """
    if limit is None:
        return ""
    names = key_words(limit.by, words)
    pieces = limit_pieces(limit, rules, unit)
    return msg("，").join(f"{names.get(key, key)} {text}".strip() for key, text in pieces)


def limit_pieces(limit: Limit | None, rules: Ruleset, unit: str = "") -> list[tuple[str, str]]:
    """Each key of a limit's table with what holds for it: ``("primary", "≥ 3人")``; one limit for all
    has the key ``""``.
    """
    if limit is None:
        return []
    sign = WRITTEN[limit.operator]
    if limit.indicator:
        other = rules.indicators[limit.indicator]
        return [("", f"{sign} {pick(other.title, other.title_en)}")]
    unit = pick(unit, f" {unit}" if unit not in ("", "%") else unit)
    return [(key, f"{sign} {plain(value)}{unit}") for key, value in limit.table.items()]


def key_words(by: str, words: Vocabulary | None = None) -> Mapping[str, str]:
    """What the keys of a limit's table are called: stages, or the words of the fact `by`."""
    if by == "stage":
        return {stage: stage_words()[stage] for stage in COMPULSORY}
    return _word_names(words or vocabulary(), by, lang())


@cache
def _word_names(words: Vocabulary, name: str, language: str) -> Mapping[str, str]:
    """Canonical word of a fact → how people say it: in Chinese the first of its Chinese words."""
    fact = words.school.get(name) or words.county.get(name)
    if fact is None or fact.form == "flag":
        return {}
    with use(language):
        return {canonical: fact.word_of(canonical) for canonical in fact.words.values()}


def formula(indicator: Indicator, named: Mapping[str, str]) -> str:
    """`per × of ÷ over` with the facts called as `named` has them; those it lacks by their own names.

    With no names at all: the same text for the same arithmetic.
    """
    text = _terms(indicator.of, named)
    if indicator.per != 1:
        text = f"{plain(indicator.per)} × {text}"
    if indicator.over is not None:
        text = f"{text} ÷ {_terms(indicator.over, named)}"
    return text + (msg("（向上取整）") if indicator.round_up else "")


def _terms(terms: Terms, named: Mapping[str, str]) -> str:
    if terms.constant is not None:
        return plain(terms.constant)
    text = ""
    for name, weight in terms.facts.items():
        sign = (" + " if weight > 0 else " − ") if text else ("" if weight > 0 else "−")
        size = "" if abs(weight) == 1 else f"{plain(abs(weight))}×"
        text += f"{sign}{size}{named.get(name, name)}"
    return msg_in("({})", "（{}）").format(text) if len(terms.facts) > 1 else text


def condition_words(where: object, rules: Ruleset, words: Vocabulary | None = None) -> str:
    """A condition on facts with their headings and words: “办学类型为教学点，在校生数 < 100”.

    A list of conditions is an "or".
    """
    if not isinstance(where, Mapping):
        ways = where if isinstance(where, list | tuple) else ()
        return msg("；或").join(condition_words(one, rules, words) for one in ways)
    known = words or vocabulary()
    told = []
    for name, wanted in where.items():
        indicator = rules.indicators.get(name)
        title = fact_words(name, known)
        title = title if indicator is None else pick(indicator.title, indicator.title_en)
        names = key_words(name, known)
        if isinstance(wanted, Mapping):
            tests = [f"{_signed(key)} {value_words(one, names)}" for key, one in wanted.items()]
            told.append(f"{title} {msg(' 且 ').join(tests)}")
        else:
            told.append(f"{title}{msg('为')}{value_words(wanted, names)}")
    return msg("，").join(told)


def left_out(rule: Rule, rules: Ruleset) -> str:
    """The schools that a rule leaves out."""
    known = [rules.exclusions[reason] for reason in rule.exclude]
    return msg("；").join(pick(one.title, one.title_en) for one in known)


def fact_words(name: str, words: Vocabulary | None = None) -> str:
    """What a fact, or another column that rules may ask about, is called."""
    return {**_fact_titles(words or vocabulary(), lang()), **_derived()}.get(name, name)


def _derived() -> dict[str, str]:
    """What a frame has beside the facts of the vocabulary."""
    return {
        "stage": msg("学段"),
        "stages": msg("义务教育学段数"),
        "compulsory_students": msg("义务教育阶段在校生数"),
        "known_compulsory_students": msg("已填的义务教育阶段在校生数"),
        "monitoring": msg("国家义务教育质量监测结果"),
    }


def value_words(value: object, names: Mapping[str, str] | None = None) -> str:
    """A value of a pack on one line. names: what single words of it are called."""
    called = names or {}
    if isinstance(value, Mapping):
        told = in_one_language(value).items()
        return msg("，").join(f"{key} {value_words(item, called)}" for key, item in told)
    if isinstance(value, list | tuple):
        return msg("、").join(value_words(item, called) for item in value)
    if isinstance(value, bool):
        return msg("是") if value else msg("否")
    text = plain(value) if isinstance(value, Decimal) else str(value)
    return called.get(text, text)


def in_one_language(fields: Mapping[str, object]) -> dict[str, object]:
    """Fields of a pack, those that stand in two languages in the current one only."""
    own = {name: value for name, value in fields.items() if not name.endswith("_en")}
    if lang() == "zh":
        return own
    return {name: fields.get(f"{name}_en") or value for name, value in own.items()}


def _signed(key: str) -> str:
    return "≠" if key == "not" else WRITTEN.get(OPERATORS.get(key, ""), key)


def way_words(way: Instead, rules: Ruleset, words: Vocabulary | None = None) -> str:
    """What a switch puts in a rule's place and where: “城乡类型为乡村：小学 ≥ 2人”."""
    told = [limit_words(way.limit, rules, words=words)]
    if way.indicator is not None:
        told.insert(0, formula(rules.indicators[way.indicator], {}))
    text = msg("，").join(one for one in told if one)
    return f"{condition_words(way.where, rules, words)}{msg('：')}{text}"


def demands(rule: Rule) -> list[tuple[str, str]]:
    """What a rule asks, each with what it is called: the document's own words, then the pack's.

    Only the former are 条文. In English they are left out: there they are nobody's words.
    """
    told = []
    if rule.quote and lang() == "zh":
        quoted = say("“{words}”", words=rule.quote)
        source = say("（{source}）", source=rule.quote_source) if rule.quote_source else ""
        told.append((msg("条文"), quoted + source))
    if text := pick(rule.text, rule.text_en):
        told.append((msg("要求（转述）"), text))
    return told


def field_words(field: str, rule: Rule | None = None, words: Vocabulary | None = None) -> str:
    """A field of a pack, or of a change, as people call it; that of a part with the part's name.

    rule: whose field it is, for the names of its parts and of the keys of its limits.
    """
    head, _, rest = field.partition(".")
    if head == "part":
        key, _, name = rest.partition(".")
        parts = {one.key: one for one in rule.parts} if rule is not None else {}
        label = parts[key].label if key in parts else key
        by = parts[key].limit if key in parts else None
        return f"{label} · {_field(name, by, words)}"
    return _field(field, rule.limit if rule is not None else None, words)


def _field(field: str, limit: Limit | None, words: Vocabulary | None) -> str:
    name, _, rest = field.partition(".")
    text = _field_names().get(name, name)
    if name == "add" or not rest:
        return text
    names = key_words(limit.by if limit is not None else "stage", words)
    return f"{text} {names.get(rest, rest) if name == 'limit' else rest}"


def _field_names() -> dict[str, str]:
    """Field of a pack → words."""
    return {
        "at_least": msg("下限"), "above": msg("下限（不含）"),
        "at_most": msg("上限"), "below": msg("上限（不含）"),
        "limit": msg_in("limit", "标准"), "indicator": msg_in("indicator", "指标"),
        "formula": msg("算式"), "tally": msg("合计"),
        "of": msg("由…构成"), "add": msg("另加"),
        "by": msg("按…取值"), "where": msg("适用于"),
        "doubts": msg("与之对照"), "replaces": msg("代替"),
        "exclude": msg("不计"), "exclusion": msg("不计的学校"),
        "instead": msg("开关"), "split": msg_in("split", "拆分"),
        "pass_at_least": msg("至少达标项数"),
        "rest_at_least": msg("余项不低于"), "expect": msg("应为"),
        "statement": msg("说明列于"), "statements": msg("须说明"),
        "value": msg("所示数值"), "since": msg("起算日期"),
        "each": msg("逐项"), "list": msg("清单"), "bands": msg("分段人数"),
        "edges": msg("分段上限"), "largest": msg("最大的一项"),
        "name": msg("名称"), "words": msg_in("words", "文字"), "title": msg_in("title", "名称"),
        "quote": msg("条文"), "quote_source": msg("条文出处"),
        "text": msg("要求（转述）"), "source": msg_in("source", "依据"), "basis": msg("核实程度"),
        "role": msg("地位"), "level": msg("层级"),
        "scope": msg("判定对象"), "kind": msg("种类"),
        "remedy": msg("整改"), "owner": msg("牵头单位"), "joint": msg("配合单位"),
        "incident": msg("所问情形"), "note": msg("说明"),
    }  # fmt: skip


def titles_of(words: Vocabulary, rules: Ruleset) -> dict[str, str]:
    """Headings of the facts, and what tallies are called; a sum of products is no number of either.

    A stem is called like its stages' facts without the stage.
    """
    titles = {**_derived(), **_fact_titles(words, lang())}
    for name, tally in rules.tallies.items():
        counted = str(tally.settings.get("sum", tally.counts))
        what, factor = titles.get(counted, counted), str(tally.settings.get("times", ""))
        if tally.counts:
            room, size = what.replace("各间面积", ""), tally.settings["at_least"]
            titles[name] = say("{room}达到{size}平方米的间数", room=room, size=size)
        elif not counted:
            titles[name] = counted_schools(tally, rules, words)
        elif factor:
            titles[name] = say("Σ（{a} × {b}）", a=what, b=titles.get(factor, factor))
        else:
            titles[name] = say("{what}合计", what=what)
    return titles


def counted_schools(tally: Tally, rules: Ruleset, words: Vocabulary) -> str:
    """What a count of schools is called: by those that it counts."""
    which = condition_words(tally.settings.get("where", {}), rules, words)
    return say("学校数（{which}）", which=which) if which else msg("学校数")


@cache
def _fact_titles(words: Vocabulary, language: str) -> Mapping[str, str]:
    """Fact or stem → its heading in the language."""
    titles: dict[str, str] = {}
    for fact in [*words.county.values(), *words.school.values()]:
        title = fact.title_en if language == "en" and fact.title_en else fact.title
        titles[fact.name] = title
        if fact.stage:
            zh, en = STAGE_WORDS[fact.stage]
            stem = title.removeprefix(zh).removeprefix(en)
            titles.setdefault(fact.stem, stem.removeprefix(en.capitalize()).strip())
    return titles
