"""Last year's figures beside this year's: jumps, shrinking, schools new, gone and altered.

By how much a figure may differ stands in the schemas (``x-jumps``); a county is compared by its
code with its latest earlier year, a school by its code within the county. A blank in either year is
no doubt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.plausibility import Jump
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.cell_text import show
from compliance.intake.data_checks.declarations import KEY, ROW, Check, Doubt, Row
from compliance.intake.problems import Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.submission import Submission

IDENTITY = ("school_name", "school_type")  # what seldom changes under the same code
PAIR = [*KEY, "school_code"]


def checks(vocabulary: Vocabulary, previous: Submission) -> Iterator[Check]:
    """What changed more than it does in honest years."""
    file = previous.inputs[0].name if len(previous.inputs) == 1 else ""

    def gone(row: Row) -> Doubt:
        return _gone(row, file)

    yield Check("years", pl.col("_before").is_null() & ~_unread(previous), _no_year, ("_latest",))
    for jump in vocabulary.checks["county"].jumps:
        yield _jump("counties_then", jump, vocabulary.county[jump.fact])
    yield Check("renumbered", None, _renumbered)
    yield Check("new", None, _new, ("school_name", "_before"))
    yield Check("gone", None, gone, ("school_name", "_before"))
    for jump in vocabulary.checks["school"].jumps:
        yield _jump("schools_then", jump, vocabulary.school[jump.fact])
    for name in IDENTITY:
        yield _altered(vocabulary.school[name])


def views(
    schools: pl.DataFrame, counties: pl.DataFrame, previous: Submission, vocabulary: Vocabulary
) -> dict[str, pl.DataFrame]:
    """This year's records beside last year's, whose figures are called F_before.

    years: the counties with the latest earlier year of the comparison (``_before``) and its latest
    year at all (``_latest``). renumbered: counties none of whose codes stood there last year: said
    once, not school by school.
    """
    years = _earlier_years(counties, previous)
    paired = years.filter(pl.col("_before").is_not_null()).select(*KEY, "_before")
    previous = previous.completed()
    then = previous.counties.rename({"county_code": "_code", "year": "_before"})
    facts = [jump.fact for jump in vocabulary.checks["county"].jumps]
    counties_now = counties.join(paired, on=KEY, how="inner", maintain_order="left")
    counties_then = _beside(counties_now, then, ["_code", "_before"], facts)

    before = previous.schools.rename({"county_code": "_code", "year": "_before"})
    before = before.join(paired, on=["_code", "_before"], how="inner", maintain_order="left")
    now = schools.join(paired, on=KEY, how="inner", maintain_order="left")
    kept = now.join(before, on=PAIR, how="semi")
    both = now.join(before, on=KEY, how="semi").select(KEY).unique()
    strange = both.join(kept, on=KEY, how="anti")
    now, before = (
        one.join(strange, on=KEY, how="anti", maintain_order="left") for one in (now, before)
    )
    facts = [*IDENTITY, *(jump.fact for jump in vocabulary.checks["school"].jumps)]
    return {
        "years": years,
        "counties_then": counties_then,
        "renumbered": counties.join(strange, on=KEY, how="semi", maintain_order="left"),
        "new": now.join(before, on=PAIR, how="anti", maintain_order="left"),
        "gone": before.join(now, on=PAIR, how="anti", maintain_order="left"),
        "schools_then": _beside(now, before, PAIR, facts),
    }


def _beside(now: pl.DataFrame, then: pl.DataFrame, on: list[str], facts: list[str]) -> pl.DataFrame:
    """The records of both years, with the former figures of `facts`."""
    former = then.select(*on, *(pl.col(name).alias(f"{name}_before") for name in facts))
    return now.join(former, on=on, how="inner", maintain_order="left")


def _earlier_years(counties: pl.DataFrame, previous: Submission) -> pl.DataFrame:
    known = previous.counties.select(_code="county_code", _then="year")
    found = (
        counties.select(KEY)
        .join(known, on="_code", how="left")
        .group_by(KEY)
        .agg(
            pl.col("_then").filter(pl.col("_then") < pl.col("_year")).max().alias("_before"),
            pl.col("_then").max().alias("_latest"),
        )
    )
    return counties.select(ROW).join(found, on=KEY, how="left", maintain_order="left")


def _unread(previous: Submission) -> pl.Expr:
    """The counties whose figures of last year may stand in what could not be accepted.

    That is reported by itself; an error that names no county may concern any of them.
    """
    errors = [one.county_code for one in previous.problems if one.severity == "error"]
    if None in errors:
        return pl.col("_latest").is_null()
    return pl.col("_latest").is_null() & pl.col("_code").is_in(list(dict.fromkeys(errors)))


def _no_year(row: Row) -> Doubt:
    if row["_latest"] is None:
        message = msg("上年数据中没有本县")
    else:
        message = say(
            "用来比较的数据是{then}学年的，不早于本次的{now}学年",
            then=row["_latest"],
            now=row["_year"],
        )
    expected = msg("同一县较早学年的数据")
    return Doubt("no_previous", message, expected, at=("county_code",))


def _renumbered(_: Row) -> Doubt:
    message = msg("没有一所学校的标识码与上年数据相同，无法逐校比较")
    expected = msg("两年使用同一套标识码")
    return Doubt("codes_differ_from_previous", message, expected, at=("county_code",))


def _new(row: Row) -> Doubt:
    message = say("{n}不在{y}学年的数据中", n=show(row["school_name"]), y=row["_before"])
    expected = msg("新建、改制或更换标识码的，请说明")
    return Doubt("school_new", message, expected, at=("school_code",))


def _gone(row: Row, file: str) -> Doubt:
    message = say("{n}在{y}学年的数据中，本次没有", n=show(row["school_name"]), y=row["_before"])
    expected = msg("撤并或更换标识码的，请说明")
    where = Location(_as_last_year(file), "", row["_code"], row["_year"], row["school_code"])
    return Doubt("school_gone", message, expected, where=where)


def _as_last_year(file: str) -> str:
    return say("{f}（上年数据）", f=file) if file else msg("上年数据")


def faults_of(previous: Submission) -> list[Problem]:
    """What is wrong with last year's figures themselves, named as theirs."""
    errors = (one for one in previous.problems if one.severity == "error")
    return [replace(one, file=_as_last_year(one.file)) for one in errors]


