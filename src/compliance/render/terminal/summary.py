"""The summary on a terminal: what an officer reads first, no colour needed.

Of one county first what decides, then what to do, then the details; of several counties the totals,
a table by rank and a line a county. On a terminal it is broken into lines of its width; a text for elsewhere has a line a paragraph,
so that nothing of it is torn where it is copied to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from compliance.assessment import Assessment, assess, block_titles
from compliance.assessment.figures import SIGNS, state, verdict
from compliance.assessment.submissions import SUPERSEDED, submissions
from compliance.engine.results import Results
from compliance.kernel.errors import summed_up
from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.terminal_text import style
from compliance.render import baseline, phrases
from compliance.render.documents.text import BETWEEN, columns, printable, row, wrap
from compliance.render.report.index import CountyIndex, RankedCounty, county_index, order_told
from compliance.render.waived import waived_lines

_SCHOOLS, _GAPS, _TITLE = 20, 30, 30
_EACH = 200  # counties told one by one
_NAME = 12
_BOLD, _RED, _GREEN, _YELLOW, _END = (style(number) for number in (1, 31, 32, 33, 0))
_COLOURS = {"✓": _GREEN, "✗": _RED, "!": _RED, "?": _YELLOW}


def summary(report: Results, colour: bool, width: int | None = None) -> str:
    """The whole summary, without a line break at its end; ANSI colours only where `colour`.

    width: the terminal's; None: a line a paragraph.
    """
    sheet = Lines(width, colour)
    known = report.baseline
    if known is not None and known.only_new:
        for status, told in baseline.verdicts(report):
            sheet.state(status, told, "")
    elif len(report.counties) == 1:
        _details(sheet, report, assess(report, report.counties[0]))
    elif report.counties:
        _overview(sheet, report)
    if known is not None:
        for title, lines in baseline.sections(report, known):
            sheet.section(title, lines)
    _refused(sheet, report)
    _problems(sheet, report)
    return sheet.text()


def verdicts(report: Results, colour: bool, width: int | None = None) -> str:
    """A line a county: which, and whether it conforms; else as `summary`."""
    sheet = Lines(width, colour)
    for county in report.counties:
        told = say("{county}：{word}", county=phrases.county(county), word=verdict(county.verdict))
        sheet.state(county.verdict, told, "", "  ")
    return sheet.text()


def plain_text(report: Results, stream: BinaryIO) -> None:
    """The summary as a file."""
    stream.write((summary(report, colour=False) + "\n").encode())


def _details(sheet: Lines, report: Results, about: Assessment) -> None:
    """Everything on one county, nothing twice, empty sections left out."""
    _head(sheet, report, about)
    sheet.section(msg("接下来"), phrases.next_steps(about))
    _states(sheet, about)
    sheet.section(msg("仅凭放宽规定或所选口径达标"), phrases.relaxed(about, report))
    sheet.section(msg("不达标的县级指标"), phrases.reasons(about))
    _schools(sheet, about)
    for title, lines in phrases.shortages(about):
        sheet.section(title, lines)
    _waived(sheet, about)
    _awaited(sheet, about, report.titles)
    sheet.section(msg("参考结果（不计入结论）"), phrases.advice(about.advice))
    sheet.head(msg("判定依据"))
    _rules(sheet, report)
    if told := phrases.bases(about):
        sheet.line(told)


def _rules(sheet: Lines, report: Results) -> None:
    """Which rules judged, and what makes this judgement differ from the usual one."""
    for info in report.rulesets:
        sheet.line(say("规则：{rules}", rules=phrases.ruleset(info)))
    for line in phrases.changes(report.manifest, phrases.rulesets(report)):
        sheet.line(line)


def _head(sheet: Lines, report: Results, about: Assessment) -> None:
    county = about.county
    sheet.head(phrases.county(county))
    word = verdict(county.verdict)
    sheet.state(county.verdict, say("结论：{word}", word=word), "", "  ")
    withheld = phrases.withheld(about, report.manifest)
    for told in (phrases.decided(about), withheld, phrases.outside(about)):
        if told:
            sheet.line(told)


def _states(sheet: Lines, about: Assessment) -> None:
    """The blocks, then the rest that the conclusion asks, one a line."""
    sheet.head(msg("各部分"))
    blocks = [columns(one.title) for one in about.decisive if one.id]
    title_width = min(max(blocks, default=0), _TITLE)
    state_width = max((columns(state(one.status)) for one in about.decisive), default=0)
    hanging = " " * (len("  ✗ ") + title_width + len("  ") + state_width + len("  "))
    for one in about.decisive:
        title, word = printable(one.title), state(one.status)
        told = row([title, word, phrases.counted(one)], [title_width, state_width, 0])
        sheet.state(one.status, told, hanging=hanging)
    sheet.line()
    sheet.line(phrases.conforming(about))
    if about.doubtful:
        sheet.line(say("有{n}项判定所依据的数据有提示，见文末。", n=about.doubtful))
    if broken := phrases.listed(about.broken):
        sheet.state("error", say("规则出错，未作判定：{rules}", rules=broken))


def _schools(sheet: Lines, about: Assessment) -> None:
    count = len(about.falling_short)
    lines = [phrases.school(one, about.rules) for one in about.falling_short[:_SCHOOLS]]
    if count > _SCHOOLS:
        lines.append(say("另有{more}所，见整改清单（compliance rectify）", more=count - _SCHOOLS))
    sheet.section(say("未达标学校（{count}所）", count=count), lines)


def _waived(sheet: Lines, about: Assessment) -> None:
    lines = [one.told for one in waived_lines(about)]
    sheet.section(say("已备案豁免（{n}项，不计为达标）", n=len(lines)), lines)


def _awaited(sheet: Lines, about: Assessment, titles: Mapping[str, str]) -> None:
    facts, rest = phrases.awaited(about, titles)
    lines = facts[:_GAPS]
    if len(facts) > _GAPS:
        lines.append(say("另缺{more}组数据", more=len(facts) - _GAPS))
    sheet.section(msg("尚缺的数据和佐证"), [*lines, *rest])


def _overview(sheet: Lines, report: Results) -> None:
    """The table of counties as given, the totals, and where to find more."""
    sheet.head(say("{counties}的判定结果", counties=_counties(report)))
    _totals(sheet, report)
    sheet.line()
    index = county_index(report)
    _table(sheet, report, index)
    _each(sheet, index)
    sheet.line()
    _rules(sheet, report)


def _table(sheet: Lines, report: Results, index: CountyIndex) -> None:
    blocks = block_titles(report)
    names = [one.name for one in index.rows]
    if len({county.year for county in report.counties}) > 1:
        names = [f"{one.name} {one.county.year}" for one in index.rows]
    head, rows = _cells(index, list(blocks))
    place = msg("县（市、区）")
    widths = [max(map(columns, column)) for column in zip(head, *rows, strict=True)]
    # What the other columns leave is for the names; a longer one has a line of its own.
    longest = max(map(columns, [place, *names]))
    name_width = longest
    if sheet.width is not None:
        room = sheet.width - sum(widths) - len(BETWEEN) * len(widths)
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
    sheet.line(msg("；").join(f"{block} {title}" for block, title in blocks.items()))
    sheet.line(_legend())
    sheet.line(order_told())


def _cells(index: CountyIndex, blocks: list[str]) -> tuple[list[str], list[list[str]]]:
    """The headings and the counties' rows, without the names: code, verdict, signs, two numbers."""
    head = [
        msg("代码"), msg("结论"), *blocks, msg_in("others", "其他"),
        msg("未达标校"), msg("缺数据"),
    ]  # fmt: skip
    rows = []
    for one in index.rows:
        failed = one.county.verdict == "fail"
        word = msg_in("fails", "未达标") if failed else verdict(one.county.verdict)
        rows.append(
            [
                printable(one.county.county_code),
                f"{one.verdict.sign} {word}",
                *(SIGNS.get(cell.mark.status, "?") for cell in one.blocks),
                str(one.schools),
                str(one.missing),
            ]
        )
    return head, rows


