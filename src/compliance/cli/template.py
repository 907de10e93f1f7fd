"""`compliance template`: the blank workbook to fill in, and the forms beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compliance.cli import completed_words, console
from compliance.cli.command import (
    Command,
    GivenPath,
    guarded,
    option,
    print_problems,
    progress,
    shared_options,
    switch_option,
)
from compliance.cli.volume import remark
from compliance.kernel.errors import UsageError
from compliance.kernel.exit_codes import UNREADABLE
from compliance.kernel.i18n import msg, plural, say

if TYPE_CHECKING:
    from compliance.collection import FormFor


@click.command(cls=Command, help=lambda: msg("生成空白填报工作簿；或一校一本，填好已知数据。"))
@click.argument("inputs", nargs=-1, type=GivenPath(), metavar="[INPUT]...")
@click.option("-o", "--output", "out", type=GivenPath(), metavar="FILE.xlsx")
@option(
    "--per-school",
    "folder",
    type=GivenPath(),
    metavar="FOLDER",
    help=lambda: msg("一校一本：为 INPUT（全县的表，含学校名单和已知数据）中的每所学校写一本"),
)
@option(
    "--schools",
    multiple=True,
    type=GivenPath(),
    metavar="PATH",
    help=lambda: msg("同 INPUT，只用于 --per-school，可重复"),
)
@option(
    "--year",
    type=click.IntRange(1990, 2100),
    help=lambda: msg("一校一本要填哪个学年（默认：INPUT 的学年；是另一学年的，其数据不算已知）"),
)
@option(
    "--ruleset",
    metavar="ID|FILE",
    shell_complete=completed_words.rulesets,
    help=lambda: msg("为哪个规则集（默认：国家；一校一本按省份）"),
)
@switch_option
@option(
    "--all",
    "everything",
    is_flag=True,
    help=lambda: msg("连同只供参考的列、同一件事的其他填法一起列出（默认只列判定和申报表要用的）"),
)
@option(
    "--responsibilities",
    "form",
    flag_value="responsibilities",
    help=lambda: msg("改为生成责任表：各指标的牵头、配合、股室、责任人、默认时限"),
)
@option(
    "--prices",
    "form",
    flag_value="prices",
    help=lambda: msg("改为生成单价表：一个岗位、一平方米、一间各要多少元（单价留空）"),
)
@shared_options
@guarded
def template(
    inputs: tuple[Path, ...], out: Path | None, folder: Path | None, schools: tuple[Path, ...],
    year: int | None, ruleset: str | None, switches: tuple[str, ...], form: str | None,
    *, everything: bool,
) -> int:  # fmt: skip
    """Write the workbook, one of the forms beside it, or a workbook a school."""
    from compliance.cli.workbook_form import workbook_form
    from compliance.explain.ruleset_listing import opened
    from compliance.render.blank_workbook import write_template
    from compliance.render.planning_forms import write_prices, write_responsibilities

    listed = (*inputs, *schools)
    if folder is not None:
        if out is not None or form is not None:
            raise UsageError(msg("--per-school 不能与 -o、--responsibilities、--prices 同用"))
        asked = partial(workbook_form, switches=switches, everything=everything)
        return _per_school(folder, listed, ruleset, year, asked)
    if listed or year is not None:
        raise UsageError(
            msg("学校名单和学年只用于 --per-school"), todo=msg("请加 --per-school 文件夹")
        )
    if out is None:
        raise UsageError(
            msg("没有说写到哪里"), todo=msg("请加 -o 填报表.xlsx，或 --per-school 文件夹")
        )
    with console.documents():
        if form is None:
            write_template(out, workbook_form(ruleset, switches=switches, everything=everything))
        elif form == "responsibilities":
            write_responsibilities(out, opened(ruleset, switches=switches)[0])
        else:
            write_prices(out, *opened(ruleset, switches=switches))
    remark(say("已写 {out}", out=out))
    return 0


def _per_school(
    folder: Path, listed: Sequence[Path], ruleset: str | None, year: int | None, asked: FormFor
) -> int:
    from compliance.checker import load
    from compliance.collection import issue, read_register

    if not listed:
        raise UsageError(
            msg("没有给出学校名单"),
            todo=msg("请给全县的表，如 compliance template --per-school 文件夹 全县.xlsx"),
        )
    register, problems = read_register(listed, load(), asked, ruleset, year)
    print_problems(problems, err=True)
    if register is None:
        click.echo(msg("一本也没有写：学校名单有错误。"), err=True)
        return UNREADABLE
    written = issue(register, folder, progress())
    remark(plural(len(written), "已写{n}所学校的工作簿：{folder}", folder=folder))
    return 0
