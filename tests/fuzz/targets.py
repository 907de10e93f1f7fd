"""What reads a changed file, and what must hold then.

A trial is a target and a number; the same number gives the same mutant on every machine. Each ends in one
of the `Outcome`s below; those in capitals are faults.

Submissions are judged many at a time beside good ones: no exception; a damaged one of a failing county
passes, or stops failing where it failed, only if the file is another honest submission (`acquittal`) or a problem says
what is wrong with it, and never beside an error; the good ones keep every finding, byte for byte. What is
read alone raises declared errors or none. A command ends with a code of the contract, says why where it is 2 or
4, leaves its inputs as they were, and whole files or none.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click
import polars as pl
from click.testing import CliRunner

from compliance.checker import Checker, Report
from compliance.cli import main
from compliance.collection.returned import read_returned
from compliance.declaration.submitted_form import read_submitted
from compliance.explain.ruleset_listing import opened
from compliance.intake.own_tables.mapping_file import read_mapping
from compliance.kernel.errors import JunhengError, Problem
from compliance.ledger.prices import Priced, Thing, read_prices
from compliance.ledger.read_book import read_book
from compliance.ledger.responsibilities import read_responsibilities
from compliance.render.rectification.planning import things
from compliance.rules.resolution.confirmations import read_confirmations
from compliance.rules.waivers import read_waivers
from tests.fuzz.acquittal import another
from tests.fuzz.corpus import Seed, good, is_packed, renamed, seeds, written
from tests.fuzz.mutations import TEXTS, change_cell_of, mutated, unpacked

TODAY = date(2024, 9, 1)
BETWEEN = "figures_copied"  # mutants of one seed are alike: no word of the damage
SECONDS = 10  # of the processor's, and those of its children, for one input
MOST_SECONDS = 60  # until it is stopped


class Outcome(NamedTuple):
    """How a trial ended: a word to count by, and for a fault what there is to say of it."""

    word: str
    told: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether something is wrong with the program."""
        return self.word.isupper()


def crashed(error: BaseException) -> Outcome:
    """An exception that nobody declared; where it stood."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else ""
    word = "HANG" if isinstance(error, HungError) else "CRASH"
    return Outcome(word, f"{type(error).__name__}: {str(error)[:200]} ({place})")


class HungError(BaseException):
    """A trial has used the processor for too long: no `except Exception` of the program keeps it."""


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """The block ends by a HungError once it has used the processor so long; in a library, when that returns."""

    def stop(*_: object) -> None:
        raise HungError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@dataclass(frozen=True)
class Mutant:
    """A seed changed in some steps, each with a source of choices of its own.

    code: that of its county, so that no two of a run are of one; neighbour: of the other county in its tables.
    """

    target: str
    seed: Seed
    code: str
    neighbour: str
    steps: tuple[Random, ...]

    @cached_property
    def before(self) -> Mapping[str, bytes]:
        """The seed's files, of this county."""
        old, other = codes_of(self.seed)
        files = renamed(self.seed.files, old, self.code)
        return renamed(files, other, self.neighbour) if other else files

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """What stands in the files now."""
        found = dict(self.before)
        for luck in self.steps:
            (name,) = luck.choices(list(found), [len(one) + 1 for one in found.values()])
            if self.neighbour:
                found[name] = change_cell_of(self.code, found[name], luck)
            else:
                found[name] = mutated(name, found[name], luck)
        return found


def mutant(target: str, number: int, luck: Random | None = None) -> Mutant:
    """The mutant of that number; luck: Hypothesis's source of choices, else one of the number."""
    own = luck or Random(f"{target} {number}")
    seed = own.choice(seeds(target.partition(" ")[0]))
    many = own.choice([1, 1, 1, 1, 2, 3])
    steps = tuple(luck or Random(f"{target} {number} {step}") for step in range(many))
    short = number % 20_000
    neighbour = f"{720_000 + short}" if codes_of(seed)[1] else ""
    place = TARGETS.index(target) * 1_000_000 + number  # no two in any twenty thousand are alike
    return Mutant(target, seed, f"{740_000 + place % 59_000}", neighbour, steps)


@cache
def codes_of(seed: Seed) -> tuple[str, str]:
    """The codes, with which those of schools begin, of a seed's county and of the other in its tables."""
    found: dict[str, None] = {}
    for name, content in seed.files.items():
        inner = [one for _, one in unpacked(content)] if is_packed(name) else [content]
        for text in inner:
            found |= dict.fromkeys(code.decode() for code in re.findall(rb"(7\d{5})\d{4}", text))
    first, second, *_ = [*found, "", ""]
    return first, second


