"""Where a command's time goes, by the clock: `python -m benchmarks.sampling ARGUMENT …` of `compliance`.

Every few milliseconds the main thread is asked which function of the package it is in; work that
Polars does for a function counts as that function's. Prints a JSON object of seconds by
`room/file:function`; `start` is what passes before the package is entered.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from contextlib import redirect_stdout, suppress
from io import StringIO
from threading import Event, Thread, main_thread
from time import perf_counter
from types import FrameType

from benchmarks.measure import ROOT

EVERY = 0.005  # seconds
PACKAGE = f"{ROOT / 'src' / 'compliance'}{os.sep}"


def place(frame: FrameType | None) -> str:
    """The innermost function of the package on a stack."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(PACKAGE):
            return f"{file.removeprefix(PACKAGE).removesuffix('.py')}:{frame.f_code.co_name}"
        frame = frame.f_back
    return "start"


def sample(found: dict[str, float], done: Event) -> None:
    """Add to each place the time since the sample before."""
    thread = main_thread().ident
    last = perf_counter()
    while not done.wait(EVERY):
        frame = sys._current_frames().get(thread or 0)
        now = perf_counter()
        found[place(frame)] += now - last
        last = now


def main(arguments: list[str]) -> None:
    """Run the command beside the sampler."""
    found: dict[str, float] = defaultdict(float)
    done = Event()
    watch = Thread(target=sample, args=(found, done))
    watch.start()
    try:
        from compliance.cli import main as command

        with redirect_stdout(StringIO()), suppress(SystemExit):
            command(arguments)
    finally:
        done.set()
        watch.join()
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
