"""Results for machines: json, ndjson, csv and parquet, byte for byte the same for the same input.

Three million findings are written in columns and in slices; no Python loop sees them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import polars as pl
from polars.io.plugins import register_io_source

from compliance.assessment.places import of_problems
from compliance.engine.results import FINDINGS, CountyResult, Results, WaiverOutcome
from compliance.kernel.errors import Problem
from compliance.kernel.formula_guard import guarded

FORMAT = "junheng-results/1"
_SLICE = 50_000
# The contract's fields in its order; what we add stands behind them.
_CONTRACT = (
    "rule", "level", "role", "basis", "county_code", "year", "school_code", "school_name", "stage",
    "status", "value", "operator", "threshold", "floor", "unit", "shortfall", "shortfall_unit",
    "excess", "parts", "missing", "message",
)  # fmt: skip
_FIELDS = (*_CONTRACT, *(name for name in FINDINGS.names() if name not in _CONTRACT))
_COUNTS = ("pass", "fail", "unknown", "not_applicable", "not_checked", "waived", "error")
_PROBLEM = (
    "severity", "code", "file", "at", "county_code", "school_code", "message", "expected", "year",
)  # fmt: skip
_COUNTY = ("input", "county_code", "county_name", "year", "verdict", "ruleset", "as_of")
_WAIVER = (
    "rule", "county_code", "year", "school_code", "stage", "reason", "approver", "document",
    "expiry", "file", "line",
)  # fmt: skip
_RULESET = ("id", "version", "as_of", "layers")
_EXCLUDED = ("county_code", "school_code", "stage", "reason", "year")
# A number follows `":` only behind a key: inside a string the quote would be escaped.
_WHOLE = r'([^\\]":-?[0-9]+)\.0([,}])'


def json_results(report: Results, stream: BinaryIO) -> None:
    """The results document of the contract: the head indented, then a finding a line."""
    stream.write(json_head(report).removesuffix(b"\n}") + b',\n  "findings": [')
    first = True
    for lines in _slices([report.findings]):
        stream.write(b"\n    " if first else b",\n    ")
        stream.write(lines.str.join(",\n    ").item().encode())
        first = False
    stream.write(b"]\n}\n" if first else b"\n  ]\n}\n")


def json_head(report: Results) -> bytes:
    """The results document without its findings."""
    return json.dumps(_head(report), ensure_ascii=False, allow_nan=False, indent=2).encode()


def ndjson(parts: Iterable[pl.DataFrame], stream: BinaryIO) -> None:
    """The findings alone, one JSON object a line."""
    for lines in _slices(parts):
        stream.write(lines.str.join("\n").item().encode() + b"\n")


def csv(parts: Iterable[pl.DataFrame], stream: BinaryIO) -> None:
    """The findings for a spreadsheet: UTF-8 with a byte order mark, lists as JSON text."""
    listed = [name for name in _FIELDS if FINDINGS[name].is_nested()]
    texts = [name for name in _FIELDS if FINDINGS[name] == pl.String]
    typed = [guarded(pl.col(name).cast(pl.String)) for name in texts]  # names may come as Enums
    stream.write(b"\xef\xbb\xbf")
    head = True
    for part in _cut(parts):
        columns = [_json(part.get_column(name)) for name in listed]
        with _written_by_polars(stream) as plain:
            part.with_columns(*typed, *columns).write_csv(plain, include_header=head)
        head = False
    if head:
        stream.write((",".join(_FIELDS) + "\n").encode())


def parquet(parts: Iterable[pl.DataFrame], stream: BinaryIO) -> None:
    """The findings with their types, for the next program.

    Words lie there as Enums, which are quick to write; the Arrow schema in the file calls them
    strings, so that every reader takes them for what they are.
    """
    waiting = iter(parts)
    first = next(waiting, pl.DataFrame(schema=FINDINGS))

    def source(*_: object) -> Iterator[pl.DataFrame]:
        yield first
        yield from waiting

    with _written_by_polars(stream) as plain:
        register_io_source(source, schema=first.schema).sink_parquet(
            plain, compression="zstd", compression_level=1, metadata={_ARROW: _as_declared()}
        )


@contextmanager
def _written_by_polars(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream without the number of its file, past which Polars would write; it complains as it always does."""
    plain = _Unnumbered(stream)
    try:
        yield cast("BinaryIO", plain)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise plain.complaint or error from None