def _altered(fact: Fact) -> Check:
    """A school's name or type that was another under the same code."""
    then = f"{fact.name}_before"

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}由{y}学年的“{a}”变为“{b}”，标识码未变",
            f=fact.label,
            y=row["_before"],
            a=_word(fact, row[then]),
            b=_word(fact, row[fact.name]),
        )
        expected = msg("更名或改制的请说明，否则核对标识码")
        return Doubt("identity_changed", message, expected, at=(fact.name,))

    differs = pl.col(fact.name) != pl.col(then)
    return Check("schools_then", differs, tell, (fact.name, then, "_before"))


def _word(fact: Fact, value: object) -> str:
    """A text as it stands; for a word of the vocabulary what people write."""
    written = (word for word, canonical in fact.words.items() if canonical == value != word)
    return pick(next(written, show(value)), show(value))


def _jump(view: str, jump: Jump, fact: Fact) -> Check:
    """One fact of the records that have it in both years."""
    name, before = jump.fact, f"{jump.fact}_before"
    now, then = pl.col(name), pl.col(before)
    factor = (now > then * jump.factor) | (now * jump.factor < then)
    shrunk = pl.lit(value=False)
    if jump.shrinks is not None:
        shrunk = now < then * (1 - jump.shrinks)

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}由{y}学年的{a:.12g}变为{b:.12g}",
            f=fact.label,
            y=row["_before"],
            a=row[before],
            b=row[name],
        )
        if row["_shrunk"]:
            expected = msg("一般不减少；拆除、报废的请说明")
            return Doubt("shrunk_since_previous", message, expected, (name,))
        expected = say("一年之间一般不超过{k:g}倍；请核对单位和数字", k=jump.factor)
        return Doubt("jump_from_previous", message, expected, (name,))

    when = ((now - then).abs() >= jump.least) & (factor | shrunk)
    return Check(view, when, tell, (name, before, "_before", shrunk.alias("_shrunk")))
