"""`compliance declare`: the official declaration form, and a county's own compared with it."""

from __future__ import annotations

import errno
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
    nothing_written,
    option,
    print_error,
    print_problems,
    refuse_clashes,
    shared_options,
    tell_written,
    templates_option,
)
from compliance.cli.failures import failed
from compliance.cli.volume import remark
from compliance.kernel.errors import UsageError, reason
from compliance.kernel.exit_codes import UNREADABLE
from compliance.kernel.i18n import msg, plural, say

if TYPE_CHECKING:
    from compliance.declaration import Declaration

PAPERS = ("xlsx", "docx", "pdf")
_USUAL = ("xlsx", "docx")  # what a folder gets where nothing else is asked for
DIFFERS = 1


@click.command(cls=Command, help=lambda: msg("生成申报表（表Ⅰ—表Ⅵ），或与填好的申报表比对。"))
@inputs_argument
@judging
@option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=GivenPath(),
    metavar="FILE|DIR",
    help=lambda: msg("写到哪个文件（.xlsx、.docx 或 .pdf，可重复）；几个县时写到哪个文件夹"),
)
@option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice((*PAPERS, "json")),
    help=lambda: msg("文件夹中写哪些格式（默认 xlsx、docx）；json：把 --against 的差异输出为JSON"),
)
@option(
    "--against",
    type=GivenPath(),
    metavar="FILLED.xlsx",
    help=lambda: msg("与县里填好的申报表逐格比对，列出差异；有差异时退出码为1"),
)
@templates_option
@dating
@shared_options
@guarded
def declare(
    inputs: tuple[Path, ...], outputs: tuple[Path, ...], formats: tuple[str, ...],
    against: Path | None, **how: Any,  # noqa: ANN401 - the options of `judging` and `dating`
) -> int:  # fmt: skip
    """Fill in the forms; write them, compare one, or both."""
    from compliance.checker import load
    from compliance.declaration import declarations
    from compliance.render.phrases import counties

    _check_usage(outputs, formats, against, inputs)
    days = asked_days(how)
    choice = chosen(**how)
    with console.documents():
        batch, forms = declarations(inputs, load(), choice, days, spoken=against is not None)
    print_problems(batch.problems, err=True)
    if not forms:
        return nothing_written()
    given: list[tuple[str, int | None]] = [(one.form.county_code, one.form.year) for one in forms]
    given += [(one.county_code, one.year) for one in batch.refused]
    if len(given) > 1 and (against is not None or any(map(_is_file, outputs))):
        raise UsageError(
            say("输入里有{told}，一个文件只能是一个县一个学年的申报表", told=counties(given)),
            todo=msg(
                "请用 -o 文件夹/ 一次写出各县的申报表，或只给一个县的数据"),
        )  # fmt: skip
    code = 0
    if outputs:
        asked = [one for one in formats if one in PAPERS] or _USUAL
        code = _write(forms, outputs, asked, inputs, against)
    if against is not None:
        return _compare(forms[0], against, as_json="json" in formats)
    return UNREADABLE if any(one.severity == "error" for one in batch.problems) else code


def _check_usage(
    outputs: Sequence[Path], formats: Sequence[str], against: Path | None, inputs: Sequence[Path]
) -> None:
    """What can be told before anything is read."""
    if not outputs and against is None:
        raise UsageError(
            msg("没有说写到哪里"),
            todo=msg("请加 -o 申报表.xlsx（或 .docx、.pdf），或用 --against 比对"),
        )
    for path in outputs:
        if path.suffix and not _is_file(path) and not path.is_dir():
            raise UsageError(
                msg("申报表只能写成 .xlsx、.docx 或 .pdf"),
                where=str(path),
                todo=msg("请改文件名，或给一个文件夹"),
            )
    if "json" in formats and against is None:
        raise UsageError(
            msg("--format json 只用于 --against"), todo=msg("申报表用 xlsx、docx 或 pdf")
        )
    refuse_clashes([path for path in outputs if _is_file(path)], _read(inputs, against))
    if against is not None:
        _check_there(against)


def _check_there(path: Path) -> None:
    """UsageError where there is no such file; one that cannot be read is told when it is read."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        path.stat()
    except OSError as error:
        raise UsageError(
            reason(error), where=str(path), todo=msg("请给县里填好的申报表（.xlsx）")
        ) from error


def _read(inputs: Sequence[Path], against: Path | None) -> list[Path]:
    return [*inputs, *([] if against is None else [against])]


def _is_file(path: Path) -> bool:
    return path.suffix.lower().lstrip(".") in PAPERS and not path.is_dir()


def _write(
    forms: Sequence[Declaration],
    outputs: Sequence[Path],
    formats: Sequence[str],
    inputs: Sequence[Path],
    against: Path | None,
) -> int:
    """Write them and tell what was written; the exit code: 2 where a template is wrong."""
    from compliance.declaration import folder_files, write_forms
    from compliance.render.documents.text import printable

    files: dict[Path, tuple[Declaration, str]] = {}
    for path in outputs:
        if _is_file(path):
            files[path] = (forms[0], path.suffix.lower().lstrip("."))
        else:
            files |= folder_files(forms, path, formats)
    refuse_clashes(list(files), _read(inputs, against))
    with console.documents():
        written = write_forms(files)
    tell_written(written, err=against is not None)
    for line in written.warned:
        remark(line, err=True)
    code = max(map(print_error, written.faults), default=0)
    for one in forms:
        counted = [
            plural(len(one.form.missing), "缺项{n}条") if one.form.missing else "",
            say("存疑数据{n}条", n=len(one.form.doubtful)) if one.form.doubtful else "",
        ]
        if any(counted):
            remark(
                say(
                    "{county}：{told}，见表后的清单",
                    county=printable(one.form.county_name),
                    told=msg("，").join(filter(None, counted)),
                ),
                err=against is not None,
            )
    return code


def _compare(own: Declaration, against: Path, *, as_json: bool) -> int:
    """Print how the county's own form differs from the recomputation."""
    from compliance.declaration import differences, read_submitted, recognised
    from compliance.render.documents.text import printable

    sheets, problems = read_submitted(against)
    print_problems(problems, err=True)
    if any(one.severity == "error" for one in problems):
        return UNREADABLE
    spoken = max(own.spoken, key=lambda one: recognised(one, sheets))
    if not recognised(spoken, sheets):
        why = msg("认不出申报表的任何一张表")
        click.echo(say("[错误] {file}: {why}", file=against.name, why=why), err=True)
        failed(why, against.name)
        return UNREADABLE
    found = differences(spoken, sheets, own.form)
    if as_json:
        import json

        rows = [{"file": against.name, **one.record()} for one in found]
        console.print_document(json.dumps(rows, ensure_ascii=False, indent=1))
        return DIFFERS if found else 0
    for one in found:
        click.echo(f"{against.name} {printable(one.line())}")
    click.echo(plural(len(found), "{n}处不一致。") if found else msg("与重新计算的结果一致。"))
    return DIFFERS if found else 0
