"""How a verdict came about, as figures and their comparisons: what kinds work out and `explain` words.

`Working.as_json` is the structure of --format json.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from compliance.engine.breakdown import Breakdown
from compliance.kernel.i18n import lang, msg, say

FORMAT = "junheng-explanation/1"


@dataclass(frozen=True, slots=True)
class Input:
    """One figure that a verdict rests on.

    fact: its name in the contract, or a tally's. file, at: where it stands, empty where it is
    derived or missing. written: what stands there, where it reads differently. said: a word of a
    fixed choice as people say it. origin: ``given``,
    ``derived`` (the sum of `parts`), ``total`` (over the county's schools), ``counted`` (of them) or
    ``missing``. of: whose it is (school code; empty for the county's own). where: of a total, which
    schools count; rows: how many; parts: the first of them, of a count those it cannot tell. source: of a derived figure without parts, the
    fact it follows from.
    """

    fact: str
    title: str
    value: object
    unit: str = ""
    file: str = ""
    at: str = ""
    written: str = ""
    origin: str = "given"
    of: str = ""
    rows: int = 1
    said: str = ""
    where: str = ""
    source: str = ""
    parts: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """A stage of a school that shares: its pupils, its weight, its share of what is shared."""

    stage: str
    pupils: Fraction
    weight: Fraction
    share: Fraction


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: a quantity computed and held against its limit.

    formula: in words; filled: the same with the figures put in. value: exact, None where it cannot
    be computed; why: then the reason, other than that figures are missing. floor: the limit a missed rule must still reach.
    """

    title: str
    status: str
    formula: str = ""
    filled: str = ""
    value: Fraction | None = None
    why: str = ""
    unit: str = ""
    operator: str = ""
    threshold: Fraction | None = None
    threshold_formula: str = ""
    floor: Fraction | None = None
    shortfall: float | None = None
    shortfall_unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Flip:
    """The smallest change of one figure that turns the verdict, all others left alone.

    change: signed, in `unit`; one step less does not turn it. turns_to: the verdict then.
    of: whose figure (school code), where it is not the subject's own.
    """

    fact: str
    title: str
    change: float
    before: float
    after: float
    unit: str
    turns_to: str
    of: str = ""
    of_name: str = ""

    @property
    def before_after(self) -> str:
        """The figure as it is and as it would be: “80 → 84”."""
        return f"{self.before:.12g} → {self.after:.12g}"

    @property
    def amount(self) -> str:
        """How much more or less: “增加5人”, "5 more"."""
        size, unit = f"{abs(self.change):.12g}", self.unit
        unit = f" {unit}" if unit and lang() == "en" else unit
        if self.change > 0:
            return say("增加{n}{unit}", n=size, unit=unit)
        return say("减少{n}{unit}", n=size, unit=unit)

    @property
    def sentence(self) -> str:
        """The change and what it turns the verdict to."""
        to = {"pass": msg("即可达标"), "fail": msg("即不达标"), "above_floor": msg("即达到下限")}[
            self.turns_to
        ]
        return say(
            "{title}{amount}（{change}），{to}。",
            title=self.title, amount=self.amount, change=self.before_after, to=to)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Driver:
    """What one school adds to a coefficient: P·(x − X̄)², and its exact share of the sum."""

    school_code: str
    school_name: str
    pupils: Fraction
    value: Fraction
    term: Fraction
    share: Fraction


@dataclass(frozen=True, slots=True)
class Spread:
    """The disparity of one stage: mean X̄, deviation S, the schools that drive it, all of them."""

    stage: str
    units: int
    mean: Fraction
    variance: Fraction
    deviation: float
    coefficient: float
    threshold: Fraction | None
    status: str
    drivers: tuple[Driver, ...]
    flips: tuple[Flip, ...] = ()
    alone: bool | None = None  # whether any single school could turn it; None where nobody asked


@dataclass(frozen=True, slots=True)
class Member:
    """A rule that a group is made of: its verdict, and how far it is from its limit.

    gap: what is missing as a share of the limit. above_floor: whether a missed rule reaches the
    floor. decides: whether the group's verdict is this member's. detail: who is not met, of a rule
    about schools or stages.
    """

    rule: str
    title: str
    status: str
    value: float | None = None
    threshold: float | None = None
    floor: float | None = None
    above_floor: bool | None = None
    gap: float | None = None
    unit: str = ""
    shortfall: float | None = None
    shortfall_unit: str = ""
    decides: bool = False
    role: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """The same rule as another layer has it, judged on the same figures.

    given_by, pack: the layer's name and the id of the pack that gave the limit. status: empty where
    nothing is judged.
    """

    rule: str
    given_by: str
    pack: str
    layer: str
    basis: str
    text_seen: bool
    decides: bool
    limit: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class DataWarning:
    """A warning about figures that the verdict rests on. place: file and cell; code: its stable word."""

    code: str
    message: str
    place: str
    school_code: str = ""


@dataclass(frozen=True, slots=True)
class Working:
    """The whole working of one rule for one subject. demands: what it asks, each with what that is."""

    rule: str
    title: str
    kind: str
    level: str
    role: str
    basis: str
    text_seen: bool
    source: str
    quote: str
    text: str
    demands: tuple[tuple[str, str], ...]
    ruleset: str
    as_of: str
    county_code: str
    county_name: str
    year: int
    school_code: str = ""
    school_name: str = ""
    stage: str = ""
    status: str = ""
    message: str = ""
    missing: tuple[str, ...] = ()
    warnings: tuple[DataWarning, ...] = ()
    inputs: tuple[Input, ...] = ()
    conditions: tuple[Input, ...] = ()
    split: tuple[Weighed, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    flips: tuple[Flip, ...] = ()
    spread: tuple[Spread, ...] = ()
    members: tuple[Member, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    plan: tuple[str, ...] = ()
    layers: tuple[Version, ...] = ()
    relaxed_by: str = ""
    switches: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values: fractions as numbers, with `exact` beside those that no decimal ends."""
        plain: dict[str, Any] = {"format": FORMAT, **_plain(asdict(self))}
        return plain


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a document
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, dict):
        found = {key: _plain(item) for key, item in value.items()}
        for key, item in value.items():
            if isinstance(item, Fraction) and Fraction(repr(float(item))) != item:
                found[f"{key}_exact"] = f"{item.numerator}/{item.denominator}"
        return found
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
