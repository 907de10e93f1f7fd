"""A filled form: what the renderers print and a county's own form is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from compliance.assessment import figures
from compliance.declaration.form import TYPED
from compliance.engine.exact_arithmetic import rounded
from compliance.kernel.i18n import msg, say
from compliance.kernel.number_format import plain

NONE = "—"


@dataclass(frozen=True, slots=True)
class MissingFigure:
    """Why a cell stays blank: a fact that is missing, and at which school (empty: the county's).

    fact: by the name of the contract; where no fact is missing, `why` says what is.
    """

    fact: str
    school_code: str = ""
    school_name: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a cell holds: a figure (unrounded), or words, or nothing with what is missing for it.

    met: whether the judgement attached to the figure is met. bar: the operator and limit it was
    held against.
    """

    number: Fraction | None = None
    text: str = ""
    missing: tuple[MissingFigure, ...] = ()
    met: bool | None = None
    bar: tuple[str, float] | None = None

    @property
    def known(self) -> bool:
        """Whether it is settled what to write; a verdict may be shown by an empty cell."""
        return self.number is not None or bool(self.text) or self.emptied

    @property
    def emptied(self) -> bool:
        """Whether the form leaves the cell empty for this verdict."""
        settled = self.met is not None and not self.missing
        return settled and self.number is None and not self.text

    def unrounded(self, decimals: int) -> str:
        """The figure itself where the shown one reads as the other verdict; empty where it does not.

        0.5004 over a limit of 0.50 is shown as 0.500 and unmet: somebody would ask.
        """
        if self.number is None or self.met is None or self.bar is None or decimals == TYPED:
            return ""
        shown = f"{printed(self.number, decimals):f}"
        value = float(f"{float(self.number):.15g}")  # as findings have it
        return figures.unrounded(value, shown, *self.bar, "pass" if self.met else "fail")


def blank(missing: Iterable[MissingFigure]) -> Entry:
    """Nothing can be written, and why; each reason once."""
    return Entry(missing=tuple(dict.fromkeys(missing)))


def printed(number: Fraction, decimals: int) -> Decimal:
    """The figure as a form prints it: rounded half up, or TYPED: as it was typed."""
    if decimals == TYPED:
        return Decimal(plain(Decimal(repr(float(number)))))
    return rounded(number, decimals)


@dataclass(frozen=True, slots=True)
class FilledBlank:
    """A blank filled in, or left: what is printed, and the figure behind it.

    sign: of a blank. words: folded words that a county may write for it, each with the figure it
    stands for.
    """

    entry: Entry
    decimals: int
    sign: str
    words: Mapping[str, str] = field(default_factory=dict, compare=False, hash=False)

    @property
    def text(self) -> str:
        """As printed; the form's sign for a blank where there is nothing."""
        if self.entry.number is not None:
            return f"{printed(self.entry.number, self.decimals):f}"
        return self.entry.text or ("" if self.entry.emptied else self.sign)


@dataclass(frozen=True, slots=True)
class FilledCell:
    """Words and filled blanks. shaded: not met.

    role: label, number (of a school in its stage), value, sentence, remark, mark or name. also:
    other wordings of a sentence, with the same blanks.
    """

    parts: tuple[str | FilledBlank, ...]
    role: str
    shaded: bool = False
    also: tuple[FilledCell, ...] = ()

    @property
    def text(self) -> str:
        """As printed."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def blanks(self) -> tuple[FilledBlank, ...]:
        """The blanks alone."""
        return tuple(part for part in self.parts if isinstance(part, FilledBlank))


@dataclass(frozen=True, slots=True)
class TableHeading:
    """A column: its text, the group's above, the code below, millimetres."""

    text: str
    group: str
    code: str
    width: float

    @property
    def name(self) -> str:
        """How a message calls the column."""
        words = self.text if self.group in ("", self.text) else f"{self.group} {self.text}"
        if not self.code:
            return words
        return say("{words}（{code}）", words=words, code=self.code)


@dataclass(frozen=True, slots=True)
class FilledLine:
    """A line: its cells from the left. band: a heading across instead, with a single cell.

    key: what it is known by: its labels, or stage and school, or ordinal and title. name: how a message calls it.
    """

    cells: tuple[FilledCell, ...]
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
    headings: tuple[TableHeading, ...]
    lines: tuple[FilledLine, ...]
    notes: tuple[FilledCell, ...]
    remark: tuple[str, ...] = ()

    def blanks(self) -> Iterator[tuple[str, str, FilledBlank]]:
        """Every place that is filled in: how a message calls its cell, and its item alone.

        The item is that of all schools alike: the column in a table of units, the line in one of clauses.
        """
        for line in (one for one in self.lines if not one.band):
            for heading, cell in zip(self.headings, line.cells, strict=True):
                where = " ".join(filter(None, (line.name, heading.name)))
                item = heading.name
                if self.kind == "clauses":
                    item = line.name
                elif self.kind == "grid" and line.name:
                    item = f"{line.name} {heading.code or heading.name}"
                yield from ((where, item, one) for one in dict.fromkeys(cell.blanks))
        note_name = msg("表注")
        for note in self.notes:
            yield from ((note_name, note_name, one) for one in dict.fromkeys(note.blanks))


@dataclass(frozen=True, slots=True)
class BlankCell:
    """Why a cell is blank: which table and cell, what is missing, at which schools.

    place: the sheet and the column or line, however many schools have it blank.
    """

    table: str
    cell: str
    what: str
    schools: tuple[str, ...]
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class DoubtfulFigure:
    """A figure the form uses that a warning is about. sheets: whose cells rest on it.

    subject: the school (or the county) and the fact. place: file, sheet and cell.
    """

    sheets: tuple[str, ...]
    subject: str
    message: str
    place: str


@dataclass(frozen=True, slots=True)
class MisleadingFigure:
    """A figure that reads as the other verdict when rounded as prescribed."""

    table: str
    cell: str
    shown: str
    exact: str
    met: bool


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One county's form.

    lead: at the head of every page. cover, signature: lines of the cover and below the last table.
    about: by what it was judged, and what is not known of the form, a sentence each.
    """

    county_code: str
    county_name: str
    year: int
    title: str
    lead: tuple[FilledCell, ...]
    cover: tuple[FilledCell, ...]
    signature: tuple[FilledCell, ...]
    tables: tuple[FilledTable, ...]
    blank_cells: tuple[BlankCell, ...]
    misleading: tuple[MisleadingFigure, ...]
    doubtful: tuple[DoubtfulFigure, ...]
    about: tuple[str, ...]

    @property
    def missing(self) -> dict[str, list[BlankCell]]:
        """What is missing → the cells that wait for it."""
        found: dict[str, list[BlankCell]] = {}
        for one in self.blank_cells:
            found.setdefault(one.what, []).append(one)
        return found


def sheets(tables: Sequence[FilledTable]) -> list[list[FilledTable]]:
    """Tables that share a sheet together, in order."""
    found: list[list[FilledTable]] = []
    for table in tables:
        if table.below and found:
            found[-1].append(table)
        else:
            found.append([table])
    return found
