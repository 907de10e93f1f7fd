"""Rules, schools and rule sets by what people call them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.checker import Choice, chosen_rules, own_words
from compliance.explain.rule_names import find_rule
from compliance.kernel.errors import UsageError
from examples.invented import county
from examples.writers import write_json
from tests.support.court import installed
from tests.support.rules import DAY


def named(wanted: str, name: str = "national") -> str:
    registry = installed()
    rules = chosen_rules(registry, registry.packs, name, DAY, Choice())
    return find_rule(rules, wanted, own_words(registry, registry.packs, name)).id


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        ("G5", "G5"),
        ("g5", "G5"),
        ("ah-g14", ""),  # none of the national set
        ("班额", "G5"),
        ("生均教学用房", "R4"),  # letter by letter; D4 is made of it
        ("生均教学及辅助用房面积", "R4"),
        ("体育场馆", "R5"),
        ("巩固率", "Q1"),
        ("持证", "G12"),
        ("大班额", "G5"),  # no name has it; a heading of its figures does
        ("资源配置", "CR"),
        ("Public recognition", "P1"),
        ("无稽之谈", ""),
        ("", ""),
    ],
)
def test_a_rule_by_what_people_call_it(wanted: str, rule: str) -> None:
    if rule:
        assert named(wanted) == rule
    else:
        with pytest.raises(UsageError):
            named(wanted)


def test_what_decides_comes_before_the_advisory() -> None:
    assert named("班额", "anhui") == "G5"  # AH-S6 is called so too
    assert named("藏书", "anhui") == "AH-S3"


def test_of_several_none_is_taken() -> None:
    with pytest.raises(UsageError) as error:
        named("培训")
    assert "G9 教师360学时培训、Q4 教师培训经费" in error.value.todo
    with pytest.raises(UsageError) as error:
        named("面积")
    assert "R4 教学及辅助用房面积、R5 " in error.value.todo


def test_of_none_the_nearest_by_meaning_are_named() -> None:
    with pytest.raises(UsageError) as error:
        named("美术老师的比例")
    assert "R3 " in error.value.todo
    with pytest.raises(UsageError) as error:
        named("G99")
    assert "G9 " in error.value.todo


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("named") / "county.json"
    write_json(path, county(5, "349988", "试县", "东镇 西镇"))
    return str(path)


def run(*words: str) -> tuple[int, str]:
    from compliance.cli import main

    ran = CliRunner().invoke(main, list(words))
    return ran.exit_code, ran.stdout + ran.stderr


def test_explain_takes_a_name_and_a_part_of_a_schools(file: str) -> None:
    code, told = run("explain", "生均教学用房", file, "--school", "第一实验小学")
    assert code == 0
    assert told.startswith("R4 ")
    assert "县第一实验小学" in told


def test_of_several_schools_the_codes_are_told(file: str) -> None:
    code, told = run("explain", "R4", file, "--school", "实验小学")
    assert code == 2
    assert "3499880001 县第一实验小学、3499880002 县第二实验小学" in told


@pytest.mark.parametrize("name", ["anhui", "安徽", "安徽省", "Anhui"])
@pytest.mark.parametrize("command", ["check", "rules", "explain", "template"])
def test_a_rule_set_by_its_province(command: str, name: str, file: str, tmp_path: Path) -> None:
    words = {
        "check": [file], "rules": [], "explain": ["AH-G14"],
        "template": ["-o", str(tmp_path / "a.xlsx")],
    }[command]  # fmt: skip
    code, told = run(command, *words, "--ruleset", name)
    assert code in (0, 1, 3), told


@pytest.mark.parametrize(
    ("name", "expected"),
    [("合肥", "合肥市义务教育优质均衡"), ("国家", "（国家）"), ("优质均衡", "有几个规则集的名称含“优质均衡”"),
     ("湖北", "没有规则集“湖北”")],
)  # fmt: skip
def test_a_rule_set_by_a_part_of_its_title(name: str, expected: str) -> None:
    assert expected in run("rules", "--ruleset", name)[1]
