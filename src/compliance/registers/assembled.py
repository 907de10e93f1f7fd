"""From registers and the list of schools to the schools' facts, each by its definition.

A fact is missing, with its reason, where the register has no row of the school (at that stage), or where a
row cannot be told; it is nought only where rows are there, or the register is declared complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.limits import EXPLAINED_ROWS
from compliance.intake.problems import Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.kernel.journal import step
from compliance.kernel.number_format import whole_number
from compliance.registers.counting import RowCounts
from compliance.registers.listing import RegisterTable
from compliance.registers.made_facts import NO_COLUMN, Made, RegisterFacts
from compliance.registers.once import once
from compliance.registers.rows import SCHOOL, LaidDown, Progress, SchoolList, lay_down
from compliance.registers.tellings import Tellings
from compliance.rules.language.assembly import Assembly, Definition

_ALIKE = 1e-9  # of a figure: what two sums may differ by and be the same


class Complete(NamedTuple):
    """A register that has all rows there are, of one county or of all: no row means that there is none."""

    register: str
    county: str | None = None


class Ruling(NamedTuple):
    """What a rule set says of registers, and the counties that it is the rule set of."""

    assembly: Assembly
    counties: frozenset[str]


@dataclass(frozen=True)
class Assembled:
    """schools: the listed ones with their facts. made: what became of each fact. tellings: what was odd."""

    schools: pl.DataFrame
    made: Sequence[Made]
    tellings: Tellings


@dataclass(frozen=True)
class AssemblyTerms:
    """On which terms registers are counted.

    day: rows of other days do not count. complete: registers that have all rows there are. partial: the
    registers hold schools that need not be listed. scratch: a folder for what is set aside. progress: told
    what is read, the row, and of how many.
    """

    day: date
    scratch: Path
    complete: frozenset[Complete] = frozenset()
    partial: bool = False
    progress: Progress | None = None


def assemble(
    listings: Sequence[RegisterTable], schools: pl.DataFrame, rulings: Sequence[Ruling], words: Vocabulary,
    terms: AssemblyTerms,
) -> Assembled:  # fmt: skip
    """The facts of the listed schools. schools: as in a `Submission`; words: the facts that there are."""
    tellings, made, columns = Tellings(), list[Made](), dict[str, pl.Series]()
    listed = SchoolList(schools.with_row_index(SCHOOL))
    tables: dict[str, list[RegisterTable]] = {}
    for listing in listings:
        tables.setdefault(listing.form.name, []).append(listing)
    for name, of in tables.items():
        for number, ruling in enumerate(_saying(rulings, name)):
            # what is odd in the rows is so by any rule set: said once
            heard = Tellings() if number else tellings
            facts, definitions = _counted(name, of, ruling, listed, words, terms, heard)
            facts = replace(facts, tellings=tellings)
            for one, found in facts.facts(definitions):
                made.append(one)
                columns[one.fact.name] = _joined(
                    columns.get(one.fact.name), found, facts.schools, listed
                )
    return Assembled(_filled(schools, columns, words, tellings), made, tellings)


def _saying(rulings: Sequence[Ruling], register: str) -> list[Ruling]:
    """The rulings on a register; rule sets that say the same of it are one."""
    found: dict[str, Ruling] = {}
    for assembly, counties in rulings:
        if register in assembly.registers:
            own = [one for one in assembly.definitions.values() if one.register == register]
            key = repr((assembly.registers[register], own))
            before = found.get(key)
            found[key] = Ruling(assembly, counties | (before.counties if before else frozenset()))
    return list(found.values())


def _counted(
    name: str, tables: list[RegisterTable], ruling: Ruling, listed: SchoolList, words: Vocabulary,
    terms: AssemblyTerms, tellings: Tellings,
) -> tuple[RegisterFacts, list[Definition]]:  # fmt: skip
    """A register counted for the schools of a ruling, and the definitions whose columns are there."""
    step(lambda: say("汇总登记表 {name}", name=name))
    laid = lay_down(
        tables,
        ruling.assembly.registers[name],
        listed,
        terms.day,
        terms.scratch,
        tellings,
        partial=terms.partial,
        progress=terms.progress,
    )
    definitions = [one for one in ruling.assembly.definitions.values() if one.register == name]
    usable = list(_with_columns(definitions, laid, words, tellings))
    tally = RowCounts(usable)
    schools = listed.frame.filter(pl.col("county_code").is_in(ruling.counties))
    for rows in once(laid, tellings):
        tally.add(rows)
    for part in laid.parts:
        part.unlink()
    whole = schools.select(
        pl.lit(Complete(name) in terms.complete)
        | pl.col("county_code").is_in(
            [one.county for one in terms.complete if one.register == name]
        )
    ).to_series()
    file = msg("、").join(dict.fromkeys(one.file for one in tables))
    facts = RegisterFacts(laid.form, file, tally.outcome(), schools, whole, words, tellings)
    return facts, usable


def _with_columns(
    definitions: Iterable[Definition], laid: LaidDown, words: Vocabulary, tellings: Tellings
) -> Iterator[Definition]:
    """The definitions whose columns the register has; of the others it is said what they lack."""
    lacking: dict[str, list[str]] = {}
    for one in definitions:
        gone = [name for name in one.columns if name not in laid.columns]
        gone += [name for name in one.needs if name not in laid.there and name not in gone]
        if not gone:
            yield one
        for name in gone:
            lacking.setdefault(name, []).extend(fact.label for fact in one.facts(words.school))
    files = msg("、").join(dict.fromkeys(one.file for one in laid.listings))
    for name, facts in lacking.items():
        label, told = laid.form.columns[name].label, msg("、").join(facts)
        message = say("没有“{column}”列，未得出：{facts}", column=label, facts=told)
        found = Location(files).warning(NO_COLUMN, message, say("补上“{column}”列", column=label))
        tellings.tell(laid.form.name, [found])


def _joined(
    known: pl.Series | None, found: pl.Series, schools: pl.DataFrame, listed: SchoolList
) -> pl.Series:
    """A fact of some of the schools, put beside what is known of others."""
    every = listed.frame.select(SCHOOL)
    some = schools.select(SCHOOL).with_columns(found.alias("found"))
    own = every.join(some, on=SCHOOL, how="left", maintain_order="left")["found"]
    return _first(own, known)


def _first(one: pl.Series, other: pl.Series | None) -> pl.Series:
    """The one, where it is null the other."""
    return one if other is None else pl.select(pl.coalesce(pl.lit(one), pl.lit(other))).to_series()


def _filled(
    schools: pl.DataFrame, columns: Mapping[str, pl.Series], words: Vocabulary, tellings: Tellings
) -> pl.DataFrame:
    """The list with the facts in it; what it said itself gives way, and is named where it differs."""
    for name, found in columns.items():
        known = schools[name] if name in schools.columns else None
        if known is not None:
            _tell_differing(words.school[name], schools, found, tellings)
        schools = schools.with_columns(_first(found, known).alias(name))
    order = [name for name in (*words.school, *schools.columns) if name in schools.columns]
    return schools.select(*dict.fromkeys(order))


def _tell_differing(
    fact: Fact, schools: pl.DataFrame, found: pl.Series, tellings: Tellings
) -> None:
    said, got = pl.col(fact.name), pl.col("found")
    differs = (
        said.list.sort() != got.list.sort()
        if fact.listed
        else (said - got).abs() > _ALIKE * said.abs()
    )
    identity = ["county_code", "school_code"]
    rows = schools.select(*identity, fact.name).with_columns(found.alias("found")).filter(differs)

    def told(row: Mapping[str, object]) -> Problem:
        message = say("{fact}：名单中是{said}，由登记表得出{found}，采用后者",
            fact=fact.label, said=_figure(row[fact.name]), found=_figure(row["found"]))  # fmt: skip
        at = Location(county=str(row["county_code"]), school=str(row["school_code"]))
        return at.warning("differs_from_list", message, msg("请核对"), (fact.name,))

    named = rows.head(EXPLAINED_ROWS)
    tellings.tell("schools", map(told, named.iter_rows(named=True)), rows.height - named.height)


def _figure(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(_figure, value))
    return str(whole_number(value))
