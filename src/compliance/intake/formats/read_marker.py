"""The mark of a workbook, and when a program last saved it, read from the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from compliance.intake.formats.marker import SHEET, Marker, understood
from compliance.intake.formats.package import FAULTY, Attributes, Package
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.source_file import load
from compliance.intake.formats.workbook import Workbook
from compliance.intake.limits import MOST_OF_A_DOCUMENT
from compliance.intake.problems import Complaints, UnreadableError

_RELATION = "custom-properties"
_CORE = "docprops/core.xml"
_LONGEST = 200


def read_marker(path: Path) -> Marker | None:
    """The mark of a workbook, an old one perhaps; None where it has none, or cannot be read."""
    complaints = Complaints(path.name, [])
    try:
        data = load(path, RawDocument(path.name), complaints, MOST_OF_A_DOCUMENT)
        return marker_of(data, complaints) or marker_on_sheet(Workbook(data, complaints))
    except (UnreadableError, *FAULTY):
        return None


def marker_in(data: bytes, book: Workbook) -> Marker | None:
    """The same of a workbook that is open already."""
    try:
        return marker_of(data, Complaints("", [])) or marker_on_sheet(book)
    except (UnreadableError, *FAULTY):
        return None


def marker_of(data: bytes, complaints: Complaints) -> Marker | None:
    """The mark that a workbook's properties are; None where they are none, or it has none.

    Raises UnreadableError, or what is `FAULTY`.
    """
    if not data.startswith(b"PK"):
        return None
    return understood(_properties(Package(data, complaints)))


def last_saved(data: bytes, complaints: Complaints) -> datetime | None:
    """The moment at which a program last saved the workbook, as it says itself; None where it does not.

    Raises UnreadableError, or what is `FAULTY`.
    """
    if not data.startswith(b"PK"):
        return None
    package, pieces, inside = Package(data, complaints), list[str](), False

    def start(element: str, _: Attributes) -> None:
        nonlocal inside
        inside = element == "modified"

    if _CORE in package:
        package.parse(_CORE, start, None, lambda text: pieces.append(text) if inside else None)
    try:
        found = datetime.fromisoformat("".join(pieces).strip()[:_LONGEST])
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC)


def _properties(package: Package) -> list[tuple[str, str]]:
    """The document's own properties, name and text."""
    found: list[tuple[str, str]] = []
    name, pieces = "", list[str]()

    def start(element: str, attributes: Attributes) -> None:
        nonlocal name
        if element == "property":
            name = attributes.get("name", "")
            pieces.clear()

    def end(element: str) -> None:
        if element == "property":
            found.append((name, "".join(pieces)[:_LONGEST]))

    for relation in package.relations("").values():
        if relation.kind == _RELATION and relation.part in package:
            package.parse(relation.part, start, end, pieces.append)
    return found


def marker_on_sheet(book: Workbook) -> Marker | None:
    """The mark on the sheet that nobody sees; None where there is none."""
    if SHEET not in book.sheets:
        return None
    rows = (row[:2] for row in book.grid(SHEET).rows)
    return understood((str(name), str(text)[:_LONGEST]) for name, text in rows)
