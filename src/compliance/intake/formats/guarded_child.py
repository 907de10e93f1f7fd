"""A process of its own for what may eat all memory or never end: nobody vouches for the file.

Where the system can hold a process to it, the child has so much memory and time and no more; elsewhere
only the clock ends it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import IO

from compliance.intake import limits
from compliance.intake.formats.allowance import BeyondLimitError
from compliance.kernel.i18n import say

_FEW_THREADS = {"POLARS_MAX_THREADS": "2"}  # each has a stack, which counts
# what the child does first: memory, seconds; the arguments left are those of its own text
_HELD = """
import sys
memory, seconds = map(int, sys.argv[1:3])
del sys.argv[1:3]
try:
    import resource
except ImportError:
    pass
else:
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
"""


def run_apart(
    text: str, arguments: Sequence[object], data: bytes, output: IO[bytes], memory: int
) -> int | None:
    """How a child ends that runs a Python text on `data` as its standard input; None where none can be had.

    memory: what it may write to, in bytes; what is only reserved costs nothing. output: a file of the system's for what it writes, put back to
    its beginning. Raises BeyondLimitError where it takes too long.
    """
    if getattr(sys, "frozen", False) or not sys.executable:
        return None
    seconds = limits.DECODING_SECONDS + len(data) // limits.DECODED_A_SECOND
    given = map(str, (memory, seconds, *arguments))
    try:
        child = subprocess.run(  # noqa: S603 (this interpreter, a text of ours, data on stdin)
            [sys.executable, "-P", "-c", _HELD + text, *given],
            input=data,
            stdout=output,
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                **_FEW_THREADS,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
            timeout=seconds * limits.CLOCK_A_SECOND,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_slow(seconds) from error
    except OSError:
        return None
    if child.returncode == -getattr(signal, "SIGXCPU", 0) != 0:
        raise _too_slow(seconds)
    output.seek(0)
    return child.returncode


def _too_slow(seconds: int) -> BeyondLimitError:
    return BeyondLimitError(say("读取它要用{n}秒以上，内容过多或已损坏", n=seconds))
