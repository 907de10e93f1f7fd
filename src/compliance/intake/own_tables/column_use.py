"""What each column of a table is used for: by its headings, its neighbours, and what people confirmed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from compliance.facts.fact import Fact
from compliance.facts.heading_meaning import Meaning, meaning_of, own_stage, read_path, stage_of
from compliance.facts.units import factor
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.raw_table import TABLE_OF, RawTable
from compliance.intake.own_tables.mapping import BY_TYPE, IGNORE, OPEN, Assigned

_NUMERAL = re.compile("[(（]?[一二三四五六七八九十]{1,3}[)）、.．]")
Decider = Literal["heading", "titles", "type", "mapping"]


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What a column is used for.

    heading: as the table has it. path: its parts from the top. decided: what told its meaning: the
    heading itself, the table's titles, the type of the school in each row, or what people confirmed.
    of: of a control, the headings whose sum it gives. mixed: of a figure whose stage the schools' types
    say, the stage whose it is in a school of several, where people confirmed one; BY_TYPE where they
    confirmed that it is nobody's.
    """

    heading: str
    path: tuple[str, ...]
    meaning: Meaning
    decided: Decider = "heading"
    of: tuple[str, ...] = ()
    mixed: str = ""


def understand(
    raw: RawTable, words: Vocabulary, confirmed: Mapping[str, Assigned] | None = None
) -> dict[str, ColumnUse]:
    """Heading → what its column is used for; every heading of the table is there.

    confirmed: what people say of its columns; that goes before what the headings say.
    """
    uses = {heading: _use(raw, heading, words) for heading in raw.columns}
    for heading, said in (confirmed or {}).items():
        if said.fact != OPEN:
            facts = words.tables[TABLE_OF[raw.name]]
            uses[heading] = _confirmed(uses[heading], facts, said, raw.titles)
    if all(use.meaning.kind in ("fact", "silent", "unknown") for use in uses.values()):
        return _each_once(raw, words, uses)
    return _with_controls(_each_once(raw, words, _with_whole_bands(uses)))


def _use(raw: RawTable, heading: str, words: Vocabulary) -> ColumnUse:
    path, table = raw.paths.get(heading, (heading,)), TABLE_OF[raw.name]
    units = raw.units.get(heading, ())
    if raw.strict or _divides(raw, heading):  # a key is a fact's name or nothing
        match = words.match(table, heading, units)
        known = meaning_of(words, table, path, units=units) if match else None
        return ColumnUse(heading, path, known or Meaning("unknown" if raw.strict else "silent"))
    meaning = meaning_of(words, table, path, units=units, titles=raw.titles)
    decided: Decider = "heading"
    if meaning.kind in ("by_type", "band") and len(meaning.facts) > 1:
        decided = "type"
    elif raw.titles and meaning != meaning_of(words, table, path, units=units):
        decided = "titles"
    return ColumnUse(heading, path, meaning, decided)


def _divides(raw: RawTable, heading: str) -> bool:
    """Whether it is a numbered line that divides the county's figures, and has none itself."""
    return (
        raw.name == "counties"
        and _NUMERAL.match(heading) is not None
        and all(cell is None for cell in raw.columns[heading])
    )


def _confirmed(
    use: ColumnUse, facts: Mapping[str, Fact], said: Assigned, titles: Sequence[str]
) -> ColumnUse:
    """A column as people say; its unit is the one that stands there, else theirs.

    Where they say what the headings say, these have decided it. The figure of a stage that neither
    headings nor titles name is still that of the school's own stage: of several the one that is said.
    """
    own = use.meaning
    if said.fact == IGNORE:
        return replace(use, meaning=Meaning("silent"), decided="mapping")
    if said.fact == BY_TYPE:
        return replace(use, mixed=BY_TYPE)
    fact = facts[said.fact]
    unit = said.unit or said.assumed or own.unit
    scale = factor(unit, fact.unit)
    if scale is None:
        meaning = Meaning("doubtful", (fact,), (own_stage(fact),), why="unit")
        return replace(use, meaning=meaning, decided="mapping")
    if own.useful and fact in own.facts:  # of a stage or a part perhaps
        mixed = own_stage(fact) if len(own.facts) > 1 else ""
        return replace(use, meaning=replace(own, factor=scale, unit=unit), mixed=mixed)
    alike = {own_stage(fact): fact}
    if fact.figure and not (read_path(use.path).stages or stage_of(tuple(titles))):
        alike = {own_stage(one): one for one in facts.values() if one.stem == fact.stem}
    meaning = Meaning(
        "by_type" if len(alike) > 1 else "fact",
        tuple(alike.values()), tuple(alike), factor=scale, unit=unit, year=own.year,
    )  # fmt: skip
    mixed = own_stage(fact) if len(alike) > 1 else ""
    return replace(use, meaning=meaning, decided="mapping", mixed=mixed)


