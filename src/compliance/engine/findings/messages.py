"""A finding as a sentence about the school or county: the kind's own words, or those of its state.

Beside them the relaxation a pass rests on, what a strict verdict waits for, and that a figure is
suspect. The columns are those of `compliance.engine.sentences`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from compliance.engine.evaluate import Evaluation
from compliance.engine.relaxations import JOINT, replacements
from compliance.engine.sentences import line, parts, stage_word, state
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import basis_words
from compliance.kernel.number_format import fixed
from compliance.kernel.submission import (
    ERROR,
    FAIL,
    NOT_APPLICABLE,
    NOT_CHECKED,
    PASS,
    UNKNOWN,
    WAIVED,
)
from compliance.rules.language.model import Rule, Ruleset, Switch


def message(rule: Rule, evaluation: Evaluation, titles: Mapping[str, str]) -> pl.Expr:
    """The sentence of every finding of one rule."""
    ruleset = evaluation.ruleset
    said = _by_state(rule, ruleset, titles)
    sentence = evaluation.kinds[rule.kind].sentence(rule, ruleset)
    if sentence is not None:
        shown = (pl.col("status") == NOT_APPLICABLE) & pl.col("value").is_not_null()
        speaks = pl.col("status").is_in([PASS, FAIL, UNKNOWN]) | shown
        said = pl.when(speaks).then(pl.coalesce(sentence, said)).otherwise(said)
    return _doubtful(_beside(said, rule, ruleset), rule)


def rolled_up(rule: Rule, ruleset: Ruleset) -> pl.Expr:
    """The sentence of a school rule's county finding; over_count: schools that fail."""
    failing = line(
        pick(
            "{who}：“{title}”有{n}所学校不达标。",
            "{who}: {title}: {n} schools do not meet it.",
        ),
        who=pl.col("subject"),
        title=rule.label,
        n=fixed(pl.col("over_count"), 0),
    )
    said = pl.when(pl.col("status") == FAIL).then(failing).otherwise(state(rule))
    return _beside(said, rule, ruleset)


def _by_state(rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]) -> pl.Expr:
    """The sentences of the states that need no words of the kind."""
    subject = pl.col("subject")
    if rule.form.by_stage:
        subject = line(pick("{who}{stage}", "{who}, {stage}"), who=subject, stage=stage_word())
    missing = pl.col("lacks").list.eval(pl.element().replace(titles)).list.join(pick("、", ", "))
    holes: dict[str, pl.Expr | str] = {"who": subject, "about": _about(rule, ruleset)}
    unknown = (
        pl.when(pl.col("lacks").list.len() > 0)
        .then(
            line(
                pick(
                    "{who}“{about}”无法判定：缺少{missing}。",
                    "{who}: {about} cannot be judged: missing {missing}.",
                ),
                **holes,
                missing=missing,
            )
        )
        .otherwise(
            line(
                pick(
                    "{who}“{about}”无法计算：分母为0或所据数据无效。",
                    "{who}: {about} cannot be computed: nothing to divide by.",
                ),
                **holes,
            )
        )
    )
    plain = parts(rule) if rule.parts else state(rule)
    words = {
        NOT_APPLICABLE: pick("{who}：“{about}”不适用。", "{who}: {about} does not apply."),
        ERROR: pick(
            "{who}：规则{rule}执行出错，未作判定。", "{who}: rule {rule} broke and judged nothing."
        ),
        NOT_CHECKED: pick("{who}：“{about}”待佐证。", "{who}: {about} awaits a statement."),
        WAIVED: pick("{who}：“{about}”已备案豁免。", "{who}: {about} is waived."),
    }
    said = (
        plain if rule.references.verdicts else pl.when(_is(UNKNOWN)).then(unknown).otherwise(plain)
    )
    for status, template in words.items():
        said = pl.when(_is(status)).then(line(template, **holes, rule=rule.id)).otherwise(said)
    return said


def _is(status: int) -> pl.Expr:
    return pl.col("status") == status


def _about(rule: Rule, ruleset: Ruleset) -> str:
    """What a rule is about: its indicator, but for a coefficient, which is about itself."""
    indicator = ruleset.indicators.get(rule.indicator or "")
    if indicator is None or not indicator.title or rule.form.coefficient:
        return rule.label
    return pick(indicator.title, indicator.title_en or rule.title_en)


def _beside(said: pl.Expr, rule: Rule, ruleset: Ruleset) -> pl.Expr:
    """A sentence with that it has no weight, by which relaxation it passes, for what it waits."""
    if rule.role == "advisory":
        advisory = say(
            "（参考，不计入结论：{basis}）",
            " (advisory, without weight: {basis})",
            basis=basis_words()[rule.basis],
        )
        said = said + pl.lit(advisory)
    relaxable = bool(rule.of) or bool(replacements(rule))
    if ruleset.switched and relaxable:
        said = said + _relaxed(ruleset, whole=not rule.of)
    return _withheld(said, rule) if rule.references.verdicts else said


def _relaxed(ruleset: Ruleset, *, whole: bool) -> pl.Expr:
    words = {name: _of_switch(ruleset.switches[name], whole=whole) for name in ruleset.switched}
    told = pl.col("relaxed_by").str.split(JOINT).list.eval(pl.element().replace(words))
    return told.list.join("").fill_null("")


def _of_switch(switch: Switch, *, whole: bool) -> str:
    """By what a verdict passes, on what grounds, until when, and what must follow.

    whole: at the subject itself; a group only names it.
    """
    if not whole:
        return say("其中有仅凭“{title}”达标的。", " In part only by '{title}'.", title=switch.label)
    until = (
        say("适用期至{day}", "known to hold until {day}", day=switch.until.isoformat())
        if switch.until is not None
        else say("期限未见", "no end known")
    )
    source = switch.source.split("（")[0]  # the document; where it was read stands with the switch
    if switch.kind != "relaxation":
        return say(
            "按“{title}”的口径方达标（{source}）。",
            " Met only as '{title}' has it ({source}).",
            title=switch.label,
            source=source,
        )
    return say(
        "仅凭放宽规定“{title}”达标（{source}，{until}）{duty}。",
        " Met only by the relaxation '{title}' ({source}; {until}){duty}.",
        title=switch.label,
        source=source,
        until=until,
        duty=pick("，", ", ") + duty if (duty := pick(switch.duty, switch.duty_en)) else "",
    )


def _doubtful(said: pl.Expr, rule: Rule) -> pl.Expr:
    """A verdict that rests on a suspect figure says so; a group's members have said it."""
    if rule.references.verdicts:
        return said
    rests = pl.col("status").is_in([PASS, FAIL]) & (pl.col("warnings").list.len() > 0)
    told = say("（所据数据存疑，见提示。）", " (Rests on a doubtful figure: see the warnings.)")
    return said + pl.when(rests).then(pl.lit(told)).otherwise(pl.lit(""))


def _withheld(said: pl.Expr, rule: Rule) -> pl.Expr:
    """Where a strict verdict is not drawn, the rules that keep it from being drawn instead."""
    waits = (pl.col("status") == UNKNOWN) & (pl.col("withheld").list.len() > 0)
    told = line(
        pick(
            "{who}：“{title}”不作结论（严格判定）：{rules}未经核实。",
            "{who}: {title}: no conclusion (strictly judged): {rules} not verified.",
        ),
        who=pl.col("subject"),
        title=rule.label,
        rules=pl.col("withheld").list.join(pick("、", ", ")),
    )
    return pl.when(waits.fill_null(value=False)).then(told).otherwise(said)
