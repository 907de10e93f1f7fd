"""SARIF, JUnit and GitHub's commands: valid by what others published, and at the right places."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import junitparser
import openpyxl
import polars as pl
import pytest
from jsonschema_rs import validator_for
from lxml import etree

from compliance.checker import Checker, Report
from compliance.engine.results import Results
from compliance.kernel.i18n import use
from compliance.render import renderers
from compliance.render.ci import github, junit, problems_for, sarif
from tests.render import fixture
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PUBLISHED = ROOT / "tests" / "data" / "ci"
ANHUI = "examples/anhui_county.xlsx"
INVALID = "examples/invalid.json"


@cache
def judged(*paths: str | Path) -> Report:
    return Checker().check([Path(path) for path in paths])


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def rendered(report: Results, form: str) -> bytes:
    stream = io.BytesIO()
    renderers()[form](report, stream)
    return stream.getvalue()


def run_of(report: Results) -> Any:
    log = json.loads(rendered(report, "sarif"), parse_constant=pytest.fail)
    (run,) = log["runs"]
    return run


def suites(report: Results) -> Any:
    return etree.fromstring(rendered(report, "junit"))


REPORTS = ("workbook and refused JSON", "conforming", "tables", "hostile", "nothing judged")


@pytest.fixture(params=REPORTS)
def report(request: pytest.FixtureRequest, tables: Path) -> Results:
    name = request.param
    if name in ("hostile", "nothing judged"):
        return fixture.one_county() if name == "hostile" else fixture.nothing_judged()
    paths = {"workbook and refused JSON": (ANHUI, INVALID), "tables": (tables,)}
    return judged(*paths.get(name, ("examples/conforming.json",)))


@pytest.fixture(scope="module")
def schema() -> Any:
    return validator_for(json.loads((PUBLISHED / "sarif-2.1.0.json").read_text("utf-8")))


def test_sarif_meets_the_published_schema(report: Results, schema: Any) -> None:
    log = json.loads(rendered(report, "sarif"))
    assert [str(error) for error in schema.iter_errors(log)] == []


def test_a_run_is_told_in_the_language_asked_for() -> None:
    with use("en"):
        run = run_of(judged(ANHUI).in_language("en"))
    rules = {one["id"]: one for one in run["tool"]["driver"]["rules"]}
    assert run["tool"]["driver"]["language"] == "en-US"
    assert rules["R4"]["shortDescription"]["text"] == "Teaching and auxiliary rooms per pupil"
    for one in nonempty(rules.values()):
        assert not re.search("[一-鿿]", one["name"] + one["shortDescription"]["text"]), one["id"]


def test_sarif_passes_the_validator_of_its_authors(tmp_path: Path) -> None:
    """With the rules by which GitHub takes a file in."""
    tool = shutil.which("Sarif.Multitool") or shutil.which("sarif-multitool")
    if tool is None:
        pytest.skip("the Multitool (npm: @microsoft/sarif-multitool-linux) is not on the path")
    (file := tmp_path / "a.sarif").write_bytes(rendered(judged(ANHUI, INVALID), "sarif"))
    told = tmp_path / "told.sarif"
    subprocess.run(
        [tool, "validate", file, "--rule-kind", "Sarif;Ghas", "--level", "Error", "-o", told],
        check=True,
        capture_output=True,
    )
    assert json.loads(told.read_text("utf-8-sig"))["runs"][0].get("results", []) == []


def test_a_result_is_a_failure_or_has_no_level() -> None:
    report = judged(ANHUI)
    run = run_of(report)
    found = {
        (f["county_code"], f.get("school_code"), f.get("stage"), result["ruleId"]): result
        for result in run["results"]
        if (f := result["properties"])
    }
    kinds = {"fail": "fail", "unknown": "open", "not_checked": "review"}
    told = report.findings.filter(pl.col("status").is_in(list(kinds)))
    assert told.height == len(run["results"]) == len(found)
    for row in nonempty(told.to_dicts()):
        one = found[row["county_code"], row["school_code"], row["stage"], row["rule"]]
        assert one["kind"] == kinds[row["status"]]
        assert (one["level"] == "none") == (row["status"] != "fail")
        if row["status"] == "fail" and row["role"] != "component":
            assert one["level"] == ("note" if row["role"] == "advisory" else "error")
        assert row["message"] in one["message"]["text"]
        assert run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == row["rule"]
    (left_out,) = run["invocations"][0]["toolExecutionNotifications"]
    counts = report.counties[0].counts
    assert f"达标{counts['pass']}项" in left_out["message"]["text"]
    assert f"不适用{counts['not_applicable']}项" in left_out["message"]["text"]


def test_a_result_keeps_its_name_and_no_two_have_one() -> None:
    names = [one["partialFingerprints"] for one in run_of(judged(ANHUI, INVALID))["results"]]
    keys = [one["primaryLocationLineHash"] for one in names]
    assert len(set(keys)) == len(keys)
    assert "349901/3499010001-P-R4" in {one["junhengFinding/v1"] for one in names}


def test_a_cell_of_a_workbook_is_where_the_figure_stands() -> None:
    sheet = openpyxl.load_workbook(ANHUI)["学校"]
    headings = {sheet.cell(1, column).value: column for column in range(1, sheet.max_column + 1)}
    codes = {
        str(sheet.cell(row, headings["学校（机构）标识码"]).value): row for row in range(2, 40)
    }

    def place(rule: str, school: str) -> Any:
        results = run_of(judged(ANHUI))["results"]
        one = next(
            r
            for r in results
            if r["ruleId"] == rule and r["properties"].get("school_code") == school
        )
        (location,) = one["locations"]
        assert location["physicalLocation"] == {
            "artifactLocation": {"uri": ANHUI, "index": 0}  # a region in an archive means nothing
        }
        return location["logicalLocations"][0]["fullyQualifiedName"]

    def cell(heading: str, school: str) -> str:
        return f"学校!{sheet.cell(codes[school], headings[heading]).coordinate}"

    assert place("R4", "3499010001") == cell("教学及辅助用房面积", "3499010001")
    assert place("R6", "3499010002") == cell("教学仪器设备值", "3499010002")  # blank
    assert place("RS", "3499010001") == cell("学校（机构）标识码", "3499010001")


def test_a_line_of_json_is_where_the_figure_stands(tmp_path: Path) -> None:
    given = json.loads((EXAMPLES / "conforming.json").read_text("utf-8"))
    school = given["schools"][2]
    school["teaching_area"], school["junior_class_sizes"] = 1, None
    del school["equipment_value"]
    (file := tmp_path / "县 一" / "数据.json").parent.mkdir()
    file.write_text(json.dumps(given, ensure_ascii=False, indent=1), "utf-8")
    lines = file.read_text("utf-8").splitlines()
    begins = next(n for n, line in enumerate(lines, 1) if school["school_code"] in line)
    found: dict[str, str] = {}
    for one in nonempty(run_of(Checker().check([file]))["results"]):
        if one["properties"].get("school_code") == school["school_code"]:
            physical = one["locations"][0]["physicalLocation"]
            assert unquote(physical["artifactLocation"]["uri"]) == file.as_uri().replace(
                "%E5%8E%BF%20%E4%B8%80/%E6%95%B0%E6%8D%AE", "县 一/数据"
            )
            found[one["ruleId"]] = lines[physical["region"]["startLine"] - 1]
    assert '"teaching_area": 1,' in found["R4"]
    assert found["R6"].strip() == "{"  # no such key: the school's record
    assert lines.index(found["R4"]) > begins


def test_places_of_problems() -> None:
    report = judged(INVALID, ANHUI)
    text = Path(INVALID).read_text("utf-8").splitlines()
    problems = json.loads(rendered(report, "json"))["problems"]
    for one in nonempty([each for each in problems if each["file"] == "invalid.json"]):
        assert one["path"] == INVALID
        key = one["at"].rpartition("/")[2]
        assert f'"{key}"' in text[one["line"] - 1] or one["code"] == "missing_identity"


def test_where_tables_and_archives_have_lines(tables: Path, tmp_path: Path) -> None:
    """A table has the line; in an archive its name stands in the place."""
    archive = shutil.make_archive(str(tmp_path / "many"), "zip", tables)
    packed, open_ = (
        next(one for one in run_of(report)["results"] if "school_code" in one["properties"])[
            "locations"
        ][0]
        for report in (Checker().check([archive]), judged(tables))
    )
    line = open_["physicalLocation"]["region"]["startLine"]
    cell = open_["logicalLocations"][0]["fullyQualifiedName"]
    row = (tables / "schools.csv").read_text("utf-8").splitlines()[line - 1]
    assert open_["logicalLocations"][1]["name"].split()[1] in row
    assert "region" not in packed["physicalLocation"]
    assert packed["logicalLocations"][0]["fullyQualifiedName"] == f"schools.csv {cell}"


def test_junit_meets_the_published_schema_and_counts_right(report: Results) -> None:
    document = suites(report)
    published = etree.XMLSchema(etree.parse(str(PUBLISHED / "junit-10.xsd")))
    published.assertValid(document)
    parsed = junitparser.JUnitXml.fromstring(rendered(report, "junit"))
    cases = [case for suite in parsed for case in suite]
    assert parsed.tests == len(cases)
    assert parsed.failures == sum(case.is_failure for case in cases)
    assert parsed.errors == sum(case.is_error for case in cases)
    keys = [(case.classname, case.name) for case in cases]
    assert len(set(keys)) == len(keys)


def test_a_case_fails_where_the_verdict_does() -> None:
    assert suites(judged("examples/conforming.json")).get("failures") == "0"
    report = judged(ANHUI)
    document = suites(report)
    assert int(document.get("tests", 0)) == report.findings.height
    failed = Counter(one.get("type") for one in document.iter("failure"))
    missed = Counter(report.findings.filter(status="fail")["role"])
    assert "advisory" not in failed
    assert missed["advisory"]
    deciding = ("requirement", "block", "conclusion")
    assert {role: failed[role] for role in deciding} == {role: missed[role] for role in deciding}
    (room,) = (
        one for one in document.iter("testcase")
        if one.get("name") == "R4 小学" and "3499010001" in one.get("classname", "")
    )  # fmt: skip
    assert "位置：examples/anhui_county.xlsx 学校!" in (room[0].text or "")


def commands(report: Results) -> Iterator[tuple[str, dict[str, str], str]]:
    """Annotations as GitHub's runner reads them: command, properties, message."""
    signs = {"%0A": "\n", "%0D": "\r", "%3A": ":", "%2C": ",", "%25": "%"}

    def plain(text: str) -> str:
        return re.sub("|".join(signs), lambda found: signs[found[0]], text)

    for line in nonempty(rendered(report, "github").decode().splitlines()):
        if line.lstrip().startswith("::"):
            _, head, message = line.split("::", 2)
            name, _, listed = head.partition(" ")
            pairs = (one.split("=", 1) for one in listed.split(",") if one)
            yield name, {key: plain(value) for key, value in pairs}, plain(message)
        else:
            assert "##[" not in line


