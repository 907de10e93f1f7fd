"""What keeps rules undecided: a text, and a workbook whose sheets are sent out, one for each office.

The sheets of offices are tables of schools and facts with the blanks to be filled in: they read back
like any other table, joined by the school's code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from compliance.assessment import Assessment, assess, shares
from compliance.assessment.blanks import Blank, ranked_blanks
from compliance.assessment.scope import unattributed
from compliance.engine.results import Results
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.i18n import lang, msg, msg_in, plural, say
from compliance.render import phrases
from compliance.render.documents.text import columns, printable, shortened
from compliance.render.documents.xlsx import Book, Column, Worksheet, free_sheet_name
from compliance.render.terminal.summary import Lines

_SCHOOLS, _RULES, _FACTS = 3, 4, 10
_TO_FILL = {"bg_color": "#FFF2CC"}
_NOT_ASKED = {"pattern": 14, "fg_color": "#BFC5CC", "bg_color": "#FFFFFF"}


@dataclass(frozen=True)
class Lacking:
    """A county and its blanks, the one that decides most first."""

    about: Assessment
    blanks: Sequence[Blank]

    @property
    def named(self) -> str:
        """``皖均县（341622） 2024学年``."""
        county = self.about.county
        return say(
            "{name}（{code}） {year}学年",
            name=printable(county.county_name), code=county.county_code, year=county.year,
        )  # fmt: skip


def lacking(report: Results) -> list[Lacking]:
    """Every judged county, in order."""
    assessed = (assess(report, county) for county in report.counties)
    return [Lacking(about, ranked_blanks(about)) for about in assessed]


# ── the text ───────────────────────────────────────────────────────────────────────


def text(found: Sequence[Lacking], titles: Mapping[str, str], width: int | None = None) -> str:
    """What to fill in first, county by county; of several counties the first facts only."""
    sheet = Lines(width, colour=False)
    for one in found:
        sheet.section(one.named, list(_told(one, titles, None if len(found) == 1 else _FACTS)))
    return sheet.text()


def _told(one: Lacking, titles: Mapping[str, str], shown: int | None) -> Iterator[str]:
    about, blanks = one.about, one.blanks
    _, others = phrases.awaited(about, titles)
    if why := unattributed(about.county.unattributed):
        yield say("{l}。", l=why)
    if not blanks:
        if not why:
            yield msg("没有因缺数据而未判定的规则。")
        yield from others
        return
    yield _summed(one)
    for place, blank in enumerate(blanks[:shown], 1):
        where = _schools(blank, about) or _at(about, "", blank.fact)
        yield say(
            "{place}. {fact}：{where}；{brings}{concludes}{owner}",
            place=place,
            fact=titles.get(blank.fact, blank.fact),
            where=where or msg("全县"),
            brings=_brings(blank),
            concludes=_concludes(blank, about),
            owner=_by(blank),
        )
    if shown is not None and len(blanks) > shown:
        yield plural(len(blanks) - shown, "另有{n}项")
    yield from others


def _summed(one: Lacking) -> str:
    settled = one.blanks[-1].settled
    told = say(
        "缺{facts}项数据，未判定{n}条；按补齐后能判定的条数排列（至少能判定的）。",
        facts=len(one.blanks), n=settled,
    )  # fmt: skip
    if one.about.county.verdict == "fail":
        told += msg("县域结论已是不通过，补齐不会使它通过。")
    return told


def _brings(blank: Blank) -> str:
    if not blank.settles:
        return msg("与后面的项一起补齐才能判定")
    return say("补齐可判定{n}条，累计{sum}条", n=blank.settles, sum=blank.settled)


def _concludes(blank: Blank, about: Assessment) -> str:
    above = _above(blank, about)
    return say("，关系到{what}", what=above) if above else ""


def _above(blank: Blank, about: Assessment) -> str:
    """The blocks that wait, and the conclusion, in the order of the law."""
    return phrases.listed(
        [
            msg("县域结论") if rule.role == "conclusion" else rule.label
            for rule in about.rules.values()
            if rule in blank.keeps_open
        ]
    )


def _by(blank: Blank) -> str:
    owners = phrases.listed(list(map(printable, blank.owners)))
    return say("——{owner}提供", owner=owners) if owners else ""


def _schools(blank: Blank, about: Assessment) -> str:
    """``30所学校（城关小学 学校!C5、…等）``; empty where the county must say."""
    if not blank.schools:
        return ""
    names = []
    for code, name in list(blank.schools.items())[: _SCHOOLS + 1]:
        cell = _at(about, code, blank.fact) if (code, blank.fact) in about.places else ""
        names.append(f"{printable(name or code)} {cell}".strip())
    named = shortened(names, msg("等"), _SCHOOLS)
    return plural(len(blank.schools), "{n}所学校（{names}）", names=named)


def _at(about: Assessment, school: str, fact: str) -> str:
    return printable(shares.cells(about, school, [fact]))


# ── the workbook ───────────────────────────────────────────────────────────────────


def workbook(found: Sequence[Lacking], report: Results, words: Vocabulary) -> bytes:
    """The ranking, a sheet for each office to fill in, the schools' own lists, what awaits a statement."""
    book = Book(msg("缺失数据"))
    several = len(found) > 1
    _ranking(book, found, report.titles, several=several)
    for owner, blanks in _by_office(found).items():
        _OfficeSheets(book, owner, blanks, report, words, several=several).write()
    _by_school(book, found, report.titles, several=several)
    _statements(book, found, report.titles, several=several)
    return book.content()


