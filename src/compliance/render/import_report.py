"""What an import made of people's own tables: printed, and as the sheet 导入说明 of the workbook it writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from compliance.assessment.blanks import Blank
from compliance.engine.results import Results
from compliance.facts.units import as_printed
from compliance.facts.vocabulary import Vocabulary, titles
from compliance.intake.own_tables.mapping import TableMapping
from compliance.intake.own_tables.read_columns import ReadColumn
from compliance.kernel.errors import Problem, summed_up
from compliance.kernel.i18n import in_language, msg, plural, say
from compliance.kernel.submission import BlankIsZero
from compliance.render import phrases
from compliance.render.documents.text import printable, shortened
from compliance.render.documents.xlsx import Book, Column, Untyped
from compliance.render.missing_figures import lacking

SHEET = "导入说明"
_RULES = 6  # so many rules that wait for a figure are named


@dataclass(frozen=True)
class ImportReport:
    """What is to be said of an import.

    files: those that were read. columns: of all their tables. zeros: where a blank was taken for zero.
    mapping: what was confirmed. problems: of reading and of the figures. judged: the county as far as
    it can be, for what it lacks. Said in the language of whoever asks.
    """

    files: Sequence[str]
    schools: int
    columns: Sequence[ReadColumn]
    zeros: Sequence[BlankIsZero]
    mapping: TableMapping | None
    problems: Sequence[Problem]
    judged: Sequence[Results]
    words: Vocabulary

    def of(self, *states: str) -> list[ReadColumn]:
        """The columns in one of these states."""
        return [one for one in self.columns if one.state in states]

    def confirmed(self) -> str:
        """Whose mapping was used; empty without one."""
        if self.mapping is None:
            return ""
        day = self.mapping.confirmed_on
        signed = [self.mapping.confirmed_by, "" if day is None else day.isoformat()]
        told = " ".join(filter(None, signed)) or msg("没有写确认人")
        return say("列对应关系：{file}（{signed}）", file=self.mapping.source, signed=told)

    def taken_for_zero(self) -> list[str]:
        """The columns whose blanks were taken for zero, and how many there were."""
        return [_zero(one) for one in self.zeros if one.cells]

    def lacks(self) -> Iterator[tuple[Blank, str]]:
        """What keeps rules undecided, the most pressing first, and how to say it."""
        named = titles(self.words)
        for one in (one for report in self.judged for one in lacking(report)):
            for blank in one.blanks:
                yield blank, _lacks(blank, named)


def became(one: ReadColumn) -> str:
    """The facts that figures of a column became, with their names; empty where it became none."""
    if not one.use.meaning.useful:
        return ""
    facts = [f"{fact.label} {fact.name}" for fact in one.use.meaning.facts]
    return msg("、").join(facts)


def unit_of(one: ReadColumn) -> str:
    """The unit of a column that is used, and what its figures were multiplied by."""
    meaning = one.use.meaning
    own = next((fact.unit for fact in meaning.facts), "")
    if meaning.factor == 1:
        return own
    written = as_printed(meaning.unit)
    return say(
        "{written}→{own}（1{written}={factor}{own}）",
        written=written,
        own=own,
        factor=meaning.factor,
    )


def reason_of_column(one: ReadColumn) -> str:
    """What the program makes of a column, and why, in one sentence."""
    named = msg("、").join(f"“{fact.label}”" for fact in one.use.meaning.facts)
    match one.state:
        case "used":
            return _used(one, named)
        case "control":
            of = msg("、").join(f"“{' '.join(heading.split())}”" for heading in one.use.of)
            return say("{of}的合计，只用来核对", of=of)
        case "silent":
            return msg("不是数据")
        case "unused":
            return (
                msg("按确认的列对应关系不使用") if one.use.decided == "mapping" else _unknown(one)
            )
    return _doubt(one, named)


def _used(one: ReadColumn, named: str) -> str:
    meaning = one.use.meaning
    if meaning.kind == "part":
        return say("{f}中一个学段的数，各学段相加", f=named)
    if meaning.kind == "band":
        return say("{f}的第{n}段", f=named, n=meaning.item + 1)
    mixed = meaning.at(one.use.mixed) if one.use.mixed else None
    if mixed is not None:
        return say(
            "表头没有写学段，按各校的办学类型归入；有几个学段的学校，按确认归入“{f}”", f=mixed.label
        )
    return {
        "heading": msg("表头写明"),
        "titles": msg("表头没有写学段，表题写明"),
        "type": msg("表头没有写学段，按各校的办学类型归入"),
        "mapping": msg("按确认的列对应关系"),
    }[one.use.decided]


def _unknown(one: ReadColumn) -> str:
    if one.use.meaning.why == "stages":
        return msg("几个学段合在一起的数，归不到一个学段")
    return msg("不认识这个表头")


def _doubt(one: ReadColumn, named: str) -> str:
    """Why a person has to say what a column is."""
    meaning = one.use.meaning
    if meaning.kind == "by_type":
        return say(
            "没有写学段：小学、初中按办学类型归入{f}；一贯制等学校的没有使用，要看表上是哪个学段的数",
            f=named,
        )
    return {
        "unit": say("像是{f}，但单位不合或不明", f=named),
        "caption": say("像是{f}，但上面还有不认识的字", f=named),
        "bands": say("像是{f}，但各段不全", f=named),
        "stages": say("像是{f}，但写的是一个学段", f=named),
        "twice": say("像是{f}，而这张表另有一列也是", f=named),
    }.get(meaning.why, say("表头不认识，可能是{f}", f=named))


# ── the text ───────────────────────────────────────────────────────────────────────


def text(report: ImportReport) -> str:
    """What to know of an import, a line each."""
    return "\n".join(_indent(line) + printable(line).lstrip() for line in _lines(report))


def _indent(line: str) -> str:
    return "  " if line.startswith("  ") else ""


def _lines(report: ImportReport) -> Iterator[str]:
    yield say(
        "读取{files}，{schools}，{columns}。",
        files=phrases.listed(list(report.files)),
        schools=plural(report.schools, "共{n}所学校"),
        columns=plural(len(report.columns), "{n}列"),
    )
    if report.mapping is not None:
        yield report.confirmed()
    used = report.of("used")
    yield say("成为数据项的列（{n}）：", n=len(used))
    for one in used:
        unit = unit_of(one)
        yield say(
            "  {where} → {facts}；已填{filled}/{rows}：{samples}",
            where=_where(one),
            facts=became(one) + (say("（{unit}）", unit=unit) if unit else ""),
            filled=one.filled,
            rows=one.rows,
            samples=_samples(one),
        )
    asked, unused = report.of("asked"), report.of("unused", "control", "silent")
    for own, head in (
        (asked, say("待确认的列（{n}）：", n=len(asked))),
        (unused, say("没有使用的列（{n}）：", n=len(unused))),
    ):
        if own:
            yield head
        for one in own:
            yield say(
                "  {where}：{why}；如 {samples}",
                where=_where(one),
                why=reason_of_column(one),
                samples=_samples(one),
            )
    yield from report.taken_for_zero()
    lacks = [told for _, told in report.lacks()]
    if lacks:
        yield say("还缺（使规则判不了的，共{n}项）：", n=len(lacks))
    yield from (f"  {told}" for told in lacks)


def _where(one: ReadColumn) -> str:
    """``a.xlsx 学校!G4 “小学/在校生数”``."""
    return say("{file} {at} “{h}”", file=one.file, at=one.at, h=one.heading)


def _samples(one: ReadColumn) -> str:
    return msg("、").join(one.samples) or msg("全空")


def _zero(one: BlankIsZero) -> str:
    return plural(
        one.cells or 0,
        "{file} “{h}”有{n}格空白，按 --blank-is-zero 计为0",
        file=one.file, h=" ".join(one.heading.split()),
    )  # fmt: skip


def _lacks(blank: Blank, titles: Mapping[str, str]) -> str:
    schools = plural(len(blank.schools), "{n}所学校缺") if blank.schools else msg("全县")
    owners = phrases.listed(list(blank.owners))
    told = say("{fact}：{schools}", fact=titles.get(blank.fact, blank.fact), schools=schools)
    return say("{told}——{owner}提供", told=told, owner=owners) if owners else told


# ── the sheet ──────────────────────────────────────────────────────────────────────


def write_sheet(within: Untyped, report: ImportReport) -> None:
    """The sheet 导入说明: columns and what they became, what is missing, what was wrong."""
    book = Book(SHEET, within=within)
    shape = (
        Column("情况", 10, "centre"),
        Column("数据项", 34),
        Column("单位、换算", 20),
        Column("文件", 20),
        Column("工作表", 12),
        Column("位置", 12),
        Column("表头", 36),
        Column("样例", 24),
        Column("已填", 9, "centre"),
        Column("说明", 50),
    )
    states = {
        "used": "已使用",
        "asked": "待确认",
        "unused": "未使用",
        "control": "只核对",
        "silent": "非数据",
    }
    about = f"由 {phrases.listed(list(report.files))} 汇成，共{report.schools}所学校。哪一列成了哪个数据项、哪些没有使用、还缺什么，列在下面。"
    lines = [about, *filter(None, (report.confirmed(), *report.taken_for_zero()))]
    sheet = book.table(SHEET, shape, SHEET, lines, 2)
    for one in sorted(report.columns, key=lambda one: list(states).index(one.state)):
        sheet.row([
            states[one.state], became(one), unit_of(one) if one.state == "used" else "",
            one.file, one.sheet, one.at, one.heading, "；".join(one.samples), f"{one.filled}/{one.rows}",
            reason_of_column(one),
        ])  # fmt: skip
    sheet.finish(filters=True)
    lacks = list(report.lacks())
    if lacks:
        sheet.line("")
        sheet.line("还缺的数据（使规则判不了的，先补排在前面的）", "band")
    for blank, told in lacks:
        rules = dict.fromkeys(judged.rule.coded for judged in blank.waiting)
        sheet.line(f"{told}；等它的规则：{shortened(list(rules), '等{count}项', _RULES)}")
    if report.problems:
        sheet.line("")
        sheet.line("读取与核对中的问题", "band")
    for problem in summed_up(report.problems):
        message, expected = (
            in_language(text, "zh") for text in (problem.message, problem.expected)
        )
        sheet.line(replace(problem, message=message, expected=expected).line())
