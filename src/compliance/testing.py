"""What a pack owes, run under pytest: its cases, and what must hold of every pack.

For the authors of packs; nothing that judges a submission imports this. The tests of a plugin are
three lines:

    from pathlib import Path
    from compliance.testing import pack_contract
    test_contract = pack_contract("zhongyuan", Path(__file__).parent)

`python -m compliance.testing CASES` prints, without pytest, what the cases cover. In: the files of
`cases/` beside the test, and the installed packs. Out: a test for every case and every property, each
with what is wrong, file and line. docs/testing-packs.md says what is held; docs/rule-language.md has the
form of a case.
"""

from __future__ import annotations

from compliance.authoring.case_file import CaseError
from compliance.authoring.contract import pack_contract

__all__ = ["CaseError", "pack_contract"]

if __name__ == "__main__":
    from compliance.authoring.coverage_table import main

    raise SystemExit(main())
