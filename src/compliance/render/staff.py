"""At which schools a county's share of teachers falls short: those whose own are not all counted.

Only where everybody must be: then what the schools lack adds up to what the county lacks. Where it
does not add up, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from compliance.model import COMPULSORY
from compliance.render.cases import Case
from compliance.render.figures import amount, with_unit
from compliance.render.printable import printable, shortened
from compliance.words import pick, say

# What a share counts, and out of whom; facts of the stages and of special schools.
_SHARES = (("trained_teachers", "teachers"), ("certified_teachers", "teachers"))
_STAGES = tuple(f"{stage}_" for stage in COMPULSORY)
_SHOWN = 3


def short_at(case: Case, schools: pl.DataFrame) -> str:
    """``涉及：西关小学缺2人、东关小学缺1人``; empty where the records do not tell.

    schools: the county's, as submitted.
    """
    finding = case.finding
    if case.status != "fail" or finding["threshold"] != 100 or finding["unit"] != "%":
        return ""
    lacks = [
        (printable(row["school_name"]), lack)
        for row in schools.iter_rows(named=True)
        if (lack := sum(_lacks(case, row))) > 0
    ]
    if not lacks or sum(lack for _, lack in lacks) != finding["shortfall"]:
        return ""
    lacks.sort(key=lambda one: -one[1])
    unit = printable(finding["shortfall_unit"])
    named = [
        say("{name}缺{n}", "{name}: {n}", name=name, n=with_unit(amount(lack), unit))
        for name, lack in lacks
    ]
    tail = pick("等{count}所", " and others, {count} in all")
    return say("涉及：{names}", "at {names}", names=shortened(named, tail, _SHOWN))


def _lacks(case: Case, school: Mapping[str, object]) -> Iterator[float]:
    """How many of a school's teachers the share leaves out, a stage at a time."""
    prefixes = ("special_",) if school.get("school_type") == "special" else _STAGES
    for part, whole in _SHARES:
        if part in case.rule.facts:
            for prefix in prefixes:
                counted, everybody = school.get(prefix + part), school.get(prefix + whole)
                if isinstance(counted, float) and isinstance(everybody, float):
                    yield everybody - counted
