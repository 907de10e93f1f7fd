"""What every command has: its language, shared options, guard against tracebacks, exit code.

Help is said in the language of the run, and so are click's own complaints.
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from click.core import ParameterSource

from compliance.cli import completed_words, configuration, console, failures, standard_input, volume
from compliance.cli.complaints import complaint
from compliance.intake.formats.given_names import is_uri
from compliance.kernel import environment, i18n, interrupts
from compliance.kernel.errors import JunhengError, UsageError, reason, show_traceback, summed_up
from compliance.kernel.exit_codes import (
    CONFORMS,
    FAILS,
    INTERNAL,
    INTERRUPTED,
    UNDECIDED,
    UNREADABLE,
)
from compliance.kernel.i18n import msg, say
from compliance.kernel.journal import step
from compliance.kernel.paths import real
from compliance.kernel.terminal_text import LINE_ANEW

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from compliance.checker import Batch, Choice
    from compliance.engine.results import Results
    from compliance.intake.own_tables.terms import ReadingTerms
    from compliance.kernel.errors import Problem
    from compliance.ledger.days import DaysAsked
    from compliance.render.documents.output_files import Written
    from compliance.rules.resolution.confirmations import Confirmation
    from compliance.rules.waivers import Waivers

# what a folder is read for
READ = (".json", ".xlsx", ".xlsm", ".xls", ".et", ".csv", ".parquet", ".zip")
# What a start makes stays: to look for garbage in it again and again costs a county a twentieth.
_YOUNG = 50_000
_URIS = "compliance.uris"
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
            "[required]": msg("[必填]"),
        }.items():
            page = page.replace(words, ours)
        return re.sub(r"\[default:\s+", msg("[默认："), page)  # a line may break in it

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The options that begin so, each with what it is for."""
        for one in self.params:
            if isinstance(one, Option):
                one.help = one.told()
        return super().shell_complete(ctx, incomplete)

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
        self.told = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and what it is for."""
        self.help = self.told()
        return super().get_help_record(ctx)


class GivenPath(click.Path):
    """A path as typed. An empty one, as of a variable that is not set, names nothing: never this folder.

    Whether it can be read is said by whoever reads it: what stands beside it is judged all the same.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(path_type=Path, readable=False, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """The path; a complaint about an empty one."""
        if value == "":
            self.fail(msg("路径是空的"), param, ctx)
        if isinstance(value, str) and ctx is not None and is_uri(value):
            ctx.meta.setdefault(_URIS, {})[Path(value)] = value
        return super().convert(value, param, ctx)


def as_typed(path: Path) -> str:
    """A path as it was typed: of a URI `Path` keeps only one of two slashes."""
    uris = click.get_current_context().meta.get(_URIS, {})
    return str(uris.get(path, path))


def option(*names: str, help: Told, **options: Any) -> Callable[..., Any]:  # noqa: A002, ANN401 - click's own
    """Add an option to a command."""
    return click.option(*names, cls=Option, help=help, **options)


switch_option = option(
    "--switch",
    "switches",
    multiple=True,
    metavar="NAME",
    shell_complete=completed_words.switches,
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
        language = asked_word(given, "--lang") or environment.asked(environment.LANGUAGE)
        with i18n.use(language):
            anywhere = not {"--no-config", "-h", "--help"} & {*given}
            asked = asked_word(given, "--config") if anywhere else None
            found = configuration.find(asked, anywhere=anywhere)
        form = asked_word(given, "--error-format") or environment.asked(environment.ERROR_FORMAT)
        if isinstance(found, configuration.Configuration):
            command = next((word for word in given if word in self.commands), "")
            language = language or found.word("lang", command)
            form = form or found.word("error-format", command)
        silent = "-qq" in given or sum(word in ("-q", "--quiet") for word in given) > 1
        notice = form != "json" and not silent
        with console.ready(language, notice=notice), failures.reported(form):
            code = self._run(given, *rest, **options)
            if code != INTERRUPTED and (trouble := console.unheard()):
                told = say("标准输出写不出去：{why}", why=trouble)
                code = print_error(UsageError(told, todo=msg("检查它通向哪里；或用 -o 写到文件")))
            sys.exit(code)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Run the command; whoever interrupts it knows that he did."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            return interrupts.answered()

    def _run(self, given: Sequence[str], *rest: Any, **options: Any) -> int:  # noqa: ANN401
        """The exit code; what is wrong with the command line is told."""
        try:
            code = super().main(given, *rest, **options)
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else INTERNAL
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            failures.failed(msg("没有说做什么"), todo=_see_help(error))
            return error.exit_code
        except click.UsageError as error:
            told = complaint(error)
            click.echo(say("错误：{why}", why=told), err=True)
            click.echo(f"  → {_see_help(error)}", err=True)
            failures.failed(told, todo=_see_help(error))
            return error.exit_code
        except JunhengError as error:  # the configuration file
            return print_error(error)
        except click.Abort:
            return INTERRUPTED
        return code if isinstance(code, int) else CONFORMS


def _see_help(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx else "compliance"
    return say("用 {path} --help 查看用法", path=path)


def asked_word(args: Sequence[str], option: str) -> str | None:
    """What follows an option on the command line, as it is wanted before anything is parsed."""
    for place, word in enumerate(args):
        if word == "--":
            return None
        if word == option and place + 1 < len(args):
            return args[place + 1]
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every command has, beside its own: they hold for everything that follows."""
    for one in (
        option(
            "-v",
            "--verbose",
            count=True,
            expose_value=False,
            callback=volume.set_verbose,
            help=lambda: msg("逐步说明：用了什么配置、读了什么、为何选这个规则集、写到哪里、用时"),
        ),
        option(
            "-q",
            "--quiet",
            count=True,
            expose_value=False,
            callback=volume.set_quiet,
            help=lambda: msg("少说：只有结论和错误；-qq 只有使运行中止的错误和退出码"),
        ),
        everywhere,
        option(
            "--without-plugin",
            multiple=True,
            metavar="NAME",
            expose_value=False,
            callback=_switch_off,
            help=lambda: msg("不用某个插件，可重复"),
        ),
    ):
        command = one(command)
    return command


def _switch_off(context: click.Context, _: click.Parameter, names: tuple[str, ...]) -> None:
    if names:
        from compliance.plugins.registry import without

        context.with_resource(without(names))


def _speak(context: click.Context, _: click.Parameter, language: str | None) -> None:
    if language:  # of a command that is run by itself
        context.with_resource(i18n.use(language))


def everywhere(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that stand before and after the name of a command.

    The program looks for all of them before anything is parsed (`Group.main`).
    """
    for one in (
        option(
            "--error-format",
            type=click.Choice(failures.FORMATS),
            envvar=environment.ERROR_FORMAT,
            expose_value=False,
            is_eager=True,
            help=lambda: msg("出错时：text 文字（默认） | json 一个JSON对象，写到标准错误"),
        ),
        option(
            "--lang",
            type=click.Choice(i18n.LANGUAGES),
            expose_value=False,
            is_eager=True,
            callback=_speak,
            help=lambda: msg("zh 中文（默认） | en English"),
        ),
        option("--no-config", is_flag=True, expose_value=False, help=lambda: msg("不用配置文件")),
        option(
            "--config",
            metavar="FILE",
            expose_value=False,
            is_eager=True,
            callback=_configure,
            help=lambda: msg(
                "配置文件（默认：本文件夹及其上层的 junheng.toml，或 pyproject.toml 的 [tool.junheng]）"
            ),
        ),
    ):
        command = one(command)
    return command


def _configure(context: click.Context, _: click.Parameter, __: str | None) -> None:
    """Let the configuration answer for options that the command line does not give."""
    found, program = configuration.current(), context.parent
    if found is None or program is None or program.parent is not None or context.resilient_parsing:
        return
    if context.command.name in configuration.WITHOUT or isinstance(context.command, Group):
        return
    if isinstance(found, JunhengError):
        raise found
    every = cast("Group", program.command).commands
    known = configuration.keys_of(context.command)
    settings = configuration.settings(found, context.command, every)
    settings.pop("lang", None)  # the environment goes before it: see `Group.main`
    context.meta[configuration.INPUTS] = settings.pop(configuration.INPUTS, ())
    context.default_map = {str(known[key].name): value for key, value in settings.items()}


def configured_inputs(context: click.Context) -> tuple[Path, ...]:
    """The inputs that the configuration names."""
    found = tuple(map(Path, context.meta.get(configuration.INPUTS, ())))
    if found:
        context.set_parameter_source(configuration.INPUTS, ParameterSource.DEFAULT_MAP)
    return found


def _inputs(
    context: click.Context, param: click.Parameter, given: tuple[Path, ...]
) -> tuple[Path, ...]:
    found = given or configured_inputs(context)
    if not found and not context.resilient_parsing:
        raise click.MissingParameter(ctx=context, param=param)
    return standard_input.resolved(context, found)


inputs_argument = click.argument(
    "inputs", nargs=-1, type=GivenPath(), metavar="INPUT...", callback=_inputs
)
ruleset_option = option(
    "--ruleset",
    metavar="ID|FILE",
    shell_complete=completed_words.rulesets,
    help=lambda: msg("规则集编号或规则文件（默认：按省份）"),
)


def output_option(metavar: str, told: Told) -> Callable[..., Any]:
    """The option -o of a command that must be told where to write; its value is `out`."""
    return option(
        "-o", "--output", "out", required=True, type=GivenPath(), metavar=metavar, help=told
    )


def schools_option(told: Told) -> Callable[..., Any]:
    """The option that says where the list of schools stands; its value is `listed`."""
    return option("--schools", "listed", multiple=True, type=GivenPath(), metavar="PATH", help=told)


text_or_json = option(
    "--format",
    "form",
    default="text",
    show_default=True,
    metavar="text|json",
    help=lambda: msg("输出格式"),
)


previous_option = option(
    "--previous",
    multiple=True,
    type=GivenPath(),
    metavar="PATH",
    help=lambda: msg("上年的，或本学年较早的数据（任何可读的格式），逐校比较，可重复"),
)


templates_option = option(
    "--templates",
    multiple=True,
    type=GivenPath(),
    metavar="DIR",
    help=lambda: msg("用这个文件夹里的同名模板代替内置的和插件的（见 docs/templates.md），可重复"),
)


def on_terms(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how inputs are read; `asked_terms` takes those on people's own tables."""
    for one in (
        option(
            "--stdin-name",
            metavar="NAME",
            is_eager=True,
            expose_value=False,
            callback=standard_input.named,
            help=lambda: msg(
                "标准输入（INPUT 写作“-”）相当于哪个文件名，只看扩展名（默认：看内容）"
            ),
        ),
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
            type=GivenPath(),
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
            "--today",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="DATE",
            help=lambda: msg("今天是哪一天：生成日期，逾期和豁免到期按它算（默认：系统日期）"),
        ),
        option(
            "--waivers",
            multiple=True,
            metavar="FILE.toml",
            type=GivenPath(),
            help=lambda: msg(
                "豁免文件：经批准不要求某校（县）达到的规则，见 docs/waivers.md，可重复"
            ),
        ),
        option(
            "--confirm",
            multiple=True,
            metavar="FILE.toml",
            type=GivenPath(),
            help=lambda: msg("确认文件：持有文件原文的人据以提高依据的核实程度，可重复"),
        ),
        option("--strict", is_flag=True, help=lambda: msg("凡经过未核实的规则即不下结论")),
        switch_option,
        option(
            "--enforce",
            multiple=True,
            metavar="BASIS|RULE",
            shell_complete=completed_words.enforced,
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
    """The options that say of which day figures are; with `judging`, for `asked_days`."""
    for one in (
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
    """What the options of `dating` ask for, taken out of a command's options; today stays."""
    from compliance.ledger.days import DaysAsked

    data_date = day(how.pop("data_date"))
    return DaysAsked(day(how["today"]) or date.today(), data_date, how.pop("data_kind") or "")


def chosen(
    ruleset: str | None,
    as_of: datetime | None,
    enforce: tuple[str, ...],
    switches: tuple[str, ...],
    strict: bool,
    confirm: tuple[Path, ...],
    waivers: tuple[Path, ...],
    today: datetime | None,
    templates: tuple[Path, ...] = (),
    mapping: Path | None = None,
    blank_is_zero: tuple[str, ...] = (),
) -> Choice:
    """What the options of `judging`, and `templates_option`, ask for."""
    for folder in templates:
        try:
            next(folder.iterdir(), None)
        except OSError as error:
            todo = msg("请给放模板的文件夹（见 docs/templates.md）")
            told = say("模板文件夹无法读取：{why}", why=reason(error))
            raise UsageError(told, str(folder), todo) from error
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
        asked_waivers(waivers, day(today) or date.today(), ruleset),
    )


def asked_waivers(paths: Sequence[Path], today: date, ruleset: str | None) -> Waivers:
    """What `--waivers` asks for. Raises UsageError with every fault of the files."""
    from compliance.rules.waivers import NO_WAIVERS, read_waivers

    if not paths:
        return NO_WAIVERS
    from compliance.checker import load, with_pack_file
    from compliance.checker.choice import rule_ids

    known, _ = with_pack_file(load(), ruleset)
    return read_waivers(paths, today, rule_ids(known))


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


def named_outputs(
    outputs: Sequence[str], known: Sequence[str]
) -> tuple[list[tuple[str, Path]], list[str]]:
    """``FORMAT:FILE``, each taken apart; the formats of those whose file is ``-``, standard output.

    UsageError with all that are not that, or whose folder is not there.
    """
    files, streamed, faults = list[tuple[str, Path]](), list[str](), list[UsageError]()
    for text in outputs:
        form, _, path = text.partition(":")
        try:
            if not path:
                raise UsageError(msg("-o 应写成 格式:文件，例如 html:报告.html"), where=text)
            require_format(form, known)
            if path == "-" and streamed:
                raise UsageError(msg("标准输出只能写一种格式"), where=text)
            if path != "-" and not Path(path).parent.is_dir():
                todo = msg("请先建好这个文件夹，或写到别处")
                raise UsageError(msg("没有输出文件所在的文件夹"), where=text, todo=todo)
        except UsageError as error:
            faults.append(error)
        if path == "-":
            streamed.append(form)
        else:
            files.append((form, Path(path)))
    if faults:
        raise UsageError.of(faults)
    return files, streamed


def refuse_clashes(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """UsageError where an output would overwrite an input, or two outputs are one file."""
    targets, sources = [*map(real, outputs)], [*map(real, inputs)]
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
        context = click.get_current_context(silent=True)
        if context is not None:
            step(lambda: configuration.told(context))
        try:
            code = command(*args, **kwargs)
        except JunhengError as error:
            code = print_error(error)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except OSError as error:
            where = str(error.filename or "")
            code = print_error(UsageError(say("读写不成：{why}", why=reason(error)), where))
        except BaseException as error:  # a plugin's SystemExit is no exit code of ours
            if isinstance(error, KeyboardInterrupt) or environment.asked(environment.DEBUG):
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
        step(lambda: say("结束，退出码{code}", code=code or 0))
        sys.exit(code or 0)

    return run


def exit_code(report: Results, fail_on: str) -> int:
    """0 conforms · 1 fails · 3 undecided · 4 unreadable · 5 a rule broke: the first of 5, 4, 1, 3.

    Beside a baseline of which only what is new is asked for, new findings alone fail or are undecided.
    """
    if any(county.counts["error"] for county in report.counties):
        return INTERNAL
    if any(problem.severity == "error" for problem in report.problems):
        return UNREADABLE
    verdicts = {county.verdict for county in report.counties}
    if report.baseline is not None and report.baseline.only_new:
        from compliance.assessment.baseline import new_verdict

        verdicts = {new_verdict(report, report.baseline)}
    if "fail" in verdicts:
        return CONFORMS if fail_on == "never" else FAILS
    if "undecided" in verdicts:
        return UNDECIDED if fail_on == "undecided" else CONFORMS
    return CONFORMS


def print_error(error: JunhengError) -> int:
    """What keeps the run, or a part of it, from going on; the exit code."""
    show_traceback(error)
    failures.failed_by(error)
    click.echo(say("错误：{error}", error=error), err=True)
    return error.exit_code


def print_problems(problems: Sequence[Problem], *, err: bool = False) -> None:
    """Problems, errors first, one a line; with `-q` the errors alone."""
    failures.failed_on(problems)
    labels = {"error": msg("错误"), "warning": msg("提示")}
    for problem in summed_up(sorted(problems, key=lambda one: one.severity)):
        if volume.quiet() and problem.severity != "error":
            continue
        click.echo(f"[{labels[problem.severity]}] {problem.line()}", err=err)


def tell_written(written: Written, *, err: bool = False) -> None:
    """Say what was written, and where the earlier files are now that differed."""
    for path in written.papers:
        volume.remark(say("已写 {path}", path=path), err=err)
    for line in written.told():
        volume.remark(line, err=err)


def tell_papers(written: Written) -> int:
    """Say what became of earlier papers and what else there is to say; the exit code of its faults."""
    for line in (*written.told(), *written.said):
        volume.remark(line)
    for line in written.warned:
        volume.remark(line, err=True)
    return max(map(print_error, written.faults), default=0)


def cannot_go_on(batch: Batch) -> bool:
    """Whether what was read cannot be worked on as a whole; its errors are then said."""
    errors = [one for one in batch.problems if one.severity == "error"]
    if found := bool(errors or batch.refused or not batch.jobs):
        print_problems(errors, err=True)
    return found


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
    if not sys.stderr.isatty() or volume.quiet():
        return None

    def show(what: str, done: int, total: int) -> None:
        if total > 1:
            click.echo(f"{LINE_ANEW}{what} {done + 1}/{total}", nl=done + 1 == total, err=True)

    return show
