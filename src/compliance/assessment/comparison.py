"""Two runs beside each other: what became better or worse, appeared or vanished, and what changed behind it.

A finding is the same in both by county, rule (whose former ids mean it still), school and stage. Each that differs stands in exactly
one class, and the classes of A against B mirror those of B against A:

better, worse: met on one side alone, or further from the worst state of the contract's order.
appeared, vanished: judged on one side alone (a school, a stage or a rule that came or went, a rule
that did not apply), or missed on one side where the other says nothing yet: a miss whose figure went
missing is never called better. moved: the same state by other figures or another limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import polars as pl

from compliance.engine.results import FINDINGS, CountyResult, RulesetInfo
from compliance.kernel.submission import (
    FAIL,
    KEY,
    NOT_APPLICABLE,
    PASS,
    STATUSES,
    Refused,
    Succession,
)
from compliance.rules.language.model import COMPARE, UPPER, Rule

BETTER, WORSE, APPEARED, VANISHED, MOVED = "better", "worse", "appeared", "vanished", "moved"
CLASSES = (WORSE, BETTER, APPEARED, VANISHED, MOVED)
# what of a finding is compared: its state and figures, not its words
COMPARED = (
    "status", "value", "operator", "threshold", "floor", "unit", "shortfall", "shortfall_unit",
    "excess", "excess_unit", "parts", "missing", "mean", "deviation", "relaxed_by",
)  # fmt: skip
LIMIT = ("operator", "threshold", "unit")
_SUBJECT = ("pair", "rule", "level", "school", "stage")
_HELD = ("rule", "level", "stage", "school", "part")  # what a limit is held against
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "pair": pl.Int64, "kind": pl.String, "cause": pl.String, "toward": pl.String,
    "rule": pl.String, "level": pl.String, "stage": pl.String, "school": pl.String,
    "before": pl.Struct(FINDINGS), "after": pl.Struct(FINDINGS),
}  # fmt: skip
CHANGES = pl.Schema(_COLUMNS)
FIGURES = pl.Schema(
    {
        "pair": pl.Int64, "school": pl.String, "fact": pl.String,
        "before": pl.String, "after": pl.String,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One of the two runs.

    name: of what was given. rules: as in `Results`; none of a rule set that is not installed here.
    titles: fact → heading; words: fact → value → the word for it. records: tables of figures as typed, by county, year and (of schools)
    school; none where only results were given. successions: what is stated of schools' codes.
    """

    name: str
    counties: tuple[CountyResult, ...]
    findings: pl.DataFrame
    rulesets: tuple[RulesetInfo, ...]
    rules: Mapping[tuple[str, str], Mapping[str, Rule]]
    titles: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    manifest: Mapping[str, object]
    refused: tuple[Refused, ...] = ()
    records: tuple[pl.DataFrame, ...] | None = None
    successions: tuple[Succession, ...] = ()

    def rules_of(self, county: CountyResult) -> Mapping[str, Rule]:
        """The rules that judged a county, as far as they are known here."""
        return self.rules.get((county.ruleset, county.as_of), {})

    def ruleset_of(self, county: CountyResult) -> RulesetInfo | None:
        """What judged a county."""
        wanted = county.ruleset, county.as_of
        return next((one for one in self.rulesets if (one.id, one.as_of) == wanted), None)


class SchoolMove(NamedTuple):
    """A school that came, went, has another name, or another code (`successions`).

    kind: ``came``, ``went``, ``renamed``, ``recoded``. reason: as the succession table has it, or empty.
    kin: the schools it goes on in, or comes from, by name where that is known.
    """

    kind: str
    before_code: str
    before_name: str
    after_code: str
    after_name: str
    reason: str = ""
    kin: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleMove:
    """Something about the rules that differs.

    rule: empty for the rule set as a whole. stage, part: of a limit that hangs on them. field:
    ``ruleset``, ``version``, ``layers``, ``as_of``, ``switches``, ``enforced``, ``strict``, ``confirmations``, ``waivers``; of a rule
    ``limit`` (operator, threshold, unit), ``role``, ``basis``, ``layer``, ``rule`` (whether there is one).
    """

    rule: str
    stage: str
    field: str
    before: object
    after: object
    part: str = ""


