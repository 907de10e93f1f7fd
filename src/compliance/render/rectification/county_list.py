"""整改清单: the county's list, from its assessment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import polars as pl

from compliance.assessment import (
    OPEN,
    PROBLEM,
    REFERENCE,
    SUGGESTION,
    WAITING,
    Assessment,
    Judged,
    Total,
    figures,
    shares,
)
from compliance.assessment.figures import asked
from compliance.assessment.scope import named_schools, unattributed
from compliance.kernel.i18n import msg, pick, plural, say
from compliance.ledger import Ledger
from compliance.render.documents.text import printable, shortened
from compliance.render.phrases import by_kind, kind_of, listed, not_summed, short_schools
from compliance.render.rectification import cells
from compliance.render.rectification.cells import AwaitedLine, PaperLine, awaited_lines
from compliance.render.rectification.school_sheet import SchoolPaper, Surroundings
from compliance.render.waived import WaivedLine, waived_lines
from compliance.rules.language.model import Rule
from compliance.rules.reference.describe import demands

Line = Callable[[int, Judged], PaperLine]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class OwnersItems:
    """The problems for which one section answers; ordinal: its place as a heading counts, 一."""

    ordinal: str
    owner: str
    items: tuple[PaperLine, ...]


@dataclass(frozen=True, slots=True)
class LegendLine:
    """What a rule of the list asks, said once: its code and name, the clause, who leads, with whom."""

    rule: str
    title: str
    clause: str
    owner: str
    joint: str


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """A rule without weight that is missed: title, how sure its basis is, who misses it."""

    number: int
    rule: str
    title: str
    basis: str
    source: str
    schools: int
    names: str
    gap: str
    message: str


@dataclass(frozen=True, slots=True)
class TotalLine:
    """How much of one thing is missing in all; `also` is what suggestions need beyond it.

    schools: how many the problems concern. of: the part of the rule, empty where it has none.
    """

    rule: str
    title: str
    of: str
    schools: int
    problems: str
    open: str
    also: str


@dataclass(frozen=True, slots=True)
class SharesLine:
    """A missed figure of the county by the schools that make it short, in full, the largest gap first.

    title: with its code; asked: the limit; schools: (code, ``甲校``, ``91人中86人，94.5%``, ``缺5人``) each.
    """

    title: str
    asked: str
    schools: tuple[tuple[str, str, str, str], ...]

    @property
    def told(self) -> str:
        """``G12 教师资格证（≥100%）：甲校91人中86人，94.5%，缺5人；乙校…。``"""
        told = (
            name + msg("，").join(filter(None, (counted, lacking)))
            for _, name, counted, lacking in self.schools
        )
        return say(
            "{title}（{asked}）：{schools}。",
            title=self.title,
            asked=self.asked,
            schools=msg("；").join(told),
        )


@dataclass(frozen=True, slots=True)
class CountyPaper:
    """整改清单: the county's list.

    ruleset: the id of the rule set that judged. legend: the rules of the problems. not_summed: misses
    that no total holds, since their figures are implausible, as one sentence. schools: the sheets of
    all schools, needed or not. apart: which lists the printed one leaves out, empty for none.
    annexes: list name -> its number among the annexes of the printed list, 0 where it is empty or
    stays in the workbook. dates: of which day the figures are, when the paper was made. ledger: the
    list that people work on. no_problems, no_gaps: what is said where there are no problems, or nothing countable
    is missing. withheld: why that may not be all, since a row may be missing; else empty. waived: what no rectification is asked of for a time. deadline, progress: what stands in columns that are filled in by hand.
    """

    county_code: str
    county_name: str
    year: int
    years: str
    ruleset: str
    title: str
    verdict: str
    summary: tuple[str, ...]
    basis: str
    dates: str
    groups: tuple[OwnersItems, ...]
    open: tuple[PaperLine, ...]
    suggestions: tuple[PaperLine, ...]
    blanks: tuple[AwaitedLine, ...]
    blanks_at: tuple[AwaitedLine, ...]
    references: tuple[ReferenceLine, ...]
    unjudged_references: int
    totals: tuple[TotalLine, ...]
    shares: tuple[SharesLine, ...]
    not_summed: str
    apart: str
    legend: tuple[LegendLine, ...]
    schools: tuple[SchoolPaper, ...]
    annexes: Mapping[str, int]
    deadline: str
    progress: str
    ledger_title: str
    withheld: str = ""
    waived: tuple[WaivedLine, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def no_problems(self) -> str:
        """What is said where no problem is listed."""
        return msg("需要整改的问题尚不能确定") if self.withheld else msg("未发现需要整改的问题")

    @property
    def no_gaps(self) -> str:
        """What is said where nothing countable is known to be missing."""
        return msg("缺口尚不能确定。") if self.withheld else msg("没有可计量的缺口。")

    @property
    def without_plan_told(self) -> str:
        """What is said before the names of the schools that get no plan."""
        n = len(self.without_plan)
        if self.withheld:
            return plural(n, "下列{n}所学校不制定整改方案，有无需要整改的事项尚不能确定：")
        return plural(n, "下列{n}所学校没有需要整改的事项，不制定整改方案：")

    @property
    def single_annex(self) -> bool:
        """Whether there is only one annex: it takes no number."""
        return sum(number > 0 for number in self.annexes.values()) == 1

    def carrying(self, ledger: Ledger) -> CountyPaper:
        """The list, and the schools' sheets, with the ledger and what people wrote there."""
        rows = {row.id: row for row in ledger.rows if not row.own}
        groups = (
            replace(group, items=tuple(cells.carried(one, rows.get(one.id)) for one in group.items))
            for group in self.groups
        )
        return replace(
            self,
            ledger=ledger,
            groups=tuple(groups),
            schools=tuple(one.carrying(rows) if one.needed else one for one in self.schools),
        )

    @property
    def plans(self) -> tuple[SchoolPaper, ...]:
        """The sheets that are written: of schools that have something to do."""
        return tuple(one for one in self.schools if one.needed)

    @property
    def without_plan(self) -> tuple[SchoolPaper, ...]:
        """The schools that need no plan."""
        return tuple(one for one in self.schools if not one.needed)

    @property
    def problems(self) -> tuple[PaperLine, ...]:
        """The problems of all groups, in order."""
        return tuple(item for group in self.groups for item in group.items)


