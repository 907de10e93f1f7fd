"""How much is said beside the results: less with `-q`, more with `-v`.

`-q` leaves the verdicts and the errors, `-qq` the errors that end a run and the exit code; what
`--format` and `-o` ask for is given in any case. `-v` tells on stderr what is done, with the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import click

from compliance.kernel.i18n import in_language, lang

SILENT = 2  # so often is -q given where nothing is to be said
_quiet: ContextVar[int] = ContextVar("compliance_quiet", default=0)


def quiet() -> int:
    """How often `-q` was given."""
    return _quiet.get()


def remark(text: str, *, err: bool = False) -> None:
    """Say something that is no result and no error."""
    if not quiet():
        click.echo(in_language(text, lang()), err=err)


def set_quiet(context: click.Context, _: click.Parameter, times: int) -> None:
    """The callback of `-q`."""
    token = _quiet.set(times)
    context.call_on_close(lambda: _quiet.reset(token))


def set_verbose(context: click.Context, _: click.Parameter, times: int) -> None:
    """The callback of `-v`."""
    if times and not context.resilient_parsing:
        context.with_resource(_told_step_by_step())


@contextmanager
def _told_step_by_step() -> Iterator[None]:
    """Inside the block the steps of the program stand on stderr, each with its time since the start."""
    import logging
    from time import monotonic

    from compliance.kernel.journal import LOGGER

    begun = monotonic()

    class Steps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            click.echo(f"[{monotonic() - begun:7.3f}s] {record.getMessage()}", err=True)

    handler, level = Steps(), LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        yield
    finally:
        LOGGER.setLevel(level)
        LOGGER.removeHandler(handler)
