"""The tables of a document with what each of their columns is used for, on the terms that people set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import TABLE_OF, RawDocument, RawTable
from compliance.intake.own_tables.blank_is_zero import filled
from compliance.intake.own_tables.column_use import ColumnUse, understand
from compliance.intake.own_tables.mapping import (
    BY_TYPE,
    IGNORE,
    OPEN,
    Assigned,
    contradiction,
    written_unit,
)
from compliance.intake.own_tables.nothing_read import nothing_read
from compliance.intake.own_tables.terms import ReadingTerms
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say


def understood(document: RawDocument, words: Vocabulary, terms: ReadingTerms) -> RawDocument:
    """The document, whose tables know what their columns are; a blank is zero where the terms say so.

    A table whose layout is another than the confirmed one is left out, with the reasons.
    """
    tables, problems, zeros = list[RawTable](), list(document.problems), list(document.zeros)
    for raw in document.tables:
        uses = understand(raw, words)
        if terms.mapping is not None:
            silent = [name for name, use in uses.items() if use.meaning.kind == "silent"]
            agreed = terms.mapping.of(raw, words, silent)
            if agreed is not None and agreed.refused:
                problems += agreed.refused
                continue
            if agreed is not None:
                said = dict(_allowed(raw, uses, agreed.columns, words, problems))
                uses = understand(raw, words, said)
        table = replace(raw, uses=uses)
        problems += nothing_read(table, uses)
        if terms.blank_is_zero:
            facts = {heading: _fact(use) for heading, use in uses.items()}
            table, done, told = filled(table, terms.blank_is_zero, facts.__getitem__)
            zeros += done
            problems += told
        tables.append(table)
    return replace(document, tables=tables, problems=problems, zeros=zeros, as_read=tables)


def _allowed(
    raw: RawTable,
    uses: Mapping[str, ColumnUse],
    said: Mapping[str, Assigned],
    words: Vocabulary,
    problems: list[Problem],
) -> Mapping[str, Assigned]:
    """What people say of columns, without what the headings speak against: that is a problem, and not used."""
    facts = words.tables[TABLE_OF[raw.name]]
    found = dict(said)
    for heading, one in said.items():
        if one.fact in (IGNORE, OPEN):
            continue
        use = uses[heading]
        if one.fact == BY_TYPE:
            why = "" if len(use.meaning.facts) > 1 else msg("它不是各学段分列的数")
            named = msg("按办学类型")
        else:
            unit = written_unit(raw, heading, facts[one.fact]) or one.assumed
            why = contradiction(facts[one.fact], use.meaning, use.path, unit, raw.titles)
            named = facts[one.fact].label
        if why:
            message = say("“{h}”不能作为“{f}”：{why}", h=clip(heading), f=named, why=why)
            expected = say("改列对应关系（{place}）；不用这一列的写“不使用”", place=one.place)
            problems.append(raw.of_heading(heading).error("mapping_contradicts", message, expected))
            found[heading] = Assigned(IGNORE)
    return found


def _fact(use: ColumnUse) -> Fact | None:
    """The fact of a single cell of a column; of an item of a list it is a figure like others."""
    meaning = use.meaning
    if not meaning.useful:
        return None
    fact = meaning.facts[0]
    return replace(fact, form="count") if meaning.kind == "band" else fact
