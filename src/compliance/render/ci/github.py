"""Workflow commands of GitHub Actions: an annotation beside the place of each remark.

A step shows 10 errors, 10 warnings and 10 notices (github.com/orgs/community/discussions/26680), so
the gravest come first; whatever follows stands as plain lines in a group, and what is beyond these is
counted. The summary of the job takes 1 MiB (docs.github.com: "Workflow commands for GitHub Actions").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from compliance.assessment.figures import verdict
from compliance.engine.results import Results, Validation
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import severity_word, status_words
from compliance.render.ci.remarks import (
    ERROR,
    NONE,
    NOTE,
    WARNING,
    Remark,
    Remarks,
    of_results,
    of_validation,
)
from compliance.render.documents.text import printable

MOST = 1_000  # remarks that are listed
SHOWN = 10  # of each kind, as annotations
SUMMARY = 1024 * 1024  # bytes
_COMMANDS = {ERROR: "error", WARNING: "warning", NOTE: "notice"}


def github_results(report: Results, stream: BinaryIO) -> None:
    """A judged run."""
    verdicts = [
        say(
            "{name}（{code}，{year}学年）：{verdict}",
            name=one.county_name, code=one.county_code, year=one.year, verdict=verdict(one.verdict),
        )
        for one in report.counties
    ]  # fmt: skip
    _write(of_results(report, MOST), verdicts, stream)


def github_problems(checked: Validation, _: int, stream: BinaryIO) -> None:
    """What the data checks found."""
    _write(of_validation(checked, MOST), [], stream)


def github_remarks(found: Remarks, stream: BinaryIO) -> None:
    """Remarks that are no findings."""
    _write(found, [], stream)


def summary(page: bytes, room: int) -> bytes:
    """A Markdown page for the summary of a job in which there is so much room, cut between two lines."""
    if len(page) <= room:
        return page
    note = "\n\n" + msg("（页面超过GitHub摘要的1 MiB，其余从略；全部见 --format md）") + "\n"
    kept = page[: max(room - len(note.encode()), 0)]
    return kept[: kept.rfind(b"\n") + 1] + note.encode() if kept else b""


def _write(found: Remarks, verdicts: Sequence[str], stream: BinaryIO) -> None:
    for line in _lines(found, verdicts):
        stream.write(f"{line}\n".encode())


def _lines(found: Remarks, verdicts: Sequence[str]) -> Iterator[str]:
    shown = dict.fromkeys(_COMMANDS, 0)
    rest = []
    for one in found.listed:
        level = _level(one)
        if level is None or shown[level] == SHOWN:
            rest.append(one)
        else:
            shown[level] += 1
            yield _command(one, _COMMANDS[level])
    if rest:
        yield "::group::" + _data(say("其余{n}项", n=len(rest)))
        yield from map(_line, rest)
        yield "::endgroup::"
    yield from (_told(one) for one in (*verdicts, found.told()) if one)


def _level(one: Remark) -> str | None:
    """At which level it is annotated; what keeps a verdict open is a warning, other open rules are none."""
    if one.state == "error":
        return ERROR
    if one.level == NONE:
        return WARNING if one.weighs else None
    return one.level


def _command(one: Remark, name: str) -> str:
    title = " · ".join(filter(None, (one.title, one.subject)))
    properties = {"title": printable(title)}
    if one.place is not None:
        at = {"line": one.place.line, "col": one.place.column}
        properties = {
            "file": one.place.path,
            **{key: str(number) for key, number in at.items() if number is not None},
            **properties,
        }
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {told}::{_data(one.told)}"


def _line(one: Remark) -> str:
    word = status_words()[one.state] if one.state else severity_word(one.level)
    place = ""
    if one.place is not None:
        place = one.place.path if one.place.line is None else f"{one.place.path}:{one.place.line}"
    return _told(" ".join(filter(None, (f"[{word}]", place, one.title, one.told))))


def _told(text: str) -> str:
    """A line that is no command, whatever people typed: one begins with two colons, or has ``##[``."""
    line = printable(text).replace("##[", "## [")
    return f" {line}" if not line.startswith("::") else f" : {line}"


def _data(text: str) -> str:
    for sign, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"), ("##[", "## [")):
        text = text.replace(sign, code)
    return text


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
