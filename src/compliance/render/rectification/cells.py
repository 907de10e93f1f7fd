"""The cells of a rectification list: what is, what is asked, what is missing, what to do; its heads."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from compliance.assessment import (
    EXCUSED,
    OPEN,
    PROBLEM,
    SUGGESTION,
    Amount,
    Assessment,
    Awaited,
    Judged,
    amounts,
    figures,
    messages,
    supplier,
)
from compliance.assessment.figures import Finding, bar, figure, measure_of, with_unit
from compliance.assessment.fingerprint import item_id
from compliance.assessment.messages import say_nobody
from compliance.assessment.scope import unattributed
from compliance.assessment.shares import cells as cells_of
from compliance.engine.results import Results, RulesetInfo
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import lang, msg, msg_in, pick, say
from compliance.kernel.submission import COMPULSORY
from compliance.ledger.columns import PROPOSED
from compliance.ledger.days import CURRENT, OFFICIAL, Days
from compliance.ledger.model import Row, Value, text_of
from compliance.render.documents.text import printable, shortened
from compliance.render.phrases import against, called, chosen, listed, named, outside, rulesets
from compliance.render.rectification.planning import UNPLANNED, Planned
from compliance.rules.language.model import REMEDY_FIGURES, Rule, version_in_words
from compliance.rules.reference.describe import demands

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DIGITS = "零一二三四五六七八九"
_STATES = ("unknown", "error", "not_checked")
_AFFECTED = 3
NONE = "—"
DOUBT = "※"  # beside what rests on figures with a warning


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One rule for one subject: an item of the county's list, an indicator of a school's sheet.

    id: the same from run to run (`item_id`). school_code: empty for the county. subject, problem … note: the columns of the official papers.
    brief: the problem without the name that the column 学校 shows. detail: what `note` says beside what
    the item blocks, for a paper that has no room for it there. lead: who leads without those that
    act with it; responsible: with them. person: who is named already (of a school its headteacher). deadline, progress, closed: as
    people wrote them, else as they stand until somebody does.
    met: true, false, or null where it is not decided. due: somebody has to act on it. blocking: it keeps the school's overall
    assessment from being met. amounts: the gap as numbers, for a sheet that adds up.
    """

    number: int
    id: str
    rule: str
    title: str
    school_code: str
    subject: str
    problem: str
    brief: str
    current: str
    standard: str
    floor: str
    state: str
    gap: str
    measure: str
    owner: str
    lead: str
    responsible: str
    person: str
    deadline: str
    progress: str
    closed: str
    detail: str
    note: str
    met: bool | None
    due: bool
    blocking: bool
    amounts: tuple[Amount, ...]

    @property
    def digest(self) -> str:
        """What is said of its figures, in six letters."""
        said = "\n".join((self.current, self.standard, self.gap, self.state))
        return sha256(said.encode()).hexdigest()[:6]


@dataclass(frozen=True, slots=True)
class AwaitedLine:
    """A fact that is missing, a statement that is awaited, or a rule that could not be computed.

    school_code: where the line is about a single school. state: the state in words. what: the
    fact's heading or the rule's title; at: the cell where it should stand, of a line about one school
    or the county itself. schools: how many, and `names` the first of them, each with its cell; 0 for
    the county itself. affects: the rules that wait for it.
    """

    number: int
    school_code: str
    state: str
    what: str
    at: str
    schools: int
    names: str
    affects: str
    owner: str


