"""What every command has: its language, shared options, guard against tracebacks, exit code.

Help is said in the language of the run, and so are click's own complaints.
"""

from __future__ import annotations

import codecs
import gc
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial, wraps
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from compliance.kernel import environment, i18n
from compliance.kernel.errors import JunhengError, UsageError, reason, show_traceback
from compliance.kernel.exit_codes import (
    CONFORMS,
    FAILS,
    INTERNAL,
    INTERRUPTED,
    UNDECIDED,
    UNREADABLE,
    USAGE,
)
from compliance.kernel.i18n import msg, say

if TYPE_CHECKING:
    from compliance.checker import Choice
    from compliance.engine.results import Results
    from compliance.intake.own_tables.terms import ReadingTerms
    from compliance.kernel.errors import Problem
    from compliance.ledger.days import DaysAsked
    from compliance.render.documents.output_files import Written
    from compliance.rules.resolution.confirmations import Confirmation

# what a folder is read for
READ = (".json", ".xlsx", ".xlsm", ".xls", ".et", ".csv", ".parquet", ".zip")
# What a start makes stays: to look for garbage in it again and again costs a county a twentieth.
_YOUNG = 50_000
Told = Callable[[], str]  # a text, said when it is asked for


class Command(click.Command):
    """A command whose help is a `Told`."""

    def __init__(self, *given: Any, help: Told, **options: Any) -> None:  # noqa: A002, ANN401 - click's own
        super().__init__(*given, **options)
        self._told = help

    def get_short_help_str(self, limit: int = 45) -> str:
        """One line for the list of commands."""
        self.help = self._told()
        return super().get_short_help_str(limit)

    def get_help(self, ctx: click.Context) -> str:
        """The help page; what click says in it of its own accord is translated as well."""
        self.help = self._told()
        page = super().get_help(ctx)
        for words, ours in {
            "Usage: ": msg("用法："),
            "\n\nOptions:\n": msg("\n\n选项：\n"),
            "\n\nCommands:\n": msg("\n\n命令：\n"),
            "[default: ": msg("[默认："),
            "[required]": msg("[必填]"),
        }.items():
            page = page.replace(words, ours)
        return page

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The help option, explained in the current language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = msg("显示用法")
        return option


class Option(click.Option):
    """An option whose help is a `Told`."""

    def __init__(self, *given: Any, help: Told, **options: Any) -> None:  # noqa: A002, ANN401 - click's own
        super().__init__(*given, **options)
        self._told = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and what it is for."""
        self.help = self._told()
        return super().get_help_record(ctx)


def option(*names: str, help: Told, **options: Any) -> Callable[..., Any]:  # noqa: A002, ANN401 - click's own
    """Add an option to a command."""
    return click.option(*names, cls=Option, help=help, **options)


switch_option = option(
    "--switch",
    "switches",
    multiple=True,
    metavar="NAME",
    help=lambda: msg("打开一项放宽或选用一种算法（见 rules --switches），可重复"),
)


class Group(Command, click.Group):
    """The program: complaints about usage in the user's language, exit code 2."""

    command_class = Command

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        """Run, and end with an exit code."""
        given = list(sys.argv[1:] if args is None else args)
        options["standalone_mode"] = False
        gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
        with i18n.use(asked_language(given)):
            try:
                code = super().main(given, *rest, **options)
            except click.exceptions.NoArgsIsHelpError as error:
                click.echo(error.format_message(), err=True)
                code = error.exit_code
            except click.UsageError as error:
                click.echo(say("错误：{why}", why=complaint(error)), err=True)
                path = error.ctx.command_path if error.ctx else "compliance"
                click.echo(say("  → 用 {path} --help 查看用法", path=path), err=True)
                code = error.exit_code
            except click.Abort:
                code = INTERRUPTED
        sys.exit(code if isinstance(code, int) else 0)


