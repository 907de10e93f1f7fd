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
def test_the_wheels(wheels: list[Path], tmp_path: Path) -> None:
    assert len(wheels) == 7
    site = tmp_path / "site"
    pip = ["-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps"]
    installed = run([*pip, "--no-index", "--target", str(site), *map(str, wheels)], tmp_path)
    assert installed.returncode == 0, installed.stderr
    homes = run(["-c", PROBE], tmp_path, site).stdout.split()
    assert all(home.startswith(str(site)) for home in nonempty(homes))
    uses_everything(tmp_path, site)
