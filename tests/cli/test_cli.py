"""The commands as typed: exit codes, streams, formats, dates, bases; each against the contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.engine.kinds.elapsed import Elapsed
from tests.support.commands import results, run
from tests.support.nonempty import nonempty

EXAMPLES = Path(__file__).parents[2] / "examples"
Edit = Callable[[dict[str, Any]], None]


def finding(loaded: dict[str, Any], rule: str) -> dict[str, Any]:
    (found,) = [f for f in loaded["findings"] if f["rule"] == rule and f["level"] == "county"]
    assert isinstance(found, dict)
    return found


def unmet_quota(document: dict[str, Any]) -> None:
    document["county"]["senior_quota_allocated"] = document["county"]["senior_quota"] * 0.49


def blank_recognition(document: dict[str, Any]) -> None:
    del document["county"]["recognition_percent"]


def negative(document: dict[str, Any]) -> None:
    document["schools"][0]["primary_students"] = -1


def as_anhui(document: dict[str, Any]) -> None:
    document["county"]["province"] = "安徽省"


def quota(share: float) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        document["county"]["senior_quota"] = 1000
        document["county"]["senior_quota_allocated"] = share * 10
        document["county"]["senior_quota_allocated_rural"] = 0

    return edit


def test_0_conforms(county: Callable[..., Path]) -> None:
    assert run("check", county()).exit_code == 0


def test_1_a_requirement_fails(county: Callable[..., Path]) -> None:
    path = county(quota(49))
    assert run("check", path).exit_code == 1
    assert run("check", path, "--fail-on", "never").exit_code == 0
    assert run("check", path, "--fail-on", "fail").exit_code == 1


def test_3_undecided(county: Callable[..., Path]) -> None:
    path = county(blank_recognition)
    assert run("check", path).exit_code == 3
    assert run("check", path, "--fail-on", "fail").exit_code == 0
    assert run("check", path, "--fail-on", "never").exit_code == 0


def test_4_breaks_the_schema(county: Callable[..., Path]) -> None:
    path = county(negative)
    for fail_on in ("undecided", "never"):
        result = run("check", path, "--fail-on", fail_on)
        assert result.exit_code == 4
    assert "primary_students" in result.stdout
    assert run("validate", path).exit_code == 4
    assert run("validate", county()).exit_code == 0


def test_the_first_of_4_1_3_0_wins_and_the_good_files_keep_their_results(
    county: Callable[..., Path], tmp_path: Path
) -> None:
    def moved(code: str) -> Edit:
        def edit(document: dict[str, Any]) -> None:
            document["county"]["county_code"] = code
            for school in document["schools"]:
                school.pop("county_code", None)

        return edit

    county(negative, moved("510001"), name="bad.json")
    county(quota(49), moved("510002"), name="fails.json")
    county(blank_recognition, moved("510003"), name="open.json")
    county(moved("510004"), name="good.json")
    (tmp_path / "torn.json").write_text('{"format": "junheng-submission/1",}', "utf-8")
    result = run("check", tmp_path, "--format", "json")
    assert result.exit_code == 4
    loaded = json.loads(result.stdout)
    assert [(c["county_code"], c["verdict"]) for c in loaded["counties"]] == [
        ("510002", "fail"), ("510003", "undecided"), ("510004", "pass"),
    ]  # fmt: skip
    errors = {p["file"] for p in loaded["problems"] if p["severity"] == "error"}
    assert errors == {"bad.json", "torn.json"}
    (tmp_path / "bad.json").unlink()
    (tmp_path / "torn.json").unlink()
    assert run("check", tmp_path).exit_code == 1
    (tmp_path / "fails.json").unlink()
    assert run("check", tmp_path).exit_code == 3


@pytest.mark.parametrize(
    "words",
    [
        ["check", "no-such-place"],
        ["check", "."],  # an empty folder
        ["check"],
        ["check", EXAMPLES / "conforming.json", "--ruleset", "atlantis"],
        ["check", EXAMPLES / "conforming.json", "--ruleset", "no-such.toml"],
        ["check", EXAMPLES / "conforming.json", "--as-of", "2016-01-01"],
        ["check", EXAMPLES / "conforming.json", "--as-of", "someday"],
        ["check", EXAMPLES / "conforming.json", "--enforce", "rumour"],
        ["check", EXAMPLES / "conforming.json", "--format", "papyrus"],
        ["check", EXAMPLES / "conforming.json", "-o", "html"],
        ["check", EXAMPLES / "conforming.json", "-o", "json:no/such/folder/x.json"],
        ["rectify", EXAMPLES / "conforming.json"],
        ["explain", "R99"],
        ["frobnicate"],
    ],
)
def test_2_wrong_usage(words: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 2
    assert result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": "junheng-submission/9"}',
        '{"format": "junheng-submission/1", "county": {}, "schools": []}',
    ],
)
def test_4_nothing_in_it(content: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(content, "utf-8")
    assert run("check", tmp_path / "x.json").exit_code == 4


def test_5_a_rule_that_breaks(
    county: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Elapsed, "columns", broken)
    pack = tmp_path / "city.toml"
    pack.write_text(
        '[pack]\nid = "city"\ntitle = "市"\nsource = "市教〔2020〕1号"\neffective = 2018-01-01\nextends = "national"\nprefix = "CT-"\n'
        '[rule.CT-1]\nkind = "elapsed"\nsince = "basic_balance_date"\nat_least = 3\ntitle = "日期"\ntitle_en = "no date"\nbasis = "verified"\nsource = "市"\n'
        'text = "x"\nremedy = "x"\nowner = "x"\n[override.C]\nadd = ["CT-1"]\n',
        "utf-8",
    )
    result = run("check", county(), "--ruleset", pack, "--format", "json")
    assert result.exit_code == 5
    assert finding(json.loads(result.stdout), "CT-1")["status"] == "error"


def test_a_city_needs_no_package_only_a_file(county: Callable[..., Path], tmp_path: Path) -> None:
    pack = tmp_path / "city.toml"
    pack.write_text(
        '[pack]\nid = "city"\ntitle = "某市"\nsource = "市教〔2020〕1号"\neffective = 2018-01-01\nextends = "anhui"\nprefix = "CT-"\n'
        '[override.G14]\nat_least = 90\nbasis = "verified"\nsource = "市教〔2020〕1号"\n',
        "utf-8",
    )
    loaded = results(county(quota(89)), "--ruleset", pack)
    assert loaded["ruleset"]["layers"] == ["national", "anhui", "city"]
    assert finding(loaded, "G14")["status"] == "fail"
    assert finding(loaded, "G14")["shortfall"] == 10


def test_an_override_not_in_force_stands_beside_and_may_be_enforced(
    county: Callable[..., Path],
) -> None:
    path = county(as_anhui, quota(60))
    loaded = results(path)
    assert (finding(loaded, "G14")["status"], finding(loaded, "G14")["role"]) == (
        "pass",
        "requirement",
    )
    beside = finding(loaded, "AH-G14")
    assert (beside["status"], beside["role"], beside["basis"]) == ("fail", "advisory", "secondary")
    assert loaded["counties"][0]["verdict"] == "pass"
    text = " ".join(run("check", path).stdout.split())
    assert "按国家标准（≥50%）达标；按安徽省≥80%（二手来源）未达标" in text.replace(" ", "")
    for word in ("secondary", "AH-G14"):
        enforced = results(path, "--enforce", word)
        assert finding(enforced, "G14")["status"] == "fail"
        assert enforced["counties"][0]["verdict"] == "fail"
        assert enforced["manifest"]["enforced"] == [word]


def test_shandong_decides_by_60_percent(county: Callable[..., Path]) -> None:
    def province(document: dict[str, Any]) -> None:
        document["county"]["province"] = "shandong"

    assert finding(results(county(province, quota(59.9))), "G14")["status"] == "fail"
    assert finding(results(county(province, quota(60))), "G14")["status"] == "pass"
    assert finding(results(county(quota(59.9))), "G14")["status"] == "pass"


def test_the_same_input_gives_the_same_bytes_in_any_order(county: Callable[..., Path]) -> None:
    one = county()
    first = run("check", one, "--format", "json").stdout

    def shuffled(document: dict[str, Any]) -> None:
        document["schools"].reverse()

    other = json.loads(run("check", county(shuffled), "--format", "json").stdout)
    assert run("check", county(), "--format", "json").stdout == first
    assert other["findings"] == json.loads(first)["findings"]


def test_output_files_are_whole_and_stdout_keeps_the_summary(
    county: Callable[..., Path], tmp_path: Path
) -> None:
    files = {
        form: tmp_path / f"out.{form}"
        for form in ("json", "ndjson", "csv", "parquet", "md", "html")
    }
    outputs = [word for form, file in files.items() for word in ("-o", f"{form}:{file}")]
    result = run("check", county(), *outputs)
    assert "结论" in result.stdout
    assert result.stderr == ""
    assert all(file.stat().st_size > 500 for file in nonempty(files.values()))
    loaded = json.loads(files["json"].read_text("utf-8"))
    lines = files["ndjson"].read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == loaded["findings"]


def test_english_by_choice(county: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        "conforms" in run("check", county(), "--lang", "en").stdout.lower()
        or "met" in run("check", county(), "--lang", "en").stdout.lower()
    )
    monkeypatch.setitem(os.environ, "COMPLIANCE_LANG", "en")
    assert "结论" not in run("check", county()).stdout
    assert "结论" in run("check", county(), "--lang", "zh").stdout


def test_rectify_ends_0_whatever_the_verdict(county: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "papers"
    assert run("rectify", county(quota(49)), "-o", out, "--format", "md").exit_code == 0
    (whole,) = out.rglob("*.md")  # of 25 schools none has anything to put right
    assert "G14" in whole.read_text("utf-8")


def test_the_lists_of_what_there_is() -> None:
    assert {"national", "anhui", "shandong", "henan"} <= set(run("rulesets").stdout.split())
    assert "HA-1" in run("rules", "--ruleset", "henan").stdout
    text = run("explain", "r3").stdout
    assert "教督〔2017〕6号" in text
    assert "0.765" in text


def test_the_template_holds_the_rule_sets_own_facts(tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    assert run("template", "-o", path, "--ruleset", "henan").exit_code == 0
    assert path.stat().st_size > 5000
    assert run("check", path).exit_code == 4


@pytest.mark.parametrize(
    ("encoding", "words", "says"),
    [
        ("gbk", ["check"], "√ 结论：达标"),
        ("gbk", ["explain", "D1"], "S = √(ΣP·(x-X)^2 ÷ ΣP)"),
        ("cp437", ["check", "--lang", "en"], "√ Verdict: conforms"),
        ("cp1252", ["check", "--lang", "en"], "v Verdict: conforms"),
        ("cp1252", ["explain", "D1", "--lang", "en"], "S = sqrt(sum P·(x-X)² ÷ sum P)"),
        ("latin-1", ["check"], "v Verdict: conforms"),  # no Chinese there: English
        (
            "latin-1",
            ["check", "--lang", "zh"],
            r"v \u7ed3\u8bba",
        ),  # never a “?”: that is a state's sign
    ],
)
def test_a_narrow_stream_loses_no_meaning(
    encoding: str, words: list[str], says: str, county: Callable[..., Path]
) -> None:
    done = CliRunner(charset=encoding).invoke(main, [*words, str(county())])
    assert done.exit_code == 0, done.output
    assert says in done.stdout_bytes.decode(encoding)


def test_nor_does_that_of_a_process(county: Callable[..., Path]) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    whole = [sys.executable, "-m", "compliance", "check", str(county())]
    done = subprocess.run(whole, env=environment, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "v Verdict: conforms" in done.stdout.decode("latin-1")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check"], "缺少 要判定的文件或文件夹"),
        (["check", "x", "--as-of", "someday"], "2023-09-01"),
        (["frobnicate"], "没有命令 frobnicate"),
        (["check", "x", "--fail-on", "always"], "fail、undecided、never"),
        (["check", "x", "--formt", "json"], "--format"),
    ],
)
def test_complaints_about_usage_are_chinese(words: list[str], says: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert says in result.stderr


def test_an_output_never_overwrites_an_input_or_its_twin(
    county: Callable[..., Path], tmp_path: Path
) -> None:
    path = county()
    before = path.read_bytes()
    assert run("check", path, "-o", f"json:{path}").exit_code == 2
    assert run("check", tmp_path, "-o", f"json:{path}").exit_code == 2
    assert path.read_bytes() == before
    twin = tmp_path / "twin"
    assert run("check", path, "-o", f"json:{twin}", "-o", f"csv:{twin}").exit_code == 2
    assert not twin.exists()


def stated(**vetoes: Any) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        document["county"]["vetoes"] |= vetoes

    return edit


def test_a_veto_may_be_named_by_its_title(county: Callable[..., Path]) -> None:
    def by_title(document: dict[str, Any]) -> None:
        del document["county"]["vetoes"]["V2"]
        document["county"]["vetoes"]["存在违规择校行为"] = True

    loaded = results(county(by_title))
    assert finding(loaded, "V2")["status"] == "fail"
    assert loaded["counties"][0]["verdict"] == "fail"


def test_a_stated_incident_that_names_nothing_is_never_an_acquittal(
    county: Callable[..., Path],
) -> None:
    result = run("check", county(stated(V9=True)), "--format", "json")
    assert result.exit_code == 4
    loaded = json.loads(result.stdout)
    assert loaded["counties"] == []
    (problem,) = [p for p in loaded["problems"] if p["code"] == "unknown_veto"]
    assert problem["severity"] == "error"
    assert "V6" in problem["expected"]
    assert run("check", county(stated(V9=False))).exit_code == 0


def test_a_statement_for_a_rule_that_takes_none_is_reported(county: Callable[..., Path]) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["county"]["attestations"]["G9"] = {"met": False}

    loaded = results(county(edit))
    assert [p["code"] for p in loaded["problems"]] == ["unknown_attestation"]
    assert finding(loaded, "G9")["status"] == "pass"


def test_a_share_that_the_schools_contradict_is_doubted(county: Callable[..., Path]) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["county"]["junior_nearby_percent"] = 97.0

    loaded = results(county(edit))
    assert [p["code"] for p in loaded["problems"]] == ["parts_disagree"]
    assert finding(loaded, "G13")["warnings"] == ["parts_disagree"]
    assert finding(loaded, "G13")["status"] == "pass"


def test_warnings_reach_every_verdict_that_rests_on_them(county: Callable[..., Path]) -> None:
    def edit(document: dict[str, Any]) -> None:
        school = next(s for s in document["schools"] if s["school_type"] == "primary")
        school["primary_certified_teachers"] = school["primary_teachers"] + 1

    loaded = results(county(edit))
    warned = {(f["rule"], f["stage"]) for f in loaded["findings"] if f["warnings"]}
    deciding = {("G9", None), ("G12", None), ("CG", None), ("C", None)}
    assert warned == deciding | {("B6", "primary"), ("E2", "primary")}


def test_a_county_without_any_stage_with_pupils_is_remarked_on(county: Callable[..., Path]) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["schools"] = [s for s in document["schools"] if s["school_type"] == "special"]

    codes = [p["code"] for p in results(county(edit))["problems"]]
    assert "no_units" in codes


def test_refused_counties_leave_nothing_behind(county: Callable[..., Path], tmp_path: Path) -> None:
    """A county refused for an incident that names nothing costs only itself."""
    from compliance.checker import check

    def moved(document: dict[str, Any]) -> None:
        document["county"]["county_code"] = "510002"
        for school in document["schools"]:
            school.pop("county_code", None)

    county(stated(V9=True), name="a.json")
    county(moved, name="b.json")
    report = check([tmp_path])
    assert [one.county_code for one in report.counties] == ["510002"]
    assert [one.county_code for one in report.refused] == ["519901"]
    assert report.schools["county_code"].unique().to_list() == ["510002"]
