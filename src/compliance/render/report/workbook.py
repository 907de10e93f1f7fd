"""The report as a workbook: the matrix with its states, gaps by school, township and section, coefficients.

One table a sheet, so that each can be sorted, filtered and carried on; figures are numbers, unrounded,
shown as papers show them. A state stands in a column of its own: colours follow it by conditional
formats, so that they stay with their rows, and nothing is compared again with rounded limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO

from xlsxwriter.utility import xl_col_to_name

from compliance.assessment import Assessment, Total, offices
from compliance.assessment.figures import SIGNS
from compliance.engine.results import Results
from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.labels import problem_words, severity_word
from compliance.render import phrases
from compliance.render.documents.text import printable
from compliance.render.documents.xlsx import Book, Column, Untyped, Worksheet
from compliance.render.report import coefficients as drivers
from compliance.render.report.county import (
    CountyParts,
    Detail,
    assessments,
    county_rules,
    detail_of,
)
from compliance.render.report.desk import desk
from compliance.render.report.desk_sheets import desk_tables
from compliance.render.report.gaps import by_section, by_township, gaps
from compliance.render.report.index import CountyIndex, county_index
from compliance.render.report.marks import SHORT_SIGN, Figure, Mark, state_mark
from compliance.render.report.matrix import IndicatorColumn, Matrix, matrix
from compliance.render.report.missing import missing_by_section
from compliance.render.report.rule_texts import ruleset_texts
from compliance.render.report.schools import standing_words
from compliance.render.report.tables import WIDEST, Heading, Row, SheetTable, Value, sign, told
from compliance.render.waived import waived_lines

_FAILED, _MET, _UNKNOWN = SIGNS["fail"], SIGNS["pass"], SIGNS["unknown"]
_FILLS: Mapping[str, Mapping[str, object]] = {
    _FAILED: {"bg_color": "#FBDCCB", "font_color": "#8F2D04", "bold": True},
    SHORT_SIGN: {"bg_color": "#FDF3CF", "font_color": "#6B4A00", "bold": True},
    _UNKNOWN: {"pattern": 14, "fg_color": "#BFC5CC", "bg_color": "#FFFFFF"},
    _MET: {"bg_color": "#EEF5FB"},
}
_PROBLEMS = 50_000
_A3 = 8  # of thirty columns nothing could be read on A4


def xlsx_report(report: Results, stream: BinaryIO) -> None:
    """Write the workbook."""
    stream.write(_Sheets(report).content())


class _Sheets:
    """The sheets of one report. Of several counties each row begins with its county and year."""

    def __init__(self, report: Results) -> None:
        self._report = report
        self._book = Book(msg("达标核查"))
        self._several = len(report.counties) > 1
        self._parts = CountyParts(report)
        self._found: list[Assessment] = []
        if detail_of(report) is not Detail.INDEX:
            self._found = list(assessments(report))

    def content(self) -> bytes:
        """The finished file."""
        beside = desk(self._report, whole=bool(self._found))
        index = county_index(self._report)
        if beside is None and len(index.rows) < 2:
            self._verdicts(index)
        else:
            for table in desk_tables(self._report, beside, index, self._judged_by()):
                self._sheet(table)
        if self._found:
            self._what_decides()
            self._county_rules()
            self._matrix()
            self._gaps()
            self._gaps_in_all(msg("缺口分乡镇"), msg("乡镇"), self._township_rows())
            self._gaps_in_all(msg("缺口分科室"), msg_in("column", "牵头单位"), self._section_rows())
            self._coefficients()
            self._waived()
            self._missing()
        self._problems()
        self._rules()
        return self._book.content()

    def _table(
        self, name: str, headings: Sequence[Heading], rows: Iterable[Row],
        notes: Sequence[str] = (), frozen: int = 0,
    ) -> Worksheet:  # fmt: skip
        """A sheet of one table with filters, its headings in view and on every printed page."""
        columns = [Column(words, width) for words, width, _ in headings]
        sheet = self._book.table(name, columns, name, filter(None, notes), frozen)
        shapes = [shape for _, _, shape in headings]
        for row in rows:
            forms = [self._form(one, shape) for one, shape in zip(row, shapes, strict=True)]
            sheet.cells([_plain(one) for one in row], forms)
        sheet.finish(filters=True)
        return sheet

    def _sheet(self, table: SheetTable) -> None:
        sheet = self._table(table.name, table.headings, table.rows, table.notes, table.frozen)
        if table.wide:
            sheet.raw.set_paper(_A3)
        if table.coloured:
            self._colour(sheet, table.headings, table.coloured)

    def _form(self, value: Value, shape: str) -> Untyped:
        """The form of a cell: figures in their own shape or that of their column, texts to be wrapped."""
        if isinstance(value, Figure):
            return self._book.style("centre", _shape(value.places))
        if isinstance(value, float) and not shape:
            return self._book.style("centre", "0" if value.is_integer() else "0.00")
        number = isinstance(value, float | int)
        return self._book.style("centre" if number else "cell", shape if number else "")

    def _who(self, about: Assessment) -> Row:
        county = about.county
        return [printable(county.county_name), float(county.year)] if self._several else []

    def _whose(self) -> list[Heading]:
        return (
            [(msg_in("column", "县（市、区）"), 14, ""), (msg_in("column", "学年"), 7, "0")]
            if self._several
            else []
        )

    def _judged_by(self) -> list[str]:
        """The rules, what makes this judgement differ from the usual one, and what is left out."""
        notes = [phrases.ruleset(info) for info in self._report.rulesets]
        notes += phrases.changes(self._report.manifest, phrases.rulesets(self._report))
        if not self._found and self._report.counties:
            notes.append(msg("县数过多，只列各县结论；逐校明细请按县分别输出。"))
        return notes + [
            say(
                "{name} {code} 数据有误，未判定",
                name=printable(one.county_name),
                code=one.county_code,
            )
            for one in self._report.refused
        ]

    def _verdicts(self, index: CountyIndex) -> None:
        """The conclusion on a single county."""
        headings: list[Heading] = [
            (msg_in("column", "县（市、区）"), 16, ""), (msg_in("column", "代码"), 9, ""),
            (msg_in("column", "学年"), 7, "0"), (msg_in("column", "结论"), 16, ""),
            *((block, 13.0, "") for block in index.blocks),
            (msg("不达标要求数"), 8, "0"), (msg("未定要求数"), 8, "0"), (msg("未达标学校"), 8, "0"),
            (msg("学校数"), 8, "0"), (msg("缺数据"), 8, "0"),
        ]  # fmt: skip
        rows: list[Row] = [
            [
                one.name, one.county.county_code, one.county.year, told(one.verdict),
                *(told(cell.mark) for cell in one.blocks), one.failing, one.undecided, one.schools,
                one.of or None, one.missing,
            ]
            for one in index.rows
        ]  # fmt: skip
        self._table(msg_in("column", "结论"), headings, rows, self._judged_by(), frozen=1)

    def _what_decides(self) -> None:
        headings: list[Heading] = [
            *self._whose(), (msg("部分"), 18, ""), (msg("判定"), 14, ""), (msg("情况"), WIDEST, ""),
        ]  # fmt: skip
        rows = [
            [*self._who(about), one.title, told(state_mark(one.status)), phrases.counted(one)]
            for about in self._found
            for one in about.decisive
        ]
        first = self._found[0]
        notes = (
            []
            if self._several
            else [phrases.decided(first), *phrases.to_do(first), phrases.conforming(first)]
        )
        self._table(msg("由什么决定"), headings, rows, notes)

    def _county_rules(self) -> None:
        headings: list[Heading] = [
            *self._whose(), (msg("部分"), 14, ""), (msg("编号"), 8, ""), (msg("指标"), 40, ""),
            (msg("指标值或情况"), 50, ""), (msg("判定"), 12, ""),
        ]  # fmt: skip
        rows = [
            [
                *self._who(about),
                one["of"],
                one["id"],
                one["title"],
                one["value"],
                told(one["state"]),
            ]
            for about in self._found
            for one in county_rules(about, self._parts.anchors(about.county))
        ]
        self._table(msg("县级指标"), headings, rows)

    def _matrix(self) -> None:
        tables = [
            (
                about,
                matrix(
                    about, self._parts.schools(about.county), self._parts.anchors(about.county), ()
                ),
            )
            for about in self._found
        ]
        columns: dict[str, IndicatorColumn] = {}
        for _, table in tables:
            columns |= {one.rule.id: one for one in table.columns if one.rule.id not in columns}
        first: list[Heading] = [
            *self._whose(), (msg("乡镇"), 9, ""), (msg("学校标识码"), 12, ""), (msg("学校"), 20, ""),
            (msg_in("column", "学段"), 5, ""), (msg("学生"), 7, "0"), (msg("未达标项"), 6, "0"),
        ]  # fmt: skip
        headings = first + [
            heading
            for one in columns.values()
            for heading in (
                *(() if one.overall else ((_heading(one), 9.0, ""),)),
                (say("{id}判定", id=one.rule.id), 14.0 if one.overall else 5.0, ""),
            )
        ]
        legend = msg(
            "✓达标；✗不达标；▽未达标，但不低于下限；?数据缺失；–不适用；空白：不参加该项；※所据数据有提示。"
        )
        repeated = msg("逐校判定的指标在一贯制学校的各学段行中重复列出。")
        sheet = self._table(
            msg("矩阵"), headings, self._matrix_rows(tables, list(columns.values())), [legend + repeated],
            frozen=len(self._whose()) + 3,
        )  # fmt: skip
        sheet.raw.set_paper(_A3)
        self._colour(sheet, headings, len(first))

    def _matrix_rows(
        self, tables: Sequence[tuple[Assessment, Matrix]], columns: Sequence[IndicatorColumn]
    ) -> Iterator[Row]:
        for about, table in tables:
            places = {one.rule.id: place for place, one in enumerate(table.columns)}
            for row in table.rows:
                made: Row = [
                    *self._who(about), row.township, row.code, row.name, row.stage,
                    float(row.pupils) if row.pupils else None, row.missed,
                ]  # fmt: skip
                for column in columns:
                    place = places.get(column.rule.id)
                    cell = Mark("") if place is None else row.cells[place]
                    made += [told(cell)] if column.overall else [cell.figure, sign(cell, _MET)]
                yield made

    def _colour(self, sheet: Worksheet, headings: Sequence[Heading], first: int) -> None:
        """Conditional formats: a figure and its state take the colour of the state."""
        top, last = sheet.body
        place = first
        while place < len(headings):
            width = 1 if headings[place][1] > 9 else 2
            state = xl_col_to_name(place + width - 1)
            for shape, fill in _FILLS.items():
                rule = {
                    "type": "formula",
                    "criteria": f'=LEFT(${state}{top + 1},1)="{shape}"',
                    "format": self._book.raw.add_format(dict(fill)),
                }
                sheet.raw.conditional_format(top, place, last, place + width - 1, rule)
            place += width

    def _gaps(self) -> None:
        headings: list[Heading] = [
            *self._whose(), (msg("乡镇"), 9, ""), (msg("学校标识码"), 12, ""), (msg("学校"), 20, ""),
            (msg_in("column", "学段"), 5, ""), (msg("编号"), 7, ""), (msg("指标"), 20, ""), (msg("现状值"), 10, ""),
            (msg_in("column", "标准"), 11, ""), (msg("其中"), 14, ""), (msg("缺口"), 11, ""),
            (msg("超出"), 9, ""), (msg("单位"), 7, ""), (msg("性质"), 18, ""),
            (msg_in("column", "牵头单位"), 22, ""), (msg("说明"), 18, ""),
        ]  # fmt: skip
        rows: Iterator[Row] = (
            [
                *self._who(about), one.township, one.code, one.school, one.stage, one.rule.id,
                one.rule.brief, one.value, one.limit, one.amount.part if one.amount else "",
                one.amount.value if one.amount and not one.amount.over else None,
                one.amount.value if one.amount and one.amount.over else None,
                one.amount.unit if one.amount else "", one.standing, offices(one.rule), one.note,
            ]
            for about in self._found
            for one in gaps(about, self._parts.schools(about.county))
        )  # fmt: skip
        note = msg("“为全校所缺”的缺口，一校各学段只取最大的一个；合计见“缺口分乡镇”“缺口分科室”。")
        self._table(msg_in("sheet", "缺口"), headings, rows, [note], frozen=len(self._whose()) + 3)

    def _gaps_in_all(
        self, name: str, of: str, rows: Iterator[tuple[Row, str, Total, Assessment]]
    ) -> None:
        headings: list[Heading] = [
            *self._whose(), (of, 24, ""), (msg("编号"), 8, ""), (msg("指标"), 26, ""), (msg("其中"), 16, ""),
            (msg("缺口"), 12, ""), (msg("超出"), 10, ""), (msg("单位"), 8, ""),
            (msg("学校数"), 8, "0"), (msg("性质"), 22, ""),
        ]  # fmt: skip
        words = standing_words()
        made = (
            [
                *who, owner, total.rule, about.rules[total.rule].brief, total.amount.part,
                None if total.amount.over else total.amount.value,
                total.amount.value if total.amount.over else None,
                total.amount.unit, total.schools or msg("全县"), words.get(total.standing, ""),
            ]
            for who, owner, total, about in rows
        )  # fmt: skip
        note = msg("各学段共用的，一校只取最大的一个缺口；人员、专用教室等逐学段相加。")
        self._table(name, headings, made, [note])

    def _township_rows(self) -> Iterator[tuple[Row, str, Total, Assessment]]:
        for about in self._found:
            for township, total in by_township(about, self._parts.schools(about.county)):
                yield self._who(about), township, total, about

    def _section_rows(self) -> Iterator[tuple[Row, str, Total, Assessment]]:
        for about in self._found:
            for office, total in by_section(about):
                yield self._who(about), office, total, about

    def _coefficients(self) -> None:
        headings: list[Heading] = [
            *self._whose(), (msg("编号"), 7, ""), (msg("指标"), 26, ""), (msg_in("column", "学段"), 6, ""),
            (msg("均值"), 11, "0.00"), (msg("标准差"), 11, "0.00"), (msg_in("column", "差异系数"), 10, "0.000"),
            (msg_in("column", "标准"), 8, "0.00"), (msg("判定"), 12, ""), (msg("主要影响学校"), WIDEST, ""),
        ]  # fmt: skip
        rows: list[Row] = [
            [
                *self._who(about), one.rule.id, one.title, one.stage, one.finding["mean"],
                one.finding["deviation"], one.finding["value"], one.finding["threshold"],
                told(one.state), msg("；").join(map(drivers.told, one.drivers)),
            ]
            for about in self._found
            for one in drivers.coefficients(
                about, self._parts.driving(about.county), self._parts.anchors(about.county)
            )
        ]  # fmt: skip
        notes = [
            msg(
                "差异系数 = 标准差 ÷ 均值，按学段学生数加权；一所学校所占 = P·(x − X̄)² ÷ Σ P·(x − X̄)²。"
            )
        ]
        self._table(msg_in("column", "差异系数"), headings, rows, notes)

    def _waived(self) -> None:
        headings: list[Heading] = [
            *self._whose(), (msg("学校标识码"), 13, ""), (msg_in("column", "对象"), 24, ""), (msg("指标"), 24, ""),
            (msg("现状"), 36, ""), (msg("豁免理由"), 40, ""), (msg("批准"), 20, ""),
            (msg("文号"), 24, ""), (msg("有效期至"), 12, ""),
        ]  # fmt: skip
        rows: list[Row] = [
            [
                *self._who(about), one.school_code, one.subject, one.rule, one.missed,
                one.reason, one.approver, one.document, one.expiry,
            ]
            for about in self._found
            for one in waived_lines(about)
        ]  # fmt: skip
        if rows:
            note = msg("经批准暂不要求达到的，不计为达标；有一项，全县即不能认定达标。")
            self._table(msg("已备案豁免"), headings, rows, [note])

    def _missing(self) -> None:
        headings: list[Heading] = [
            *self._whose(), (msg("提供科室"), 22, ""), (msg("缺什么"), 40, ""), (msg("学校数"), 8, "0"),
            (msg("学校和位置"), WIDEST, ""), (msg("影响的指标"), 30, ""),
        ]  # fmt: skip
        rows: list[Row] = [
            [
                *self._who(about), share.owner, item.what, len(item.schools) or msg("全县"),
                phrases.listed([f"{one.name} {one.at}".strip() for one in item.schools]) or item.at,
                phrases.listed([rule for rule, _ in item.rules]),
            ]
            for about in self._found
            for share in missing_by_section(
                about, self._report.titles, self._parts.anchors(about.county)
            )
            for item in share.items
        ]  # fmt: skip
        self._table(msg("尚缺数据"), headings, rows)

    def _problems(self) -> None:
        headings: list[Heading] = [
            (msg("类别"), 8, ""), (msg("问题种类"), 20, ""), (msg_in("column", "文件"), 20, ""), (msg("位置"), 18, ""),
            (msg("行政区划代码"), 9, ""), (msg("学校标识码"), 13, ""), (msg("问题"), WIDEST, ""), (msg_in("column", "应为"), 36, ""),
        ]  # fmt: skip
        found = sorted(self._report.problems, key=lambda one: one.severity != "error")
        rows: list[Row] = [
            [
                severity_word(one.severity), problem_words(one.code) or one.code,
                one.file, one.at, one.county_code or "", one.school_code or "", one.message, one.expected,
            ]
            for one in found[:_PROBLEMS]
        ]  # fmt: skip
        left = len(found) - len(rows)
        note = say("另有{n}处，逐条见 json 结果。", n=left) if left else ""
        self._table(msg("数据问题"), headings, rows, [note])

    def _rules(self) -> None:
        headings: list[Heading] = [
            (msg("编号"), 9, ""), (msg("指标"), 36, ""), (msg("部分"), 14, ""), (msg("条文或要求"), WIDEST, ""),
            (msg_in("column", "地位"), 18, ""), (msg_in("column", "依据"), 30, ""), (msg("核实程度"), 14, ""), (msg_in("column", "牵头单位"), 22, ""),
        ]  # fmt: skip
        rows: list[Row] = [
            [
                one.id, one.title, one.block,
                "\n".join(f"{word}{msg('：')}{text}" for word, text in one.demands),
                one.role, one.source, one.basis, one.owner,
            ]
            for info in self._report.rulesets
            for one in ruleset_texts(self._report, info)
        ]  # fmt: skip
        self._table(msg_in("sheet", "规则"), headings, rows)


def _heading(one: IndicatorColumn) -> str:
    return "\n".join(filter(None, (one.rule.coded, one.limit)))


def _shape(places: int | None) -> str:
    """The number format of so many decimals."""
    if places is None:
        return "General"
    return f"0.{'0' * places}" if places else "0"


def _plain(value: Value) -> str | float | None:
    """What is written: an empty text is a blank cell."""
    return value.value if isinstance(value, Figure) else None if value == "" else value
