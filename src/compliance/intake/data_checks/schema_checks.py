"""Checks that the schemas declare: figures that contradict one another, and what honest ones hardly are.

What is a part of what stands in ``x-bounds``, ``x-counted``, ``x-sum-of``; the bounds of plausible
figures in ``x-plausible``, ``x-plausible-items``, ``x-past``, ``x-quotients``, chosen wide. They are
no law, and no verdict ever follows from them.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from compliance.facts.fact import Counted, Fact
from compliance.facts.plausibility import Bound, Plausible, PlausibleItem, Quotient, Recent
from compliance.facts.school_types import IMPLIED
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.derived_facts import (
    OF_SCHOOLS,
    counted,
    followers,
    of_schools,
    uncounting,
)
from compliance.intake.acceptance.integrity import with_missing
from compliance.intake.acceptance.typed_table import NOBODY
from compliance.intake.cell_text import show
from compliance.intake.data_checks.declarations import (
    KEY,
    Check,
    Doubt,
    Row,
    Types,
    titles,
    total,
    with_absent,
)
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.submission import COMPULSORY, STAGES

# ── contradictions ──────────────────────────────────────────────────────────────────────


# Types that may have attached classes of another compulsory stage without being doubted, and
# those whose pupils are no units at all.
UNDOUBTED = {"senior": ("junior",), "special": ("primary", "junior", "senior")}
# Types whose people are not counted by stage: theirs stand in facts of their own, or nowhere.
WITHOUT_STAGES = ("special", "vocational")
_NAMED = 3  # figures by name in one sentence


def contradictions(vocabulary: Vocabulary) -> Iterator[Check]:
    """Within a record, then the counties against the sums of their schools (see `county_view`)."""
    known = vocabulary.checks
    for view, record in (("schools", "school"), ("counties", "county")):
        for bound in known[record].bounds:
            yield _exceeding(view, bound, vocabulary.tables[record])
    yield from _counted_of_nobody(vocabulary)
    yield _not_counted(vocabulary.school)
    yield from (_foreign_stage(stage, vocabulary.school) for stage in STAGES)
    yield from (_without_pupils(stage, vocabulary) for stage in COMPULSORY)
    for flag, count in known["school"].shown_by:
        yield _shown_by(vocabulary.school[flag], vocabulary.school[count])
    for fact in vocabulary.school.values():
        if fact.counted is not None:
            yield _room_count(fact, fact.counted)
    yield from (_county_total(fact) for fact in vocabulary.county.values() if fact.sum_of)
    for number, bound in enumerate(known["county"].schools_bounds):
        yield _exceeding_schools(number, bound, vocabulary)


def _exceeding(view: str, bound: Bound, facts: dict[str, Fact]) -> Check:
    """A part greater than its whole; n of 0 has a code of its own."""
    part = pl.sum_horizontal(*bound.of, ignore_nulls=False)
    known = pl.any_horizontal(pl.col(name).is_not_null() for name in bound.within)
    whole = pl.when(known).then(total(bound.within, facts))  # of blanks alone nothing is said

    def tell(row: Row) -> Doubt:
        values = {
            "part": titles(facts, bound.of),
            "whole": titles(facts, bound.within),
            "a": row["_part"],
            "b": row["_whole"],
        }
        return Doubt(
            "part_of_zero" if row["_whole"] == 0 else "part_exceeds_whole",
            say("{part}（{a:.12g}）大于{whole}（{b:.12g}）", **values),
            say("不大于{whole}的{b:.12g}", **values),
            (*bound.of, *bound.within),
        )

    when = part > whole
    if bound.within[0] in facts and facts[bound.within[0]].not_involved is not None:
        when &= ~_nobody(bound.within[0])  # `_of_nobody` says more
    return Check(view, when, tell, (part.alias("_part"), whole.alias("_whole")))


def _nobody(name: str) -> pl.Expr:
    """Whether the cell of a count says 不涉及."""
    return pl.col(f"{NOBODY}{name}").fill_null(value=False)


def _counted_of_nobody(vocabulary: Vocabulary) -> Iterator[Check]:
    for fact in uncounting(vocabulary):
        yield _of_nobody(fact, vocabulary)


def _of_nobody(fact: Fact, vocabulary: Vocabulary) -> Check:
    """Something counted although there is nobody to count: 不涉及 or 0, and followers above 0."""
    known = [(name, name) for name in followers(fact) if name in vocabulary.county]
    known += [
        (name, f"{OF_SCHOOLS}{name}") for name in followers(fact) if name in vocabulary.school
    ]
    columns = [column for _, column in known]
    bounds = vocabulary.checks["county"].bounds
    parts = [name for one in bounds if one.within == (fact.name,) for name in one.of]
    facts = {**vocabulary.school, **vocabulary.county}

    def tell(row: Row) -> Doubt:
        some = [(name, row[column]) for name, column in known if row[column]]
        listed = msg("、").join(say("{f}为{n:.12g}", f=facts[name].label, n=n) for name, n in some)
        concerned = (fact.name, *(name for name, _ in some))
        if row["_said"]:
            message = say("{f}填“不涉及”，而{listed}", f=fact.label, listed=listed)
        else:
            message = say("{f}为0，而{l}", f=fact.label, l=listed)
        expected = say("核对后填实际数；确无此类对象的，{f}填“不涉及”，其余留空", f=fact.label)
        return Doubt("counted_of_nobody", message, expected, concerned)

    said = _nobody(fact.name)
    when = (said & counted(fact, columns)) | (
        (pl.col(fact.name) == 0) & ~said & counted(fact, columns, besides=parts)
    )
    return Check("counties", when, tell, (said.alias("_said"), *columns))


def _not_counted(facts: dict[str, Fact]) -> Check:
    """A school that is not counted as one and is no teaching point: a campus, and nobody says whose."""
    kind = "teaching_point"

    def tell(row: Row) -> Doubt:
        message = say("{o}不计校数，单独作为一所学校评估", o=row["school_name"])
        expected = msg("所属主校填“主校（中心校）标识码”；并入主校评估另有开关")
        if row["main_school_code"]:
            expected = say(
                "主校是{code}；并入主校评估另有开关（compliance rules --switches）",
                code=row["main_school_code"],
            )
        return Doubt("school_not_counted", message, expected, ("counted",))

    when = ~pl.col("counted") & (pl.col("school_type") != kind)
    return Check("schools", when, tell, ("school_name", "main_school_code"))


def _foreign_stage(stage: str, facts: dict[str, Fact]) -> Check:
    """Pupils in a stage that the school's type does not have."""
    name, words = f"{stage}_students", facts["school_type"].words
    without = [
        kind
        for kind in dict.fromkeys(words.values())
        if stage not in IMPLIED.get(kind, ()) and stage not in UNDOUBTED.get(kind, ())
    ]

    def tell(row: Row) -> Doubt:
        kind = row["school_type"]
        message = say(
            "办学类型是{kind}，而{f}为{n:.12g}人",
            kind=pick(
                next(word for word, canonical in words.items() if canonical == kind != word), kind
            ),
            f=facts[name].label,
            n=row[name],
        )
        expected = say("核对办学类型；确无该学段的，{f}留空或填0", f=facts[name].label)
        return Doubt("stage_not_in_type", message, expected, (name, "school_type"))

    when = (pl.col(name) > 0) & pl.col("school_type").is_in(without)
    return Check("schools", when, tell, (name, "school_type"))


