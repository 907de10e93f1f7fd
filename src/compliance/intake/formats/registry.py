"""The readers that the core offers, by file suffix."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.intake.formats import dataset, table_file, xlsx
from compliance.intake.formats import json as json_file
from compliance.intake.formats.discover import Reader

# Old and foreign spreadsheet files go to the reader of workbooks, which tells what to do with them.
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods")


def readers() -> Mapping[str, Reader]:
    """Suffix with its dot, in lower case → reader."""
    return {
        ".json": json_file.read,
        **dict.fromkeys(SPREADSHEETS, xlsx.read),
        ".zip": dataset.read_zip,
        **dict.fromkeys(table_file.FORMS, table_file.read),
    }
