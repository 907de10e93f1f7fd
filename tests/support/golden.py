"""Golden files: what a writer wrote when somebody last looked at it and found it good.

`UPDATE_GOLDEN=1 pytest …` writes them anew; the difference is then read in the commit. A page's style
and script are not kept with every page: `test_style_and_script_are_the_templates_own` looks at them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[1] / "golden"
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
SCRIPT = re.compile(r'<script>"use strict".*?</script>', re.DOTALL)
_HASH = re.compile(r"'sha256-[^']*'")


def assert_golden(name: str, text: str) -> None:
    """`text`, but for its style sheets and scripts, is what stands in tests/golden/`name`."""
    path = ROOT / name
    text = SCRIPT.sub("<script>…</script>", STYLE.sub("<style>…</style>", text))
    text = _HASH.sub("'sha256-…'", text)
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"{name}: differs; see tests/support/golden.py"
