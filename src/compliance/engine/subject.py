"""Who a verdict is about: a stage of a school, a school, or the county, with its row and facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from compliance.engine.evaluate import EvaluatedKind, Evaluation
from compliance.engine.exact_arithmetic import Row, Standard
from compliance.engine.sentences import in_words
from compliance.engine.units import Frames
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.labels import STAGE_WORDS
from compliance.kernel.submission import STAGES, STATUSES
from compliance.rules.language.model import Part, Rule
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference.describe import counted_schools

Where = Callable[[str | None, str], tuple[str, str]]


def nowhere(_: str | None, __: str) -> tuple[str, str]:
    """File and cell of a figure that was read from none."""
    return "", ""


@dataclass(frozen=True)
class Subject:
    """The subject of one verdict, and what it was judged by.

    school: its row in the frame of schools, None for the county. stage: None unless the rule is
    about stages. focus: the school asked about under a rule of the county. where(school code, entry
    of a list or None for the county's own; fact): file and cell, empty where it stands nowhere.
    """

    evaluation: Evaluation
    words: Vocabulary
    rule: Rule
    school: Row | None = None
    stage: str | None = None
    focus: Row | None = None
    where: Where = nowhere

    @property
    def ruleset(self) -> Ruleset:
        """The rule set at hand."""
        return self.evaluation.ruleset

    @property
    def kind(self) -> EvaluatedKind:
        """The rule's kind."""
        return self.evaluation.kinds[self.rule.kind]

    @property
    def frames(self) -> Frames:
        """The frames the rule is judged on: a switch may have added some schools to others."""
        return self.evaluation.frames_of(self.rule)

    @property
    def code(self) -> str:
        """The school's code, empty for the county."""
        return str(self.school["school_code"]) if self.school is not None else ""

    @cached_property
    def row(self) -> Row:
        """The subject's row in the frame of the rule's scope."""
        frame = self.frames.of(self.rule.scope)
        if self.rule.scope == "county" or self.school is None:
            return self.frames.county.row(0, named=True)
        frame = frame.filter(pl.col("school_code") == self.code)
        if self.rule.scope == "unit":
            frame = frame.filter(pl.col("stage") == self.stage)
        return frame.row(0, named=True)

    @cached_property
    def stages(self) -> list[str]:
        """The stages of the school that have pupils, senior ones too."""
        row = self.school or {}
        return [stage for stage in STAGES if row.get(f"_{stage}") != 0]

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """The facts of schools and counties that the contract knows."""
        return {**self.words.county, **self.words.school}

    def record(self, fact: str) -> object:
        """A fact of the contract as submitted: the school's, else the county's."""
        given = self.evaluation.submission
        if self.holder(fact) is not None:
            rows = given.schools.filter(pl.col("school_code") == self.code)
            return rows[fact].to_list()[0] if rows.height else None
        return given.counties[fact].to_list()[0] if fact in given.counties.columns else None

    def holder(self, fact: str) -> str | None:
        """Whose fact it is: the school's code, or None for the county's own."""
        of_school = self.school is not None and fact in self.evaluation.submission.schools.columns
        return self.code if of_school else None

    def contract(self, name: str) -> str:
        """How a column of the unit frame is called in the contract."""
        staged = self.rule.scope == "unit" and name in self.frames.staged
        return f"{self.stage}_{name}" if staged else name

    def outcomes(self, rule_id: str) -> pl.DataFrame:
        """The rows of a rule's outcome that are about this subject, in words."""
        rows = self.evaluation.outcome(rule_id)
        if "school" in rows.columns and self.school is not None:
            rows = rows.filter(pl.col("school") == self.school["school"])
        if "stage" in rows.columns and self.stage is not None:
            rows = rows.filter(pl.col("stage") == self.stage)
        return in_words(rows, self.ruleset.rules[rule_id], self.ruleset, self.evaluation.kinds)

    def outcome(self, rule_id: str) -> Row | None:
        """The outcome of a rule for this subject, or None where it is none of the rule's."""
        rows = self.outcomes(rule_id)
        return rows.row(0, named=True) if rows.height else None

    def status(self, rule_id: str) -> str:
        """The verdict in the words of the contract: the worst, where there is one for each stage."""
        worst = self.outcomes(rule_id)["status"].min()
        return "not_applicable" if worst is None else STATUSES[int(str(worst))]

    @cached_property
    def limits(self) -> list[Standard]:
        """What the rule and its parts ask of the subject in numbers, after what switches put there.

        None of a rule whose indicators are computed on other subjects than its own.
        """
        found: list[Standard] = []
        if self.kind.measured_at(self.rule) != self.rule.scope:
            return found
        for one in self.rule.holders:
            if one.indicator is None or one.limit is None:
                continue
            standard, way = Standard.of(one), self._way(one) if one.instead else 0
            found.append(standard.changed(one.instead[way - 1]) if way else standard)
        return found

    def _way(self, one: Rule | Part) -> int:
        """The way that the judge went: 0 the normal standard, else which `instead`, from 1.

        An outcome has no way for each of its parts: those stand in the plan.
        """
        if isinstance(one, Rule):
            return int((self.outcome(one.id) or {}).get("alternative") or 0)
        scope, rows = self.rule.scope, self.evaluation.judged(self.rule.id).plan.frame
        name = f"{self.rule.id}/{one.key}.alternative"
        found = rows.filter(pl.col(scope) == self.row[scope])[name]
        return int(found[0] or 0) if found.len() else 0

    def title(self, name: str) -> str:
        """What a column of a frame is called: a fact's title, with its stage; a tally by what it sums."""
        full = self.contract(name)
        if full in self.facts:
            return self.facts[full].label
        tally = self.ruleset.tallies.get(name)
        if tally is not None:
            if tally.counts:
                return say("达到{n}平方米的间数", n=tally.settings["at_least"])
            if "sum" not in tally.settings:
                return counted_schools(tally, self.ruleset, self.words)
            stage = str(tally.settings.get("stage", ""))
            inner = self._stem_title(str(tally.settings["sum"]), stage)
            if "times" in tally.settings:
                other = self._stem_title(str(tally.settings["times"]))
                return say("Σ（{a} × {b}）", a=inner, b=other)
            where = msg("各校") if tally.scope == "county" else ""
            return say("{w}{t}合计", w=where, t=inner)
        return {
            "stages": msg("学段数"),
            "compulsory_students": msg("义务教育阶段学生数"),
            "known_compulsory_students": msg("已填的义务教育阶段学生数"),
        }.get(name, self._stem_title(name))

    def _stem_title(self, stem: str, stage: str = "") -> str:
        """The title of a stem: its stages' title without the stage."""
        for name in (stem, *(f"{one}_{stem}" for one in ((stage,) if stage else STAGE_WORDS))):
            if name in self.facts:
                fact = self.facts[name]
                if name == stem or stage:
                    return fact.label
                zh, en = STAGE_WORDS[name.split("_")[0]]
                return pick(
                    fact.title.removeprefix(zh), fact.title_en.removeprefix(en.capitalize()).strip()
                )
        return stem
