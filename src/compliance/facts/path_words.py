"""The words of headings: stages, totals, ways to write one thing, captions, what says nothing.

A path of headings is read as the set of its words, whatever their order: the stage apart, what only says
that it is a total left out, the ways to write one thing folded into one. The words themselves stand in
``x-heading-words`` of the school's schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from compliance.facts.units import folded
from compliance.facts.vocabulary import Heading, read_schema

COMPULSORY = "compulsory"  # the stages of compulsory education together
SEVERAL = "several"  # stages together of which nobody says how much is whose
_COUNT = "数"
_DEEPEST = 8  # parts of a path that are looked at
_SEPARATORS = re.compile(r"[\s()\[\]【】〔〕,;/\\_:.·'\"“”‘’《》#*|—–-]+")
_WHO_FILLED = re.compile(r"单位[^:]{0,8}:.*")  # a school may fill in a table of others
_NUMBERING = re.compile(
    r"^(?:\([0-9一二三四五六七八九十]{1,3}\)|[0-9一二三四五六七八九十]{1,3}[、.:](?![0-9]))"
)
_BAND = re.compile(
    r"(?<![0-9a-z.])(?:(?P<low>[0-9]{1,3})人?(?:[-—–~至到]+(?P<high>[0-9]{1,3})人?|(?P<up>人?[及(]?(?:以上|含以上)|人?\+))"
    r"|(?P<most>[0-9]{1,3})人?(?:及)?以下|(?:≤|<=|不超过)(?P<upto>[0-9]{1,3})人?|(?:≥|>=)(?P<from>[0-9]{1,3})人?)(?![0-9a-z.])(?:的?班级?数?)?"
)


class Lexicon(NamedTuple):
    """The words of headings. known: every way to write one, the longest first → what stands for it."""

    known: re.Pattern[str]
    meant: Mapping[str, str]
    stages: frozenset[str]
    totals: frozenset[str]
    tails: re.Pattern[str]
    captions: re.Pattern[str]
    groups: frozenset[str]
    bands: frozenset[str]
    qualifiers: tuple[str, ...]
    silent: frozenset[str]


def _one_of(written: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(written, key=len, reverse=True)))


@cache
def lexicon_of() -> Lexicon:
    """The words of headings, as the schema has them."""
    data: dict[str, Any] = read_schema("school")["x-heading-words"]
    meant: dict[str, str] = {}
    for concept, ways in data["same"].items():
        meant |= {folded(way): concept for way in ways}
    for stage, ways in data["stages"].items():
        meant |= {folded(way): f"<{stage}>" for way in ways}
    meant |= {folded(way): "" for way in data["dropped"]}
    return Lexicon(
        re.compile(_one_of(list(meant))),
        meant,
        frozenset(f"<{stage}>" for stage in data["stages"]),
        frozenset(data["total"]),
        re.compile(f"(?:{_one_of(data['tails'])})$"),
        re.compile(f"(?:[0-9一二三四五六七八九十]+、?)?(?:{_one_of(data['captions'])})+"),
        frozenset(map(letters_of, data["groups"])),
        frozenset(data["bands"]),
        tuple(data["qualifiers"]),
        frozenset(map(letters_of, data["silent"])),
    )


def letters_of(text: str) -> str:
    """The letters of a heading, without marks, blanks and a number before it."""
    return _SEPARATORS.sub("", _NUMBERING.sub("", folded(text)))


def is_caption(part: str) -> bool:
    """Whether a heading says of the columns under it only in which group they are."""
    letters = letters_of(part)
    if _as_period(part):
        return True
    return letters in lexicon_of().groups or lexicon_of().captions.fullmatch(letters) is not None


def _as_period(part: str) -> Heading | None:
    """A heading that only says of which time the figures under it are, as one in a bracket does."""
    heading = Heading.read(f"({part})")
    return heading if not heading.text and not heading.unit and not heading.past else None


class Band(NamedTuple):
    """A band of sizes, its ends with it. persons: it says that persons are counted."""

    low: int
    high: int | None
    persons: bool


class Read(NamedTuple):
    """The words of a path.

    stages: those that it names, perhaps several. total: it says that it is a sum; counts: that it is a
    number of something. band: the one that it names, if any. unit, year: those that brackets name, the
    lowest that do.
    """

    tokens: frozenset[str]
    stages: frozenset[str]
    total: bool
    counts: bool
    band: Band | None
    unit: str
    year: int | None


def read_path(path: Sequence[str]) -> Read:
    """The words of a path, whatever their order."""
    return _read(tuple(path))


@lru_cache(maxsize=8192)
def _read(path: tuple[str, ...]) -> Read:
    lexicon = lexicon_of()
    tokens: set[str] = set()
    stages: set[str] = set()
    total = counts = False
    band: Band | None = None
    unit, year = "", None
    for part in path[-_DEEPEST:]:
        heading = _as_period(part) or Heading.read(part)
        plain = _NUMBERING.sub("", heading.text)
        unit, year = heading.unit or unit, heading.year or year
        if (found := _band_of(plain)) is not None:
            band, plain = found
        for word in _words(plain, lexicon):
            if word in lexicon.stages:
                stages.add(word[1:-1])
            elif word in lexicon.totals:
                total = True
            elif word == _COUNT:
                counts = True
            else:
                tokens.add(word)
    return Read(frozenset(tokens), frozenset(stages), total, counts, band, unit, year)


def _words(plain: str, lexicon: Lexicon) -> Iterator[str]:
    """The words of one part, folded."""
    spaced = lexicon.known.sub(lambda found: f" {lexicon.meant[found[0]]} ", plain)
    for chunk in _SEPARATORS.split(spaced.replace("、", " 、 ")):
        word = chunk
        if word in lexicon.meant.values() or word in lexicon.totals or not word:
            if word:
                yield word
            continue
        for total in ("合计", "总计", "小计", "共计"):
            if word.endswith(total):
                word = word.removesuffix(total)
                yield total
        if (name := lexicon.tails.sub("", word)) != word:
            yield _COUNT
        if name:
            yield name


def _band_of(plain: str) -> tuple[Band, str] | None:
    """The band of sizes that a part names, and the rest of the part."""
    found = _BAND.search(plain)
    if found is None:
        return None
    low, high = found["low"] or found["from"], found["high"] or found["most"] or found["upto"]
    band = Band(int(low) if low else 0, int(high) if high else None, "人" in found[0])
    return band, f"{plain[: found.start()]} {plain[found.end() :]}"


@lru_cache(maxsize=256)
def stage_of(titles: tuple[str, ...]) -> str:
    """The one stage that titles name; empty where they name none or several."""
    lexicon = lexicon_of()
    named = {
        word
        for title in titles
        for word in map(
            lexicon.meant.__getitem__, lexicon.known.findall(_WHO_FILLED.sub("", folded(title)))
        )
        if word in lexicon.stages
    }
    stage = named.pop()[1:-1] if len(named) == 1 else ""
    return "" if stage in (SEVERAL, COMPULSORY) else stage


def stage_words(part: str) -> Iterator[str]:
    """The words for stages in a heading, as they are written."""
    lexicon = lexicon_of()
    for found in lexicon.known.findall(folded(part)):
        if lexicon.meant[found] in lexicon.stages:
            yield found
