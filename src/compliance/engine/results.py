"""What a run of the judge, or of the data checks alone, yields, and what every renderer eats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import polars as pl

from compliance.facts.plausibility import NO_CHECKS, Checks
from compliance.intake.cell_locations import Watch
from compliance.kernel.errors import Problem
from compliance.kernel.submission import (
    PART,
    Refused,
    Submission,
    SubmittedFile,
    Succession,
    successions,
)
from compliance.rules.language.model import Document, Rule, documents_in_words
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.waivers import Waiver

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "rule": pl.String,
    "level": pl.String,
    "role": pl.String,
    "basis": pl.String,
    "county_code": pl.String,
    "year": pl.Int32,
    "school_code": pl.String,
    "school_name": pl.String,
    "stage": pl.String,
    "status": pl.String,
    "value": pl.Float64,
    "operator": pl.String,
    "threshold": pl.Float64,
    "floor": pl.Float64,
    "unit": pl.String,
    "shortfall": pl.Float64,
    "shortfall_unit": pl.String,
    "excess": pl.Float64,
    "excess_unit": pl.String,
    "parts": pl.List(PART),
    "missing": pl.List(pl.String),
    "warnings": pl.List(pl.String),
    "mean": pl.Float64,
    "deviation": pl.Float64,
    "layer": pl.String,
    "given_by": pl.String,
    "relaxed_by": pl.String,
    "message": pl.String,
}
FINDINGS = pl.Schema(_COLUMNS)
# A school's stage in a coefficient: its pupils P, its value x, its share of Σ P·(x − X̄)².
_DRIVER: dict[str, pl.DataType | type[pl.DataType]] = {
    "county_code": pl.String,
    "year": pl.Int32,
    "rule": pl.String,
    "stage": pl.String,
    "school_code": pl.String,
    "school_name": pl.String,
    "pupils": pl.Float64,
    "value": pl.Float64,
    "share": pl.Float64,
}
DRIVERS = pl.Schema(_DRIVER)
SEVERITIES = ("error", "warning")


@dataclass(frozen=True, slots=True)
class RulesetInfo:
    """Which rule set judged, as of when; layers from the base to the chosen pack.

    template_dirs: where its layers keep templates that replace the core's, nearest layer first.
    """

    id: str
    version: str
    as_of: str
    layers: tuple[str, ...]
    title: str
    title_en: str
    documents: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()
    template_dirs: tuple[Path, ...] = ()
    subject: str = ""
    subject_en: str = ""

    @property
    def source(self) -> str:
        """Its documents in words, in the current language."""
        return documents_in_words(self.documents)


@dataclass(frozen=True, slots=True)
class CountyResult:
    """One county's conclusion: verdict pass, fail or undecided; blocks and exact counts.

    bases: legal basis -> how many rules of it were deciding, how many advisory. input: the path by
    which it was asked for. data_date, data_kind: of which day and kind the figures are, as recorded, or empty.
    unattributed: the errors about rows that may be its own, so that it does not pass (`Submission`).
    """

    county_code: str
    county_name: str
    year: int
    verdict: str
    ruleset: str
    as_of: str
    blocks: Mapping[str, str]
    counts: Mapping[str, int]
    bases: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    input: str = ""
    data_date: str = ""
    data_kind: str = ""
    unattributed: tuple[Problem, ...] = ()


class WaiverOutcome(NamedTuple):
    """What became of a waiver, or of what it does to one finding.

    state: ``applied``, ``expired``, ``unused``, ``too_broad``, ``not_allowed``. rule: the id of the rule
    today. year: of the county concerned; None where none is. status: of the finding it names, before; empty where it names none.
    why: it waives nothing, empty where its county was not judged.
    """

    waiver: Waiver
    state: str
    rule: str
    year: int | None = None
    school_name: str = ""
    stage: str = ""
    status: str = ""
    why: str = ""


@dataclass(frozen=True)
class Baseline:
    """How failures, and findings that wait, stand beside an earlier run (`compliance.assessment.baseline`).

    name: of its file. only_new: nothing else is asked for. states: year and fingerprint of each →
    ``new``, ``unchanged`` (to the last digit), ``updated``. absent: the failures of the earlier run
    that are none any more, columns FINDINGS, as they were. differs: how that run was another, in words.
    """

    name: str
    only_new: bool
    states: Mapping[tuple[int, str], str]
    absent: pl.DataFrame
    differs: tuple[str, ...] = ()


class PartCount(NamedTuple):
    """How the requirements of one part of the verdict came out; open: not decided yet."""

    met: int
    failed: int
    open: int


class Decider(NamedTuple):
    """A requirement that the verdict is drawn from, and how often: at each stage of a school, if it is
    judged there. part: its block, empty beside the blocks.
    """

    part: str
    rule: str
    stage: str
    number: int


class Margin(NamedTuple):
    """The coefficient with least room below its limit; room: as a share of the limit, below 0 above it."""

    rule: str
    stage: str
    value: float
    threshold: float
    room: float


@dataclass(frozen=True, slots=True)
class CountyRow:
    """A county's row of the table: schools that fall short, facts that are missing, and the state
    of what the conclusion asks beside the blocks.

    parts: block id, or empty beside the blocks → its requirements; a group of each stage of a school and
    a coefficient of each stage count as one. decides: what a verdict other than a pass is drawn from.
    """

    schools: int
    missing: int
    beside: str
    parts: Mapping[str, PartCount] = field(default_factory=dict)
    decides: tuple[Decider, ...] = ()
    margin: Margin | None = None

    @property
    def failing(self) -> int:
        """Requirements not met."""
        return sum(one.failed for one in self.parts.values())

    @property
    def undecided(self) -> int:
        """Requirements that wait for something."""
        return sum(one.open for one in self.parts.values())


@dataclass(frozen=True)
class Grounds:
    """What lies behind findings: by what they were judged, on which figures, and where these stand."""

    ruleset: Ruleset
    figures: Submission
    watch: Watch


@dataclass(frozen=True)
class Results:
    """The judged submission.

    findings: every rule for every subject, in the order of the contract, columns FINDINGS.
    rules: (rule set id, as_of) -> rule id -> Rule, in the order of the law.
    schools: the judged counties' schools as submitted. stated: name of STATED → the tables that
    papers show beside them, of all counties. titles: fact name -> heading in the current
    language. holders: fact name -> who holds the figure, likewise. excluded: dicts county_code, year, school_code, school_name, stage, reason, title.
    overview: of several counties, code and year -> the county's row. yearly: the facts that are
    figures of a calendar year. submitted: the files that counties' records came in, refused and
    superseded ones too. checks: what the schema says of schools' figures side by side. compared: whether
    earlier figures lay beside these. grounds: (rule set id, as_of) -> what lies behind its counties'
    findings; empty where nobody looks behind a figure. inputs: the paths as given, those of earlier
    figures too. exit_code: how the command ends that asked, None where none did. waivers: what became
    of each that was given. baseline: the earlier run that it is held against.
    """

    findings: pl.DataFrame
    counties: tuple[CountyResult, ...]
    rulesets: tuple[RulesetInfo, ...]
    rules: Mapping[tuple[str, str], Mapping[str, Rule]]
    schools: pl.DataFrame
    excluded: tuple[Mapping[str, object], ...]
    problems: tuple[Problem, ...]
    refused: tuple[Refused, ...]
    manifest: Mapping[str, object]
    titles: Mapping[str, str]
    holders: Mapping[str, str]
    overview: Mapping[tuple[str, int], CountyRow]
    stated: Mapping[str, pl.DataFrame]
    grounds: Mapping[tuple[str, str], Grounds] = field(default_factory=dict, kw_only=True)
    yearly: frozenset[str] = field(default=frozenset(), kw_only=True)
    submitted: Sequence[SubmittedFile] = field(default=(), kw_only=True)
    checks: Checks = field(default=NO_CHECKS, kw_only=True)
    compared: bool = field(default=False, kw_only=True)
    inputs: Sequence[Path] = field(default=(), kw_only=True)
    exit_code: int | None = field(default=None, kw_only=True)
    waivers: tuple[WaiverOutcome, ...] = field(default=(), kw_only=True)
    baseline: Baseline | None = field(default=None, kw_only=True)

    @property
    def by_key(self) -> dict[tuple[str, int], CountyResult]:
        """The counties by code and year."""
        return {(one.county_code, one.year): one for one in self.counties}

    def rules_of(self, county: CountyResult) -> Mapping[str, Rule]:
        """The rules that judged `county`."""
        return self.rules[(county.ruleset, county.as_of)]

    def findings_of(self, county: CountyResult) -> pl.DataFrame:
        """The findings of one county, in order."""
        return self.findings.filter(
            (pl.col("county_code") == county.county_code) & (pl.col("year") == county.year)
        )

    def drivers(self) -> pl.DataFrame:
        """Who drives the coefficients, the largest of each first, columns DRIVERS.

        Empty where what they were made of was not kept.
        """
        return pl.DataFrame(schema=DRIVERS)

    def succession_of(self, county: CountyResult) -> list[Succession]:
        """What one county states of its schools' codes."""
        return successions(self.stated["succession"], county.county_code, county.year)


