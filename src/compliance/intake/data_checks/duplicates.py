"""The same school twice, and records whose figures are copies of another's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.cell_patterns import show
from compliance.intake.acceptance.ledger import Ledger, problem_at
from compliance.intake.data_checks.reporting import ROW, Row, warn
from compliance.kernel.i18n import say

SCHOOL = ("school_code", "school_name")
NAMED_TWIN_DIGITS = 3  # with the same name, within a county, fewer digits alike suffice


def doubts(schools: pl.DataFrame, vocabulary: Vocabulary, ledger: Ledger) -> None:
    """Codes that stand in two counties, records of the same figures, names given twice.

    Every record of a group is named once, with one of the others: the next in order of county,
    year and code, so that the order of the rows makes no difference.
    """
    checks = vocabulary.checks["school"]
    _in_two_counties(schools, checks.national, ledger)
    facts = [fact.name for fact in vocabulary.school.values() if fact.figure]
    if checks.twin_digits is not None:
        _same_figures(schools, facts, checks.twin_digits, ledger)
    _same_name(schools, facts, ledger)


def _in_two_counties(schools: pl.DataFrame, national: str, ledger: Ledger) -> None:
    """A national code, or any code with the same name, in several counties of one year.

    Codes of another form may be numbered within each county: by themselves they say nothing.
    """
    known = schools.select(*ROW, *SCHOOL)
    repeated = known.filter(pl.struct("school_code", "_year").is_duplicated())
    whole = pl.col("school_code").str.contains(national) if national else pl.lit(value=False)
    twice = pl.struct("school_code", "school_name", "_year").is_duplicated()
    for row in _paired(repeated.filter(whole | twice), ["school_code", "_year"]):
        message = say(
            "学校标识码{c}也出现在{o}（{s}）",
            "school code {c} also stands in {o} ({s})",
            c=row["school_code"],
            o=row["_other_code"],
            s=show(row["_other_school_name"]),
        )
        expected = say("一所学校只属于一个县", "a school belongs to one county")
        warn(ledger, row, "school_in_two_counties", message, expected, "school_code")


def _same_figures(schools: pl.DataFrame, facts: Sequence[str], digits: int, ledger: Ledger) -> None:
    """Records alike in every figure, blanks too.

    A figure below 10 is no evidence; any other counts with its digits, less the zeros at its end.
    """
    alike = _alike(schools, facts)
    given = [name for name in facts if alike[name].null_count() < alike.height]
    if not given:
        return
    least = pl.when("_named").then(NAMED_TWIN_DIGITS).otherwise(digits)
    evidence = pl.sum_horizontal(map(_evidence, given))
    suspects = alike.with_columns(
        pl.struct("_group", "_code", "school_name").is_duplicated().alias("_named")
    ).filter(evidence >= least)
    reported = _reported(suspects, given)
    columns = suspects.select(*ROW, *SCHOOL, "_group", "_named")
    for row in _paired(columns, ["_group"]):
        names = reported[row["_group"]]
        same = (
            row["_code"] == row["_other_code"] and row["school_name"] == row["_other_school_name"]
        )
        message = say(
            "与{where}“{n}”（{c}）填报的{k}项数字完全相同",
            "all {k} figures are those of {where}“{n}” ({c})",
            where="" if row["_code"] == row["_other_code"] else f"{row['_other_code']} ",
            n=show(row["_other_school_name"]),
            c=row["_other_school_code"],
            k=len(names),
        )
        if same:
            expected = say("同一所学校只填一次", "one record a school")
        else:
            expected = say("逐校按原始台账填报", "each school's figures from its own records")
        code = "school_twice" if same else "figures_copied"
        problem = problem_at(ledger, row, "warning", code, message, expected, *names)
        ledger.report(replace(problem, facts=names))  # one tuple for all: there may be many


def _same_name(schools: pl.DataFrame, facts: Sequence[str], ledger: Ledger) -> None:
    """Schools of one name in a county whose figures differ; of copies the other check speaks."""
    keys = ["_code", "_year", "school_name"]
    twice = schools.filter(
        pl.col("school_name").is_not_null() & pl.struct(keys).is_duplicated()
    ).with_columns(pl.struct(*keys, *facts).is_duplicated().alias("_copy"))
    for row in _paired(twice.select(*ROW, *SCHOOL, "_copy"), keys):
        if row["_copy"]:
            continue
        message = say(
            "校名“{n}”与同县的{c}相同",
            "the name “{n}” is also that of {c} in the county",
            n=show(row["school_name"]),
            c=row["_other_school_code"],
        )
        expected = say(
            "同一所学校只填一次；确为两所的，填写全称",
            "one record a school; of two schools the full names",
        )
        problem = problem_at(ledger, row, "warning", "same_name", message, expected, "school_name")
        ledger.report_about(problem)


def _alike(schools: pl.DataFrame, facts: Sequence[str]) -> pl.DataFrame:
    """The records of a year that have the figures of another; _group numbers what is alike."""
    keys = ["_year", *facts]
    maybe = schools.select(keys).hash_rows().is_duplicated()  # cheap; compared whole below
    few = schools.filter(maybe).select(*ROW, *SCHOOL, *facts)
    groups = few.select(keys).unique(maintain_order=True).with_row_index("_group")
    few = few.join(groups, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return few.filter(pl.col("_group").is_duplicated())


def _reported(suspects: pl.DataFrame, given: Sequence[str]) -> dict[object, tuple[str, ...]]:
    """Group → the figures that its records give: one tuple, shared by all that is said of it."""
    firsts = suspects.unique("_group", maintain_order=True)
    flags = firsts.select(pl.col(name).is_not_null() for name in given)
    shared: dict[tuple[bool, ...], tuple[str, ...]] = {}
    return {
        group: shared.setdefault(flag, tuple(n for n, yes in zip(given, flag, strict=True) if yes))
        for group, flag in zip(firsts["_group"], flags.iter_rows(), strict=True)
    }


def _evidence(name: str) -> pl.Expr:
    """How many digits of a figure say something: 860 has two, 1234.5 five, 7 none."""
    text = pl.col(name).cast(pl.String)
    text = text.str.replace(r"\.0$", "").str.replace(".", "", literal=True)
    length = text.str.strip_chars_end("0").str.len_chars().cast(pl.Int64)
    return pl.when(pl.col(name) >= 10).then(length).otherwise(0)  # a blank is none


def _paired(frame: pl.DataFrame, by: Sequence[str]) -> Iterable[Row]:
    """Each row of a group with what names the next one of it (_other_*), the last with the first.

    In order of county, year and code; no row stands alone.
    """
    ordered = frame.sort("_code", "_year", "school_code")
    several = ordered.filter(pl.struct(by).is_duplicated())
    others = ("_code", *SCHOOL)
    paired = several.with_columns(
        pl.col(name).shift(-1, fill_value=pl.col(name).first()).over(by).alias(_other(name))
        for name in others
    )
    return paired.iter_rows(named=True)


def _other(name: str) -> str:
    return f"_other_{name.removeprefix('_')}"
