"""Findings in words: the sentence of each about its school or county, its units and parts.

A kind of rule says what it met or missed; here stand the words of the states that need no figures,
and beside them the relaxation a pass rests on, what a strict verdict waits for, and that a figure is
suspect. Findings hold no words, so that they can be said in either language after the judging.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from compliance.engine.evaluate import JOINT, replacements, status_name
from compliance.engine.findings import Findings, RuleFindings
from compliance.engine.kinds.kind import Kind
from compliance.engine.results import FINDINGS
from compliance.engine.sentences import in_words, line, parts, stage_word, state
from compliance.kernel.errors import Problem, show_traceback
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.labels import basis_words
from compliance.kernel.number_format import fixed
from compliance.kernel.submission import (
    ERROR,
    FAIL,
    KEY,
    NOT_APPLICABLE,
    NOT_CHECKED,
    PASS,
    UNKNOWN,
    WAIVED,
)
from compliance.rules.language.model import Rule, Ruleset, Switch


def told(found: Findings, titles: Mapping[str, str]) -> tuple[pl.DataFrame, list[Problem]]:
    """Every finding in the current language, columns FINDINGS, ordered by county, school, stage, rule.

    titles: fact → heading. The problems name the kinds whose sentence failed: it costs their words
    alone, the core's stand instead.
    """
    problems: list[Problem] = []
    pieces = [_piece(group, found, titles, problems) for group in found.groups]
    if not pieces:
        return pl.DataFrame(schema=FINDINGS), problems
    everything = pl.concat(pieces).sort("_county", "_school", "_stage", "_rule", nulls_last=True)
    return everything.select(FINDINGS.names()).cast(FINDINGS), problems


def _piece(
    group: RuleFindings, found: Findings, titles: Mapping[str, str], problems: list[Problem]
) -> pl.DataFrame:
    rule, ruleset, kind = group.rule, found.ruleset, found.kinds[group.rule.kind]
    frame = in_words(group.table, rule, ruleset, found.kinds).with_columns(subject=_subject())
    if group.whole:
        message = frame.select(message=_of_schools(rule, ruleset)).to_series()
        operator, unit = None, None
    else:
        message = _messages(frame, rule, ruleset, kind, titles, problems)
        operator, unit = kind.operator(rule), kind.unit(rule, ruleset) or None
    # Figures without the noise of their last binary digits: 29.9 ÷ 10 is 2.99; judged before.
    # What is over a limit is a difference, whose noise is that of the figures subtracted.
    return frame.select(
        "_county", "_school", "_stage", "_rule",
        pl.lit(rule.id).alias("rule"),
        pl.lit("county" if group.whole else rule.level).alias("level"),
        pl.lit(rule.role).alias("role"),
        pl.lit(rule.basis).alias("basis"),
        *KEY, "school_code", "school_name", "stage",
        status_name().alias("status"),
        pl.col("value").round_sig_figs(15),
        pl.lit(operator, pl.String).alias("operator"),
        "threshold", "floor",
        pl.lit(unit, pl.String).alias("unit"),
        "shortfall",
        pl.when(pl.col("shortfall").is_not_null()).then("shortfall_unit").alias("shortfall_unit"),
        pl.col("excess").round(14), "excess_unit", "parts", "missing", "warnings", "mean", "deviation",
        pl.lit(rule.layer).alias("layer"),
        pl.lit(rule.given_by_id or None, pl.String).alias("given_by"),
        "relaxed_by",
        message,
    )  # fmt: skip


def _subject() -> pl.Expr:
    """Whom a finding is about, as its sentence begins: a school of several stages with its stage."""
    part = pl.col("stage").replace({"primary": msg("（小学部）"), "junior": msg("（初中部）")})
    return (
        pl.when("among_stages")
        .then(pl.col("school_name") + part)
        .otherwise(pl.coalesce("school_name", "county_name"))
    )


def _messages(
    frame: pl.DataFrame, rule: Rule, ruleset: Ruleset, kind: Kind, titles: Mapping[str, str],
    problems: list[Problem],
) -> pl.Series:  # fmt: skip
    """The sentence of every finding of one rule; the core's own where its kind's fails."""
    plain = _by_state(rule, ruleset, titles)

    def message(said: pl.Expr) -> pl.Series:
        whole = _doubtful(_beside(said, rule, ruleset), rule)
        return frame.select(message=whole).to_series()

    try:
        sentence = kind.sentence(rule, ruleset)
        if sentence is None:
            return message(plain)
        shown = (pl.col("status") == NOT_APPLICABLE) & pl.col("value").is_not_null()
        speaks = pl.col("status").is_in([PASS, FAIL, UNKNOWN]) | shown
        return message(pl.when(speaks).then(pl.coalesce(sentence, plain)).otherwise(plain))
    except Exception as error:  # a broken sentence costs the sentence, not the verdict
        show_traceback(error)
        speechless = say(
            "{plugin}的规则种类“{kind}”未能写出规则 {rule} 的说明：{why}",
            plugin=kind.offered_by or type(kind).__module__,
            kind=kind.name,
            rule=rule.id,
            why=f"{type(error).__name__}: {error}".splitlines()[0][:200],
        )
        todo = msg("判定不受影响；请把此信息告知插件的作者")
        problems.append(Problem("warning", "sentence_broken", speechless, expected=todo))
        return message(plain)


def _of_schools(rule: Rule, ruleset: Ruleset) -> pl.Expr:
    """The sentence of a school rule's county finding; over_count: schools that fail."""
    failing = line(
        msg("{who}：“{title}”有{n}所学校不达标。"),
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
        subject = line(msg("{who}{stage}"), who=subject, stage=stage_word())
    missing = pl.col("missing").list.eval(pl.element().replace(titles)).list.join(msg("、"))
    holes: dict[str, pl.Expr | str] = {"who": subject, "about": _about(rule, ruleset)}
    said = parts(rule) if rule.parts else state(rule)
    if not rule.references.verdicts:
        unknown = (
            pl.when(pl.col("missing").list.len() > 0)
            .then(line(msg("{who}“{about}”无法判定：缺少{missing}。"), **holes, missing=missing))
            .otherwise(line(msg("{who}“{about}”无法计算：分母为0或所据数据无效。"), **holes))
        )
        said = pl.when(pl.col("status") == UNKNOWN).then(unknown).otherwise(said)
    words = {
        NOT_APPLICABLE: msg("{who}：“{about}”不适用。"),
        ERROR: msg("{who}：规则{rule}执行出错，未作判定。"),
        NOT_CHECKED: msg("{who}：“{about}”待佐证。"),
        WAIVED: msg("{who}：“{about}”已备案豁免。"),
    }
    for status, template in words.items():
        told = line(template, **holes, rule=rule.id)
        said = pl.when(pl.col("status") == status).then(told).otherwise(said)
    return said


def _about(rule: Rule, ruleset: Ruleset) -> str:
    """What a rule is about: its indicator, but for a coefficient, which is about itself."""
    indicator = ruleset.indicators.get(rule.indicator or "")
    if indicator is None or not indicator.title or rule.form.coefficient:
        return rule.label
    return pick(indicator.title, indicator.title_en or rule.title_en)


def _beside(said: pl.Expr, rule: Rule, ruleset: Ruleset) -> pl.Expr:
    """A sentence with that it has no weight, by which relaxation it passes, for what it waits."""
    if rule.role == "advisory":
        advisory = say("（参考，不计入结论：{basis}）", basis=basis_words()[rule.basis])
        said = said + pl.lit(advisory)
    if ruleset.switched and (rule.of or replacements(rule)):
        switches = {name: ruleset.switches[name] for name in ruleset.switched}
        words = {name: _of_switch(one, whole=not rule.of) for name, one in switches.items()}
        told = pl.col("relaxed_by").str.split(JOINT).list.eval(pl.element().replace(words))
        said = said + told.list.join("").fill_null("")
    return _withheld(said, rule) if rule.references.verdicts else said


def _of_switch(switch: Switch, *, whole: bool) -> str:
    """By what a verdict passes, on what grounds, until when, and what must follow.

    whole: at the subject itself; a group only names it.
    """
    if not whole:
        return say("其中有仅凭“{title}”达标的。", title=switch.label)
    until = msg("期限未见")
    if switch.until is not None:
        until = say("适用期至{day}", day=switch.until.isoformat())
    source = switch.source.split("（")[0]  # the document; where it was read stands with the switch
    if switch.kind != "relaxation":
        return say("按“{title}”的口径方达标（{source}）。", title=switch.label, source=source)
    return say(
        "仅凭放宽规定“{title}”达标（{source}，{until}）{duty}。",
        title=switch.label,
        source=source,
        until=until,
        duty=msg("，") + duty if (duty := pick(switch.duty, switch.duty_en)) else "",
    )


def _doubtful(said: pl.Expr, rule: Rule) -> pl.Expr:
    """A verdict that rests on a suspect figure says so; a group's members have said it."""
    if rule.references.verdicts:
        return said
    rests = pl.col("status").is_in([PASS, FAIL]) & (pl.col("warnings").list.len() > 0)
    told = msg("（所据数据存疑，见提示。）")
    return said + pl.when(rests).then(pl.lit(told)).otherwise(pl.lit(""))


def _withheld(said: pl.Expr, rule: Rule) -> pl.Expr:
    """Where a strict verdict is not drawn, the rules that keep it from being drawn instead."""
    waits = (pl.col("status") == UNKNOWN) & (pl.col("withheld").list.len() > 0)
    told = line(
        msg("{who}：“{title}”不作结论（严格判定）：{rules}未经核实。"),
        who=pl.col("subject"),
        title=rule.label,
        rules=pl.col("withheld").list.join(msg("、")),
    )
    return pl.when(waits.fill_null(value=False)).then(told).otherwise(said)