def _whose(*, several: bool) -> list[Column]:
    return [Column(msg_in("column", "县（市、区）"), 14)] if several else []


def _who(one: Lacking, *, several: bool) -> list[str]:
    return [printable(one.about.county.county_name)] if several else []


def _table(
    book: Book, name: str, shape: Sequence[Column], notes: Iterable[str], frozen: int = 0
) -> Worksheet:
    free = free_sheet_name(name, (sheet.name for sheet in book.sheets))
    return book.table(free, shape, name, notes, frozen)


def _ranking(
    book: Book, found: Sequence[Lacking], titles: Mapping[str, str], *, several: bool
) -> None:
    shape = [
        *_whose(several=several),
        Column(msg("位次"), 6, "centre"),
        Column(msg_in("column", "缺的数据"), 30),
        Column(msg_in("column", "提供单位"), 20),
        Column(msg("缺的学校数"), 9, "centre"),
        Column(msg("补齐可判定（条）"), 10, "centre"),
        Column(msg("累计（条）"), 9, "centre"),
        Column(msg("关系到"), 24),
        Column(msg("等它的规则"), 36),
        Column(msg("位置"), 40),
    ]
    sheet = _table(book, msg("补数次序"), shape, [f"{one.named}：{_summed(one)}" for one in found if one.blanks])  # fmt: skip
    for one in found:
        for place, blank in enumerate(one.blanks, 1):
            rules = dict.fromkeys(judged.rule.coded for judged in blank.waiting)
            sheet.row(
                [
                    *_who(one, several=several), place, titles.get(blank.fact, blank.fact),
                    phrases.listed(list(map(printable, blank.owners))),
                    len(blank.schools) or msg("全县"), blank.settles, blank.settled,
                    _above(blank, one.about),
                    shortened(list(rules), msg("等{count}项"), _RULES),
                    _schools(blank, one.about) or _at(one.about, "", blank.fact),
                ]
            )  # fmt: skip
    sheet.finish(filters=True)


def _by_office(found: Sequence[Lacking]) -> dict[str, list[tuple[Lacking, list[Blank]]]]:
    """Office → the counties in which it holds something that is missing, and what."""
    offices: dict[str, dict[int, list[Blank]]] = {}
    for number, one in enumerate(found):
        for blank in one.blanks:
            owner = phrases.listed(list(map(printable, blank.owners))) or msg("未指明科室")
            offices.setdefault(owner, {}).setdefault(number, []).append(blank)
    return {
        owner: [(found[number], blanks) for number, blanks in own.items()]
        for owner, own in offices.items()
    }


