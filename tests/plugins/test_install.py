"""Schemas, templates and rule packs reach a wheel and an editable install alike.

Both run from a directory outside the checkout, as a user would.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "conforming.json"
PROBE = (
    "import compliance, compliance.schemas, compliance.templates; "
    "print(compliance.__file__); print(compliance.schemas.__file__); print(compliance.templates.__file__)"
)


def run(words: list[str], cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONUTF8": "1"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def uses_everything(cwd: Path, path: Path | None = None) -> None:
    """Schemas (accepting), packs (judging) and templates (papers) are all found."""
    judged = run(["-m", "compliance", "check", str(EXAMPLE)], cwd, path)
    assert judged.returncode == 0, judged.stderr + judged.stdout
    papers = run(
        [
            "-m",
            "compliance",
            "rectify",
            str(EXAMPLE),
            "-o",
            "papers",
            "--format",
            "html",
            "--format",
            "docx",
        ],
        cwd,
        path,
    )
    assert papers.returncode == 0, papers.stderr
    assert list((cwd / "papers").rglob("*.docx"))


def test_the_editable_install(tmp_path: Path) -> None:
    homes = run(["-c", PROBE], tmp_path).stdout.split()
    if not homes[0].startswith(str(ROOT)):
        pytest.skip("compliance is not installed from this checkout as editable")
    assert homes[1] == str(ROOT / "schemas" / "__init__.py")
    assert homes[2] == str(ROOT / "templates" / "__init__.py")
    uses_everything(tmp_path)


@pytest.mark.wheel
def test_the_wheels(tmp_path: Path) -> None:
    site, wheels = tmp_path / "site", tmp_path / "wheels"
    sources = [
        ROOT,
        *(
            ROOT / "plugins" / name
            for name in ("national", "anhui", "shandong", "henan", "hebei", "jiangsu")
        ),
    ]
    copies = [_copy(source, tmp_path / "source" / source.name) for source in sources]
    pip = ["-m", "pip", "--disable-pip-version-check", "--quiet"]
    built = run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), *map(str, copies)],
        tmp_path,
    )
    assert built.returncode == 0, built.stderr
    files = sorted(map(str, wheels.glob("*.whl")))
    assert len(files) == 7
    installed = run(
        [*pip, "install", "--no-deps", "--no-index", "--target", str(site), *files], tmp_path
    )
    assert installed.returncode == 0, installed.stderr
    homes = run(["-c", PROBE], tmp_path, site).stdout.split()
    assert all(home.startswith(str(site)) for home in nonempty(homes))
    uses_everything(tmp_path, site)


def _copy(source: Path, target: Path) -> Path:
    """A copy without the checkout's leftovers: building must not write into the checkout."""
    import shutil

    kept = {"pyproject.toml", "README.md", "src", "schemas", "templates"}
    target.mkdir(parents=True)
    for item in source.iterdir():
        if item.name not in kept:
            continue
        if item.is_dir():
            shutil.copytree(
                item, target / item.name, ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
            )
        else:
            shutil.copy(item, target / item.name)
    return target
