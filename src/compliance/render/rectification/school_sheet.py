"""一校一案: one school's sheet, every indicator of it, met and unmet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from compliance.assessment import (
    OPEN,
    PROBLEM,
    SUGGESTION,
    WAITING,
    Assessment,
    Judged,
    figures,
    members,
)
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.i18n import lang, msg, msg_in, plural, say
from compliance.ledger.days import Days
from compliance.render.documents.text import printable
from compliance.render.phrases import listed, makes_short
from compliance.render.rectification import cells
from compliance.render.rectification.cells import AwaitedLine, PaperLine, paper_line

_REFERENCE = 3
_DECIDED = ("pass", "fail")
_STAGE_FACTS = ("students", "classes", "teachers")
_SHOWN = (
    *("school_type", "sponsor", "setting", "township", "alliance", "principal"),
    *(f"{stage}_{stem}" for stage in ("primary", "junior") for stem in _STAGE_FACTS),
    *("special_teachers", "special_certified_teachers", "special_trained_teachers"),
)


@dataclass(frozen=True, slots=True)
class SchoolPart:
    """The lines of one stage, of the school as a whole, or of the rules without weight."""

    title: str
    reference: bool
    lines: tuple[PaperLine, ...]


@dataclass(frozen=True, slots=True)
class SchoolPaper:
    """一校一案: one school's sheet.

    figures: (heading, text) pairs about the school. verdict: in a word; sentences: why.
    problems, suggestions, blanks: how many there are. county: the county's state in one line.
    dates: of which day the figures are, when the paper was made.
    """

    county_code: str
    county_name: str
    year: int
    years: str
    code: str
    name: str
    stem: str
    title: str
    figures: tuple[tuple[str, str], ...]
    verdict: str
    sentences: tuple[str, ...]
    parts: tuple[SchoolPart, ...]
    problems: int
    suggestions: int
    blanks: int
    county: str
    basis: str
    dates: str
    deadline: str
    progress: str


@dataclass(frozen=True)
class Surroundings:
    """What the sheets of one county's schools have in common.

    titles: fact -> heading; holders: fact -> who holds it. context: the county's state in one line.
    subject: what the rule set is about (义务教育优质均衡发展). days: those of the county's papers.
    """

    about: Assessment
    titles: Mapping[str, str]
    holders: Mapping[str, str]
    context: str
    basis: str
    subject: str
    days: Days


def school_paper(
    around: Surroundings,
    judged: Sequence[Judged],
    blanks: Sequence[AwaitedLine],
    school: Mapping[str, Any],
    stem: str,
) -> SchoolPaper:
    """The sheet of one school, from its own findings and blanks. school: its record, may be empty."""
    code, county = judged[0].school, around.about.county
    name = str(judged[0].finding["school_name"] or code)
    standings = [one.standing for one in judged]
    parts, numbers = _parts(judged, around)
    return SchoolPaper(
        county_code=county.county_code,
        county_name=printable(county.county_name),
        year=county.year,
        years=cells.school_year(county.year),
        code=printable(code),
        name=name,
        stem=stem,
        title=say("{name}{subject}整改方案（一校一案）", name=name, subject=around.subject),
        figures=tuple(_school_facts(school, around.titles)),
        verdict=_verdict(judged, around.about),
        sentences=tuple(_sentences(around, judged, blanks, numbers)),
        parts=parts,
        problems=standings.count(PROBLEM),
        suggestions=standings.count(SUGGESTION),
        blanks=len(blanks),
        county=around.context,
        basis=around.basis,
        dates=cells.dates(around.days),
        deadline=cells.deadline(),
        progress=cells.progress(),
    )


def _school_facts(
    school: Mapping[str, Any], titles: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """(heading, text) pairs of what is known of a school; what is missing is left out."""
    facts = vocabulary().school
    for name in _SHOWN:
        value = school.get(name)
        if value is not None and name in facts:
            yield printable(titles.get(name, facts[name].label)), _text(facts[name], value)


def _text(fact: Fact, value: object) -> str:
    if isinstance(value, bool):
        return msg("是") if value else msg("否")
    if isinstance(value, (int, float)):
        if fact.words:
            return printable(fact.word_of(figures.plain(value)))
        unit = fact.unit if lang() == "zh" else ""
        return figures.with_unit(figures.amount(value), unit)
    return printable(fact.word_of(str(value)) if fact.words else value)


def _applies(one: Judged) -> bool:
    return one.decides and one.status != "not_applicable"


def _verdict(judged: Sequence[Judged], about: Assessment) -> str:
    if about.makes_short(judged[0].school):
        return msg_in("to be rectified", "需整改")
    if not any(map(_applies, judged)):
        return msg("不参加评估（无适用要求）")
    if any(one.standing == PROBLEM for one in judged):
        return msg_in("to be rectified", "需整改")
    if any(one.standing == OPEN or one.waits for one in judged):
        return msg_in("open until the data are complete", "待补数据后确定")
    return msg("达标")


def _sentences(
    around: Surroundings,
    judged: Sequence[Judged],
    blanks: Sequence[AwaitedLine],
    numbers: Mapping[int, int],
) -> Iterable[str]:
    """Why: the overall assessment of each stage, what else is missed, what is awaited.

    numbers: place in `judged` -> number of the line in the table below.
    """
    for one in judged:
        if one.decides and one.rule.of and one.finding["level"] == "unit":
            yield _overall(one, judged)
    yield from _missed(judged, numbers)
    of_county = makes_short(around.about, judged[0].school)
    yield from of_county
    if applies := any(map(_applies, judged)):
        yield _counted(judged, of_county=bool(of_county))
    for state in dict.fromkeys(blank.state for blank in blanks):
        what = listed(
            [
                say("{what}（{at}）", what=blank.what, at=blank.at) if blank.at else blank.what
                for blank in blanks
                if blank.state == state
            ]
        )
        yield say("{state}：{what}。", state=state, what=what)
    for reason in dict.fromkeys(
        printable(unit.get("title") or unit["reason"])
        for unit in around.about.left_out
        if str(unit["school_code"]) == judged[0].school
    ):
        yield say("{r}。", r=reason)
    beside = sum(one.decides and one.status == "not_applicable" for one in judged)
    if beside and not applies:
        yield say("{n}项要求均不适用。", n=beside)
    elif beside:
        yield plural(beside, "不适用的要求{n}项，未列入下表。")


def _overall(group: Judged, judged: Sequence[Judged]) -> str:
    """How a stage's overall assessment came out, with the names of what it misses or lacks."""
    own = members(group, judged)
    named = []
    for status in ("fail", "unknown"):
        if rules := [one.rule.brief for one in own if one.status == status]:
            word = figures.state(status)
            named.append(say("{state}：{rules}", state=word, rules=listed(rules)))
    counted = ""
    if any(one.status in _DECIDED for one in own):
        met = sum(one.status == "pass" for one in own)
        counted = say("，{n}项指标达标{met}项", n=len(own), met=met)
        counted += _too_low(own)
    return say(
        "{stage}：{rule}{state}{counted}{tail}。",
        stage=figures.stage(group.finding["stage"]),
        rule=group.rule.label,
        state=figures.state(group.status),
        counted=counted,
        tail=say("（{t}）", t=msg("；").join(named)) if named else "",
    )


