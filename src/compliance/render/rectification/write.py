"""Rectification papers: 整改清单 for each county, 一校一案 for each of its schools."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import polars as pl

from compliance.assessment import Judged, assess
from compliance.assessment.scope import unattributed
from compliance.engine.results import Results
from compliance.kernel.errors import NoFontError, PackError, UsageError
from compliance.kernel.i18n import msg, pick, plural, say
from compliance.kernel.own_outputs import ARCHIVE, COUNTY_LIST, SCHOOL_SHEETS
from compliance.kernel.submission import KEY
from compliance.ledger import Ledger, carry_on
from compliance.ledger.days import DaysAsked
from compliance.ledger.forms import with_forms
from compliance.render.documents.output_files import (
    Names,
    Written,
    beside,
    joined,
    old_drafts,
    staged,
)
from compliance.render.documents.text import printable, shortened
from compliance.render.papers.campaign import Campaign
from compliance.render.papers.forms import LIST, SHEETS, USUAL
from compliance.render.papers.write import PaperWriter, paper_writer, working_papers
from compliance.render.rectification import cells, changes, ledger_items, ledger_told
from compliance.render.rectification.cells import AwaitedLine, awaited_lines
from compliance.render.rectification.county_list import CountyPaper, county_paper
from compliance.render.rectification.earlier_lists import EarlierLists
from compliance.render.rectification.planning import UNPLANNED, Planning
from compliance.render.rectification.school_sheet import SchoolPaper, Surroundings, school_paper
from compliance.render.rectification.waiting_ledger import waiting_ledgers, workbook
from compliance.rules.language.model import Rule

FORMATS = ("md", "html", "xlsx", "docx", "pdf")
_NAMED = 12  # schools without a plan that the run names
# What people fill in; the others are read only and simply replaced.
_FILLED_IN = ("xlsx", "docx")
_CORRECTED = (".xlsx", ".xlsm")  # of what else there is
_TEMPLATES = ("rectify_county", "rectify_school")
_NO_DAYS = DaysAsked()

Writer = Callable[[CountyPaper | SchoolPaper], bytes]


def write_papers(
    report: Results,
    out: Path,
    formats: Sequence[str],
    template_dirs: Mapping[str, Sequence[Path]],
    progress: Callable[[int, int], None] | None = None,
    asked: DaysAsked = _NO_DAYS,
    *,
    ledgers: Sequence[Path] = (),
    overwrite: bool = False,
    packed: bool = False,
    wanted: Sequence[str] = USUAL,
    planning: Planning = UNPLANNED,
    with_advisory: bool = False,
    annexes: bool = False,
    further: Mapping[Path, bytes] = MappingProxyType({}),
) -> Written:
    """Write the papers of every judged county, and the ledger of one with errors that has one, below `out`; returns what was written and moved.

    formats: of md, html, xlsx, docx, pdf. template_dirs: rule set id -> directories whose templates
    replace ours by name. progress(done, total) is called after every paper.
    asked: the days that stand on the papers. wanted: which papers, by the keys of `paper_names`.
    planning: who answers, until when, at what cost. ledgers: edited lists that the county's list goes on
    from, beside the one that lies below `out`. packed: all papers in one archive, beside them. An earlier xlsx or docx
    that differs, unless it is to be overwritten, and in these formats the sheets of schools no longer in the data, are moved to a
    folder of old drafts in the county's folder. further: what else goes below `out` with them, by its
    path there, an earlier workbook kept beside. Raises UsageError where `out` cannot be written
    (nothing is changed then), or a list of `ledgers` is none of these counties. An earlier list that
    cannot be read costs its county the papers, a faulty template those of its rule set in its format
    (`Written.faults`); the first of them is raised where nothing is left.
    """
    forms = list(dict.fromkeys(formats))
    for form in forms:
        if form not in FORMATS:
            raise UsageError(
                say("不认识格式“{f}”", f=form), todo=say("可用：{l}", l=", ".join(FORMATS))
            )
    schools = report.findings.filter(pl.col("school_code").is_not_null())
    count = len(report.counties) + schools.select(*KEY, "school_code").unique().height
    renderer = _Renderer(report, template_dirs)
    rules = {key: rule for known in report.rules.values() for key, rule in known.items()}
    earlier = EarlierLists(out, ledgers, len(report.counties) + len(report.refused))
    carried: list[tuple[str, Ledger]] = []
    said: list[str] = []
    names = Names()
    steps, done = _Steps(progress, len(forms) * count), len(further)
    aside = old_drafts(out)
    with staged(out) as place:
        for path, content in further.items():
            place.put(path, content, keep=beside if path.suffix in _CORRECTED else None)
        made = _of_counties(
            report, asked, earlier, planning, with_advisory=with_advisory, annexes=annexes
        )
        for paper, campaign in made:
            named = names.take(joined(paper.county_code, paper.county_name, paper.year))
            decided = paper.county_code in earlier.decided
            for form, relative, content in renderer.every(
                paper, campaign, forms, wanted, decided=decided
            ):
                kept = aside if form in _FILLED_IN and not overwrite else None
                place.put(Path(named) / relative, content, keep=kept)
                done += 1
                steps.take(1)
            steps.take(len(forms) * len(paper.without_plan))
            sheets = out / named / SCHOOL_SHEETS if SHEETS in wanted else None
            for name in _stale(sheets, paper, forms) if sheets and not paper.withheld else ():
                place.retire(Path(named) / SCHOOL_SHEETS / name, aside)
            carried.append((paper.county_name, paper.ledger))
            several = len(report.counties) > 1
            if SHEETS in wanted:
                said += _about_sheets(paper, out / named, forms[0], rules, several=several)
        for refused, waiting in waiting_ledgers(report.refused, earlier, asked):
            named = names.take(joined(refused.county_code, refused.county_name, refused.year))
            place.put(
                Path(named) / f"{COUNTY_LIST}.xlsx",
                workbook(waiting),
                keep=None if overwrite else aside,
            )
            done += 1
            carried.append((printable(refused.county_name), waiting.ledger))
        faults = (*earlier.faults, *renderer.faults.values())
        if faults and not done:
            raise faults[0]
        earlier.require_all_used()
        return replace(
            place.place(Path(ARCHIVE) if packed else None),
            said=(*ledger_told.said(carried), *said),
            warned=(*earlier.warned, *ledger_told.warned(carried)),
        ).with_faults(faults)


class _Steps:
    """How much is done, papers that nobody needs included."""

    def __init__(self, progress: Callable[[int, int], None] | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def take(self, many: int) -> None:
        """So many more are done."""
        self._done += many
        if many and self._progress is not None:
            self._progress(self._done, self._total)


def _about_sheets(
    paper: CountyPaper, folder: Path, form: str, rules: Mapping[str, Rule], *, several: bool
) -> Iterator[str]:
    """Whose sheets must be sent again, and which schools get none."""
    head = f"{paper.county_name} {paper.years}{msg('：')}" if several else ""
    before = changes.earlier(folder / SCHOOL_SHEETS, paper.schools)
    if before:
        lines = list(changes.to_send_again(paper, before, rules, form))
        told = plural(len(lines), "与上次不同、须重新发送的整改方案{n}份：")
        yield head + (told if lines else msg("各校整改方案与上次相同，不必重发。"))
        yield from lines
    if names := [one.name for one in paper.without_plan]:
        told = shortened(names, msg("等{count}所，名单见整改清单"), _NAMED)
        if paper.withheld:
            yield head + say("{l}。", l=paper.withheld)
            yield head + plural(len(names), "不写整改方案的学校{n}所：{names}", names=told)
        else:
            yield head + plural(
                len(names), "没有需要整改的事项、不写整改方案的学校{n}所：{names}", names=told
            )


class _Renderer:
    """Puts papers into bytes, with a writer for each format and rule set, made once."""

    def __init__(self, report: Results, template_dirs: Mapping[str, Sequence[Path]]) -> None:
        self._versions = {info.id: info.version for info in report.rulesets}
        self._template_dirs = template_dirs
        self._writers: dict[tuple[str, str], tuple[Writer, PaperWriter]] = {}
        self.faults: dict[tuple[str, str], PackError] = {}

    def every(
        self, paper: CountyPaper, campaign: Campaign, forms: Sequence[str], wanted: Sequence[str],
        *, decided: bool,
    ) -> Iterator[tuple[str, Path, bytes]]:  # fmt: skip
        """A county's papers in all formats. decided: a meeting's paper was read, whose decisions must
        not go with it: the ledger that has them now is written too.
        """
        for form in forms:
            for relative, content in self.render(paper, campaign, form, wanted):
                yield form, relative, content
        if decided and not (LIST in wanted and "xlsx" in forms):
            yield "xlsx", Path(f"{COUNTY_LIST}.xlsx"), writer("xlsx", ())(paper)

    def render(
        self, paper: CountyPaper, campaign: Campaign, form: str, wanted: Sequence[str]
    ) -> list[tuple[Path, bytes]]:
        """A county's papers; none, with the fault noted once, where a template is wrong."""
        key = (form, paper.ruleset)
        if key in self.faults:
            return []
        try:
            if key not in self._writers:
                dirs = self._template_dirs.get(paper.ruleset, ())
                self._writers[key] = writer(form, dirs), paper_writer(form, dirs)
            write, write_working = self._writers[key]
            sheets, schools = Path(SCHOOL_SHEETS), paper.plans if SHEETS in wanted else ()
            return [
                *([(Path(f"{COUNTY_LIST}.{form}"), write(paper))] if LIST in wanted else []),
                *((sheets / f"{one.stem}.{form}", write(one)) for one in schools),
                *(
                    (Path(f"{one.path}.{form}"), write_working(one.paper))
                    for one in working_papers(campaign, wanted)
                ),
            ]
        except NoFontError as error:
            self.faults[key] = error
            return []
        except PackError as error:
            what = f"{paper.ruleset} {self._versions[paper.ruleset]}: {error.what}"
            self.faults[key] = PackError(what, error.where, error.todo)
            return []


