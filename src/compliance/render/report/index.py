"""Several counties: their table in order of their distance from passing, each row the way to its county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from compliance.assessment import block_titles, numbered, overview
from compliance.assessment.county import about_figures
from compliance.assessment.figures import reading, verdict
from compliance.assessment.scope import unattributed
from compliance.assessment.submissions import judged_files
from compliance.engine.results import CountyResult, CountyRow, Margin, PartCount, Results
from compliance.kernel.i18n import msg, say
from compliance.render import phrases
from compliance.render.documents.text import printable
from compliance.render.report.marks import Anchors, Mark, state_mark
from compliance.rules.language.model import Rule

_VERDICTS = ("pass", "undecided", "fail")
NOTHING = PartCount(0, 0, 0)


@dataclass(frozen=True, slots=True)
class BlockCell:
    """A part of a county's verdict in the table, with how its requirements came out."""

    mark: Mark
    count: PartCount

    @property
    def told(self) -> str:
        """``35/3/0``: met, not met, undecided."""
        return "/".join(map(str, self.count))

    @property
    def order(self) -> int:
        """By what the column is sorted: not met, then undecided."""
        return self.count.failed * 1_000_000 + self.count.open


@dataclass(frozen=True, slots=True)
class RankedCounty:
    """A county in the table.

    rank: equal ones have the same. failing, undecided: how many of its requirements. margin: the
    coefficient with least room; room: the share of its limit, below 0 above it. decides: what the verdict is drawn from. schools: those that fall
    short, of how many in all; share: that in percent. missing: figures that are not given. problems: of
    its data. file, version: what was judged.
    """

    rank: int
    county: CountyResult
    name: str
    anchor: str
    verdict: Mark
    blocks: Sequence[BlockCell]
    failing: int
    undecided: int
    margin: str
    room: float | str
    decides: str
    schools: int
    of: int
    share: str
    missing: int
    problems: int
    file: str
    version: str


@dataclass(frozen=True, slots=True)
class CountyIndex:
    """The table: titles of the parts, then the counties, the best first."""

    blocks: Sequence[str]
    rows: Sequence[RankedCounty]
    counts: Sequence[tuple[str, str, int]]


def verdict_mark(county: CountyResult) -> Mark:
    """The county's conclusion with its sign."""
    sign = {"pass": "✓", "fail": "✗"}.get(county.verdict, "?")
    return Mark(verdict(county.verdict), county.verdict, sign)


def order_told() -> str:
    """By what the counties are ranked, in one sentence."""
    return msg(
        "位次：离达标由近到远——先看不达标的要求数，再看未定的要求数，再看差异系数的最小余量"
        "（标准减系数，除以标准）；资源配置按校按学段、差异系数按学段、其余按条计数。办法不计分。"
    )


def county_index(report: Results) -> CountyIndex:
    """Ranked by the requirements not met, then those undecided, then the room of the tightest
    coefficient: the regulation knows no points.
    """
    blocks = block_titles(report)
    sizes = Counter(
        report.schools.select("county_code", "year").iter_rows() if report.schools.height else ()
    )
    counted = {**report.overview}
    if len(report.counties) == 1 and not counted:  # of one county nobody worked it out
        counted = {
            **overview(
                numbered(report.findings), report.counties, report.rules_of(report.counties[0])
            )
        }
    files = judged_files(report)
    doubts = Counter(
        (one.county_code, one.year)
        for one in report.problems
        if one.county_code and about_figures(one)
    )
    waived = Counter(
        (one.waiver.county_code, one.year) for one in report.waivers if one.state == "applied"
    )
    found: list[tuple[tuple[float, ...], RankedCounty]] = []
    for county in report.counties:
        key = (county.county_code, county.year)
        row, of, file = counted[key], sizes[key], files.get(key)
        cells = [
            BlockCell(
                state_mark(county.blocks.get(block, "not_applicable")),
                row.parts.get(block, NOTHING),
            )
            for block in blocks
        ]
        cells.append(BlockCell(state_mark(row.beside), row.parts.get("", NOTHING)))
        rules, share = report.rules_of(county), row.schools / of if of else 0.0
        ranked = RankedCounty(
            0, county, printable(county.county_name), Anchors(county).county, verdict_mark(county),
            cells, row.failing, row.undecided, margin_told(row.margin, rules),
            "" if row.margin is None else row.margin.room,
            _decides(county, row, rules, waived[key]), row.schools, of,
            reading(share * 100, 1, unit="%") if of else "", row.missing, doubts[key] + doubts[county.county_code, None],
            printable(file.file) if file else "", file.version_told if file else "",
        )  # fmt: skip
        found.append((_distance(county, row), ranked))
    found.sort(key=lambda one: (one[0], one[1].county.county_code, one[1].county.year))
    places: dict[tuple[float, ...], int] = {}
    for place, (order, _) in enumerate(found, 1):
        places.setdefault(order, place)
    counts = Counter(one.verdict for one in report.counties)
    return CountyIndex(
        [*blocks.values(), msg("其他")],
        [replace(one, rank=places[order]) for order, one in found],
        [(one, verdict(one), counts[one]) for one in _VERDICTS if counts[one]],
    )


def _decides(county: CountyResult, row: CountyRow, rules: Mapping[str, Rule], waived: int) -> str:
    """What decides, and how much of the county is waived."""
    why = unattributed(county.unattributed) if county.verdict == "undecided" else ""
    told = (why, phrases.deciders(row, rules), say("已备案豁免{n}项", n=waived) if waived else "")
    return msg("；").join(filter(None, told))


def _distance(county: CountyResult, row: CountyRow) -> tuple[float, ...]:
    """How far a county is from passing, in the order in which it counts."""
    room = row.margin.room if row.margin is not None else float("-inf")
    return (row.failing, row.undecided, _VERDICTS.index(county.verdict), -room)


def margin_told(margin: Margin | None, rules: Mapping[str, Rule]) -> str:
    """``D7 初中 0.269，余46.1%``: the coefficient with least room; empty where there is none."""
    if margin is None:
        return ""
    value = reading(margin.value, 3, "<=", margin.threshold, "pass" if margin.room >= 0 else "fail")
    room = reading(abs(margin.room) * 100, 1, unit="%")
    who = phrases.staged(margin.rule, margin.stage)
    if margin.room >= 0:
        return say("{who} {value}，余{room}", who=who, value=value, room=room)
    return say("{who} {value}，超{room}", who=who, value=value, room=room)
