"""The command line: parse, call, print; nothing else. Heavy imports stand inside the commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from compliance.cli.click_zh import Group, asked_language
from compliance.cli.declare import declare
from compliance.cli.explain import explain
from compliance.cli.options import (
    asked,
    inputs_argument,
    judging,
    lang_option,
    output_file,
    refuse_clashes,
    require_format,
)
from compliance.cli.rules import rules
from compliance.cli.run import (
    UNREADABLE,
    counter,
    exit_code,
    guarded,
    print_problems,
    progress,
    template_dirs,
)
from compliance.cli.validate import validate
from compliance.kernel import i18n
from compliance.kernel.i18n import say

PAPER_FORMATS = ("md", "html", "xlsx", "docx")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="junheng", prog_name="compliance")
@lang_option
@click.pass_context
def main(context: click.Context) -> None:
    """均衡 Junheng：县域义务教育优质均衡达标核查与整改清单。

    判断一个县是否达标；不达标时，说清每所学校缺什么、怎么补。数据不离开本机。
    """
    context.with_resource(i18n.use(asked_language(sys.argv[1:])))


@main.command()
@inputs_argument
@judging
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT",
    help="输出到屏幕的格式：text（默认）json ndjson csv parquet md html，可重复",
)
@click.option("-o", "outputs", multiple=True, metavar="FORMAT:FILE", help="另存为文件，可重复")
@click.option(
    "--fail-on",
    type=click.Choice(["fail", "undecided", "never"]),
    default="undecided",
    show_default=True,
    help="什么结论使退出码非零",
)
@lang_option
@guarded
def check(
    inputs: tuple[Path, ...],
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    fail_on: str,
    **how: Any,  # noqa: ANN401 - the options of `judging`
) -> int:
    """判定是否达标，说明原因。"""
    from compliance.checker.builtin_offers import load
    from compliance.checker.check import check as judge
    from compliance.render import write
    from compliance.render.terminal import summary

    offers = load()
    known = ("text", *(name for name in offers.renderers if name != "text"))
    files = [output_file(one, known) for one in outputs]
    refuse_clashes([path for _, path in files], inputs)
    for form in formats:
        require_format(form, known)
    report = judge(inputs, **asked(**how), progress=progress(), offers=offers)
    for form, path in files:
        write(report, form, path, offers.renderers[form])
    for form in formats or ("text",):
        if form == "text":
            click.echo(summary.summary(report, colour=sys.stdout.isatty()))
        else:
            offers.renderers[form](report, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    return exit_code(report, fail_on)


@main.command()
@inputs_argument
@judging
@click.option(
    "-o",
    "out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="写到哪个文件夹",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(PAPER_FORMATS),
    help="格式，可重复（默认 docx、xlsx）",
)
@lang_option
@guarded
def rectify(
    inputs: tuple[Path, ...],
    out: Path,
    formats: tuple[str, ...],
    **how: Any,  # noqa: ANN401 - the options of `judging`
) -> int:
    """生成整改清单：全县一份，每校一份（一校一案）。"""
    from compliance.checker.check import check as judge
    from compliance.render.rectification.write import write_papers

    report = judge(inputs, **asked(**how), progress=progress())
    print_problems(report.problems, err=True)
    papers = write_papers(
        report, out, formats or ("docx", "xlsx"), template_dirs(report), counter()
    )
    if not papers:
        click.echo(
            say("没有可写的县：数据有错误。", "nothing written: the data have errors."), err=True
        )
        return UNREADABLE
    click.echo(
        say(
            "已写{number}份，见 {out}",
            "wrote {number} papers to {out}",
            number=len(papers),
            out=out,
        )
    )
    for line in papers.told():
        click.echo(line)
    return UNREADABLE if any(p.severity == "error" for p in report.problems) else 0


@main.command()
@click.option("-o", "out", required=True, type=click.Path(path_type=Path), metavar="FILE.xlsx")
@click.option("--ruleset", metavar="ID|FILE", help="为哪个规则集（默认：国家）")
@lang_option
@guarded
def template(out: Path, ruleset: str | None) -> None:
    """生成空白填报工作簿。"""
    from compliance.explain.ruleset_listing import blank_workbook

    blank_workbook(out, ruleset)
    click.echo(say("已写 {out}", "wrote {out}", out=out))


@main.command()
@lang_option
@guarded
def rulesets() -> None:
    """列出已安装的规则集和插件。"""
    from compliance.explain.ruleset_listing import ruleset_table

    click.echo(ruleset_table())


for command in (validate, declare, explain, rules):
    main.add_command(command)
