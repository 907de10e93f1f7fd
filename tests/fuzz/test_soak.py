"""A hundred checks in one process, of good files and changed ones: what is held does not grow with them."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

from compliance.checker import Checker
from tests.fuzz.corpus import good

FIRST, MORE = 20, 80
A_CHECK = 8 * 1024  # bytes: less than a tenth of what one report holds


def test_what_is_held_does_not_grow_with_the_checks(tmp_path: Path) -> None:
    """Python's own memory, exactly; that of the whole process is measured by `make soak`."""
    checker = Checker()
    bad = tmp_path / "bad.json"
    bad.write_bytes(good()[0].read_bytes()[:-20])
    inputs = [bad, bad, *good()[:1]]  # faults are quick

    def checks(many: int) -> None:
        for number in range(many):
            checker.check(inputs[number % len(inputs)])

    checks(FIRST)
    tracemalloc.start()
    try:
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        checks(MORE)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < MORE * A_CHECK
