"""`compliance plugin check`: everything that is wrong with a plugin, at once."""

from __future__ import annotations

from pathlib import Path

import click

from compliance.cli import console
from compliance.cli.command import (
    Command,
    GivenPath,
    guarded,
    option,
    require_format,
    shared_options,
)
from compliance.kernel.i18n import msg


@click.command(
    "check",
    cls=Command,
    help=lambda: msg(
        "检查一个插件：一次说出全部问题，各有文件、行号和改法。PATH：插件的文件夹、有 rules/*.toml 的文件夹、一个规则文件；不给则检查已安装的插件。\n\n退出码：0 没有错误；1 有错误（--strict：或有提示）；2 用法不对。每种问题见 docs/plugin-check.md。"
    ),
)
@click.argument("path", required=False, type=GivenPath())
@option("--strict", is_flag=True, help=lambda: msg("有提示也算不通过"))
@option("--no-build", is_flag=True, help=lambda: msg("不构建轮子（已安装的插件本来就不构建）"))
@option("--no-cases", is_flag=True, help=lambda: msg("不运行算例，也不说缺哪些"))
@option(
    "--import",
    "run_code",
    is_flag=True,
    help=lambda: msg("导入插件的代码（默认不运行未安装的插件的代码，只看源文件）"),
)
@option(
    "--format", "form", default="text", metavar="FORMAT",
    help=lambda: msg("text（默认） json sarif github"),
)  # fmt: skip
@shared_options
@guarded
def check(
    path: Path | None, form: str, *, strict: bool, no_build: bool, no_cases: bool, run_code: bool
) -> int:
    """Print what is wrong; 1 where anything is."""
    from compliance.authoring.check import FORMATS, check_installed, check_path, written

    require_format(form, FORMATS)
    if path is None:
        found = check_installed(cases=not no_cases)
    else:
        found = check_path(path, build=not no_build, cases=not no_cases, run_code=run_code)
    told = written(found, form)
    if told and form == "text":
        click.echo(told)
    elif told:
        console.print_document(told)
    failing = {"error", "warning"} if strict else {"error"}
    return int(any(one.severity in failing for one in found))
