"""Which file of a school counts, and which figure: nothing is merged that is not said.

A known figure stays what it is unless changes are accepted; of two files of one school neither counts
unless the newer one is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from compliance.collection.register import Record, Register, rows_by_school
from compliance.collection.returned import LISTS, ReturnedCell, ReturnedWorkbook, meant
from compliance.collection.sent import Sent
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, plural, say
from compliance.render.documents.text import shortened
from compliance.render.school_workbook import FORM

MERGED, TWICE, REFUSED, EMPTY, MISSING = "merged", "twice", "refused", "empty", "missing"
Place = tuple[str, str]  # the file and the cell in it


@dataclass(frozen=True)
class Round:
    """What the files of a folder belong to. schools: code → what lasts of it, in the order sent."""

    county: Record
    year: int
    ruleset: str
    copy: str
    schools: Mapping[str, Record]

    @property
    def county_code(self) -> str:
        """The county's code."""
        return str(self.county["county_code"])


@dataclass
class GatheredSchool:
    """What became of one school of the round.

    state: MERGED where its figures stand in the county's workbook; TWICE, REFUSED, EMPTY, MISSING.
    used: the file that counts. files: all of the school's. sent: what it was sent, as far as a file
    that came back tells. blanks: needed facts it left blank.
    """

    code: str
    known: Record
    state: str = MISSING
    used: ReturnedWorkbook | None = None
    sent: Sent | None = None
    files: list[ReturnedWorkbook] = field(default_factory=list)
    blanks: list[str] = field(default_factory=list)
    changed: int = 0


