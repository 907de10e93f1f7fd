"""What a county's findings come to: the figures behind the text summary and the page.

Everything is counted in columns; no loop runs over findings. Words are added by the renderers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from compliance.engine.findings.report import CountyResult, Report
from compliance.kernel.i18n import pick
from compliance.kernel.submission import STATUSES
from compliance.render.digest.shortages import Miss, Shortage, missed, misses, shortages
from compliance.rules.language.model import Rule

_DECIDING = ("requirement", "component")
_RANK = {status: rank for rank, status in enumerate(STATUSES)}
_STATUS_OF = dict(enumerate(STATUSES))


@dataclass(frozen=True, slots=True)
class Group:
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
class Gap:
    """Facts that are missing together: where, and whose task they are.

    schools: names in the order of the findings; empty where the county itself must say.
    """

    facts: tuple[str, ...]
    owners: tuple[str, ...]
    schools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """An advisory rule's outcome, shown beside the verdict and without weight in it.

    level, counts: what was judged and how it came out. base: the state of the rule in force that
    it would replace, or "". base_from: what the layer of that rule is called. limits: (operator, threshold, unit) of itself and of that rule.
    """

    rule: Rule
    level: str
    counts: Mapping[str, int]
    limit: tuple[str | None, float | None, str | None]
    base: str
    base_limit: tuple[str | None, float | None, str | None]
    base_from: str = ""


@dataclass(frozen=True)
class Digest:
    """One county's findings, condensed.

    failing: the county's own failing findings. spread: rule judged at each school -> status ->
    number of schools. computable, met: rules worked out from figures. statements: (rule ids,
    owner) that await a person. doubtful: verdicts that rest on figures with a warning.
    """

    county: CountyResult
    rules: Mapping[str, Rule]
    findings: pl.DataFrame
    groups: tuple[Group, ...]
    failing: pl.DataFrame
    broken: tuple[str, ...]
    waived: tuple[str, ...]
    spread: Mapping[str, Mapping[str, int]]
    computable: int
    met: int
    misses: tuple[Miss, ...]
    shortages: tuple[Shortage, ...]
    gaps: tuple[Gap, ...]
    statements: tuple[tuple[tuple[str, ...], str], ...]
    advice: tuple[Advice, ...]
    doubtful: int


def digest(report: Report, county: CountyResult, findings: pl.DataFrame | None = None) -> Digest:
    """Condense one county; `findings` spares the filtering where the caller has them already."""
    rules = report.rules_of(county)
    found = report.findings_of(county) if findings is None else findings
    deciding = found.filter(pl.col("role").is_in(_DECIDING))
    computable, met = _conforming(deciding, rules)
    short = missed(deciding, rules)
    own = deciding.filter(pl.col("level") == "county")
    return Digest(
        county=county,
        rules=rules,
        findings=found,
        groups=groups(found, county, rules),
        failing=own.filter(pl.col("status") == "fail"),
        broken=_ids(found.filter(pl.col("status") == "error")),
        waived=_ids(own.filter(pl.col("status") == "waived")),
        spread=_spread(deciding),
        computable=computable,
        met=met,
        misses=misses(short),
        shortages=shortages(short, rules),
        gaps=_gaps(deciding, rules),
        statements=_statements(own, rules),
        advice=_advice(found, rules),
        doubtful=deciding.filter(
            pl.col("status").is_in(["pass", "fail"]) & (pl.col("warnings").list.len() > 0)
        ).height,
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
    stated = [key for key, rule in rules.items() if rule.statement]
    staged = [key for key, rule in rules.items() if rule.form.coefficient]
    each = pl.when(pl.col("rule").is_in(staged)).then(pl.col("stage"))
    folded = (
        deciding.filter(~pl.col("rule").is_in(stated))
        .group_by("rule", each.alias("each"))
        .agg(worst())
        .get_column("status")
    )
    met = int((folded == "pass").sum())
    return met + int((folded == "fail").sum()), met


def groups(
    found: pl.DataFrame, county: CountyResult, rules: Mapping[str, Rule]
) -> tuple[Group, ...]:
    """The blocks in order, then what the conclusion asks directly, by aspect."""
    made = [
        _group(found, block, rules[block].label, rules[block].of or (block,), status)
        for block, status in county.blocks.items()
        if block in rules
    ]
    blocks = {group.title for group in made}
    beside: dict[str, list[str]] = {}
    for member in beside_blocks(rules):
        beside.setdefault(rules[member].aspect or member, []).append(member)
    for aspect, members in beside.items():
        ids = members[0] if len(members) == 1 else f"{members[0]}-{members[-1]}"
        title = pick(aspect if aspect not in blocks else f"{aspect}（{ids}）", ids)
        made.append(_group(found, "", title, members))
    return tuple(made)


def beside_blocks(rules: Mapping[str, Rule]) -> list[str]:
    """What the conclusion asks directly, and what decides: vetoes, eligibility, own rules."""
    members = [member for rule in rules.values() if rule.role == "conclusion" for member in rule.of]
    return [one for one in members if one in rules and rules[one].role == "requirement"]


def _group(
    found: pl.DataFrame, key: str, title: str, members: Sequence[str], status: str = ""
) -> Group:
    own = found.filter(pl.col("rule").is_in(list(members)) & (pl.col("role") != "advisory"))
    level = "county" if (own.get_column("level") == "county").any() else "unit"
    if level == "county":
        own = own.filter(pl.col("level") == "county")
    counts = _counts(own)
    failing = own.filter((pl.col("status") == "fail") & pl.col("school_code").is_not_null())
    return Group(
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


def _gaps(deciding: pl.DataFrame, rules: Mapping[str, Rule]) -> tuple[Gap, ...]:
    """Missing facts, those of the same schools and the same owners together."""
    owners = {key: pick(rule.owner, rule.owner_en) for key, rule in rules.items()}
    order = {key: place for place, key in enumerate(rules)}
    lacking = (
        deciding.filter((pl.col("status") == "unknown") & (pl.col("missing").list.len() > 0))
        .select("rule", "school_code", "school_name", pl.col("missing").alias("fact"))
        .explode("fact")
        .sort(pl.col("rule").replace_strict(order, default=0), maintain_order=True)
        .with_columns(pl.col("rule").replace_strict(owners, default="").alias("owner"))
    )
    # A coefficient or a rolled-up rule only repeats what its schools lack.
    at_school = pl.col("school_code").is_not_null()
    of_schools = lacking.filter(at_school).get_column("fact").unique().to_list()
    lacking = lacking.filter(at_school | ~pl.col("fact").is_in(of_schools))
    named = pl.col("owner").filter(pl.col("owner") != "").unique(maintain_order=True)
    facts = lacking.group_by("fact", maintain_order=True).agg(
        named.alias("owners"),
        pl.struct("school_code", "school_name").unique(maintain_order=True).alias("where"),
    )
    together = facts.group_by("owners", "where", maintain_order=True).agg("fact")
    return tuple(
        Gap(
            tuple(row["fact"]),
            tuple(row["owners"]),
            tuple(one["school_name"] for one in row["where"] if one["school_code"] is not None),
        )
        for row in together.iter_rows(named=True)
    )


def _statements(
    own: pl.DataFrame, rules: Mapping[str, Rule]
) -> tuple[tuple[tuple[str, ...], str], ...]:
    """What awaits a person's statement: whole rules, and rules with a stated half still open."""
    half = pl.element().struct.field("status") == "not_checked"
    open_half = pl.col("parts").list.eval(half).list.any().fill_null(value=False)
    waiting = own.filter((pl.col("status") == "not_checked") | open_half)
    by_owner: dict[str, list[str]] = {}
    for key in _ids(waiting):
        by_owner.setdefault(pick(rules[key].owner, rules[key].owner_en), []).append(key)
    return tuple((tuple(ids), owner) for owner, ids in by_owner.items())


