"""What could not be read, so that nothing takes it for a blank, a zero or a school that is gone.

The checks run on all rows whose county is known, beside a bad cell too. What they would say only
because of the bad cell itself is left unsaid: the cell has been complained of already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from compliance.intake.acceptance.integrity import SCHOOL, Key, Outcome, Row
from compliance.intake.acceptance.typed_table import Accepted
from compliance.kernel.errors import Problem
from compliance.kernel.submission import KEY

# what readers complain of that costs a cell, or the cells of a column, and no row
_OF_A_CELL = frozenset({"formula_not_calculated", "not_a_number", "wrong_type", "unclear_unit"})
_WHO = {*KEY, "school_code"}  # an error about one of them may have lost a row


class Unread:
    """The cells that were refused, and the counties some of whose rows are lost; false where all was read."""

    def __init__(
        self, tables: Sequence[Accepted], schools: pl.DataFrame, outcomes: Iterable[Outcome]
    ) -> None:
        errors = [one for one in outcomes if isinstance(one, Problem) and one.severity == "error"]
        self._tables = tables
        self._places = {(one.file, at) for one in errors for at in _upward(one.at)}
        self._lost = {
            (one.county_code, one.year)
            for one in errors
            if (one.code not in _OF_A_CELL if not one.facts else not _WHO.isdisjoint(one.facts))
        }
        self._at_schools = dict(_refused_at_schools(tables, schools)) if errors else {}
        self._any = bool(errors)

    def __bool__(self) -> bool:
        return self._any

    def cell(self, row: Row, fact: str) -> bool:
        """Whether what stands in a row for a fact has been complained of."""
        table, number = self._tables[row["_table"]], row["_row"]
        if not table.has(fact):
            return False
        if number in table.refused.get(fact, ()):
            return True
        place = table.at(number, fact)
        return (place.file, place.at) in self._places

    def any_cell(self, row: Row, facts: Iterable[str]) -> bool:
        """Whether that is so of any of these facts."""
        return self._any and any(self.cell(row, fact) for fact in facts)

    def among_schools(self, row: Row, facts: Iterable[str]) -> bool:
        """Whether a county's schools are not all known, or not all of them with these facts."""
        key = (row["_code"], row["_year"])
        return self.lost(key) or not self._at_schools.get(key, set()).isdisjoint(facts)

    def lost(self, key: Key) -> bool:
        """Whether some row of a county may not have been read."""
        return not self._lost.isdisjoint((key, (key[0], None), (None, None)))

    def identified(self, schools: pl.DataFrame) -> pl.DataFrame:
        """The schools that can be compared with others: each under a code of its own."""
        if not self._any:
            return schools
        own = pl.col("school_code").is_not_null() & ~pl.struct(SCHOOL).is_duplicated()
        return schools.filter(own)

    def whole_lists(
        self, lists: pl.DataFrame, items: pl.DataFrame, schools: pl.DataFrame, by: str, value: str
    ) -> pl.DataFrame:
        """The lists all of whose rows were read.

        items: the rows of which they are made. A row that names no stage or kind may belong to any list
        of its school, one that names no known school to any of its county.
        """
        if not self._any:
            return lists
        known = schools.select(SCHOOL).with_columns(_known=pl.lit(value=True))
        rows = items.join(known, on=SCHOOL, how="left", maintain_order="left")
        rows = rows.with_columns(
            pl.when("_known").then("school_code").alias("school_code"),
            _bad=pl.Series([self.cell(row, value) for row in rows.iter_rows(named=True)], dtype=pl.Boolean),
        )  # fmt: skip
        bad = rows.filter(pl.col("_bad") | pl.col(by).is_null() | pl.col("school_code").is_null())
        for school, word in ((True, True), (True, False), (False, True), (False, False)):
            own = (pl.col("school_code").is_not_null() == school) & (
                pl.col(by).is_not_null() == word
            )
            keys = ["_code", "_year", *(["school_code"] if school else []), *([by] if word else [])]
            spoiled = bad.filter(own).select(keys).unique()
            lists = lists.join(spoiled, on=keys, how="anti", maintain_order="left")
        return lists


def _upward(at: str) -> Iterator[str]:
    """A place, and of a JSON pointer the values that hold it."""
    while at:
        yield at
        at = at.rpartition("/")[0] if at.startswith("/") else ""


def _refused_at_schools(
    tables: Sequence[Accepted], schools: pl.DataFrame
) -> Iterator[tuple[Key, set[str]]]:
    """County → the facts of its schools of which some cell was refused."""
    found: dict[tuple[int, int], set[str]] = {}
    for table in tables:
        if table.raw.name == "schools":
            for fact, rows in table.refused.items():
                for row in rows:
                    found.setdefault((table.number, row), set()).add(fact)
    together: dict[Key, set[str]] = {}
    places = schools.select("_table", "_row", "_code", "_year").iter_rows() if found else ()
    for table, row, code, year in places:
        if (table, row) in found:
            together.setdefault((code, year), set()).update(found[table, row])
    yield from together.items()
