"""`compliance doctor`: whether this installation can do its work, and what to do where it cannot."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import click

from compliance.cli import configuration, console
from compliance.cli.command import (
    Command,
    Group,
    guarded,
    require_format,
    shared_options,
    text_or_json,
)
from compliance.cli.volume import quiet
from compliance.kernel.errors import JunhengError
from compliance.kernel.exit_codes import CONFORMS, FAILS
from compliance.kernel.i18n import msg, say

if TYPE_CHECKING:
    from compliance.checker.installation import Examined

FORMAT = "junheng-doctor/1"
_SIGNS = {"ok": "✓", "warn": "!", "fail": "✗"}


@click.command(
    cls=Command,
    help=lambda: msg(
        "检查本机的安装：版本、插件、控制台、字体、配置、磁盘，每项给出办法；可附在问题报告里（不含个人信息）。"
    ),
)
@text_or_json
@shared_options
@guarded
def doctor(form: str) -> int:
    """Print a line for each thing; 1 where one of them keeps the program from its work."""
    from compliance.checker.installation import FAIL, STATES, examined, titles

    require_format(form, ("text", "json"))
    context = click.get_current_context()

    def configuration_file() -> Iterator[Examined]:
        return _configuration(context)

    found, called, colon = [], titles(), msg("：")
    for one in examined([configuration_file]):
        found.append(one)
        if form == "text" and not (quiet() and one.state == STATES[0]):
            click.echo(f"{_SIGNS[one.state]} {called.get(one.name, one.name)}{colon}{one.told}")
            if one.cure:
                click.echo(f"    → {one.cure}")
    counts = Counter(one.state for one in found)
    if form == "json":
        worst = max(found, key=lambda one: STATES.index(one.state)).state
        rows = [one._asdict() for one in found]
        document = {"format": FORMAT, "worst": worst, "checks": rows}
        console.print_document(json.dumps(document, ensure_ascii=False, indent=1))
    elif not quiet():
        told = say(
            "正常{ok}项，提示{warn}项，不能工作{fail}项", **{one: counts[one] for one in STATES}
        )
        click.echo(told)
    return FAILS if counts[FAIL] else CONFORMS


def _configuration(context: click.Context) -> Iterator[Examined]:
    from compliance.checker.installation import FAIL, OK, Examined

    found, name = configuration.current(), "configuration"
    if found is None:
        yield Examined(name, OK, msg("没有配置文件"))
        return
    try:
        if isinstance(found, JunhengError):
            raise found
        every = cast("Group", context.find_root().command).commands
        settings = configuration.settings(found, every[configuration.COMMON], every)
    except JunhengError as error:
        for one in error.each or (error,):
            yield Examined(name, FAIL, f"{one.where} {one.what}", one.todo or msg("请改正这一行"))
    else:
        told = say("{path}：{keys}", path=found.path, keys=msg("、").join(settings))
        yield Examined(name, OK, told)
