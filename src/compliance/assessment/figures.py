"""How figures and states read: rounded as the forms ask, and honest where rounding would mislead.

For single figures on a page or a terminal; a million findings' sentences are built in columns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.labels import basis_word, stage_words, status_words
from compliance.kernel.number_format import without_zeros
from compliance.rules.language.model import COMPARE, WRITTEN, FindingForm, Rule

Finding = Mapping[str, Any]

# Shape before colour: the signs read in black and white, and the words stand beside them.
SIGNS = {
    "pass": "✓", "fail": "✗", "unknown": "?", "not_checked": "?", "waived": "?",
    "undecided": "?", "error": "!", "not_applicable": "-",
}  # fmt: skip


def state(status: str) -> str:
    """The state in words."""
    return status_words().get(status, status)


def verdict(word: str) -> str:
    """The county's verdict in words."""
    words = {
        "pass": msg("达标"),
        "fail": msg_in("does not conform", "未达标"),
        "undecided": msg("尚不能下结论"),
    }
    return words.get(word, word)


def basis(rule: Rule) -> str:
    """How sure the rule's legal basis is, in words."""
    return basis_word(rule.basis, seen=rule.seen)


def stage(word: str | None) -> str:
    """小学, 初中; empty where a finding has no stage."""
    return stage_words().get(word, word) if word else ""


def plain(value: float) -> str:
    """The figure as typed, without exponent or a useless ``.0``."""
    return without_zeros(f"{_typed(value):f}")


def amount(value: float) -> str:
    """A quantity to add, at most two decimals."""
    return plain(float(_rounded(value, 2)))


def with_unit(number: str, unit: str | None) -> str:
    """``4.00人``; a unit in Latin letters keeps a blank before it."""
    if not unit:
        return number
    if number == "1" and unit.isascii() and unit.isalpha():  # 1 class, 1 teacher
        unit = unit.removesuffix("es") if unit.endswith("sses") else unit.removesuffix("s")
    return f"{number} {unit}" if unit[0].isascii() and unit[0].isalpha() else f"{number}{unit}"


def measure_of(unit: str | None) -> str:
    """What the number counts: 人 of 人/百名学生."""
    return (unit or "").split("/")[0]


def _typed(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _rounded(value: float, decimals: int) -> Decimal:
    return _typed(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def decimals(value: float, unit: str | None, level: str, form: FindingForm) -> int:
    """How many decimals the declaration form asks for: coefficients 3, shares 1, unit values 2.

    A figure per pupil has 2 wherever it stands, a whole one that was typed (yuan, rooms) none.
    """
    if form.decimals is not None:
        return form.decimals
    if unit == "%":
        return 1
    if level == "unit" or "/" in (unit or ""):
        return 2
    if not unit and not float(value).is_integer():
        return 3
    return 0 if float(value).is_integer() else 2


def unrounded(
    value: float, shown: str, operator: str | None, threshold: float | None, status: str | None
) -> str:
    """The figure itself where the `shown` one would read as the other verdict, else empty.

    Empty too where nothing was rounded: a rule may fail for another reason than this figure.
    """
    if operator not in WRITTEN or threshold is None or status not in ("pass", "fail", "waived"):
        return ""
    read = Decimal(shown)
    if read == _typed(value) or COMPARE[operator](read, _typed(threshold)) == (status == "pass"):
        return ""
    return plain(value)


def reading(
    value: float,
    places: int,
    operator: str | None = None,
    threshold: float | None = None,
    status: str | None = None,
    unit: str | None = "",
) -> str:
    """A figure rounded, and where that would mislead in full: ``10.0%（未四舍五入为9.996%）``."""
    text = f"{_rounded(value, places):f}"
    exact = unrounded(value, text, operator, threshold, status)
    if not exact:
        return with_unit(text, unit)
    return say(
        "{text}（未四舍五入为{exact}）", text=with_unit(text, unit), exact=with_unit(exact, unit)
    )


def figure(rule: Rule, finding: Finding, part: Finding | None = None, *, bare: bool = False) -> str:
    """The value of a finding, or of one of its parts, with its unit: ``5833.33元``.

    Empty where there is none. bare: without the unit, under a heading that says it.
    """
    one = finding if part is None else part
    value, unit = one["value"], one["unit"]
    if value is None:
        return ""
    level = "" if rule.form.counts else str(finding["level"])
    places = decimals(value, unit, level, rule.form)
    held = one["operator"], one["threshold"], one["status"]
    return reading(value, places, *held, "" if bare else measure_of(unit))


def bar(rule: Rule, one: Finding) -> str:
    """The limit that a finding of `rule`, or a part of it, was held against: ``≥100元``."""
    unit = measure_of(one["unit"])
    return limit(one["operator"], one["threshold"], unit, rule.form.limit_decimals)


def below(value: float, floor: float) -> bool:
    """Whether a figure lies below its floor; the float of one that equals it may miss it by a hair."""
    return value < floor and not math.isclose(value, floor, rel_tol=1e-9)


def limit(
    operator: str | None, threshold: float | None, unit: str | None = "", least: int = 0
) -> str:
    """``≥2000元``; empty where a rule has no limit. A coefficient's limit has two decimals at least."""
    if operator is None or threshold is None:
        return ""
    text = plain(threshold)
    if len(text.partition(".")[2]) < least:
        text = f"{threshold:.{least}f}"
    return f"{WRITTEN.get(operator, operator)}{with_unit(text, unit)}"


def asked(
    operator: str | None, threshold: float | None, unit: str | None = "", *, things: bool = False
) -> str:
    """``应不低于2000元``: the limit as part of a sentence; things: they are had, ``应有5间``."""
    if operator is None or threshold is None:
        return ""
    if operator == "<=" and threshold == 0:
        return msg("应为0")
    asks = {
        ">=": msg("应有{limit}") if things else msg("应不低于{limit}"),
        "<=": msg("应不高于{limit}"),
        ">": msg("应高于{limit}"),
        "<": msg("应低于{limit}"),
    }
    return asks.get(operator, "").format(limit=with_unit(plain(threshold), unit))
