"""A strict verdict rests on verified rules alone: what is not verified is worth no more than a blank."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from compliance.assessment.messages import told
from compliance.engine.evaluate import Evaluation, evaluate
from compliance.engine.findings import findings
from compliance.engine.kinds import kinds
from compliance.engine.sentences import in_words
from compliance.kernel.submission import STATUSES
from compliance.rules.language.editions import editions
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.resolve import resolve
from tests.support.rules import DAY, HEAD, pack, rule, submission

C = rule("C", 'kind = "all"\nrole = "conclusion"\nof = ["CG"]')
STATED = 'kind = "attested"'
G2 = rule("G2", STATED).replace('"verified"', '"secondary"')
ONE = {"school_type": "primary", "primary_students": 100.0}


def law(*rules: str, of: str, enforce: tuple[str, ...] = (), on: tuple[str, ...] = ()) -> Ruleset:
    group = rule("CG", f'kind = "all"\nrole = "block"\nof = {of}')
    text = HEAD + "".join(rules) + group + C
    return resolve(editions([pack(text)]), "base", DAY, enforce, on, kinds=kinds())


def bench(rules: Ruleset, *, strict: bool, said: Any = None, school: Any = None) -> Evaluation:
    figures = submission([ONE | (school or {})], attested=said)
    result = evaluate(rules, figures, DAY, kinds(), strict=strict)
    assert result.broken == {}
    return result


def state(judged: Evaluation, rule_id: str = "C") -> str:
    return STATUSES[judged.outcome(rule_id)["status"][0]]


BOTH = '["G1", "G2"]'


@pytest.mark.parametrize(
    ("first", "second", "loose", "strict"),
    [
        (True, True, "pass", "unknown"),
        (True, False, "pass", "unknown"),  # advisory: without weight, but not without doubt
        (False, True, "fail", "fail"),  # a verified rule fails
        (None, True, "not_checked", "unknown"),
    ],
)
def test_an_advisory_member(first: Any, second: Any, loose: str, strict: str) -> None:
    rules = law(rule("G1", STATED), G2, of=BOTH)
    said = {"G1": first, "G2": second}
    assert state(bench(rules, strict=False, said=said)) == loose
    judged = bench(rules, strict=True, said=said)
    assert state(judged) == state(judged, "CG") == strict
    named = judged.outcome("C")["withheld"][0]
    assert named is None if strict == "fail" else named.to_list() == ["G2"]


@pytest.mark.parametrize(("second", "loose"), [(True, "pass"), (False, "fail")])
def test_an_enforced_member_of_unverified_basis(second: bool, loose: str) -> None:
    rules = law(rule("G1", STATED), G2, of=BOTH, enforce=("G2",))
    said = {"G1": True, "G2": second}
    assert state(bench(rules, strict=False, said=said)) == loose
    assert state(bench(rules, strict=True, said=said)) == "unknown"


def test_all_verified_concludes() -> None:
    rules = law(rule("G1", STATED), of='["G1"]')
    assert state(bench(rules, strict=True, said={"G1": True})) == "pass"
    assert state(bench(rules, strict=True, said={"G1": False})) == "fail"


def test_school_standards_keep_nothing_from_concluding() -> None:
    rules = law(rule("G1", STATED), G2, of=BOTH)
    standard = replace(rules.rules["G2"], layer="school-standard")
    rules = replace(rules, rules={**rules.rules, "G2": standard})
    assert state(bench(rules, strict=True, said={"G1": True})) == "pass"


SHARE = '\n[indicator.share]\ntitle = "率"\nunit = "%"\nper = 100\nof = "exchanged_teachers"\nover = "exchange_eligible_teachers"\n'
AT_LEAST = 'kind = "threshold"\nindicator = "share"\nat_least = 10'


@pytest.mark.parametrize(
    ("part", "whole", "strict"),
    [
        (20, 100, "unknown"),  # meets both, yet the other limit is not verified
        (11, 100, "unknown"),
        (9, 100, "fail"),  # misses the verified one
        (0, 0, "unknown"),  # nobody said that it applies to nothing
    ],
)
def test_a_variant_that_is_not_in_force(part: float, whole: float, strict: str) -> None:
    rules = law(SHARE, rule("G1", AT_LEAST), of='["G1"]')
    base = rules.rules["G1"]
    variant = replace(base, id="X-G1", role="advisory", basis="secondary", of_base="G1")
    rules = replace(rules, rules={**rules.rules, "X-G1": variant})
    county = {"exchanged_teachers": part, "exchange_eligible_teachers": whole}
    judged = evaluate(rules, submission([ONE], county), DAY, kinds(), strict=True)
    assert state(judged) == strict
    if strict == "unknown":
        assert judged.outcome("C")["withheld"][0].to_list() == ["X-G1"]


def test_an_unverified_rule_beneath_a_counted_one() -> None:
    """RS is verified, but one of the rules it counts is not."""
    body = 'kind = "threshold"\nscope = "unit"\nrole = "component"\nindicator = "degree"\nat_least = { primary = 4.2 }'
    several = 'kind = "most"\nscope = "unit"\nof = ["R1"]\npass_at_least = 1\nrest_at_least = 0.85'
    r1 = rule("R1", body).replace('"verified"', '"conflicting"')
    rules = law(r1, rule("RS", several), of='["RS"]', enforce=("R1",))
    good = {"primary_teachers_above_degree": 5.0}
    assert state(bench(rules, strict=False, school=good)) == "pass"
    judged = bench(rules, strict=True, school=good)
    assert state(judged) == "unknown"
    assert judged.outcome("C")["withheld"][0].to_list() == ["R1"]


SIZE = (
    '\n[indicator.size]\ntitle = "在校生数"\nunit = "人"\nof = "compulsory_students"\n'
    '[switch.larger]\nkind = "relaxation"\ntitle = "学校可以较大"\nsource = "某函"\nbasis = "secondary"\n'
)
CAP = (
    'kind = "threshold"\nscope = "school"\nindicator = "size"\nat_most = 2000\n'
    '[[rule.G4.instead]]\nswitch = "larger"\nwhere = { built_year = { at_most = 2010 } }\nat_most = 2400'
)


@pytest.mark.parametrize(
    ("pupils", "basis", "strict"),
    [
        (2300, "secondary", "unknown"),
        (2300, "verified", "pass"),
        (1900, "secondary", "pass"),  # needs no relaxation
        (2500, "secondary", "fail"),
    ],
)
def test_a_pass_by_an_unverified_relaxation(pupils: float, basis: str, strict: str) -> None:
    text = SIZE.replace('"secondary"', f'"{basis}"')
    rules = law(text, rule("G4", CAP), of='["G4"]', on=("larger",))
    school = {"primary_students": pupils, "built_year": 2005.0}
    judged = bench(rules, strict=True, school=school)
    assert state(judged) == strict
    if strict == "unknown":
        assert in_words(
            judged.outcome("C"), judged.ruleset.rules["C"], judged.ruleset, judged.kinds
        )["withheld"][0].to_list() == ["“学校可以较大”"]
    assert state(judged, "G4") == ("fail" if pupils > 2400 else "pass")


def test_the_sentence_names_what_keeps_it_open() -> None:
    rules = law(rule("G1", STATED), G2, of=BOTH)
    said = {"G1": True, "G2": True}
    found = told(findings(bench(rules, strict=True, said=said), []), {})[0]
    message = found.filter(pl.col("rule") == "C")["message"][0]
    assert message == "甲县：“C”不作结论（严格判定）：G2未经核实。"
    loose = told(findings(bench(rules, strict=False, said=said), []), {})[0]
    assert loose.filter(pl.col("rule") == "C")["message"][0] == "甲县：“C”达标。"
