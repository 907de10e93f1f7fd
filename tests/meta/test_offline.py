"""The folder that installs without network: nothing is lacking in it, and it does install."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from release import offline
from release.build import ReleaseError
from release.distributions import distributions, requirements
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
WINDOWS, LINUX = offline.SYSTEMS["windows"], offline.SYSTEMS["linux"]
HERE = "{}.{}".format(*sys.version_info[:2])


def wheel(folder: Path, name: str, *needs: str, tag: str = "py3-none-any") -> Path:
    """A wheel with one module and what it needs."""
    stem, path = f"{name}-1.0", folder / f"{name}-1.0-{tag}.whl"
    told = "".join(f"Requires-Dist: {need}\n" for need in needs)
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    with zipfile.ZipFile(path, "w") as files:
        files.writestr(f"{name}.py", "")
        files.writestr(f"{stem}.dist-info/METADATA", f"{head}Provides-Extra: pdf\n{told}")
        files.writestr(f"{stem}.dist-info/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        files.writestr(f"{stem}.dist-info/RECORD", "")
    return path


def test_what_a_system_needs_is_asked_of_that_system(tmp_path: Path) -> None:
    """Markers, extras, versions and tags: pip asks the machine that it runs on."""
    wheel(
        tmp_path, "app", 'colours; platform_system == "Windows"', 'typesetter; extra == "pdf"',
        'old; python_version < "3.12"', "fast>=1", "later>=2",
    )  # fmt: skip
    wheel(tmp_path, "fast", tag="cp313-cp313-win_amd64")
    wheel(tmp_path, "later")

    def lacks(system: offline.System, python: str, wanted: str = "app") -> list[str]:
        return offline.resolved(system, python, [wanted], tmp_path)[1]

    assert lacks(WINDOWS, "3.13") == ["colours", "later>=2"]
    assert lacks(WINDOWS, "3.11") == ["colours", "fast>=1", "later>=2", "old"]
    assert lacks(LINUX, "3.13", "app[pdf]") == ["fast>=1", "later>=2", "typesetter"]
    (tmp_path / "later-1.0-py3-none-any.whl").rename(tmp_path / "later-2.0-py3-none-any.whl")
    wheel(tmp_path, "fast", tag="cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64")
    chosen, missing = offline.resolved(LINUX, "3.13", ["app"], tmp_path)
    assert missing == []
    assert [path.name.partition("-")[0] for path in chosen] == ["app", "fast", "later"]


def test_scripts_that_every_machine_reads(tmp_path: Path) -> None:
    for source in nonempty(sorted(offline.FILES.iterdir())):
        target = tmp_path / source.name
        offline.script(source, target, ("3.11", "3.12"))
        content = target.read_bytes()
        assert b"@VERSIONS@" not in content
        if source.suffix == ".bat":  # cmd.exe reads it in whatever code page there is
            text = content.decode("ascii")
            assert text.count("\n") == text.count("\r\n")
            labels = set(re.findall(r"^:(\w+)", text, re.MULTILINE))
            assert set(re.findall(r"\bgoto (\w+)", text)) <= labels
        if source.suffix == ".sh":
            assert b"\r" not in content
            assert os.access(target, os.X_OK)
            assert subprocess.run(["sh", "-n", target], check=False).returncode == 0
    assert b"in (3.12 3.11) do" in (tmp_path / "install.bat").read_bytes()


def test_the_guide_is_one_file() -> None:
    page = offline.guide(offline.GUIDE)
    pictures = re.findall(r'<img src="([^"]{30})', page)
    assert len(pictures) == 3
    assert {one[:22] for one in pictures} == {"data:image/png;base64,"}
    assert "start.bat" in page
    assert set(re.findall(r'href="([^"]*)"', page)) <= {"#"}


def _program(processor: int) -> bytes:
    """The head of a program of Windows for a processor."""
    return b"MZ" + bytes(0x3A) + struct.pack("<I", 0x40) + b"PE\0\0" + struct.pack("<H", processor)


def test_a_python_for_windows_is_taken_along_ready(tmp_path: Path) -> None:
    packed, folder = tmp_path / "python-3.13.9-embed-amd64.zip", tmp_path / "folder"
    (folder / "wheels").mkdir(parents=True)
    wheel(folder / "wheels", "app", 'colours; sys_platform == "win32"')
    wheel(folder / "wheels", "colours", tag="cp313-cp313-win_amd64")
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("python.exe", _program(0x8664))
        files.writestr("python3.dll", "")
        files.writestr("python313.dll", "")
        files.writestr("python313._pth", "python313.zip\n.\n\n#import site\n")
    offline.take_python(packed, folder, ["app"])
    home = folder / "python"
    assert (home / "python.exe").is_file()
    for name in ("app.py", "colours.py"):
        assert (home / "Lib" / "site-packages" / name).is_file()
    assert (home / "python313._pth").read_text().splitlines()[-1] == r"Lib\site-packages"
    assert "python-3.13.9-embed-amd64.zip" in (home / "source.txt").read_text()
    assert {path.name for path in folder.iterdir()} == {"python", "wheels"}


@pytest.mark.parametrize(
    ("home", "library", "processor"),
    [("", "python310.dll", 0x8664), ("tools/", "python313.dll", 0x14C), ("else/", "", 0)],
)
def test_another_python_is_refused(home: str, library: str, processor: int, tmp_path: Path) -> None:
    packed = tmp_path / "python.zip"
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr(f"{home}python.exe", _program(processor))
        files.writestr(f"{home}{library}", "")
    with pytest.raises(ReleaseError, match=r"64-bit|no python"):
        offline.take_python(packed, tmp_path, [])


@pytest.fixture(scope="module")
def folder(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for this Python on Linux and Windows, in a place with Chinese and a blank in its name."""
    made = tmp_path_factory.mktemp("offline") / "离线 安装"
    try:
        offline.make(made, wheels, distributions(), (LINUX, WINDOWS), (HERE,))
    except ReleaseError as error:
        if "connection" in str(error).lower():
            pytest.skip(f"no registry can be reached: {error}")
        raise
    return made


