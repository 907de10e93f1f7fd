"""Counties of an invented city for an inspector: each with something of its own to see."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from examples import invented

NAMES = ("甲县", "乙县", "丙县", "丁县", "戊县", "己县", "庚县")


def code(number: int) -> str:
    """The code of the n-th county."""
    return f"5199{number + 10}"


def county(number: int) -> dict[str, Any]:
    """A conforming county of some twenty schools."""
    return deepcopy(invented.county(500 + number, code(number), NAMES[number], "城关镇 东镇"))


def write_county(folder: Path, number: int, document: dict[str, Any]) -> Path:
    """A county's file in a folder of its own."""
    path = folder / NAMES[number] / "填报.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def city(made: Path) -> Path:
    """甲 conforms · 乙 public funds five times over · 丙 85.3 % recognition · 丁 a blank · 戊 no papers,
    copied figures · 己 fails · 庚 a negative area; an old 甲 and a file that is none.
    """
    counties = [county(number) for number in range(7)]
    for school in counties[1]["schools"]:
        if "public_funds" in school:
            school["public_funds"] *= 5
    counties[2]["county"]["recognition_percent"] = 85.3
    del counties[3]["schools"][0]["equipment_value"]
    counties[4]["county"]["attestations"]["G1"]["evidence"] = []
    first, second = counties[4]["schools"][0], counties[4]["schools"][1]
    second |= {k: v for k, v in first.items() if k not in ("school_code", "school_name")}
    counties[5]["county"]["recognition_percent"] = 60
    counties[5]["county"]["vetoes"]["V1"] = True
    counties[6]["schools"][0]["teaching_area"] = -5
    counties[0]["version"] = "2024-03-07T09:00:00+08:00"
    for number, document in enumerate(counties):
        write_county(made, number, document)
    old = {**counties[0], "version": "2024-03-01T09:00:00+08:00"}
    (made / "甲县旧.json").write_text(json.dumps(old), encoding="utf-8")
    (made / "坏.json").write_text("{", encoding="utf-8")
    return made
