"""Paths as people and scripts give them: empty ones, devices, several outputs that cannot be."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.kernel.errors import reason
from compliance.kernel.limited_read import read_limited

COUNTY = str(Path(__file__).parents[2] / "examples" / "conforming.json")
ENDLESS = "/dev/zero"
needs_endless = pytest.mark.skipif(not os.path.exists(ENDLESS), reason="no such device here")  # noqa: PTH110


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, words)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    "words",
    [["check", ""], ["check", COUNTY, ""], ["validate", ""], ["check", COUNTY, "--waivers", ""]],
    ids=" ".join,
)
def test_an_empty_path_is_not_this_folder(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "county.json").write_bytes(Path(COUNTY).read_bytes())
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert "路径是空的" in err


def test_nor_in_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = 'inputs = [""]\ncheck = 5\nas-of = 2023-12-01T07:08:09\n'
    (tmp_path / "junheng.toml").write_text(text, "utf-8")
    code, _, err = run("check")
    assert code == 2
    assert "junheng.toml:1: inputs 的值不对：路径是空的" in err
    assert "junheng.toml:2: check 应为表" in err
    assert "junheng.toml:3: as-of 应为日期" in err


@needs_endless
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["check", COUNTY, "--waivers", ENDLESS], 2),
        (["check", COUNTY, "--confirm", ENDLESS], 2),
        (["check", COUNTY, "--mapping", ENDLESS], 2),
        (["replay", ENDLESS], 4),
    ],
    ids=lambda words: words[-2] if isinstance(words, list) else "",
)
def test_what_never_ends_is_not_read(words: list[str], code: int) -> None:
    found, _, err = run(*words)
    assert found == code
    assert "不是普通文件" in err


def test_no_more_is_read_than_a_file_may_hold(tmp_path: Path) -> None:
    (file := tmp_path / "a").write_bytes(b"x" * 10)
    assert read_limited(file, 10) == b"x" * 10
    with pytest.raises(OSError, match="0 MB") as large:
        read_limited(file, 9)
    with pytest.raises(IsADirectoryError):
        read_limited(tmp_path, 9)
    assert "文件超过" in reason(large.value)


def test_all_outputs_that_cannot_be_are_told_at_once(tmp_path: Path) -> None:
    asked = ["foo:x", f"json:{tmp_path / 'nowhere' / 'x'}", "json:-", "sarif:-", "html"]
    words = [word for one in asked for word in ("-o", one)]
    code, out, err = run("check", COUNTY, *words, "--error-format", "json")
    assert (code, out) == (2, "")
    told = [one["what"] for one in json.loads(err)["errors"]]
    assert told == [
        "没有格式“foo”",
        "没有输出文件所在的文件夹",
        "标准输出只能写一种格式",
        "-o 应写成 格式:文件，例如 html:报告.html",
    ]


@pytest.mark.parametrize("number", ["1e999999", "NaN", "9" * 400])
@pytest.mark.parametrize("command", ["replay", "diff"])
def test_a_number_of_no_figure_in_results_is_told(
    number: str, command: str, tmp_path: Path
) -> None:
    (kept := tmp_path / "kept.json").write_text(
        run("check", COUNTY, "--format", "json")[1], "utf-8"
    )
    text = kept.read_text("utf-8")
    (spoilt := tmp_path / "spoilt.json").write_text(
        text.replace('"value":', f'"value":{number},"x":', 1), "utf-8"
    )
    words = [str(spoilt)] if command == "replay" else [str(kept), str(spoilt)]
    code, _, err = run(command, *words)
    assert code == 4
    assert "超出范围" in err
