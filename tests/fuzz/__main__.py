"""Try mutants and count how they end: ``make fuzz N=10000``, or

    python -m tests.fuzz N [--only TARGET,…] [--from NUMBER] [--resume FILE] [--hours H] [--record PAGE] [--faults DIR]

N: how many, in shares over the targets. --from: their first number (a number makes the same mutant everywhere).
--resume: goes on where the run before stopped, and keeps its counts. --hours: stop after so long. --record: the
page whose table says the counts. --faults: where what is found is put, each in its smallest form. Ends with 1 where
something was found.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from tests.fuzz.counts import BEGIN, END, Counts, replace_between
from tests.fuzz.reproducers import keep
from tests.fuzz.targets import READ, SUBMISSIONS, TARGETS, Trial
from tests.fuzz.workers import Worker

BATCH = 500
# how often a target is tried where another is once: what is read alone costs a hundredth of what is judged,
# a command, and what is read in a process of its own, ten times as much
OFTEN = {
    **dict.fromkeys(SUBMISSIONS, 20), "json": 150, "xlsx": 150, "csv": 150, **dict.fromkeys(("parquet", "xls"), 2),
    **{f"{name} read": 60 for name in SUBMISSIONS}, **dict.fromkeys(("parquet read", "xls read"), 2),
    **dict.fromkeys(READ, 60), **dict.fromkeys(("confirm", "waivers", "mapping"), 1500), "pack": 20, "cli": 60,
}  # fmt: skip


def trials(targets: Sequence[str], many: int, start: Mapping[str, int]) -> Iterator[list[Trial]]:
    """So many trials, some at a time, of every target as often as it should be, from its own number on."""
    luck, number = Random(sum(start.values())), Counter(start)
    often = [OFTEN.get(one, 1) for one in targets]
    for done in range(0, many, BATCH):
        found = []
        for target in luck.choices(targets, often, k=min(BATCH, many - done)):
            found.append((target, number[target]))
            number[target] += 1
        yield found


def main(words: Sequence[str] | None = None) -> int:
    """The runner; the exit code."""
    given = _asked(words)
    targets = given.only.split(",") if given.only else TARGETS
    counts = Counts(given.resume)
    start = {one: max(given.start, counts.next[one]) for one in targets}
    begun, found = time.monotonic(), 0
    with Worker() as worker:
        for some in trials(targets, given.number, start):
            if given.hours and time.monotonic() - begun > given.hours * 3600:
                break
            outcomes = worker.tried(some)
            counts.add(some, outcomes)
            for trial, one in zip(some, outcomes, strict=True):
                if one.is_fault:
                    found += 1
                    keep(given.faults, trial, one)
    sys.stdout.write(f"\n{counts.table()}\n")
    if given.record:
        replace_between(given.record, BEGIN, END, counts.table())
    return min(found, 1)


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("number", type=int, metavar="N")
    parser.add_argument("--only", default="", help=", ".join(TARGETS))
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--hours", type=float)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--faults", type=Path, default=Path("out/fuzz"))
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
