"""The same subject judged again with other figures: the smallest change of each that turns a verdict.

Every variant becomes a county of its own, so that the judge sees nothing unusual: what turns a
verdict is found by the same code that gave it, on the line with the same fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

import polars as pl

from compliance.engine.evaluate import Evaluation, evaluate
from compliance.engine.figures import figures
from compliance.engine.subject import Subject
from compliance.engine.units import beside
from compliance.engine.working import Flip, Input
from compliance.facts.fact import Fact
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import STATUSES
from compliance.rules.language.model import Rule
from compliance.rules.language.ruleset import Ruleset

OPPOSITE = {"pass": "fail", "fail": "pass"}
ATTACHED = "main_school_code"
_VARIANT = "_variant"
_WAYS = 32  # variants judged at once for each figure and direction
Change = Mapping[str, object]
Outcome = Mapping[str, object] | None


def concerning(rule: Rule, rules: Ruleset) -> Ruleset:
    """The rule set cut down to the rule, what it is made of, and its versions of other layers."""
    base = rule.of_base or rule.id
    wanted = {rule.id, base} | {one.id for one in rules.rules.values() if one.of_base == base}
    graph = rules.references
    kept = {one.id for one in graph.members(*wanted)}
    tallies = {tally.name for name in kept for tally in graph.tallies(name)}
    left = rules.tallies.keys() - tallies
    return replace(
        rules,
        rules={name: one for name, one in rules.rules.items() if name in kept},
        tallies={name: one for name, one in rules.tallies.items() if name in tallies},
        indicators={
            name: one
            for name, one in rules.indicators.items()
            if left.isdisjoint(graph.behind(name))
        },
    )


def rejudged(subject: Subject, changes: Sequence[Change]) -> list[Outcome]:
    """The outcome of every variant (fact → new value), None where it is no subject any more.

    Facts of the county's frame for a rule of the county, else of the school's record.
    """
    evaluation = _county(subject, changes) if subject.school is None else _school(subject, changes)
    outcome = evaluation.outcome(subject.rule.id)
    places = evaluation.frames.county.select("county", _VARIANT)
    rows = beside(outcome, places, "county")
    if subject.school is not None:
        schools = evaluation.frames.school.select("school", "school_code")
        rows = beside(rows, schools, "school")
        rows = rows.filter(pl.col("school_code") == subject.code)
    if subject.stage is not None and "stage" in rows.columns:
        rows = rows.filter(pl.col("stage") == subject.stage)
    found = {row[_VARIANT]: row for row in rows.iter_rows(named=True)}
    return [found.get(number) for number in range(len(changes))]


def _county(subject: Subject, changes: Sequence[Change]) -> Evaluation:
    frames = subject.evaluation.frames
    county = _varied(frames.county, changes).with_columns(
        pl.col(_VARIANT).cast(frames.county.schema["county"]).alias("county")
    )
    return replace(
        subject.evaluation, frames=frames.with_frame("county", county), broken={}, declared={}
    )


def _school(subject: Subject, changes: Sequence[Change]) -> Evaluation:
    """The school, and those that another switch may add to it, once a variant."""
    evaluation, given = subject.evaluation, subject.evaluation.submission
    mine = pl.col("school_code") == subject.code
    if ATTACHED in given.schools.columns:
        mine |= (pl.col(ATTACHED) == subject.code).fill_null(value=False)
    schools = given.schools.filter(mine)
    of_school, of_county = (
        [{f: value for f, value in one.items() if (f in schools.columns) is own} for one in changes]
        for own in (True, False)
    )
    code = pl.format("{}", pl.col(_VARIANT)).str.zfill(6).alias("county_code")
    schools = _varied(schools, of_school, subject.code).with_columns(code)
    return evaluate(
        concerning(subject.rule, subject.ruleset),
        replace(
            given,
            counties=_varied(given.counties, of_county).with_columns(code),
            schools=schools.sort("county_code", "year", "school_code"),
            monitoring=given.monitoring.clear(),
            attestations=given.attestations.clear(),
            vetoes=given.vetoes.clear(),
        ),
        evaluation.as_of,
        evaluation.kinds,
    )


def _varied(frame: pl.DataFrame, changes: Sequence[Change], school: str = "") -> pl.DataFrame:
    """The rows once for every variant, with its changes; those of `school`, where it is named."""
    numbers = pl.DataFrame({_VARIANT: range(len(changes))}, schema={_VARIANT: pl.UInt32})
    varied = numbers.join(frame, how="cross")
    for fact in dict.fromkeys(fact for change in changes for fact in change):
        rows = [(number, one[fact]) for number, one in enumerate(changes) if fact in one]
        table = pl.DataFrame(
            {
                _VARIANT: pl.Series([number for number, _ in rows], dtype=pl.UInt32),
                "_new": pl.Series([value for _, value in rows], dtype=frame.schema[fact]),
                "_set": True,
            }
        )
        mine = pl.col("_set").fill_null(value=False)
        if school:
            mine &= pl.col("school_code") == school
        varied = (
            beside(varied, table, _VARIANT)
            .with_columns(pl.when(mine).then(pl.col("_new")).otherwise(pl.col(fact)).alias(fact))
            .drop("_new", "_set")
        )
    return varied


def status_of(row: Outcome) -> str:
    """The verdict of a variant, in the words of the contract; empty where it is no subject."""
    return "" if row is None else STATUSES[int(str(row["status"]))]


def turning(subject: Subject, status: str) -> tuple[Flip, ...]:
    """The changes of single figures that turn pass into fail or fail into pass; pupils come last."""
    if status not in OPPOSITE:
        return ()
    wanted = OPPOSITE[status]
    found = _reaching(subject, lambda row: status_of(row) == wanted, wanted)
    return tuple(sorted(found, key=lambda flip: flip.fact.endswith("_students")))


def to_floor(subject: Subject) -> tuple[Flip, ...]:
    """The changes that bring a missed rule up to its floor."""

    def above(row: Outcome) -> bool:
        return row is not None and (bool(row["above_floor"]) or status_of(row) == "pass")

    return _reaching(subject, above, "above_floor")


def _reaching(subject: Subject, goal: Callable[[Outcome], bool], turns_to: str) -> tuple[Flip, ...]:
    """The smallest changes that reach a goal; the verdict as it stands must not reach it."""
    levers = [one for figure in figures(subject) for one in _levers(subject, figure)]
    return tuple(
        Flip(
            lever.fact, lever.title, float(steps * lever.step), float(lever.before),
            float(lever.before + steps * lever.step), lever.unit, turns_to,
        )
        for lever, steps in _smallest(subject, levers, goal)
    )  # fmt: skip


@dataclass(frozen=True)
class Lever:
    """One figure that may be changed by whole steps (persons, rooms, hundredths of a square metre).

    make: number of steps (negative: fewer) → the changed facts. least, most: the steps within which
    the figure stays a possible one.
    """

    fact: str
    title: str
    unit: str
    step: Decimal
    before: Decimal
    least: int
    most: int
    make: Callable[[int], Change]


def _levers(subject: Subject, one: Input) -> list[Lever]:
    """A figure that somebody could change: a number, or a list of rooms.

    A norm that the county sets is nothing a school could change.
    """
    if subject.school is not None and not one.of:
        return []
    if isinstance(one.value, list):
        size = _sizes(subject).get(one.fact)
        return [] if size is None or None in one.value else [_rooms_lever(one, one.value, size)]
    if isinstance(one.value, int | float) and not isinstance(one.value, bool):
        return [_number_lever(one, float(one.value), subject.facts.get(one.fact))]
    return []


def _number_lever(one: Input, value: float, fact: Fact | None) -> Lever:
    """A lever on one number, within what the contract takes; a stage keeps a pupil."""
    step, before = _step(value, fact), Decimal(repr(value))
    low = fact.minimum if fact is not None else None
    floor = Decimal(1) if one.fact.endswith("_students") else Decimal(repr(float(low or 0)))
    high = fact.maximum if fact is not None else None
    top = Decimal(repr(float(high))) if high is not None else before * 10 + 1000
    return Lever(
        one.fact, one.title, one.unit, step, before,
        least=-int((before - floor) // step),
        most=int((top - before) // step),
        make=lambda steps: {one.fact: float(before + steps * step)},
    )  # fmt: skip


def _step(value: float, fact: Fact | None) -> Decimal:
    """Whole persons, rooms and yuan; hundredths of whatever else is measured."""
    whole = value.is_integer() if fact is None else fact.form == "count" or fact.unit == "元"
    return Decimal(1) if whole else Decimal("0.01")


def _rooms_lever(one: Input, items: Sequence[float], size: float) -> Lever:
    """A lever on the number of items of a list that reach a size: whole rooms, added or gone."""
    reaching = [place for place, item in enumerate(items) if item >= size]
    rooms = one.title.replace("各间面积", "").replace(" areas", "s")
    title = say("{t}（达到{n}平方米的）", t=rooms, n=f"{size:g}")

    def make(steps: int) -> Change:
        if steps >= 0:
            return {one.fact: [*items, *([size] * steps)]}
        gone = set(reaching[steps:])
        return {one.fact: [item for place, item in enumerate(items) if place not in gone]}

    count = len(reaching)
    return Lever(one.fact, title, msg("间"), Decimal(1), Decimal(count), -count, 1000, make)


def _sizes(subject: Subject) -> dict[str, float]:
    """List of areas → the area from which a room counts, as the rule asks of this subject."""
    known = subject.ruleset
    counting = {
        name: (tally.counts, float(str(tally.settings["at_least"])))
        for name, tally in known.tallies.items()
        if tally.counts
    }
    asking = [name for one in subject.limits for name in known.indicators[one.indicator].of.facts]
    # what is asked comes last, so that it stands before what another way would count
    return dict([*counting.values(), *(counting[name] for name in asking if name in counting)])


def _smallest(
    subject: Subject, levers: Sequence[Lever], goal: Callable[[Outcome], bool]
) -> list[tuple[Lever, int]]:
    """For each lever, up and down, the fewest steps that reach the goal and that one step less
    does not; levers that never reach it are left out.

    Steps are tried in doubling strides, then ever finer between the last that misses and the first
    that reaches: of a goal that is reached, lost and reached again the nearest stretch is found
    only if a stride falls into it.
    """
    searches = [_Search(lever, sign) for lever, sign in product(levers, (1, -1))]
    waiting = [one for one in searches if one.most > 0]
    while waiting:
        tried = [(one, one.next()) for one in waiting]
        changes = [one.lever.make(one.sign * k) for one, steps in tried for k in steps]
        rows = iter(rejudged(subject, changes))
        for one, steps in tried:
            one.learn(steps, [goal(next(rows)) for _ in steps])
        waiting = [one for one in waiting if not one.done]
    return [(one.lever, one.sign * one.reached) for one in searches if one.reached is not None]


class _Search:
    """The search on one lever in one direction: `missed` steps do not reach, `reached` steps do."""

    def __init__(self, lever: Lever, sign: int) -> None:
        self.lever, self.sign = lever, sign
        self.most = lever.most if sign > 0 else -lever.least
        self.missed = 0
        self.reached: int | None = None
        self.done = False

    def next(self) -> list[int]:
        """The steps to be tried in this round."""
        if self.reached is None:
            return sorted({min(1 << k, self.most) for k in range(self.most.bit_length() + 1)})
        room = self.reached - self.missed
        ways = min(_WAYS, room - 1)
        return sorted({self.missed + room * k // (ways + 1) for k in range(1, ways + 1)})

    def learn(self, steps: Sequence[int], reaches: Sequence[bool]) -> None:
        """Take in which of the steps reached the goal."""
        for step, reaching in zip(steps, reaches, strict=True):
            if reaching:
                self.reached = step
                break
            self.missed = step
        self.done = self.reached is None or self.reached - self.missed == 1
