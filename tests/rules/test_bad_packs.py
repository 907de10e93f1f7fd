"""Every way to get a pack wrong: named with file and line and a suggestion, nothing judged."""

from __future__ import annotations

import re
from importlib.metadata import version
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
    ("an unknown kind", GOOD.replace('"attested"', '"atested"'), 10, "是否指 attested"),
    ("a member of a plugin's kind that is nothing", GOOD.replace('"attested"', '"overall_grade"\nitems = 35\nof = ["MY-8"]'), 12, "MY-8"),
    ("a unit mismatch", INDICATOR + 'at_least = "civil_servant_salary"\n', 21, "单位是“人”"),
    ("an unreachable rule", GOOD.split("[override.C]", maxsplit=1)[0], 9, 'add = ["MY-1"]'),
    ("a loosening override", '\n[override.G14]\nat_least = 40\nbasis = "verified"\nsource = "x"\n', 10, "教督〔2017〕6号"),
    ("dates out of order", GOOD + "[[rule.MY-1.since]]\ndate = 2020-01-01\nnote = 'x'\n", 19, "2020-01-01 应晚于 2024-01-01"),
    ("a change to an unknown basis", GOOD + "[[rule.MY-1.since]]\ndate = 2030-01-01\nbasis = 'certain'\n", 20, "verified、secondary"),
    ("a later limit of an indicator", INDICATOR.replace("\n\n[rule", "\n[[indicator.mine.since]]\ndate = 2030-01-01\nper = 0\nsource = 'x'\n\n[rule") + "at_least = 1\n", 15, "since.0.per"),
    ("a quoted date", HEAD.replace("2024-01-01", '"2024-01-01"'), 5, "不加引号"),
    ("an unknown switch", GOOD + '[[rule.MY-1.instead]]\nswitch = "retention-d"\ntext = "x"\n', 19, "是否指 retention-"),
    ("an unknown import", GOOD + '[import.basic-2013]\nrules = ["B1"]\n', None, "没有安装"),
    ("a clause of no rule", GOOD + '[clause.x]\npart = "一"\nitem = "二"\nhow = "judged"\nrules = ["MY-7"]\n', 22, "MY-7"),
    ("a cycle", GOOD + '[override.CG]\nadd = ["C"]\n', None, "成环"),
    ("a rule dropped that others name", '\n[drop.G10]\nbecause = "x"\nsource = "y"\n', 9, "规则 CG 仍包含 G10"),
    ("another's prefix", HEAD.replace('extends = "national"', 'extends = "anhui"').replace("MY-", "AH-"), 7, "“AH-”已由 anhui 定义"),
    ("a fact that its scope has not", INDICATOR.replace('of = "senior_quota"', 'of = "books"') + "at_least = 1\n", 12, "没有数据项 books"),
    ("books and square metres", INDICATOR.replace('of = "senior_quota"', 'of = ["senior_quota", "teacher_salary"]') + "at_least = 1\n", 12, "不是一种量"),
    ("a change that is wrong on a later day", '\n[override.G14]\nat_least = 90\nbasis = "verified"\nsource = "x"\n[[override.G14.since]]\ndate = 2030-01-01\nat_least = 30\nsource = "z"\n', 15, "relaxes = true"),
    ("an indicator that stands in for itself", INDICATOR.replace("\n\n[rule", '\nelse = "mine"\n\n[rule') + "at_least = 1\n", 13, "mine → mine"),
    ("two indicators that stand in for each other", INDICATOR.replace("\n\n[rule", '\nelse = "other"\n[indicator.other]\ntitle = "又"\nunit = "人"\nof = "senior_quota"\nelse = "mine"\n\n[rule') + "at_least = 1\n", 13, "mine → other → mine"),
    ("an `else` that is nothing", INDICATOR.replace("\n\n[rule", '\nelse = "mime"\n\n[rule') + "at_least = 1\n", 13, "是否指 mine"),
    ("tallies of each other", GOOD + '[tally.a]\nscope = "county"\nsum = "b"\nfrom = "school"\n[tally.b]\nscope = "county"\nsum = "a"\nfrom = "school"\n', 20, "a → b → a"),
    ("a tally of an indicator", INDICATOR.replace("senior_quota", "t") + 'at_least = 1\n[tally.t]\nscope = "county"\nfrom = "school"\nsum = "mine"\n', 25, "没有数据项 mine"),
    ("a figure that is yes or no", INDICATOR.replace("senior_quota", "boarding").replace('"county"', '"school"') + "at_least = 1\n", 12, "不是数"),
    ("no rules at all", HEAD.replace('extends = "national"\n', ""), 1, "没有规则"),
    ("a switch that ends before it begins", GOOD + '[switch.mine]\nkind = "relaxation"\ntitle = "t"\nsource = "s"\nbasis = "secondary"\nfrom = 2024-01-01\nuntil = 2023-01-01\n', 24, "晚于止日"),
    ("a limit by a stage that is none", INDICATOR.replace('"county"', '"unit"').replace("senior_quota", "students") + "at_least = { primry = 1 }\n", 21, "是否指 primary"),
    ("a limit by stage where there is none", INDICATOR + "at_least = { primary = 1 }\n", 21, "没有数据项 stage"),
    ("a word that its fact never has", GOOD.replace("[override", 'where = { stages = { above = 0 } }\n[exclusion.x]\ntitle = "x"\nwhere = { school_type = "primry" }\n[override'), 19, "是否指 primary"),
    ("a yes for a number", GOOD.replace('"attested"', '"attested"\nwhere = { senior_quota = true }'), 11, "请写数"),
    ("a number for a yes", GOOD.replace('"county"', '"school"\nwhere = { boarding = 1 }'), 12, "true 或 false"),
    ("an unknown word in a condition", GOOD.replace('"county"', '"school"\nwhere = { school_type = { nt = "special" } }'), 12, "不认识 nt；是否指 not"),
    ("more or less of a text", GOOD.replace('"county"', '"school"\nwhere = { school_name = { above = 3 } }'), 12, "不能这样问"),
    ("no limit", INDICATOR, 14, "at_least / at_most"),
    ("per nothing", INDICATOR.replace("\n\n[rule", "\nper = 0\n\n[rule") + "at_least = 1\n", 13, "应大于0"),
    ("over nothing", INDICATOR.replace("\n\n[rule", "\nover = 0\n\n[rule") + "at_least = 1\n", 13, "应大于0"),
    ("a weight of nothing", INDICATOR.replace('"senior_quota"', "{ senior_quota = 0 }") + "at_least = 1\n", 12, "系数是0"),
    ("a gap in steps that nobody can count", INDICATOR.replace("\n\n[rule", "\ngap_step = 1e-99\n\n[rule") + "at_least = 1\n", 13, "不是可用的数"),
    ("a tally of texts", GOOD + '[tally.a]\nscope = "county"\nsum = "school_name"\nfrom = "school"\n', 20, "它不是数"),
    ("a count of what is no list", GOOD + '[tally.a]\nscope = "school"\ncount = "books"\nat_least = 3\n', 20, "它不是列表"),
    ("an exclusion by what is no fact", GOOD.replace('"county"', '"school"\nexclude = ["x"]') + '[exclusion.x]\ntitle = "x"\nwhere = { bordin = true }\n', 21, "没有数据项 bordin"),
    ("years since what is no date", GOOD.replace('"attested"', '"elapsed"\nsince = "villages"\nat_least = 3'), 11, "不是日期"),
    ("a field that no entry has", GOOD.replace('"attested"', '"listed"\nof = "monitoring"\neach = [{ field = "levl", at_least = 3 }]'), 12, "是否指 level"),
    ("a part that cannot be one", GOOD.replace('"attested"', '"all"') + '[rule.MY-1.part.x]\nkind = "most"\n', 18, "pass_at_least"),
    ("a shared figure that is a text", GOOD + '[split]\nadd = ["school_name"]\n', 19, "不是全校共用的数"),
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


