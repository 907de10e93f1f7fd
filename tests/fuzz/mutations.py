"""What can happen to a file, by what it is made of: bytes, texts, cells, trees, elements, members, pages, records.

A mutation takes the bytes of a file and a source of choices, and gives other bytes; where it finds nothing
that it could change, the same. Choices come from a `Random`, which may be Hypothesis's or read from
bytes, so that what is found can be shrunk, and steered.
"""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import tomllib
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from random import Random
from typing import Any

import polars as pl
from polars.exceptions import PanicException

from tests.support.toml_text import toml_text

Mutation = Callable[[bytes, Random], bytes]
Rows = list[list[str]]

# what may stand in a cell, and mostly should not
TEXTS: tuple[str, ...] = (
    "", " ", "0", "-0", "0.", ".5", "-1", "1e400", "1e-7", "9" * 40, "1,234", "１２", "NaN", "inf", "true",
    "#REF!", "#N/A", "—", "/", "无", "暂无", "不涉及", "未监测", "是", "否", "=1+1", "'123", '="123"', "+5", "50%",
    "约300", "480①", "3 4", "12;13", ";;", "1_000", "0x1F", "2019-13-45", "1900-01-00", "二〇一九年", "万元",
    "\ufffd\ufffd", "\x00", "\x1b[31m", "\u202e", "\ud800", "a" * 5000, '"', "a\nb", "合计", "小学", "初级中学", "2099",
    "{{ x }}", "{% for x in y %}", "../../x", "http://x",
)  # fmt: skip
NUMBERS = (
    b"0", b"0.", b".5", b"-0", b"-1", b"007", b"1e400", b"-1e400", b"1e-999999999", b"NaN", b"-Infinity", b"0x10",
    b"1_0", b"9" * 19, b"9" * 25, b"1" * 5000, b"1.0000000000000000001", b'"1"', b"null", b"true", b"[]", b"{}",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 0.5, 1e308, 2**63, 10**30, [], {}, [None], [[]], {"x": {}}, [1, "x"], date(2023, 9, 1),
)  # fmt: skip
BLOCKS = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x1a",
    b"\r",
    b"\n",
    b'"',
    b",",
    b"\xed\xa0\x80",
    b"\xb9",
)


def some_text(luck: Random) -> bytes:
    """A text that a cell may hold, in bytes that need not be UTF-8."""
    return luck.choice(TEXTS).encode("utf-8", "surrogatepass")


def span(data: bytes, luck: Random, longest: int = 60) -> tuple[int, int]:
    """Where a piece of the data begins and ends."""
    start = luck.randrange(len(data) + 1)
    return start, min(len(data), start + luck.randrange(1, longest))


# --- bytes -----------------------------------------------------------------------------------------
def flip(data: bytes, luck: Random) -> bytes:
    """One bit another."""
    if not data:
        return data
    place = luck.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << luck.randrange(8)]) + data[place + 1 :]


def cut(data: bytes, luck: Random) -> bytes:
    """The end lost, mostly a little of it."""
    left = luck.randrange(len(data) + 1)
    return data[: luck.choice([left, max(0, len(data) - left % 100)])]


def lose(data: bytes, luck: Random) -> bytes:
    """A piece lost."""
    start, end = span(data, luck)
    return data[:start] + data[end:]


def zero(data: bytes, luck: Random) -> bytes:
    """A piece of nothing but zeros, as a disk leaves it."""
    start, end = span(data, luck, 4096)
    return data[:start] + bytes(end - start) + data[end:]


def insert(data: bytes, luck: Random) -> bytes:
    """Something put in."""
    start, _ = span(data, luck)
    return data[:start] + luck.choice([luck.choice(BLOCKS), some_text(luck)]) + data[start:]


def repeat(data: bytes, luck: Random) -> bytes:
    """A piece twice, or very often."""
    start, end = span(data, luck, 2000)
    return data[:end] + data[start:end] * luck.choice([1, 1, 2, 300]) + data[end:]


BYTES: tuple[Mutation, ...] = (flip, flip, cut, lose, zero, insert, repeat)


