"""`compliance rectify`: what a county and each of its schools must put right."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from compliance.cli.command import (
    UNREADABLE,
    Command,
    asked_days,
    chosen,
    dating,
    guarded,
    inputs_argument,
    judging,
    nothing_written,
    option,
    print_error,
    print_problems,
    progress,
    shared_options,
    templates_option,
)
from compliance.kernel.i18n import msg, say

PAPER_FORMATS = ("md", "html", "xlsx", "docx", "pdf")


@click.command(cls=Command, help=lambda: msg("生成整改清单：全县一份，每校一份（一校一案）。"))
@inputs_argument
@judging
@option(
    "-o",
    "out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=lambda: msg("写到哪个文件夹"),
)
@option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(PAPER_FORMATS),
    help=lambda: msg("格式，可重复（默认 docx、xlsx）"),
)
@option(
    "--ledger",
    "ledgers",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="OLD.xlsx",
    help=lambda: msg("填写过的台账，可重复（多份按格合并）；输出文件夹里原有的清单总会承接"),
)
@option(
    "--zip",
    "packed",
    is_flag=True,
    help=lambda: msg("另把这次写的全部文书打成一个压缩包（整改文书.zip）"),
)
@option("--overwrite", is_flag=True, help=lambda: msg("直接覆盖原有文书（默认：填写过的移到旧稿）"))
@templates_option
@dating
@shared_options
@guarded
def rectify(
    inputs: tuple[Path, ...],
    out: Path,
    formats: tuple[str, ...],
    ledgers: tuple[Path, ...],
    packed: bool,
    overwrite: bool,
    **how: Any,  # noqa: ANN401 - the options of `judging` and `dating`
) -> int:
    """Judge and write; 0 once the papers are written, whatever the verdict."""
    from compliance.checker import Checker
    from compliance.render.rectification.write import ARCHIVE, write_papers

    days = asked_days(how)
    report = Checker().check(inputs, chosen(**how), progress())
    print_problems(report.problems, err=True)
    templates = {info.id: info.template_dirs for info in report.rulesets}
    show = progress()
    count = None if show is None else partial(show, msg("文书"))
    papers = write_papers(
        report,
        out,
        formats or ("docx", "xlsx"),
        templates,
        count,
        days,
        ledgers=ledgers,
        overwrite=overwrite,
        packed=packed,
    )
    if not papers:
        return nothing_written()
    click.echo(say("已写{number}份，见 {out}", number=len(papers), out=out))
    if packed:
        click.echo(say("压缩包：{path}", path=out / ARCHIVE))
    for line in papers.told():
        click.echo(line)
    for line in papers.said:
        click.echo(line)
    for line in papers.warned:
        click.echo(line, err=True)
    if papers.faults:
        return max(map(print_error, papers.faults))
    return UNREADABLE if any(p.severity == "error" for p in report.problems) else 0
