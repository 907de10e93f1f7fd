"""The algebra of groups over whole counties: `all` is a minimum, `mean` a mean, in any order.

``JUNHENG_EXAMPLES=50`` tries more counties than the usual few.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.engine.test_properties_limits import findings, head, small, with_packs
from tests.independent.arithmetic import fold
from tests.support.court import same
from tests.support.generate_calm import calm
from tests.support.generate_further import at_a_composite

few = settings(  # a smaller county would tell little more, and take minutes to be found
    max_examples=int(os.environ.get("JUNHENG_EXAMPLES", "2")),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
seed = st.integers(0, 9_999)
MEMBERS = [
    *(f"G{number}" for number in range(1, 16)),
    *(f"Q{number}" for number in range(1, 10)),
    *("P1", "E1", "V1", "V2", "V3", "V4", "V5"),
]
EIGHT = [f"B{number}" for number in range(1, 9)]


def rule(name: str, kind: str, of: Sequence[str], more: str = "") -> str:
    listed = ", ".join(f'"{one}"' for one in of)
    return (
        f'\n[rule.{name}]\nkind = "{kind}"\nscope = "county"\ntitle = "{name}"\n'
        f'basis = "verified"\nsource = "测试"\nof = [{listed}]\n{more}'
    )


@few
@given(seed, st.permutations(MEMBERS), st.permutations(MEMBERS), st.integers(1, 30))
def test_all_is_commutative_associative_and_idempotent(
    number: int, one: list[str], other: list[str], cut: int
) -> None:
    text = head("groups", "national", "X-")
    text += '[override.C]\nadd = ["X-1", "X-2", "X-3", "X-4", "X-5", "X-6", "X-7"]\n'
    text += rule("X-1", "all", one) + rule("X-2", "all", other)
    text += rule("X-3", "all", other[:cut]) + rule("X-4", "all", other[cut:])
    text += rule("X-5", "all", ["X-3", "X-4"])
    text += rule("X-6", "all", ["X-1", "X-2"])  # every member twice over
    text += rule("X-7", "all", [other[0], *other[1:cut], "X-4"])
    for found in findings([calm(number), small(number)], "groups", with_packs(text)):
        told = {name: found[f"X-{name}", None, None].status for name in (1, 2, 5, 6, 7)}
        members = [found[member, None, None].status for member in MEMBERS]
        assert set(told.values()) == {fold(members)}, told


@few
@given(seed, st.permutations(EIGHT))
def test_a_mean_is_the_same_in_any_order_and_lies_among_its_members(
    number: int, order: list[str]
) -> None:
    limits = "at_most = { primary = 0.65, junior = 0.55 }\n"
    text = head("means", "basic-2012", "X-")
    text += '[override.BC]\nadd = ["X-1", "X-2"]\n'
    text += rule("X-1", "mean", order, limits) + rule("X-2", "mean", order[:1], limits)
    documents = [at_a_composite(number + n) for n in range(6)]
    for found in findings(documents, "means", with_packs(text)):
        for stage in ("primary", "junior"):
            whole, mean, single = (found[r, None, stage] for r in ("BM", "X-1", "X-2"))
            assert mean.status == whole.status
            assert same(mean.value, whole.value, 1.0)
            first = found[order[0], None, stage].value
            assert same(single.value, first, 1.0)
            values = [found[member, None, stage].value for member in EIGHT]
            known = [value for value in values if value is not None]
            if len(known) < 8:
                assert mean.status == "unknown"
            else:
                assert mean.value is not None
                assert min(known) - 1e-12 <= mean.value <= max(known) + 1e-12


@few
@given(seed, st.permutations([f"R{number}" for number in range(1, 8)]))
def test_most_is_the_same_in_any_order(number: int, order: list[str]) -> None:
    listed = ", ".join(f'"{one}"' for one in order)
    text = head("most", "national", "X-")
    text += f'[override.RS]\nof = [{listed}]\nbasis = "verified"\nsource = "测试"\n'
    documents = [calm(number), small(number)]
    offers = with_packs(text)
    for one, other in zip(
        findings(documents, "national", offers), findings(documents, "most", offers), strict=True
    ):
        for key, verdict in one.items():
            if key[0] in ("RS", "CR"):
                assert (other[key].status, other[key].value) == (verdict.status, verdict.value)
