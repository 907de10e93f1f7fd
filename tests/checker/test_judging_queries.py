"""What judging and telling cost, in queries that Polars is asked: whatever the size, and however many counties."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from benchmarks.data import one_county
from compliance.checker.check import prepare
from compliance.checker.choice import Choice
from compliance.checker.parts import Judging
from compliance.checker.report import Wording
from tests.support.court import installed
from tests.support.generate_variants import recoded
from tests.support.polars_queries import counted_queries

MOST = 170  # of one county; lower it with every step towards 110
# More counties have more statuses a rule, and more than the few rows that are told together with others:
# so much does ten times as many take beside, and no more.
MORE = 80


def asked(documents: Sequence[dict[str, Any]], folder: Path) -> int:
    """Queries of judging and telling what has been read."""
    folder.mkdir()
    for number, document in enumerate(documents):
        (folder / f"{number}.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    choice = Choice("national")
    batch = prepare([folder], installed(), choice)
    kinds = installed().kinds
    words = Wording(batch.vocabulary, [(job.rules, kinds) for job in batch.jobs])
    judging = Judging(kinds, words, batch.problems, strict=False, alone=True)
    with counted_queries() as counts:
        made = judging.part(batch.jobs)
    assert pl.concat(made.frames())["county_code"].n_unique() == len(documents)
    return counts.total()


@pytest.mark.slow
def test_neither_schools_nor_counties_are_asked_one_by_one(tmp_path: Path) -> None:
    few = asked([one_county(120)], tmp_path / "few")
    assert few <= MOST
    assert asked([one_county(400)], tmp_path / "more") <= few + 10
    assert asked([one_county(1_200)], tmp_path / "many") <= 2 * few
    copies = [recoded(one_county(60), f"6{n:05d}") for n in range(20)]
    two = asked(copies[:2], tmp_path / "two")
    assert two <= 2 * few
    assert asked(copies, tmp_path / "twenty") <= two + MORE
