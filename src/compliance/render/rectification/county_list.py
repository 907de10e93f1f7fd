"""整改清单: the county's list, from its assessment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from compliance.assessment import (
    OPEN,
    PROBLEM,
    REFERENCE,
    SUGGESTION,
    Assessment,
    Awaited,
    Judged,
    Total,
    amounts,
    figures,
)
from compliance.assessment.figures import amount, with_unit
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import COMPULSORY
from compliance.render.documents.printable import printable, shortened
from compliance.render.rectification import cells, headings
from compliance.render.rectification.view_model import (
    BlankLine,
    BlankLineAt,
    CountyPaper,
    ListItem,
    OwnersItems,
    ReferenceLine,
    SchoolPaper,
    TotalLine,
)

Note = Callable[[Judged], str]

# What a share counts, and out of whom; facts of the stages and of special schools.
_SHARES = (("trained_teachers", "teachers"), ("certified_teachers", "teachers"))
_STAGES = tuple(f"{stage}_" for stage in COMPULSORY)
_SHOWN, _AFFECTED = 3, 3
_STATES = ("unknown", "error", "not_checked", "waived")
# An address of the web says nothing on paper; the rule set keeps it.
_ADDRESS = re.compile(r"\s*https?://\S+\s*")


def county_paper(
    about: Assessment,
    sheets: Sequence[SchoolPaper],
    schools: pl.DataFrame,
    titles: Mapping[str, str],
    basis: str,
) -> CountyPaper:
    """The county's list.

    sheets: its schools', as a directory; schools: their records as submitted; titles: fact -> heading; basis: the line for the head.
    """
    county = about.county

    def note(one: Judged) -> str:
        where = "" if one.school else short_at(one, schools)
        return pick("；", "; ").join(filter(None, (cells.note(one, about.warnings), where)))

    def items(standing: str) -> tuple[ListItem, ...]:
        return _items((one for one in about.open if one.standing == standing), note)

    paper = CountyPaper(
        county_code=county.county_code,
        county_name=printable(county.county_name),
        year=county.year,
        years=headings.school_year(county.year),
        ruleset=county.ruleset,
        title=say(
            "{county}义务教育均衡发展问题整改清单",
            "{county}: balanced compulsory education, list of rectification",
            county=printable(county.county_name),
        ),
        verdict=figures.verdict(county.verdict),
        summary=(),
        basis=basis,
        groups=_groups(about, note),
        open=items(OPEN),
        suggestions=items(SUGGESTION),
        blanks=_blanks(about.awaited, titles),
        blanks_at=blanks_at(about.awaited, titles),
        references=_references(about),
        unjudged_references=sum(
            one.rule.role == "advisory" and one.status != "fail" for one in about.open
        ),
        totals=_totals(about),
        schools=tuple(sheets),
        annexes={},
        deadline=headings.deadline(),
        progress=headings.progress(),
    )
    return replace(paper, summary=tuple(_summary(about, paper)), annexes=_annexes(paper))


def short_at(one: Judged, schools: pl.DataFrame) -> str:
    """``涉及：西关小学缺2人、东关小学缺1人``; empty where the records do not tell."""
    finding = one.finding
    if one.status != "fail" or finding["threshold"] != 100 or finding["unit"] != "%":
        return ""
    lacks = [
        (printable(row["school_name"]), lack)
        for row in schools.iter_rows(named=True)
        if (lack := sum(_lacks(one, row))) > 0
    ]
    if not lacks or sum(lack for _, lack in lacks) != finding["shortfall"]:
        return ""
    lacks.sort(key=lambda lack: -lack[1])
    unit = printable(finding["shortfall_unit"])
    named = [
        say("{name}缺{n}", "{name}: {n}", name=name, n=with_unit(amount(lack), unit))
        for name, lack in lacks
    ]
    tail = pick("等{count}所", " and others, {count} in all")
    return say("涉及：{names}", "at {names}", names=shortened(named, tail, _SHOWN))


def _lacks(one: Judged, school: Mapping[str, object]) -> Iterator[float]:
    """How many of a school's teachers the share leaves out, a stage at a time."""
    prefixes = ("special_",) if school.get("school_type") == "special" else _STAGES
    for part, whole in _SHARES:
        if part in one.rule.facts:
            for prefix in prefixes:
                counted, everybody = school.get(prefix + part), school.get(prefix + whole)
                if isinstance(counted, float) and isinstance(everybody, float):
                    yield everybody - counted


def _summary(about: Assessment, paper: CountyPaper) -> Iterator[str]:
    yield headings.conclusion(about)
    yield _counted(paper)
    reasons = Counter(
        reason
        for reason, _ in dict.fromkeys(
            (
                printable(one.get("title") or one["reason"]),
                printable(one.get("school_name") or one["school_code"]),
            )
            for one in about.left_out
        )
    )
    if reasons:
        listed = pick("；", "; ").join(
            say("{reason}（{n}所）", "{reason} ({n})", reason=reason, n=n)
            for reason, n in reasons.items()
        )
        yield say("{l}。", "{l}.", l=listed)
    if about.warnings:
        yield say(
            "上报数据另有{n}条提示（见校验结果），所涉事项已在备注中注明。",
            "The figures gave {n} warnings (see the validation); the remarks name what rests on them.",
            n=len(about.warnings),
        )


