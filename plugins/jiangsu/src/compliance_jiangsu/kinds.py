"""A/B/C评定：江苏省定称号的两种规则。 The grading of Jiangsu's own title, kinds of this plugin.

An item is graded A where every point of it meets the A text, C where any listed C situation exists,
B otherwise. The C situations were not seen: an item that is not A is B or C, and which is left open.
How many A the title asks for was not seen either: the overall grade is unknown, whatever the items.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from compliance.kinds import (
    FAIL,
    PASS,
    UNKNOWN,
    Columns,
    Evaluation,
    Kind,
    Lacks,
    Rule,
    Ruleset,
    fixed,
    line,
    of_parts,
    part_entry,
    parts,
    pick,
)


class Graded(Kind):
    """An item of the title: pass is A, fail is B or C."""

    name = "graded"
    needs = ("members",)

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """Parts are the rule's own and those of its members.

        A member counts by its worst row in the county, advisory or not: the item is about it.
        """
        own = dict(of_parts(rule, evaluation)) if rule.parts else {}
        states = [own["status"]] if own else []
        entries = [own["parts"]] if own else []
        missing = own.get("missing", Lacks())
        for rule_id in rule.of:
            state = evaluation.county_status(rule_id)
            states.append(state)
            entries.append(pl.concat_arr(part_entry(pl.lit(rule_id), state)).arr.to_list())
            missing += evaluation.county_lacks(rule_id)
        return {
            "status": pl.min_horizontal(*states),
            "parts": pl.concat_list(*entries),
            "missing": missing,
        }

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        """The points with their figures and the grade; null, the core's words, where it is open."""
        is_a = pick("所见要点均达到A等。", " Every point seen meets the A text: A.")
        not_a = pick(
            "未达到A等；C等情形的原文未见，属B等还是C等不能判定。",
            " Not A; the C situations were not seen, so B or C is not decided.",
        )
        told = pl.when(pl.col("status") == PASS).then(pl.lit(is_a)).otherwise(pl.lit(not_a))
        return pl.when(pl.col("status").is_in([PASS, FAIL])).then(parts(rule) + told)


@dataclass(frozen=True, slots=True)
class OverallGradeSettings:
    """items: of how many items the title consists, those not seen included."""

    items: int


class OverallGrade(Kind):
    """What the items make together: always open."""

    name = "overall_grade"
    settings = OverallGradeSettings
    needs = ("members",)

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """value: items graded A; over_count: items known not to be A."""
        states = [evaluation.county_status(item) for item in rule.of]
        return {
            "status": pl.lit(UNKNOWN),
            "value": pl.sum_horizontal((state == PASS).cast(pl.Float64) for state in states),
            "over_count": pl.sum_horizontal((state == FAIL).cast(pl.Float64) for state in states),
        }

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        """How many items are A, how many are not, and what keeps the grade open."""
        settings: OverallGradeSettings = rule.settings
        total, seen = settings.items, len(rule.of)
        is_a, not_a = pl.col("value"), pl.col("over_count")
        return line(
            pick(
                "{who}：“{title}”不能判定：{total}项中只见{seen}项，其中达到A等{a}项、未达到A等{not_a}项、"
                "待定{open}项；其余{rest}项和认定所需的A等项数原文未见。",
                "{who}: {title} cannot be told: of {total} items {seen} were seen, {a} of them A, "
                "{not_a} not A, {open} open; the other {rest} and the number of A needed were not seen.",
            ),
            who=pl.col("subject"),
            title=rule.label,
            total=str(total),
            seen=str(seen),
            rest=str(total - seen),
            a=fixed(is_a, 0),
            not_a=fixed(not_a, 0),
            open=fixed(seen - is_a - not_a, 0),
        )


def kinds() -> dict[str, Kind]:
    """Name → kind."""
    return {kind.name: kind for kind in (Graded(), OverallGrade())}
