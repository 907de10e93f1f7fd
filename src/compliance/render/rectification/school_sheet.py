"""一校一案: one school's sheet: what it must put right, then what it meets."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from compliance.assessment import (
    EXCUSED,
    OPEN,
    PROBLEM,
    SUGGESTION,
    WAITING,
    Amount,
    Assessment,
    Judged,
    amounts,
    figures,
    members,
    shares,
)
from compliance.engine.results import Results
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.i18n import lang, msg, msg_in, plural, say
from compliance.ledger.days import Days
from compliance.ledger.model import Row
from compliance.render.documents.text import printable
from compliance.render.phrases import called, listed, named, rulesets
from compliance.render.rectification import cells
from compliance.render.rectification.cells import AwaitedLine, PaperLine, paper_line
from compliance.render.rectification.planning import UNPLANNED, Planning
from compliance.render.waived import waived_at
from compliance.rules.language.model import short

# Ranks of the parts: the stages come first.
_WHOLE, _SHARES, _REFERENCE, _MET = 2, 3, 4, 5
_DECIDED = ("pass", "fail")
_STAGE_FACTS = ("students", "classes", "teachers")
_SHOWN = (
    *("school_type", "sponsor", "setting", "township", "alliance", "principal"),
    *(f"{stage}_{stem}" for stage in ("primary", "junior") for stem in _STAGE_FACTS),
    *("special_teachers", "special_certified_teachers", "special_trained_teachers"),
)


@dataclass(frozen=True, slots=True)
class SchoolPart:
    """Lines of one stage, of the school as a whole, of the county's shares, or of rules without weight.

    met: nothing is to be done about them.
    """

    title: str
    reference: bool
    met: bool
    lines: tuple[PaperLine, ...]

    @property
    def told(self) -> str:
        """The lines in a sentence: ``小学已达标2项：县级以上骨干教师1.50人（≥1人）、…。``"""
        lines = [
            say("{what}（{bar}）", what=named(short(one.title), one.current), bar=one.standard)
            for one in self.lines
        ]
        return say("{title}{n}项：{lines}。", title=self.title, n=len(lines), lines=listed(lines))


@dataclass(frozen=True, slots=True)
class SchoolPaper:
    """一校一案: one school's sheet.

    figures: (heading, text) pairs about the school. verdict: in a word; sentences: why.
    problems, suggestions, blanks, waived: how many there are. needed: there is something to put right, to
    supply or to do for the county's figures; without it nobody gets the sheet. county: the county's
    state in one line.
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
    waived: int
    needed: bool
    county: str
    basis: str
    dates: str
    deadline: str
    progress: str

    @property
    def todo(self) -> tuple[SchoolPart, ...]:
        """The parts about which something is to be done, or that are shown beside them."""
        return tuple(part for part in self.parts if not part.met)

    @property
    def met(self) -> tuple[SchoolPart, ...]:
        """The parts that are met."""
        return tuple(part for part in self.parts if part.met)

    @property
    def last(self) -> PaperLine | None:
        """The last line of `todo`, which the signature must not leave."""
        return next((part.lines[-1] for part in reversed(self.todo)), None)

    def key(self, line: PaperLine) -> str:
        """The id of a line without the school's code; ``@G9`` of a county's item."""
        own = line.id.removeprefix(f"{self.code}-")
        return own if own != line.id else f"@{line.rule}"

    @property
    def items(self) -> Mapping[str, PaperLine]:
        """What is to be done, by key, rules without weight aside."""
        lines = (line for part in self.todo if not part.reference for line in part.lines)
        return {self.key(line): line for line in lines}

    @property
    def record(self) -> str:
        """``junheng(P-R1=3fa2b1 @G9=0c77d2)``: what the sheet keeps for the next run (`changes`)."""
        told = (f"{key}={line.digest}" for key, line in self.items.items())
        return f"junheng({' '.join(told)})"

    def carrying(self, rows: Mapping[str, Row]) -> SchoolPaper:
        """The sheet with what people wrote of its lines in the ledger. rows: id → its row."""
        parts = (
            replace(part, lines=tuple(cells.carried(one, rows.get(one.id)) for one in part.lines))
            for part in self.parts
        )
        return replace(self, parts=tuple(parts))


