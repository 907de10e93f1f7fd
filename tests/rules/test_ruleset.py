"""Layers, editions, overrides and drops; and every wrong pack named with its file and line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from compliance.engine.kinds import kinds
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.errors import PackError, UsageError
from compliance.rules.language.editions import editions
from compliance.rules.resolution.resolve import resolve
from tests.support.rules import CONCLUSION, DAY, HEAD, pack, rule, ruleset

BASE = (
    HEAD
    + rule(
        "R1",
        'kind = "threshold"\nscope = "unit"\nindicator = "degree"\nat_least = { primary = 4.2, junior = 5.3 }',
    )
    + rule(
        "RS", 'kind = "most"\nscope = "unit"\nof = ["R1"]\npass_at_least = 1\nrest_at_least = 0.85'
    )
    + CONCLUSION
)
PROVINCE = """
[pack]
id = "east"
title = "东省"
source = "东教〔2020〕1号"
effective = 2020-01-01
extends = "base"
prefix = "EA-"
"""


def test_the_floor_is_the_share_of_the_limit_exactly() -> None:
    floor = ruleset(BASE).rules["R1"].floor
    assert floor is not None
    assert floor.table == {"primary": Decimal("3.570"), "junior": Decimal("4.505")}


def test_a_verified_override_changes_the_base_rule_and_remembers_its_layer() -> None:
    text = (
        PROVINCE
        + '[override.R1]\nat_least = { primary = 5, junior = 6 }\nbasis = "verified"\nsource = "东"'
    )
    resolved = ruleset(BASE, text, wanted="east")
    limit = resolved.rules["R1"].limit
    assert limit is not None
    assert limit.table["primary"] == 5
    assert resolved.rules["R1"].layers["at_least"] == "east"
    assert resolved.rules["R1"].layers["title"] == "base"
    assert resolved.layers == ("base", "east")
    assert "EA-R1" not in resolved.rules


def test_an_unverified_override_stands_beside_the_base_rule() -> None:
    text = (
        PROVINCE
        + '[override.R1]\nat_least = { primary = 5, junior = 6 }\nbasis = "secondary"\nsource = "东"'
    )
    resolved = ruleset(BASE, text, wanted="east")
    base, beside = resolved.rules["R1"], resolved.rules["EA-R1"]
    assert base.limit is not None
    assert beside.limit is not None
    limits = (base.limit.table["primary"], beside.limit.table["primary"])
    assert limits == (Decimal("4.2"), Decimal(5))
    assert (beside.role, beside.of_base, base.role) == ("advisory", "R1", "requirement")


@pytest.mark.parametrize("word", ["secondary", "R1", "EA-R1"])
def test_enforcing_a_basis_or_an_id_lets_the_override_decide(word: str) -> None:
    text = (
        PROVINCE
        + '[override.R1]\nat_least = { primary = 5, junior = 6 }\nbasis = "secondary"\nsource = "东"'
    )
    resolved = ruleset(BASE, text, wanted="east", enforce=[word])
    limit = resolved.rules["R1"].limit
    assert limit is not None
    assert limit.table["primary"] == 5
    assert "EA-R1" not in resolved.rules
    assert resolved.rules["R1"].role == "requirement"
    assert resolved.enforceable == ("EA-R1",)


def test_resolving_a_province_leaves_the_base_as_it_was() -> None:
    text = (
        PROVINCE
        + '[override.R1]\nat_least = { primary = 5, junior = 6 }\nbasis = "verified"\nsource = "东"'
    )
    known = editions([pack(BASE), pack(text)])
    resolve(known, "east", DAY, kinds=kinds())
    limit = resolve(known, "base", DAY, kinds=kinds()).rules["R1"].limit
    assert limit is not None
    assert limit.table["primary"] == Decimal("4.2")


def test_own_rules_come_after_the_law_in_natural_order() -> None:
    own = "".join(rule(f"EA-{n}", 'kind = "attested"') for n in (10, 2, 1))
    assert list(ruleset(BASE, PROVINCE + own, wanted="east").rules) == [
        "R1", "RS", "C", "EA-1", "EA-2", "EA-10",
    ]  # fmt: skip


def test_the_edition_in_force_is_chosen_by_date() -> None:
    later = BASE.replace("2017-04-19", "2024-01-01").replace("4.2", "4.5")
    known = editions([pack(BASE), pack(later)])
    for day, bar in ((date(2023, 12, 31), "4.2"), (date(2024, 1, 1), "4.5")):
        limit = resolve(known, "base", day, kinds=kinds()).rules["R1"].limit
        assert limit is not None
        assert limit.table["primary"] == Decimal(bar)


def test_a_date_before_the_first_edition_is_a_clear_error() -> None:
    with pytest.raises(UsageError, match="2017-04-19"):
        resolve(editions([pack(BASE)]), "base", date(2016, 9, 1), kinds=kinds())


def test_an_unknown_rule_set_names_the_installed_and_the_nearest() -> None:
    with pytest.raises(UsageError) as error:
        resolve(editions([pack(BASE)]), "bace", DAY, kinds=kinds())
    assert "base" in error.value.todo


@pytest.mark.parametrize(
    ("addition", "says", "at"),
    [
        ('[override.R9]\nat_least = 5\nbasis = "verified"\nsource = "x"', "R9", "[override.R9]"),
        ("[override.R1]\nat_least = 5", "source", "[override.R1]"),
        ('[drop.R1]\nbecause = "x"', "because", "[drop.R1]"),
        (rule("XX-1", 'kind = "attested"'), "EA-", "[rule.XX-1]"),
        (rule("EA-1", 'kind = "threshold"\nscope = "unit"\nindicator = "degre"\nat_least = 1'), "degre", "indicator"),
        (rule("EA-1", 'kind = "threshold"\nscope = "unit"\nindicator = "degree"\nat_least = 1\nat_most = 2'), "at_least / at_most", "at_most"),
        (rule("EA-1", 'kind = "all"\nof = ["R77"]'), "R77", "of"),
        (rule("EA-1", 'kind = "all"\nof = ["EA-2"]') + rule("EA-2", 'kind = "all"\nof = ["EA-1"]'), "EA-1 → EA-2 → EA-1", 'of = ["EA-2"]'),
        (rule("EA-1", 'kind = "attested"\nexclude = ["nobody"]'), "nobody", "exclude"),
        ('[indicator.degree]\ntitle = "x"\nof = "students"', "degree", "[indicator.degree]"),
    ],
)  # fmt: skip
def test_a_wrong_pack_is_named_with_file_and_the_line_of_the_field(
    addition: str, says: str, at: str
) -> None:
    text = PROVINCE + "\n" + addition
    with pytest.raises(PackError) as error:
        ruleset(BASE, text, wanted="east")
    assert says in error.value.what
    file, line = error.value.where.split(":")
    assert file == "test.toml"
    named = text.splitlines()[int(line) - 1]
    assert named.startswith(at), named


def test_rule_sets_that_extend_each_other_are_refused() -> None:
    one = PROVINCE.replace('extends = "base"', 'extends = "west"')
    other = PROVINCE.replace('"east"', '"west"').replace('extends = "base"', 'extends = "east"')
    with pytest.raises(PackError, match=r"east → west → east|west → east → west"):
        ruleset(one, other, wanted="east")


def test_two_editions_of_one_day_are_refused() -> None:
    with pytest.raises(PackError, match="2017-04-19"):
        editions([pack(BASE), pack(BASE)])


def test_dropping_a_rule_that_a_group_names_is_an_error() -> None:
    text = PROVINCE + '[drop.R1]\nbecause = "x"\nsource = "y"'
    with pytest.raises(PackError, match="R1"):
        ruleset(BASE, text, wanted="east")


def test_a_limit_given_to_a_rule_with_parts_goes_to_the_part_that_has_it() -> None:
    parts = rule("G1", 'kind = "all"') + (
        '[rule.G1.part.quota]\nname = "q"\nindicator = "degree"\nat_least = 50\n'
        '[rule.G1.part.tilt]\nname = "t"\nkind = "attested"\n'
    )
    text = PROVINCE + '[override.G1]\nat_least = 80\nbasis = "verified"\nsource = "x"'
    limit = ruleset(HEAD + parts + CONCLUSION, text, wanted="east").rules["G1"].parts[0].limit
    assert limit is not None
    assert limit.table[""] == 80


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('kind = "orbit"', "orbit"),
        ('kind = "elapsed"\nsinse = "basic_balance_date"\nat_least = 3', "sinse"),
        ('kind = "elapsed"\nsince = "no_such_fact"\nat_least = 3', "no_such_fact"),
    ],
)
def test_a_rule_of_an_unknown_kind_field_or_fact_is_refused(body: str, says: str) -> None:
    with pytest.raises(PackError, match=says):
        ruleset(HEAD + rule("G1", body) + CONCLUSION, words=vocabulary())
