"""The schemas as validators of whole documents, and errors explained in words.

jsonschema-rs screens (a hundred times faster), python-jsonschema explains what was refused. The
two disagree on some inputs; a test holds them together on every bundled schema.

`Fact`, `Match`, `Vocabulary` and `vocabulary` live in `compliance.facts.vocabulary`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource

from compliance.facts.fact import Fact, fact_of
from compliance.facts.vocabulary import Match, Vocabulary, read_schema, vocabulary
from compliance.kernel.i18n import say

__all__ = [
    "SCHEMAS",
    "Fact",
    "Fault",
    "Match",
    "Validator",
    "Vocabulary",
    "explain",
    "validator",
    "vocabulary",
]

SCHEMAS = ("submission", "school", "county", "pack", "results")


@dataclass(frozen=True, slots=True)
class Fault:
    """What breaks a schema: JSON pointer, what is wrong, what was expected."""

    at: str
    message: str
    expected: str


class Validator:
    """One bundled schema: a fast yes or no, and reasons for the no."""

    def __init__(self, name: str) -> None:
        documents = {str(one["$id"]): one for one in map(read_schema, SCHEMAS)}
        schema = read_schema(name)
        rust = jsonschema_rs.Registry(list(documents.items()))
        self._screen = jsonschema_rs.Draft202012Validator(schema, registry=rust, offline=True)
        python: Registry[Any] = Registry().with_resources(
            (uri, Resource.from_contents(one)) for uri, one in documents.items()
        )
        self._slow = Draft202012Validator(schema, registry=python)

    def accepts(self, document: object) -> bool:
        """Whether the document keeps the schema. Never raises on what JSON can hold."""
        if not _finite(document):
            return False
        try:
            return bool(self._screen.is_valid(document))
        except (ValueError, TypeError, OverflowError, RecursionError):
            return False

    def faults(self, document: object) -> Iterator[Fault]:
        """Every fault of a document, in the order of its places; none where it is accepted."""
        if self.accepts(document):
            return
        errors = sorted(self._slow.iter_errors(document), key=lambda e: list(map(str, e.path)))
        yield from dict.fromkeys(map(_fault, errors))
        if not errors:
            yield Fault(
                "",
                say("含有不是JSON的值", "the document holds values that JSON cannot"),
                say("有限的数与有效的文字", "finite numbers and valid text"),
            )


@cache
def validator(name: str) -> Validator:
    """The validator of a bundled schema: submission, school, county, pack or results."""
    return Validator(name)


def explain(error: ValidationError) -> tuple[str, str]:
    """What is wrong and what was expected, in the current language.

    A fact is called by its heading; the validator's own wording is never shown.
    """
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    fact = _fact(error, schema)
    title = fact.label if fact else str(schema.get("title", "") or _last(error))
    if error.validator == "required":
        wanted: Iterable[str] = error.validator_value  # type: ignore[assignment]
        instance: Mapping[str, object] = error.instance  # type: ignore[assignment]
        missing = [name for name in wanted if name not in instance]
        names = "、".join(_described(schema, name) for name in missing)
        return say("缺少{m}", "missing: {m}", m=", ".join(missing)), names
    message = _MESSAGES.get(str(error.validator), _other)(title, error)
    return message, fact.expected() if fact else _limit(error)


def _fault(error: ValidationError) -> Fault:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in error.absolute_path)
    message, expected = explain(error)
    return Fault("".join(f"/{step}" for step in steps), message, expected)


def _fact(error: ValidationError, schema: Mapping[str, Any]) -> Fact | None:
    if "title" not in schema or "properties" in schema or not ({"type", "x-form"} & set(schema)):
        return None
    try:
        return fact_of(_last(error), "", schema)
    except (KeyError, TypeError, StopIteration):
        return None


def _last(error: ValidationError) -> str:
    return str(error.absolute_path[-1]) if error.absolute_path else ""


def _described(schema: Mapping[str, Any], name: str) -> str:
    properties = schema.get("properties", {})
    node = properties.get(name, {}) if isinstance(properties, Mapping) else {}
    return str(node.get("title", name))


def _show(value: object) -> str:
    text = repr(value) if not isinstance(value, int) or value.bit_length() < 200 else "…"
    return text if len(text) <= 60 else text[:60] + "…"


def _wrong_type(title: str, error: ValidationError) -> str:
    return say(
        "{t}：{v}的类型不对", "{t}: {v} has the wrong type", t=title, v=_show(error.instance)
    )


def _out_of_bounds(title: str, error: ValidationError) -> str:
    return say("{t}：{v}超出范围", "{t}: {v} is out of bounds", t=title, v=_show(error.instance))


def _unknown_word(title: str, error: ValidationError) -> str:
    return say("{t}：不认识{v}", "{t}: {v} is not known", t=title, v=_show(error.instance))


def _wrong_form(title: str, error: ValidationError) -> str:
    return say("{t}：{v}格式不对", "{t}: {v} has the wrong form", t=title, v=_show(error.instance))


def _wrong_length(title: str, error: ValidationError) -> str:
    return say("{t}：长度或项数不对", "{t}: wrong length or number of items", t=title)


def _unknown_key(title: str, error: ValidationError) -> str:
    known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    instance: Mapping[str, object] = error.instance  # type: ignore[assignment]
    extra = [key for key in instance if key not in known]
    return say("不认识的键：{k}", "unknown keys: {k}", k=_show(", ".join(map(str, extra))))


def _other(title: str, error: ValidationError) -> str:
    return say("{t}：{v}不合要求", "{t}: {v} is not acceptable", t=title, v=_show(error.instance))


_MESSAGES = {
    "type": _wrong_type,
    "minimum": _out_of_bounds,
    "maximum": _out_of_bounds,
    "enum": _unknown_word,
    "const": _unknown_word,
    "pattern": _wrong_form,
    "not": _wrong_form,
    "minLength": _wrong_length,
    "maxLength": _wrong_length,
    "minItems": _wrong_length,
    "maxItems": _wrong_length,
    "additionalProperties": _unknown_key,
    "unevaluatedProperties": _unknown_key,
}


def _limit(error: ValidationError) -> str:
    return f"{error.validator}: {_show(error.validator_value)}"


def _finite(document: object) -> bool:
    """Whether no NaN or infinity is in the document: the validators differ about them."""
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, float) and not math.isfinite(value):
            return False
        if isinstance(value, Mapping):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return True
