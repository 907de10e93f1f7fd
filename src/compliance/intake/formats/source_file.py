"""Opening what nobody vouches for: the bytes of a file, an archive, a text, each within its limits.

Inside the readers what cannot be read is raised as `UnreadableError`; no reader lets it out.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from polars.exceptions import PanicException

from compliance.intake import limits
from compliance.intake.cell_text import clip
from compliance.intake.formats.allowance import BeyondLimitError
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.limits import MIB
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import InputFile

# what reading a damaged or exotic member of an archive can raise
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)
OLE2, ZIP = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"PK\x03\x04",
)  # how old documents and packages begin
# suffix → how a file of that name never begins, and one that was given a wrong name does
_NO_TEXT = {**dict.fromkeys((".csv", ".tsv", ".txt", ".json"), (OLE2, ZIP)), ".zip": (OLE2,)}
# one NUL in so many bytes is UTF-16 without its mark, or no text at all
MOST_NULS = 20
END = b"\x1a"  # what DOS programs write where a text ends
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


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
        message = msg("没有权限打开，或正被其他程序占用")
        expected = msg("关闭打开它的程序，或检查文件权限")
        raise complaints.unreadable("cannot_read", message, expected) from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        message = say("无法读取：{why}", why=why)
        raise complaints.unreadable("cannot_read", message) from error
    if len(data) > limit:
        most = limit // MIB
        message = say("文件超过{n} MB，不予读取", n=most)
        at_most = say("不超过{n} MB", n=most)
        raise complaints.unreadable("too_large", message, at_most)
    if is_empty(data):
        raise complaints.unreadable("empty_file", msg("文件是空的"))
    if data.startswith(_NO_TEXT.get(path.suffix.lower(), ())):
        message = say("内容不是{s}，而是工作簿或压缩包", s=path.suffix)
        expected = msg("把扩展名改成它本来的：.xlsx、.xls 或 .zip")
        raise complaints.unreadable("wrong_suffix", message, expected)
    found.inputs.append(InputFile(path.name, hashlib.sha256(data).hexdigest()))
    return data


def is_empty(data: bytes) -> bool:
    """Whether there is nothing but white space."""
    return not data.strip(b" \t\r\n\xef\xbb\xbf")


@contextmanager
def intact(complaints: Complaints, *broken: type[Exception]) -> Iterator[None]:
    """What a library raises inside the block, or its panic, says that the file is damaged."""
    try:
        yield
    except PanicException as error:
        raise damaged(complaints) from error
    except broken as error:
        raise damaged(complaints) from error


# ── archives ───────────────────────────────────────────────────────────────────────


def open_archive(data: bytes, complaints: Complaints) -> zipfile.ZipFile:
    """The archive in `data`, whose declared sizes are bearable. Raises UnreadableError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except DAMAGE as error:
        raise damaged(complaints) from error
    if len(members) > limits.MOST_MEMBERS:
        message = say("压缩包内文件过多：{n}个", n=len(members))
        at_most = say("不超过{n}个", n=limits.MOST_MEMBERS)
        raise complaints.unreadable("too_large", message, at_most)
    _check_sizes(members, len(data), complaints)
    if any(member.flag_bits & 1 for member in members):
        message = msg("文件有密码")
        expected = msg("去掉密码后再提交")
        raise complaints.unreadable("encrypted", message, expected)
    return archive


