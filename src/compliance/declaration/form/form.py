"""A form as declared: its tables, columns, rows, sentences and the figures it counts itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from compliance.declaration.form.placeholders import Reference, Sentence
from compliance.kernel.i18n import pick


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str = ""

    def __str__(self) -> str:
        return pick(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: a heading below the group's, and the code printed below both.

    value: what a table of units shows in it; of: what stands for ``{of}`` in the rows of a grid.
    width: millimetres on paper.
    """

    heading: Words
    group: Words
    code: str
    width: float
    decimals: int
    value: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a grid (labels, and a reference a column) or of clauses (a rule and its sentence).

    values: None where a cell is not asked for.
    """

    label: tuple[Words, ...] = ()
    values: tuple[Reference | None, ...] = ()
    decimals: int | None = None
    rule: str = ""
    ordinal: str = ""
    sentence: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What the remark of a unit says; ``{names}`` is where the codes go.

    met, near (reaches the floor), short (below it), open (cannot be told).
    """

    met: Words
    near: Words
    short: Words
    open: Words


@dataclass(frozen=True, slots=True)
class Table:
    """One table. kind: grid, units or clauses. below: it goes on the sheet of the table before.

    rule: in a table of units the rule whose units are listed. marks: what stands for met and unmet.
    """

    key: str
    kind: str
    sheet: Words
    title: Words
    below: bool
    labels: tuple[Column, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Sentence, ...]
    met: Words
    unmet: Words
    rule: str = ""
    bands: Mapping[str, Words] = field(default_factory=dict)
    remark: Remark | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure the form counts or works out itself; see `compliance.declaration.fill.evaluate`."""

    name: str
    kind: str
    settings: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Form:
    """A declaration form for the rule set `ruleset` and whatever extends it.

    blank: what stands where nothing can be written. numerals: how whole numbers from 0 are written
    where a figure asks for it.
    """

    path: Path
    text: str
    ruleset: str
    title: Words
    lead: tuple[Sentence, ...]
    blank: str
    numerals: tuple[str, ...]
    figures: Mapping[str, Figure]
    tables: tuple[Table, ...]

    def line(self, *words: str) -> int:
        """The line on which the first of `words` that the file has stands; 1 where it has none."""
        places = [place for one in words if (place := self.text.find(one)) >= 0]
        return self.text.count("\n", 0, places[0]) + 1 if places else 1
