"""What waivers do to findings: exactly a failure that one of them names becomes `waived`.

It happens to a rule's own finding, before groups are made of it, so that blocks and the conclusion
follow by the algebra: what is waived is worse than a pass, and keeps a county from passing. A rule
that counts how many others are met goes by their figures: a waived one is not met.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from compliance.engine.attestations import VETOES
from compliance.kernel.submission import FAIL, KEY, NOT_APPLICABLE
from compliance.rules.language.model import Rule
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.waivers import Waiver, Waivers

TOO_BROAD, NOT_ALLOWED = "too_broad", "not_allowed"
_AT_SCHOOL = ("school_code", "stage")  # the columns that tell a county's subjects apart
_BETWEEN = "\x1f"


@dataclass(frozen=True)
class InForce:
    """The waivers that a judgement heeds, among all `entries`. of: rule → the places of its own."""

    entries: Sequence[Waiver] = ()
    of: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def waived_by(self, rule_id: str, status: pl.Expr, columns: Collection[str]) -> pl.Expr | None:
        """The place of the waiver of each row that is a failure; None where none of it can be meant.

        status: how the rows were judged; columns: those of their frame. A waiver that fits several
        subjects of its county is heeded for none.
        """
        applies = (status != NOT_APPLICABLE).fill_null(value=False)
        found = []
        for named, place in self.named(rule_id, columns):
            if not {one for one in _AT_SCHOOL if one in columns} <= set(named):
                several = [*KEY, *(one for one in _AT_SCHOOL if one in named)]
                place = pl.when(applies.sum().over(several) == 1).then(place)  # noqa: PLW2901
            found.append(place)
        return pl.when(status == FAIL).then(pl.coalesce(found)) if found else None

    def named(
        self, rule_id: str, columns: Collection[str]
    ) -> Iterator[tuple[tuple[str, ...], pl.Expr]]:
        """For each way to name a subject: what is named beside the county, the waiver that names a row."""
        ways: dict[tuple[str, ...], dict[str, int]] = {}
        for place in self.of.get(rule_id, ()):
            one = self.entries[place]
            named = tuple(n for n in ("year", *_AT_SCHOOL) if getattr(one, n) is not None)
            words = (str(getattr(one, name)) for name in ("county_code", *named))
            ways.setdefault(named, {})[_BETWEEN.join(words)] = place
        for named, places in ways.items():
            if set(named) <= set(columns):
                own = (pl.col(name).cast(pl.String) for name in ("county_code", *named))
                key = pl.concat_str(*own, separator=_BETWEEN)
                yield named, key.replace_strict(places, default=None, return_dtype=pl.UInt32)


NONE_IN_FORCE = InForce()


def in_force(waivers: Waivers, ruleset: Ruleset, as_of: date) -> InForce:
    """The waivers heeded where a rule set judges as of a day: neither expired nor refused."""
    of: dict[str, list[int]] = {}
    for place, one in enumerate(waivers.entries):
        rule = rule_named(one, ruleset)
        if rule is not None and not expired(one, waivers, as_of) and not refusal(one, rule):
            of.setdefault(rule.id, []).append(place)
    return InForce(waivers.entries, of) if of else NONE_IN_FORCE


def rule_named(waiver: Waiver, ruleset: Ruleset) -> Rule | None:
    """The rule that it names, be it by an id that the rule had before."""
    known = ruleset.rules
    renamed = (rule for rule in known.values() if waiver.rule in rule.formerly)
    return known.get(waiver.rule) or next(renamed, None)


def expired(waiver: Waiver, waivers: Waivers, as_of: date) -> bool:
    """Whether it holds no more, on the day of the judgement or on a later one as of which is judged."""
    return waiver.expiry < max(waivers.day, as_of)


def refusal(waiver: Waiver, rule: Rule) -> str:
    """Why it is heeded for nobody; empty where it may be.

    Too broad: a block, the conclusion, or at once all schools of a county. A veto is no requirement
    that a document could lift: it states that something happened.
    """
    whole = rule.scope != "county" and waiver.school_code is None
    wild = "*" in f"{waiver.county_code}{waiver.school_code or ''}"
    if rule.role in ("block", "conclusion") or whole or wild:
        return TOO_BROAD
    return NOT_ALLOWED if rule.statement == VETOES else ""