def _without_pupils(stage: str, vocabulary: Vocabulary) -> Check:
    """People of a stage without pupils: none now, or a blank where the type does not have the stage.

    What is a part of the pupils, and their classes, other checks hold against them.
    """
    facts, students = vocabulary.school, f"{stage}_students"
    held = {
        name for b in vocabulary.checks["school"].bounds if students in b.within for name in b.of
    }
    names = [
        name
        for name, fact in facts.items()
        if fact.stage == stage and fact.form == "count" and fact.unit == facts[students].unit
        and name not in (students, *held)
    ]  # fmt: skip
    if stage == COMPULSORY[-1]:  # those who leave school are of its last stage
        names += [fact.sum_of for fact in vocabulary.county.values() if fact.sum_of]
    kind = pl.col("school_type")
    absent = ~kind.is_in([one for one, stages in IMPLIED.items() if stage in stages])
    nobody = (pl.col(students) == 0) | (pl.col(students).is_null() & absent)
    some = pl.any_horizontal((pl.col(name) > 0).fill_null(value=False) for name in names)

    def tell(row: Row) -> Doubt:
        given = {name: row[name] for name in names if row[name]}
        told = [
            say("{f}为{n:.12g}", f=facts[name].label, n=n)
            for name, n in list(given.items())[:_NAMED]
        ]
        more = say("等{n}项", n=len(given)) if len(given) > _NAMED else ""
        values = {"f": facts[students].label, "l": msg("、").join(told) + more}
        if row[students] is None:
            message = say("{f}未填，而{l}", **values)
            expected = say("填写{f}；该校确无该学段的，这些项留空或填0", **values)
        else:
            message = say("{f}为0，而{l}", **values)
            expected = msg("核对原始数据；学段已停办的，这些数字仍计入全县的比例")
        return Doubt("figures_without_students", message, expected, (students, *given))

    return Check("schools", nobody & some & (kind != "special"), tell, (students, *names))


