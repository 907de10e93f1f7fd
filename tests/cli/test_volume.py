"""How much is said: -q leaves verdicts and errors, -qq the exit code, -v tells the steps on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.commands import run


def negative(document: dict[str, Any]) -> None:
    document["schools"][0]["primary_students"] = -1


def elsewhere(document: dict[str, Any]) -> None:
    document["county"]["county_code"] = "519902"
    for school in document["schools"]:
        school.pop("county_code", None)


def test_quiet_leaves_a_line_a_county_and_the_errors(county: Callable[..., Path]) -> None:
    good, bad = county(), county(negative, name="bad.json")
    done = run("check", good, "-q")
    assert done.stdout == "✓ 示范县（519901） 2023学年：达标\n"
    assert (done.stderr, done.exit_code) == ("", 0)
    many = run("check", good, county(elsewhere, name="other.json"), "-q")
    assert many.stdout == "✓ 示范县（519901） 2023学年：达标\n✓ 示范县（519902） 2023学年：达标\n"
    refused = run("check", bad, "--quiet")
    assert (refused.stdout, refused.exit_code) == ("", 4)
    assert "/schools/0/primary_students" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    checked = run("validate", bad, "-q")
    assert len(checked.stdout.splitlines()) == 1
    assert run("validate", good, "-q").stdout == ""


def test_silence_leaves_the_exit_code_and_what_was_asked_for(
    county: Callable[..., Path], tmp_path: Path
) -> None:
    bad = county(negative, name="bad.json")
    for command in ("check", "validate"):
        done = run(command, bad, "-qq")
        assert (done.output, done.exit_code) == ("", 4)
    out = tmp_path / "out.json"
    done = run("check", bad, "-qq", "-o", f"json:{out}", "--format", "json")
    assert json.loads(done.stdout) == json.loads(out.read_text("utf-8"))
    assert run("check", "nowhere", "-qq").stderr  # what ends the run is always told


def test_papers_are_written_without_a_word(county: Callable[..., Path], tmp_path: Path) -> None:
    path, out = county(), tmp_path / "out"
    for words in (
        ("rectify", path, "-o", out, "--format", "md"),
        ("declare", path, "-o", tmp_path / "form.xlsx"),
        ("anonymise", path, "-o", tmp_path / "other.json"),
        ("template", "-o", tmp_path / "blank.xlsx"),
    ):
        assert run(*words, "-q").output == ""
    assert "已写" in run("rectify", path, "-o", out, "--format", "md").stdout


def test_the_steps_are_told_on_stderr_alone(county: Callable[..., Path], tmp_path: Path) -> None:
    def of_anhui(document: dict[str, Any]) -> None:
        document["county"]["county_code"] = "341622"
        for school in document["schools"]:
            school.pop("county_code", None)

    path, out = county(of_anhui), tmp_path / "out.json"
    plain, told = run("check", path), run("check", path, "-v", "-o", f"json:{out}")
    assert told.stdout == plain.stdout
    assert plain.stderr == ""
    for says in (
        "没有配置文件", "junheng-anhui", f"读取 {path}", "规则集 anhui（行政区划代码以34开头），按2023-09-01",
        f"写出 {out}", f"退出码{told.exit_code}",
    ):  # fmt: skip
        assert says in told.stderr
    assert run("check", path, "-v", "--error-format", "json").stderr == ""
    assert run("check", path).stderr == ""  # nothing of it stays


def test_several_outputs_in_one_run(county: Callable[..., Path], tmp_path: Path) -> None:
    path, files = county(), {form: tmp_path / f"out.{form}" for form in ("text", "json", "md")}
    words = [word for form, file in files.items() for word in ("-o", f"{form}:{file}")]
    done = run("check", path, *words, "-o", "csv:-", "--format", "ndjson")
    assert done.exit_code == 0
    alone = [run("check", path, "--format", form) for form in ("ndjson", "csv")]
    assert done.stdout_bytes == b"".join(one.stdout_bytes for one in alone)
    assert files["text"].read_text("utf-8") == run("check", path).stdout
    assert files["json"].read_bytes() == run("check", path, "--format", "json").stdout_bytes
    lost = run("check", path, "-o", f"json:{tmp_path / 'no' / 'out.json'}")
    assert lost.exit_code == 2
    assert "请先建好这个文件夹" in lost.stderr
    assert run("diff", path, path, "-o", "json:-").stdout_bytes.startswith(b"{")
