"""Working papers into bytes: Word by the template of their name, page and Markdown by the common one, Excel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from compliance.kernel.i18n import msg, say
from compliance.render.documents.output_files import Names
from compliance.render.documents.xlsx import Book, Column, Worksheet, text_of_cell
from compliance.render.papers import (
    brief,
    buildings,
    costs,
    organisations,
    progress,
    self_assessment,
    targets,
)
from compliance.render.papers.campaign import Campaign
from compliance.render.papers.forms import FORMS
from compliance.render.papers.paper import (
    PaperForm,
    PaperPart,
    PartForm,
    Parts,
    WorkingPaper,
    paper_headings,
)
from compliance.render.rectification import cells

_CHARACTERS = 0.62  # Latin characters of a workbook's column in a millimetre of the page
_ALONE: Mapping[str, Callable[[Campaign], Parts]] = {
    "targets_schools": targets.of_schools,
    "targets_departments": targets.of_departments,
    "targets_townships": targets.of_townships,
    "schedule": progress.schedule,
    "meeting": progress.meeting,
    "circular": progress.circular,
    "brief": brief.brief,
    "self_assessment": self_assessment.self_assessment,
    "notice": progress.notice,
    "costs": costs.costs,
}


class PaperFile(NamedTuple):
    """A paper and where it goes in the county's folder, without suffix."""

    path: Path
    paper: WorkingPaper


def working_papers(campaign: Campaign, wanted: Iterable[str]) -> Iterator[PaperFile]:
    """The papers asked for by the keys of `FORMS`, in the order of the forms."""
    chosen = set(wanted)
    titles = _titles(campaign)
    for key, form in FORMS.items():
        if key not in chosen:
            continue
        if key in _ALONE:
            yield PaperFile(
                Path(form.file), _paper(campaign, form, titles[key], "", _ALONE[key](campaign))
            )
            continue
        names = Names()
        for name, title, parts in _each(campaign, key):
            stem = names.take(name)
            yield PaperFile(Path(form.folder) / stem, _paper(campaign, form, title, stem, parts))


def _each(campaign: Campaign, key: str) -> Iterator[tuple[str, str, Parts]]:
    """Name of the file, title and parts of the papers of which there are many."""
    subject = campaign.around.subject
    if key == "buildings":
        for code, parts in buildings.of_buildings(campaign):
            school = campaign.school_name(code)
            yield f"{code}_{school}", say("{name}校舍安全一楼一策", name=school), parts
        return
    for name, parts in organisations.of_organisations(campaign):
        yield name, say("{name}{subject}档案", name=name, subject=subject), parts


def _titles(campaign: Campaign) -> Mapping[str, str]:
    day = campaign.around.days.today or campaign.around.days.data
    return {
        "targets_schools": campaign.title(msg("目标任务清单（学校）")),
        "targets_departments": campaign.title(msg("目标任务清单（县直部门）")),
        "targets_townships": campaign.title(msg("目标任务清单（乡镇）")),
        "schedule": campaign.title(msg("整改序时进度表")),
        "meeting": campaign.title(msg("整改工作调度会材料")),
        "circular": campaign.title(say("整改进展情况通报（{y}年{m}月）", y=day.year, m=day.month)),
        "brief": campaign.title(msg("情况汇报")),
        "self_assessment": campaign.title(msg("自查自评报告计算表")),
        "notice": campaign.title(say("整改进展情况公示（{q}）", q=progress.quarter(day))),
        "costs": campaign.title(msg("整改资金测算表")),
    }


def _paper(
    campaign: Campaign, form: PaperForm, title: str, name: str, parts: Parts
) -> WorkingPaper:
    around = campaign.around
    return WorkingPaper(
        form=form,
        name=name or form.file,
        title=title,
        subtitle=cells.school_year(around.about.county.year),
        parts={part.key: parts.get(part.key, PaperPart()) for part in form.parts},
        basis=around.basis,
        dates=cells.dates(around.days),
        county_name=campaign.name,
    )


PaperWriter = Callable[[WorkingPaper], bytes]