def _advice(found: pl.DataFrame, rules: Mapping[str, Rule]) -> tuple[Advice, ...]:
    """Advisory rules in the law's order: the county's finding where there is one, else all its
    subjects.
    """
    made = []
    judged = set(_ids(found.filter(pl.col("role") == "advisory")))
    for key in (key for key in rules if key in judged):
        own, level = _widest(found, (key,))
        counts = _counts(own)
        if counts:
            base, _ = _widest(found, (rules[key].of_base,))
            state = base.select(worst()).item() if base.height else ""
            made.append(
                Advice(
                    rules[key], level, counts, _limit(own), state, _limit(base), _from(rules, key)
                )
            )
    return tuple(made)


def _widest(found: pl.DataFrame, ids: Iterable[str]) -> tuple[pl.DataFrame, str]:
    own = found.filter(pl.col("rule").is_in(list(ids)))
    county = own.filter(pl.col("level") == "county")
    if county.height:
        return county, "county"
    return own, str(own.get_column("level").first() or "")


def _limit(frame: pl.DataFrame) -> tuple[str | None, float | None, str | None]:
    """The one limit that the findings were held against, their own or their only part's."""
    columns = ("operator", "threshold", "unit")
    parts = frame.select(pl.col("parts").explode()).unnest("parts")
    for each in (frame, parts):
        limits = each.select(columns).filter(pl.col("threshold").is_not_null()).unique()
        if limits.height:
            return limits.row(0) if limits.height == 1 else (None, None, None)
    return None, None, None


def _from(rules: Mapping[str, Rule], key: str) -> str:
    """What the layer is called whose rule an advisory variant would replace."""
    base = rules.get(rules[key].of_base)
    return base.given_by if base is not None else ""
