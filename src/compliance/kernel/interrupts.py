"""Ctrl-C, and what else asks the program to end: it does so at once and without a word, from its first import on.

Nothing is raised into libraries that would take it for a fault of their own. Only where something must
be put away first, or somebody wants to know, a KeyboardInterrupt is raised; asked a second time, the
program ends at once there too.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

TYPE_CHECKING = False  # the less is imported before signals are heeded, the better
if TYPE_CHECKING:
    from types import FrameType

_ASKING = ("SIGINT", "SIGTERM", "SIGHUP")  # as far as the system has them
_blocks: list[None] = []  # one for each `told` that is entered, in whichever thread
_asked = 0  # the signal that a block was told of, until it is answered


def heed() -> None:
    """From now on signals end this process, but for those that were switched off when it was started."""
    for name in _ASKING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


@contextmanager
def told() -> Iterator[None]:
    """Inside the block the end is a KeyboardInterrupt; it comes out of it whatever a library makes of one."""
    _blocks.append(None)
    try:
        yield
    finally:
        _blocks.pop()
        if _asked:
            raise KeyboardInterrupt


def is_end(error: BaseException) -> bool:
    """Whether somebody asked for it, and no fault: of ours that alone is never a plugin's own doing."""
    return isinstance(error, KeyboardInterrupt) and bool(
        _asked or signal.getsignal(signal.SIGINT) is not _end
    )


def answered() -> int:
    """The exit code of a run that was asked to end, as shells count it; what else goes on goes on."""
    global _asked
    code, _asked = 128 + (_asked or signal.SIGINT), 0
    return code


def _end(number: int, _: FrameType | None) -> None:
    global _asked
    again, _asked = bool(_asked), number
    if again or not _blocks:
        os._exit(answered())
    raise KeyboardInterrupt
