"""`compliance plugin new`: what it refuses, all at once, and that it writes all or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tomli

from compliance.authoring.new_plugin import SOURCE
from compliance.cli import main
from tests.support.nonempty import nonempty


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["plugin", "new", *words])
    return int(str(ended.value.code))


def test_everything_that_is_wrong_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "junheng-anhui").write_text("mine")
    options = ("--region", "41", "--title", "河南省", "--prefix", "AH", "--extends", "natinal")
    assert run("henann", *options, "-o", "junheng-anhui") == 2
    told = capsys.readouterr().err
    said, *lines = told.splitlines()
    assert said == "错误：有6处错误："
    assert [line.split(":")[0] for line in lines[::2]] == [
        "--extends", "--region", "--title", "--title", "--prefix", "junheng-anhui",
    ]  # fmt: skip
    assert all(line.startswith("  → ") for line in nonempty(lines[1::2]))
    assert "henan" in told
    assert "是否指 national？" in told
    assert [path.name for path in tmp_path.iterdir()] == ["junheng-anhui"]


@pytest.mark.parametrize(
    "words",
    [
        ["Zhong"],
        ["../zhong"],
        ["--", "-x"],
        [""],
        ["中原"],
        ["a" * 41],
        ["junheng-zhong"],
        ["national"],
        ["anhui-hefei", "--city"],
        ["zhong", "--title", 'a"\n[rule.X]'],
        ["zhong", "--title-en", "{{ 1 }}"],
        ["zhong", "--region", "9"],
        ["zhong", "--region", "34"],
        ["zhong", "--region", "99", "--city"],
        ["zhong", "--prefix", "ZY1"],
        ["zhong", "--prefix", "hf-"],
        ["zhong", "--extends", "anhui/x"],
        [
            "zhong",
            "--extends",
            "basic-2012",
        ],  # which has none of the rules that the examples change
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*words) == 2
    assert "  → " in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_distribution(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()  # an empty folder is as good as none
    words = ("--region", "99", "--region", "98", "--title", "中原省", "--title-en", "Zhongyuan")
    assert run("zhong-yuan", *words, "-o", str(tmp_path / "new")) == 0
    files = {str(path.relative_to(tmp_path / "new")): path for path in tmp_path.rglob("*.*")}
    assert {
        "pyproject.toml", "README.md", "ci.sh", ".github/workflows/check.yml",
        "src/compliance_zhong_yuan/rules/zhong-yuan.toml",
        "src/compliance_zhong_yuan/schemas/school.schema.json",
        "src/compliance_zhong_yuan/templates/rectify_county.html",
        "tests/cases/zhong-yuan.toml", "tests/test_zhong_yuan.py",
    } <= set(files)  # fmt: skip
    texts = {name: path.read_text("utf-8") for name, path in files.items() if path.is_file()}
    assert not [name for name, text in nonempty(texts.items()) if "@{" in text]
    pack = texts["src/compliance_zhong_yuan/rules/zhong-yuan.toml"]
    assert 'region = ["99", "98"]' in pack
    assert 'names = ["中原省", "中原"]' in pack
    assert "[rule.YU-1]" in pack
    laws = tomli.loads(pack)
    assert {one["basis"] for one in (laws["override"]["Q2"], laws["rule"]["YU-1"])} == {
        "unconfirmed"
    }
    assert laws["pack"]["text_seen"] is False
    assert pack.count("source =") == pack.count(f'source = "{SOURCE}"') == 4
    assert len(texts["tests/test_zhong_yuan.py"].splitlines()) == 3
    json.loads(texts["src/compliance_zhong_yuan/schemas/school.schema.json"])


@pytest.mark.wheel
def test_a_wheel_holds_everything(tmp_path: Path) -> None:
    home, site = tmp_path / "junheng-zhong", tmp_path / "site"
    assert run("zhong", "--region", "99", "--title", "中原省", "-o", str(home)) == 0
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    alone = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(site)]
    subprocess.run([*pip, *alone, str(home)], check=True)
    package = home / "src" / "compliance_zhong"
    assert "compliance_zhong" in next(site.glob("*.dist-info/entry_points.txt")).read_text()
    files = [path.relative_to(package) for path in package.rglob("*") if path.is_file()]
    assert not [path for path in nonempty(files) if not (site / "compliance_zhong" / path).exists()]
