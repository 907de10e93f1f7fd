"""Golden files: what a writer wrote when somebody last looked at it and found it good.

`UPDATE_GOLDEN=1 pytest …` writes them anew; the difference is then read in the commit. A page's style
is not kept with every page: `test_the_style_is_the_templates_own` looks at it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[1] / "golden"
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


def assert_golden(name: str, text: str) -> None:
    """`text`, but for the content of its style sheets, is what stands in tests/golden/`name`."""
    path = ROOT / name
    text = STYLE.sub("<style>…</style>", text)
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"{name}: differs; see tests/support/golden.py"
