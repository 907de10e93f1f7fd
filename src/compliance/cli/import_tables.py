"""`compliance import`: a county's own tables become one workbook, and every column is accounted for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from compliance.cli.command import (
    Command,
    GivenPath,
    asked_terms,
    guarded,
    inputs_argument,
    on_terms,
    option,
    output_option,
    print_problems,
    refuse_clashes,
    ruleset_option,
    shared_options,
    tell_written,
)
from compliance.cli.volume import remark
from compliance.kernel.errors import UsageError
from compliance.kernel.exit_codes import UNREADABLE
from compliance.kernel.i18n import msg, plural

if TYPE_CHECKING:
    from compliance.checker.importing import Imported
    from compliance.intake.own_tables.mapping import TableMapping
    from compliance.intake.own_tables.terms import ReadingTerms
    from compliance.render.import_report import ImportReport

MAPPING = "映射"  # in the names of the files beside the workbook
_ROOM = 20  # schools that may be added


@click.command(
    "import",
    cls=Command,
    help=lambda: msg(
        "把县里现有的各种表汇成一本填报工作簿：哪一列成了哪个数据项、哪些没有使用、还缺什么，逐列说明；拿不准的列请人确认。"
    ),
)
@inputs_argument
@output_option("FILE.xlsx", lambda: msg("写成哪本工作簿；同名的“.映射.xlsx”“.映射.toml”写在旁边"))
@option(
    "--mapping-workbook",
    "asking",
    type=GivenPath(),
    metavar="FILE.xlsx",
    help=lambda: msg("待确认的映射工作簿写到哪里（默认：输出旁边的“.映射.xlsx”）"),
)
@on_terms
@ruleset_option
@shared_options
@guarded
def import_tables(
    inputs: tuple[Path, ...], out: Path, asking: Path | None, mapping: Path | None,
    blank_is_zero: tuple[str, ...], ruleset: str | None,
) -> int:  # fmt: skip
    """Read, write the workbook and what is to be confirmed, print what became of every column."""
    from compliance.checker import Checker, Choice
    from compliance.checker.importing import import_tables as taken_in
    from compliance.render import phrases
    from compliance.render.documents.output_files import write_beside
    from compliance.render.import_report import text

    if out.suffix.lower() != ".xlsx":
        raise UsageError(msg("只能写成 .xlsx"), where=str(out), todo=msg("请改文件名"))
    asking = asking or out.with_name(f"{out.stem}.{MAPPING}.xlsx")
    kept_as = out.with_name(f"{out.stem}.{MAPPING}.toml")
    confirmed = mapping
    if mapping is not None and mapping.suffix.lower() == ".toml" and not mapping.exists():
        confirmed, kept_as = None, mapping  # it is to be written
    read = [*inputs, *([] if confirmed is None else [confirmed])]
    refuse_clashes([out], read)
    terms = asked_terms(confirmed, blank_is_zero)
    imported = taken_in(Checker(), inputs, Choice(ruleset, terms=terms))
    print_problems([one for one in imported.problems if one.severity == "error"], err=True)
    for line in phrases.warnings(imported.problems):
        remark(line, err=True)
    if not imported.records.get("schools"):
        click.echo(msg("没有读到学校，什么也没有写。"), err=True)
        return UNREADABLE
    if len({str(one.get("county_code")) for one in imported.records.get("counties", ())}) > 1:
        click.echo(msg("这些表不是一个县的，什么也没有写：每个县分开导入。"), err=True)
        return UNREADABLE
    report = _report(imported, terms)
    remark(text(report))
    files = {out: _workbook(imported, report, out, ruleset)}
    files |= _to_confirm(imported, terms.mapping, asking, kept_as, confirmed)
    refuse_clashes(list(files), read)
    tell_written(write_beside(files))
    asked = len(report.of("asked"))
    if asked:
        remark(
            plural(
                asked,
                "有{n}列待确认：在 {asking} 中选好、保存，再加 --mapping {asking} 运行一次",
                asking=asking,
            )
        )
    return UNREADABLE if imported.unreadable else 0


def _report(imported: Imported, terms: ReadingTerms) -> ImportReport:
    """What is to be said of it."""
    from compliance.render.import_report import ImportReport

    return ImportReport(
        files=imported.files,
        schools=len(imported.records["schools"]),
        columns=imported.columns,
        zeros=imported.zeros,
        mapping=terms.mapping,
        problems=imported.problems,
        judged=imported.judged,
        words=imported.words,
    )


def _workbook(imported: Imported, report: ImportReport, out: Path, ruleset: str | None) -> bytes:
    """The county's workbook with what was read, and the sheet that says where it came from."""
    from compliance.cli.workbook_form import workbook_form
    from compliance.intake.formats.marker import Marker
    from compliance.intake.formats.read_marker import read_marker
    from compliance.render.blank_workbook import workbook_bytes
    from compliance.render.import_report import write_sheet

    of = [info.id for judged in imported.judged for info in judged.rulesets]
    form = workbook_form(ruleset or next(iter(of), None))

    def made(mark: Marker) -> bytes:
        return workbook_bytes(
            form,
            room=_ROOM,
            tables=imported.records,
            mark=mark,
            more=lambda book: write_sheet(book, report),
        )

    earlier = read_marker(out) if out.is_file() else None
    if earlier is not None and (same := made(earlier)) == out.read_bytes():
        return same  # nothing new: it stays the version that it was
    return made(Marker.now(*imported.county, ruleset=form.ruleset))


def _to_confirm(
    imported: Imported,
    given: TableMapping | None,
    asking: Path,
    kept_as: Path,
    mapping: Path | None,
) -> dict[Path, bytes]:
    """What keeps the columns for next year: the mapping as it stands, and the workbook to confirm it in.

    The workbook is written where anything is still asked, or nothing was confirmed yet; the TOML file
    where that was confirmed in a workbook or there are tables that it does not know. Nothing is, while a
    table is refused: people have to look first.
    """
    from compliance.intake.own_tables.mapping import REFUSED
    from compliance.intake.own_tables.mapping_file import as_text
    from compliance.intake.own_tables.read_columns import mapping_of
    from compliance.render.mapping_workbook import mapping_workbook

    refused = any(one.code in REFUSED for one in imported.problems)
    if refused or not any(one.own for one in imported.columns):
        return {}
    made = mapping_of(imported.columns, given)
    files: dict[Path, bytes] = {}
    if given is None or any(one.state == "asked" for one in imported.columns):
        files[asking] = mapping_workbook(imported.columns, imported.words)
    by_hand = mapping is not None and mapping.suffix.lower() == ".toml"
    if given is None or not (by_hand and made.signatures <= given.signatures):
        files[kept_as] = as_text(made, imported.words).encode()
    return {path: content for path, content in files.items() if path != mapping}