def paper_writer(form: str, template_dirs: Sequence[Path]) -> PaperWriter:
    """A format's way of putting working papers into bytes; a template is read when first needed."""
    if form == "xlsx":
        return paper_workbook
    if form == "docx":
        return _word(template_dirs)
    if form == "pdf":
        from compliance.render.documents.pdf import Press

        press, word = Press(template_dirs), _word(template_dirs)
        return lambda paper: press.of_word(word(paper))
    return _page(form, template_dirs)


def _word(template_dirs: Sequence[Path]) -> PaperWriter:
    from compliance.render.documents.docx import WordTemplate

    made: dict[str, WordTemplate] = {}

    def write(paper: WorkingPaper) -> bytes:
        key = paper.form.key
        if key not in made:
            made[key] = WordTemplate.named(f"{key}.docx", template_dirs)
        return made[key].fill(paper=_as_texts(paper))

    return write


def _as_texts(paper: WorkingPaper) -> Mapping[str, object]:
    """The paper as Word templates see it: every cell a text."""
    parts = {
        key: {
            "shown": part.shown,
            "heading": part.heading,
            "lines": part.lines,
            "after": part.after,
            "heads": part.heads,
            "groups": [
                {
                    "title": group.title,
                    "rows": [{k: text_of_cell(v) for k, v in row.items()} for row in group.rows],
                }
                for group in part.groups
            ],
        }
        for key, part in paper.parts.items()
    }
    names = ("name", "title", "subtitle", "basis", "dates", "county_name")
    told = {name: getattr(paper, name) for name in names}
    return {**told, "signed": paper.form.signed, "parts": parts}


def _page(form: str, template_dirs: Sequence[Path]) -> PaperWriter:
    """By ``<key>.html`` where a province has one, else by the common ``paper.html``."""
    from compliance.render.documents.jinja import environment, filled, loaded

    made = environment(form, template_dirs)

    def write(paper: WorkingPaper) -> bytes:
        names = [f"{paper.form.key}.{form}", f"paper.{form}"]
        page = loaded(partial(made.select_template, names))
        return filled(page, paper=paper, headings=paper_headings(), text=text_of_cell).encode()

    return write


def paper_workbook(paper: WorkingPaper) -> bytes:
    """A paper as a workbook: a sheet a table, the sentences above the first."""
    book = Book(paper.title)
    tables = [(part, found) for part, found in paper.shown if part.fields and found.groups]
    talk = [line for _, found in paper.shown for line in (*found.lines, *found.after)]
    if not tables:
        sheet = book.sheet(_sheet_name(paper.form.file or paper.form.folder), [Column("", 110)])
        for line in (paper.subtitle, *talk, paper.basis, paper.dates):
            sheet.line(line)
    names = Names()
    for place, (part, found) in enumerate(tables):
        named = names.take(_sheet_name(found.heading or paper.form.file or paper.form.folder))
        sheet = book.sheet(named, _columns(part, found))
        sheet.line(found.heading or paper.title if place else paper.title, "title")
        for line in (paper.subtitle, *talk) if not place else found.lines:
            sheet.line(line)
        sheet.head(frozen_columns=2)
        _table(sheet, part, found)
        for line in (paper.basis, paper.dates) if not place else ():
            sheet.line(line)
        sheet.finish(filters=all(not group.title for group in found.groups))
    return book.content()


def _sheet_name(text: str) -> str:
    """A heading without its ordinal: ``二、各校进展`` → 各校进展."""
    return text.rpartition("、")[2][:31]


def _columns(part: PartForm, found: PaperPart) -> list[Column]:
    headings = paper_headings()
    return [
        Column(
            found.heads[field.key] if field.named else headings[field.key],
            max(field.width * _CHARACTERS, 6),
            "centre" if field.centred else "cell",
        )
        for field in part.fields
    ]


def _table(sheet: Worksheet, part: PartForm, found: PaperPart) -> None:
    for group in found.groups:
        if group.title:
            sheet.line(group.title, "band")
        for row in group.rows:
            sheet.row([row.get(field.key, "") for field in part.fields])
