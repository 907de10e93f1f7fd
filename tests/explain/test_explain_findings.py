"""What an acceptance test found `explain` to be silent or wrong about, each with its case."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from compliance.checker import check, load
from compliance.explain.context import find_school
from compliance.explain.working_text import text
from compliance.kernel.errors import UsageError
from tests.engine.test_kinds import BASE, primary
from tests.support.commands import run as typed
from tests.support.rules import ruleset
from tests.support.working import EXAMPLES, context_of, working

CONFORMING = EXAMPLES / "conforming.json"
FIRST = "5199010001"  # a primary school of 1141 pupils in 30 classes


run = partial(typed, "explain")


def answer(*words: str | Path) -> dict[str, Any]:
    result = run(*words, "--format", "json")
    assert result.exit_code == 0, result.stderr
    (found,) = json.loads(result.stdout)["workings"]
    assert isinstance(found, dict)
    return found


def edited(tmp_path: Path, **facts: object) -> Path:
    """The conforming county with other figures for its first school; None takes a figure out."""
    document = json.loads(CONFORMING.read_text("utf-8"))
    school = document["schools"][0]
    assert school["school_code"] == FIRST
    for name, value in facts.items():
        school.pop(name, None) if value is None else school.update({name: value})
    path = tmp_path / "county.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


def test_a_verdict_on_a_warned_figure_says_so(tmp_path: Path) -> None:
    """More teachers above the degree than teachers: the finding is warned, and so is its working."""
    path = edited(tmp_path, primary_teachers=71, primary_teachers_above_degree=72)
    found = answer("R1", path, "--school", FIRST)
    rows = check([path], offers=load()).findings.filter(rule="R1", school_code=FIRST)
    assert rows["warnings"].to_list() == [sorted({one["code"] for one in found["warnings"]})]
    assert any("72" in one["message"] and "71" in one["message"] for one in found["warnings"])
    shown = run("R1", path, "--school", FIRST).stdout
    assert "【存疑的数】" in shown
    assert "county.json" in shown.split("【存疑的数】")[1].split("【")[0]


def test_another_schools_warning_is_not_this_ones(tmp_path: Path) -> None:
    path = edited(tmp_path, primary_teachers=71, primary_teachers_above_degree=72)
    assert answer("R1", path, "--school", "5199010002")["warnings"] == []
    assert answer("R3", path, "--school", FIRST)["warnings"] == []
    assert [one["school_code"] for one in answer("D1", path)["warnings"]] == [FIRST]


def test_what_is_missing_comes_first_and_no_more_is_said_than_was_tried(tmp_path: Path) -> None:
    """R2 and R3 lack their figures, R1 and R5 are missed by far: 3 of 7 are met, three are short."""
    path = edited(
        tmp_path, primary_backbone_teachers=None, primary_pe_arts_teachers=None,
        primary_teachers_above_degree=1, outdoor_sports_area=1, indoor_sports_area=0,
    )  # fmt: skip
    found = answer("RS", path, "--school", FIRST)
    assert found["status"] == "fail"
    assert found["plan"][0].startswith("数据缺失的2项须先补报：R2（")
    assert "R3（" in found["plan"][0]
    counted = next(line for line in found["plan"] if line.startswith("已达标3项"))
    assert "还差3项" in counted
    assert "最易补齐的2项是：" in counted
    assert counted.count("（差") == 2
    assert "其余1项只能来自补报后达标的各项" in counted
    shown = run("RS", path, "--school", FIRST).stdout.replace("\n    ", "")
    assert "不会改变结论" not in shown
    assert "单独改变任何一项都不能使结论变为达标" in shown


@pytest.mark.parametrize("words", [("R4", "--school", "1"), ("G13",)])
def test_data_that_cannot_be_judged_end_with_four(words: tuple[str, ...]) -> None:
    result = run(words[0], EXAMPLES / "invalid.json", *words[1:])
    assert result.exit_code == 4
    assert "invalid.json" in result.stderr


def test_a_broken_file_ends_with_four(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{", "utf-8")
    assert run("G13", path).exit_code == 4


@pytest.mark.parametrize(
    ("rule", "pack"),
    [("AH-G14", "anhui"), ("AH-S2", "anhui"), ("HA-5", "henan"), ("BM", "basic-2012"), ("JS-1", "jiangsu")],
)  # fmt: skip
def test_a_rule_is_found_in_the_rule_set_that_has_it(rule: str, pack: str) -> None:
    result = run(rule)
    assert result.exit_code == 0, result.stderr
    assert f"规则集: {pack}（" in result.stdout
    assert run("ZZ-99").exit_code == 2


def test_a_product_is_not_called_pupils() -> None:
    """48000 is 80 pupils at an average quota of 600."""
    shown = run("G6").stdout.replace("\n    ", "")
    assert "Σ（在校生数 × 生均公用经费基准定额） 48000，在校生数合计 80" in shown
    assert "在校生数合计 48000" not in shown


def test_a_total_names_its_condition_and_its_schools() -> None:
    """716 pupils entered the four public day schools of city and town."""
    found = answer("G13", CONFORMING)
    (one,) = [item for item in found["inputs"] if item["fact"] == "nearby_primary_entrants"]
    assert (one["value"], one["rows"]) == (716, 4)
    assert "是否寄宿制为否" in one["where"]
    assert [(part["value"], part["at"]) for part in one["parts"]] == [
        (224, "/schools/2/primary_entrants"), (203, "/schools/1/primary_entrants"),
        (191, "/schools/0/primary_entrants"), (98, "/schools/11/primary_entrants"),
    ]  # fmt: skip
    assert "4所学校填报数之和，计入：" in run("G13", CONFORMING).stdout


def test_the_largest_class_follows_from_the_sizes() -> None:
    code = (EXAMPLES / "many" / "counties.csv").read_text("utf-8-sig").split("\n")[1].split(",")[0]
    found = answer("G5", EXAMPLES / "many", "--county", code, "--school", "5199110001")
    items = {one["fact"]: one for one in found["inputs"]}
    largest = items["primary_largest_class"]
    assert largest["value"] == max(items["primary_class_sizes"]["value"])
    assert (largest["origin"], largest["source"]) == ("derived", "小学各班学生数")


def test_a_coefficient_on_its_limit_breaks_with_one_teacher() -> None:
    """T6 (a): 100 and 900 pupils with 9 and 27 teachers: exactly 0.5. One teacher more at the small
    school, or one fewer at the large one: 99.0 % against 88.9 %."""
    (spread,) = working(ruleset(BASE), [primary(100, 9), primary(900, 27)], "D1").spread
    assert (spread.status, spread.coefficient) == ("pass", 0.5)
    assert [(one.of, one.change, one.turns_to) for one in spread.flips] == [
        ("1", 1.0, "fail"), ("2", -1.0, "fail"),
    ]  # fmt: skip
    shown = text(working(ruleset(BASE), [primary(100, 9), primary(900, 27)], "D1"))
    assert "单独改变一所即不达标的最小变动" in shown


def test_the_day_on_which_the_years_are_full_is_told_of_a_pass() -> None:
    """Recognised on 2018-11-30: three years on 2021-11-30."""
    assert "2021-11-30 已满3年" in run("E1", CONFORMING).stdout
    early = run("E1", CONFORMING, "--as-of", "2021-11-29").stdout
    assert "2021-11-30 满3年" in early


def test_the_subjects_whose_figures_turn_a_list_are_told() -> None:
    """0.134 must stay below 0.15: 0.016 more is on the limit, which is not below it."""
    flips = {one["title"]: one for one in answer("Q9", CONFORMING)["flips"]}
    assert flips["德育八年级 校际差异率"]["change"] == pytest.approx(0.016)
    assert flips["数学八年级 学业水平"]["change"] == -2.0  # level 4 → 2
    assert {one["turns_to"] for one in flips.values()} == {"fail"}
    assert "单独改变任何一项" not in run("Q9", CONFORMING).stdout


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("G5", "小学：3个班44、45、46：最大46，标准 ≤ 45，不达标。"),
        ("Q9", "校际差异率 0.15：标准 < 0.15，不达标。"),
        ("E1", "自2020-09-01，按2023-08-31判定：已满2年；标准 ≥ 3，不达标。"),
        # 0.58 + 0.60 + … + 0.72 is 5.2, and 5.2 ÷ 8 is 0.65
        ("BM", "(0.58 + 0.6 + 0.62 + 0.64 + 0.66 + 0.68 + 0.7 + 0.72) ÷ 8 = 0.65；标准 ≤ 0.65，达标。"),
        ("HA-5", "÷ 8 = 0.601；标准 ≤ 0.6，不达标。"),
        ("B1", "差异系数 = S ÷ X̄ = 0.5"),
    ],
)  # fmt: skip
def test_every_kind_of_rule_has_a_worked_example(rule: str, line: str) -> None:
    example = run(rule).stdout.split("【算例")[1].replace("\n    ", "")
    assert line in example


def test_a_list_states_its_limits_and_fields() -> None:
    shown = run("Q9").stdout
    assert "· 校际差异率: < 0.15" in shown
    assert "[disparity]" in shown
    assert "[level]" in shown


def test_the_first_day_of_an_edition_is_not_called_the_day_of_the_law() -> None:
    shown = run("AH-G14").stdout
    assert "本规则集自2017-04-19（日期未经证实）起采用" in shown
    assert "施行" not in shown.split("【历次变动】")[1].split("【")[0]


@pytest.mark.parametrize("rule", ["G5", "R4"])
def test_a_school_that_is_left_out_is_told_in_words_that_fit_the_rule(rule: str) -> None:
    document = json.loads(CONFORMING.read_text("utf-8"))
    code = next(s["school_code"] for s in document["schools"] if s["school_type"] == "special")
    found = answer(rule, CONFORMING, "--school", code)
    assert found["status"] == "not_applicable"
    assert found["notes"] == ["不参加本项：办学类型为特殊教育学校"]
    assert "资源配置评估" not in run(rule).stdout.split("【历次变动】")[0].split("不参加")[1]


def test_a_name_that_two_schools_have_is_told_with_their_codes() -> None:
    schools = [{**primary(100, 9), "school_name": "中心小学"} for _ in range(2)]
    with pytest.raises(UsageError) as error:
        find_school(context_of(ruleset(BASE), schools), "中心小学")
    assert "2所" in error.value.what
    assert "1 中心小学、2 中心小学" in error.value.todo


def test_english_has_its_spaces() -> None:
    shown = run("G13", CONFORMING, "--lang", "en").stdout
    assert "(519901), school year 2023" in shown
    assert ") ," not in shown


def test_the_warnings_of_the_judging_itself_are_told_too(tmp_path: Path) -> None:
    """A county's own share that its schools' figures contradict: the rule says so."""
    document = json.loads(CONFORMING.read_text("utf-8"))
    document["county"]["primary_nearby_percent"] = 100
    document["schools"][0]["primary_zoned_entrants"] = 100
    path = tmp_path / "county.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    codes = [one["code"] for one in answer("G13", path)["warnings"]]
    rows = check([path], offers=load()).findings.filter(rule="G13")
    assert rows["warnings"].to_list() == [sorted(set(codes))]
