"""On a terminal texts are broken into lines of its width, between words; elsewhere not at all."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from compliance.render.documents.text import columns
from tests.support.nonempty import nonempty

COUNTY = Path(__file__).parents[2] / "examples" / "anhui_county.xlsx"
RUN = [sys.executable, "-m", "compliance"]
ENDS = tuple("，。；、：）！？》”")
BEGINS = tuple("（《“")
CUT = re.compile(r"[0-9]$")


def _on_a_terminal(width: int, *words: str) -> str:
    """What a terminal of that width is shown, without its colours."""
    pty = pytest.importorskip("pty", reason="no terminals of POSIX here")
    import fcntl
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    environment = {name: text for name, text in os.environ.items() if name != "COLUMNS"}
    running = subprocess.Popen([*RUN, *words], stdout=theirs, env=environment)
    os.close(theirs)
    told = b""
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:  # Linux says so of a terminal that nobody writes to any more
            break
        if not piece:
            break
        told += piece
    os.close(ours)
    assert running.wait() in (0, 1)
    return re.sub(r"\x1b\[[0-9]+m", "", told.decode()).replace("\r\n", "\n")


def _elsewhere(*words: str) -> str:
    return subprocess.run([*RUN, *words], capture_output=True, check=False).stdout.decode()


def _squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("words", [("check", str(COUNTY)), ("explain", "G9", str(COUNTY))])
def test_lines_break_between_words_on_a_terminal_alone(words: tuple[str, ...]) -> None:
    whole = _elsewhere(*words)
    assert max(columns(line) for line in nonempty(whole.splitlines())) > 120
    for width in (80, 120):
        shown = _on_a_terminal(width, *words)
        lines = nonempty([line for line in shown.splitlines() if line.strip()])
        assert all(columns(line) <= width for line in lines)
        assert not [line for line in lines if line.strip().startswith(ENDS)]
        assert not [line for line in lines if line.endswith(BEGINS)]
        # a number ends a line only where it does so in the whole text, or where a stop or blank follows it
        assert not [
            (line, after)
            for line, after in pairwise(lines)
            if CUT.search(line) and f"{line.strip()}{after.strip()}" in whole
        ]
        assert _squeezed(shown) == _squeezed(whole)
