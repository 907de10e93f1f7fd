"""How registers of persons, rooms and things become school facts, as packs declare it; nothing is counted here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from compliance.facts.fact import Fact
from compliance.rules.language import conditions
from compliance.rules.language.conditions import Where
from compliance.rules.language.model import Condition

COUNTED = ("count", "sum", "list", "distinct")  # what a definition may make of the rows it takes
STAGE = "stage"  # the column that says of which stage's facts a row is


class RegisterUse(NamedTuple):
    """How the rows of a register are taken one by one.

    key: rows that agree in these columns are the same person or thing. home: conditions, the first that
    any of such rows meets says which of them counts. begin, end: columns of the first and last day
    on which a row holds, empty where rows have no days. without: column that a register does not have →
    what stands for it in every row: a value, or ``{"column": name}``. stated_at: file and line.
    """

    name: str
    key: tuple[str, ...]
    without: Mapping[str, Any]
    home: tuple[Condition, ...] = ()
    begin: str = ""
    end: str = ""
    source: str = ""
    note: str = ""
    note_en: str = ""
    stated_at: str = ""

    @property
    def columns(self) -> Iterator[str]:
        """Every column that it names."""
        yield from self.key
        yield from (name for one in self.home for name in one)
        yield from filter(None, (self.begin, self.end))
        for name, given in self.without.items():
            yield from (name, given["column"]) if isinstance(given, Mapping) else (name,)


class Definition(NamedTuple):
    """What a fact, or the facts of a stem, are made of.

    how: one of `COUNTED`; column: of which (empty for a count of rows). schools: which schools have
    it. everywhere: a person counts wherever listed. needs: columns that must really be there. none_missing:
    nothing found means that it is missing. pack: the rule set that says so; stated_at: file and line.
    """

    name: str
    register: str
    how: str
    where: Where
    schools: Where
    column: str = ""
    everywhere: bool = False
    needs: tuple[str, ...] = ()
    none_missing: bool = False
    source: str = ""
    note: str = ""
    note_en: str = ""
    pack: str = ""
    stated_at: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at, each once."""
        named = (*conditions.facts(self.where), *filter(None, (self.column,)), *self.needs)
        return tuple(dict.fromkeys(named))

    def facts(self, school: Mapping[str, Fact]) -> list[Fact]:
        """The facts that it makes: the one of its name, or those of the stem, a stage each."""
        own = school.get(self.name)
        return [own] if own else [one for one in school.values() if one.stem == self.name]


class Assembly(NamedTuple):
    """What a rule set says of registers: how each is counted, and the facts made of them, by name."""

    registers: Mapping[str, RegisterUse]
    definitions: Mapping[str, Definition]


def register_use(name: str, table: Mapping[str, Any], stated_at: str) -> RegisterUse:
    """A [register.*] table."""
    lists = {key: tuple(table.get(key, ())) for key in ("key", "home")}
    own = {"without": {}, **table, **lists, "name": name, "stated_at": stated_at}
    return RegisterUse(**own)


def definition(name: str, table: Mapping[str, Any], pack: str, stated_at: str) -> Definition:
    """An [assemble.*] table."""
    how = next(word for word in COUNTED if word in table)
    given = {"where": {}, "schools": {}, **table}
    plain = {key: value for key, value in given.items() if key not in (*COUNTED, "none", "needs")}
    return Definition(
        name=name,
        how=how,
        column="" if how == "count" else table[how],
        needs=tuple(table.get("needs", ())),
        none_missing="none" in table,
        pack=pack,
        stated_at=stated_at,
        **plain,
    )