def county_paper(
    around: Surroundings, sheets: Sequence[SchoolPaper], *, annexes: bool = False
) -> CountyPaper:
    """The county's list. sheets: its schools', as a directory. annexes: printed with the list."""
    about, county = around.about, around.about.county

    def line(number: int, one: Judged) -> PaperLine:
        tail = msg("等{count}所，另见各校整改方案")
        short = "" if one.school else short_schools(about, one.rule.id, _SHOWN, tail)
        return around.line(number, one, say("涉及：{names}", names=short) if short else "")

    def items(standing: str) -> tuple[PaperLine, ...]:
        return _items((one for one in about.open if one.standing == standing), line)

    paper = CountyPaper(
        county_code=county.county_code,
        county_name=printable(county.county_name),
        year=county.year,
        years=cells.school_year(county.year),
        ruleset=county.ruleset,
        title=say(
            "{county}{subject}问题整改清单",
            county=printable(county.county_name),
            subject=around.subject,
        ),
        verdict=figures.verdict(county.verdict),
        summary=(),
        basis=around.basis,
        dates=cells.dates(around.days),
        groups=_groups(about, line),
        open=items(OPEN),
        suggestions=items(SUGGESTION),
        blanks=awaited_lines(about, around.titles, around.holders, by_school=False),
        blanks_at=awaited_lines(about, around.titles, around.holders, by_school=True),
        references=_references(about) if around.with_advisory else (),
        unjudged_references=len(_unjudged(about)) if around.with_advisory else 0,
        totals=_totals(about),
        shares=tuple(_shares(about)),
        not_summed=_not_summed(about),
        apart="",
        legend=_legend(about),
        schools=tuple(sheets),
        annexes={},
        deadline=cells.deadline(),
        progress=cells.progress(),
        waived=waived_lines(about),
        withheld=unattributed(county.unattributed),
        ledger_title=say(
            "{county}{subject}整改台账",
            county=printable(county.county_name),
            subject=around.subject,
        ),
    )
    attached = _annexes(paper, lists=_LISTS if annexes else _LISTS[:1])
    summary = tuple(_summary(about, paper))
    return replace(paper, summary=summary, annexes=attached, apart=_apart(paper, attached))


def _apart(paper: CountyPaper, attached: Mapping[str, int]) -> str:
    """Which lists that have entries are not printed with this one, and where they stand."""
    lists = {
        "open": msg("待补数据后确定"),
        "suggestions": msg("建议提升"),
        "blanks": msg("待补数据、待佐证"),
        "references": msg("参考"),
    }
    apart = [name for key, name in lists.items() if getattr(paper, key) and not attached[key]]
    if not apart:
        return ""
    return say("{lists}各项不附于本清单，逐条见整改清单电子表格。", lists=listed(apart))


