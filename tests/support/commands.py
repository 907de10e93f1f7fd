"""Commands as people type them, in this process."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from compliance.cli import main


def run(*words: object) -> Result:
    """What the program answers; a traceback is never an answer."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result


def results(*words: object) -> dict[str, Any]:
    """The results of a judgement, whatever the verdict."""
    result = run("check", *words, "--format", "json")
    assert result.exit_code in (0, 1, 3), result.stderr
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded
