"""Who submitted what: every county's file and version, what became of it, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from compliance.engine.results import Results
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import SubmittedFile

JUDGED, SUPERSEDED, REFUSED, UNREAD = "judged", "superseded", "refused", "unread"


@dataclass(frozen=True, slots=True)
class Submitted:
    """A line of the list.

    county_code, county_name empty and year None where the file could not be read so far. state: judged,
    superseded, refused (its figures have errors) or unread. errors, warnings: about it. why: what kept
    it from being judged, in words.
    """

    file: str
    version: str
    state: str
    county_code: str = ""
    county_name: str = ""
    year: int | None = None
    errors: int = 0
    warnings: int = 0
    why: str = ""


def state_words() -> dict[str, str]:
    """State → the word for it in the current language."""
    return {
        JUDGED: msg("已判定"),
        SUPERSEDED: msg("已有新版"),
        REFUSED: msg("数据有误，未判定"),
        UNREAD: msg("无法读取"),
    }


def submissions(report: Results) -> list[Submitted]:
    """Every county's record by code and year, the judged one first, then the files that told no county."""
    judged = {(one.county_code, one.year) for one in report.counties}
    about: dict[str, list[Problem]] = {}
    nobodys: list[Problem] = []
    for problem in report.problems:
        if problem.county_code:
            about.setdefault(problem.county_code, []).append(problem)
        elif problem.severity == "error":
            nobodys.append(problem)
    found = [
        _line(one, about.get(one.county_code, ()), (one.county_code, one.year) in judged)
        for one in report.submitted
    ]
    found.sort(key=lambda one: (one.county_code, one.year or 0, one.state != JUDGED, one.file))
    files = {one.file for one in found}
    return [*found, *_unread(nobodys, files), *_homeless(report, found)]


def judged_files(report: Results) -> dict[tuple[str, int], SubmittedFile]:
    """Code and year → the file that is judged."""
    return {(one.county_code, one.year): one for one in report.submitted if not one.superseded_by}


def _line(one: SubmittedFile, problems: Sequence[Problem], judged: bool) -> Submitted:
    own = [each for each in problems if each.year in (None, one.year)]
    errors = [each for each in own if each.severity == "error"]
    state, why = JUDGED if judged else REFUSED, ""
    if one.superseded_by:
        state, errors, own = SUPERSEDED, [], []
        why = say("判定的是“{file}”", file=one.superseded_by)
    elif errors:
        # of two that nobody can tell apart each has its own places
        errors = [each for each in errors if each.file == one.file] or errors
        why = _first(errors)
    return Submitted(
        one.file, one.version_told, state, one.county_code, one.county_name, one.year,
        len(errors), sum(each.severity == "warning" for each in own), why,
    )  # fmt: skip


def _unread(problems: Iterable[Problem], known: set[str]) -> Iterator[Submitted]:
    """The files of which no county was learned."""
    files: dict[str, list[Problem]] = {}
    for one in problems:
        if one.file and one.file not in known:
            files.setdefault(one.file, []).append(one)
    for file, own in files.items():
        yield Submitted(file, "", UNREAD, errors=len(own), why=_first(own))


def _homeless(report: Results, found: Iterable[Submitted]) -> Iterator[Submitted]:
    """Counties that are refused although no record of theirs was read."""
    known = {(one.county_code, one.year) for one in found if one.county_code}
    codes = {code for code, _ in known}
    for one in report.refused:
        if (one.county_code, one.year) in known or (one.year is None and one.county_code in codes):
            continue
        own = [
            each
            for each in report.problems
            if each.severity == "error" and each.county_code == one.county_code
        ]
        file = own[0].file if own else ""
        yield Submitted(
            file, "", REFUSED, one.county_code, one.county_name, one.year, len(own), 0,
            _first(own) if own else "",
        )  # fmt: skip


def _first(errors: Sequence[Problem]) -> str:
    """The first of them with its cell and what was expected, and how many more there are."""
    one = errors[0]
    told = f"{one.at} {one.message}".strip()
    if one.expected:
        told = say("{told}（应为：{expected}）", told=told, expected=one.expected)
    return told + say("；共{n}处错误", n=len(errors)) if len(errors) > 1 else told
