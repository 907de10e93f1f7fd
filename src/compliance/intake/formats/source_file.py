"""Opening a file nobody vouches for: its bytes within a limit and its fingerprint, or a problem.

Inside the readers what cannot be read is raised as `UnreadableError`; no reader lets it out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.limits import MIB
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import say
from compliance.kernel.submission import InputFile


def document(
    path: Path, fill: Callable[[Path, RawDocument, Complaints], None], *, many: bool = False
) -> RawDocument:
    """What `fill` makes of the file, and the problem that stopped it, if one did."""
    found = RawDocument(path.name, many=many)
    complaints = Complaints(path.name, found.problems)
    try:
        fill(path, found, complaints)
    except UnreadableError as stop:
        found.problems.append(stop.problem)
    return found


def load(path: Path, found: RawDocument, complaints: Complaints, limit: int) -> bytes:
    """The bytes of a file of at most `limit` bytes; its fingerprint is noted in `found.inputs`.

    Raises UnreadableError where it cannot be opened, is larger or holds nothing.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except PermissionError as error:
        raise complaints.unreadable(
            "cannot_read",
            say(
                "没有权限打开，或正被其他程序占用",
                "not allowed to open it, or another program holds it",
            ),
            say(
                "关闭打开它的程序，或检查文件权限",
                "close the program, or check the file's permissions",
            ),
        ) from error
    except OSError as error:
        raise complaints.unreadable(
            "cannot_read",
            say(
                "无法读取：{why}",
                "cannot be read: {why}",
                why=error.strerror or type(error).__name__,
            ),
        ) from error
    if len(data) > limit:
        raise too_large(complaints, limit)
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise complaints.unreadable("empty_file", say("文件是空的", "the file is empty"))
    found.inputs.append(InputFile(path.name, hashlib.sha256(data).hexdigest()))
    return data


def too_large(complaints: Complaints, limit: int) -> UnreadableError:
    """A file larger than anything the forms could need."""
    return complaints.unreadable(
        "too_large",
        say("文件超过{n} MB，不予读取", "the file is over {n} MB and is not read", n=limit // MIB),
        say("不超过{n} MB", "at most {n} MB", n=limit // MIB),
    )


def panicked(error: BaseException) -> bool:
    """Whether a library written in Rust gave up; its panics do not derive from Exception."""
    return type(error).__name__ == "PanicException"