# --- submissions -----------------------------------------------------------------------------------
# judged beside the good ones
SUBMISSIONS = (
    "json",
    "xlsx",
    "csv",
    "tsv",
    "txt",
    "zip",
    "html",
    "xml",
    "parquet",
    "xls",
    "neighbours",
)


@cache
def checker() -> Checker:
    """One for all trials of a process."""
    return Checker()


class Kept(NamedTuple):
    """What is said of counties, to be the same however often it is said."""

    findings: pl.DataFrame
    counties: list[Any]
    problems: list[Problem]


def kept(report: Report, codes: Sequence[str]) -> Kept:
    """What a report says of some counties."""
    return Kept(
        report.findings.filter(pl.col("county_code").is_in(list(codes))),
        [one for one in report.counties if one.county_code in codes],
        [one for one in report.problems if one.county_code in codes],
    )


class Baseline(NamedTuple):
    """What is said where nothing is wrong: of the good counties, and of a seed's.

    failures: the rules that its county fails; neighbour: the figures of the other county in its tables.
    """

    codes: Sequence[str]
    good: Kept
    failures: Mapping[tuple[str, str], frozenset[tuple[str, str]]]
    neighbour: Mapping[tuple[str, str], pl.DataFrame]


@cache
def baseline() -> Baseline:
    """All seeds judged once, with the good ones."""
    all_seeds = [(target, seed) for target in SUBMISSIONS for seed in seeds(target)]
    found = [Mutant(target, seed, f"{740_000 + n}", f"{720_000 + n}" if codes_of(seed)[1] else "", ()) for n, (target, seed) in enumerate(all_seeds)]  # fmt: skip
    with TemporaryDirectory() as folder:
        paths = [
            written(one.seed, one.before, Path(folder) / f"m{n}") for n, one in enumerate(found)
        ]
        report = checker().check([*paths, *good()])
    codes = [json.loads(path.read_bytes())["county"]["county_code"] for path in good()]
    names = [(one.target, one.seed.name) for one in found]
    return Baseline(
        codes,
        kept(report, codes),
        {
            name: frozenset(_rules_with("fail", report, one.code))
            for name, one in zip(names, found, strict=True)
        },
        {name: _figures(report, one.neighbour) for name, one in zip(names, found, strict=True)},
    )


def _rules_with(status: str, report: Report, code: str) -> set[tuple[str, str]]:
    """The rules of a county that have a status, and for which stage."""
    own = (pl.col("county_code") == code) & (pl.col("level") == "county")
    found = report.findings.filter(own & (pl.col("status") == status))
    return set(found.select("rule", pl.col("stage").fill_null("")).rows())


def _figures(report: Report, code: str) -> pl.DataFrame:
    rows = report.findings.filter(pl.col("county_code") == code)
    return rows.select(
        "rule", "level", "school_name", "stage", "status", "value", "threshold", "shortfall"
    )


def judge(mutants: Sequence[Mutant], folder: Path) -> list[Outcome]:
    """What becomes of mutants that are judged together, beside the good counties."""
    paths = [written(one.seed, one.files, folder / f"m{n}") for n, one in enumerate(mutants)]
    usual, begun = baseline(), _seconds()
    try:
        with stopped_after(MOST_SECONDS + len(mutants)):
            report = checker().check([*paths, *good()])
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # Rust's panics are no Exception
        return _one_by_one(mutants, folder, crashed(error))
    used = _seconds() - begun
    if used > SECONDS + (len(mutants) if len(mutants) > 1 else 0):
        return _one_by_one(mutants, folder, Outcome("SLOW", f"{used:.0f} s"))
    now, before = kept(report, usual.codes), usual.good
    if not now.findings.equals(before.findings) or now[1:] != before[1:]:
        return _one_by_one(mutants, folder, Outcome("NEIGHBOUR", _change(now, before)))
    alone = len(mutants) == 1
    return [
        _outcome(one, path, report, alone=alone) for one, path in zip(mutants, paths, strict=True)
    ]


