"""The distributions of this repository: what their definitions say, and whether they agree with one another.

The core and the packs carry one version and are released together; a pack goes with the core of
its own minor version.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CORE = "junheng"
EXTRAS = "pdf"  # papers as PDF need it


@dataclass(frozen=True)
class Distribution:
    """One folder with a pyproject.toml; table: what stands in its [project]."""

    folder: Path
    table: dict[str, Any]

    @property
    def name(self) -> str:
        """As pip calls it."""
        return str(self.table["name"])

    @property
    def version(self) -> str:
        """As pip compares it."""
        return str(self.table["version"])

    @property
    def stem(self) -> str:
        """How the names of its files begin."""
        return f"{self.name.replace('-', '_')}-{self.version}"


def distributions(root: Path = ROOT) -> list[Distribution]:
    """The core first, then the packs by name."""
    found = [root / "pyproject.toml", *sorted((root / "plugins").glob("*/pyproject.toml"))]
    return [
        Distribution(path.parent, tomllib.loads(path.read_text("utf-8"))["project"])
        for path in found
    ]


def requirements(known: Sequence[Distribution]) -> list[str]:
    """What is installed: the core with what makes PDF, and every pack, each of this version."""
    return [f"{one.name}{f'[{EXTRAS}]' if one is known[0] else ''}=={one.version}" for one in known]


def series(version: str) -> str:
    """The range of versions that go together with one: ``>=0.2,<0.3`` of 0.2.1."""
    major, minor, *_ = (int(part) for part in version.split("."))
    return f">={major}.{minor},<{major}.{minor + 1}"


def disagreements(known: Sequence[Distribution]) -> Iterator[str]:
    """What keeps them from being released together, a sentence each."""
    core = known[0]
    shared = ("version", "requires-python", "license", "license-files", "authors", "classifiers")
    wanted = series(core.version)
    for one in known[1:]:
        for field in shared:
            if one.table.get(field) != core.table.get(field):
                yield f"{one.name}: {field} is {one.table.get(field)!r}, of {CORE} {core.table.get(field)!r}"
        for need in one.table["dependencies"]:
            name, bounds = re.fullmatch(r"([a-z0-9-]+)(.*)", need).groups()  # type: ignore[union-attr]
            if name.startswith(CORE) and bounds != wanted:
                yield f"{one.name}: needs {need}, should be {name}{wanted}"
        for text in one.table["license-files"]:
            if (
                text == "LICENSE"
                and (one.folder / text).read_bytes() != (core.folder / text).read_bytes()
            ):
                yield f"{one.name}: {text} is not that of {CORE}"


def unready(known: Sequence[Distribution], root: Path = ROOT) -> Iterator[str]:
    """What keeps this checkout from being released: disagreements, no changelog, changes not committed."""
    yield from disagreements(known)
    version = known[0].version
    log = (root / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## {re.escape(version)}$", log, re.MULTILINE):
        yield f"CHANGELOG.md has no section “## {version}”"
    if re.search(r"^## Unreleased\n+(?!## )\S", log, re.MULTILINE):
        yield "CHANGELOG.md has changes under “## Unreleased”"
    if changed := git("status", "--porcelain", root=root):
        yield f"not committed: {', '.join(line[3:] for line in changed.splitlines())}"


def git(*words: str, root: Path = ROOT) -> str:
    """What git answers about the checkout."""
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=True)  # noqa: S607
    return done.stdout.decode()