def _stale(sheets: Path, paper: CountyPaper, forms: Sequence[str]) -> list[str]:
    """File names of earlier sheets, in these formats, of schools that need none or are gone.

    A sheet is known by its name: a code as long as this county's, then the school's name. What
    people made of a present school's sheet (``1002_某校_批注.docx``) begins with its name, and stays.
    """
    present = tuple(school.stem for school in paper.schools)
    unneeded = {school.stem for school in paper.without_plan}
    lengths = {len(stem.partition("_")[0]) for stem in present}
    found = []
    for file in sorted(sheets.iterdir()) if sheets.is_dir() else ():
        code, _, name = file.stem.partition("_")
        like_ours = file.suffix[1:] in forms and name and code.isalnum() and len(code) in lengths
        gone = file.stem in unneeded or not file.stem.startswith(present)
        if like_ours and file.is_file() and gone:
            found.append(file.name)
    return found


def writer(form: str, template_dirs: Sequence[Path]) -> Writer:
    """A format's way of putting papers into bytes: ``rectify_county``, ``rectify_school`` filled in.

    Imported when first used: a Markdown list needs no Word.
    """
    if form == "xlsx":
        from compliance.render.rectification import xlsx

        return xlsx.workbook
    if form == "docx":
        from compliance.render.documents.docx import WordTemplate

        word = [WordTemplate.named(f"{name}.docx", template_dirs) for name in _TEMPLATES]

        def document(paper: CountyPaper | SchoolPaper) -> bytes:
            if isinstance(paper, SchoolPaper):
                return word[1].fill(paper=paper)
            # Without annexes a county's list has no pages for them.
            return word[0].fill(without_last_section=not any(paper.annexes.values()), paper=paper)

        return document
    if form == "pdf":
        from compliance.render.documents.pdf import Press

        press, word_of = Press(template_dirs), writer("docx", template_dirs)
        return lambda paper: press.of_word(word_of(paper))
    from compliance.render.documents.jinja import environment, filled, loaded

    made = environment(form, template_dirs)
    pages = [loaded(partial(made.get_template, f"{name}.{form}")) for name in _TEMPLATES]
    return lambda paper: filled(pages[isinstance(paper, SchoolPaper)], paper=paper).encode()