def _each(sheet: Lines, index: CountyIndex) -> None:
    """Each county's file, requirements by part, what decides: of so many as people read through."""
    if len(index.rows) > _EACH:
        return
    sheet.section(
        msg("各县（达标/不达标/未定的要求数）"), [_told(one, index) for one in index.rows]
    )


def _told(one: RankedCounty, index: CountyIndex) -> str:
    head = f"{one.rank} {one.name} {one.county.county_code} {one.county.year}{msg('：')}"
    parts = [f"{title} {cell.told}" for title, cell in zip(index.blocks, one.blocks, strict=True)]
    told = [msg("，").join(parts)]
    if one.decides:
        told.append(say("决定结论：{what}", what=one.decides))
    told.append(say("学校{n}所，数据问题{m}处", n=one.of, m=one.problems))
    if one.file:
        version = say("（版本{v}）", v=one.version) if one.version else msg("（无版本标记）")
        told.append(one.file + version)
    return head + msg("；").join(told)


def _legend() -> str:
    signs = {
        "pass": state("pass"),
        "fail": state("fail"),
        "unknown": msg("／").join(map(state, ("unknown", "not_checked", "waived"))),
        "error": state("error"),
        "not_applicable": state("not_applicable"),
    }
    explained = msg("；").join(f"{SIGNS[key]} {word}" for key, word in signs.items())
    return explained + msg(
        "；其他：一票否决、申报条件等；未达标校：有几所学校未达标；缺数据：还缺几项数据"
    )


