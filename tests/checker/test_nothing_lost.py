"""A school that goes missing inside the program ends the run with exit code 5, and acquits nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from compliance.checker import parts
from compliance.cli import main
from compliance.engine import units
from compliance.intake import accept
from compliance.intake.acceptance.derived_facts import derive
from compliance.kernel.submission import Submission

EXAMPLE = Path(__file__).parents[2] / "examples" / "conforming.json"


def losing_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = units.unfold
    monkeypatch.setattr(units, "unfold", lambda *given, **by: whole(*given, **by)[1:])


def losing_schools(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(schools: pl.DataFrame, *given: object) -> object:
        found, problems = derive(schools, *given)  # type: ignore[arg-type]
        return found[:-1], problems

    monkeypatch.setattr(accept, "derive", short)


def losing_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Submission.of

    def short(self: Submission, keys: object) -> Submission:
        found = whole(self, keys)  # type: ignore[arg-type]
        return replace(found, schools=found.schools[:-1])

    monkeypatch.setattr(parts, "SCHOOLS", 10)
    monkeypatch.setattr(Submission, "of", short)


LOSSES = [losing_stages, losing_schools, losing_parts]


@pytest.mark.parametrize("lose", LOSSES, ids=lambda one: one.__name__)
def test_a_school_that_goes_missing_ends_the_run(
    lose: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["check", str(EXAMPLE), "--fail-on", "never"]
    assert CliRunner().invoke(main, command).exit_code == 0
    lose(monkeypatch)
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 5
    assert "记录数不一致" in done.stderr
    assert "Traceback" not in done.stderr
