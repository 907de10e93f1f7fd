"""Reading a CSV table: every cell a text, separated by commas, tabs, semicolons or bars.

As in a sheet, the headings are the line with most known ones; the separator is the one that makes them.
"""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby, islice
from pathlib import PurePath

import polars as pl

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.cell_text import clip, letters
from compliance.intake.formats.grid import Grid
from compliance.intake.formats.heading_rows import find_headings
from compliance.intake.formats.heading_words import HeadingWords, joined
from compliance.intake.formats.raw_table import TABLE_OF, Cells, RawTable
from compliance.intake.formats.side_lines import (
    EXAMPLE,
    NOTE,
    NUMBERED,
    SECTION,
    TOTAL,
    SideLines,
    mention_nameless,
    mention_records,
    units_above,
)
from compliance.intake.formats.source_file import check_extent, check_lines, plain_text
from compliance.intake.formats.table_contents import tells
from compliance.intake.formats.table_sheet import TableSheet
from compliance.intake.limits import LONGEST_LINE, MOST_PROBLEMS
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import msg, say

BATCH = 20_000
SEPARATORS = ",\t;|"
FOREIGN = "，、：:^~ \x01\x1f"  # what other programs and hands put between cells
SNIFFED = 1 << 16  # bytes of a text that tell what it holds
SAMPLED = 40  # so many lines show how the text is written
MOST_BESIDE = 500  # lines of one county's record, a figure a line
CHUNK = 16  # lines that Excel writes equally long, without the last columns that are blank in all
WIDE = 10  # a note has fewer separators than a table of so many columns
COUNTY_CODE = re.compile("[0-9]{6}")
_DIGITS = re.compile("[0-9]+")
_SEPARATOR_LINE = re.compile(rb'"?sep=([^\w\s"]|\t)"?[,;\t ]*', re.IGNORECASE)
Record = tuple[int, Sequence[str]]  # the line where it begins, its cells


def read_csv(data: bytes, table: str, complaints: Complaints, words: Vocabulary) -> RawTable | None:
    """The table in `data`; None where its headings are of no use. Raises UnreadableError.

    A line that does not fit the headings is an error of its county, and not in the table.
    """
    text = plain_text(data, complaints)
    check_lines(text, complaints)
    meant = HeadingWords(words, table)
    form = _form(text, meant, complaints)
    headings = form.headings
    if not headings:
        raise complaints.unreadable("empty_file", msg("没有表头和数据"))
    check_extent(len(headings), text.count(b"\n"), complaints)
    if table == "counties" and (sheet := _beside(text, form, complaints, words)):
        return sheet.read()
    mention_records(form.above, len(headings), lambda line: f"A{line}", complaints)
    if not text.endswith(b"\n"):
        _mention_end(text, complaints)
    body = (None if b'"' in text else _cut(text, form)) or _read(text.decode(), form, complaints)
    above = units_above(cells for _, cells in form.above)
    titles = [f"A{line}" for line, _ in form.above]
    name = form.facts.index("school_name") if "school_name" in form.facts else None
    beside = SideLines(headings, form.key, complaints, above, form.rows, titles, name)
    body = _without_misfits(_without_side_lines(body, beside), form, text, complaints)
    names = _names(form, meant, complaints)
    if names is None:
        return None
    cells, numbers = body.frame.get_columns(), body.numbers
    nameless = [
        f"{letters(index)}{form.head}"
        for index, (heading, column) in enumerate(zip(headings, cells, strict=True))
        if not heading and column.null_count() < len(column)
    ]
    mention_nameless(nameless, complaints)
    columns: dict[str, Cells] = {h: cells[index] for h, index in names.items()}
    return RawTable(
        table,
        complaints.file,
        columns,
        len(numbers),
        lambda row, heading: f"{letters(names[heading])}{numbers[row]}",
        heading_place=lambda heading: form.at(names[heading]),
        units=beside.units,
        paths={
            heading: form.paths[index]
            for heading, index in names.items()
            if len(form.paths[index]) > 1
        },
        titles=(*form.titles(complaints.file), *beside.sections),
    )


