"""A workbook looked through before another library opens it, which knows no limits of its own.

That library makes a cell of each one that is merged, and reads a part as often as a sheet points to it.
"""

from __future__ import annotations

from compliance.intake import limits
from compliance.intake.formats.allowance import BeyondLimitError
from compliance.intake.formats.grid import MalformedError
from compliance.intake.formats.package import FAULTY, Attributes, Package
from compliance.intake.formats.source_file import damaged, too_large
from compliance.intake.formats.xlsx_workbook import block_of
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import say


def vet(data: bytes, complaints: Complaints) -> None:
    """Walk through every part. Raises UnreadableError for what costs more than it may, or is damaged."""
    package, walk = Package(data, complaints), _Walk()
    try:
        for part in package.parts:
            if part.endswith((".xml", ".rels")):
                package.parse(part, walk.start)
    except BeyondLimitError as error:
        raise too_large(complaints, error) from error
    except FAULTY as error:
        raise damaged(complaints) from error


class _Walk:
    """What is counted over all parts."""

    def __init__(self) -> None:
        self._merged = 0
        self._sheets: set[str] = set()

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "mergeCell":
            self._merged += block_of(attributes.get("ref", "")).size
            if self._merged > limits.MOST_SHEET_CELLS:
                most = f"{limits.MOST_SHEET_CELLS:,}"
                raise BeyondLimitError(say("合并的单元格范围过大，超过{n}格", n=most))
        elif name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "")
            if target in self._sheets:
                raise MalformedError
            self._sheets.add(target)
        elif name == "sheet" and "sheetId" in attributes:
            key = next((value for k, value in attributes.items() if k.endswith(" id")), "")
            if key in self._sheets:
                raise MalformedError
            self._sheets.add(key)
