"""Findings handed on part by part, while the next part is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from queue import Queue
from threading import Thread
from typing import TypeAlias

import polars as pl

Sink: TypeAlias = Callable[[Iterable[pl.DataFrame]], None]
_WAITING = 1  # parts that lie ready for a sink: more would only take memory


class _AbortedError(Exception):
    """No further part comes: the judging failed."""


class _Taker(Thread):
    """A sink at work: takes parts until there are no more, or one is an error."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(daemon=True)
        self._sink, self._context = sink, copy_context()
        self._parts: Queue[pl.DataFrame | _AbortedError | None] = Queue(_WAITING)
        self._ended = False
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._context.run(self._sink, self._taken())
        except BaseException as error:
            self.error = error
        while not self._ended:  # so that nobody waits for it
            self._next()

    def _taken(self) -> Iterator[pl.DataFrame]:
        while (part := self._next()) is not None:
            if isinstance(part, _AbortedError):
                raise part
            yield part

    def _next(self) -> pl.DataFrame | _AbortedError | None:
        part = self._parts.get()
        self._ended = not isinstance(part, pl.DataFrame)
        return part

    def put(self, part: pl.DataFrame | _AbortedError | None) -> None:
        self._parts.put(part)


@contextmanager
def handed_on(sinks: Sequence[Sink]) -> Iterator[Callable[[pl.DataFrame], None]]:
    """A function that hands a part to every sink; at the end all have taken what there is.

    What goes wrong in a sink is raised at the end; where the judging itself fails, the sinks are
    told by an error in place of the next part.
    """
    takers = [_Taker(sink) for sink in sinks]
    for taker in takers:
        taker.start()

    def put(part: pl.DataFrame) -> None:
        for taker in takers:
            taker.put(part)

    end: _AbortedError | None = _AbortedError()
    try:
        yield put
        end = None
    finally:
        for taker in takers:
            taker.put(end)
        for taker in takers:
            taker.join()
    for error in (taker.error for taker in takers if taker.error is not None):
        raise error
