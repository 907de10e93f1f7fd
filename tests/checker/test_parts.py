"""Counties judged one by one, some together or all at once: the same report, and the same files."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import import_module
from itertools import cycle
from pathlib import Path
from random import Random
from typing import BinaryIO

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from polars.testing import assert_frame_equal

from compliance import Checker, Choice, Report
from compliance.checker import parts
from compliance.cli import main
from compliance.engine.results import FINDINGS, Results
from compliance.kernel.errors import Problem
from compliance.render import streams
from compliance.render.documents.output_files import write_whole
from tests.support import sweeps
from tests.support.court import Document, installed
from tests.support.generate_variants import blanked, recoded
from tests.support.nonempty import nonempty
from tests.support.properties import RULESETS, a_county, batched, numbers, seed, small

checking = import_module("compliance.checker.check")  # the package has a function of that name
PART = "SCHOOLS"  # about so many are judged at once
WHOLE = 1_000_000
SIZES = (1, 12)
GROUP = "relaxations-2019"


def counties(number: int, share: int, luck: Random) -> list[Document]:
    """Counties of several provinces and years, in turn; some with blanks."""
    found = []
    for place, n in enumerate(numbers(number, share)):
        one = recoded(a_county(n), f"6{place:05d}")
        one["county"]["province"] = luck.choice(RULESETS)
        one["county"]["year"] = luck.choice((2021, 2022, 2023))
        found.append(blanked(one, luck, 0.03) if place % 3 == 1 else one)
    return found


def written(documents: Sequence[Document], folder: Path) -> Path:
    for document in documents:
        file = folder / f"{document['county']['county_code']}.json"
        file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return folder


def in_parts(
    monkeypatch: pytest.MonkeyPatch, folder: Path, choice: Choice, sizes: Sequence[int]
) -> list[Report]:
    """Reports on what is read once, judged in parts of each size."""
    batch = checking.prepare([folder], installed(), choice)
    monkeypatch.setattr(checking, "prepare", lambda *_: batch)
    reports = []
    for size in sizes:
        monkeypatch.setattr(parts, PART, size)
        reports.append(Checker(installed()).check(folder, choice))
    return reports


CHOICES = {
    "each by its own": Choice(),
    "relaxed": Choice("national", switches=(GROUP,)),
    "strict": Choice(strict=True, switches=("retention-b",)),
    "a city": Choice("anhui-hefei", enforce=("secondary",)),
    "predecessor": Choice("basic-2012"),
}
# a sweep tries every size on every choice; otherwise they take turns
TRIED = [(how, SIZES if sweeps.WHOLE else (size,)) for how, size in zip(CHOICES, cycle(SIZES))]


@pytest.mark.sweep
@pytest.mark.parametrize(("how", "sizes"), TRIED)
@batched
@given(number=seed)
def test_the_size_of_parts_changes_nothing(
    number: int, how: str, sizes: tuple[int, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    luck = Random(f"{how} {number}")
    folder = written(counties(number, 12, luck), tmp_path_factory.mktemp("parts"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        whole, *others = in_parts(monkeypatch, folder, CHOICES[how], (WHOLE, *sizes))
    assert whole.findings["county_code"].n_unique() > 4
    for other in nonempty(others):
        assert_frame_equal(other.findings, whole.findings)
        assert other.counties == whole.counties
        assert other.excluded == whole.excluded
        assert county_by_county(other.problems) == county_by_county(whole.problems)
        assert other.refused == whole.refused
        assert other.overview == whole.overview
        assert replace(other, problems=whole.problems).to_json() == whole.to_json()


@pytest.mark.parametrize("most", [1, 37, 400])
def test_findings_put_together_in_slices_are_the_same(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few at once, also where rules of few rows are told together."""
    folder = written(counties(7, 4, Random(7)), tmp_path)
    choice = Choice("national", date(2023, 9, 1))
    taken: list[pl.DataFrame] = []
    monkeypatch.setattr("compliance.assessment.messages._SLICE", WHOLE)
    whole = Checker(installed()).check(folder, choice).findings
    monkeypatch.setattr("compliance.assessment.messages._SLICE", most)
    Checker(installed()).check(folder, choice, sinks=[taken.extend])
    assert len(taken) == -(-whole.height // most)
    assert_frame_equal(pl.concat(taken).cast(FINDINGS), whole)


def county_by_county(problems: Sequence[Problem]) -> list[Problem]:
    """In parts, what concerns one county comes before the next county's of another rule set."""
    return sorted(problems, key=lambda one: (one.county_code or "", one.year or 0))


# ── files written while parts are judged ────────────────────────────────────

FORMS = ("csv", "ndjson", "parquet")


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Counties of two rule sets, one after the other and the other way round."""
    documents = [recoded(small(n), f"6{n:05d}") for n in range(4)]
    for document, province in zip(documents, cycle(("national", "anhui")), strict=False):
        document["county"]["province"] = province
    return written(documents, tmp_path_factory.mktemp("several"))


@pytest.fixture(scope="module")
def report(several: Path) -> Report:
    """Of all of them at once."""
    return Checker(installed()).check(several)


def files(folder: Path, out: Path, size: int, *more: str) -> dict[str, Path]:
    """Format → the file that `check` writes, judging in parts of a size."""
    out.mkdir()
    found = {form: out / f"findings.{form}" for form in FORMS}
    outputs = [word for form, path in found.items() for word in ("-o", f"{form}:{path}")]
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(parts, PART, size)
        command = ["check", str(folder), *outputs, "--fail-on", "never", *more]
        run = CliRunner().invoke(main, command)
    assert run.exit_code == 0, run.output
    return found


@pytest.fixture(scope="module")
def one_by_one(several: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return files(several, tmp_path_factory.mktemp("parts") / "one", 1)


def test_files_are_the_same_whatever_the_size_of_parts(
    several: Path, one_by_one: dict[str, Path], tmp_path: Path
) -> None:
    """Also the same as of a report that holds all findings: what is printed needs them."""
    whole = files(several, tmp_path / "whole", WHOLE)
    kept = files(several, tmp_path / "kept", 1, "--format", "ndjson")
    for out in (one_by_one, files(several, tmp_path / "two", 25), kept):
        for form in ("csv", "ndjson"):
            assert out[form].read_bytes() == whole[form].read_bytes()
        assert_frame_equal(pl.read_parquet(out["parquet"]), pl.read_parquet(whole["parquet"]))


def test_every_format_has_the_findings_of_the_report(
    one_by_one: dict[str, Path], report: Report
) -> None:
    found = one_by_one
    assert_frame_equal(pl.read_parquet(found["parquet"]), report.findings)
    lines = found["ndjson"].read_text("utf-8").splitlines()
    assert [json.loads(line)["message"] for line in lines] == report.findings["message"].to_list()
    rows = list(csv.DictReader(io.StringIO(found["csv"].read_text("utf-8-sig"))))
    assert [row["message"].lstrip("'") for row in rows] == report.findings["message"].to_list()


def test_sinks_take_what_the_report_would_hold(
    several: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, PART, 1)
    taken: list[pl.DataFrame] = []
    rest = Checker(installed()).check(several, sinks=[taken.extend])
    assert len(taken) == 4
    assert rest.findings.is_empty()
    assert_frame_equal(pl.concat(taken).cast(FINDINGS), report.findings)


def test_parts_are_said_in_either_language_after_judging(
    several: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, PART, 1)
    english = Checker(installed()).check(several, lang="en")
    said = report.in_language("en")
    assert_frame_equal(said.findings, english.findings)
    assert_frame_equal(english.in_language("zh").findings, report.findings)
    assert not said.findings["message"].equals(report.findings["message"])


def strings(reader: str, path: Path) -> dict[str, str]:
    """Column → its type, as another program reads the file."""
    library = pytest.importorskip(reader)
    if reader == "pyarrow":
        from pyarrow import parquet  # type: ignore[import-not-found,unused-ignore]

        return {one.name: str(one.type) for one in parquet.read_schema(path)}
    described = library.sql(f"describe select * from read_parquet('{path}')").fetchall()
    return {row[0]: row[1].lower() for row in described}


@pytest.mark.parametrize("reader", ["polars", "pyarrow", "duckdb"])
def test_words_in_parquet_are_strings_to_every_reader(
    one_by_one: dict[str, Path], reader: str
) -> None:
    path = one_by_one["parquet"]
    if reader == "polars":
        assert pl.read_parquet_schema(path) == FINDINGS
        return
    found = strings(reader, path)
    assert list(found) == FINDINGS.names()
    words = [name for name, dtype in FINDINGS.items() if dtype == pl.String]
    assert {found[name] for name in words} <= {"string", "large_string", "string_view", "varchar"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_where_judging_stops_no_file_is_left(
    several: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    """Neither a new one nor half of one in place of the old."""
    (tmp_path / "findings.csv").write_text("old", "utf-8")
    monkeypatch.setattr(parts, PART, 1)
    real, seen = parts.Judging.part, list[object]()

    def third(self: parts.Judging, jobs: Sequence[parts.Job]) -> parts.JudgedPart:
        seen.append(jobs)
        if len(seen) == 3:
            raise error
        return real(self, jobs)

    monkeypatch.setattr(parts.Judging, "part", third)
    sinks = [partial(written_whole, form, tmp_path / f"findings.{form}") for form in FORMS]
    before = set(threading.enumerate())
    with pytest.raises(error):
        Checker(installed()).check(several, sinks=sinks)
    assert set(threading.enumerate()) <= before
    assert [path.name for path in tmp_path.iterdir()] == ["findings.csv"]
    assert (tmp_path / "findings.csv").read_text("utf-8") == "old"


def written_whole(form: str, path: Path, given: Iterable[pl.DataFrame]) -> None:
    write_whole(path, partial(streams()[form], given))


def test_a_file_that_cannot_be_written_is_told_and_the_others_are_whole(
    several: Path, report: Report, tmp_path: Path
) -> None:
    fine, folder = tmp_path / "findings.csv", tmp_path / "in the way"
    folder.mkdir()
    outputs = ["-o", f"parquet:{folder}", "-o", f"csv:{fine}"]
    run = CliRunner().invoke(main, ["check", str(several), *outputs])
    assert run.exit_code == 2
    assert "in the way" in run.stderr
    rows = csv.DictReader(io.StringIO(fine.read_text("utf-8-sig")))
    assert len(list(rows)) == report.findings.height


def test_a_renderer_of_a_plugin_is_used_in_place_of_the_stream(
    several: Path, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def own(report: Results, stream: BinaryIO) -> None:
        stream.write(f"{report.findings.height} findings".encode())

    registry = replace(installed(), renderers={**installed().renderers, "csv": own})
    monkeypatch.setattr(checking, "load", lambda: registry)
    found = files(several, tmp_path / "out", 1)
    height = report.findings.height
    assert height > 0
    assert found["csv"].read_text("utf-8") == f"{height} findings"
    assert pl.read_parquet(found["parquet"]).height == height
