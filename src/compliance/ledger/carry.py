"""The ledger goes on: today's items, the lists that people edited, and what becomes of each row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product

from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import Succession
from compliance.ledger import states
from compliance.ledger.columns import COLUMNS, FIGURES, OWN, PEOPLES, PROPOSED, headings
from compliance.ledger.days import Days
from compliance.ledger.merge import CopyCell, in_order, settle
from compliance.ledger.model import (
    CLOSED,
    GOING,
    MET,
    NEW,
    OPEN,
    OUTSIDE,
    OWN_ROW,
    SHORT,
    STATES,
    WAITING,
    EditedList,
    Event,
    Item,
    Ledger,
    Look,
    Memory,
    Original,
    OwnColumn,
    OwnSheet,
    ReadRow,
    Row,
    Value,
    WrittenRow,
    plain,
    same,
    text_of,
)
from compliance.ledger.succession import RENAMED, Fate, fate
from compliance.ledger.written_dates import WrittenDate, read_date

_DATES = ("deadline", "closed")
_KEPT_RUNS = 100
# Of a row without an id: what tells which item it is.
_TELLING = ("code", "stage", "indicator")


@dataclass(frozen=True, slots=True)
class _Copy:
    """A row in one copy. written: as we wrote it there, if we did; inherited: it was another id's."""

    book: int
    row: ReadRow
    written: WrittenRow | None
    inherited: bool = False


@dataclass(frozen=True)
class Today:
    """What the figures say. listed: the items to be put right, in the order of the list.

    of: id → the item, whatever became of it; None where the figures know no such thing. county: its
    code; ruleset: the id of the rule set that judged. withheld: why nothing is taken for cured or gone,
    since the figures may lack a row; else empty.
    """

    listed: Sequence[Item]
    of: Callable[[str], Item | None]
    county: str
    ruleset: str
    days: Days
    successions: Sequence[Succession] = ()
    withheld: str = ""


def carry_on(today: Today, books: Sequence[EditedList]) -> Ledger:
    """The ledger by today's figures, with everything that people wrote into `books`."""
    return _Carrying(today, *in_order(books)).ledger()


