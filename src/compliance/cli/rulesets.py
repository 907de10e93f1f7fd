"""`compliance rulesets`: what is installed."""

from __future__ import annotations

import click

from compliance.cli.command import Command, echo_text, guarded, shared_options
from compliance.kernel.i18n import msg


@click.command(cls=Command, help=lambda: msg("列出已安装的规则集和插件。"))
@shared_options
@guarded
def rulesets() -> None:
    """Print the list."""
    from compliance.explain.ruleset_listing import ruleset_table

    echo_text(ruleset_table())
