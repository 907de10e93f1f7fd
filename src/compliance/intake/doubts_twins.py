"""The same school twice, and records whose figures are copies of another's."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from compliance.intake.accept_keys import Ledger
from compliance.intake.accept_marks import show
from compliance.intake.doubts_telling import ROW, Row, warn
from compliance.vocabulary import Vocabulary
from compliance.words import say

NAMED_TWIN_DIGITS = 3  # with the same name, within a county, fewer digits alike suffice


def doubts(schools: pl.DataFrame, vocabulary: Vocabulary, ledger: Ledger) -> None:
    """Codes that stand in two counties, and records of the same figures.

    Every record of a group is named once, with one of the others: the next in order of county,
    year and code, so that the order of the rows makes no difference.
    """
    checks = vocabulary.checks["school"]
    _in_two_counties(schools, checks.national, ledger)
    if checks.twin_digits is not None:
        facts = [f.name for f in vocabulary.school.values() if f.form in ("count", "number")]
        facts = [name for name in facts if name != "sponsor"]
        _same_figures(schools, facts, checks.twin_digits, ledger)


def _in_two_counties(schools: pl.DataFrame, national: str, ledger: Ledger) -> None:
    """A national code, or any code with the same name, in several counties of one year.

    Codes of another form may be numbered within each county: by themselves they say nothing.
    """
    keys = [*ROW, "school_code", "school_name"]
    known = schools.select(keys)
    repeated = known.filter(pl.struct("school_code", "_year").is_duplicated())
    whole = pl.col("school_code").str.contains(national) if national else pl.lit(value=False)
    twice = pl.struct("school_code", "school_name", "_year").is_duplicated()
    for row, other in _pairs(repeated.filter(whole | twice), ["school_code", "_year"]):
        message = say(
            "学校标识码{c}也出现在{o}（{s}）",
            "school code {c} also stands in {o} ({s})",
            c=row["school_code"],
            o=other["_code"],
            s=show(other["school_name"]),
        )
        expected = say("一所学校只属于一个县", "a school belongs to one county")
        warn(ledger, row, "school_in_two_counties", message, expected, "school_code")


def _same_figures(schools: pl.DataFrame, facts: Sequence[str], digits: int, ledger: Ledger) -> None:
    """Records alike in every figure, blanks too.

    A figure below 10 is no evidence; any other counts with its digits, less the zeros at its end.
    """
    figures = schools.select("_year", *facts)
    maybe = figures.hash_rows().is_duplicated()  # cheap; what it lets through is compared whole
    alike = schools.filter(maybe)
    alike = alike.filter(alike.select("_year", *facts).is_duplicated())
    given = [name for name in facts if alike[name].null_count() < alike.height]
    if not given:
        return
    alike = alike.with_columns(pl.sum_horizontal(map(_evidence, given)).alias("_digits"))
    alike = alike.with_columns(
        pl.struct("_code", "_year", "school_name", *facts).is_duplicated().alias("_named")
    )
    least = pl.when("_named").then(NAMED_TWIN_DIGITS).otherwise(digits)
    suspects = alike.filter(pl.col("_digits") >= least)
    for row, other in _pairs(suspects, ["_year", *given]):
        same = all(row[key] == other[key] for key in ("_code", "school_name"))
        message = say(
            "与{where}“{n}”（{c}）填报的{k}项数字完全相同",
            "all {k} figures are those of {where}“{n}” ({c})",
            where="" if row["_code"] == other["_code"] else f"{other['_code']} ",
            n=show(other["school_name"]),
            c=other["school_code"],
            k=sum(row[name] is not None for name in given),
        )
        if same:
            expected = say("同一所学校只填一次", "one record a school")
        else:
            expected = say("逐校按原始台账填报", "each school's figures from its own records")
        reported = [name for name in given if row[name] is not None]
        code = "school_twice" if same else "figures_copied"
        warn(ledger, row, code, message, expected, *reported)


def _evidence(name: str) -> pl.Expr:
    """How many digits of a figure say something: 860 has two, 1234.5 five, 7 none."""
    text = pl.col(name).cast(pl.String)
    text = text.str.replace(r"\.0$", "").str.replace(".", "", literal=True)
    length = text.str.strip_chars_end("0").str.len_chars().cast(pl.Int64)
    return pl.when(pl.col(name) >= 10).then(length).otherwise(0)  # a blank is none


def _pairs(frame: pl.DataFrame, by: Sequence[str]) -> list[tuple[Row, Row]]:
    """Each row of a group with the next one of it, the last with the first; no row alone."""
    ordered = frame.sort("_code", "_year", "school_code")
    pairs: list[tuple[Row, Row]] = []
    for _, group in ordered.group_by(by, maintain_order=True):
        if group.height < 2:
            continue
        members = group.to_dicts()
        pairs += zip(members, [*members[1:], members[0]], strict=True)
    return pairs