@dataclass
class MergedCounty:
    """The county's tables, where their figures come from, every school's state, and what was found.

    tables: as `workbook_bytes` takes them. places: table, number of the record, fact → where it stood.
    """

    schools: list[GatheredSchool]
    tables: dict[str, list[dict[str, object]]]
    places: dict[tuple[str, int, str], Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many schools' figures are in."""
        return sum(one.state == MERGED for one in self.schools)


def round_of(files: Sequence[ReturnedWorkbook], register: Register | None) -> Round | None:
    """The round that most of the files are of, of the register's county where there is one."""
    marked = [(one.mark, one.sent) for one in files if one.mark and one.sent and one.mark.year]
    if register is not None:
        marked = [one for one in marked if one[0].county_code == register.key[0]]
    if not marked:
        return None
    counted = Counter((mark.county_code, mark.year, mark.ruleset) for mark, _ in marked)
    most = max(counted.values())
    usual = [one for one in marked if counted[one[0].county_code, one[0].year, one[0].ruleset] == most]  # fmt: skip
    for mark, sent in sorted(usual, key=lambda one: one[0].written, reverse=True):
        schools = sent.schools() if register is None else register.tables["schools"]
        if schools is not None:
            county = sent.county if register is None else register.county
            listed = {str(one["school_code"]): one for one in schools}
            year = mark.year or 0
            known = {**county, "county_code": mark.county_code, "year": year}
            return Round(known, year, mark.ruleset, mark.copy, listed)
    return None


def merge(
    files: Sequence[ReturnedWorkbook], about: Round, register: Register | None,
    words: Vocabulary, *, newest: bool = False, accept_changed: bool = False,
) -> MergedCounty:  # fmt: skip
    """Everything that came back, put together."""
    return _Merging(about, register, words, newest=newest, accept_changed=accept_changed).done(
        files
    )


@dataclass
class _Merging:
    """The merging of one folder."""

    about: Round
    register: Register | None
    words: Vocabulary
    newest: bool
    accept_changed: bool
    problems: list[Problem] = field(default_factory=list)

    def done(self, files: Sequence[ReturnedWorkbook]) -> MergedCounty:
        """The county."""
        schools = {code: GatheredSchool(code, known) for code, known in self.about.schools.items()}
        for one in files:
            self._refuse_others(one)
            code = one.mark.school_code if one.mark else _named(one.name, schools)
            for problem in one.problems:
                whose = problem.school_code or code
                self.problems.append(self._of_county(replace(problem, school_code=whose)))
            here = one.mark is None or one.mark.county_code == self.about.county_code
            if code in schools and here:
                schools[code].files.append(one)
        gathered = [*schools.values()]
        for school in gathered:
            self._choose(school)
        found = MergedCounty(gathered, {"counties": [dict(self.about.county)], "schools": []})
        for table, rows in (self.register.tables if self.register else {}).items():
            if table not in (*found.tables, *LISTS):
                found.tables[table] = [dict(row) for row in rows]
        lists: dict[str, list[dict[str, object]]] = {table: [] for table in LISTS}
        known = self._known_rows()
        for number, school in enumerate(gathered):
            found.tables["schools"].append(self._record(school, number, found.places))
            for table, rows in lists.items():
                own = self._rows(school, table, known[table].get(school.code, []))
                for row in own:
                    found.places |= {
                        (table, len(rows), name): (school.used.name, one.at)
                        for name, one in row.items()
                        if isinstance(one, ReturnedCell) and school.used is not None
                    }
                    plain = {name: one.value if isinstance(one, ReturnedCell) else one for name, one in row.items()}  # fmt: skip
                    rows.append({"school_code": school.code, **plain})
            self._left_blank(school, found.tables["schools"][-1])
        found.tables |= {table: rows for table, rows in lists.items() if rows}
        found.problems = self.problems
        return found

    # ── whose a file is ────────────────────────────────────────────────────────────

    def _refuse_others(self, one: ReturnedWorkbook) -> None:
        """A file that is not one of this round is named, and nothing of it is taken."""
        mark, about = one.mark, self.about
        if mark is None or not mark.school_code or one.refused:
            return
        wrong = ""
        if mark.county_code != about.county_code:
            wrong = say("是另一个县（{c}）的填报表", c=mark.county_code)
        elif mark.year != about.year:
            wrong = say("是{y}学年的填报表，现在汇集的是{z}学年", y=mark.year, z=about.year)
        elif mark.ruleset != about.ruleset:
            wrong = say(
                "按另一套标准（{a}）发放，现在汇集的是 {b}", a=mark.ruleset, b=about.ruleset
            )
        elif mark.school_code not in about.schools:
            wrong = say("学校{c}不在发放名单中", c=mark.school_code)
        elif mark.copy != about.copy:
            told = say("用的是{t}发放的表，后来又发放过一次", t=_moment(mark.written))
            self._say("warning", "older_round", told, msg("核对已知数据是否仍然相同"), one)
        if wrong:
            self._say("error", "other_workbook", wrong, msg("放到它自己的文件夹里汇集"), one)
            one.refused = True

    def _choose(self, school: GatheredSchool) -> None:
        """The one file that counts, or why none does."""
        sound = [one for one in school.files if not one.refused]
        filled = [one for one in sound if not one.blank]
        school.sent = next((one.sent for one in sound), None)
        for one in sound if filled else ():
            if one.blank:
                told = msg("另有一份空白表，没有计入")
                self._say("warning", "empty_form", told, msg("可删去"), one)
        distinct: dict[str, ReturnedWorkbook] = {}
        for one in filled:
            first = distinct.setdefault(one.content(), one)
            if first is not one:
                told = say("与“{f}”内容相同，只计一次", f=first.name)
                self._say("warning", "copy", told, msg("可删去其中一份"), one)
        found = list(distinct.values())
        if len(found) > 1:
            found = self._newest_of(found)
        if len(found) == 1:
            school.state, school.used, school.sent = MERGED, found[0], found[0].sent
            school.changed = len(found[0].changed)
        elif found:
            school.state = TWICE
        elif len(sound) < len(school.files):
            school.state = REFUSED
        elif sound:
            school.state = EMPTY

    def _newest_of(self, found: Sequence[ReturnedWorkbook]) -> list[ReturnedWorkbook]:
        """The newest alone where it is asked for and can be told; else all of them."""
        ordered = sorted(found, key=_when, reverse=True)
        first, second = ordered[:2]
        all_told = msg("；").join(say("“{f}”{t}", f=one.name, t=_times(one)) for one in ordered)
        if self.newest and _when(first) > _when(second):
            told = say("交了{n}份，内容不同，按要求采用最新的：{all}", n=len(found), all=all_told)
            for one in ordered[1:]:
                self._say("warning", "older_copy", told, msg("未采用的这一份请核对后移走"), one)
            return [first]
        told = say("交了{n}份，内容不同，都没有采用：{all}", n=len(found), all=all_told)
        todo = msg("移走不用的，或加 --newest 采用最新的一份")
        if self.newest:
            todo = msg("保存时间相同，分不出新旧，请移走不用的")
        for one in ordered:
            self._say("error", "sent_twice", told, todo, one)
        return ordered

    # ── which figure counts ────────────────────────────────────────────────────────

    def _record(
        self, school: GatheredSchool, number: int, places: dict[tuple[str, int, str], Place]
    ) -> dict[str, object]:
        """The school's record: what is known, and what its file adds."""
        record, used, sent = dict(school.known), school.used, school.sent
        if sent is not None:
            record = {**sent.known, **record}
        if used is None or sent is None:
            return record
        if used.objection is not None:
            told = say("学校对已知数据提出异议：{t}", t=used.objection.value)
            self._say("warning", "objection", told, msg("核实后答复学校"), used, used.objection.at)
        for change in used.changed:
            kept = self._keep(used, change.fact.label, change.known, change.written, change.at)
            if not kept and change.fact.name in sent.known:
                record[change.fact.name] = change.written
                places["schools", number, change.fact.name] = used.name, change.at
        for name, one in used.figures.items():
            fact = self.words.school[name]
            differs = name in record and meant(fact, record[name]) != meant(fact, one.value)
            if differs:
                school.changed += 1
            if not (differs and self._keep(used, fact.label, record[name], one.value, one.at)):
                record[name] = one.value
                places["schools", number, name] = used.name, one.at
        return {name: value for name, value in record.items() if value is not None}

    def _keep(
        self, used: ReturnedWorkbook, what: str, known: object, written: object, at: str
    ) -> bool:
        """Whether a known figure stays though the file says another; told either way."""
        holes = {
            "f": what,
            "old": msg("空") if known is None else known,
            "new": msg("空") if written is None else written,
        }
        if self.accept_changed:
            told = say("{f}：已知为{old}，已按交回的改为{new}", **holes)
            self._say("warning", "known_changed", told, msg("请留好依据"), used, at)
            return False
        told = say("{f}：已知为{old}，交回的是{new}，仍用已知的", **holes)
        todo = msg("核实；确应更改的，改已知数据，或加 --accept-changed 采用交回的")
        self._say("error", "known_changed", told, todo, used, at)
        return True

    def _known_rows(self) -> Mapping[str, Mapping[str, Sequence[Record]]]:
        """Table → school → its rows that the register knows."""
        tables = self.register.tables if self.register else {}
        return {table: rows_by_school(tables.get(table, ())) for table in LISTS}

    def _rows(
        self, school: GatheredSchool, table: str, known: Sequence[Record]
    ) -> Iterator[Mapping[str, object]]:
        """The rows of a further table that are the school's."""
        used = school.used
        known = known or (getattr(school.sent, table) if school.sent else ())
        if used is None:
            yield from known
            return
        _, record, columns, _ = LISTS[table]
        changed = any(one.fact.table == record and one.fact.name in columns for one in used.changed)
        if changed and self.accept_changed:
            known = used.known_lists.get(table, ())
        yield from known
        yield from used.lists.get(table, ())

    def _left_blank(self, school: GatheredSchool, record: Record) -> None:
        """What the school's type needs and it has not given; nothing of a stage without pupils."""
        used = school.used
        if used is None or used.sent is None:
            return
        listed = {
            f"{meant(self.words.tables['class']['stage'], row['stage'].value)}_class_sizes"
            for row in used.lists.get("classes", ())
            if "stage" in row
        } | {
            f"{meant(self.words.tables['room']['kind'], row['kind'].value)}_room_areas"
            for row in used.lists.get("rooms", ())
            if "kind" in row
        }
        school.blanks = [
            name
            for name in used.sent.needed
            if name in self.words.school
            and name not in record
            and name not in listed
            and not self._nobody(record, self.words.school[name].stage)
        ]
        if school.blanks:
            labels = [self.words.school[name].label for name in school.blanks]
            what = shortened(labels, msg("等{count}项"))
            told = plural(len(labels), "必填的有{n}项空着：{what}", what=what)
            self._say(
                "warning", "blanks", told, msg("请学校补填"), used, FORM, tuple(school.blanks)
            )

    def _nobody(self, record: Record, stage: str | None) -> bool:
        """Whether the school says that the stage has no pupils."""
        fact = self.words.school.get(f"{stage}_students")
        return fact is not None and meant(fact, record.get(fact.name)) == 0

    # ── saying it ──────────────────────────────────────────────────────────────────

    def _say(
        self, severity: str, code: str, message: str, expected: str, one: ReturnedWorkbook,
        at: str = "", facts: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        school = one.mark.school_code if one.mark else None
        problem = Problem(severity, code, message, expected, one.name, at, school_code=school, facts=facts)  # fmt: skip
        self.problems.append(self._of_county(problem))

    def _of_county(self, problem: Problem) -> Problem:
        return replace(problem, county_code=self.about.county_code, year=self.about.year)


def _named(file: str, schools: Mapping[str, GatheredSchool]) -> str | None:
    """The school whose code the name of a file without a mark has: to be told, never merged."""
    name = file.rpartition("/")[2]
    found = [code for code in schools if code in name]
    return found[0] if len(found) == 1 else None


def _when(one: ReturnedWorkbook) -> tuple[float, float]:
    """How new a file is: by the moment it was sent, then by the moment its program saved it."""
    sent = one.mark.written.timestamp() if one.mark else 0.0
    return sent, one.saved.timestamp() if one.saved else 0.0


def _times(one: ReturnedWorkbook) -> str:
    sent = _moment(one.mark.written) if one.mark else "—"
    saved = _moment(one.saved) if one.saved else msg("不明")
    return say("（发放{a}，保存{b}）", a=sent, b=saved)


def _moment(when: datetime) -> str:
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}"
