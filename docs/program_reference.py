"""Reference pages of the program itself: commands, kinds of rules, hooks, templates, environment, exit codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from compliance.checker import load
from compliance.cli import main
from compliance.kernel import environment, exit_codes
from compliance.kernel.i18n import LANGUAGES, use
from compliance.plugins import hookspecs
from compliance.rules.kinds import RuleKind

ROOT = Path(__file__).parent.parent
Key = TypeVar("Key", str, int)
_BLOCK = re.compile(r"\{%-?\s*block\s+(\w+)")


def commands_page() -> str:
    """Every command with its arguments and options, in both languages."""
    lines = [
        "# 命令 Commands",
        "",
        "由命令行生成，请勿手改。`compliance 命令 --help` 显示同样的内容。Every command knows `--help`.",
    ]
    for path, command in _commands("compliance", main):
        chinese, english = _both(partial(_help, command))
        lines += ["", f"## `{path}`", "", chinese, "", english]
        rows = list(_options(command))
        if rows:
            lines += ["", "| | 中文 | English |", "|---|---|---|", *rows]
    return "\n".join(lines) + "\n"


def _commands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name, one in sorted(command.commands.items()):
        yield from _commands(f"{path} {name}", one)


def _of(told: Callable[[], Mapping[Key, str]], name: Key) -> str:
    return told()[name]


def _both(told: Callable[[], str]) -> list[str]:
    found = []
    for language in LANGUAGES:
        with use(language):
            found.append(told())
    return found


def _help(command: click.Command) -> str:
    context = click.Context(command)
    command.get_help(context)  # only then its help is in the current language
    return (command.help or "").replace("\b\n", "")


def _options(command: click.Command) -> Iterator[str]:
    for one in command.params:
        if isinstance(one, click.Argument):
            yield f"| `{one.make_metavar(click.Context(command))}` | | |"
            continue
        chinese, english = _both(partial(_record, one, command))
        name = chinese.partition("\0")[0]
        told = [_cell(text.partition("\0")[2]) for text in (chinese, english)]
        yield f"| `{_cell(name)}` | {told[0]} | {told[1]} |"


def _record(option: click.Parameter, command: click.Command) -> str:
    """The option as written, and what it is for."""
    return "\0".join(option.get_help_record(click.Context(command)) or (option.name or "", ""))


def program_page() -> str:
    """Kinds, hooks, templates, environment variables, exit codes."""
    lines = ["# 程序 The program", "", "由代码生成，请勿手改。"]
    for part in (_kinds, _hooks, _templates, _environment, _exit_codes):
        lines += ["", *part()]
    return "\n".join(lines) + "\n"


def _kinds() -> Iterator[str]:
    yield "## Kinds of rules"
    yield ""
    yield '`kind = "…"` of a rule or part; fields beside those that every rule has ([rule-language.md](../rule-language.md)).'
    yield ""
    yield "| kind | judges | cannot do without | fields of its own | from |"
    yield "|---|---|---|---|---|"
    for name, kind in load().kinds.items():
        about = (type(kind).__doc__ or "").partition("\n")[0]
        own = ", ".join(_setting(one) for one in fields(kind.settings))
        needs = ", ".join(f"`{one}`" for one in kind.needs)
        yield f"| `{name}` | {about} | {needs} | {own} | {_source(kind)} |"


def _setting(one: Field[object]) -> str:
    needed = one.default is MISSING and one.default_factory is MISSING
    form = str(one.type).removesuffix(" | None").replace("|", "or")
    return f"`{one.name}` {form}{' (required)' if needed else ''}"


def _source(kind: RuleKind) -> str:
    return kind.offered_by.partition(" ")[0] or "core"


def _hooks() -> Iterator[str]:
    yield "## Hooks of plugins"
    yield ""
    yield f"Functions of the module behind an entry point of the group `{hookspecs.GROUP}`, marked with `compliance.hookimpl`."
    yield ""
    yield "| hook | answers |"
    yield "|---|---|"
    for name, hook in vars(hookspecs).items():
        if name.startswith("compliance_"):
            yield f"| `{name}` | {' '.join((hook.__doc__ or '').split()).replace('``', '`')} |"


def _templates() -> Iterator[str]:
    yield "## Templates"
    yield ""
    yield "A file of the same name replaces it, or extends it block by block ([templates.md](../templates.md))."
    yield ""
    yield "| template | blocks |"
    yield "|---|---|"
    for path in sorted((ROOT / "templates").iterdir()):
        if path.is_file() and path.suffix in {".docx", ".html", ".md", ".typ"}:
            blocks = [] if path.suffix == ".docx" else _BLOCK.findall(path.read_text("utf-8"))
            yield f"| `{path.name}` | {' '.join(f'`{one}`' for one in dict.fromkeys(blocks))} |"


def _environment() -> Iterator[str]:
    yield "## 环境变量 Environment variables"
    yield ""
    yield "| | 中文 | English |"
    yield "|---|---|---|"
    for name in environment.variables():
        yield f"| `{name}` | {' | '.join(_both(partial(_of, environment.variables, name)))} |"


def _exit_codes() -> Iterator[str]:
    yield "## 退出码 Exit codes"
    yield ""
    yield "几个县一起判定时，取5、4、1、3、0中先出现的一个。Of several counties the first of 5, 4, 1, 3, 0 that occurs."
    yield ""
    yield "| | 中文 | English |"
    yield "|---|---|---|"
    for code in exit_codes.meanings():
        yield f"| {code} | {' | '.join(_both(partial(_of, exit_codes.meanings, code)))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