def _shown_by(flag: Fact, count: Fact) -> Check:
    """A yes without any, or a no with some."""

    def tell(row: Row) -> Doubt:
        values = {"flag": flag.label, "count": count.label, "n": row[count.name]}
        if row[flag.name]:
            message = say("{flag}填“是”，而{count}为0", **values)
        else:
            message = say("{flag}填“否”，而{count}为{n:.12g}", **values)
        expected = msg("两项相符，请核对")
        return Doubt("flag_contradicted", message, expected, (flag.name, count.name))

    when = pl.col(flag.name) != (pl.col(count.name) > 0)
    return Check("schools", when, tell, (flag.name, count.name))


def _room_count(fact: Fact, counted: Counted) -> Check:
    """A count by size that differs from the list it counts."""
    fits = pl.element() >= counted.at_least
    if counted.below is not None:
        fits &= pl.element() < counted.below
    number = pl.col(counted.list).list.eval(fits.cast(pl.UInt32)).list.sum().cast(pl.Float64)

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}填{own:.12g}，按逐间面积应为{n:.12g}",
            f=fact.label,
            own=row[fact.name],
            n=row["_counted"],
        )
        expected = say("{n:.12g}间，或改正各间面积", n=row["_counted"])
        return Doubt("parts_disagree", message, expected, (fact.name, counted.list))

    needs = (fact.name, number.alias("_counted"))
    return Check("schools", pl.col(fact.name) != number, tell, needs)


def county_view(
    counties: pl.DataFrame, schools: pl.DataFrame, vocabulary: Vocabulary, types: Types
) -> pl.DataFrame:
    """The counties with what their schools have together.

    _of_schools F of what may say that a count is not of nobody; _sum:F of what a county's fact F totals, _given:F whether any school gives it, _partial:F
    whether one with a junior stage does not; _whole:N of the whole of the N-th bound, null where
    a school's figure is missing.
    """
    junior = pl.col("school_type").is_in([k for k, stages in IMPLIED.items() if "junior" in stages])
    sums: list[pl.Expr] = []
    for fact in vocabulary.county.values():
        if fact.sum_of:
            one = pl.col(fact.sum_of)
            sums.append(one.sum().alias(f"_sum:{fact.name}"))
            sums.append(one.is_not_null().any().alias(f"_given:{fact.name}"))
            sums.append((one.is_null() & junior).any().alias(f"_partial:{fact.name}"))
    sums += of_schools([*vocabulary.school], vocabulary)
    for number, bound in enumerate(vocabulary.checks["county"].schools_bounds):
        one = total(_known(bound, vocabulary), vocabulary.school, WITHOUT_STAGES)
        whole = pl.when(one.is_null().any()).then(None).otherwise(one.sum())
        sums.append(whole.alias(f"_whole:{number}"))
    together = with_absent(schools, sums, types).group_by(KEY).agg(sums)
    joined = counties.lazy().join(together, on=KEY, how="left", maintain_order="left")
    return with_missing(
        joined.collect(), **{f"{NOBODY}{one.name}": pl.Boolean() for one in uncounting(vocabulary)}
    )


def _known(bound: Bound, vocabulary: Vocabulary) -> list[str]:
    return [name for name in bound.within if name in vocabulary.school]


