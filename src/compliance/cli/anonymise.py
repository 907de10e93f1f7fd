"""`compliance anonymise`: the same figures, and nobody's: codes and names replaced, verdicts unchanged."""

from __future__ import annotations

import secrets
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compliance.cli.command import (
    Command,
    GivenPath,
    asked_terms,
    guarded,
    inputs_argument,
    nothing_written,
    on_terms,
    option,
    print_problems,
    refuse_clashes,
    shared_options,
    tell_written,
)
from compliance.cli.volume import remark
from compliance.kernel.errors import UsageError, reason
from compliance.kernel.i18n import msg, say
from compliance.kernel.limited_read import read_limited

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.checker import Batch
    from compliance.checker.anonymise import Nobodys

_SHORTEST_KEY, _LONGEST_KEY = 16, 1 << 20  # bytes
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".et"})
_PACKED = (1980, 1, 1, 0, 0, 0)  # the date of every member: it tells nothing


@click.command(
    cls=Command,
    help=lambda: msg(
        "去标识：学校和县的代码、名称及人名、乡镇等一律换成代号，数字和结论不变，可交给县外的人。"
    ),
)
@inputs_argument
@option(
    "-o",
    "--output",
    "out",
    required=True,
    type=GivenPath(),
    metavar="FILE.json|FILE.xlsx|FILE.zip|DIR",
    help=lambda: msg("写到哪里；多个县写 .zip 或文件夹"),
)
@option(
    "--key-file",
    type=GivenPath(dir_okay=False),
    metavar="FILE",
    help=lambda: msg(
        "密钥文件（没有就新建）：同一密钥换出的代号相同，几年的数据仍可比较；不要随数据交出"
    ),
)
@on_terms
@shared_options
@guarded
def anonymise(
    inputs: tuple[Path, ...], out: Path, key_file: Path | None, mapping: Path | None,
    blank_is_zero: tuple[str, ...],
) -> int:  # fmt: skip
    """Read, replace, write; nothing where anything has an error."""
    from compliance.checker import Choice, load, prepare
    from compliance.checker.anonymise import anonymised
    from compliance.render.documents.output_files import beside, staged

    refuse_clashes([out, *([] if key_file is None else [key_file])], inputs)
    choice = Choice(terms=asked_terms(mapping, blank_is_zero))
    batch = prepare(inputs, load(), choice)
    errors = [one for one in batch.problems if one.severity == "error"]
    if errors or batch.refused or not batch.jobs:
        print_problems(errors, err=True)
        return nothing_written()
    secret, new = _key(key_file)
    nobodys = anonymised(batch.submission, batch.vocabulary, sha256(secret).digest())
    files = _files(out, inputs, batch, nobodys)
    with staged(None) as place:
        for path, content in files.items():
            place.put(path, content, keep=beside)
        if key_file is not None and new:
            place.put(key_file, secret, fresh=True, mode=0o600)
        written = place.place()
    tell_written(written)
    remark(msg("代码和名称已换，数字未改：熟悉本县数字的人仍可能认出。"), err=True)
    return 0


def _key(path: Path | None) -> tuple[bytes, bool]:
    """The secret, and whether it is a new one. Raises UsageError for a file that holds none."""
    if path is None or not path.exists():
        return secrets.token_hex(32).encode() + b"\n", True
    try:
        secret = read_limited(path, _LONGEST_KEY)
    except OSError as error:
        raise UsageError(say("无法读取：{why}", why=reason(error)), where=str(path)) from error
    if len(secret.strip()) < _SHORTEST_KEY:
        what = say("密钥太短（不足{n}个字符）", n=_SHORTEST_KEY)
        raise UsageError(what, where=str(path), todo=msg("删去该文件，会新建一个"))
    return secret.strip() + b"\n", False


def _files(out: Path, inputs: Sequence[Path], batch: Batch, nobodys: Nobodys) -> dict[Path, bytes]:
    """Path → content, in the form of the output's suffix; in a folder, in that of the input."""
    from compliance.render.submission_files import as_tables

    suffix = out.suffix.lower()
    read = {Path(one.name).suffix.lower() for one in batch.submission.inputs}
    keys = list(nobodys.submission.counties.select("county_code", "year").iter_rows())
    if suffix in (".json", ".xlsx"):
        if len(keys) > 1:
            what = say("有{n}个县或学年，一份{s}只放一个", n=len(keys), s=suffix)
            raise UsageError(what, where=str(out), todo=msg("写成 .zip 或文件夹"))
        return {out: _document(batch, nobodys, keys[0], suffix)}
    if suffix not in ("", ".zip"):
        raise UsageError(
            say("不能写成{s}", s=suffix),
            where=str(out),
            todo=msg("写成 .json、.xlsx、.zip 或文件夹"),
        )
    documents = ".json" if read == {".json"} else ".xlsx" if read <= _WORKBOOKS else ""
    if documents and not suffix:
        return {
            out / f"{code}_{year}{documents}": _document(batch, nobodys, (code, year), documents)
            for code, year in keys
        }
    tables = as_tables(nobodys.submission, batch.vocabulary, _suffix_of_tables(inputs))
    if not suffix:
        return {out / name: content for name, content in tables.items()}
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in tables.items():
            info = zipfile.ZipInfo(name, _PACKED)
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, content)
    return {out: stream.getvalue()}


def _document(batch: Batch, nobodys: Nobodys, key: tuple[str, int], suffix: str) -> bytes:
    """One county as a file: JSON, or the workbook of its rule set."""
    from compliance.kernel.submission import KEY
    from compliance.render.blank_workbook import workbook_bytes
    from compliance.render.filled_workbook import submission_tables
    from compliance.render.submission_files import as_json
    from compliance.render.workbook_form import WorkbookForm

    if suffix == ".json":
        return as_json(nobodys.submission, key, batch.vocabulary)
    own = (nobodys.counties[key[0]], key[1])
    rules = next(job.rules for job in batch.jobs if own in job.part.counties.select(*KEY).rows())
    about = tuple(rules.rules.values())
    form = WorkbookForm(batch.vocabulary, rules.label, rules.subject, rules.id, about)
    return workbook_bytes(form, tables=submission_tables(nobodys.submission, key, batch.vocabulary))


def _suffix_of_tables(inputs: Sequence[Path]) -> str:
    """Whether the tables that were read are Parquet or text."""
    names: list[str] = []
    for path in inputs:
        if path.is_dir():
            names += [one.name for one in path.iterdir()]
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names += archive.namelist()
        names.append(path.name)
    return ".parquet" if any(name.lower().endswith(".parquet") for name in names) else ".csv"
