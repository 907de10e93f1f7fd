"""What people read of a pack is there in both languages: its words, those of its facts, its templates.

A word without its English would stand in Chinese in an English paper. Numbers, signs and Latin letters
are the same in both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from compliance.facts.vocabulary import read_schema
from compliance.kernel.errors import PackError
from compliance.kernel.i18n import say
from compliance.rules.language.pack import Pack

CHINESE_ONLY = "{# zh #}"  # what a template says that is meant for Chinese papers alone
_HAN = re.compile("[㐀-鿿]")
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<style.*?</style>|<!--.*?-->", re.DOTALL)
_PARAGRAPH = re.compile(r"<w:p[ >].*?</w:p>", re.DOTALL)
_RUN = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_NOTED = ("switch", "clause")  # where a note is shown; elsewhere it is for whoever reads the pack
Address = tuple[str, ...]


def words_in_one_language(packs: Mapping[str, Sequence[Pack]]) -> Iterator[PackError]:
    """Every text without its English, at its line."""
    every = list(chain.from_iterable(packs.values()))
    for pack in every:
        yield from of_pack(pack)
    for home in dict.fromkeys(pack.home for pack in every if pack.home is not None):
        for path in sorted((home / "schemas").glob("*.schema.json")):
            yield from _of_facts(path)
        for path in sorted((home / "templates").glob("*")):
            yield from of_template(path)


def of_pack(pack: Pack) -> Iterator[PackError]:
    """The words of a pack without their English."""
    for address in _lacking(pack.tables, _pairs()):
        name = ".".join(address)
        yield _fault(pack.place(*address), name, f"{address[-1]}_en")


def _fault(where: str, key: str, english: str) -> PackError:
    what = say("{key} 没有英文", key=key)
    return PackError(what, where, say("请写 {english}", english=english), "english")


@cache
def _pairs() -> Set[str]:
    """The fields of the rule language that have an English twin."""
    found, waiting = set[str](), [read_schema("pack")]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            found |= {key.removesuffix("_en") for key in one if key.endswith("_en")}
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return found


def _lacking(value: object, pairs: Set[str], address: Address = ()) -> Iterator[Address]:
    """Where Chinese words stand without their twin."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(_tables(value))
    for key, one in inner:
        here = (*address, str(key))
        if key in pairs and isinstance(value, Mapping) and _chinese(one):
            if f"{key}_en" not in value and (key != "note" or here[0] in _NOTED):
                yield here
        else:
            yield from _lacking(one, pairs, here)


def _tables(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _chinese(value: object) -> bool:
    """Whether it is a text or a list of texts with Chinese in it."""
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and _HAN.search(one) for one in texts)


def _of_facts(path: Path) -> Iterator[PackError]:
    """The titles of facts and of the offices that hold them."""
    text = path.read_text("utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    titled = [
        (f'"{name}"', fact, "x-title-en") for name, fact in schema.get("properties", {}).items()
    ]
    titled += [(f'"{one["title"]}"', one, "title-en") for one in schema.get("x-owners", ())]
    for words, one, english in titled:
        if _chinese(one.get("title")) and english not in one:
            line = text[: text.find(words)].count("\n") + 1
            yield _fault(f"{path}:{line}", f"title {one['title']}", english)


def of_template(path: Path) -> Iterator[PackError]:
    """Chinese that stands in a template as it is: what `t(zh, en)` does not choose."""
    pieces = _pieces(path)
    if any(CHINESE_ONLY in text for _, text in pieces):
        return
    for where, text in pieces:
        if _HAN.search(text):
            what = say("“{text}”只有中文", text=" ".join(text.split())[:40])
            todo = say("请写 t(中文, 英文)；只作中文文书的模板写 {mark}", mark=CHINESE_ONLY)
            yield PackError(what, where, todo, "english")


def _pieces(path: Path) -> list[tuple[str, str]]:
    """Place → text beside what Jinja fills in: of each line, in Word of each paragraph."""
    if path.suffix in (".html", ".md"):
        lines = _beside_jinja(path.read_text("utf-8")).splitlines()
        return [(f"{path}:{number}", line) for number, line in enumerate(lines, start=1)]
    if path.suffix == ".docx":
        with ZipFile(path) as book:
            words = book.read("word/document.xml").decode()
        told = ("".join(_RUN.findall(one)) for one in _PARAGRAPH.findall(words))
        return [
            (f"{path}¶{number}", _beside_jinja(text)) for number, text in enumerate(told, start=1)
        ]
    return []


def _beside_jinja(text: str) -> str:
    """The text without what Jinja reads, line for line."""
    return _JINJA.sub(
        lambda found: found[0] if found[0] == CHINESE_ONLY else "\n" * found[0].count("\n"), text
    )
