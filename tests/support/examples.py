"""How many examples a property tries, in proportion to the Hypothesis profile (see conftest.py)."""

from __future__ import annotations

from hypothesis import Phase, settings

PLAIN = [Phase.explicit, Phase.generate]  # an example of a second is not made smaller in minutes


def examples(share: float) -> settings:
    """``share`` times the examples of the profile, at least five; fewer than usual: costly ones."""
    phases = PLAIN if share < 1 else settings().phases
    return settings(max_examples=max(5, round(share * settings().max_examples)), phases=phases)
