"""Last year's figures beside this year's: jumps, shrinking, schools new, gone and altered.

By how much a figure may differ stands in the schemas (``x-jumps``); a county is compared by its
code with its latest earlier year, a school by its code within the county.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.plausibility import Jump
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.cell_patterns import show
from compliance.intake.acceptance.ledger import Ledger, problem_at
from compliance.intake.data_checks.reporting import ROW, Row, rows, warn
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import Submission

KEY = ["_code", "_year"]
IDENTITY = ("school_name", "school_type")  # what seldom changes under the same code


def doubts(
    schools: pl.DataFrame,
    counties: pl.DataFrame,
    previous: Submission,
    vocabulary: Vocabulary,
    ledger: Ledger,
) -> None:
    """Report what changed more than it does in honest years; a blank in either year is no doubt."""
    years = _earlier_years(counties, previous)
    for row in rows(years, pl.col("_before").is_null() & ~_unread(previous), "_latest"):
        _without_previous(row, ledger)
    paired = years.filter(pl.col("_before").is_not_null()).select(*KEY, "_before")
    _county_jumps(counties, paired, previous, vocabulary, ledger)
    before = previous.schools.rename({"county_code": "_code", "year": "_before"})
    now = schools.join(paired, on=KEY, how="inner", maintain_order="left")
    same = [*KEY, "school_code"]
    before = before.join(paired, on=["_code", "_before"], how="inner", maintain_order="left")
    renumbered = _renumbered(counties, now, before, ledger)
    now, before = (
        one.join(renumbered, on=KEY, how="anti", maintain_order="left") for one in (now, before)
    )
    _come_and_gone(now, before, previous, ledger)
    facts = [*IDENTITY, *(jump.fact for jump in vocabulary.checks["school"].jumps)]
    both = now.join(
        before.select(*same, *(pl.col(name).alias(f"{name}_before") for name in facts)),
        on=same,
        how="inner",
        maintain_order="left",
    )
    for jump in vocabulary.checks["school"].jumps:
        _jumped(both, jump, vocabulary.school[jump.fact], ledger)
    for name in IDENTITY:
        _altered(both, vocabulary.school[name], ledger)


def _unread(previous: Submission) -> pl.Expr:
    """The counties whose figures of last year may stand in what could not be accepted.

    That is reported by itself; an error that names no county may concern any of them.
    """
    errors = [one.county_code for one in previous.problems if one.severity == "error"]
    if None in errors:
        return pl.col("_latest").is_null()
    return pl.col("_latest").is_null() & pl.col("_code").is_in(list(dict.fromkeys(errors)))


def _county_jumps(
    counties: pl.DataFrame,
    paired: pl.DataFrame,
    previous: Submission,
    vocabulary: Vocabulary,
    ledger: Ledger,
) -> None:
    """The counties' own figures."""
    jumps = vocabulary.checks["county"].jumps
    before = previous.counties.select(
        pl.col("county_code").alias("_code"),
        pl.col("year").alias("_before"),
        *(pl.col(jump.fact).alias(f"{jump.fact}_before") for jump in jumps),
    )
    now = counties.join(paired, on=KEY, how="inner", maintain_order="left")
    both = now.join(before, on=["_code", "_before"], how="inner", maintain_order="left")
    for jump in jumps:
        _jumped(both, jump, vocabulary.county[jump.fact], ledger)


def _altered(both: pl.DataFrame, fact: Fact, ledger: Ledger) -> None:
    """A school's name or type that was another under the same code."""
    then = f"{fact.name}_before"
    for row in rows(both, pl.col(fact.name) != pl.col(then), fact.name, then, "_before"):
        message = say(
            "{f}由{y}学年的“{a}”变为“{b}”，标识码未变",
            "{f}: “{a}” in {y}, “{b}” now, under the same code",
            f=fact.label,
            y=row["_before"],
            a=_word(fact, row[then]),
            b=_word(fact, row[fact.name]),
        )
        expected = say(
            "更名或改制的请说明，否则核对标识码",
            "say if it was renamed or changed, or check the code",
        )
        found = problem_at(ledger, row, "warning", "identity_changed", message, expected, fact.name)
        ledger.report_about(found)


def _word(fact: Fact, value: object) -> str:
    """A text as it stands; for a word of the vocabulary what people write."""
    written = (word for word, canonical in fact.words.items() if canonical == value != word)
    return pick(next(written, show(value)), show(value))


def _earlier_years(counties: pl.DataFrame, previous: Submission) -> pl.DataFrame:
    """The counties with the latest earlier year of the comparison, and its latest year at all."""
    known = previous.counties.select(
        pl.col("county_code").alias("_code"), pl.col("year").alias("_then")
    )
    pairs = counties.select(*KEY).join(known, on="_code", how="left")
    found = pairs.group_by(KEY).agg(
        pl.col("_then").filter(pl.col("_then") < pl.col("_year")).max().alias("_before"),
        pl.col("_then").max().alias("_latest"),
    )
    return counties.select(ROW).join(found, on=KEY, how="left", maintain_order="left")


