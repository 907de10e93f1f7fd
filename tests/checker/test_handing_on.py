"""Parts handed on to sinks while the next are judged: nobody waits for ever, nothing is swallowed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from time import sleep

import polars as pl
import pytest

from compliance.checker.handing_on import Sink, handed_on
from compliance.engine.results import FINDINGS
from compliance.render import streams
from compliance.render.documents.output_files import write_whole

PARTS = [pl.DataFrame({"n": [number]}) for number in range(5)]
GUARD = 20.0  # seconds: never reached unless somebody waits for ever
_word: ContextVar[str] = ContextVar("_word", default="none")


class SinkError(Exception):
    """What goes wrong in a sink."""


class JudgingError(Exception):
    """What goes wrong before it."""


@contextmanager
def guarded() -> Iterator[None]:
    """Afterwards no thread is left."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def within_time(run: Callable[[], None]) -> None:
    """Run in a thread, so that a test of waiting for ever ends."""
    errors: list[BaseException] = []

    def kept() -> None:
        try:
            run()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=kept, daemon=True)
    thread.start()
    thread.join(GUARD)
    assert not thread.is_alive(), "somebody waits for ever"
    for error in errors:
        raise error


def hand_on(sinks: Sequence[Sink], parts: Iterable[pl.DataFrame] = PARTS) -> None:
    def run() -> None:
        with handed_on(sinks) as put:
            for part in parts:
                put(part)

    with guarded():
        within_time(run)


def taking(found: list[int]) -> Sink:
    return lambda parts: found.extend(part["n"].item() for part in parts)


def failing(after: int, found: list[int]) -> Sink:
    """A sink that fails once it has taken so many parts."""

    def sink(parts: Iterable[pl.DataFrame]) -> None:
        taken = iter(parts)
        for _ in range(after):
            found.append(next(taken)["n"].item())
        if after == len(PARTS):
            assert next(taken, None) is None
        raise SinkError(after)

    return sink


@pytest.mark.parametrize("many", [0, 1, 3])
def test_every_sink_takes_every_part_in_order(many: int) -> None:
    found: list[list[int]] = [[] for _ in range(many)]
    hand_on([taking(one) for one in found])
    assert found == [[0, 1, 2, 3, 4]] * many


def test_without_a_part_a_sink_still_ends() -> None:
    found: list[int] = []
    hand_on([taking(found)], [])
    assert found == []


@pytest.mark.parametrize("after", [0, 2, len(PARTS)])
def test_a_sink_that_fails_is_told_and_hinders_no_other(after: int) -> None:
    before, found, beside = list[int](), list[int](), list[int]()
    with pytest.raises(SinkError) as caught:
        hand_on([taking(before), failing(after, found), taking(beside)])
    assert caught.value.args == (after,)
    assert found == [0, 1, 2, 3, 4][:after]
    assert before == beside == [0, 1, 2, 3, 4]


def test_of_several_faults_the_first_is_told() -> None:
    with pytest.raises(SinkError) as caught:
        hand_on([failing(3, []), failing(1, [])])
    assert caught.value.args == (3,)


def test_a_sink_may_have_enough() -> None:
    found: list[int] = []
    hand_on([lambda parts: found.append(next(iter(parts))["n"].item())])
    assert found == [0]


@pytest.mark.parametrize("after", [0, 3])
def test_where_judging_fails_no_sink_takes_it_for_the_end(after: int) -> None:
    ended: list[str] = []

    def parts() -> Iterator[pl.DataFrame]:
        yield from PARTS[:after]
        raise JudgingError

    def sink(given: Iterable[pl.DataFrame]) -> None:
        taken = 0
        try:
            for _ in given:
                taken += 1
        except Exception:
            ended.append(f"told after {taken}")
            raise
        ended.append("whole")

    with pytest.raises(JudgingError):
        hand_on([sink, sink], parts())
    assert ended == [f"told after {after}"] * 2


def test_what_fails_in_a_sink_does_not_hide_why_judging_failed() -> None:
    def parts() -> Iterator[pl.DataFrame]:
        yield PARTS[0]
        raise JudgingError

    with pytest.raises(JudgingError):
        hand_on([failing(1, [])], parts())


def test_a_sink_sees_the_language_of_the_judging() -> None:
    """And every other context variable, each sink its own copy."""
    heard: list[str] = []

    def sink(parts: Iterable[pl.DataFrame]) -> None:
        heard.extend(_word.get() for _ in parts)
        _word.set("changed by a sink")

    token = _word.set("said")
    try:
        with guarded(), handed_on([sink, sink]) as put:
            put(PARTS[0])
        assert _word.get() == "said"
    finally:
        _word.reset(token)
    assert heard == ["said", "said"]


def test_judging_is_no_more_than_a_part_ahead() -> None:
    """A sink holds one part, one lies ready, one waits: a nation does not pile up in memory."""
    handed, ahead = list[int](), list[int]()

    def slow(parts: Iterable[pl.DataFrame]) -> None:
        taken = iter(parts)
        next(taken)
        sleep(0.05)  # judging has gone as far as it may
        ahead.append(len(handed))
        assert len([*taken]) == len(PARTS) - 1

    def parts() -> Iterator[pl.DataFrame]:
        for part in PARTS:
            handed.append(part["n"].item())
            yield part

    hand_on([slow], parts())
    assert ahead[0] <= 3


# ── files ───────────────────────────────────────────────────────────────────


def writing(path: Path, form: str) -> Sink:
    return lambda parts: write_whole(path, partial(streams()[form], parts))


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_interrupted_run_leaves_no_file(form: str, after: int, tmp_path: Path) -> None:
    findings = pl.DataFrame(schema=FINDINGS)

    def parts() -> Iterator[pl.DataFrame]:
        yield from [findings] * after
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hand_on([writing(tmp_path / f"out.{form}", form)], parts())
    assert not list(tmp_path.iterdir())
