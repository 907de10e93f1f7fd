"""`compliance replay`: results judged again, to prove them or to name what differs."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from compliance.cli import console
from compliance.cli.command import (
    Command,
    GivenPath,
    everywhere,
    guarded,
    option,
    require_format,
    terminal_width,
    text_or_json,
)
from compliance.kernel.exit_codes import CONFORMS, FAILS
from compliance.kernel.i18n import msg


@click.command(
    cls=Command,
    help=lambda: msg(
        "按结果（check --format json）里记下的输入、规则和选项重新判定：逐字节相同，或指出哪里不同。"
    ),
)
@click.argument("results", metavar="RESULTS.json", type=GivenPath())
@click.argument("inputs", nargs=-1, type=GivenPath())
@option(
    "--inputs-in",
    "folders",
    multiple=True,
    metavar="DIR",
    type=GivenPath(),
    help=lambda: msg("输入已移走时，在这个文件夹里按摘要查找，可重复"),
)
@text_or_json
@everywhere
@guarded
def replay(results: Path, inputs: tuple[Path, ...], folders: tuple[Path, ...], form: str) -> int:
    """Judge again and say what came of it; 0 for the same bytes, else 1."""
    from compliance.checker.replay import replayed
    from compliance.render.replay import as_json, text

    require_format(form, ("text", "json"))
    with console.documents():
        made = replayed(results, (*inputs, *folders))
    if form == "json":
        with console.documents():
            console.print_file(partial(as_json, made))
    else:
        click.echo(text(made, sys.stdout.isatty(), terminal_width()))
    return CONFORMS if made.same else FAILS
