"""What the wheel of a plugin lacks of what stands in its folder: built as pip builds it, and opened."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.util import find_spec
from pathlib import Path

from compliance.authoring.check.diagnostics import Diagnosis
from compliance.authoring.check.source import PluginSource
from compliance.kernel.drafts import scratch
from compliance.kernel.i18n import msg, say
from compliance.plugins.hookspecs import GROUP

_SECONDS = 300.0
_DATA = ("rules/*.toml", "schemas/*.json", "templates/*")
_KEPT_OUT = shutil.ignore_patterns(
    "build", "dist", "*.egg-info", ".git", ".venv", "__pycache__", "node_modules"
)


def check_wheel(source: PluginSource, diagnosis: Diagnosis) -> None:
    """Build it from a copy, without network, and compare; a note where it cannot be built here."""
    system = (source.project or {}).get("build-system", {})
    backend = (
        str(system.get("build-backend", "setuptools.build_meta"))
        if isinstance(system, dict)
        else ""
    )
    if find_spec("pip") is None or find_spec(backend.partition(".")[0] or "setuptools") is None:
        what = say("没有构建轮子：这里没有 pip 或 {backend}", backend=backend)
        todo = say(
            "pip install pip {backend}，或用 --no-build 跳过", backend=backend.partition(".")[0]
        )
        diagnosis.add("wheel_not_built", what, source.pyproject, 0, todo)
        return
    with scratch() as drafts:
        copy = drafts.folder / "source"
        shutil.copytree(source.root, copy, ignore=_KEPT_OUT, symlinks=True)
        built = _built(copy, drafts.folder / "wheel")
        if isinstance(built, str):
            what = say("轮子构建不出来：{why}", why=built)
            diagnosis.add("wheel", what, source.pyproject, 0, msg("请按提示修改 pyproject.toml"))
            return
        _compare(source, built, diagnosis)


def _built(copy: Path, to: Path) -> Path | str:
    """The wheel, or why there is none."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
               "--no-index", "--disable-pip-version-check", "-w", str(to), str(copy)]  # fmt: skip
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    wheels = list(to.glob("*.whl"))
    if run.returncode == 0 and wheels:
        return wheels[0]
    lines = [one.strip() for one in run.stderr.splitlines() if one.strip()]
    told = [
        one
        for one in lines
        if re.match(r"(?:\w*Error|error|ValueError|configuration error)\b", one)
    ]
    return (told or lines or ["pip wheel"])[-1][:300]


def _compare(source: PluginSource, wheel: Path, diagnosis: Diagnosis) -> None:
    with zipfile.ZipFile(wheel) as packed:
        inside = set(packed.namelist())
        declared = next((one for one in inside if one.endswith(".dist-info/entry_points.txt")), "")
        entries = _entries(packed.read(declared).decode("utf-8")) if declared else {}
    for path in _files(source):
        if not any(path.as_posix().endswith(f"/{one}") for one in inside if "/" in one):
            what = say("轮子里没有 {file}", file=path.relative_to(source.root).as_posix())
            todo = say(
                "请写进 [tool.setuptools.package-data]，例如 {glob}", glob=f'"{_glob(path)}"'
            )
            diagnosis.add("wheel", what, path, 0, todo)
    for entry, value in source.entry_points.items():
        module = value.partition(":")[0].replace(".", "/")
        if entries.get(entry) != value:
            what = say("轮子里没有入口 {entry}", entry=entry)
            diagnosis.add(
                "wheel", what, source.pyproject, 0, msg("请检查 [project.entry-points.compliance]")
            )
        elif not {f"{module}.py", f"{module}/__init__.py"} & inside:
            what = say("轮子里没有入口的模块 {module}", module=value)
            todo = msg("请检查 [tool.setuptools.packages.find] 的 where")
            diagnosis.add("wheel", what, source.pyproject, 0, todo)


def _files(source: PluginSource) -> Iterator[Path]:
    """What an installed plugin needs: packs, facts, templates."""
    for home in source.homes:
        for glob in _DATA:
            yield from (
                one for one in sorted(home.glob(glob)) if one.is_file() and one.name[0] not in "._"
            )


def _glob(path: Path) -> str:
    return f"{path.parent.name}/*{'' if path.parent.name == 'templates' else path.suffix}"


def _entries(text: str) -> dict[str, str]:
    parser = ConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment]  # names keep their case
    parser.read_string(text)
    return dict(parser[GROUP]) if parser.has_section(GROUP) else {}
