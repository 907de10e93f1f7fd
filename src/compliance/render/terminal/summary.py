"""The summary on a terminal: what an officer reads first, in 80 columns, no colour needed."""

from __future__ import annotations

from typing import BinaryIO

from compliance.engine.findings.report import Report
from compliance.kernel.i18n import say
from compliance.render.digest.digest import digest
from compliance.render.terminal.lines import Lines
from compliance.render.terminal.many_counties import overview
from compliance.render.terminal.one_county import details

_WARNINGS = 20


def summary(report: Report, colour: bool, width: int = 80) -> str:
    """The whole summary, without a line break at its end; ANSI colours only where `colour`."""
    sheet = Lines(width, colour)
    if len(report.counties) == 1:
        details(sheet, report, digest(report, report.counties[0]))
    elif report.counties:
        overview(sheet, report)
    _refused(sheet, report)
    _problems(sheet, report)
    return sheet.text()


def plain_text(report: Report, stream: BinaryIO) -> None:
    """The summary as a file."""
    stream.write((summary(report, colour=False) + "\n").encode())


def _refused(sheet: Lines, report: Report) -> None:
    if not report.refused:
        return
    sheet.head(
        say(
            "数据有误，未判定（{count}个县）",
            "Not judged because of errors in the figures ({count})",
            count=len(report.refused),
        )
    )
    for one in report.refused:
        year = say("{year}学年", "school year {year}", year=one.year) if one.year else ""
        sheet.item(f"{one.county_name} {one.county_code} {year}".strip())


def _problems(sheet: Lines, report: Report) -> None:
    """Every error; of the warnings the first ones."""
    errors = [one for one in report.problems if one.severity == "error"]
    warnings = [one for one in report.problems if one.severity != "error"]
    for title, listed, limit in (
        (say("错误（{count}处）", "Errors ({count})", count=len(errors)), errors, len(errors)),
        (say("提示（{count}处）", "Warnings ({count})", count=len(warnings)), warnings, _WARNINGS),
    ):
        if listed:
            sheet.head(title)
        for problem in listed[:limit]:
            sheet.item(problem.line())
        if len(listed) > limit:
            more = len(listed) - limit
            sheet.item(say("另有{more}处提示", "{more} more warnings", more=more))
