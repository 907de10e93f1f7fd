"""The site of the pages: built without a complaint, whole without a network, searched as people ask."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.browser import needs_browser, run
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
LOADED = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=\"([^\"]+)\"")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("sphinx") is None:
        pytest.skip("the extra `docs` is not installed")
    home = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", "docs/site"]
    done = subprocess.run(
        [*command, "-d", str(home / "trees"), "docs", str(home / "pages")],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return home / "pages"


def test_every_page_is_in_the_site(site: Path) -> None:
    written = {path.relative_to(ROOT / "docs").with_suffix("") for path in _sources()}
    made = {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}
    assert written <= made


def _sources() -> list[Path]:
    return nonempty(
        path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "word_templates"
    )


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = nonempty(
        (path, address.partition("?")[0].partition("#")[0])
        for path in site.rglob("*.html")
        for address in LOADED.findall(path.read_text("utf-8"))
        if not address.startswith("#")
    )
    lost = [
        f"{path.name}: {address}"
        for path, address in loaded
        if "//" in address or not (path.parent / address).is_file()
    ]
    assert lost == []
    styles = "".join(path.read_text("utf-8") for path in nonempty(site.rglob("*.css")))
    assert not re.search(r"url\(['\"]?https?:|@import", styles)


@pytest.mark.browser
@needs_browser
@pytest.mark.parametrize(
    ("words", "page", "absent"),
    [
        ("差异系数", "规则", "Templates"),  # no word of any dictionary
        ("COMPLIANCE_FONTS", "程序 The program", "规则"),
        ("anonymised", "数字照旧", "The rule language"),  # an English word by its stem
    ],
)
def test_a_page_is_found_by_what_people_ask_for(
    site: Path, tmp_path: Path, words: str, page: str, absent: str
) -> None:
    address = f"{(site / 'search.html').as_uri()}?q={words}"
    shown = run(tmp_path, "--virtual-time-budget=5000", "--dump-dom", address)
    titles = "\n".join(nonempty(re.findall(r'<li class="kind-\w+">.*?<a [^>]*>([^<]*)', shown)))
    assert page in titles
    assert absent not in titles
