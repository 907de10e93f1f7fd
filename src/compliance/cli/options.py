"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from compliance.kernel import i18n
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import say


def speak(context: click.Context, _: click.Parameter, value: str | None) -> None:
    """Set the language for the rest of the run, wherever --lang stands."""
    if value:
        context.with_resource(i18n.use(value))


READ = (".json", ".xlsx", ".xlsm", ".csv", ".parquet", ".zip")  # what a folder is read for


def lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--lang, which sets the language of everything that follows."""
    return click.option(
        "--lang", type=click.Choice(i18n.LANGUAGES), callback=speak, is_eager=True,
        expose_value=False, help="zh 中文（默认） | en English",
    )(command)  # fmt: skip


inputs_argument = click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path))


def judging(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how to judge; `asked` turns them into what `checker.check` takes."""
    for option in (
        click.option("--confirm", "confirm", multiple=True, metavar="FILE.toml",
                     type=click.Path(path_type=Path),
                     help="确认文件：持有文件原文的人据以提高依据的核实程度，可重复"),
        click.option("--strict", is_flag=True,
                     help="凡经过未核实的规则即不下结论"),
        click.option("--switch", "switches", multiple=True, metavar="NAME",
                     help="打开一项放宽或选用一种算法（见 rules --switches），可重复"),
        click.option("--enforce", "enforce", multiple=True, metavar="BASIS|RULE",
                     help="让某类依据（secondary 等）或某条规则参与结论，可重复"),
        click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
                     help="按哪一天有效的规则判定（默认：学年的9月1日）"),
        click.option("--ruleset", metavar="ID|FILE", help="规则集编号或规则文件（默认：按省份）"),
    ):  # fmt: skip
        command = option(command)
    return command


def asked(
    ruleset: str | None,
    as_of: datetime | None,
    enforce: tuple[str, ...],
    switches: tuple[str, ...],
    strict: bool,
    confirm: tuple[Path, ...],
) -> dict[str, Any]:
    """What the options of `judging` ask for, by the names of `checker.check` and `checker.Choice`."""
    from compliance.rules.resolution.confirmations import read_confirmations

    return {
        "ruleset": ruleset,
        "as_of": day(as_of),
        "enforce": enforce,
        "switches": switches,
        "strict": strict,
        "confirmations": tuple(one for path in confirm for one in read_confirmations(path)),
    }


def day(value: datetime | None) -> date | None:
    """A click date as a date."""
    return value.date() if value is not None else None


def require_format(form: str, known: Sequence[str]) -> None:
    """UsageError for a format that nobody offers."""
    if form not in known:
        raise UsageError(
            say("没有格式“{form}”", "no format '{form}'", form=form),
            todo=say("可用：{known}", "choose from {known}", known=", ".join(known)),
        )


def output_file(text: str, known: Sequence[str]) -> tuple[str, Path]:
    """``FORMAT:FILE`` taken apart; UsageError where it is not that."""
    form, _, path = text.partition(":")
    if not path:
        raise UsageError(
            say(
                "-o 应写成 格式:文件，例如 html:报告.html",
                "-o takes FORMAT:FILE, such as html:report.html",
            ),
        )
    require_format(form, known)
    return form, Path(path)


def refuse_clashes(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """UsageError where an output would overwrite an input, or two outputs are one file."""
    targets = [path.resolve() for path in outputs]
    sources = [path.resolve() for path in inputs]
    for place, target in enumerate(targets):
        if target in targets[:place]:
            raise UsageError(
                say("两种格式写到同一个文件", "two formats go to one file"),
                where=str(outputs[place]),
            )
        among = target.parent in sources and target.suffix.lower() in READ and target.is_file()
        if target in sources or among:
            raise UsageError(
                say("输出会覆盖输入", "the output would overwrite an input"),
                where=str(outputs[place]),
                todo=say("请写到别处", "write it elsewhere"),
            )
