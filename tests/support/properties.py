"""Properties of whole counties, tried on many random ones in one submission.

Fifty counties in one submission cost the engine little more than one. A property therefore draws
one number, which stands for as many counties as its Hypothesis profile has examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle
from math import ceil
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st

from compliance.engine.results import Results
from compliance.plugins.registry import Registry
from tests.support.court import Document, Findings, findings_of, installed, judged_by_the_engine
from tests.support.generate_calm import calm
from tests.support.generate_further import further
from tests.support.generate_variants import recoded
from tests.support.rules import pack

Item = TypeVar("Item")

RULESETS = ("national", "anhui", "shandong", "henan", "hebei", "jiangsu")
COUNTIES = min(50, settings().max_examples)  # in one submission
batched = settings(  # a smaller county would tell little more, and take minutes to be found
    max_examples=settings().max_examples // COUNTIES, phases=[Phase.explicit, Phase.generate]
)
seed = st.integers(0, 9_999)


def numbers(number: int, share: int = 1) -> list[int]:
    """The seeds of the counties that ``number`` stands for, or of a part of them: one in ``share``."""
    return Random(number).sample(range(10_000), ceil(COUNTIES / share))


def in_groups(items: Iterable[Item], many: int) -> Iterator[tuple[Item, ...]]:
    """The items, ``many`` at a time; a remainder is an error."""
    return zip(*[iter(items)] * many, strict=True)


def in_provinces(number: int, share: int = 1, *, salt: str) -> list[Document]:
    """The counties that ``number`` stands for, half in one province and half in another.

    Judged without naming a rule set, each is judged by its own province's. Properties of different
    ``salt`` meet different provinces.
    """
    provinces = cycle(Random(f"{salt} {number}").sample(RULESETS, 2))
    documents = [recoded(a_county(n), f"6{i:05d}") for i, n in enumerate(numbers(number, share))]
    for document, province in zip(documents, provinces, strict=False):
        document["county"]["province"] = province
    return documents


def a_county(number: int) -> Document:
    """Calm counties and troubled ones in turn."""
    return calm(number) if number % 3 == 0 else small(number)


def small(number: int) -> Document:
    """A random county of a dozen schools at most."""
    one = further(number)
    return {**one, "schools": one["schools"][:12]}


def judged(
    documents: Sequence[Document], rules: str | None = "national", **options: Any
) -> Results:
    """The engine's report on counties whose codes differ."""
    with TemporaryDirectory() as folder:
        return judged_by_the_engine(documents, Path(folder), rules, **options)


def findings(
    documents: Sequence[Document], rules: str | None = "national", **options: Any
) -> list[Findings]:
    """Of each document its findings, under the codes of schools within the county."""
    numbered = [recoded(one, f"6{n:05d}") for n, one in enumerate(documents)]
    found = findings_of(judged(numbered, rules, **options))
    return [
        {(rule, code and code[6:], stage): one for (rule, code, stage), one in found[key].items()}
        for key in sorted(found)
    ]


def with_packs(*texts: str) -> Registry:
    """What is installed, and these packs."""
    packs = {one.id: [one] for one in map(pack, texts)}
    return replace(installed(), packs={**installed().packs, **packs})


def head(name: str, base: str, prefix: str) -> str:
    """The beginning of a pack laid on another."""
    return (
        f'[pack]\nid = "{name}"\ntitle = "{name}"\nsource = "测试"\neffective = 2017-04-19\n'
        f'extends = "{base}"\nprefix = "{prefix}"\n'
    )