def _beside(
    text: bytes, form: _Form, complaints: Complaints, words: Vocabulary
) -> TableSheet | None:
    """The one record of a county, as a sheet, if its values stand beside their headings."""
    if text.count(b"\n") > MOST_BESIDE:
        return None
    lines: dict[int, list[str]] = {}
    with suppress(csv.Error):
        lines = {n: cells for n, cells, _ in _records(text.decode(), form.separator, strict=False)}
    width = max(map(len, lines.values()), default=0)
    rows = [
        [cell or None for cell in _filled_up(lines.get(number, []), width)]
        for number in range(1, max(lines, default=0) + 1)
    ]
    sheet = TableSheet(Grid("", rows, 0, 0, complaints), "counties", words)
    return sheet if sheet.is_beside else None


def told_by_content(data: bytes, words: Vocabulary, file: str = "") -> str | None:
    """The table whose headings the beginning of a text holds, whatever its file is called.

    Raises UnreadableError, about `file`, where it is no text.
    """
    whole = data if len(data) <= SNIFFED else data[: data.rfind(b"\n", 0, SNIFFED) + 1]
    complaints = Complaints(file, [])
    best, most = None, 0
    text = plain_text(whole, complaints)
    with suppress(UnreadableError):
        for table in TABLE_OF:
            meant = HeadingWords(words, table)
            form = _form(text, meant, complaints)
            if form.known > most and tells(meant, form.paths):
                best, most = table, form.known
    return best


# ── how a text is written ──────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Form:
    """How a text holds its table.

    head: the line of the headings, the last of theirs, from 1. paths: the words over each column.
    lines: of each column the line where the last of them stands. above: the lines above the headings
    that hold something. rows: those of the headings. facts: of each heading the fact it stands for, ""
    where that is not known. key: the column that names a record.
    """

    separator: str
    head: int
    paths: Sequence[tuple[str, ...]]
    lines: Sequence[int]
    above: Sequence[Record]
    rows: Sequence[Sequence[str]]
    facts: Sequence[str]
    key: int

    @cached_property
    def headings(self) -> list[str]:
        """Each column's heading."""
        return [joined(path) for path in self.paths]

    @property
    def width(self) -> int:
        """Number of headings."""
        return len(self.paths)

    @property
    def known(self) -> int:
        """Number of headings that stand for a fact."""
        return sum(map(bool, self.facts))

    def at(self, column: int) -> str:
        """Where a heading stands."""
        return f"{letters(column)}{self.lines[column]}"

    def titles(self, file: str) -> tuple[str, ...]:
        """What stands above the table, then what its file is called."""
        return (*(" ".join(filter(None, cells)) for _, cells in self.above), PurePath(file).stem)

    def codes(self, cells: Sequence[str]) -> list[str]:
        """The codes of schools that a record gives, as far as they are all digits."""
        own = zip(self.facts, cells, strict=False)
        return [
            code for fact, cell in own if fact == "school_code" and (code := cell.strip()).isdigit()
        ]

    def county(self, cells: Sequence[str]) -> str | None:
        """The code of the county that a record names."""
        found = [index for index, fact in enumerate(self.facts) if fact == "county_code"]
        code = "".join(cells[found[-1] : found[-1] + 1]).strip() if found else ""
        return code if COUNTY_CODE.fullmatch(code) else None


def _form(text: bytes, words: HeadingWords, complaints: Complaints) -> _Form:
    """How the text is written. Raises UnreadableError where its cells stand apart in a foreign way."""
    sample = list(islice(io.BytesIO(text), SAMPLED))

    def best(marks: str) -> _Form:
        forms = [_form_with(mark, sample, words) for mark in marks]
        return max(forms, key=lambda form: form.known)

    form = best(_separator_line(sample) + _candidates(sample))
    if not form.known and (other := best(FOREIGN)).known > 1:
        message = say("各格之间用“{c}”分隔，无法读取", c=clip(other.separator))
        expected = msg("另存为“CSV UTF-8（逗号分隔）”")
        raise complaints.unreadable("foreign_separator", message, expected, at=f"A{other.head}")
    return form


