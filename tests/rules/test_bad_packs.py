"""Every way to get a pack wrong: named with file and line and a suggestion, nothing judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.explain.ruleset_listing import difference, opened
from compliance.kernel.errors import PackError, UsageError
from compliance.kernel.i18n import use

HEAD = """[pack]
id = "my"
title = "我县"
source = "我教〔2024〕1号"
effective = 2024-01-01
extends = "national"
prefix = "MY-"
"""
GOOD = """
[rule.MY-1]
kind = "attested"
scope = "county"
title = "一"
basis = "verified"
source = "我教〔2024〕1号"

[override.C]
add = ["MY-1"]
"""


def fault(tmp_path: Path, text: str) -> str:
    path = tmp_path / "my.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(PackError) as caught:
        opened(str(path))
    return str(caught.value)


def test_a_good_pack_is_none_of_these(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text(HEAD + GOOD, "utf-8")
    rules, _ = opened(str(path))
    assert rules.rules["MY-1"].role == "requirement"


INDICATOR = """
[indicator.mine]
title = "我的"
unit = "人"
of = "senior_quota"

[rule.MY-1]
kind = "threshold"
scope = "county"
title = "一"
basis = "verified"
source = "我教〔2024〕1号"
indicator = "mine"
"""
# what is wrong, the pack after its head, the line it stands on, what the message says
FAULTS = [
    ("an unknown rule", GOOD.replace('add = ["MY-1"]', 'add = ["MY-1", "G99"]'), 17, "没有规则 G99"),
    ("an unknown rule overridden", '\n[override.G41]\nat_least = 1\nbasis = "verified"\nsource = "x"\n', 9, "是否指 G"),
    ("a foreign prefix", GOOD.replace("MY-1", "AH-9"), 9, "以 MY- 开头"),
    ("a missing source", GOOD.replace('source = "我教〔2024〕1号"\n', ""), 9, "缺少 source"),
    ("an unknown key", GOOD.replace("scope", "scop"), 11, "是否指 scope"),
    ("an unknown basis", GOOD.replace('"verified"', '"certain"'), 13, "verified、secondary"),
    ("two limits", INDICATOR + "at_least = 1\nat_most = 2\n", 22, "自相矛盾"),
    ("an unknown indicator", INDICATOR.replace('indicator = "mine"', 'indicator = "mime"') + "at_least = 1\n", 20, "是否指 mine"),
    ("an unknown fact", INDICATOR.replace('of = "senior_quota"', 'of = "senior_quote"') + "at_least = 1\n", 12, "是否指 senior_quota"),
    ("an unknown kind", GOOD.replace('"attested"', '"atested"'), 9, "是否指 attested"),
    ("a member of a plugin's kind that is nothing", GOOD.replace('"attested"', '"overall_grade"\nitems = 35\nof = ["MY-8"]'), 12, "MY-8"),
    ("a unit mismatch", INDICATOR + 'at_least = "civil_servant_salary"\n', 21, "单位是“人”"),
    ("an unreachable rule", GOOD.split("[override.C]", maxsplit=1)[0], 9, 'add = ["MY-1"]'),
    ("a loosening override", '\n[override.G14]\nat_least = 40\nbasis = "verified"\nsource = "x"\n', 10, "教督〔2017〕6号"),
    ("dates out of order", GOOD + "[[rule.MY-1.since]]\ndate = 2020-01-01\nnote = 'x'\n", 19, "2020-01-01 应晚于 2024-01-01"),
    ("a quoted date", HEAD.replace("2024-01-01", '"2024-01-01"'), 5, "不加引号"),
    ("an unknown switch", GOOD + '[[rule.MY-1.instead]]\nswitch = "retention-d"\ntext = "x"\n', 19, "是否指 retention-"),
    ("an unknown import", GOOD + '[import.basic-2013]\nrules = ["B1"]\n', None, "没有安装"),
    ("a clause of no rule", GOOD + '[clause.x]\npart = "一"\nitem = "二"\nhow = "judged"\nrules = ["MY-7"]\n', 22, "MY-7"),
    ("a cycle", GOOD + '[override.CG]\nadd = ["C"]\n', None, "成环"),
    ("a rule dropped that others name", '\n[drop.G10]\nbecause = "x"\nsource = "y"\n', 9, "规则 CG 仍包含 G10"),
    ("another's prefix", HEAD.replace('extends = "national"', 'extends = "anhui"').replace("MY-", "AH-"), 7, "“AH-”已由 anhui 定义"),
    ("a fact that its scope has not", INDICATOR.replace('of = "senior_quota"', 'of = "books"') + "at_least = 1\n", 12, "没有数据项 books"),
    ("books and square metres", INDICATOR.replace('of = "senior_quota"', 'of = ["senior_quota", "teacher_salary"]') + "at_least = 1\n", 12, "不是一种量"),
    ("a change that is wrong on a later day", '\n[override.G14]\nat_least = 90\nbasis = "verified"\nsource = "x"\n[[override.G14.since]]\ndate = 2030-01-01\nat_least = 30\nsource = "z"\n', 10, "relaxes = true"),
    ("an indicator that stands in for itself", INDICATOR.replace("\n\n[rule", '\nelse = "mine"\n\n[rule') + "at_least = 1\n", 13, "mine → mine"),
    ("two indicators that stand in for each other", INDICATOR.replace("\n\n[rule", '\nelse = "other"\n[indicator.other]\ntitle = "又"\nunit = "人"\nof = "senior_quota"\nelse = "mine"\n\n[rule') + "at_least = 1\n", 13, "mine → other → mine"),
    ("an `else` that is nothing", INDICATOR.replace("\n\n[rule", '\nelse = "mime"\n\n[rule') + "at_least = 1\n", 13, "是否指 mine"),
    ("tallies of each other", GOOD + '[tally.a]\nscope = "county"\nsum = "b"\nfrom = "school"\n[tally.b]\nscope = "county"\nsum = "a"\nfrom = "school"\n', 20, "a → b → a"),
    ("a tally of an indicator", INDICATOR.replace("senior_quota", "t") + 'at_least = 1\n[tally.t]\nscope = "county"\nfrom = "school"\nsum = "mine"\n', 25, "没有数据项 mine"),
    ("a figure that is yes or no", INDICATOR.replace("senior_quota", "boarding").replace('"county"', '"school"') + "at_least = 1\n", 12, "不是数"),
    ("no rules at all", HEAD.replace('extends = "national"\n', ""), 1, "没有规则"),
    ("a switch that ends before it begins", GOOD + '[switch.mine]\nkind = "relaxation"\ntitle = "t"\nsource = "s"\nbasis = "secondary"\nfrom = 2024-01-01\nuntil = 2023-01-01\n', 24, "晚于止日"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "body", "line", "says"), FAULTS, ids=[one[0] for one in FAULTS])
def test_a_wrong_pack_is_named_with_file_line_and_suggestion(
    tmp_path: Path, what: str, body: str, line: int | None, says: str
) -> None:
    text = body if body.startswith("[pack]") else HEAD + body
    told = fault(tmp_path, text)
    assert says in told, what
    assert ".toml:" in told
    if line is not None:
        assert f"my.toml:{line}" in told


def test_several_faults_are_told_at_once(tmp_path: Path) -> None:
    told = fault(tmp_path, HEAD + GOOD.replace("scope", "scop").replace('"verified"', '"certain"'))
    assert "scop" in told
    assert "certain" in told


def test_the_suggestion_is_in_english_when_asked(tmp_path: Path) -> None:
    with use("en"):
        told = fault(tmp_path, HEAD + GOOD.replace("scope", "scop"))
    assert "did you mean scope?" in told


@pytest.mark.parametrize("wanted", ["2017-09-01", "..", "national..", "a..b..c"])
def test_a_difference_has_two_sides(wanted: str) -> None:
    with pytest.raises(UsageError, match=r"A\.\.B"):
        difference(wanted, None, None, "text")


def test_a_date_before_the_first_edition_is_a_clear_error() -> None:
    with pytest.raises(UsageError, match="自 2017-04-19 起施行，2010-01-01 尚无版本"):
        difference("2010-01-01..2020-01-01", None, None, "text")
