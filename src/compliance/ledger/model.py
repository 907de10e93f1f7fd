"""What the ledger is made of: today's items, the lists of before, rows with their states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from compliance.ledger.terms import Term
from compliance.ledger.written_dates import WrittenDate

Value = str | int | float | date | None

# How an item stands by today's figures: to be put right; missed, but whether it counts awaits data;
# missed and only advised; met; its figure is missing; nothing that is asked (any more).
SHORT, OPEN, ADVISED, MET, WAITING, OUTSIDE = (
    "short", "open", "advised", "met", "waiting", "outside",
)  # fmt: skip

# The states of a row.
NEW, GOING, AWAITING, CURED, CLOSED, VOID, CHANGED = (
    "new", "going", "awaiting", "cured", "closed", "void", "changed",
)  # fmt: skip
OWN_ROW = "own"  # of a row that people added: it has no figures
STATES = (NEW, GOING, CHANGED, AWAITING, CURED, CLOSED, VOID)
UNFINISHED = (NEW, GOING, CHANGED, AWAITING)


@dataclass(frozen=True, slots=True)
class Item:
    """An item as today's figures have it.

    cells: what the columns of figures and proposals hold, by key; of a key that is absent what was
    written before stays. figure: the value without its unit, ``0.35``. limit: what it was held
    against. yearly: it rests on figures of a calendar year. term: until when it is to be done, from the
    day of the figures that first missed it. note: what a reader must know of it.
    """

    id: str
    standing: str
    cells: Mapping[str, Value] = field(default_factory=dict)
    figure: str = ""
    limit: str = ""
    yearly: bool = False
    term: Term | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a list knows of an item beyond what it shows; all texts, days as ``2026-06-30``.

    state: as written. at: the figures' day then. since: that of the figures which first missed it.
    start: the figure then, or when it fell back; figure: the last. limit, ruleset: what it was held
    against. cured, relapsed, changed: the figures' days when it was met, fell back, was held against
    something else than `old_limit`. before, before_figure: state and figure by the figures of an earlier day.
    heirs: it was handed on to them.
    """

    state: str = ""
    at: str = ""
    since: str = ""
    start: str = ""
    figure: str = ""
    limit: str = ""
    ruleset: str = ""
    cured: str = ""
    relapsed: str = ""
    changed: str = ""
    old_limit: str = ""
    before: str = ""
    before_figure: str = ""
    heirs: str = ""


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A row as we wrote it. people: the columns whose values were people's own."""

    cells: Mapping[str, Value]
    people: frozenset[str]
    memory: Memory


@dataclass(frozen=True, slots=True)
class Look:
    """How people made a cell look: colours as RRGGBB, empty where plain; number: Excel's format."""

    fill: str = ""
    colour: str = ""
    bold: bool = False
    number: str = ""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as it stands in an edited list. id: empty where none is written.

    months: the columns whose date is shown to the month.
    """

    id: str
    cells: Mapping[str, Value]
    months: frozenset[str] = frozenset()
    comments: Mapping[str, str] = field(default_factory=dict)
    looks: Mapping[str, Look] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A column that people added. width: in characters, 0 where nobody set it."""

    key: str
    heading: str
    width: float = 0
    look: Look = Look()


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """A sheet that people added, or one of ours that they wrote into.

    cells: (row, column) from 1 → value and look. merged: (top, left, bottom, right).
    """

    name: str
    cells: Mapping[tuple[int, int], tuple[Value, Look]]
    widths: Mapping[int, float] = field(default_factory=dict)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a row when lists were read, to be told on 变化.

    kind: ``conflict``, ``returned``, ``unknown``, ``adopted``, ``overwritten``, ``unread``, ``dropped``,
    ``handed``. column: its key. values: as texts.
    """

    kind: str
    id: str
    column: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Original:
    """What we wrote into a list, as it remembers. county: its code. run: of which content; ancestors: of the runs before.

    merged: digests of the copies that went into it. data: the figures' day; made: when it was
    written; founded: the figures' day of the first list. own: the highest number of an own row.
    """

    county: str = ""
    run: str = ""
    ancestors: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    data: str = ""
    made: str = ""
    founded: str = ""
    own: int = 0
    rows: Mapping[str, WrittenRow] = field(default_factory=dict)
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class EditedList:
    """A list that was read. digest: of the file. remarks: what people wrote above the table."""

    name: str
    digest: str
    original: Original
    rows: tuple[ReadRow, ...]
    columns: tuple[OwnColumn, ...] = ()
    remarks: tuple[str, ...] = ()
    sheets: tuple[OwnSheet, ...] = ()
    settings: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger. own: people added it, nothing of it comes from figures.

    cells: by key, people's own columns too; people: those whose values are people's. deadline,
    closed: as far as they can be told. late: how many days it is overdue; ahead: how many days are
    left, None where that cannot be told. claimed: written off as done although the figures miss it.
    clashing: columns in which two different entries stand.
    """

    id: str
    state: str
    own: bool
    cells: Mapping[str, Value]
    people: frozenset[str]
    memory: Memory
    deadline: WrittenDate | None = None
    closed: WrittenDate | None = None
    late: int = 0
    ahead: int | None = None
    claimed: bool = False
    relapsed: bool = False
    returned: bool = False
    clashing: frozenset[str] = frozenset()
    comments: Mapping[str, str] = field(default_factory=dict)
    looks: Mapping[str, Look] = field(default_factory=dict)

    @property
    def unfinished(self) -> bool:
        """Whether somebody still has to do something about the figures."""
        return self.state in UNFINISHED


@dataclass(frozen=True, slots=True)
class Ledger:
    """The list that people work on. original: what the next run must remember of it.

    books: names of the lists it goes on from; skipped: of those that were merged before. until: the
    figures' day of the last of them, later than today's where these are older, or empty.
    """

    rows: tuple[Row, ...] = ()
    columns: tuple[OwnColumn, ...] = ()
    remarks: tuple[str, ...] = ()
    sheets: tuple[OwnSheet, ...] = ()
    settings: Mapping[str, int] = field(default_factory=dict)
    original: Original = Original()
    books: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    until: str = ""
    carried: int = 0

    def count(self, *states: str) -> int:
        """How many items, own rows aside, are in one of these states."""
        return sum(row.state in states for row in self.rows if not row.own)


def plain(value: object) -> Value:
    """A cell's value as it is compared and kept: trimmed text, whole numbers whole, days as days."""
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else str(value)
    if value is None or isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return int(value) if float(value).is_integer() else value
    text = str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return text or None


def text_of(value: Value) -> str:
    """A value as a text."""
    return "" if value is None else str(value)


def same(one: Value, other: Value) -> bool:
    """Whether two cells say the same, be it once as a number and once as its text."""
    return one == other or text_of(one) == text_of(other)