def paper_line(
    number: int, one: Judged, detail: str = "", planned: Planned | None = None
) -> PaperLine:
    """The line of a finding as the county's list has it; detail: see `detail`."""
    planned = planned or UNPLANNED.of(one, "")
    owner = planned.lead
    school = msg_in("school", "学校") if one.school else ""
    blocks = msg("影响综合评估") if one.blocking else ""
    mark = DOUBT if one.finding["warnings"] else ""
    return PaperLine(
        number=number,
        id=printable(
            item_id(one.school or one.finding["county_code"], one.finding["stage"], one.rule.id)
        ),
        rule=one.rule.id,
        title=title(one.rule),
        school_code=one.school,
        subject=one.subject,
        problem=_problem(one) + mark,
        brief=_brief(one) + mark,
        current=current(one),
        standard=_standard(one),
        floor=_floor(one),
        state=_state(one),
        gap=msg("；").join(map(quantity, amounts(one.finding))) or NONE,
        measure=measure(one),
        owner=owner,
        # 牵头单位/责任单位: who leads, with whom, and the school that acts.
        lead=msg("／").join(filter(None, (owner, school))),
        responsible=msg("／").join(filter(None, (planned.offices, school))),
        person=planned.person,
        deadline=deadline(),
        progress=progress(),
        closed="",
        detail=detail,
        note=msg("；").join(filter(None, (blocks, detail))),
        met={"pass": True, "fail": False}.get(one.status),
        # What is made of others awaits theirs.
        due=one.standing in (PROBLEM, OPEN, SUGGESTION) or (one.waits and not one.rule.of),
        blocking=one.blocking,
        amounts=amounts(one.finding),
    )


def carried(line: PaperLine, row: Row | None) -> PaperLine:
    """A line with what people wrote of it in the ledger; row: its own there, if it has one."""
    if row is None:
        return line

    def said(name: str, ours: str) -> str:
        proposed = name in PROPOSED and name not in row.people
        return ours if proposed else _written_text(row.cells.get(name)) or ours

    return replace(
        line,
        measure=said("measure", line.measure),
        person=said("person", line.person),
        deadline=said("deadline", line.deadline),
        progress=said("progress", line.progress),
        closed=said("closed", line.closed),
    )


def _written_text(value: Value) -> str:
    """What stands in a cell of the ledger: a day to the month, as deadlines are written."""
    if isinstance(value, date):
        return say("{y}年{m}月", y=value.year, m=value.month)
    return printable(text_of(value))


def awaited_lines(
    about: Assessment, titles: Mapping[str, str], holders: Mapping[str, str], *, by_school: bool
) -> tuple[AwaitedLine, ...]:
    """What is awaited, each once in the county, or once a school.

    In the county missing facts come first, then rules not computed, then statements. Who can supply
    it: of a fact its holder, else who answers for the rules.
    """
    grouped: dict[tuple[str, str, str, str], list[Awaited]] = {}
    for entry in about.awaited:
        what, who = _what(entry, titles), supplier(entry.judged.rule, entry.fact, holders)
        for school in (entry.schools or [""]) if by_school else [""]:
            key = (school, entry.judged.status, what, printable(who))
            grouped.setdefault(key, []).append(entry)
    entries = list(grouped.items())
    if not by_school:
        entries.sort(key=lambda entry: _STATES.index(entry[0][1]))
    lines = []
    for number, ((school, status, what, who), own) in enumerate(entries, 1):
        schools = {code: name for one in own for code, name in one.schools.items()}
        facts = dict.fromkeys(one.fact for one in own if one.fact)
        places = {code: cells_of(about, code, facts) for code in schools} if facts else {}
        names = [f"{name or code} {places.get(code, '')}".strip() for code, name in schools.items()]
        judged = {one.judged.place: one.judged.rule for one in own}
        affected = [judged[place].brief for place in sorted(judged)]
        at = places.get(school, "") if names else cells_of(about, "", facts)
        lines.append(
            AwaitedLine(
                number=number,
                school_code=school,
                state=figures.state(status),
                what=what,
                at=printable(at),
                schools=len(names),
                names=shortened(list(map(printable, names)), msg("等{count}所")) or msg("全县"),
                affects=shortened(affected, msg("等{count}项"), _AFFECTED),
                owner=who,
            )
        )
    return tuple(lines)


def _what(entry: Awaited, titles: Mapping[str, str]) -> str:
    """The heading of the missing fact, or the rule itself with the parts that wait."""
    one = entry.judged
    if entry.fact and one.status == "not_checked":
        return say("{f}为0：{todo}", f=heading(entry.fact, titles), todo=say_nobody())
    if entry.fact:
        return heading(entry.fact, titles)
    if doubtful(one):
        return say("{rule}（所据数据存疑，请核对）", rule=one.rule.label)
    told = one.finding["parts"] or ()
    parts = [part["name"] for part in told if part["status"] == one.status]
    if not parts or one.status == "unknown":
        return one.rule.label
    return say("{rule}（{parts}）", rule=one.rule.label, parts=listed(parts))


