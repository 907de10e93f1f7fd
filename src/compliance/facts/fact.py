"""A fact as the schemas define it, and how to say what may be written for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from compliance.kernel.i18n import lang, msg, msg_in, pick, plural, say

# JSON type -> form, where the schema does not name the form itself
FORMS = {"integer": "count", "number": "number", "string": "text", "boolean": "flag"}
NOT_INVOLVED = "不涉及"  # in the cell of a count: there is nobody whom it could count


class Counted(NamedTuple):
    """A count of the items of a list fact that are at least `at_least` and less than `below`."""

    list: str
    at_least: float
    below: float | None


@dataclass(frozen=True)
class Fact:
    """One fact of the vocabulary.

    form: ``count`` (whole number), ``number``, ``text``, ``word``, ``flag``, ``year``, ``date``,
    ``counts`` and ``numbers`` (lists of them), ``texts``. words: accepted word → canonical word
    (a count with words, such as the sponsor, has the digits of its number as canonical). words_en:
    canonical word → its English, where it is not the canonical word itself. stem:
    the name without the stage's prefix. period: ``school_year``, ``calendar_year`` or empty.
    parts: groups of facts, each of which sums up to this one; the first that is whole is used. largest_of: the list whose largest
    item it is; bands_of: the list whose items it counts by their sizes. code: a number in the cell is its
    digits. lines: line breaks may stand in the text. length: exact number of items.
    edges: upper edges of the size bands of a list of counts. sum_of: the school fact this county fact totals.
    item_length: the longest text of a list of texts. none: 无 in the cell says that there is none.
    not_involved: the facts that count nobody either where its cell says NOT_INVOLVED; None where that
    word is not accepted.
    adds: two schools have the sum of it together; a code, a year, a length or a percentage does not add.
    holder: the office that holds the figure and can supply it; empty where the schema names none.
    section: under which words it stands in a form; source: the statistics that have it, empty where none
    have. types: the types of schools that have it, where not all have.
    """

    name: str
    title: str
    title_en: str
    description: str
    table: str
    form: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    aliases: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    words_en: Mapping[str, str] = field(default_factory=dict)
    stage: str | None = None
    stem: str = ""
    required: bool = False
    parts: tuple[tuple[str, ...], ...] = ()
    largest_of: str = ""
    bands_of: str = ""
    pattern: str = ""
    period: str = ""
    code: bool = False
    lines: bool = False
    max_length: int | None = None
    max_items: int | None = None
    length: int | None = None
    edges: tuple[float, ...] = ()
    counted: Counted | None = None
    sum_of: str = ""
    item_length: int | None = None
    none: bool = False
    not_involved: tuple[str, ...] | None = None
    adds: bool = False
    holder: str = ""
    holder_en: str = ""
    section: str = ""
    source: str = ""
    types: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """By its name: the dictionaries in it have no hash."""
        return hash((self.table, self.name))

    @property
    def headings(self) -> tuple[str, ...]:
        """Everything this fact may be called."""
        return (self.title, self.name, *self.aliases, *((self.title_en,) if self.title_en else ()))

    @property
    def label(self) -> str:
        """The fact's title in the current language."""
        return pick(self.title, self.title_en)

    def word_of(self, canonical: str) -> str:
        """What people call one of its words in the current language; a code nobody named stays."""
        if lang() == "en":
            return self.words_en.get(canonical, canonical.replace("_", " "))
        ordinary = (word for word, meant in self.words.items() if meant == canonical)
        return next((word for word in ordinary if not word.isascii()), canonical)

    @property
    def numeric(self) -> bool:
        """Whether its column holds plain numbers."""
        return self.form in ("count", "number", "year")

    @property
    def figure(self) -> bool:
        """Whether it is an amount or a measure, and neither a year nor a number that stands for a word."""
        return self.form in ("count", "number") and not self.words

    @property
    def listed(self) -> bool:
        """Whether its cells hold lists of numbers."""
        return self.form in ("counts", "numbers")

    def expected(self, *, strict: bool = False) -> str:
        """What may be written for it, in the current language. strict: in JSON, else in a table."""
        forms = {**_EXPECTED, **_IN_JSON} if strict else _EXPECTED
        return forms.get(self.form, _text)(self)


def _span(fact: Fact) -> dict[str, object]:
    return {"low": _plain(fact.minimum), "high": _plain(fact.maximum), "unit": fact.unit}