# --- texts -----------------------------------------------------------------------------------------
def recode(data: bytes, luck: Random) -> bytes:
    """The text in another encoding, or read in a wrong one and saved."""
    text = data.decode("utf-8", "replace")
    made: list[Callable[[], bytes]] = [
        lambda: text.encode("gbk", "replace"),
        lambda: text.encode("utf-16"),
        lambda: text.encode("utf-16-le"),
        lambda: text.encode("utf-32"),
        lambda: b"\xef\xbb\xbf" + data,
        lambda: data.decode("latin-1").encode(),
        lambda: text.encode("gbk", "replace").decode("latin-1").encode(),
    ]
    return luck.choice(made)()


def replace_sign(data: bytes, luck: Random) -> bytes:
    """One sign with a meaning another, once or everywhere."""
    old, new = luck.choice([
        (b",", b";"), (b",", b"\t"), (b",", b""), (b"\r\n", b"\n"), (b"\n", b"\r"), (b"\n", b""), (b'"', b""), (b'"', b"'"),
        (b":", b"="), (b"=", b":"), (b"{", b""), (b"]", b""), (b"<", b"&lt;"), (b">", b""), (b"/", b""), (b" ", b"\xc2\xa0"),
    ])  # fmt: skip
    places = [found.start() for found in re.finditer(re.escape(old), data)]
    if not places or luck.random() < 0.3:
        return data.replace(old, new)
    place = luck.choice(places)
    return data[:place] + new + data[place + len(old) :]


def replace_number(data: bytes, luck: Random) -> bytes:
    """A number as it stands in the text another, or one that is none."""
    return _replaced(rb"(?<![\w.])-?\d+(\.\d+)?(?![\w.])", data, luck, luck.choice(NUMBERS))


def replace_word(data: bytes, luck: Random) -> bytes:
    """A word in quotes another."""
    return _replaced(rb'(?<=")[^"\n]*(?=")', data, luck, some_text(luck))


def shift_lines(data: bytes, luck: Random) -> bytes:
    """A line lost, twice, elsewhere, or joined with the next."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    place = luck.randrange(len(lines))
    line = lines[place]
    match luck.randrange(4):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, line)
        case 2:
            lines.insert(luck.randrange(len(lines)), lines.pop(place))
        case _:
            lines[place] = line.rstrip(b"\r\n")
    return b"".join(lines)


def _replaced(pattern: bytes, data: bytes, luck: Random, new: bytes) -> bytes:
    found = list(re.finditer(pattern, data))
    if not found:
        return data
    start, end = luck.choice(found).span()
    return data[:start] + new + data[end:]


LINES: tuple[Mutation, ...] = (recode, replace_sign, replace_sign, replace_number, shift_lines)


# --- cells -----------------------------------------------------------------------------------------
def change_cells(data: bytes, luck: Random) -> bytes:
    """A cell, a column, a row of a table of text another; written again as such a table is."""
    text = data.decode("utf-8-sig", "replace").replace("\x00", "")
    comma = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=comma) if row]
    except csv.Error:
        return data
    if not rows:
        return data
    row = luck.choice(rows)
    column = luck.randrange(len(row))
    match luck.randrange(16):
        case 0 | 1 | 2 | 9 | 12 | 13:
            row[column] = luck.choice(TEXTS)
        case 3 | 10 | 14:
            row[column] = luck.choice(luck.choice(rows))
        case 4:
            row[column] += luck.choice(TEXTS)
        case 5:
            rows.append(list(row))
        case 6:
            del row[column]
        case 7:
            row.insert(column, luck.choice(TEXTS))
        case _:
            for one in rows:
                one[column : column + 1] = [] if luck.random() < 0.9 else [""]
    return _as_table(rows, comma)


def _as_table(rows: Rows, comma: str) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=comma, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode("utf-8-sig", "surrogatepass")


def change_cell_of(code: str, data: bytes, luck: Random) -> bytes:
    """A cell of a county's row another, but its codes, in a table of text that holds several counties."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    own = [row for row in rows[1:] if any(cell.startswith(code) for cell in row)]
    if not own:
        return data
    row = luck.choice(own)
    places = [n for n, cell in enumerate(row) if not cell.startswith(code)]
    row[luck.choice(places)] = luck.choice(TEXTS).replace("\ud800", "\ufffd")  # else no text at all
    return _as_table(rows, ",")


def open_quote(data: bytes, luck: Random) -> bytes:
    """Two quotes where none belong: what stands between them becomes one cell."""
    places = [found.start() for found in re.finditer(rb"[,\t\n]", data)]
    if len(places) < 2:
        return data
    first, last = sorted(luck.sample(places, 2))
    return data[: first + 1] + b'"' + data[first + 1 : last] + b'"' + data[last:]


