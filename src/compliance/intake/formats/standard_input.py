"""Standard input as a file: kept for the run, its kind told by what it holds, and called ``-``."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

from compliance.intake.formats.given_names import called, lying
from compliance.intake.formats.source_file import OLE2, ZIP
from compliance.intake.limits import MIB, MOST_OF_A_TABLE
from compliance.kernel.drafts import scratch

NAME = "-"
_PARQUET = b"PAR1"
_BEFORE_TEXT = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # byte order marks, white space


@contextmanager
def kept(stream: BinaryIO, name: str = "") -> Iterator[Path]:
    """The path at which, inside the block, lies what the stream held.

    name: one with the suffix that such a file has; else that is told by its content. Of more than any
    reader takes only so much is kept that it is refused.
    """
    with scratch() as drafts:
        whole = drafts.folder / NAME
        with whole.open("wb") as file:
            room = MOST_OF_A_TABLE + 1
            while room > 0 and (piece := stream.read(min(MIB, room))):
                file.write(piece)
                room -= len(piece)
        path = whole.rename(
            whole.with_name(NAME + (PurePath(name).suffix.lower() or _suffix(whole)))
        )
        with lying(path, NAME):
            yield path


def is_kept(path: Path) -> bool:
    """Whether this is where standard input lies."""
    return called(path) == NAME


def _suffix(path: Path) -> str:
    """Of which kind of file the content is; of a text that is nothing else a table."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(ZIP):
        return ".xlsx" if _is_workbook(path) else ".zip"
    for begins, suffix in ((OLE2, ".xls"), (_PARQUET, ".parquet")):
        if head.startswith(begins):
            return suffix
    text = head.lstrip(_BEFORE_TEXT)
    if text.startswith(b"<"):  # a page or SpreadsheetML, which the reader of workbooks tells apart
        return ".xls"
    return ".json" if not text or text.startswith((b"{", b"[")) else ".csv"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return True  # whose reader says that it is damaged
