"""Cases under pytest: one test a case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from compliance.testing.case import Case
from compliance.testing.case_file import read_cases
from compliance.testing.run_cases import check, enrol


def cases(place: Path | str) -> Callable[[Case], None]:
    """A test of every case in a file or in the `*.toml` of a folder, to be named `test_…`.

    Raises CaseError, with file and line, where a file is wrong. Needs pytest.
    """
    import pytest

    found = read_cases(Path(place))
    enrol(found)

    @pytest.mark.parametrize("case", found, ids=[one.name for one in found])
    def test_case(case: Case) -> None:
        check(case)

    return test_case
