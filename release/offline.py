"""A folder, and a zip, to install from without network: `python -m release.offline` (`make offline`), into dist/.

Wheels of core, packs and libraries for each system and Python; scripts that install and start; the
examples; the guide. Made from the last commit, on a machine with network. Neither PyPI nor npm was found
to have a trustworthy Python for Windows as a package: without ``--windows-python`` the folder uses the one that is
installed there, and its guide says where it comes from.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from release.build import ReleaseError, build, write_sums
from release.distributions import CORE, EXTRAS, ROOT, Distribution, distributions, requirements
from release.sbom import FILE, of_wheel, of_wheels

PYTHONS = ("3.11", "3.12", "3.13")
FILES = ROOT / "release" / "for_officers"
GUIDE = ROOT / "docs" / "offline.md"
_EXAMPLES = ("anhui_county.xlsx", "henan_county.xlsx", "shandong_county.xlsx")
_AMD64 = 0x8664  # in the head of a program for 64-bit Windows
_GLIBC = range(28, 16, -1)  # manylinux_2_28 … manylinux_2_17


@dataclass(frozen=True)
class System:
    """What wheels are chosen by: the tags of pip, and what markers of requirements ask."""

    name: str
    platforms: tuple[str, ...]
    facts: Mapping[str, str]

    def environment(self, python: str) -> dict[str, str]:
        """The values of all markers there."""
        known = {name: str(value) for name, value in default_environment().items()}
        of_python = {"python_version": python, "python_full_version": f"{python}.0"}
        implementation = {
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }
        return {**known, **self.facts, **of_python, **implementation, "extra": ""}

    def tags(self, python: str) -> set[Tag]:
        """The tags of the wheels that can be installed there."""
        version = [int(part) for part in python.split(".")]
        tags = {*cpython_tags(version, platforms=self.platforms)}
        return tags | {*compatible_tags(version, f"cp{''.join(python.split('.'))}", self.platforms)}


def _linux(name: str, machine: str) -> System:
    glibc = (f"manylinux_2_{minor}_{machine}" for minor in _GLIBC)
    facts = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"}
    platforms = (*glibc, f"manylinux2014_{machine}", f"linux_{machine}")
    return System(name, platforms, {**facts, "platform_machine": machine})


SYSTEMS = {
    "windows": System(
        "windows",
        ("win_amd64",),
        {
            "os_name": "nt",
            "sys_platform": "win32",
            "platform_system": "Windows",
            "platform_machine": "AMD64",
        },
    ),
    "linux": _linux("linux", "x86_64"),
}


def main(words: Sequence[str]) -> int:
    """Make the folder and the zip; 1 where something is lacking."""
    parser = argparse.ArgumentParser(prog="python -m release.offline", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where to (default: dist/)")
    parser.add_argument("--windows-python", type=Path, metavar="ZIP", help="embeddable Python of python.org for 64-bit Windows, or the package `python` of NuGet, to lie in the folder")  # fmt: skip
    asked = parser.parse_args(words)
    known = distributions()
    folder = asked.out / f"junheng-offline-{known[0].version}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            own = build(Path(scratch) / "own", known, sdists=False)
            make(folder, own, known, tuple(SYSTEMS.values()), PYTHONS, asked.windows_python)
    except (ReleaseError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        sys.stderr.write(f"no folder was made: {error}\n")
        return 1
    packed = pack(folder)
    size = packed.stat().st_size / 1e6
    sys.stdout.write(f"{folder}\n{packed} ({size:.0f} MB)\n")
    if asked.windows_python is None:
        sys.stdout.write(
            "without a Python for Windows: --windows-python takes one along (docs/offline.md)\n"
        )
    return 0


def make(
    folder: Path,
    own: Sequence[Path],
    known: Sequence[Distribution],
    systems: Sequence[System],
    pythons: Sequence[str],
    windows_python: Path | None = None,
) -> None:
    """Fill the folder. own: our wheels. Raises ReleaseError where a wheel is not to be had."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    for file in own:
        shutil.copy(file, wheels)
    wanted = requirements(known)
    for system in systems:
        for python in pythons:
            fetch(system, python, ["pip", *wanted], wheels)
    text = {
        **{
            f"requirements-{one.name}-{python}.txt": pinned(one, python, wanted, wheels)
            for one in systems
            for python in pythons
        },
        f"wheels/{FILE}": of_wheels(sorted(wheels.glob("*.whl")), known[0].name, known[0].version),
        "targets.txt": "".join(f"{one.name}-{python}\n" for one in systems for python in pythons),
        "guide.html": guide(GUIDE),
    }
    for name, content in text.items():
        (folder / name).write_text(content, "utf-8", newline="\n")
    for file in sorted(FILES.iterdir()):
        script(file, folder / file.name, pythons)
    (folder / "examples").mkdir()
    for file in (
        *(ROOT / "examples" / name for name in _EXAMPLES),
        ROOT / "LICENSE",
        ROOT / "NOTICE",
    ):
        shutil.copy(file, folder / "examples" if file.suffix else folder)
    if windows_python is not None:
        take_python(windows_python, folder, wanted)
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    write_sums(folder, [*files])


