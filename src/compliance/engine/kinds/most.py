"""most: at least n of these rules are met, and the rest reach a share of their own limits.

A conclusion is drawn whenever the blanks could not change it, and only then: one rule below its
share, or too few left to reach n, is a failure whatever the blanks hold; a blank may always turn
out to lie below its share, so that with blanks there is no pass; so may a miss whose limit is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import polars as pl

from compliance.engine.evaluate import Columns, Evaluation, Sentences
from compliance.engine.exact_arithmetic import shown
from compliance.engine.figures import applicability, figures
from compliance.engine.formula import met_words, split
from compliance.engine.kinds.kind import Kind
from compliance.engine.lacks import Lacks, bit, coded
from compliance.engine.members import members
from compliance.engine.sentences import line
from compliance.engine.subject import Subject
from compliance.engine.variants import to_floor
from compliance.engine.working import Member, Working
from compliance.facts.vocabulary import titles as fact_titles
from compliance.kernel.i18n import msg, say
from compliance.kernel.number_format import fixed
from compliance.kernel.submission import ERROR, FAIL, NOT_APPLICABLE, PASS, UNKNOWN, WAIVED
from compliance.rules.language.model import FindingForm, Part, References, Rule
from compliance.rules.language.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class MostSettings:
    """pass_at_least: how many must be met; rest_at_least: the share of its limit each of the rest reaches."""

    pass_at_least: int
    rest_at_least: Decimal


class Most(Kind):
    """How many of some rules are met."""

    name = "most"
    settings = MostSettings

    def references(self, holder: Rule | Part) -> References:
        """The rules counted; what they rest on, it rests on."""
        return References(figures=holder.of if isinstance(holder, Rule) else ())

    def floor_share(self, rule: Rule) -> Decimal | None:
        """What each of the rest must reach."""
        settings: MostSettings = rule.settings
        return settings.rest_at_least

    def form(self, rule: Rule) -> FindingForm:
        """A number of rules."""
        return FindingForm(counts=True, groups=True, counts_members=True)

    def lines(self, rule: Rule) -> tuple[str, ...]:
        """As many as are needed."""
        return ("",)

    def operator(self, rule: Rule) -> str | None:
        """At least so many."""
        return ">="

    def unit(self, rule: Rule, ruleset: Ruleset) -> str:
        """What is counted."""
        return msg("项")

    def lasts(self, holder: Rule | Part) -> bool:
        """Always."""
        return True

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """value is the number of rules met, threshold how many must be."""
        settings: MostSettings = rule.settings
        members = {name: evaluation.judged(name) for name in rule.of}
        plan = evaluation.plan(rule.scope, rule)
        states = {name: one.column("status") for name, one in members.items()}
        above = {name: one.column("above_floor") for name, one in members.items()}
        # by the figures: what is waived is not met either
        missed = {name: state.is_in([FAIL, WAIVED]) for name, state in states.items()}
        tests: Mapping[str, Callable[[str], pl.Expr]] = {
            "met": lambda n: states[n] == PASS,
            "blank": lambda n: states[n] == UNKNOWN,
            "broken": lambda n: states[n] == ERROR,
            "low": lambda n: missed[n] & ~above[n].fill_null(value=True),
            "open": lambda n: missed[n] & above[n].is_null(),
            "apply": lambda n: states[n] != NOT_APPLICABLE,
        }
        many = {
            count: plan.let(
                f"{rule.id}._{count}",
                pl.sum_horizontal(test(name).cast(pl.Int32) for name in rule.of),
                rule.id, passing=True,
            )
            for count, test in tests.items()
        }  # fmt: skip
        there = states[rule.of[0]].is_not_null()  # as for the first of them
        return {
            "status": pl.when(there).then(_status(settings.pass_at_least, many)),
            "value": many["met"].cast(pl.Float64),
            "threshold": pl.lit(float(settings.pass_at_least)),
            "members": coded(missed),
            "missing": sum((one.lacks for one in members.values()), Lacks()),
        }

    def sentence(self, rule: Rule, ruleset: Ruleset) -> Sentences:
        """How many of the school's indicators are met."""
        holes: dict[str, pl.Expr | str] = {
            "who": pl.col("subject"),
            "n": str(len(rule.of)),
            "met": fixed(pl.col("value"), 0),
            "title": rule.label,
        }
        failing = [
            pl.when(bit(pl.col("members"), place)).then(pl.lit(ruleset.rules[name].label))
            for place, name in enumerate(rule.of)
        ]
        missed = pl.concat_str(failing, separator=msg("、"), ignore_nulls=True)
        return {
            PASS: line(msg("{who}{n}项指标中{met}项达标，{title}达标。"), **holes),
            FAIL: line(
                msg("{who}{n}项指标中{met}项达标，{title}不达标（未达标：{missed}）。"),
                **holes, missed=missed,
            ),
            UNKNOWN: line(msg("{who}{n}项指标中{met}项达标，{title}因数据缺失尚不能下结论。"), **holes),
        }  # fmt: skip

    def working(self, subject: Subject, begun: Working) -> Working:
        """The rules counted, what is cheapest to mend, and what single figure would turn the group."""
        settings: MostSettings = subject.rule.settings
        counted = members(subject, worst_decides=False)
        note = say(
            "共{n}项，达标{met}项；须至少{needed}项达标，其余不低于各自标准的{share}%。",
            n=len(counted), met=sum(one.status == "pass" for one in counted),
            needed=settings.pass_at_least, share=shown(Fraction(settings.rest_at_least) * 100))  # fmt: skip
        return replace(
            begun,
            inputs=figures(subject),
            conditions=applicability(subject),
            split=split(subject),
            members=counted,
            plan=tuple(_plan(subject, counted)),
            flips=self.flips(subject, begun.status),
            notes=(*begun.notes, note),
        )

    def example(
        self, holder: Rule | Part, rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]
    ) -> Iterable[str]:
        """As many met as are needed, the rest on their floors; one below; one met too few."""
        settings: MostSettings = rule.settings
        needed, share = settings.pass_at_least, Fraction(settings.rest_at_least) * 100
        met, not_met = met_words(met=True), met_words(met=False)
        yield say(
            "{n}项达标，另{m}项恰为标准的{share}%：{met}；其中一项为标准的{less}%：{not_met}。",
            n=needed, m=len(rule.of) - needed, share=shown(share), less=shown(share - 1),
            met=met, not_met=not_met)  # fmt: skip
        yield say(
            "只有{n}项达标，其余均为标准的99%：{not_met}。",
            n=needed - 1, not_met=not_met)  # fmt: skip