def _separator_line(sample: list[bytes]) -> str:
    """The separator that a first line such as ``sep=;`` names for Excel; that line is blanked."""
    for number, line in enumerate(sample):
        if line.strip():
            found = _SEPARATOR_LINE.fullmatch(line.strip(b"\n"))
            if found:
                sample[number] = b"\n"
                return found[1].decode("ascii", "replace")
            break
    return ""


def _candidates(sample: Sequence[bytes]) -> str:
    """The separators that the first lines hold, the likeliest first."""
    text = b"".join(sample)
    return "".join(mark for mark in SEPARATORS if mark.encode() in text) or SEPARATORS[0]


def _form_with(mark: str, sample: Sequence[bytes], words: HeadingWords) -> _Form:
    """The form of a text with this separator, as its first lines show it."""
    records: list[Record] = []
    with suppress(csv.Error):  # quotes that do not pair; whoever reads the whole says so
        for line, cells, _ in _records(b"".join(sample).decode(), mark, strict=False):
            records.append((line, [" ".join(cell.split()) for cell in cells]))
    head = find_headings((cells for _, cells in records), words)
    if head is None:  # the first line, whose headings nobody knows
        line, first = records[0] if records else (0, [])
        unknown = [(cell,) if cell else () for cell in first]
        return _Form(mark, line, unknown, [line] * len(first), [], [first], [""] * len(first), 0)
    rows = records[head.top : head.bottom + 1]
    width = max(len(cells) for _, cells in rows)
    paths, written = head.paths[:width], [_filled_up(cells, width) for _, cells in rows]
    facts = [fact.name if (fact := words.fact(*path)) else "" for path in paths]
    places = [records[row][0] for row in head.places]
    above, key = records[: head.top], words.key(dict(enumerate(paths)))
    return _Form(mark, rows[-1][0], paths, places, above, written, facts, key)


