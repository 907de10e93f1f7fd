"""Made-up distributions on the path, as pip would install them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest


class Shelf:
    """A folder of made-up distributions."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def add(self, name: str, code: str, pack: str = "", need: str = "") -> None:
        module = name.replace("-", "_")
        package = self.home / module
        package.mkdir()
        (package / "__init__.py").write_text(
            "from pathlib import Path\nfrom compliance import hookimpl\n" + code, encoding="utf-8"
        )
        if pack:
            (package / "rules").mkdir()
            (package / "rules" / "1.toml").write_text(pack, encoding="utf-8")
        info = self.home / f"{module}-1.2.dist-info"
        info.mkdir()
        told = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n"
        (info / "METADATA").write_text(told + (f"Requires-Dist: {need}\n" if need else ""))
        (info / "entry_points.txt").write_text(f"[compliance]\n{module} = {module}\n")

    def entries(self) -> list[EntryPoint]:
        importlib.invalidate_caches()
        return [
            entry
            for dist in distributions(path=[str(self.home)])
            for entry in dist.entry_points
            if entry.group == "compliance"
        ]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield Shelf(tmp_path)
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", "") and str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]
