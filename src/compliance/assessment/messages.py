"""Findings in words: the sentence of each about its school or county, its units and parts.

A kind of rule says what it met or missed; here stand the words of the states that need no figures,
and beside them the relaxation a pass rests on, what a strict verdict waits for, and that a figure is
suspect. Findings hold no words, so that they can be said in either language after the judging.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from compliance.engine.evaluate import JOINT, RESULTS
from compliance.engine.findings import Findings, RuleFindings
from compliance.engine.kinds.kind import Sentences
from compliance.engine.results import FINDINGS
from compliance.engine.sentences import line, parts, stage_word, state, worded
from compliance.kernel.errors import Problem, show_traceback
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.labels import basis_words
from compliance.kernel.number_format import fixed
from compliance.kernel.submission import (
    COMPULSORY,
    ERROR,
    FAIL,
    NO_WORDS,
    NOT_APPLICABLE,
    NOT_CHECKED,
    PART,
    PASS,
    STATUSES,
    UNKNOWN,
    WAIVED,
)
from compliance.rules.language.model import OPERATORS, Rule, Ruleset, Switch


@dataclass(frozen=True)
class Told:
    """Findings in words, columns FINDINGS, in order.

    codes: those columns that have few words as Enums. counts: county (its number), status, len.
    problems: the kinds whose sentence failed: it costs their words alone, the core's stand instead.
    """

    codes: pl.DataFrame
    counts: pl.DataFrame
    problems: list[Problem]


def told(found: Findings, titles: Mapping[str, str]) -> tuple[pl.DataFrame, list[Problem]]:
    """Every finding in the current language, columns FINDINGS, ordered by county, school, stage, rule.

    titles: fact → heading. The problems name the kinds whose sentence failed.
    """
    all_told = tell(found, titles)
    return all_told.codes.cast(dict(FINDINGS)), all_told.problems


def tell(found: Findings, titles: Mapping[str, str]) -> Told:
    """Every finding in the current language, in one query.

    A rule's rows of one status share everything but their subject, their figures and what their
    sentence says of these; such pieces are put one under the other and ordered by one number.
    """
    teller = _Teller(found, titles)
    pieces = teller.collected()
    if not pieces:
        nothing = pl.DataFrame(schema=FINDINGS)
        counts = pl.DataFrame(schema={"county": pl.UInt32, "status": pl.String, "len": pl.UInt32})
        return Told(nothing, counts, teller.problems)
    rows = pl.concat([piece for piece in pieces if "parts" not in piece.columns])
    parts = [piece for piece in pieces if "parts" in piece.columns]
    order = rows["_key"].arg_sort()
    rows = rows.drop("_key").select(pl.all().gather(order))
    counts = rows.group_by("county", "status").len()
    known = pl.concat(parts)["parts"] if parts else pl.Series("parts", [], pl.List(PART))
    return Told(teller.finished(rows, known), counts, teller.problems)


_STAGES = {stage: place for place, stage in enumerate(COMPULSORY)}


class _Teller:
    """What findings are told with: their sheets with the subjects' names, the words that occur."""

    def __init__(self, found: Findings, titles: Mapping[str, str]) -> None:
        self.found, self.titles = found, titles
        self.problems: list[Problem] = []
        self._parts = 0
        self._lacks: dict[tuple[str, ...], int] = {(): 0}
        self._sheets = {
            name: sheet.with_columns(subject=_subject(sheet)).lazy()
            for name, sheet in found.sheets.items()
        }
        rules, ruleset = found.ruleset.rules.values(), found.ruleset
        indicators = ruleset.indicators.values()
        words: dict[str, Iterable[str]] = {
            "rule": (rule.id for rule in rules),
            "level": ("unit", "school", "county"),
            "role": (rule.role for rule in rules),
            "basis": (rule.basis for rule in rules),
            "stage": COMPULSORY,
            "status": STATUSES,
            "operator": OPERATORS.values(),
            "unit": (found.kinds[rule.kind].unit(rule, ruleset) for rule in rules),
            "shortfall_unit": (pick(one.gap_unit, one.gap_unit_en) for one in indicators),
            "layer": (rule.layer for rule in rules),
            "given_by": (rule.given_by_id for rule in rules),
        }
        self._enums = {
            name: pl.Enum(list(dict.fromkeys(word for word in known if word)))
            for name, known in words.items()
        }

    def collected(self) -> list[pl.DataFrame]:
        """The findings rule by rule and status by status; their parts apart, for few have any."""
        cases = [
            (group, status, self._parted(group, many))
            for group in self.found.groups
            for status, many in group.rows.items()
        ]
        frames = [self._piece(*case) for case in cases]
        parts = [
            self._rows(group, status).select("parts")
            for group, status, first in cases
            if first is not None
        ]
        try:
            return pl.collect_all([*frames, *parts])
        except Exception:  # whose sentence it is, is found by telling them one after another
            return [*(self._alone(case) for case in cases), *pl.collect_all(parts)]

    def _parted(self, group: RuleFindings, many: int) -> int | None:
        """Where the parts of a group's next rows stand among all parts; None where it has none."""
        if "parts" not in group.columns:
            return None
        first, self._parts = self._parts, self._parts + many
        return first

    def _alone(self, case: tuple[RuleFindings, int, int | None]) -> pl.DataFrame:
        try:
            return self._piece(*case).collect()
        except Exception as error:
            self._speechless(case[0], error)
            return self._piece(*case, plain=True).collect()

    def _rows(self, group: RuleFindings, status: int) -> pl.LazyFrame:
        """The rows of one status, with the columns of RESULTS that their sentence may look at.

        _lack: what they lack, as `RuleFindings.lack` says it.
        """
        sheet = self.found.sheets[group.sheet]
        given = {name: group.column(name) for name in RESULTS if name not in ("status", "missing")}
        if "shortfall_unit" in group.words:
            word = self.found.ruleset.indicators[group.words["shortfall_unit"]]
            given["shortfall_unit"] = pl.lit(pick(word.gap_unit, word.gap_unit_en))
        lacks = status == UNKNOWN and group.missing
        rows = self._sheets[group.sheet].filter(group.columns["status"] == status).select(
            *(name for name in _OF_SUBJECT if name in sheet.columns),
            "subject",
            pl.lit(status, pl.UInt8).alias("status"),
            *(column.alias(name) for name, column in given.items()),
            (group.lack if lacks else pl.lit(0)).alias("_lack"),
            (pl.lit(0, pl.UInt32) if group.warned is None else pl.col(group.warned)).alias("_warned"),
        )  # fmt: skip
        rows = rows.with_columns(missing=self._listed(group) if lacks else NO_WORDS)
        if group.whole:
            return rows
        words = worded(group.rule, self.found.ruleset, self.found.kinds)
        changed = [name for name in words if name in group.columns or name == "excess_unit"]
        return rows.with_columns(words[name].alias(name) for name in changed)

    def _listed(self, group: RuleFindings) -> pl.Expr:
        """What each row lacks, as a list of facts."""
        lists = pl.lit(
            pl.Series([list(one) for one in group.missing.values()], dtype=pl.List(pl.String))
        )
        return lists.gather(
            _each("_lack", {one: n for n, one in enumerate(group.missing)}, pl.UInt32)
        )

    def _piece(
        self, group: RuleFindings, status: int, first_part: int | None, *, plain: bool = False
    ) -> pl.LazyFrame:
        """The findings of one rule and status: codes, figures and sentence.

        _key: their place; school and county by number; _missing, _warned, _parts by number in what all
        findings share; first_part: where the first one's parts stand.
        """
        rule, ruleset, kind = group.rule, self.found.ruleset, self.found.kinds[group.rule.kind]
        sheet = self.found.sheets[group.sheet].columns
        stage = pl.lit(len(COMPULSORY))
        if "stage" in sheet:
            stage = pl.col("stage").replace_strict(_STAGES, return_dtype=pl.Int64)
        many = len(ruleset.rules)
        place = (pl.col("_place") * (len(COMPULSORY) + 1) + stage) * many + group.order
        operator = None if group.whole else kind.operator(rule)
        unit = None if group.whole else kind.unit(rule, ruleset)
        lack = pl.lit(0, pl.UInt32)
        if status == UNKNOWN and group.missing:
            numbers = {
                one: self._lacks.setdefault(facts, len(self._lacks))
                for one, facts in group.missing.items()
            }
            lack = _each("_lack", numbers, pl.UInt32)
        part = pl.lit(None, pl.UInt32)
        if first_part is not None:
            part = pl.int_range(first_part, first_part + group.rows[status], dtype=pl.UInt32)

        def word(name: str, text: str | None) -> pl.Expr:
            return pl.lit(text or None, self._enums[name]).alias(name)

        # Figures without the noise of their last binary digits: 29.9 ÷ 10 is 2.99; judged before.
        # What is over a limit is a difference, whose noise is that of the figures subtracted.
        short = pl.col("shortfall").is_not_null()
        return self._rows(group, status).select(
            place.alias("_key"),
            pl.col("county").cast(pl.UInt32),
            (pl.col("school") if "school" in sheet else pl.lit(None)).cast(pl.UInt32).alias("school"),
            word("rule", rule.id),
            word("level", "county" if group.whole else rule.level),
            word("role", rule.role),
            word("basis", rule.basis),
            (pl.col("stage") if "stage" in sheet else pl.lit(None)).cast(self._enums["stage"]).alias("stage"),
            word("status", STATUSES[status]),
            pl.col("value").round_sig_figs(15),
            word("operator", operator),
            "threshold",
            "floor",
            word("unit", unit),
            "shortfall",
            pl.when(short).then(pl.col("shortfall_unit").cast(self._enums["shortfall_unit"])),
            pl.col("excess").round(14),
            "excess_unit",
            "mean",
            "deviation",
            word("layer", rule.layer),
            word("given_by", rule.given_by_id),
            "relaxed_by",
            self._sentence(group, status, plain=plain).alias("message"),
            lack.alias("_missing"),
            "_warned",
            part.alias("_parts"),
        )  # fmt: skip

    def finished(self, rows: pl.DataFrame, parts: pl.Series) -> pl.DataFrame:
        """Ordered rows with the names and lists behind their numbers."""
        counties, schools = self.found.counties, self.found.schools
        lists = pl.Series([list(one) for one in self._lacks], dtype=pl.List(pl.String))
        warnings = pl.Series([list(one) for one in self.found.warnings], dtype=pl.List(pl.String))
        behind = {
            "county_code": pl.lit(counties["county_code"]).gather("county"),
            "year": pl.lit(counties["year"]).gather("county"),
            "school_code": pl.lit(schools["school_code"]).gather("school"),
            "school_name": pl.lit(schools["school_name"]).gather("school"),
            "parts": pl.lit(parts).gather("_parts"),
            "missing": pl.lit(lists).gather("_missing"),
            "warnings": pl.lit(warnings).gather("_warned"),
        }
        return rows.select(behind.get(name, pl.col(name)).alias(name) for name in FINDINGS)

    def _sentence(self, group: RuleFindings, status: int, *, plain: bool) -> pl.Expr:
        """What is said of the findings of one rule and status; plain: by the core alone."""
        rule, ruleset, kind = group.rule, self.found.ruleset, self.found.kinds[group.rule.kind]
        if group.whole:
            return self._beside(_of_schools(rule, status), group, status)
        own = self._by_state(group, status)
        said: Sentences = None
        if not plain and status in (PASS, FAIL, UNKNOWN, NOT_APPLICABLE):
            try:
                said = kind.sentence(rule, ruleset)
            except Exception as error:  # a broken sentence costs the sentence, not the verdict
                self._speechless(group, error)
        one = said.get(status) if isinstance(said, Mapping) else said
        if one is not None:
            shown = status != NOT_APPLICABLE or isinstance(said, Mapping)
            one = one if shown else pl.when(pl.col("value").is_not_null()).then(one)
            own = pl.coalesce(one, own)
        told = self._beside(own, group, status)
        if group.warned is None or rule.references.verdicts or status not in (PASS, FAIL):
            return told
        # a verdict that rests on a suspect figure says so; a group's members have said it
        doubt = pl.lit(msg("（所据数据存疑，见提示。）"))
        return told + pl.when(pl.col("_warned") > 0).then(doubt).otherwise(pl.lit(""))

    def _speechless(self, group: RuleFindings, error: Exception) -> None:
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
        if rule.form.by_stage and "stage" in self.found.sheets[group.sheet].columns:
            subject = line(msg("{who}{stage}"), who=subject, stage=stage_word())
        holes: dict[str, pl.Expr | str] = {"who": subject, "about": _about(rule, ruleset)}
        words = {
            NOT_APPLICABLE: msg("{who}：“{about}”不适用。"),
            ERROR: msg("{who}：规则{rule}执行出错，未作判定。"),
            NOT_CHECKED: msg("{who}：“{about}”待佐证。"),
            WAIVED: msg("{who}：“{about}”已备案豁免。"),
        }
        if status in words:
            return line(words[status], **holes, rule=rule.id)
        if status != UNKNOWN or rule.references.verdicts:
            return parts(rule) if "parts" in group.columns else state(rule, status)
        nothing = line(msg("{who}“{about}”无法计算：分母为0或所据数据无效。"), **holes)
        joint = msg("、")
        texts = {
            lack: joint.join(self.titles.get(fact, fact) for fact in facts)
            for lack, facts in group.missing.items()
            if facts
        }
        if not texts:
            return nothing
        missing = _each("_lack", texts, pl.String)
        told = line(msg("{who}“{about}”无法判定：缺少{missing}。"), **holes, missing=missing)
        if len(texts) == len(group.missing):
            return told
        return pl.when(missing.is_not_null()).then(told).otherwise(nothing)

    def _beside(self, said: pl.Expr, group: RuleFindings, status: int) -> pl.Expr:
        """A sentence with that it has no weight, by which relaxation it passes, for what it waits."""
        rule, ruleset = group.rule, self.found.ruleset
        if rule.role == "advisory":
            advisory = say("（参考，不计入结论：{basis}）", basis=basis_words()[rule.basis])
            said = said + pl.lit(advisory)
        if "relaxed_by" in group.columns:
            switches = {name: ruleset.switches[name] for name in ruleset.switched}
            words = {name: _of_switch(one, whole=not rule.of) for name, one in switches.items()}
            told = pl.col("relaxed_by").str.split(JOINT).list.eval(pl.element().replace(words))
            said = said + told.list.join("").fill_null("")
        if status == UNKNOWN and "withheld" in group.columns:
            said = _withheld(said, rule)
        return said


_OF_SUBJECT = ("_place", "county", "school", "stage", "stage_order", "among_stages")


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
        until = say("适用期至{day}", day=switch.until.isoformat())
    source = switch.source.split("（")[0]  # the document; where it was read stands with the switch
    if switch.kind != "relaxation":
        return say("按“{title}”的口径方达标（{source}）。", title=switch.label, source=source)
    return say(
        "仅凭放宽规定“{title}”达标（{source}，{until}）{duty}。",
        title=switch.label,
        source=source,
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
