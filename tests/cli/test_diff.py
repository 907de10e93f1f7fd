"""`compliance diff`: submissions and results beside each other; exit codes, formats, golden files."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.facts.vocabulary import read_schema
from tests.support.commands import run as typed
from tests.support.golden import assert_golden

Record = dict[str, Any]
County = Callable[..., Path]


run = partial(typed, "diff")


def later(document: Record) -> None:
    """What three months may bring: a school grows, one closes, one is renamed, one comes."""
    schools = document["schools"]
    schools[0]["primary_students"] += 200
    schools[1]["school_name"] = "启明实验小学"
    schools[2]["equipment_value"] = None
    document["county"]["recognition_percent"] = None
    document["county"]["attestations"]["Q7"] = {"met": False, "evidence": []}
    document["county"]["senior_quota_allocated"] -= 1
    schools.append({**schools[-1], "school_code": "5199010099", "school_name": "新设教学点"})
    del schools[-2]


def results(path: Path, *words: str) -> Path:
    found = CliRunner().invoke(main, ["check", str(path), "--format", "json", *words])
    target = path.with_name(f"{path.stem}-results.json")
    target.write_text(found.stdout, "utf-8")
    return target


def test_nothing_differs(county: County) -> None:
    path = county()
    found = run(path, path)
    assert found.exit_code == 0
    assert found.stdout.endswith("没有变化：示范县（519901） 2023学年\n")
    document = json.loads(run(path, path, "--format", "json").stdout)
    assert (document["differs"], document["findings"], document["figures"]) == (False, [], [])
    assert run(path, results(path)).exit_code == 0


def test_what_is_printed_in_english(county: County) -> None:
    found = run(county(name="三月.json"), county(later, name="六月.json"), "--lang", "en")
    assert found.exit_code == 1
    assert_golden("diff/submissions.en.txt", found.stdout)


def test_what_is_printed_the_page_and_the_document(county: County, tmp_path: Path) -> None:
    page, out = tmp_path / "out.html", tmp_path / "out.json"
    outputs = ("--format", "text", "-o", f"json:{out}", "-o", f"html:{page}")
    done = run(county(name="三月.json"), county(later, name="六月.json"), *outputs)
    assert done.exit_code == 1
    assert_golden("diff/submissions.zh.txt", done.stdout)
    assert_golden("diff/submissions.zh.html", page.read_text("utf-8"))
    text = out.read_text("utf-8")
    own = f'"version": "{version("junheng-national")}"'
    assert_golden("diff/submissions.json", text.replace(own, '"version": "…"'))
    document = json.loads(text)
    jsonschema.validate(document, read_schema("diff"))
    (pair,) = document["counties"]
    found: dict[str, int] = {}
    for one in document["findings"]:
        found[one["class"]] = found.get(one["class"], 0) + 1
    assert found == {k: n for k, n in pair["counts"].items() if k != "figures" and n}
    assert {(one["fact"], one["before"], one["after"]) for one in document["figures"]} == {
        ("primary_students", 1141, 1341),
        ("equipment_value", 4690100, None),
        ("recognition_percent", 92.4, None),
        ("attestations.Q7", True, False),
        ("senior_quota_allocated", 1500, 1499),
    }


def test_results_are_compared_as_they_stand(county: County) -> None:
    """The same findings whichever of the two sides was judged before."""
    before, after = county(name="a.json"), county(later, name="b.json")
    judged = results(before)
    sides = [(before, after), (judged, after), (judged, results(after))]
    told = [json.loads(run(*pair, "--format", "json").stdout) for pair in sides]
    assert told[0]["findings"] == told[1]["findings"] == told[2]["findings"]
    assert [one["counties"][0]["counts"]["figures"] for one in told] == [5, None, None]
    assert "结果文件不含填报的数据" in run(judged, after).stdout


def test_another_rule_set_and_switches_are_named(county: County) -> None:
    path = county()
    found = run(results(path, "--switch", "relaxations-2019"), path)
    assert "启用的放宽或口径：relaxations-2019 → 无" in found.stdout
    found = run(path, results(path, "--ruleset", "shandong"), "--format", "json")
    assert found.exit_code == 1
    (pair,) = json.loads(found.stdout)["counties"]
    rules = {(one["rule"], one["field"]): (one["before"], one["after"]) for one in pair["rules"]}
    assert rules[None, "ruleset"] == ("national", "shandong")
    assert rules["SD-G7", "rule"] == (False, True)
    assert [one["threshold"] for one in rules["G14", "limit"]] == [50, 60]


def test_two_counties(county: County) -> None:
    def other(document: Record) -> None:
        document["county"] |= {"county_code": "519902", "county_name": "邻县"}
        for school in document["schools"]:
            school["county_code"] = "519902"

    found = run(county(), county(other, name="b.json"))
    assert found.exit_code == 1
    assert "两县代码不同：按指标比较，不逐校对应。" in found.stdout
    document = json.loads(county().read_text("utf-8"))
    units = [
        one
        for one in document["schools"]
        if one.get("primary_students")
        and (one["school_type"] != "teaching_point" or one["primary_students"] >= 50)
    ]
    share = f"{len(units)}/{len(units)}（100.0%）"
    assert f"R1 高于规定学历教师 小学：{share} → {share}" in found.stdout


def test_several_counties_at_once(county: County, tables: Path) -> None:
    assert run(tables, tables).exit_code == 0
    found = run(tables, county())
    assert found.exit_code == 1
    assert "只在前一份中的县：" in found.stdout
    assert "只在后一份中的县：示范县（519901） 2023学年" in found.stdout


def negative(document: Record) -> None:
    document["schools"][0]["primary_students"] = -1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"format": "junheng-results/1"', "不是完整的JSON文件"),
        ('["junheng-results/1"]', "不是本程序的结果文件"),
        ('{"format": "junheng-results/1", "findings": []}', "内容不合结果文件的格式"),
        ('{"format": "junheng-results/1", "ruleset": null, "rulesets": [], "manifest": {}, "counties": [], "findings": [{"rule": []}]}', "内容不合结果文件的格式"),
        ('{"format": "junheng-results/1", "ruleset": null, "rulesets": [], "manifest": {}, "counties": [], "findings": [{"rule": "R1", "status": "gut"}]}', "不认识的状态"),
    ],
)  # fmt: skip
def test_results_that_cannot_be_read(county: County, text: str, said: str) -> None:
    bad = county(name="bad.json")
    bad.write_text(text, "utf-8")
    found = run(bad, county())
    assert found.exit_code == 4
    assert said in found.stderr


def test_errors_of_either_side(county: County) -> None:
    found = run(county(), county(negative, name="b.json"))
    assert (found.exit_code, found.stdout) == (4, "")
    assert "b.json /schools/0/primary_students" in found.stderr
    assert run(county(), "nothing.json").exit_code == 2
    assert run(county(), county(), "--format", "pdf").exit_code == 2
    assert run(county(), county(), "-o", "html").exit_code == 2
    assert run(county(), county(), "-o", f"json:{county()}").exit_code == 2
    assert run(county()).exit_code == 2


def test_the_succession_table_matches_schools(county: County) -> None:
    """One renumbered, two merged into a third; the other way round it is the mirror."""

    def grown(document: Record) -> None:
        renumbered, gone = document["schools"][3], document["schools"][4]
        old = renumbered["school_code"]
        renumbered["school_code"] = "5199010088"
        document["schools"].remove(gone)
        document["county"]["succession"] = [
            {"old_code": old, "new_code": ["5199010088"], "date": "2023-08", "reason": "更名"},
            {"old_code": gone["school_code"], "new_code": ["5199010001"], "reason": "合并"},
        ]

    before, after = county(), county(grown, name="b.json")
    for pair, kinds in (
        ((before, after), ["recoded", "went"]),
        ((after, before), ["recoded", "came"]),
    ):
        (told,) = json.loads(run(*pair, "--format", "json").stdout)["counties"]
        assert [one["kind"] for one in told["schools"]] == kinds
        assert told["schools"][1]["reason"] == "merged"
        assert told["schools"][1]["kin"] == ["县第一实验小学"]
    text = run(before, after).stdout
    assert "1所学校更换标识码（按学校沿革对应）：" in text
    assert "合并：县第一实验小学）" in text