def _shares(about: Assessment) -> Iterator[SharesLine]:
    """The county's missed figures that add up from its schools; what each school misses is listed anyway."""
    for whole in (one for one in about.breakdowns if one.complete and one.short):
        yield SharesLine(
            title=printable(f"{whole.rule} {whole.title}"),
            asked=asked(whole.operator, whole.bar, whole.unit),
            schools=tuple(
                (
                    one.school_code,
                    printable(shares.who(one)),
                    shares.counted(whole, one),
                    shares.lacking(whole, one),
                )
                for one in whole.short
            ),
        )


def _unjudged(about: Assessment) -> set[str]:
    """The advisory rules that could be judged nowhere: not one of their findings is decided."""
    waiting = {
        one.rule.id for one in about.open if one.rule.role == "advisory" and one.status in WAITING
    }
    decided = about.findings.filter(
        (pl.col("role") == "advisory") & pl.col("status").is_in(["pass", "fail"])
    )
    return waiting - set(decided.get_column("rule"))


def _not_summed(about: Assessment) -> str:
    """``另有2项缺口所据数据存疑…：甲小学 教学仪器设备值（100元）…``; empty where all is summed up."""
    told = not_summed(about)
    names = shortened(told, msg("等{count}项"))
    return (
        plural(
            len(told), "另有{n}项缺口所据数据存疑（标※），核实前未计入合计：{names}。", names=names
        )
        if told
        else ""
    )


def _legend(about: Assessment) -> tuple[LegendLine, ...]:
    """The rules of the problems, in the order of the law."""
    rules = {one.place: one.rule for one in about.open if one.standing == PROBLEM}
    return tuple(
        LegendLine(
            rule=rule.id,
            title=cells.title(rule),
            clause=rule.label if rule.short else _demanded(rule),
            owner=printable(pick(rule.owner, rule.owner_en)),
            joint=printable(msg("、").join(rule.partners)),
        )
        for _, rule in sorted(rules.items())
    )


def _demanded(rule: Rule) -> str:
    """What an indicator asks, in words."""
    return printable(msg("；").join(words for _, words in demands(rule)))


def _summary(about: Assessment, paper: CountyPaper) -> Iterator[str]:
    yield cells.conclusion(about)
    yield _counted(paper)
    by_reason: dict[str, list[Mapping[str, object]]] = {}
    for one in about.left_out:
        by_reason.setdefault(printable(one.get("title") or one["reason"]), []).append(one)
    told = []
    for reason, rows in by_reason.items():
        names = [printable(name) for name in named_schools(rows)]
        schools = shortened(names, msg("等{count}所"), _SHOWN)
        told.append(say("{reason}：{schools}", reason=reason, schools=schools))
    if told:
        yield say("{l}。", l=msg("；").join(told))
    if about.warnings:
        kinds = shortened([kind_of(own) for own in by_kind(about.warnings)], msg("等{count}类"))
        yield plural(
            len(about.warnings),
            "上报数据另有{n}条提示：{kinds}；逐条见校验结果（compliance validate），所涉事项标※。",
            kinds=kinds,
        )


def _counted(paper: CountyPaper) -> str:
    problems = paper.problems
    at_schools = [item.school_code for item in problems if item.school_code]
    first = say(
        "需整改问题{n}项：学校层面{s}项、涉及学校{k}所，全县层面{c}项",
        n=len(problems),
        s=len(at_schools),
        k=len(set(at_schools)),
        c=len(problems) - len(at_schools),
    )
    others = [
        plural(n, "建议提升{n}项") if (n := len(paper.suggestions)) else "",
        say("待补数据后确定{n}项", n=n) if (n := len(paper.open)) else "",
        plural(n, "待补数据、待佐证{n}项") if (n := len(paper.blanks)) else "",
        say("参考（不计入结论）{n}项", n=n) if (n := len(paper.references)) else "",
        say("已备案豁免（不计为达标）{n}项", n=n) if (n := len(paper.waived)) else "",
    ]
    told = [first if problems else paper.no_problems, *filter(None, others)]
    return say("{l}。", l=msg("；").join(told))


_LISTS = ("problems", "open", "suggestions", "blanks", "references")


def _annexes(paper: CountyPaper, lists: Sequence[str]) -> dict[str, int]:
    """Numbers of those lists that have entries, else 0."""
    numbers = count(1)
    return {name: next(numbers) if name in lists and getattr(paper, name) else 0 for name in _LISTS}


