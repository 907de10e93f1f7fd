"""`compliance rectify`: what a county and each of its schools must put right."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from compliance.cli.command import (
    UNREADABLE,
    Command,
    chosen,
    day,
    guarded,
    inputs_argument,
    judging,
    nothing_written,
    option,
    print_error,
    print_problems,
    progress,
    shared_options,
)
from compliance.kernel.i18n import msg, say

PAPER_FORMATS = ("md", "html", "xlsx", "docx")


class DataKind(click.Choice[str]):
    """正式 or 动态, in Chinese or English words; the value is the English one."""

    def __init__(self) -> None:
        super().__init__(("正式", "动态", "official", "current"))

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The canonical word of what was typed."""
        word = super().convert(value.removesuffix("数据"), param, ctx)
        return {"正式": "official", "动态": "current"}.get(word, word)


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
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help=lambda: msg("今天是哪一天：生成日期，逾期按它算（默认：系统日期）"),
)
@option(
    "--data-date",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help=lambda: msg("数据是哪一天的（默认：县区表的“数据日期”，没有则按评估时点）"),
)
@option(
    "--data-kind",
    type=DataKind(),
    help=lambda: msg("正式数据（年报）还是动态数据（默认：县区表的“数据性质”）"),
)
@option(
    "--ledger",
    "ledgers",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="OLD.xlsx",
    help=lambda: msg("填写过的台账，可重复（多份按格合并）；输出文件夹里原有的清单总会承接"),
)
@option("--overwrite", is_flag=True, help=lambda: msg("直接覆盖原有文书（默认：填写过的移到旧稿）"))
@shared_options
@guarded
def rectify(
    inputs: tuple[Path, ...],
    out: Path,
    formats: tuple[str, ...],
    today: datetime | None,
    data_date: datetime | None,
    data_kind: str | None,
    ledgers: tuple[Path, ...],
    overwrite: bool,
    **how: Any,  # noqa: ANN401 - the options of `judging`
) -> int:
    """Judge and write; 0 once the papers are written, whatever the verdict."""
    from compliance.checker import Checker
    from compliance.ledger.days import DaysAsked
    from compliance.render.rectification.write import write_papers

    report = Checker().check(inputs, chosen(**how), progress())
    print_problems(report.problems, err=True)
    templates = {info.id: info.template_dirs for info in report.rulesets}
    show = progress()
    count = None if show is None else partial(show, msg("文书"))
    days = DaysAsked(day(today) or date.today(), day(data_date), data_kind or "")
    papers = write_papers(
        report,
        out,
        formats or ("docx", "xlsx"),
        templates,
        count,
        days,
        ledgers=ledgers,
        overwrite=overwrite,
    )
    if not papers:
        return nothing_written()
    click.echo(say("已写{number}份，见 {out}", number=len(papers), out=out))
    for line in papers.told():
        click.echo(line)
    for line in papers.said:
        click.echo(line)
    for line in papers.warned:
        click.echo(line, err=True)
    if papers.faults:
        return max(map(print_error, papers.faults))
    return UNREADABLE if any(p.severity == "error" for p in report.problems) else 0
