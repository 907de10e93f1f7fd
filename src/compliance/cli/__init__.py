"""The command line: parse, call, print; nothing else. Heavy imports stand inside the commands.

In: words as typed. Out: an exit code, text on the streams, files. One file a command; what all of
them have stands in `command`. May not decide anything.
"""

from __future__ import annotations

import click

from compliance.cli.anonymise import anonymise
from compliance.cli.assemble import assemble
from compliance.cli.check import check
from compliance.cli.collect import collect
from compliance.cli.command import Group, Option, everywhere
from compliance.cli.completion import completion
from compliance.cli.declare import declare
from compliance.cli.diff import diff
from compliance.cli.doctor import doctor
from compliance.cli.explain import explain
from compliance.cli.import_tables import import_tables
from compliance.cli.menu import menu
from compliance.cli.missing import missing
from compliance.cli.papers import papers
from compliance.cli.plugin import plugin
from compliance.cli.rectify import rectify
from compliance.cli.replay import replay
from compliance.cli.rules import rules
from compliance.cli.rulesets import rulesets
from compliance.cli.template import template
from compliance.cli.validate import validate
from compliance.kernel.i18n import msg


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=lambda: msg(
        "均衡 Junheng：县域义务教育优质均衡达标核查与整改清单。\n\n判断一个县是否达标；不达标时，说清每所学校缺什么、怎么补。数据不离开本机。"
    ),
)
@click.version_option(
    package_name="junheng", prog_name="compliance", cls=Option, help=lambda: msg("显示版本")
)
@everywhere
def main() -> None:
    """The program; everything is done by its commands."""


for one in (
    check, validate, rectify, papers, declare, missing, diff, replay, import_tables, template, collect,
    assemble, anonymise, rules, explain, rulesets, plugin, menu, doctor, completion,
):  # fmt: skip
    main.add_command(one)