def _filled_up(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


# ── the lines under the headings ───────────────────────────────────────────────────


@dataclass(frozen=True)
class _Body:
    """Lines as columns of texts, blank cells missing.

    numbers: of each row the line where it begins. short: row → number of its cells, where it has
    fewer than there are headings. long: the lines with more, which are no rows.
    """

    frame: pl.DataFrame
    numbers: Sequence[int]
    short: Mapping[int, int] = field(default_factory=dict)
    long: Sequence[Record] = ()

    def without(self, rows: Collection[int]) -> _Body:
        """All but these rows."""
        if not rows:
            return self
        gone = set(rows)
        kept = [row for row in range(len(self.numbers)) if row not in gone]
        short = {new: self.short[old] for new, old in enumerate(kept) if old in self.short}
        return _Body(self.frame[kept], [self.numbers[row] for row in kept], short, self.long)


def _records(
    text: str, separator: str, *, strict: bool = True
) -> Iterator[tuple[int, list[str], bool]]:
    """The records that hold something: the line where each begins, its cells, whether it has more lines."""
    csv.field_size_limit(LONGEST_LINE)  # longer lines have been refused
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield line, record, reader.line_num > line
            line = reader.line_num + 1
    except csv.Error as error:
        raise csv.Error(line) from error


def _read(text: str, form: _Form, complaints: Complaints) -> _Body:
    """The lines under the headings. Raises UnreadableError where quotes are amiss."""
    width = form.width
    numbers, short, long = array("q"), dict[int, int](), list[Record]()
    schema = {f"c{i}": pl.String() for i in range(width)}
    frames = [pl.DataFrame(schema=schema)]
    lines = _under_headings(text, form, complaints)
    while batch := list(islice(lines, BATCH)):
        fitting = []
        for line, record in batch:
            cells = _fitted(record, width)
            if len(cells) > width:
                long.append((line, cells))
                continue
            if len(cells) < width:
                short[len(numbers)] = len(cells)
            numbers.append(line)
            fitting.append(_filled_up(cells, width))
        if fitting:
            columns = dict(zip(schema, zip(*fitting, strict=True), strict=True))
            frames.append(pl.DataFrame(columns, schema=schema))
    return _Body(_nulled(pl.concat(frames)), numbers, short, long)


def _under_headings(
    text: str, form: _Form, complaints: Complaints
) -> Iterator[tuple[int, list[str]]]:
    try:
        for line, cells, broken in _records(text, form.separator):
            if broken and _swallows(cells, form, above=line <= form.head):
                message = say("第{n}行起的双引号之间夹着整行的数据", n=line)
                expected = msg("删去多余的双引号；格内的双引号写两个")
                raise complaints.unreadable("bad_quotes", message, expected, at=f"A{line}")
            if line > form.head:
                yield line, cells
    except csv.Error as error:
        message = say("第{n}行起双引号不成对，或引号后还有文字", n=error.args[0])
        raise complaints.unreadable("bad_quotes", message, at=f"A{error.args[0]}") from error


def _swallows(cells: Sequence[str], form: _Form, *, above: bool) -> bool:
    """Whether a quoted cell of several lines holds another record, or parts of its own.

    So it is where a line of it has as many cells as the table, where its first and last line are
    the rest of its record and the beginning of another, and where it holds the code of a school.
    above: the record is a heading or a note over them, which has as many cells as it likes.
    """
    full = form.width - 1
    for column, cell in enumerate(cells):
        held = [piece.count(form.separator) for piece in cell.split("\n")]
        if len(held) == 1:
            continue
        if any(
            len(code) == len(own) for own in form.codes(cells) for code in _DIGITS.findall(cell)
        ):
            return True
        if not sum(held):
            continue
        whole = held == [full - column, *[full] * (len(held) - 2), column]
        parts = not above and (len(cells) <= full or sum(held) >= full >= WIDE)
        if full in held or whole or parts:
            return True
    return False


def _nulled(frame: pl.DataFrame) -> pl.DataFrame:
    """Blank cells are missing."""
    return frame.select(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))


def _cut(text: bytes, form: _Form) -> _Body | None:
    """The same, four times as fast, of a text without quotes whose lines all fit; else None.

    A test holds it together with the standard library's reader.
    """
    mark, width = form.separator.encode(), form.width
    lines = enumerate(text.split(b"\n")[form.head :], form.head + 1)
    kept = [(number, line) for number, line in lines if line.strip(mark + b" ")]
    if not kept or any(line.count(mark) + 1 != width for _, line in kept):
        return None
    names = mark.join(b"c%d" % index for index in range(width))
    body = b"\n".join([names, *(line for _, line in kept)])
    frame = pl.read_csv(body, separator=form.separator, quote_char=None, infer_schema=False)
    frame = _nulled(frame)
    written = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    numbers = pl.Series([number for number, _ in kept]).filter(written)
    return _Body(frame.filter(written), numbers.to_list())