@dataclass(frozen=True)
class CountyChanges:
    """One county on both sides, or one county each of two codes: then schools are not matched.

    findings: columns CHANGES, in order. figures: columns FIGURES, values as JSON; None where a side
    gave results alone. spread: of two counties, (rule, stage) → (met, judged) units on either side.
    """

    before: CountyResult
    after: CountyResult
    findings: pl.DataFrame
    figures: pl.DataFrame | None
    schools: tuple[SchoolMove, ...]
    rules: tuple[RuleMove, ...]
    spread: Mapping[tuple[str, str], tuple[tuple[int, int], tuple[int, int]]]

    @property
    def same_county(self) -> bool:
        """Whether it is one county, whose schools are matched."""
        return self.before.county_code == self.after.county_code

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        moved = self.findings.height or (self.figures is not None and self.figures.height)
        return bool(moved or self.schools or self.rules or not self.same_county)

    def count(self, kind: str, roles: Iterable[str] = ()) -> int:
        """How many findings stand in a class, of these roles where they are named."""
        own = self.findings.filter(kind=kind)
        return own.filter(role().is_in(list(roles))).height if roles else own.height


def role() -> pl.Expr:
    """The role of a changed finding, as it is now or was."""
    return pl.coalesce(pl.col(name).struct.field("role") for name in ("after", "before"))


@dataclass(frozen=True)
class RunComparison:
    """Two runs: the counties that stand in both, and those of one side alone."""

    before: Side
    after: Side
    pairs: tuple[CountyChanges, ...]
    only_before: tuple[CountyResult, ...]
    only_after: tuple[CountyResult, ...]

    def rules_of(self, county: CountyChanges) -> Mapping[str, Rule]:
        """The rules that judged a county on either side, where both have one the later."""
        return {**self.before.rules_of(county.before), **self.after.rules_of(county.after)}

    @cached_property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(self.only_before or self.only_after or any(pair.differs for pair in self.pairs))


Pairs = Sequence[tuple[CountyResult, CountyResult]]


def compare(before: Side, after: Side) -> RunComparison:
    """Compare two runs county by county."""
    pairs = _paired(before.counties, after.counties)
    moves = [_school_moves(before, after, *pair) for pair in pairs]
    then, now = (
        _keyed(side, [pair[place] for pair in pairs]) for place, side in enumerate((before, after))
    )
    then, now = (_renumbered(one, (before, after)) for one in (_recoded(then, moves), now))
    differing = _differing(then, now, pairs, moves)
    figures = _figures(before, after, pairs, moves)
    left = {id(one) for pair in pairs for one in pair}
    made = []
    for number, (one, other) in enumerate(pairs):
        old, new = then.filter(pair=number), now.filter(pair=number)
        same = one.county_code == other.county_code
        whole = _of_ruleset(before, after, one, other)
        rules = before.rules_of(one), after.rules_of(other)
        made.append(
            CountyChanges(
                before=one,
                after=other,
                findings=differing.filter(pair=number),
                figures=None if figures is None else figures.filter(pair=number),
                schools=moves[number],
                rules=(*whole, *_of_rules(old, new, rules, other_set=bool(whole))),
                spread={} if same else _spread(old, new),
            )
        )
    return RunComparison(
        before,
        after,
        tuple(made),
        tuple(one for one in before.counties if id(one) not in left),
        tuple(one for one in after.counties if id(one) not in left),
    )


def _paired(before: Sequence[CountyResult], after: Sequence[CountyResult]) -> Pairs:
    """The counties of both: by code and every year that both have, else the latest year of each.

    One county each side, of two codes, is compared as well.
    """
    then, now = _by_code(before), _by_code(after)
    if len(then) == len(now) == 1 and then.keys() != now.keys():
        return [_years(*then.values(), *now.values())[-1]]
    return [pair for code in then if code in now for pair in _years(then[code], now[code])]


def _by_code(counties: Iterable[CountyResult]) -> dict[str, dict[int, CountyResult]]:
    found: dict[str, dict[int, CountyResult]] = {}
    for one in counties:
        found.setdefault(one.county_code, {})[one.year] = one
    return found


def _years(then: Mapping[int, CountyResult], now: Mapping[int, CountyResult]) -> Pairs:
    common = sorted(then.keys() & now.keys())
    return [(then[year], now[year]) for year in common] or [(then[max(then)], now[max(now)])]