def _check_sizes(members: Sequence[zipfile.ZipInfo], size: int, complaints: Complaints) -> None:
    """size: the archive's own; for members may overlap, and say what they like of their own."""
    unpacked = sum(member.file_size for member in members)
    most = min(limits.FREE_UNPACKED + size * limits.UNPACKED_A_BYTE, limits.MOST_UNPACKED)
    if unpacked > most:
        message = say("解压后声称有{n} MB，过大，不予读取", n=unpacked // MIB)
        at_most = say("解压后不超过{n} MB", n=most // MIB)
        raise complaints.unreadable("zip_bomb", message, at_most)
    for member in members:
        ratio = member.file_size // max(member.compress_size, 1)
        if member.file_size > limits.RATIO_FROM and ratio > limits.MOST_RATIO:
            message = say(
                "“{m}”解压后是压缩时的{r}倍，疑似压缩炸弹，不予读取",
                m=clip(member.filename),
                r=ratio,
            )
            expected = say("数据表不会超过{r}倍；请检查文件内容", r=limits.MOST_RATIO)
            raise complaints.unreadable("zip_bomb", message, expected)


def damaged(complaints: Complaints) -> UnreadableError:
    """A file cut short or broken on its way."""
    return complaints.unreadable("damaged", msg("文件已损坏或不完整"), msg("重新保存或重新传送"))


def too_large(complaints: Complaints, limit: BeyondLimitError, sheet: str = "") -> UnreadableError:
    """A document, or one sheet of it, that goes beyond a limit."""
    message = say("工作表“{s}”过大：{why}", s=sheet, why=limit.why) if sheet else None
    return UnreadableError(
        complaints.unreadable(
            "too_large",
            message or say("文件过大：{why}", why=limit.why),
            msg("删去表格以外的多余行列和内容，或分成几份"),
            at=sheet,
        ).problem,
        whole=not sheet,
    )


# ── text ───────────────────────────────────────────────────────────────────────────


def plain_text(data: bytes, complaints: Complaints) -> bytes:
    """`data` as UTF-8 with plain line ends. Raises UnreadableError where it is no text."""
    text = _decoded(data, complaints)
    nul = text.find(b"\0")
    if nul >= 0 and (text.count(b"\n", 0, nul) == 0 or text.count(b"\0") * MOST_NULS > len(text)):
        raise complaints.unreadable(
            "bad_text",
            say("第{n}行起有NUL字节，不是文本文件", n=text.count(b"\n", 0, nul) + 1),
            msg("另存为“CSV UTF-8（逗号分隔）”"),
        )
    text = text.rstrip(END)
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text


def _decoded(data: bytes, complaints: Complaints) -> bytes:
    try:
        for mark, encoding in _BOMS:
            if data.startswith(mark):
                return data.decode(encoding).encode()
        data.decode()
    except UnicodeDecodeError as error:
        if data.startswith(tuple(mark for mark, _ in _BOMS)) or _was_utf8(data, error.start):
            raise _wrong_encoding(data, error, complaints) from error
    except UnicodeEncodeError as error:
        raise complaints.unreadable("bad_encoding", msg("编码不对")) from error
    else:
        return data
    try:
        return data.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise _wrong_encoding(data, error, complaints) from error


def _was_utf8(data: bytes, until: int) -> bool:
    """Whether the text before a fault holds Chinese in UTF-8: it is then a broken UTF-8 file.

    A few bytes of GBK can look like UTF-8 by chance; three characters in a row without a fault
    hardly ever do.
    """
    return sum(1 for c in data[:until].decode(errors="ignore")[:MIB] if ord(c) >= 0x800) >= 3


def _wrong_encoding(data: bytes, error: UnicodeDecodeError, complaints: Complaints) -> Exception:
    return complaints.unreadable(
        "bad_encoding",
        say("编码无法识别（第{n}行起）", n=data.count(b"\n", 0, error.start) + 1),
        msg("UTF-8、GB18030（GBK），或带BOM的UTF-16"),
    )


def check_lines(text: bytes, complaints: Complaints) -> None:
    """Refuse endless lines. Raises UnreadableError."""
    start = 0
    while len(text) - start > limits.LONGEST_LINE:
        end = text.rfind(b"\n", start, start + limits.LONGEST_LINE)
        if end < 0:
            raise complaints.unreadable(
                "line_too_long",
                say(
                    "第{n}行超过{m} MB，不像一张表",
                    n=text.count(b"\n", 0, start) + 1,
                    m=limits.LONGEST_LINE // MIB,
                ),
            )
        start = end + 1


def check_extent(columns: int, lines: int, complaints: Complaints) -> None:
    """Refuse tables far beyond any nation. Raises UnreadableError."""
    if columns > limits.MOST_COLUMNS or columns * lines > limits.MOST_CELLS:
        raise complaints.unreadable(
            "too_large", say("表过大：{n}列", n=columns), say("不超过{n}列", n=limits.MOST_COLUMNS)
        )
