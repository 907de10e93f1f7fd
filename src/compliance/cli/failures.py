"""What keeps a run from going on, for machines: one JSON object on stderr (`--error-format json`).

While it is asked for, nothing else is said on stderr. What is told of a failure anyway is collected
here; what nobody collected is taken from the words that would have stood there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr
from contextvars import ContextVar
from io import StringIO
from typing import TYPE_CHECKING

import click

from compliance.kernel.exit_codes import INTERNAL, UNREADABLE, USAGE

if TYPE_CHECKING:
    from compliance.kernel.errors import JunhengError, Problem

FORMAT = "junheng-error/1"
FORMATS = ("text", "json")
_FAILURES = (USAGE, UNREADABLE, INTERNAL)
_Rows = dict[tuple[str, ...], dict[str, str]]  # each failure once, by all that is said of it
_collected: ContextVar[_Rows | None] = ContextVar("compliance_failures", default=None)


@contextmanager
def reported(form: str) -> Iterator[None]:
    """Inside the block failures are told in the format; it ends with a SystemExit."""
    if form != "json":
        yield
        return
    found: _Rows = {}
    words, token = StringIO(), _collected.set(found)
    try:
        with redirect_stderr(words):
            yield
    except SystemExit as done:
        if done.code in _FAILURES:
            _tell(int(str(done.code)), [*found.values()] or [_as_said(words.getvalue())])
        raise
    finally:
        _collected.reset(token)


def failed(what: str, where: str = "", todo: str = "") -> None:
    """Note one failure."""
    _note({"what": what, "where": where, "todo": todo})


def failed_by(error: JunhengError) -> None:
    """Note an error, or each that it tells of."""
    for one in error.each or (error,):
        failed(one.what, one.where, one.todo)


def failed_on(problems: Iterable[Problem]) -> None:
    """Note the errors among the problems of an input."""
    for one in problems:
        if one.severity == "error":
            row = {"what": one.message, "where": one.place(), "todo": one.expected}
            _note({**row, "code": one.code})


def forget() -> None:
    """Nothing has failed so far."""
    if (found := _collected.get()) is not None:
        found.clear()


def _note(row: dict[str, str]) -> None:
    found = _collected.get()
    if found is not None:
        found.setdefault(tuple(row.values()), row)


def _as_said(words: str) -> dict[str, str]:
    return {"what": words.strip(), "where": "", "todo": ""}


def _tell(code: int, found: list[dict[str, str]]) -> None:
    document = {"format": FORMAT, "exit_code": code, "errors": found}
    text = json.dumps(document, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stderr, "encoding", None) or "utf-8")
    except UnicodeEncodeError:  # a console of another code page
        text = json.dumps(document)
    click.echo(text, err=True)