def papers(
    report: Results,
    asked: DaysAsked = _NO_DAYS,
    earlier: EarlierLists | None = None,
    *,
    with_advisory: bool = False,
    annexes: bool = False,
) -> Iterator[CountyPaper]:
    """The papers of every judged county, as data: what the templates see.

    A county whose earlier list cannot be read is left out. with_advisory: rules without weight and
    doubts of sources too. annexes: see `CountyPaper.annexes`.
    """
    made = _of_counties(report, asked, earlier, with_advisory=with_advisory, annexes=annexes)
    return (paper for paper, _ in made)


def _of_counties(
    report: Results,
    asked: DaysAsked = _NO_DAYS,
    earlier: EarlierLists | None = None,
    planning: Planning = UNPLANNED,
    *,
    with_advisory: bool,
    annexes: bool,
) -> Iterator[tuple[CountyPaper, Campaign]]:
    """Each county's list, and what its working papers are made from."""
    findings, schools = _by_county(report.findings), _by_county(report.schools)
    for county in report.counties:
        key = (county.county_code, county.year)
        found = _printed(findings.get(key, report.findings.clear()))
        about = assess(report, county, found)
        records = schools.get(key, report.schools.clear())
        info = cells.ruleset_of(report, about)
        basis = cells.basis(report, info, doubts=with_advisory)
        around = Surroundings(
            about,
            report.titles,
            report.holders,
            context=cells.conclusion(about),
            basis=msg("；").join(filter(None, (basis, unattributed(county.unattributed)))),
            subject=printable(pick(info.subject, info.subject_en)),
            days=asked.of(county.data_date, county.data_kind, county.as_of),
            planning=planning,
            records={row["school_code"]: row for row in records.iter_rows(named=True)},
            report=report,
            with_advisory=with_advisory,
        )
        codes = found.get_column("school_code").drop_nulls().unique()
        books = earlier.of(county.county_code, county.year, codes) if earlier else []
        if books is None:
            continue
        paper = county_paper(around, list(_sheets(around)), annexes=annexes)
        items = ledger_items.today(around, paper.problems)
        ledger = with_forms(carry_on(items, books))
        stated = {
            name: _by_county(table).get(key, table.clear()) for name, table in report.stated.items()
        }
        yield paper.carrying(ledger), Campaign(around, ledger, stated)


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


def _sheets(around: Surroundings) -> Iterator[SchoolPaper]:
    own: dict[str, list[Judged]] = {}
    for one in around.about.judged():
        if one.school:
            own.setdefault(one.school, []).append(one)
    blanks: dict[str, list[AwaitedLine]] = {}
    for line in awaited_lines(around.about, around.titles, around.holders, by_school=True):
        blanks.setdefault(line.school_code, []).append(line)
    names = Names()
    for code, of_school in own.items():
        stem = names.take(joined(code, of_school[0].finding["school_name"]))
        yield school_paper(around, of_school, blanks.get(code, []), stem)
