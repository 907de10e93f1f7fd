"""What is passed between the rooms of the house: states, findings' columns, the submission."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import polars as pl

from compliance.kernel.errors import Problem

# The group order of the contract: a group is the first of these that occurs in it.
# A status travels through the columns as its index here, so that a group is a minimum.
STATUSES = ("fail", "error", "unknown", "not_checked", "waived", "pass", "not_applicable")
FAIL, ERROR, UNKNOWN, NOT_CHECKED, WAIVED, PASS, NOT_APPLICABLE = range(len(STATUSES))

STAGES = ("primary", "junior", "senior")
COMPULSORY = ("primary", "junior")
KEY = ("county_code", "year")

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
    """A file that was read: base name and SHA-256, for the manifest."""

    name: str
    sha256: str


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
    Both hold every fact of the vocabulary as a column: numbers Float64, flags Boolean, lists
    List(Float64), words and codes String. monitoring, attestations, vetoes: long tables keyed by
    county_code and year; the last two end with `file` and `at`, where each statement stands. Counties with an error stand in `refused` only.
    amounts: the columns of `schools` of which two schools have the sum together.
    """

    counties: pl.DataFrame
    schools: pl.DataFrame
    monitoring: pl.DataFrame
    attestations: pl.DataFrame
    vetoes: pl.DataFrame
    amounts: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    inputs: list[InputFile] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def of(self, keys: Iterable[tuple[str, int]]) -> Submission:
        """The part that concerns some counties, by code and year; problems and inputs stay whole."""
        wanted = pl.DataFrame(
            list(keys), schema={"county_code": pl.String, "year": pl.Int32}, orient="row"
        )

        def part(table: pl.DataFrame) -> pl.DataFrame:
            return table.join(wanted, on=list(KEY), how="semi", maintain_order="left")

        return replace(
            self,
            counties=part(self.counties),
            schools=part(self.schools),
            monitoring=part(self.monitoring),
            attestations=part(self.attestations),
            vetoes=part(self.vetoes),
        )
