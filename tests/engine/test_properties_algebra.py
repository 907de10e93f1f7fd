"""The algebra of groups over whole counties: `all` is a minimum, `mean` a mean, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given

from tests.independent.arithmetic import fold
from tests.support.court import same
from tests.support.generate_calm import calm
from tests.support.generate_further import at_a_composite
from tests.support.nonempty import nonempty
from tests.support.properties import (
    a_county,
    batched,
    findings,
    head,
    numbers,
    seed,
    small,
    with_packs,
)

pytestmark = pytest.mark.sweep
MEMBERS = [
    *(f"G{number}" for number in range(1, 16)),
    *(f"Q{number}" for number in range(1, 10)),
    *("P1", "E1", "V1", "V2", "V3", "V4", "V5"),
]
EIGHT = [f"B{number}" for number in range(1, 9)]
ORDERS = 5  # of the same members, over a fifth of the counties


def rule(name: str, kind: str, of: Sequence[str], more: str = "") -> str:
    listed = ", ".join(f'"{one}"' for one in of)
    return (
        f'\n[rule.{name}]\nkind = "{kind}"\nscope = "county"\ntitle = "{name}"\n'
        f'basis = "verified"\nsource = "测试"\nof = [{listed}]\n{more}'
    )


def orders(members: Sequence[str], luck: Random) -> list[list[str]]:
    return [luck.sample(members, len(members)) for _ in range(ORDERS)]


def added(conclusion: str, names: Sequence[str]) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f"[override.{conclusion}]\nadd = [{listed}]\n"


@batched
@given(number=seed)
def test_all_is_commutative_associative_and_idempotent(number: int) -> None:
    luck = Random(number)
    text, whole, names = "", [], []
    for tens, (one, other) in enumerate(
        zip(orders(MEMBERS, luck), orders(MEMBERS, luck), strict=True)
    ):
        cut = luck.randint(1, 30)
        n = [f"X-{tens}{units}" for units in range(8)]
        text += rule(n[1], "all", one) + rule(n[2], "all", other)
        text += rule(n[3], "all", other[:cut]) + rule(n[4], "all", other[cut:])
        text += rule(n[5], "all", n[3:5])
        text += rule(n[6], "all", n[1:3])  # every member twice over
        text += rule(n[7], "all", [other[0], *other[1:cut], n[4]])
        names += n[1:]
        whole += [n[1], n[2], n[5], n[6], n[7]]
    offers = with_packs(head("groups", "national", "X-") + added("C", names) + text)
    documents = [a_county(n) for n in numbers(number, ORDERS)]
    for found in nonempty(findings([calm(number), *documents], "groups", offers=offers)):
        told = {name: found[name, None, None].status for name in whole}
        members = [found[member, None, None].status for member in MEMBERS]
        assert set(told.values()) == {fold(members)}, told


@batched
@given(number=seed)
def test_a_mean_is_the_same_in_any_order_and_lies_among_its_members(number: int) -> None:
    limits = "at_most = { primary = 0.65, junior = 0.55 }\n"
    tried = {f"X-{n}": order for n, order in enumerate(orders(EIGHT, Random(number)))}
    text = head("means", "basic-2012", "X-") + added("BC", [*tried, *(f"{n}a" for n in tried)])
    for name, order in tried.items():
        text += rule(name, "mean", order, limits) + rule(f"{name}a", "mean", order[:1], limits)
    documents = [at_a_composite(n) for n in numbers(number)]
    for found in nonempty(findings(documents, "means", offers=with_packs(text))):
        for stage in ("primary", "junior"):
            whole = found["BM", None, stage]
            values = [found[member, None, stage].value for member in EIGHT]
            known = [value for value in values if value is not None]
            for name, order in nonempty(tried.items()):
                mean, single = found[name, None, stage], found[f"{name}a", None, stage]
                assert mean.status == whole.status
                assert same(mean.value, whole.value, 1.0)
                assert same(single.value, found[order[0], None, stage].value, 1.0)
                if len(known) < 8:
                    assert mean.status == "unknown"
                else:
                    assert mean.value is not None
                    assert min(known) - 1e-12 <= mean.value <= max(known) + 1e-12


@batched
@given(number=seed)
def test_most_is_the_same_in_any_order(number: int) -> None:
    documents = [calm(number), *(small(n) for n in numbers(number, ORDERS))]
    usual = findings(documents)
    for order in nonempty(orders([f"R{n}" for n in range(1, 8)], Random(number))):
        listed = ", ".join(f'"{one}"' for one in order)
        text = head("most", "national", "X-")
        text += f'[override.RS]\nof = [{listed}]\nbasis = "verified"\nsource = "测试"\n'
        for one, other in nonempty(
            zip(usual, findings(documents, "most", offers=with_packs(text)), strict=True)
        ):
            compared = [key for key in one if key[0] in ("RS", "CR")]
            assert compared
            for key in nonempty(compared):
                assert (other[key].status, other[key].value) == (one[key].status, one[key].value)
