"""What services of continuous integration take in: SARIF, JUnit, workflow commands of GitHub.

In: results, or the outcome of the data checks. Out: bytes. All three render the same remarks
(`remarks`): a finding or a problem with its level, its sentence and its place in the inputs.
"""

from __future__ import annotations

from importlib import import_module
from typing import BinaryIO

from compliance.engine.results import Validation


def problems_for(form: str, checked: Validation, exit_code: int, stream: BinaryIO) -> None:
    """Write what the data checks found; form: sarif, junit or github. exit_code: how the command ends."""
    writer = getattr(import_module(f"{__name__}.{form}"), f"{form}_problems")
    writer(checked, exit_code, stream)
