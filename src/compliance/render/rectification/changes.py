"""Which schools' sheets differ from those of the last run, so that they are sent again.

A small record beside the papers keeps what the sheets said; a damaged one counts as none. It holds
what stands on the sheets and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from compliance.kernel.i18n import lang, msg, plural, say
from compliance.render.documents.text import printable, shortened
from compliance.render.phrases import listed
from compliance.render.rectification.county_list import CountyPaper
from compliance.render.rectification.school_sheet import SchoolPaper

RECORD = ".junheng.json"
_FORMAT = "junheng-sheets/1"
_LARGEST = 50_000_000  # bytes
_NAMED = 3

Items = Mapping[str, Mapping[str, str]]  # id → what stands on the sheet: title, current, gap


def record(paper: CountyPaper) -> bytes:
    """What the sheets of a county say, for the next run."""
    document = {
        "format": _FORMAT,
        "lang": lang(),
        "schools": {one.code: {"name": one.name, "items": _items(one)} for one in paper.plans},
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _items(sheet: SchoolPaper) -> Items:
    return {
        line.id: {"title": line.title, "current": line.current, "gap": line.gap}
        for part in sheet.todo
        if not part.reference
        for line in part.lines
    }


def earlier(folder: Path) -> Mapping[str, Any] | None:
    """The record of the last run in a county's folder; None where there is none that can be read."""
    with suppress(OSError, ValueError, RecursionError):
        path = folder / RECORD
        if path.is_file() and path.stat().st_size <= _LARGEST:
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
            if _well_formed(found):
                return found
    return None


def _well_formed(found: object) -> bool:
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        return False
    schools = found.get("schools")
    return isinstance(schools, dict) and all(
        isinstance(one, dict) and isinstance(one.get("name"), str) and _are_items(one.get("items"))
        for one in schools.values()
    )


def _are_items(found: object) -> bool:
    return isinstance(found, dict) and all(
        isinstance(item, dict) and all(isinstance(text, str) for text in item.values())
        and {"title", "current", "gap"} <= item.keys()
        for item in found.values()
    )  # fmt: skip


def to_send_again(paper: CountyPaper, before: Mapping[str, Any], form: str) -> Iterator[str]:
    """A line to be pasted for each school whose sheet says something else than the last time.

    form: the format of the sheets, for the file's name.
    """
    known: Mapping[str, Any] = before["schools"]
    same_language = before.get("lang") == lang()
    for sheet in paper.schools:
        old = known.get(sheet.code)
        if old is None and sheet.needed:
            names = _names(_items(sheet).values())
            told = plural(len(_items(sheet)), "新列{n}项：{names}", names=names)
        elif old is not None:
            told = msg("，").join(_changes(sheet, old["items"], figures=same_language))
        else:
            told = ""
        if told and sheet.needed:
            file = f"{sheet.stem}.{form}"
            yield say(
                "{name}：{told}，请以新的整改方案为准（{file}）。",
                name=sheet.name,
                told=told,
                file=file,
            )
        elif told:
            yield say("{name}：{told}，不再需要整改方案。", name=sheet.name, told=told)


def _changes(sheet: SchoolPaper, old: Items, *, figures: bool) -> Iterator[str]:
    """New problems, cured ones, others that went, other figures."""
    now = _items(sheet)
    met = {line.id for part in sheet.met for line in part.lines}
    groups = {
        msg("新增{n}项：{names}"): [now[key] for key in now if key not in old],
        msg("已达标{n}项：{names}"): [old[key] for key in old if key not in now and key in met],
        msg("不再列入{n}项：{names}"): [
            old[key] for key in old if key not in now and key not in met
        ],
    }
    for text, items in groups.items():
        if items:
            yield text.format(n=len(items), names=_names(items))
    if figures and sheet.needed:
        moved = [
            say(
                "{title}由{old}变为{new}",
                title=_title(now[key]),
                old=_state(old[key]),
                new=_state(now[key]),
            )
            for key in now
            if key in old and _state(now[key]) != _state(old[key])
        ]
        if moved:
            names = shortened(moved, msg("等{count}项"), _NAMED)
            yield plural(len(moved), "数据有变{n}项：{names}", names=names)


def _title(item: Mapping[str, str]) -> str:
    return printable(item["title"])


def _state(item: Mapping[str, str]) -> str:
    return listed([printable(item["current"]), say("缺口{gap}", gap=printable(item["gap"]))])


def _names(items: Iterable[Mapping[str, str]]) -> str:
    return shortened([_title(item) for item in items], msg("等{count}项"), _NAMED)