def quantity(amount: Amount, *, part: bool = True) -> str:
    """``590.91平方米``, ``超3个班``, ``音乐专用教室缺2间``; part: the part's name before it."""
    number = with_unit(figures.amount(amount.value), printable(amount.unit))
    if amount.over:
        return say("超{n}", n=number)
    if part and amount.part:
        return say("{of}缺{n}", of=printable(amount.part), n=number)
    return number


def title(rule: Rule) -> str:
    """An indicator by its heading, a clause of the law by its short name."""
    return rule.brief if rule.short else rule.label


def _problem(one: Judged) -> str:
    """The problem in a sentence, by figures; the law's clause is not said again."""
    if missed := _missed_parts(one):
        return say("{who}：{told}。", who=one.subject, told=missed)
    return str(one.finding["message"]).removesuffix(messages.say_doubt())


def _brief(one: Judged) -> str:
    """The same without its subject, where a column beside it names that."""
    if missed := _missed_parts(one):
        return say("{told}。", told=missed)
    sentence = _problem(one)
    if not one.school or not sentence.startswith(one.subject):
        return sentence
    return sentence.removeprefix(one.subject).lstrip("：: ") or sentence


def _missed_parts(one: Judged) -> str:
    """``美术专用教室0间，应有1间，缺1间``: what a rule of several parts misses; empty for any other."""
    if one.status != "fail":
        return ""
    failed = [part for part in one.finding["parts"] if part["status"] == "fail"]
    return msg("；").join(against(one.rule, one.finding, part) for part in failed)


def current(one: Judged) -> str:
    """现状值: the figure as the forms ask, or the state where there is none."""
    finding = one.finding
    if parts := _parts(finding):
        return msg("；").join(
            named(part["name"], figure(one.rule, finding, part) or figures.state(part["status"]))
            for part in parts
        )
    if finding["value"] is not None:
        return figure(one.rule, finding)
    if amounts(finding) or one.status in ("unknown", "not_checked", "error"):
        return NONE
    if one.rule.statement != "vetoes":
        return figures.state(one.status)
    return msg("存在该情形") if one.status == "fail" else msg("不存在该情形")


def _parts(finding: Finding) -> list[Finding]:
    """The parts to show: of a missed rule the missed ones, else all."""
    failed = [part for part in finding["parts"] if part["status"] == "fail"]
    return failed if finding["status"] == "fail" else list(finding["parts"])


def _standard(one: Judged) -> str:
    """标准值: ``≥3人``."""
    parts = [part for part in _parts(one.finding) if part["threshold"] is not None]
    if parts:
        return msg("；").join(named(part["name"], bar(one.rule, part)) for part in parts)
    if one.finding["threshold"] is None:
        told = msg("；").join(
            say("{label}：{words}", label=a, words=b) for a, b in demands(one.rule)
        )
        return printable(told) or NONE
    return bar(one.rule, one.finding)


def _floor(one: Judged) -> str:
    """What a missed indicator must reach at least where one miss is allowed: ``2.55人``."""
    value = one.finding["floor"]
    if value is None:
        return NONE
    return with_unit(figures.plain(round(float(value), 6)), measure_of(one.finding["unit"]))


def _state(one: Judged) -> str:
    if one.standing == SUGGESTION:
        return msg("未达标（建议提升）")
    if one.standing == OPEN:
        return msg("未达标（待定）")
    if one.standing == EXCUSED and one.status == "fail":
        return msg("未达标（已豁免）")
    return msg("数据存疑") if doubtful(one) else figures.state(one.status)


def doubtful(one: Judged) -> bool:
    """Whether a figure is there, but such that nothing follows from it: a negative area."""
    finding = one.finding
    return one.status == "unknown" and not finding["missing"] and finding["value"] is not None