def _groups(about: Assessment, line: Line) -> tuple[OwnersItems, ...]:
    """By the section that answers, in the order of the law, what nobody answers for last.

    The items are numbered through.
    """
    by_owner: dict[str, list[Judged]] = {}
    for one in sorted(about.open, key=lambda one: one.place):
        if one.standing == PROBLEM:
            by_owner.setdefault(one.rule.owner, []).append(one)
    by_owner.update({"": by_owner.pop("")} if "" in by_owner else {})
    groups, done = [], 0
    for number, own in enumerate(by_owner.values(), 1):
        items = _items(own, line, start=done + 1)
        done += len(items)
        owner = items[0].owner or msg("责任单位待定")
        groups.append(OwnersItems(cells.ordinal(number), owner, items))
    return tuple(groups)


def _items(judged: Iterable[Judged], line: Line, start: int = 1) -> tuple[PaperLine, ...]:
    ordered = sorted(judged, key=_urgency)
    return tuple(line(number, one) for number, one in enumerate(ordered, start))


def _urgency(one: Judged) -> tuple[int, float, int, str, bool]:
    """First what blocks a school's overall assessment, then what is furthest from its standard.

    The county's own items come last, in the order of the law.
    """
    if not one.school:
        return (2, 0.0, one.place, "", one.finding["stage"] != "primary")
    rank = 0 if one.blocking else 1
    junior = one.finding["stage"] == "junior"
    return (rank, -_relative_gap(one), one.place, one.school, junior)


def _relative_gap(one: Judged) -> float:
    """How far from the standard, as a share of it; of a rule with parts the worst one."""
    failed = [part for part in one.finding["parts"] if part["status"] == "fail"]
    gaps = [
        abs(part["threshold"] - part["value"]) / abs(part["threshold"])
        for part in failed or [one.finding]
        if part["value"] is not None and part["threshold"]
    ]
    return max(gaps, default=0.0)


def _totals(about: Assessment) -> tuple[TotalLine, ...]:
    """A line a rule (and part), in the order of the law; suggestions are counted apart."""
    grouped: dict[tuple[str, str], list[Total]] = {}
    for total in about.totals:
        if total.standing != REFERENCE:
            grouped.setdefault((total.rule, total.amount.part), []).append(total)
    where: dict[tuple[str, str], set[str]] = {}
    for one in about.open:
        if one.standing == PROBLEM and one.school and not one.implausible:
            parts = [part["name"] for part in one.finding["parts"] if part["status"] == "fail"]
            for name in ("", *parts):
                where.setdefault((one.rule.id, name), set()).add(one.school)
    lines = []
    for (rule, part), own in grouped.items():
        must = [one for one in own if one.amount.over or one.standing == PROBLEM]
        rest = [one for one in own if one not in must]
        lines.append(
            TotalLine(
                rule=rule,
                title=cells.title(about.rules[rule]),
                of=part,
                schools=len(where.get((rule, part), ())) if must else 0,
                problems=_quantities(must),
                open=_quantities(one for one in rest if one.standing == OPEN),
                also=_quantities(one for one in rest if one.standing == SUGGESTION),
            )
        )
    return tuple(lines)


def _quantities(own: Iterable[Total]) -> str:
    texts = (cells.quantity(one.amount, part=False) for one in own)
    return msg("、").join(texts) or cells.NONE


def _references(about: Assessment) -> tuple[ReferenceLine, ...]:
    """Missed rules without weight, each once with who misses it."""
    gaps: dict[str, list[str]] = {}
    for total in about.totals:
        if total.standing == REFERENCE:
            gaps.setdefault(total.rule, []).append(cells.quantity(total.amount))
    grouped: dict[int, list[Judged]] = {}
    for one in about.open:
        if one.standing == REFERENCE:
            grouped.setdefault(one.place, []).append(one)
    lines = []
    for number, place in enumerate(sorted(grouped), 1):
        own = [one for one in grouped[place] if one.school] or grouped[place]
        rule = own[0].rule
        schools = {
            one.school: str(one.finding["school_name"] or one.school) for one in own if one.school
        }
        names = list(schools.values()) or [own[0].subject]
        lines.append(
            ReferenceLine(
                number=number,
                rule=rule.id,
                title=rule.coded,
                basis=figures.basis(rule),
                source=printable(rule.source),
                schools=len(schools),
                names=shortened(names, msg("等{count}所")),
                gap=msg("；").join(gaps.get(rule.id, ())) or cells.NONE,
                message=own[0].finding["message"] if len(own) == 1 else "",
            )
        )
    return tuple(lines)
