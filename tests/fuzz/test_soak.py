"""Many checks in one process, of good files and bad ones: what is held does not grow with them."""

from __future__ import annotations

import gc
from pathlib import Path

from compliance.checker import Checker
from tests.fuzz.corpus import good
from tests.support.sweeps import tried

FIRST, MORE = 15, tried(80, 25)
A_CHECK = 10  # objects; one report holds thousands


def test_what_is_held_does_not_grow_with_the_checks(tmp_path: Path) -> None:
    """Of Python's objects, which are counted; the memory of the process is measured by `make soak`."""
    checker = Checker()
    bad = tmp_path / "bad.json"
    bad.write_bytes(good()[0].read_bytes()[:-20])

    def held_after(many: int) -> int:
        for number in range(many):
            checker.check(bad if number % 25 else good()[0])
        gc.collect()
        return len(gc.get_objects())

    before = held_after(FIRST)
    assert held_after(MORE) - before < MORE * A_CHECK
