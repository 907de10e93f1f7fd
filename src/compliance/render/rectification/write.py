"""Rectification papers: 整改清单 for each county, 一校一案 for each of its schools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import polars as pl

from compliance.assessment import Assessment, Judged, assess
from compliance.engine.results import Results
from compliance.kernel.errors import PackError, UsageError
from compliance.kernel.i18n import say
from compliance.kernel.submission import KEY
from compliance.render.documents.jinja import environment, filled, loaded
from compliance.render.documents.output_files import Names, Written, joined, staged
from compliance.render.documents.text import printable
from compliance.render.rectification import cells
from compliance.render.rectification.cells import AwaitedLine, awaited_lines
from compliance.render.rectification.county_list import CountyPaper, county_paper
from compliance.render.rectification.school_sheet import SchoolPaper, Surroundings, school_paper

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


class PageWriter:
    """Fills ``rectify_county.<suffix>`` and ``rectify_school.<suffix>``; a province may have its own."""

    def __init__(self, suffix: str, template_dirs: Sequence[Path]) -> None:
        made = environment(suffix, template_dirs)
        self._county = loaded(lambda: made.get_template(f"rectify_county.{suffix}"))
        self._school = loaded(lambda: made.get_template(f"rectify_school.{suffix}"))

    def county(self, paper: CountyPaper) -> bytes:
        """The county's list."""
        return filled(self._county, paper=paper).encode("utf-8")

    def school(self, paper: SchoolPaper) -> bytes:
        """One school's sheet."""
        return filled(self._school, paper=paper).encode("utf-8")


class WordWriter:
    """Fills ``rectify_county.docx`` and ``rectify_school.docx``."""

    def __init__(self, template_dirs: Sequence[Path]) -> None:
        from compliance.render.documents.docx import WordTemplate

        self._county = WordTemplate.named("rectify_county.docx", template_dirs)
        self._school = WordTemplate.named("rectify_school.docx", template_dirs)

    def county(self, paper: CountyPaper) -> bytes:
        """The county's list; without annexes it has no pages for them."""
        return self._county.fill(without_last_section=not any(paper.annexes.values()), paper=paper)

    def school(self, paper: SchoolPaper) -> bytes:
        """One school's sheet."""
        return self._school.fill(paper=paper)


def write_papers(
    report: Results,
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
    (nothing is changed then). A faulty template costs the papers of its rule set in its format
    (`Written.faults`); PackError where nothing is left.
    """
    forms = list(dict.fromkeys(formats))
    _check(forms)
    if not report.counties:
        return Written()
    total = len(forms) * (len(report.counties) + _school_count(report))
    renderer = _Renderer(report, template_dirs)
    done = 0
    with staged(out) as place:
        for folder, paper in _folders(report):
            for form in forms:
                for relative, content in renderer.render(paper, form):
                    place.put(folder / relative, content, keep=form in _FILLED_IN)
                    done += 1
                    if progress is not None:
                        progress(done, total)
            for name in _stale(out / folder / SCHOOL_SHEETS, paper, forms):
                place.retire(folder / SCHOOL_SHEETS / name)
        faults = tuple(renderer.faults.values())
        if faults and not done:
            raise faults[0]
        return replace(place.place(), faults=faults)


class _Renderer:
    """Puts papers into bytes, with a writer for each format and rule set, made once."""

    def __init__(self, report: Results, template_dirs: Mapping[str, Sequence[Path]]) -> None:
        self._versions = {info.id: info.version for info in report.rulesets}
        self._template_dirs = template_dirs
        self._writers: dict[tuple[str, str], Writer] = {}
        self.faults: dict[tuple[str, str], PackError] = {}

    def render(self, paper: CountyPaper, form: str) -> list[tuple[Path, bytes]]:
        """A county's papers; none, with the fault noted once, where a template is wrong."""
        key = (form, paper.ruleset)
        if key in self.faults:
            return []
        try:
            if key not in self._writers:
                self._writers[key] = _writer(form, self._template_dirs.get(paper.ruleset, ()))
            return list(_contents(self._writers[key], paper, form))
        except PackError as error:
            what = f"{paper.ruleset} {self._versions[paper.ruleset]}: {error.what}"
            self.faults[key] = PackError(what, error.where, error.todo)
            return []


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
                say("不认识格式“{f}”", f=form),
                todo=say("可用：{l}", l=", ".join(FORMATS)),
            )


