"""Papers as the command writes them from figures: who gets one, what it says, what is sent again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.rules.resolution.resolve import resolve
from examples.invented import county
from tests.support.court import installed
from tests.support.nonempty import nonempty

Record = dict[str, Any]
Spoil = Callable[[dict[str, Record]], None]

FIRST, TRAINED, NINE = "县第一实验小学", "县第二实验小学", "育英学校"


def nothing(_: dict[str, Record]) -> None:
    """The county as it is: everything is met."""


def written(folder: Path, spoil: Spoil = nothing, **of_county: Any) -> Path:
    """A county of one township as a file; spoil gets its schools by name."""
    document = county(5, "519931", "试验县", "城关镇")
    document["county"].update(of_county)
    spoil({school["school_name"]: school for school in document["schools"]})
    path = folder / "county.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


def run(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code in (0, 1, 3), result.output
    return result.stdout


def rectify(folder: Path, spoil: Spoil = nothing, *words: str) -> tuple[str, dict[str, str]]:
    """What the command says, and the papers: the list by ``""``, sheets by the school's name."""
    told = run(
        "rectify", written(folder, spoil), "-o", folder / "out", "--format", "md",
        "--today", "2024-07-01", *words,
    )  # fmt: skip
    (of_county,) = (folder / "out").iterdir()
    sheets = {
        path.stem.partition("_")[2]: path.read_text("utf-8")
        for path in of_county.glob("一校一案/*.md")
    }
    return told, {"": (of_county / "整改清单.md").read_text("utf-8"), **sheets}


def poor(schools: dict[str, Record]) -> None:
    """One school lacks an art room, two of another's teachers lack their training."""
    schools[FIRST]["art_room_areas"] = []
    schools[TRAINED]["primary_trained_teachers"] -= 2


def test_nobody_gets_a_plan_without_a_problem(tmp_path: Path) -> None:
    told, papers = rectify(tmp_path, poor)
    assert set(papers) == {"", FIRST, TRAINED}
    assert "没有需要整改的事项、不写整改方案的学校9所：县第三实验小学、" in told
    assert "下列9所学校没有需要整改的事项，不制定整改方案：县第三实验小学、" in papers[""]
    assert FIRST not in papers[""].split("下列9所学校")[1]


def test_a_school_has_its_part_of_a_countys_figure_and_its_headteacher(tmp_path: Path) -> None:
    def spoil(schools: dict[str, Record]) -> None:
        poor(schools)
        schools[NINE]["junior_trained_teachers"] -= 1
        schools[TRAINED]["principal"] = "赵敏"

    _, papers = rectify(tmp_path, spoil)
    (row,) = [line for line in papers[TRAINED].splitlines() if "519931-G9" in line]
    assert "| 2人 | 组织尚未满360学时的教师 2 人完成培训 |" in row
    assert row.endswith("| 赵敏 | 　　年　月 | 全县教师360学时培训 G9 缺3人，本校缺2人 |")
    assert "519931-G9" not in papers[FIRST]


def test_a_problem_is_one_sentence_by_figures(tmp_path: Path) -> None:
    _, papers = rectify(tmp_path, poor)
    rooms = len(county(5, "519931", "试验县", "城关镇")["schools"][0]["art_room_areas"])
    told = f"美术专用教室0间，应有{rooms}间，缺{rooms}间。"
    assert f"| {FIRST}：{told} |" in papers[""]
    assert papers[""].count("每12个班级配备") == 1, "the clause stands once, in the legend"
    assert "每12个班级配备" not in papers[FIRST]


