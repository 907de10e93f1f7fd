"""The tables as Markdown, the growth as a drawing, and their places in docs/performance.md."""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.growth import curve
from benchmarks.measure import ROOT, Measured
from benchmarks.rows import Aim, Row

PAGE = ROOT / "docs" / "performance.md"
WORDS = {
    "ratio": ("≤ {:g} ×", "{:.2f} ×"),
    "seconds": ("≤ {:g} s", "{:.2f} s"),
    "cpu": ("≤ {:g} CPU s", "{:.1f} CPU s"),
    "peak": ("≤ {:g} MiB", "{:,.0f} MiB"),
    "peak_ratio": ("≤ {:g} × the memory", "{:.2f} × the memory"),
    "rate": ("≥ {:,.0f} rows a second", "{:,.0f} rows a second"),
    "queries": ("≤ {:g}", "{:,.0f}"),
}
PROFILED = 15  # functions


@dataclass(frozen=True)
class Table:
    """What a run found. absent: rows left out → why; load: that of the machine before."""

    rows: Mapping[str, Row]
    found: Mapping[str, Measured]
    absent: Mapping[str, str]
    profile: Mapping[str, float]
    load: float
    rounds: int

    def figure(self, key: str, name: str) -> float | None:
        """What an aim speaks of."""
        one, row = self.found[key], self.rows[key]
        if name == "queries":
            return float(one.runs[0].said["queries"])
        if name in ("ratio", "peak_ratio"):
            other = self.found.get(row.against or "")
            if other is None:
                return None
            if name == "ratio":
                return one.against(other, per_finding=row.per_finding)
            return one.peak / other.peak
        value: float | None = getattr(one, name)
        return value

    def wrong(self) -> list[str]:
        """What compares doubles as the references do, and differs from us off the line."""
        return [
            key
            for key, one in self.found.items()
            if one.compared.get("elsewhere") and not self.rows[key].roughly
        ]


def text(table: Table) -> str:
    """Where and when, the rows, growth, profile."""
    parts = [machine(table), "\n".join(lines(table))]
    grown = growth(table)
    if len(grown) > 1:
        parts.append("\n".join(growth_lines(grown)))
    if table.profile:
        parts.append("\n".join(profile_lines(table.profile)))
    return "\n\n".join(parts) + "\n"


def machine(table: Table) -> str:
    """What was measured where, with what."""
    names = ("junheng", "polars", "duckdb", "zen-engine", "openfisca-core")
    cores = len(os.sched_getaffinity(0))
    rounds = f"medians of {table.rounds} rounds" if table.rounds > 1 else "one round"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {_processor()}, {cores} cores, {memory:.0f} GiB; "
        f"Python {platform.python_version()}, {', '.join(filter(None, map(_version, names)))}; "
        f"{rounds}; load of the machine before: {table.load:.1f}."
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


def lines(table: Table) -> Iterator[str]:
    """A line a row; growth has a table of its own."""
    yield "| | s | × | findings | CPU s a million | MiB | aim | reached |"
    yield "|---|--:|--:|--:|--:|--:|---|---|"
    for key, row in table.rows.items():
        if key in table.absent:
            yield f"| {row.title} | | | | | | {'; '.join(map(aim, row.aims))} | **none: {table.absent[key]}** |"
        elif row.group != "growth":
            yield line(table, key)


def line(table: Table, key: str) -> str:
    """One row of the table."""
    row, one = table.rows[key], table.found[key]
    ratio = table.figure(key, "ratio")
    cells = (
        row.title,
        "" if "queries" in one.runs[0].said else shown(one.seconds),
        "" if ratio is None else f"{ratio:.2f} of “{row.against}”",
        "" if one.findings is None else f"{one.findings:,}",
        "" if one.cpu is None else f"{one.cpu:.1f}",
        f"{one.peak:,.0f}",
        "; ".join(map(aim, row.aims)),
        "; ".join(outcomes(table, key)),
    )
    return f"| {' | '.join(cells)} |"