CELLS: tuple[Mutation, ...] = (*LINES, *[change_cells] * 16, open_quote)


# --- trees: JSON and TOML --------------------------------------------------------------------------
def nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a tree: what holds it, and by which key."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from nodes(tree[key])


def change_tree(tree: Any, luck: Random) -> None:
    """A value another, a key another, gone, or twice, a branch elsewhere."""
    places = list(nodes(tree))
    if not places:
        return
    holder, key = luck.choice(places)
    match luck.randrange(7):
        case 0:
            holder[key] = luck.choice(VALUES)
        case 1:
            holder[key] = luck.choice(TEXTS)
        case 2:
            other, at = luck.choice(places)
            if at in other if isinstance(other, dict) else at < len(other):
                holder[key] = json.loads(json.dumps(other[at], default=str))
        case 3 if isinstance(holder, dict):
            holder[luck.choice([*TEXTS, str(key)[:-1], f"{key} "])] = holder.pop(key)
        case 4:
            del holder[key]
        case 5 if isinstance(holder, list):
            holder.append(holder[key])
        case _:
            holder[key] = [holder[key]] if luck.random() < 0.5 else {"value": holder[key]}


def change_json(data: bytes, luck: Random) -> bytes:
    """The document changed as a tree."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return data
    if isinstance(tree, dict | list):
        change_tree(tree, luck)
    text = json.dumps(tree, ensure_ascii=False, indent=1, default=str)
    return text.encode("utf-8", "surrogatepass")


def twice_a_key(data: bytes, luck: Random) -> bytes:
    """A line of a document or table once more, before its own end: a key that stands there twice."""
    return (
        _replaced(rb"\n[^\n]+:[^\n]+,(?=\n)", data, luck, b"")
        if luck.random() < 0.2
        else _doubled(data, luck)
    )


def _doubled(data: bytes, luck: Random) -> bytes:
    found = list(re.finditer(rb"\n[^\n]+:[^\n]+,(?=\n)", data))
    if not found:
        return data
    one = luck.choice(found)
    return data[: one.end()] + one[0].replace(b"1", b"2") + data[one.end() :]


def nest(data: bytes, luck: Random) -> bytes:
    """Deeper than anybody reads."""
    opened, closed = luck.choice([(b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"(", b")")])
    deep = luck.choice([40, 2000, 60_000])
    start, _ = span(data, luck)
    return data[:start] + opened * deep + luck.choice([b"", b"1" + closed * deep]) + data[start:]


def change_toml(data: bytes, luck: Random) -> bytes:
    """The tables changed as a tree."""
    try:
        tree = tomllib.loads(data.decode())
        change_tree(tree, luck)
        return toml_text(tree).encode("utf-8", "surrogatepass")
    except (
        ValueError,
        TypeError,
        RecursionError,
    ):  # not TOML, or TOML has no word for what it became
        return data


JSON: tuple[Mutation, ...] = (
    *LINES, replace_number, *[replace_word] * 3, *[change_json] * 20, twice_a_key, nest,
)  # fmt: skip
TOML: tuple[Mutation, ...] = (
    *LINES, replace_number, replace_number, replace_word, replace_word, *[change_toml] * 9, nest,
)  # fmt: skip


# --- elements --------------------------------------------------------------------------------------
_TAG = rb"<[^<>]+>"
_ELEMENT = rb"<([A-Za-z][\w:]*)\b[^<>]*?(?:/>|>[^<>]*</\1>)"
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'


def change_attribute(data: bytes, luck: Random) -> bytes:
    """What an attribute says another."""
    return _replaced(
        rb'(?<==")[^"<>]*(?=")',
        data,
        luck,
        luck.choice(
            [
                b"",
                b"-1",
                b"0",
                b"99999999",
                b"A1",
                b"XFE1048577",
                b"s",
                b"e",
                b"str",
                some_text(luck),
            ]
        ),
    )


def change_content(data: bytes, luck: Random) -> bytes:
    """The text of an element another."""
    return _replaced(rb"(?<=>)[^<>]+(?=</)", data, luck, some_text(luck).replace(b"<", b"&lt;"))


def change_element(data: bytes, luck: Random) -> bytes:
    """An element without others in it lost, twice or elsewhere."""
    found = list(re.finditer(_ELEMENT, data))
    if not found:
        return data
    one, other = luck.choice(found), luck.choice(found)
    piece = data[one.start() : one.end()]
    match luck.randrange(4):
        case 0 | 1:
            return data[: one.start()] + data[one.end() :]
        case 2:
            return data[: one.end()] + piece * luck.choice([1, 2, 500]) + data[one.end() :]
        case _:
            return data[: other.start()] + piece + data[other.end() :]


def change_tag(data: bytes, luck: Random) -> bytes:
    """A tag lost, or another: what it held is open."""
    return _replaced(
        _TAG,
        data,
        luck,
        luck.choice([b"", b"<x>", b"</x>", b"<!--", b"<![CDATA[", b"<?x?>", b"&c;"]),
    )


def put_entity(data: bytes, luck: Random) -> bytes:
    """A document type that defines entities, and one of them used."""
    head, mark, rest = data.partition(b"?>")
    return _replaced(
        rb"(?<=>)[^<>]+(?=</)", head + mark + BOMB + rest if mark else BOMB + data, luck, b"&b;&c;"
    )


ELEMENTS: tuple[Mutation, ...] = (
    *[change_attribute] * 5, *[change_content] * 8, *[change_element] * 6, change_tag, put_entity, recode, nest,
)  # fmt: skip


# --- members of a package or archive ---------------------------------------------------------------
Members = list[tuple[zipfile.ZipInfo, bytes]]


def unpacked(data: bytes) -> Members:
    """The members of an archive; none where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(one, archive.read(one)) for one in archive.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError, EOFError, OverflowError, struct.error, UnicodeError):  # fmt: skip
        return []
    except Exception as error:  # zlib.error, lzma.LZMAError: each module has its own
        if type(error).__module__ in ("zlib", "lzma", "_lzma"):
            return []
        raise


