"""Classes within a limit: which are over it, by how many, and how far the largest may still grow."""

from __future__ import annotations

from dataclasses import replace

from compliance.engine.exact_arithmetic import typed
from compliance.explain.question.model import Comparison, Flip, Working
from compliance.explain.question.number_format import shown
from compliance.explain.question.subject import Row, Subject
from compliance.explain.variants.rejudge import Trial, status_of
from compliance.explain.verdict.counterfactuals import OPPOSITE
from compliance.explain.verdict.inputs import inputs, stated
from compliance.kernel.i18n import pick, say
from compliance.rules.kinds import written


def of_classes(subject: Subject, found: Working, outcome: Row) -> Working:
    """The working of a rule on the sizes of classes."""
    settings = written(subject.rule.settings)
    unit = pick(str(settings.get("unit", "")), str(settings.get("unit_en", "")))
    bar = typed(outcome["threshold"])
    sizes = subject.record(subject.contract(str(settings["list"])))
    words = say("最大的一个班的人数", "the largest class")
    biggest = Comparison(
        title=subject.rule.label,
        status=found.status,
        formula=words,
        filled="" if outcome["value"] is None else shown(outcome["value"]),
        value=typed(outcome["value"]),
        unit=unit,
        operator=subject.rule.limit.operator if subject.rule.limit else "<=",
        threshold=bar,
    )
    notes = found.notes
    flips: tuple[Flip, ...] = ()
    if isinstance(sizes, list) and sizes and bar is not None and found.status in OPPOSITE:
        flips = _flips(subject, [float(size) for size in sizes], int(bar), unit)
        over = sorted((int(size) for size in sizes if size > bar), reverse=True)
        if over:
            notes = (*notes, _over(over, int(bar)))
    return replace(
        found,
        inputs=inputs(subject),
        conditions=stated(subject),
        comparisons=(biggest,),
        flips=flips,
        notes=notes,
    )


def _over(over: list[int], bar: int) -> str:
    return say(
        "共{n}个班超过{bar}人：{sizes}；须调出{total}人次。",
        "{n} classes exceed {bar}: {sizes}; {total} pupils must be moved.",
        n=len(over),
        bar=bar,
        sizes=pick("、", ", ").join(str(size) for size in over[:20])
        + ("…" if len(over) > 20 else ""),
        total=sum(size - bar for size in over),
    )


def _flips(subject: Subject, sizes: list[float], bar: int, unit: str) -> tuple[Flip, ...]:
    """Failing: the pupils to be moved out of the classes over the limit. Passing: the room that the
    largest class has left, and one pupil more.
    """
    fact = subject.contract(str(written(subject.rule.settings)["list"]))
    over = [size - bar for size in sizes if size > bar]
    largest = max(sizes)
    if over:
        after = [min(size, bar) for size in sizes]
        short = list(after)
        short[sizes.index(largest)] = bar + 1
        title = say("超过标准的班的学生数合计", "pupils of the classes over the limit, together")
        wanted, change, before = "pass", -sum(over), sum(size for size in sizes if size > bar)
    else:
        place = sizes.index(largest)
        after, short = list(sizes), list(sizes)
        after[place], short[place] = bar + 1, bar
        wanted, change, before = "fail", bar + 1 - largest, largest
        title = say("最大的一个班", "the largest class")
    trial = Trial(subject.hearing.bench, subject.rule.id, subject.code, subject.stage)
    turned, kept = trial.judge([{fact: after}, {fact: short}])
    if status_of(turned) != wanted or status_of(kept) == wanted:
        return ()
    return (Flip(fact, title, change, before, before + change, unit, wanted),)
