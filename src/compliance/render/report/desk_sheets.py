"""The sheets for an inspector of many counties: submissions, ranking, outliers, visits, rules by county."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from compliance.assessment.figures import SIGNS
from compliance.engine.results import CountyResult, Results
from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.submission import KEY
from compliance.render import phrases
from compliance.render.documents.text import printable
from compliance.render.report.desk import Desk
from compliance.render.report.index import CountyIndex, order_told
from compliance.render.report.marks import Mark, value_mark
from compliance.render.report.tables import WIDEST, Heading, Row, SheetTable, sign, told
from compliance.rules.language.model import Rule


def desk_tables(
    report: Results, desk: Desk | None, index: CountyIndex, notes: list[str]
) -> Iterator[SheetTable]:
    """What there is of them, in order. notes: by what the counties were judged."""
    if desk is not None:
        yield _submissions(desk)
    yield _ranking(index, notes)
    if desk is not None and desk.outliers_notes:
        yield _outliers(desk)
        yield _checks(desk)
    if report.counties:
        yield _rules_by_county(report, index)


def _county() -> list[Heading]:
    return [
        (msg_in("column", "县（市、区）"), 14, ""), (msg_in("column", "代码"), 9, ""),
        (msg_in("column", "学年"), 7, "0"),
    ]  # fmt: skip


def _who(name: str, county: CountyResult) -> Row:
    return [name, county.county_code, float(county.year)]


def _submissions(desk: Desk) -> SheetTable:
    headings: list[Heading] = [
        *_county(), (msg_in("column", "文件"), 34, ""), (msg("版本"), 26, ""), (msg("情况"), 18, ""),
        (msg("错误"), 7, "0"), (msg("提示"), 7, "0"), (msg("原因"), WIDEST, ""),
    ]  # fmt: skip
    rows: list[Row] = [
        [
            printable(one.county_name), one.county_code, float(one.year) if one.year else None,
            printable(one.file), one.version, line.state, one.errors, one.warnings, printable(one.why),
        ]
        for line in desk.submissions
        for one in [line.one]
    ]  # fmt: skip
    note = msg("版本取自文件里的标记；同一县同一学年有几份的，判定标记较新的一份。")
    return SheetTable(msg("提交情况"), headings, rows, [note], frozen=1)


def _ranking(index: CountyIndex, notes: list[str]) -> SheetTable:
    headings: list[Heading] = [
        (msg("位次"), 6, "0"), *_county(), (msg_in("column", "结论"), 16, ""),
        *((block, 13.0, "") for block in index.blocks),
        *((say("{block}（达标/不达标/未定）", block=block), 13.0, "") for block in index.blocks),
        (msg("由什么决定"), 44, ""), (msg("不达标要求数"), 8, "0"), (msg("未定要求数"), 8, "0"),
        (msg("差异系数最小余量"), 22, ""), (msg("未达标学校"), 8, "0"), (msg("学校数"), 8, "0"),
        (msg("缺数据"), 8, "0"), (msg("数据问题数"), 8, "0"), (msg_in("column", "文件"), 34, ""),
        (msg("版本"), 26, ""),
    ]  # fmt: skip
    rows: list[Row] = [
        [
            one.rank, *_who(one.name, one.county), told(one.verdict),
            *(told(cell.mark) for cell in one.blocks), *(cell.told for cell in one.blocks),
            one.decides, one.failing, one.undecided, one.margin, one.schools, one.of or None,
            one.missing, one.problems, one.file, one.version,
        ]
        for one in index.rows
    ]  # fmt: skip
    return SheetTable(msg("排名"), headings, rows, [order_told(), *notes], frozen=2)


def _outliers(desk: Desk) -> SheetTable:
    headings: list[Heading] = [
        *_county(), (msg("数字"), 40, ""), (msg("本县"), 11, ""), (msg("方向"), 7, ""),
        (msg("各县中位数"), 11, ""), ("MAD", 11, ""), (msg("县数"), 7, "0"),
        (msg("离群程度"), 9, "0.0"), (msg("最突出的学校"), 30, ""), (msg("位置"), 50, ""),
    ]  # fmt: skip
    rows: list[Row] = [
        [
            *_who(one.name, one.county), one.figure, one.number, one.direction, one.median_number,
            one.deviation_number, one.of, one.far_number, one.school, one.place,
        ]
        for one in desk.outliers
    ]  # fmt: skip
    return SheetTable(msg("离群"), headings, rows, desk.outliers_notes, frozen=1)


def _checks(desk: Desk) -> SheetTable:
    headings: list[Heading] = [
        (msg("序号"), 6, "0"), (msg("类别"), 22, ""), *_county(), (msg("项目"), 28, ""),
        (msg("为什么去看"), WIDEST, ""), (msg("位置"), 50, ""), (msg("核查情况"), 24, ""),
    ]  # fmt: skip
    rows: list[Row] = [
        [one.number, one.kind, *_who(one.name, one.county), one.what, one.reason, one.place, ""]
        for one in desk.checks
    ]
    return SheetTable(msg("现场核查清单"), headings, rows, desk.checks_notes, frozen=3)


def _rules_by_county(report: Results, index: CountyIndex) -> SheetTable:
    """Every county's requirements, one or two columns a rule: its figure, its state."""
    own = report.findings.filter(level="county", role="requirement")
    items: dict[tuple[str, str], Rule] = {}
    figured: set[tuple[str, str]] = set()
    of: dict[tuple[str, int], dict[tuple[str, str], Mark]] = {}
    for (code, year), rows in _each_county(own):
        county = next(one for one in report.counties if (one.county_code, one.year) == (code, year))
        rules = report.rules_of(county)
        cells = of.setdefault((code, year), {})
        for row in rows.iter_rows(named=True):
            key = (row["rule"], row["stage"] or "")
            items.setdefault(key, rules[row["rule"]])
            cells[key] = mark = value_mark(rules[row["rule"]], row)
            if mark.figure is not None:
                figured.add(key)
    order = _in_order_of_law(report, items)
    headings: list[Heading] = [
        (msg("位次"), 6, "0"),
        *_county(),
        (msg_in("column", "结论"), 16, ""),
    ]
    first = len(headings)
    for key in order:
        name = phrases.staged(items[key].coded, key[1])
        if key in figured:
            headings += [(name, 9.0, ""), (say("{id}判定", id=key[0]), 5.0, "")]
        else:
            headings.append((name, 14.0, ""))
    made: list[Row] = []
    for ranked in index.rows:
        county = ranked.county
        cells = of.get((county.county_code, county.year), {})
        line: Row = [ranked.rank, *_who(ranked.name, county), told(ranked.verdict)]
        for key in order:
            mark = cells.get(key, Mark(""))
            line += [mark.figure, sign(mark, SIGNS["pass"])] if key in figured else [_alone(mark)]
        made.append(line)
    note = msg(
        "✓达标；✗不达标；?数据缺失或待佐证；–不适用；空白：该县的规则里没有这一项；※所据数据有提示。"
    )
    return SheetTable(msg("各县各项"), headings, made, [note], frozen=3, coloured=first)


def _each_county(rows: pl.DataFrame) -> Iterator[tuple[tuple[str, int], pl.DataFrame]]:
    parts: Mapping[Any, pl.DataFrame] = rows.partition_by(KEY, as_dict=True, maintain_order=True)
    for (code, year), own in parts.items():
        yield (str(code), int(year)), own


def _in_order_of_law(
    report: Results, items: Mapping[tuple[str, str], Rule]
) -> list[tuple[str, str]]:
    places: dict[str, int] = {}
    for rules in report.rules.values():
        for name in rules:
            places.setdefault(name, len(places))
    return sorted(items, key=lambda key: (places[key[0]], key[1] != "primary"))


def _alone(mark: Mark) -> str:
    """A state in words; blank where nothing was asked."""
    return (
        told(mark) if mark.sign or not mark.status else sign(mark, f"{SIGNS['pass']} {mark.text}")
    )
