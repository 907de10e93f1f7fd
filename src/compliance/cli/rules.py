"""`compliance rules`: a rule set listed, or laid open."""

from __future__ import annotations

from datetime import datetime

import click

from compliance.cli import completed_words
from compliance.cli.command import (
    Command,
    day,
    echo_text,
    guarded,
    option,
    require_format,
    shared_options,
)
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg


@click.command(
    cls=Command, help=lambda: msg("列出一个规则集的全部规则；或其来源、差别、规定覆盖、开关。")
)
@option(
    "--ruleset",
    metavar="ID|FILE",
    shell_complete=completed_words.rulesets,
    help=lambda: msg("规则集（默认：国家）"),
)
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@option("--resolved", is_flag=True, help=lambda: msg("每个数值由哪一层、哪份文件给出"))
@option("--diff", metavar="A..B", help=lambda: msg("比较两个日期，或两个规则集"))
@option("--coverage", is_flag=True, help=lambda: msg("规定的各项由哪条规则回答"))
@option("--switches", is_flag=True, help=lambda: msg("可用 --switch 打开的放宽与算法"))
@option(
    "--format",
    "form",
    default="text",
    metavar="FORMAT",
    help=lambda: msg("text（默认） json；--coverage 另有 md"),
)
@shared_options
@guarded
def rules(
    ruleset: str | None, as_of: datetime | None, resolved: bool, diff: str | None,
    coverage: bool, switches: bool, form: str,
) -> None:  # fmt: skip
    """Print one of the five views."""
    from compliance.explain import ruleset_listing

    if sum((resolved, diff is not None, coverage, switches)) > 1:
        raise UsageError(msg("--resolved、--diff、--coverage、--switches 一次只能用一个"))
    require_format(form, ("text", "json", "md") if coverage else ("text", "json"))
    if resolved:
        told = ruleset_listing.resolved(ruleset, day(as_of), form)
    elif diff is not None:
        told = ruleset_listing.difference(diff, ruleset, day(as_of), form)
    elif coverage:
        told = ruleset_listing.covered(ruleset, day(as_of), form)
    elif switches:
        told = ruleset_listing.switch_table(ruleset, day(as_of), form)
    else:
        told = ruleset_listing.rule_table(ruleset, day(as_of), form)
    if form == "text":
        echo_text(told)
    else:
        click.echo(told)
