"""The facts that a plugin adds: each definition by itself, so that one fault hides no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from compliance.authoring.check.diagnostics import Diagnosis
from compliance.facts.vocabulary import fragment_files, joined
from compliance.kernel.errors import JunhengError, PluginError, reason
from compliance.kernel.i18n import msg, say

Texts = Mapping[Path, str]
_NUMBERS = ("integer", "number")
_ANY = 10**15
_OF_ALL = re.compile(r"^x-")  # what a record says of many facts at once


def sound_fragments(homes: Iterable[Path], others: Texts, diagnosis: Diagnosis) -> dict[Path, str]:
    """The fragments of a plugin's folders as far as they are right; what is not is told.

    others: those of what else is installed. A fact that is wrong is there all the same, so that the
    rules on it are not to blame.
    """
    found: dict[Path, str] = {}
    for path in fragment_files([home / "schemas" for home in homes if (home / "schemas").is_dir()]):
        record = _record(path, diagnosis)
        if record is None:
            continue
        text = json.dumps(_sound(path, record, {**others, **found}, diagnosis), ensure_ascii=False)
        try:
            joined({**others, **found, path: text})
        except PluginError as error:
            diagnosis.tell(_at(error, path, path.read_text("utf-8-sig")))
        else:
            found[path] = text
    return found


def _record(path: Path, diagnosis: Diagnosis) -> dict[str, Any] | None:
    """The schema as JSON has it; None where it is none."""
    try:
        record = json.loads(path.read_text("utf-8-sig"))
    except json.JSONDecodeError as error:
        what = say("不是有效的JSON：{why}", why=error.msg)
        diagnosis.add("fact", what, path, error.lineno, msg("请按提示的行列修改"))
    except (OSError, ValueError, RecursionError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        diagnosis.add("fact", say("不能读：{why}", why=why), path, 0, msg("请用UTF-8编码的JSON"))
    else:
        if isinstance(record, dict) and isinstance(record.get("properties"), dict):
            return record
        diagnosis.add("fact", msg("没有properties"), path, 1, msg("请写 properties"))
    return None


def _sound(
    path: Path, record: dict[str, Any], known: Texts, diagnosis: Diagnosis
) -> dict[str, Any]:
    """The record with a number, any, for every fact whose definition is wrong: no limit on it is to blame."""
    text = path.read_text("utf-8-sig")
    bare = {key: value for key, value in record.items() if not _OF_ALL.match(key)}
    properties, wrong = dict(record["properties"]), False
    for name, node in record["properties"].items():
        if isinstance(node, dict) and "x-table" in node:
            continue
        alone = node
        if isinstance(node, dict):  # what it says of others is looked at with them
            alone = {key: value for key, value in node.items() if key != "x-not-involved"}
        one = json.dumps({**bare, "properties": {name: alone}}, ensure_ascii=False)
        try:
            joined({**known, path: one})
        except PluginError as error:
            diagnosis.tell(_at(error, path, text, name))
            properties[name] = {
                "title": name,
                "x-unit": node.get("x-unit", "") if isinstance(node, dict) else "",
                "type": "number",
                "minimum": -_ANY,
                "maximum": _ANY,
            }
            wrong = True
        if isinstance(node, dict):
            for key, what in _lacking(name, node):
                diagnosis.add("fact_words", what, path, _line(text, name, key), msg("请补上"))
    if wrong:  # its checks may speak of what is wrong
        return {**bare, "properties": properties}
    return record


def _lacking(name: str, node: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What people need of a fact beside its definition: the key, and what is wrong."""
    for key in ("x-title-en", "description"):
        if not str(node.get(key, "")).strip():
            yield key, say("数据项 {fact} 没有 {key}", fact=name, key=key)
    types = node.get("type", ())
    kinds = [types] if isinstance(types, str) else list(types) if isinstance(types, list) else []
    if not set(kinds) & set(_NUMBERS) or "x-words" in node or node.get("x-form") == "year":
        return
    unit = str(node.get("x-unit", ""))
    if not unit:
        yield "x-unit", say("数据项 {fact} 没有 {key}", fact=name, key="x-unit")


def _at(error: JunhengError, path: Path, text: str, name: str = "") -> PluginError:
    """The fault at the line of the definition, or of the word it quotes."""
    words = re.findall(r"“(.+?)”", error.what)
    words += [] if name else re.findall(r"[a-z][a-z0-9_-]+", error.what)[::-1]
    start = max(text.find(f'"{name}"'), 0) if name else 0
    places = (text.find(f'"{word}"', start) for word in words)
    found = next((place for place in places if place >= 0), -1)
    line = _line(text, name) if found < 0 else text.count("\n", 0, found) + 1
    return PluginError(error.what, f"{path}:{line}", error.todo, error.code)


def _line(text: str, name: str, key: str = "") -> int:
    """The line on which a property, or a key of it, is defined."""
    found = re.search(rf'"{re.escape(name)}"\s*:\s*(?=\{{)', text)
    start = found.start() if found is not None else max(text.find(f'"{name}"'), 0)
    if found is not None and key:
        _, end = json.JSONDecoder().raw_decode(text, found.end())
        inner = text.find(f'"{key}"', start, end)
        start = inner if inner >= 0 else start
    return text.count("\n", 0, start) + 1
