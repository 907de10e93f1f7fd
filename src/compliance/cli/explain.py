"""`compliance explain`: a rule, or the working of its verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from compliance.cli import completed_words, console
from compliance.cli.command import (
    Command,
    GivenPath,
    chosen,
    configured_inputs,
    echo_text,
    guarded,
    judging,
    option,
    require_format,
    shared_options,
)
from compliance.cli.standard_input import of_argument, resolved
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg, say

STAGES = {"小学": "primary", "初中": "junior", "primary": "primary", "junior": "junior"}


@click.command(
    cls=Command,
    help=lambda: msg(
        "解释一条规则；给出数据时，逐步写出判定过程。\n\n给出数据后，学校类规则用 --school 指明学校，县级规则不必。"
    ),
)
@click.argument("rule", shell_complete=completed_words.rules)
@click.argument("inputs", nargs=-1, type=GivenPath(), callback=of_argument)
@option("--school", metavar="CODE", help=lambda: msg("哪所学校（代码或名称）"))
@option("--stage", type=click.Choice(list(STAGES)), help=lambda: msg("只看一个学段"))
@option(
    "--county", metavar="CODE", help=lambda: msg("哪个县（代码或名称；多个学年时写 代码:学年）")
)
@option("--format", "form", default="text", metavar="FORMAT", help=lambda: msg("text（默认） json"))
@judging
@shared_options
@guarded
def explain(
    rule: str, inputs: tuple[Path, ...], school: str | None, stage: str | None,
    county: str | None, form: str, **how: Any,  # noqa: ANN401 - the options of `judging`
) -> None:  # fmt: skip
    """Print the rule's page, or the working of its verdict."""
    from compliance.explain import explain as answers

    require_format(form, ("text", "json"))
    if form == "json":
        click.get_current_context().with_resource(console.documents())
    choice = chosen(**how)
    if not inputs and (school or county or stage):
        context = click.get_current_context()
        inputs = resolved(context, configured_inputs(context))
    wanted = STAGES[stage] if stage else None
    if not inputs:
        if school or county or stage:
            raise UsageError(
                msg("没有给出数据"),
                todo=say("写成：compliance explain {rule} 数据文件 --school 学校代码", rule=rule),
            )
        answer, told = answers.of_rule(rule, choice)
    else:
        answer, told = answers.of_case(rule, list(inputs), choice, school, wanted, county)
    if form == "json":
        console.print_document(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        echo_text(told)
