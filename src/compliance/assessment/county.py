"""The assessment of a county: what decides, who falls short, how much is missing, who must act."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import polars as pl

from compliance.assessment.figures import Finding
from compliance.assessment.scope import OUTSIDE, Outside, leaves_out, named_schools
from compliance.assessment.standings import (
    DECIDING,
    OPEN,
    PROBLEM,
    REFERENCE,
    SUGGESTION,
    UNDECIDED,
    Judged,
    Standings,
)
from compliance.engine.breakdown import (
    Breakdown,
    Contribution,
    blank_at,
    broken_down,
    county_frames,
    resting_on_schools,
)
from compliance.engine.results import CountyResult, Grounds, Results
from compliance.engine.units import Frames
from compliance.intake.cell_locations import Found
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.submission import STATUSES
from compliance.rules.language.model import Rule
from compliance.rules.waivers import Waiver

# What the first are given of a shared thing serves the later ones too.
_STANDINGS = (PROBLEM, OPEN, SUGGESTION, REFERENCE)

_PUPILS = ("primary_students", "junior_students", "senior_students")
NAMED_BY = ("school_code", "county_code")  # the facts that name a record

Limited = tuple[str | None, float | None, str | None]


class Decisive(NamedTuple):
    """A block, or what the conclusion asks beside the blocks.

    id: empty beside the blocks. level: what the counts count, ``unit`` or ``county``. counts:
    status -> number, worst first, without not_applicable. schools: how many schools fail in it.
    outside: the county's rules in it that do not apply or are waived. left_out: the names of schools
    that it leaves out.
    """

    id: str
    title: str
    status: str
    level: str
    counts: Mapping[str, int]
    schools: int
    outside: tuple[Outside, ...]
    left_out: tuple[str, ...]


class FallingShort(NamedTuple):
    """A school with problems: stage (or "") -> ids of the rules it misses."""

    school_code: str
    school_name: str
    rules: Mapping[str, tuple[str, ...]]


class Advice(NamedTuple):
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


class Amount(NamedTuple):
    """Something countable that is missing, or over a limit.

    part: which part of the rule, empty where it has none. value, unit: 2, 间.
    """

    part: str
    value: float
    unit: str
    over: bool


class Total(NamedTuple):
    """What is missing (or over a limit) in all of one thing.

    standing: of the findings it sums up. schools: how many lack it; 0 where the county itself does.
    """

    rule: str
    standing: str
    amount: Amount
    schools: int


class Awaited(NamedTuple):
    """One thing that one finding waits for.

    fact: by its name, of what is not_checked a count that is 0 and could say 不涉及; empty where the
    rule itself waits (for a statement, or to be computed).
    at_schools: the finding is the county's, but the fact is missing at schools whose own findings
    tell of it. schools: code → name of those at which it is missing, told only here.
    """

    judged: Judged
    fact: str
    at_schools: bool
    schools: Mapping[str, str]


class Waived(NamedTuple):
    """A finding that is waived, and by what."""

    judged: Judged
    waiver: Waiver


class MissingFacts(NamedTuple):
    """Facts that are missing together: where, and whose task they are.

    schools: code → name, in the order of the findings; empty where the county itself must say.
    """

    facts: tuple[str, ...]
    owners: tuple[str, ...]
    schools: Mapping[str, str]


class OfNobody(NamedTuple):
    """A count that is 0, so that shares are 0 of 0 until it says 不涉及: the rules, whose task it is.

    fact: empty where no count could say so.
    """

    fact: str
    rules: tuple[str, ...]
    owner: str


@dataclass(frozen=True)
class Assessment:
    """What is said of one county.

    findings: the county's, in order. decisive: the blocks, then what the conclusion asks beside
    them. open: every finding that is neither met nor not applicable, with its standing. reasons:
    the county's own missed rules. broken: rule ids. waived: the findings that waivers name. spread: rule judged at each school ->
    status -> number of schools. not_summed: misses whose amounts rest on implausible figures, so
    that no total holds them. computable, met: rules worked out from figures. statements: (rule
    ids, owner) that await a person; of_nobody: counts that await 不涉及 or a figure. doubtful: verdicts that rest on figures with a warning.
    grounds: by what and on whose figures it was judged, for `breakdowns`; None where nobody keeps them.
    left_out: as `Results.excluded`; schools_left_out: their names. outside: the county's requirements
    that do not apply or are waived. warnings: about the county's figures.
    """

    county: CountyResult
    rules: Mapping[str, Rule]
    findings: pl.DataFrame
    standings: Standings = field(repr=False)
    decisive: tuple[Decisive, ...]
    open: tuple[Judged, ...]
    reasons: tuple[Finding, ...]
    broken: tuple[str, ...]
    waived: tuple[Waived, ...]
    spread: Mapping[str, Mapping[str, int]]
    computable: int
    met: int
    falling_short: tuple[FallingShort, ...]
    totals: tuple[Total, ...]
    not_summed: tuple[Judged, ...]
    awaited: tuple[Awaited, ...]
    missing: tuple[MissingFacts, ...]
    statements: tuple[tuple[tuple[str, ...], str], ...]
    of_nobody: tuple[OfNobody, ...]
    advice: tuple[Advice, ...]
    doubtful: int
    left_out: tuple[Mapping[str, object], ...]
    schools_left_out: tuple[str, ...]
    outside: tuple[Outside, ...]
    warnings: tuple[Problem, ...]
    grounds: Grounds | None = field(repr=False)

    @property
    def key(self) -> tuple[str, int]:
        """The county's code and year."""
        return self.county.county_code, self.county.year

    @cached_property
    def places(self) -> Found:
        """Where what is missing should stand: school code (None: the county) and fact → its cell.

        Looked up when first asked for. Where a table has no column for it, its row stands under the
        fact that names the record.
        """
        if self.grounds is None:
            return {}
        facts = {one.fact for one in self.awaited if one.fact} | set(NAMED_BY)
        schools = {code for one in self.awaited for code in one.schools}
        return self.grounds.watch.locate(self.key, schools, facts)

    @cached_property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """The county's missed figures that rest on its schools', by school, in the order of the law.

        Worked out when first asked for: of many counties nobody asks. What was given for the county
        as a whole is absent.
        """
        if self.grounds is None:
            return ()
        ruleset = self.grounds.ruleset
        missed = set(self.findings.filter(level="county", status="fail")["rule"])
        rules = [one for one in resting_on_schools(ruleset) if one.id in missed]
        cut = _frames_of(self.key, rules, self.grounds)
        found = (broken_down(one, ruleset, cut, self.findings, missed=True) for one in rules)
        return tuple(one for of_rule in found for one in of_rule)

    def makes_short(self, school_code: str) -> tuple[tuple[Breakdown, Contribution], ...]:
        """The county's missed figures, deciding ones, that a school's own figures make short.

        Those of rules that are judged at the school itself stand among its findings.
        """
        return tuple(
            (whole, one)
            for whole in self.breakdowns
            if whole.complete and self.rules[whole.rule].role in DECIDING
            for one in whole.short
            if one.school_code == school_code
        )

    def judged(self) -> tuple[Judged, ...]:
        """Every finding with its standing, in order."""
        return self.standings.judged(self.findings)


