"""What holds for every rule with a limit: stricter law, shortfalls made good, layers in any order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given

from compliance.rules.language.model import Limit
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.resolve import resolve
from tests.support.court import Document, installed
from tests.support.generate_further import at_a_composite
from tests.support.generate_school import typed
from tests.support.nonempty import nonempty
from tests.support.properties import (
    a_county,
    batched,
    findings,
    head,
    numbers,
    seed,
    small,
    with_packs,
)

pytestmark = pytest.mark.sweep
WORDS = {">=": "at_least", "<=": "at_most", ">": "above", "<": "below"}
RANKS = {"fail": 0, "unknown": 1, "not_checked": 1, "pass": 2, "not_applicable": 2}
DAY = date(2023, 9, 1)


# ── another limit ───────────────────────────────────────────────────────────


def limits(rules: Ruleset) -> Iterator[tuple[str, Limit]]:
    """Every limit of a rule set under the name of its override table."""
    for rule in rules.rules.values():
        if rule.of_base or rule.id in ("JS-C7",):
            continue  # a variant is overridden through its base
        if rule.limit is not None and rule.limit.table:
            yield f"override.{rule.id}", rule.limit
        for part in rule.parts:
            if part.limit is not None and part.limit.table:
                yield f"override.{rule.id}.part.{part.key}", part.limit


def moved(base: str, name: str, factor: Decimal, *, stricter: bool) -> str:
    """A pack that moves every limit of its base to one side."""
    text = head(name, base, "X-")
    rules = resolve(installed().packs, base, DAY, kinds=installed().kinds)
    opened: set[str] = set()
    for table, limit in limits(rules):
        lower = limit.operator in (">=", ">")
        by = factor if lower == stricter else 1 / factor
        bars = {key: (bar * by).quantize(Decimal("0.0001")) for key, bar in limit.table.items()}
        rule = ".".join(table.split(".")[:2])
        if rule not in opened:
            opened.add(rule)
            text += f'\n[{rule}]\nbasis = "verified"\nsource = "测试"\n'
            text += "" if stricter else "relaxes = true\n"
        if table != rule:
            text += f"[{table}]\n"
        text += f"{WORDS[limit.operator]} = {_bar(bars)}\n"
    return text


def _bar(bars: Mapping[str, Decimal]) -> str:
    if set(bars) == {""}:
        return str(bars[""])
    return "{ " + ", ".join(f"{key} = {bar}" for key, bar in bars.items()) + " }"


@pytest.mark.parametrize(
    "base", ["national", "anhui", "shandong", "henan", "jiangsu", "hebei", "basic-2012"]
)
def test_every_limit_can_be_moved(base: str) -> None:
    """The two packs below are whole: as many limits are moved as the rule set has."""
    rules = resolve(installed().packs, base, DAY, kinds=installed().kinds)
    stricter = moved(base, "strict", Decimal("1.2"), stricter=True)
    other = resolve(with_packs(stricter).packs, "strict", DAY, kinds=installed().kinds)
    new = dict(limits(other))
    for table, limit in nonempty(limits(rules)):
        lower = limit.operator in (">=", ">")
        for key, bar in nonempty(limit.table.items()):
            assert bar == 0 or (new[table].table[key] > bar) is lower, table


BASES = ("national", "anhui", "shandong", "henan", "jiangsu", "basic-2012")


@pytest.mark.parametrize("base", BASES)
@batched
@given(number=seed)
def test_a_stricter_limit_never_turns_a_fail_into_a_pass(number: int, base: str) -> None:
    generate = at_a_composite if base == "basic-2012" else a_county
    documents = [generate(n) for n in numbers(number, len(BASES))]
    factor = Random(f"{base} {number}").choice([Decimal("1.0001"), Decimal("1.2"), Decimal(3)])
    offers = with_packs(
        moved(base, "stricter", factor, stricter=True),
        moved(base, "looser", factor, stricter=False),
    )
    strict, plain, loose = (
        findings(documents, r, offers=offers) for r in ("stricter", base, "looser")
    )
    for tight, normal, slack in nonempty(zip(strict, plain, loose, strict=True)):
        for key, one in nonempty(normal.items()):
            if base not in ("national", "basic-2012") and key[0] in ("C", "CG"):
                continue  # a rule that is only shown decides once its override is verified
            if key in tight:
                assert RANKS[tight[key].status] <= RANKS[one.status], (key, one, tight[key])
            if key in slack:
                assert RANKS[one.status] <= RANKS[slack[key].status], (key, one, slack[key])


# ── shortfalls ──────────────────────────────────────────────────────────────

CENT, TENTH, ONE = Fraction("0.01"), Fraction("0.1"), Fraction(1)
# rule → the fact that its shortfall is of, in which steps
MENDED = {
    "AH-S1": ("building_area_without_dormitories", CENT),
    "AH-S2": ("outdoor_sports_area", CENT),
    "AH-S3": ("books", ONE),
    "AH-S4": ("computers", ONE),
    "AH-S5": ("computers", ONE),
    "AH-S8": ("{stage}_teachers_above_degree", ONE),
    "AH-S9": ("{stage}_backbone_teachers", ONE),
    "AH-S10": ("{stage}_pe_arts_teachers", ONE),
    "HF-1": ("graduating_exchanged_teachers", ONE),
    "SD-S6": ("green_percent", TENTH),
    "SD-S9": ("health_professionals", ONE),
    "SD-S10": ("small_day_schools_with_health_staff", ONE),
    "SD-S11": ("psychology_teachers", ONE),
    "JN-1": ("named_senior_quota_allocated", ONE),
    "SD-G7": ("special_funds", ONE),
    "HA-S2": ("books", ONE),
    "HA-S3": ("track_length", CENT),
    "HA-S4": ("computer_room_computers", ONE),
    "HA-S5": ("dormitory_area", CENT),
    "HA-S6": ("dormitory_beds", ONE),
    "HA-S7": ("health_care_staff", ONE),
    "HA-S8": ("health_care_staff", ONE),
    "HA-S9": ("part_time_health_teachers", ONE),
    "HE-1": ("compulsory_places_public", ONE),
    "SJZ-2": ("school_doctors", ONE),
    "SJZ-3": ("counselling_teachers", ONE),
    "JS-S2": ("land_area", CENT),
    "JS-S3": ("land_area", CENT),
}
CITIES = ("anhui-hefei", "shandong-jinan", "henan-zhengzhou", "hebei-shijiazhuang", "jiangsu")


@pytest.mark.parametrize("rules", CITIES)
def test_what_is_short_is_the_least_that_mends_the_rule(rules: str) -> None:
    documents = [small(number) for number in (3, 11, 14, 19, 26)]
    cases: list[tuple[tuple[str, str | None, str | None], str, Document]] = []
    seen: dict[str, int] = {}
    for document, found in zip(documents, findings(documents, rules), strict=True):
        for (rule, code, stage), one in found.items():
            if rule not in MENDED or one.status != "fail" or not one.shortfall:
                continue
            fact, step = MENDED[rule][0].format(stage=stage), MENDED[rule][1]
            if not _gives(document, fact, code):
                continue  # derived from its parts
            seen[rule] = seen.get(rule, 0) + 1
            if seen[rule] > 2:
                continue
            place = (rule, code, stage)
            amount = Fraction(repr(one.shortfall))
            for status, more in (("pass", amount), ("fail", amount - step)):
                mended = _with_more(document, fact, code, more)
                cases.append((place, status, mended))
    assert seen
    again = findings([document for *_, document in cases], rules)
    for ((rule, code, stage), status, _), found in nonempty(zip(cases, again, strict=True)):
        assert found[rule, code, stage].status == status, (rule, code, stage)


def _gives(document: Document, fact: str, code: str | None) -> bool:
    records = [document["county"]] if code is None else document["schools"]
    return any(
        one.get(fact) is not None
        for one in records
        if code is None or one["school_code"][6:] == code
    )


def _with_more(document: Document, fact: str, code: str | None, more: Fraction) -> Document:
    """The county with that much more of a fact, at one school or in the county's own figures."""
    if code is None:
        county = document["county"]
        return {**document, "county": {**county, fact: _sum(county.get(fact), more)}}
    schools = [
        {**s, fact: _sum(s.get(fact), more)} if s["school_code"][6:] == code else s
        for s in document["schools"]
    ]
    return {**document, "schools": schools}