def packed(members: Sequence[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    """An archive of them, with the sums that belong to what they hold now."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as archive:
        warnings.simplefilter("ignore")  # a name that stands there twice is meant
        for one, content in members:
            info = zipfile.ZipInfo(one.filename, one.date_time)
            info.compress_type = one.compress_type
            archive.writestr(info, content)
    return stream.getvalue()


def change_member(data: bytes, luck: Random) -> bytes:
    """What a member holds changed as its own form is, the sums right."""
    members = unpacked(data)
    if not members:
        return data
    sizes = [len(content) + 1 for _, content in members]  # what holds figures is large
    (place,) = luck.choices(range(len(members)), sizes)
    one, content = members[place]
    members[place] = one, mutated(one.filename, content, luck)
    return packed(members)


def move_members(data: bytes, luck: Random) -> bytes:
    """A member lost, called otherwise, packed otherwise, or holding what another does."""
    members = unpacked(data)
    if not members:
        return data
    place = luck.randrange(len(members))
    one, content = members[place]
    match luck.randrange(5):
        case 0:
            del members[place]
        case 1:
            one.filename = luck.choice(
                [
                    f"../{one.filename}",
                    f"/{one.filename}",
                    one.filename.upper(),
                    one.filename.replace("/", "\\"),
                    f"x/{one.filename}",
                    "学校.csv",
                    "a" * 300,
                ]
            )
        case 2:
            one.compress_type = luck.choice(
                [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
            )
        case 3:
            members[place] = one, luck.choice(members)[1]
        case _:
            members[place] = one, content * luck.choice([2, 40])
    return packed(members)


def store_and_flip(data: bytes, luck: Random) -> bytes:
    """A bit of what a member holds flipped under its sum, as a stick leaves it."""
    members = unpacked(data)
    for one, _ in members:
        one.compress_type = zipfile.ZIP_STORED
    return flip(packed(members), luck) if members else data


def change_header(data: bytes, luck: Random) -> bytes:
    """A field of a member's header in the archive, or in its directory, another."""
    places = [found.start() for found in re.finditer(rb"PK(\x01\x02|\x03\x04|\x05\x06)", data)]
    if not places:
        return data
    place = luck.choice(places) + luck.randrange(4, 46)
    field = luck.choice([b"\0\0", b"\xff\xff", b"\x01\x00", b"\xff\xff\xff\xff", b"\x63\x00"])
    return data[:place] + field + data[place + len(field) :]


MEMBERS: tuple[Mutation, ...] = (
    *[change_member] * 16, move_members, move_members, store_and_flip, change_header,
)  # fmt: skip


# --- columns and pages of Parquet ------------------------------------------------------------------
def change_column(data: bytes, luck: Random) -> bytes:
    """A column of another type, another name, without values, or a row more or less; written anew."""
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (Exception, PanicException):  # damaged by an earlier step: whatever Polars says of it
        return data
    if not frame.width or not frame.height:
        return data
    name = luck.choice(frame.columns)
    column, rows = frame[name], range(frame.height)
    texts = [None if value is None else str(value) for value in column.to_list()]
    made: list[Callable[[], pl.DataFrame]] = [
        lambda: frame.with_columns(pl.Series(name, texts, pl.String)),
        lambda: frame.with_columns(pl.Series(name, [luck.choice([*TEXTS[:44], one]) for one in texts], pl.String, strict=False)),
        lambda: frame.with_columns(pl.Series(name, [luck.choice([0, -1, 2**62, None]) for _ in rows], pl.Int64)),
        lambda: frame.with_columns(pl.Series(name, [luck.choice([1e308, float("nan"), float("inf"), 0.1]) for _ in rows])),
        lambda: frame.with_columns(pl.Series(name, [[one] for one in texts])),
        lambda: frame.with_columns(pl.Series(name, [{"a": one} for one in texts])),
        lambda: frame.with_columns(pl.Series(name, [date(2023, 9, 1) for _ in rows])),
        lambda: frame.with_columns(pl.Series(name, [b"\xff" for _ in rows], pl.Binary)),
        lambda: frame.with_columns(pl.Series(name, texts).cast(pl.Categorical)),
        lambda: frame.with_columns(pl.lit(None, column.dtype).alias(name)),
        lambda: frame.with_columns(pl.lit(None, pl.Null).alias(name)),
        lambda: frame.rename({name: luck.choice([f"{name}_x", name.upper(), f" {name}", "x" * 300])}),
        lambda: frame.drop(name),
        lambda: pl.concat([frame, frame.sample(1, seed=luck.randrange(99))]),
        lambda: frame.head(0),
    ]  # fmt: skip
    stream = io.BytesIO()
    luck.choice(made)().write_parquet(
        stream, compression=luck.choice(["zstd", "snappy", "gzip", "uncompressed"])
    )
    return stream.getvalue()


def change_footer(data: bytes, luck: Random) -> bytes:
    """A byte of what a Parquet file says of itself another, or its length."""
    if len(data) < 12:
        return data
    length = min(int.from_bytes(data[-8:-4], "little"), len(data) - 8)
    place = luck.randrange(len(data) - 8 - length, len(data) - 4)
    return (
        data[:place]
        + bytes([luck.choice([0, 0xFF, 0x7F, 0x80, data[place] ^ 1])])
        + data[place + 1 :]
    )


PARQUET: tuple[Mutation, ...] = (*BYTES, change_footer, change_footer, change_column, change_column, change_column, change_column)  # fmt: skip


# --- records of BIFF -------------------------------------------------------------------------------
def change_record(data: bytes, luck: Random) -> bytes:
    """A record of an old workbook longer, shorter, of another kind, or another in its body."""
    start = data.find(b"\x09\x08\x10\x00")
    places = []
    while 0 <= start <= len(data) - 4:
        places.append(start)
        start += 4 + int.from_bytes(data[start + 2 : start + 4], "little")
    if not places:
        return data
    place = luck.choice(places) + luck.choice([0, 1, 2, 3, *range(4, 24)])
    return (
        data[:place] + bytes([luck.choice([0, 1, 0xFF, luck.randrange(256)])]) + data[place + 1 :]
    )


BIFF: tuple[Mutation, ...] = (*BYTES, *[change_record] * 6)

# --- by what a file is called ----------------------------------------------------------------------
_BY_SUFFIX: dict[str, tuple[Mutation, ...]] = {
    **dict.fromkeys(("json",), JSON),
    **dict.fromkeys(("toml",), TOML),
    **dict.fromkeys(("csv", "tsv", "txt"), CELLS),
    **dict.fromkeys(("xml", "rels", "html"), ELEMENTS),
    **dict.fromkeys(("xlsx", "docx", "zip"), MEMBERS),
    "parquet": PARQUET,
    "xls": BIFF,
    "md": LINES,
}


def mutated(name: str, data: bytes, luck: Random) -> bytes:
    """The bytes of a file of that name, once changed."""
    own = _BY_SUFFIX.get(name.rpartition(".")[2].lower(), ())
    return luck.choice(own if own and luck.random() < 0.92 else BYTES)(data, luck)
