"""Which schools' sheets say something else than those that lie there, so that they are sent again.

Every sheet carries in its properties (Word, Excel) or in a line nobody sees (HTML, Markdown) which
items it has, with a short digest of what it says of each. What people change in a sheet leaves that as
it is; a sheet without it is not compared.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from compliance.kernel.i18n import msg, plural, say
from compliance.render.documents.text import shortened
from compliance.render.rectification.county_list import CountyPaper
from compliance.render.rectification.school_sheet import SchoolPaper
from compliance.rules.language.model import Rule

_SUFFIXES = (".docx", ".xlsx", ".html", ".md")
_PROPERTIES = "docProps/core.xml"
_LARGEST = 2_000_000  # bytes of a sheet's text or properties
_RECORD = re.compile(r"junheng\(([^()<>\"&]{0,20000})\)")
_NAMED = 3

Items = Mapping[str, str]  # what tells an item in its school → digest of what is said of it


def earlier(folder: Path, sheets: Iterable[SchoolPaper]) -> Mapping[str, Items]:
    """School code → what the sheet that lies in `folder` keeps of its items."""
    found = {}
    for sheet in sheets:
        kept = (_kept(folder / f"{sheet.stem}{suffix}") for suffix in _SUFFIXES)
        if items := next((one for one in kept if one is not None), None):
            found[sheet.code] = items
    return found


def _kept(path: Path) -> Items | None:
    """What a file keeps; None where there is none, or nothing in it that can be read."""
    found = _RECORD.search(_text(path))
    if found is None:
        return None
    return dict(pair.split("=", 1) for pair in found[1].split() if "=" in pair)


def _text(path: Path) -> str:
    with suppress(OSError, ValueError, zipfile.BadZipFile, NotImplementedError, KeyError):
        if path.suffix in (".docx", ".xlsx") and path.is_file():
            with zipfile.ZipFile(path) as packed:
                if packed.getinfo(_PROPERTIES).file_size <= _LARGEST:
                    return packed.read(_PROPERTIES).decode("utf-8", "replace")
        elif path.is_file() and path.stat().st_size <= _LARGEST:
            return path.read_text("utf-8", "replace")
    return ""


def to_send_again(
    paper: CountyPaper, before: Mapping[str, Items], rules: Mapping[str, Rule], form: str
) -> Iterator[str]:
    """A line to be pasted for each school whose sheet says something else than the one before.

    form: the format of the sheets, for the file's name.
    """
    for sheet in paper.schools:
        if told := msg("，").join(_changes(sheet, before.get(sheet.code, {}), rules)):
            text = msg("{name}：{told}，请以新的整改方案为准（{file}）。")
            if not sheet.needed:
                text = msg("{name}：{told}，不再需要整改方案。")
            yield text.format(name=sheet.name, told=told, file=f"{sheet.stem}.{form}")


def _changes(sheet: SchoolPaper, old: Items, rules: Mapping[str, Rule]) -> Iterator[str]:
    """New items, those met now, others that went, other figures."""
    now = sheet.items if sheet.needed else {}
    met = {sheet.key(line) for part in sheet.met for line in part.lines}
    gone = [key for key in old if key not in now]
    groups = {
        msg("新增{n}项：{names}"): [
            line.brief.rstrip("。.") for key, line in now.items() if key not in old
        ],
        msg("已达标{n}项：{names}"): [
            _title(key, rules) for key in gone if key in met or key[0] == "@"
        ],
        msg("不再列入{n}项：{names}"): [
            _title(key, rules) for key in gone if key not in met and key[0] != "@"
        ],
    }
    for text, names in groups.items():
        if names:
            yield text.format(n=len(names), names=shortened(names, msg("等{count}项"), _NAMED))
    moved = [
        say("{what}现为{current}，缺口{gap}", what=line.title, current=line.current, gap=line.gap)
        for key, line in now.items()
        if key in old and old[key] != line.digest
    ]
    if moved:
        told = msg("；").join(moved[:_NAMED])
        yield plural(len(moved), "数据有变{n}项：{names}", names=told)


def _title(key: str, rules: Mapping[str, Rule]) -> str:
    """What an item is called by its key: ``P-R5`` → the rule's short name."""
    for rule in (key.lstrip("@"), key.partition("-")[2]):
        if rule in rules:
            return rules[rule].brief
    return key