def _change(now: Kept, before: Kept) -> str:
    rows = before.findings.join(
        now.findings, on=before.findings.columns, how="anti", nulls_equal=True
    )
    return f"{rows.to_dicts()[:2]} {[one for one in now.counties if one not in before.counties]} {set(now.problems) ^ set(before.problems)}"


def _one_by_one(mutants: Sequence[Mutant], folder: Path, together: Outcome) -> list[Outcome]:
    """Who it was; where it is nobody alone, the first is blamed for what all did together."""
    if len(mutants) == 1:
        return [together]
    found = []
    for n, one in enumerate(mutants):
        inner = folder / f"alone{n}"
        inner.mkdir()
        found += judge([one], inner)
    if not any(one.is_fault for one in found):
        found[0] = Outcome(together.word, f"together only: {together.told}")
    return found


def _outcome(one: Mutant, path: Path, report: Report, *, alone: bool) -> Outcome:
    """What became of one county; what is said of it stands under its code or its file."""
    counties = [county for county in report.counties if county.input == str(path)]
    usual, name = baseline(), (one.target, one.seed.name)
    own = {county.county_code for county in counties} | {one.code}
    problems = [
        problem
        for problem in report.problems
        if problem.code != BETWEEN
        if problem.county_code in own
        or path.name in problem.file.split("/")[-2:]
        or (alone and problem.county_code not in usual.codes)
    ]
    errors = [problem for problem in problems if problem.severity == "error"]
    if one.neighbour and not _figures(report, one.neighbour).equals(usual.neighbour[name]):
        return Outcome("NEIGHBOUR", f"in one table; {problems[0].line() if problems else ''}")
    counties = [county for county in counties if county.county_code != one.neighbour]
    if not counties:
        return Outcome("refused", errors[0].code if errors else "")
    (county, *_) = counties
    passes = county.verdict == "pass"
    if passes and errors:
        return Outcome("ACQUITTED", f"beside an error: {errors[0].line()}")
    in_part = usual.failures[name] & _rules_with("pass", report, county.county_code)
    if (passes or in_part) and another(one.before, one.files):
        return Outcome("another submission")
    if passes and problems:
        return Outcome("passes with a problem", problems[0].line())
    if (passes or in_part) and not problems:
        return Outcome("ACQUITTED", f"{county.verdict} {sorted(in_part)}")
    return Outcome(county.verdict)


def _seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


# --- what is read alone ----------------------------------------------------------------------------
@cache
def _rules() -> Mapping[str, str]:
    rules, _ = opened(None, TODAY)
    return {rule.id: rule.title for rule in rules.rules.values()}


@cache
def _things() -> Mapping[Priced, Thing]:
    rules, words = opened(None, TODAY)
    return things([rules], words)


def _documents(path: Path) -> list[Problem]:
    return [problem for document in checker().documents(path) for problem in document.problems]


def _raising(read: Callable[[Path], object]) -> Callable[[Path], list[Problem]]:
    """What says by an exception what is wrong."""

    def called(path: Path) -> list[Problem]:
        read(path)
        return []

    return called


# what is read, and what problems it has
READ: dict[str, Callable[[Path], list[Problem]]] = {
    "confirm": _raising(read_confirmations),
    "waivers": _raising(lambda path: read_waivers([path], TODAY, _rules())),
    "mapping": _raising(read_mapping),
    "pack": _raising(lambda path: opened(str(path), TODAY)),
    "declare": lambda path: read_submitted(path)[1],
    "ledger": _raising(read_book),
    "prices": lambda path: read_prices(path, _rules(), _things())[1],
    "responsibilities": lambda path: read_responsibilities(path, _rules())[1],
    "returned": lambda path: read_returned(path, path.name, checker().registry.vocabulary).problems,
}


def read(one: Mutant, folder: Path) -> Outcome:
    """What becomes of a file that is read alone, a submission without being judged."""
    path, begun = written(one.seed, one.files, folder / "m"), _seconds()
    try:
        with stopped_after(MOST_SECONDS):
            problems = READ.get(one.target, _documents)(path)
    except JunhengError as error:
        return Outcome("refused", str(error))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # Rust's panics are no Exception
        return crashed(error)
    refused = next((problem for problem in problems if problem.severity == "error"), None)
    return _in_time(begun) or (Outcome("refused", refused.code) if refused else Outcome("read"))


def _in_time(begun: float) -> Outcome | None:
    used = _seconds() - begun
    return Outcome("SLOW", f"{used:.0f} s") if used > SECONDS else None


