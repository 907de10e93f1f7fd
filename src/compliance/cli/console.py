"""Where the program speaks: streams of any code page, closed ones, full disks, pipes that nobody reads any more.

Speaking never fails. Of what was not heard on stdout, `unheard` says why in the end. A console that has no Chinese letters is spoken to in English, where nobody asked for a language; what
is written for people and machines elsewhere (`documents`) is in no case another because of it.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO, cast

import click

from compliance.cli.shown import Shown, ShownBytes
from compliance.kernel import i18n
from compliance.kernel.errors import reason
from compliance.kernel.i18n import LANGUAGES
from compliance.kernel.terminal_text import written_out

if TYPE_CHECKING:
    from compliance.checker import Report

_CHINESE = "均衡"
_NOTICE = (
    "(The output's code page, {}, has no Chinese: messages are in English, papers in Chinese. "
    "--lang zh|en chooses; PYTHONIOENCODING=utf-8 brings Chinese.)"
)
# What the system says of a pipe that nobody reads any more.
_GONE = (errno.EPIPE, errno.EINVAL) if os.name == "nt" else (errno.EPIPE,)
_spoken: ContextVar[str] = ContextVar("compliance_spoken", default="")
_documents: ContextVar[str] = ContextVar("compliance_documents", default="")


@contextmanager
def ready(asked: str | None, *, notice: bool = True) -> Iterator[None]:
    """Inside the block the streams take anything, and the language is the one asked for, or one that they can show.

    notice: whether may be said that it is another than usual. A run inside a run goes on as it is.
    """
    if _documents.get():
        yield
        return
    _keep_numbers()
    sys.stdout = _unfailing(sys.stdout, sys.__stdout__)
    sys.stderr = _unfailing(sys.stderr, sys.__stderr__)
    for stream in (sys.stdout, sys.stderr):
        _tolerate_narrow(stream)
    sys.stdout, sys.stderr = map(_shown, (sys.stdout, sys.stderr))
    usual, shown = LANGUAGES[0], _shows(sys.stdout, _CHINESE)
    spoken = asked or (usual if shown else "en")
    tokens = _documents.set(asked or usual), _spoken.set(spoken)
    try:
        with i18n.use(spoken):
            if not asked and not shown and notice:
                click.echo(_NOTICE.format(sys.stdout.encoding), err=True)
            yield
    finally:
        _documents.reset(tokens[0])
        _spoken.reset(tokens[1])


@contextmanager
def documents() -> Iterator[None]:
    """Inside the block the language is that of papers and machine formats, whatever the console can show."""
    with i18n.use(_documents.get() or i18n.lang()):
        yield


@contextmanager
def speaking() -> Iterator[None]:
    """Inside the block, which may stand in one of `documents`, the language is the console's."""
    with i18n.use(_spoken.get() or i18n.lang()):
        yield


def shows_documents() -> bool:
    """Whether the console is spoken to in the language of papers."""
    return _spoken.get() == _documents.get()


def print_file(fill: Callable[[BinaryIO], object]) -> None:
    """What machines read goes to stdout in its own encoding; a terminal is shown it."""
    if sys.stdout.isatty():
        fill(cast("BinaryIO", terminal := ShownBytes(sys.stdout.buffer)))
        terminal.finish()
    else:
        fill(sys.stdout.buffer)
    sys.stdout.buffer.flush()


def print_document(text: str) -> None:
    """A document of text, in UTF-8 wherever it goes."""
    print_file(lambda stream: stream.write(f"{written_out(text)}\n".encode()))


def said(report: Report) -> Report:
    """A report said in the current language."""
    return report if report.language == i18n.lang() else report.in_language(i18n.lang())


def unheard() -> str:
    """Why what was said on stdout did not arrive; empty where it did, and for a reader that had enough."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.trouble if isinstance(raw, _Voice) else ""


def _shown(stream: TextIO) -> TextIO:
    """The stream, showing what it is given."""
    # click would write around one that says ASCII, which it takes for a system without any locale
    if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name == "ascii":
        stream.reconfigure(encoding="utf-8")
    return stream if isinstance(stream, Shown) else cast("TextIO", Shown(stream))


def _keep_numbers() -> None:
    """What is closed (``>&-``) leads nowhere: no file that is opened later may take its place."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)


class _Voice(io.RawIOBase):
    """Where bytes go out that nobody may ever get: the run, its files and its exit code do not hang on it.

    trouble: why something is lost, but for a reader that has gone (`… | head -1`); then the rest is too.
    It has no `fileno`: libraries would write past it.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number, self.trouble, self._lost = number, "", False

    def writable(self) -> bool:
        """It is."""
        return True

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._number)

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - whatever has bytes
        """How much of it is written, or lost."""
        while not self._lost:
            try:
                return os.write(self._number, data)
            except BlockingIOError:  # a pipe that another process has set so
                select.select([], [self._number], [])
            except OSError as error:
                self._lost = True
                self.trouble = "" if error.errno in _GONE else reason(error)
        return memoryview(data).nbytes


def _unfailing(stream: TextIO | None, own: TextIO | None) -> TextIO:
    """The process's own stream, or a closed one, as one that never fails; another as it is."""
    if stream is None:
        return io.TextIOWrapper(io.BufferedWriter(_Voice(-1)), "utf-8")
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)  # without a buffer of its own where Python is told so
    if stream is not own or not isinstance(raw, io.FileIO):
        return stream
    stream.flush()
    voice = io.BufferedWriter(_Voice(raw.fileno()))
    lines = bool(stream.line_buffering)
    return io.TextIOWrapper(voice, stream.encoding, stream.errors, line_buffering=lines)


def _tolerate_narrow(stream: object) -> None:
    """A stream in GBK has no ✓: such a sign gives way to one it has, and never ends the run."""
    if isinstance(stream, io.TextIOWrapper):
        # a code page's error does not say of which page it is
        handler = f"nearest_sign_{stream.encoding}"
        codecs.register_error(handler, partial(_nearest_sign, stream.encoding))
        stream.reconfigure(errors=handler)


def _shows(stream: object, text: str) -> bool:
    """Whether a stream has these letters; one that does not say is taken to have them."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    # click writes UTF-8 where a stream says ASCII: so does a system without any locale
    return codecs.lookup(encoding).name == "ascii" or _has(encoding, text)


def _has(encoding: str, text: str) -> bool:
    # not by the codec's own handler, which would call this one
    return text.encode(encoding, "ignore").decode(encoding) == text


# A sign → what may stand for it, the first that the stream has; an overline over a letter is left out.
_NEAREST = {
    "✓": ("√", "v"), "✗": ("×", "x"), "√": ("sqrt",), "×": ("x",), "÷": ("/",), "·": ("*",),
    "²": ("^2",), "−": ("-",), "±": ("+/-",), "≥": (">=",), "≤": ("<=",), "≠": ("!=",),
    "Σ": ("sum ",), "→": ("->",), "…": ("...",), "–": ("-",), "—": ("-",), "\u0304": ("",),
    "“": ('"',), "”": ('"',), "‘": ("'",), "’": ("'",), "■": ("#",), "※": ("*",), "㎡": ("m^2",),
}  # fmt: skip


def _nearest_sign(encoding: str, error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_standing_for(sign, encoding) for sign in lost), error.end


def _standing_for(sign: str, encoding: str) -> str:
    """What a stream shows for a sign that it has not: never a “?”, which has a meaning of its own."""
    for other in _NEAREST.get(sign, ()):
        if _has(encoding, other):
            return other
    return sign.encode("ascii", "backslashreplace").decode()
