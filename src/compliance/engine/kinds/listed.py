"""listed: every entry of a county's list meets the limits set for its fields; no list is unknown.

Where subjects are named that must be in it, one without an entry is missing by its name; an entry that
says that there is no result (`none`) counts as one and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.evaluate import (
    RESULTS,
    Columns,
    Evaluation,
    Sentences,
    met_status,
    part_entry,
)
from compliance.engine.exact_arithmetic import Row, meets_exactly, shown
from compliance.engine.formula import bars, verdict
from compliance.engine.kinds.kind import Kind
from compliance.engine.lacks import Lacks
from compliance.engine.sentences import parts
from compliance.engine.subject import Subject
from compliance.engine.variants import OPPOSITE
from compliance.engine.working import Flip, Input
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import suggestion
from compliance.kernel.i18n import lang, msg, pick, say
from compliance.kernel.submission import KEY, NO_WORDS, UNKNOWN
from compliance.rules.language.model import OPERATORS, UPPER, Limit, Part, References, Rule
from compliance.rules.language.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class FieldLimit:
    """One field of every entry, and the one limit it is held against; none: the figure of no result."""

    field: str
    name: str = ""
    name_en: str = ""
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    none: Decimal | None = None

    @property
    def label(self) -> str:
        """What the field is called, in the current language."""
        return pick(self.name or self.field, self.name_en)

    @property
    def limit(self) -> Limit:
        """Its limit. Raises ValueError where none is stated, or several."""
        stated = {name: bar for name in OPERATORS if (bar := getattr(self, name)) is not None}
        if len(stated) != 1:
            raise ValueError(f"field {self.field} needs one limit, not {' / '.join(stated) or 0}")
        ((name, bar),) = stated.items()
        return Limit(OPERATORS[name], {"": bar})


@dataclass(frozen=True, slots=True)
class ListedSubject:
    """A subject that the list must have an entry of; also: other names of it."""

    name: str
    name_en: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedSettings:
    """each: the fields that are looked at; every: the subjects that must be in the list."""

    each: tuple[FieldLimit, ...]
    every: tuple[ListedSubject, ...] = ()


def _english(settings: ListedSettings) -> dict[str, str]:
    """Subjects and grades → what they are called where the language is English, else nothing."""
    if lang() == "zh":
        return {}
    known = [one for one in settings.every if one.name_en]
    # the longest names first: one may begin another
    names = {name: f"{one.name_en} " for one in known for name in (*one.also, one.name)}
    return names | {f"{word}年级": f"grade {n}" for n, word in enumerate("一二三四五六七八九", 1)}


_ENTRY = (pl.col("subject").fill_null(""), pl.col("grade").fill_null(""))  # what an entry is about


class Listed(Kind):
    """Every field of every entry of a list within its limit."""

    name = "listed"
    settings = ListedSettings
    of_rules = False

    def references(self, holder: Rule | Part) -> References:
        """The list itself."""
        return References(facts=holder.of if isinstance(holder, Rule) else ())

    def faults(
        self, holder: Rule | Part, words: Vocabulary
    ) -> Iterable[tuple[tuple[str, ...], str]]:
        """It is about the entries of one table, and the fields that these have."""
        settings: ListedSettings = holder.settings
        if isinstance(holder, Part) or holder.of != ("monitoring",):
            yield ("of",), say("只能写 {wanted}", wanted="monitoring")
            return
        known = [name for name, fact in words.tables["monitoring"].items() if fact.numeric]
        for place, one in enumerate(settings.each):
            if one.field not in known:
                told = say("没有字段 {field}", field=one.field)
                yield ("each", str(place), "field"), told + suggestion(one.field, known)
            elif sum(getattr(one, name) is not None for name in OPERATORS) != 1:
                yield ("each", str(place)), say("字段 {field} 须有一个限值", field=one.field)

    def part_names(self, rule: Rule) -> tuple[str, ...]:
        """The fields of each entry."""
        settings: ListedSettings = rule.settings
        return tuple(one.field for one in settings.each)

    def lines(self, rule: Rule) -> tuple[str, ...]:
        """One a field."""
        return self.part_names(rule)

    def part_title(self, name: pl.Expr, rule: Rule, ruleset: Ruleset) -> pl.Expr:
        """The entry's subject and grade, then what the field is called."""
        settings: ListedSettings = rule.settings
        if words := _english(settings):
            name = name.str.replace_many(list(words), list(words.values())).str.strip_chars()
        title = name
        for one in settings.each:
            own = pl.concat_str(name.str.strip_suffix(one.field), pl.lit(one.label))
            title = pl.when(name.str.ends_with(f" {one.field}")).then(own).otherwise(title)
        return title

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """A part for every field of every entry, in the order given, then of those that are missing."""
        settings: ListedSettings = rule.settings
        table = rule.of[0]
        given: pl.DataFrame = getattr(evaluation.submission, table)
        if given.is_empty():
            parts_ = pl.lit(None, RESULTS["parts"])
            missing = Lacks(((table, pl.lit(value=True)),))
            return {"status": pl.lit(UNKNOWN), "parts": parts_, "missing": missing}
        counties = evaluation.frames.county.lazy().select("county", *KEY)
        entries = given.lazy().join(counties, on=list(KEY), maintain_order="left")
        entries = _complete(entries, settings, table).with_row_index("_entry")
        fields = [_judged(entries, place, one) for place, one in enumerate(settings.each)]
        every = pl.concat(fields).sort("_entry", "_place", maintain_order=True)
        grouped = every.group_by("county", maintain_order=True).agg(
            pl.col("status").min(),
            pl.col("part").alias("parts"),
            pl.col("lack").drop_nulls().unique(maintain_order=True).alias("missing"),
        )
        names = {name: f"{rule.id}._{name}" for name in ("status", "parts", "missing")}
        evaluation.plan("county").join(grouped.rename(names).collect(), "county")
        status, found, lack = (pl.col(name) for name in names.values())
        nothing = pl.lit([table], dtype=pl.List(pl.String))
        lacking = pl.when(status.is_null()).then(nothing).otherwise(lack.fill_null(NO_WORDS))
        return {"status": status.fill_null(UNKNOWN), "parts": found, "missing": Lacks((lacking,))}

    def sentence(self, rule: Rule, ruleset: Ruleset) -> Sentences:
        """Every field of every entry, those that are missing too."""
        return parts(rule)

    def entry_limits(self, rule: Rule) -> Iterable[tuple[str, str, Limit]]:
        """Each field that is looked at."""
        settings: ListedSettings = rule.settings
        return [(one.field, one.label, one.limit) for one in settings.each]

    def stated(self, subject: Subject, holder: Rule | Part) -> Iterable[Input]:
        """Every figure of every entry, with its place in the list."""
        for name, row in _entries(subject):
            for field, title, _ in self.entry_limits(subject.rule):
                file, at = subject.where(name, field)
                yield Input(
                    f"{subject.rule.of[0]}.{field}", f"{name} {title}", row[field], file=file, at=at,
                    origin="given" if row[field] is not None else "missing",
                )  # fmt: skip

    def flips(self, subject: Subject, status: str) -> tuple[Flip, ...]:
        """A list that passes is turned by any one figure; one that fails, by its only figure amiss."""
        found = [
            _flip(f"{subject.rule.of[0]}.{field}", f"{name} {title}", float(row[field]), limit)
            for name, row in _entries(subject)
            for field, title, limit in self.entry_limits(subject.rule)
            if row[field] is not None
        ]
        found = [one for one in found if one.turns_to == OPPOSITE.get(status)]
        return tuple(found) if status == "pass" or len(found) == 1 else ()

    def example(
        self, holder: Rule | Part, rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]
    ) -> Iterable[str]:
        """For each field, figures on its limit and a step to either side, those that meet it first."""
        colon, stop = msg("："), msg("。")
        for _, title, stated in self.entry_limits(rule):
            for limit, _, bar in bars(stated):
                step = Fraction(1) if bar.denominator == 1 else Fraction(1, 100)
                away = -step if limit.operator in UPPER else step
                for value in (bar + away, bar, bar - away):
                    yield f"{title} {shown(value)}{colon}{verdict(limit, value, bar)}{stop}"


