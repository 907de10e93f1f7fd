"""Several counties: their table in order of standing, each row the way to its county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from compliance.assessment import block_titles, overview
from compliance.assessment.figures import reading, verdict
from compliance.engine.results import CountyResult, Results
from compliance.kernel.i18n import msg
from compliance.render.documents.text import printable
from compliance.render.report.marks import Anchors, Mark, state_mark

_VERDICTS = ("pass", "undecided", "fail")


@dataclass(frozen=True, slots=True)
class RankedCounty:
    """A county in the table.

    rank: equal ones have the same. failing: how many of its parts fail. schools: those that fall
    short, of how many in all; share: that in percent. missing: figures that are not given.
    """

    rank: int
    county: CountyResult
    name: str
    anchor: str
    verdict: Mark
    blocks: Sequence[Mark]
    failing: int
    schools: int
    of: int
    share: str
    missing: int


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


def county_index(report: Results) -> CountyIndex:
    """Ranked by the verdict, then by fewest parts failed, smallest share of schools short, fewest
    figures missing: the regulation knows no points.
    """
    blocks = block_titles(report)
    sizes = Counter(
        report.schools.select("county_code", "year").iter_rows() if report.schools.height else ()
    )
    counted = {**report.overview}
    if len(report.counties) == 1 and not counted:  # of one county nobody worked it out
        counted = {
            **overview(report.findings, report.counties, report.rules_of(report.counties[0]))
        }
    found: list[tuple[tuple[float, ...], RankedCounty]] = []
    for county in report.counties:
        key = (county.county_code, county.year)
        row = counted[key]
        states = [county.blocks.get(block, "not_applicable") for block in blocks]
        states.append(row.beside)
        of = sizes[key]
        share = row.schools / of if of else 0.0
        failing = states.count("fail")
        order = (float(_VERDICTS.index(county.verdict)), float(failing), share, float(row.missing))
        ranked = RankedCounty(
            0, county, printable(county.county_name), Anchors(county).county, verdict_mark(county),
            [state_mark(one) for one in states], failing, row.schools, of,
            reading(share * 100, 1, unit="%") if of else "", row.missing,
        )  # fmt: skip
        found.append((order, ranked))
    found.sort(key=lambda one: (one[0], one[1].county.county_code, one[1].county.year))
    places = [order for order, _ in found]
    counts = Counter(one.verdict for one in report.counties)
    return CountyIndex(
        [*blocks.values(), msg("其他")],
        [replace(one, rank=places.index(order) + 1) for order, one in found],
        [(one, verdict(one), counts[one]) for one in _VERDICTS if counts[one]],
    )
