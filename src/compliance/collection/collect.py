"""A folder of workbooks that came back, merged into the filled workbook of the county."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from compliance.collection.merge import MergedCounty, merge, round_of
from compliance.collection.progress import progress_of
from compliance.collection.register import FormFor, first_day, read_register
from compliance.collection.returned import ReturnedWorkbook, read_returned
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.accept import accept
from compliance.intake.formats.discover import SPREADSHEETS
from compliance.intake.formats.folder import contents
from compliance.intake.formats.marker import Marker
from compliance.intake.formats.raw_table import RawDocument, RawTable
from compliance.kernel.errors import Problem, UsageError, summed_up
from compliance.kernel.i18n import lang, msg, say, use
from compliance.kernel.paths import real, shown
from compliance.plugins.registry import Registry
from compliance.render.blank_workbook import workbook_bytes
from compliance.render.collected_sheets import SchoolProgress, Untyped, add_sheets
from compliance.render.documents.output_files import Written, beside, staged
from compliance.render.filled_workbook import untouched

_PACKED = (".zip", ".rar", ".7z")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Collection:
    """What was collected.

    schools: a row each, those to be urged first. unreadable: files, by name. written: the workbook, and
    where the one is that was there before, if somebody had changed it.
    """

    county: str
    schools: Sequence[SchoolProgress]
    done: int
    problems: Sequence[Problem]
    unreadable: Sequence[str]
    written: Written = field(default_factory=Written)


def collect(
    folder: Path, out: Path, registry: Registry, form_for: FormFor, *,
    listed: Sequence[Path] = (), ruleset: str | None = None, newest: bool = False,
    accept_changed: bool = False, progress: Progress | None = None,
) -> Collection:  # fmt: skip
    """Read the folder with its subfolders and write the county's workbook at `out`.

    listed: an input with the county's schools and what is known of them; without it the list that
    every workbook carries. newest: of several files of a school the newest counts. accept_changed:
    known figures that a school changed are taken. Raises UsageError where there is nothing to collect.
    """
    files, problems = _read(folder, out, registry.vocabulary, progress)
    register = None
    if listed:
        register, faults = read_register(listed, registry, form_for, ruleset)
        problems += faults
    about = round_of(files, register)
    if about is None:
        raise _nothing(folder, files)
    register = register and register.in_year(about.year)
    form = form_for(ruleset or about.ruleset, first_day(about.year))
    merged = merge(files, about, register, form.words, newest=newest, accept_changed=accept_changed)
    problems += merged.problems
    problems += _cells(merged, out.name, form.words)
    schools = progress_of(merged, problems, form.words)
    found = Collection(
        str(about.county.get("county_name", "")), schools, merged.done, problems,
        [one.name for one in files if one.unreadable],
    )  # fmt: skip
    spoken = lang()

    def more(book: Untyped) -> None:
        with use(spoken):  # the workbook itself is a Chinese form
            add_sheets(book, found.county, schools, found.done, problems)

    mark = Marker.now(about.county_code, about.year, ruleset=form.ruleset)
    content = workbook_bytes(form, room=0, tables=merged.tables, mark=mark, more=more)
    with staged(out.parent) as place:
        place.put(Path(out.name), content, keep=None if untouched(out) else beside)
        return replace(found, written=place.place())


def _read(
    folder: Path, out: Path, words: Vocabulary, progress: Progress | None
) -> tuple[list[ReturnedWorkbook], list[Problem]]:
    """Every workbook of the folder and its subfolders, and what was passed over."""
    if not folder.is_dir():
        raise UsageError(
            msg("没有这个文件夹"), where=str(folder), todo=msg("给出收回的工作簿所在的文件夹")
        )
    found = contents(folder, SPREADSHEETS, {real(out)}, of_schools=True)
    paths = [path for shelf in found.shelves for path in (*shelf.counties, *shelf.shut)]
    files = []
    for number, path in enumerate(paths):
        if progress is not None:
            progress(msg("读取"), number, len(paths))
        name = path.relative_to(folder).as_posix() if path != folder else folder.name
        files.append(read_returned(path, shown(name), words))
    problems = [_passed(name) for name in found.strange]
    if told := found.told():
        problems.append(Problem("warning", "not_read", say("未读取：{told}", told=told)))
    for name in found.strange:
        if Path(name).suffix.lower() in _PACKED:
            files.append(ReturnedWorkbook(name, unreadable=True, refused=True))
    return files, problems


def _passed(name: str) -> Problem:
    """A file that is no workbook: a packed one may hold some."""
    if Path(name).suffix.lower() in _PACKED:
        return Problem(
            "error", "packed", msg("压缩包没有读取"), msg("解压到这个文件夹里再汇集"), name
        )
    return Problem(
        "warning", "not_read", msg("不是工作簿，没有读取"), msg("学校填报表是 .xlsx 文件"), name
    )


def _nothing(folder: Path, files: Sequence[ReturnedWorkbook]) -> UsageError:
    """Nothing tells of which county and year the folder is."""
    problems = (one for file in files for one in file.problems)
    told = "".join(f"\n{one.line()}" for one in summed_up(problems))
    return UsageError(
        msg("文件夹里没有可以汇集的学校填报表") + told,
        where=str(folder),
        todo=msg("放入用 compliance template --per-school 发放、由学校填好的工作簿"),
    )


def _cells(merged: MergedCounty, name: str, words: Vocabulary) -> list[Problem]:
    """What the checks of data say of the merged figures, each at the cell that the school filled in."""
    places: dict[str, tuple[str, str]] = {}

    def place_in(table: str) -> Callable[[int, str], str]:
        def place(row: int, fact: str) -> str:
            found = merged.places.get((table, row, fact))
            if found is None:
                return msg("已知数据") if table == "schools" else ""
            at = f"{found[0]} {found[1]}"
            places[at] = found
            return at

        return place

    document = RawDocument(name)
    for table, records in merged.tables.items():
        facts = dict.fromkeys(fact for one in records for fact in one)
        columns = {fact: [one.get(fact) for one in records] for fact in facts}
        document.tables.append(RawTable(table, name, columns, len(records), place_in(table)))
    found = accept([document], words).problems
    return [
        replace(one, file=places[one.at][0], at=places[one.at][1]) if one.at in places else one
        for one in found
    ]