def measure(one: Judged, own: Amount | None = None) -> str:
    """整改措施: the rule's remedy with the figures filled in; own: what a single school has to add."""
    remedy = printable(pick(one.rule.remedy, one.rule.remedy_en))
    known = {
        name: figures.amount(one.finding[name])
        for name in REMEDY_FIGURES
        if one.finding[name] is not None
    }
    if own is not None:
        known["excess" if own.over else "shortfall"] = figures.amount(own.value)
    if all(name in known for name in _PLACEHOLDER.findall(remedy)):
        return _PLACEHOLDER.sub(lambda found: known[found[1]], remedy)
    return msg("；").join(_steps(one)) or _PLACEHOLDER.sub(NONE, remedy)


def _steps(one: Judged) -> Iterator[str]:
    """A sentence for every amount where the remedy speaks of a single one."""
    for amount in amounts(one.finding):
        what = amount.part or one.rule.brief
        number = with_unit(figures.amount(amount.value), printable(amount.unit))
        if amount.over:
            yield say("{what}：减少{n}", what=what, n=number)
        else:
            yield say("{what}：增加{n}", what=what, n=number)


def detail(one: Judged, about: Assessment, record: Mapping[str, Any]) -> str:
    """Whose the gap is, and which doubtful figures the item rests on.

    record: the school's, as submitted; may be empty.
    """
    pieces = []
    if one.whole and amounts(one.finding):
        pieces.append(_whole_gap(one, about, record))
    if codes := one.finding["warnings"]:
        texts = dict.fromkeys(
            printable(warning.message).rstrip("。.")
            for code in codes
            for warning in about.warnings
            if warning.code == code and _bears_on(warning, one)
        )
        tail = msg_in("etc. ({count})", "等{count}处")
        told = shortened(list(texts or map(printable, codes)), tail, 2)
        doubt = (
            msg("数据存疑，未计入合计：{texts}") if one.implausible else msg("数据存疑：{texts}")
        )
        pieces.append(doubt.format(texts=told))
    return msg("；").join(pieces)


def _whole_gap(one: Judged, about: Assessment, record: Mapping[str, Any]) -> str:
    """``缺口按全校计：初中达标，全校需…平方米，现有…平方米``: what the school as a whole needs.

    The figures stand only where they agree with the value that was judged.
    """
    finding, sums = one.finding, one.rule.indicator and about.grounds
    has: Decimal | None = None
    if sums and finding["value"] and finding["threshold"] and finding["shortfall"]:
        weights = sums.ruleset.indicators[one.rule.indicator or ""].of.facts
        given = [record.get(fact) for fact in weights]
        if all(isinstance(value, (int, float)) for value in given):
            has = sum(
                (
                    weight * Decimal(str(value))
                    for weight, value in zip(weights.values(), given, strict=True)
                ),
                Decimal(0),
            )
    if has is None or has <= 0:
        return msg("缺口按全校计：各学段共用")
    needs = has + Decimal(str(finding["shortfall"]))
    if not math.isclose(needs / has, finding["threshold"] / finding["value"], rel_tol=0.01):
        return msg("缺口按全校计：各学段共用")
    unit = printable(finding["shortfall_unit"] or "")
    return say(
        "缺口按全校计：{stage}达标，全校需{needs}，现有{has}",
        stage=figures.stage(finding["stage"]),
        needs=with_unit(figures.amount(float(needs)), unit),
        has=with_unit(figures.amount(float(has)), unit),
    )


def _bears_on(warning: Problem, one: Judged) -> bool:
    """Whether a warning is about a figure that the finding rests on: of its rule, school, stage."""
    if one.school and warning.school_code not in (one.school, None):
        return False
    stage = one.finding["stage"]
    others = tuple(f"{other}_" for other in COMPULSORY if stage not in (None, other))
    return any(fact in one.rule.facts and not fact.startswith(others) for fact in warning.facts)


def heading(fact: str, titles: Mapping[str, str]) -> str:
    """The heading of a fact; of one column of a table (monitoring.level) the table's."""
    return printable(titles.get(fact) or titles.get(fact.split(".", maxsplit=1)[0]) or fact)


