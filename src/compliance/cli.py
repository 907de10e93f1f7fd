"""The command line: parse, call, print; nothing else. Heavy imports stand inside the commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compliance import words
from compliance.errors import JunhengError, UsageError
from compliance.words import say

if TYPE_CHECKING:
    from compliance.errors import Problem
    from compliance.report import Report

PAPER_FORMATS = ("md", "html", "xlsx", "docx")
UNREADABLE, INTERNAL = 4, 5


def _speak(context: click.Context, _: click.Parameter, value: str | None) -> None:
    """Set the language for the rest of the run, wherever --lang stands."""
    if value:
        stack = context.with_resource(ExitStack())
        stack.enter_context(words.use(value))


def _lang(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--lang", type=click.Choice(words.LANGUAGES), callback=_speak, is_eager=True,
        expose_value=False, help="zh 中文（默认） | en English",
    )(command)  # fmt: skip


def _guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Errors become a message and an exit code; a traceback only for our own faults, on request."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's own signature
        try:
            code = command(*args, **kwargs)
        except JunhengError as error:
            click.echo(say("错误：{error}", "error: {error}", error=error), err=True)
            code = error.exit_code
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.stderr.close()
            code = 0
        except Exception as error:
            if os.environ.get("COMPLIANCE_DEBUG"):
                raise
            click.echo(
                say(
                    "内部错误：{kind}: {error}\n  → 这是程序的问题，请带上输入文件报告（设 COMPLIANCE_DEBUG=1 可看详情）",
                    "internal error: {kind}: {error}\n  → a fault of the program: please report it (COMPLIANCE_DEBUG=1 shows details)",
                    kind=type(error).__name__,
                    error=error,
                ),
                err=True,
            )
            code = INTERNAL
        sys.exit(code or 0)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="junheng", prog_name="compliance")
@_lang
@click.pass_context
def main(context: click.Context) -> None:
    """均衡 Junheng：县域义务教育优质均衡达标核查与整改清单。

    判断一个县是否达标；不达标时，说清每所学校缺什么、怎么补。数据不离开本机。
    """
    if "COMPLIANCE_LANG" in os.environ and words.lang() == "zh" and "--lang" not in sys.argv:
        _speak(context, context.command.params[0], os.environ["COMPLIANCE_LANG"])


_inputs = click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path))


def _judging(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how to judge."""
    for option in (
        click.option("--enforce", "enforce", multiple=True, metavar="BASIS|RULE",
                     help="让某类依据（secondary 等）或某条规则参与结论，可重复"),
        click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
                     help="按哪一天有效的规则判定（默认：学年的9月1日）"),
        click.option("--ruleset", metavar="ID|FILE", help="规则集编号或规则文件（默认：按省份）"),
    ):  # fmt: skip
        command = option(command)
    return command


