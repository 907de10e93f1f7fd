"""`compliance check`: is the standard met, and why not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compliance.cli import completed_words, console, spark
from compliance.cli.command import (
    Command,
    GivenPath,
    as_typed,
    chosen,
    exit_code,
    guarded,
    inputs_argument,
    judging,
    named_outputs,
    option,
    previous_option,
    print_error,
    print_problems,
    progress,
    refuse_clashes,
    require_format,
    shared_options,
    templates_option,
    terminal_width,
)
from compliance.cli.failures import failed, failed_on
from compliance.cli.output_formats import format_help
from compliance.cli.volume import SILENT, quiet
from compliance.kernel import environment
from compliance.kernel.errors import NoFontError, PackError, PluginError, UsageError
from compliance.kernel.exit_codes import CONFORMS, INTERNAL, USAGE
from compliance.kernel.i18n import msg, say

if TYPE_CHECKING:
    from compliance.checker import Report
    from compliance.checker.handing_on import Sink
    from compliance.checker.spark import Spark
    from compliance.plugins.hookspecs import Renderer


@click.command(
    cls=Command, help=lambda: msg("判定是否达标，说明原因。")
)  # fmt: skip
@inputs_argument
@judging
@option(
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT",
    shell_complete=completed_words.formats,
    help=format_help,
)
@option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT:FILE",
    shell_complete=completed_words.outputs,
    help=lambda: msg("另存为文件，可重复"),
)
@previous_option
@option(
    "--fail-on",
    type=click.Choice(["fail", "undecided", "never"]),
    default="undecided",
    show_default=True,
    help=lambda: msg("什么结论使退出码非零"),
)
@option(
    "--watch",
    is_flag=True,
    help=lambda: msg(
        "一直看着输入：改动（存盘）后自动重新判定，列出变化，重写 -o 的文件；Ctrl-C 结束"
    ),
)
@option(
    "--baseline",
    type=GivenPath(),
    metavar="RESULTS.json",
    help=lambda: msg("以前的结果（check --format json）：哪些不达标项是新增的、有变化的、不再有的"),
)
@option(
    "--only-new",
    is_flag=True,
    help=lambda: msg("只看与 --baseline 相比新增的不达标项，退出码也只按它们；判定不变"),
)
@option(
    "--engine",
    type=click.Choice(["polars", "spark"]),
    default="polars",
    show_default=True,
    help=lambda: msg("由谁判定：本机，或 Spark（多台机器，见 docs/spark.md；判定相同）"),
)
@option(
    "--master",
    metavar="URL",
    help=lambda: msg(
        "Spark 的 master，如 local[2,4]、spark://主机:7077、yarn（默认：spark-submit 定的，否则 local[*,4]）"
    ),
)
@templates_option
@shared_options
@guarded
def check(
    inputs: tuple[Path, ...],
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    previous: tuple[Path, ...],
    fail_on: str,
    baseline: Path | None,
    only_new: bool,
    engine: str,
    master: str | None,
    *,
    watch: bool,
    **how: Any,  # noqa: ANN401 - the options of `judging`
) -> int:
    """Judge, write the files, print; the exit code of the contract."""
    from compliance.checker import Checker

    checker = Checker()
    renderers = checker.registry.renderers
    known = ("text", *(name for name in renderers if name != "text"))
    options = {"--watch": watch, "--baseline": baseline, "--templates": how["templates"]}
    folder = ""
    if spark.asked(engine, master, inputs, formats, options):
        folder, outputs = spark.output_folder(outputs, known, inputs), ()
    files, streamed = named_outputs(outputs, known)
    refuse_clashes([path for _, path in files], [*inputs, *filter(None, [baseline])])
    if only_new and baseline is None:
        raise UsageError(msg("--only-new 要与 --baseline 同用"))
    for form in formats:
        require_format(form, known)
    printed = (*formats, *streamed) or ("text",)

    def judged(sinks: Sequence[Sink] = (), by: Spark | None = None) -> Report:
        choice, brought = chosen(**how), by.brought if by else Path
        with console.documents():
            report = checker.check(
                *([brought(as_typed(one)) for one in inputs], choice, progress()),
                sinks=sinks,
                previous=[brought(as_typed(one)) for one in previous],
                executor=by,
            )
            if baseline is not None:
                from compliance.checker.sides import held_against

                report = held_against(report, baseline, checker, only_new=only_new)
        return replace(report, exit_code=exit_code(report, fail_on))

    def given(report: Report, last: Report | None = None, *, written: bool = False) -> int:
        writing = [] if written else _writing(report, files, renderers)
        writing += [partial(_print, report, form, renderers[form], last) for form in printed]
        _note_failures(report)
        if "github" in printed and (page := environment.asked(environment.JOB_SUMMARY)):
            writing.append(partial(_summarise, report, Path(page), renderers["md"]))
        return _faults(writing, len(files)) or report.exit_code or CONFORMS

    if engine == "spark":
        with spark.workers(checker.registry, master or "", folder) as by:
            report = judged(by=by)
            spark.keep_head(report, by)
            return given(report)
    if watch:
        return _watched(
            judged, given, {"": (*inputs, *previous), "baseline": baseline, **how}, files, printed
        )
    sinks = _sinks(files, printed, renderers) if baseline is None else []
    return given(judged(sinks), written=bool(sinks))


def _watched(
    judged: Callable[[], Report],
    given: Callable[[Report, Report | None], int],
    asked: Mapping[str, Any],
    files: Sequence[tuple[str, Path]],
    printed: Sequence[str],
) -> int:
    """Judge again whenever what is asked for changes: inputs, earlier figures, files among the options."""
    from time import sleep

    from compliance.cli.watch import FileChanges, watched
    from compliance.intake.formats.standard_input import is_kept

    values = [
        one for value in asked.values() for one in (value if isinstance(value, tuple) else [value])
    ]
    read = [one for one in values if isinstance(one, Path)]
    if set(printed) != {"text"} or any(map(is_kept, read)):
        raise UsageError(
            msg("--watch 不能与标准输入、--format 同用"), todo=msg("其他格式请用 -o 格式:文件")
        )
    rules = Path(asked.get("ruleset") or "")
    read += [rules] if rules.is_file() else []
    return watched(judged, given, FileChanges(read, [path for _, path in files], sleep))


def _writing(
    report: Report, files: Sequence[tuple[str, Path]], renderers: Mapping[str, Renderer]
) -> list[Callable[[], None]]:
    from compliance.render import write

    return [partial(write, report, form, path, renderers[form]) for form, path in files]


def _sinks(
    files: Sequence[tuple[str, Path]], printed: Sequence[str], renderers: Mapping[str, Renderer]
) -> list[Sink]:
    """What writes the files while the counties are judged; nothing where an output needs them all.

    A plugin's own renderer of such a format does.
    """
    from compliance.render import renderers as own
    from compliance.render import streams
    from compliance.render.documents.output_files import write_whole

    known, core = streams(), own()
    flowing = {form for form in known if renderers[form] is core.get(form)}
    if not files or set(printed) != {"text"} or not {form for form, _ in files} <= flowing:
        return []

    def sink(form: str, path: Path) -> Sink:
        return lambda parts: write_whole(path, partial(known[form], parts))

    return [sink(form, path) for form, path in files]


def _faults(writing: Sequence[Callable[[], None]], files: int) -> int:
    """Write one after the other; a plugin's renderer or template that fails costs its output alone.

    The exit code: 5 for a renderer, 2 for a template, 0 where all went well. files: how many are
    to be written; without a Chinese font a PDF is not, which is told and no fault while others are.
    """
    code, lost = 0, 0
    for write in writing:
        try:
            with console.documents():
                write()
        except NoFontError as error:
            click.echo(str(error), err=True)
            lost += 1
            code = max(code, USAGE if lost >= files else 0)
        except (PackError, PluginError) as error:
            fault = print_error(error)
            code = max(code, INTERNAL if isinstance(error, PluginError) else fault)
    return code


def _note_failures(report: Report) -> None:
    """What makes the run end with 4 or 5, for machines."""
    failed_on(report.problems)
    broken = report.findings.filter(status="error")["rule"].unique(maintain_order=True)
    for rule in broken:
        failed(say("规则出错，未作判定：{rules}", rules=rule))


def _summarise(report: Report, page: Path, render: Renderer) -> None:
    """Append the report to the summary of the job, as far as there is room."""
    from compliance.render.ci.github import SUMMARY, summary

    made = BytesIO()
    render(report, made)
    with page.open("ab") as stream:
        stream.write(summary(made.getvalue(), SUMMARY - stream.tell()))


def _print(report: Report, form: str, render: Renderer, last: Report | None = None) -> None:
    """Print the report; of a county that is watched what differs from the last one."""
    from compliance.render.terminal import summary

    if last is not None:
        from compliance.cli.watch import show_changes

        with console.speaking():
            show_changes(console.said(report), console.said(last))
    elif form == "text":
        told = summary.verdicts if quiet() else summary.summary
        if not quiet() or (quiet() < SILENT and report.counties):
            with console.speaking():
                text = told(console.said(report), sys.stdout.isatty(), terminal_width())
            click.echo(text)
        if quiet() == 1:
            print_problems(report.problems, err=True)
    else:
        console.print_file(partial(render, report))
