"""Each county's conclusion, who was left out and why, and what statements lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import comb
from typing import Any

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.evaluate import Evaluation
from compliance.engine.results import CountyResult
from compliance.engine.units import IDENTITY, MERGED
from compliance.kernel.errors import Problem, show_traceback
from compliance.kernel.faults import FAULTS
from compliance.kernel.i18n import msg, msg_in, pick, say
from compliance.kernel.labels import stage_words
from compliance.kernel.submission import FAIL, KEY, PASS, STATUSES, WAIVED
from compliance.rules.language import conditions
from compliance.rules.language.model import BASES, UPPER, WRITTEN, Rule
from compliance.rules.language.ruleset import Ruleset

_COUNTED = ("pass", "fail", "unknown", "not_applicable", "not_checked", "waived", "error")
_DATED = ("data_date", "data_kind")
_VERDICTS = {"pass": "pass", "fail": "fail", "not_applicable": "pass"}


def counties(evaluation: Evaluation, counted: Mapping[tuple[int, str], int]) -> list[CountyResult]:
    """Verdict, blocks and exact counts of every county.

    counted: the county's number and a status → how many findings have it.
    """
    rules = evaluation.ruleset.rules.values()
    groups = [rule.id for rule in rules if rule.role == "block"]
    names = [*groups, evaluation.ruleset.concludes]
    states = {name: evaluation.county_status(name) for name in dict.fromkeys(names)}
    table = evaluation.plan("county").frame.select(
        "county", *KEY, "county_name", *(state.alias(f"#{name}") for name, state in states.items())
    )
    by_basis = bases(evaluation.ruleset)
    dated = _dated(evaluation.submission.counties)
    unattributed = evaluation.submission.unattributed
    return [
        CountyResult(
            county_code=row["county_code"],
            county_name=row["county_name"],
            year=row["year"],
            verdict=_VERDICTS.get(STATUSES[row[f"#{evaluation.ruleset.concludes}"]], "undecided"),
            ruleset=evaluation.ruleset.id,
            as_of=evaluation.as_of.isoformat(),
            bases=by_basis,
            input=evaluation.submission.given.get((row["county_code"], row["year"]), ""),
            blocks={block: STATUSES[row[f"#{block}"]] for block in groups},
            counts={status: counted.get((row["county"], status), 0) for status in _COUNTED},
            unattributed=unattributed.get((row["county_code"], row["year"]), ()),
            **dated.get((row["county_code"], row["year"]), {}),
        )
        for row in table.iter_rows(named=True)
    ]


def _dated(records: pl.DataFrame) -> dict[tuple[str, int], dict[str, str]]:
    """County and year → of which day and kind its figures are, as far as it is recorded."""
    given = [name for name in _DATED if name in records.columns]
    if not given:
        return {}
    rows = records.select(*KEY, pl.struct(given).alias("dated")).iter_rows()
    return {
        (code, year): {name: value for name, value in one.items() if value is not None}
        for code, year, one in rows
    }


def bases(ruleset: Ruleset) -> dict[str, dict[str, int]]:
    """How many rules of each legal basis have weight, and how many are shown without it."""
    found = {basis: {"deciding": 0, "advisory": 0} for basis in BASES}
    for rule in (one for one in ruleset.rules.values() if not one.is_input):
        found[rule.basis]["advisory" if rule.role == "advisory" else "deciding"] += 1
    return {basis: counted for basis, counted in found.items() if any(counted.values())}


def excluded(evaluation: Evaluation) -> list[Mapping[str, object]]:
    """The schools and stages left out of the component rules, each with its reason."""
    reasons = dict.fromkeys(
        reason
        for rule in evaluation.ruleset.rules.values()
        if rule.role == "component"
        for reason in rule.exclude
    )
    merger, titles = evaluation.merger, exclusion_titles(evaluation.ruleset)
    schools = evaluation.frames.school
    if merger is not None:
        schools = schools.join(merger.absorbed, on="school", how="anti", maintain_order="left")
    out = [_matches(evaluation, reason).alias(f"#{reason}") for reason in reasons]
    found: list[dict[str, Any]] = []
    if out:
        left = schools.select(*IDENTITY, *out).filter(pl.any_horizontal(f"#{r}" for r in reasons))
        for row in left.iter_rows(named=True):
            found += [_left_out(row, reason) for reason in reasons if row[f"#{reason}"]]
    if merger is not None:
        found += [_left_out(row, MERGED) for row in merger.absorbed.iter_rows(named=True)]
    found += evaluation.frames.excluded.iter_rows(named=True)
    found.sort(key=lambda row: row.pop("school"))
    return [{**row, "title": titles[row["reason"]]} for row in found]


def exclusion_titles(ruleset: Ruleset) -> dict[str, str]:
    """Reason → why a school or stage is left out, in the current language."""
    return {
        **{name: pick(one.title, one.title_en) for name, one in ruleset.exclusions.items()},
        MERGED: msg("已并入主校（中心校）计算"),
        "stage_without_pupils": msg("该学段没有学生"),
    }


def _matches(evaluation: Evaluation, reason: str) -> pl.Expr:
    where = evaluation.ruleset.exclusions[reason].where
    return conditions.matches(where).fill_null(value=False)


def _left_out(row: Mapping[str, Any], reason: str) -> dict[str, Any]:
    return {**{name: row[name] for name in IDENTITY}, "stage": None, "reason": reason}


def remarks(evaluation: Evaluation) -> list[Problem]:
    """What the judging itself found doubtful."""
    return [
        *without_units(evaluation),
        *without_main_school(evaluation),
        *second_opinions(evaluation),
        *contradictions(evaluation),
        *bunched(evaluation),
        *of_kinds(evaluation),
        *broken(evaluation),
    ]


def decided(evaluation: Evaluation) -> set[tuple[str, int]]:
    """The counties of which any rule with weight is met or missed: of others there is nothing to judge."""
    found = set[int]()
    for rule in evaluation.ruleset.rules.values():
        if rule.role in ("component", "requirement"):
            settled = evaluation.outcomes(rule.id).filter(pl.col("status").is_in([FAIL, PASS]))
            found |= set(settled.select(pl.col("county").unique()).collect()["county"])
    keys = evaluation.frames.county.select("county", *KEY).iter_rows()
    return {(code, year) for county, code, year in keys if county in found}


def of_kinds(evaluation: Evaluation) -> list[Problem]:
    """What the kinds of the rules doubt themselves; advisory variants ask what their base asks."""
    problems: list[Problem] = []
    for rule in evaluation.ruleset.rules.values():
        for holder in rule.holders if not rule.of_base else ():
            try:
                problems += evaluation.kinds[holder.kind].doubts(rule, holder, evaluation)
            except FAULTS as error:  # the verdict stands, the doubt is told as broken
                show_traceback(error)
                evaluation.broken[rule.id] = f"{type(error).__name__}: {error}"
    return problems


def _warning(
    code: str,
    message: str,
    expected: str,
    row: Mapping[str, Any],
    **about: Any,  # noqa: ANN401
) -> Problem:
    """A warning about the county of a row."""
    county, year = row["county_code"], row["year"]
    return Problem("warning", code, message, expected, county_code=county, year=year, **about)


def without_main_school(evaluation: Evaluation) -> list[Problem]:
    """Schools that a switch would add to another, but that name none it could be."""
    if evaluation.merger is None:
        return []
    return [
        _warning(
            "main_school_not_found",
            say(
                "{school}的主校（中心校）未填、未找到或没有相应学段，未并入，仍单独计算",
                school=row["school_name"],
            ),
            msg("填写同县主校的学校（机构）标识码"),
            row,
            school_code=row["school_code"],
        )
        for row in evaluation.merger.left.iter_rows(named=True)
    ]


def second_opinions(evaluation: Evaluation) -> list[Problem]:
    """County figures given although the schools' own yield another; the given one is used."""
    known, frames = evaluation.ruleset.indicators, evaluation.frames
    pairs = {one.name: (one, known[one.fallback]) for one in known.values() if one.fallback}
    columns = [
        exact_arithmetic.quantity(each, frames, "county").value.alias(f"{name} {place}")
        for name, both in pairs.items()
        for place, each in enumerate(both)
    ]
    problems = []
    for row in frames.county.select(*KEY, *columns).iter_rows(named=True):
        for name, (one, _) in pairs.items():
            given, derived = row[f"{name} 0"], row[f"{name} 1"]
            if given is None or derived is None:
                continue
            said, worked = Decimal(repr(given)), Decimal(repr(derived))
            decimals = max(0, -int(said.normalize().as_tuple().exponent))
            if round(worked, decimals) != said:
                told = say(
                    "{title}填{said:g}，按学校数据应为{worked:.2f}",
                    title=pick(one.title, one.title_en), said=given, worked=derived,
                )  # fmt: skip
                expected = msg("以所填数字判定，请核对")
                facts = tuple(one.of.facts)
                problems.append(_warning("parts_disagree", told, expected, row, facts=facts))
    return problems


