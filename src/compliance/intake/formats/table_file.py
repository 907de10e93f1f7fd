"""Reading one table of a dataset: a .csv or .parquet file named after what it holds."""

from __future__ import annotations

from pathlib import Path, PurePath

from compliance.intake.cell_text import clip
from compliance.intake.formats.csv import read_csv
from compliance.intake.formats.parquet import read_parquet
from compliance.intake.formats.raw_table import RawDocument, RawTable
from compliance.intake.formats.source_file import document, load
from compliance.intake.formats.table_names import SHEETS, table_named
from compliance.intake.limits import MIB
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import say

LIMIT = 512 * MIB
FORMS = {".csv": read_csv, ".parquet": read_parquet}


def read(path: Path) -> RawDocument:
    """The table in a file; its name says which: ``schools.csv``, ``学校.csv``."""
    return document(path, _fill, many=True)


def read_table(data: bytes, name: str, complaints: Complaints) -> RawTable | None:
    """The table in `data`, which stood in a file called `name`. Raises UnreadableError."""
    table = table_named(PurePath(name).stem)
    if table is None:
        raise unknown(name, complaints)
    return FORMS[PurePath(name).suffix.lower()](data, table, complaints)


def known_names() -> str:
    """The names a table's file may have, for a message."""
    pairs = (f"{table}/{sheet}" for table, sheet in SHEETS.items())
    return say("、", ", ").join(pairs)


def unknown(name: str, complaints: Complaints) -> Exception:
    """A file whose name does not say what it holds."""
    return complaints.unreadable(
        "unknown_table",
        say(
            "从文件名“{n}”看不出是哪张表",
            "the name '{n}' does not say which table it is",
            n=clip(name),
        ),
        known_names(),
    )


def _fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
    data = load(path, found, complaints, LIMIT)
    table = read_table(data, path.name, complaints)
    if table is not None:
        found.tables.append(table)
