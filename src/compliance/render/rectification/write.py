"""Rectification papers: 整改清单 for each county, 一校一案 for each of its schools."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import polars as pl

from compliance.engine.findings.report import CountyResult, Report
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import say
from compliance.kernel.submission import KEY
from compliance.render.documents.atomic_write import Written, staged
from compliance.render.documents.file_names import Names, joined
from compliance.render.documents.printable import printable
from compliance.render.rectification import remarks
from compliance.render.rectification.case import Case, cases
from compliance.render.rectification.county_list import county_paper
from compliance.render.rectification.missing_data import blanks_at
from compliance.render.rectification.school_sheet import Surroundings, school_paper
from compliance.render.rectification.view_model import BlankAt, CountyPaper, SchoolPaper

FORMATS = ("md", "html", "xlsx", "docx")
COUNTY_LIST = "整改清单"
SCHOOL_SHEETS = "一校一案"
# What people fill in; the others are read only and simply replaced.
_FILLED_IN = ("xlsx", "docx")


class Writer(Protocol):
    """One format's way of putting papers into bytes; made once a run and rule set."""

    def county(self, paper: CountyPaper) -> bytes:
        """The county's list."""
        ...

    def school(self, paper: SchoolPaper) -> bytes:
        """One school's sheet."""
        ...


_WRITERS = {
    "md": ("compliance.render.rectification.pages", "markdown_writer"),
    "html": ("compliance.render.rectification.pages", "html_writer"),
    "xlsx": ("compliance.render.rectification.xlsx", "workbook_writer"),
    "docx": ("compliance.render.documents.docx", "word_writer"),
}


def write_papers(
    report: Report,
    out: Path,
    formats: Sequence[str],
    template_dirs: Mapping[str, Sequence[Path]],
    progress: Callable[[int, int], None] | None = None,
) -> Written:
    """Write the papers of every judged county below `out`; returns what was written and moved.

    formats: of md, html, xlsx, docx. template_dirs: rule set id -> directories whose templates
    replace ours by name. progress(done, total) is called after every paper. An earlier xlsx or docx
    that differs, and in these formats the sheets of schools no longer in the data, are moved to a
    folder of old drafts in the county's folder. Raises UsageError where `out` cannot be written
    (nothing is changed then) and PackError for a faulty template.
    """
    forms = list(dict.fromkeys(formats))
    _check(forms)
    if not report.counties:
        return Written()
    total = len(forms) * (len(report.counties) + _school_count(report))
    writers: dict[tuple[str, str], Writer] = {}
    done = 0
    with staged(out) as place:
        for folder, paper in _folders(report):
            for form in forms:
                key = (form, paper.ruleset)
                if key not in writers:
                    writers[key] = _writer(form, template_dirs.get(key[1], ()))
                for relative, content in _contents(writers[key], paper, form):
                    place.put(folder / relative, content, keep=form in _FILLED_IN)
                    done += 1
                    if progress is not None:
                        progress(done, total)
            for name in _stale(out / folder / SCHOOL_SHEETS, paper, forms):
                place.retire(folder / SCHOOL_SHEETS / name)
        return place.place()


def _stale(sheets: Path, paper: CountyPaper, forms: Sequence[str]) -> list[str]:
    """File names of earlier sheets, in these formats, of schools that are no longer in the data.

    A sheet is known by its name: a code as long as this county's, then the school's name. What
    people made of a present school's sheet (``1002_某校_批注.docx``) begins with its name, and stays.
    """
    present = tuple(school.stem for school in paper.schools)
    lengths = {len(stem.partition("_")[0]) for stem in present}
    found = []
    for file in sorted(sheets.iterdir()) if sheets.is_dir() else ():
        code, _, name = file.stem.partition("_")
        like_ours = file.suffix[1:] in forms and name and code.isalnum() and len(code) in lengths
        if like_ours and file.is_file() and not file.stem.startswith(present):
            found.append(file.name)
    return found


def _check(forms: Sequence[str]) -> None:
    for form in forms:
        if form not in FORMATS:
            raise UsageError(
                say("不认识格式“{f}”", "unknown format '{f}'", f=form),
                todo=say("可用：{l}", "use {l}", l=", ".join(FORMATS)),
            )


def _writer(form: str, template_dirs: Sequence[Path]) -> Writer:
    """Imported when first used: a Markdown list needs no Word."""
    module, name = _WRITERS[form]
    return cast("Writer", getattr(import_module(module), name)(template_dirs))


def _contents(writer: Writer, paper: CountyPaper, form: str) -> Iterator[tuple[Path, bytes]]:
    yield Path(f"{COUNTY_LIST}.{form}"), writer.county(paper)
    for school in paper.schools:
        yield Path(SCHOOL_SHEETS) / f"{school.stem}.{form}", writer.school(school)


def _school_count(report: Report) -> int:
    schools = report.findings.filter(pl.col("school_code").is_not_null())
    return schools.select(*KEY, "school_code").unique().height


def _folders(report: Report) -> Iterator[tuple[Path, CountyPaper]]:
    names = Names()
    for paper in papers(report):
        name = joined(paper.county_code, paper.county_name, paper.year)
        yield Path(names.take(name)), paper


def papers(report: Report) -> Iterator[CountyPaper]:
    """The papers of every judged county, as data: what the templates see."""
    findings, schools = _by_county(report.findings), _by_county(report.schools)
    for county in report.counties:
        key = (county.county_code, county.year)
        found = findings.get(key, report.findings.clear())
        known = schools.get(key, report.schools.clear())
        yield _paper(report, county, found, known)


def _by_county(frame: pl.DataFrame) -> dict[tuple[object, ...], pl.DataFrame]:
    return frame.partition_by(*KEY, as_dict=True, maintain_order=True) if frame.height else {}


def _paper(
    report: Report, county: CountyResult, findings: pl.DataFrame, schools: pl.DataFrame
) -> CountyPaper:
    rules = report.rules_of(county)
    found = cases(findings, rules)
    around = _surroundings(report, county, remarks.conclusion(county, rules, findings))
    sheets = list(_sheets(around, found, schools))
    return county_paper(report, around, findings, found, sheets, schools)


def _surroundings(report: Report, county: CountyResult, context: str) -> Surroundings:
    left_out: dict[str, list[str]] = {}
    for one in report.excluded:
        if (one["county_code"], one["year"]) == (county.county_code, county.year):
            reasons = left_out.setdefault(str(one["school_code"]), [])
            reason = printable(one.get("title") or one["reason"])
            reasons.extend([] if reason in reasons else [reason])
    return Surroundings(
        county=county,
        titles=report.titles,
        doubts=remarks.doubts_of(report.problems, county),
        left_out=left_out,
        context=context,
        basis=remarks.basis(report, county),
    )


def _sheets(
    around: Surroundings, found: Sequence[Case], schools: pl.DataFrame
) -> Iterator[SchoolPaper]:
    own: dict[str, list[Case]] = {}
    for case in found:
        if case.school:
            own.setdefault(case.school, []).append(case)
    blanks: dict[str, list[BlankAt]] = {}
    for blank in blanks_at(found, around.titles):
        blanks.setdefault(blank.school_code, []).append(blank)
    records = {row["school_code"]: row for row in schools.iter_rows(named=True)}
    names = Names()
    for code, of_school in own.items():
        stem = names.take(joined(code, of_school[0].finding["school_name"]))
        yield school_paper(around, of_school, blanks.get(code, []), records.get(code, {}), stem)
