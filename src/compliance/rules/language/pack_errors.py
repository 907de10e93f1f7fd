"""What is wrong with a pack, in a sentence with a suggestion, from the validator's complaint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from compliance.kernel.errors import suggestion
from compliance.kernel.i18n import msg, say

Schema = Mapping[str, Any]


Complaint = tuple[tuple[str, ...], str, str]  # the address of what is wrong, what is, its code


def sentences(error: Any, root: Schema) -> Iterator[Complaint]:  # noqa: ANN401 - has no public type
    """One complaint of jsonschema about a document of schema `root`, told to whoever wrote the pack.

    Of several unknown keys, a sentence each.
    """
    error = _inmost(error)
    address = tuple(str(part) for part in error.absolute_path)
    place = ".".join(address)
    head = f"{place}: " if place else ""
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        known = sorted(_keys(error.schema, root))
        # what is wrong within counts as unevaluated, and is told by itself
        for name in (name for name in _named(error) if name not in known):
            told = say("不认识 {names}", names=name) + _perhaps(name, known)
            yield (*address, name), head + told, "schema"
    else:
        yield address, head + _told(error), _code(error)


def _code(error: Any) -> str:  # noqa: ANN401
    """A source or a basis that is not there, a basis that is none; all else is a matter of form."""
    path = [str(part) for part in error.absolute_path]
    lacks = error.validator_value if error.validator == "required" else ()
    named = [name for name in ("source", "basis") if name in lacks and name not in error.instance]
    if path[-1:] in (["basis"], ["date_basis"]):
        named.append("basis")
    return next(iter(named), "schema")


def _inmost(error: Any) -> Any:  # noqa: ANN401
    """Of several forms that none fits, the complaint of the one that fits best."""
    if not error.context:
        return error
    inner = map(_inmost, error.context)
    return max(inner, key=lambda one: (len(one.absolute_path), -_weight(one)))


def _weight(error: Any) -> int:  # noqa: ANN401
    return {"required": 2, "type": 1}.get(str(error.validator), 0)


def _named(error: Any) -> list[str]:  # noqa: ANN401
    """The keys that a complaint about unknown ones names."""
    if error.validator == "additionalProperties":
        return [name for name in error.instance if name not in error.schema.get("properties", {})]
    return re.findall(r"'((?:[^'\\]|\\.)*)'", str(error.message))


def _told(error: Any) -> str:  # noqa: ANN401
    wanted, found = error.validator_value, error.instance
    match error.validator:
        case "required":
            missing = [name for name in wanted if name not in found]
            told = say("缺少 {names}；请补上", names=_listed(missing))
        case "enum":
            told = say(
                "“{found}”不在可用的词之内：{known}", found=_short(found), known=_listed(wanted)
            ) + _perhaps(str(found), [str(one) for one in wanted])
        case "type" | "oneOf" if error.validator == "type" or not isinstance(found, Mapping):
            kind = _kinds(wanted if error.validator == "type" else "object")
            told = say("“{found}”应为{kind}", found=_short(found), kind=kind)
        case "pattern":
            told = say("“{found}”的写法不对，应合于 {pattern}", found=_short(found), pattern=wanted)
        case "const":
            told = say("只能写 {wanted}", wanted=_short(wanted))
        case "minProperties" | "minItems" | "minLength":
            told = msg("不能为空")
        case "exclusiveMinimum":
            told = say("“{found}”应大于{bound}", found=_short(found), bound=wanted)
        case "minimum" | "maximum" | "maxLength" | "maxItems":
            told = say("“{found}”超出范围（{bound}）", found=_short(found), bound=wanted)
        case "oneOf":  # of several forms more than one fits
            named = [name for form in wanted for name in form.get("required", ()) if name in found]
            told = say("{names} 只能写一个", names=_listed(dict.fromkeys(named)))
        case _:
            told = str(error.message)[:200]
    return told


def _keys(schema: object, root: Schema) -> Iterable[str]:
    """Every key that a schema, its branches and what it refers to speak of."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for part in ("allOf", "then"):
            yield from _keys(schema.get(part), root)
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        yield from _keys(root["$defs"].get(name), root)
    elif isinstance(schema, Sequence) and not isinstance(schema, str):
        for one in schema:
            yield from _keys(one, root)


def _perhaps(word: str, known: Iterable[str]) -> str:
    near = suggestion(word, known)
    return msg("；") + near if near else ""


def _listed(names: Iterable[object]) -> str:
    return msg("、").join(str(name) for name in names)


def _short(value: object) -> str:
    return str(value)[:60]


def _kinds(wanted: object) -> str:
    words = {
        "object": msg("表"), "array": msg("列表"), "string": msg("文字"),
        "number": msg("数"), "integer": msg("整数"),
        "boolean": "true/false",
    }  # fmt: skip
    kinds = wanted if isinstance(wanted, list) else [wanted]
    return msg("或").join(words.get(str(kind), str(kind)) for kind in kinds)
