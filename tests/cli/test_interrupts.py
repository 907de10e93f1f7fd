"""Ctrl-C and `kill`: 130 and 143 without a word, at any moment; what has to be put away is."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.cli.command import Command
from compliance.intake.formats.standard_input import kept
from compliance.kernel import interrupts

EXAMPLES = Path(__file__).parents[2] / "examples"

# The program, to which a signal is sent as soon as it imports a module.
_INTERRUPTED = """
import os, sys
module, number = sys.argv[1], int(sys.argv[2])
class Finder:
    def find_spec(name, *_):
        if name == module:
            os.kill(os.getpid(), number)
sys.meta_path.insert(0, Finder)
from compliance.__main__ import main
del sys.argv[1:3]
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("module", "number", "code"),
    [
        ("click", signal.SIGINT, 130),
        ("polars", signal.SIGINT, 130),
        ("compliance.render.machine_formats", signal.SIGTERM, 143),
    ],
)
def test_an_import_is_interrupted(module: str, number: int, code: int) -> None:
    words = ("check", str(EXAMPLES / "conforming.json"), "--format", "json")
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED, module, str(int(number)), *words],
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


class EndedError(Exception):
    """The process would have ended."""


@pytest.fixture(autouse=True)
def heeding(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def ended(code: int) -> None:
        raise EndedError(code)

    monkeypatch.setattr(os, "_exit", ended)
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    interrupts.heed()
    yield
    for name, handler in before.items():
        signal.signal(name, handler)
    interrupts.answered()


def test_what_is_to_be_put_away_is() -> None:
    """Standard input lies in a folder of its own while it is worked on."""
    folders = []

    def work() -> None:
        with kept(io.BytesIO(b"{}")) as path:
            folders.append(path.parent)
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:  # a library takes it for its own fault
                assert path.exists()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert not folders[0].exists()
    assert interrupts.answered() == 130


def test_asked_for_a_second_time_it_ends_at_once() -> None:
    def work() -> None:
        with interrupts.told():
            try:
                signal.raise_signal(signal.SIGTERM)
            except KeyboardInterrupt:
                signal.raise_signal(signal.SIGINT)

    with pytest.raises(EndedError, match="130"):
        work()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, "130"), (signal.SIGTERM, "143")])
def test_what_nobody_wants_to_know_of_ends_at_once(number: int, code: str) -> None:
    with pytest.raises(EndedError, match=code):
        signal.raise_signal(number)


def test_who_was_started_without_goes_on_without() -> None:
    """As in the background of a shell, or below nohup."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interrupts.heed()
    signal.raise_signal(signal.SIGINT)


def test_a_command_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(main.commands, "doctor", Command("doctor", callback=interrupted, help=str))
    done = CliRunner().invoke(main, ["doctor"])
    assert (done.exit_code, done.output) == (130, "")