def fetch(system: System, python: str, wanted: Sequence[str], wheels: Path) -> None:
    """Download what is lacking, again and again: pip asks markers of this machine, not of that one."""
    before: list[str] = []
    while missing := resolved(system, python, wanted, wheels)[1]:
        if missing == before:
            raise ReleaseError(f"no wheel for {system.name}, Python {python}: {', '.join(missing)}")
        before = missing
        words = ["download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
        words += ["--no-deps", "--dest", str(wheels), "--implementation", "cp"]
        words += ["--python-version", python, *(f"--platform={one}" for one in system.platforms)]
        done = subprocess.run(
            [sys.executable, "-m", "pip", *words, *missing], capture_output=True, check=False
        )
        if done.returncode:
            told = done.stderr.decode(errors="replace")
            raise ReleaseError(f"{system.name}, Python {python}:\n{told}")


def resolved(
    system: System, python: str, wanted: Sequence[str], wheels: Path
) -> tuple[list[Path], list[str]]:
    """The wheels of a folder that meet the requirements on that system, and theirs in turn; those that none meets."""
    tags, environment = system.tags(python), system.environment(python)
    there: dict[str, dict[Version, Path]] = {}
    for file in wheels.glob("*.whl"):
        name, version, _, own = parse_wheel_filename(file.name)
        if own & tags:
            there.setdefault(name, {})[version] = file
    chosen, missing, asked = dict[Path, None](), dict[str, None](), set[str]()
    waiting = [Requirement(one) for one in wanted]
    while waiting:
        one = waiting.pop()
        if str(one) in asked:
            continue
        asked.add(str(one))
        found = there.get(canonicalize_name(one.name), {})
        fitting = [version for version in found if one.specifier.contains(version)]
        if not fitting:
            missing[f"{one.name}{one.specifier}"] = None
            continue
        wheel = found[max(fitting)]
        chosen[wheel] = None
        values = [{**environment, "extra": extra} for extra in ("", *one.extras)]
        waiting += [
            need
            for need in map(Requirement, needs(wheel))
            if need.marker is None or any(map(need.marker.evaluate, values))
        ]
    return sorted(chosen), sorted(missing)


def needs(wheel: Path) -> list[str]:
    """What a wheel says that it needs."""
    return of_wheel(wheel).get_all("Requires-Dist") or []


def pinned(system: System, python: str, wanted: Sequence[str], wheels: Path) -> str:
    """Every wheel of that system by its version and digest, as pip takes them with ``--require-hashes``."""
    lines = []
    for wheel in resolved(system, python, wanted, wheels)[0]:
        name, version, *_ = parse_wheel_filename(wheel.name)
        extras = f"[{EXTRAS}]" if name == CORE else ""
        digest = sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name}{extras}=={version} --hash=sha256:{digest}\n")
    return "".join(lines)


def script(source: Path, target: Path, pythons: Sequence[str]) -> None:
    """A script for that machine: the newest Python first; lines as its system ends them."""
    newest = sorted(pythons, key=Version, reverse=True)
    text = source.read_text("utf-8").replace("@VERSIONS@", " ".join(newest))
    target.write_text(text, "utf-8", newline="\r\n" if source.suffix == ".bat" else "\n")
    if source.suffix == ".sh":
        target.chmod(0o755)