class _Unnumbered(io.RawIOBase):
    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self.complaint: OSError | None = None

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - whatever has bytes
        try:
            return self._stream.write(data)
        except OSError as error:
            self.complaint = error
            raise


_ARROW = "ARROW:schema"


def _as_declared() -> str:
    """The Arrow schema of FINDINGS, as a file's footer has it."""
    empty = io.BytesIO()
    pl.DataFrame(schema=FINDINGS).write_parquet(empty)
    empty.seek(0)
    return pl.read_parquet_metadata(empty)[_ARROW]


def _cut(parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for part in parts:
        yield from part.select(_FIELDS).iter_slices(_SLICE)


def _slices(parts: Iterable[pl.DataFrame]) -> Iterator[pl.Series]:
    for part in _cut(parts):
        yield finding_lines(part)


def finding_lines(frame: pl.DataFrame) -> pl.Series:
    """Every row as a JSON object; whole numbers without ``.0``."""
    finite = [
        pl.when(pl.col(name).is_finite()).then(pl.col(name) + 0.0).alias(name)
        for name, dtype in frame.schema.items()
        if dtype.is_float()
    ]
    encoded = pl.struct(pl.all()).struct.json_encode().str.replace_all(_WHOLE, "${1}${2}")
    return frame.with_columns(finite).select(encoded.alias("line")).to_series()


def _json(column: pl.Series) -> pl.Series:
    """A list column as JSON text; an absent list stays an empty cell."""
    name = column.name
    whole = finding_lines(column.to_frame())
    text = whole.str.strip_prefix(f'{{"{name}":').str.strip_suffix("}")
    return text.to_frame("text").select(
        pl.when(pl.col("text") != "null").then("text").alias(name)
    ).to_series()  # fmt: skip


def _head(report: Results) -> dict[str, Any]:
    sets = [{name: getattr(info, name) for name in _RULESET} for info in report.rulesets]
    common = sets[0] if len(sets) == 1 else None
    return {
        "format": FORMAT,
        "ruleset": common,
        **({} if common else {"rulesets": sets}),
        "manifest": report.manifest,
        "counties": [_county(county) for county in report.counties],
        **({"waivers": [_waiver(one) for one in report.waivers]} if report.waivers else {}),
        "problems": problem_records(report.problems, report.inputs),
        "excluded": [{name: unit.get(name) for name in _EXCLUDED} for unit in report.excluded],
    }


def _county(county: CountyResult) -> dict[str, Any]:
    return {
        **{name: getattr(county, name) for name in _COUNTY},
        "blocks": dict(county.blocks),
        "counts": {status: county.counts.get(status, 0) for status in _COUNTS},
        "bases": {basis: dict(many) for basis, many in county.bases.items()},
    }


def _waiver(one: WaiverOutcome) -> dict[str, Any]:
    """A waiver as it was given, and what became of it; year and stage: of the finding, where there is one."""
    given = {name: getattr(one.waiver, name) for name in _WAIVER}
    return {
        "state": one.state,
        **given,
        "rule": one.rule,
        "year": one.year or one.waiver.year,
        "stage": one.stage or one.waiver.stage,
        "expiry": one.waiver.expiry.isoformat(),
    }


def problem_records(problems: Sequence[Problem], inputs: Sequence[Path]) -> list[dict[str, Any]]:
    """Problems as the results have them, each with its file as given and its line in a text.

    inputs: the paths as given.
    """
    return [
        {name: getattr(one, name) for name in _PROBLEM}
        | {"path": place and place.path, "line": place and place.line}
        for one, place in zip(problems, of_problems(problems, inputs), strict=True)
    ]
