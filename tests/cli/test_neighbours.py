"""What cannot be read costs itself alone: named, exit code 4, and the good files beside it are judged."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.skipif(os.name == "nt", reason="what only disks of POSIX hold")
GOOD = Path(__file__).parents[2] / "examples" / "conforming.json"


def odd(path: Path) -> None:
    """A name in GBK; the content is that of a good file."""
    Path(os.fsdecode(os.fsencode(path.parent) + b"/\xd6\xd0.json")).write_bytes(GOOD.read_bytes())


def listens(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))  # a socket's whole path must be short


def shut(path: Path) -> None:
    path.write_bytes(GOOD.read_bytes())
    path.chmod(0)


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "odd": (odd, "文件名不是文字（编码不对），请改名"),
    "circle": (lambda path: path.symlink_to(path.name), "无法打开：链接成环"),
    "nowhere": (lambda path: path.symlink_to("none"), "无法打开：文件或文件夹不存在"),
    "pipe": (os.mkfifo, "不是普通文件"),
    "socket": (listens, "不是普通文件"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "不是普通文件"),
    "shut": (shut, "没有权限打开，或正被其他程序占用"),
}


@pytest.fixture(params=BAD)
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good file and a bad one."""
    if request.param == "shut" and os.geteuid() == 0:
        pytest.skip("nothing is shut to root")
    folder = tmp_path / "各县"
    folder.mkdir()
    monkeypatch.chdir(folder)
    BAD[request.param][0](folder / "甲.json")
    (folder / "示范.json").write_bytes(GOOD.read_bytes())
    return folder


def test_in_a_folder_and_by_itself(home: Path, request: pytest.FixtureRequest) -> None:
    why = BAD[request.node.callspec.params["home"]][1]
    files = sorted(home.iterdir())
    for inputs in ([home], files):
        done = run("check", *inputs, "--format", "json")
        assert done.exit_code == 4, done.output
        found = json.loads(done.stdout)
        assert [one["verdict"] for one in found["counties"]] == ["pass"]
        (error,) = [one for one in found["problems"] if one["severity"] == "error"]
        assert (error["code"], error["message"]) == ("cannot_read", why)
    (bad,) = [one for one in files if one.name != "示范.json"]
    assert run("check", bad).exit_code == 4


def test_every_command_goes_on(tmp_path: Path) -> None:
    """With a name that is no text, which is the hardest to say."""
    folder = tmp_path / "各县"
    folder.mkdir()
    odd(folder / "甲.json")
    (folder / "示范.json").write_bytes(GOOD.read_bytes())
    out = os.fsdecode(os.fsencode(tmp_path) + b"/\xd6\xd0")
    for words in nonempty((
        ("validate", folder, "-o", f"{out}-v"), ("missing", folder, "-o", f"{out}.xlsx"),
        ("papers", folder, "-o", f"{out}-p"), ("anonymise", folder, "-o", f"{out}-a"),
        ("check", folder, "-o", f"html:{out}.html", "--format", "sarif", "--previous", folder),
    )):  # fmt: skip
        done = run(*words)
        assert done.exit_code == 4, (words, done.output)
        assert "文件名不是文字" in done.output


def test_templates_that_cannot_be_read_are_not_done_without(tmp_path: Path) -> None:
    for folder in (tmp_path / "none", GOOD):
        done = run("check", GOOD, "--templates", folder)
        assert done.exit_code == 2
        assert "模板文件夹无法读取" in done.stderr
