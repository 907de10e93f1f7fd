"""Earlier figures beside these: jumps, shrinking, schools new, gone and altered.

By how much a figure may differ stands in the schemas (``x-jumps``); a county is compared by its
code with its latest earlier year, and with an earlier submission of the same year; a school by its
code within the county. A blank in either is no doubt.
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
EARLIER, AGAIN = (
    "earlier",
    "again",
)  # another year's figures, and those of the same year given before


def checks(vocabulary: Vocabulary, previous: Submission) -> Iterator[Check]:
    """What changed more than it does in honest figures."""
    file = previous.inputs[0].name if len(previous.inputs) == 1 else ""
    nothing = pl.col(f"_{EARLIER}").is_null() & pl.col(f"_{AGAIN}").is_null()
    yield Check("years", nothing & ~_unread(previous), _no_year, ("_latest",))
    for which in (EARLIER, AGAIN):
        yield from _compared(which, vocabulary, file)


def _compared(which: str, vocabulary: Vocabulary, file: str) -> Iterator[Check]:
    """What is said beside one earlier submission."""

    def gone(row: Row) -> Doubt:
        return _gone(row, file)

    for jump in vocabulary.checks["county"].jumps:
        yield _jump(f"{which} counties_then", jump, vocabulary.county[jump.fact])
    yield Check(f"{which} renumbered", None, _renumbered)
    yield Check(f"{which} new", None, _new, ("school_name", "_before"))
    yield Check(f"{which} gone", None, gone, ("school_name", "_before"))
    for jump in vocabulary.checks["school"].jumps:
        yield _jump(f"{which} schools_then", jump, vocabulary.school[jump.fact])
    for name in IDENTITY:
        yield _altered(f"{which} schools_then", vocabulary.school[name])


def views(
    schools: pl.DataFrame, counties: pl.DataFrame, previous: Submission, vocabulary: Vocabulary
) -> dict[str, pl.DataFrame]:
    """These records beside earlier ones, whose figures are called F_before.

    years: the counties with the latest earlier year of the comparison (``_earlier``), their own year
    where it stands there too (``_again``) and its latest year at all (``_latest``). renumbered:
    counties none of whose codes stood there: said once, not school by school.
    """
    years, previous = _years(counties, previous), previous.completed()
    found = {"years": years}
    for which in (EARLIER, AGAIN):
        paired = years.select(*KEY, pl.col(f"_{which}").alias("_before")).drop_nulls("_before")
        made = _paired(schools, counties, previous, paired, vocabulary)
        found |= {f"{which} {name}": view for name, view in made.items()}
    return found


def _paired(
    schools: pl.DataFrame,
    counties: pl.DataFrame,
    previous: Submission,
    paired: pl.DataFrame,
    vocabulary: Vocabulary,
) -> dict[str, pl.DataFrame]:
    """The views of one comparison; paired: county, year, and the year it is compared with."""
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


def _years(counties: pl.DataFrame, previous: Submission) -> pl.DataFrame:
    known = previous.counties.select(_code="county_code", _then="year")
    found = (
        counties.select(KEY)
        .join(known, on="_code", how="left")
        .group_by(KEY)
        .agg(
            pl.col("_then").filter(pl.col("_then") < pl.col("_year")).max().alias(f"_{EARLIER}"),
            pl.col("_then").filter(pl.col("_then") == pl.col("_year")).max().alias(f"_{AGAIN}"),
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
        message = msg("对照数据中没有本县")
    else:
        message = say(
            "用来比较的数据是{then}学年的，晚于本次的{now}学年",
            then=row["_latest"],
            now=row["_year"],
        )
    expected = msg("同一县较早学年的数据，或同一学年较早填报的数据")
    return Doubt("no_previous", message, expected, at=("county_code",))


def _then(row: Row) -> str:
    """What the earlier figures are called: those of another year, or the last ones of this year."""
    if row["_before"] == row["_year"]:
        return msg("本学年上次填报")
    return say("{y}学年", y=row["_before"])


def _renumbered(_: Row) -> Doubt:
    message = msg("没有一所学校的标识码与对照数据相同，无法逐校比较")
    expected = msg("两份数据使用同一套标识码")
    return Doubt("codes_differ_from_previous", message, expected, at=("county_code",), of_all=True)


def _new(row: Row) -> Doubt:
    message = say("{n}不在{then}的数据中", n=show(row["school_name"]), then=_then(row))
    expected = msg("新建、改制或更换标识码的，请说明")
    return Doubt("school_new", message, expected, at=("school_code",))


def _gone(row: Row, file: str) -> Doubt:
    message = say("{n}在{then}的数据中，本次没有", n=show(row["school_name"]), then=_then(row))
    expected = msg("撤并或更换标识码的，请说明")
    where = Location(_as_compared(file), "", row["_code"], row["_year"], row["school_code"])
    return Doubt("school_gone", message, expected, where=where, of_all=True)


def _as_compared(file: str) -> str:
    return say("{f}（对照数据）", f=file) if file else msg("对照数据")


def faults_of(previous: Submission) -> list[Problem]:
    """What is wrong with the earlier figures themselves, named as theirs."""
    errors = (one for one in previous.problems if one.severity == "error")
    return [replace(one, file=_as_compared(one.file)) for one in errors]


def _altered(view: str, fact: Fact) -> Check:
    """A school's name or type that was another under the same code."""
    then = f"{fact.name}_before"

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}由{then}的“{a}”变为“{b}”，标识码未变",
            f=fact.label,
            then=_then(row),
            a=_word(fact, row[then]),
            b=_word(fact, row[fact.name]),
        )
        expected = msg("更名或改制的请说明，否则核对标识码")
        return Doubt("identity_changed", message, expected, at=(fact.name,))

    differs = pl.col(fact.name) != pl.col(then)
    return Check(view, differs, tell, (fact.name, then, "_before"))


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
            "{f}由{then}的{a:.12g}变为{b:.12g}",
            f=fact.label,
            then=_then(row),
            a=row[before],
            b=row[name],
        )
        if row["_shrunk"]:
            expected = msg("一般不减少；拆除、报废的请说明")
            return Doubt("shrunk_since_previous", message, expected, (name,))
        expected = say("一年之间一般不超过{k:g}倍；请核对单位和数字", k=jump.factor)
        if row["_before"] == row["_year"]:
            expected = msg("同一学年的数字一般不再大改；请核对单位和数字，确属更正的请说明")
        return Doubt("jump_from_previous", message, expected, (name,))

    when = ((now - then).abs() >= jump.least) & (factor | shrunk)
    return Check(view, when, tell, (name, before, "_before", shrunk.alias("_shrunk")))
