"""A rule and what it is made of, as read from a pack: declarations only, no arithmetic.

Every value keeps the layer that gave it, so that a report can say which document decided.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from compliance.kernel.i18n import lang, msg, pick, say

# What a heading says about how the figure is made; left out where the figure is only named.
_PER_PUPIL = re.compile(
    r"^(?:每百名学生拥有(.+?)(?:(?<!系)数)?|生均(.+)|(.+) per (?:100 pupils|pupil))$"
)
_STOP = re.compile(r"[；;，：。]")  # the first sentence of a clause ends there
# the version of the language; a pack says by `requires` which it needs (docs/rule-language.md)
LANGUAGE = "1.0"
# operator of the contract -> the field of the pack that states it
OPERATORS = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
UPPER = ("<=", "<")
COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
VERIFIED = "verified"  # the basis by which a rule decides
BASES = (VERIFIED, "secondary", "conflicting", "unconfirmed")
OF_A_FILE = "file"  # the version of a pack that no distribution brings
STANDARD = "school-standard"  # the layer whose rules never decide by themselves
# the switch that leaves that layer out; no pack may take its name
WITHOUT_STANDARD = "without-school-standard"
WRITTEN = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}  # as people write them


# what a rule asks; its words, of it and of the document, do not outlive it
ASKED = (*OPERATORS, "indicator", "of", "part", "pass_at_least", "rest_at_least", "where")
_QUOTED = ("quote", "quote_source")
_WORDS = (*_QUOTED, "text", "text_en")


def short(title: str) -> str:
    """A heading without the words on how the figure is made: 生均体育场馆面积 → 体育场馆面积."""
    found = _PER_PUPIL.match(title)
    return next(filter(None, found.groups())) if found else title


# what a remedy may leave open, to be filled in from a finding
REMEDY_FIGURES = ("shortfall", "excess", "value", "threshold")


def relaid(table: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's or part's table with fields laid over it; it has one limit, so a new one takes the old's place.

    What was said of that limit goes with it, and a quotation with the document that it is from.
    """
    gone: set[str] = set()
    if not change.keys().isdisjoint(OPERATORS):
        gone.update(OPERATORS)
    if not change.keys().isdisjoint(ASKED):
        gone.update(_WORDS)
    if not change.keys().isdisjoint(("source", "basis")):
        gone.update(_QUOTED)
    return {**{name: value for name, value in table.items() if name not in gone}, **change}


class Terms(NamedTuple):
    """A sum of facts: name -> coefficient. No terms and a constant: a plain number."""

    facts: Mapping[str, Decimal]
    constant: Decimal | None = None


class Indicator(NamedTuple):
    """`per` × of ÷ over, declared, so that it can be computed, explained and inverted.

    gap_step: what a shortfall is rounded up to (1 person, 0.01 square metres).
    fallback: the indicator used where this one's facts are missing.
    """

    name: str
    title: str
    of: Terms
    over: Terms | None = None
    per: Decimal = Decimal(1)
    title_en: str = ""
    unit: str = ""
    unit_en: str = ""
    measure: str = ""
    measure_en: str = ""
    round_up: bool = False
    decimals: int = 2
    gap_unit: str = ""
    gap_unit_en: str = ""
    gap_step: Decimal = Decimal(1)
    fallback: str | None = None


class Limit(NamedTuple):
    """What a value is held against: an operator and a number, a table of numbers or an indicator.

    by: the column the table is keyed by (``stage``, ``school_type``); table[""] is a plain number.
    """

    operator: str
    table: Mapping[str, Decimal]
    by: str = "stage"
    indicator: str | None = None


def floor_of(limit: Limit, share: Decimal | None) -> Limit | None:
    """That share of every number of a limit; None without a share or without numbers."""
    if share is None or not limit.table:
        return None
    table = {key: value * share for key, value in limit.table.items()}
    return Limit(limit.operator, table, limit.by)


Condition = Mapping[str, object]


class Instead(NamedTuple):
    """What a switch puts in place of a rule's indicator or limit where a condition holds.

    switch: its name. indicator, limit: what is replaced; None leaves the rule's own.
    """

    switch: str
    where: Condition
    indicator: str | None = None
    limit: Limit | None = None


