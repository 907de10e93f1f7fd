"""What tests of several commands stand on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def county(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the conforming example, edited."""

    def make(*edits: Edit, name: str = "county.json") -> Path:
        document = json.loads((EXAMPLES / "conforming.json").read_text("utf-8"))
        for edit in edits:
            edit(document)
        path = tmp_path / name
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        return path

    return make
