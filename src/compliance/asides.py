"""Beside a finding's sentence: the relaxation a pass rests on, what a strict verdict waits for."""

from __future__ import annotations

import polars as pl

from compliance.model import UNKNOWN
from compliance.phrases import line, safe
from compliance.relaxations import JOINT, replacements
from compliance.rule import Rule, Ruleset, Switch
from compliance.words import pick, say


def after(said: pl.Expr, rule: Rule, ruleset: Ruleset) -> pl.Expr:
    """A rule's sentence with both, where its findings can have them."""
    relaxable = bool(rule.of) or bool(replacements(rule))
    if ruleset.switched and relaxable:
        said = said + _relaxed(ruleset)
    return _withheld(said, rule) if rule.kind == "all" and rule.of else said


def _relaxed(ruleset: Ruleset) -> pl.Expr:
    words = {name: _of_switch(ruleset.switches[name]) for name in ruleset.switched}
    told = pl.col("relaxed_by").str.split(JOINT).list.eval(pl.element().replace(words))
    return told.list.join("").fill_null("")


def _of_switch(switch: Switch) -> str:
    """By what a verdict passes, on what grounds, until when, and what must follow."""
    until = (
        say("至{day}", "until {day}", day=switch.until.isoformat())
        if switch.until is not None
        else say("期限未见", "no end known")
    )
    if switch.kind != "relaxation":
        return say(
            "按“{title}”的口径方达标（依据：{source}，{until}）。{note}",
            " Passes only as '{title}' has it (source: {source}; {until}). {note}",
            title=switch.label, source=switch.source, until=until,
            note=pick(switch.note, switch.note_en),
        ).rstrip()  # fmt: skip
    return say(
        "仅凭放宽规定“{title}”达标（依据：{source}，适用期{until}），仍须在规定期限内达到正常标准。{note}",
        " Passes only by the relaxation '{title}' (source: {source}; holds {until}); the normal"
        " standard must still be reached within the time prescribed. {note}",
        title=switch.label, source=switch.source, until=until,
        note=pick(switch.note, switch.note_en),
    ).rstrip()  # fmt: skip


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
