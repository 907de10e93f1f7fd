"""What only the process itself can measure; each prints a JSON object.

    python -m benchmarks.inside reading PATH | rejudging FOLDER | queries PATH RULESET

reading    `seconds` to read and accept what lies at a path, start-up apart, and its `rows`
rejudging  `seconds` of a warm Checker for a county of which one school was corrected
queries    how many separate Polars `queries` a judgement takes
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.data import corrected
from compliance import Checker, Choice, intake
from tests.support.polars_queries import counted_queries

TIMES = 9


def reading(path: str) -> dict[str, float]:
    """The schools of a dataset or of many documents a second."""
    registry = Checker().registry
    words = registry.vocabulary
    start = perf_counter()
    found = intake.take_in([Path(path)], registry.readers, words)
    return {"seconds": perf_counter() - start, "rows": found.schools.height}


def rejudging(folder: str) -> dict[str, float]:
    """The median of several corrections, there and back, of what differs in the corrected county."""
    before = json.loads((Path(folder) / "county.json").read_text("utf-8"))["schools"]
    after = json.loads(corrected(Path(folder)).read_text("utf-8"))["schools"]
    ((old, new),) = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    facts = [name for name in new if new[name] != old.get(name)]
    held, found = Checker().hold(Path(folder) / "county.json"), []
    for row in (new, old) * TIMES:
        start = perf_counter()
        held.correct(new["school_code"], {name: row.get(name) for name in facts})
        found.append(perf_counter() - start)
    return {"seconds": median(found)}


def queries(path: str, ruleset: str) -> dict[str, float]:
    """A judgement, counted."""
    checker = Checker()
    with counted_queries() as counts:
        checker.check(path, Choice(ruleset=ruleset))
    return {"queries": counts.total()}


if __name__ == "__main__":
    ask: dict[str, Callable[..., dict[str, float]]] = {
        "reading": reading,
        "rejudging": rejudging,
        "queries": queries,
    }
    print(json.dumps(ask[sys.argv[1]](*sys.argv[2:])))
