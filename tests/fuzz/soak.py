"""Ten thousand checks in one process, and what memory it holds: ``make soak``, or

    python -m tests.fuzz.soak N [--record docs/hardening.md]

A service that holds one `Checker` all day must not grow. The counties checked are three good ones and changed ones in
turn, so that the roads of faults are walked as well. Ends with 1 where memory grew by more than `MOST`.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.corpus import good, written
from tests.fuzz.counts import replace_between
from tests.fuzz.targets import checker, mutant

BEGIN, END = "<!-- memory of a soak -->", "<!-- end of the memory -->"
WARM = 100  # checks until everything that is kept once is there
MOST = 1.15  # times what was held when warm
FORMS = ("json", "csv", "xlsx", "html")
POINTS = 20  # of the curve
EACH = 5  # of so many inputs one is good


def resident() -> float:
    """MiB of memory that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 2**20


def checks(many: int, folder: Path) -> Iterator[int]:
    """Check so many inputs, each alone, and say after each how many were."""
    for number in range(many):
        path = good()[number // EACH % len(good())]
        if number % EACH:
            one = mutant(FORMS[number % len(FORMS)], number)
            path = written(one.seed, one.files, folder / f"m{number}")
        checker().check(path)
        yield number + 1


def curve(many: int) -> Iterator[tuple[int, float]]:
    """After how many checks how much memory is held, from when all is warm."""
    step = max(1, (many - WARM) // POINTS)
    with TemporaryDirectory() as folder:
        for done in checks(many, Path(folder)):
            if done >= WARM and (done - WARM) % step == 0:
                gc.collect()
                yield done, resident()


def main(words: list[str] | None = None) -> int:
    """The runner; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.soak", description=__doc__)
    parser.add_argument("number", type=int, metavar="N")
    parser.add_argument("--record", type=Path)
    given = parser.parse_args(words)
    rows, held = ["| checks | MiB |", "| ---: | ---: |"], list[float]()
    for done, now in curve(given.number):
        held.append(now)
        rows.append(f"| {done:,} | {now:.0f} |")
        sys.stdout.write(f"{rows[-1]}\n")
        sys.stdout.flush()
        if given.record:  # after every point: a soak that is ended has its figures too
            replace_between(given.record, BEGIN, END, "\n".join(rows))
    return int(held[-1] > held[0] * MOST)


if __name__ == "__main__":
    sys.exit(main())
