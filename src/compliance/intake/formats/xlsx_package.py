"""A workbook's package: is it one, and in which part does each sheet stand?"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pyexpat import ExpatError, XMLParserType
from xml.parsers import expat

from compliance.intake.formats.zip_archive import DAMAGE, damaged, open_archive
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import say

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
Attributes = Mapping[str, str]


class HostileXmlError(ValueError):
    """XML that declares entities or a document type, which no workbook needs."""


def open_package(data: bytes, complaints: Complaints) -> zipfile.ZipFile:
    """The zip of an Excel workbook. Raises UnreadableError with advice for whatever else it is."""
    if data.startswith(OLE2):
        raise (
            _encrypted(complaints)
            if "EncryptedPackage".encode("utf-16-le") in data
            else _old(complaints)
        )
    if not data.startswith(b"PK"):
        raise _foreign(complaints)
    archive = open_archive(data, complaints)
    names = [name.casefold() for name in archive.namelist()]
    if len(set(names)) < len(names):
        raise damaged(complaints)
    if WORKBOOK not in archive.namelist():
        raise _foreign(complaints)
    return archive


def parser(start: Callable[[str, Attributes], None]) -> XMLParserType:
    """An XML parser that calls `start` with local names, and takes no document type."""
    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True

    def local(name: str, attributes: Attributes) -> None:
        start(name.rpartition(" ")[2], attributes)

    def refuse(*_: object) -> None:
        raise HostileXmlError

    made.StartElementHandler = local
    made.StartDoctypeDeclHandler = refuse
    return made


def sheet_parts(archive: zipfile.ZipFile, complaints: Complaints) -> dict[str, str]:
    """Sheet name → name of its part in the archive, in the order of the workbook."""
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            relation = (value for key, value in attributes.items() if key.endswith(" id"))
            sheets[attributes.get("name", "")] = next(relation, "")

    def relation(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    try:
        for part, handler in ((WORKBOOK, sheet), (RELATIONS, relation)):
            with archive.open(part) as stream:
                parser(handler).ParseFile(stream)
    except (ExpatError, HostileXmlError, KeyError, *DAMAGE) as error:
        raise damaged(complaints) from error
    members = {name.casefold(): name for name in archive.namelist()}
    return {
        name: members.get(_part(targets.get(key, "")).casefold(), "")
        for name, key in sheets.items()
    }


def percent_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The cell styles (as sheets number them) that show a number as a percentage."""
    percent = {"9", "10"}  # the two formats every spreadsheet program has built in
    styles: list[str] = []
    inside = False

    def style(name: str, attributes: Attributes) -> None:
        nonlocal inside
        if name == "numFmt" and "%" in attributes.get("formatCode", ""):
            percent.add(attributes.get("numFmtId", ""))
        elif name in ("cellXfs", "cellStyles", "cellStyleXfs", "dxfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            styles.append(attributes.get("numFmtId", ""))

    with suppress(ExpatError, HostileXmlError, KeyError, *DAMAGE), archive.open(STYLES) as stream:
        parser(style).ParseFile(stream)
    return frozenset(str(number) for number, form in enumerate(styles) if form in percent)


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _save_as() -> str:
    return say(
        "用 Excel 或 WPS 打开，另存为“Excel 工作簿 (*.xlsx)”",
        "open it in Excel or WPS and save it as an Excel workbook (*.xlsx)",
    )


def _encrypted(complaints: Complaints) -> Exception:
    return complaints.unreadable(
        "encrypted",
        say("工作簿有打开密码，无法读取", "the workbook is encrypted with a password"),
        say("去掉密码后另存为 .xlsx", "remove the password and save it as .xlsx"),
    )


def _old(complaints: Complaints) -> Exception:
    return complaints.unreadable(
        "old_format",
        say("是旧版表格文件（.xls/.et），无法读取", "an old spreadsheet file (.xls/.et)"),
        _save_as(),
    )


def _foreign(complaints: Complaints) -> Exception:
    return complaints.unreadable(
        "not_a_workbook",
        say("不是 Excel 工作簿（.xlsx）", "not an Excel workbook (.xlsx)"),
        _save_as(),
    )
