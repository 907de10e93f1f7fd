"""Times side by side in one run, written into docs/performance.md; never a test.

    python -m benchmarks.run [--large] [--data FOLDER] [--rounds N] [--before]
    python -m benchmarks.run --only WORD … [--nation N] [--province N]

Each program is a process of its own; those that are compared run in turns, on two cores, and each
figure is the median of the rounds. Findings are read back and counted, and every verdict that a
reference or peer also gives is compared. ``--large`` adds ten nations, registers and Spark. ``--data`` keeps what was
made for the next run. ``--before`` writes into the page's part "before". With ``--only``, or other
sizes, the table is printed and the page left alone.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from benchmarks import page
from benchmarks.measure import ROOT, Measured, MeasureError, Run, run
from benchmarks.page import Table
from benchmarks.rows import NATION, PROVINCE, Row, rows

LITTLE = 690  # schools to warm up with
ROUNDS = {"ten": 2}  # at most
MAKERS = (
    "benchmarks/data.py", "benchmarks/registers.py", "examples/invented.py", "examples/invented_facts.py",
)  # fmt: skip


class Bench:
    """Runs rows: datasets made once in a folder, outputs in another."""

    def __init__(self, data: Path, scratch: Path) -> None:
        made_by = sha256(b"".join((ROOT / name).read_bytes() for name in MAKERS)).hexdigest()
        self.data = data / made_by[:12]
        self.scratch = scratch
        self.absent: dict[str, str] = {}  # row → why

    def dataset(self, kind: str, schools: int) -> Path:
        """The dataset, made if it is not there yet."""
        folder = self.data / f"{kind}-{schools}"
        if not folder.exists():
            log(f"making {folder.name}")
            command = ("-m", "benchmarks.data", kind, str(schools), str(folder))
            run(command, self.scratch)
        return folder

    def file(self, key: str) -> Path:
        """Where a row's command writes."""
        name = key.replace(" ", "-")
        return self.scratch / name / name

    def out(self, key: str) -> Path:
        """The same in a new folder: what was there is gone."""
        file = self.file(key)
        shutil.rmtree(file.parent, ignore_errors=True)
        file.parent.mkdir()
        return file

    def measure(self, key: str, row: Row, schools: int = sys.maxsize) -> Run:
        """One run of a row, on fewer schools where it is only to warm up."""
        kind, size = row.data or ("", 0)
        made = self.dataset(kind, min(size, schools)) if kind else ""
        filled = {"data": made, "out": self.out(key)}
        words = [word.format(**filled) if "{" in word else word for word in row.command]
        return run(words, self.scratch, speaks=row.speaks)

    def group(self, chosen: Mapping[str, Row], rounds: int) -> dict[str, Measured]:
        """Its rows in turns, once on little data before, so that bytecode and caches are there."""
        runs: dict[str, list[Run]] = defaultdict(list)
        for number in range(rounds + 1):
            for key, row in chosen.items():
                if key in self.absent:
                    continue
                log(f"{number}/{rounds} {key}")
                try:
                    if number:
                        runs[key].append(self.measure(key, row))
                    else:
                        self.measure(key, row, LITTLE)
                        self.dataset(*row.data) if row.data else None
                except MeasureError as error:
                    self.absent[key] = str(error)
        found = {key: Measured(runs[key]) for key in chosen if key not in self.absent}
        for key in tuple(found):
            if chosen[key].findings:
                self._count(key, chosen, found)
        for key in chosen:
            shutil.rmtree(self.file(key).parent, ignore_errors=True)
        return found

    def _count(self, key: str, chosen: Mapping[str, Row], found: dict[str, Measured]) -> None:
        """Read a row's findings back, and compare the verdicts of those that give the same."""
        row = chosen[key]
        given = [name for name in found if chosen[name].verdicts == key]
        files = [str(self.file(name)) for name in (key, *given)]
        schools = str(row.data[1] if row.data else 0)
        log(f"reading back {key}")
        try:
            command = ("-m", "benchmarks.verdicts", str(row.findings), schools, *files)
            said = run(command, self.scratch, speaks=True).said
        except MeasureError as error:  # what cannot be read back was not done
            self.absent[key] = str(error)
            del found[key]
            return
        found[key].findings = int(said["findings"])
        for name in given:
            found[name].compared = agreed = said[self.file(name).name]
            found[name].findings = agreed["compared"]


def log(text: str) -> None:
    """What is being done, for whoever waits."""
    print(text, file=sys.stderr, flush=True)


def wanted(every: Mapping[str, Row], only: list[str], *, large: bool) -> dict[str, Row]:
    """The rows asked for, with what they are held against."""
    found = {
        key: row
        for key, row in every.items()
        if (any(w in (key, row.group) for w in only) if only else large or not row.large)
    }
    needed = {row.against for row in found.values()} | {row.verdicts for row in found.values()}
    while needed := {key for key in needed if key and key not in found}:
        found |= {key: every[key] for key in needed}
        needed = {every[key].against for key in needed}
    return {key: row for key, row in every.items() if key in found}


def measured(bench: Bench, asked: argparse.Namespace) -> Table:
    """Every row asked for, and where a nation's time goes."""
    every = rows(asked.nation, asked.province)
    chosen = wanted(every, asked.only, large=asked.large)
    bench.absent |= {
        key: f"needs {row.needs}, see benchmarks/README.md"
        for key, row in chosen.items()
        if row.needs and importlib.util.find_spec(row.needs) is None
    }
    found: dict[str, Measured] = {}
    load = os.getloadavg()[0]
    for group in dict.fromkeys(row.group for row in chosen.values()):
        together = {key: row for key, row in chosen.items() if row.group == group}
        found |= bench.group(together, min(asked.rounds, ROUNDS.get(group, asked.rounds)))
    profile: Mapping[str, float] = {}
    if "nation" in found:
        log("sampling nation")
        command = ("-m", "benchmarks.sampling", *chosen["nation"].command[2:])
        row = replace(chosen["nation"], command=command, speaks=True)
        profile = bench.measure("sampled", row).said
    return Table(chosen, found, bench.absent, profile, load, asked.rounds)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and bring the page up to date."""
    parser = argparse.ArgumentParser(prog="benchmarks.run", description=__doc__)
    parser.add_argument("--large", action="store_true", help="ten nations, registers and Spark too")
    parser.add_argument("--data", type=Path, help="where made data is kept")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--before", action="store_true", help="the page's part for older code")
    parser.add_argument("--only", action="append", default=[], metavar="KEY|GROUP")
    parser.add_argument("--nation", type=int, default=NATION, help="schools")
    parser.add_argument("--province", type=int, default=PROVINCE, help="schools")
    asked = parser.parse_args(arguments)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        table = measured(Bench((asked.data or scratch / "data").absolute(), scratch), asked)
    text = page.text(table)
    print(text)
    if wrong := table.wrong():
        sys.exit(f"other verdicts than ours: {', '.join(wrong)}")
    if not asked.only and (asked.nation, asked.province) == (NATION, PROVINCE):
        page.write(text, "before" if asked.before else "now", table)


if __name__ == "__main__":
    main()