def _counted(paper: CountyPaper) -> str:
    problems = paper.problems
    at_schools = [item.school_code for item in problems if item.school_code]
    first = say("未发现需要整改的问题", "No problems were found that need rectification")
    if problems:
        first = say(
            "需整改问题{n}项：学校层面{s}项、涉及学校{k}所，全县层面{c}项",
            "{n} problems: {s} at {k} schools, {c} of the county",
            n=len(problems),
            s=len(at_schools),
            k=len(set(at_schools)),
            c=len(problems) - len(at_schools),
        )
    told = [first]
    if n := len(paper.suggestions):
        told.append(say("建议提升{n}项", "{n} suggestions", n=n))
    if n := len(paper.open):
        told.append(say("待补数据后确定{n}项", "{n} to be settled when data are complete", n=n))
    if n := len(paper.blanks):
        told.append(say("待补数据、待佐证{n}项", "{n} facts or statements awaited", n=n))
    if n := len(paper.references):
        told.append(say("参考（不计入结论）{n}项", "{n} for reference only", n=n))
    return pick("；", "; ").join(told) + pick("。", ".")


def _annexes(paper: CountyPaper) -> dict[str, int]:
    """Numbers of the lists that have entries, else 0."""
    lists = {
        "problems": bool(paper.groups),
        "open": bool(paper.open),
        "suggestions": bool(paper.suggestions),
        "blanks": bool(paper.blanks),
        "references": bool(paper.references),
    }
    filled = [name for name, has in lists.items() if has]
    return {name: filled.index(name) + 1 if has else 0 for name, has in lists.items()}


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
        owner = items[0].owner or say("责任单位待定", "to be assigned")
        groups.append(OwnersItems(headings.ordinal(number), owner, items))
    return tuple(groups)


def _items(judged: Iterable[Judged], note: Note, start: int = 1) -> tuple[ListItem, ...]:
    ordered = sorted(judged, key=_urgency)
    return tuple(
        ListItem(
            number=number,
            rule=one.rule.id,
            school_code=one.school,
            subject=one.subject,
            problem=one.finding["message"],
            brief=cells.brief(one),
            current=cells.current(one),
            standard=cells.standard(one),
            gap=cells.gap(one),
            measure=cells.measure(one),
            owner=cells.leads(one),
            responsible=cells.responsible(one),
            note=note(one),
            blocking=one.blocking,
            amounts=amounts(one.finding),
        )
        for number, one in enumerate(ordered, start)
    )


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
    return pick("、", ", ").join(texts) or cells.NONE


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
                basis=figures.basis(rule.basis),
                source=_ADDRESS.sub("", printable(rule.source)),
                schools=len({one.school for one in own if one.school}),
                names=shortened(names, pick("等{count}个", " and others, {count} in all")),
                gap=pick("；", "; ").join(gaps.get(rule.id, ())) or cells.NONE,
                message=own[0].finding["message"] if len(own) == 1 else "",
            )
        )
    return tuple(lines)


def _blanks(awaited: Sequence[Awaited], titles: Mapping[str, str]) -> tuple[BlankLine, ...]:
    """What is awaited, each once: missing facts, rules not computed, then statements."""
    grouped: dict[tuple[str, str], list[Judged]] = {}
    for entry in awaited:
        key = (entry.judged.status, _what(entry, titles))
        grouped.setdefault(key, []).append(entry.judged)
    ordered = sorted(grouped.items(), key=lambda entry: _STATES.index(entry[0][0]))
    lines = []
    for number, ((status, what), own) in enumerate(ordered, 1):
        names = list({one.school: _name(one) for one in own if one.school}.values())
        lines.append(
            BlankLine(
                number=number,
                state=figures.state(status),
                what=what,
                schools=len(names),
                names=shortened(names, pick("等{count}所", " and others, {count} in all"))
                or say("全县", "County"),
                affects=_affected(own),
                owner=_owners(own),
            )
        )
    return tuple(lines)


def blanks_at(awaited: Sequence[Awaited], titles: Mapping[str, str]) -> tuple[BlankLineAt, ...]:
    """The same school by school, every blank of a school once."""
    grouped: dict[tuple[str, str, str], list[Judged]] = {}
    for entry in awaited:
        one = entry.judged
        grouped.setdefault((one.school, one.status, _what(entry, titles)), []).append(one)
    return tuple(
        BlankLineAt(
            school_code=school,
            subject=_name(own[0]) if school else say("全县", "County"),
            state=figures.state(status),
            what=what,
            affects=_affected(own),
            owner=_owners(own),
        )
        for (school, status, what), own in grouped.items()
    )


def _what(entry: Awaited, titles: Mapping[str, str]) -> str:
    """The heading of the missing fact, or the rule itself with the parts that wait."""
    if entry.fact:
        return cells.heading(entry.fact, titles)
    one = entry.judged
    parts = [part["name"] for part in one.finding["parts"] if part["status"] == one.status]
    if not parts or one.status == "unknown":
        return one.rule.label
    listed = pick("、", ", ").join(parts)
    return say("{rule}（{parts}）", "{rule} ({parts})", rule=one.rule.label, parts=listed)


def _name(one: Judged) -> str:
    return str(one.finding["school_name"] or one.school)


def _affected(judged: Iterable[Judged]) -> str:
    rules = {one.place: figures.short(one.rule.label) for one in judged}
    names = [rules[place] for place in sorted(rules)]
    return shortened(names, pick("等{count}项", " and others, {count} in all"), _AFFECTED)


def _owners(judged: Iterable[Judged]) -> str:
    owners = {one.place: cells.leads(one) for one in judged}
    named = dict.fromkeys(owners[place] for place in sorted(owners) if owners[place])
    return pick("、", ", ").join(named)
