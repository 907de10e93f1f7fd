"""A/B/C评定：江苏省定称号的两种规则。 The grading of Jiangsu's own title, kinds of this plugin.

An item is graded A where every point of it meets the A text, C where any listed C situation exists,
B otherwise. The C situations were not seen: an item that is not A is B or C, and which is left open.
How many A the title asks for was not seen either: the overall grade is unknown, whatever the items.
"""

from __future__ import annotations

import polars as pl

from compliance.kinds import (
    FAIL,
    NO_WORDS,
    PART,
    PASS,
    UNKNOWN,
    Bench,
    Kind,
    Rule,
    Ruleset,
    by_county,
    fixed,
    judge_parts,
    line,
    part,
    parts,
    safe,
    say,
)


def graded(rule: Rule, bench: Bench) -> pl.DataFrame:
    """One row a county: pass is A, fail is B or C; parts are the rule's own and those of its members."""
    result = _own_parts(rule, bench)
    for rule_id in rule.of:
        result = _with_member(result, rule_id, bench)
    return result


def _own_parts(rule: Rule, bench: Bench) -> pl.DataFrame:
    if rule.parts:
        judged = judge_parts(rule, bench)
        return judged.select("county", "status", "parts", "lacks")
    return bench.frames.county.select(
        "county",
        pl.lit(None, pl.UInt8).alias("status"),
        pl.lit([], pl.List(PART)).alias("parts"),
        NO_WORDS.alias("lacks"),
    )


def _with_member(result: pl.DataFrame, rule_id: str, bench: Bench) -> pl.DataFrame:
    """A member counts by its worst row in the county, advisory or not: the item is about it."""
    outcome = bench.outcome(rule_id)
    lacking = outcome.group_by("county", maintain_order=True).agg(
        pl.col("lacks").filter(pl.col("status") == UNKNOWN).explode().drop_nulls()
        .unique(maintain_order=True).alias("_lacks"),
    )  # fmt: skip
    member = by_county(bench, outcome).rename({"status": "_status"})
    entry = part(pl.lit(bench.ruleset.rules[rule_id].label), "_status")
    return (
        result.join(member, on="county", how="left", maintain_order="left")
        .join(lacking, on="county", how="left", maintain_order="left")
        .select(
            "county",
            pl.min_horizontal("status", "_status").cast(pl.UInt8).alias("status"),
            pl.concat_list("parts", pl.concat_arr(entry).arr.to_list()).alias("parts"),
            pl.concat_list("lacks", pl.col("_lacks").fill_null(NO_WORDS))
            .list.unique(maintain_order=True)
            .alias("lacks"),
        )
    )


def graded_sentence(rule: Rule, _: Ruleset) -> pl.Expr:
    """The points with their figures and the grade; null, the core's words, where it is still open."""
    is_a = say("所见要点均达到A等。", " Every point seen meets the A text: A.")
    not_a = say(
        "未达到A等；C等情形的原文未见，属B等还是C等不能判定。",
        " Not A; the C situations were not seen, so B or C is not decided.",
    )
    told = pl.when(pl.col("status") == PASS).then(pl.lit(is_a)).otherwise(pl.lit(not_a))
    return pl.when(pl.col("status").is_in([PASS, FAIL])).then(parts(rule) + told)


def overall_grade(rule: Rule, bench: Bench) -> pl.DataFrame:
    """One row a county, always unknown. value: items graded A; over_count: items known not to be A."""
    result = bench.frames.county.select("county")
    for rule_id in rule.of:
        item = by_county(bench, bench.outcome(rule_id)).rename({"status": rule_id})
        result = result.join(item, on="county", how="left", maintain_order="left")
    return result.select(
        "county",
        pl.lit(UNKNOWN, pl.UInt8).alias("status"),
        _how_many(rule, PASS).alias("value"),
        _how_many(rule, FAIL).alias("over_count"),
    )


def _how_many(rule: Rule, status: int) -> pl.Expr:
    counted = pl.sum_horizontal(*((pl.col(item) == status).cast(pl.UInt32) for item in rule.of))
    return counted.cast(pl.Float64)


def overall_sentence(rule: Rule, _: Ruleset) -> pl.Expr:
    """How many items are A, how many are not, and what keeps the grade open."""
    total, seen = int(str(rule.settings["items"])), len(rule.of)
    text = say(
        "{{}}：“{title}”不能判定：{total}项中只见{seen}项，其中达到A等{{}}项、未达到A等{{}}项、待定{{}}项；"
        "其余{rest}项和认定所需的A等项数原文未见。",
        "{{}}: {title} cannot be told: of {total} items {seen} were seen, {{}} of them A, {{}} not A, "
        "{{}} open; the other {rest} and the number of A needed were not seen.",
        title=safe(rule.label),
        total=total,
        seen=seen,
        rest=total - seen,
    )
    is_a, not_a = pl.col("value"), pl.col("over_count")
    return line(
        text, pl.col("subject"), fixed(is_a, 0), fixed(not_a, 0), fixed(seen - is_a - not_a, 0)
    )


def kinds() -> dict[str, Kind]:
    """Name → kind."""
    return {
        "graded": Kind(graded, frozenset(), graded_sentence),
        "overall_grade": Kind(overall_grade, frozenset({"items"}), overall_sentence),
    }
