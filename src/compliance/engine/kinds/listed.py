"""listed: every entry of a county's list meets the limits set for its fields; none is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.evaluate import Evaluation, part_entry
from compliance.engine.kinds.kind import Kind
from compliance.engine.sentences import parts
from compliance.kernel.i18n import pick
from compliance.kernel.submission import FAIL, NO_WORDS, PASS, UNKNOWN
from compliance.rules.language.model import OPERATORS, Limit, Part, References, Rule, Ruleset


@dataclass(frozen=True, slots=True)
class FieldLimit:
    """One field of every entry, and the one limit it is held against."""

    field: str
    name: str = ""
    name_en: str = ""
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None

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
class ListedSettings:
    """each: the fields that are looked at."""

    each: tuple[FieldLimit, ...]


_ENTRY = (pl.col("subject").fill_null(""), pl.col("grade").fill_null(""))  # what an entry is about


class Listed(Kind):
    """Every field of every entry of a list within its limit."""

    name = "listed"
    settings = ListedSettings
    of_rules = False

    def references(self, holder: Rule | Part) -> References:
        """The list itself."""
        return References(facts=holder.of if isinstance(holder, Rule) else ())

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
        title = name
        for one in settings.each:
            own = pl.concat_str(name.str.strip_suffix(one.field), pl.lit(one.label))
            title = pl.when(name.str.ends_with(f" {one.field}")).then(own).otherwise(title)
        return title

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        """One row a county; a part for every field of every entry, in the order given."""
        settings: ListedSettings = rule.settings
        table = rule.of[0]
        given: pl.DataFrame = getattr(evaluation.submission, table)
        entries = given.join(
            evaluation.frames.county.select("county", "county_code", "year"),
            on=["county_code", "year"],
            how="inner",
            maintain_order="left",
        ).with_row_index("_entry")
        fields = [_judged(entries, place, one) for place, one in enumerate(settings.each)]
        every = pl.concat(fields).sort("_entry", "_place", maintain_order=True)
        grouped = every.group_by("county", maintain_order=True).agg(
            pl.col("status").min(),
            pl.col("part").alias("parts"),
            pl.col("lack").drop_nulls().unique(maintain_order=True).alias("lacks"),
        )
        nothing = pl.lit([table], dtype=pl.List(pl.String))
        return (
            evaluation.frames.county.select("county")
            .join(grouped, on="county", how="left", maintain_order="left")
            .with_columns(
                pl.col("status").fill_null(UNKNOWN).cast(pl.UInt8),
                pl.when(pl.col("status").is_null())
                .then(nothing)
                .otherwise(pl.col("lacks").fill_null(NO_WORDS))
                .alias("lacks"),
            )
        )

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        """Every field of every entry, those that are missing too."""
        return parts(rule)


def _judged(entries: pl.DataFrame, place: int, one: FieldLimit) -> pl.DataFrame:
    limit = one.limit
    field, bar = one.field, float(limit.table[""])
    met = exact_arithmetic.meets(pl.col(field), limit.operator, pl.lit(bar))
    status = pl.when(met.is_null()).then(UNKNOWN).when(met).then(PASS).otherwise(FAIL)
    return entries.with_columns(status.cast(pl.UInt8).alias("status")).select(
        "county",
        "_entry",
        pl.lit(place).alias("_place"),
        "status",
        pl.when(pl.col(field).is_null()).then(pl.lit(f"monitoring.{field}")).alias("lack"),
        part_entry(
            pl.format("{}{} {}", *_ENTRY, pl.lit(field)),
            value=pl.col(field),
            operator=pl.lit(limit.operator),
            threshold=pl.lit(bar),
        ).alias("part"),
    )
