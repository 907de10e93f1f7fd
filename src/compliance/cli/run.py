"""How a command runs and ends: guarded against tracebacks, with progress, with an exit code."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compliance.kernel.errors import JunhengError, reason
from compliance.kernel.i18n import say

if TYPE_CHECKING:
    from compliance.engine.findings.report import Report
    from compliance.kernel.errors import Problem

USAGE, UNREADABLE, INTERNAL = 2, 4, 5


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Errors become a message and an exit code; a traceback only for our own faults, on request."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's own signature
        _tolerate_narrow_terminals()
        try:
            code = command(*args, **kwargs)
        except JunhengError as error:
            click.echo(say("错误：{error}", "error: {error}", error=error), err=True)
            code = error.exit_code
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.stderr.close()
            code = 0
        except OSError as error:
            click.echo(
                say("输出写不出去：{why}", "cannot write: {why}", why=reason(error)),
                err=True,
            )
            code = USAGE
        except Exception as error:
            if os.environ.get("COMPLIANCE_DEBUG"):
                raise
            click.echo(
                say(
                    "内部错误：{kind}: {error}\n  → 这是程序的问题，请带上输入文件报告（设 COMPLIANCE_DEBUG=1 可看详情）",
                    "internal error: {kind}: {error}\n  → a fault of the program: please report it (COMPLIANCE_DEBUG=1 shows details)",
                    kind=type(error).__name__,
                    error=error,
                ),
                err=True,
            )
            code = INTERNAL
        sys.exit(code or 0)

    return run


def _tolerate_narrow_terminals() -> None:
    """A stream in GBK has no ✓: such a sign gives way to one it has, and never ends the run."""
    codecs.register_error("nearest_sign", _nearest_sign)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="nearest_sign")


def _nearest_sign(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = {"✓": "√", "✗": "×", "²": "2"}
    lost = error.object[error.start : error.end]
    return "".join(signs.get(sign, "?") for sign in lost), error.end


def exit_code(report: Report, fail_on: str) -> int:
    """0 conforms · 1 fails · 3 undecided · 4 unreadable · 5 a rule broke: the first of 5, 4, 1, 3."""
    if any(county.counts["error"] for county in report.counties):
        return INTERNAL
    if any(problem.severity == "error" for problem in report.problems):
        return UNREADABLE
    verdicts = {county.verdict for county in report.counties}
    if "fail" in verdicts:
        return 0 if fail_on == "never" else 1
    if "undecided" in verdicts:
        return 3 if fail_on == "undecided" else 0
    return 0


def print_problems(problems: Sequence[Problem], *, err: bool = False) -> None:
    """Problems, errors first, one a line."""
    labels = {"error": say("错误", "error"), "warning": say("提示", "warning")}
    for problem in sorted(problems, key=lambda one: one.severity):
        click.echo(f"[{labels[problem.severity]}] {problem.line()}", err=err)


def template_dirs(report: Report) -> dict[str, tuple[Path, ...]]:
    """Rule set id → the directories whose templates replace the core's."""
    return {info.id: info.template_dirs for info in report.rulesets}


def progress() -> Callable[[str, int, int], None] | None:
    """Progress on stderr, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def show(what: str, done: int, total: int) -> None:
        if total > 1:
            click.echo(f"\r{what} {done + 1}/{total}", nl=done + 1 == total, err=True)

    return show


def counter() -> Callable[[int, int], None] | None:
    """The same for papers, which are counted one by one."""
    show = progress()
    return None if show is None else lambda done, total: show(say("文书", "papers"), done, total)
