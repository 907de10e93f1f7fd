"""`compliance assemble`: registers of persons, rooms and things become the schools' facts."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compliance.cli import failures
from compliance.cli.command import (
    READ,
    Command,
    cannot_go_on,
    day,
    guarded,
    inputs_argument,
    nothing_written,
    option,
    output_option,
    print_problems,
    progress,
    refuse_clashes,
    ruleset_option,
    schools_option,
    shared_options,
    tell_written,
)
from compliance.cli.volume import remark
from compliance.kernel.errors import UsageError, suggestion
from compliance.kernel.exit_codes import UNREADABLE
from compliance.kernel.i18n import msg, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compliance.checker import Batch
    from compliance.registers import AssemblyTerms, Complete, Ruling, Sources

PROBLEMS, DEFINITIONS = "问题", "口径"  # in the names of the files beside the output


@click.command(
    cls=Command,
    help=lambda: msg(
        "把逐条登记的表（班级、教职工、用房、设备、学生变动）汇成各校数据，供 check 直接使用；一人只计一次，无主的、重复的逐条列出。不需要姓名。"
    ),
)
@inputs_argument
@output_option(
    "DIR|FILE.xlsx|FILE.json|FILE.zip",
    lambda: msg(
        "写到哪里：文件夹（登记表有Parquet的写Parquet，否则CSV）、工作簿（一个县）、.json 或 .zip；问题和口径写在旁边"
    ),
)
@schools_option(
    lambda: msg("县和学校的名单，及已有的其他数据（默认：登记表旁的县区、学校两张表），可重复")
)
@option(
    "--complete",
    multiple=True,
    metavar="REGISTER[:COUNTY]",
    help=lambda: msg(
        "这种登记表（这个县的）已登记齐全：没有行的学校就是0；默认没有行是缺失，可重复"
    ),
)
@option(
    "--partial-list",
    "partial",
    is_flag=True,
    help=lambda: msg("名单只是登记表中的一部分学校：不在名单中的行只提示，不算错误"),
)
@option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help=lambda: msg("统计时点：起止日期按这一天算（默认：学年的9月1日）"),
)
@ruleset_option
@shared_options
@guarded
def assemble(
    inputs: tuple[Path, ...], out: Path, listed: tuple[Path, ...], complete: tuple[str, ...],
    as_of: datetime | None, ruleset: str | None, *, partial: bool,
) -> int:  # fmt: skip
    """Read, count, write the facts and what is to be said of them."""
    from compliance.checker import Choice, load, prepare
    from compliance.kernel.drafts import scratch
    from compliance.registers import AssemblyTerms, sources_in

    asked = _complete(complete)
    with scratch() as aside:
        sources = sources_in(inputs, aside.folder)
        lists = [*listed, *sources.schools]
        if not lists:
            raise UsageError(
                msg("没有学校名单"), todo=msg("用 --schools 给出县区、学校两张表或填报工作簿")
            )
        if sources.untold or not sources.listings:
            print_problems(sources.problems, err=True)
            return nothing_written()
        refuse_clashes([out], [*inputs, *listed])
        batch = prepare(lists, load(), Choice(ruleset))
        if cannot_go_on(batch):
            return nothing_written()
        _require_listed(asked, batch)
        when = day(as_of) or _first_day(batch)
        terms = AssemblyTerms(when, aside.folder, asked, partial, progress())
        return _written(out, inputs, batch, sources, terms)


def _complete(words: Iterable[str]) -> frozenset[Complete]:
    """What `--complete` asks for. Raises UsageError for a register that there is not."""
    from compliance.facts.registers import registers
    from compliance.registers import Complete

    known = registers().forms
    found = set()
    for word in words:
        name, _, county = word.partition(":")
        if name not in known:
            todo = suggestion(name, known) or say("可用：{known}", known=", ".join(known))
            raise UsageError(
                say("没有登记表“{name}”", name=name), where=f"--complete {word}", todo=todo
            )
        found.add(Complete(name, county or None))
    return frozenset(found)


def _require_listed(complete: Iterable[Complete], batch: Batch) -> None:
    """UsageError for a county that `--complete` names and the list does not have."""
    known = set(batch.submission.counties["county_code"])
    for one in complete:
        if one.county is not None and one.county not in known:
            where = f"--complete {one.register}:{one.county}"
            raise UsageError(
                msg("名单中没有这个县"), where=where, todo=suggestion(one.county, known)
            )


def _first_day(batch: Batch) -> date:
    """The first day of the school year. Raises UsageError where there are several."""
    years = batch.submission.counties["year"].unique().to_list()
    if len(years) > 1:
        raise UsageError(
            msg("名单里有几个学年，一次只能汇总一个"), todo=msg("分学年汇总，或只给一个学年的名单")
        )
    return date(years[0], 9, 1)


def _rulings(batch: Batch) -> Sequence[Ruling]:
    from compliance.registers import Ruling

    found = (
        (job.rules.assembly, frozenset(job.part.counties["county_code"])) for job in batch.jobs
    )
    return [Ruling(assembly, counties) for assembly, counties in found if assembly is not None]


def _require_room(out: Path, files: Iterable[Path]) -> None:
    """UsageError where a folder holds other tables: whoever judges it would read them too."""
    others = sorted(
        path.name
        for path in (out.iterdir() if out.is_dir() else ())
        if path.suffix.lower() in READ and path not in set(files)
    )
    if others:
        what = say("文件夹里另有数据：{names}", names=msg("、").join(others[:5]))
        raise UsageError(what, where=str(out), todo=msg("写到新的文件夹"))


def _written(
    out: Path, inputs: Sequence[Path], batch: Batch, sources: Sources, terms: AssemblyTerms
) -> int:
    """Count, and write everything at once; the exit code."""
    from compliance.cli.submission_outputs import rules_by_county, submission_files
    from compliance.registers import assemble as assembled
    from compliance.render.assembly_report import definitions_table, problems_table, summary
    from compliance.render.documents.output_files import beside, staged

    rulings = _rulings(batch)
    found = assembled(sources.listings, batch.submission.schools, rulings, batch.vocabulary, terms)
    problems = [*sources.problems, *found.tellings.problems]
    rules = rules_by_county(batch)
    submission = batch.submission.with_tables({"schools": found.schools})
    read = batch.submission.inputs
    files = submission_files(out, inputs, read, submission, batch.vocabulary, rules.__getitem__)
    name = out.stem if out.suffix else out.name
    files[out.with_name(f"{name}.{PROBLEMS}.csv")] = problems_table(problems, found.tellings)
    files[out.with_name(f"{name}.{DEFINITIONS}.csv")] = definitions_table(found.made)
    _require_room(out, files)
    refuse_clashes(list(files), inputs)
    with staged(None) as place:
        for path, content in files.items():  # a workbook, people may have filled in
            place.put(path, content, keep=beside if path.suffix == ".xlsx" else None)
        written = place.place()
    errors = [one for one in problems if one.severity == "error"]
    failures.failed_on(errors)
    for severity, line in summary(found, sources.problems, terms.day):
        if severity == "error":
            click.echo(line, err=True)
        else:
            remark(line)
    tell_written(written)
    return UNREADABLE if errors else 0