def _plan(subject: Subject, counted: Sequence[Member]) -> Iterable[str]:
    """What the group needs, the cheapest first: floors before all, then as many as are short."""
    settings: MostSettings = subject.rule.settings
    joint = msg("、")
    waiting = [_awaited(subject, one) for one in counted if one.status == "unknown"]
    if waiting:
        yield say(
            "数据缺失的{n}项须先补报：{names}。",
            n=len(waiting), names=joint.join(waiting))  # fmt: skip
    missed = [one for one in counted if one.status in ("fail", "waived")]
    missed.sort(key=lambda one: (one.gap or 0.0, one.rule))
    low = [one.rule for one in missed if one.above_floor is False]
    if low:
        yield say(
            "低于下限的{n}项必须先达到下限：{names}。",
            n=len(low), names=joint.join(low))  # fmt: skip
    met = sum(one.status == "pass" for one in counted)
    short = max(0, settings.pass_at_least - met)
    cheapest = missed[:short]
    if short:
        yield _short(met, settings.pass_at_least, short, cheapest)
    for one in missed:
        member = replace(subject, rule=subject.ruleset.rules[one.rule])
        if one in cheapest:
            changes = Kind.of(member).flips(member, "fail")
        else:
            changes = to_floor(member) if one.above_floor is False else ()
        yield from (f"{one.rule} {flip.sentence}" for flip in changes[:1])


def _awaited(subject: Subject, one: Member) -> str:
    """A member that cannot be judged yet, with the facts that it waits for."""
    known = fact_titles(subject.words)
    lacks = (subject.outcome(one.rule) or {}).get("missing") or ()
    facts = msg("、").join(known.get(fact, fact) for fact in lacks)
    return say("{r}（{facts}）", r=one.rule, facts=facts)


def _short(met: int, needed: int, short: int, cheapest: Sequence[Member]) -> str:
    told = say(
        "已达标{met}项，至少须{needed}项，还差{short}项",
        met=met, needed=needed, short=short)  # fmt: skip
    if cheapest:
        told += say(
            "；相对差距最小、最易补齐的{n}项是：{names}",
            n=len(cheapest), names=msg("、").join(map(_with_gap, cheapest)))  # fmt: skip
    if len(cheapest) < short:
        told += say("；其余{n}项只能来自补报后达标的各项", n=short - len(cheapest))
    return told + msg("。")


def _with_gap(one: Member) -> str:
    if one.gap is None:
        return one.rule
    return say("{r}（差{g:.1f}%）", r=one.rule, g=one.gap * 100)


def _status(needed: int, many: Mapping[str, pl.Expr]) -> pl.Expr:
    hopeless = many["met"] + many["blank"] + many["broken"] < needed
    return (
        pl.when(many["apply"] == 0)
        .then(NOT_APPLICABLE)
        .when((many["low"] > 0) | hopeless)
        .then(FAIL)
        .when(many["broken"] > 0)
        .then(ERROR)
        .when(many["blank"] + many["open"] > 0)
        .then(UNKNOWN)
        .otherwise(PASS)
    )
