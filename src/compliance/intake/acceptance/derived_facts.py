"""What follows from the accepted rows: lists from the rows of detailed sheets, facts from their parts,
statements in their order. Nothing else is filled in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.cells import TYPES
from compliance.intake.acceptance.integrity import SCHOOL, Row, Tables, locate, with_missing
from compliance.intake.acceptance.typed_table import NOBODY, NONE
from compliance.intake.acceptance.unread import Unread
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import LISTS, TABLE_OF
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, plural, say
from compliance.kernel.submission import NO_WORDS, NOT_INVOLVED

# ── lists of schools, from the rows of 班级 and 专用教室 ────────────────────────────────


def fold(
    schools: pl.DataFrame,
    rows: Mapping[str, pl.DataFrame],
    vocabulary: Vocabulary,
    tables: Tables,
    unread: Unread,
) -> tuple[pl.DataFrame, list[Problem]]:
    """The schools with the lists of both tables, and what was odd about them.

    A list with a blank item is no list: the fact stays missing. A row that says 无 is no item,
    and alone an empty list. Where the school gives the list itself, its own is used.
    """
    problems: list[Problem] = []
    for kind, (name, by, value) in LISTS.items():
        if rows[kind].is_empty() or schools.is_empty():
            continue
        lists = unread.whole_lists(_lists(rows[kind], by, value), rows[kind], schools, by, value)
        column = vocabulary.tables[TABLE_OF[kind]][value]
        for (word,), given in lists.partition_by(by, maintain_order=True, as_dict=True).items():
            if word is None:
                continue
            fact = vocabulary.school[name.format(word)]
            whole = given.lazy().filter(pl.col("_blank") == 0).select(*SCHOOL, "_list")
            joined = (
                with_missing(schools, **{fact.name: TYPES[fact.form]})
                .lazy()
                .join(whole, on=SCHOOL, how="left", maintain_order="left")
            )
            problems += _odd_lists(given, fact, column, tables)
            if fact.name in schools.columns:
                problems += _differing(joined, fact, tables)
            own = pl.coalesce(fact.name, "_list").alias(fact.name)
            schools = joined.with_columns(own).drop("_list").collect()
    return schools, problems


def _lists(items: pl.DataFrame, by: str, value: str) -> pl.DataFrame:
    """One list a school and value of `by`, in the order of the rows."""
    items = with_missing(items, **{value: pl.Float64, NONE: pl.Boolean})
    none = pl.col(NONE).fill_null(value=False)
    return items.group_by(*SCHOOL, by, maintain_order=True).agg(
        pl.col(value).filter(~none).alias("_list"),
        pl.col(value).filter(~none).null_count().alias("_blank"),
        none.any().alias("_none"),
        pl.col("_table", "_row").first(),
    )


def _odd_lists(given: pl.DataFrame, fact: Fact, column: Fact, tables: Tables) -> Iterator[Problem]:
    blank = given.filter(pl.col("_blank") > 0) if given["_blank"].sum() else given.clear()
    for row in blank.iter_rows(named=True):
        message = plural(row["_blank"], "有{n}行没有填数，{f}按缺失处理", f=fact.label)
        expected = say("每行都填{c}", c=column.label)
        where = locate(tables, row, column.name)
        yield where.warning("incomplete_list", message, expected, (fact.name,))
    some = (pl.col("_blank") == 0) & pl.col("_none") & (pl.col("_list").list.len() > 0)
    both = given.filter(some) if given["_none"].any() else given.clear()
    for row in both.iter_rows(named=True):
        message = say("{f}既填“无”，又填了{n}间", n=len(row["_list"]), f=fact.label)
        expected = msg("确实没有才填“无”，且只填一行")
        where = locate(tables, row, column.name)
        yield where.warning("none_and_some", message, expected, (fact.name,))


def _differing(joined: pl.LazyFrame, fact: Fact, tables: Tables) -> Iterator[Problem]:
    own, found = pl.col(fact.name), pl.col("_list")
    differ = own.is_not_null() & found.is_not_null() & (own.list.sort() != found.list.sort())
    columns = ("_table", "_row", *SCHOOL, "_list")
    for row in joined.filter(differ).select(columns).collect().iter_rows(named=True):
        message = say("{f}与明细表不一致，以学校表所填为准", f=fact.label)
        gives = ";".join(f"{item:.12g}" for item in row["_list"]) or msg("无")
        expected = say("与明细表一致：{l}", l=clip(gives, 60))
        where = locate(tables, row, fact.name)
        yield where.warning("parts_disagree", message, expected, (fact.name,))


# ── facts from their parts, where all the parts are given ───────────────────────────────


def derive(
    schools: pl.DataFrame, vocabulary: Vocabulary, tables: Tables, unread: Unread
) -> tuple[pl.DataFrame, list[Problem]]:
    """Fill in each missing fact from the first of its groups of parts that is whole; warn where the
    fact is given too and disagrees with it.
    """
    problems: list[Problem] = []
    for fact in vocabulary.school.values():
        groups = [group for group in fact.parts if set(group) <= set(schools.columns)]
        if groups:
            sums = [pl.sum_horizontal(*group, ignore_nulls=False) for group in groups]
            summed = with_missing(schools, **{fact.name: pl.Float64})
            summed = summed.with_columns(pl.coalesce(sums).alias("_sum"))
            problems += _disagreeing(summed, fact, groups, tables, unread)
            schools = summed.with_columns(pl.coalesce(fact.name, "_sum").alias(fact.name))
            schools = schools.drop("_sum")
        if fact.largest_of in schools.columns:
            largest = pl.col(fact.largest_of).list.max()
            own = [fact.name] if fact.name in schools.columns else []
            schools = schools.with_columns(pl.coalesce(*own, largest).alias(fact.name))
    return schools, problems


def _disagreeing(
    schools: pl.DataFrame,
    fact: Fact,
    groups: Sequence[tuple[str, ...]],
    tables: Tables,
    unread: Unread,
) -> Iterator[Problem]:
    parts = tuple(dict.fromkeys(name for group in groups for name in group))
    for row in _rows(schools, pl.col(fact.name) != pl.col("_sum"), fact.name, "_sum"):
        if unread.any_cell(row, parts):
            continue
        message = say(
            "{f}填{own:.12g}，各分项合计{total:.12g}，以所填为准",
            f=fact.label,
            own=row[fact.name],
            total=row["_sum"],
        )
        expected = say("与各分项合计一致：{total:.12g}", total=row["_sum"])
        where = locate(tables, row, fact.name)
        yield where.warning("parts_disagree", message, expected, (fact.name, *parts))


def _rows(frame: pl.DataFrame, which: pl.Expr, *columns: str) -> list[dict[str, object]]:
    wanted = frame.lazy().filter(which).select("_table", "_row", *SCHOOL, *columns)
    return wanted.collect().to_dicts()


# ── counts that have nobody to count ────────────────────────────────────────────────────


OF_SCHOOLS = "_of_schools "  # begins the column of counties with the sum of a fact of schools


def not_involved(
    counties: pl.DataFrame, schools: pl.DataFrame, vocabulary: Vocabulary
) -> pl.DataFrame:
    """The counties with NOT_INVOLVED where any cell says 不涉及: the facts that count nobody there.

    Beside the fact itself those of the county that follow from it. Where a figure says otherwise the
    word is worth no more than a 0.
    """
    asked = [fact for fact in uncounting(vocabulary) if f"{NOBODY}{fact.name}" in counties.columns]
    if not asked:
        return counties
    keys, sums = ["_code", "_year"], of_schools(schools.columns, vocabulary)
    some = schools.group_by(keys).agg(sums)
    joined = counties.join(some, on=keys, how="left", maintain_order="left")
    told = []
    for fact in asked:
        own = [name for name in (fact.name, *followers(fact)) if name in vocabulary.county]
        alone = pl.col(f"{NOBODY}{fact.name}") & ~counted(fact, joined.columns)
        told.append(pl.when(alone).then(pl.lit(own, pl.List(pl.String))).otherwise(NO_WORDS))
    return counties.hstack(joined.select(pl.concat_list(told).alias(NOT_INVOLVED)))


def uncounting(vocabulary: Vocabulary) -> list[Fact]:
    """The counts of a county whose cell may say 不涉及."""
    return [fact for fact in vocabulary.county.values() if fact.not_involved is not None]


def of_schools(columns: Sequence[str], vocabulary: Vocabulary) -> list[pl.Expr]:
    """What a county's schools have of the facts that follow from such a count."""
    names = {name for fact in uncounting(vocabulary) for name in followers(fact)}
    own = [name for name in columns if name in names]
    return [pl.col(name).sum().alias(f"{OF_SCHOOLS}{name}") for name in own]