@main.command()
@_inputs
@_judging
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT",
    help="输出到屏幕的格式：text（默认）json ndjson csv parquet md html，可重复",
)
@click.option("-o", "outputs", multiple=True, metavar="FORMAT:FILE", help="另存为文件，可重复")
@click.option(
    "--fail-on",
    type=click.Choice(["fail", "undecided", "never"]),
    default="undecided",
    show_default=True,
    help="什么结论使退出码非零",
)
@_lang
@_guarded
def check(
    inputs: tuple[Path, ...],
    ruleset: str | None,
    as_of: datetime | None,
    enforce: tuple[str, ...],
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    fail_on: str,
) -> int:
    """判定是否达标，说明原因。"""
    from compliance.checker import check as judge
    from compliance.plugins import load
    from compliance.render import text, write

    offers = load()
    known = ("text", *(name for name in offers.renderers if name != "text"))
    files = [_output(one, known) for one in outputs]
    for form in formats:
        _require_format(form, known)
    report = judge(inputs, ruleset, _day(as_of), enforce, progress=_progress(), offers=offers)
    for form, path in files:
        write(report, form, path, offers.renderers[form])
    for form in formats or ("text",):
        if form == "text":
            click.echo(text.summary(report, colour=sys.stdout.isatty()))
        else:
            offers.renderers[form](report, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    return exit_code(report, fail_on)


@main.command()
@_inputs
@_lang
@_guarded
def validate(inputs: tuple[Path, ...]) -> int:
    """只检查数据，不判定。"""
    from compliance.checker import take_in

    submission, _ = take_in(list(inputs))
    _print_problems(submission.problems)
    errors = sum(problem.severity == "error" for problem in submission.problems)
    click.echo(
        say(
            "{counties}个县、{schools}所学校可以判定；错误{errors}处，提示{warnings}处。",
            "{counties} counties with {schools} schools can be judged; {errors} errors, {warnings} warnings.",
            counties=submission.counties.height,
            schools=submission.schools.height,
            errors=errors,
            warnings=len(submission.problems) - errors,
        )
    )
    return UNREADABLE if errors else 0


@main.command()
@_inputs
@_judging
@click.option(
    "-o",
    "out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="写到哪个文件夹",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(PAPER_FORMATS),
    help="格式，可重复（默认 docx、xlsx）",
)
@_lang
@_guarded
def rectify(
    inputs: tuple[Path, ...], ruleset: str | None, as_of: datetime | None, enforce: tuple[str, ...],
    out: Path, formats: tuple[str, ...],
) -> int:  # fmt: skip
    """生成整改清单：全县一份，每校一份（一校一案）。"""
    from compliance.checker import check as judge
    from compliance.render.rectify import write_papers

    report = judge(inputs, ruleset, _day(as_of), enforce, progress=_progress())
    _print_problems(report.problems, err=True)
    papers = write_papers(
        report, out, formats or ("docx", "xlsx"), _template_dirs(report), _counter()
    )
    if not papers:
        click.echo(
            say("没有可写的县：数据有错误。", "nothing written: the data have errors."), err=True
        )
        return UNREADABLE
    click.echo(
        say(
            "已写{number}份，见 {out}",
            "wrote {number} papers to {out}",
            number=len(papers),
            out=out,
        )
    )
    return UNREADABLE if any(p.severity == "error" for p in report.problems) else 0


@main.command()
@click.option("-o", "out", required=True, type=click.Path(path_type=Path), metavar="FILE.xlsx")
@click.option("--ruleset", metavar="ID|FILE", help="为哪个规则集（默认：国家）")
@_lang
@_guarded
def template(out: Path, ruleset: str | None) -> None:
    """生成空白填报工作簿。"""
    from compliance.catalogue import blank_workbook

    blank_workbook(out, ruleset)
    click.echo(say("已写 {out}", "wrote {out}", out=out))


@main.command()
@click.option("--ruleset", metavar="ID|FILE", help="规则集（默认：国家）")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@_lang
@_guarded
def rules(ruleset: str | None, as_of: datetime | None) -> None:
    """列出一个规则集的全部规则。"""
    from compliance.catalogue import rule_table

    click.echo(rule_table(ruleset, _day(as_of)))


@main.command()
@click.argument("rule")
@click.option("--ruleset", metavar="ID|FILE", help="规则集（默认：国家）")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@_lang
@_guarded
def explain(rule: str, ruleset: str | None, as_of: datetime | None) -> None:
    """解释一条规则：条文、来源、标准、数据项的定义。"""
    from compliance.catalogue import explanation

    click.echo(explanation(rule, ruleset, _day(as_of)))


@main.command()
@_lang
@_guarded
def rulesets() -> None:
    """列出已安装的规则集和插件。"""
    from compliance.catalogue import ruleset_table

    click.echo(ruleset_table())


def exit_code(report: Report, fail_on: str) -> int:
    """0 conforms · 1 fails · 3 undecided · 4 unreadable · 5 a rule broke: the first of 5, 4, 1, 3."""
    if any(county.counts["error"] for county in report.counties):
        return INTERNAL
    if any(problem.severity == "error" for problem in report.problems):
        return UNREADABLE
    verdicts = {county.verdict for county in report.counties}
    if "fail" in verdicts:
        return 0 if fail_on == "never" else 1
    if "undecided" in verdicts:
        return 3 if fail_on == "undecided" else 0
    return 0


def _day(value: datetime | None) -> date | None:
    return value.date() if value is not None else None


def _require_format(form: str, known: Sequence[str]) -> None:
    if form not in known:
        raise UsageError(
            say("没有格式“{form}”", "no format '{form}'", form=form),
            todo=say("可用：{known}", "choose from {known}", known=", ".join(known)),
        )


def _output(text: str, known: Sequence[str]) -> tuple[str, Path]:
    form, _, path = text.partition(":")
    if not path:
        raise UsageError(
            say(
                "-o 应写成 格式:文件，例如 html:报告.html",
                "-o takes FORMAT:FILE, such as html:report.html",
            ),
        )
    _require_format(form, known)
    return form, Path(path)


def _print_problems(problems: Sequence[Problem], *, err: bool = False) -> None:
    labels = {"error": say("错误", "error"), "warning": say("提示", "warning")}
    for problem in sorted(problems, key=lambda one: one.severity):
        click.echo(f"[{labels[problem.severity]}] {problem.line()}", err=err)


def _template_dirs(report: Report) -> dict[str, tuple[Path, ...]]:
    return {info.id: info.template_dirs for info in report.rulesets}


def _progress() -> Callable[[str, int, int], None] | None:
    """Progress on stderr, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def show(what: str, done: int, total: int) -> None:
        if total > 1:
            click.echo(f"\r{what} {done + 1}/{total}", nl=done + 1 == total, err=True)

    return show


def _counter() -> Callable[[int, int], None] | None:
    show = _progress()
    return None if show is None else lambda done, total: show(say("文书", "papers"), done, total)