@dataclass
class _Carrying:
    today: Today
    books: Sequence[EditedList]
    skipped: Sequence[str]
    copies: dict[str, list[_Copy]] = field(default_factory=dict)
    events: dict[Event, None] = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    own: int = 0

    def ledger(self) -> Ledger:
        newest = self.books[-1].original if self.books else Original()
        at = self.today.days.data.isoformat()
        if newest.data == at:
            self.events.update(dict.fromkeys(newest.events))
        self.own = max((book.original.own for book in self.books), default=0)
        self._gather()
        self._follow_successions()
        self._return_deleted()
        listed = {item.id: item for item in self.today.listed}
        rows = [self._row(key, listed.get(key)) for key in dict.fromkeys((*listed, *self.copies))]
        rows = _numbered(sorted(rows, key=lambda row: (row.own, _RANK.get(row.state, 0))))
        ancestors = [*newest.ancestors, *(book.original.run for book in self.books)]
        run = _digest(rows)
        original = Original(
            county=self.today.county,
            run=run,
            ancestors=tuple(one for one in dict.fromkeys(ancestors) if one and one != run)[
                -_KEPT_RUNS:
            ],
            merged=tuple(
                dict.fromkeys(
                    (
                        *(one for book in self.books for one in book.original.merged),
                        *(book.digest for book in self.books if book.digest),
                    )
                )
            ),
            data=at,
            made=self.today.days.today.isoformat() if self.today.days.today else at,
            founded=newest.founded or (newest.data if newest.rows else at),
            own=self.own,
            rows={row.id: WrittenRow(row.cells, row.people, row.memory) for row in rows},
            events=tuple(self.events),
        )
        return Ledger(
            rows=tuple(rows),
            columns=_columns(self.books),
            remarks=tuple(dict.fromkeys(line for book in self.books for line in book.remarks)),
            sheets=tuple(_sheets(self.books)),
            settings=_settings(self.books),
            original=original,
            books=tuple(book.name for book in self.books),
            skipped=tuple(self.skipped),
            until=newest.data,
            carried=sum(bool(self.copies.get(row.id)) for row in rows if not row.own),
        )

    # ── whose row it is ────────────────────────────────────────────────────────────

    def _gather(self) -> None:
        """Every row of every copy to the item it is about; people's own get an id of their own."""
        mine: list[tuple[int, ReadRow]] = []
        for place, book in enumerate(self.books):
            present = {row.id for row in book.rows}
            lost = {
                _telling(written.cells): key
                for key, written in book.original.rows.items()
                if key not in present and any(_telling(written.cells))
            }
            for row in book.rows:
                key = row.id or lost.get(_telling(row.cells), "")
                written = book.original.rows.get(key)
                if not key:
                    mine.append((place, row))
                    continue
                if written is None and not self._known(key, row, book):
                    self._tell("unknown", key)
                elif not book.original.rows and self._says_nothing(key, row):
                    continue
                self.copies.setdefault(key, []).append(_Copy(place, row, written))
        for place, row in mine:
            self._adopt(place, row)

    def _says_nothing(self, key: str, row: ReadRow) -> bool:
        """A line of a paper that is no list (a school's, say): about what is met, and left blank."""
        listed = any(item.id == key for item in self.today.listed)
        in_a_list = any(key in book.original.rows for book in self.books)
        entries = (row.cells.get(column) for column in PEOPLES if column != "remarks")
        return not listed and not in_a_list and not row.cells.get("state") and not any(entries)

    def _known(self, key: str, row: ReadRow, of: EditedList) -> bool:
        """Whether an id is one of ours: of a list, of the figures, or, where a list has lost its memory,
        of a row in a state that we have written.
        """
        in_a_list = any(key in book.original.rows for book in self.books)
        ours = not of.original.rows and row.cells.get("state") in states.words().values()
        return in_a_list or ours or self.today.of(key) is not None

    def _adopt(self, place: int, row: ReadRow) -> None:
        """Give a row that people added an id; the same row in another copy has it already."""
        typed = {key: value for key, value in row.cells.items() if key != "number"}
        for copies in self.copies.values():
            for copy in copies:
                theirs = {k: v for k, v in copy.row.cells.items() if k not in ("id", "number")}
                if copy.written is None and copy.book != place and theirs == typed:
                    return
        self.own += 1
        key = f"{self.today.county}-X{self.own}"
        self.copies[key] = [_Copy(place, row, None)]
        self._tell("adopted", key)

    def _follow_successions(self) -> None:
        """Rows of schools that gave way to others go to their heirs, a split's to each of them."""
        table, until = self.today.successions, self.today.days.data
        for old in dict.fromkeys(one.old_code for one in table):
            found = fate(old, table, until)
            if found is None:
                continue
            for key in [key for key in self.copies if key.startswith(f"{old}-")]:
                self._hand_on(key, key.removeprefix(old), found)

    def _hand_on(self, key: str, rest: str, found: Fate) -> None:
        copies = self.copies[key]
        if found.reason == RENAMED and len(found.heirs) == 1:
            moved = f"{found.heirs[0]}{rest}"
            own = self.copies.setdefault(moved, [])
            own += [replace(copy, inherited=bool(own)) for copy in self.copies.pop(key)]
            self.moved.add(key)
            return
        self.fates[key] = found
        if any(copy.written and copy.written.memory.heirs for copy in copies):
            return
        for heir in found.heirs:
            theirs = self.today.of(f"{heir}{rest}")
            if theirs is not None and theirs.standing == SHORT:
                inherited = [replace(copy, inherited=True) for copy in copies]
                self.copies.setdefault(theirs.id, []).extend(inherited)
                self._tell("handed", key, "", theirs.id)

    def _return_deleted(self) -> None:
        """A row that people deleted comes back while its figures still miss what is asked."""
        if not self.books:
            return
        for key, written in self.books[-1].original.rows.items():
            if key in self.copies or _own(written) or key in self.moved:
                continue
            item = self.today.of(key)
            if item is not None and item.standing in (SHORT, OPEN, WAITING):
                row = ReadRow(key, written.cells)
                self.copies[key] = [_Copy(len(self.books) - 1, row, written)]
                self._tell("returned", key)
            else:
                self._tell("dropped", key)

    def _tell(self, kind: str, key: str, column: str = "", *values: str) -> None:
        self.events[Event(kind, key, column, values)] = None

    # ── a row ──────────────────────────────────────────────────────────────────────

    def _row(self, key: str, item: Item | None) -> Row:
        copies = self.copies.get(key, [])
        item = item or self.today.of(key)
        if item is None and any(
            self._known(key, copy.row, self.books[copy.book])
            if copy.written is None
            else not _own(copy.written)
            for copy in copies
        ):
            note = msg("本期数据中没有该校或该项；如系漏报，请补报")
            item = Item(key, OUTSIDE, note=_became(self.fates[key]) if key in self.fates else note)
        if self.today.withheld and item is not None and item.standing in (MET, OUTSIDE):
            item = replace(item, standing=WAITING, note=self.today.withheld)
        proposal = {**item.cells, **self._due(item, copies)} if item else {}
        last = next((copy.written.cells for copy in reversed(copies) if copy.written), None)
        if last is None:
            last = copies[-1].row.cells if copies else {}
        cells: dict[str, Value] = {}
        people: set[str] = set()
        for column in dict.fromkeys((*COLUMNS, *_own_keys(copies))):
            if item is not None and column in FIGURES:
                cells[column] = proposal.get(column, last.get(column))
                continue
            suggested = proposal.get(column) if column in (*PROPOSED, *PEOPLES) else None
            if not copies:
                cells[column] = suggested
                continue
            settled = settle([_version(copy, column, suggested) for copy in copies], self.books)
            if settled.people:
                cells[column] = settled.value
                people.add(column)
            else:
                cells[column] = proposal.get(column, settled.value)
            if settled.clash:
                self._tell("conflict", key, column, text_of(settled.value), *settled.clash)
        cells["id"] = key
        over = list(self._written_over(copies, FIGURES[1:] if item is not None else ["number"]))
        self._keep_written_over(key, over, cells, people)
        return self._finished(
            key, item, copies, cells, people, [text for c, text in over if c == "state"]
        )

    def _due(self, item: Item, copies: Sequence[_Copy]) -> dict[str, Value]:
        """The deadline that its term gives, counted from when it was first missed: it does not recede."""
        if item.term is None:
            return {}
        known = (copy.written.memory.since for copy in reversed(copies) if copy.written)
        since = next(filter(None, known), "")
        start = date.fromisoformat(since) if since else self.today.days.data
        return {"deadline": item.term.after(start)}

    def _memory(
        self, item: Item | None, copies: Sequence[_Copy], closed: WrittenDate | None
    ) -> Memory:
        at = self.today.days.data
        old = next((copy.written.memory for copy in reversed(copies) if copy.written), None)
        if item is None:  # people's own row
            old = old or Memory(since=at.isoformat())
            return replace(old, state=OWN_ROW, at=at.isoformat())
        if old is None and copies:  # of a list that has lost its memory: not new
            old = Memory(start=_shown_figure(copies[-1].row))
        if old is not None and all(copy.inherited for copy in copies):
            old = replace(old, heirs="")
        now = states.remembered(item, old, closed, at, self.today.ruleset)
        if item.id in self.fates:
            now = replace(now, heirs="、".join(self.fates[item.id].heirs) or "—")
        return now

    def _written_over(
        self, copies: Sequence[_Copy], columns: Iterable[str]
    ) -> Iterator[tuple[str, str]]:
        """(column, text) of what people wrote over figures of ours."""
        for copy, column in product(copies, columns):
            typed = copy.row.cells.get(column)
            if copy.inherited or typed is None:
                continue
            if column == "number":  # to number rows anew is nothing to keep
                over = isinstance(typed, str)
            else:
                over = copy.written is not None and not same(typed, copy.written.cells.get(column))
            if over:
                yield column, text_of(typed)

    def _keep_written_over(
        self, key: str, over: Iterable[tuple[str, str]], cells: dict[str, Value], people: set[str]
    ) -> None:
        """It goes to the remarks: the figures are the data's."""
        titles = headings()
        for column, text in over:
            told = say("〔{heading}处曾写：{text}〕", heading=titles[column], text=text)
            remarks = text_of(cells.get("remarks"))
            if told not in remarks:
                cells["remarks"] = f"{remarks}{told}"
                people.add("remarks")
            self._tell("overwritten", key, column, text)

    def _dates(
        self, key: str, cells: dict[str, Value], copies: Sequence[_Copy]
    ) -> dict[str, WrittenDate | None]:
        """Reads the dates that people typed; one that can be told becomes a date in its cell."""
        found: dict[str, WrittenDate | None] = {}
        made = [self.books[copy.book].original.made for copy in copies]
        since = date.fromisoformat(max(made)) if any(made) else self.today.days.data
        for column in _DATES:
            value = cells.get(column)
            exact = not any(column in copy.row.months for copy in copies)
            found[column] = read_date(value, since, exact=exact)
            if (read := found[column]) is not None:
                cells[column] = read.day
            elif value is not None:
                self._tell("unread", key, column, text_of(value))
        return found

    def _finished(
        self,
        key: str,
        item: Item | None,
        copies: Sequence[_Copy],
        cells: dict[str, Value],
        people: set[str],
        over_state: Sequence[str],
    ) -> Row:
        """The row with its state and flags. over_state: what people wrote in the place of a state."""
        own = item is None
        dates = self._dates(key, cells, copies)
        closed = dates["closed"]
        memory = self._memory(item, copies, closed)
        done = any(map(states.says_done, (cells.get("progress"), *over_state)))
        missed = not own and memory.state in (NEW, GOING)
        row = Row(
            id=key,
            state=self._own_state(memory, closed) if own else memory.state,
            own=own,
            cells=cells,
            people=frozenset(),
            memory=memory,
            deadline=dates["deadline"],
            closed=closed,
            claimed=missed and (done or _after(closed, memory.relapsed)),
            relapsed=not own and states.fell_back(memory),
            returned=Event("returned", key) in self.events,
            clashing=frozenset(self._clashing(key, cells)),
            comments=_comments(copies),
            looks=_looks(copies),
        )
        row = self._timed(row, item, done=own and done)
        if not own or cells.get("state") is None or "state" not in people:
            cells["state"] = states.words()[row.state]
            people.discard("state")
        if not own or "flags" not in people:
            cells["flags"] = msg("；").join(self._hints(row, item)) or None
        return replace(row, people=frozenset(people))

    def _clashing(self, key: str, cells: Mapping[str, Value]) -> Iterator[str]:
        """The columns in which two different entries stand, as they were merged."""
        for event in self.events:
            written = text_of(cells.get(event.column))
            if (event.kind, event.id) == ("conflict", key) and written == event.values[0]:
                yield event.column

    def _own_state(self, memory: Memory, closed: WrittenDate | None) -> str:
        if closed is not None:
            return CLOSED
        return NEW if memory.since >= self.today.days.data.isoformat() else GOING

    def _timed(self, row: Row, item: Item | None, *, done: bool) -> Row:
        today = self.today.days.today
        if today is None or row.deadline is None or not row.unfinished or done:
            return row
        last = row.deadline.day
        if item is not None and item.yearly:
            last = date(last.year, 12, 31)
        days = (last - today).days
        return replace(row, late=max(-days, 0), ahead=max(days, 0))

    def _hints(self, row: Row, item: Item | None) -> Iterator[str]:
        """What stands in 提示, the most pressing first."""
        today = self.today.days.today
        if row.late:
            yield say("逾期{n}天", n=row.late)
        elif today and row.deadline and row.ahead and row.deadline.day < today:
            yield msg("所依据的是日历年数据，年终前不计逾期")
        if row.claimed:
            yield msg("写已完成但数据未达标")
        if not row.own:
            yield from states.history(row.memory)
        if row.returned:
            yield msg("该行曾被删除，数据仍未达标，已恢复")
        titles = headings()
        for column in sorted(row.clashing):
            yield say("“{heading}”填写有冲突", heading=titles.get(column, column.removeprefix(OWN)))
        for column, read in (("deadline", row.deadline), ("closed", row.closed)):
            if read is None and row.cells.get(column) is not None:
                yield say("“{heading}”认不出日期", heading=titles[column])
        if item is not None and item.note:
            yield item.note