def assess(
    report: Results, county: CountyResult, findings: pl.DataFrame | None = None
) -> Assessment:
    """Assess one county; `findings` spares the filtering where the caller has them already."""
    rules = report.rules_of(county)
    found = report.findings_of(county) if findings is None else findings
    deciding = found.filter(pl.col("role").is_in(DECIDING))
    standings = Standings(found, rules, _sharing(report.schools, county))
    open_ = standings.judged(found.filter(pl.col("status").is_in(["fail", *UNDECIDED])))
    own = [one for one in open_ if one.decides and one.finding["level"] == "county"]
    grounds = report.grounds.get((county.ruleset, county.as_of))
    entries = _awaited(open_, grounds, (county.county_code, county.year))
    computable, met = _conforming(deciding, rules)
    left_out = tuple(
        one
        for one in report.excluded
        if (one["county_code"], one["year"]) == (county.county_code, county.year)
    )
    names, outside = named_schools(left_out), _outside(found, rules)
    return Assessment(
        county=county,
        rules=rules,
        findings=found,
        standings=standings,
        decisive=_decisive(found, county, rules, outside, names),
        open=open_,
        reasons=tuple(one.finding for one in own if one.status == "fail"),
        broken=_ids(one for one in open_ if one.status == "error"),
        waived=_waived(open_, report, county),
        spread=_spread(deciding),
        computable=computable,
        met=met,
        falling_short=_falling_short(open_),
        totals=totals(one for one in open_ if not one.implausible),
        not_summed=tuple(one for one in open_ if one.implausible and amounts(one.finding)),
        awaited=entries,
        missing=_missing_together(entries, report.holders),
        statements=_statements(own),
        of_nobody=_of_nobody(own, report.holders),
        advice=_advice(found, rules),
        doubtful=deciding.filter(
            pl.col("status").is_in(["pass", "fail"]) & (pl.col("warnings").list.len() > 0)
        ).height,
        left_out=left_out,
        schools_left_out=names,
        outside=outside,
        warnings=tuple(
            one
            for one in report.problems
            if one.severity == "warning"
            and about_figures(one)
            and one.county_code == county.county_code
            and one.year in (None, county.year)
        ),
        grounds=grounds,
    )


