"""`compliance validate`: the data checks, without a verdict."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from compliance.cli import console
from compliance.cli.command import (
    Command,
    GivenPath,
    asked_terms,
    guarded,
    inputs_argument,
    on_terms,
    option,
    previous_option,
    print_problems,
    refuse_clashes,
    require_format,
    shared_options,
)
from compliance.cli.failures import failed_on
from compliance.cli.output_formats import FOR_CI
from compliance.cli.volume import SILENT, quiet, remark
from compliance.kernel.exit_codes import CONFORMS, UNREADABLE
from compliance.kernel.i18n import lang, msg, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.checker import Checker, Choice, Report
    from compliance.engine.results import Validation
    from compliance.render.returned.workbook import ReadFile


_FORMATS = ("text", "json", *FOR_CI)


@click.command(cls=Command, help=lambda: msg("只检查数据，不判定。"))
@inputs_argument
@previous_option
@option(
    "--format",
    "form",
    default="text",
    show_default=True,
    metavar="FORMAT",
    help=lambda: say("输出格式：{formats}", formats=" ".join(_FORMATS)),
)
@option(
    "-o",
    "--output",
    "out",
    type=GivenPath(),
    metavar="FILE.xlsx|DIR",
    help=lambda: msg(
        "退回标出问题的工作簿，附问题清单和下结论还缺什么；多个文件写文件夹，各退一份"
    ),
)
@on_terms
@shared_options
@guarded
def validate(
    inputs: tuple[Path, ...], previous: tuple[Path, ...], form: str, out: Path | None,
    mapping: Path | None, blank_is_zero: tuple[str, ...],
) -> int:  # fmt: skip
    """Print what the checks found, and give the workbook back."""
    from compliance.checker import Checker, Choice

    require_format(form, _FORMATS)
    if out is not None:
        refuse_clashes([out], inputs)
    checker = Checker()
    choice = Choice(terms=asked_terms(mapping, blank_is_zero))
    with console.documents():
        checked = checker.validate(inputs, choice, previous)
    if out is not None:
        _give_back(checker, checked, choice, inputs, out)
    failed_on(checked.problems)
    code = UNREADABLE if checked.count("error") else CONFORMS
    _print(checked, form, code)
    return code


def _print(checked: Validation, form: str, code: int) -> None:
    from compliance.render.ci import problems_for
    from compliance.render.terminal import data_checks

    if form in FOR_CI:
        with console.documents():
            console.print_file(partial(problems_for, form, checked, code))
    elif form == "json":
        with console.documents():
            console.print_document(data_checks.as_json(checked))
    elif not quiet():
        problems = tuple(one.in_language(lang()) for one in checked.problems)
        judged = tuple(console.said(cast("Report", one)) for one in checked.judged)
        click.echo(data_checks.as_text(replace(checked, problems=problems, judged=judged)))
    elif quiet() < SILENT:
        print_problems(checked.problems)


def _give_back(
    checker: Checker, checked: Validation, choice: Choice, inputs: Sequence[Path], out: Path
) -> None:
    """One workbook, or in a folder one for each document."""
    from compliance.render.documents.output_files import staged, write_whole

    with console.documents():
        made, lost = given_back(checker, checked, choice, inputs, out)
    if out in made:
        write_whole(out, lambda stream: stream.write(made[out]))
    else:
        with staged(out) as place:
            for path, content in made.items():
                place.put(path.relative_to(out), content)
            place.place()
    for line in (*(say("已退回 {path}", path=path) for path in made), *lost):
        remark(line, err=True)


def given_back(
    checker: Checker, checked: Validation, choice: Choice, inputs: Sequence[Path], out: Path
) -> tuple[dict[Path, bytes], list[str]]:
    """What goes back, by its path: `out` itself, or in this folder a workbook for each document.

    Beside it what a workbook has lost that openpyxl does not carry over. Raises UsageError where
    one would overwrite an input.
    """
    from compliance.intake.formats.input_names import InputNames
    from compliance.render.returned.workbook import ReadFile, returned, told_of_losses

    words, names = checker.registry.vocabulary, InputNames(inputs)
    given = [
        ReadFile(document, _file(names.path(document.name)))
        for document in checker.documents(inputs, choice)
        if document.inputs
    ]
    single = out.suffix.lower() in (".xlsx", ".xlsm")
    groups = {out: given} if single else _named(out, given)
    made = {
        path: returned(checked, own, words, macros=path.suffix.lower() == ".xlsm")
        for path, own in groups.items()
    }
    refuse_clashes(list(made), inputs)
    lost = [line for own in groups.values() if len(own) == 1 for line in told_of_losses(own)]
    return made, lost


def _file(path: str) -> Path | None:
    """The file of a document; None of what is no single file."""
    from compliance.intake.formats.given_names import lying_at

    there = lying_at(path)
    return there if path and there.is_file() else None


def _named(folder: Path, given: Sequence[ReadFile]) -> dict[Path, list[ReadFile]]:
    """A path in the folder for each document, by its name; never two of one name."""
    found: dict[Path, list[ReadFile]] = {}
    for one in given:
        stem, number = Path(one.document.name).stem, 1
        suffix = ".xlsm" if Path(one.document.name).suffix.lower() == ".xlsm" else ".xlsx"
        path = folder / f"{stem}{suffix}"
        while path in found:
            number += 1
            path = folder / f"{stem} {number}{suffix}"
        found[path] = [one]
    return found
