"""A process run once and what it cost; several programs run in turns.

Whoever measures stays small: a process starts with the peak of the one that started it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

JUDGED = frozenset({0, 1, 3})  # exit codes of a county that conforms, fails, is undecided
ROOT = Path(__file__).parents[1]


class MeasureError(Exception):
    """A measured program that failed: its name, exit code and last words."""


@dataclass(frozen=True)
class Run:
    """What one process cost, with the children it waited for; `said`: what it printed as JSON.

    seconds: by the clock. cpu: user and system seconds. peak: MiB of its largest process.
    """

    seconds: float
    cpu: float
    peak: float
    said: Mapping[str, Any]


@dataclass
class Measured:
    """The runs of one program; how many findings it wrote, and how its verdicts agree with ours."""

    runs: Sequence[Run]
    findings: int | None = None
    compared: Mapping[str, int] = field(default_factory=dict)

    @property
    def times(self) -> list[float]:
        """Seconds of each run: its own where it measured itself."""
        return [one.said.get("seconds", one.seconds) for one in self.runs]

    @property
    def seconds(self) -> float:
        """The median run."""
        return median(self.times)

    @property
    def peak(self) -> float:
        """MiB of the median run."""
        return median(one.peak for one in self.runs)

    @property
    def cpu(self) -> float | None:
        """CPU seconds a million findings."""
        if self.findings is None:
            return None
        return median(one.cpu for one in self.runs) / self.findings * 1e6

    @property
    def rate(self) -> float:
        """Rows a second of what says how many it read."""
        return float(self.runs[0].said["rows"]) / self.seconds

    def against(self, other: Measured, *, per_finding: bool) -> float:
        """The median of how many times the other's time each of the runs took in its turn."""
        ratio = median(a / b for a, b in zip(self.times, other.times, strict=True))
        if per_finding and self.findings and other.findings:
            ratio *= other.findings / self.findings
        return ratio


def environment(home: Path) -> dict[str, str]:
    """That of an installed program: its bytecode is kept, its caches lie in a folder of ours."""
    own = {
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(home / "bytecode"),
        "COMPLIANCE_CACHE": str(home / "cache"),
        "COMPLIANCE_LANG": "zh",
    }
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | own


def run(arguments: Sequence[str], home: Path, *, speaks: bool = False) -> Run:
    """Run this interpreter with arguments; what it prints goes to files in `home`.

    speaks: it prints a JSON object. Raises MeasureError where it fails.
    """
    command = [sys.executable, *arguments]
    log, errors = home / "printed", home / "errors"
    opened = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [
        (os.POSIX_SPAWN_OPEN, number, str(file), opened, 0o644)
        for number, file in ((1, log), (2, errors))
    ]
    start = perf_counter()
    process = os.posix_spawn(sys.executable, command, environment(home), file_actions=files)
    _, status, used = os.wait4(process, 0)
    seconds = perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in JUDGED or (speaks and code):
        last = " ".join(errors.read_text().split()[-40:])
        raise MeasureError(f"{' '.join(arguments)}: exit {code}: {last}")
    said = json.loads(log.read_text()) if speaks else {}
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said)
