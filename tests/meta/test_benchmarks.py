"""The benchmarks measure what they say: their data, references, verdicts, processes and tables."""

from __future__ import annotations

from importlib import import_module
from itertools import islice
from pathlib import Path

import polars as pl
import pytest

from benchmarks import by_hand, data, page, run, verdicts
from benchmarks.measure import Measured, MeasureError, Run
from benchmarks.measure import run as run_process
from benchmarks.rows import Aim, Row, rows
from compliance import Checker, Choice
from compliance.checker import Report
from tests.support.nonempty import nonempty

SCHOOLS = 138  # of two counties
CHECKER = Checker()


def judged(kind: str, folder: Path) -> Report:
    made = folder / kind
    data.main(kind, str(SCHOOLS), str(made))
    return CHECKER.check(made, Choice(ruleset="national"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("plain")
    return folder / "plain", judged("plain", folder).findings


def test_the_same_schools_every_time() -> None:
    for maker in (data.plain, data.rich, data.limits):
        schools = list(islice(maker(2), SCHOOLS))
        assert schools == list(islice(maker(2), SCHOOLS))
        assert len({school["school_code"] for school in schools}) == SCHOOLS


def test_rich_data_leave_nothing_unknown(tmp_path: Path) -> None:
    report = judged("rich", tmp_path)
    assert len(report.counties) == 2
    statuses = set(report.findings["status"])
    assert {"pass", "fail"} <= statuses
    assert not {"unknown", "not_checked", "error"} & statuses
    assert not [one for one in report.problems if one.severity == "error"]


def test_every_value_lies_exactly_on_its_limit(tmp_path: Path) -> None:
    findings = judged("limits", tmp_path).findings
    indicators = findings.filter(pl.col("rule").str.contains("^R[1-7]$"))
    assert indicators.height == 7 * SCHOOLS
    assert indicators.filter(pl.col("value") != pl.col("threshold")).is_empty()
    assert set(indicators["status"]) == {"pass"}
    further = findings.filter(
        pl.col("rule").is_in(["G3", "G4", "G5"]) & pl.col("school_code").is_not_null()
    )
    assert set(further["status"]) == {"pass"}
    largest = further.filter(pl.col("rule") != "G3").group_by("rule").agg(pl.col("value").max())
    assert dict(largest.iter_rows()) == {"G4": 2000, "G5": 50}


@pytest.mark.parametrize("kind", ["csv", "counties"])
def test_other_data_are_accepted(kind: str, tmp_path: Path) -> None:
    report = judged(kind, tmp_path)
    assert not [one for one in report.problems if one.severity == "error"]
    assert report.findings["school_code"].drop_nulls().n_unique() >= 120


def test_a_csv_of_60_columns(tmp_path: Path) -> None:
    data.main("csv", str(SCHOOLS), str(tmp_path / "csv"))
    assert pl.read_csv(tmp_path / "csv" / "schools.csv").width == 60


def test_both_references_agree_with_the_engine(
    plain: tuple[Path, pl.DataFrame], tmp_path: Path
) -> None:
    made, findings = plain
    ours = findings.lazy()
    assert verdicts.counted(ours, SCHOOLS) == findings.height
    units = findings.filter(pl.col("rule") == "RS").height
    for name, write, count in (
        ("short", by_hand.short, 8 * units + 7 * 2 * 2),  # coefficients of two counties, two stages
        ("full", by_hand.full, 8 * units),
    ):
        write(made, tmp_path / name)
        agreed = verdicts.compared(ours, pl.scan_parquet(tmp_path / name))
        assert agreed == {"compared": count, "on_the_line": 0, "elsewhere": 0}
    assert pl.read_parquet_schema(tmp_path / "full") == findings.schema


@pytest.mark.parametrize("peer", ["duckdb", "openfisca", "zen"])
def test_a_peer_agrees_with_the_engine(
    peer: str, plain: tuple[Path, pl.DataFrame], tmp_path: Path
) -> None:
    (needs,) = {row.needs for key, row in rows().items() if key == peer}
    pytest.importorskip(str(needs), reason="pip install -e .[bench]")
    made, findings = plain
    module = import_module(f"benchmarks.peers.by_{peer}")
    module.judge(made, tmp_path / peer)
    agreed = verdicts.compared(findings.lazy(), pl.scan_parquet(tmp_path / peer))
    assert agreed["compared"] >= 7 * SCHOOLS
    assert agreed["elsewhere"] == 0


def test_a_wrong_verdict_is_found_and_a_missing_one_too(
    plain: tuple[Path, pl.DataFrame], tmp_path: Path
) -> None:
    made, findings = plain
    by_hand.short(made, tmp_path / "short")
    other = pl.read_parquet(tmp_path / "short")
    turned = other.with_columns(
        status=pl.when(pl.int_range(pl.len()) == 5).then(pl.lit("?")).otherwise("status")
    )
    assert verdicts.compared(findings.lazy(), turned.lazy())["elsewhere"] == 1
    with pytest.raises(ValueError, match="did not judge the same"):
        verdicts.compared(findings.lazy(), other[1:].lazy())
    for wrong in (findings[1:], pl.concat([findings, findings[:1]])):
        lost = wrong.filter(pl.col("school_code") != findings["school_code"][0])
        with pytest.raises(ValueError, match="missing or there twice"):
            verdicts.counted((wrong if wrong.height > findings.height else lost).lazy(), SCHOOLS)


def test_floats_may_differ_on_the_line_only() -> None:
    key = {"county_code": "1", "school_code": ["1", "2", "3"], "stage": "primary"}
    ours = pl.LazyFrame(
        {**key, "rule": "R4", "value": [4.5, 4.5 * (1 + 1e-12), 4.51], "threshold": 4.5}
    ).with_columns(status=pl.lit("pass"))
    theirs = pl.LazyFrame({**key, "rule": "R4", "status": "fail"})
    assert verdicts.compared(ours, theirs) == {"compared": 3, "on_the_line": 2, "elsewhere": 1}


# ── processes ───────────────────────────────────────────────────────────────


def test_a_process_is_measured_by_itself(tmp_path: Path) -> None:
    small = run_process(("-c", "print('{\"seconds\": 7}')"), tmp_path, speaks=True)
    assert small.said == {"seconds": 7}
    large = run_process(("-c", "b'x' * 300_000_000"), tmp_path)
    assert large.peak > 286
    busy = run_process(("-c", "sum(range(10**7))"), tmp_path)
    assert busy.cpu > 0
    with pytest.raises(MeasureError, match=r"exit 2: .*lost"):
        run_process(("-c", "import sys; print('lost', file=sys.stderr); sys.exit(2)"), tmp_path)


# ── rows and tables ─────────────────────────────────────────────────────────


def test_every_row_is_held_against_one_of_its_group() -> None:
    every = rows()
    for row in nonempty(every.values()):
        others = [every[other].group for other in (row.against, row.verdicts) if other]
        assert set(others) <= {row.group}
        figures = {aim.figure for aim in row.aims}
        assert figures <= set(page.WORDS)
        assert row.against is not None or not {"ratio", "peak_ratio"} & figures
    assert {row.data[0] for row in every.values() if row.data} == set(data.KINDS)


def test_a_row_brings_what_it_is_held_against() -> None:
    assert list(run.wanted(rows(), ["ndjson"], large=False)) == ["full", "nation", "ndjson"]
    assert "ten" in run.wanted(rows(), [], large=True)
    assert "ten" not in run.wanted(rows(), [], large=False)


def measured(*seconds: float, findings: int | None = None, peak: float = 100.0) -> Measured:
    return Measured([Run(one, one, peak, {}) for one in seconds], findings)


def table() -> page.Table:
    of_both = {
        "old": Row("old", "nation", (), ("plain", 10)),
        "nation": Row(
            "new", "nation", (), ("rich", 40), "old", True, (Aim("ratio", 1.5, 1), Aim("peak", 99))
        ),
        "zen": Row("by zen", "nation", (), aims=(Aim("rate", 1e6),), needs="zen"),
        "growth 9": Row("9 schools", "growth", (), ("plain", 9)),
    }
    found = {
        "old": measured(1, 2, 4, findings=10),
        "nation": measured(4, 10, 4, findings=40),
        "growth 9": measured(0.5, findings=9),
    }
    return page.Table(
        of_both, found, {"zen": "needs zen"}, {"engine/a:b": 2.0, "start": 1.0}, 0.0, 3
    )


def test_a_ratio_is_the_median_of_those_within_a_round_for_a_finding() -> None:
    assert table().figure("nation", "ratio") == 4 / 4
    assert table().figure("nation", "cpu") == pytest.approx(4 / 40 * 1e6)


def test_a_missed_aim_is_said() -> None:
    text = page.text(table())
    assert "| 1.00 ×, stretch; **missed: 100 MiB** |" in text
    assert "| by zen | | | | | | ≥ 1,000,000 rows a second | **none: needs zen** |" in text
    assert "engine 2.00, start 1.00" in text
    assert "| 40 | 4.00 | 100.000 | 40 |" in text


def test_a_program_that_fails_or_judges_otherwise_does_not_win(tmp_path: Path) -> None:
    bench = run.Bench(tmp_path, tmp_path)
    good = Row("good", "g", ("-c", "open(r'{out}', 'w')"))
    of_both = {"good": good, "bad": Row("bad", "g", ("-c", "import sys; sys.exit(4)"))}
    found = bench.group(of_both, 2)
    assert list(found) == ["good"]
    assert len(found["good"].runs) == 2
    assert "exit 4" in bench.absent["bad"]
    found["good"].compared = {"compared": 5, "on_the_line": 1, "elsewhere": 1}
    told = page.Table(of_both, found, bench.absent, {}, 0.0, 2)
    assert told.wrong() == ["good"]
    assert "5 verdicts compared, 2 differ (1 on the line)" in page.text(told)
    assert "| bad | | | | | |  | **none: -c import sys; sys.exit(4): exit 4: ** |" in page.text(
        told
    )


def test_the_page_keeps_what_stands_around_its_part(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("a\n<!-- now -->\nold\n<!-- end of now -->\nz\n", "utf-8")
    page.write("new\n", "now", table(), file)
    page.write("new\n", "now", table(), file)
    text = file.read_text("utf-8")
    assert text.startswith("a\n<!-- now -->\n\nnew\n")
    assert text.endswith("<!-- end of now -->\nz\n")
    assert "old" not in text
    assert (tmp_path / "growth-now.svg").read_text("utf-8").count("<circle") == 2 * 2
    with pytest.raises(ValueError, match="no part"):
        page.write("new\n", "before", table(), file)


def test_the_page_of_the_project_has_both_parts() -> None:
    text = page.PAGE.read_text("utf-8")
    for part in ("now", "before"):
        assert f"<!-- {part} -->\n" in text
        assert f"<!-- end of {part} -->\n" in text
