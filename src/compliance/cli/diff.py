"""`compliance diff`: what changed between two runs."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from compliance.cli import console
from compliance.cli.command import (
    Command,
    GivenPath,
    chosen,
    guarded,
    judging,
    named_outputs,
    option,
    print_problems,
    refuse_clashes,
    require_format,
    shared_options,
    templates_option,
    terminal_width,
)
from compliance.cli.standard_input import of_argument
from compliance.cli.volume import remark
from compliance.kernel.exit_codes import INTERNAL, UNREADABLE
from compliance.kernel.i18n import msg

FORMATS = ("text", "json", "html")


@click.command(
    cls=Command,
    help=lambda: msg(
        "比较两份数据或两份结果（check --format json）：什么变好、变差、新出现、不再出现，数据、规则、学校有何变化。"
    ),
)
@click.argument("before", metavar="A", type=GivenPath(), callback=of_argument)
@click.argument("after", metavar="B", type=GivenPath(), callback=of_argument)
@judging
@option(
    "--format",
    "form",
    default="text",
    show_default=True,
    metavar="text|json|html",
    help=lambda: msg("输出到屏幕的格式"),
)
@option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT:FILE",
    help=lambda: msg("另存为文件，可重复"),
)
@templates_option
@shared_options
@guarded
def diff(
    before: Path,
    after: Path,
    form: str,
    outputs: tuple[str, ...],
    **how: Any,  # noqa: ANN401 - the options of `judging`
) -> int:
    """Compare, write the files, print; 0 where nothing differs, else 1."""
    from compliance.checker import Checker
    from compliance.checker.sides import compared
    from compliance.render import difference
    from compliance.render.documents.output_files import write_whole

    require_format(form, FORMATS)
    files, streamed = named_outputs(outputs, FORMATS)
    refuse_clashes([path for _, path in files], [before, after])
    compare = partial(compared, Checker(), before, after, chosen(**how))
    with console.documents():
        made, problems = compare()
    errors = [one for one in problems if one.severity == "error"]
    print_problems(errors, err=True)
    if not made.before.counties or not made.after.counties:
        click.echo(msg("没有可以比较的县：数据有错误。"), err=True)
        return UNREADABLE
    writers = difference.renderers()
    with console.documents():
        for kind, path in files:
            write_whole(path, partial(writers[kind], made))
    for kind in streamed or [form]:
        if kind == "text":
            shown = made if console.shows_documents() else compare()[0]
            remark(difference.text(shown, sys.stdout.isatty(), terminal_width()))
        else:
            with console.documents():
                console.print_file(partial(writers[kind], made))
    if any(one.counts["error"] for side in (made.before, made.after) for one in side.counties):
        return INTERNAL
    return UNREADABLE if errors else int(made.differs)