# --- commands --------------------------------------------------------------------------------------
# target → what is run with its file: FILE; COUNTY is a small failing one, OUT a folder for what is written
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "config": ("rules --config FILE",),
    "results": ("diff FILE COUNTY", "replay FILE COUNTY", "check COUNTY --baseline FILE", "diff FILE FILE"),
    "template": ("rectify COUNTY -o OUT/papers --templates FOLDER --format md --format html --format docx",),
    "json": (
        "check FILE -o json:OUT/a.json -o html:OUT/a.html -o sarif:OUT/a.sarif -o csv:OUT/a.csv",
        "check COUNTY --previous FILE",
        "rectify FILE -o OUT/papers",
        "declare FILE -o OUT/form.xlsx",
        "missing FILE -o OUT/missing.xlsx",
        "anonymise FILE -o OUT/other.json",
        "diff FILE COUNTY",
    ),
    "xlsx": (
        "validate FILE -o OUT/back.xlsx",
        "import FILE -o OUT/county.xlsx",
        "papers FILE -o OUT/papers",
        "anonymise FILE -o OUT/other.xlsx",
        "template --per-school OUT/schools FILE",
    ),
    "declare": ("declare COUNTY --against FILE",),
    "ledger": ("rectify COUNTY -o OUT/papers --format xlsx --paper list --ledger FILE",),
    "prices": ("rectify COUNTY -o OUT/papers --format xlsx --paper costs --prices FILE",),
    "responsibilities": ("rectify COUNTY -o OUT/papers --paper list --responsibilities FILE",),
    "returned": ("collect FOLDER -o OUT/county.xlsx",),
    "pack": ("check COUNTY --ruleset FILE", "rules --ruleset FILE --resolved", "plugin check FILE"),
    "confirm": ("check COUNTY --confirm FILE --format json",),
    "waivers": ("check COUNTY --waivers FILE --format json",),
    "mapping": ("check COUNTY --mapping FILE",),
}  # fmt: skip
ENDS = frozenset(range(5))


def command(one: Mutant, folder: Path, luck: Random) -> Outcome:
    """What becomes of a command that is given a changed file."""
    place = folder / "in"
    place.mkdir()
    name = one.seed.name.removesuffix(one.seed.suffix)
    path = written(one.seed, one.files, place / name)
    county = Path(shutil.copy(good()[0], folder / "county.json"))
    words = {"FILE": path, "FOLDER": place, "COUNTY": county, "OUT": folder / "out"}
    return run(_filled(luck.choice(COMMANDS[one.target.partition(" ")[0]]), words), folder)


def _filled(line: str, words: Mapping[str, Path]) -> list[str]:
    """The words of a line, with paths in place of those in capitals."""
    asked = line.split()
    for name, path in words.items():
        asked = [word.replace(name, str(path)) for word in asked]
    return asked


def run(words: Sequence[str], folder: Path, given: str = "") -> Outcome:
    """How the program ends with these words, started in the folder; what it writes goes to `out` there."""
    out = folder / "out"
    out.mkdir()
    inputs = _contents(folder, out)
    home, begun = Path.cwd(), _seconds()
    os.chdir(folder)
    try:
        with stopped_after(MOST_SECONDS):
            done = CliRunner().invoke(main, list(words), input=given)
    except HungError as error:
        return crashed(error)
    finally:
        os.chdir(home)
    said = f"{' '.join(words)[:300]!r} {done.output[-300:]}"
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return crashed(done.exception)
    if "Traceback" in done.output or "panicked" in done.output or done.exit_code not in ENDS:
        return Outcome("CRASH", f"{done.exit_code} {said}")
    if done.exit_code in (2, 4) and not done.output.strip() and not {"-qq", "-q"} & {*words}:
        return Outcome("SILENT", said)
    if inputs != _contents(folder, out, inputs):
        return Outcome("INPUT CHANGED", said)
    for path in (one for one in folder.rglob("*") if one.is_file() and one not in inputs):
        if fault := _unfinished(path):
            return Outcome("UNFINISHED", f"{path.name}: {fault} {said}")
    return _in_time(begun) or Outcome(f"ends {done.exit_code}")


def _contents(
    folder: Path, out: Path, known: Mapping[Path, bytes] | None = None
) -> dict[Path, bytes]:
    files = known or [one for one in folder.rglob("*") if one.is_file() and out not in one.parents]
    return {path: path.read_bytes() if path.is_file() else b"" for path in files}


