"""Counties judged by Spark's workers: the same report and the same findings, whatever dies on the way."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from polars.testing import assert_frame_equal

from compliance import Checker, Choice
from compliance.checker.parts import Job, JudgedPart, Judging
from compliance.checker.report import Wording
from compliance.cli import main
from compliance.engine.results import FINDINGS
from tests.checker.test_parts import county_by_county, written
from tests.conftest import EXAMPLES, ROOT
from tests.support.court import installed
from tests.support.generate_variants import blanked, recoded
from tests.support.nonempty import nonempty
from tests.support.properties import a_county

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

checking = import_module("compliance.checker.check")
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # sockets to the JVM


def java() -> int:
    """The version of Java, 0 without any."""
    program = shutil.which("java")
    if program is None:
        return 0
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    """Two workers, each part tried four times; they find the tests of this folder."""
    for name in ("pyspark", "pyarrow", "pandas"):
        pytest.importorskip(name, reason="pip install -e .[spark]")
    if java() < 17:
        pytest.skip("Java 17 is not installed")
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        for folder in (ROOT, Path(__file__).parent):
            patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        builder = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        found = builder.config("spark.log.level", "ERROR").getOrCreate()
        yield found
        found.stop()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Counties of several provinces, with blanks, a tie, copies across counties, one that is refused."""
    folder = tmp_path_factory.mktemp("mixed")
    documents = [
        recoded(a_county(number), f"{region}{number:04d}")
        for number, region in enumerate(("34", "37", "41", "13", "51", "62", "34"))
    ]
    for document in documents:
        document["county"].pop("province", None)
    documents[5] = blanked(documents[5], Random(5), 0.1)
    tied = next(one for one in documents[0]["schools"] if one["school_type"] == "primary")
    tied |= {"primary_students": 1000, "primary_teachers_above_degree": 42}  # 4.2, as is asked
    for number, school in enumerate(documents[2]["schools"]):
        copy = {"school_code": f"9{number:09d}", "county_code": "370001"}
        documents[1]["schools"].append(school | copy)
    del documents[3]["schools"][0]["school_type"]
    return written(documents, folder)


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, words)])


def findings(folder: Path) -> pl.DataFrame:
    """What Spark wrote, file after file."""
    files = nonempty(sorted(folder.glob("province=*/*.parquet")))
    return pl.concat([pl.read_parquet(one, hive_partitioning=False) for one in files])


# ── with Spark ────────────────────────────────────────────────────────────────────