def followers(fact: Fact) -> tuple[str, ...]:
    """The facts that count nobody where this one does."""
    return fact.not_involved or ()


def counted(fact: Fact, columns: Sequence[str], besides: Collection[str] = ()) -> pl.Expr:
    """Whether any of a fact's followers counts somebody, at the county or its schools; but for `besides`."""
    names = [name for name in followers(fact) if name not in besides]
    known = [one for name in names for one in (name, f"{OF_SCHOOLS}{name}") if one in columns]
    return pl.any_horizontal(pl.lit(value=False), *((pl.col(one) > 0) for one in known)).fill_null(
        value=False
    )


# ── monitoring results, attestations, vetoes ────────────────────────────────────────────


TEXTS = pl.List(pl.String)


def monitoring(frame: pl.DataFrame) -> pl.DataFrame:
    """county_code, year, subject, grade, monitored_year, level, disparity."""
    figures = dict.fromkeys(("year", "level", "disparity"), pl.Float64)
    frame = with_missing(frame, subject=pl.String, grade=pl.String, **figures)
    year = pl.col("year").cast(pl.Int32).alias("monitored_year")
    return _sorted(frame, "subject", "grade", year, "level", "disparity")


def attestations(
    frame: pl.DataFrame, tables: Tables, unread: Unread
) -> tuple[pl.DataFrame, list[Problem]]:
    """county_code, year, rule, met, evidence (empty where none is named), note, file, at.

    file and at: where the rule's id stands. Warns of what is said to be met without evidence.
    """
    frame = with_missing(frame, rule=pl.String, met=pl.Boolean, evidence=TEXTS, note=pl.String)
    evidence = pl.col("evidence").fill_null(pl.lit([], dtype=TEXTS))
    frame = _placed(frame.with_columns(evidence, pl.col("note").fill_null("")), tables)
    bare = frame.filter(pl.col("met") & (evidence.list.len() == 0))
    problems = [
        _unfounded(row, tables)
        for row in bare.iter_rows(named=True)
        if not unread.any_cell(row, ["evidence"])
    ]
    return _sorted(frame, "rule", "met", "evidence", "note", "file", "at"), problems