def _totals(sheet: Lines, report: Results) -> None:
    found = Counter(county.verdict for county in report.counties)
    order = ("pass", "fail", "undecided")
    each = msg("{word}{n}个")
    if len({county.county_code for county in report.counties}) < len(report.counties):
        each = msg("{word}{n}份")  # a county has several school years
    told = [each.format(word=verdict(key), n=found[key]) for key in order if found[key]]
    sheet.line(say("合计{counties}：{l}。", counties=_counties(report), l=msg("，").join(told)))
    sheet.line(
        msg(
            "逐县明细、离群的数字和现场核查清单：用 -o html:总览.html 输出网页，-o xlsx:总览.xlsx 输出工作簿。"
        )
    )


def _counties(report: Results) -> str:
    return phrases.counties((one.county_code, one.year) for one in report.counties)


def _refused(sheet: Lines, report: Results) -> None:
    told = phrases.counties((one.county_code, one.year) for one in report.refused)
    lines = []
    for one in report.refused:
        year = say("{year}学年", year=one.year) if one.year else ""
        lines.append(f"{one.county_name} {one.county_code} {year}".strip())
    sheet.section(say("数据有误，未判定（{counties}）", counties=told), lines)
    older = [one for one in submissions(report) if one.state == SUPERSEDED]
    sheet.section(
        say("已有新版，未判定（{n}份）", n=len(older)),
        [
            say("{file}（版本{v}）：{why}", file=printable(one.file), v=one.version, why=one.why)
            for one in older
        ],
    )


def _problems(sheet: Lines, report: Results) -> None:
    """Every error; the warnings by kind."""
    errors = [one for one in report.problems if one.severity == "error"]
    count = len(report.problems) - len(errors)
    told = [one.line() for one in summed_up(errors)]
    sheet.section(say("错误（{count}处）", count=len(errors)), told)
    kinds = phrases.warnings(report.problems)
    sheet.section(say("提示（{count}处）", count=count), kinds)
    if count > len(kinds):
        sheet.item(msg("同类的只列首处；逐条见 compliance validate 或 -o json:结果.json"))


class Lines:
    """Lines of at most `width` columns, or a line a paragraph; `colour` adds emphasis and never meaning."""

    def __init__(self, width: int | None, colour: bool) -> None:
        self.width, self.colour = width, colour
        self._lines: list[str] = []

    def head(self, text: str) -> None:
        """A heading, with a blank line before it."""
        if self._lines:
            self._lines.append("")
        self._lines += [self._paint(line, _BOLD) for line in wrap(printable(text), self.width)]

    def line(self, text: str = "") -> None:
        """A paragraph at the margin; a blank line without `text`."""
        self._lines += wrap(printable(text), self.width) if text else [""]

    def section(self, title: str, points: Sequence[str]) -> None:
        """A heading with points below it; nothing where there are none."""
        if points:
            self.head(title)
        for point in points:
            self.item(point)

    def item(self, text: str) -> None:
        """A point of a list."""
        self._lines += wrap(printable(text), self.width, "  ", "    ")

    def state(self, status: str, text: str, indent: str = "  ", hanging: str = "    ") -> None:
        """A line that begins with the sign of a state; words for it must stand in `text`.

        `text` is laid out already and safe to print.
        """
        sign = SIGNS.get(status, "?")
        first, *more = wrap(f"{sign} {text}", self.width, indent, hanging)
        painted = self._paint(sign, _COLOURS.get(sign, ""))
        self._lines += [first.replace(sign, painted, 1), *more]

    def row(self, text: str) -> None:
        """A line of a table, already laid out; `text` must be safe to print."""
        self._lines.append(text)

    def text(self) -> str:
        """Everything written so far."""
        return "\n".join(self._lines)

    def _paint(self, text: str, code: str) -> str:
        return f"{code}{text}{_END}" if self.colour and code else text
