"""Several counties in the terminal summary: a table and totals, no details."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import polars as pl

from compliance.model import KEY
from compliance.render.figures import SIGNS, state, verdict
from compliance.render.lines import Lines
from compliance.render.one import rules
from compliance.render.printable import printable
from compliance.render.width import columns, pad
from compliance.report import CountyResult, Report
from compliance.words import pick, say

_NAME, _NUMBER = 24, 8


def load(report: Report) -> Mapping[tuple[str, int], tuple[int, int]]:
    """(county, year) -> (schools that fall short, facts that are missing at schools or county)."""
    deciding = report.findings.lazy().filter(pl.col("role").is_in(["requirement", "component"]))
    failing = (
        deciding.filter(
            (pl.col("status") == "fail")
            & (pl.col("role") == "requirement")
            & pl.col("school_code").is_not_null()
        )
        .group_by(KEY)
        .agg(pl.col("school_code").n_unique().alias("schools"))
    )
    lacking = (
        deciding.filter((pl.col("status") == "unknown") & (pl.col("missing").list.len() > 0))
        .select(*KEY, "school_code", pl.col("missing").alias("fact"))
        .explode("fact")
        .unique()
    )
    # What a school lacks is not counted again where a coefficient repeats it.
    of_schools = lacking.filter(pl.col("school_code").is_not_null()).select(*KEY, "fact").unique()
    of_counties = lacking.filter(pl.col("school_code").is_null()).join(
        of_schools, on=[*KEY, "fact"], how="anti"
    )
    missing = (
        pl.concat([lacking.filter(pl.col("school_code").is_not_null()), of_counties])
        .group_by(KEY)
        .agg(pl.len().alias("missing"))
    )
    joined = failing.join(missing, on=KEY, how="full", coalesce=True).fill_null(0).collect()
    return {
        (code, year): (schools, facts)
        for code, year, schools, facts in joined.select(*KEY, "schools", "missing").iter_rows()
    }


def overview(sheet: Lines, report: Report) -> None:
    """The table of counties as given, the totals, and where to find more."""
    count = len(report.counties)
    sheet.head(say("{count}个县的判定结果", "Results of {count} counties", count=count))
    rules(sheet, report)
    sheet.line()
    _table(sheet, report)
    _totals(sheet, report)


def block_titles(report: Report) -> dict[str, str]:
    """Block id -> title, of all the counties' rule sets, in order."""
    return {
        block: report.rules_of(county)[block].label
        for county in report.counties
        for block in county.blocks
        if block in report.rules_of(county)
    }


def _table(sheet: Lines, report: Report) -> None:
    blocks = block_titles(report)
    loads = load(report)
    years = {county.year for county in report.counties}
    names = [_name(county, years) for county in report.counties]
    name_width = min(max(map(columns, names)), _NAME)
    word_width = max(columns(verdict(county.verdict)) for county in report.counties) + 2
    head = [
        pad(say("代码", "code"), 6), pad(say("县（市、区）", "county"), name_width),
        pad(say("结论", "verdict"), word_width), *(pad(block, 2) for block in blocks),
        pad(say("未达标校", "schools"), _NUMBER, right=True),
        pad(say("缺数据", "missing"), _NUMBER, right=True),
    ]  # fmt: skip
    sheet.row("  ".join(head))
    for county, name in zip(report.counties, names, strict=True):
        fits = columns(name) <= name_width
        if not fits:
            sheet.line(f"{county.county_code}  {name}")
        schools, missing = loads.get((county.county_code, county.year), (0, 0))
        cells = [
            pad(printable(county.county_code), 6), pad(name if fits else "", name_width),
            pad(f"{SIGNS[county.verdict]} {verdict(county.verdict)}", word_width),
            *(pad(SIGNS.get(county.blocks.get(block, "not_applicable"), "?"), 2) for block in blocks),
            pad(str(schools), _NUMBER, right=True), pad(str(missing), _NUMBER, right=True),
        ]  # fmt: skip
        sheet.row("  ".join(cells))
    sheet.line()
    sheet.line(pick("；", "; ").join(f"{block} {title}" for block, title in blocks.items()))
    sheet.line(_legend())


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
        "；未达标校：有几所学校未达标；缺数据：还缺几项数据",
        "; schools: those that fall short; missing: figures not given",
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
