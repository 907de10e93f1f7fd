"""One county in the terminal summary: the verdict, what decides it, what is missing, by whom."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.engine.findings.report import Report
from compliance.kernel.i18n import say
from compliance.render.digest import phrases, ruleset_note
from compliance.render.digest.digest import Digest
from compliance.render.documents.number_format import state, verdict
from compliance.render.documents.printable import printable
from compliance.render.documents.text_width import columns, row
from compliance.render.terminal.lines import Lines

_SCHOOLS, _GAPS, _TITLE = 20, 30, 30


def details(sheet: Lines, report: Report, about: Digest) -> None:
    """Everything on one county, nothing twice, empty sections left out."""
    _head(sheet, report, about)
    _states(sheet, about)
    _section(
        sheet,
        say("仅凭放宽规定或所选口径达标", "Met only by a relaxation or a chosen reading"),
        ruleset_note.relaxed(about.findings, about.rules),
    )
    _section(sheet, say("不达标的县级指标", "County rules not met"), phrases.reasons(about))
    _schools(sheet, about)
    for weight, title in phrases.weights().items():
        lacking = [one for one in about.shortages if one.weight == weight]
        _section(sheet, title, [phrases.shortage(one, about.rules) for one in lacking])
    _open(sheet, about, report.titles)
    _section(
        sheet,
        say("参考结果（不计入结论）", "Beside the verdict, without weight in it"),
        phrases.advices(about.advice),
    )


def rules(sheet: Lines, report: Report) -> None:
    """Which rules judged, and what makes this judgement differ from the usual one."""
    for info in report.rulesets:
        sheet.line(say("规则：{rules}", "Rules: {rules}", rules=ruleset_note.ruleset(info)))
    for line in ruleset_note.changes(report.manifest):
        sheet.line(line)


def _section(sheet: Lines, title: str, lines: list[str]) -> None:
    if lines:
        sheet.head(title)
    for line in lines:
        sheet.item(line)


def _head(sheet: Lines, report: Report, about: Digest) -> None:
    county = about.county
    sheet.head(
        say(
            "{name}（{code}） {year}学年",
            "{name} ({code}), school year {year}",
            name=printable(county.county_name),
            code=county.county_code,
            year=county.year,
        )
    )
    rules(sheet, report)
    if told := ruleset_note.bases(county):
        sheet.line(told)
    sheet.line()
    word = verdict(county.verdict)
    sheet.state(county.verdict, say("结论：{word}", "Verdict: {word}", word=word), "", "  ")
    if reason := ruleset_note.withheld(about.findings, county, report.manifest):
        sheet.line(reason)


def _states(sheet: Lines, about: Digest) -> None:
    """The blocks, then the rest that the conclusion asks, one a line."""
    sheet.line()
    blocks = [columns(group.title) for group in about.groups if group.id]
    title_width = min(max(blocks, default=0), _TITLE)
    state_width = max((columns(state(group.status)) for group in about.groups), default=0)
    hanging = " " * (len("  ✗ ") + title_width + len("  ") + state_width + len("  "))
    for group in about.groups:
        title, word = printable(group.title), state(group.status)
        told = row([title, word, phrases.counted(group)], [title_width, state_width, 0])
        sheet.state(group.status, told, hanging=hanging)
    sheet.line()
    sheet.line(phrases.conforming(about))
    if about.doubtful:
        sheet.line(
            say(
                "有{n}项判定所依据的数据有提示，见文末。",
                "Figures behind {n} of the findings carry a warning, see the end.",
                n=about.doubtful,
            )
        )
    if about.broken:
        broken = phrases.listed(about.broken)
        sheet.state(
            "error", say("规则出错，未作判定：{rules}", "Rules that broke: {rules}", rules=broken)
        )


def _schools(sheet: Lines, about: Digest) -> None:
    count = len(about.misses)
    lines = [phrases.school(miss, about.rules) for miss in about.misses[:_SCHOOLS]]
    if count > _SCHOOLS:
        lines.append(
            say(
                "另有{more}所，见整改清单（compliance rectify）",
                "{more} more: see the rectification lists (compliance rectify)",
                more=count - _SCHOOLS,
            )
        )
    title = say("未达标学校（{count}所）", "Schools that fall short ({count})", count=count)
    _section(sheet, title, lines)


def _open(sheet: Lines, about: Digest, titles: Mapping[str, str]) -> None:
    """What is still missing, and who can supply it."""
    lines = [phrases.gap(gap, titles) for gap in about.gaps[:_GAPS]]
    if len(about.gaps) > _GAPS:
        more = len(about.gaps) - _GAPS
        lines.append(say("另缺{more}组数据", "{more} more groups of figures", more=more))
    lines += [phrases.statement(ids, owner) for ids, owner in about.statements]
    if about.waived:
        lines.append(phrases.waived(about.waived))
    _section(sheet, say("尚缺的数据和佐证", "Still missing, and from whom"), lines)