def _keyed(side: Side, counties: Sequence[CountyResult]) -> pl.DataFrame:
    """The findings of these counties with the number of their pair, and the school to match them by."""
    numbers = pl.DataFrame(
        [(one.county_code, one.year, number) for number, one in enumerate(counties)],
        schema={"county_code": pl.String, "year": pl.Int32, "pair": pl.Int64},
        orient="row",
    )
    found = side.findings.cast(FINDINGS).join(numbers, on=list(KEY), maintain_order="left")
    return found.with_columns(school=pl.col("school_code"))


def _recoded(then: pl.DataFrame, moves: Sequence[Sequence[SchoolMove]]) -> pl.DataFrame:
    """Earlier rows under the codes that their schools have now."""
    pairs = [
        (number, one.before_code, one.after_code)
        for number, some in enumerate(moves)
        for one in some
        if one.kind == "recoded"
    ]
    codes = pl.DataFrame(pairs, schema={"pair": pl.Int64, "school": pl.String, "_now": pl.String}, orient="row")  # fmt: skip
    joined = then.join(codes, on=["pair", "school"], how="left", maintain_order="left")
    return joined.with_columns(school=pl.coalesce("_now", "school")).drop("_now")


def _renumbered(findings: pl.DataFrame, sides: Iterable[Side]) -> pl.DataFrame:
    """Findings under the ids that their rules have now."""
    rules = [rule for side in sides for known in side.rules.values() for rule in known.values()]
    ids = {old: rule.id for rule in rules for old in rule.formerly}
    return findings.with_columns(pl.col("rule").replace(ids)) if ids else findings


# ── findings ─────────────────────────────────────────────────────────────────────


def _differing(
    then: pl.DataFrame, now: pl.DataFrame, pairs: Pairs, moves: Sequence[Sequence[SchoolMove]]
) -> pl.DataFrame:
    """Every finding that is not the same on both sides, in its class; columns CHANGES."""
    strangers = [number for number, (a, b) in enumerate(pairs) if a.county_code != b.county_code]
    known = ~pl.col("pair").is_in(strangers) | (pl.col("level") == "county")
    sides = {"before": then.filter(known), "after": now.filter(known)}
    keyed = [
        frame.select(*_SUBJECT, pl.struct(FINDINGS.names()).alias(name), _said().alias(f"_{name}"))
        for name, frame in sides.items()
    ]
    both = keyed[0].join(
        keyed[1], on=list(_SUBJECT), how="full", coalesce=True, nulls_equal=True,
        maintain_order="right_left",
    )  # fmt: skip
    both = both.filter(pl.col("_before").ne_missing(pl.col("_after")))
    both = both.with_columns(kind=_kind(), toward=_toward()).filter(pl.col("kind").is_not_null())
    only = [
        pl.col("rule").is_in(list(_rules(a) ^ _rules(b))) & (pl.col("pair") == number)
        for number, (a, b) in enumerate(
            (then.filter(pair=n), now.filter(pair=n)) for n in range(len(pairs))
        )
    ]
    came = pl.DataFrame(
        [
            (number, code)
            for number, some in enumerate(moves)
            for one in some
            for code in {"came": [one.after_code], "went": [one.before_code]}.get(one.kind, ())
        ],
        schema={"pair": pl.Int64, "school": pl.String},
        orient="row",
    ).with_columns(_moved=pl.lit(value=True))
    of_rules = pl.any_horizontal(pl.lit(value=False), *only)
    cause = pl.when(pl.col("_moved")).then(pl.lit("school")).when(of_rules).then(pl.lit("rule"))
    return (
        both.join(came, on=["pair", "school"], how="left", maintain_order="left")
        .with_columns(cause=cause.otherwise(pl.lit("")))
        .select(CHANGES.names())
        .cast(CHANGES)
    )


def _rules(findings: pl.DataFrame) -> set[str]:
    return set(findings["rule"])


def _said() -> pl.Expr:
    """State and figures of a finding as one text: equal where they are, to the last digit."""
    return pl.struct(COMPARED).struct.json_encode()


