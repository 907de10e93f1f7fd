"""A submission as the files that `-o` asks for: a document a county, or tables in a folder or archive."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg, say

if TYPE_CHECKING:
    from compliance.checker import Batch
    from compliance.facts.vocabulary import Vocabulary
    from compliance.kernel.submission import InputFile, Submission
    from compliance.rules.language.ruleset import Ruleset

Key = tuple[str, int]  # county and year
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".et"})
_PACKED = (1980, 1, 1, 0, 0, 0)  # the date of every member: it tells nothing


def submission_files(
    out: Path, inputs: Sequence[Path], read: Sequence[InputFile], submission: Submission, words: Vocabulary,
    rules_of: Callable[[Key], Ruleset],
) -> dict[Path, bytes]:  # fmt: skip
    """Path → content, in the form of the output's suffix; in a folder, in that of the inputs.

    read: the files that were read of the inputs. rules_of: the rule set whose workbook a county fills in. Raises UsageError for several counties where
    only one has room, and for a suffix of no such file.
    """
    from compliance.render.submission_files import as_tables

    suffix = out.suffix.lower()
    suffixes = {Path(one.name).suffix.lower() for one in read}
    keys: list[Key] = list(submission.counties.select("county_code", "year").iter_rows())
    if suffix in (".json", ".xlsx"):
        if len(keys) > 1:
            what = say("有{n}个县或学年，一份{s}只放一个", n=len(keys), s=suffix)
            raise UsageError(what, where=str(out), todo=msg("写成 .zip 或文件夹"))
        return {out: _document(submission, keys[0], suffix, words, rules_of)}
    if suffix not in ("", ".zip"):
        raise UsageError(
            say("不能写成{s}", s=suffix),
            where=str(out),
            todo=msg("写成 .json、.xlsx、.zip 或文件夹"),
        )
    documents = ".json" if suffixes == {".json"} else ".xlsx" if suffixes <= _WORKBOOKS else ""
    if documents and not suffix:
        return {
            out / f"{code}_{year}{documents}": _document(
                submission, (code, year), documents, words, rules_of
            )
            for code, year in keys
        }
    tables = as_tables(submission, words, _suffix_of_tables(inputs))
    if not suffix:
        return {out / name: content for name, content in tables.items()}
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in tables.items():
            info = zipfile.ZipInfo(name, _PACKED)
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, content)
    return {out: stream.getvalue()}


def rules_by_county(batch: Batch) -> dict[Key, Ruleset]:
    """The rule set by which each county of a batch is judged."""
    from compliance.kernel.submission import KEY

    return {
        key: job.rules for job in batch.jobs for key in job.part.counties.select(*KEY).iter_rows()
    }


def _document(
    submission: Submission,
    key: Key,
    suffix: str,
    words: Vocabulary,
    rules_of: Callable[[Key], Ruleset],
) -> bytes:
    """One county as a file: JSON, or the workbook of its rule set."""
    from compliance.render.blank_workbook import workbook_bytes
    from compliance.render.filled_workbook import submission_tables
    from compliance.render.submission_files import as_json
    from compliance.render.workbook_form import WorkbookForm

    if suffix == ".json":
        return as_json(submission, key, words)
    rules = rules_of(key)
    about = tuple(rules.rules.values())
    form = WorkbookForm(words, rules.label, rules.subject, rules.id, about)
    return workbook_bytes(form, tables=submission_tables(submission, key, words))


def _suffix_of_tables(inputs: Sequence[Path]) -> str:
    """Whether the tables that were read are Parquet or text."""
    names: list[str] = []
    for path in inputs:
        if path.is_dir():
            names += [one.name for one in path.rglob("*")]
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names += archive.namelist()
        names.append(path.name)
    return ".parquet" if any(name.lower().endswith(".parquet") for name in names) else ".csv"
