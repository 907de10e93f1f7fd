"""What a pack says in Chinese and not in English, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from compliance.kernel.errors import PackError
from compliance.kernel.i18n import msg, say
from compliance.rules.language.pack import Pack

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_USUAL = (
    "title", "text", "remedy", "owner", "aspect", "name", "incident", "joint", "statements", "unit",
    "measure", "gap_unit", "item_unit",
)  # fmt: skip
# section → the fields of it that have an English twin
_TWINS = {
    "pack": ("title", "short", "subject"),
    "clause": ("part", "item", "note"),
    "switch": ("title", "duty", "note"),
    "exclusion": ("title",),
    **dict.fromkeys(("indicator", "rule", "override"), _USUAL),
}


def without_english(pack: Pack) -> Iterator[PackError]:
    """Every field of a pack that has no English twin, at its line."""
    for section, fields in _TWINS.items():
        table = pack.tables.get(section, {})
        if isinstance(table, Mapping):
            yield from _within(pack, table, fields, section)


def _within(
    pack: Pack, table: Mapping[str, Any], fields: tuple[str, ...], *address: str
) -> Iterator[PackError]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _within(pack, value, fields, *address, name)
        elif isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
            for place, one in enumerate(value):
                yield from _within(pack, one, fields, *address, name, str(place))
        elif name in fields and _CHINESE.search(str(value)) and not table.get(f"{name}_en"):
            what = say(
                "{address} 没有英文（{field}）",
                address=".".join((*address, name)),
                field=f"{name}_en",
            )
            yield pack.error(what, *address, name, todo=msg("请补上"), code="english")