def _state(side: str) -> pl.Expr:
    """The place of a state in the contract's order; null where nothing is judged."""
    status = pl.col(side).struct.field("status")
    place = status.replace_strict(list(STATUSES), range(len(STATUSES)), return_dtype=pl.Int8)
    return pl.when(place != NOT_APPLICABLE).then(place)


def _kind() -> pl.Expr:
    """The class; null where neither side judges anything."""
    old, new = _state("before"), _state("after")
    return (
        pl.when(old.is_null() & new.is_null()).then(None)
        .when(old.is_null()).then(pl.lit(APPEARED))
        .when(new.is_null()).then(pl.lit(VANISHED))
        .when(old == new).then(pl.lit(MOVED))
        .when((old == FAIL) & (new != PASS)).then(pl.lit(VANISHED))
        .when((new == FAIL) & (old != PASS)).then(pl.lit(APPEARED))
        .when(new > old).then(pl.lit(BETTER))
        .otherwise(pl.lit(WORSE))
    )  # fmt: skip


def _toward() -> pl.Expr:
    """Of a figure that moved against the same limit, whether that is to the good."""
    old, new = (pl.col(name).struct.field("value") for name in ("before", "after"))
    operator = pl.col("after").struct.field("operator")
    same = operator == pl.col("before").struct.field("operator")
    up = operator.is_in([one for one in COMPARE if one not in UPPER])
    good = pl.when(up).then(new > old).otherwise(new < old)
    return pl.when(same & (old != new)).then(
        pl.when(good).then(pl.lit(BETTER)).otherwise(pl.lit(WORSE))
    )


def _spread(
    then: pl.DataFrame, now: pl.DataFrame
) -> dict[tuple[str, str], tuple[tuple[int, int], tuple[int, int]]]:
    """Of what is judged at schools: how many are met of how many that are decided."""
    counted = []
    for frame in (then, now):
        schools = frame.filter(
            (pl.col("level") != "county") & pl.col("status").is_in(["pass", "fail", "waived"])
        )
        met = (pl.col("status") == "pass").sum()
        rows = schools.group_by("rule", pl.col("stage").fill_null(""), maintain_order=True).agg(
            met.alias("met"), pl.len().alias("all")
        )
        counted.append({(rule, stage): (met, all_) for rule, stage, met, all_ in rows.iter_rows()})
    keys = dict.fromkeys([*counted[1], *counted[0]])
    nothing = (0, 0)
    return {key: (counted[0].get(key, nothing), counted[1].get(key, nothing)) for key in keys}


# ── schools ──────────────────────────────────────────────────────────────────────


def _school_moves(
    before: Side, after: Side, one: CountyResult, other: CountyResult
) -> tuple[SchoolMove, ...]:
    """What became of the schools of one county; nothing is said of two counties' schools."""
    if one.county_code != other.county_code:
        return ()
    whole = before.records is not None and after.records is not None
    then, now = (_names(side, c, whole=whole) for side, c in ((before, one), (after, other)))
    went, came = (
        [code for code in some if code not in others] for some, others in ((then, now), (now, then))
    )
    stated = list(dict.fromkeys([*after.successions, *before.successions]))
    heirs, names = _heirs(went, came, stated), {**then, **now}
    moves = [SchoolMove("recoded", a, then[a], b, now[b]) for a, b in heirs.items()]
    moves += [
        SchoolMove("went", code, then[code], "", "", *_kin(code, stated, names))
        for code in went
        if code not in heirs
    ]
    moves += [
        SchoolMove("came", "", "", code, now[code], *_kin(code, stated, names))
        for code in came
        if code not in heirs.values()
    ]
    moves += [
        SchoolMove("renamed", code, then[code], code, now[code])
        for code in then
        if code in now and then[code] != now[code]
    ]
    return tuple(moves)


def _names(side: Side, county: CountyResult, *, whole: bool) -> dict[str, str]:
    """Code → name of a county's schools: as submitted where both sides have that, else as judged."""
    own = (pl.col("county_code") == county.county_code) & (pl.col("year") == county.year)
    frame = side.findings if side.records is None or not whole else side.records[1]
    rows = frame.filter(own & pl.col("school_code").is_not_null())
    pairs = rows.select("school_code", pl.col("school_name").fill_null("")).unique(
        "school_code", maintain_order=True
    )
    return dict(pairs.iter_rows())


