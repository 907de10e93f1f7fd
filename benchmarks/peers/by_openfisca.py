"""R1–R7 and RS as a country package of OpenFisca: `python -m benchmarks.peers.by_openfisca DATA OUT`.

An entity, a variable a figure and verdict, formulas on whole columns. Polars hands over the stages
with their amounts. OpenFisca holds figures in 32 bits: close to a limit its verdicts can differ.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.by_hand import INDICATORS, KEY, limit, units

Formula = Any  # (population, period) → array
YEAR = "2023"
UNIT = build_entity("unit", "units", "A school's stage that has pupils", is_person=True)


def variable(name: str, kind: type, formula: Formula = None) -> type[Variable]:
    """A variable of the stages for a year; without a formula it is given."""
    body = {"value_type": kind, "entity": UNIT, "definition_period": DateUnit.YEAR}
    own = {} if formula is None else {"formula": formula}
    return type(name, (Variable,), body | own)


def country() -> TaxBenefitSystem:
    """R1 … are given amounts, R1_value … and R1_met … follow, then RS."""
    system = TaxBenefitSystem([UNIT])
    system.add_variable(variable("pupils", float))
    for k, one in INDICATORS.items():
        system.add_variable(variable(k, float))
        system.add_variable(variable(f"{k}_limit", float))
        system.add_variable(variable(f"{k}_value", float, value_of(k, one.per)))
        system.add_variable(variable(f"{k}_met", bool, met_of(k)))
    system.add_variable(variable("RS_met", bool, school))
    return system


def value_of(k: str, per: int) -> Formula:
    """Amount over pupils."""

    def formula(unit: Formula, period: object) -> object:
        return per * unit(k, period) / unit("pupils", period)

    return formula


def met_of(k: str) -> Formula:
    """Value against limit."""

    def formula(unit: Formula, period: object) -> object:
        return unit(f"{k}_value", period) >= unit(f"{k}_limit", period)

    return formula


def school(unit: Formula, period: object) -> object:
    """Six of seven, and none below 85 %."""
    met = sum(unit(f"{k}_met", period).astype(int) for k in INDICATORS)
    enough = met >= 6
    for k in INDICATORS:
        enough &= unit(f"{k}_value", period) >= 0.85 * unit(f"{k}_limit", period)
    return enough


def judge(data: Path, out: Path) -> None:
    """All stages at once."""
    rows = units(data).with_columns(**{f"{k}_limit": limit(k) for k in INDICATORS}).collect()
    simulation = SimulationBuilder().build_default_simulation(country(), rows.height)
    simulation.set_input("pupils", YEAR, rows["p"].to_numpy())
    for k in INDICATORS:
        for name in (k, f"{k}_limit"):
            simulation.set_input(name, YEAR, rows[name].to_numpy())
    status = pl.when("met").then(pl.lit("pass")).otherwise(pl.lit("fail"))
    pl.concat(
        rows.select(
            *KEY, rule=pl.lit(k), met=pl.Series(simulation.calculate(f"{k}_met", YEAR))
        ).select(*KEY, "rule", status=status)
        for k in (*INDICATORS, "RS")
    ).write_parquet(out)


if __name__ == "__main__":
    judge(*map(Path, sys.argv[1:]))
