"""`compliance validate`: the data checks, without a verdict."""

from __future__ import annotations

from pathlib import Path

import click

from compliance.cli.command import (
    UNREADABLE,
    Command,
    guarded,
    inputs_argument,
    option,
    require_format,
    shared_options,
)
from compliance.kernel.i18n import msg


@click.command(cls=Command, help=lambda: msg("只检查数据，不判定。"))
@inputs_argument
@option(
    "--previous",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help=lambda: msg("上年的，或本学年较早的数据（任何可读的格式），逐校比较，可重复"),
)
@option(
    "--format",
    "form",
    default="text",
    show_default=True,
    metavar="text|json",
    help=lambda: msg("输出格式"),
)
@shared_options
@guarded
def validate(inputs: tuple[Path, ...], previous: tuple[Path, ...], form: str) -> int:
    """Print what the checks found."""
    from compliance.checker import Checker
    from compliance.render.terminal import data_checks

    require_format(form, ("text", "json"))
    checked = Checker().validate(inputs, previous=previous)
    write = data_checks.as_json if form == "json" else data_checks.as_text
    click.echo(write(checked))
    return UNREADABLE if checked.count("error") else 0