def contradictions(evaluation: Evaluation) -> list[Problem]:
    """Counties that fail a rule which speaks against what they state or give under another."""
    rules = evaluation.ruleset.rules
    return [
        problem
        for rule in rules.values()
        for other in rule.doubts
        if other in rules and rule.id not in evaluation.broken and other not in evaluation.broken
        for problem in _contradicting(rule, rules[other], evaluation)
    ]


def _contradicting(rule: Rule, other: Rule, evaluation: Evaluation) -> Iterator[Problem]:
    """The warnings about what both rest on, else about what the other rests on.

    Of a rule with parts that is open, only where a part is met: else nothing is stated yet.
    """
    met = pl.col("parts").list.eval(pl.element().struct.field("status") == "pass").list.any()
    stated = evaluation.outcomes(other.id)
    stated = stated.filter(pl.lit(not other.parts) | met | (pl.col("status") == PASS))
    failing = evaluation.outcomes(rule.id).filter(pl.col("status").is_in([FAIL, WAIVED]))
    failing = failing.join(stated, on="county", how="semi", maintain_order="left")
    counties = evaluation.frames.county.lazy()
    rows = failing.join(counties, on="county", how="left", maintain_order="left").collect()
    facts = tuple(one for one in rule.facts if one in other.facts) or other.facts
    for row in rows.iter_rows(named=True):
        message = say(
            "{rule}“{title}”不达标（{told}），与{other}“{another}”所填的相矛盾",
            rule=rule.id, title=rule.label, told=msg("；").join(_missed(rule, row)),
            other=other.id, another=other.label,
        )  # fmt: skip
        expected = say("核对所填数据；{other}仍按所填判定", other=other.id)
        yield _warning("contradicted", message, expected, row, facts=facts)