def test_annotations_are_few_and_the_gravest_first(tables: Path) -> None:
    told = list(commands(judged(tables)))
    assert Counter(name for name, *_ in told) == {
        "error": 10, "warning": 7, "notice": 10, "group": 1, "endgroup": 1,
    }  # fmt: skip
    name, properties, message = told[0]
    assert (name, properties["file"]) == ("error", f"{tables}/vetoes.csv")
    assert (
        ",是"
        in Path(properties["file"]).read_text("utf-8").splitlines()[int(properties["line"]) - 1]
    )
    assert properties["title"].startswith("V3 ")
    assert "重点" in message
    lines = rendered(judged(tables), "github").decode().splitlines()
    shown = sum(one.startswith(("::error", "::warning", "::notice", " [")) for one in lines)
    assert shown == len(run_of(judged(tables))["results"])


def test_what_people_typed_is_no_command_no_link_and_no_markup() -> None:
    report = fixture.one_county()
    name = "a](b) ::error::x\r\n::add-mask::y ##[error] \x00\ud800</testcase>%0A,:"
    school = pl.when(pl.col("school_name").is_not_null()).then(pl.lit(name.replace("\ud800", "")))
    message = pl.lit(name.replace("\ud800", "")) + pl.col("message")
    problems = tuple(replace(one, message=name) for one in report.problems)
    hostile = replace(
        report,
        findings=report.findings.with_columns(school_name=school, message=message),
        problems=problems,
    )
    assert {name for name, *_ in commands(hostile)} <= {
        "error", "warning", "notice", "group", "endgroup",
    }  # fmt: skip
    for one in nonempty(run_of(hostile)["results"]):
        assert not {"](", "\n", "\x00"} & {*re.findall(r"]\(|\n|\x00", one["message"]["text"])}
    assert len(list(suites(hostile).iter("testcase"))) == len(list(suites(report).iter("testcase")))


