"""From the bytes of an old workbook (.xls, .et: BIFF in an OLE2 container) to the cells of its sheets.

The library that knows BIFF reads it in a child process (`xls_worker`): nobody vouches for the file.
"""

from __future__ import annotations

import json
import tempfile
from typing import cast

from compliance.intake import limits
from compliance.intake.formats import xls_worker
from compliance.intake.formats.grid import Block, Cells, Sheet
from compliance.intake.formats.guarded_child import run_apart
from compliance.intake.formats.number_format import BUILT_IN, changes
from compliance.intake.formats.source_file import damaged
from compliance.intake.formats.xls_worker import ERROR, NEVER_CALCULATED, NUMBER, TEXT, BookContents
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import msg, say

_LOCKED = "EncryptedPackage".encode("utf-16-le")  # what an .xlsx behind a password is kept in
_MACROS = "_VBA_PROJECT_CUR".encode("utf-16-le")  # the folder of macros in the container


class OldBook:
    """The sheets of an old workbook. Raises UnreadableError, BeyondLimitError."""

    def __init__(self, data: bytes, complaints: Complaints) -> None:
        if _LOCKED in data:
            raise _encrypted(complaints)
        found = _contents(data, complaints)
        self._texts, self._since_1904 = found["texts"], found["since_1904"]
        codes = [BUILT_IN.get(key, code) for key, code in found["formats"]]
        self._formats = [code if changes(code) else "" for code in codes]
        self._sheets = {one["name"]: one for one in found["sheets"]}
        self.sheets = {name: Sheet(one["hidden"], cells=True) for name, one in self._sheets.items()}
        self.macros = _MACROS in data

    def cells(self, sheet: str) -> Cells:
        """What a worksheet holds. Raises what is `FAULTY`, BeyondLimitError."""
        known, cells = self._sheets[sheet], Cells(since_1904=self._since_1904)
        for row, column, kind, value, style in known["cells"]:
            place = row, column
            if kind == NUMBER:
                cells.put(place, cells.number(place, value, self._formats[style]))
            elif kind in (TEXT, ERROR):
                text = self._texts[int(value)]
                cells.put(place, text, text if kind == ERROR else None)
            elif kind == NEVER_CALCULATED:
                cells.put(place, None, "")
            else:
                cells.put(place, bool(value))
        cells.merged += [Block(*corners) for corners in known["merged"]]
        cells.hidden_rows.update(known["hidden_rows"])
        for column in known["hidden_columns"]:
            cells.hide_columns(column, column)
        return cells

    def holds_something(self, sheet: str) -> bool:
        """Whether a worksheet has a filled cell."""
        return bool(self._sheets[sheet]["cells"])


def _contents(data: bytes, complaints: Complaints) -> BookContents:
    """What the file holds. Raises UnreadableError, BeyondLimitError."""
    most = limits.MOST_SHEETS, limits.MOST_SHEET_CELLS
    with tempfile.TemporaryFile() as output:
        text = f"import runpy\nrunpy.run_path({xls_worker.__file__!r}, run_name='__main__')\n"
        code = run_apart(text, most, data, output, limits.DECODING_MEMORY)
        written = output.read().decode()
    if code is None:
        code, written = xls_worker.tried(data, *most)
    if code == 0:
        return cast("BookContents", json.loads(written))
    if code == xls_worker.ENCRYPTED:
        raise _encrypted(complaints)
    if code == xls_worker.TOO_LARGE:
        message = say("工作簿过大：工作表超过{n}张，或单元格超过{c}个", n=most[0], c=most[1])
        raise complaints.unreadable("too_large", message, msg("删去表格以外的多余行列"))
    raise damaged(complaints)


def _encrypted(complaints: Complaints) -> UnreadableError:
    locked = msg("工作簿有密码，无法读取")
    opened = msg("在 Excel 或 WPS 中打开，去掉打开密码和“保护工作簿”密码，另存后再提交")
    return complaints.unreadable("encrypted", locked, opened)
