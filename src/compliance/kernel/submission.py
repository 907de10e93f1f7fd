"""What is passed between the rooms of the house: states, findings' columns, the submission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

import polars as pl

from compliance.kernel.errors import Problem

# The group order of the contract: a group is the first of these that occurs in it.
# A status travels through the columns as its index here, so that a group is a minimum.
STATUSES = ("fail", "error", "unknown", "not_checked", "waived", "pass", "not_applicable")
FAIL, ERROR, UNKNOWN, NOT_CHECKED, WAIVED, PASS, NOT_APPLICABLE = range(len(STATUSES))

STAGES = ("primary", "junior", "senior")
COMPULSORY = ("primary", "junior")
KEY = ("county_code", "year")
# what every record has as a column, whatever else was given
IDENTITY = (*KEY, "county_name", "province", "school_code", "school_name", "school_type")

# tables that papers show and nothing is judged by
STATED = ("buildings", "organisations", "succession")
# the tables of a submission, each sorted by county and year
TABLES = ("counties", "schools", "monitoring", "attestations", "vetoes", *STATED)

# the column of counties with the facts that count nobody there, null for none
NOT_INVOLVED = "not_involved"

# no facts missing, no warnings: an empty list of words in every row
NO_WORDS = pl.lit([], dtype=pl.List(pl.String))

# One of several conditions of a rule, as it stands in a finding's `parts`.
PART = pl.Struct(
    {
        "name": pl.String,
        "value": pl.Float64,
        "operator": pl.String,
        "threshold": pl.Float64,
        "status": pl.String,
        "unit": pl.String,
        "shortfall": pl.Float64,
        "shortfall_unit": pl.String,
    }
)


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read, for the manifest: base name, SHA-256, the path it was read from."""

    name: str
    sha256: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class BlankIsZero:
    """A column whose blanks somebody takes for zero.

    asked: as they called it; heading, fact, file: the column. cells: how many blanks there were,
    None where such a column has no zero.
    """

    asked: str
    heading: str
    fact: str
    file: str
    cells: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A county that gets no findings because its figures have errors."""

    county_code: str
    year: int | None
    county_name: str


@dataclass
class Submission:
    """The accepted figures of any number of counties, in columns; missing is null, never zero.

    counties: one row a county and year. schools: one row a school, sorted by county, year, code.
    Both hold as columns what identifies a record (`IDENTITY`) and the facts that some record
    gives, in the order of the vocabulary: numbers Float64, flags Boolean, lists List(Float64),
    words and codes String; `completed` has all facts. monitoring, attestations, vetoes: long
    tables keyed by county_code and year and sorted by them; the last two end with `file` and `at`,
    where each statement stands. buildings: school_code, building, built_year, area, fire, seismic,
    note. organisations: name, kind (district, alliance, group), lead, member, start, end, a row a
    member, the leading school among them. succession: the fields of `Succession`. Counties with an
    error stand in `refused` only. amounts: the facts
    of schools of which two schools have the sum together. nobody: the facts of counties whose cell may
    say 不涉及 → those that count nobody then either; NOT_INVOLVED, a column of counties, says which
    do. facts: of ``counties`` and ``schools``, every fact that there may be and its type. given: county
    and year → the path by which its record was asked for. zeros: the columns whose blanks were taken
    for zero. submitted: the file of every county's record, refused ones too, and the older ones that are
    not judged. unsound: refused counties, all of whose
    rows were read, with their refused cells blank: for what can be said of them beside their errors.
    asked, asked_previous: the paths that were to be read, and those of earlier figures, whose files stand
    in previous. unattributed: county and year → the errors of its document about rows that may be its own,
    since nobody can tell whose they are; such a county does not pass.
    """

    counties: pl.DataFrame
    schools: pl.DataFrame
    monitoring: pl.DataFrame
    attestations: pl.DataFrame
    vetoes: pl.DataFrame
    buildings: pl.DataFrame
    organisations: pl.DataFrame
    succession: pl.DataFrame
    amounts: tuple[str, ...]
    nobody: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    inputs: list[InputFile] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    facts: Mapping[str, Mapping[str, pl.DataType]] = field(default_factory=dict)
    given: Mapping[tuple[str, int], str] = field(default_factory=dict)
    zeros: Sequence[BlankIsZero] = ()
    submitted: Sequence[SubmittedFile] = ()
    asked: Sequence[str] = ()
    asked_previous: Sequence[str] = ()
    previous: Sequence[InputFile] = ()
    unsound: Submission | None = None
    unattributed: Mapping[tuple[str, int], tuple[Problem, ...]] = field(default_factory=dict)

    def completed(self) -> Submission:
        """The same with every fact as a column, null where nobody gave it."""
        return self.with_tables({name: self.whole(name) for name in self.facts})

    def whole(self, name: str) -> pl.DataFrame:
        """One of the tables with every fact as a column."""
        return _with_all(getattr(self, name), self.facts[name])

    def of(self, keys: Iterable[tuple[str, int]]) -> Submission:
        """The part that concerns some counties, by code and year; problems and inputs stay whole."""
        wanted = pl.DataFrame(
            list(keys), schema={"county_code": pl.String, "year": pl.Int32}, orient="row"
        )

        def part(table: pl.DataFrame) -> pl.DataFrame:
            return table.join(wanted, on=list(KEY), how="semi", maintain_order="left")

        return self.with_tables({name: part(getattr(self, name)) for name in TABLES})

    def with_tables(self, tables: Mapping[str, pl.DataFrame]) -> Submission:
        """The same with some of its tables replaced, by their names."""
        return replace(self, **tables)  # type: ignore[arg-type]  # each by its name


class SubmittedFile(NamedTuple):
    """A county's record as it came in.

    file: as it is named among what was read. version: the moment of its mark, None where it has none.
    superseded_by: the newer file that is judged instead, or empty.
    """

    county_code: str
    year: int
    county_name: str
    file: str
    version: datetime | None = None
    superseded_by: str = ""

    @property
    def version_told(self) -> str:
        """The moment as people write it; empty without one."""
        return "" if self.version is None else self.version.isoformat(" ", "seconds")


class Succession(NamedTuple):
    """What became of a school's code: a row of the table `succession`.

    new_code: the school that goes on, None where none does; of a school that was split each heir has
    a row. date: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, None where none is given. reason: merged, split,
    renamed, closed, or None.
    """

    old_code: str
    new_code: str | None
    date: str | None
    reason: str | None


def successions(table: pl.DataFrame, county_code: str, year: int) -> list[Succession]:
    """What a county states of its schools' codes, in the order of its rows."""
    own = table.filter((pl.col("county_code") == county_code) & (pl.col("year") == year))
    return [Succession(*row) for row in own.select(Succession._fields).iter_rows()]


def _with_all(table: pl.DataFrame, facts: Mapping[str, pl.DataType]) -> pl.DataFrame:
    if all(name in table.columns for name in facts):
        return table
    given = (
        pl.col(name) if name in table.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in facts.items()
    )
    return table.select(*given, *(name for name in table.columns if name not in facts))