def _unfinished(path: Path) -> str:
    """What is not whole in a file that was written; a draft is not."""
    if (path.name.startswith((".", "~")) and path.stat().st_size == 0) or path.suffix in (
        ".tmp",
        ".part",
    ):
        return "a draft"
    data = path.read_bytes()
    try:
        if path.suffix in (".json", ".sarif"):
            json.loads(data)
        elif path.suffix in (".xlsx", ".docx", ".zip"):
            with zipfile.ZipFile(path) as archive:
                return archive.testzip() or ""
        elif path.suffix == ".html" and not data.rstrip().endswith(b"</html>"):
            return "its end"
    except (ValueError, zipfile.BadZipFile) as error:
        return str(error)
    return "" if data else "empty"


# --- words on the command line ---------------------------------------------------------------------
VALUES = (*(text for text in TEXTS if "\x00" not in text and "\ud800" not in text), "R1", "G99", "national", "anhui", "docx", "json",
          "2023-09-01", "0001-01-01", "9999-12-31", "A..B", "national..anhui", "json:out/x.json", "pdf:out/x", "json:-", "nope:x", ":",
          "out/x.xlsx", "out", "county.json", ".", "..", "/", "/dev/null", "/dev/zero", "no/such/place", "a" * 300, "\udcff.json", "-", "--",
          "@county.json", "*", "~", "$HOME", "%s", "{}")  # fmt: skip
NEVER = {"--watch"}  # it ends when somebody wants it to


def arguments(luck: Random, folder: Path) -> Outcome:
    """How the program ends with words as nobody should type them: those of a command, some of them others."""
    county = Path(shutil.copy(good()[0], folder / "county.json"))
    place = {"FILE": county, "FOLDER": folder, "COUNTY": county, "OUT": folder / "out"}
    words = _filled(luck.choice([line for lines in COMMANDS.values() for line in lines]), place)
    if luck.random() < 0.4:
        words = [luck.choice(sorted(set(main.commands) - {"menu"}))]  # it waits for a person
        if isinstance(main.commands[words[0]], click.Group):
            words.append("new")  # `plugin check` of all that is installed takes its half minute
    options = [name for one in _command(words).params for name in one.opts if name[0] == "-"]
    for _ in range(luck.choice([1, 1, 2, 3])):
        at = luck.randrange(1, len(words) + 1)
        match luck.randrange(6):
            case 0:
                words[at : at + 1] = []
            case 1 | 2:
                words[at:at] = [luck.choice([*options, "--help"]), luck.choice(VALUES)]
            case 3:
                words[at:at] = [luck.choice([*options, "--version"])]
            case 4:
                words[at : at + 1] = [luck.choice(VALUES)]
            case _:
                words[at:at] = [luck.choice([*VALUES, "county.json", "R1"])]
    return run([word for word in words if word not in NEVER], folder)


def _command(words: Sequence[str]) -> click.Command:
    found: click.Command = main
    for word in words:
        if isinstance(found, click.Group) and word in found.commands:
            found = found.commands[word]
    return found


# --- all of them -----------------------------------------------------------------------------------
TARGETS = (
    *SUBMISSIONS,
    *(f"{name} read" for name in SUBMISSIONS),
    *READ,
    *(f"{name} command" for name in COMMANDS),
    "cli",
)
Trial = tuple[str, int]  # a target and a number


def tried(trials: Sequence[Trial], folder: Path) -> list[Outcome]:
    """How trials end; submissions are judged together."""
    together = [trial for trial in trials if trial[0] in SUBMISSIONS]
    ends: dict[Trial, Outcome] = {}
    if together:
        outcomes = judge([mutant(*trial) for trial in together], folder)
        ends = dict(zip(together, outcomes, strict=True))
    for place, trial in enumerate(trials):
        if trial not in ends:
            inner = folder / f"t{place}"
            inner.mkdir()
            ends[trial] = _tried_alone(*trial, inner)
            shutil.rmtree(inner, ignore_errors=True)
    return [ends[trial] for trial in trials]


def _tried_alone(target: str, number: int, folder: Path) -> Outcome:
    if target == "cli":
        return arguments(Random(f"cli {number}"), folder)
    one = mutant(target, number)
    if target.endswith(" command"):
        return command(one, folder, Random(f"{target} {number}"))
    return read(one, folder)