def shown(seconds: float) -> str:
    """Seconds, short ones in thousandths."""
    return f"{seconds:.3f}" if seconds < 1 else f"{seconds:.2f}"


def aim(one: Aim) -> str:
    """In words."""
    words = WORDS[one.figure][0].format(one.limit)
    return words if one.stretch is None else f"{words} (stretch {one.stretch:g})"


def outcomes(table: Table, key: str) -> Iterator[str]:
    """Of each aim whether it was met; of bare verdicts how they agree with ours."""
    for one in table.rows[key].aims:
        figure = table.figure(key, one.figure)
        if figure is None:
            continue
        met = figure >= one.limit if one.figure == "rate" else figure <= one.limit
        said = WORDS[one.figure][1].format(figure)
        further = ", stretch" if one.stretch is not None and figure <= one.stretch else ""
        yield f"{said}{further}" if met else f"**missed: {said}**"
    if "rows" in table.found[key].runs[0].said and not table.rows[key].aims:
        yield WORDS["rate"][1].format(table.found[key].rate)
    agreed = table.found[key].compared
    if agreed:
        apart = agreed["on_the_line"] + agreed["elsewhere"]
        where = f" ({agreed['on_the_line']} on the line)" if apart else ""
        yield f"{agreed['compared']:,} verdicts compared, {apart} differ{where}"


def growth(table: Table) -> list[tuple[int, Measured]]:
    """Schools and what they took: the plain dataset with the national set."""
    keys = [key for key in table.found if table.rows[key].group == "growth"]
    keys += [key for key in ("nation", "ten") if key in table.found]
    of = [(table.rows[key].data, table.found[key]) for key in keys]
    return sorted(((data[1], one) for data, one in of if data), key=lambda pair: pair[0])


def growth_lines(grown: list[tuple[int, Measured]]) -> Iterator[str]:
    """From a county to ten nations."""
    yield "| schools | s | ms a school | findings | CPU s a million | MiB | KiB a school |"
    yield "|--:|--:|--:|--:|--:|--:|--:|"
    for schools, one in grown:
        cells = (
            f"{schools:,}",
            shown(one.seconds),
            f"{one.seconds / schools * 1000:.3f}",
            f"{one.findings or 0:,}",
            f"{one.cpu or 0:.1f}",
            f"{one.peak:,.0f}",
            f"{one.peak * 1024 / schools:,.1f}",
        )
        yield f"| {' | '.join(cells)} |"


def profile_lines(profile: Mapping[str, float]) -> Iterator[str]:
    """Rooms, and the functions that take longest in one sampled run."""
    rooms: dict[str, float] = defaultdict(float)
    for place, seconds in profile.items():
        rooms[place.partition(":")[0].partition("/")[0]] += seconds
    everything = sum(rooms.values())
    shares = sorted(rooms.items(), key=lambda pair: -pair[1])
    told = ", ".join(f"{room} {seconds:.2f}" for room, seconds in shares if seconds >= 0.01)
    yield f"Where a nation's {everything:.1f} s go, one sampled run: {told}."
    yield ""
    yield "| s | function |"
    yield "|--:|---|"
    for place, seconds in sorted(profile.items(), key=lambda pair: -pair[1])[:PROFILED]:
        yield f"| {seconds:.2f} | `{place}` |"


def write(said: str, part: str, table: Table, page: Path = PAGE) -> None:
    """Put the text between the page's marks of a part, and draw the curve beside the page."""
    start, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
    before, mark, rest = page.read_text("utf-8").partition(start)
    _, closing, after = rest.partition(end)
    if not mark or not closing:
        raise ValueError(f"{page.name} has no part “{part}”")
    drawing = f"growth-{part}.svg"
    grown = [(schools, one.seconds, one.peak) for schools, one in growth(table)]
    (page.parent / drawing).write_text(curve(grown), "utf-8")
    shown = f"{said}\n![Seconds and MiB by schools]({drawing})\n"
    page.write_text(before + start + "\n" + shown + "\n" + end + after, "utf-8")