def _sharing(schools: pl.DataFrame, county: CountyResult) -> set[str]:
    """The codes of a county's schools that have pupils in several stages, senior ones too."""
    pupils = [name for name in _PUPILS if name in schools.columns]
    if not pupils:
        return set()
    own = (pl.col("county_code") == county.county_code) & (pl.col("year") == county.year)
    several = pl.sum_horizontal((pl.col(name) > 0).fill_null(value=False) for name in pupils) > 1
    return set(schools.filter(own & several).get_column("school_code"))


def _ids(judged: Iterable[Judged]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.rule.id for one in judged))


def worst() -> pl.Expr:
    """The state of a group: the first of the contract's order that occurs."""
    return pl.col("status").cast(pl.Enum(STATUSES)).min().cast(pl.String)


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
    return met + int(folded.is_in(["fail", "waived"]).sum()), met


def about_figures(problem: Problem) -> bool:
    """Whether it is about the figures, and not about a waiver that waives nothing."""
    return not problem.code.startswith("waiver_")


def _waived(open_: Iterable[Judged], report: Results, county: CountyResult) -> tuple[Waived, ...]:
    """The waived findings of the county with their waivers, in their order."""
    known = {
        (one.rule, one.waiver.school_code or "", one.stage): one.waiver
        for one in report.waivers
        if one.state == "applied"
        and (one.waiver.county_code, one.year) == (county.county_code, county.year)
    }
    keyed = ((one, (one.rule.id, one.school, one.finding["stage"] or "")) for one in open_)
    return tuple(
        Waived(one, known[key]) for one, key in keyed if one.status == "waived" and key in known
    )


def _outside(found: pl.DataFrame, rules: Mapping[str, Rule]) -> tuple[Outside, ...]:
    """The county's requirements that do not apply or are waived, in order."""
    own = found.filter(
        (pl.col("level") == "county")
        & (pl.col("role") == "requirement")
        & pl.col("status").is_in(OUTSIDE)
    )
    rows = own.select("rule", pl.col("stage").fill_null(""), "status").iter_rows()
    return tuple(Outside.of(rules[rule], stage, status) for rule, stage, status in rows)


def _decisive(
    found: pl.DataFrame,
    county: CountyResult,
    rules: Mapping[str, Rule],
    outside: Sequence[Outside],
    left_out: tuple[str, ...],
) -> tuple[Decisive, ...]:
    made = [
        _outcome(
            found, outside, block, rules[block].label, rules[block].of or (block,), status,
            left_out if leaves_out(rules[block], rules) else (),
        )
        for block, status in county.blocks.items()
        if block in rules
    ]  # fmt: skip
    blocks = {one.title for one in made}
    beside: dict[str, list[str]] = {}
    for member in beside_blocks(rules):
        beside.setdefault(rules[member].aspect or member, []).append(member)
    for aspect, members in beside.items():
        ids = members[0] if len(members) == 1 else f"{members[0]}-{members[-1]}"
        english = rules[members[0]].aspect_en
        told = pick(aspect, english or ids)
        title = told if told not in blocks else say("{aspect}（{ids}）", aspect=told, ids=ids)
        made.append(_outcome(found, outside, "", title, members))
    return tuple(made)


def beside_blocks(rules: Mapping[str, Rule]) -> list[str]:
    """What the conclusion asks directly, and what decides: vetoes, eligibility, own rules."""
    members = [member for rule in rules.values() if rule.role == "conclusion" for member in rule.of]
    return [one for one in members if one in rules and rules[one].role == "requirement"]


def _outcome(
    found: pl.DataFrame,
    outside: Sequence[Outside],
    key: str,
    title: str,
    members: Sequence[str],
    status: str = "",
    left_out: tuple[str, ...] = (),
) -> Decisive:
    own = found.filter(pl.col("rule").is_in(list(members)) & (pl.col("role") != "advisory"))
    of_county = own.filter(level="county")
    units = own.group_by("school_code", "stage", maintain_order=True).agg(worst())
    own = of_county if of_county.height else units
    counts = _counts(own)
    failing = own.filter(pl.col("school_code").is_not_null(), status="fail")
    return Decisive(
        id=key,
        title=title,
        status=status or next(iter(counts), "not_applicable"),
        level="county" if of_county.height else "unit",
        counts=counts,
        schools=failing.get_column("school_code").n_unique(),
        outside=tuple(one for one in outside if one.rule in members),
        left_out=left_out,
    )


