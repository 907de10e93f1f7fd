"""One way to complain: a problem is a value, made where it stands, in one order of arguments.

Always: a stable code, what is wrong, what was expected, the facts concerned. The place comes from
a `Location`; a cell reader, which knows none, raises `CellError` or
`CellRemark` with the same three words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from compliance.intake.limits import MOST_PROBLEMS
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say


@dataclass(frozen=True, slots=True)
class Location:
    """Where something stands: base name of the file, cell or JSON pointer, and whose it is.

    An error without a county concerns every county of its file.
    """

    file: str = ""
    at: str = ""
    county: str | None = None
    year: int | None = None
    school: str | None = None

    def error(
        self, code: str, message: str, expected: str = "", facts: tuple[str, ...] = ()
    ) -> Problem:
        """Something that costs the county its findings."""
        return self._problem("error", code, message, expected, facts)

    def warning(
        self, code: str, message: str, expected: str = "", facts: tuple[str, ...] = ()
    ) -> Problem:
        """Something worth knowing; verdicts that rest on `facts` mention it."""
        return self._problem("warning", code, message, expected, facts)

    def _problem(
        self, severity: str, code: str, message: str, expected: str, facts: tuple[str, ...]
    ) -> Problem:
        return Problem(
            severity, code, message, expected, self.file, self.at, self.county, self.year,
            self.school, facts,
        )  # fmt: skip


def several_counties(codes: Iterable[str]) -> tuple[str, str, str]:
    """What is said of a file of one county that holds several: code, message, what was expected."""
    return (
        "several_counties",
        say("一份文件里有几个县（{codes}），只能有一个", codes=msg("、").join(codes)),
        msg("每个县单独一份文件，放进同一个文件夹；或用县区、学校两张 .csv 表一次提交多个县"),
    )


class CellError(Exception):
    """A cell that cannot be accepted: a stable code, what is wrong, what was expected."""

    def __init__(self, code: str, message: str, expected: str) -> None:
        super().__init__(message)
        self.code, self.message, self.expected = code, message, expected


class CellRemark(Exception):  # noqa: N818 - no error: the cell is accepted
    """A cell that is accepted, and something to be said of it: what it is read as, and three words."""

    def __init__(self, value: object, code: str, message: str, expected: str) -> None:
        super().__init__(message)
        self.value, self.code, self.message, self.expected = value, code, message, expected


class UnreadableError(Exception):
    """The file gives nothing more; `problem` says why. No reader lets it out.

    whole: none of its sheets or parts does, though it came to light in one.
    """

    def __init__(self, problem: Problem, *, whole: bool = False) -> None:
        super().__init__(problem.message)
        self.problem, self.whole = problem, whole


class Complaints:
    """What is wrong with one file, gathered into a list of problems that stays readable."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self._room = MOST_PROBLEMS

    def error(
        self,
        code: str,
        message: str,
        expected: str = "",
        at: str = "",
        school: str | None = None,
        county: str | None = None,
    ) -> None:
        """Something that costs the county its findings; all counties of the file if not named."""
        where = Location(self.file, at, county, school=school)
        self._add(where.error(code, message, expected))

    def warning(
        self,
        code: str,
        message: str,
        expected: str = "",
        at: str = "",
        school: str | None = None,
        facts: tuple[str, ...] = (),
    ) -> None:
        """Something worth knowing; verdicts that rest on `facts` mention it."""
        where = Location(self.file, at, school=school)
        self._add(where.warning(code, message, expected, facts))

    def unreadable(
        self, code: str, message: str, expected: str = "", at: str = ""
    ) -> UnreadableError:
        """The exception for a file that gives nothing more."""
        return UnreadableError(Location(self.file, at).error(code, message, expected))

    @property
    def full(self) -> bool:
        """Whether nothing more is listed: what would be said need not be worked out."""
        return self._room <= 0

    def _add(self, problem: Problem) -> None:
        self._room -= 1
        if self._room > 0:
            self.problems.append(problem)
        elif self._room == 0:
            text = say("问题超过{n}个，其余不再列出", n=MOST_PROBLEMS - 1)
            self.problems.append(Location(self.file).error("too_many_problems", text))
