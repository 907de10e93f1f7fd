"""Opening a workbook, whatever its form: what the file holds decides, not what it is called."""

from __future__ import annotations

import re

from compliance.intake.formats.allowance import BeyondLimitError
from compliance.intake.formats.grid import Block, Cell, Grid, OpenedFile, Place, Sheet
from compliance.intake.formats.package import FAULTY, Package
from compliance.intake.formats.source_file import OLE2, damaged, plain_text, too_large
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import msg

__all__ = ["Block", "Cell", "Grid", "Place", "Sheet", "Workbook"]

_BEGINNING = 4096  # so many first bytes tell what a file is
_BEFORE_TEXT = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_SEPARATED = re.compile(rb"^[^\t,\r\n]*[\t,].*[\r\n]")


class Workbook:
    """An opened workbook. sheets: name → what is known of it, in the book's order.

    Raises UnreadableError, with advice for whatever is no workbook. Macros are never run, and said
    to be there.
    """

    def __init__(self, data: bytes, complaints: Complaints) -> None:
        self._complaints = complaints
        try:
            self._book = _opened(data, complaints)
        except BeyondLimitError as error:
            raise too_large(complaints, error) from error
        except FAULTY as error:
            raise damaged(complaints) from error
        self.sheets = self._book.sheets
        if not self.sheets:
            raise _foreign(complaints)
        if self._book.macros:
            message = msg("工作簿含有宏；宏不运行，只读取单元格中已有的值")
            expected = msg("可另存为不含宏的“Excel 工作簿 (*.xlsx)”")
            complaints.warning("macros", message, expected)

    def grid(self, sheet: str) -> Grid:
        """A sheet's cells; none of a chart. Raises UnreadableError where it is damaged or reaches too far."""
        complaints = self._complaints
        try:
            if self.sheets[sheet].cells:
                return self._book.cells(sheet).grid(sheet, complaints)
            return Grid(sheet, [], 0, 0, complaints)
        except BeyondLimitError as error:
            raise too_large(complaints, error, "" if error.whole else sheet) from error
        except FAULTY as error:
            raise damaged(complaints) from error

    def holds_something(self, sheet: str) -> bool:
        """Whether a worksheet has a filled cell near its beginning."""
        try:
            return self.sheets[sheet].cells and self._book.holds_something(sheet)
        except FAULTY:
            return False


def _opened(data: bytes, complaints: Complaints) -> OpenedFile:
    """The book by what its bytes are. Raises UnreadableError, or what is `FAULTY`."""
    if data.startswith(OLE2):
        from compliance.intake.formats.old_workbook import OldBook

        return OldBook(data, complaints)
    if data.startswith(b"PK"):
        from compliance.intake.formats.xlsx_workbook import XlsxBook

        return XlsxBook(Package(data, complaints))
    if data[:_BEGINNING].lstrip(_BEFORE_TEXT).startswith(b"<"):
        from compliance.intake.formats import spreadsheet_ml, web_page

        text = plain_text(data, complaints)
        if spreadsheet_ml.NAMESPACE in text[:_BEGINNING]:
            return spreadsheet_ml.read_spreadsheet_ml(text)
        if web_page.PAGE.search(text[:_BEGINNING]):
            page = web_page.read_page(text)
            if web_page.lacks_end(text):
                message = msg("网页没有结束标记（</html>），文件可能不完整")
                complaints.warning("no_line_end", message, msg("核对最后的表，重新导出"))
            return page
    if b"\0" not in data[:_BEGINNING] and _SEPARATED.search(data[:_BEGINNING]):
        message = msg("是用逗号或制表符分隔的文本，不是工作簿")
        expected = msg("把扩展名改为 .csv，或用 Excel、WPS 打开后另存为“Excel 工作簿 (*.xlsx)”")
        raise complaints.unreadable("not_a_workbook", message, expected)
    raise _foreign(complaints)


def _foreign(complaints: Complaints) -> UnreadableError:
    foreign = msg("不是 Excel 工作簿（.xlsx、.xls）")
    again = msg("用 Excel 或 WPS 打开，另存为“Excel 工作簿 (*.xlsx)”")
    return complaints.unreadable("not_a_workbook", foreign, again)