def _too_low(own: Sequence[Judged]) -> str:
    """How many of the missed lie below what each must reach at least: ``，另有1项低于85%下限``."""
    low = [
        one.rule
        for one in own
        if one.status == "fail"
        and one.finding["value"] is not None
        and one.finding["floor"] is not None
        and figures.below(one.finding["value"], one.finding["floor"])
    ]
    if not low:
        return ""
    share = ""
    if low[0].floor_share is not None:
        share = say("{text}%", text=figures.plain(float(low[0].floor_share * 100)))
    return say("，另有{n}项低于{share}下限", n=len(low), share=share)


def _missed(judged: Sequence[Judged], numbers: Mapping[int, int]) -> Iterable[str]:
    """The other problems by aspect, with their lines in the table."""
    by_aspect: dict[str, list[int]] = {}
    for place, one in enumerate(judged):
        if one.standing == PROBLEM and not one.blocking:
            by_aspect.setdefault(printable(one.rule.aspect_label), []).append(numbers[place])
    for aspect, places in by_aspect.items():
        lines = listed([str(line) for line in sorted(places)])
        if aspect:
            yield say(
                "{aspect}有{n}项要求未达到（序号{lines}）。",
                aspect=aspect,
                n=len(places),
                lines=lines,
            )
        else:
            yield say("其他{n}项要求未达到（序号{lines}）。", n=len(places), lines=lines)


