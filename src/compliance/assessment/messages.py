"""Findings in words: the sentence of each about its school or county, its units and parts.

A kind of rule says what it met or missed; here stand the words of the states that need no figures,
and beside them the relaxation a pass rests on, what a strict verdict waits for, and that a figure is
suspect. Findings hold no words, so that they can be said in either language after the judging.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import polars as pl

from compliance.assessment.overview import Numbered
from compliance.assessment.scope import (
    OUTSIDE,
    Outside,
    asked,
    leaves_out,
    left_out,
    named_schools,
    outcomes,
    unattributed,
)
from compliance.engine.evaluate import RESULTS, EvaluatedKind, Sentences
from compliance.engine.findings import LACKING, Findings, RuleFindings
from compliance.engine.relaxations import JOINT
from compliance.engine.results import FINDINGS
from compliance.engine.sentences import (
    gap_units,
    line,
    parts,
    parts_in_words,
    parts_told,
    stage_word,
    state,
    worded,
)
from compliance.engine.tallies import ALSO, AT
from compliance.kernel.errors import Problem, show_traceback
from compliance.kernel.faults import FAULTS
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.labels import basis_word, day_in_words
from compliance.kernel.number_format import fixed
from compliance.kernel.submission import (
    COMPULSORY,
    ERROR,
    FAIL,
    KEY,
    NO_WORDS,
    NOT_APPLICABLE,
    NOT_CHECKED,
    PART,
    PASS,
    STATUSES,
    UNKNOWN,
    WAIVED,
)
from compliance.rules.language.model import OPERATORS, Rule, Switch
from compliance.rules.language.ruleset import Ruleset

Words = Mapping[str, pl.Enum]


def words_of(rulesets: Iterable[tuple[Ruleset, Mapping[str, EvaluatedKind]]]) -> Words:
    """The words that columns of findings may hold, so that they are kept as numbers until written."""
    found: dict[str, dict[str, None]] = {
        "level": dict.fromkeys(("unit", "school", "county")),
        "stage": dict.fromkeys(COMPULSORY),
        "status": dict.fromkeys(STATUSES),
        "operator": dict.fromkeys(OPERATORS.values()),
    }
    for ruleset, kinds in rulesets:
        for rule in ruleset.rules.values():
            own = {
                "rule": rule.id, "role": rule.role, "basis": rule.basis, "layer": rule.layer,
                "unit": kinds[rule.kind].unit(rule, ruleset), "given_by": rule.given_by_id,
            }  # fmt: skip
            for name, word in own.items():
                found.setdefault(name, {}).update({word: None} if word else {})
    return {name: pl.Enum(list(words)) for name, words in found.items()}


def told(found: Findings, titles: Mapping[str, str]) -> tuple[pl.DataFrame, list[Problem]]:
    """Every finding in the current language, columns FINDINGS, ordered by county, school, stage, rule.

    titles: fact → heading. The problems name the kinds whose sentence failed.
    """
    all_told = tell(found, titles, words_of([(found.ruleset, found.kinds)]))
    return all_told.frame.cast(FINDINGS), all_told.problems


def tell(
    found: Findings, titles: Mapping[str, str], words: Words,
    said: dict[str, Sentences] | None = None,
) -> Told:  # fmt: skip
    """Every finding in the current language; words: those of the rule set's columns.

    said: what kinds said of this rule set's rules in this language, to be handed to the next counties.

    A rule's rows of one status share everything but their subject, their figures and what their
    sentence says of these; such pieces are put one under the other and ordered by one number.
    """
    return _Teller(found, titles, words, {} if said is None else said).told()


_Case = tuple[RuleFindings, int]  # the rows of a rule that have one status

# A piece has these columns: its sentences, the place of each row's subject, its county by number, and
# by another what its rule's rows of one status share. It has those of _FIGURES that its rule gives, and
# of _NUMBERS, which stand for what many findings have in common.
_ALWAYS = {
    "message": pl.String, "_place": pl.Int64, "county": pl.UInt32, "_group": pl.UInt32,
}  # fmt: skip
_FIGURES = (
    "value", "threshold", "floor", "shortfall", "shortfall_unit", "excess", "excess_unit", "mean",
    "deviation", "relaxed_by",
)  # fmt: skip
_NUMBERS = ("school", "stage_order", "_missing", "_warned", "_parts")
_SHARED = (
    "rule", "level", "role", "basis", "status", "operator", "unit", "shortfall_unit", "excess_unit",
    "layer", "given_by",
)  # fmt: skip


_SLICE = 200_000  # findings put together at once: more would only take memory


@dataclass(frozen=True)
class Told:
    """Findings in words, kept in pieces and put together when they are asked for.

    groups: what the rows of a group share, _SHARED; orders: the place of its rule. lacks, warnings,
    parts: what pieces name by numbers; counties, schools likewise. problems: the kinds whose sentence
    failed: it costs their words alone, the core's stand instead.
    """

    pieces: Sequence[pl.DataFrame]
    groups: Sequence[Sequence[str | None]]
    orders: Sequence[int]
    lacks: Sequence[Sequence[str]]
    warnings: Sequence[Sequence[str]]
    parts: pl.Series
    counties: pl.DataFrame
    schools: pl.DataFrame
    words: Words
    ruleset: Ruleset
    problems: list[Problem]

    @property
    def frame(self) -> pl.DataFrame:
        """All of them, columns FINDINGS, in order; those of few words as Enums."""
        return self._finished(self._ordered(self.pieces))

    def slices(self) -> Iterator[pl.DataFrame]:
        """The same one after the other, so that no more than about so many are put together at once."""
        many = -(-sum(piece.height for piece in self.pieces) // _SLICE)
        if many <= 1:
            yield self.frame
            return
        pieces = [
            piece if piece["_place"].is_sorted() else piece.sort("_place") for piece in self.pieces
        ]
        last = self.counties.height + self.schools.height
        ends = pl.Series([last * n // many for n in range(1, many)], dtype=pl.Int64)
        cuts = [[0, *piece["_place"].search_sorted(ends, "left"), piece.height] for piece in pieces]
        for n in range(many):
            own = [p.slice(at[n], at[n + 1] - at[n]) for p, at in zip(pieces, cuts, strict=True)]
            yield self._finished(self._ordered([one for one in own if one.height] or own[:1]))

    @cached_property
    def counts(self) -> Mapping[tuple[int, str], int]:
        """County (its number) and status → how many."""
        rows = pl.concat(pl.DataFrame([piece["county"], piece["_group"]]) for piece in self.pieces)
        place = _SHARED.index("status")
        states = pl.Series(
            [STATUSES.index(str(one[place])) for one in self.groups], dtype=pl.UInt32
        )
        status = pl.lit(states).gather("_group")
        counted = rows.group_by("county", status.alias("status")).len()
        return {(county, STATUSES[status]): many for county, status, many in counted.iter_rows()}

    def numbered(self) -> Numbered:
        """What the table of counties is made of."""
        names = (
            "_place",
            "county",
            "school",
            "stage_order",
            "_group",
            "_missing",
            "value",
            "threshold",
        )
        own = [
            pl.DataFrame([piece[name] for name in names if name in piece.columns])
            for piece in self.pieces
        ]
        rows = pl.concat(own, how="diagonal")
        told = [self._order(rows), *([_told_value()] if "value" in rows.columns else [])]
        shared = pl.DataFrame(self.groups, dict.fromkeys(_SHARED, pl.String), orient="row")
        return Numbered(rows.with_columns(told), shared, self.lacks, [*self.counties.iter_rows()])

    def _order(self, rows: pl.DataFrame) -> pl.Expr:
        """The order of findings as a number: by county, school, stage (last: none) and rule."""
        stages, rules = len(COMPULSORY), len(self.ruleset.rules)
        stage = pl.lit(stages)
        if "stage_order" in rows.columns:
            stage = pl.col("stage_order").fill_null(stages)
        order = pl.lit(pl.Series(self.orders, dtype=pl.Int64)).gather("_group")
        return ((pl.col("_place") * (stages + 1) + stage) * rules + order).alias("_order")

    def _ordered(self, pieces: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """The pieces in order."""
        # in one piece: gathering from many is slow
        rows = pl.concat(pieces, how="diagonal", rechunk=True)
        return rows[rows.select(self._order(rows).arg_sort()).to_series()]

    def _finished(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Ordered rows with the names, words and lists behind their numbers, columns FINDINGS."""
        counties, schools = self.counties, self.schools

        def behind(number: str, known: pl.Series) -> pl.Expr:
            return pl.lit(known).gather(number)

        def lists(known: Iterable[Sequence[str]]) -> pl.Series:
            return pl.Series([list(one) for one in known], dtype=pl.List(pl.String))

        rows = rows.with_columns(
            pl.lit(None, pl.UInt32).alias(name)
            for name in ("school", "_missing", "_warned", "_parts")
            if name not in rows.columns
        )
        found = {
            "county_code": behind("county", counties["county_code"]),
            "year": behind("county", counties["year"]),
            "school_code": behind("school", schools["school_code"]),
            "school_name": behind("school", schools["school_name"]),
            "missing": pl.lit(lists(self.lacks)).gather(pl.col("_missing").fill_null(0)),
            "warnings": pl.lit(lists(self.warnings)).gather(pl.col("_warned").fill_null(0)),
        }
        if self.parts.len():
            found["parts"] = behind("_parts", self.parts)
        for place, name in enumerate(_SHARED):
            own = [one[place] or None for one in self.groups]
            shared = pl.Series(own, dtype=self.words.get(name, pl.String))
            found[name] = behind("_group", shared)
        if "stage_order" in rows.columns:
            stage = pl.col("stage_order").cast(pl.UInt8)
            found["stage"] = stage.cat.to(self.words["stage"])
        # no shortfall or excess, no unit of one; what rows give themselves comes first
        for unit, about in (("shortfall_unit", "shortfall"), ("excess_unit", "excess")):
            word = found[unit]
            if unit in rows.columns:
                word = pl.coalesce(pl.col(unit).replace(gap_units(self.ruleset)), word)
            there = pl.col(about).is_not_null() if about in rows.columns else pl.lit(value=False)
            found[unit] = pl.when(there).then(word)
        # Figures without the noise of their last binary digits: 29.9 ÷ 10 is 2.99; judged before.
        # What is over a limit is a difference, whose noise is that of the figures subtracted.
        if "value" in rows.columns:
            found["value"] = _told_value()
        if "excess" in rows.columns:
            found["excess"] = pl.col("excess").round(14)
        given = {*found, *rows.columns}
        return rows.select(
            (
                found.get(name, pl.col(name))
                if name in given
                else pl.lit(None, self.words.get(name, dtype))
            ).alias(name)
            for name, dtype in FINDINGS.items()
        )


