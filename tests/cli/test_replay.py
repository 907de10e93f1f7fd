"""`compliance replay`: the same bytes come again, or what differs is named; nothing hostile is followed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.facts.vocabulary import read_schema
from tests.support.commands import run

Document = dict[str, Any]
EXAMPLES = Path(__file__).parents[2] / "examples"
OPTION_FILES = {
    "city.toml": """
[pack]
id = "test-city"
title = "试市"
layer = "city"
extends = "national"
effective = 2019-01-01
source = "试验"
text_seen = true
""",
    "w.toml": """
[[waiver]]
rule = "G9"
county_code = "519901"
reason = "试验"
approver = "试验"
document = "试〔2025〕1号"
expiry = 2025-02-01
""",
    "m.toml": """
format = "junheng-mapping/1"
[[table]]
record = "schools"
[table.columns]
"别的表/在校生" = "primary_students"
""",
}


@pytest.fixture(scope="module")
def results_of_a(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The results of a.json, judged once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("judged"))
        shutil.copy(EXAMPLES / "conforming.json", "a.json")
        return judged("a.json").read_bytes()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, results_of_a: bytes) -> Path:
    """Where someone judges: a county's file with its results, and a folder with another's and a note."""
    monkeypatch.chdir(tmp_path)
    Path("r.json").write_bytes(results_of_a)
    shutil.copy(EXAMPLES / "conforming.json", "a.json")
    folder = tmp_path / "报送"
    (folder / "安县").mkdir(parents=True)
    other = Path("a.json").read_text("utf-8").replace('"519901"', '"519902"')
    (folder / "安县" / "a.json").write_text(other, "utf-8")
    (folder / "说明.docx").write_text("no table", "utf-8")
    return tmp_path


def judged(*words: str) -> Path:
    """Results, kept in a file of bytes as the program writes them."""
    found = run("check", *words, "-o", "json:r.json")
    assert found.exit_code in (0, 1, 3, 4), found.output
    return Path("r.json")


def test_edited_results_are_written_as_the_program_writes(home: Path) -> None:
    data = Path("r.json").read_bytes()
    edited(lambda document: None)
    assert Path("r.json").read_bytes() == data


def edited(change: Callable[[Document], object]) -> None:
    """The results with something in them changed, written as the program writes."""
    document = json.loads(Path("r.json").read_text("utf-8"))
    findings = document["findings"]
    change(document)
    document["findings"] = []
    head = json.dumps(document, ensure_ascii=False, indent=2).removesuffix("[]\n}")
    rows = ",\n    ".join(
        json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in findings
    )
    Path("r.json").write_bytes(f"{head}[\n    {rows}\n  ]\n}}\n".encode())


@pytest.mark.parametrize(
    "words",
    [
        ["报送", "a.json", "--switch", "retention-b", "--enforce", "secondary", "--strict", "--lang", "en"],
        ["a.json", "--previous", "报送", "--blank-is-zero", "public_funds", "--as-of", "2024-05-01"],
        [
            "a.json", "--waivers", "w.toml", "--today", "2025-01-31", "--mapping", "m.toml",
            "--ruleset", "city.toml", "--without-plugin", "junheng-jiangsu",
        ],
    ],
)  # fmt: skip
def test_the_same_bytes_come_again_where_it_was_judged_and_where_it_was_moved(
    home: Path, words: list[str]
) -> None:
    for name, text in OPTION_FILES.items():
        Path(name).write_text(text, "utf-8")
    judged(*words)
    again = run("replay", "r.json")
    assert again.exit_code == 0, again.output
    assert "逐字节相同" in again.output
    moved = home / "档案" / "2025"
    moved.mkdir(parents=True)
    for name in ("a.json", "报送", *OPTION_FILES):
        shutil.move(name, moved)
    before = sorted(home.rglob("*"))
    assert run("replay", "r.json").exit_code == 2, "nothing is left to judge"
    again = run("replay", "r.json", "--inputs-in", "档案")
    assert again.exit_code == 0, again.output
    os.chdir(moved)
    again = run("replay", home / "r.json")
    assert again.exit_code == 0, f"where the paths lead now\n{again.output}"
    assert sorted(home.rglob("*")) == before, "nothing is written beside the inputs"


def test_what_came_by_standard_input_is_found_by_its_digest(home: Path) -> None:
    data = Path("a.json").read_bytes()
    found = CliRunner().invoke(main, ["check", "-", "报送", "-o", "json:r.json"], input=data)
    assert found.exit_code == 0, found.output
    assert run("replay", "r.json").exit_code == 1
    assert run("replay", "r.json", "a.json").exit_code == 0


def test_results_lie_beside_their_inputs_elsewhere(home: Path, tmp_path: Path) -> None:
    judged("a.json", "报送")
    (home / "elsewhere").mkdir()
    os.chdir("elsewhere")
    assert run("replay", "../r.json").exit_code == 0


def test_what_became_of_an_input_is_named(home: Path) -> None:
    judged("a.json", "报送")
    text = Path("a.json").read_text("utf-8")
    Path("a.json").write_text(text.replace("示范县", "别的县"), "utf-8")
    changed = run("replay", "r.json")
    assert changed.exit_code == 1
    assert "a.json：已不是那时的文件（" in changed.output
    assert "compliance diff r.json a.json" in changed.output
    assert "别的县" not in changed.output, "a file with another digest is not read"
    Path("a.json").unlink()
    assert "a.json：找不到了" in run("replay", "r.json").output
    found = json.loads(run("replay", "r.json", "--format", "json").output)
    jsonschema.validate(found, read_schema("replay"))
    assert [(one["kind"], one["name"]) for one in found["differences"]] == [("missing", "a.json")]
    Path("new").mkdir()
    Path("new/a.json").write_text(text.replace('"graduates": ', '"graduates": 1'), "utf-8")
    other = run("replay", "r.json", "new/a.json")
    assert other.exit_code == 1
    assert "a.json：已不是那时的文件" in other.output
    assert "示范县（519901）" in other.output, "what was given by hand is judged and compared"


def test_of_a_folder_only_what_changed_is_named(home: Path) -> None:
    text = Path("a.json").read_text("utf-8").replace('"519901"', '"519903"')
    Path("报送/b.json").write_text(text, "utf-8")
    judged("报送")
    Path("报送/b.json").write_text(text.replace("示范县", "别的县"), "utf-8")
    found = json.loads(run("replay", "r.json", "--format", "json").output)
    assert [(one["kind"], one["name"]) for one in found["differences"]] == [
        ("changed", "报送/b.json")
    ]


def tampered(document: Document) -> None:
    own = next(one for one in document["findings"] if one["rule"] == "G4" and one["school_code"])
    own["status"], own["value"] = "fail", 99


def another_installation(document: Document) -> None:
    manifest = document["manifest"]
    manifest["tool"] = "junheng 0.0.9"
    manifest["plugins"] |= {"moon": "1", "junheng-national": "0.0.1"}
    manifest["digests"]["packs"]["national"]["rules/2017.toml"] = "0" * 64
    manifest["digests"]["engine"] = "0" * 64


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (tampered, ["G4"]),
        (
            another_installation,
            [
                "程序：junheng 0.0.9 → junheng",
                "插件 moon：1 → 无",
                "插件 junheng-national：0.0.1 → ",
                "rules/2017.toml：000000000000… → ",
                "程序代码的摘要 engine：000000000000… → ",
                "各项判定都相同",
            ],
        ),
        (lambda d: d["findings"][0].update(message="别的话"), ["别的话"]),
        (lambda d: d["problems"].append({**d["problems"][0], "message": "别的"} if d["problems"] else {"message": "别的"}), ["不再有的提示：别的"]),
        (lambda d: d["manifest"].update(enforced=["没有这条"]), ["现在不能判定"]),
    ],
)  # fmt: skip
def test_what_differs_is_named(
    home: Path, change: Callable[[Document], object], told: list[str]
) -> None:
    edited(change)
    found = run("replay", "r.json")
    assert found.exit_code == 1
    assert [one for one in told if one not in found.output] == []


def test_a_plugin_that_was_not_there_then_is_left_out(home: Path) -> None:

    def without(document: Document) -> None:
        for key in (document["manifest"]["plugins"], document["manifest"]["digests"]["plugins"]):
            del key["junheng-jiangsu"]

    edited(without)
    assert run("replay", "r.json").exit_code == 0


def test_a_file_that_was_only_written_anew_is_told_from_one_that_differs(home: Path) -> None:
    data = Path("r.json").read_bytes()
    Path("r.json").write_bytes(data.replace(b"\n", b"\r\n"))
    assert "换行符" in run("replay", "r.json").output
    Path("r.json").write_text(json.dumps(json.loads(data)), "utf-8")
    found = run("replay", "r.json")
    assert (found.exit_code, "重写" in found.output) == (1, True)


def nested(document: Document) -> None:
    asked = document["manifest"]["asked"]
    asked["inputs"] = ["."]
    document["manifest"]["inputs"][0]["path"] = "../../../etc/passwd"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d["manifest"].pop("asked"), 2),
        (lambda d: d.update(manifest={}), 2),
        (lambda d: d.update(manifest=[]), 4),
        (lambda d: d["manifest"].update(language="xx"), 4),
        (lambda d: d["manifest"]["asked"].update(inputs="a.json"), 4),
        (lambda d: d["manifest"]["asked"].update(as_of="gestern"), 4),
        (lambda d: d["manifest"].update(inputs=[{"name": "a.json"}]), 4),
        (lambda d: d["manifest"].update(confirmations=[{"rule": "G4"}]), 4),
        (lambda d: d["manifest"].update(switches=[{}]), 4),
        (nested, 4),
        (lambda d: d["manifest"]["asked"].update(inputs=["/dev/zero"]), 2),
        (lambda d: d["manifest"]["asked"].update(inputs=["\\\\share\\a.json", "//share/a.json"]), 2),
        (lambda d: d["manifest"]["asked"].update(inputs=["a\0.json"]), 2),
        (lambda d: d["manifest"]["asked"].update(inputs=["r.json"]), 1),
        (lambda d: d["manifest"]["asked"].update(mapping="/etc/passwd"), 4),
        (lambda d: d["manifest"].update(previous=7), 4),
        (lambda d: d["manifest"]["asked"].update(ruleset="rules.toml"), 1),
        (lambda d: d.update(counties=None), 4),
        (lambda d: d.update(problems=None), 4),
        (lambda d: d.update(findings={}), 4),
    ],
)  # fmt: skip
def test_hostile_results_are_refused_or_named(
    home: Path, change: Callable[[Document], object], code: int
) -> None:
    document = json.loads(Path("r.json").read_text("utf-8"))
    change(document)
    Path("r.json").write_text(json.dumps(document), "utf-8")
    found = run("replay", "r.json")
    assert found.exit_code == code, found.output


def test_what_is_no_file_of_results_is_said(home: Path) -> None:
    assert run("replay", "none.json").exit_code == 2
    assert run("replay", "a.json").exit_code == 4
    assert run("replay", "r.json", "none").exit_code == 2
    Path("r.json").write_bytes(Path("r.json").read_bytes()[:-99])
    assert run("replay", "r.json").exit_code == 4
    Path("r.json").write_text("[" * 100_000, "utf-8")
    assert run("replay", "r.json").exit_code == 4


def test_waivers_hold_on_the_day_of_then(home: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "waivers.toml", "w.toml")
    shutil.copy(EXAMPLES / "anhui_county.xlsx", "b.xlsx")
    path = judged("b.xlsx", "--waivers", "w.toml", "--today", "2024-03-01")
    assert run("replay", path).exit_code == 0
    away = tmp_path / "away"
    away.mkdir()
    for name in ("b.xlsx", "w.toml"):
        shutil.move(name, away / name)
    assert run("replay", path, "--inputs-in", away).exit_code == 0
    (away / "w.toml").write_text((away / "w.toml").read_text("utf-8") + "\n", "utf-8")
    changed = run("replay", path, "--inputs-in", away)
    assert changed.exit_code == 1
    assert "w.toml" in changed.stdout