def _county_total(fact: Fact) -> Check:
    """A county's total that is not the sum of what the schools give."""
    own, total_of = pl.col(fact.name), f"_sum:{fact.name}"
    less, other = own < pl.col(total_of), own != pl.col(total_of)
    when = pl.col(f"_given:{fact.name}") & (less | (~pl.col(f"_partial:{fact.name}") & other))

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}填{own:.12g}，各校合计{total:.12g}，以各校所填为准",
            f=fact.label,
            own=row[fact.name],
            total=row[total_of],
        )
        expected = say("与各校合计一致：{n:.12g}", n=row[total_of])
        return Doubt("totals_disagree", message, expected, (fact.name, fact.sum_of), of_all=True)

    return Check("counties", when, tell, (fact.name, total_of))


def _exceeding_schools(number: int, bound: Bound, vocabulary: Vocabulary) -> Check:
    """What the county counts cannot be more than its schools have; a school's blank: no doubt."""
    part, whole = pl.sum_horizontal(*bound.of, ignore_nulls=False), f"_whole:{number}"

    def tell(row: Row) -> Doubt:
        known = _known(bound, vocabulary)
        values = {
            "part": titles(vocabulary.county, bound.of),
            "whole": titles(vocabulary.school, known),
            "a": row["_part"],
            "b": row[whole],
        }
        message = say("{part}（{a:.12g}）大于各校{whole}的合计（{b:.12g}）", **values)
        expected = say("不大于各校合计的{b:.12g}", **values)
        return Doubt("county_exceeds_schools", message, expected, (*bound.of, *known), of_all=True)

    return Check("counties", part > pl.col(whole), tell, (part.alias("_part"), whole))


# ── hardly plausible ────────────────────────────────────────────────────────────────────


VIEWS = {"school": "schools", "county": "counties", "monitoring": "monitoring"}


def implausible(vocabulary: Vocabulary) -> Iterator[Check]:
    """Ratios, items and dates of both records, then their percentages."""
    for record, view in VIEWS.items():
        facts, known = vocabulary.tables[record], vocabulary.checks[record]
        for one in known.plausible:
            yield _ratio(view, one, facts)
        for item in known.items:
            yield _items(view, item, facts[item.fact])
        for name in known.past:
            yield _to_come(view, facts[name])
        for recent in known.recent:
            yield _outdated(view, recent, facts[recent.fact])
    yield from _left_out(vocabulary.tables["monitoring"])
    for record, view in VIEWS.items():
        facts = vocabulary.tables[record]
        for fact in facts.values():
            if fact.unit == "%" and fact.form in ("count", "number"):
                yield _fraction(view, fact)
        for quotient in vocabulary.checks[record].quotients:
            yield _quotient(view, quotient, facts)


def _ratio(view: str, one: Plausible, facts: dict[str, Fact]) -> Check:
    """What is counted is doubted, not the pupils it is counted for: they have their own ratios."""
    part = pl.sum_horizontal(*one.of, ignore_nulls=False)
    judged = part.is_not_null() & ((part > 0) | (not one.zero))
    ratio = part * one.per
    if one.over:
        whole = total(one.over, facts)
        ratio, judged = ratio / whole, judged & (whole >= one.least)
    outside = pl.lit(value=False)
    if one.low is not None:
        outside |= ratio < one.low
    if one.high is not None:
        outside |= ratio > one.high

    def tell(row: Row) -> Doubt:
        value = row["_ratio"]
        message = say(
            "{t}为{v}{u}，不合常理",
            t=one.label,
            v=f"{value:.4g}" if value < 10_000 else f"{value:.0f}",
            u=one.unit,
        )
        return Doubt("implausible_ratio", message, _usual(one), one.of, besides=one.over)

    return Check(view, judged & outside, tell, (ratio.alias("_ratio"),))


def _usual(one: Plausible) -> str:
    values = {"low": one.low, "high": one.high, "u": one.unit}
    if one.low is None:
        span = say("一般不超过{high:g}{u}", **values)
    elif one.high is None:
        span = say("一般不低于{low:g}{u}", **values)
    else:
        span = say("一般在{low:g}至{high:g}{u}之间", **values)
    return span + msg("，请核对单位和小数点")


def _items(view: str, item: PlausibleItem, fact: Fact) -> Check:
    """The items of a list that are too small or too large, of a record all at once."""
    odd = (pl.element() < item.low) | (pl.element() > item.high)
    those = pl.col(fact.name).list.eval(pl.element().filter(odd))

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}中有{v}{u}，不合常理", f=fact.label, v=show(row["_odd"]).strip("[]"), u=fact.unit
        )
        expected = say(
            "每项一般在{low:g}至{high:g}{u}之间，请核对单位和小数点",
            low=item.low,
            high=item.high,
            u=fact.unit,
        )
        return Doubt("implausible_item", message, expected, (fact.name,))

    return Check(view, those.list.len() > 0, tell, (those.alias("_odd"),))