def _spread(deciding: pl.DataFrame) -> dict[str, dict[str, int]]:
    by_rule = deciding.filter(level="school").group_by("rule", maintain_order=True)
    return {str(rule): _counts(_by_school(found)) for (rule,), found in by_rule}


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
    judged = set(found.filter(role="advisory").get_column("rule"))
    for key in (key for key, one in rules.items() if key in judged and not one.is_input):
        own, level = _widest(found, key)
        if counts := _counts(_by_school(own) if level == "school" else own):
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


def _by_school(own: pl.DataFrame) -> pl.DataFrame:
    """One state a school, where a rule has a finding for each of its stages."""
    return own.group_by("school_code", maintain_order=True).agg(worst())


def _widest(found: pl.DataFrame, rule: str) -> tuple[pl.DataFrame, str]:
    own = found.filter(rule=rule)
    county = own.filter(level="county")
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


def amounts(finding: Finding) -> tuple[Amount, ...]:
    """What a missed rule lacks, part by part; empty where nothing is missed or countable."""
    if finding["status"] not in ("fail", "waived"):
        return ()
    parts = tuple(
        Amount(part["name"], part["shortfall"], part["shortfall_unit"] or "", over=False)
        for part in finding["parts"] or ()
        if part["shortfall"]
    )
    if parts:
        return parts
    if finding["shortfall"]:
        return (Amount("", finding["shortfall"], finding["shortfall_unit"] or "", over=False),)
    if finding["excess"]:
        return (Amount("", finding["excess"], finding["excess_unit"] or "", over=True),)
    return ()


def totals(missed: Iterable[Judged]) -> tuple[Total, ...]:
    """Totals a rule and part, in the order of the law, what is over a limit first.

    People and rooms are summed; of what the stages of a school share, the largest amount counts.
    """
    rules: dict[int, Rule] = {}
    found: dict[tuple[int, str, str, bool], dict[str, dict[str, list[float]]]] = {}
    for one in missed:
        rules[one.place] = one.rule
        for amount in amounts(one.finding):
            thing = (one.place, amount.part, amount.unit, amount.over)
            own = found.setdefault(thing, {}).setdefault(one.school, {})
            own.setdefault(one.standing, []).append(amount.value)
    made = []
    for (place, part, unit, over), schools in found.items():
        shared = rules[place].shared
        needed = {school: _needed(own, shared=shared) for school, own in schools.items()}
        for standing in _STANDINGS:
            lacking = {school: own[standing] for school, own in needed.items() if own[standing] > 0}
            if lacking:
                amount = Amount(part, round(sum(lacking.values()), 2), unit, over)
                count = sum(map(bool, lacking))
                made.append((place, Total(rules[place].id, standing, amount, count)))
    made.sort(key=lambda one: (one[0], one[1].amount.part, not one[1].amount.over))
    return tuple(total for _, total in made)


def _needed(own: dict[str, list[float]], *, shared: bool) -> dict[str, float]:
    """Standing -> amount at one school; of a shared thing only what the standings before leave."""
    if not shared:
        return {standing: sum(own.get(standing, ())) for standing in _STANDINGS}
    needed, given = {}, 0.0
    for standing in _STANDINGS:
        most = max(own.get(standing, ()), default=0.0)
        needed[standing] = max(most - given, 0.0)
        given = max(given, most)
    return needed


def offices(rule: Rule) -> str:
    """Who answers for a rule, and the offices that act with it; empty where the rule set names nobody."""
    lead, joint = pick(rule.owner, rule.owner_en), msg("、").join(rule.partners)
    return say("{lead}（会同{joint}）", lead=lead, joint=joint) if joint else lead


def supplier(rule: Rule, fact: str, holders: Mapping[str, str]) -> str:
    """Who can supply what a rule waits for: of a fact its holder, else who answers for the rule."""
    return holders.get(fact) or holders.get(fact.partition(".")[0]) or offices(rule)


def _frames_of(key: tuple[str, int], rules: Sequence[Rule], grounds: Grounds) -> Frames:
    """The county's frames with what these rules count of its schools."""
    return county_frames(rules, grounds.ruleset, grounds.figures.of([key]))


