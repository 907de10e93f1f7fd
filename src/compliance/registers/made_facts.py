"""What was counted of one register becomes facts of schools, or is missing with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.registers import RegisterForm
from compliance.facts.school_types import has
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.cells import NUMBERS
from compliance.intake.limits import EXPLAINED_ROWS
from compliance.intake.problems import Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import stage_words
from compliance.registers.counting import BLANK, COUNTED, ROWS, UNTOLD, VALUE
from compliance.registers.rows import SCHOOL
from compliance.registers.tellings import Tellings
from compliance.rules.language import conditions
from compliance.rules.language.assembly import STAGE, Definition

# why a fact is missing
UNKNOWN, NO_ROWS, NONE_FOUND, NO_COLUMN = "untold_rows", "no_rows", "none_found", "no_column"


class Made(NamedTuple):
    """A fact and what became of it. schools: for how many it was made; missing: why not → for how many."""

    fact: Fact
    definition: Definition
    schools: int
    missing: Mapping[str, int]


@dataclass(frozen=True)
class RegisterFacts:
    """The facts of one register for some of the listed schools.

    outcome: of a `RowCounts`. schools: the listed ones, with SCHOOL; whole: of which of them the register has
    all rows. file: what to name in problems.
    """

    form: RegisterForm
    file: str
    outcome: pl.DataFrame
    schools: pl.DataFrame
    whole: pl.Series
    words: Vocabulary
    tellings: Tellings

    def facts(self, definitions: Sequence[Definition]) -> Iterator[tuple[Made, pl.Series]]:
        """Every fact that is made, a value a school; then it is told which schools have no rows."""
        lacking: dict[str, list[pl.Series]] = {}
        for one in definitions:
            for fact in one.facts(self.words.school):
                made, values, without = self._fact(one, fact)
                if len(without):
                    lacking.setdefault(fact.stage or "", []).append(without)
                yield made, values
        self._tell_without_rows(lacking)

    def _fact(self, one: Definition, fact: Fact) -> tuple[Made, pl.Series, pl.Series]:
        """A fact: what became of it, its values, the schools of which there are no rows."""
        asked = self._asked(one, fact)
        found = self.schools.select(SCHOOL).join(
            self._groups(one, fact), on=SCHOOL, how="left", maintain_order="left"
        )
        rows, counted, untold = (
            pl.col(name).fill_null(0) for name in ("rows", "counted", "untold")
        )
        nothing = (rows == 0) | ((counted == 0) & pl.lit(one.none_missing))
        zero = pl.lit([], dtype=NUMBERS) if fact.listed else pl.lit(0.0)
        why = (
            pl.when(~pl.lit(asked)).then(None)
            .when(untold > 0).then(pl.lit(UNKNOWN))
            .when(pl.lit(self.whole) | ~nothing).then(None)
            .when(rows == 0).then(pl.lit(NO_ROWS))
            .otherwise(pl.lit(NONE_FOUND))
        )  # fmt: skip
        value = pl.when(counted > 0).then(pl.col("value")).otherwise(zero)
        found = found.with_columns(why=why)
        made = found.select(
            pl.when(pl.lit(asked) & pl.col("why").is_null()).then(value).alias(fact.name)
        ).to_series()
        reasons = dict(found["why"].drop_nulls().value_counts().sort("why").iter_rows())
        self._tell(one, fact, found)
        without = found.filter(pl.col("why") == NO_ROWS)[SCHOOL]
        return Made(fact, one, len(made) - made.null_count(), reasons), made, without

    def _asked(self, one: Definition, fact: Fact) -> pl.Series:
        """Which schools can have the fact."""
        kinds = self.schools["school_type"].unique().drop_nulls()
        fitting = [kind for kind in kinds if has(fact, kind)]
        found = pl.col("school_type").is_in(fitting)
        if one.schools:
            found &= conditions.matches(one.schools).fill_null(value=False)
        if (
            fact.stage and STAGE in self.outcome.columns
        ):  # what is there is told, whatever the school's type
            there = self.outcome.filter(pl.col(STAGE) == fact.stage)[SCHOOL]
            found |= pl.col(SCHOOL).is_in(there.implode())
        return self.schools.select(found.fill_null(value=False)).to_series()

    def _groups(self, one: Definition, fact: Fact) -> pl.DataFrame:
        """Rows, those counted, those untold, and the value, by school; of its stage alone for a fact of one."""
        blanks = [BLANK.format(name) for name in one.columns if name != STAGE]
        counted, untold, value = (text.format(one.name) for text in (COUNTED, UNTOLD, VALUE))
        named = {"rows": ROWS, "counted": counted, "untold": untold, "value": value}
        found = self.outcome.select(
            SCHOOL, STAGE, *(pl.col(name).alias(key) for key, name in named.items()), *blanks
        )
        if not fact.stage:
            numbers = pl.col("rows", "counted", "untold", *blanks).sum()
            joined = pl.col("value").explode() if fact.listed else pl.col("value").sum()
            return (
                found.sort(SCHOOL, STAGE).group_by(SCHOOL, maintain_order=True).agg(numbers, joined)
            )
        own = found.filter(pl.col(STAGE) == fact.stage).drop(STAGE)
        homeless = found.filter(
            pl.col(STAGE).is_null() & (pl.col("counted") + pl.col("untold") > 0)
        )
        more = homeless.select(SCHOOL, stageless=pl.col("counted") + pl.col("untold"))
        both = own.join(more, on=SCHOOL, how="full", coalesce=True)
        return both.with_columns(pl.sum_horizontal("untold", "stageless").alias("untold"))

    def _tell(self, one: Definition, fact: Fact, found: pl.DataFrame) -> None:
        """Name the schools whose rows cannot be told, and those of which nothing was found."""
        columns = [name for name in one.columns if name != STAGE]
        blanks = {BLANK.format(name): self.form.columns[name].label for name in columns}
        stage = [self.form.columns[STAGE].label] if "stageless" in found.columns else []
        known = self.schools.select("county_code", "school_code")
        untold = found.hstack(known).filter(pl.col("why") == UNKNOWN)
        none = found.hstack(known).filter(pl.col("why") == NONE_FOUND)

        def unknown(row: Mapping[str, object]) -> Problem:
            why = [label for name, label in blanks.items() if row[name]]
            why += stage if stage and row["stageless"] else []
            told = msg("、").join(why) or msg("归属或日期")
            message = say(
                "{fact}：有{n}行无法判断（{columns}），作缺失",
                fact=fact.label,
                n=row["untold"],
                columns=told,
            )
            return self._at(row).warning(UNKNOWN, message, msg("补齐登记表"), (fact.name,))

        def nothing(row: Mapping[str, object]) -> Problem:
            message = say("{fact}：登记表中一条也没有，作缺失", fact=fact.label)
            expected = say("确实没有的，加 --complete {register}", register=self.form.name)
            return self._at(row).warning(NONE_FOUND, message, expected, (fact.name,))

        for rows, told in ((untold, unknown), (none, nothing)):
            named = rows.head(EXPLAINED_ROWS)
            self.tellings.tell(
                self.form.name, map(told, named.iter_rows(named=True)), rows.height - named.height
            )

    def _tell_without_rows(self, lacking: Mapping[str, Sequence[pl.Series]]) -> None:
        """Name the schools, and stages, of which the register has no row. lacking: stage or "" → SCHOOL."""
        for stage, found in lacking.items():
            of_all = pl.concat(lacking.get("", [])) if stage and "" in lacking else None
            schools = pl.concat(found).unique()
            here = pl.col(SCHOOL).is_in(schools.implode())
            if of_all is not None:  # named once as a whole
                here &= ~pl.col(SCHOOL).is_in(of_all.unique().implode())
            rows = self.schools.filter(here)
            what = say("（{stage}）", stage=stage_words()[stage]) if stage else ""

            def told(row: Mapping[str, object], what: str = what) -> Problem:
                message = say(
                    "{register}中没有这所学校{stage}的行，有关各项作缺失",
                    register=self.form.label,
                    stage=what,
                )
                expected = say("确实没有的，加 --complete {register}", register=self.form.name)
                return self._at(row).warning(NO_ROWS, message, expected)

            named = rows.head(EXPLAINED_ROWS)
            more = rows.height - named.height
            self.tellings.tell(self.form.name, map(told, named.iter_rows(named=True)), more)

    def _at(self, row: Mapping[str, object]) -> Location:
        return Location(self.file, county=str(row["county_code"]), school=str(row["school_code"]))
