"""The same figures give the same findings, to the last bit, in any order and any company."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from compliance.checker import check
from tests.support.court import Document, judged_by_the_engine
from tests.support.generate import county

pytestmark = pytest.mark.sweep
SEEDS = range(40_000, 40_040)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The findings on many counties judged at once."""
    documents = [county(seed) for seed in SEEDS]
    return judged_by_the_engine(documents, tmp_path_factory.mktemp("together")).findings


def shuffled(document: Document) -> Document:
    rng = Random(1)
    schools = [dict(rng.sample(sorted(s.items()), len(s))) for s in document["schools"]]
    return {**document, "schools": rng.sample(schools, len(schools))}


def test_schools_and_figures_in_another_order(together: pl.DataFrame, tmp_path: Path) -> None:
    documents = [shuffled(county(seed)) for seed in SEEDS]
    assert_frame_equal(judged_by_the_engine(documents, tmp_path).findings, together)


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_a_county_alone_and_in_company(together: pl.DataFrame, tmp_path: Path, seed: int) -> None:
    document = county(seed)
    file = tmp_path / "one.json"
    file.write_text(json.dumps(document), "utf-8")
    code = document["county"]["county_code"]
    alone = check([file], ruleset="national").findings
    assert_frame_equal(alone, together.filter(pl.col("county_code") == code))