_RANK = {state: place for place, state in enumerate(STATES)} | {NEW: 0, GOING: 0}


def _after(day: WrittenDate | None, other: str) -> bool:
    return day is not None and day.day.isoformat() > other


def _own(written: WrittenRow) -> bool:
    return written.memory.state == OWN_ROW


def _telling(cells: Mapping[str, Value]) -> tuple[str, ...]:
    return tuple(text_of(cells.get(column)) for column in _TELLING)


def _own_keys(copies: Iterable[_Copy]) -> Iterator[str]:
    for copy in copies:
        yield from (key for key in copy.row.cells if key.startswith(OWN))
        if copy.written:
            yield from (key for key in copy.written.cells if key.startswith(OWN))


def _version(copy: _Copy, column: str, suggested: Value) -> CopyCell:
    """A copy's cell. A column that is gone from the copy says nothing against what stood there."""
    written = copy.written.cells.get(column) if copy.written else plain(suggested)
    return CopyCell(
        value=copy.row.cells.get(column, written),
        written=written,
        people=copy.written is not None and column in copy.written.people,
        book=copy.book,
        contends=copy.inherited,
    )


def _became(found: Fate) -> str:
    heirs = msg("、").join(found.heirs)
    told = {
        "merged": say("学校已并入{heirs}", heirs=heirs),
        "split": say("学校已拆分为{heirs}", heirs=heirs),
        "renamed": say("学校代码已变更为{heirs}", heirs=heirs),
        "closed": msg("学校已撤销"),
    }
    day = say("（{day}）", day=found.day) if found.day else ""
    return told[found.reason] + day