WHOLE, FINE = Decimal(1), Decimal("0.001")  # steps of a grade, and of anything with decimals


def _entries(subject: Subject) -> Iterable[tuple[str, Row]]:
    """The entries of the county's list, by subject and grade."""
    words = _english(subject.rule.settings)
    for row in getattr(subject.evaluation.submission, subject.rule.of[0]).iter_rows(named=True):
        name = f"{row.get('subject') or ''}{row.get('grade') or ''}"
        for word, english in words.items():
            name = name.replace(word, english)
        yield name.strip(), row


def _flip(fact: str, title: str, value: float, limit: Limit) -> Flip:
    """The change to the nearest figure, in whole steps, on the other side of the limit."""
    before, bar = Decimal(repr(value)), limit.table[""]
    met = meets_exactly(Fraction(before), limit.operator, Fraction(bar))
    step = WHOLE if before == before.to_integral() and bar == bar.to_integral() else FINE
    way = step if (limit.operator in UPPER) is met else -step
    after = before + (abs(bar - before) / step).to_integral(ROUND_FLOOR) * way
    # the figure on the limit meets ≥ and ≤, not < and >: one step more where that is the wrong side
    while meets_exactly(Fraction(after), limit.operator, Fraction(bar)) is met:
        after += way
    change, to = float(after - before), "fail" if met else "pass"
    return Flip(fact, title, change, float(before), float(after), "", to)


