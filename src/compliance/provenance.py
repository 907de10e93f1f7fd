"""Every value of a resolved rule set with the layer and the document that gave it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from compliance.figures import plain
from compliance.history import formula_text
from compliance.rule import OPERATORS, WRITTEN, Indicator, Limit, Part, Rule, Ruleset
from compliance.state_words import STAGE_WORDS
from compliance.words import pick

# what a reader does not look for here: how a value is held, not what it says
_INWARD = {
    "shared", "kind", "scope", "level", "role", "rolls_up", "aspect", "instead", "basis", "source",
    "item_unit", "unit",
}  # fmt: skip
_WORDS = ("title", "text", "remedy", "owner", "note", "name")


@dataclass(frozen=True, slots=True)
class Given:
    """One value: of which rule and field, as people read it, and who gave it.

    field: as in the pack, those of parts as ``part.key.field``; ``words``: title, text, remedy and
    the like, told together where one layer gave them.
    """

    rule: str
    field: str
    value: str
    pack: str
    document: str

    def row(self) -> dict[str, str]:
        """For machines."""
        return {
            "rule": self.rule,
            "field": self.field,
            "value": self.value,
            "layer": self.pack,
            "document": self.document,
        }


def provenance(rules: Ruleset) -> list[Given]:
    """Every value, rules in the order of the law."""
    return [one for rule in rules.rules.values() for one in _of_rule(rule, rules)]


def _of_rule(rule: Rule, rules: Ruleset) -> Iterable[Given]:
    told: dict[tuple[str, str], list[str]] = {}
    for field, pack in rule.layers.items():
        document = rule.documents.get(field, "")
        name = field.rpartition(".")[2].removesuffix("_en")
        if name in _WORDS:
            told.setdefault((pack, document), []).append(name)
        elif name not in _INWARD:
            value = _value(field, rule, rules)
            yield Given(rule.id, field, value, pack, document)
    for (pack, document), names in told.items():
        yield Given(rule.id, "words", ", ".join(dict.fromkeys(names)), pack, document)


def _value(field: str, rule: Rule, rules: Ruleset) -> str:
    parts = {part.key: part for part in rule.parts}
    pieces = field.split(".")
    holder: Rule | Part = rule if len(pieces) == 1 else parts.get(pieces[1], rule)
    name = pieces[-1]
    if name in OPERATORS:
        return limit_text(holder.limit)
    if name == "indicator":
        return _formula(rules.indicators.get(holder.indicator or ""))
    if pieces[0] in ("of", "add"):
        return text(_members(rule, rules, pieces[1:]))
    if name in ("exclude", "where"):
        return text(getattr(rule, name))
    if name == "by":
        return rule.limit.by if rule.limit else ""
    return text(holder.settings.get(name, ""))


def _members(rule: Rule, rules: Ruleset, by: Sequence[str]) -> list[str]:
    """The members that the rule began with, or those that the pack `by` added."""
    added = {name.removeprefix("add.") for name in rule.layers if name.startswith("add.")}
    givers = {name: rules.rules[name].given_by_id for name in rule.of if name in rules.rules}
    if by:
        return [name for name in rule.of if givers.get(name) == by[0]]
    return [name for name in rule.of if givers.get(name) not in added or name not in givers]


def limit_text(limit: Limit | None) -> str:
    """The operator, then each key with its number: ``≥ 小学 …，初中 …``."""
    if limit is None:
        return ""
    sign = WRITTEN[limit.operator]
    if limit.indicator:
        return f"{sign} {limit.indicator}"
    names = {stage: pick(*both) for stage, both in STAGE_WORDS.items()}
    return f"{sign} " + pick("，", ", ").join(
        f"{names.get(key, key)} {plain(value)}".strip() for key, value in limit.table.items()
    )


def field_words(field: str) -> str:
    """A field of a pack as people call it; a part's with the part's key before it."""
    part, _, name = field.rpartition(".")
    if part == "add":
        part, name = "", "add"
    words = {
        "at_least": pick("下限", "lower limit"), "above": pick("下限（不含）", "lower limit, exclusive"),
        "at_most": pick("上限", "upper limit"), "below": pick("上限（不含）", "upper limit, exclusive"),
        "indicator": pick("算式", "formula"), "of": pick("由…构成", "made of"), "add": pick("另加", "added"),
        "by": pick("按…取值", "keyed by"), "where": pick("适用于", "applies to"),
        "exclude": pick("不计", "leaves out"), "pass_at_least": pick("至少达标项数", "to be met"),
        "rest_at_least": pick("余项不低于", "the rest at least"), "words": pick("文字", "words"),
        "expect": pick("应为", "expected"), "statement": pick("说明列于", "stated under"),
        "statements": pick("须说明", "statements"), "value": pick("所示数值", "value shown"),
        "since": pick("起算日期", "since"), "each": pick("逐项", "each"),
    }  # fmt: skip
    key = part.removeprefix("part.")
    return (f"{key} · " if key else "") + words.get(name, name)


def _formula(indicator: Indicator | None) -> str:
    return f"{indicator.name} = {formula_text(indicator)}" if indicator is not None else ""


def text(value: object) -> str:
    """A value of a pack on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return pick("、", ", ").join(text(item) for item in value)
    return str(value)