def guide(page: Path) -> str:
    """The page as one file that any browser shows, its pictures in it."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(page.read_text("utf-8"))
    for token in (child for one in tokens for child in one.children or ()):
        source = str(token.attrGet("src") or token.attrGet("href") or "")
        if token.type == "image":
            picture = base64.b64encode((page.parent / source).read_bytes()).decode()
            token.attrSet("src", f"data:image/png;base64,{picture}")
        elif token.type == "link_open" and not source.startswith(("http", "#")):
            token.attrSet("href", "#")  # a page that is not in the folder
    body = markdown.renderer.render(tokens, markdown.options, {})
    return f'<!doctype html>\n<html lang="zh-CN">\n<meta charset="utf-8">\n<title>均衡 Junheng</title>\n<style>{_STYLE}</style>\n{body}</html>\n'


_STYLE = """
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.7 "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
img { max-width: 100%; border: 1px solid #ccc; } h1, h2 { line-height: 1.3; }
code, pre { font-family: Consolas, "Noto Sans Mono CJK SC", monospace; background: #f3f3f3; } pre { padding: .6rem; overflow: auto; }
table { border-collapse: collapse; } th, td { border: 1px solid #bbb; padding: .3rem .6rem; text-align: left; }
"""


def take_python(packed: Path, folder: Path, wanted: Sequence[str]) -> None:
    """Put a Python for Windows into the folder, ready to start, and say by which digest to compare it.

    packed: the embeddable package of python.org or the package `python` of NuGet, both of them zips.
    """
    home = folder / "python"
    with zipfile.ZipFile(packed) as files, tempfile.TemporaryDirectory(dir=folder) as scratch:
        files.extractall(scratch)
        root = next((one for one in (Path(scratch), Path(scratch, "tools")) if (one / "python.exe").is_file()), None)  # fmt: skip
        if root is None:
            raise ReleaseError(f"{packed}: holds no python.exe")
        shutil.copytree(root, home)
    library = next((one.stem for one in home.glob("python3?*.dll")), "")
    python = f"3.{library.removeprefix('python3')}"
    if python not in PYTHONS or _machine(home / "python.exe") != _AMD64:
        raise ReleaseError(
            f"{packed}: Python {python}; needed is one for 64-bit Windows, {', '.join(PYTHONS)}"
        )
    for paths in home.glob("python*._pth"):  # the embeddable one looks nowhere else
        paths.write_text(paths.read_text("utf-8").rstrip() + "\nLib\\site-packages\n", "utf-8")
    chosen, missing = resolved(SYSTEMS["windows"], python, wanted, folder / "wheels")
    if missing:
        raise ReleaseError(f"no wheel for windows, Python {python}: {', '.join(missing)}")
    words = [sys.executable, "-m", "pip", "install", "--isolated", "--quiet", "--no-cache-dir"]
    words += ["--disable-pip-version-check", "--no-index", "--no-deps", "--no-compile"]
    words += ["--only-binary=:all:", f"--python-version={python}", "--platform=win_amd64"]
    words += ["--target", str(home / "Lib" / "site-packages"), *map(str, chosen)]
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode:
        raise ReleaseError(done.stderr.decode(errors="replace"))
    digest = sha256(packed.read_bytes()).hexdigest()
    (home / "source.txt").write_text(f"{packed.name}\nsha256 {digest}\n", "utf-8", newline="\n")
    sys.stdout.write(f"{packed.name}: sha256 {digest}; compare it with what its publisher says\n")


def _machine(program: Path) -> int:
    """For which processor a program of Windows is made, as its head says."""
    with program.open("rb") as stream:
        stream.seek(0x3C)
        (head,) = struct.unpack("<I", stream.read(4))
        stream.seek(head + 4)
        return int(struct.unpack("<H", stream.read(2))[0])


def pack(folder: Path) -> Path:
    """The folder as one zip beside it; wheels are packed already."""
    target = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(target, "w") as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            kind = zipfile.ZIP_STORED if path.suffix == ".whl" else zipfile.ZIP_DEFLATED
            packed.write(path, path.relative_to(folder.parent), kind)
    return target


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