def asked_language(args: Sequence[str]) -> str:
    """The language asked for on the command line or in the environment."""
    for place, word in enumerate(args):
        if word == "--lang" and place + 1 < len(args):
            return args[place + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return environment.asked(environment.LANGUAGE) or "zh"


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
            told = f"{_name(error)} 的值不对：{_allowed(error)}"
        case click.BadOptionUsage():
            needs = "requires" in error.message
            told = f"选项 {error.option_name} {'后面要写值' if needs else '后面不写值'}"
        case _ if unknown := getattr(error, "command_name", ""):  # only newer clicks tell
            told = f"没有命令 {unknown}"
        case _ if extra := re.search(r"unexpected extra arguments? \((.*)\)", error.message):
            told = f"多出了 {extra[1]}"
    return told


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


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--without-plugin and --lang, which hold for everything that follows."""
    switch_off = option(
        "--without-plugin",
        multiple=True,
        metavar="NAME",
        expose_value=False,
        callback=_switch_off,
        help=lambda: msg("不用某个插件，可重复"),
    )
    return cast("Callable[..., Any]", switch_off(lang_option(command)))


def _switch_off(context: click.Context, _: click.Parameter, names: tuple[str, ...]) -> None:
    if names:
        from compliance.plugins.registry import without

        context.with_resource(without(names))


def _speak(context: click.Context, _: click.Parameter, language: str | None) -> None:
    if language:  # of a command that is run by itself
        context.with_resource(i18n.use(language))


def lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--lang; the program looks for it before anything is parsed (`asked_language`)."""
    language = option(
        "--lang",
        type=click.Choice(i18n.LANGUAGES),
        expose_value=False,
        is_eager=True,
        callback=_speak,
        help=lambda: msg("zh 中文（默认） | en English"),
    )
    return cast("Callable[..., Any]", language(command))


inputs_argument = click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path))
ruleset_option = option(
    "--ruleset", metavar="ID|FILE", help=lambda: msg("规则集编号或规则文件（默认：按省份）")
)


templates_option = option(
    "--templates",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=lambda: msg("用这个文件夹里的同名模板代替内置的和插件的（见 docs/templates.md），可重复"),
)


