"""How many trials ended how: kept in a file from run to run, and as the table of a page."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.fuzz.targets import TARGETS, Outcome, Trial

BEGIN, END = "<!-- counts of the fuzzers -->", "<!-- end of the counts -->"
FAULTS = ("CRASH", "HANG", "ACQUITTED", "NEIGHBOUR")  # a column each; others in one


class Counts:
    """Target → outcome → how many; and by which number a target's next trial goes."""

    def __init__(self, path: Path | None = None) -> None:
        kept = json.loads(path.read_text("utf-8")) if path is not None and path.is_file() else {}
        self.path = path
        self.next: dict[str, int] = defaultdict(int, kept.get("next", {}))
        self.ends: dict[str, Counter[str]] = defaultdict(Counter)
        for target, ends in kept.get("ends", {}).items():
            self.ends[target].update(ends)

    def add(self, trials: Sequence[Trial], outcomes: Sequence[Outcome]) -> None:
        """Count them, and keep the file whole at any moment."""
        for (target, number), one in zip(trials, outcomes, strict=True):
            self.next[target] = max(self.next[target], number + 1)
            self.ends[target][one.word] += 1
        if self.path is not None:
            draft = self.path.with_name(f"{self.path.name}.draft")
            draft.write_text(json.dumps({"next": self.next, "ends": self.ends}, indent=1), "utf-8")
            os.replace(draft, self.path)  # noqa: PTH105 - one step, where a file may stand already

    @property
    def total(self) -> int:
        """All trials."""
        return sum(sum(ends.values()) for ends in self.ends.values())

    def table(self) -> str:
        """By target: trials, how the honest ends are spread, faults."""
        head = [
            "target",
            "mutations",
            "judged or read",
            "refused",
            "another submission, or with a problem said",
            *map(str.lower, FAULTS),
            "other faults",
        ]
        rows = [_row(target, self.ends[target]) for target in TARGETS if target in self.ends]
        whole = Counter[str]()
        for ends in self.ends.values():
            whole.update(ends)
        rows.append(_row("all", whole))
        lines = [head, ["---"] * len(head), *rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(name: str, ends: Mapping[str, int]) -> list[str]:
    passed = ends.get("another submission", 0) + ends.get("passes with a problem", 0)
    refused = sum(ends.get(one, 0) for one in ("refused", "ends 2", "ends 4"))
    faults = sum(many for one, many in ends.items() if one.isupper())
    judged = sum(ends.values()) - passed - refused - faults
    apart = [ends.get(one, 0) for one in FAULTS]
    numbers = (sum(ends.values()), judged, refused, passed, *apart, faults - sum(apart))
    return [name, *(f"{one:,}" for one in numbers)]


def replace_between(page: Path, begin: str, end: str, table: str) -> None:
    """Put a table where a page keeps it."""
    head, mark, rest = page.read_text("utf-8").partition(begin)
    _, last, tail = rest.partition(end)
    page.write_text(f"{head}{mark}\n\n{table}\n\n{last}{tail}", "utf-8")
