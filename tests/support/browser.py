"""Pages opened in Chromium, where it is installed: what a script finds in them, and how they print."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
PDF_TEXT = shutil.which("pdftotext")
needs_browser = pytest.mark.skipif(not BROWSER, reason="no Chromium is installed")
needs_print = pytest.mark.skipif(not (BROWSER and PDF_TEXT), reason="no Chromium or no pdftotext")
_POLICY = re.compile(r"<meta http-equiv=.Content-Security-Policy.[^>]*>")
_FOUND = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)


def run(folder: Path, *words: str) -> str:
    """What Chromium prints, run with a profile of its own."""
    asked = [str(BROWSER), *_QUIET, f"--user-data-dir={folder / 'profile'}", *words]
    return subprocess.run(asked, check=True, capture_output=True, timeout=120).stdout.decode()


def asked(page: Path, script: str, folder: Path, width: int = 1200) -> Any:
    """What `script`, the body of a function, returns in the page once it is loaded.

    The page's own policy allows no script but its own, so it is taken out of a copy.
    """
    text = page.read_text("utf-8")
    assert len(_POLICY.findall(text)) == 1
    probe = folder / f"probe-{page.name}"
    told = f"document.title=JSON.stringify((()=>{{{script}}})())"
    probe.write_text(
        _POLICY.sub("", text).replace("</body>", f"<script>{told}</script></body>"), "utf-8"
    )
    return json.loads(html.unescape(_FOUND.findall(dumped(probe, folder, width))[0]))


def dumped(page: Path, folder: Path, width: int = 1200) -> str:
    """The page as it stands after its scripts have run."""
    return run(
        folder, f"--window-size={width},1600", "--virtual-time-budget=3000", "--dump-dom", page.as_uri()
    )  # fmt: skip


def printed(page: Path, folder: Path) -> list[str]:
    """The text of each printed page, its blanks taken out."""
    out = folder / f"{page.stem}.pdf"
    run(folder, f"--print-to-pdf={out}", "--no-pdf-header-footer", page.as_uri())
    text = subprocess.run(
        [str(PDF_TEXT), "-layout", str(out), "-"], check=True, capture_output=True, timeout=60
    ).stdout.decode()
    return [re.sub(r"\s+", "", one) for one in text.split("\f")[:-1]]
