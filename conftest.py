"""What every test of the repository stands on: Hypothesis profiles, and which tests are slow.

``--hypothesis-profile=thorough`` (``make thorough``) tries ten times as many examples as usual,
others each time; ``quick`` (``make quick``) a fifth; ``sweep`` (``make sweep``) goes through what the
others sample (`tests/support/sweeps.py`). The tests in ``tests/slow.txt`` are marked
``slow``; ``--list-slow`` (``make slow``) writes that file anew. Nothing is kept in the user's own cache.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from compliance.kernel import environment

settings.register_profile("default", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("quick", settings.get_profile("default"), max_examples=10)
settings.register_profile(
    "thorough", settings.get_profile("default"), max_examples=500, derandomize=False
)
settings.register_profile("sweep", settings.get_profile("default"), max_examples=200)
settings.load_profile("default")

SLOW = Path(__file__).parent / "tests" / "slow.txt"
LONG = 0.15  # seconds


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option of ``make slow``."""
    parser.addoption("--list-slow", action="store_true", help=f"write {SLOW.name} anew")


def pytest_configure(config: pytest.Config) -> None:
    """A cache for this session alone, and its workers; reports are counted where they all arrive."""
    if not hasattr(config, "workerinput"):
        folder = TemporaryDirectory()
        config.add_cleanup(folder.cleanup)
        os.environ[environment.CACHE] = folder.name
    if config.getoption("--list-slow") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SlowList())


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark what stands in the list, whatever its parameters."""
    slow = set(SLOW.read_text("utf-8").split())
    for item in items:
        if function(item.nodeid) in slow:
            item.add_marker(pytest.mark.slow)


def function(node: str) -> str:
    """The test function of a node."""
    return node.partition("[")[0]


class SlowList:
    """Times each test function by its slowest case; those left out of `make quick` anyway are not listed."""

    def __init__(self) -> None:
        self.longest: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Of a test, the call alone: what its fixtures cost is shared."""
        if report.when == "call" and not {"sweep", "wheel", "office", "browser"} & {
            *report.keywords
        }:
            name = function(report.nodeid)
            self.longest[name] = max(self.longest[name], report.duration)

    def pytest_sessionfinish(self) -> None:
        """Write the list, in order."""
        slow = sorted(name for name, seconds in self.longest.items() if seconds > LONG)
        SLOW.write_text("".join(f"{name}\n" for name in slow), "utf-8")
