"""Who drives the coefficients, in columns: the same schools and shares as the exact working has."""

from __future__ import annotations

import pytest

from compliance import Checker, Choice
from compliance.checker import judged, load, prepare
from compliance.engine.drivers import drivers
from compliance.engine.findings import findings
from compliance.engine.results import DRIVERS
from compliance.explain.context import Context
from compliance.explain.working import workings
from compliance.intake.cell_locations import Watch
from tests.engine.test_kinds import primary
from tests.explain.test_working import BOOKS
from tests.support.nonempty import nonempty
from tests.support.rules import ruleset
from tests.support.working import EXAMPLES, context_of


def test_shares_of_the_published_coefficient() -> None:
    """T1: terms 0.002693, 0.848553, 5.127446, 4.501090, 0.173004 of 10.652786 in all."""
    pupils, books = [45, 37, 89, 76, 55], [279, 137, 935, 160, 402]
    schools = [
        {**primary(p, None), "equipment_value": float(b)}
        for p, b in zip(pupils, books, strict=True)
    ]
    found = drivers(findings(context_of(ruleset(BOOKS), schools).evaluation))
    assert found.schema == DRIVERS
    assert found["school_code"].to_list() == ["3", "4", "2", "5", "1"]
    assert found["pupils"].to_list() == [89.0, 76.0, 37.0, 55.0, 45.0]
    assert found["share"].to_list() == pytest.approx(
        [0.481325, 0.422527, 0.079655, 0.016240, 0.000253], abs=1e-6
    )


def test_nothing_of_schools_that_are_all_alike() -> None:
    schools = [{**primary(100, None), "equipment_value": 600.0} for _ in range(3)]
    assert drivers(findings(context_of(ruleset(BOOKS), schools).evaluation)).is_empty()


@pytest.mark.parametrize("ruleset_id", ["anhui", "basic-2012"])
def test_the_same_as_the_exact_working(ruleset_id: str) -> None:
    """Every coefficient of a county, with exclusions and indicators of its own too."""
    path, choice = EXAMPLES / "anhui_county.xlsx", Choice(ruleset_id)
    found = Checker().check(path, choice).drivers()
    rules = found["rule"].unique(maintain_order=True).to_list()
    registry = load()
    batch = prepare([path], registry, choice)
    evaluation = judged(batch.jobs[0], registry, choice)
    county = batch.submission.counties.row(0, named=True)
    context = Context(batch, evaluation, Watch({}, batch.vocabulary), county)
    for rule in nonempty(rules):
        (working,) = workings(context, rule)
        for spread in nonempty(working.spread):
            own = found.filter(rule=rule, stage=spread.stage)
            exact = spread.drivers[: own.height]
            assert own["school_code"].to_list() == [one.school_code for one in exact]
            assert own["share"].to_list() == pytest.approx([float(one.share) for one in exact])
            assert own["value"].to_list() == pytest.approx([float(one.value) for one in exact])
            assert own["pupils"].to_list() == [float(one.pupils) for one in exact]
