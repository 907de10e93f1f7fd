"""What a pack owes, run under pytest: its cases, and what must hold of every pack.

For the authors of packs; nothing that judges a submission imports this. The tests of a plugin are
three lines:

    from pathlib import Path
    from compliance.testing import pack_contract
    test_contract = pack_contract("zhongyuan", Path(__file__).parent)

In: the files of `cases/` beside them and the installed packs. Out: a test for every case and every
property, each with what is wrong, file and line. The form of a case stands in docs/rule-language.md
under "Cases".
"""

from __future__ import annotations

from compliance.authoring.case import Case
from compliance.authoring.case_file import CaseError, read_cases, read_exemptions
from compliance.authoring.contract import pack_contract
from compliance.authoring.coverage import MissingCase, coverage_of

__all__ = [
    "Case",
    "CaseError",
    "MissingCase",
    "coverage_of",
    "pack_contract",
    "read_cases",
    "read_exemptions",
]
