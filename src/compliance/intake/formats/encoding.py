"""Text in whatever encoding an office writes, brought to UTF-8 with plain line ends."""

from __future__ import annotations

from compliance.intake.limits import MIB
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import say

LONGEST_LINE = MIB
MOST_COLUMNS = 2000
MOST_CELLS = 100_000_000
# One NUL in so many bytes is UTF-16 without its mark, or no text at all.
MOST_NULS = 20
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def plain_text(data: bytes, complaints: Complaints) -> bytes:
    """`data` as UTF-8 with plain line ends. Raises UnreadableError where it is no text."""
    text = _decoded(data, complaints)
    nul = text.find(b"\0")
    if nul >= 0 and (text.count(b"\n", 0, nul) == 0 or text.count(b"\0") * MOST_NULS > len(text)):
        raise complaints.unreadable(
            "bad_text",
            say(
                "第{n}行起有NUL字节，不是文本文件",
                "NUL bytes from line {n} on: not a text file",
                n=text.count(b"\n", 0, nul) + 1,
            ),
            say("另存为“CSV UTF-8（逗号分隔）”", "save it as CSV UTF-8 (comma delimited)"),
        )
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
        raise complaints.unreadable("bad_encoding", say("编码不对", "wrong encoding")) from error
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
        say(
            "编码无法识别（第{n}行起）",
            "the encoding is not recognised (from line {n})",
            n=data.count(b"\n", 0, error.start) + 1,
        ),
        say("UTF-8、GB18030（GBK），或带BOM的UTF-16", "UTF-8, GB18030 (GBK) or UTF-16 with BOM"),
    )


def check_size(text: bytes, complaints: Complaints) -> None:
    """Refuse endless lines and tables far beyond any nation. Raises UnreadableError."""
    start = 0
    while len(text) - start > LONGEST_LINE:
        end = text.rfind(b"\n", start, start + LONGEST_LINE)
        if end < 0:
            raise complaints.unreadable(
                "line_too_long",
                say(
                    "第{n}行超过{m} MB，不像一张表",
                    "line {n} is over {m} MB: hardly a table",
                    n=text.count(b"\n", 0, start) + 1,
                    m=LONGEST_LINE // MIB,
                ),
            )
        start = end + 1
    head = text.lstrip(b"\n").partition(b"\n")[0]
    columns = max(head.count(b","), head.count(b"\t")) + 1
    if columns > MOST_COLUMNS or columns * text.count(b"\n") > MOST_CELLS:
        raise complaints.unreadable(
            "too_large",
            say("表过大：{n}列", "the table is too large: {n} columns", n=columns),
            say("不超过{n}列", "at most {n} columns", n=MOST_COLUMNS),
        )
