"""--error-format json: one object on stderr where a run ends with 2, 4 or 5, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from compliance.checker import Checker
from compliance.cli import main
from compliance.engine.kinds.elapsed import Elapsed
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "error.schema.json").read_text("utf-8"))
CITY = (
    '[pack]\nid = "city"\ntitle = "市"\nsource = "市教〔2020〕1号"\neffective = 2018-01-01\n'
    'extends = "national"\nprefix = "CT-"\n'
    '[rule.CT-1]\nkind = "elapsed"\nsince = "basic_balance_date"\nat_least = 3\ntitle = "日期"\n'
    'title_en = "date"\nbasis = "verified"\nsource = "市"\ntext = "x"\nremedy = "x"\nowner = "x"\n'
    '[override.C]\nadd = ["CT-1"]\n'
)
EXAMPLE = str(ROOT / "examples" / "conforming.json")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def failure(result: Result) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(result.stderr)
    Draft202012Validator(SCHEMA).validate(document)
    assert document["exit_code"] == result.exit_code
    return document


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check", "--formt", "json"], "--formt"),
        (["check"], "要判定的文件或文件夹"),
        (["frobnicate"], "frobnicate"),
        ([], "没有说做什么"),
        (["check", EXAMPLE, "--ruleset", "atlantis"], "atlantis"),
        (["check", "no-such-place"], "没有这个文件或文件夹"),
        (["check", EXAMPLE, "-o", "papyrus:x"], "papyrus"),
        (["rectify", EXAMPLE], "-o"),
        (["explain", "R99"], "R99"),
        (["declare", EXAMPLE], "没有说写到哪里"),
    ],
)
def test_wrong_usage_before_and_after_the_name_of_the_command(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    after = run(*words, "--error-format", "json")
    before = run("--error-format=json", *words)
    for result in (before, after):
        assert result.exit_code == 2
        assert result.stdout == ""
        assert says in failure(result)["errors"][0]["what"]
    monkeypatch.setenv("COMPLIANCE_ERROR_FORMAT", "json")
    assert failure(run(*words))["errors"]
    assert run(*words, "--error-format", "text").stderr.startswith(("错误：", "用法："))


def test_each_fault_of_a_rule_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    pack = tmp_path / "city.toml"
    pack.write_text(CITY + "[override.R99]\nat_least = 1\n[override.R98]\nat_least = 1\n", "utf-8")
    found = failure(run("check", EXAMPLE, "--ruleset", pack, "--error-format", "json"))["errors"]
    assert len(found) > 1
    assert all(one["where"].startswith("city.toml:") for one in nonempty(found))


@pytest.mark.parametrize("command", ["check", "validate", "rectify", "declare", "missing"])
def test_inputs_that_break_a_run(command: str, county: Callable[..., Path], tmp_path: Path) -> None:
    def negative(document: dict[str, Any]) -> None:
        document["schools"][0]["primary_students"] = -1

    out = {"rectify": tmp_path / "out", "declare": tmp_path / "out.xlsx"}
    words: list[str | Path] = ["-o", out[command]] if command in out else []
    result = run(command, county(negative), *words, "--error-format", "json")
    assert result.exit_code == 4
    (one,) = failure(result)["errors"]
    assert one["code"] == "negative"
    assert "county.json" in one["where"]
    assert "/schools/0/primary_students" in one["where"]


def test_a_rule_that_breaks(
    monkeypatch: pytest.MonkeyPatch, county: Callable[..., Path], tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Elapsed, "columns", broken)
    pack = tmp_path / "city.toml"
    pack.write_text(CITY, "utf-8")
    result = run("check", county(), "--ruleset", pack, "--error-format", "json")
    assert result.exit_code == 5
    assert [one["what"] for one in failure(result)["errors"]] == [
        "规则出错，未作判定：C", "规则出错，未作判定：CT-1",
    ]  # fmt: skip


def test_the_program_itself_breaks(
    monkeypatch: pytest.MonkeyPatch, county: Callable[..., Path]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("gone")

    monkeypatch.setattr(Checker, "check", broken)
    result = run("check", county(), "--error-format", "json")
    assert result.exit_code == 5
    assert "RuntimeError: gone" in failure(result)["errors"][0]["what"]


def test_a_run_that_ends_well_says_nothing_there(county: Callable[..., Path]) -> None:
    result = run("check", county(), "--error-format", "json", "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["format"] == "junheng-results/1"