def _shown_figure(row: ReadRow) -> str:
    return text_of(row.cells.get("value"))


def _comments(copies: Iterable[_Copy]) -> dict[str, str]:
    """Column → what people noted on the cell, in whichever copy."""
    found: dict[str, dict[str, None]] = {}
    for copy in copies:
        for column, text in copy.row.comments.items():
            found.setdefault(column, {})[text] = None
    return {column: "\n".join(texts) for column, texts in found.items()}


def _looks(copies: Iterable[_Copy]) -> dict[str, Look]:
    return {column: look for copy in copies for column, look in copy.row.looks.items()}


def _columns(books: Iterable[EditedList]) -> tuple[OwnColumn, ...]:
    """People's own columns, each once, as the newest copy has them."""
    return tuple({one.key: one for book in books for one in book.columns}.values())


def _sheets(books: Iterable[EditedList]) -> Iterator[OwnSheet]:
    """People's own sheets; two of one name that differ are both kept."""
    kept: dict[str, OwnSheet] = {}
    for book in books:
        for sheet in book.sheets:
            if any(one.cells == sheet.cells for one in kept.values()):
                continue
            name, number = sheet.name, 2
            while name in kept:
                name, number = f"{sheet.name[:27]}_{number}", number + 1
            kept[name] = replace(sheet, name=name)
    yield from kept.values()


def _settings(books: Iterable[EditedList]) -> dict[str, int]:
    return {key: value for book in books for key, value in book.settings.items()}


def _numbered(rows: Iterable[Row]) -> list[Row]:
    return [
        replace(row, cells={**row.cells, "number": number}) for number, row in enumerate(rows, 1)
    ]


def _digest(rows: Iterable[Row]) -> str:
    """Of what the list says, whatever day it is written."""
    told = [
        (
            row.id,
            sorted(row.people),
            sorted((k, text_of(v)) for k, v in row.cells.items() if k != "flags"),
        )
        for row in rows
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
