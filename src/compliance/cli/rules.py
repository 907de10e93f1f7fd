"""`compliance rules`: a rule set listed, or laid open."""

from __future__ import annotations

from datetime import datetime

import click

from compliance.cli.click_zh import Command
from compliance.cli.options import day, lang_option, require_format
from compliance.cli.run import guarded
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import say


@click.command(cls=Command)
@click.option("--ruleset", metavar="ID|FILE", help="规则集（默认：国家）")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@click.option("--resolved", is_flag=True, help="每个数值由哪一层、哪份文件给出")
@click.option("--diff", "diff", metavar="A..B", help="比较两个日期，或两个规则集")
@click.option("--coverage", is_flag=True, help="条文逐项由哪条规则回答")
@click.option("--switches", is_flag=True, help="可用 --switch 打开的放宽与算法")
@click.option(
    "--format",
    "form",
    default="text",
    metavar="FORMAT",
    help="text（默认） json；--coverage 另有 md",
)
@lang_option
@guarded
def rules(
    ruleset: str | None, as_of: datetime | None, resolved: bool, diff: str | None,
    coverage: bool, switches: bool, form: str,
) -> None:  # fmt: skip
    """列出一个规则集的全部规则；或其来源、差别、条文覆盖、开关。"""
    from compliance.explain import ruleset_listing

    if sum((resolved, diff is not None, coverage, switches)) > 1:
        raise UsageError(
            say(
                "--resolved、--diff、--coverage、--switches 一次只能用一个",
                "use one of --resolved, --diff, --coverage, --switches at a time",
            )
        )
    require_format(form, ("text", "json", "md") if coverage else ("text", "json"))
    if resolved:
        click.echo(ruleset_listing.resolved(ruleset, day(as_of), form))
    elif diff is not None:
        click.echo(ruleset_listing.difference(diff, ruleset, day(as_of), form))
    elif coverage:
        click.echo(ruleset_listing.covered(ruleset, day(as_of), form))
    elif switches:
        click.echo(ruleset_listing.switch_table(ruleset, day(as_of), form))
    else:
        click.echo(ruleset_listing.rule_table(ruleset, day(as_of), form))
