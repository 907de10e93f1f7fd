"""A process that tries mutants and may die of them: of a hang, of memory, of a library's own end.

The process that asks gives it some trials at a time and waits so long for the answer. Where none comes the
process is ended, another takes its place, and the trials are made again one by one: the one that does not answer is
counted, the others are judged, and the run goes on.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.targets import SECONDS, Outcome, Trial, tried

MEMORY = 6 * 2**30  # of addresses, Polars' reserves among them
QUICK_DISK = (
    "/dev/shm" if Path("/dev/shm").is_dir() else None
)  # of memory: thousands of small files
LEAST, EACH = 300, 1  # seconds to wait for some trials: the machine may have other work
Try = Callable[[Sequence[Trial], Path], list[Outcome]]


def serve(pipe: Connection, attempt: Try) -> None:
    """Answer until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(EOFError):
        pipe.send(None)  # everything is loaded
        while True:
            trials = pipe.recv()
            with TemporaryDirectory(prefix="fuzz-", dir=QUICK_DISK) as folder:
                pipe.send(attempt(trials, Path(folder)))


class Worker:
    """The process, started when it is needed; used as a context it is ended with it.

    attempt: what is done with some trials.
    """

    def __init__(self, attempt: Try = tried, least: float = LEAST, each: float = EACH) -> None:
        self._attempt, self._least, self._each = attempt, least, each
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def tried(self, trials: Sequence[Trial]) -> list[Outcome]:
        """How the trials end, each with what became of it."""
        found = self._asked(trials)
        if isinstance(found, list):
            return found
        if len(trials) == 1:
            return [found]
        half = len(trials) // 2
        return [*self.tried(trials[:half]), *self.tried(trials[half:])]

    def _asked(self, trials: Sequence[Trial]) -> list[Outcome] | Outcome:
        pipe, wait = self._pipe or self._start(), self._least + self._each * len(trials)
        try:
            pipe.send(list(trials))
            if pipe.poll(wait):
                answer: list[Outcome] = pipe.recv()
                return answer
        except (EOFError, BrokenPipeError, ConnectionResetError):
            code = self._end()
            return Outcome("DIED", f"exit {code}: memory, or a library that ends the process")
        self._end()
        return Outcome(
            "HANG", f"no answer within {wait:.0f} s ({SECONDS} s of the processor are allowed)"
        )

    def _start(self) -> Connection:
        os.environ.setdefault("POLARS_MAX_THREADS", "1")
        context = get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=serve, args=(other, self._attempt), daemon=True)
        self._process.start()
        other.close()
        self._pipe.recv()
        return self._pipe

    def _end(self) -> int | None:
        if self._process is None or self._pipe is None:
            return None
        self._process.join(0.2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe.close()
        code, self._process, self._pipe = self._process.exitcode, None, None
        return code