def _plain(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else repr(value)


def _count(fact: Fact) -> str:
    if fact.words:
        return _word(fact)
    text = say("{low}至{high}的整数", **_span(fact))
    return text if fact.not_involved is None else text + msg("；确无此类对象的填“不涉及”")


def _number(fact: Fact) -> str:
    if fact.unit:
        text = say("{low}至{high}的数（单位：{unit}）", **_span(fact))
    else:
        text = say("{low}至{high}的数", **_span(fact))
    return text + msg("；没有则填“无”") if fact.none else text


def _word(fact: Fact) -> str:
    chosen: dict[str, str] = {}
    for word, canonical in fact.words.items():
        if word == canonical:
            continue
        chosen.setdefault(canonical, word)
    words = "、".join(f"{c} {word}" if c.isdigit() else word for c, word in chosen.items())
    english = [f"{c} {fact.words_en.get(c, '')}".strip() for c in chosen]
    return say("以下之一：{words}", words=pick(words, ", ".join(english)))


def _flag(_: Fact) -> str:
    return msg("“是”或“否”")


def _year(fact: Fact) -> str:
    return say("{low}至{high}的年份", **_span(fact))


def _date(_: Fact) -> str:
    return msg("日期（如2015-12-30）、年月（如2015-12）或年份（如2015）")


def _list(fact: Fact) -> str:
    if fact.form == "counts":
        text = say("用分号分隔的整数，每项{low}至{high}；没有则填“无”", **_span(fact))
    else:
        text = say("用分号分隔的数，每项{low}至{high}；没有则填“无”", **_span(fact))
    return text + _exactly(fact)


def _json_list(fact: Fact) -> str:
    if fact.form == "counts":
        text = say("整数的列表，每项{low}至{high}；没有则写[]", **_span(fact))
    else:
        text = say("数的列表，每项{low}至{high}；没有则写[]", **_span(fact))
    return text + _exactly(fact)


def _exactly(fact: Fact) -> str:
    return "" if fact.length is None else plural(fact.length, "；共{n}项")


def _text(fact: Fact) -> str:
    if fact.pattern == "^[0-9]{6}$":
        return msg("6位数字")
    if fact.max_length is None:
        return msg_in("a text", "文字")
    return say("不超过{n}字的文字", n=fact.max_length)


def _texts(fact: Fact) -> str:
    return say("不超过{n}字的文字，多份用分号分隔", n=fact.item_length)


def _json_texts(fact: Fact) -> str:
    return say('文字的列表，如["文件名称"]，每项不超过{n}字；没有则写[]', n=fact.item_length)


_EXPECTED = {
    "count": _count,
    "number": _number,
    "word": _word,
    "flag": _flag,
    "year": _year,
    "date": _date,
    "counts": _list,
    "numbers": _list,
    "texts": _texts,
}
_IN_JSON = {"counts": _json_list, "numbers": _json_list, "texts": _json_texts}


# what stands in the schema as the fact has it: field → key
_AS_WRITTEN = {
    "unit": "x-unit",
    "stage": "x-stage",
    "largest_of": "x-largest-of",
    "bands_of": "x-bands-of",
    "pattern": "pattern",
    "period": "x-period",
    "code": "x-code",
    "lines": "x-lines",
    "max_length": "maxLength",
    "max_items": "maxItems",
    "sum_of": "x-sum-of",
    "none": "x-none",
}
_LISTED = {
    "aliases": "x-aliases",
    "edges": "x-edges",
    "not_involved": "x-not-involved",
    "types": "x-types",
}


def fact_of(
    name: str, table: str, node: Mapping[str, Any], *, required: bool = False,
    offices: Mapping[str, Mapping[str, str]] | None = None,
    sections: Mapping[str, Mapping[str, str]] | None = None,
) -> Fact:  # fmt: skip
    """The fact that a property of a schema defines. Raises KeyError where it has no title.

    offices: fact or stem → who holds it, an entry of the schema's ``x-owners``; sections: likewise of
    ``x-sections``.
    """
    items = node.get("items", {})
    bounds = items if isinstance(items, Mapping) and "maximum" in items else node
    counted = node.get("x-counted")
    low, high = node.get("minItems"), node.get("maxItems")
    form = node.get("x-form") or _form(node)
    words = dict(node.get("x-words", {}))
    written: dict[str, Any] = {f: node[key] for f, key in _AS_WRITTEN.items() if key in node}
    written |= {f: tuple(node[key]) for f, key in _LISTED.items() if key in node}
    counts = form in ("count", "number") and not words
    stem = node.get("x-stem", name)
    holder, section = (
        (given or {}).get(name) or (given or {}).get(stem) or {} for given in (offices, sections)
    )
    return Fact(
        name=name,
        title=node["title"],
        title_en=node.get("x-title-en", ""),
        description=node.get("description", ""),
        table=table,
        form=form,
        minimum=bounds.get("minimum"),
        maximum=bounds.get("maximum"),
        words=words,
        words_en=node.get("x-words-en", {}),
        stem=stem,
        required=required,
        parts=tuple(tuple(group) for group in node.get("x-parts", ())),
        length=low if low is not None and low == high else None,
        counted=counted and Counted(counted["list"], counted["from"], counted.get("below")),
        item_length=items.get("maxLength") if isinstance(items, Mapping) else None,
        adds=counts and node.get("x-adds", True) is not False,
        holder=holder.get("title", ""),
        holder_en=holder.get("title-en", ""),
        section=section.get("title", ""),
        source=section.get("source", ""),
        **written,
    )


def _form(node: Mapping[str, Any]) -> str:
    if "x-words" in node:
        return "word"
    types = node["type"]
    kinds = [types] if isinstance(types, str) else list(types)
    if "array" in kinds:
        return {"integer": "counts", "number": "numbers"}[node["items"]["type"]]
    return next(FORMS[kind] for kind in kinds if kind != "null")