def deadline() -> str:
    """What stands in the column 完成时限 until it is filled in: to the month."""
    return msg("　　年　月")


def progress() -> str:
    """What stands in the column 整改进展 at first."""
    return msg("未启动")


def school_year(year: int) -> str:
    """``2023—2024学年``."""
    return say("{a}—{b}学年", a=year, b=year + 1)


def dates(days: Days) -> str:
    """``数据日期：2026年6月30日（动态数据）；生成日期：2026年7月1日``: for the head of a paper."""
    kinds = {OFFICIAL: msg("正式数据"), CURRENT: msg("动态数据")}
    told = [kinds[days.kind]] if days.kind else []
    if not days.stated:
        told.append(msg("未注明，按评估时点"))
    text = say("数据日期：{day}", day=_written(days.written))
    if told:
        text += say("（{t}）", t=msg("，").join(told))
    if days.today is None:
        return text
    return text + msg("；") + say("生成日期：{day}", day=in_words(days.today))


def _written(day: str) -> str:
    """``2026年``, ``2026年6月``, ``2026年6月30日``: as precise as it is written."""
    year, *rest = map(int, day.split("-"))
    if not rest:
        return say("{y}年", y=year)
    if len(rest) == 1:
        return say("{y}年{m}月", y=year, m=rest[0])
    return in_words(date.fromisoformat(day))


def in_words(day: date) -> str:
    """``2026年6月30日``."""
    return say("{d.year}年{d.month}月{d.day}日", d=day)


def ordinal(number: int) -> str:
    """一, 十二, 二十: the number of a heading; from 100 on, and in English, digits."""
    if lang() != "zh" or number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def ruleset_of(report: Results, about: Assessment) -> RulesetInfo:
    """The rule set that judged a county."""
    county = about.county
    return next(
        (one for one in report.rulesets if (one.id, one.as_of) == (county.ruleset, county.as_of)),
        RulesetInfo(county.ruleset, "", county.as_of, (), county.ruleset, county.ruleset),
    )


def basis(report: Results, info: RulesetInfo, *, doubts: bool) -> str:
    """By which documents and rule set, as of when: one line for the head of a paper.

    doubts: with what was not seen of the documents.
    """
    day = date.fromisoformat(info.as_of)
    documents = info.source if doubts else msg("；").join(one.name for one in info.documents)
    text = say(
        "{source}；{title}，规则集 {id} {version}；评估时点 {as_of}",
        title=printable(pick(info.title, info.title_en)),
        source=printable(documents),
        id=info.id,
        version=version_in_words(info.version),
        as_of=in_words(day),
    )
    return text + _chosen(report)


def _chosen(report: Results) -> str:
    """What was switched on or enforced beyond the rule set: a reader must see it."""
    manifest = report.manifest
    given = [one for key in ("enforced", "switches") for one in chosen(manifest, key)]
    words = [printable(called(one, rulesets(report))) for one in given]
    rules = [
        printable(called(one["rule"], rulesets(report)))
        for one in chosen(manifest, "confirmations")
    ]
    return (
        (say("；另行启用：{text}", text=listed(words)) if words else "")
        + (msg("；严格判定") if manifest.get("strict") else "")
        + (say("；依据经确认：{text}", text=listed(rules)) if rules else "")
    )


def conclusion(about: Assessment) -> str:
    """The county's verdict and what it rests on: ``未达标（资源配置达标，一票否决不达标）。``

    What the conclusion asks beside the blocks (vetoes, eligibility) is named where it is not met.
    """
    told = [
        named(printable(one.title), figures.state(one.status))
        for one in about.decisive
        if one.id or one.status not in ("pass", "not_applicable")
    ]
    verdict = figures.verdict(about.county.verdict)
    text = say("县域结论：{v}。", v=verdict)
    if told:
        text = say("县域结论：{v}（{l}）。", v=verdict, l=msg("，").join(told))
    why = unattributed(about.county.unattributed)
    return text + (say("{l}。", l=why) if why else "") + outside(about, schools=False)