def _fitted(cells: list[str], width: int) -> list[str]:
    """Without the empty cells that surplus separators at the end of a line make."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    return cells


def _without_side_lines(body: _Body, beside: SideLines) -> _Body:
    """The records among the lines. Only those that may be something else are looked at one by one."""
    key = pl.col(f"c{beside.key}")
    names = "|".join(
        r"\s+".join(map(re.escape, row[beside.key].split()))
        for row in beside.rows
        if row[beside.key]
    )
    first = pl.nth(range(min(beside.key + 3, body.frame.width)))
    odd = key.is_null() | key.str.contains(f"^{EXAMPLE}|{NUMBERED}|{SECTION}")
    odd |= key.str.contains(rf"^\s*(?:{names})\s*$") if names else False
    odd |= pl.any_horizontal(first.str.contains(f"{TOTAL}|{NOTE}"))
    rows = body.frame.select(odd.fill_null(value=False)).to_series().arg_true()
    others = []
    for row in rows:
        cells = [" ".join((cell or "").split()) for cell in body.frame.row(row)]
        if not beside.is_record(cells, partial(_place, body.numbers[row])):
            others.append(row)
    beside.mention()
    return body.without(others)


def _place(line: int, column: int) -> str:
    return f"{letters(column)}{line}"


# ── lines that do not fit the headings ─────────────────────────────────────────────


def _without_misfits(body: _Body, form: _Form, text: bytes, complaints: Complaints) -> _Body:
    """The lines that fit, or are as Excel writes them; of every other its county is told."""
    good = _cut_by_excel(body, whole=text.endswith(b"\n"))
    bad = [row for row in body.short if row not in good]
    misfits = [
        (body.numbers[row], body.frame.row(row)[: body.short[row]]) for row in bad[:MOST_PROBLEMS]
    ]
    for line, cells in sorted([*misfits, *body.long[:MOST_PROBLEMS]]):
        message = say("第{n}行有{f}格，表头有{w}格", n=line, f=len(cells), w=form.width)
        expected = msg("每行格数与表头相同；格内有逗号时加双引号")
        county = form.county([cell or "" for cell in cells])
        complaints.error("ragged_line", message, expected, at=f"A{line}", county=county)
    if good:
        line = body.numbers[min(good)]
        message = say("第{n}行起有{c}行比表头短，末尾各格按空白读取", n=line, c=len(good))
        expected = msg("Excel会略去末尾的空格；请核对这些行没有错位")
        complaints.warning("short_lines", message, expected, at=f"A{line}")
    return body.without(bad)


def _cut_by_excel(body: _Body, *, whole: bool) -> set[int]:
    """The short lines that lack only what Excel leaves out.

    It writes its rows in chunks, with or without that of the headings, and none of a chunk has the
    last columns that are blank in all of it. The headings keep the first chunk whole. whole: the
    text ends with the end of a line.
    """
    good: set[int] = set()
    last = len(body.numbers) - 1
    for rows in _runs(body.short):
        begins, ends = body.numbers[rows[0]] - 1, body.numbers[rows[-1]]
        at_end = whole and rows[-1] == last
        chunks = any(
            (begins - offset) % CHUNK == 0 and (at_end or (ends - offset) % CHUNK == 0)
            for offset in (0, 1)
        )
        if begins < CHUNK or not (chunks or (at_end and len(rows) > 1)):
            continue
        if body.frame[rows, body.short[rows[0]] - 1].null_count() < len(rows):
            good.update(rows)
    return good


def _runs(short: Mapping[int, int]) -> Iterator[list[int]]:
    """Short lines that follow one another and are equally long."""
    for _, run in groupby(enumerate(short), key=lambda one: (one[1] - one[0], short[one[1]])):
        yield [row for _, row in run]


def _mention_end(text: bytes, complaints: Complaints) -> None:
    line = text.count(b"\n") + 1
    message = say("最后一行（第{n}行）没有换行，文件可能不完整", n=line)
    expected = msg("核对最后一行，重新导出")
    complaints.warning("no_line_end", message, expected, at=f"A{line}")


# ── headings ───────────────────────────────────────────────────────────────────────


def _names(form: _Form, words: HeadingWords, complaints: Complaints) -> dict[str, int] | None:
    """Heading → column; None where a known one stands twice."""
    names: dict[str, int] = {}
    for index, heading in enumerate(form.headings):
        if not heading or names.setdefault(heading, index) == index:
            continue
        kind = words.meaning(form.paths[index]).kind
        complain = complaints.warning if kind == "unknown" else complaints.error
        if kind != "silent":
            message = say("表头“{h}”重复出现", h=clip(heading))
            once = msg("每个表头只出现一次")
            complain("duplicate_heading", message, once, at=form.at(index))
        if kind not in ("silent", "unknown"):
            return None
    return names
