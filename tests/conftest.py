"""What tests of several commands stand on."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compliance.intake.formats import parquet

ROOT = Path(__file__).parents[1]
EXAMPLES = Path(__file__).parent.parent / "examples"
Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def county(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the conforming example, edited."""

    def make(*edits: Edit, name: str = "county.json") -> Path:
        document = json.loads((EXAMPLES / "conforming.json").read_text("utf-8"))
        for edit in edits:
            edit(document)
        path = tmp_path / name
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        return path

    return make


@pytest.fixture
def decoded_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet is decoded in this process, as where no child can be had: the same, and sooner."""
    monkeypatch.setattr(parquet, "decode_apart", lambda *_: None)


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two counties of the dataset among the examples, of two provinces, as tables; neither passes."""
    return some_of_many(tmp_path_factory.mktemp("表"), "139911", "349911")


def some_of_many(folder: Path, *counties: str) -> Path:
    """The tables of these counties of the dataset among the examples."""
    for file in (EXAMPLES / "many").glob("*.csv"):
        head, *lines = file.read_text("utf-8-sig").splitlines(keepends=True)
        own = [line for line in lines if line.startswith(counties)]
        (folder / file.name).write_text("".join([head, *own]), "utf-8")
    return folder


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A wheel of every distribution, built once from a copy: building must not write into the checkout."""
    home = tmp_path_factory.mktemp("wheels")
    sources = [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]
    copies = [_copied(source, home / "source" / source.name) for source in sources]
    pip = shlex.split("-m pip wheel --quiet --no-deps --no-build-isolation")
    words = [sys.executable, *pip, "-w", str(home / "built"), *map(str, copies)]
    built = subprocess.run(words, capture_output=True, check=False)
    assert built.returncode == 0, built.stderr.decode()
    return sorted((home / "built").glob("*.whl"))


def _copied(source: Path, target: Path) -> Path:
    """What a distribution is made of, without the checkout's leftovers."""
    target.mkdir(parents=True)
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(source / name, target)
    for name in ("src", "schemas", "templates"):
        if (source / name).is_dir():
            litter = shutil.ignore_patterns("*.egg-info", "__pycache__")
            shutil.copytree(source / name, target / name, ignore=litter)
    return target
