"""`-` among the inputs: standard input, read once and kept for the run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TypeVar

import click

from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg

_NAME, _READ = "compliance.stdin-name", "compliance.stdin-read"
Paths = TypeVar("Paths", Path, tuple[Path, ...])


def named(context: click.Context, _: click.Parameter, name: str | None) -> None:
    """The callback of `--stdin-name`."""
    context.meta[_NAME] = name or ""


def resolved(context: click.Context, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The paths, where ``-`` is one the file that holds what was read from it.

    Raises UsageError where it is given twice, and where nobody sends anything.
    """
    return tuple(_resolved(context, path) for path in paths)


def of_argument(context: click.Context, _: click.Parameter, given: Paths) -> Paths:
    """The callback of an argument of inputs."""
    if isinstance(given, tuple):
        return resolved(context, given)
    return _resolved(context, given)


def _resolved(context: click.Context, path: Path) -> Path:
    if str(path) != "-" or context.resilient_parsing:
        return path
    if context.meta.get(_READ):
        raise UsageError(msg("“-”（标准输入）只能给一次"), "-")
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        raise UsageError(
            msg("“-”是标准输入，而没有程序送来数据"),
            "-",
            msg("用管道送来，如 cat 填报.xlsx | compliance check -；或直接写文件名"),
        )
    from compliance.intake.formats.standard_input import kept

    context.meta[_READ] = True
    return context.with_resource(kept(sys.stdin.buffer, context.meta.get(_NAME, "")))
