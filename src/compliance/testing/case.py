"""A case as written: the figures that matter, the rule asked, and what it must find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2023, 9, 1)  # judged where a file names no day
YEAR_BEGINS = 9  # the month in which a school year begins

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Terms:
    """On what terms cases are judged together; all but the file as `--ruleset` and its fellows."""

    file: Path
    ruleset: str
    as_of: date = DAY
    enforce: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()

    @property
    def year(self) -> int:
        """The school year in which the day lies."""
        return self.as_of.year if self.as_of.month >= YEAR_BEGINS else self.as_of.year - 1


@dataclass(frozen=True)
class Case:
    """One `[[case]]` of a file.

    county, schools, monitoring: records as in a submission. statements: rule id → what is attested
    (of a veto: whether it exists). school, stage: whose finding is meant, the code and the stage;
    None: the county's, of any stage. chosen: the file says so itself. expect: what the finding
    must say, figures as Decimal.
    """

    it: str
    rule: str
    terms: Terms
    line: int
    county: Record = field(default_factory=dict)
    schools: tuple[Record, ...] = ()
    statements: Mapping[str, bool] = field(default_factory=dict)
    monitoring: tuple[Record, ...] = ()
    school: str | None = None
    stage: str | None = None
    chosen: bool = False
    expect: Mapping[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """File and line, as an author finds it."""
        return f"{self.terms.file.name}:{self.line}"

    @property
    def name(self) -> str:
        """What pytest calls it."""
        return f"{self.rule} {self.it} [{self.where}]"
