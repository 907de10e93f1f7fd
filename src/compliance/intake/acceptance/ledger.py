"""Where rows stand, what is reported of them, and which counties that costs their findings.

Rows carry the columns ``_code`` and ``_year`` (the county they belong to, null where that cannot
be told) and ``_table`` (which accepted table they stand in).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from compliance.intake.acceptance.cell_patterns import show
from compliance.intake.acceptance.table import EXPLAINED_ROWS
from compliance.intake.acceptance.typed_table import Accepted, Fault
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import say
from compliance.kernel.submission import Refused

Key = tuple[str | None, int | None]
ROW = ("_table", "_row", "_code", "_year")


@dataclass
class Ledger:
    """Everything reported, the counties refused, and where rows stand.

    refused: (county code, year) → county's name; a year of None refuses all years of the code.
    said: what need not be said of a county a second time. begun: how many problems there were
    before the document at hand. blamed: the counties of whose records its reader has said what is
    wrong; None among them stands for all.
    """

    problems: list[Problem] = field(default_factory=list)
    refused: dict[tuple[str, int | None], str] = field(default_factory=dict)
    tables: list[Accepted] = field(default_factory=list)
    said: set[tuple[object, ...]] = field(default_factory=set)
    begun: int = 0
    blamed: set[str | None] = field(default_factory=set)

    def begin(self, found: Iterable[Problem]) -> None:
        """Go on to the next document, in which its reader found these problems."""
        self.said.clear()
        self.begun = len(self.problems)
        self.blamed = {one.county_code for one in found if one.severity == "error"}

    def once(self, *what: object) -> bool:
        """Whether this is said for the first time."""
        new = what not in self.said
        self.said.add(what)
        return new

    def refuse(self, key: Key, name: str = "") -> None:
        """This county gets no findings."""
        code, year = key
        if code is not None:
            self.refused[code, year] = name or self.refused.get((code, year), "")

    def report(self, problem: Problem) -> None:
        """Keep a problem; an error refuses its county."""
        self.problems.append(problem)
        if problem.severity == "error":
            self.refuse((problem.county_code, problem.year))

    def report_about(self, problem: Problem, *facts: str) -> None:
        """Keep a problem that concerns other facts than the cell it stands at."""
        self.report(replace(problem, facts=facts))

    def place(self, row: dict[str, object], *facts: str) -> dict[str, str]:
        """File and place of the first of `facts` that the row's table has."""
        accepted = self.tables[int(str(row["_table"]))]
        return {"file": accepted.raw.file, "at": accepted.at(int(str(row["_row"])), *facts)}

    def error(
        self, row: dict[str, object], code: str, message: str, expected: str, *facts: str
    ) -> None:
        """Report an error about a row, at the first of `facts`."""
        self.report(problem_at(self, row, "error", code, message, expected, *facts))

    def keep(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows whose county is known and not refused."""
        wholes = [code for code, year in self.refused if year is None]
        pairs = [(code, year) for code, year in self.refused if year is not None]
        known = frame.filter(pl.col("_code").is_not_null() & pl.col("_year").is_not_null())
        gone = pl.DataFrame(pairs, schema={"_code": pl.String, "_year": pl.Int32}, orient="row")
        return known.filter(~pl.col("_code").is_in(wholes)).join(
            gone, on=["_code", "_year"], how="anti", maintain_order="left"
        )

    def refusals(self) -> list[Refused]:
        """The refused counties in order, each once."""
        dated = {code for code, year in self.refused if year is not None}
        found = [
            Refused(code, year, name)
            for (code, year), name in self.refused.items()
            if year is not None or code not in dated
        ]
        return sorted(found, key=lambda r: (r.county_code, r.year or 0, r.county_name))


def problem_at(
    ledger: Ledger,
    row: dict[str, object],
    severity: str,
    code: str,
    message: str,
    expected: str,
    *facts: str,
) -> Problem:
    """A problem of a row: its county, its school, its place."""
    county, year, school = row["_code"], row["_year"], row.get("school_code")
    return Problem(
        severity,
        code,
        message,
        expected,
        **ledger.place(row, *facts),
        county_code=None if county is None else str(county),
        year=None if year is None else int(str(year)),
        school_code=None if school is None else str(school),
        facts=facts,
    )


def stack(ledger: Ledger, tables: Iterable[Accepted]) -> pl.DataFrame:
    """The rows of several tables of one kind, each knowing its table."""
    frames = []
    for accepted in tables:
        ledger.tables.append(accepted)
        number = pl.lit(len(ledger.tables) - 1, dtype=pl.Int64).alias("_table")
        frames.append(accepted.frame.with_columns(number, pl.col("_row").cast(pl.Int64)))
    if not frames:
        empty = {"_row": pl.Int64, "_table": pl.Int64}
        return pl.DataFrame(schema=empty)
    return pl.concat(frames, how="diagonal")


def with_missing(frame: pl.DataFrame, **types: pl.DataType | type[pl.DataType]) -> pl.DataFrame:
    """The frame with these columns added as missing where it has none."""
    absent = [name for name in types if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=types[name]).alias(name) for name in absent)


def county_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """County rows with their key, from their own code and year."""
    frame = with_missing(frame, county_code=pl.String, year=pl.Float64, county_name=pl.String)
    return frame.with_columns(
        pl.col("county_code").alias("_code"), pl.col("year").cast(pl.Int32).alias("_year")
    )


def report_faults(ledger: Ledger, frame: pl.DataFrame, tables: Sequence[Accepted]) -> None:
    """Every refused cell, now with its county and school; every county with one is refused."""
    first = len(ledger.tables) - len(tables)
    for offset, accepted in enumerate(tables):
        if not accepted.refused:
            continue
        rows = frame.filter(pl.col("_table") == first + offset)
        bad = accepted.bad_rows().arg_true().to_list()
        keyed = rows.filter(pl.col("_row").is_in(bad))
        _refuse_all(ledger, keyed)
        columns = [name for name in ("school_code",) if name in rows.columns]
        known = {row["_row"]: row for row in keyed.select(*ROW, *columns).iter_rows(named=True)}
        for fault in accepted.faults:
            ledger.report(_owned(fault, known.get(fault.row)))


def _owned(fault: Fault, row: dict[str, object] | None) -> Problem:
    if row is None:
        return fault.problem
    code, year, school = row["_code"], row["_year"], row.get("school_code")
    return replace(
        fault.problem,
        county_code=None if code is None else str(code),
        year=None if year is None else int(str(year)),
        school_code=None if school is None else str(school),
    )


def require(
    ledger: Ledger, frame: pl.DataFrame, tables: Sequence[Accepted], names: Sequence[str]
) -> None:
    """Missing identity is an error; what was written and refused has been explained already."""
    first = len(ledger.tables) - len(tables)
    for offset, accepted in enumerate(tables):
        rows = frame.filter(pl.col("_table") == first + offset)
        for name in names:
            if name not in accepted.headings and not accepted.raw.strict and len(rows):
                _refuse_all(ledger, rows)
                _report_absent(ledger, accepted, name, rows)
            else:
                report_blank(ledger, accepted, name, rows)


def _report_absent(ledger: Ledger, accepted: Accepted, name: str, rows: pl.DataFrame) -> None:
    fact, raw = accepted.facts[name], accepted.raw
    codes = rows["_code"].unique()
    ledger.report(
        Problem(
            "error",
            "missing_heading",
            say("没有“{f}”这一项", "there is no heading “{f}”", f=fact.label),
            fact.expected(),
            raw.file,
            raw.sheet,
            county_code=codes[0] if len(codes) == 1 else None,
            facts=(name,),
        )
    )


def report_blank(ledger: Ledger, accepted: Accepted, name: str, rows: pl.DataFrame) -> None:
    """Each row that lacks the fact, unless what stands in its cell has been refused already."""
    blank = rows.filter(pl.col(name).is_null()) if name in rows.columns else rows
    blank = blank.filter(~pl.col("_row").is_in(accepted.refused_rows(name)))
    _refuse_all(ledger, blank)
    if blank.is_empty():
        return
    fact, explained = accepted.facts[name], _explained(ledger)
    for row in blank.head(EXPLAINED_ROWS).iter_rows(named=True):
        at = _place(accepted, row["_row"], name)
        if (accepted.raw.file, at) in explained:
            continue
        message = say("缺少{f}", "{f} is missing", f=fact.label)
        if row.get("school_name"):
            message = say("{s}：{m}", "{s}: {m}", s=show(row["school_name"]), m=message)
        problem = problem_at(ledger, row, "error", "missing_identity", message, fact.expected())
        ledger.report(replace(problem, at=at, facts=(name,)))


def _place(accepted: Accepted, row: int, name: str) -> str:
    """Where the missing fact would stand; in JSON a key may be absent and still have its place."""
    if accepted.raw.strict and name not in accepted.headings:
        return accepted.raw.place(row, name)
    return accepted.at(row, name, "school_name")


def _explained(ledger: Ledger) -> set[tuple[str, str]]:
    """The cells of which the reader has said already why they hold nothing."""
    errors = (one for one in ledger.problems[ledger.begun :] if one.severity == "error")
    return {(one.file, one.at) for one in errors if one.at}


def _refuse_all(ledger: Ledger, rows: pl.DataFrame) -> None:
    for key in rows.select("_code", "_year").unique(maintain_order=True).iter_rows():
        ledger.refuse(key)
