"""``compliance validate``: the data checks, without a verdict."""

from __future__ import annotations

from pathlib import Path

import click

from compliance.cli.click_zh import Command
from compliance.cli.options import inputs_argument, lang_option, require_format
from compliance.cli.run import UNREADABLE, guarded

FORMATS = ("text", "json")


@click.command(cls=Command)
@inputs_argument
@click.option(
    "--previous",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="上年的数据（任何可读的格式），逐校比较，可重复",
)
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    metavar="text|json",
    help="输出格式",
)
@lang_option
@guarded
def validate(inputs: tuple[Path, ...], previous: tuple[Path, ...], form: str) -> int:
    """只检查数据，不判定。"""
    from compliance.checker import validate as check_data
    from compliance.checker.builtin_offers import load
    from compliance.render.terminal import data_checks

    require_format(form, FORMATS)
    checked = check_data(inputs, load(), previous=previous)
    write = data_checks.as_json if form == "json" else data_checks.as_text
    click.echo(write(checked))
    return UNREADABLE if checked.count("error") else 0
