"""The core knows arithmetic, not law: no threshold, document or province stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CORE = sorted((ROOT / "src" / "compliance").rglob("*.py"))
LAW = re.compile(
    r"教督|国教|皖教|〔20|安徽|山东|河南|河北|江苏|anhui|shandong|henan|hebei|jiangsu"
    r"|(?<![\d.])(?:4\.2|5\.3|4\.5|5\.8|7\.5|10\.2|2\.3|0\.9|0\.85|0\.45|0\.15|1\.1|1\.32|3\.57)(?![\d.])"
    r"|(?<![\d.\\u])(?:2500|6000|2400|3000|720|940)(?![\d.])"
)


def test_there_is_a_core_to_look_at() -> None:
    assert len(CORE) > 40


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_no_law_in_the_core(path: Path) -> None:
    found = [
        f"{number}: {line.strip()}"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if LAW.search(line)
    ]
    assert not found


def test_no_path_of_a_machine_stands_in_the_repository() -> None:
    wanted = {".py", ".md", ".toml", ".json", ".html", ".csv", ""}
    skipped = {".git", ".venv", "out", "build", "__pycache__"}
    place = re.compile(r"(^|[^A-Za-z0-9_.])/(work|root|home|tmp|opt)/")
    found = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.is_file()
        and path.suffix in wanted
        and not skipped & set(path.relative_to(ROOT).parts)
        and not any(part.startswith(".") and part != ".ci" for part in path.relative_to(ROOT).parts)
        and place.search(path.read_text("utf-8", errors="ignore"))
        and path != Path(__file__)
    ]
    assert not found
