"""click's own complaints about a command line, in the language of the run."""

from __future__ import annotations

import re

import click

from compliance.kernel import i18n


def complaint(error: click.UsageError) -> str:
    """What is wrong with the command line, in one sentence."""
    told = error.format_message()
    if i18n.lang() == "en":
        return told
    match error:
        case click.MissingParameter():
            told = f"缺少 {_name(error)}"
        case click.NoSuchOption():
            near = f"（是否指 {'、'.join(error.possibilities)}？）" if error.possibilities else ""
            told = f"没有选项 {error.option_name}{near}"
        case click.BadParameter():
            told = f"{_name(error)} 的值不对：{allowed(error)}"
        case click.BadOptionUsage():
            needs = "requires" in error.message
            told = f"选项 {error.option_name} {'后面要写值' if needs else '后面不写值'}"
        case _ if unknown := getattr(error, "command_name", ""):  # only newer clicks tell
            told = f"没有命令 {unknown}"
        case _ if error.message.startswith("Missing command"):
            told = "没有说做什么"
        case _ if extra := re.search(r"unexpected extra arguments? \((.*)\)", error.message):
            told = f"多出了 {extra[1]}"
    return told


def _name(error: click.UsageError) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "参数"
    if isinstance(parameter, click.Option):
        return str(parameter.opts[0])
    names = {"inputs": "要判定的文件或文件夹（可写成配置文件的 inputs）", "rule": "规则编号"}
    return names.get(str(parameter.name), str(parameter.name))


def allowed(error: click.BadParameter) -> str:
    """Which values an option takes, or what else is wrong with one."""
    kind = error.param.type if error.param is not None else None
    if i18n.lang() == "en":
        return error.message
    if isinstance(kind, click.DateTime):
        return "应写成 2023-09-01 这样的日期"
    if isinstance(kind, click.Choice):
        return "可用 " + "、".join(str(choice) for choice in kind.choices)
    return error.message
