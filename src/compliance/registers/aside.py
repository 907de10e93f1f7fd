"""Large tables set aside: the columns that are wanted, as a Parquet file of our own, row groups of one size.

Nobody vouches for what people send, and damaged pages can end the process that decodes them: a child
process reads, in a stream, and only the columns it is asked for.
"""

from __future__ import annotations

import codecs
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from compliance.intake import limits
from compliance.intake.formats.source_file import damaged, intact
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import msg, say

PIECE = 400_000  # rows that are held in memory together
_READ = 1 << 22
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

# kind, file in, file out, rows of a group, separator, then the columns
_SET_ASIDE = """
import sys
import polars as pl
kind, source, target, rows, separator, *columns = sys.argv[1:]
if kind == "csv":
    lazy = pl.scan_csv(source, separator=separator, infer_schema=False)
else:
    lazy = pl.scan_parquet(source, hive_partitioning=False)
lazy.select(columns).sink_parquet(target, compression="lz4", row_group_size=int(rows), statistics=False)
"""


@dataclass(frozen=True)
class TextForm:
    """A text as it is read: file (perhaps a copy in UTF-8), headings, separator, lines below these."""

    path: Path
    headings: tuple[str, ...]
    separator: str
    lines: int


def set_aside(
    kind: str,
    source: Path,
    columns: list[str],
    target: Path,
    complaints: Complaints,
    separator: str = ",",
) -> int:
    """Copy some columns of a ``csv`` or ``parquet`` file; how many rows it has. Raises UnreadableError."""
    words = [kind, str(source), str(target), str(PIECE), separator, *columns]
    with intact(complaints, pl.exceptions.PolarsError, OSError, ValueError):
        if getattr(sys, "frozen", False) or not sys.executable:
            exec(_SET_ASIDE, {"sys": type("Words", (), {"argv": ["", *words]})})  # noqa: S102 - our own text
        else:
            child = subprocess.run(  # noqa: S603 (this interpreter, a fixed text)
                [sys.executable, "-I", "-c", _SET_ASIDE, *words],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
            )  # fmt: skip
            if child.returncode:
                raise _refused(child.stderr.decode(errors="replace"), complaints)
        return int(pl.scan_parquet(target).select(pl.len()).collect().item())


def _refused(said: str, complaints: Complaints) -> Exception:
    """Why the child could not go on, as far as it said."""
    if "more fields" in said or "extra" in said:
        message = msg("有的行比表头多出格子，各列对不齐")
        return complaints.unreadable(
            "ragged_line", message, msg("每行的格数与表头相同；含逗号的内容加双引号")
        )
    return damaged(complaints)


def pieces(path: Path, rows: int) -> Iterator[tuple[int, pl.DataFrame]]:
    """The rows set aside, piece by piece, each with the number of its first row."""
    lazy = pl.scan_parquet(path)
    for start in range(0, rows, PIECE):
        yield start, lazy.slice(start, PIECE).collect()


# ── texts ──────────────────────────────────────────────────────────────────────────


def text_form(path: Path, folder: Path, complaints: Complaints) -> TextForm:
    """How a large text is written: UTF-8 as it is, GB18030 and UTF-16 by way of a copy in `folder`.

    Its headings stand in the first line. Raises UnreadableError.
    """
    encoding = _encoding(path, complaints)
    copied = encoding != "utf-8"
    target = folder / f"{path.name}.utf8" if copied else path
    if copied:
        _transcode(path, target, encoding, complaints)
    with target.open("rb") as stream:
        head = stream.readline(limits.LONGEST_LINE).decode(errors="replace").rstrip("\r\n")
    separator = max(",\t;|", key=head.count)
    headings = tuple(one.strip().strip('"') for one in head.split(separator))
    return TextForm(target, headings, separator, _lines(target, complaints))


def _encoding(path: Path, complaints: Complaints) -> str:
    with path.open("rb") as stream:
        beginning = stream.read(4)
    for mark, encoding in _MARKS:
        if beginning.startswith(mark):
            return encoding
    for encoding in ("utf-8", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    expected = msg("UTF-8、GB18030（GBK），或带BOM的UTF-16")
    raise complaints.unreadable("bad_encoding", msg("编码无法识别"), expected)


def _decodes(path: Path, encoding: str) -> bool:
    reader = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while data := stream.read(_READ):
                reader.decode(data)
            reader.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _transcode(path: Path, target: Path, encoding: str, complaints: Complaints) -> None:
    try:
        with (
            path.open(encoding=encoding, newline="") as stream,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            while text := stream.read(_READ):
                out.write(text)
    except UnicodeDecodeError as error:
        raise complaints.unreadable("bad_encoding", msg("编码不对")) from error


def _lines(path: Path, complaints: Complaints) -> int:
    """How many lines stand below the headings. Raises UnreadableError for what is no text."""
    lines, blank, last = 0, 0, b"\n"
    with path.open("rb") as stream:
        while data := stream.read(_READ):
            if b"\0" in data:
                raise complaints.unreadable("bad_text", msg("有NUL字节，不是文本文件"))
            joint = last + data
            lines += data.count(b"\n")
            blank += joint.count(b"\n\n") + joint.count(b"\n\r\n")
            last = data[-1:]
    if last != b"\n":
        lines += 1
        message, expected = (
            msg("最后一行没有换行符，文件可能不完整"),
            msg("请核对最后一行，重新导出"),
        )
        complaints.warning("no_line_end", message, expected)
    return lines - blank - 1


def check_rows(rows: int, form: TextForm, complaints: Complaints) -> None:
    """Raise UnreadableError where lines went into cells: a stray quote swallows all up to the next."""
    if rows != form.lines:
        message = say(
            "有{n}行，却只读出{m}条记录：单元格内有换行，或引号不成对", n=form.lines, m=rows
        )
        raise complaints.unreadable(
            "swallowed_rows", message, msg("去掉单元格内的换行和多余的引号，重新导出")
        )