def _to_come(view: str, fact: Fact) -> Check:
    """What has happened already, dated in a later year than that in which the school year begins."""
    year = pl.col(fact.name).cast(pl.String).str.slice(0, 4).cast(pl.Int32, strict=False)

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}（{v}）晚于本次的{y}学年", f=fact.label, v=show(row[fact.name]), y=row["_year"]
        )
        expected = say("不晚于{y}年", y=row["_year"])
        return Doubt("after_the_year", message, expected, _concerned(view, fact), (fact.name,))

    dated = pl.col("_year") > 0  # the year itself may not have been read
    return Check(view, dated & (year > pl.col("_year")), tell, (fact.name,))


def _concerned(view: str, fact: Fact) -> tuple[str, ...]:
    """The facts that a doubt about a date concerns: of an entry of a list the list."""
    return (view,) if view == VIEWS["monitoring"] else (fact.name,)


def _outdated(view: str, recent: Recent, fact: Fact) -> Check:
    """What is older than results usually are when they are used."""
    old = pl.col("_year") - pl.col(fact.name)

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}（{v:.0f}）早于本次的{y}学年{n}年以上",
            f=fact.label,
            v=row[fact.name],
            y=row["_year"],
            n=recent.years,
        )
        expected = msg("最近一次监测的结果；确为最近一次的，不必改")
        return Doubt("outdated", message, expected, _concerned(view, fact), (fact.name,))

    return Check(view, old > recent.years, tell, (fact.name,))


def _left_out(facts: dict[str, Fact]) -> Iterator[Check]:
    """Entries whose word says that there is no result."""
    for fact in facts.values():
        word = next((one for one, canonical in fact.words.items() if canonical == "0"), None)
        if word is not None:
            yield _without_result(fact, word)


def _without_result(fact: Fact, word: str) -> Check:
    def tell(row: Row) -> Doubt:
        message = say("{s}的{f}填“{w}”，不参加判定", s=row["subject"], f=fact.label, w=word)
        expected = msg("确未监测才这样填")
        return Doubt("left_out", message, expected, ("monitoring",), (fact.name,))

    return Check(VIEWS["monitoring"], pl.col(fact.name) == 0, tell, ("subject",))


def _is_fraction(name: str) -> pl.Expr:
    return (pl.col(name) > 0) & (pl.col(name) <= 1)


def _fraction(view: str, fact: Fact) -> Check:
    """A fraction where a percentage is asked for; exactly 0 is none."""

    def tell(row: Row) -> Doubt:
        value = row[fact.name]
        message = say("{f}填{v:.12g}，疑把百分数填成了小数", f=fact.label, v=value)
        expected = say("以百分数填写：{n:.12g}；确为{v:.12g}%的，不必改", n=value * 100, v=value)
        return Doubt("fraction_for_percent", message, expected, (fact.name,))

    return Check(view, _is_fraction(fact.name), tell, (fact.name,))


def _quotient(view: str, one: Quotient, facts: dict[str, Fact]) -> Check:
    """A percentage further from the quotient of its counts than other sources explain."""
    whole = pl.col(one.over)
    worked = pl.when(whole > 0).then(100 * pl.col(one.of) / whole)
    # a part greater than its whole and a fraction have been doubted already
    sound = (worked <= 100) & ~_is_fraction(one.fact)
    far = (pl.col(one.fact) - worked).abs() > one.points

    def tell(row: Row) -> Doubt:
        title = facts[one.fact].label
        message = say(
            "{f}填{v:.12g}%，而{a}÷{b}为{w:.2f}%",
            f=title,
            v=row[one.fact],
            a=facts[one.of].label,
            b=facts[one.over].label,
            w=row["_worked"],
        )
        expected = say(
            "一般相差不超过{p:g}个百分点；以所填的{f}判定，请核对", p=one.points, f=title
        )
        return Doubt("quotient_differs", message, expected, (one.fact, one.of, one.over))

    return Check(view, sound & far, tell, (one.fact, worked.alias("_worked")))