@dataclass(frozen=True, slots=True)
class CheckedCounty:
    """A county whose figures were looked at.

    judged: nothing in them keeps it from being judged, and there is something to judge. refused: they
    have errors.
    """

    county_code: str
    county_name: str
    year: int | None
    schools: int
    judged: bool
    refused: bool


@dataclass(frozen=True)
class Validation:
    """The outcome of the data checks.

    judged: of few counties what they would be judged as now, those with errors by what was read of
    them: it says what is still needed for a verdict, and no verdict. inputs: the paths as given.
    """

    counties: tuple[CheckedCounty, ...]
    problems: tuple[Problem, ...]
    judged: tuple[Results, ...] = ()
    inputs: Sequence[Path] = ()

    def count(self, severity: str) -> int:
        """How many problems of that severity there are."""
        return sum(one.severity == severity for one in self.problems)

    def groups(self) -> Iterator[tuple[CheckedCounty | None, list[Problem]]]:
        """The problems of each county in order; first what belongs to none.

        What concerns no year that the county has concerns each of its years.
        """
        years: dict[str, set[int | None]] = {}
        for county in self.counties:
            years.setdefault(county.county_code, set()).add(county.year)
        own: dict[tuple[str, int | None], list[Problem]] = {}
        nobodys = []
        for one in self.problems:
            known = years.get(one.county_code or "", set())
            for year in {one.year} & known or known:
                own.setdefault((one.county_code or "", year), []).append(one)
            if not known:
                nobodys.append(one)
        if nobodys:
            yield None, nobodys
        for county in self.counties:
            yield county, own.get((county.county_code, county.year), [])

    def kinds(self) -> list[tuple[str, str, int]]:
        """Severity, code and number, errors first, the most frequent first."""
        counted = Counter((one.severity, one.code) for one in self.problems)
        return sorted(
            ((severity, code, n) for (severity, code), n in counted.items()),
            key=lambda kind: (SEVERITIES.index(kind[0]), -kind[2], kind[1]),
        )
