"""within: every item (class) stays within a limit, by its list, its bands or the largest one.

The list is the best evidence, then the bands, then the largest alone. Bands decide where all their
classes lie on one side of the limit; a band that straddles it leaves the question open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from compliance.engine import tallies
from compliance.engine.evaluate import Columns, Evaluation, Sentences
from compliance.engine.exact_arithmetic import shown, typed
from compliance.engine.figures import applicability, figures
from compliance.engine.formula import bars, verdict
from compliance.engine.kinds.kind import Kind
from compliance.engine.lacks import Lacks
from compliance.engine.plan import Plan
from compliance.engine.sentences import line
from compliance.engine.subject import Subject
from compliance.engine.variants import OPPOSITE, rejudged, status_of
from compliance.engine.working import Comparison, Flip, Working
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.number_format import short
from compliance.kernel.submission import FAIL, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language.model import FindingForm, Part, References, Rule
from compliance.rules.language.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class WithinSettings:
    """The facts that are the evidence, the best first: list, bands (whose tops are edges), largest.

    unit: what the size of an item is counted in; item_unit: what items are counted in.
    """

    list: str
    bands: str
    edges: tuple[Decimal, ...]
    largest: str
    item_unit: str = ""
    item_unit_en: str = ""
    unit: str = ""
    unit_en: str = ""


_ITEMS, _SIZE = (
    "items",
    "size",
)  # what an excess counts: items over the limit, or what one has too much


class Within(Kind):
    """The size of every item of a unit against a limit."""

    name = "within"
    settings = WithinSettings
    has_limit = True
    needs = ("limit",)

    def references(self, holder: Rule | Part) -> References:
        """The evidence of sizes."""
        settings: WithinSettings = holder.settings
        return References(facts=(settings.list, settings.bands, settings.largest))

    def faults(
        self, holder: Rule | Part, words: Vocabulary
    ) -> Iterable[tuple[tuple[str, ...], str]]:
        """Sizes and bands are lists, the largest is a number, and edges rise."""
        settings: WithinSettings = holder.settings
        facts = {name: fact for fact in words.school.values() for name in (fact.stem, fact.name)}
        for field, listed in (("list", True), ("bands", True), ("largest", False)):
            fact = facts.get(getattr(settings, field))
            if fact is not None and (fact.listed if listed else fact.figure) is False:
                told = msg("列表") if listed else msg("数")
                yield (field,), say("“{found}”应为{kind}", found=fact.name, kind=told)
        if list(settings.edges) != sorted(set(settings.edges)):
            yield ("edges",), msg("edges 须由小到大")

    def form(self, rule: Rule) -> FindingForm:
        """A number of people."""
        return FindingForm(counts=True)

    def unit(self, rule: Rule, ruleset: Ruleset) -> str:
        """What a size is counted in."""
        return self.measure(rule, ruleset)

    def measure(self, holder: Rule | Part, ruleset: Ruleset) -> str:
        """What a size is counted in."""
        settings: WithinSettings = holder.settings
        return pick(settings.unit, settings.unit_en)

    def excess_unit(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | str:
        """Items, where those over the limit were counted."""
        settings: WithinSettings = rule.settings
        words = {
            _ITEMS: pick(settings.item_unit, settings.item_unit_en),
            _SIZE: pick(settings.unit, settings.unit_en),
        }
        return pl.col("excess_unit").replace(words)

    def lasts(self, holder: Rule | Part) -> bool:
        """Always."""
        return True

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """value is the largest item where it is known.

        excess is the number of items over the limit; where only the largest is known, by how much
        that one is over. excess_unit says which.
        """
        if rule.limit is None:
            raise ValueError("within needs at_most")
        settings: WithinSettings = rule.settings
        by = pl.col(rule.limit.by)
        plan, told = evaluation.plan(rule.scope, rule), dict[str, pl.Expr]()
        for key, bar in rule.limit.table.items():
            judged = _judged(float(bar), settings, plan, f"{rule.id} {key}", rule.id)
            for name, column in judged.items():
                told[name] = pl.when(by == key).then(column).otherwise(told.get(name))
        limited = by.is_in(list(rule.limit.table))
        status = pl.when(limited).then(told["status"]).otherwise(NOT_APPLICABLE).cast(pl.UInt8)
        status = plan.let(f"{rule.id}._status", status, rule.id, passing=True)
        lacking = tallies.lacks(evaluation.frames, rule.scope, [settings.list])
        missing = Lacks(tuple((name, pl.lit(value=True)) for name in lacking.named()))
        return {**told, "status": status, "missing": missing.where(status == UNKNOWN)}

    def sentence(self, rule: Rule, ruleset: Ruleset) -> Sentences:
        """The items over the limit, or the largest one."""
        settings: WithinSettings = rule.settings
        holes: dict[str, pl.Expr | str] = {
            "who": pl.col("subject"),
            "value": short(pl.col("value"), 0),
            "bar": short(pl.col("threshold"), 0),
            "u": pick(settings.unit, settings.unit_en),
        }
        known = pl.col("value").is_not_null()
        met = (
            pl.when(known)
            .then(line(msg("{who}最大班额{value}{u}，不超过{bar}{u}。"), **holes))
            .otherwise(line(msg("{who}各班均不超过{bar}{u}。"), **holes))
        )
        largest = line(msg("（最大班额{value}{u}）"), **holes)
        counted = line(
            msg("{who}有{over}{items}超过{bar}{u}{largest}。"),
            **holes,
            over=short(pl.col("over_count"), 0),
            items=pick(settings.item_unit, settings.item_unit_en),
            largest=pl.when(known).then(largest).otherwise(pl.lit("")),
        )
        single = line(msg("{who}最大班额{value}{u}，超过{bar}{u}的上限。"), **holes)
        missed = pl.when(pl.col("over_count").is_not_null()).then(counted).otherwise(single)
        return {PASS: met, FAIL: missed}

    def evidence(self, rule: Rule) -> tuple[str, ...]:
        """The list, the bands, or the largest, which follows from them."""
        settings: WithinSettings = rule.settings
        return (settings.list, settings.bands, settings.largest)

    def working(self, subject: Subject, begun: Working) -> Working:
        """The largest class against the limit; those over it, and how many pupils must move."""
        rule = subject.rule
        outcome = subject.outcome(rule.id) or {}
        value, bar = typed(outcome["value"]), typed(outcome["threshold"])
        largest = Comparison(
            title=rule.label,
            status=begun.status,
            formula=msg("最大的一个班的人数"),
            filled="" if value is None else shown(value),
            value=value,
            unit=self.measure(rule, subject.ruleset),
            operator=rule.limit.operator if rule.limit else "<=",
            threshold=bar,
        )
        return replace(
            begun,
            inputs=figures(subject),
            conditions=applicability(subject),
            comparisons=(largest,),
            flips=self.flips(subject, begun.status),
            notes=(*begun.notes, *_over(_sizes(subject), None if bar is None else int(bar))),
        )

    def flips(self, subject: Subject, status: str) -> tuple[Flip, ...]:
        """Failing: the pupils to be moved out of the classes over the limit. Passing: the room that
        the largest class has left, and one pupil more.
        """
        rule, sizes = subject.rule, _sizes(subject)
        limit = (subject.outcome(rule.id) or {}).get("threshold")
        if not sizes or limit is None or status not in OPPOSITE:
            return ()
        bar, largest = int(limit), max(sizes)
        place, over = sizes.index(largest), [size for size in sizes if size > bar]
        if over:
            title = msg("超过标准的班的学生数合计")
            before, change, wanted = sum(over), len(over) * bar - sum(over), "pass"
            after = [min(size, bar) for size in sizes]
            short = [*after[:place], bar + 1, *after[place + 1 :]]
        else:
            title = msg("最大的一个班")
            before, change, wanted = largest, bar + 1 - largest, "fail"
            after = [*sizes[:place], bar + 1, *sizes[place + 1 :]]
            short = [*sizes[:place], bar, *sizes[place + 1 :]]
        fact, unit = subject.contract(rule.settings.list), self.measure(rule, subject.ruleset)
        turned, kept = rejudged(subject, [{fact: after}, {fact: short}])
        if status_of(turned) != wanted or status_of(kept) == wanted:
            return ()
        return (Flip(fact, title, change, before, before + change, unit, wanted),)

    def example(
        self, holder: Rule | Part, rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]
    ) -> Iterable[str]:
        """Three classes, the largest on the limit and one pupil over it."""
        for limit, head, bar in bars(holder.limit):
            for largest in (bar, bar + 1):
                sizes = [shown(largest - 2), shown(largest - 1), shown(largest)]
                yield say(
                    "{stage}{n}个班{sizes}：最大{largest}，{verdict}。",
                    stage=head, n=len(sizes), sizes=msg("、").join(sizes),
                    largest=shown(largest), verdict=verdict(limit, largest, bar))  # fmt: skip


def _sizes(subject: Subject) -> list[float]:
    """The sizes of the classes as submitted; none where only the bands or the largest were."""
    sizes = subject.record(subject.contract(subject.rule.settings.list))
    return [float(size) for size in sizes] if isinstance(sizes, list) else []


def _over(sizes: Sequence[float], bar: int | None) -> Iterable[str]:
    """The classes over the limit, and how many pupils must leave them."""
    over = [] if bar is None else sorted((int(s) for s in sizes if s > bar), reverse=True)
    if over and bar is not None:
        told = msg("、").join(map(str, over[:20])) + ("…" if len(over) > 20 else "")
        yield say(
            "共{n}个班超过{bar}人：{sizes}；须调出{total}人次。",
            n=len(over), bar=bar, sizes=told, total=sum(over) - len(over) * bar)  # fmt: skip


def _judged(
    bar: float, settings: WithinSettings, plan: Plan, key: str, owner: str
) -> Mapping[str, pl.Expr]:
    """The columns of the units whose limit is `bar`."""

    def let(name: str, column: pl.Expr) -> pl.Expr:
        return plan.let(f"{key}._{name}", column, owner, passing=True)

    items, bands = pl.col(settings.list), pl.col(settings.bands)
    largest = pl.col(settings.largest)
    has_items = let("items", (items.list.len() > 0).fill_null(value=False))
    has_bands = let("bands", ~has_items & (bands.list.sum() > 0).fill_null(value=False))
    over_items = items.list.eval((pl.element() > bar).cast(pl.UInt32)).list.sum().cast(pl.Float64)
    over_bands, open_bands = _bands(bands, bar, settings.edges)
    over = let("over", pl.when(has_items).then(over_items).when(has_bands).then(over_bands))
    value = pl.when(has_items).then(items.list.max()).when(has_bands).then(None).otherwise(largest)
    counted = has_items | has_bands
    by_count = (
        pl.when(over > 0)
        .then(FAIL)
        .when(has_bands & (open_bands > 0))
        .then(UNKNOWN)
        .otherwise(PASS)
    )
    by_largest = (
        pl.when(largest.is_null()).then(UNKNOWN).when(largest > bar).then(FAIL).otherwise(PASS)
    )
    status = let("state", pl.when(counted).then(by_count).otherwise(by_largest))
    excess = pl.when(counted).then(over).otherwise(largest - bar)
    unit = pl.when(counted).then(pl.lit(_ITEMS)).otherwise(pl.lit(_SIZE))
    return {
        "status": status,
        "value": value,
        "threshold": pl.lit(bar),
        "over_count": over,
        "excess": pl.when(status == FAIL).then(excess),
        "excess_unit": pl.when(status == FAIL).then(unit),
    }


def _bands(bands: pl.Expr, bar: float, edges: Sequence[Decimal]) -> tuple[pl.Expr, pl.Expr]:
    """How many items lie in bands above the limit, and how many in a band that straddles it."""
    tops = [float(edge) for edge in edges]
    first_over = sum(1 for top in tops if top < bar)  # this band's top is the limit or above it
    straddles = (first_over < len(tops) and tops[first_over] > bar) or first_over == len(tops)
    above = first_over + 1
    open_count = bands.list.get(first_over, null_on_oob=True) if straddles else pl.lit(0.0)
    return bands.list.slice(above).list.sum().cast(pl.Float64), open_count.cast(pl.Float64)