def test_beyond_the_limits_failures_stay_and_all_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = judged(ANHUI)
    for module in (sarif, junit, github):
        monkeypatch.setattr(module, "MOST", 20)
    run = run_of(report)
    assert [one["level"] for one in run["results"]].count("none") == 0
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert sum(map(int, re.findall(r"\d+", told["message"]["text"]))) == report.findings.height - 20
    document = suites(report)
    assert len(document.findall(".//testcase")) == 20
    note = document.findtext("testsuite/system-out") or ""
    assert sum(map(int, re.findall(r"\d+", note))) == report.findings.height - 20
    assert note in rendered(report, "github").decode()


def test_a_broken_rule_is_a_fault_of_the_tool() -> None:
    report = judged(ANHUI)
    broken = (pl.col("rule") == "R4") & (pl.col("school_code") == "3499010001")
    status = pl.when(broken).then(pl.lit("error")).otherwise("status")
    run = run_of(replace(report, findings=report.findings.with_columns(status=status), exit_code=5))
    (ended,) = run["invocations"]
    assert (ended["executionSuccessful"], ended["exitCode"]) == (False, 5)
    assert ended["toolExecutionNotifications"][0]["associatedRule"]["id"] == "R4"
    assert not [one for one in run["results"] if one["properties"].get("status") == "error"]