def _without_previous(row: Row, ledger: Ledger) -> None:
    if row["_latest"] is None:
        message = say("上年数据中没有本县", "last year's figures do not have this county")
    else:
        message = say(
            "用来比较的数据是{then}学年的，不早于本次的{now}学年",
            "the figures to compare with are of {then}, not earlier than {now}",
            then=row["_latest"],
            now=row["_year"],
        )
    expected = say("同一县较早学年的数据", "the same county's figures of an earlier year")
    found = problem_at(ledger, row, "warning", "no_previous", message, expected, "county_code")
    ledger.report_about(found)


def _renumbered(
    counties: pl.DataFrame, now: pl.DataFrame, before: pl.DataFrame, ledger: Ledger
) -> pl.DataFrame:
    """The counties none of whose codes stood there last year: said once, not school by school."""
    kept = now.join(before, on=[*KEY, "school_code"], how="semi")
    both = now.join(before, on=KEY, how="semi").select(KEY).unique()
    strange = both.join(kept, on=KEY, how="anti")
    renumbered = counties.join(strange, on=KEY, how="semi", maintain_order="left")
    for row in rows(renumbered, pl.col("_code").is_not_null()):
        message = say(
            "没有一所学校的标识码与上年数据相同，无法逐校比较",
            "no school has a code of last year's figures: nothing can be compared",
        )
        expected = say("两年使用同一套标识码", "the same codes in both years")
        found = problem_at(
            ledger, row, "warning", "codes_differ_from_previous", message, expected, "county_code"
        )
        ledger.report_about(found)
    return strange


def _come_and_gone(
    now: pl.DataFrame, before: pl.DataFrame, previous: Submission, ledger: Ledger
) -> None:
    """Schools that were not there last year, and schools of last year that are not there now."""
    on = [*KEY, "school_code"]
    new = now.join(before, on=on, how="anti", maintain_order="left")
    for row in new.select(*ROW, "school_code", "school_name", "_before").to_dicts():
        message = say(
            "{n}不在{y}学年的数据中",
            "{n} is not among the schools of {y}",
            n=show(row["school_name"]),
            y=row["_before"],
        )
        expected = say("新建、改制或更换标识码的，请说明", "say if it is new, changed or recoded")
        found = problem_at(ledger, row, "warning", "school_new", message, expected, "school_code")
        ledger.report_about(found)
    gone = before.join(now, on=on, how="anti", maintain_order="left")
    file = previous.inputs[0].name if len(previous.inputs) == 1 else ""
    for row in gone.select("_code", "_year", "school_code", "school_name", "_before").to_dicts():
        message = say(
            "{n}在{y}学年的数据中，本次没有",
            "{n} was among the schools of {y} and is not now",
            n=show(row["school_name"]),
            y=row["_before"],
        )
        expected = say("撤并或更换标识码的，请说明", "say if it was closed, merged or recoded")
        ledger.report(
            Problem(
                "warning",
                "school_gone",
                message,
                expected,
                _as_last_year(file),
                county_code=row["_code"],
                year=row["_year"],
                school_code=row["school_code"],
            )
        )


def _as_last_year(file: str) -> str:
    return (
        say("{f}（上年数据）", "{f} (last year)", f=file) if file else say("上年数据", "last year")
    )


def faults_of(previous: Submission) -> list[Problem]:
    """What is wrong with last year's figures themselves, named as theirs."""
    errors = (one for one in previous.problems if one.severity == "error")
    return [replace(one, file=_as_last_year(one.file)) for one in errors]


def _jumped(both: pl.DataFrame, jump: Jump, fact: Fact, ledger: Ledger) -> None:
    """One fact of the records that have it in both years."""
    now, then = pl.col(jump.fact), pl.col(f"{jump.fact}_before")
    large = (now - then).abs() >= jump.least
    factor = (now > then * jump.factor) | (now * jump.factor < then)
    shrunk = pl.lit(value=False)
    if jump.shrinks is not None:
        shrunk = now < then * (1 - jump.shrinks)
    for row in rows(
        both.with_columns(shrunk.alias("_shrunk")), large & (factor | shrunk), jump.fact,
        f"{jump.fact}_before", "_before", "_shrunk",
    ):  # fmt: skip
        code = "shrunk_since_previous" if row["_shrunk"] else "jump_from_previous"
        message = say(
            "{f}由{y}学年的{a:.12g}变为{b:.12g}",
            "{f}: {a:.12g} in {y}, {b:.12g} now",
            f=fact.label,
            y=row["_before"],
            a=row[f"{jump.fact}_before"],
            b=row[jump.fact],
        )
        warn(ledger, row, code, message, _expected(jump, shrunk=bool(row["_shrunk"])), jump.fact)


def _expected(jump: Jump, *, shrunk: bool) -> str:
    if shrunk:
        return say(
            "一般不减少；拆除、报废的请说明",
            "it usually does not shrink; say what was pulled down or written off",
        )
    return say(
        "一年之间一般不超过{k:g}倍；请核对单位和数字",
        "usually at most {k:g} times as much or as little; check unit and figure",
        k=jump.factor,
    )
