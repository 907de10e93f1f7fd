"""A city whose block of resources asks R1–R7 themselves, judged from a pack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from compliance import Report, check
from compliance.assessment import PROBLEM, assess
from compliance.render.rectification.write import papers
from compliance.render.terminal.summary import summary

EXAMPLES = Path(__file__).parents[2] / "examples"
PACK = """
[pack]
id = "trial-city"
title = "试验市"
extends = "national"
prefix = "TC-"
source = "试"
effective = 2018-01-01
layer = "city"

[override.CR]
of = ["R1", "R2", "R3", "R4", "R5", "R6", "R7"]
relaxes = true
basis = "verified"
source = "试"

[override.RS]
role = "advisory"
relaxes = true
basis = "verified"
source = "试"
"""


def test_what_check_requires_the_list_calls_a_problem(tmp_path: Path) -> None:
    """A primary school loses its rooms with multimedia: it would pass with six of the seven."""
    figures = json.loads((EXAMPLES / "conforming.json").read_text(encoding="utf-8"))
    school = next(one for one in figures["schools"] if one.get("multimedia_rooms"))
    school["multimedia_rooms"] = 0
    data, pack = tmp_path / "county.json", tmp_path / "city.toml"
    data.write_text(json.dumps(figures, ensure_ascii=False), encoding="utf-8")
    pack.write_text(PACK, encoding="utf-8")

    report = check([data], ruleset=str(pack))
    (county,) = report.counties
    assert county.blocks["CR"] == "fail"
    (total,) = [
        one for one in assess(report, county).totals if one.rule == "R7" and one.schools == 1
    ]
    assert total.standing == PROBLEM

    text = summary(report, colour=False)
    assert "缺口合计（未达标学校）" in text
    assert "建议提升" not in text
    units = {(one["school_code"], one["stage"]) for one in judged(report, "R1")}
    assert f"{len(units)}个学段中1个不达标" in text  # each once, however many rules ask of it
    (paper,) = papers(report)
    (item,) = [one for one in paper.problems if one.rule == "R7"]
    assert item.school_code == school["school_code"]
    assert not paper.suggestions
    (line,) = [one for one in paper.totals if one.rule == "R7"]
    assert (line.schools, line.also) == (1, "—")
    assert f"{total.amount.value:.0f}{total.amount.unit}" in line.problems


def judged(report: Report, rule: str) -> list[dict[str, Any]]:
    """The findings of a rule on the units that it applies to."""
    found = report.findings.filter(pl.col("rule") == rule, pl.col("status") != "not_applicable")
    return found.to_dicts()