@pytest.mark.parametrize("form", ["sarif", "junit", "github"])
def test_data_checks_for_ci(form: str, schema: Any) -> None:
    def told(path: str) -> str:
        stream = io.BytesIO()
        problems_for(form, Checker().validate([path]), 4, stream)
        return stream.getvalue().decode()

    wrong, right = told(INVALID), told("examples/conforming.json")
    if form == "sarif":
        run = json.loads(wrong)["runs"][0]
        assert schema.is_valid(json.loads(wrong))
        assert Counter(one["level"] for one in run["results"]) == {"error": 10, "warning": 1}
        assert run["invocations"][0]["exitCode"] == 4
        assert json.loads(right)["runs"][0]["results"] == []
    elif form == "junit":
        assert etree.fromstring(wrong.encode()).get("errors") == "10"
        assert etree.fromstring(right.encode()).attrib["tests"] == "1"  # Jenkins wants a case
    else:
        assert wrong.count("::error file=examples/invalid.json,line=") == 10
        assert right == ""


def test_the_summary_of_a_job_keeps_to_its_room() -> None:
    page = "一行\n".encode() * 1000
    assert github.summary(page, len(page)) == page
    cut = github.summary(page, 3000)
    assert len(cut) <= 3000
    assert cut.decode().startswith("一行\n一行\n")
    assert github.summary(page, 0) == b""
