"""A few thousand mutants, the same in every run; and others of Hypothesis's choice, which shrinks what it finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.checker import Checker, Report
from tests.fuzz import targets
from tests.fuzz.__main__ import main, trials
from tests.fuzz.acquittal import another
from tests.fuzz.atheris_target import Choices
from tests.fuzz.corpus import CORPUS, FOUND, ROOT, Seed, seeds
from tests.fuzz.counts import BEGIN, END, Counts, replace_between
from tests.fuzz.mutations import mutated
from tests.fuzz.targets import (
    SUBMISSIONS,
    Mutant,
    Outcome,
    Trial,
    baseline,
    judge,
    mutant,
    read,
    tried,
)
from tests.fuzz.workers import Worker
from tests.support.nonempty import nonempty

JUDGED = 27
QUICK = ("confirm", "waivers", "mapping")  # a thousandth of a second each
MANY = {
    **dict.fromkeys(QUICK, 600), "prices": 40, "responsibilities": 40, "declare": 10, "returned": 10, "ledger": 5, "pack": 5,
}  # fmt: skip
IN_PROCESS = tuple(name for name in SUBMISSIONS if name not in ("parquet", "xls"))


def faults(some: Sequence[Trial], outcomes: Sequence[Outcome]) -> list[tuple[Trial, Outcome]]:
    return [(trial, one) for trial, one in zip(some, outcomes, strict=True) if one.is_fault]


def test_submissions_that_are_judged_together(tmp_path: Path) -> None:
    """A third of every form's mutants at least is still read: were all refused, nothing would be judged."""
    some = [
        (target, number) for target in IN_PROCESS for number in range(JUDGED // len(IN_PROCESS))
    ]
    outcomes = tried(some, tmp_path)
    assert not faults(some, outcomes)
    words = {one.word for one in nonempty(outcomes)}
    assert {"fail", "refused"} <= words


def test_what_is_read_alone(tmp_path: Path) -> None:
    some = [(target, number) for target, many in MANY.items() for number in range(many)]
    some += [(f"{target} read", number) for target in IN_PROCESS for number in range(8)]
    outcomes = tried(some, tmp_path)
    assert not faults(some, outcomes)
    for target in QUICK:
        words = {one.word for (name, _), one in zip(some, outcomes, strict=True) if name == target}
        assert words == {"read", "refused"}


def test_commands_and_their_words(tmp_path: Path) -> None:
    some = [("cli", number) for number in range(12)]
    some += [(f"{name} command", 0) for name in ("config", "results", "waivers", "returned")]
    assert not faults(some, tried(some, tmp_path))


@given(st.sampled_from([*QUICK, "prices", *(f"{name} read" for name in IN_PROCESS)]), st.randoms())
def test_others_of_hypothesis_choice(target: str, luck: Random) -> None:
    with TemporaryDirectory() as folder:
        assert not read(mutant(target, 0, luck), Path(folder)).is_fault


@pytest.mark.parametrize("path", sorted((CORPUS / FOUND).iterdir()), ids=lambda path: path.name)
def test_what_was_found_once_is_none_again(path: Path, tmp_path: Path) -> None:
    """`found` holds files that once ended a reader, each called by its target."""
    form = path.name.partition("-")[0]
    target = f"{form} read" if form in SUBMISSIONS else form
    seed = Seed(path.name, path.suffix, {path.name: path.read_bytes()})
    assert not (outcome := read(Mutant(target, seed, "", "", ()), tmp_path)).is_fault, outcome


# --- the fuzzers themselves ------------------------------------------------------------------------
def test_every_seed_fails_and_says_nothing_where_it_is_whole() -> None:
    found = baseline()
    assert all(("C", "") in rules for rules in nonempty(found.failures.values()))
    verdicts = {county.verdict for county in found.good.counties}
    assert (verdicts, found.good.problems) == ({"fail", "pass", "undecided"}, [])


def test_a_number_makes_the_same_mutant_and_another_number_another() -> None:
    for target in ("json", "xlsx", "waivers"):
        assert mutant(target, 7).files == mutant(target, 7).files
        assert len({tuple(mutant(target, n).files.values()) for n in range(20)}) > 15


def test_what_may_pass_is_another_honest_submission_alone() -> None:
    seed = seeds("json")[0]
    (name,) = seed.files
    document = json.loads(seed.files[name])
    before = {name: seed.files[name]}

    def changed(**county: object) -> dict[str, bytes]:
        return {name: json.dumps({**document, "county": {**document["county"], **county}}).encode()}

    assert another(before, changed(teacher_salary=120_000))
    assert another(
        before, {name: json.dumps({**document, "schools": document["schools"][:1]}).encode()}
    )
    assert not another(before, changed(teacher_salary=None))
    assert not another(before, changed(teacher_salary="约300"))
    assert not another(before, changed(teacher_salary_x=1))
    assert not another(before, {name: seed.files[name][:-9]})
    assert not another(
        before, {name: seed.files[name].replace(b"teacher_salary", b"teacher_salarx")}
    )
    table = {"学校.csv": "学校,数\r\n甲乙,5\r\n".encode()}
    assert another(table, {"学校.csv": "学校,数\r\n甲乙,15\r\n".encode()})
    for damage in (
        "学校,数\r\n甲乙,15",
        "学校,数\r\n甲乙,\r\n",
        "学校,数1\r\n甲乙,5\r\n",
        "学校,数\r\n甲乙,0.\r\n",
    ):
        assert not another(table, {"学校.csv": damage.encode()})


def test_a_false_acquittal_and_a_changed_neighbour_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that lets a county pass which failed, or touches a good one."""
    baseline()
    checked = Checker.check
    one = mutant("json", 3)
    monkeypatch.setattr(type(one), "files", one.before)

    passing: set[str] = set()

    def acquitting(self: Checker, paths: Sequence[Path]) -> Report:
        report = checked(self, paths)
        counties = [
            replace(county, verdict="pass") if county.county_code in passing else county
            for county in report.counties
        ]
        return replace(report, counties=tuple(counties))

    monkeypatch.setattr(Checker, "check", acquitting)
    monkeypatch.setattr(targets, "another", lambda *_: False)
    for codes, word in (([one.code], "ACQUITTED"), (baseline().codes, "NEIGHBOUR"), ([], "fail")):
        passing.clear()
        passing.update(codes)
        (tmp_path / word).mkdir()
        (outcome,) = judge([one], tmp_path / word)
        assert outcome.word == word


def test_one_that_hangs_in_python_is_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def endless(_: Path) -> None:
        while True:
            pass

    monkeypatch.setattr(targets, "MOST_SECONDS", 0.1)
    monkeypatch.setitem(targets.READ, "mapping", endless)
    assert read(mutant("mapping", 0), tmp_path).word == "HANG"


def hangs_and_dies(some: Sequence[Trial], _: Path) -> list[Outcome]:
    if ("json", 3) in some:
        time.sleep(600)
    if ("json", 5) in some:
        os._exit(9)
    return [Outcome("fail") for _ in some]


@pytest.mark.slow
def test_one_that_hangs_and_one_that_dies_are_counted_and_the_run_goes_on() -> None:
    some = [("json", number) for number in range(8)]
    with Worker(hangs_and_dies, least=2, each=0) as worker:
        outcomes = worker.tried(some)
    words = [one.word for one in outcomes]
    assert words == ["fail", "fail", "fail", "HANG", "fail", "DIED", "fail", "fail"]


def test_counts_go_on_where_they_stopped(tmp_path: Path) -> None:
    path, page = tmp_path / "counts.json", tmp_path / "page.md"
    first = Counts(path)
    first.add([("json", 0), ("cli", 0)], [Outcome("fail"), Outcome("CRASH", "x")])
    again = Counts(path)
    again.add([("json", 1)], [Outcome("ACQUITTED")])
    assert (Counts(path).total, again.next["json"]) == (3, 2)
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    replace_between(page, BEGIN, END, again.table())
    lines = page.read_text("utf-8").splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert "old" not in lines
    assert "| all | 3 | 1 | 0 | 0 | 1 | 0 | 1 | 0 | 0 |" in lines


def test_trials_are_shared_out_and_numbered() -> None:
    made = [one for some in trials(("json", "cli"), 400, {"json": 5, "cli": 0}) for one in some]
    numbers = [number for target, number in made if target == "json"]
    assert len(made) == 400
    assert numbers == list(range(5, 5 + len(numbers)))


@pytest.mark.slow
def test_the_runner_says_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "4",
        "--only",
        "confirm",
        "--faults",
        str(tmp_path),
        "--resume",
        str(tmp_path / "c.json"),
    ]
    assert main(words) == 0
    assert "| confirm | 4 |" in capsys.readouterr().out


def test_names_without_a_form_of_their_own_are_changed_in_bytes() -> None:
    assert any(mutated("x.bin", b"abc", Random(n)) != b"abc" for n in range(9))


def test_choices_that_come_from_bytes() -> None:
    """Those that libFuzzer steers: the same bytes, the same mutant; none, the first of everything."""
    first, other = (mutant("json", 0, Choices(bytes([n, 7, 255, 3] * 50))).files for n in (1, 200))
    assert first == mutant("json", 0, Choices(bytes([1, 7, 255, 3] * 50))).files
    assert first != other
    assert Choices(b"").choice("abc") == "a"
    assert Choices(b"").random() == 0


@pytest.mark.skipif(not find_spec("atheris"), reason="atheris is not installed")
@pytest.mark.slow
def test_libfuzzer_runs() -> None:
    words = [sys.executable, "-m", "tests.fuzz.atheris_target", "mapping", "-runs=200"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, "Done 200 runs" in done.stderr) == (0, True), done.stderr[-2000:]