class References(NamedTuple):
    """What a rule or part looks at beside its indicators, limits and conditions.

    facts: names of columns of its scope. figures: rules with whose figures it computes, so that it
    rests on their facts itself. verdicts: rules whose verdicts it joins. exclusions: what its
    exclusions ask is its own, since they choose what it measures.
    """

    facts: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    exclusions: bool = False

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules it is made of."""
        return (*self.figures, *self.verdicts)


NO_REFERENCES = References()


class FindingForm(NamedTuple):
    """How the figures of a rule's findings are shown, whatever the paper.

    decimals: of the value; None where its unit and level decide. limit_decimals: how many a limit
    has at least. counts: the value counts things, and is shown whole. by_stage: a county has a
    finding for each stage. coefficient: the value is a deviation over a mean, which stand beside it.
    groups: the verdict is made of those of the rules it names; counts_members: the value is how many
    of them are met.
    """

    decimals: int | None = None
    limit_decimals: int = 0
    counts: bool = False
    by_stage: bool = False
    coefficient: bool = False
    groups: bool = False
    counts_members: bool = False


USUAL_FORM = FindingForm()


@dataclass(frozen=True, slots=True)
class Part:
    """One of several conditions of a rule. settings, statement, references: see `Rule`."""

    key: str
    name: str
    name_en: str
    kind: str
    settings: Any
    indicator: str | None = None
    limit: Limit | None = None
    instead: tuple[Instead, ...] = ()
    statement: str = ""
    references: References = NO_REFERENCES

    @property
    def label(self) -> str:
        """The part's name in the current language."""
        return pick(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a resolved rule set.

    level: what its findings are about (unit, school, county). role: component, requirement, block,
    conclusion or advisory. attested_as: the id under which statements are given (an advisory
    variant is attested under its base rule's id). settings: the fields of its kind, as the dataclass
    that the kind names. form: how its figures are shown. statement: the table of statements that
    decides it (attestations, vetoes), empty where figures do. references: what
    its kind looks at by itself. shared: its indicator measures what
    the stages of a school share, so that a shortfall is the whole school's.
    layers: field -> id of the pack that gave it; documents: field -> the document. of_base: the rule that this advisory variant would
    override. giver: what its layer is called beside a verdict (国家标准); given_by_id: the pack
    that gave its limit; layer: evaluation, school-standard or city; stated_at: file and line.
    instead: what switches that are on put in its place, row by row. confirmed: the document by
    which someone who holds the text raised its basis. shown_only: advisory by its own word.
    short: a few words that stand for the title in a list. text: what is asked, in the words of the pack; quote: the document's own words, and quote_source
    where they stand, if not in the source. text_seen: its author had the document itself. owner:
    who leads in putting it right; joint: the offices that act with it. incident: what a veto asks
    about, where the title says that there is none.
    facts: the facts it rests on, stems of stages also under both stages' names. doubts: the rules
    whose figures or statements it contradicts where it fails. replaces: the base rule in whose place
    it stands. formerly: ids by which it was known, which still mean it. floor_share: the
    share of its limit that a miss must still reach; floor: that share of the limit.
    """

    id: str
    kind: str
    scope: str
    level: str
    role: str
    basis: str
    title: str
    title_en: str = ""
    short: str = ""
    short_en: str = ""
    source: str = ""
    text: str = ""
    text_en: str = ""
    remedy: str = ""
    remedy_en: str = ""
    owner: str = ""
    owner_en: str = ""
    quote: str = ""
    quote_source: str = ""
    text_seen: bool = False
    joint: tuple[str, ...] = ()
    joint_en: tuple[str, ...] = ()
    incident: str = ""
    incident_en: str = ""
    aspect: str = ""
    aspect_en: str = ""
    note: str = ""
    indicator: str | None = None
    limit: Limit | None = None
    floor: Limit | None = None
    parts: tuple[Part, ...] = ()
    of: tuple[str, ...] = ()
    where: Condition = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    rolls_up: bool = False
    attested_as: str = ""
    settings: Any = None
    form: FindingForm = USUAL_FORM
    statement: str = ""
    references: References = NO_REFERENCES
    shared: bool = False
    layers: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    of_base: str = ""
    giver: str = ""
    giver_en: str = ""
    given_by_id: str = ""
    layer: str = "evaluation"
    stated_at: str = ""
    instead: tuple[Instead, ...] = ()
    confirmed: str = ""
    shown_only: bool = False
    facts: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    replaces: str = ""
    formerly: tuple[str, ...] = ()
    floor_share: Decimal | None = None

    @property
    def label(self) -> str:
        """The rule's title in the current language."""
        return pick(self.title, self.title_en)

    @property
    def brief(self) -> str:
        """What it is called in a list: its short name, else its heading up to the first stop."""
        return pick(self.short, self.short_en) or _STOP.split(short(self.label))[0]

    @property
    def coded(self) -> str:
        """``G5 班额``: a code does not stand without its name."""
        return self.id if self.brief == self.id else f"{self.id} {self.brief}"

    @property
    def aspect_label(self) -> str:
        """What part of the regulation it belongs to, in the current language."""
        return pick(self.aspect, self.aspect_en)

    @property
    def is_input(self) -> bool:
        """Whether it stands here for its figure alone, of which another rule is made."""
        return self.shown_only and self.form.coefficient and self.limit is None

    @property
    def given_by(self) -> str:
        """What its layer is called in the current language."""
        return pick(self.giver, self.giver_en)

    @property
    def stated(self) -> str:
        """What is stated about it, in the current language: its title, of a veto the incident."""
        return pick(self.incident or self.title, self.incident_en or self.title_en)

    @property
    def partners(self) -> tuple[str, ...]:
        """The offices that act with the one that leads, in the current language."""
        return self.joint if lang() == "zh" else self.joint_en or self.joint

    @property
    def seen(self) -> bool:
        """Whether the document itself was read: by the pack's author, or by who confirmed the rule."""
        return self.text_seen or bool(self.confirmed)

    @property
    def holders(self) -> tuple[Rule | Part, ...]:
        """What may hold an indicator and a limit: the rule itself, then its parts."""
        return (self, *self.parts)

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators named by the rule and its parts, or by what a switch puts there; each once.

        Those looked at and those that are limits; not those a condition or `else` leads to.
        """
        ways = [way for one in self.holders for way in (one, *one.instead)]
        limits = [way.limit.indicator for way in ways if way.limit is not None]
        return tuple(dict.fromkeys(n for n in [*(way.indicator for way in ways), *limits] if n))


class Exclusion(NamedTuple):
    """Schools left out of rules that name it, with the reason that the result gives."""

    reason: str
    title: str
    where: Condition
    title_en: str = ""


SCHOOLS = "schools"  # what a tally may count of a county


class Tally(NamedTuple):
    """A count or sum made available as a fact; see `compliance.engine.tallies` for what the fields mean.

    stated_at: file and line.
    """

    name: str
    scope: str
    settings: Mapping[str, Any]
    stated_at: str = ""

    @property
    def counts(self) -> str:
        """The list fact of which it counts items; empty for sums, and for a count of schools."""
        counted = str(self.settings.get("count", ""))
        return "" if counted == SCHOOLS else counted


@dataclass(frozen=True, slots=True)
class Split:
    """What the stages of one school share, and by which weights of their pupils."""

    facts: tuple[str, ...] = ()
    weights: Mapping[str, Decimal] = field(
        default_factory=lambda: dict.fromkeys(("primary", "junior", "senior"), Decimal(1))
    )


@dataclass(frozen=True, slots=True)
class Switch:
    """A dated relaxation or a named alternative, off unless it is named.

    duty: what whoever passes by it must do afterwards. choice: of the switches of one choice at most one is on; default: the one that holds anyway.
    from_, until: the days between which it is known to hold; date_basis: how sure these days are,
    empty where nothing is said of it. includes: a group, which turns on
    others. merge: schools added to the one they name, for the rules it lists.
    """

    name: str
    title: str
    kind: str = "group"
    title_en: str = ""
    source: str = ""
    basis: str = "unconfirmed"
    note: str = ""
    note_en: str = ""
    duty: str = ""
    duty_en: str = ""
    choice: str = ""
    default: bool = False
    from_: date | None = None
    until: date | None = None
    date_basis: str = ""
    includes: tuple[str, ...] = ()
    merge: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The switch's title in the current language."""
        return pick(self.title, self.title_en)


class Clause(NamedTuple):
    """An item of the regulation and what becomes of it.

    how: a word of `compliance.rules.reference.clause_coverage.HOW`. rules: the ids that answer it.
    """

    key: str
    part: str
    item: str
    how: str
    pack: str
    stated_at: str
    part_en: str = ""
    item_en: str = ""
    rules: tuple[str, ...] = ()
    note: str = ""
    note_en: str = ""


class Document(NamedTuple):
    """A document that rules come from. unseen: its pack says that its text has not been seen."""

    name: str
    unseen: bool = False


def documents_in_words(documents: Iterable[Document]) -> str:
    """The documents in one line, in the current language, with what was not seen."""
    return msg("；").join(
        say("{document}（原文未见）", document=one.name) if one.unseen else one.name
        for one in documents
    )


def version_in_words(version: str) -> str:
    """The version of a rule set, where a lone file has none."""
    return msg("（规则文件）") if version == OF_A_FILE else version
