"""`check --watch`: judged again whenever an input changes, and what has changed is said.

A program that saves a workbook writes it in pieces, or writes another and puts it in the place of
the first: what cannot be read is looked at again before anybody is told.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from compliance.cli import failures
from compliance.cli.command import print_error, print_problems, terminal_width
from compliance.cli.volume import SILENT, quiet, remark
from compliance.kernel import interrupts
from compliance.kernel.errors import JunhengError
from compliance.kernel.exit_codes import CONFORMS
from compliance.kernel.i18n import msg

if TYPE_CHECKING:
    from compliance.checker import Report

INTERVAL = 0.5  # seconds between two looks
TRIES = 6  # looks at what cannot be read, before it is told
_DEEPEST, _MOST = 8, 20_000  # folders below an input, files in them
# what a file that is being written can be taken for
_TORN = frozenset({"cannot_read", "damaged", "empty_file", "bad_json", "not_a_zip", "not_parquet"})
State = Mapping[Path, tuple[int, int]]


class Wait(Protocol):
    """Returns when it is time to judge again: at the next change, or `soon`."""

    def __call__(self, *, soon: bool) -> None:
        """Ctrl-C raises KeyboardInterrupt in it."""


def watched(
    judge: Callable[[], Report], give: Callable[[Report, Report | None], int], wait: Wait
) -> int:
    """Judge and give the results, again and again, until somebody interrupts; the last exit code.

    give: gets the report and the last one before it that judged a county.
    """
    code, last, tries = int(CONFORMS), None, 0
    with interrupts.told():
        try:
            while True:
                failures.forget()
                try:
                    report = judge()
                except JunhengError as error:
                    tries += 1
                    if tries < TRIES:
                        wait(soon=True)
                        continue
                    code = print_error(error)
                else:
                    tries += 1
                    if tries < TRIES and any(one.code in _TORN for one in report.problems):
                        wait(soon=True)
                        continue
                    code = give(report, last)
                    last = report if report.counties else last
                tries = 0
                remark(msg("等待改动，按 Ctrl-C 结束。"), err=True)
                wait(soon=False)
        except KeyboardInterrupt:
            interrupts.answered()
            click.echo(err=True)
    return code


def show_changes(report: Report, last: Report) -> None:
    """What differs from the last run, and the errors; with `-q` the verdicts instead."""
    from compliance.assessment.comparison import compare
    from compliance.checker.sides import side_with_figures
    from compliance.render import difference
    from compliance.render.terminal import summary

    if quiet() < SILENT:
        colour, width = sys.stdout.isatty(), terminal_width()
        if report.counties and quiet():
            click.echo(summary.verdicts(report, colour, width))
        elif report.counties:
            made = compare(
                side_with_figures(last, msg("上一次")), side_with_figures(report, msg("这一次"))
            )
            click.echo(difference.text(made, colour, width))
        errors = [one for one in report.problems if one.severity == "error"]
        print_problems(errors, err=True)


class FileChanges:
    """Waits for files, or those in folders, to be written, by looking at them every so often.

    paths: what is read. without: what is written, which changes nothing. sleep: stops for so many
    seconds.
    """

    def __init__(
        self, paths: Iterable[Path], without: Iterable[Path], sleep: Callable[[float], object]
    ) -> None:
        self._paths, self._sleep = tuple(paths), sleep
        self._without = frozenset(path.absolute() for path in without)
        self._seen = self._state()

    def __call__(self, *, soon: bool) -> None:
        """Return at the next change, when nothing more has changed for a while, or `soon`."""
        self._sleep(INTERVAL)
        found = self._state()
        while not soon and found == self._seen:
            self._sleep(INTERVAL)
            found = self._state()
        self._seen = found if soon else self._settled(found)

    def _settled(self, found: State) -> State:
        while True:
            self._sleep(INTERVAL)
            later = self._state()
            if later == found:
                return found
            found = later

    def _state(self) -> State:
        found = {}
        for path in self._files():
            try:
                seen = path.stat()
            except OSError:  # between being deleted and being written anew
                continue
            found[path] = (seen.st_mtime_ns, seen.st_size)
        return found

    def _files(self) -> Iterator[Path]:
        from compliance.intake.formats.dataset import litter

        room = _MOST
        for path in self._paths:
            if not path.is_dir():
                yield path
                continue
            for home, folders, names in os.walk(path):
                depth = len(Path(home).relative_to(path).parts)
                folders[:] = [n for n in folders if depth < _DEEPEST and not n.startswith(".")]
                for name in names:
                    file, room = Path(home, name), room - 1
                    if room < 0:
                        return
                    if not litter(name) and name[0] != "." and file.absolute() not in self._without:
                        yield file
