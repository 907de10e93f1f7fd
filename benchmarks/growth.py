"""Growth as a drawing: seconds and MiB by schools, both on logarithmic scales."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

Point = tuple[int, float, float]  # schools, seconds, MiB

WIDTH, HEIGHT, MARGIN = 340, 260, 48


def curve(points: Sequence[Point]) -> str:
    """An SVG of two panels side by side."""
    panels = "".join(
        panel(place, title, [(schools, figures[place]) for schools, *figures in points])
        for place, title in enumerate(("seconds", "MiB"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="11">\n'
        f'<rect width="100%" height="100%" fill="white"/>\n{panels}</svg>\n'
    )


def panel(place: int, title: str, points: Sequence[tuple[int, float]]) -> str:
    """One curve over its grid of powers of ten."""
    across = powers(schools for schools, _ in points)
    up = powers(value for _, value in points)

    def x(schools: float) -> float:
        span = across[-1] - across[0]
        inside = (log10(schools) - across[0]) / span
        return place * WIDTH + MARGIN + inside * (WIDTH - MARGIN - 32)

    def y(value: float) -> float:
        return HEIGHT - 32 - (log10(value) - up[0]) / (up[-1] - up[0]) * (HEIGHT - 64)

    left, right, low, high = (
        x(10 ** across[0]),
        x(10 ** across[-1]),
        y(10 ** up[0]),
        y(10 ** up[-1]),
    )
    parts = [f'<text x="{left:.0f}" y="16" font-weight="bold">{title} by schools</text>']
    for power in across:
        at = x(10**power)
        parts.append(f'<path d="M{at:.0f} {low:.0f}V{high:.0f}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{at:.0f}" y="{low + 14:.0f}" text-anchor="middle">{10**power:,}</text>'
        )
    for power in up:
        at = y(10**power)
        parts.append(f'<path d="M{left:.0f} {at:.0f}H{right:.0f}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{left - 4:.0f}" y="{at + 4:.0f}" text-anchor="end">{10**power:,g}</text>'
        )
    line = " ".join(f"{x(schools):.1f},{y(value):.1f}" for schools, value in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1f5fa8" stroke-width="2"/>')
    for schools, value in points:
        at, height = x(schools), y(value)
        parts.append(f'<circle cx="{at:.1f}" cy="{height:.1f}" r="3" fill="#1f5fa8"/>')
        parts.append(
            f'<text x="{at - 4:.1f}" y="{height - 6:.1f}" text-anchor="end">{value:,.{0 if value >= 100 else 1}f}</text>'
        )
    return "".join(f"{part}\n" for part in parts)


def powers(values: Iterator[float]) -> list[int]:
    """The powers of ten that enclose all values."""
    known = list(values)
    low, high = floor(log10(min(known))), ceil(log10(max(known)))
    return list(range(low, max(high, low + 1) + 1))