def _told_value() -> pl.Expr:
    return pl.col("value").round_sig_figs(15)


class _Teller:
    """What findings are told with: their sheets with the subjects' names, what pieces share."""

    def __init__(
        self, found: Findings, titles: Mapping[str, str], words: Words, said: dict[str, Sentences]
    ) -> None:
        self.found, self.titles, self.words, self._sentences = found, titles, words, said
        self.problems: list[Problem] = []
        self._groups: list[Sequence[str | None]] = []
        self._orders: list[int] = []
        self._parts, self._first_parts = self._all_parts()
        self._left_out = self._schools_left_out()
        self._lacks: dict[tuple[str, ...], int] = {(): 0}
        self._sheets = {
            name: sheet.with_columns(subject=_subject(sheet))
            for name, sheet in found.sheets.items()
        }
        self._subjects = {
            name: [sheet[one] for one in _OF_SUBJECT if one in sheet.columns]
            for name, sheet in self._sheets.items()
        }

    def _all_parts(self) -> tuple[pl.Series, Mapping[int, int]]:
        """The parts of all findings in words, and where those of a group begin."""
        ruleset, kinds, found, first = self.found.ruleset, self.found.kinds, [], {}
        total = 0
        for name, sheet in self.found.sheets.items():
            own = [one for one in self.found.groups if one.sheet == name and "parts" in one.columns]
            words = (
                parts_in_words(pl.col(one.columns["parts"]), one.rule, ruleset, kinds)
                for one in own
            )
            columns = sheet.select(one.alias(str(n)) for n, one in enumerate(words)) if own else ()
            for group, column in zip(own, columns, strict=True):
                first[id(group)] = total
                total += column.len()
                found.append(column.alias("parts"))
        none = pl.Series("parts", [], pl.List(PART))
        return pl.concat([none, *found], rechunk=True), first  # gathering from many is slow

    @cached_property
    def _parts_told(self) -> pl.Series:
        """The same as text, where a sentence may say it: the core's words for what is open do not."""
        first, asked = self._first_parts, [pl.Series([], dtype=pl.Boolean)]
        groups = [one for one in self.found.groups if id(one) in first]
        for group in sorted(groups, key=lambda one: first[id(one)]):
            status = self.found.sheets[group.sheet][group.columns["status"]]
            told = (status != UNKNOWN) & (status != NOT_CHECKED)
            if self._said(group) is not None or group.rule.references.verdicts:
                told = status.is_not_null()
            asked.append(told)
        return parts_told(self._parts, pl.concat(asked))

    def _pieces(self) -> list[pl.DataFrame]:
        """The findings rule by rule and status by status, some that have few rows together."""
        cases = [(group, status) for group in self.found.groups for status in group.rows]
        few = [case for case in cases if self._is_simple(*case)]
        chunks = [few[place : place + _TOGETHER] for place in range(0, len(few), _TOGETHER)]
        chunks += [[case] for case in cases if not self._is_simple(*case)]
        return [piece for chunk in chunks for piece in self._told(chunk)]

    def _is_simple(self, group: RuleFindings, status: int) -> bool:
        """Whether rows are few, and all that differs among them are figures."""
        named = any(name in group.columns for name in _IN_WORDS)
        lacks = len(group.missing) if status in LACKING else 0
        return group.rows[status] <= _FEW and not named and lacks <= 1

    def _told(self, cases: Sequence[_Case]) -> list[pl.DataFrame]:
        try:
            return [self._piece(cases)]
        except FAULTS as error:  # a broken sentence costs the sentence, not the verdict
            if len(cases) > 1:
                return [piece for case in cases for piece in self._told([case])]
            self._speechless(cases[0][0], error)
            return [self._piece(cases, plain=True)]

    def _piece(self, cases: Sequence[_Case], *, plain: bool = False) -> pl.DataFrame:
        """Findings with the sentences of their rules and states."""
        rows, said = [], []
        for group, status in cases:
            sentence, number = (
                self._sentence(group, status, plain=plain),
                self._group(group, status),
            )
            asked = {*sentence.meta.root_names(), *(n for n in _FIGURES if n in group.columns)}
            rows.append(self._rows(group, status, number, asked))
            if len(cases) > 1:
                sentence = pl.when(pl.col("_group") == number).then(sentence)
            said.append(sentence)
        table = pl.concat(rows, how="diagonal") if len(rows) > 1 else rows[0]
        told = table.select(pl.coalesce(said).alias("message") if len(said) > 1 else said[0])
        kept = [table[name] for name in (*_ALWAYS, *_FIGURES, *_NUMBERS) if name in table.columns]
        return pl.DataFrame([*kept, told.to_series().alias("message")])

    def _rows(self, group: RuleFindings, status: int, number: int, asked: Set[str]) -> pl.DataFrame:
        """A rule's rows of one status, with the columns that its sentence looks at.

        Those of RESULTS and of the subject; `_lack` says what is missing where that differs.
        """
        rows = pl.DataFrame(self._columns(group, status, number, asked))
        if group.rows[status] < rows.height <= _SOME:  # asking each is quicker than a query
            rows = rows[[place for place, one in enumerate(rows["status"]) if one == status]]
        elif group.rows[status] < rows.height:
            rows = rows.filter(pl.col("status") == status)
        rows = self._with_lacks(rows, group, status, asked)
        changed = [name for name in _IN_WORDS if name in asked and name in group.columns]
        if not changed:
            return rows
        words = worded(group.rule, self.found.ruleset, self.found.kinds)
        return rows.with_columns(words[name].alias(name) for name in changed)

    def _columns(
        self, group: RuleFindings, status: int, number: int, asked: Set[str]
    ) -> Iterator[pl.Series]:
        """The columns of all rows of a rule, by the names that sentences know."""
        sheet = self._sheets[group.sheet]
        yield from self._subjects[group.sheet]
        yield sheet[group.columns["status"]].alias("status")
        if group.warned is not None:
            yield sheet[group.warned].alias("_warned")
        known = {name: sheet[column] for name, column in group.columns.items()}
        if "parts" in group.columns:
            first = self._first_parts[id(group)]
            if "parts_told" in asked:
                known["parts_told"] = self._parts_told.slice(first, sheet.height)
            yield _numbers("_parts", range(first, first + sheet.height))
        for name in asked & {*RESULTS, "parts_told"} - {"status", "missing"}:
            column = known.get(name)
            yield _blank(name, sheet.height) if column is None else column.alias(name)
        yield from (sheet[name] for name in sorted(asked) if AT in name)
        if status in LACKING and len(group.missing) > 1:
            yield sheet[group.columns["missing"]]
        yield _numbers("_group", [number], sheet.height)

    def _with_lacks(
        self, rows: pl.DataFrame, group: RuleFindings, status: int, asked: Set[str]
    ) -> pl.DataFrame:
        """Rows with what they lack: the number of the list, and the list itself where it is asked for."""
        lacks = {lack: self._number(facts) for lack, facts in group.missing.items()}
        if status not in LACKING or not lacks:
            return rows.with_columns(missing=NO_WORDS) if "missing" in asked else rows
        if len(lacks) == 1:
            rows.insert_column(0, _numbers("_missing", [*lacks.values()], rows.height))
        else:
            lack = _each("_lack", lacks, pl.UInt32)
            rows = rows.with_columns(_lack=group.lack).with_columns(_missing=lack)
        return rows.with_columns(missing=self._listed(group)) if "missing" in asked else rows

    def _number(self, facts: tuple[str, ...]) -> int:
        """The number of a list of missing facts."""
        return self._lacks.setdefault(facts, len(self._lacks))

    def _listed(self, group: RuleFindings) -> pl.Expr:
        """What each row lacks, as a list of facts."""
        lists = [list(one) for one in group.missing.values()]
        if len(lists) == 1:
            return pl.lit(lists[0], dtype=pl.List(pl.String))
        places = {one: place for place, one in enumerate(group.missing)}
        known = pl.lit(pl.Series(lists, dtype=pl.List(pl.String)))
        return known.gather(_each("_lack", places, pl.UInt32))

    def _group(self, group: RuleFindings, status: int) -> int:
        """The number of what all rows of a rule and status share: _SHARED, in that order."""
        rule, ruleset, kind = group.rule, self.found.ruleset, self.found.kinds[group.rule.kind]
        gap = ruleset.indicators.get(group.words.get("shortfall_unit", ""))
        over = "" if group.whole else kind.excess_unit(rule, ruleset)
        self._orders.append(group.order)
        self._groups.append(
            (
                rule.id,
                "county" if group.whole else rule.level,
                rule.role,
                rule.basis,
                STATUSES[status],
                None if group.whole else kind.operator(rule),
                None if group.whole else kind.unit(rule, ruleset),
                pick(gap.gap_unit, gap.gap_unit_en) if gap is not None else None,
                over if isinstance(over, str) else None,
                rule.layer,
                rule.given_by_id,
            )
        )
        return len(self._groups) - 1

    def told(self) -> Told:
        """What was found, in words."""
        pieces = self._pieces() or [pl.DataFrame(schema=_ALWAYS)]
        found, parts = self.found, self._parts
        return Told(
            pieces, self._groups, self._orders, [*self._lacks], found.warnings, parts,
            found.counties, found.schools, self.words, found.ruleset, self.problems,
        )  # fmt: skip

    def _sentence(self, group: RuleFindings, status: int, *, plain: bool = False) -> pl.Expr:
        """What is said of the findings of one rule and status; plain: by the core alone."""
        rule = group.rule
        if group.whole:
            return self._beside(_of_schools(rule, status), group, status)
        speaks = not plain and status in (PASS, FAIL, UNKNOWN, NOT_APPLICABLE, WAIVED)
        said = self._said(group) if speaks else None
        # what was waived was missed
        own = said.get(FAIL if status == WAIVED else status) if isinstance(said, Mapping) else said
        if own is None:
            own = self._by_state(group, status)
        elif not isinstance(said, Mapping) or status in (NOT_APPLICABLE, UNKNOWN):
            shown = status != NOT_APPLICABLE or isinstance(said, Mapping)
            own = own if shown else pl.when(pl.col("value").is_not_null()).then(own)
            own = pl.coalesce(own, self._by_state(group, status))
        if status == UNKNOWN:
            own = own + self._blank_at(group)
        told = self._beside(own, group, status)
        if group.warned is None or rule.references.verdicts or status not in (PASS, FAIL):
            return told
        # a verdict that rests on a suspect figure says so; a group's members have said it
        doubt = pl.lit(say_doubt())
        return told + pl.when(pl.col("_warned") > 0).then(doubt).otherwise(pl.lit(""))

    def _blank_at(self, group: RuleFindings) -> pl.Expr:
        """The schools whose blanks leave a count or sum of the county open, the first of them by name."""
        tallies = {one.name for one in self.found.ruleset.references.tallies(group.rule.id)}
        blank: dict[str, list[pl.Expr]] = {}
        for name in self._sheets[group.sheet].columns:
            tally, at, fact = name.partition(AT)
            if at and tally.removesuffix(ALSO) in tallies:
                blank.setdefault(fact, []).append(pl.col(name))
        told = []
        for fact in sorted(blank):  # whatever other counties lack
            schools = pl.coalesce(blank[fact])
            first, many = schools.struct.field("first"), schools.struct.field("many")
            names = first.list.join(msg("、"))
            some = line(msg("{names}等{n}所学校"), names=names, n=many.cast(pl.String))
            names = pl.when(many > first.list.len()).then(some).otherwise(names)
            said = line(msg("{fact}未填：{names}"), fact=self.titles.get(fact, fact), names=names)
            told.append(pl.when(many.is_not_null()).then(said))
        if not told:
            return pl.lit("")
        each = pl.concat_str(told, separator=msg("；"), ignore_nulls=True)
        return pl.when(each != "").then(line(msg("（{each}。）"), each=each)).otherwise(pl.lit(""))

    def _said(self, group: RuleFindings) -> Sentences:
        """What the rule's kind says of it."""
        rule = group.rule
        if rule.id not in self._sentences:
            try:
                said = self.found.kinds[rule.kind].sentence(rule, self.found.ruleset)
            except FAULTS as error:  # a broken sentence costs the sentence, not the verdict
                self._speechless(group, error)
                return None
            self._sentences[rule.id] = said
        return self._sentences[rule.id]

    @cached_property
    def _waivers(self) -> Mapping[int, str]:
        """By its place, what a waiver's finding says of it."""
        return {
            place: say("已备案豁免（{d}，有效期至{day}）。", d=one.document, day=one.expiry)
            for place, one in enumerate(self.found.waivers)
        }

    def _schools_left_out(self) -> Mapping[int, tuple[str, ...]]:
        """County, by number → the names of the schools that components leave out."""
        numbers = {key: n for n, key in enumerate(self.found.counties.select(KEY).iter_rows())}
        rows: dict[int, list[Mapping[str, Any]]] = {}
        for row in self.found.left_out:
            rows.setdefault(numbers[row["county_code"], row["year"]], []).append(row)
        return {county: named_schools(own) for county, own in rows.items()}

    @cached_property
    def _besides(self) -> Mapping[str, Mapping[int, str]]:
        """Block → county, by number → what the block, or the conclusion, does not speak of there."""
        rules = self.found.ruleset.rules
        told: dict[str, dict[int, list[str]]] = {}
        for block, county, words in self._outside():
            told.setdefault(block, {})[county] = [words]
        for rule in rules.values():
            if rule.role in ("block", "conclusion") and leaves_out(rule, rules):
                for county, names in self._left_out.items():
                    told.setdefault(rule.id, {}).setdefault(county, []).append(left_out(names))

        @cache  # most counties are told the same
        def sentence(words: tuple[str, ...]) -> str:
            return say("{outside}。", outside=msg("；").join(words))

        return {
            block: {county: sentence(tuple(words)) for county, words in own.items()}
            for block, own in told.items()
        }

    @cached_property
    def _withheld(self) -> Mapping[int, str]:
        """County, by number → why it is not said to pass, where it may lack a row."""
        of_nobody = self.found.unattributed
        counties = enumerate(self.found.counties.iter_rows()) if of_nobody else ()
        found = {n: unattributed(of_nobody.get((code, year), ())) for n, (code, year) in counties}
        return {number: say("{l}。", l=why) for number, why in found.items() if why}

    def _outside(self) -> Iterator[tuple[str, int, str]]:
        """Block, county and how its rules came out there, where some do not apply or are waived."""
        rules = self.found.ruleset.rules
        blocks = [one for one in rules.values() if one.role in ("block", "conclusion")]
        pairs = [(block.id, name) for block in blocks for name in asked(block, rules)]
        wanted, frames = {name for _, name in pairs}, []
        for group in self.found.groups:
            if group.rule.id in wanted and (group.whole or group.rule.level == "county"):
                sheet = self.found.sheets[group.sheet]
                blank = pl.Series("stage", [""], pl.String).new_from_index(0, sheet.height)
                stage = sheet["stage"] if "stage" in sheet.columns else blank
                rule = pl.Series("rule", [group.rule.id]).new_from_index(0, sheet.height)
                status = sheet[group.columns["status"]].alias("status")
                frames.append(pl.DataFrame([sheet["county"], rule, stage, status]).lazy())
        if not frames:
            return
        members = pl.LazyFrame(pairs, {"block": pl.String, "rule": pl.String}, orient="row")
        outside = pl.col("status").is_in([STATUSES.index(status) for status in OUTSIDE])
        counts = [(pl.col("status") == n).sum().alias(name) for n, name in enumerate(STATUSES)]
        those = pl.struct("rule", "stage", "status").filter(outside).alias("outside")
        rows = (
            pl.concat(frames)
            .filter(pl.col("status").is_not_null())
            .join(members, on="rule", maintain_order="left")
            .group_by("block", "county", maintain_order=True)
            .agg(those, *counts)
            .filter(pl.col("outside").list.len() > 0)
            .collect()
        )
        said: dict[tuple[object, ...], str] = {}  # most counties are told the same
        for block, county, given, *numbers in rows.iter_rows():
            found = tuple(
                Outside.of(rules[o["rule"]], o["stage"], STATUSES[o["status"]]) for o in given
            )
            alike = (found, *numbers)
            if alike not in said:
                judged = {name: n for name, n in zip(STATUSES[:-1], numbers, strict=False) if n}
                said[alike] = outcomes(judged, "county", found)
            yield block, county, said[alike]

    def _speechless(self, group: RuleFindings, error: BaseException) -> None:
        show_traceback(error)
        kind = self.found.kinds[group.rule.kind]
        told = say(
            "{plugin}的规则种类“{kind}”未能写出规则 {rule} 的说明：{why}",
            plugin=kind.offered_by or type(kind).__module__,
            kind=kind.name,
            rule=group.rule.id,
            why=f"{type(error).__name__}: {error}".splitlines()[0][:200],
        )
        todo = msg("判定不受影响；请把此信息告知插件的作者")
        problem = Problem("warning", "sentence_broken", told, expected=todo)
        if problem not in self.problems:
            self.problems.append(problem)

    def _by_state(self, group: RuleFindings, status: int) -> pl.Expr:
        """The sentence of a state, where it needs no words of the kind."""
        rule, ruleset = group.rule, self.found.ruleset
        subject = pl.col("subject")
        if rule.form.by_stage and any(one.name == "stage" for one in self._subjects[group.sheet]):
            subject = line(msg("{school}{stage}"), school=subject, stage=stage_word())
        holes: dict[str, pl.Expr | str] = {"who": subject, "about": _about(rule, ruleset)}
        words = {
            NOT_APPLICABLE: msg("{who}：“{about}”不适用。"),
            ERROR: msg("{who}：规则{rule}执行出错，未作判定。"),
            WAIVED: msg("{who}：“{about}”因有已备案豁免的项，不作达标结论。"),
        }
        if status in words and ("waived_by" not in group.columns or status != WAIVED):
            return line(words[status], **holes, rule=rule.id)
        if status not in LACKING or rule.references.verdicts:
            return parts(rule) if "parts" in group.columns else state(rule, status)
        if status == UNKNOWN:
            nothing = msg("{who}“{about}”无法计算：分母为0或所据数据无效。")
            lacking = msg("{who}“{about}”无法判定：缺少{missing}。")
        else:
            nothing = msg("{who}：“{about}”待佐证。")
            if not any(one.statement for one in rule.holders):
                nothing = msg("{who}：“{about}”待佐证：分子、分母均为0，无从计算，请核对所据数据。")
            lacking = msg("{who}：“{about}”待佐证：{missing}为0，无从计算；{todo}。")
        joint = msg("、")
        texts = {
            lack: joint.join(self.titles.get(fact, fact) for fact in facts)
            for lack, facts in group.missing.items()
            if facts
        }
        if not texts:
            told = line(nothing, **holes)
            if self._withheld and group.is_of_county:
                lacks = pl.col("county").is_in(list(self._withheld))
                told = pl.when(lacks).then(state(rule, status)).otherwise(told)
            return told
        holes["todo"] = say_nobody()
        if len(group.missing) == 1:
            (text,) = texts.values()
            return line(lacking, **holes, missing=text)
        missing = _each("_lack", texts, pl.String)
        told = line(lacking, **holes, missing=missing)
        if len(texts) == len(group.missing):
            return told
        return pl.when(missing.is_not_null()).then(told).otherwise(line(nothing, **holes))

    def _beside(self, said: pl.Expr, group: RuleFindings, status: int) -> pl.Expr:
        """A sentence with that it has no weight, by which relaxation it passes, for what it waits."""
        rule, ruleset = group.rule, self.found.ruleset
        if rule.role == "advisory":
            basis = basis_word(rule.basis, seen=rule.seen)
            advisory = say("（参考，不计入结论：{basis}）", basis=basis)
            said = said + pl.lit(advisory)
        if "relaxed_by" in group.columns:
            switches = {name: ruleset.switches[name] for name in ruleset.switched}
            words = {name: _of_switch(one, whole=not rule.of) for name, one in switches.items()}
            told = pl.col("relaxed_by").str.split(JOINT).list.eval(pl.element().replace(words))
            said = said + told.list.join("").fill_null("")
        if status == UNKNOWN and "withheld" in group.columns:
            said = _withheld(said, rule)
        if status == UNKNOWN and self._withheld and group.is_of_county:
            why = pl.col("county").replace_strict(
                self._withheld, default="", return_dtype=pl.String
            )
            said = said + why
        if status == WAIVED and "waived_by" in group.columns:
            said = said + _each("waived_by", self._waivers, pl.String)
        if beside := self._besides.get(rule.id):
            said = said + pl.col("county").replace_strict(
                beside, default="", return_dtype=pl.String
            )
        return said


