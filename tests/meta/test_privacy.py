"""Nothing leaves the machine: every way to the network is closed, in child processes too, and the commands run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
COUNTY = str(ROOT / "examples" / "conforming.json")
# The hook sees what Python does whatever module does it; a use is noted down, so that nobody can swallow it.
GUARD = """
import os, sys
def refuse(event, arguments):
    if event.startswith("socket.") or event in ("urllib.Request", "http.client.connect", "ftplib.connect"):
        with open(os.environ["NETWORK_USED"], "a") as note:
            note.write(f"{event} {arguments}\\n")
        raise PermissionError("the network is closed")
sys.addaudithook(refuse)
with open(os.environ["GUARDS"], "a") as note:
    note.write("guarded\\n")
"""
# what the page's own text may name: the namespaces of SVG and XML are no addresses that are fetched
FETCHED = re.compile(r"""(?:src|href|action|data|poster|srcset)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""", re.IGNORECASE)  # fmt: skip


@pytest.fixture
def closed(tmp_path: Path) -> dict[str, str]:
    """An environment in which every Python is guarded, those with -I by its own means apart."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(GUARD, "utf-8")
    return {
        **os.environ,
        "PYTHONPATH": str(site),
        "NETWORK_USED": str(tmp_path / "used.txt"),
        "GUARDS": str(tmp_path / "guards.txt"),
        "COMPLIANCE_CACHE": "off",
    }


@pytest.mark.slow
def test_no_command_reaches_out(closed: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    script = f"""
import contextlib, sys
from compliance.cli import main
for words in {[
    ["check", COUNTY, "-o", f"html:{out / 'a.html'}", "-o", f"md:{out / 'a.md'}", "-o", f"json:{out / 'a.json'}", "-o", f"xlsx:{out / 'a.xlsx'}"],
    ["rectify", COUNTY, "-o", str(out / "papers"), "--format", "docx", "--format", "xlsx", "--format", "html"],
    ["declare", COUNTY, "-o", str(out / "form.docx"), "-o", str(out / "form.xlsx")],
    ["template", "-o", str(out / "blank.xlsx")],
    ["anonymise", COUNTY, "-o", str(out / "nobody.json")],
    ["missing", COUNTY], ["rulesets"], ["doctor"],
    ["diff", str(out / "a.json"), str(out / "nobody.json"), "--format", "html"],
    ["template", "--per-school", str(out / "schools"), COUNTY],
    ["collect", str(out / "schools"), "-o", str(out / "collected.xlsx")],
    ["import", COUNTY, "-o", str(out / "imported.xlsx")],
]!r}:
    try:
        main(words)
    except SystemExit as done:
        print(words[0], done.code, file=sys.stderr)
"""  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script], env=closed, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert Path(closed["GUARDS"]).read_text().strip()
    assert not Path(closed["NETWORK_USED"]).exists(), Path(closed["NETWORK_USED"]).read_text()
    for page in nonempty(sorted(out.rglob("*.html"))):
        assert not FETCHED.findall(page.read_text("utf-8")), page


def test_the_guard_does_guard(closed: dict[str, str]) -> None:
    """In a child of a child as well."""
    inner = "import socket; socket.getaddrinfo('localhost', 80)"
    outer = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {inner!r}]).returncode)"
    done = subprocess.run(
        [sys.executable, "-c", outer], env=closed, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"the network is closed" in done.stderr
    assert "socket.getaddrinfo" in Path(closed["NETWORK_USED"]).read_text()