def _awaited(
    judged: Iterable[Judged], grounds: Grounds | None, key: tuple[str, int]
) -> tuple[Awaited, ...]:
    """Everything awaited; a finding that only repeats what its members or its schools wait for is
    left out.
    """
    waiting = [one for one in judged if one.waits]
    at_schools = {(one.rule.id, one.status) for one in waiting if one.school}
    known = {fact for one in waiting if one.school for fact in one.finding["missing"]}
    components = {one.rule.id for one in waiting if one.rule.role == "component"}
    told = [
        one
        for one in waiting
        if one.school or (one.rule.id, one.status) not in at_schools
        if not (components.intersection(one.rule.of) and _repeats(one, known))
    ]
    blank = _blank_at(told, known, grounds, key)
    found = []
    for one in told:
        for fact in _waited_for(one):
            of_school = not one.school and fact in known
            own = {one.school: str(one.finding["school_name"])} if one.school else {}
            found.append(Awaited(one, fact, of_school, own or blank.get(fact, {})))
    return tuple(found)


def _blank_at(
    waiting: Iterable[Judged], known: Collection[str], grounds: Grounds | None, key: tuple[str, int]
) -> Mapping[str, Mapping[str, str]]:
    """The schools whose blanks leave the county's sums open: fact → code → name; not of facts that the
    schools' own findings tell of.
    """
    if grounds is None:
        return {}
    rules = [
        grounds.ruleset.rules[one.rule.id]
        for one in waiting
        if not one.school and set(one.finding["missing"]) - set(known)
    ]
    found: dict[str, dict[str, str]] = {}
    resting = [one for one in rules if one in resting_on_schools(grounds.ruleset)]
    if not resting:
        return {}
    cut = _frames_of(key, resting, grounds)
    for rule in resting:
        for fact, schools in blank_at(rule, grounds.ruleset, cut).items():
            if fact not in known:
                found.setdefault(fact, {}).update(schools)
    return found


def _waited_for(one: Judged) -> Sequence[str]:
    """The facts that a finding waits for, and "" where it waits for something else."""
    facts: list[str] = one.finding["missing"] if one.status in ("unknown", "not_checked") else []
    return [*facts, ""] if not facts or _awaits_statement(one) else facts


def _awaits_statement(one: Judged) -> bool:
    """Whether nobody has stated yet what only a person can, or half of it."""
    told = zip(one.rule.parts, one.finding["parts"] or (), strict=False)
    if any(part.statement and found["status"] == "not_checked" for part, found in told):
        return True
    computed = one.rule.indicators or one.rule.parts
    return one.status == "not_checked" and not computed


def _repeats(one: Judged, known: set[str]) -> bool:
    """Whether a rule made of others names no fact that those do not name already.

    A coefficient may be impossible to compute (a mean of 0) although every school has its figure.
    """
    missing = one.finding["missing"]
    return all(fact in known for fact in missing) if missing else bool(one.school)


def _missing_together(
    entries: Iterable[Awaited], holders: Mapping[str, str]
) -> tuple[MissingFacts, ...]:
    """The missing facts in the order of the law, those of the same schools and owners together."""
    facts: dict[str, list[Judged]] = {}
    schools: dict[str, dict[str, str]] = {}
    for one in sorted(entries, key=lambda one: one.judged.place):
        if one.fact and not one.at_schools and one.judged.status == "unknown":
            facts.setdefault(one.fact, []).append(one.judged)
            schools.setdefault(one.fact, {}).update(one.schools)
    together: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[list[str], dict[str, str]]] = {}
    for fact, found in facts.items():
        told = (supplier(one.rule, fact, holders) for one in found)
        owners = tuple(dict.fromkeys(filter(None, told)))
        same = together.setdefault((owners, tuple(schools[fact])), ([], schools[fact]))
        same[0].append(fact)
    return tuple(
        MissingFacts(tuple(named), owners, where)
        for (owners, _), (named, where) in together.items()
    )


def _statements(own: Iterable[Judged]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """(rule ids, owner) of the county's rules that await a person's statement, or half of one."""
    by_owner: dict[str, list[Judged]] = {}
    for one in own:
        if _awaits_statement(one):
            by_owner.setdefault(offices(one.rule), []).append(one)
    return tuple((_ids(waiting), who) for who, waiting in by_owner.items())


def _of_nobody(own: Iterable[Judged], holders: Mapping[str, str]) -> tuple[OfNobody, ...]:
    """The counts of 0 that keep the county's shares from being judged, those of an owner together."""
    found: dict[tuple[str, str], list[Judged]] = {}
    for one in own:
        if one.status == "not_checked":
            facts = one.finding["missing"] or ([] if _awaits_statement(one) else [""])
            for fact in facts:
                found.setdefault((fact, supplier(one.rule, fact, holders)), []).append(one)
    return tuple(OfNobody(fact, _ids(some), who) for (fact, who), some in found.items())
