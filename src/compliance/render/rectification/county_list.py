"""整改清单: the county's list, from its assessment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from compliance.assessment import (
    OPEN,
    PROBLEM,
    REFERENCE,
    SUGGESTION,
    Assessment,
    Judged,
    Total,
    figures,
)
from compliance.assessment.scope import named_schools
from compliance.kernel.i18n import msg, plural, say
from compliance.ledger import Ledger
from compliance.render.documents.text import printable, shortened
from compliance.render.phrases import by_kind, kind_of, short_schools
from compliance.render.rectification import cells
from compliance.render.rectification.cells import AwaitedLine, PaperLine, awaited_lines, paper_line
from compliance.render.rectification.school_sheet import SchoolPaper, Surroundings

Note = Callable[[Judged], str]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class OwnersItems:
    """The problems for which one section answers; ordinal: its place as a heading counts, 一."""

    ordinal: str
    owner: str
    items: tuple[PaperLine, ...]


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
class CountyPaper:
    """整改清单: the county's list.

    ruleset: the id of the rule set that judged. annexes: list name -> its number among the annexes, 0 where it is empty.
    dates: of which day the figures are, when the paper was made. ledger: the list that people work on. deadline, progress: what stands in columns that are filled in by hand.
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
    schools: tuple[SchoolPaper, ...]
    annexes: Mapping[str, int]
    deadline: str
    progress: str
    ledger_title: str
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def single_annex(self) -> bool:
        """Whether there is only one annex: it takes no number."""
        return sum(number > 0 for number in self.annexes.values()) == 1

    @property
    def problems(self) -> tuple[PaperLine, ...]:
        """The problems of all groups, in order."""
        return tuple(item for group in self.groups for item in group.items)


def county_paper(around: Surroundings, sheets: Sequence[SchoolPaper]) -> CountyPaper:
    """The county's list. sheets: its schools', as a directory."""
    about, county = around.about, around.about.county

    def note(one: Judged) -> str:
        short = "" if one.school else short_schools(about, one.rule.id, _SHOWN, msg("等{count}所"))
        where = say("涉及：{names}", names=short) if short else ""
        return msg("；").join(filter(None, (cells.note(one, about.warnings), where)))

    def items(standing: str) -> tuple[PaperLine, ...]:
        return _items((one for one in about.open if one.standing == standing), note)

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
        groups=_groups(about, note),
        open=items(OPEN),
        suggestions=items(SUGGESTION),
        blanks=awaited_lines(about, around.titles, around.holders, by_school=False),
        blanks_at=awaited_lines(about, around.titles, around.holders, by_school=True),
        references=_references(about),
        unjudged_references=sum(
            one.rule.role == "advisory" and one.status != "fail" for one in about.open
        ),
        totals=_totals(about),
        schools=tuple(sheets),
        annexes={},
        deadline=cells.deadline(),
        progress=cells.progress(),
        ledger_title=say(
            "{county}{subject}整改台账",
            county=printable(county.county_name),
            subject=around.subject,
        ),
    )
    return replace(paper, summary=tuple(_summary(about, paper)), annexes=_annexes(paper))


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
            "上报数据另有{n}条提示：{kinds}；逐条见校验结果（compliance validate），所涉事项已在备注中注明。",
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
    ]
    told = [first if problems else msg("未发现需要整改的问题"), *filter(None, others)]
    return msg("；").join(told) + msg("。")


def _annexes(paper: CountyPaper) -> dict[str, int]:
    """Numbers of the lists that have entries, else 0."""
    lists = ("problems", "open", "suggestions", "blanks", "references")
    numbers = count(1)
    return {name: next(numbers) if getattr(paper, name) else 0 for name in lists}


def _groups(about: Assessment, note: Note) -> tuple[OwnersItems, ...]:
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
        items = _items(own, note, start=done + 1)
        done += len(items)
        owner = items[0].owner or msg("责任单位待定")
        groups.append(OwnersItems(cells.ordinal(number), owner, items))
    return tuple(groups)


def _items(judged: Iterable[Judged], note: Note, start: int = 1) -> tuple[PaperLine, ...]:
    ordered = sorted(judged, key=_urgency)
    return tuple(paper_line(number, one, note(one)) for number, one in enumerate(ordered, start))


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
        if one.standing == PROBLEM and one.school:
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
                title=about.rules[rule].label,
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
        names = list(dict.fromkeys(one.subject for one in own))
        lines.append(
            ReferenceLine(
                number=number,
                rule=rule.id,
                title=rule.label,
                basis=figures.basis(rule),
                source=printable(rule.source),
                schools=len({one.school for one in own if one.school}),
                names=shortened(names, msg("等{count}个")),
                gap=msg("；").join(gaps.get(rule.id, ())) or cells.NONE,
                message=own[0].finding["message"] if len(own) == 1 else "",
            )
        )
    return tuple(lines)