def _heirs(
    went: Sequence[str], came: Sequence[str], stated: Iterable[Succession]
) -> dict[str, str]:
    """Old code → new code where one school became one: of a merger or a split none is the same.

    Through as many steps as are stated, in either direction: what came back has its old code again.
    """
    steps: dict[str, set[str]] = {}
    for one in stated:
        if one.new_code is not None:
            steps.setdefault(one.old_code, set()).add(one.new_code)
            steps.setdefault(one.new_code, set()).add(one.old_code)
    found = {code: _reached(code, steps) & set(came) for code in went}
    back = {code: _reached(code, steps) & set(went) for code in came}
    return {
        code: next(iter(heirs))
        for code, heirs in found.items()
        if len(heirs) == 1 and back[next(iter(heirs))] == {code}
    }


def _reached(code: str, steps: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = {code}, [code]
    while waiting:
        more = steps.get(waiting.pop(), set()) - seen
        seen |= more
        waiting += more
    return seen


def _kin(
    code: str, stated: Iterable[Succession], names: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:
    """Why a school came or went, and from or into which others, as far as that is stated."""
    own = [one for one in stated if code in (one.old_code, one.new_code)]
    others = dict.fromkeys(
        other for one in own for other in (one.old_code, one.new_code) if other not in (None, code)
    )
    reasons = [one.reason for one in own if one.reason]
    return reasons[0] if reasons else "", tuple(names.get(str(one)) or str(one) for one in others)


# ── figures as typed ─────────────────────────────────────────────────────────────


def _figures(
    before: Side, after: Side, pairs: Pairs, moves: Sequence[Sequence[SchoolMove]]
) -> pl.DataFrame | None:
    """Every figure that was typed otherwise, columns FIGURES; None where a side has none to compare."""
    if before.records is None or after.records is None:
        return None
    numbers = [number for number, (a, b) in enumerate(pairs) if a.county_code == b.county_code]
    found = [pl.DataFrame(schema=FIGURES)]
    for old, new in zip(before.records, after.records, strict=True):
        then, now = (
            _of_pairs(table, [(number, pairs[number][place]) for number in numbers])
            for place, table in enumerate((old, new))
        )
        then = _recoded(then, moves)
        # whose figures stand on one side alone has come or gone, which is said of the school
        shared = then.join(now, on=["pair", "school"], suffix=" now", nulls_equal=True)
        shared = shared.sort("pair", "school", maintain_order=True)
        for fact in dict.fromkeys([*then.columns, *now.columns]):
            if fact not in (*KEY, "pair", "school", "school_code", "school_name"):
                found.append(_changed(shared, fact, then, now))
    return pl.concat(found).sort("pair", "school", maintain_order=True, nulls_last=False)


def _of_pairs(table: pl.DataFrame, numbered: Sequence[tuple[int, CountyResult]]) -> pl.DataFrame:
    keys = pl.DataFrame(
        [(one.county_code, one.year, number) for number, one in numbered],
        schema={"county_code": pl.String, "year": pl.Int32, "pair": pl.Int64},
        orient="row",
    )
    school = pl.col("school_code") if "school_code" in table.columns else pl.lit(None, pl.String)
    joined = table.join(keys, on=list(KEY), maintain_order="left")
    return joined.with_columns(school.alias("school"))


def _changed(
    shared: pl.DataFrame, fact: str, then: pl.DataFrame, now: pl.DataFrame
) -> pl.DataFrame:
    """The rows in which one fact differs, its values as JSON."""
    columns = {
        "before": pl.col(fact) if fact in then.columns else pl.lit(None, now.schema[fact]),
        "after": pl.col(f"{fact} now" if fact in then.columns else fact)
        if fact in now.columns
        else pl.lit(None, then.schema[fact]),
    }
    rows = shared.select("pair", "school", pl.lit(fact).alias("fact"), **columns)
    rows = rows.filter(pl.col("before").ne_missing(pl.col("after")))
    return rows.with_columns(_json(name) for name in columns).select(FIGURES.names()).cast(FIGURES)


def _json(name: str) -> pl.Expr:
    """The values of a column as JSON; null stays null."""
    text = pl.struct(pl.col(name).alias("v")).struct.json_encode()
    return pl.when(pl.col(name).is_not_null()).then(text.str.slice(5).str.head(-1)).alias(name)


# ── rules ────────────────────────────────────────────────────────────────────────


def _of_ruleset(
    before: Side, after: Side, one: CountyResult, other: CountyResult
) -> list[RuleMove]:
    """What differs about the rule set as a whole, and about how it was asked for."""
    then, now = before.ruleset_of(one), after.ruleset_of(other)
    found: list[tuple[str, object, object]] = [("ruleset", one.ruleset, other.ruleset)]
    if then is not None and now is not None:
        found += [
            ("version", then.version, now.version),
            ("layers", tuple(then.layers), tuple(now.layers)),
        ]
    found.append(("as_of", one.as_of, other.as_of))
    for name in ("switches", "enforced", "strict", "confirmations"):
        found.append((name, before.manifest.get(name), after.manifest.get(name)))
    found.append(("waivers", _waiver_files(before), _waiver_files(after)))
    return [RuleMove("", "", *each) for each in found if each[1] != each[2]]


def _waiver_files(side: Side) -> object:
    """Which files waive findings, whatever the day on which they did."""
    stated = side.manifest.get("waivers")
    return stated.get("files") if isinstance(stated, dict) else None


def _of_rules(
    old: pl.DataFrame, new: pl.DataFrame, rules: Sequence[Mapping[str, Rule]], *, other_set: bool
) -> list[RuleMove]:
    """Rule by rule, in the order of the law: limits, and what else is laid down; each difference once.

    rules: those of either side, as far as they are known. A limit that is a figure itself, or hangs on
    one (of two under one rule set), is no other rule.
    """
    here, there = _rules(old), _rules(new)
    moves = [
        RuleMove(rule, "", "rule", rule in here, rule in there)
        for rule in dict.fromkeys([*new["rule"], *old["rule"]])
        if rule in here ^ there
    ]
    typed = [
        name
        for known in rules
        for name, rule in known.items()
        if any(one.limit is not None and one.limit.indicator for one in rule.holders)
    ]
    limits = [
        _limits(frame.filter(~pl.col("rule").is_in(typed))).with_columns(
            single=pl.struct(LIMIT).n_unique().over("rule", "stage", "part") == 1
        )
        for frame in (old, new)
    ]
    both = limits[0].join(limits[1], on=_HELD, suffix=" now", nulls_equal=True)
    fixed = pl.lit(other_set) | (pl.col("single") & pl.col("single now"))
    changed = both.filter(fixed & _differ("operator", "threshold"))
    names = ["rule", "stage", "part", *LIMIT, *(f"{one} now" for one in LIMIT)]
    for rule, stage, part, *values in changed.select(names).unique(maintain_order=True).iter_rows():
        told = tuple(values[: len(LIMIT)]), tuple(values[len(LIMIT) :])
        moves.append(RuleMove(rule, stage or "", "limit", *told, part))
    for field in ("role", "basis", "layer"):
        was, is_ = (frame.select("rule", "level", field).unique() for frame in (old, new))
        pairs = was.join(is_, on=["rule", "level"], suffix=" now").filter(_differ(field))
        rows = pairs.select("rule", field, f"{field} now").unique(maintain_order=True)
        moves += [RuleMove(rule, "", field, a, b) for rule, a, b in rows.iter_rows()]
    known = [*rules[1], *rules[0]]
    order = {rule: place for place, rule in reversed(list(enumerate(known)))}
    fields = ("rule", "limit", "role", "basis", "layer")
    return sorted(
        moves,
        key=lambda one: (
            order.get(one.rule, len(known)), one.rule, fields.index(one.field), one.stage, one.part
        ),
    )  # fmt: skip


def _differ(*names: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name} now")) for name in names)


def _limits(frame: pl.DataFrame) -> pl.DataFrame:
    """What each subject was held against: a limit of the finding, or of its parts by their names."""
    subject = ("rule", "level", "stage", "school")
    own = frame.select(*subject, pl.lit("").alias("part"), *LIMIT)
    of_parts = frame.select(*subject, "parts").explode("parts").unnest("parts")
    rows = pl.concat([own, of_parts.rename({"name": "part"}).select(*_HELD, *LIMIT)])
    return rows.filter(pl.col("threshold").is_not_null())