def say_doubt() -> str:
    """What ends the sentence of a verdict that rests on a suspect figure."""
    return msg("（所据数据存疑，见提示。）")


def say_nobody() -> str:
    """What to write where a share is 0 of 0."""
    return msg("确无此类对象的，在该项填“不涉及”，否则改填实际数")


_IN_WORDS = ("excess_unit", "withheld")  # in which the pack's names stand
_SOME = 1_000  # rows
_FEW = 8  # rows of a rule that are told together with others
_TOGETHER = 32  # such rules that are: each looks at the rows of all
_OF_SUBJECT = ("_place", "county", "school", "stage", "stage_order", "subject")


def _blank(name: str, height: int) -> pl.Series:
    """A column of RESULTS that a rule does not have."""
    return pl.Series(name, [None], RESULTS.get(name, pl.String)).new_from_index(0, height)


def _numbers(name: str, values: Sequence[int], height: int | None = None) -> pl.Series:
    """A column of numbers; of one, so many times."""
    column = pl.Series(name, values, dtype=pl.UInt32)
    return column if height is None else column.new_from_index(0, height)


def _each(column: str, table: Mapping[Any, Any], dtype: Any) -> pl.Expr:  # noqa: ANN401
    """The word of each value of a column; null where it has none."""
    if len(table) == 1:
        ((key, word),) = table.items()
        return pl.when(pl.col(column) == key).then(pl.lit(word, dtype))
    return pl.col(column).replace_strict(table, default=None, return_dtype=dtype)


