"""Golden files: what a renderer wrote when somebody last looked at it and found it good.

`UPDATE_GOLDEN=1 pytest tests/render` writes them anew; the difference is then read in the commit.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "golden" / "check"


def assert_golden(name: str, text: str) -> None:
    """`text` is what stands in tests/golden/check/`name`."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"{name}: differs; see tests/render/golden.py"
