"""A pack's cases: TOML tables that say what a rule must find, run under pytest.

For the authors of packs; nothing that judges a submission imports this. In the tests of a plugin:

    from compliance.testing import cases
    test_cases = cases(Path(__file__).parent / "cases")

In: files of cases and the installed packs. Out: what differs from what they expect. The form of a
case stands in docs/rule-language.md under "Cases".
"""

from __future__ import annotations

from compliance.authoring.case import Case
from compliance.authoring.case_file import CaseError, read_cases, read_exemptions
from compliance.authoring.coverage import MissingCase, coverage_of
from compliance.authoring.run_cases import cases

__all__ = [
    "Case",
    "CaseError",
    "MissingCase",
    "cases",
    "coverage_of",
    "read_cases",
    "read_exemptions",
]