def test_what_the_whole_school_needs_is_worked_out(tmp_path: Path) -> None:
    """700 + 500 × 1.1 = 1,250 weighted pupils: 5.8 ÷ 1.1 × 1,250 = 6,590.91 for 6,000 m²."""

    def spoil(schools: dict[str, Record]) -> None:
        schools[NINE] |= {
            "primary_students": 700, "junior_students": 500,
            "teaching_area": 6000, "indoor_sports_area": 0,
        }  # fmt: skip
        # 800 + 1,500 × 1.2 = 2,600, which at 5.8 need 15,080
        schools["县第三中学"] |= {
            "junior_students": 800, "senior_students": 1500,
            "teaching_area": 12_000, "indoor_sports_area": 0,
        }  # fmt: skip

    _, papers = rectify(tmp_path, spoil)
    told = "缺口按全校计：初中达标，全校需6590.91平方米，现有6000平方米"
    assert told in papers[NINE]
    assert told in papers[""]
    assert "缺口按全校计：初中达标，全校需15080平方米，现有12000平方米" in papers["县第三中学"]


def test_what_is_typed_in_another_unit_is_marked_and_in_no_total(tmp_path: Path) -> None:
    def spoil(schools: dict[str, Record]) -> None:
        pupils = schools[FIRST]["primary_students"]
        schools[FIRST]["equipment_value"] = pupils * 2000 // 10_000  # 万元 below a heading in 元
        schools[TRAINED] |= {"primary_students": 1000, "equipment_value": 1_500_000}

    _, papers = rectify(tmp_path, spoil)
    assert "| 生均教学仪器设备值 | 1 | 500000元 |" in papers[""]
    assert (
        f"另有1项缺口所据数据存疑（标※），核实前未计入合计：{FIRST} 教学仪器设备值（" in papers[""]
    )
    (row,) = [line for line in papers[""].splitlines() if "5199310001-P-R6" in line]
    assert "。※ |" in row
    assert "数据存疑，未计入合计：生均教学仪器设备值为" in row
    text = run("check", tmp_path / "county.json", "--fail-on", "never")
    assert "教学仪器设备值 500000元（1所学校）" in text
    assert "缺口所据数据存疑，核实前未计入合计" in text


def test_a_negative_area_is_doubtful_and_lacks_nothing(tmp_path: Path) -> None:
    def spoil(schools: dict[str, Record]) -> None:
        schools[FIRST] |= {"teaching_area": 300, "indoor_sports_area": 900}

    _, papers = rectify(tmp_path, spoil)
    (row,) = [line for line in papers[FIRST].splitlines() if "5199310001-P-R4" in line]
    assert "| 数据存疑 | — | 核对所据数据 |" in row
    assert "R4" not in papers[""].split("## 待补数据")[0]


def test_advisory_results_and_doubts_of_sources_only_where_asked_for(tmp_path: Path) -> None:
    def spoil(schools: dict[str, Record]) -> None:
        schools[FIRST]["books"] = 10

    doubts = ("二手来源", "未经证实", "来源相互矛盾", "原文未见", "参考指标")
    (tmp_path / "with").mkdir()
    _, papers = rectify(tmp_path, spoil, "--ruleset", "anhui")
    assert not [word for word in doubts for paper in papers.values() if word in paper]
    _, papers = rectify(tmp_path / "with", spoil, "--ruleset", "anhui", "--with-advisory")
    assert {"二手来源", "原文未见"} <= {word for word in doubts if word in papers[""]}
    assert "参考（不计入结论）" in papers[""]


