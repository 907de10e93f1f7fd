"""What was found, kept in its smallest form: the file itself, and in `what.txt` what became of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from tests.fuzz.corpus import written
from tests.fuzz.targets import Outcome, Trial, mutant

MOST = 1500  # signs of what is said of one


def keep(home: Path, trial: Trial, outcome: Outcome) -> None:
    """Say what was found, and put its files into a folder of their own."""
    target, number = trial
    told = f"{target} {number}: {outcome.word} {outcome.told[:MOST]}\n"
    sys.stdout.write(told.encode("utf-8", "backslashreplace").decode())
    sys.stdout.flush()
    folder = home / f"{target.replace(' ', '-')}-{number}"
    if folder.exists():
        return
    folder.mkdir(parents=True)
    if target != "cli":
        one = mutant(target, number)
        for n in range(len(one.steps) + 1):
            so_far = replace(one, steps=mutant(target, number).steps[:n])
            written(one.seed, so_far.files, folder / f"step{n}")
    (folder / "what.txt").write_text(told, "utf-8", "backslashreplace")
