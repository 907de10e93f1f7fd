"""Beside a finding's sentence: the relaxation a pass rests on, what a strict verdict waits for."""

from __future__ import annotations

import polars as pl

from compliance.engine.findings.kind_messages import line, safe
from compliance.engine.relaxations import JOINT, replacements
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import FAIL, PASS, UNKNOWN
from compliance.rules.language.model import Rule, Ruleset, Switch


def after(said: pl.Expr, rule: Rule, ruleset: Ruleset) -> pl.Expr:
    """A rule's sentence with both, where its findings can have them."""
    relaxable = bool(rule.of) or bool(replacements(rule))
    if ruleset.switched and relaxable:
        said = said + _relaxed(ruleset, whole=not rule.of)
    return _withheld(said, rule) if rule.kind == "all" and rule.of else said


def _relaxed(ruleset: Ruleset, whole: bool) -> pl.Expr:
    words = {name: _of_switch(ruleset.switches[name], whole) for name in ruleset.switched}
    told = pl.col("relaxed_by").str.split(JOINT).list.eval(pl.element().replace(words))
    return told.list.join("").fill_null("")


def _of_switch(switch: Switch, whole: bool) -> str:
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


def doubtful(said: pl.Expr, rule: Rule) -> pl.Expr:
    """A verdict that rests on a suspect figure says so; a group's members have said it."""
    if rule.kind == "all" and rule.of:
        return said
    rests = pl.col("status").is_in([PASS, FAIL]) & (pl.col("warnings").list.len() > 0)
    told = say("（所据数据存疑，见提示。）", " (Rests on a doubtful figure: see the warnings.)")
    return said + pl.when(rests).then(pl.lit(told)).otherwise(pl.lit(""))


def _withheld(said: pl.Expr, rule: Rule) -> pl.Expr:
    """Where a strict verdict is not drawn, the rules that keep it from being drawn instead."""
    waits = (pl.col("status") == UNKNOWN) & (pl.col("withheld").list.len() > 0)
    told = line(
        say(
            "{{}}：“{title}”不作结论（严格判定）：{{}}未经核实。",
            "{{}}: {title}: no conclusion (strictly judged): {{}} not verified.",
            title=safe(rule.label),
        ),
        pl.col("subject"),
        pl.col("withheld").list.join(pick("、", ", ")),
    )
    return pl.when(waits.fill_null(value=False)).then(told).otherwise(said)
