"""`compliance template`: the blank workbook to fill in, and the forms beside it."""

from __future__ import annotations

from pathlib import Path

import click

from compliance.cli.command import Command, guarded, option, shared_options, switch_option
from compliance.kernel.i18n import msg, say


@click.command(cls=Command, help=lambda: msg("生成空白填报工作簿。"))
@click.option("-o", "out", required=True, type=click.Path(path_type=Path), metavar="FILE.xlsx")
@option("--ruleset", metavar="ID|FILE", help=lambda: msg("为哪个规则集（默认：国家）"))
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
    out: Path, ruleset: str | None, switches: tuple[str, ...], everything: bool, form: str | None
) -> None:
    """Write the workbook, or one of the forms beside it."""
    from compliance.cli.workbook_form import workbook_form
    from compliance.explain.ruleset_listing import opened
    from compliance.render.blank_workbook import write_template
    from compliance.render.planning_forms import write_prices, write_responsibilities

    if form is None:
        write_template(out, workbook_form(ruleset, switches, everything=everything))
    elif form == "responsibilities":
        write_responsibilities(out, opened(ruleset, switches=switches)[0])
    else:
        write_prices(out, *opened(ruleset, switches=switches))
    click.echo(say("已写 {out}", out=out))