def _missed(rule: Rule, row: Mapping[str, Any]) -> Iterator[str]:
    """The figures of a failing row, or of its failing parts, each with its limit."""
    limits = {part.key: (part.label, part.limit) for part in rule.parts}
    parts = [one for one in row["parts"] or () if one["status"] == "fail"]
    for one in parts or [row]:
        stage = stage_words().get(row["stage"], "") if rule.form.by_stage else ""
        name, limit = limits[one["name"]] if parts else (stage, rule.limit)
        if limit is not None and one["value"] is not None:
            value, bar = (
                exact_arithmetic.shown(one[figure], 3) for figure in ("value", "threshold")
            )
            yield say("{n}为{v}，标准{s}{b}", n=name, v=value, s=WRITTEN[limit.operator], b=bar)


def without_units(evaluation: Evaluation) -> list[Problem]:
    """Counties in which no school stage is judged at all: their pass would say nothing."""
    empty = evaluation.frames.county.join(evaluation.frames.unit, on="county", how="anti")
    return [
        _warning(
            "no_units",
            say(
                "{county}没有一个有学生的义务教育学段，资源配置与校际均衡无从评起",
                county=row["county_name"],
            ),
            msg("核对学校表"),
            row,
        )
        for row in empty.iter_rows(named=True)
    ]


def broken(evaluation: Evaluation) -> list[Problem]:
    """What went wrong inside rules in state error, for whoever has to mend them."""
    problems = []
    for rule_id, error in evaluation.broken.items():
        plugin = evaluation.kinds[evaluation.ruleset.rules[rule_id].kind].offered_by
        by = say("（{plugin}）", plugin=plugin) if plugin else ""
        why = error.splitlines()[0][:200]
        told = say("规则 {rule} 执行出错{by}：{why}", rule=rule_id, by=by, why=why)
        problems.append(Problem("warning", "rule_broken", told, msg("请把此信息告知规则的作者")))
    return problems


BAND = Fraction(1, 20)  # of the limit, on either side
SHARE = Fraction(2, 3)  # in the upper band, where it is twice as dense as the lower
CHANCE = Fraction(1, 1000)