def vetoes(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """county_code, year, rule, exists, file, at."""
    frame = _placed(with_missing(frame, rule=pl.String, exists=pl.Boolean), tables)
    return _sorted(frame, "rule", "exists", "file", "at")


# ── what is only shown: buildings, organisations, succession ────────────────────────────


_KEYS = {"county_code": pl.String, "year": pl.Int32}
_BUILDINGS = {
    **_KEYS, "school_code": pl.String, "building": pl.String, "built_year": pl.Int32,
    "area": pl.Float64, "fire": pl.String, "seismic": pl.String, "note": pl.String,
}  # fmt: skip
_ORGANISATIONS = {
    **_KEYS, **dict.fromkeys(("name", "kind", "lead", "member", "start", "end"), pl.String),
}  # fmt: skip
_SUCCESSION = {**_KEYS, **dict.fromkeys(("old_code", "new_code", "date", "reason"), pl.String)}


def buildings(frame: pl.DataFrame) -> pl.DataFrame:
    """county_code, year, school_code, building, built_year, area, fire, seismic, note."""
    if frame.is_empty():
        return pl.DataFrame(schema=_BUILDINGS)
    columns = [name for name in _BUILDINGS if name not in _KEYS]
    found = _sorted(with_missing(frame, **{n: _BUILDINGS[n] for n in columns}), *columns)
    return found.cast({"built_year": pl.Int32})


def organisations(frame: pl.DataFrame, tables: Tables) -> tuple[pl.DataFrame, list[Problem]]:
    """county_code, year, name, kind, lead, member, start, end: a row a member, each once.

    The leading school is one of them. Warns of a period that ends before it begins.
    """
    if frame.is_empty():
        return pl.DataFrame(schema=_ORGANISATIONS), []
    words = dict.fromkeys(("name", "kind", "lead", "start", "end"), pl.String)
    frame = with_missing(frame, **words, members=TEXTS)
    both = pl.min_horizontal(pl.col("start", "end").str.len_chars())  # as precise as the vaguer
    turned = pl.col("end").str.head(both) < pl.col("start").str.head(both)
    problems = [_turned(row, tables) for row in frame.filter(turned).iter_rows(named=True)]
    empty = pl.lit([], dtype=TEXTS)
    lead = pl.when(pl.col("lead").is_null()).then(empty).otherwise(pl.concat_list("lead"))
    members = pl.concat_list(lead, pl.col("members").fill_null(empty))
    listed = frame.with_columns(member=members.list.unique(maintain_order=True))
    each = listed.explode("member", empty_as_null=True)
    found = _sorted(each, "name", "kind", "lead", "member", "start", "end")
    of = ("county_code", "year", "name", "kind")
    found = found.with_columns(pl.col("lead").drop_nulls().first().over(of))
    return found.unique((*of, "member"), keep="first", maintain_order=True), problems


def succession(frame: pl.DataFrame) -> pl.DataFrame:
    """county_code, year, old_code, new_code, date, reason: of a school that was split a row an heir."""
    if frame.is_empty():
        return pl.DataFrame(schema=_SUCCESSION)
    words = dict.fromkeys(("old_code", "date", "reason"), pl.String)
    frame = with_missing(frame, **words, new_code=TEXTS)
    each = frame.explode("new_code", empty_as_null=True)
    return _sorted(each, "old_code", "new_code", "date", "reason")


def _turned(row: Row, tables: Tables) -> Problem:
    message = say("{o}：止（{b}）早于起（{a}）", o=row["name"], a=row["start"], b=row["end"])
    where = locate(tables, row, "end")
    return where.warning("ends_before_start", message, msg("止不早于起"), ("start", "end"))


def _unfounded(row: Row, tables: Tables) -> Problem:
    message = say("{rule} 说明达到，但没有列出佐证材料", rule=row["rule"])
    expected = msg("列出佐证材料")
    strict = tables[row["_table"]].raw.strict
    where = locate(tables, row, *(("rule",) if strict else ("evidence", "rule")))
    return where.warning("attested_without_evidence", message, expected, (row["rule"],))


def _placed(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The frame with the file and the place of each row's rule."""
    places = [locate(tables, row, "rule") for row in frame.iter_rows(named=True)]
    file = pl.Series("file", [place.file for place in places], dtype=pl.String)
    at = pl.Series("at", [place.at for place in places], dtype=pl.String)
    return frame.hstack([file, at])


def _sorted(frame: pl.DataFrame, *columns: str | pl.Expr) -> pl.DataFrame:
    keys = (pl.col("_code").alias("county_code"), pl.col("_year").alias("year"))
    wanted = frame.lazy().select(*keys, *columns)
    return wanted.sort("county_code", "year", maintain_order=True).collect()