SEVERAL = """
[rule.MY-1]
kind = "threshold"
title = "一"
basis = "verified"
source = "x"
indicator = "mime"
at_least = 1
scop = "county"

[rule.MY-2]
kind = "threshold"
title = "二"
basis = "verified"
source = "x"
indicator = "mime"
at_least = 1

[rule.MY-3]
kind = "atested"
title = "三"
basis = "verified"
source = "x"

[rule.MY-4]
kind = "all"
title = "四"
basis = "verified"
source = "x"
of = ["MY-5", "MY-1"]

[override.G14]
at_least = 40
basis = "verified"
source = "x"
[[override.G14.since]]
date = 2030-01-01
at_least = 30
source = "z"

[drop.G77]
because = "x"
source = "y"

[override.C]
add = ["MY-2", "MY-4", "MY-9"]
"""


def test_every_fault_is_told_at_once_each_once_at_its_line(tmp_path: Path) -> None:
    """Of the file's form, of names, of other layers, of a later day; none that follows from another."""
    told = fault(tmp_path, HEAD + SEVERAL)
    lines = [int(line) for line in re.findall(r"^my\.toml:(\d+): ", told, re.MULTILINE)]
    assert lines == [16, 23, 27, 37, 40, 45, 48, 53]
    assert "规则有8处错误" in told
    for words in ("scop", "mime", "atested", "MY-5", "40", "30", "G77", "MY-9"):
        assert words in told
    assert "规则 MY-1" not in told  # it is there, and wrong