def without_network(*words: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run where no network is: in a namespace without one, or where that is not allowed behind a dead proxy."""
    cut = ["unshare", "--map-root-user", "--net"]
    alone = shutil.which("unshare") and not subprocess.run([*cut, "true"], check=False).returncode
    dead = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    environment = {**os.environ, **dead, "COMPLIANCE_CACHE": "off"}
    return subprocess.run(
        [*(cut if alone else []), *map(str, words)],
        input=typed, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.wheel
@pytest.mark.skipif(sys.platform != "linux", reason="installs on Linux")
def test_it_installs_judges_and_writes_without_network(folder: Path, tmp_path: Path) -> None:
    example = folder / "examples" / "anhui_county.xlsx"
    judged = without_network(folder / "start.sh", "check", example)
    assert judged.returncode == 1, judged.stderr
    assert "✗ 结论：未达标" in judged.stdout
    assert "正在安装" not in judged.stdout  # told beside what may be piped
    assert f"命令在：{folder}/venv/bin/compliance\n" in judged.stderr

    command = without_network(folder / "venv" / "bin" / "compliance", "rulesets")
    for name in ("national", "anhui", "jiangsu"):
        assert name in command.stdout
    menu = without_network(folder / "start.sh", typed="1\n0\n")
    assert menu.returncode == 0, menu.stderr
    assert "数据：examples/" in menu.stdout
    assert menu.stdout.endswith("已退出。\n")

    dragged = shutil.copy(ROOT / "examples" / "conforming.json", tmp_path / "填报 (1).json")
    papers = without_network(folder / "start.sh", dragged)
    assert papers.returncode == 0, papers.stderr
    assert (tmp_path / "填报 (1)_核查结果" / "核查报告.html").is_file()


@pytest.mark.wheel
@pytest.mark.skipif(sys.platform != "linux", reason="installs on Linux")
def test_a_wheel_that_was_changed_is_not_installed(folder: Path, tmp_path: Path) -> None:
    """By its digest, and by pip where the list of digests was changed with it."""
    copy = shutil.copytree(folder, tmp_path / "copy", ignore=shutil.ignore_patterns("venv"))
    changed = next((copy / "wheels").glob("cattrs-*.whl"))
    with zipfile.ZipFile(changed, "a") as files:
        files.writestr("cattrs/planted.py", "")
    done = without_network(sys.executable, copy / "install.py")
    assert done.returncode == 1
    assert f"wheels/{changed.name}" in done.stderr
    sums = copy / "SHA256SUMS"
    lines = [line for line in sums.read_text("utf-8").splitlines() if changed.name not in line]
    sums.write_text("\n".join(lines), "utf-8")
    done = without_network(sys.executable, copy / "install.py")
    assert done.returncode == 1
    assert "HASHES" in done.stderr
    assert not (copy / "venv" / "installed.txt").exists()


@pytest.mark.wheel
def test_the_folder_says_what_is_in_it(folder: Path) -> None:
    bill = json.loads((folder / "wheels" / "sbom.cdx.json").read_text("utf-8"))
    told = {one["name"]: one for one in bill["components"]}
    assert bill["bomFormat"] == "CycloneDX"
    assert len(bill["components"]) == len(list((folder / "wheels").glob("*.whl")))
    assert told["docxtpl"]["licenses"][0]["license"]["id"].startswith("LGPL")
    for one in nonempty(bill["components"]):
        (digest,) = one["hashes"]
        assert digest["content"] in (folder / "SHA256SUMS").read_text("utf-8")


@pytest.mark.wheel
def test_windows_finds_every_wheel_there(folder: Path, tmp_path: Path) -> None:
    """As pip on Windows would resolve it, and nothing that only its markers ask for is lacking."""
    wanted = requirements(distributions())
    assert offline.resolved(WINDOWS, HERE, wanted, folder / "wheels")[1] == []
    words = ["install", "--isolated", "--dry-run", "--no-index", "--only-binary=:all:"]
    words += ["--platform=win_amd64", f"--python-version={HERE}", "--target", str(tmp_path)]
    words += ["--find-links", str(folder / "wheels"), *wanted]
    done = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    for name in (f"junheng-{distributions()[0].version}", "polars", "typst"):
        assert name in done.stdout.decode()


@pytest.mark.wheel
def test_another_python_is_told_which_one_is_needed(folder: Path) -> None:
    (folder / "targets.txt").write_text("linux-3.5\nwindows-3.12\n", "ascii")
    done = without_network(sys.executable, folder / "install.py", folder / "elsewhere")
    assert done.returncode == 1
    assert f"这个 Python 是 {HERE}" in done.stderr
    assert "用于 3.5" in done.stderr
    assert not (folder / "elsewhere").exists()
