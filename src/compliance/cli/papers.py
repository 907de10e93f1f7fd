"""`compliance papers`: everything that is to be said of the figures, in one folder beside them."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compliance.cli import console
from compliance.cli.command import (
    Command,
    GivenPath,
    asked_days,
    chosen,
    dating,
    guarded,
    inputs_argument,
    judging,
    option,
    print_error,
    progress,
    refuse_clashes,
    shared_options,
    tell_papers,
    templates_option,
    terminal_width,
)
from compliance.cli.failures import failed_on
from compliance.cli.volume import SILENT, quiet, remark
from compliance.kernel.errors import PackError, PluginError, UsageError
from compliance.kernel.exit_codes import INTERNAL, UNREADABLE
from compliance.kernel.i18n import msg, say
from compliance.kernel.own_outputs import CONCLUSION, DATA_PROBLEMS, REPORT, RESULTS
from compliance.kernel.paths import real

if TYPE_CHECKING:
    from compliance.checker import Checker, Choice, Report


@click.command(
    cls=Command,
    help=lambda: msg(
        "一次写齐：核查结论和报告、标出问题的数据、整改清单和一校一案，放进一个文件夹。"
    ),
)
@inputs_argument
@option(
    "-o",
    "out",
    type=GivenPath(),
    metavar="DIR",
    help=lambda: msg("写到哪个文件夹（默认：数据旁边的“文件名_核查结果”）"),
)
@judging
@templates_option
@dating
@shared_options
@guarded
def papers(inputs: tuple[Path, ...], out: Path | None, **how: Any) -> int:  # noqa: ANN401
    """Judge once and write; 0 once the papers are written, whatever the verdict, 4 with errors."""
    from compliance.checker import Checker
    from compliance.render.rectification.write import write_papers
    from compliance.render.terminal.summary import summary, verdicts

    folder = results_folder(inputs) if out is None else out
    refuse_clashes([folder], inputs)
    days, choice = asked_days(how), chosen(**how)
    checker = Checker()
    with console.documents():
        report = checker.check(inputs, choice, progress())
        files, code = _reports(report, checker)
        marked, lost = _marked(checker, choice, inputs, folder)
    templates = {info.id: info.template_dirs for info in report.rulesets}
    with console.documents():
        written = write_papers(
            report, folder, ("docx", "xlsx"), templates, None, days, further={**files, **marked}
        )
    if quiet() < SILENT:
        told = verdicts if quiet() else summary
        click.echo(told(console.said(report), sys.stdout.isatty(), terminal_width()))
    remark("")
    failed_on(report.problems)
    code = max(code, tell_papers(written))
    for line in lost:
        remark(line, err=True)
    remark(say("已写{number}份，见 {out}", number=len(written), out=folder))
    errors = any(one.severity == "error" for one in report.problems)
    return code or (UNREADABLE if errors else 0)


def results_folder(inputs: Sequence[Path]) -> Path:
    """The folder beside the first input that is named after it, and after how many there are."""
    from compliance.intake.formats.standard_input import is_kept

    if is_kept(inputs[0]):
        raise UsageError(msg("没有说写到哪里"), todo=msg("从标准输入读时请加 -o 文件夹"))
    first = inputs[0] if inputs[0].name not in ("", "..") else real(inputs[0])
    name = first.stem if first.is_file() else first.name
    several = f"等{len(inputs)}个" if len(inputs) > 1 else ""
    return first.with_name(f"{name}{several}_{RESULTS}")


def _reports(report: Report, checker: Checker) -> tuple[dict[Path, bytes], int]:
    """The verdict as a text and a report, by name; the exit code of what a plugin spoilt."""
    from compliance.render.terminal.summary import summary

    text = summary(report, colour=False).replace("\n", "\r\n")
    made, code = {Path(CONCLUSION): f"{text}\r\n".encode("utf-8-sig")}, 0  # for any Notepad
    for form in ("html", "xlsx"):
        stream = io.BytesIO()
        try:
            checker.registry.renderers[form](report, stream)
        except (PackError, PluginError) as error:
            fault = print_error(error)
            code = max(code, INTERNAL if isinstance(error, PluginError) else fault)
        else:
            made[Path(f"{REPORT}.{form}")] = stream.getvalue()
    return made, code


def _marked(
    checker: Checker, choice: Choice, inputs: Sequence[Path], folder: Path
) -> tuple[dict[Path, bytes], list[str]]:
    """The figures with every problem marked, by name: one workbook, or a folder of them."""
    from compliance.cli.validate import given_back

    whole = folder / DATA_PROBLEMS
    if len(inputs) == 1 and inputs[0].is_file():
        macros = inputs[0].suffix.lower() == ".xlsm"
        whole = whole.with_suffix(".xlsm" if macros else ".xlsx")
    try:
        made, lost = given_back(checker, checker.validate(inputs, choice), choice, inputs, whole)
    except UsageError as error:  # more records than a workbook holds
        return {}, [str(error)]
    return {path.relative_to(folder): content for path, content in made.items()}, lost