def _counted(judged: Sequence[Judged], *, of_county: bool) -> str:
    found = Counter(one.standing for one in judged)
    told = {
        PROBLEM: say("需整改{n}项", n=found[PROBLEM]),
        OPEN: say("待定{n}项", n=found[OPEN]),
        SUGGESTION: plural(found[SUGGESTION], "建议提升{n}项"),
    }
    if lines := [text for standing, text in told.items() if found[standing]]:
        return say("{l}。", l=msg("，").join(lines))
    if of_county:
        return msg("本校自身要求均达标，上述县级指标须由本校补足。")
    return msg("没有需要整改的事项。")


def _parts(
    judged: Sequence[Judged], around: Surroundings
) -> tuple[tuple[SchoolPart, ...], dict[int, int]]:
    """The stages, the whole school, then the rules without weight; each in the law's order.

    Also place in `judged` -> number of its line.
    """
    grouped: dict[tuple[int, str], list[int]] = {}
    for place, one in enumerate(judged):
        told = one.rule.role == "advisory" and one.status not in WAITING
        if one.status != "not_applicable" and (one.decides or told):
            grouped.setdefault(_part_of(one), []).append(place)
    parts: list[SchoolPart] = []
    numbers: dict[int, int] = {}
    for (rank, title), places in sorted(grouped.items()):
        places.sort(key=lambda place: judged[place].place)
        numbers.update({place: len(numbers) + n for n, place in enumerate(places, 1)})
        lines = tuple(_line(place, judged, numbers, around) for place in places)
        parts.append(SchoolPart(title, reference=rank == _REFERENCE, lines=lines))
    return tuple(parts), numbers


def _part_of(one: Judged) -> tuple[int, str]:
    if one.rule.role == "advisory":
        return _REFERENCE, msg("参考指标（不计入结论）")
    stage = one.finding["stage"]
    if stage is None:
        return 2, msg("学校整体")
    return (0 if stage == "primary" else 1), figures.stage(stage)


def _line(
    place: int, judged: Sequence[Judged], numbers: Mapping[int, int], around: Surroundings
) -> PaperLine:
    one = judged[place]
    return replace(
        paper_line(numbers[place], one, _note(one, around)),
        current=_current(one, judged),
        measure=_lines_of_members(one, judged, numbers) or _measure(one, around),
    )


def _current(one: Judged, judged: Sequence[Judged]) -> str:
    """The figure; of a rule that counts others also how many lie too low: ``6，另有1项低于85%下限``."""
    if not one.rule.form.counts_members or one.finding["value"] is None:
        return cells.current(one)
    own = members(one, judged)
    if own and not any(other.status in _DECIDED for other in own):
        return cells.NONE
    return cells.current(one) + _too_low(own)


def _lines_of_members(one: Judged, judged: Sequence[Judged], numbers: Mapping[int, int]) -> str:
    """Where the measures stand for a missed rule that is made of others; empty for any other."""
    if one.status != "fail" or not one.rule.of:
        return ""
    own = {id(member) for member in members(one, judged) if member.status == "fail"}
    lines = sorted(number for place, number in numbers.items() if id(judged[place]) in own)
    return say("见序号{lines}", lines=listed([str(line) for line in lines])) if lines else ""


def _measure(one: Judged, around: Surroundings) -> str:
    if one.status == "unknown" and not one.rule.of:
        what = listed([cells.heading(fact, around.titles) for fact in one.finding["missing"]])
        return say("补报：{what}", what=what) if what else cells.NONE
    if one.status == "not_checked":
        return msg("提供佐证材料")
    return cells.measure(one) if one.status == "fail" else cells.NONE


def _note(one: Judged, around: Surroundings) -> str:
    pieces = [cells.note(one, around.about.warnings)]
    if one.rule.role == "advisory":
        pieces.append(figures.basis(one.rule))
    if one.finding["relaxed_by"]:
        pieces.append(say("仅依放宽（{name}）达标", name=one.finding["relaxed_by"]))
    return msg("；").join(filter(None, pieces))
