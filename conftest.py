"""What every test of the repository stands on: Hypothesis profiles.

``--hypothesis-profile=thorough`` (``make thorough``) tries ten times as many examples as usual,
others each time; ``quick`` (``make quick``) a fifth.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("default", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("quick", settings.get_profile("default"), max_examples=10)
settings.register_profile(
    "thorough", settings.get_profile("default"), max_examples=500, derandomize=False
)
settings.load_profile("default")