@dataclass(frozen=True)
class Surroundings:
    """What the sheets of one county's schools have in common.

    titles: fact -> heading; holders: fact -> who holds it. context: the county's state in one line.
    subject: what the rule set is about (义务教育优质均衡发展). days: those of the county's papers.
    planning: who answers, until when, at what cost, as far as people have said.
    records: school code -> its record as submitted. report: the run's, for names of switches.
    with_advisory: rules without weight and doubts of sources are shown.
    """

    about: Assessment
    titles: Mapping[str, str]
    holders: Mapping[str, str]
    context: str
    basis: str
    subject: str
    days: Days
    records: Mapping[str, Mapping[str, Any]]
    report: Results
    with_advisory: bool
    planning: Planning = UNPLANNED

    def line(self, number: int, one: Judged, where: str = "") -> PaperLine:
        """The line of a finding, with its remarks; where: a further one."""
        record = self.records.get(one.school, {})
        detail = msg("；").join(filter(None, (cells.detail(one, self.about, record), where)))
        planned = self.planning.of(one, printable(record.get("principal") or ""))
        return paper_line(number, one, detail, planned)


def school_paper(
    around: Surroundings, judged: Sequence[Judged], blanks: Sequence[AwaitedLine], stem: str
) -> SchoolPaper:
    """The sheet of one school, from its own findings and blanks."""
    code, county = judged[0].school, around.about.county
    name = str(judged[0].finding["school_name"] or code)
    standings = [one.standing for one in judged]
    of_county = around.about.makes_short(code)
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
        figures=tuple(_school_facts(around.records.get(code, {}), around.titles)),
        verdict=_verdict(judged, around.about),
        sentences=tuple(_sentences(around, judged, blanks, numbers)),
        parts=parts,
        problems=standings.count(PROBLEM),
        suggestions=standings.count(SUGGESTION),
        blanks=len(blanks),
        waived=len(waived_at(around.about, code)),
        needed=bool(blanks or of_county or {PROBLEM, OPEN}.intersection(standings)),
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
    if any(one.status == "waived" for one in judged):
        return msg("已备案豁免（其余达标）")
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
        if _is_overall(one):
            yield _overall(one, judged)
    yield from _missed(judged, numbers)
    for line in waived_at(around.about, judged[0].school):
        yield say("已备案豁免：{rule}（{ground}）。", rule=line.rule, ground=line.ground)
    of_county = len(around.about.makes_short(judged[0].school))
    if applies := any(map(_applies, judged)):
        yield _counted(judged, of_county=of_county)
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


def _is_overall(one: Judged) -> bool:
    """Whether it is the overall assessment of a stage: a sentence tells it, no line of the table."""
    return one.decides and bool(one.rule.of) and one.finding["level"] == "unit"


def _overall(group: Judged, judged: Sequence[Judged]) -> str:
    """How a stage's overall assessment came out, with the names of what it misses or lacks."""
    own = members(group, judged)
    named = []
    for status in ("fail", "waived", "unknown"):
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


def _counted(judged: Sequence[Judged], *, of_county: int) -> str:
    found = Counter(one.standing for one in judged)
    told = {
        PROBLEM: say("需整改{n}项", n=found[PROBLEM]),
        OPEN: say("待定{n}项", n=found[OPEN]),
        SUGGESTION: plural(found[SUGGESTION], "建议提升{n}项"),
        EXCUSED: say("已备案豁免{n}项", n=sum(one.status == "waived" for one in judged)),
    }
    lines = [text for standing, text in told.items() if found[standing]]
    if of_county:
        lines.append(plural(of_county, "另有{n}项全县指标须由本校补足"))
    if lines:
        return say("{l}。", l=msg("，").join(lines))
    return msg("没有需要整改的事项。")


