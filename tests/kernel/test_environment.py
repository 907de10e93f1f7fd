"""Whatever the program asks of its surroundings, and however it ends, is declared once."""

from __future__ import annotations

import re
from pathlib import Path

from compliance.kernel import environment, exit_codes
from compliance.kernel.errors import JunhengError
from tests.support.nonempty import nonempty

PACKAGE = Path(__file__).parents[2] / "src" / "compliance"


def test_every_variable_that_the_program_names_is_declared() -> None:
    named = {
        name
        for path in nonempty(PACKAGE.rglob("*.py"))
        for name in re.findall(r"\b(?:COMPLIANCE|GITHUB)_[A-Z_]+\b", path.read_text("utf-8"))
    }
    assert named == set(environment.variables())


def test_only_declared_variables_are_asked_for() -> None:
    asking = [
        path.name
        for path in nonempty(PACKAGE.rglob("*.py"))
        if re.search(r"environ(\.get\(|\[)\W?COMPLIANCE_", path.read_text("utf-8"))
    ]
    assert asking == ["typst_worker.py"]  # a process of its own, which imports nothing of ours


def test_every_error_ends_in_a_code_that_is_declared() -> None:
    codes = {one.exit_code for one in nonempty(JunhengError.__subclasses__())}
    assert codes <= set(exit_codes.meanings())