def bunched(evaluation: Evaluation) -> list[Problem]:
    """A warning for every county, stage and indicator whose values crowd just within the limit.

    Schools scatter about a limit; how dense they lie changes little from just below it to just
    above. For each indicator of a unit, each stage and county, the units within `BAND` of the limit
    are counted on either side. Were the upper band twice as dense as the lower one, a unit in the
    two bands would lie in the upper with a chance of 2/3; the share seen is doubted where so many or
    more would then lie above with a chance of less than `CHANCE` (exact binomial, one-sided). At
    least 18 units are needed, since (2/3)^17 > 1/1000 > (2/3)^18. For an upper limit the sides change
    places. It is a hint and no proof: honest schools that were topped up to a known limit look the
    same. No verdict follows from it.
    """
    rules = [
        rule
        for rule in evaluation.ruleset.rules.values()
        if rule.role == "component" and rule.scope == "unit" and rule.limit and rule.indicator
    ]
    by_plan: dict[str, list[Rule]] = {}
    for rule in rules:
        by_plan.setdefault(evaluation.sheet_of(evaluation.judged(rule.id)), []).append(rule)
    rows = [
        (rule, row)
        for sheet, own in by_plan.items()
        for row in _near_limits(evaluation, sheet, own)
        for rule in own
        if crowded(row[f"{rule.id} in"], row[f"{rule.id} out"])
    ]
    rows.sort(key=lambda one: rules.index(one[0]))
    return [_crowding(rule, row, evaluation) for rule, row in rows]


def _near_limits(
    evaluation: Evaluation, sheet: str, rules: Sequence[Rule]
) -> Iterator[Mapping[str, Any]]:
    """Of every county and stage, for each rule: how many units lie just within the limit, how many
    just beyond it, and where the limit is.
    """
    columns = []
    for rule in rules:
        judged = evaluation.judged(rule.id)
        value, bar = judged.column("value"), judged.column("threshold")
        there = judged.column("status").is_not_null() & (bar > 0)
        there &= (value - bar).abs() <= bar * float(BAND)
        upper = rule.limit is not None and rule.limit.operator in UPPER
        inside = (value <= bar) if upper else (value >= bar)
        columns += [
            (there & inside).sum().alias(f"{rule.id} in"),
            (there & ~inside).sum().alias(f"{rule.id} out"),
            bar.filter(there).mean().alias(f"{rule.id} at"),
        ]
    found = evaluation.sheets()[sheet].group_by(*KEY, "stage", "stage_order").agg(*columns)
    # as `crowded` asks at least: more than the share lie within
    many = (
        pl.col(f"{rule.id} in")
        > float(SHARE) * (pl.col(f"{rule.id} in") + pl.col(f"{rule.id} out"))
        for rule in rules
    )
    found = found.filter(pl.any_horizontal(many)).sort(*KEY, "stage_order")
    return found.iter_rows(named=True)


def crowded(inside: int, outside: int) -> bool:
    """Whether so many units just within a limit, and so few just beyond it, are no accident."""
    total = inside + outside
    if inside <= SHARE * total or SHARE**total >= CHANCE:  # even all of them would not do
        return False
    within, all_ways = SHARE.as_integer_ratio()
    ways = sum(
        comb(total, k) * within**k * (all_ways - within) ** (total - k)
        for k in range(inside, total + 1)
    )
    return Fraction(ways, all_ways**total) < CHANCE


def _crowding(rule: Rule, row: Mapping[str, Any], evaluation: Evaluation) -> Problem:
    """That a rule's values crowd. facts: what is counted, not the pupils it is counted for."""
    upper = rule.limit is not None and rule.limit.operator in UPPER
    message = say(
        "{rule}（{stage}）：标准{at:g}{side}{band}以内有{a}所，另一侧{band}以内只有{b}所，数值密集在达标线上",
        rule=f"{rule.id} {rule.label}",
        stage=stage_words()[row["stage"]],
        side=msg_in("of a limit", "以下") if upper else msg_in("of a limit", "以上"),
        at=row[f"{rule.id} at"],
        band=f"{float(BAND):.0%}",
        a=row[f"{rule.id} in"],
        b=row[f"{rule.id} out"],
    )
    expected = msg("仅为线索：按标准补足的学校也会如此，请抽查原始台账")
    names = evaluation.ruleset.indicators[str(rule.indicator)].of.facts
    staged = evaluation.frames.staged
    facts = tuple(f"{row['stage']}_{n}" if n in staged else n for n in names)
    return _warning("figures_bunched", message, expected, row, facts=facts)
