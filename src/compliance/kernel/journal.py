"""What the program does, step by step, for whoever wants to see it (`-v`): said nowhere else.

Steps go to the logger ``compliance`` as information; a text is worked out only where somebody listens.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

LOGGER = logging.getLogger("compliance")


def step(told: Callable[[], str]) -> None:
    """Note what is done now."""
    if LOGGER.isEnabledFor(logging.INFO):
        LOGGER.info("%s", told())