# ── columns beside one another ─────────────────────────────────────────────────────


def _with_whole_bands(uses: Mapping[str, ColumnUse]) -> dict[str, ColumnUse]:
    """Bands of sizes make a list where all of them are there; else a person has to say."""
    there: dict[tuple[str, ...], list[int]] = {}
    for use in uses.values():
        if use.meaning.kind == "band":
            there.setdefault(use.meaning.names, []).append(use.meaning.item)
    broken = {
        use.meaning.names
        for use in uses.values()
        if use.meaning.kind == "band"
        and sorted(there[use.meaning.names]) != list(range(len(use.meaning.facts[0].edges) + 1))
    }
    return {
        heading: replace(use, meaning=replace(use.meaning, kind="doubtful", why="bands"))
        if use.meaning.kind == "band" and use.meaning.names in broken
        else use
        for heading, use in uses.items()
    }


def _each_once(
    raw: RawTable, words: Vocabulary, uses: Mapping[str, ColumnUse]
) -> dict[str, ColumnUse]:
    """One column a figure: a total that is repeated is held against the first.

    Where other words mean the same fact, the column under a heading of the fact's own is it; where none
    has one, or several have, a person has to say. Headings of its own twice are told of by whoever
    matches them.
    """
    alike: dict[tuple[str, ...], list[ColumnUse]] = {}
    for use in uses.values():
        if use.meaning.kind in ("fact", "by_type") and use.decided != "mapping":
            alike.setdefault(use.meaning.names, []).append(use)
    found = dict(uses)
    for same in alike.values():
        own = {
            use.heading: words.match(TABLE_OF[raw.name], use.heading) is not None for use in same
        }
        main = min(same, key=lambda use: (not own[use.heading], use.meaning.total))
        said = read_path(main.path).tokens
        others = [use for use in same if use is not main and not own[use.heading]]
        repeated = [u for u in others if u.meaning.total and read_path(u.path).tokens == said]
        for use in repeated:
            control = replace(use.meaning, kind="control")
            found[use.heading] = replace(use, meaning=control, of=(main.heading,))
        twice = [use for use in others if use not in repeated]
        for use in twice if own[main.heading] or not twice else [main, *twice]:
            found[use.heading] = replace(
                use, meaning=replace(use.meaning, kind="doubtful", why="twice")
            )
    return found


def _with_controls(uses: Mapping[str, ColumnUse]) -> dict[str, ColumnUse]:
    """A figure whose stages all have columns of their own is only their sum."""
    own: dict[str, list[str]] = {}
    for heading, use in uses.items():
        if use.meaning.kind == "fact":
            own.setdefault(use.meaning.facts[0].name, []).append(heading)
    found = dict(uses)
    for heading, use in uses.items():
        meaning = use.meaning
        parts = [
            own.get(fact.name, [])
            for fact, stage in zip(meaning.facts, meaning.stages, strict=True)
            if stage in ("primary", "junior")
        ]
        if meaning.kind == "by_type" and len(parts) > 1 and all(parts):
            of = tuple(
                name
                for names in (own.get(fact.name, ()) for fact in meaning.facts)
                for name in names
            )
            found[heading] = replace(use, meaning=replace(meaning, kind="control"), of=of)
    return found
