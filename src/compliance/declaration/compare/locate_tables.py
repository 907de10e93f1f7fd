"""Where the tables, columns and lines of a form stand in a county's own, moved or not.

A table is known by its title (or its sheet's name), a column by its code, else its heading, a line
by its labels, its school and stage, or its ordinal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compliance.declaration.compare.submitted_sheet import FilledSheet, folded
from compliance.declaration.fill.filled_form import FilledTable, Line


@dataclass(frozen=True)
class Region:
    """The rows of a sheet that a table takes: from `top` up to but without `end`."""

    sheet: FilledSheet
    top: int
    end: int

    def rows(self, start: int | None = None) -> Iterator[int]:
        """The filled rows from `start` (or the top)."""
        first = self.top if start is None else start
        return (row for row in self.sheet.rows if first <= row < self.end)


@dataclass(frozen=True)
class Located:
    """A table found: column of the form → column of the sheet, and the first row of its lines."""

    region: Region
    columns: Mapping[int, int]
    start: int


def regions(tables: Sequence[FilledTable], sheets: Sequence[FilledSheet]) -> dict[str, Region]:
    """Table key → where it stands; a table below another shares its region."""
    begins: dict[str, tuple[FilledSheet, int]] = {}
    for table in tables:
        found = _title(table, sheets) if table.title else None
        if found is not None:
            begins[table.key] = found
    ends: dict[str, list[int]] = {}
    for sheet, row in begins.values():
        ends.setdefault(sheet.name, []).append(row)
    placed: dict[str, Region] = {}
    above: Region | None = None
    for table in tables:
        if table.key in begins:
            sheet, row = begins[table.key]
            later = [one for one in ends[sheet.name] if one > row]
            above = Region(sheet, row + 1, min(later, default=max(sheet.rows, default=0) + 1))
            placed[table.key] = above
        elif table.below and above is not None:
            placed[table.key] = above
        else:
            above = None
    return placed


def _title(table: FilledTable, sheets: Sequence[FilledSheet]) -> tuple[FilledSheet, int] | None:
    """The row with a table's title alone in it, exact before shortened; else its sheet's beginning."""
    full, first = folded(table.title), folded(table.title.split("\u3000")[0])
    alone = [(sheet, row, sheet.alone(row)) for sheet in sheets for row in sheet.rows]
    exact = [(sheet, row) for sheet, row, text in alone if text == full]
    near = [(sheet, row) for sheet, row, text in alone if text.startswith(first)]
    if exact or near:
        return (exact or near)[0]
    return next(((one, -1) for one in sheets if folded(one.name) == folded(table.sheet)), None)


def located(table: FilledTable, region: Region) -> Located | None:
    """A table's columns and where its lines begin; None where no column is found."""
    columns: dict[int, int] = {}
    last = region.top - 1
    codes = {folded(head.code): n for n, head in enumerate(table.heads) if head.code}
    row = _row_of(codes, region)
    if row is not None:
        last = row
        for column, value in region.sheet.rows[row].items():
            columns.setdefault(codes.get(folded(value), -1), column)
    columns.pop(-1, None)
    limit = last if row is not None else region.end - 1
    for n, head in enumerate(table.heads):
        if n not in columns:
            place = _heading(table, n, folded(head.heading), region, limit)
            if place is not None:
                last, columns[n] = max(last, place[0]), place[1]
    return Located(region, columns, last + 1) if columns else None


def _row_of(codes: Mapping[str, int], region: Region) -> int | None:
    """The row with most of a table's codes, if it has at least half of them."""
    best, most = None, 0
    for row in region.rows():
        there = len({folded(value) for value in region.sheet.rows[row].values()} & set(codes))
        if there > most:
            best, most = row, there
    return best if most and 2 * most >= len(codes) else None


def _heading(
    table: FilledTable, column: int, text: str, region: Region, last: int
) -> tuple[int, int] | None:
    """Where a heading stands; of several alike, the one as many places in as in the form."""
    same = [n for n, head in enumerate(table.heads) if folded(head.heading) == text]
    for row in region.rows():
        if row > last:
            break
        found = [at for at, value in region.sheet.rows[row].items() if folded(value) == text]
        if len(found) >= len(same):
            return row, found[same.index(column)]
    return None


def lines(table: FilledTable, at: Located) -> tuple[dict[int, int], list[int]]:
    """Index of a line → its row on the sheet; and the rows that no line of the form claims."""
    if table.kind == "units":
        return _units(table, at)
    if table.kind == "clauses":
        return _clauses(table, at), []
    return (_labelled(table, at) if table.labels else {0: at.start}), []


def _labelled(table: FilledTable, at: Located) -> dict[int, int]:
    """By labels; one that is blank stands for the one above it, as in merged cells."""
    wanted = {tuple(map(folded, line.key)): n for n, line in enumerate(table.lines)}
    carried = [""] * table.labels
    found: dict[int, int] = {}
    for row in at.region.rows(at.start):
        cells = at.region.sheet.rows[row]
        for n in range(table.labels):
            value = cells.get(at.columns.get(n, -1))
            carried[n] = folded(value) if value is not None else carried[n]
        index = wanted.get(tuple(carried))
        if index is not None:
            found.setdefault(index, row)
    return found


def _units(table: FilledTable, at: Located) -> tuple[dict[int, int], list[int]]:
    """By stage and school; without bands the first row of a school is that of its first stage."""
    names = next((n for n, cell in enumerate(_first(table).cells) if cell.role == "name"), 1)
    bands = {folded(line.name): line.key[0] for line in table.lines if line.band}
    stage = ""
    rows: list[tuple[int, str, str]] = []
    for row in at.region.rows(at.start):
        alone = at.region.sheet.alone(row)
        band = next((key for title, key in bands.items() if alone.startswith(title)), None)
        if band is not None:
            stage = band
            continue
        cells = at.region.sheet.rows[row]
        value = cells.get(at.columns.get(names, -1))
        if value is not None and len(cells) > 1:
            rows.append((row, stage, folded(value)))
    found: dict[int, int] = {}
    left = dict.fromkeys(row for row, _, _ in rows)
    for n, line in enumerate(table.lines):
        if line.band:
            continue
        wanted = (line.key[0], folded(line.key[1]))
        mine = [
            row
            for row, there, name in rows
            if row in left and name == wanted[1] and there in (wanted[0], "")
        ]
        if mine:
            found[n] = mine[0]
            del left[mine[0]]
    return found, list(left)


def _first(table: FilledTable) -> Line:
    return next((line for line in table.lines if not line.band), Line((), (), ""))


def _clauses(table: FilledTable, at: Located) -> dict[int, int]:
    """By the whole title, else by the ordinal before it."""
    labels = {
        row: folded(at.region.sheet.rows[row].get(at.columns.get(0, -1), ""))
        for row in at.region.rows(at.start)
    }
    found: dict[int, int] = {}
    for n, line in enumerate(table.lines):
        title, ordinal = folded(line.name), folded(line.key[0])
        exact = [row for row, text in labels.items() if text == title]
        near = [row for row, text in labels.items() if ordinal and text.startswith(ordinal)]
        if exact or near:
            found[n] = (exact or near)[0]
    return found