def _complete(entries: pl.LazyFrame, settings: ListedSettings, table: str) -> pl.LazyFrame:
    """The entries with a result, and a blank one for every subject missing where any is listed.

    lack: what such a one is called among the missing facts.
    """
    names = {other: one.name for one in settings.every for other in (one.name, *one.also)}
    wanted = pl.LazyFrame({"subject": [one.name for one in settings.every]}, {"subject": pl.String})
    own = entries.select("county", pl.col("subject").str.strip_chars().replace(names))
    missing = (
        own.select("county")
        .unique(maintain_order=True)
        .join(wanted, how="cross")
        .join(own, on=["county", "subject"], how="anti", maintain_order="left")
        .with_columns(lack=pl.lit(f"{table}.") + pl.col("subject"))
    )
    without = [
        pl.col(one.field) == float(one.none) for one in settings.each if one.none is not None
    ]
    there = entries.filter(~pl.any_horizontal(pl.lit(value=False), *without).fill_null(value=False))
    return pl.concat([there.with_columns(lack=pl.lit(None, pl.String)), missing], how="diagonal")


def _judged(entries: pl.LazyFrame, place: int, one: FieldLimit) -> pl.LazyFrame:
    """The parts of one field; of a subject that is missing there is a single one."""
    limit = one.limit
    field, bar = one.field, float(limit.table[""])
    met = exact_arithmetic.meets(pl.col(field), limit.operator, pl.lit(bar))
    there = pl.col("lack").is_null()
    title = pl.when(there).then(pl.concat_str(*_ENTRY, pl.lit(f" {field}")))
    lack = pl.when(pl.col(field).is_null()).then(pl.lit(f"monitoring.{field}"))
    rows = entries if place == 0 else entries.filter(there)
    return rows.with_columns(met_status(met).cast(pl.UInt8).alias("status")).select(
        "county",
        "_entry",
        pl.lit(place).alias("_place"),
        "status",
        pl.coalesce("lack", lack).alias("lack"),
        part_entry(
            pl.coalesce(title, "subject"),
            pl.col("status"),
            value=pl.col(field),
            operator=pl.lit(limit.operator),
            threshold=pl.lit(bar),
        ).alias("part"),
    )