def _writer(form: str, template_dirs: Sequence[Path]) -> Writer:
    """Imported when first used: a Markdown list needs no Word."""
    if form == "xlsx":
        from compliance.render.rectification.xlsx import WorkbookWriter

        return WorkbookWriter()
    if form == "docx":
        return WordWriter(template_dirs)
    return PageWriter(form, template_dirs)


def _contents(writer: Writer, paper: CountyPaper, form: str) -> Iterator[tuple[Path, bytes]]:
    yield Path(f"{COUNTY_LIST}.{form}"), writer.county(paper)
    for school in paper.schools:
        yield Path(SCHOOL_SHEETS) / f"{school.stem}.{form}", writer.school(school)


def _school_count(report: Results) -> int:
    schools = report.findings.filter(pl.col("school_code").is_not_null())
    return schools.select(*KEY, "school_code").unique().height


def _folders(report: Results) -> Iterator[tuple[Path, CountyPaper]]:
    names = Names()
    for paper in papers(report):
        name = joined(paper.county_code, paper.county_name, paper.year)
        yield Path(names.take(name)), paper


def papers(report: Results) -> Iterator[CountyPaper]:
    """The papers of every judged county, as data: what the templates see."""
    findings, schools = _by_county(report.findings), _by_county(report.schools)
    for county in report.counties:
        key = (county.county_code, county.year)
        found = _printed(findings.get(key, report.findings.clear()))
        about = assess(report, county, found)
        yield _paper(report, about, schools.get(key, report.schools.clear()))


def _by_county(frame: pl.DataFrame) -> dict[tuple[object, ...], pl.DataFrame]:
    return frame.partition_by(*KEY, as_dict=True, maintain_order=True) if frame.height else {}


def _printed(findings: pl.DataFrame) -> pl.DataFrame:
    """The findings with the texts that come from outside made fit for print."""

    def fit(text: pl.Expr) -> pl.Expr:
        return text.map_elements(printable, return_dtype=pl.String)

    part = pl.element().struct.with_fields(fit(pl.field("name")).alias("name"))
    return findings.with_columns(
        fit(pl.col("school_name")),
        fit(pl.col("message")),
        fit(pl.col("unit")),
        pl.col("parts").fill_null([]).list.eval(part),
    )


def _paper(report: Results, about: Assessment, schools: pl.DataFrame) -> CountyPaper:
    basis = cells.basis(report, about)
    around = Surroundings(about, report.titles, cells.conclusion(about), basis)
    judged = about.judged()
    sheets = list(_sheets(around, judged, schools))
    return county_paper(about, sheets, schools, report.titles, basis)


def _sheets(
    around: Surroundings, judged: Iterable[Judged], schools: pl.DataFrame
) -> Iterator[SchoolPaper]:
    own: dict[str, list[Judged]] = {}
    for one in judged:
        if one.school:
            own.setdefault(one.school, []).append(one)
    blanks: dict[str, list[AwaitedLine]] = {}
    for line in awaited_lines(around.about.awaited, around.titles, by_school=True):
        blanks.setdefault(line.school_code, []).append(line)
    records = {row["school_code"]: row for row in schools.iter_rows(named=True)}
    names = Names()
    for code, of_school in own.items():
        stem = names.take(joined(code, of_school[0].finding["school_name"]))
        yield school_paper(around, of_school, blanks.get(code, []), records.get(code, {}), stem)