def _sum(typed_figure: int | float | None, more: Fraction) -> int | float:
    return typed(Fraction(repr(typed_figure or 0)) + more)


# ── layers ──────────────────────────────────────────────────────────────────

OVERRIDES = (
    '[override.G14]\nat_least = 70\nbasis = "verified"\nsource = "甲"\n',
    '[override.R1]\nat_least = { primary = 5, junior = 6 }\nbasis = "verified"\nsource = "乙"\n',
    '[override.G11.part.exchanged]\nat_least = 12\n[override.G11]\nbasis = "verified"\nsource = "丙"\n',
    '[override.D4]\nat_most = { primary = 0.4, junior = 0.4 }\nbasis = "secondary"\nsource = "丁"\n',
    '[override.G7]\nat_least = 7000\nbasis = "verified"\nsource = "戊"\n',
)


@batched
@given(number=seed)
def test_independent_overrides_may_come_in_any_order(number: int) -> None:
    """In one file, or some of them in a layer below: the same findings and the same verdict."""
    luck = Random(number)
    orders = [luck.sample(OVERRIDES, len(OVERRIDES)) for _ in range(4)]
    documents = [a_county(n) for n in numbers(number, len(orders))]
    at_once = head("once", "national", "X-") + "".join(OVERRIDES)
    expected = findings(documents, "once", offers=with_packs(at_once))
    for order in nonempty(orders):
        lower = luck.randint(0, 5)
        below = head("below", "national", "X-") + "".join(order[:lower])
        above = head("above", "below", "Y-") + "".join(order[lower:])
        layered = [
            {(rule.replace("Y-", "X-"), *subject): one for (rule, *subject), one in county.items()}
            for county in findings(documents, "above", offers=with_packs(below, above))
        ]
        assert layered == expected
