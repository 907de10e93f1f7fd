"""R1–R7, RS and D1–D7 as somebody would write them by hand, in loops over dictionaries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import sqrt
from typing import Any

Row = dict[str, Any]
Tally = tuple[int, int]  # units that meet RS, coefficients within their limit

LIMITS = {
    "primary": (4.2, 1, 0.9, 4.5, 7.5, 2000, 2.3),
    "junior": (5.3, 1, 0.9, 5.8, 10.2, 2500, 2.4),
}
WEIGHTS = {"primary": 1.0, "junior": 1.1, "senior": 1.32}
COEFFICIENT = {"primary": 0.5, "junior": 0.45}
PER = (100, 100, 100, 1, 1, 1, 100)


def judge(rows: Iterable[Row]) -> Tally:
    """How many units and how many coefficients meet the standard; a blank meets nothing."""
    met = 0
    groups: dict[tuple[str, str], list[tuple[float, list[float | None]]]] = defaultdict(list)
    for row in rows:
        if row["school_type"] in ("special", "vocational"):
            continue
        shared = sum(weight * (row[f"{stage}_students"] or 0) for stage, weight in WEIGHTS.items())
        for stage in ("primary", "junior"):
            pupils = row[f"{stage}_students"]
            if not pupils or (row["school_type"] == "teaching_point" and pupils < 50):
                continue
            values = _values(row, stage, pupils, shared / WEIGHTS[stage])
            met += _six_of_seven(values, LIMITS[stage])
            groups[row["county_code"], stage].append((pupils, values))
    within = sum(_within(units, COEFFICIENT[stage]) for (_, stage), units in groups.items())
    return met, within


def _values(row: Row, stage: str, pupils: float, sharers: float) -> list[float | None]:
    indoor = row["indoor_sports_area"]
    building, field = row["teaching_area"], row["outdoor_sports_area"]
    amounts = (
        row[f"{stage}_teachers_above_degree"],
        row[f"{stage}_backbone_teachers"],
        row[f"{stage}_pe_arts_teachers"],
        None if building is None or indoor is None else building - indoor,
        None if field is None or indoor is None else field + indoor,
        row["equipment_value"],
        row["multimedia_rooms"],
    )
    over = (pupils,) * 3 + (sharers,) * 4
    return [
        None if amount is None else per * amount / count
        for amount, count, per in zip(amounts, over, PER, strict=True)
    ]


def _six_of_seven(values: list[float | None], limits: tuple[float, ...]) -> bool:
    passed = 0
    for value, limit in zip(values, limits, strict=True):
        if value is None or value < 0.85 * limit:
            return False
        passed += value >= limit
    return passed >= 6


def _within(units: list[tuple[float, list[float | None]]], limit: float) -> int:
    everybody = sum(pupils for pupils, _ in units)
    count = 0
    for number in range(7):
        pairs = [(p, v[number]) for p, v in units]
        known = [(p, value) for p, value in pairs if value is not None]
        mean = sum(p * value for p, value in known) / everybody
        if len(known) == len(pairs) and mean:
            square = sum(p / everybody * (value - mean) ** 2 for p, value in known)
            count += sqrt(square) / mean <= limit
    return count