@pytest.mark.parametrize("form", ["md", "html", "docx", "xlsx"])
def test_what_has_to_be_sent_again(form: str, tmp_path: Path) -> None:
    def again(spoil: Spoil) -> list[str]:
        told = run(
            "rectify", written(tmp_path, spoil), "-o", tmp_path / "out", "--format", form,
            "--today", "2024-07-01",
        ).splitlines()  # fmt: skip
        begins = next(
            (n for n, line in enumerate(told) if "重新发送" in line or "重发" in line), None
        )
        return [] if begins is None else told[begins:-1]

    def next_month(schools: dict[str, Record]) -> None:
        schools[TRAINED]["primary_trained_teachers"] -= 1
        schools[NINE]["junior_certified_teachers"] -= 1

    assert again(poor) == []
    assert again(poor) == ["各校整改方案与上次相同，不必重发。"]
    assert again(next_month) == [
        "与上次不同、须重新发送的整改方案3份：",
        f"{FIRST}：已达标1项：音乐、美术专用教室，不再需要整改方案。",
        f"{TRAINED}：数据有变1项：教师360学时培训现为"
        + _trained(1)
        + f"，缺口1人，请以新的整改方案为准（5199310002_{TRAINED}.{form}）。",
        f"{NINE}：新增1项：全县教师资格证 G12 缺1人，本校缺1人，请以新的整改方案为准"
        f"（5199310009_{NINE}.{form}）。",
    ]
    (of_county,) = (tmp_path / "out").iterdir()
    assert not list(of_county.glob(f"一校一案/*{FIRST}*")), "moved to the old drafts"
    assert list(of_county.glob(f"旧稿*/一校一案/*{FIRST}.{form}"))


def _trained(lack: int) -> str:
    everybody = county(5, "519931", "试验县", "城关镇")["schools"][1]["primary_teachers"]
    share = round(100 * (everybody - lack) / everybody, 1)
    return f"{everybody}人中{everybody - lack}人，{share}%"


def test_damaged_sheets_are_not_compared(tmp_path: Path) -> None:
    rectify(tmp_path, poor)
    (sheet,) = (tmp_path / "out").glob(f"*/一校一案/*{FIRST}.md")
    sheet.write_bytes(b"\xff\xfe junheng(")
    told, _ = rectify(tmp_path, poor)
    assert f"{FIRST}：新增1项：美术专用教室0间" in told


def test_years_are_not_counted_as_counties(tmp_path: Path) -> None:
    folder = tmp_path / "years"
    for year in (2023, 2024):
        (folder / str(year)).mkdir(parents=True)
        written(folder / str(year), year=year).rename(folder / f"{year}.json")
        (folder / str(year)).rmdir()
    text = run("check", folder)
    assert text.startswith("1个县（分学年共2份）的判定结果")
    assert "合计1个县（分学年共2份）：" in text
    assert "1个县（分学年共2份）、22份学校数据可以判定" in run("validate", folder)
    html = run("check", folder, "--format", "html")
    assert "1个县（分学年共2份）达标核查" in html


def test_schools_are_counted_as_schools_where_a_rule_has_a_finding_a_stage(tmp_path: Path) -> None:
    """Eleven schools, of which nine have the stages of the rule on class sizes."""

    def spoil(schools: dict[str, Record]) -> None:
        schools[NINE]["primary_class_sizes"][0] += 40
        schools[NINE]["junior_class_sizes"][0] += 40

    figures = written(tmp_path, spoil)
    text = run("check", figures, "--ruleset", "anhui", "--fail-on", "never")
    assert "G5 小学、初中所有班级学生数分别不超过45人、50人：8所学校中1所不达标" in text
    assert "：8所学校中1所不达标" in text.split("参考结果")[1].replace("\n    ", "")


def test_papers_are_named_after_what_the_rule_set_is_about() -> None:
    """The name of 2012 only where the set of 2012 judges."""
    offers, day = installed(), date(2023, 9, 1)
    heads = {
        name: resolve(offers.packs, name, day, kinds=offers.kinds).subject
        for name in nonempty(list(offers.packs))
        if "/" not in name  # a school standard is laid on its province
    }
    assert heads.pop("basic-2012") == "义务教育基本均衡发展"
    assert set(heads.values()) == {"义务教育优质均衡发展"}


def test_no_code_stands_without_its_name(tmp_path: Path) -> None:
    """Where statements are awaited and rules do not apply, too."""
    figures = written(tmp_path, poor, attestations={})
    text = run("check", figures, "--fail-on", "never").replace("\n    ", "")
    awaited = [line for line in text.splitlines() if "待佐证：" in line]
    for line in nonempty(awaited):
        for one in nonempty(line.split("：", 1)[1].split("——")[0].split("、G")):
            assert " " in one, line