def _parts(
    judged: Sequence[Judged], around: Surroundings
) -> tuple[tuple[SchoolPart, ...], dict[int, int]]:
    """What is to be done, stage by stage, for the whole school and for the county's shares; then what
    is met; each in the law's order.

    Also place in `judged` -> number of its line.
    """
    grouped: dict[tuple[int, str, bool], list[tuple[int | None, PaperLine]]] = {}
    for place in sorted(range(len(judged)), key=lambda place: judged[place].place):
        one = judged[place]
        told = one.decides or (
            around.with_advisory and one.rule.role == "advisory" and one.status not in WAITING
        )
        if told and one.status != "not_applicable" and not _is_overall(one):
            grouped.setdefault(_part_of(one), []).append((place, _line(one, around)))
    if of_county := [(None, line) for line in _shares(judged[0].school, around)]:
        grouped[_SHARES, msg("全县指标中本校的缺口"), False] = list(of_county)
    parts: list[SchoolPart] = []
    numbers: dict[int, int] = {}
    count = itertools.count(1)
    for (rank, title, met), own in sorted(grouped.items()):
        lines = []
        for at, line in own:
            lines.append(replace(line, number=next(count)))
            if at is not None:
                numbers[at] = lines[-1].number
        parts.append(SchoolPart(title, rank == _REFERENCE, met, tuple(lines)))
    return tuple(parts), numbers


def _part_of(one: Judged) -> tuple[int, str, bool]:
    """Where a finding stands: rank of the part, its title, whether it tells what is met."""
    if one.rule.role == "advisory":
        return _REFERENCE, msg("参考指标（不计入结论）"), False
    stage = one.finding["stage"]
    rank = _WHOLE if stage is None else 0 if stage == "primary" else 1
    title = figures.stage(stage) or msg("学校整体")
    if one.status == "pass":
        return _MET + rank, say("{part}已达标", part=title), True
    return rank, title, False


def _line(one: Judged, around: Surroundings) -> PaperLine:
    pieces = []
    if one.rule.role == "advisory":
        pieces.append(figures.basis(one.rule))
    if name := one.finding["relaxed_by"]:
        pieces.append(say("仅依放宽（{name}）达标", name=called(name, rulesets(around.report))))
    line = around.line(0, one, msg("；").join(pieces))
    return replace(line, measure=_measure(one, around))


def _shares(school: str, around: Surroundings) -> Iterator[PaperLine]:
    """The county's missed figures that the school makes short: ``全县…缺17人，本校缺2人``."""
    county = {one.rule.id: one for one in around.about.open if not one.school}
    record = around.records.get(school, {})
    for whole, own in around.about.makes_short(school):
        of_county = county[whole.rule]
        lacking = shares.lacking(whole, own)
        gaps = [cells.quantity(one) for one in amounts(of_county.finding)]
        told = say(
            "全县{name} {rule} 缺{all}，本校{own}",
            name=of_county.rule.brief,
            rule=whole.rule,
            all=msg("；").join(gaps) or cells.NONE,
            own=lacking,
        )
        gap = Amount("", float(own.gap), whole.lack_unit, whole.over)
        line = around.line(0, of_county)
        yield replace(
            line,
            school_code=school,
            problem=told,
            brief=told,
            current=shares.counted(whole, own) or cells.NONE,
            standard=figures.limit(whole.operator, whole.bar, figures.measure_of(whole.unit)),
            gap=cells.quantity(gap),
            amounts=(gap,),
            measure=cells.measure(of_county, gap),
            lead=_and_school(line.lead),
            responsible=_and_school(line.responsible),
            person=printable(str(record.get("principal") or "")),
            note=told,
        )


def _and_school(office: str) -> str:
    """The offices of a county's item, and the school that acts."""
    return msg("／").join(filter(None, (office, msg_in("school", "学校"))))


def _measure(one: Judged, around: Surroundings) -> str:
    if one.status == "unknown" and not one.rule.of:
        what = listed([cells.heading(fact, around.titles) for fact in one.finding["missing"]])
        if what:
            return say("补报：{what}", what=what)
        return msg("核对所据数据") if cells.doubtful(one) else cells.NONE
    if one.status == "not_checked":
        return msg("提供佐证材料")
    missed = one.status == "fail" and one.standing != EXCUSED
    return cells.measure(one) if missed else cells.NONE
