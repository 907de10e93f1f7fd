"""A plan of columns: what fails costs its owner alone, what is shared is computed once, and all at once."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from compliance.engine.plan import Plan
from tests.support.polars_queries import counted_queries

FRAME = pl.DataFrame({"n": [1, 2, 3]})
N = pl.col("n")
BROKEN = "broken"


class Bench:
    """A plan over three rows; failed: whose columns failed, and of what."""

    def __init__(self) -> None:
        self.failed: list[tuple[str, str]] = []
        self.instead: dict[str, Callable[[Plan], object]] = {}
        self.plan = Plan(
            FRAME, self._fails, lambda name: pl.String if name[-1] == "t" else pl.Int64
        )

    def _fails(self, owner: str, error: BaseException) -> None:
        self.failed.append((owner, str(error)))
        if owner in self.instead:
            self.instead[owner](self.plan)

    def let(self, name: str, column: pl.Expr, *, passing: bool = False) -> pl.Expr:
        return self.plan.let(name, column, name.split(".", maxsplit=1)[0], passing=passing)

    def column(self, name: str) -> list[object]:
        return self.plan.frame[name].to_list()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def failing(column: pl.Expr) -> pl.Expr:
    """A column that is declared well and fails when it is computed."""

    def fail(_: pl.Series) -> pl.Series:
        raise ValueError(BROKEN)

    return column.map_batches(fail, return_dtype=pl.Int64, is_elementwise=True)


class Counting:
    """A column that counts how often it is computed."""

    def __init__(self, column: pl.Expr) -> None:
        self.times = 0
        self.column = column.map_batches(self._computed, return_dtype=pl.Int64, is_elementwise=True)

    def _computed(self, given: pl.Series) -> pl.Series:
        self.times += 1
        return given


def test_columns_rest_on_those_declared_before(bench: Bench) -> None:
    one = bench.let("A.one", N + 1)
    two = bench.let("B.two", one * 10)
    bench.let("C.three", one + two)
    assert "B.two" in bench.plan
    assert bench.plan.frame.to_dict(as_series=False) == {
        "n": [1, 2, 3], "A.one": [2, 3, 4], "B.two": [20, 30, 40], "C.three": [22, 33, 44]
    }  # fmt: skip
    assert bench.failed == []


def test_passing_columns_are_not_kept(bench: Bench) -> None:
    bench.let("A.sum", bench.let("A._half", N * 5, passing=True) + N)
    assert bench.plan.frame.columns == ["n", "A.sum"]
    assert bench.column("A.sum") == [6, 12, 18]
    assert "A._half" not in bench.plan


def test_what_is_declared_after_rests_on_what_was_computed(bench: Bench) -> None:
    first = Counting(N)
    bench.let("A.first", first.column)
    assert bench.column("A.first") == [1, 2, 3]
    bench.let("B.after", pl.col("A.first") * 2)
    assert bench.column("B.after") == [2, 4, 6]
    assert first.times == 1


def test_a_table_stands_beside_the_rows_with_its_keys(bench: Bench) -> None:
    counting = Counting(N)
    bench.let("A.later", counting.column + pl.col("found").fill_null(100))
    bench.plan.join(pl.DataFrame({"n": [3, 1], "found": [30, 10]}), "n")
    assert counting.times == 0
    assert bench.column("found") == [10, None, 30]
    assert bench.column("A.later") == [11, 102, 33]


@pytest.mark.parametrize("owners", [1, 50])
def test_a_layer_is_one_query_however_many_rules_it_has(bench: Bench, owners: int) -> None:
    for n in range(owners):
        low = bench.let(f"A{n}._low", N + n, passing=True)
        bench.let(f"A{n}.high", low * 2)
    with counted_queries() as counts:
        assert bench.plan.frame.width == 1 + owners
    assert counts.total() <= 3  # two layers, and without what was only passing
    with counted_queries() as counts:
        assert bench.plan.frame.height == 3
    assert counts.total() == 0


def test_nothing_is_computed_twice(bench: Bench) -> None:
    shared, own = Counting(N), Counting(N)
    base = bench.plan.let("#base", shared.column, "#base")
    for rule in ("A", "B", "C"):
        bench.let(f"{rule}.x", base + 1)
    bench.let("D.x", own.column)
    bench.plan.expect("A", pl.col("A.x") > 0, ValueError("never"))
    assert bench.column("C.x") == [2, 3, 4]
    assert bench.column("A.x") == [2, 3, 4]
    assert (shared.times, own.times) == (1, 1)


@pytest.mark.parametrize("broken", ["A", "B", "C"])
def test_what_fails_costs_its_owner_alone(bench: Bench, broken: str) -> None:
    for rule in ("A", "B", "C"):
        column = failing(N) if rule == broken else N
        bench.let(f"{rule}.x", column)
        bench.let(f"{rule}.t", pl.lit(rule))
        bench.let(f"{rule}.y", bench.let(f"{rule}._passing", pl.col(f"{rule}.x") + 1, passing=True))
    for rule in ("A", "B", "C"):
        fine = rule != broken
        assert bench.column(f"{rule}.x") == ([1, 2, 3] if fine else [None] * 3)
        assert bench.column(f"{rule}.y") == ([2, 3, 4] if fine else [None] * 3)
        assert bench.column(f"{rule}.t") == ([rule] * 3 if fine else [None] * 3)
    assert bench.plan.frame.schema[f"{broken}.t"] == pl.String
    assert bench.plan.frame.schema[f"{broken}.x"] == pl.Int64
    ((owner, error),) = bench.failed
    assert owner == broken
    assert BROKEN in error


def test_a_column_that_is_not_there_is_a_failure_too(bench: Bench) -> None:
    bench.let("A.x", pl.col("nowhere"))
    bench.let("B.x", N)
    assert bench.column("B.x") == [1, 2, 3]
    assert [owner for owner, _ in bench.failed] == ["A"]


def test_several_may_fail(bench: Bench) -> None:
    for rule in ("A", "B", "C"):
        bench.let(f"{rule}.x", N if rule == "B" else failing(N))
    assert bench.column("B.x") == [1, 2, 3]
    assert [owner for owner, _ in bench.failed] == ["A", "C"]


def test_who_rests_on_a_failure_sees_nulls(bench: Bench) -> None:
    bench.let("A.x", failing(N))
    bench.let("B.x", pl.col("A.x").fill_null(-1))
    assert bench.column("B.x") == [-1, -1, -1]
    assert [owner for owner, _ in bench.failed] == ["A"]


def test_or_what_stands_in_its_place(bench: Bench) -> None:
    bench.instead["A"] = lambda plan: plan.let("A.x", pl.lit(7))
    bench.let("A.x", failing(N))
    bench.let("A.y", N)
    bench.let("B.x", pl.col("A.x") + N)
    assert bench.column("A.x") == [7, 7, 7]
    assert bench.column("A.y") == [None] * 3
    assert bench.column("B.x") == [8, 9, 10]


def test_what_is_shared_stands_though_its_first_user_fails(bench: Bench) -> None:
    bench.let("A.x", failing(bench.plan.let("#base", N * 2, "#base")))
    bench.let("B.x", pl.col("#base"))
    assert bench.column("B.x") == [2, 4, 6]
    assert [owner for owner, _ in bench.failed] == ["A"]


def test_rows_that_are_not_as_they_should_be_cost_their_owner_alone(bench: Bench) -> None:
    bench.instead["A"] = lambda plan: plan.let("A.x", pl.lit(7))
    bench.let("A.x", N)
    bench.let("A.y", N)
    bench.let("B.x", pl.col("A.x"))
    bench.plan.expect("A", N < 3, ValueError("too much"))
    bench.plan.expect("B", N < 4, ValueError("never"))
    assert bench.column("B.x") == [7, 7, 7]
    assert bench.column("A.y") == [None] * 3
    assert bench.failed == [("A", "too much")]


def test_of_no_rows_every_test_holds(bench: Bench) -> None:
    empty = Plan(FRAME.clear(), bench._fails, lambda _: pl.Int64)
    empty.let("A.x", N, "A")
    empty.expect("A", N > 9, ValueError("never"))
    assert empty.frame.is_empty()
    assert bench.failed == []


def test_one_fails_when_computed_another_by_its_test(bench: Bench) -> None:
    bench.let("A.x", failing(N))
    bench.let("B.x", N)
    bench.let("C.x", N)
    bench.plan.expect("A", pl.col("A.x") > 0, ValueError("is not asked any more"))
    bench.plan.expect("B", pl.col("B.x") < 2, ValueError("too much"))
    assert bench.column("C.x") == [1, 2, 3]
    assert bench.column("B.x") == [None] * 3
    assert [owner for owner, _ in bench.failed] == ["A", "B"]
    assert bench.failed[1] == ("B", "too much")


def test_a_broken_shared_column_costs_all_who_rest_on_it_and_nobody_else(bench: Bench) -> None:
    for rule in ("A", "B"):
        bench.let(f"{rule}.x", bench.plan.share("#base", lambda: failing(N)) + 1)
    bench.let("C.x", N)
    assert bench.column("A.x") == bench.column("B.x") == [None, None, None]
    assert bench.column("C.x") == [1, 2, 3]
    assert {owner for owner, _ in bench.failed} == {"#base", "A", "B"}
    with pytest.raises(Exception, match=BROKEN):  # nor is it a blank for whoever comes later
        bench.let("D.x", bench.plan.share("#base", lambda: failing(N)) + 1)