@pytest.mark.spark
def test_small_bulk_and_spark_are_one_judge(
    mixed: Path, session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del session
    small = run(mixed, "-o", f"parquet:{tmp_path / 'small.parquet'}")
    monkeypatch.setattr("compliance.checker.parts.SCHOOLS", 12)
    bulk = run(mixed, "-o", f"parquet:{tmp_path / 'bulk.parquet'}")
    spark = run(mixed, "--engine", "spark", "-o", f"parquet:{tmp_path / 'spark'}")
    assert small.exit_code == bulk.exit_code == spark.exit_code == 4, spark.output
    assert spark.stdout == small.stdout
    expected = pl.read_parquet(tmp_path / "small.parquet")
    assert {"fail", "unknown", "pass"} <= set(expected["status"])
    assert expected["county_code"].n_unique() == 6
    assert "figures_copied" in expected["warnings"].explode().to_list()
    tied = expected.filter(pl.col("rule") == "R1", pl.col("value") == pl.col("threshold"))
    assert tied["status"].to_list() == ["pass"]
    assert_frame_equal(pl.read_parquet(tmp_path / "bulk.parquet"), expected)
    found = findings(tmp_path / "spark")
    assert found.schema == FINDINGS
    assert_frame_equal(found, expected)
    assert (tmp_path / "spark" / "_SUCCESS").is_file()


class Deadly(Judging):
    """One whose worker is killed while it judges its first part, once."""

    mark = Path()

    def __reduce__(self) -> Any:
        return _revived, (Deadly.mark, self.__dict__)

    def part(self, jobs: Sequence[Job]) -> JudgedPart:
        """As any other, after the first."""
        made = super().part(jobs)
        try:
            Deadly.mark.touch(exist_ok=False)
        except FileExistsError:
            return made
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")


def _revived(mark: Path, state: dict[str, Any]) -> Deadly:
    Deadly.mark = mark
    found = Deadly.__new__(Deadly)
    found.__dict__.update(state)
    return found


@pytest.mark.spark
def test_a_worker_killed_in_the_middle_loses_nothing(
    mixed: Path, session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compliance.checker.spark import Spark

    del session
    expected = Checker(installed()).check(mixed)
    monkeypatch.setattr(Deadly, "mark", tmp_path / "killed")
    monkeypatch.setattr(checking, "Judging", Deadly)
    with Spark(installed(), output=str(tmp_path / "out")) as spark:
        report = Checker(installed()).check(mixed, executor=spark)
    assert (tmp_path / "killed").exists()
    assert_frame_equal(findings(tmp_path / "out"), expected.findings)
    assert report.counties == expected.counties
    assert report.excluded == expected.excluded
    assert report.overview == expected.overview
    assert report.refused == expected.refused
    assert county_by_county(report.problems) == county_by_county(expected.problems)
    engine: Any = report.manifest["engine"]
    assert (engine["name"], engine["master"]) == ("spark", "local[2,4]")
    assert {"spark", "java", "pyarrow"} < set(engine)


class Broken(Judging):
    """One that fails wherever it judges."""

    def part(self, jobs: Sequence[Job]) -> JudgedPart:
        """Never anything."""
        raise ZeroDivisionError(str(len(jobs)))


@pytest.mark.spark
def test_a_job_that_fails_leaves_no_findings(
    mixed: Path, session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del session
    with monkeypatch.context() as patch:
        patch.setattr(checking, "Judging", Broken)
        failed = run(mixed, "--engine", "spark", "-o", f"parquet:{tmp_path / 'out'}")
    assert failed.exit_code == 5
    assert "ZeroDivisionError" in failed.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.spark
def test_a_worker_on_which_other_rules_are_installed_is_named(
    session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del session
    spark = import_module("compliance.checker.spark")
    here = spark.installed(installed()) | {"junheng-anhui": "9.9.9 aaaaaaaaaaaa", "junheng-x": "1"}
    monkeypatch.setattr(spark, "installed", lambda _: here)
    failed = run(
        EXAMPLES / "conforming.json", "--engine", "spark", "-o", f"parquet:{tmp_path / 'o'}"
    )
    assert failed.exit_code == 2
    assert "junheng-anhui：这里9.9.9" in failed.stderr
    assert "junheng-x：这里1，工作机没有" in failed.stderr
    assert "polars" not in failed.stderr
    assert not (tmp_path / "o").exists()


@pytest.mark.spark
def test_what_spark_reaches_is_read_and_written_and_nothing_else_is_overwritten(
    session: SparkSession, tmp_path: Path
) -> None:
    del session
    county, out = EXAMPLES / "conforming.json", tmp_path / "out"
    words = (county.as_uri(), "--engine", "spark", "-o", f"parquet:{out.as_uri()}", "--lang", "en")
    here = run(county, "--lang", "en")
    for _ in range(2):  # an earlier result is replaced
        there = run(*words)
        said = there.stdout.replace(county.as_uri(), str(county))
        assert (there.exit_code, said) == (here.exit_code, here.stdout), there.stderr
    expected = Checker(installed()).check(county, lang="en")
    assert_frame_equal(findings(out), expected.findings)
    head = json.loads((out / "_results.json").read_text("utf-8"))
    assert "findings" not in head
    assert head["counties"][0]["input"] == county.as_uri()
    assert head["manifest"]["asked"]["inputs"] == [county.as_uri()]
    assert head["manifest"]["engine"]["name"] == "spark"
    (out / "notes.txt").touch()
    refused = run(*words)
    assert (refused.exit_code, (out / "notes.txt").exists()) == (2, True)
    bad = EXAMPLES / "invalid.json"
    unread = run(bad.as_uri(), "--engine", "spark", "-o", (tmp_path / "none").as_uri())
    assert unread.exit_code == 4, unread.stderr
    told = json.loads((tmp_path / "none" / "_results.json").read_text("utf-8"))
    assert told["counties"] == []
    assert {one["path"] for one in told["problems"]} == {bad.as_uri()}
    nowhere = run(county.as_uri() + "x", "--engine", "spark")
    assert (nowhere.exit_code, "没有这个文件" in nowhere.stderr) == (2, True)


def test_how_to_judge_can_be_sent_to_workers_and_judges_the_same() -> None:
    batch = checking.prepare([EXAMPLES / "conforming.json"], installed(), Choice())
    (job,) = batch.jobs
    kinds = installed().kinds
    words = Wording(batch.vocabulary, [(job.rules, kinds)])
    judging = Judging(kinds, words, batch.problems, strict=False, alone=False)
    sent, figures = pickle.loads(pickle.dumps((judging, job)))
    assert_frame_equal(
        *(pl.concat(one.frames()) for one in (sent.part([figures]), judging.part([job])))
    )


# ── without it ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        ["--format", "json"], ["-o", "html:{}"], ["-o", "parquet:{}", "-o", "parquet:{}2"],
        ["--watch"], ["--baseline", "{}"], ["--templates", "{}"], ["-o", "parquet:-"],
    ],
)  # fmt: skip
def test_what_does_not_go_with_spark_is_said(words: list[str], tmp_path: Path) -> None:
    given = [word.format(tmp_path / "x") for word in words]
    found = run(EXAMPLES / "conforming.json", "--engine", "spark", *given)
    assert found.exit_code == 2
    assert "Spark" in found.stderr or words[0] in found.stderr


def test_an_output_takes_no_input_away(tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "conforming.json", tmp_path)
    for folder in (tmp_path, tmp_path.parent, tmp_path / "out"):
        found = run(tmp_path, "--engine", "spark", "-o", f"parquet:{folder}")
        assert (found.exit_code, "覆盖输入" in found.stderr) == (2, True)


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.cli.spark.find_spec", lambda _: None)
    found = run(EXAMPLES / "conforming.json", "--engine", "spark")
    assert found.exit_code == 2
    assert "junheng[spark]" in found.stderr
    assert "Java" in found.stderr


def test_a_master_without_spark_is_refused() -> None:
    assert run(EXAMPLES / "conforming.json", "--master", "local[2,4]").exit_code == 2


# ── the example ───────────────────────────────────────────────────────────────────


def test_the_submission_brings_its_environment_and_asks_for_spark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "environment"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python").touch()
    said = tmp_path / "said"
    submit = tmp_path / "spark-submit"
    submit.write_text(
        f'#!/bin/sh\ntar -tzf "${{4%#*}}" > "{said}.tar"\nprintf "%s\\n" "$@" > "{said}"\n'
    )
    submit.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("PYTHON_ENVIRONMENT", str(home))
    script = EXAMPLES / "spark" / "submit.sh"
    words = ["bash", str(script), "hdfs:///in", "hdfs:///out", "--as-of", "2024-09-01"]
    subprocess.run(words, check=True)
    options, program, *asked = said.read_text().partition(f"{EXAMPLES}/spark/judge.py\n")
    assert "environment" in options
    assert "./bin/python" in (tmp_path / "said.tar").read_text().split()
    assert options.split()[:2] == ["--master", "yarn"]
    assert "spark.pyspark.python=./environment/bin/python" in options
    assert f"spark.pyspark.driver.python={home}/bin/python" in options
    assert program
    monkeypatch.setattr("compliance.cli.spark.find_spec", lambda _: None)
    found = CliRunner().invoke(main, "".join(asked).split())  # all its options are understood
    assert (found.exit_code, "junheng[spark]" in found.stderr) == (2, True)
