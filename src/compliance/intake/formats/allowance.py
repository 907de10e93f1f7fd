"""What reading one document may still cost, counted while it is read, whatever its size says.

A few bytes can stand for millions of elements, and one part for a thousand sheets: so everything is
counted each time that it is read.
"""

from __future__ import annotations

from compliance.intake import limits
from compliance.intake.limits import MIB
from compliance.kernel.i18n import say


class BeyondLimitError(Exception):
    """More than anybody fills in: which limit, in words. whole: not one sheet, but the document has too much."""

    def __init__(self, why: str, *, whole: bool = True) -> None:
        super().__init__(why)
        self.why, self.whole = why, whole


class Allowance:
    """What may still be read of a document. Its methods raise BeyondLimitError once that is used up."""

    def __init__(self) -> None:
        self._bytes, self._elements = limits.MOST_OF_PARTS, limits.MOST_ELEMENTS
        self._signs = limits.MOST_SIGNS

    def unpack(self, size: int) -> None:
        """So many more bytes of a part."""
        self._bytes -= size
        if self._bytes < 0:
            raise BeyondLimitError(say("解压后要读的内容超过{n} MB", n=limits.MOST_OF_PARTS // MIB))

    def element(self) -> None:
        """One more element."""
        self._elements -= 1
        if self._elements < 0:
            raise BeyondLimitError(
                say("要读的元素（行、单元格等）超过{n}个", n=f"{limits.MOST_ELEMENTS:,}")
            )

    def text(self, signs: int) -> None:
        """A cell that holds a text of so many signs."""
        if signs > limits.LONGEST_CELL:
            raise BeyondLimitError(
                say("一格的文字超过{n}个字", n=f"{limits.LONGEST_CELL:,}"), whole=False
            )
        self._signs -= signs
        if self._signs < 0:
            raise BeyondLimitError(say("各格的文字合计超过{n}个字", n=f"{limits.MOST_SIGNS:,}"))
