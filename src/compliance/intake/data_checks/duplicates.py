"""The same school twice, records whose figures are copies of another's, one field of two schools.

Every record of a group is named once, with one of the others: the next in order of county, year
and code, so that the order of the rows makes no difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.plausibility import OfOneSchool
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.cell_text import show
from compliance.intake.data_checks.declarations import ROW, Check, Doubt, Row
from compliance.kernel.i18n import msg, say

SCHOOL = ("school_code", "school_name")
OTHER = ("_other_code", "_other_school_code", "_other_school_name")
NAMED_TWIN_DIGITS = 3  # with the same name, within a county, fewer digits alike suffice


def checks(vocabulary: Vocabulary) -> list[Check]:
    """Codes that stand in two counties, records of the same figures, names given twice."""
    facts = _figures(vocabulary)

    @cache  # one tuple for all that give the same figures: there may be many
    def named(given: str) -> tuple[str, ...]:
        return tuple(name for name, flag in zip(facts, given, strict=True) if flag == "1")

    def same_figures(row: Row) -> Doubt:
        return _same_figures(row, named(row["_given"]))

    return [
        Check("codes_elsewhere", None, _code_elsewhere, OTHER),
        Check("same_figures", None, same_figures, ("school_name", *OTHER, "_given")),
        # of copies the other check speaks
        Check("same_names", ~pl.col("_copy"), _same_name, ("school_name", *OTHER)),
        Check("shared", None, partial(_shared, vocabulary.school), ("_fact", "_value", *OTHER)),
    ]


def _figures(vocabulary: Vocabulary) -> list[str]:
    return [fact.name for fact in vocabulary.school.values() if fact.figure]


def views(schools: pl.DataFrame, vocabulary: Vocabulary) -> dict[str, pl.DataFrame]:
    """The records of each group, paired."""
    known = vocabulary.checks["school"]
    facts, names = _figures(vocabulary), ["_code", "_year", "school_name"]
    given = [name for name in facts if name in schools.columns]
    twice = pl.col("school_name").is_not_null() & pl.struct(names).is_duplicated()
    copy = pl.struct(*names, *given).is_duplicated().alias("_copy")
    named = schools.lazy().filter(twice).select(*ROW, *SCHOOL, copy)
    copies = _copies(schools, facts, known.twin_digits)
    return {
        "codes_elsewhere": _codes_elsewhere(schools, known.national),
        "same_figures": copies,
        "same_names": _paired(named, names),
        "shared": _sharing(schools, known.of_one, copies),
    }


def _codes_elsewhere(schools: pl.DataFrame, national: str) -> pl.DataFrame:
    """A national code, or any code with the same name, in several counties of one year.

    Codes of another form may be numbered within each county: by themselves they say nothing.
    """
    known = schools.lazy().select(*ROW, *SCHOOL)
    repeated = known.filter(pl.struct("school_code", "_year").is_duplicated())
    whole = pl.col("school_code").str.contains(national) if national else pl.lit(value=False)
    twice = pl.struct("school_code", "school_name", "_year").is_duplicated()
    return _paired(repeated.filter(whole | twice), ["school_code", "_year"])


def _code_elsewhere(row: Row) -> Doubt:
    message = say(
        "学校标识码{c}也出现在{o}（{s}）",
        c=row["school_code"],
        o=row["_other_code"],
        s=show(row["_other_school_name"]),
    )
    expected = msg("一所学校只属于一个县")
    return Doubt("school_in_two_counties", message, expected, ("school_code",))


def _copies(schools: pl.DataFrame, facts: Sequence[str], digits: int | None) -> pl.DataFrame:
    """Records alike in every figure, blanks too; ``_given`` has a 1 a figure given, else a 0.

    A figure below 10 is no evidence; any other counts with its digits, less the zeros at its end.
    """
    given = [name for name in facts if name in schools.columns]
    alike = _alike(schools, given)
    given = [name for name in given if alike[name].null_count() < alike.height]
    if digits is None or not given:
        return pl.DataFrame()
    same_name = pl.struct("_group", "_code", "school_name").is_duplicated()
    least = pl.when(same_name).then(NAMED_TWIN_DIGITS).otherwise(digits)
    evidence = pl.sum_horizontal(map(_evidence, given))
    known = (pl.col(one).is_not_null() if one in given else pl.lit(value=False) for one in facts)
    flags = pl.concat_str(one.cast(pl.Int8) for one in known).alias("_given")
    suspects = alike.lazy().filter(evidence >= least)
    return _paired(suspects.select(*ROW, *SCHOOL, "_group", flags), ["_group"])


def _same_figures(row: Row, facts: tuple[str, ...]) -> Doubt:
    abroad = row["_code"] != row["_other_code"]
    same = not abroad and row["school_name"] == row["_other_school_name"]
    message = say(
        "与{where}“{n}”（{c}）填报的{k}项数字完全相同",
        where=f"{row['_other_code']} " if abroad else "",
        n=show(row["_other_school_name"]),
        c=row["_other_school_code"],
        k=len(facts),
    )
    expected = msg("同一所学校只填一次") if same else msg("逐校按原始台账填报")
    code = "school_twice" if same else "figures_copied"
    return Doubt(code, message, expected, facts)


def _same_name(row: Row) -> Doubt:
    message = say(
        "校名“{n}”与同县的{c}相同", n=show(row["school_name"]), c=row["_other_school_code"]
    )
    expected = msg("同一所学校只填一次；确为两所的，填写全称")
    return Doubt("same_name", message, expected, at=("school_name",))


def _alike(schools: pl.DataFrame, facts: Sequence[str]) -> pl.DataFrame:
    """The records of a year that have the figures of another; _group numbers what is alike."""
    keys = ["_year", *facts]
    maybe = schools.select(keys).hash_rows().is_duplicated()  # cheap; compared whole below
    few = schools.lazy().filter(maybe).select(*ROW, *SCHOOL, *facts)
    groups = few.select(keys).unique(maintain_order=True).with_row_index("_group")
    few = few.join(groups, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return few.filter(pl.col("_group").is_duplicated()).collect()


def _evidence(name: str) -> pl.Expr:
    """How many digits of a figure say something: 860 has two, 1234.5 five, 7 none."""
    text = pl.col(name).cast(pl.String)
    text = text.str.replace(r"\.0$", "").str.replace(".", "", literal=True)
    length = text.str.strip_chars_end("0").str.len_chars().cast(pl.Int64)
    return pl.when(pl.col(name) >= 10).then(length).otherwise(0)  # a blank is none


def _sharing(
    schools: pl.DataFrame, known: Sequence[OfOneSchool], copies: pl.DataFrame
) -> pl.DataFrame:
    """The figures (_fact, _value) that schools of a county have in common, though only one can have them.

    Whole copies are told as such.
    """
    given = [one for one in known if one.fact in schools.columns]
    if not given:
        return pl.DataFrame()
    keys, digits = ["_code", "_year", "_fact", "_value"], pl.col("_digits")
    alike = pl.struct(keys).is_duplicated()
    rows = pl.concat(_long(schools, one) for one in given).filter(alike).collect()
    if rows.is_empty():
        return rows
    if not copies.is_empty():
        rows = rows.join(copies, on=["_code", "_year", "school_code"], how="anti")
    found = [_paired(rows.lazy().filter(digits >= pl.col("_least")), keys)]
    for name in (one for one in rows.columns if one.startswith("_within ")):
        near = (digits >= pl.col(name).struct["least"]) & (digits < pl.col("_least"))
        near &= pl.col(name).struct["text"].is_not_null()
        found.append(_paired(rows.lazy().filter(near), [*keys, name]))
    some = [one for one in found if not one.is_empty()]
    return pl.concat(some) if some else rows.clear()


def _long(schools: pl.DataFrame, one: OfOneSchool) -> pl.LazyFrame:
    """The figures of a fact that have as many digits as one of its limits asks for."""
    texts = {name: least for name, least in one.within if name in schools.columns}
    fewest = min([one.digits, *texts.values()])
    value = pl.col(one.fact)
    # so long a figure has decimals, or is as large as that
    long = (value != value.floor()) | (value >= 10 ** (fewest - 1))
    within = (
        pl.struct(pl.col(name).alias("text"), pl.lit(least).alias("least")).alias(f"_within {name}")
        for name, least in texts.items()
    )
    rows = schools.lazy().filter(long).select(
        *ROW, *SCHOOL, *within, pl.lit(one.fact).alias("_fact"), value.alias("_value"),
        pl.lit(one.digits).alias("_least"), _evidence(one.fact).alias("_digits"),
    )  # fmt: skip
    return rows.filter(pl.col("_digits") >= fewest)


def _shared(facts: Mapping[str, Fact], row: Row) -> Doubt:
    message = say(
        "{f}（{v:.12g}）与“{n}”（{c}）的相同",
        f=facts[row["_fact"]].label,
        v=row["_value"],
        n=show(row["_other_school_name"]),
        c=row["_other_school_code"],
    )
    expected = msg("两校共用的，按各校实有面积分别填写，不重复填")
    return Doubt("figure_shared", message, expected, (row["_fact"],))


def _paired(frame: pl.LazyFrame, by: Sequence[str]) -> pl.DataFrame:
    """Each row of a group with what names the next one of it (_other_*), the last with the first.

    In order of county, year and code; no row stands alone.
    """
    ordered = frame.sort("_code", "_year", "school_code")
    several = ordered.filter(pl.struct(by).is_duplicated()).collect()
    if several.is_empty():
        return several
    return several.with_columns(
        pl.col(name).shift(-1, fill_value=pl.col(name).first()).over(by).alias(other)
        for name, other in zip(("_code", *SCHOOL), OTHER, strict=True)
    )
