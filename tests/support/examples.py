"""How many examples a property tries, in proportion to the Hypothesis profile (see conftest.py)."""

from __future__ import annotations

from hypothesis import settings


def examples(share: float) -> settings:
    """``share`` times the examples of the profile, at least five."""
    return settings(max_examples=max(5, round(share * settings().max_examples)))
