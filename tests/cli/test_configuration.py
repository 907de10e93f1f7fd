"""junheng.toml: found, taken after command line and environment, and never silently misread."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from compliance.cli import main
from compliance.cli.configuration import COMMON, keys_of
from tests.support.commands import results, run
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "conforming.json"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that holds one conforming county, and ends a repository."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "data").mkdir()
    shutil.copy(EXAMPLE, tmp_path / "data" / "county.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(folder: Path, text: str, name: str = "junheng.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_inputs_rules_outputs_and_switches_stand_in_the_file(project: Path) -> None:
    configure(
        project,
        'inputs = ["data"]\nruleset = "anhui"\nas-of = 2024-09-01\nenforce = "secondary"\n'
        'strict = true\noutput = ["json:out.json"]\nfail-on = "never"\n',
    )
    assert run("check").exit_code == 0
    loaded = json.loads((project / "out.json").read_text("utf-8"))
    assert loaded["ruleset"]["id"] == "anhui"
    assert loaded["ruleset"]["as_of"] == "2024-09-01"
    assert loaded["manifest"]["enforced"] == ["secondary"]
    assert loaded["manifest"]["strict"] is True
    assert loaded["counties"][0]["input"] == "data"


def test_the_command_line_goes_before_the_file(project: Path) -> None:
    configure(project, 'inputs = ["nowhere"]\nruleset = "anhui"\nenforce = ["secondary"]\n')
    loaded = results("data", "--ruleset", "henan", "--enforce", "unconfirmed")
    assert loaded["ruleset"]["id"] == "henan"
    assert loaded["manifest"]["enforced"] == ["unconfirmed"]


def test_the_environment_goes_before_the_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(project, 'inputs = ["data"]\nlang = "en"\n')
    assert "Verdict: conforms" in run("check").stdout
    assert run("check", "--fail-on", "often").stderr.startswith("error: ")
    monkeypatch.setenv("COMPLIANCE_LANG", "zh")
    assert "结论：达标" in run("check").stdout
    assert "Verdict: conforms" in run("check", "--lang", "en").stdout


def test_a_command_has_a_table_of_its_own_before_what_holds_for_all(project: Path) -> None:
    configure(
        project,
        'inputs = ["data"]\nruleset = "anhui"\noutput = "json:results.json"\n'
        '[rectify]\nruleset = "national"\noutput = "papers"\nformat = "md"\n',
    )
    done = run("rectify", "-v")
    assert done.exit_code == 0, done.stderr
    assert "配置文件 junheng.toml，用到：inputs、ruleset、output、format" in done.stderr
    assert "规则集 national（指定的）" in done.stderr
    nonempty((project / "papers").rglob("整改清单.md"))
    assert not (project / "results.json").exists()  # an output of `check` alone
    assert run("missing").exit_code == 0
    assert run("validate").exit_code == 0
    assert "anhui" in run("rules").stdout
    assert run("explain", "G9").stdout != run("explain", "G9", "--county", "519901").stdout


def test_a_key_may_be_called_as_its_list_is_and_stands_once(project: Path) -> None:
    configure(project, 'inputs = "data"\nas_of = 2024-09-01\noutputs = ["json:out.json"]\n')
    assert run("check").exit_code == 0
    assert json.loads((project / "out.json").read_text("utf-8"))["ruleset"]["as_of"] == "2024-09-01"
    configure(project, 'output = "json:out.json"\noutputs = ["json:out.json"]\n')
    assert "junheng.toml:2: output 写了两次" in run("check").stderr


def test_it_is_looked_for_upwards_to_the_end_of_the_repository(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(project, 'inputs = ["data/county.json"]\noutput = "json:out.json"\n')
    inner = project / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert run("check").exit_code == 0  # paths are relative to the file
    assert (project / "out.json").exists()
    above = str(Path("..", "..", "data", "county.json"))
    assert results()["counties"][0]["input"] == above
    assert run("check", "--no-config").exit_code == 2
    (inner.parent / ".git").mkdir()
    assert run("check").exit_code == 2


def test_a_project_has_a_table_in_pyproject_and_the_nearer_file_holds(project: Path) -> None:
    configure(project, '[project]\nname = "junheng-x"\n', "pyproject.toml")
    assert run("check").exit_code == 2
    configure(project, '[tool.junheng]\ninputs = ["data"]\n[tool.junheng.check]\nruleset = "henan"\n', "pyproject.toml")  # fmt: skip
    assert results()["ruleset"]["id"] == "henan"
    other = configure(project, 'inputs = ["data"]\nruleset = "hebei"\n', "other.toml")
    assert results("--config", other)["ruleset"]["id"] == "hebei"
    configure(project, 'inputs = ["data"]\nruleset = "anhui"\n')
    assert results()["ruleset"]["id"] == "anhui"


def test_every_fault_of_the_file_is_told_at_once(project: Path) -> None:
    configure(
        project,
        'inputs = ["data"]\n# a remark\nruelset = "anhui"\nstrict = "yes"\nenforce = [1]\n'
        'fail-on = "often"\nannexes = true\n\n[rectify]\noutptu = "x"\ndata-kind = "gut"\n'
        "[rectfy]\n",
    )
    for words in (("check",), ("validate",), ("rules",)):
        done = run(*words)
        assert done.exit_code == 2
        told = done.stderr.splitlines()
        for line, says in (
            (3, "ruelset"), (4, "strict 应为true 或 false"), (5, "enforce 应为"), (6, "fail、undecided、never"),
            (7, "annexes"), (10, "outptu"), (11, "data-kind"), (12, "rectfy"),
        ):  # fmt: skip
            assert any(one.startswith(f"junheng.toml:{line}: ") and says in one for one in told)
        assert "  → 是否指 ruleset？" in told
        assert "  → 是否指 output？" in told
        assert any("[rectify]" in one for one in told)
    assert run("check", "--help").exit_code == 0
    assert run("--version").exit_code == 0
    configure(project, "", "junheng.toml")
    configure(project, '[tool.junheng]\n\n"no such" = 1\n', "pyproject.toml")
    assert "pyproject.toml:3" in run("check", "--config", "pyproject.toml").stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a = [\n1,\n=", "junheng.toml:3"),
        (b"\xff\xfe\x00\x80" * 20, "UTF-8"),
        (b"#" + b"x" * (1 << 20), "1 MB"),
        (b"a = " + b"[" * 60_000, "TOML"),
        (b"[check]\n[check]\n", "TOML"),
        (b"check = 1\n", "check"),
    ],
)
def test_a_hostile_file_is_refused_in_words(project: Path, content: bytes, says: str) -> None:
    (project / "junheng.toml").write_bytes(content)
    done = run("check", "data")
    assert done.exit_code == 2
    assert says in done.stderr
    assert run("check", "data", "--no-config").exit_code == 0


def test_links_in_a_circle_and_devices_are_refused_in_words(project: Path) -> None:
    (project / "junheng.toml").symlink_to("junheng.toml")
    assert "链接成环" in run("check", "data").stderr
    for path in ("/dev/zero", project, "nowhere.toml"):
        done = run("check", "data", "--config", path)
        assert done.exit_code == 2
        assert str(path) in done.stderr


def test_what_the_page_shows_is_taken_and_fits_the_schema(project: Path) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    configure(project, shown)
    assert run("rules").exit_code == 0
    schema = json.loads((ROOT / "schemas" / "configuration.schema.json").read_text("utf-8"))
    stated = json.loads(json.dumps(tomllib.loads(shown), default=str))
    Draft202012Validator(schema).validate(stated)
    for wrong in ({"ruelset": "x"}, {"strict": "yes"}, {"rectify": {"fail-on": "fail"}}):
        assert not Draft202012Validator(schema).is_valid(wrong)


def test_every_option_of_check_may_stand_there() -> None:
    command = main.commands[COMMON]
    spoken = {
        name[2:]
        for one in command.params
        if isinstance(one, click.Option)
        for name in one.opts
        if name.startswith("--")
    }
    elsewhere = {"config", "no-config", "watch", "stdin-name"}
    assert spoken - elsewhere <= set(keys_of(command))
    wanted = {"inputs", "ruleset", "as-of", "enforce", "switch", "strict", "confirm", "mapping",
              "blank-is-zero", "without-plugin", "output", "fail-on", "lang", "templates"}  # fmt: skip
    assert wanted <= set(keys_of(command))
