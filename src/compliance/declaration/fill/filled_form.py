"""A filled form: what the renderers print and a county's own form is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compliance.declaration.fill.amounts import Amount, shown
from compliance.kernel.i18n import pick


@dataclass(frozen=True, slots=True)
class Filled:
    """A blank filled in, or left: what is printed, and the figure behind it.

    words: folded words that a county may write for it, each with the figure it stands for.
    """

    amount: Amount
    decimals: int
    blank: str
    words: Mapping[str, str] = field(default_factory=dict, compare=False, hash=False)

    @property
    def text(self) -> str:
        """As printed; the form's sign for a blank where there is nothing."""
        return shown(self.amount, self.decimals) or ("" if self.amount.emptied else self.blank)


Part = str | Filled


@dataclass(frozen=True, slots=True)
class Cell:
    """Words and filled blanks. shaded: not met.

    role: label, number (of a school in its stage), value, sentence, remark, mark or name.
    """

    parts: tuple[Part, ...]
    role: str
    shaded: bool = False

    @property
    def text(self) -> str:
        """As printed."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def filled(self) -> tuple[Filled, ...]:
        """The blanks alone."""
        return tuple(part for part in self.parts if isinstance(part, Filled))


@dataclass(frozen=True, slots=True)
class Head:
    """A column: heading, the group's above, the code below, millimetres."""

    heading: str
    group: str
    code: str
    width: float

    @property
    def name(self) -> str:
        """How a message calls the column."""
        words = self.heading if self.group in ("", self.heading) else f"{self.group} {self.heading}"
        return pick("{}（{}）", "{} ({})").format(words, self.code) if self.code else words


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its cells from the left. band: a heading across instead, with a single cell.

    key: what it is known by: its labels, or stage and school, or ordinal and title. name: how a message calls it.
    """

    cells: tuple[Cell, ...]
    key: tuple[str, ...]
    name: str
    band: bool = False


@dataclass(frozen=True, slots=True)
class FilledTable:
    """A table with its lines and the notes below it; `labels` columns name the lines.

    name: how a message calls it, its title or that of the table it goes on from. remark: what the
    remark of a unit begins with for what is met, near, short and open.
    """

    key: str
    kind: str
    sheet: str
    title: str
    name: str
    below: bool
    labels: int
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    notes: tuple[Cell, ...]
    remark: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a cell is blank: which table and cell, what is missing, at which schools.

    place: the sheet and the column or line, however many schools have it blank.
    """

    table: str
    cell: str
    what: str
    schools: tuple[str, ...]
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """A fact that is missing: where on the form it is waited for, and at which schools it is."""

    what: str
    places: tuple[str, ...]
    schools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A figure the form uses that a warning is about. sheets: whose cells rest on it.

    subject: the school (or the county) and the fact. place: file, sheet and cell.
    """

    sheets: tuple[str, ...]
    subject: str
    message: str
    place: str


@dataclass(frozen=True, slots=True)
class Misread:
    """A figure that reads as the other verdict when rounded as prescribed."""

    table: str
    cell: str
    shown: str
    exact: str
    met: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """One county's form. about: by what it was judged, a sentence each."""

    county_code: str
    county_name: str
    year: int
    title: str
    lead: tuple[Cell, ...]
    tables: tuple[FilledTable, ...]
    missing: tuple[Missing, ...]
    misread: tuple[Misread, ...]
    about: tuple[str, ...]
    suspect: tuple[Suspect, ...] = ()

    @property
    def gaps(self) -> list[Gap]:
        """What is missing, fact by fact."""
        found: dict[str, list[Missing]] = {}
        for one in self.missing:
            found.setdefault(one.what, []).append(one)
        return [
            Gap(
                what,
                tuple(dict.fromkeys(one.place for one in group)),
                tuple(dict.fromkeys(name for one in group for name in one.schools)),
            )
            for what, group in found.items()
        ]


def sheets(tables: Sequence[FilledTable]) -> list[list[FilledTable]]:
    """Tables that share a sheet together, in order."""
    found: list[list[FilledTable]] = []
    for table in tables:
        if table.below and found:
            found[-1].append(table)
        else:
            found.append([table])
    return found
