"""The assessment of one county: what decides, who falls short, how much is missing, who must act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from compliance.assessment.awaited import (
    Awaited,
    MissingFacts,
    awaited,
    missing_together,
    statements,
)
from compliance.assessment.figures import Finding
from compliance.assessment.standings import (
    DECIDING,
    PROBLEM,
    WAITING,
    Judged,
    Standings,
)
from compliance.assessment.totals import Total, totals
from compliance.engine.findings.report import CountyResult, Report
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import pick
from compliance.kernel.submission import STATUSES
from compliance.rules.language.model import Rule

_RANK = {status: rank for rank, status in enumerate(STATUSES)}
_STATUS_OF = dict(enumerate(STATUSES))

Limited = tuple[str | None, float | None, str | None]


@dataclass(frozen=True, slots=True)
class Decisive:
    """A block, or what the conclusion asks beside the blocks.

    id: empty beside the blocks. level: what the counts count, ``unit`` or ``county``. counts:
    status -> number, worst first, without not_applicable. schools: how many schools fail in it.
    """

    id: str
    title: str
    status: str
    level: str
    counts: Mapping[str, int]
    schools: int


@dataclass(frozen=True, slots=True)
class FallingShort:
    """A school with problems: stage (or "") -> ids of the rules it misses."""

    school_code: str
    school_name: str
    rules: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Advice:
    """An advisory rule's outcome, shown beside the verdict and without weight in it.

    level, counts: what was judged and how it came out. limit: (operator, threshold, unit), where
    there is a single one. base: the state of the rule in force that it would replace, or "";
    base_from: what the layer of that rule is called.
    """

    rule: Rule
    level: str
    counts: Mapping[str, int]
    limit: Limited
    base: str
    base_limit: Limited
    base_from: str


@dataclass(frozen=True)
class Assessment:
    """What is said of one county.

    findings: the county's, in order. decisive: the blocks, then what the conclusion asks beside
    them. open: every finding that is neither met nor not applicable, with its standing. reasons:
    the county's own missed rules. broken, waived: rule ids. spread: rule judged at each school ->
    status -> number of schools. computable, met: rules worked out from figures. statements: (rule
    ids, owner) that await a person. doubtful: verdicts that rest on figures with a warning.
    left_out: as `Report.excluded`. warnings: about the county's figures.
    """

    county: CountyResult
    rules: Mapping[str, Rule]
    findings: pl.DataFrame
    standings: Standings = field(repr=False)
    decisive: tuple[Decisive, ...]
    open: tuple[Judged, ...]
    reasons: tuple[Finding, ...]
    broken: tuple[str, ...]
    waived: tuple[str, ...]
    spread: Mapping[str, Mapping[str, int]]
    computable: int
    met: int
    falling_short: tuple[FallingShort, ...]
    totals: tuple[Total, ...]
    awaited: tuple[Awaited, ...]
    missing: tuple[MissingFacts, ...]
    statements: tuple[tuple[tuple[str, ...], str], ...]
    advice: tuple[Advice, ...]
    doubtful: int
    left_out: tuple[Mapping[str, object], ...]
    warnings: tuple[Problem, ...]

    def judged(self) -> tuple[Judged, ...]:
        """Every finding with its standing, in order."""
        return self.standings.judged(self.findings)


def assess(
    report: Report, county: CountyResult, findings: pl.DataFrame | None = None
) -> Assessment:
    """Assess one county; `findings` spares the filtering where the caller has them already."""
    rules = report.rules_of(county)
    found = report.findings_of(county) if findings is None else findings
    deciding = found.filter(pl.col("role").is_in(DECIDING))
    own = deciding.filter(pl.col("level") == "county")
    standings = Standings(found, rules)
    open_ = standings.judged(found.filter(pl.col("status").is_in(["fail", *WAITING])))
    entries = awaited(open_)
    computable, met = _conforming(deciding, rules)
    return Assessment(
        county=county,
        rules=rules,
        findings=found,
        standings=standings,
        decisive=_decisive(found, county, rules),
        open=open_,
        reasons=tuple(
            one.finding
            for one in open_
            if one.decides and one.status == "fail" and one.finding["level"] == "county"
        ),
        broken=_ids(found.filter(pl.col("status") == "error")),
        waived=_ids(own.filter(pl.col("status") == "waived")),
        spread=_spread(deciding),
        computable=computable,
        met=met,
        falling_short=_falling_short(open_),
        totals=totals(open_),
        awaited=entries,
        missing=missing_together(entries),
        statements=statements(open_),
        advice=_advice(found, rules),
        doubtful=deciding.filter(
            pl.col("status").is_in(["pass", "fail"]) & (pl.col("warnings").list.len() > 0)
        ).height,
        left_out=tuple(
            one
            for one in report.excluded
            if (one["county_code"], one["year"]) == (county.county_code, county.year)
        ),
        warnings=tuple(
            one
            for one in report.problems
            if one.severity == "warning"
            and one.county_code == county.county_code
            and one.year in (None, county.year)
        ),
    )


def _ids(frame: pl.DataFrame) -> tuple[str, ...]:
    return tuple(frame.get_column("rule").unique(maintain_order=True))


def worst() -> pl.Expr:
    """The state of a group: the first of the contract's order that occurs."""
    rank = pl.col("status").replace_strict(_RANK, return_dtype=pl.Int8)
    return rank.min().replace_strict(_STATUS_OF, return_dtype=pl.String).alias("status")


