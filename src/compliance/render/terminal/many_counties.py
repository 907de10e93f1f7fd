"""Several counties in the terminal summary: a table and totals, no details."""

from __future__ import annotations

from collections import Counter

from compliance.engine.findings.report import CountyResult, Report
from compliance.kernel.i18n import pick, say
from compliance.render.digest.overview import Load, block_titles, load
from compliance.render.documents.number_format import SIGNS, state, verdict
from compliance.render.documents.printable import printable
from compliance.render.documents.text_width import BETWEEN, columns, row, wrap
from compliance.render.terminal.lines import Lines
from compliance.render.terminal.one_county import rules

_NAME = 12


def overview(sheet: Lines, report: Report) -> None:
    """The table of counties as given, the totals, and where to find more."""
    count = len(report.counties)
    sheet.head(say("{count}个县的判定结果", "Results of {count} counties", count=count))
    rules(sheet, report)
    sheet.line()
    _table(sheet, report)
    _totals(sheet, report)


def _table(sheet: Lines, report: Report) -> None:
    blocks = block_titles(report)
    years = {county.year for county in report.counties}
    names = [_name(county, years) for county in report.counties]
    head, rows = _cells(report, list(blocks))
    place = say("县（市、区）", "county")
    widths = [max(map(columns, column)) for column in zip(head, *rows, strict=True)]
    # What the other columns leave is for the names; a longer one has a line of its own.
    room = sheet.width - sum(widths) - len(BETWEEN) * len(widths)
    longest = max(map(columns, [place, *names]))
    name_width = max(min(longest, _NAME, room), columns(place))
    widths.insert(1, name_width)
    sheet.row(row([head[0], place, *head[1:]], widths, right=2))
    for (code, *cells), name in zip(rows, names, strict=True):
        fits = columns(name) <= name_width
        for line in (
            () if fits else wrap(f"{code}{BETWEEN}{name}", sheet.width, "", " " * widths[0])
        ):
            sheet.row(line)
        sheet.row(row([code, name if fits else "", *cells], widths, right=2))
    sheet.line()
    sheet.line(pick("；", "; ").join(f"{block} {title}" for block, title in blocks.items()))
    sheet.line(_legend())


def _cells(report: Report, blocks: list[str]) -> tuple[list[str], list[list[str]]]:
    """The headings and the counties' rows, without the names: code, verdict, signs, two numbers."""
    loads = load(report)
    head = [
        say("代码", "code"), say("结论", "verdict"), *blocks, say("其他", "others"),
        say("未达标校", "schools"), say("缺数据", "missing"),
    ]  # fmt: skip
    rows = []
    for county in report.counties:
        own = loads.get((county.county_code, county.year), Load())
        states = [county.blocks.get(block, "not_applicable") for block in blocks]
        word = say("未达标", "fails") if county.verdict == "fail" else verdict(county.verdict)
        rows.append(
            [
                printable(county.county_code),
                f"{SIGNS[county.verdict]} {word}",
                *(SIGNS.get(one, "?") for one in (*states, own.beside)),
                str(own.schools),
                str(own.missing),
            ]
        )
    return head, rows


def _name(county: CountyResult, years: set[int]) -> str:
    name = printable(county.county_name)
    return f"{name} {county.year}" if len(years) > 1 else name


def _legend() -> str:
    signs = {
        "pass": state("pass"),
        "fail": state("fail"),
        "unknown": pick("／", " / ").join(map(state, ("unknown", "not_checked", "waived"))),
        "error": state("error"),
        "not_applicable": state("not_applicable"),
    }
    explained = pick("；", "; ").join(f"{SIGNS[key]} {word}" for key, word in signs.items())
    return explained + say(
        "；其他：一票否决、申报条件等；未达标校：有几所学校未达标；缺数据：还缺几项数据",
        "; others: vetoes, eligibility and the like; schools: those that fall short;"
        " missing: figures not given",
    )


def _totals(sheet: Lines, report: Report) -> None:
    found = Counter(county.verdict for county in report.counties)
    listed = pick("，", ", ").join(
        pick("{word}{n}个", "{word} {n}").format(word=verdict(word), n=found[word])
        for word in ("pass", "fail", "undecided")
        if found[word]
    )
    sheet.line()
    sheet.line(
        say(
            "合计{n}个县：{listed}。",
            "{n} counties: {listed}.",
            n=len(report.counties),
            listed=listed,
        )
    )
    sheet.line(
        say(
            "逐县明细：只输入一个县，或用 -o html:报告.html 输出网页报告。",
            "For details give one county only, or write a page with -o html:report.html.",
        )
    )
