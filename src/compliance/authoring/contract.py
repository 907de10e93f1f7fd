"""What a pack owes whoever installs it, as tests: one for every case, one for every property.

The pack is an installed one by its id, or a TOML file beside its tests. With it go the other rule
sets of its plugin, a province's cities among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from compliance.authoring.blanking import blanks_that_pass
from compliance.authoring.both_languages import words_in_one_language
from compliance.authoring.case import Case, Packs, packs_beside
from compliance.authoring.case_file import read_cases, read_exemptions
from compliance.authoring.coverage import Coverage, coverage
from compliance.authoring.judged_again import JudgedAgain
from compliance.authoring.rule_ids import faults_of_ids
from compliance.authoring.run_cases import Docket, check, docket, enrol
from compliance.kernel import environment
from compliance.kernel.i18n import use

CASES = "cases"

Faults = Iterable[str]
Checks = Iterator[tuple[str, Callable[[], Faults]]]


@dataclass(frozen=True)
class Contract:
    """ruleset: an id, or the name of a pack file in the folder. folder: that of the tests, with `cases/`.

    fail_under: how much of what they want the rules must have, in percent.
    """

    ruleset: str
    folder: Path
    fail_under: float = 100

    @cached_property
    def cases(self) -> Sequence[Case]:
        """Those in `cases/`, enrolled to be judged together. CaseError with file and line."""
        found = read_cases(self._of_cases)
        enrol(found)
        return found

    def checks(self) -> Checks:
        """Each property by its name; what is called yields its faults, each with file and line."""
        again = JudgedAgain(self._docket)
        yield "judged twice the same", again.unlike_the_first_time
        yield "in any order the same", again.by_order
        yield "no pass from a blank", lambda: blanks_that_pass(self._docket)
        yield "rule ids kept", lambda: faults_of_ids(self.folder, self.packs)
        yield "every rule has its cases", self._lacking
        yield "in both languages", self._in_one_language

    @cached_property
    def packs(self) -> Packs:
        """The rule set and the others of its plugin, with their editions."""
        beside = self.folder / self.ruleset
        return packs_beside(str(beside) if beside.suffix == ".toml" else self.ruleset)

    @cached_property
    def coverage(self) -> Coverage:
        """What the cases cover of the rules of these packs."""
        return coverage(self.cases, self.packs, read_exemptions(self._of_cases))

    @property
    def _of_cases(self) -> Path:
        return self.folder / CASES

    def _lacking(self) -> Faults:
        return self.coverage.faults() if self.coverage.percent < self.fail_under else ()

    def _in_one_language(self) -> Faults:
        return (f"{one.where}：{one.what}；{one.todo}" for one in words_in_one_language(self.packs))

    @property
    def _docket(self) -> Docket:
        return docket(self.cases[0].options.file.parent)


def pack_contract(
    ruleset: str, folder: Path | str, *, fail_under: float = 100
) -> Callable[[Callable[[], None]], None]:
    """A test for pytest, to be named `test_…`: every case of a pack, and what else it owes.

    ruleset: the id of an installed rule set, or the name of a pack file. folder: that of the tests, in
    which `cases/` lies. fail_under: the percentage of cases that its rules must have. Raises CaseError, with file and line, where a file of cases is wrong.
    """
    import pytest

    contract = Contract(ruleset, Path(folder).resolve(), fail_under)
    tests: dict[str, Callable[[], None]] = {one.name: _case(one) for one in contract.cases} | {
        name: _property(faults) for name, faults in contract.checks()
    }

    @pytest.mark.parametrize("holds", list(tests.values()), ids=list(tests))
    def test_contract(holds: Callable[[], None]) -> None:
        __tracebackhide__ = True
        told = ""
        with use(environment.asked(environment.LANGUAGE)):
            try:
                holds()
            except AssertionError as fault:
                told = str(fault)
        if told:  # outside, or pytest would tell it twice
            pytest.fail(told, pytrace=False)

    return test_contract


def _case(case: Case) -> Callable[[], None]:
    return lambda: check(case)


def _property(faults: Callable[[], Faults]) -> Callable[[], None]:
    def holds() -> None:
        found = list(faults())
        if found:
            raise AssertionError("\n".join(found))

    return holds
