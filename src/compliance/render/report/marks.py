"""What a table of the report shows: a text with the state it stands for, and where a thing is found.

Shape before colour: the sign stands beside the figure, so that a page printed in grey reads the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from compliance.assessment.figures import (
    SIGNS,
    Finding,
    bar,
    below,
    decimals,
    figure,
    reading,
    state,
)
from compliance.engine.results import CountyResult
from compliance.kernel.i18n import msg, say
from compliance.render.documents.text import printable
from compliance.rules.language.model import Rule

# Beside a figure that rests on data with a warning.
DOUBT = "※"
# Missed, but not below the floor: another shape than ✗, since a unit may pass with one of them.
SHORT, SHORT_SIGN = "short", "▽"
_PLAIN = re.compile(r"[^0-9A-Za-z]")


class Figure(NamedTuple):
    """A number with the decimals that it is shown with; None: as many as it has."""

    value: float
    places: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A text, the sign beside it, and what the sign means in words; no sign where all is well.

    status: a state, or `SHORT`. value, threshold, floor: the figure as a number and what it was held
    against; places: how many decimals it is shown with, None where these would mislead.
    """

    text: str
    status: str = ""
    sign: str = ""
    meaning: str = ""
    value: float | None = None
    threshold: float | None = None
    floor: float | None = None
    places: int | None = 0

    @property
    def figure(self) -> Figure | None:
        """The figure as a number; None where there is none."""
        return None if self.value is None else Figure(self.value, self.places)


def state_mark(status: str) -> Mark:
    """A state with its sign and word."""
    return Mark(state(status), status, SIGNS.get(status, "?"))


def value_mark(rule: Rule, row: Finding) -> Mark:
    """A school's figure under its heading, unmet ones marked by shape and word."""
    status, value = row["status"], row["value"]
    if value is None:
        return state_mark(status)
    told = figure(rule, row, bare=True)
    level = "" if rule.form.counts else str(row["level"])
    places: int | None = decimals(value, row["unit"], level, rule.form)
    if told != reading(value, places or 0):
        places = None
    held = value, row["threshold"], row["floor"], places
    text = told + doubt(row)
    if status == "fail" and row["floor"] is not None and not below(value, row["floor"]):
        return Mark(text, SHORT, SHORT_SIGN, msg("未达标，但不低于下限"), *held)
    if status in ("pass", "not_applicable"):
        return Mark(text, status, "", "", *held)
    meaning = msg("未达标") if status == "fail" else state(status)
    return Mark(text, status, SIGNS.get(status, "?"), meaning, *held)


def doubt(one: Finding) -> str:
    """The sign of a figure that rests on data with a warning; empty without one."""
    return DOUBT if one.get("warnings") else ""


def shown(rule: Rule, row: Finding, part: Finding | None = None) -> str:
    """A figure of a finding or of a part of it, with its unit and the sign of doubt."""
    text = figure(rule, row, part)
    return text + doubt(part or row) if text else ""


def found(rule: Rule, row: Finding) -> str:
    """What the rule found: its figure against the limit, its parts, or what was stated."""
    if row["parts"]:
        told = [
            " ".join(filter(None, [part["name"], _against(rule, row, part), state(part["status"])]))
            for part in row["parts"]
        ]
        return msg("；").join(told)
    return _stated(rule, row["status"]) if rule.statement else _against(rule, row)


def _stated(rule: Rule, status: str) -> str:
    """What a person has stated; empty where nobody has."""
    if rule.statement == "vetoes":
        return {"pass": msg("不存在该情形"), "fail": msg("存在该情形")}.get(status, "")
    return {"pass": msg("已佐证"), "fail": msg("佐证为未达到")}.get(status, "")


def _against(rule: Rule, row: Finding, part: Finding | None = None) -> str:
    value, held = shown(rule, row, part), bar(rule, part or row)
    return say("{v}（{l}）", v=value, l=held) if value and held else value


class RuleAnchors:
    """Where the texts of a rule set stand on the page. as_of: where sets differ by their day alone."""

    def __init__(self, ruleset: str, as_of: str = "") -> None:
        self._rules = "-".join(filter(None, ("rule", _safe(ruleset), as_of)))

    def rule(self, rule_id: str) -> str:
        """A rule's text."""
        return f"{self._rules}-{_safe(rule_id)}"


class Anchors(RuleAnchors):
    """Where each thing of a county stands on the page: names that stay the same from run to run."""

    def __init__(self, county: CountyResult, as_of: str = "") -> None:
        super().__init__(county.ruleset, as_of)
        self.county = f"c{_safe(county.county_code)}-{county.year}"

    def school(self, code: str) -> str:
        """A school's own section."""
        return f"{self.county}-{_safe(code)}"

    def row(self, code: str, stage: str) -> str:
        """A school's row in the matrix."""
        return f"{self.school(code)}-{stage or 'school'}"

    def section(self, name: str) -> str:
        """A section of the county."""
        return f"{self.county}-{name}"


def _safe(text: object) -> str:
    """An id of letters and digits that no other text has."""
    return _PLAIN.sub(lambda sign: f"_{ord(sign[0]):x}_", str(text))


def township_of(school: Mapping[str, object] | None) -> str:
    """A school's township by its record; empty where it has none."""
    found = None if school is None else school.get("township")
    return "" if found is None else printable(str(found))
