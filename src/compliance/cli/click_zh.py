"""click in Chinese: its complaints about usage and its help option."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from compliance.kernel import i18n
from compliance.kernel.i18n import say


class Command(click.Command):
    """A command whose help option speaks the user's language."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The help option, explained in the current language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("显示用法", "show this message")
        return option


class Group(Command, click.Group):
    """The program: complaints about usage in the user's language, exit code 2."""

    command_class = Command

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        """Run, and end with an exit code."""
        given = list(sys.argv[1:] if args is None else args)
        options["standalone_mode"] = False
        try:
            code = super().main(given, *rest, **options)
        except click.UsageError as error:
            with i18n.use(asked_language(given)):
                click.echo(say("错误：{why}", "error: {why}", why=complaint(error)), err=True)
                path = error.ctx.command_path if error.ctx else "compliance"
                click.echo(
                    say("  → 用 {path} --help 查看用法", "  → see {path} --help", path=path),
                    err=True,
                )
            code = error.exit_code
        except click.Abort:
            code = 130  # interrupted, as shells count it
        sys.exit(code if isinstance(code, int) else 0)


def asked_language(args: Sequence[str]) -> str:
    """The language asked for on the command line or in the environment."""
    for place, word in enumerate(args):
        if word == "--lang" and place + 1 < len(args):
            return args[place + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return os.environ.get("COMPLIANCE_LANG", "zh")


def complaint(error: click.UsageError) -> str:
    """What is wrong with the command line, in one sentence."""
    if i18n.lang() == "en":
        return error.format_message()
    name = _name(error)
    if isinstance(error, click.MissingParameter):
        return f"缺少 {name}"
    if isinstance(error, click.NoSuchOption):
        near = f"（是否指 {'、'.join(error.possibilities)}？）" if error.possibilities else ""
        return f"没有选项 {error.option_name}{near}"
    if isinstance(error, click.BadParameter):
        return f"{name} 的值不对：{_allowed(error)}"
    unknown = getattr(error, "command_name", None)  # only newer clicks tell
    if unknown is not None:
        return f"没有命令 {unknown}"
    return error.format_message()


def _name(error: click.UsageError) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "参数"
    if isinstance(parameter, click.Option):
        return str(parameter.opts[0])
    names = {"inputs": "要判定的文件或文件夹", "rule": "规则编号"}
    return names.get(str(parameter.name), str(parameter.name))


def _allowed(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.DateTime):
        return "应写成 2023-09-01 这样的日期"
    if isinstance(kind, click.Choice):
        return "可用 " + "、".join(str(choice) for choice in kind.choices)
    return error.message
