"""How a run stands beside its baseline, as lines: what is new, how much changed, what is no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import polars as pl

from compliance.assessment.baseline import new_among, state_of
from compliance.assessment.figures import verdict
from compliance.assessment.standings import DECIDING, WAITING
from compliance.engine.results import Baseline, Results
from compliance.kernel.i18n import msg, say
from compliance.render.documents.text import printable

_SHOWN = 200  # lines of each kind


def sections(report: Results, known: Baseline) -> Iterator[tuple[str, list[str]]]:
    """Heading and lines of each part; of findings without weight nothing is told."""
    deciding = report.findings.filter(pl.col("role").is_in(DECIDING))
    failed = deciding.filter(status="fail")
    counts = Counter(state_of(known, row) for row in failed.iter_rows(named=True))
    gone = known.absent.filter(pl.col("role").is_in(DECIDING))
    yield (
        say("与基线比较（{name}）", name=printable(known.name)),
        [
            say(
                "不达标项：新增{new}项、有变化{updated}项、未变{unchanged}项；不再不达标{gone}项",
                new=counts["new"], updated=counts["updated"], unchanged=counts["unchanged"],
                gone=gone.height,
            ),
            *map(printable, known.differs),
        ],
    )  # fmt: skip
    new = new_among(known, deciding)
    yield msg("新增的不达标项"), _lines(new.filter(status="fail"))
    yield msg("新增的待定项（缺数据、待佐证）"), _lines(new.filter(pl.col("status").is_in(WAITING)))
    if not known.only_new:
        yield msg("不再不达标的项"), _lines(gone)


def verdicts(report: Results) -> list[tuple[str, str]]:
    """Each county's state and its verdict in words, which is of everything, new or not."""
    return [
        (
            county.verdict,
            say(
                "{name}（{code}，{year}学年）：{verdict}（按全部结果）",
                name=printable(county.county_name), code=county.county_code, year=county.year,
                verdict=verdict(county.verdict),
            ),
        )
        for county in report.counties
    ]  # fmt: skip


def _lines(findings: pl.DataFrame) -> list[str]:
    told: Sequence[tuple[str, str]] = findings.select("rule", "message").rows()
    lines = [printable(f"{rule} {message}") for rule, message in told[:_SHOWN]]
    if len(told) > _SHOWN:
        lines.append(say("另有{more}项", more=len(told) - _SHOWN))
    return lines
