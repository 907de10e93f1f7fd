"""A loop that asserts must have something to assert of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")


def nonempty(items: Iterable[Item]) -> list[Item]:
    """The items as a list; none at all is a failure."""
    found = list(items)
    assert found, "nothing to look at"
    return found