@dataclass(frozen=True)
class _OfficeSheets:
    """What one office is to fill in: the schools' figures in one sheet, the counties' in another."""

    book: Book
    owner: str
    blanks: Sequence[tuple[Lacking, Sequence[Blank]]]
    report: Results
    words: Vocabulary
    several: bool

    def write(self) -> None:
        """Write both, where there is something to fill in."""
        if self._facts(self.words.school):
            self._of_schools()
        if self._facts(self.words.county) or self._elsewhere():
            self._of_counties()

    def _facts(self, table: Mapping[str, Fact]) -> list[str]:
        """What is asked for that has a column in this table."""
        return [fact for fact in self._named() if fact in table]

    def _elsewhere(self) -> list[str]:
        """What has a table of its own, such as 质量监测."""
        known = self.words.school.keys() | self.words.county.keys()
        return [self.report.titles.get(fact, fact) for fact in self._named() if fact not in known]

    def _named(self) -> dict[str, None]:
        return dict.fromkeys(blank.fact for _, own in self.blanks for blank in own)

    def _notes(self) -> list[str]:
        return [
            msg("黄色的格请填写；不掌握的留空，确为零的填0；灰色的格不必填。"),
            msg("填报人：　　　　　　审核人：　　　　　　日期：　　年　　月　　日"),
        ]

    def _of_schools(self) -> None:
        facts = self._facts(self.words.school)
        types = self.words.school["school_type"]
        known = {
            (row["county_code"], row["year"], row["school_code"]): row["school_type"]
            for row in self.report.schools.select(
                "county_code", "year", "school_code", "school_type"
            ).iter_rows(named=True)
        }
        identity = [
            *([Column(self._heading("county_code"), 12)] if self.several else []),
            Column(self._heading("school_code"), 20),
            Column(self._heading("school_name"), 24),
            Column(self._heading("school_type"), 14),
        ]
        rows = list[tuple[list[str], set[str]]]()
        for one, own in self.blanks:
            key = one.about.key
            asked = {blank.fact: blank.schools for blank in own}
            schools = {code: name for schools in asked.values() for code, name in schools.items()}
            for code, name in sorted(schools.items()):
                kind = types.word_of(known[*key, code]) if (*key, code) in known else ""
                head = [*([key[0]] if self.several else []), code, printable(name), kind]
                rows.append((head, {fact for fact in facts if code in asked.get(fact, {})}))
        self._to_fill(self.owner, identity, facts, self._notes(), rows, frozen=3)

    def _of_counties(self) -> None:
        name = say("{owner}（全县）", owner=self.owner)
        facts, notes = self._facts(self.words.county), self._notes()
        if elsewhere := self._elsewhere():
            listed = phrases.listed(elsewhere)
            notes.append(say("另缺{facts}：填在填报表中各自的工作表里。", facts=listed))
        identity = [
            Column(self._heading("county_code"), 12),
            Column(self._heading("county_name"), 16),
        ]
        rows = list[tuple[list[str], set[str]]]()
        for one, own in self.blanks:
            if asked := {blank.fact for blank in own if blank.fact in facts}:
                head = [one.about.county.county_code, printable(one.about.county.county_name)]
                rows.append((head, asked))
        self._to_fill(name, identity, facts, notes, rows, frozen=2)

    def _to_fill(
        self, name: str, identity: Sequence[Column], facts: Sequence[str], notes: Iterable[str],
        rows: Iterable[tuple[Sequence[str], Set[str]]], *, frozen: int,
    ) -> None:  # fmt: skip
        """A sheet of blanks. rows: whose each is, and which of the facts are asked of it."""
        shape = [*identity, *(self._column(fact) for fact in facts)]
        sheet = _table(self.book, name, shape, notes, frozen)
        plain, fill = self.book.style("cell"), self.book.style("cell", own=_TO_FILL)
        grey = self.book.style("cell", own=_NOT_ASKED)
        for head, asked in rows:
            forms = [*[plain] * len(head), *(fill if fact in asked else grey for fact in facts)]
            sheet.cells([*head, *[None] * len(facts)], forms)
        sheet.finish(filters=False)

    def _column(self, fact: str) -> Column:
        heading = self._heading(fact)
        return Column(heading, max(12.0, min(columns(heading) / 2 + 2, 26.0)))

    def _heading(self, name: str) -> str:
        """As a table calls it: the fact's own heading with its unit; of an entry of a list its title."""
        fact = self.words.school.get(name) or self.words.county.get(name)
        if fact is None:
            return self.report.titles.get(name, name)
        title = fact.title if lang() == "zh" else fact.label
        return f"{title}（{fact.unit}）" if fact.unit else title


def _by_school(
    book: Book, found: Sequence[Lacking], titles: Mapping[str, str], *, several: bool
) -> None:
    shape = [
        *_whose(several=several),
        Column(msg("学校（机构）标识码"), 20),
        Column(msg("学校"), 26),
        Column(msg("缺几项"), 8, "centre"),
        Column(msg_in("column", "缺的数据"), 70),
        Column(msg("位置"), 40),
    ]
    sheet = _table(book, msg("各校待补"), shape, [msg("缺得最多的学校在前。")])
    rows = [row for one in found for row in _school_rows(one, titles, several=several)]
    for row in rows:
        sheet.row(row)
    sheet.finish(filters=True)


def _school_rows(
    one: Lacking, titles: Mapping[str, str], *, several: bool
) -> Iterator[list[str | int | float]]:
    facts: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for blank in one.blanks:
        for code, name in blank.schools.items():
            facts.setdefault(code, []).append(blank.fact)
            names[code] = name
    for code in sorted(facts, key=lambda code: (-len(facts[code]), code)):
        yield [
            *_who(one, several=several), code, printable(names[code]), len(facts[code]),
            phrases.listed([titles.get(fact, fact) for fact in facts[code]]),
            printable(shares.cells(one.about, code, facts[code])),
        ]  # fmt: skip


def _statements(
    book: Book, found: Sequence[Lacking], titles: Mapping[str, str], *, several: bool
) -> None:
    lines = [(one, line) for one in found for line in phrases.awaited(one.about, titles)[1]]
    if not lines:
        return
    sheet = _table(book, msg("待佐证"), [*_whose(several=several), Column(msg("事项"), 110)], [])
    for one, line in lines:
        sheet.row([*_who(one, several=several), line])
    sheet.finish(filters=False)