def on_terms(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how people's own tables are read; `asked_terms` takes them."""
    for one in (
        option(
            "--blank-is-zero",
            multiple=True,
            metavar="COLUMN",
            help=lambda: msg(
                "这一列（数据项名称或表头）的空白就是0：计数并写入结果，可重复；默认空白是缺失，绝不当作0"
            ),
        ),
        option(
            "--mapping",
            type=click.Path(path_type=Path),
            metavar="M.toml|M.xlsx",
            help=lambda: msg("确认过的列对应关系（compliance import 写出）：哪一列是哪个数据项"),
        ),
    ):
        command = one(command)
    return command


def judging(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how to judge; `chosen` makes a `Choice` of them."""
    command = on_terms(command)
    for one in (
        option(
            "--confirm",
            multiple=True,
            metavar="FILE.toml",
            type=click.Path(path_type=Path),
            help=lambda: msg("确认文件：持有文件原文的人据以提高依据的核实程度，可重复"),
        ),
        option("--strict", is_flag=True, help=lambda: msg("凡经过未核实的规则即不下结论")),
        switch_option,
        option(
            "--enforce",
            multiple=True,
            metavar="BASIS|RULE",
            help=lambda: msg("让某类依据（secondary 等）或某条规则参与结论，可重复"),
        ),
        option(
            "--as-of",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="DATE",
            help=lambda: msg("按哪一天有效的规则判定（默认：学年的9月1日）"),
        ),
        ruleset_option,
    ):
        command = one(command)
    return command


class DataKind(click.Choice[str]):
    """正式 or 动态, in Chinese or English words; the value is the English one."""

    def __init__(self) -> None:
        super().__init__(("正式", "动态", "official", "current"))

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The canonical word of what was typed."""
        word = super().convert(value.removesuffix("数据"), param, ctx)
        return {"正式": "official", "动态": "current"}.get(word, word)


def dating(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say of which day papers and figures are; `asked_days` takes them."""
    for one in (
        option(
            "--today",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="DATE",
            help=lambda: msg("今天是哪一天：生成日期，逾期按它算（默认：系统日期）"),
        ),
        option(
            "--data-date",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="DATE",
            help=lambda: msg("数据是哪一天的（默认：县区表的“数据日期”，没有则按评估时点）"),
        ),
        option(
            "--data-kind",
            type=DataKind(),
            help=lambda: msg("正式数据（年报）还是动态数据（默认：县区表的“数据性质”）"),
        ),
    ):
        command = one(command)
    return command


def asked_days(how: dict[str, Any]) -> DaysAsked:
    """What the options of `dating` ask for, taken out of a command's options."""
    from compliance.ledger.days import DaysAsked

    today, data_date = day(how.pop("today")), day(how.pop("data_date"))
    return DaysAsked(today or date.today(), data_date, how.pop("data_kind") or "")


def chosen(
    ruleset: str | None,
    as_of: datetime | None,
    enforce: tuple[str, ...],
    switches: tuple[str, ...],
    strict: bool,
    confirm: tuple[Path, ...],
    templates: tuple[Path, ...] = (),
    mapping: Path | None = None,
    blank_is_zero: tuple[str, ...] = (),
) -> Choice:
    """What the options of `judging`, and `templates_option`, ask for."""
    for folder in templates:
        if not folder.is_dir():
            todo = msg("请给放模板的文件夹（见 docs/templates.md）")
            raise UsageError(msg("没有这个模板文件夹"), str(folder), todo)
    from compliance.checker import Choice

    confirmations: tuple[Confirmation, ...] = ()
    if confirm:
        from compliance.rules.resolution.confirmations import read_confirmations

        confirmations = tuple(one for path in confirm for one in read_confirmations(path))
    return Choice(
        ruleset,
        day(as_of),
        enforce,
        switches,
        strict,
        confirmations,
        templates,
        asked_terms(mapping, blank_is_zero),
    )


def asked_terms(mapping: Path | None, blank_is_zero: tuple[str, ...]) -> ReadingTerms:
    """What the options of `on_terms` ask for. Raises UsageError for a mapping that cannot be read."""
    from compliance.intake.own_tables.terms import ReadingTerms

    if mapping is None:
        return ReadingTerms(blank_is_zero=blank_is_zero)
    from compliance.intake.own_tables.mapping_file import read_mapping

    return ReadingTerms(read_mapping(mapping), blank_is_zero)


def day(value: datetime | None) -> date | None:
    """A click date as a date."""
    return value.date() if value is not None else None


def require_format(form: str, known: Sequence[str]) -> None:
    """UsageError for a format that nobody offers."""
    if form not in known:
        raise UsageError(
            say("没有格式“{form}”", form=form), todo=say("可用：{known}", known=", ".join(known))
        )


def named_outputs(outputs: Sequence[str], known: Sequence[str]) -> list[tuple[str, Path]]:
    """``FORMAT:FILE``, each taken apart; UsageError where one is not that."""
    files = []
    for text in outputs:
        form, _, path = text.partition(":")
        if not path:
            raise UsageError(msg("-o 应写成 格式:文件，例如 html:报告.html"))
        require_format(form, known)
        files.append((form, Path(path)))
    return files


def refuse_clashes(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """UsageError where an output would overwrite an input, or two outputs are one file."""
    targets = [path.resolve() for path in outputs]
    sources = [path.resolve() for path in inputs]
    for place, target in enumerate(targets):
        if target in targets[:place]:
            raise UsageError(msg("两种格式写到同一个文件"), where=str(outputs[place]))
        inside = not set(sources).isdisjoint(target.parents)
        among = inside and target.suffix.lower() in READ and target.is_file()
        if target in sources or among:
            raise UsageError(
                msg("输出会覆盖输入"), where=str(outputs[place]), todo=msg("请写到别处")
            )


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Errors become a message and an exit code; a traceback only for our own faults, on request."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's own signature
        _tolerate_narrow_terminals()
        try:
            code = command(*args, **kwargs)
        except JunhengError as error:
            code = print_error(error)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.stderr.close()
            code = 0
        except OSError as error:
            click.echo(say("输出写不出去：{why}", why=reason(error)), err=True)
            code = USAGE
        except Exception as error:
            if environment.asked(environment.DEBUG):
                raise
            click.echo(
                say(
                    "内部错误：{kind}: {error}\n  → 这是程序的问题，请带上输入文件报告（设 COMPLIANCE_DEBUG=1 可看详情）",
                    kind=type(error).__name__,
                    error=error,
                ),
                err=True,
            )
            code = INTERNAL
        sys.exit(code or 0)

    return run


def _tolerate_narrow_terminals() -> None:
    """A stream in GBK has no ✓: such a sign gives way to one it has, and never ends the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # a code page's error does not say of which page it is
            handler = f"nearest_sign_{stream.encoding}"
            codecs.register_error(handler, partial(_nearest_sign, stream.encoding))
            stream.reconfigure(errors=handler)


# A sign → what may stand for it, the first that the stream has; an overline over a letter is left out.
_NEAREST = {
    "✓": ("√", "v"), "✗": ("×", "x"), "√": ("sqrt",), "×": ("x",), "÷": ("/",), "·": ("*",),
    "²": ("^2",), "−": ("-",), "±": ("+/-",), "≥": (">=",), "≤": ("<=",), "≠": ("!=",),
    "Σ": ("sum ",), "→": ("->",), "…": ("...",), "–": ("-",), "—": ("-",), "\u0304": ("",),
    "“": ('"',), "”": ('"',), "‘": ("'",), "’": ("'",), "■": ("#",), "※": ("*",), "㎡": ("m^2",),
}  # fmt: skip


def _nearest_sign(encoding: str, error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_standing_for(sign, encoding) for sign in lost), error.end


def _standing_for(sign: str, encoding: str) -> str:
    """What a stream shows for a sign that it has not: never a “?”, which has a meaning of its own."""
    for other in _NEAREST.get(sign, ()):
        # not by the codec's own handler, which would call this one
        if other.encode(encoding, "ignore").decode(encoding) == other:
            return other
    return sign.encode("ascii", "backslashreplace").decode()


def exit_code(report: Results, fail_on: str) -> int:
    """0 conforms · 1 fails · 3 undecided · 4 unreadable · 5 a rule broke: the first of 5, 4, 1, 3."""
    if any(county.counts["error"] for county in report.counties):
        return INTERNAL
    if any(problem.severity == "error" for problem in report.problems):
        return UNREADABLE
    verdicts = {county.verdict for county in report.counties}
    if "fail" in verdicts:
        return CONFORMS if fail_on == "never" else FAILS
    if "undecided" in verdicts:
        return UNDECIDED if fail_on == "undecided" else CONFORMS
    return CONFORMS


def print_error(error: JunhengError) -> int:
    """What keeps the run, or a part of it, from going on; the exit code."""
    show_traceback(error)
    click.echo(say("错误：{error}", error=error), err=True)
    return error.exit_code


def print_problems(problems: Sequence[Problem], *, err: bool = False) -> None:
    """Problems, errors first, one a line."""
    labels = {"error": msg("错误"), "warning": msg("提示")}
    for problem in sorted(problems, key=lambda one: one.severity):
        click.echo(f"[{labels[problem.severity]}] {problem.line()}", err=err)


def tell_written(written: Written, *, err: bool = False) -> None:
    """Say what was written, and where the earlier files are now that differed."""
    for path in written.papers:
        click.echo(say("已写 {path}", path=path), err=err)
    tell_kept(written.kept, err=err)


def tell_kept(kept: Iterable[Path], *, err: bool = False) -> None:
    """Say where earlier files are now that somebody may have filled in."""
    for path in kept:
        click.echo(say("原有一份与新稿不同（可能已填写），存为 {path}", path=path), err=err)


def tell_papers(written: Written) -> int:
    """Say what became of earlier papers and what else there is to say; the exit code of its faults."""
    for line in (*written.told(), *written.said):
        click.echo(line)
    for line in written.warned:
        click.echo(line, err=True)
    return max(map(print_error, written.faults), default=0)


def nothing_written() -> int:
    """Say that there is no county to write for; the exit code."""
    click.echo(msg("没有可写的县：数据有错误。"), err=True)
    return UNREADABLE


def terminal_width() -> int | None:
    """The columns of the terminal that the output goes to; None where it goes elsewhere."""
    from shutil import get_terminal_size

    return max(get_terminal_size((80, 24)).columns, 40) if sys.stdout.isatty() else None


def echo_text(text: str) -> None:
    """Print a text, on a terminal in lines of its width."""
    from compliance.render.documents.text import fitted

    click.echo(fitted(text, terminal_width()))


def progress() -> Callable[[str, int, int], None] | None:
    """Progress on stderr, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def show(what: str, done: int, total: int) -> None:
        if total > 1:
            click.echo(f"\r{what} {done + 1}/{total}", nl=done + 1 == total, err=True)

    return show
