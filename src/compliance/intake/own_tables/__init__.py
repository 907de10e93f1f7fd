"""Tables as offices keep them, made ready: what readers give, one table a record, in the vocabulary's words.

In: documents as they were read. Out: documents as `accept` takes them; what is plain already passes
untouched, a nation's tables among it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from compliance.intake.own_tables.terms import NO_TERMS, ReadingTerms

if TYPE_CHECKING:
    from compliance.facts.vocabulary import Vocabulary
    from compliance.intake.formats.raw_table import RawDocument, RawTable


def ready(document: RawDocument, words: Vocabulary, terms: ReadingTerms = NO_TERMS) -> RawDocument:
    """The document with one table of schools and the records of its counties; itself where it has them.

    terms: on which its tables are read, with facts by name.
    """
    from compliance.intake.own_tables.county_identity import as_one_county, with_identity
    from compliance.intake.own_tables.joined_tables import join
    from compliance.intake.own_tables.settle import settle
    from compliance.intake.own_tables.understood import understood

    document = as_one_county(understood(document, words, terms))
    tables, problems = list["RawTable"](), list(document.problems)
    schools = [table for table in document.tables if table.name == "schools"]
    for table in document.tables:
        if len(schools) > 1 and table is schools[0]:
            if (whole := join(schools, words, problems)) is not None:
                tables.append(whole)
        elif len(schools) == 1 or table.name != "schools":
            settled, said = (table, []) if table.strict else settle(table, table.uses, words)
            tables.append(settled)
            problems += said
    document = with_identity(replace(document, tables=tables, problems=problems), words)
    lacking = [problem for table, problem in document.lacks.items() if table != "counties"]
    return replace(document, problems=[*document.problems, *lacking])


def of_one_county(documents: Sequence[RawDocument], name: str) -> RawDocument:
    """Files that hold the tables of one county, as one document still to be made ready."""
    whole = type(documents[0])(name, given=name)
    for one in documents:
        whole.tables += one.tables
        whole.problems += one.problems
        whole.inputs += one.inputs
    tables = {table.name for table in whole.tables}
    lacks = {key: problem for one in documents for key, problem in one.lacks.items()}
    whole.lacks = {key: problem for key, problem in lacks.items() if key not in tables}
    return whole