def _counts(frame: pl.DataFrame) -> dict[str, int]:
    """status -> number, worst first, without not_applicable."""
    found = dict(frame.group_by("status").len().iter_rows())
    return {each: found[each] for each in STATUSES[:-1] if each in found}


def _conforming(deciding: pl.DataFrame, rules: Mapping[str, Rule]) -> tuple[int, int]:
    """(computable, met): one a rule over all its schools, for coefficients one a stage."""
    by_hand = [key for key, rule in rules.items() if rule.statement]
    staged = [key for key, rule in rules.items() if rule.form.coefficient]
    each = pl.when(pl.col("rule").is_in(staged)).then(pl.col("stage"))
    folded = (
        deciding.filter(~pl.col("rule").is_in(by_hand))
        .group_by("rule", each.alias("each"))
        .agg(worst())
        .get_column("status")
    )
    met = int((folded == "pass").sum())
    return met + int((folded == "fail").sum()), met


def _decisive(
    found: pl.DataFrame, county: CountyResult, rules: Mapping[str, Rule]
) -> tuple[Decisive, ...]:
    made = [
        _outcome(found, block, rules[block].label, rules[block].of or (block,), status)
        for block, status in county.blocks.items()
        if block in rules
    ]
    blocks = {one.title for one in made}
    beside: dict[str, list[str]] = {}
    for member in beside_blocks(rules):
        beside.setdefault(rules[member].aspect or member, []).append(member)
    for aspect, members in beside.items():
        ids = members[0] if len(members) == 1 else f"{members[0]}-{members[-1]}"
        title = pick(aspect if aspect not in blocks else f"{aspect}（{ids}）", ids)
        made.append(_outcome(found, "", title, members))
    return tuple(made)


def beside_blocks(rules: Mapping[str, Rule]) -> list[str]:
    """What the conclusion asks directly, and what decides: vetoes, eligibility, own rules."""
    members = [member for rule in rules.values() if rule.role == "conclusion" for member in rule.of]
    return [one for one in members if one in rules and rules[one].role == "requirement"]


def _outcome(
    found: pl.DataFrame, key: str, title: str, members: Sequence[str], status: str = ""
) -> Decisive:
    own = found.filter(pl.col("rule").is_in(list(members)) & (pl.col("role") != "advisory"))
    level = "county" if (own.get_column("level") == "county").any() else "unit"
    if level == "county":
        own = own.filter(pl.col("level") == "county")
    counts = _counts(own)
    failing = own.filter((pl.col("status") == "fail") & pl.col("school_code").is_not_null())
    return Decisive(
        id=key,
        title=title,
        status=status or next(iter(counts), "not_applicable"),
        level=level,
        counts=counts,
        schools=failing.get_column("school_code").n_unique(),
    )


def _spread(deciding: pl.DataFrame) -> dict[str, dict[str, int]]:
    by_school = (
        deciding.filter(pl.col("level") == "school")
        .group_by("rule", "school_code", maintain_order=True)
        .agg(worst())
    )
    return {
        str(rule): _counts(schools)
        for (rule,), schools in by_school.group_by("rule", maintain_order=True)
    }


def _falling_short(judged: Iterable[Judged]) -> tuple[FallingShort, ...]:
    """The schools that have problems, the one with most of them first."""
    found: dict[str, dict[str, list[str]]] = {}
    names: dict[str, str] = {}
    for one in judged:
        if one.school and one.standing == PROBLEM:
            names[one.school] = one.finding["school_name"]
            own = found.setdefault(one.school, {})
            own.setdefault(one.finding["stage"] or "", []).append(one.rule.id)
    most_first = sorted(found, key=lambda code: -sum(map(len, found[code].values())))
    return tuple(
        FallingShort(code, names[code], {stage: tuple(ids) for stage, ids in found[code].items()})
        for code in most_first
    )


def _advice(found: pl.DataFrame, rules: Mapping[str, Rule]) -> tuple[Advice, ...]:
    """Advisory rules in the law's order: the county's finding where there is one, else all its
    subjects.
    """
    made = []
    judged = set(_ids(found.filter(pl.col("role") == "advisory")))
    for key in (key for key in rules if key in judged):
        own, level = _widest(found, key)
        counts = _counts(own)
        if counts:
            base, _ = _widest(found, rules[key].of_base)
            replaced = rules.get(rules[key].of_base)
            made.append(
                Advice(
                    rule=rules[key],
                    level=level,
                    counts=counts,
                    limit=_limit(own),
                    base=base.select(worst()).item() if base.height else "",
                    base_limit=_limit(base),
                    base_from=replaced.given_by if replaced else "",
                )
            )
    return tuple(made)


def _widest(found: pl.DataFrame, rule: str) -> tuple[pl.DataFrame, str]:
    own = found.filter(pl.col("rule") == rule)
    county = own.filter(pl.col("level") == "county")
    if county.height:
        return county, "county"
    return own, str(own.get_column("level").first() or "")


def _limit(frame: pl.DataFrame) -> Limited:
    """The one limit that the findings were held against, their own or their only part's."""
    columns = ("operator", "threshold", "unit")
    parts = frame.select(pl.col("parts").explode()).unnest("parts")
    for each in (frame, parts):
        limits = each.select(columns).filter(pl.col("threshold").is_not_null()).unique()
        if limits.height:
            return limits.row(0) if limits.height == 1 else (None, None, None)
    return None, None, None