def _subject(sheet: pl.DataFrame) -> pl.Expr:
    """Whom a finding is about, as its sentence begins: a school of several stages with its stage."""
    if "school_name" not in sheet.columns:
        return pl.col("county_name")
    name = pl.coalesce("school_name", "county_name")
    if "among_stages" not in sheet.columns:
        return name
    part = pl.col("stage").replace_strict(
        {"primary": msg("（小学部）"), "junior": msg("（初中部）")}
    )
    return pl.when("among_stages").then(pl.col("school_name") + part).otherwise(name)


def _of_schools(rule: Rule, status: int) -> pl.Expr:
    """The sentence of a school rule's county finding; over_count: schools that fail."""
    if status == WAIVED:
        told = msg("{who}：“{title}”没有不达标的学校，但有学校经备案豁免。")
        return line(told, who=pl.col("subject"), title=rule.label)
    if status != FAIL:
        return state(rule, status)
    return line(
        msg("{who}：“{title}”有{n}所学校不达标。"),
        who=pl.col("subject"),
        title=rule.label,
        n=fixed(pl.col("over_count"), 0),
    )


def _about(rule: Rule, ruleset: Ruleset) -> str:
    """What a rule is about: its indicator, but for a coefficient, which is about itself."""
    indicator = ruleset.indicators.get(rule.indicator or "")
    if indicator is None or not indicator.title or rule.form.coefficient:
        return rule.label
    return pick(indicator.title, indicator.title_en or rule.title_en)


