"""The package of an Office file: a zip whose parts are found by their relations, whatever they are called.

Names are compared without regard to case, and a backslash is a slash: both occur. Whatever is read
is read to its end, so that the archive's checksum is compared.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from compliance.intake.formats.allowance import Allowance, BeyondLimitError
from compliance.intake.formats.source_file import DAMAGE, damaged, open_archive, too_large
from compliance.intake.limits import MIB
from compliance.intake.problems import Complaints

if TYPE_CHECKING:
    from _typeshed import SupportsRead

Attributes = Mapping[str, str]
DIRECTORY = "[content_types].xml"
WORKBOOK = "xl/workbook.xml"  # where the book's own part stands if nothing says where
# how an attribute says yes
TRUE = frozenset({"1", "true", "on"})


class HostileXmlError(ValueError):
    """XML that no workbook holds: it declares entities or a document type, or contradicts itself."""


# what reading a part that is damaged or made with malice can raise
FAULTY = (expat.ExpatError, HostileXmlError, LookupError, *DAMAGE)


class Relation(NamedTuple):
    """What one part says of another. kind: the last word of its type, in small letters."""

    kind: str
    part: str


class Package:
    """The parts of a zip by name. Raises UnreadableError where it is no zip, or names one twice."""

    def __init__(self, data: bytes, complaints: Complaints) -> None:
        self._archive = open_archive(data, complaints)
        self.allowance = Allowance()
        self._complaints = complaints
        names = self._archive.namelist()
        self._members = {folded(name): name for name in names}
        if len(self._members) < len(names):
            raise damaged(complaints)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of all parts."""
        return tuple(self._members)

    def __contains__(self, part: str) -> bool:
        return part in self._members

    def parse(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Walk through a part's XML, as `parse_xml` does.

        Raises what is `FAULTY`, BeyondLimitError of the part alone, UnreadableError of the whole document.
        """
        try:
            with self._archive.open(self._members[part]) as stream:
                parse_xml(stream, start, end, text, allowance=self.allowance)
        except BeyondLimitError as error:
            if not error.whole:
                raise
            raise too_large(self._complaints, error) from error

    def beginning(self, part: str) -> bytes:
        """The first mebibyte of a part. Raises what is `FAULTY`."""
        with self._archive.open(self._members[part]) as stream:
            return stream.read(MIB)

    def main(self) -> str:
        """The part that is the document itself: as the package relates, else as its directory says."""
        related = [one.part for one in self.relations("").values() if one.kind == "officedocument"]
        return next(
            part for part in (*related, *self._listed(), WORKBOOK, "") if part in self or not part
        )

    def _listed(self) -> list[str]:
        found: list[str] = []

        def entry(name: str, attributes: Attributes) -> None:
            if name == "Override" and attributes.get("ContentType", "").endswith(".main+xml"):
                found.append(folded(attributes.get("PartName", "")))

        if DIRECTORY in self:
            self.parse(DIRECTORY, entry)
        return found

    def relations(self, part: str) -> dict[str, Relation]:
        """Id → relation of a part; of the package itself where `part` is empty."""
        folder, name = posixpath.split(part)
        found: dict[str, Relation] = {}

        def relation(element: str, attributes: Attributes) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2].casefold()
                target = folded(attributes.get("Target", ""), folder)
                found[attributes.get("Id", "")] = Relation(kind, target)

        home = posixpath.join(folder, "_rels", f"{name}.rels")
        if home in self:
            self.parse(home, relation)
        return found


def parse_xml(
    stream: SupportsRead[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    encoding: str | None = None,
    *,
    allowance: Allowance,
) -> None:
    """Walk through XML, elements called by their local names. Raises what is `FAULTY`, BeyondLimitError.

    encoding: what the bytes are in, whatever they declare.
    """
    walker = expat.ParserCreate(encoding, namespace_separator=" ")
    walker.buffer_text = True

    def refuse(*_: object) -> None:
        raise HostileXmlError

    def begin(name: str, given: Attributes) -> None:
        allowance.element()
        start(name.rpartition(" ")[2], given)

    walker.StartElementHandler = begin
    walker.StartDoctypeDeclHandler = refuse
    if end is not None:
        walker.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
    if text is not None:
        walker.CharacterDataHandler = text
    walker.ParseFile(_Counted(stream, allowance))


class _Counted(NamedTuple):
    """A stream of which every byte counts."""

    stream: SupportsRead[bytes]
    allowance: Allowance

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        data = self.stream.read(size)
        self.allowance.unpack(len(data))
        return data


def folded(name: str, folder: str = "") -> str:
    """The name of a part to be compared; one without a leading slash lies in `folder`."""
    name = name.replace("\\", "/").casefold()
    if not name.startswith("/"):
        name = posixpath.join(folder, name)
    return posixpath.normpath(name).lstrip("/")
