"""Tables as TOML: a heading for every table of a section, everything in it on a line of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal


def toml_text(tables: Mapping[str, object]) -> str:
    """The text of a file that holds these tables."""
    lines = list[str]()
    for name, table in tables.items():
        inner = table if isinstance(table, Mapping) else {}
        own = {} if all(isinstance(one, Mapping) for one in inner.values()) else inner
        if not inner:
            lines.insert(0, f"{_key(name)} = {_value(table)}")
            continue
        if own:
            lines += [f"[{_key(name)}]", *_lines(own)]
            continue
        for key, one in inner.items():
            lines.append(f"[{_key(name)}.{_key(key)}]")
            lines += _lines(one if isinstance(one, Mapping) else {})
    return "\n".join(lines) + "\n"


def _lines(table: Mapping[str, object]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items()]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_lines(value)) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
