"""`compliance plugin`: for the authors of rule packs."""

from __future__ import annotations

import click

from compliance.cli.command import Group, everywhere
from compliance.cli.plugin_check import check
from compliance.cli.plugin_new import new
from compliance.kernel.i18n import msg


@click.group(cls=Group, help=lambda: msg("为规则包的作者：写一个新的，检查一个。"))
@everywhere
def plugin() -> None:
    """Everything is done by its commands."""


plugin.add_command(new)
plugin.add_command(check)
