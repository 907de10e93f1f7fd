"""attested: a person's statement is as expected; without one the rule waits for it.

A statement under `attestations` says that something is met, one under `vetoes` that an incident
exists. Where a rule lists several `statements`, one attestation under its id stands for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from compliance.engine.attestations import ATTESTATIONS, SAYING, VETOES, statement_column
from compliance.engine.evaluate import Columns, Evaluation, Sentences, part_entry
from compliance.engine.kinds.kind import Kind
from compliance.engine.sentences import line
from compliance.engine.subject import Subject
from compliance.engine.working import Input
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.submission import FAIL, KEY, NOT_APPLICABLE, NOT_CHECKED, NOT_INVOLVED, PASS
from compliance.rules.language.model import Part, References, Rule
from compliance.rules.language.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A figure of the county of which a 0 contradicts a statement; text: what is then said of it."""

    zero: str
    text: str
    text_en: str = ""


@dataclass(frozen=True, slots=True)
class AttestedSettings:
    """statement: the table it is given in; expect: what meets the rule; statements: what it covers.

    statements_en: its English, one for each. about: a count of the county of whom something is stated, nothing where it is 不涉及.
    """

    statement: str = ""
    expect: bool | None = None
    statements: tuple[str, ...] = ()
    statements_en: tuple[str, ...] = ()
    about: str = ""
    contradicted_by: tuple[Contradiction, ...] = ()

    @property
    def table(self) -> str:
        """attestations or vetoes."""
        return self.statement or ATTESTATIONS


class Attested(Kind):
    """A statement that is as expected."""

    name = "attested"
    settings = AttestedSettings

    def statement(self, holder: Rule | Part) -> str:
        """Where its statement is given."""
        settings: AttestedSettings = holder.settings
        return settings.table

    def references(self, holder: Rule | Part) -> References:
        """Of whom something is stated, and what contradicts it."""
        settings: AttestedSettings = holder.settings
        figures = [one.zero for one in settings.contradicted_by]
        return References(facts=(*filter(None, (settings.about,)), *figures))

    def faults(
        self, holder: Rule | Part, words: Vocabulary
    ) -> Iterable[tuple[tuple[str, ...], str]]:
        """Its statements in English are as many."""
        settings: AttestedSettings = holder.settings
        if settings.statements_en and len(settings.statements_en) != len(settings.statements):
            yield ("statements_en",), msg("须与 statements 逐项对应")

    def lasts(self, holder: Rule | Part) -> bool:
        """Always."""
        return True

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """true → pass (or, where false is expected, fail), absent → not_checked."""
        settings: AttestedSettings = rule.settings
        status = _said(rule, settings)
        if not settings.statements:
            return {"status": status}
        plan = evaluation.plan(rule.scope, rule)
        status = plan.let(f"{rule.id}._said", status, rule.id, passing=True)
        parts = [part_entry(pl.lit(name), status) for name in settings.statements]
        return {"status": status, "parts": pl.concat_arr(*parts).arr.to_list()}

    def part_title(self, name: pl.Expr, rule: Rule, ruleset: Ruleset) -> pl.Expr:
        """The statement."""
        settings: AttestedSettings = rule.settings
        if not settings.statements_en:
            return name
        both = zip(settings.statements, settings.statements_en, strict=True)
        return name.replace({one: pick(one, english) for one, english in both})

    def part_columns(self, rule: Rule, part: Part, evaluation: Evaluation) -> Columns:
        """The statement under the whole rule's id."""
        return {"status": _said(rule, part.settings)}

    def doubts(self, rule: Rule, holder: Rule | Part, evaluation: Evaluation) -> Iterable[Problem]:
        """What is stated to be met although a figure of the county says otherwise."""
        settings: AttestedSettings = holder.settings
        known = {one.zero: pick(one.text, one.text_en) for one in settings.contradicted_by}
        figures = evaluation.frames.county
        if not any((figures[name] == 0).any() for name in known):
            return
        given: pl.DataFrame = getattr(evaluation.submission, settings.table)
        said = given.lazy().filter(pl.col("rule") == rule.attested_as, SAYING[settings.table])
        rows = said.join(figures.lazy().select(*KEY, *known), on=list(KEY), maintain_order="left")
        for row in rows.collect().iter_rows(named=True):
            if nothing := [name for name in known if row[name] == 0]:
                why = msg("，").join(known[name] for name in nothing)
                yield Problem(
                    "warning",
                    "statement_contradicted",
                    say(
                        "{rule} 佐证“{what}”，而{why}，两者矛盾",
                        rule=rule.attested_as, what=holder.label, why=why),
                    msg("核对佐证与所填数据，改正其一"),
                    row["file"], row["at"], row["county_code"], row["year"],
                    facts=(*nothing, rule.attested_as),
                )  # fmt: skip

    def sentence(self, rule: Rule, ruleset: Ruleset) -> Sentences:
        """What was stated."""
        if rule.statement == VETOES:
            met = msg("{who}不存在“{title}”。")
            missed = msg("{who}存在“{title}”，一票否决。")
        else:
            met = msg("{who}：“{title}”，经佐证达标。")
            missed = msg("{who}：“{title}”，佐证为未达到。")
        holes: dict[str, pl.Expr | str] = {"who": pl.col("subject"), "title": rule.stated}
        return {PASS: line(met, **holes), FAIL: line(missed, **holes)}

    def stated(self, subject: Subject, holder: Rule | Part) -> Iterable[Input]:
        """The statements made under the rule, each with its place; a missing one where there is none."""
        table, rule_id = self.statement(holder), subject.rule.attested_as
        title = msg("佐证说明") if table == ATTESTATIONS else msg("一票否决事项的说明")
        given: pl.DataFrame = getattr(subject.evaluation.submission, table)
        rows = given.filter(pl.col("rule") == rule_id)
        if rows.is_empty():
            yield Input(rule_id, title, None, origin="missing")
        for row in rows.iter_rows(named=True):
            evidence = [str(one) for one in (*(row.get("evidence") or ()), row.get("note")) if one]
            yield Input(
                rule_id, title, row[SAYING[table]], file=str(row.get("file") or ""),
                at=str(row.get("at") or ""), written=msg("；").join(evidence),
            )  # fmt: skip

    def remarks(self, subject: Subject, holder: Rule | Part) -> Iterable[str]:
        """Of a whole rule: nobody infers it."""
        if isinstance(holder, Rule):
            yield msg("本条由县级据实说明并备佐证材料，程序不作推断；未作说明即为“待佐证”。")


def _said(rule: Rule, settings: AttestedSettings) -> pl.Expr:
    """The status by the statement given under the rule's id, for every county."""
    source = settings.table
    expected = settings.expect if settings.expect is not None else source == ATTESTATIONS
    said = pl.col(statement_column(source, rule.attested_as))
    nobody = pl.lit(value=False)
    if settings.about:
        nobody = pl.col(NOT_INVOLVED).list.contains(settings.about).fill_null(value=False)
    return (
        pl.when(nobody)
        .then(NOT_APPLICABLE)
        .when(said.is_null())
        .then(NOT_CHECKED)
        .when(said == expected)
        .then(PASS)
        .otherwise(FAIL)
        .cast(pl.UInt8)
    )
