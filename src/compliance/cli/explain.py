"""`compliance explain`: a rule, or the working of its verdict."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from compliance.cli.click_zh import Command
from compliance.cli.options import asked, judging, lang_option, require_format
from compliance.cli.run import guarded
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import say

STAGES = {"小学": "primary", "初中": "junior", "primary": "primary", "junior": "junior"}


@click.command(cls=Command)
@click.argument("rule")
@click.argument("inputs", nargs=-1, type=click.Path(path_type=Path))
@click.option("--school", metavar="CODE", help="哪所学校（代码或名称）")
@click.option("--stage", type=click.Choice(list(STAGES)), help="只看一个学段")
@click.option("--county", metavar="CODE", help="哪个县（代码或名称；多个学年时写 代码:学年）")
@click.option("--format", "form", default="text", metavar="FORMAT", help="text（默认） json")
@judging
@lang_option
@guarded
def explain(
    rule: str, inputs: tuple[Path, ...], school: str | None, stage: str | None,
    county: str | None, form: str, ruleset: str | None, as_of: datetime | None,
    enforce: tuple[str, ...], switches: tuple[str, ...], strict: bool, confirm: tuple[Path, ...],
) -> None:  # fmt: skip
    """解释一条规则；给出数据时，逐步写出判定过程。

    给出数据后，学校类规则用 --school 指明学校，县级规则不必。
    """
    from compliance.checker.check import Choice
    from compliance.explain import explain as answers

    require_format(form, ("text", "json"))
    choice = Choice(**asked(ruleset, as_of, enforce, switches, strict, confirm))
    wanted = STAGES[stage] if stage else None
    if not inputs:
        if school or county or stage:
            raise UsageError(
                say("没有给出数据", "no data given"),
                todo=say(
                    "写成：compliance explain {rule} 数据文件 --school 学校代码",
                    "compliance explain {rule} FILE --school CODE",
                    rule=rule,
                ),
            )
        answer, lines = answers.of_rule(rule, choice)
    else:
        answer, lines = answers.of_case(rule, list(inputs), choice, school, wanted, county)
    if form == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(lines))
