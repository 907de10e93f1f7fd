"""`time.sleep` in the hands of a test; threads that others have left running (a Spark's) sleep as ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest


def instead_of_sleep(patch: pytest.MonkeyPatch, step: Callable[[float], object]) -> None:
    """From now on `step` is called in place of `time.sleep`."""
    others, asleep = set(threading.enumerate()) - {threading.current_thread()}, time.sleep

    def sleep(seconds: float) -> None:
        (asleep if threading.current_thread() in others else step)(seconds)

    patch.setattr(time, "sleep", sleep)