def _of_switch(switch: Switch, *, whole: bool) -> str:
    """By what a verdict passes, on what grounds, until when, and what must follow.

    whole: at the subject itself; a group only names it.
    """
    if not whole:
        return say("其中有仅凭“{title}”达标的。", title=switch.label)
    until = msg("期限未见")
    if switch.until is not None:
        until = say("适用期至{day}", day=day_in_words(switch.until, switch.date_basis))
    if switch.kind != "relaxation":
        return say(
            "按“{title}”的口径方达标（{source}）。", title=switch.label, source=switch.source
        )
    return say(
        "仅凭放宽规定“{title}”达标（{source}，{until}）{duty}。",
        title=switch.label,
        source=switch.source,
        until=until,
        duty=msg("，") + duty if (duty := pick(switch.duty, switch.duty_en)) else "",
    )


def _withheld(said: pl.Expr, rule: Rule) -> pl.Expr:
    """Where a strict verdict is not drawn, the rules that keep it from being drawn instead."""
    waits = (pl.col("withheld").list.len() > 0).fill_null(value=False)
    told = line(
        msg("{who}：“{title}”不作结论（严格判定）：{rules}未经核实。"),
        who=pl.col("subject"),
        title=rule.label,
        rules=pl.col("withheld").list.join(msg("、")),
    )
    return pl.when(waits).then(told).otherwise(said)
