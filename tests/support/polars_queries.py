"""How many queries Polars is asked: a measure of work that no busy machine disturbs."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from polars.lazyframe.engine import _LocalEngine

# Every plan is run by one of these: `collect` of lazy frames, the operations of eager ones, sinks and
# the functions that read a whole file. What Series answer themselves (a sum, a comparison) asks nothing.
COLLECTING = ("collect", "collect_async", "collect_batches", "collect_all", "collect_all_async")


@contextmanager
def counted_queries() -> Iterator[Counter[str]]:
    """Queries by the method that runs them, while the block lasts; ``total()`` is their number.

    Plans collected together count one by one.
    """
    counts: Counter[str] = Counter()
    with mock.patch.multiple(
        _LocalEngine, **{name: _counting(name, counts) for name in COLLECTING}
    ):
        yield counts


def _counting(name: str, counts: Counter[str]) -> Any:
    run = getattr(_LocalEngine, name)

    @functools.wraps(run)
    def counting(self: Any, plans: Any, **options: Any) -> Any:
        if name.startswith("collect_all"):
            plans = list(plans)
            counts[name] += len(plans)
        else:
            counts[name] += 1
        return run(self, plans, **options)

    return counting