def test_what_loosens_says_both_values_and_both_documents(tmp_path: Path) -> None:
    told = fault(tmp_path, HEAD + '\n[override.G11.part.rotation]\nat_least = 5\n'
                 '[override.G11]\nbasis = "verified"\nsource = "我教〔2025〕2号"\n')  # fmt: skip
    assert "没有部分 rotation" in told
    told = fault(tmp_path, HEAD + '\n[override.R1]\nat_least = { primary = 4, junior = 9 }\n'
                 'basis = "verified"\nsource = "我教〔2025〕2号"\n')  # fmt: skip
    assert "my.toml:10: " in told
    assert "教督〔2017〕6号" in told
    assert (
        "为{ primary = 4.2, junior = 5.3 }，本文件（我教〔2025〕2号）为{ primary = 4, junior = 9 }"
        in told
    )
    told = fault(tmp_path, HEAD + '\n[override.G14]\nat_most = 60\n'
                 'basis = "verified"\nsource = "我教〔2025〕2号"\n')  # fmt: skip
    assert "没有唯一的 at_most 可改" in told


@pytest.mark.parametrize(
    ("wanted", "met"),
    [
        (">=1.0", True), (">=0.9, <2", True), ("==1", True), ("~=1.0", True), ("!=2", True), ("~=0.9", False),
        (">1.0", False), ("<1", False), (">=99", False), ("==1.0.1", False), ("!=1.0", False),
    ],
)  # fmt: skip
def test_a_pack_says_which_language_it_needs(tmp_path: Path, wanted: str, *, met: bool) -> None:
    text = HEAD + f'requires = "{wanted}"\n' + GOOD
    if met:
        path = tmp_path / "my.toml"
        path.write_text(text, "utf-8")
        assert opened(str(path))[0].id == "my"
        return
    told = fault(tmp_path, text + "[magic]\n")  # what a later language says is not held against it
    assert told.startswith("my.toml:8: ")
    assert wanted in told
    assert version("junheng") in told
    assert "magic" not in told


def test_a_version_that_is_none_is_a_fault_like_any_other(tmp_path: Path) -> None:
    assert "my.toml:8: pack.requires" in fault(tmp_path, HEAD + 'requires = "new"\n' + GOOD)


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
