"""A city is one TOML file: facts, templates and cases beside it are its own, wherever it lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from compliance import Report, check
from compliance.authoring.contract import Contract
from compliance.authoring.new_plugin import NewPack, write_new
from compliance.authoring.rule_ids import write_ids
from compliance.authoring.run_cases import check as check_case
from compliance.checker import load
from compliance.cli import main
from tests.support.nonempty import nonempty

CONFORMING = Path(__file__).parents[2] / "examples" / "conforming.json"
FACTS = "schemas/school.schema.json"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city's file as `plugin new --city` writes it, in a folder of a name of its own."""
    folder = tmp_path_factory.mktemp("somewhere") / "规则"
    write_new(
        NewPack("wucheng", "芜城市", extends="anhui", prefix="WC", city=True, out=folder), load()
    )
    return folder / "wucheng.toml"


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The conforming county, whose schools say how many reading lessons they have: the first too few."""
    submission = json.loads(CONFORMING.read_text("utf-8"))
    for number, school in enumerate(submission["schools"]):
        school["reading_lessons"] = 1 if number == 0 else 2
    path = tmp_path_factory.mktemp("figures") / "county.json"
    path.write_text(json.dumps(submission, ensure_ascii=False), "utf-8")
    return path


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(str(ended.value.code))


def findings(report: Report, rule: str) -> list[dict[str, Any]]:
    return [one for one in report.findings.to_dicts() if one["rule"] == rule]


def test_its_facts_are_judged(city: Path, figures: Path) -> None:
    report = check([figures], ruleset=str(city), enforce=("unconfirmed",))
    assert not [one for one in report.problems if "reading_lessons" in one.message]
    county, *_ = [one for one in findings(report, "WC-1") if one["level"] == "county"]
    assert county["status"] == "fail"
    schools = [one for one in findings(report, "WC-1") if one["level"] == "school"]
    assert [one["status"] for one in schools].count("fail") == 1
    assert report.counties[0].verdict == "fail"


def test_another_rule_set_does_not_know_them(figures: Path) -> None:
    report = check([figures], ruleset="anhui")
    assert [one.code for one in report.problems if "reading_lessons" in one.message]


def test_every_command_takes_the_file(
    city: Path, figures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("explain", "WC-1", "--ruleset", city) == 0
    assert "每周阅读课节数" in capsys.readouterr().out
    assert run("rules", "--ruleset", city) == 0
    assert "WC-1" in capsys.readouterr().out
    code = json.loads(figures.read_text("utf-8"))["schools"][0]["school_code"]
    assert run("explain", "WC-1", figures, "--school", code, "--ruleset", city) == 0
    assert "缺1节" in capsys.readouterr().out

    form = tmp_path / "form.xlsx"
    assert run("template", "-o", form, "--ruleset", city) == 0
    sheet = openpyxl.load_workbook(form)["学校"]
    assert [
        cell
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell and "每周阅读课节数" in str(cell)
    ]

    assert (
        run("rectify", figures, "-o", tmp_path / "out", "--ruleset", city, "--format", "html") == 0
    )
    [page] = (tmp_path / "out").rglob("整改清单*.html")
    told = page.read_text("utf-8")
    assert "芜城市：示例附注" in told
    assert "规则集 wucheng （规则文件）" in told


def test_its_contract_is_kept(city: Path) -> None:
    contract = Contract(city.name, city.parent)
    for one in nonempty(contract.cases):
        check_case(one)
    assert write_ids(city.parent, contract.packs) == 2
    assert {name: list(faults()) for name, faults in contract.checks() if list(faults())} == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "properties"),
        ("{", "line 1"),
        ('{"properties": {"reading_lessons": 3}}', "定义不完整"),
        ('{"properties": {"primary_students": {"title": "人数", "type": "integer"}}}', "primary_students"),
        ('{"properties": {"lessons": {"title": "学校名称", "type": "integer", "maximum": 3}}}', "学校名称"),
    ],
)  # fmt: skip
def test_schemas_that_are_no_fragments_are_named_with_their_file(
    text: str, told: str, city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "city.toml"
    file.write_text(city.read_text("utf-8") + "\n[rule.WC-9]\nkind = 3\n", "utf-8")
    facts = tmp_path / FACTS
    facts.parent.mkdir()
    facts.write_text(text, "utf-8")
    assert run("rules", "--ruleset", file) == 2
    said = capsys.readouterr().err
    assert f"{facts}: " in said
    assert told in said
    assert "city.toml:" in said  # the faults of the file itself, in the same breath


def test_a_folder_of_other_schemas_is_nothing_to_it(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(
        '[pack]\nid = "lone"\nextends = "national"\nprefix = "LO-"\ntitle = "孤市"\n'
        'source = "试"\neffective = 2018-01-01\nlayer = "city"\n'
    )
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "invoice.schema.json").write_text("{")
    assert check([CONFORMING], ruleset=str(file)).counties[0].verdict == "pass"
