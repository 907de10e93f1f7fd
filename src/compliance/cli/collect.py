"""`compliance collect`: what the schools of a county sent back, merged into its workbook."""

from __future__ import annotations

from pathlib import Path

import click

from compliance.cli import completed_words, console
from compliance.cli.command import (
    Command,
    GivenPath,
    guarded,
    option,
    print_problems,
    progress,
    refuse_clashes,
    schools_option,
    shared_options,
    tell_written,
)
from compliance.cli.volume import remark
from compliance.kernel.exit_codes import UNREADABLE
from compliance.kernel.i18n import msg


@click.command(
    cls=Command,
    help=lambda: msg("汇集各校交回的工作簿（见 template --per-school），写成全县的工作簿。"),
)
@click.argument("folder", type=GivenPath())
@click.option("-o", "--output", "out", required=True, type=GivenPath(), metavar="FILE.xlsx")
@schools_option(
    lambda: msg("全县的学校和已知数据（发放时所用的输入；默认：工作簿自带的学校名单），可重复")
)
@option(
    "--newest",
    is_flag=True,
    help=lambda: msg("一所学校交了几份的，采用最新的（默认：都不采用，列出）"),
)
@option(
    "--accept-changed",
    is_flag=True,
    help=lambda: msg("学校改了已知数据的，采用交回的（默认：仍用已知的，列出）"),
)
@option(
    "--ruleset",
    metavar="ID|FILE",
    shell_complete=completed_words.rulesets,
    help=lambda: msg("规则集编号或规则文件（默认：发放时的）"),
)
@shared_options
@guarded
def collect(
    folder: Path, out: Path, listed: tuple[Path, ...], ruleset: str | None,
    *, newest: bool, accept_changed: bool,
) -> int:  # fmt: skip
    """Merge, write, and tell how far it is and what was found."""
    from compliance.checker import load
    from compliance.cli.workbook_form import workbook_form
    from compliance.collection import collect as collected
    from compliance.render.collected_sheets import told

    refuse_clashes([out], listed)
    with console.documents():
        found = collected(
            folder, out, load(), workbook_form, listed=listed, ruleset=ruleset, newest=newest,
            accept_changed=accept_changed, progress=progress(),
        )  # fmt: skip
    print_problems(found.problems, err=True)
    for line in told(found.schools, found.done):
        remark(line)
    tell_written(found.written)
    return UNREADABLE if found.unreadable else 0
