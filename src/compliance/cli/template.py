"""`compliance template`: the blank workbook to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from compliance.cli.command import Command, guarded, option, shared_options
from compliance.kernel.i18n import msg, say


@click.command(cls=Command, help=lambda: msg("生成空白填报工作簿。"))
@click.option("-o", "out", required=True, type=click.Path(path_type=Path), metavar="FILE.xlsx")
@option("--ruleset", metavar="ID|FILE", help=lambda: msg("为哪个规则集（默认：国家）"))
@shared_options
@guarded
def template(out: Path, ruleset: str | None) -> None:
    """Write the workbook."""
    from compliance.explain.ruleset_listing import opened
    from compliance.render.blank_workbook import write_template

    rules, words = opened(ruleset)
    about = list(rules.rules.values())
    write_template(out, words, rules.label, rules=about, subject=rules.subject)
    click.echo(say("已写 {out}", out=out))
