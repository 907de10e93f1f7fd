"""`compliance missing`: the blanks that keep rules undecided, what to fill in first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from compliance.cli import console
from compliance.cli.command import (
    Command,
    GivenPath,
    chosen,
    guarded,
    inputs_argument,
    judging,
    nothing_written,
    option,
    print_problems,
    progress,
    refuse_clashes,
    shared_options,
    terminal_width,
)
from compliance.cli.volume import remark
from compliance.kernel.exit_codes import UNREADABLE
from compliance.kernel.i18n import msg, say


@click.command(
    cls=Command,
    help=lambda: msg(
        "列出使规则无法判定的空白：先补哪项、由谁提供、哪些学校，可按科室写成待填的表。"
    ),
)
@inputs_argument
@option(
    "-o",
    "--output",
    "out",
    type=GivenPath(),
    metavar="FILE.xlsx",
    help=lambda: msg("写成工作簿：补数次序、每个科室一张待填表、各校待补、待佐证"),
)
@judging
@shared_options
@guarded
def missing(
    inputs: tuple[Path, ...],
    out: Path | None,
    **how: Any,  # noqa: ANN401 - the options of `judging`
) -> int:
    """Print the ranking, and write the workbook."""
    from compliance.checker import Checker
    from compliance.render import missing_figures
    from compliance.render.documents.output_files import write_whole

    if out is not None:
        refuse_clashes([out], inputs)
    checker = Checker()
    choice = chosen(**how)
    with console.documents():
        report = checker.check(inputs, choice, progress())
    errors = [one for one in report.problems if one.severity == "error"]
    print_problems(errors, err=True)
    if not report.counties:
        return nothing_written()
    if out is not None:
        with console.documents():
            found = missing_figures.lacking(report)
            made = missing_figures.workbook(found, report, checker.registry.vocabulary)
        write_whole(out, lambda stream: stream.write(made))
    report = console.said(report)
    found = missing_figures.lacking(report)
    click.echo(missing_figures.text(found, report.titles, terminal_width()))
    if out is not None:
        remark(say("已写 {out}", out=out))
    return UNREADABLE if errors else 0
