"""What goes through everything: whole in `make sweep`, a sample of every kind in `make test`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

Item = TypeVar("Item")

WHOLE = settings.get_current_profile_name() == "sweep"


def sampled(items: Sequence[Item], many: int) -> Sequence[Item]:
    """So many of the items, the middle of each of as many equal stretches; in a sweep all of them."""
    if WHOLE or len(items) <= many:
        return items
    return [items[(2 * stretch + 1) * len(items) // (2 * many)] for stretch in range(many)]


def tried(whole: int, sample: int) -> int:
    """How many are tried: ``whole`` of them in a sweep."""
    return whole if WHOLE else sample
