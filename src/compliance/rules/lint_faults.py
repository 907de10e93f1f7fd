"""Where what is wrong with a rule set goes: every fault at the line of the packs that it stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from compliance.kernel.errors import PackError
from compliance.rules.language.references import Node

Fault = tuple[str, str, str]  # the word that is wrong, what is wrong with it, what to do
_SAID = {  # to people: no names of anything
    "title", "text", "note", "source", "remedy", "owner", "aspect", "unit", "measure", "gap_unit", "name",
}  # fmt: skip


@dataclass(frozen=True)
class Faults:
    """Where faults go, and where in the packs a thing is said.

    place(section, name, *field) → file and line. tables: section → name → table as it stands.
    lost: what is wrong itself, by section and name, so that who names it is not to blame; led: the
    rules that it leads to.
    """

    place: Callable[..., str]
    tables: Mapping[str, Mapping[str, Any]]
    lost: Set[tuple[str, str]]
    led: Set[str]
    found: list[PackError]

    def at(
        self, code: str, what: str, section: str, name: str, *field: str, todo: str = ""
    ) -> None:
        """A fault in a field of something."""
        self.found.append(PackError(what, self.place(section, name, *field), todo, code))

    def where(self, code: str, what: str, node: Node, word: str, todo: str = "") -> None:
        """A fault in what names `word`, at the field that does."""
        table = self.tables[node.section].get(node.name, {})
        self.at(code, what, *node, *(_naming(table, word) or ()), todo=todo)

    def all(self, node: Node, found: Iterable[Fault]) -> None:
        """Faults in what something asks of facts, each at the word that is wrong."""
        for word, what, todo in found:
            self.where("value", what, node, word, todo)


def _naming(value: object, word: str) -> tuple[str, ...] | None:
    """The keys that lead to where a table names a word, as a key or a value."""
    if isinstance(value, Mapping | list):
        inner = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, one in inner:
            if str(key).removesuffix("_en") in _SAID:
                continue
            if word in (one, key):
                return (str(key),)
            found = _naming(one, word)
            if found is not None:
                return (str(key), *found)
    return None
