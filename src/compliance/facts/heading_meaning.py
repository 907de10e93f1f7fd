"""What the words over a column mean, from the top down, and when they mean no single fact.

A path is read as the set of its words: the stage apart, what only says that it is a total left out, the
ways to write one thing folded into one. It means a fact where these are the words of one of the fact's
own headings, no more and no fewer. So a word that nobody knows is never passed over: it makes another
figure of it. The words themselves stand in ``x-heading-words`` of the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from fractions import Fraction
from functools import cache, lru_cache
from itertools import combinations
from typing import Any, Literal, NamedTuple

from compliance.facts.fact import Fact
from compliance.facts.units import factor, folded, of_its_kind, quantity
from compliance.facts.vocabulary import Heading, Match, Vocabulary, read_schema
from compliance.kernel.errors import closest

Kind = Literal[
    "fact", "by_type", "band", "part", "control", "silent", "doubtful", "unknown"
]  # fmt: skip
ANY = ""  # the stage of a figure that belongs to the school as a whole
COMPULSORY = "compulsory"  # the stages of compulsory education together
SPECIAL = "special"  # in place of a stage: of a school of this type
_SEVERAL = "several"
_COMPULSORY_STAGES = ("primary", "junior")
_COUNT, _TOTAL = "数", "计"
_DEEPEST = 8  # parts of a path that are looked at
_TYPED = 0.75  # of its letters a heading has in common with the one that it was meant to be
_LETTERS = 3  # a shorter one may have been meant to be anything
_TEXT = "\0"  # among the words of a fact that is no figure
_SEPARATORS = re.compile(r"[\s()\[\]【】〔〕,;/\\_:.·'\"“”‘’《》#*|—–-]+")
_NUMBERING = re.compile(
    r"^(?:\([0-9一二三四五六七八九十]{1,3}\)|[0-9一二三四五六七八九十]{1,3}[、.:](?![0-9]))"
)
_BAND = re.compile(
    r"(?<![0-9a-z.])(?:(?P<low>[0-9]{1,3})人?(?:[-—–~至到]+(?P<high>[0-9]{1,3})人?|(?P<up>人?[及(]?(?:以上|含以上)|人?\+))"
    r"|(?P<most>[0-9]{1,3})人?(?:及)?以下|(?:≤|<=|不超过)(?P<upto>[0-9]{1,3})人?|(?:≥|>=)(?P<from>[0-9]{1,3})人?)(?![0-9a-z.])(?:的?班级?数?)?"
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a path of headings means.

    kind: ``fact``: one fact. ``by_type``: one fact of `facts`, that of the school's own stage. ``band``:
    item `item` of a list fact, of `facts` that of the school's stage. ``part``: the figure of one stage
    of a fact that the school has as a whole. ``control``: only the sum of what other columns of its table
    hold (which no heading alone shows). ``silent``: no figure, or one that no fact holds.
    ``doubtful``: perhaps one of `facts`, the
    likeliest first; a person has to say. ``unknown``: none; `facts` are those that may have been meant.
    stages: of each of `facts` the stage, or type of school, whose figure it is; `ANY` for a fact of the
    whole school. part: the stage of a ``part``; `COMPULSORY` of a ``by_type`` that leaves the senior stage
    out. factor, unit, year: as of a `Match`. total: the path says
    that it is a sum. why: what makes it doubtful or unknown: ``unit`` (measured in another kind of unit,
    or in which one nobody can tell), ``caption`` (words that nobody knows stand over it), ``stages``
    (figures of several stages together), or empty; among the columns of a table also ``bands`` (not all are
    there) and ``twice`` (other columns mean the same).
    """

    kind: Kind
    facts: tuple[Fact, ...] = ()
    stages: tuple[str, ...] = ()
    part: str = ""
    item: int = 0
    factor: Fraction = Fraction(1)
    unit: str = ""
    year: int | None = None
    total: bool = False
    why: str = ""

    @property
    def fact(self) -> Fact | None:
        """The fact, where the path means a single one."""
        return self.facts[0] if len(self.facts) == 1 and self.useful else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the facts."""
        return tuple(fact.name for fact in self.facts)

    @property
    def useful(self) -> bool:
        """Whether figures under it become facts without anybody being asked."""
        return self.kind in ("fact", "by_type", "band", "part")

    def at(self, stage: str) -> Fact | None:
        """The fact of that stage or type of school; one of the whole school is everyone's."""
        of = dict(zip(self.stages, self.facts, strict=True))
        return of.get(stage) or of.get(ANY)


def meaning_of(
    words: Vocabulary,
    table: str,
    path: Sequence[str],
    *,
    units: Sequence[str] = (),
    titles: Sequence[str] = (),
) -> Meaning:
    """What the headings of `path`, from the top, mean over a column of `table`.

    units: those written beside the table. titles: its titles, which may name the stage. Same arguments,
    same answer, for little.
    """
    return _meaning(words, table, tuple(path), tuple(units), stage_of(tuple(titles)))


@lru_cache(maxsize=8192)
def is_known(words: Vocabulary, table: str, path: tuple[str, ...]) -> bool:
    """Whether `meaning_of` a path is anything but unknown; it looks for no suggestions, which cost more."""
    if words.match(table, "/".join(path)):
        return True
    meaning = _PathReader(words, table, (), "").certain(path)
    return meaning is not None and meaning.kind != "unknown"


@lru_cache(maxsize=8192)
def _meaning(
    words: Vocabulary, table: str, path: tuple[str, ...], units: tuple[str, ...], stage: str
) -> Meaning:
    joined = "/".join(path)
    if match := words.match(table, joined, units):
        return _single(match)
    if foreign := words.match(table, joined):
        return Meaning("doubtful", (foreign.fact,), (own_stage(foreign.fact),), why="unit")
    return _PathReader(words, table, units, stage).meaning(path)


def _single(match: Match) -> Meaning:
    """A heading that is a fact's own: it means that fact, whatever the school's type."""
    return Meaning(
        "fact", (match.fact,), (own_stage(match.fact),),
        factor=match.factor, unit=match.unit, year=match.year,
    )  # fmt: skip


# ── the words ──────────────────────────────────────────────────────────────────────


class _Lexicon(NamedTuple):
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
def _lexicon() -> _Lexicon:
    data: dict[str, Any] = read_schema("school")["x-heading-words"]
    meant: dict[str, str] = {}
    for concept, ways in data["same"].items():
        meant |= {folded(way): concept for way in ways}
    for stage, ways in data["stages"].items():
        meant |= {folded(way): f"<{stage}>" for way in ways}
    meant |= {folded(way): "" for way in data["dropped"]}
    return _Lexicon(
        re.compile(_one_of(list(meant))),
        meant,
        frozenset(f"<{stage}>" for stage in data["stages"]),
        frozenset(data["total"]),
        re.compile(f"(?:{_one_of(data['tails'])})$"),
        re.compile(f"(?:[0-9一二三四五六七八九十]+、?)?(?:{_one_of(data['captions'])})+"),
        frozenset(map(_letters, data["groups"])),
        frozenset(data["bands"]),
        tuple(data["qualifiers"]),
        frozenset(map(_letters, data["silent"])),
    )


def _letters(text: str) -> str:
    return _SEPARATORS.sub("", folded(text))


def _is_caption(part: str) -> bool:
    """Whether a heading says of the columns under it only in which group they are."""
    letters = _letters(part)
    if _as_period(part):
        return True
    return letters in _lexicon().groups or _lexicon().captions.fullmatch(letters) is not None


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
    lexicon = _lexicon()
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


def _words(plain: str, lexicon: _Lexicon) -> Iterator[str]:
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
    lexicon = _lexicon()
    named = {
        word
        for title in titles
        for word in map(lexicon.meant.__getitem__, lexicon.known.findall(folded(title)))
        if word in lexicon.stages
    }
    stage = named.pop()[1:-1] if len(named) == 1 else ""
    return "" if stage in (_SEVERAL, COMPULSORY) else stage


# ── the facts by their words ───────────────────────────────────────────────────────

Index = Mapping[frozenset[str], Mapping[str, Fact]]  # words → stage → fact


@lru_cache(maxsize=64)
def index(words: Vocabulary, table: str) -> Index:
    """The facts of a table by the words of their headings, and by stage."""
    found: dict[frozenset[str], dict[str, Fact]] = {}
    for fact in words.tables[table].values():
        stage = own_stage(fact)
        for heading in fact.headings:
            read = read_path([heading])
            if not read.tokens or read.band or len(read.stages) > 1:
                continue
            tokens = read.tokens if _is_figure(fact) else read.tokens | {_TEXT}
            key = tokens | {_TOTAL} if read.total else tokens
            found.setdefault(key, {}).setdefault(stage, fact)
    return found


def _is_figure(fact: Fact) -> bool:
    return fact.figure or fact.listed


def stages_of(fact: Fact) -> tuple[str, ...]:
    """The stages whose figures a fact of the whole school holds."""
    named = read_path([fact.title]).stages
    return _COMPULSORY_STAGES if COMPULSORY in named else (*_COMPULSORY_STAGES, "senior")


def own_stage(fact: Fact) -> str:
    """The stage whose figure a fact is; `ANY` where it is the whole school's."""
    named = read_path([fact.title]).stages if not fact.stage else ()
    return fact.stage or next((stage for stage in named if stage != COMPULSORY), ANY)


@dataclass(frozen=True)
class _PathReader:
    """Reads the paths of one table. stage: the one that its titles name."""

    words: Vocabulary
    table: str
    units: tuple[str, ...]
    stage: str

    def meaning(self, path: tuple[str, ...]) -> Meaning:
        return self.certain(path) or self._meant(path)

    def certain(self, path: tuple[str, ...]) -> Meaning | None:
        """What a path means; None where nobody knows."""
        lexicon = _lexicon()
        if not any(path):
            return Meaning("unknown")
        leaf, whole = _letters(path[-1]), _letters("".join(dict.fromkeys(path)))
        if leaf in lexicon.silent or whole in lexicon.silent:
            return Meaning("silent")
        read = read_path(path)
        if len(read.stages) > 1 or _SEVERAL in read.stages:
            return Meaning("unknown", why="stages")
        found = self._plain(path) or self._within(path)
        return found or self._under_captions(path)

    # ── a path whose words are those of a fact ─────────────────────────────────────

    def _plain(self, path: tuple[str, ...]) -> Meaning | None:
        """What a path means all of whose words count, captions of groups apart."""
        for left in range(len(path)):
            rest = path[left:]
            if found := self._exactly(rest):
                return found
            if not _is_caption(path[left]):
                break
        inner = tuple(part for part in path[:-1] if not _is_caption(part))
        return self._exactly((*inner, path[-1])) if len(inner) + 1 < len(path) else None

    def _exactly(self, path: tuple[str, ...]) -> Meaning | None:
        if match := self.words.match(self.table, "/".join(path), self.units):
            return _single(match)
        read = read_path(path)
        if len(read.stages) > 1:
            return None
        if read.band is not None:
            return self._band(read)
        known = index(self.words, self.table)
        keys = [read.tokens, read.tokens | {_TOTAL}] if read.total else [read.tokens]
        if not (read.total or read.counts):
            keys = [read.tokens | {_TEXT}, *keys]
        of: dict[str, Fact] = {}
        for key in keys:
            of = {**known.get(key, {}), **of}
        return self._staged(of, read) if of else None

    def _staged(self, of: Mapping[str, Fact], read: Read) -> Meaning:
        """The fact of the stage that is named, or one a stage."""
        named = next(iter(read.stages), "")
        if ANY in of and named not in of:
            return self._of_all(of[ANY], named, read)
        stage = named or self.stage
        if stage in of:
            return self._measured("fact", {stage: of[stage]}, read)
        if stage and named != COMPULSORY:
            return Meaning("silent")
        some = {key: fact for key, fact in of.items() if not stage or key in _COMPULSORY_STAGES}
        found = self._measured("by_type", some, read)
        return replace(found, part=COMPULSORY) if named == COMPULSORY else found

    def _of_all(self, fact: Fact, stage: str, read: Read) -> Meaning:
        """A fact of the whole school, or what one stage has of it."""
        if not stage:
            return self._measured("fact", {ANY: fact}, read)
        if stage == "senior" and stage not in stages_of(fact):
            return Meaning("silent")
        if not fact.adds or stage not in stages_of(fact):
            return Meaning("doubtful", (fact,), (ANY,), why="stages")
        return replace(self._measured("part", {ANY: fact}, read), part=stage)

    def _band(self, read: Read) -> Meaning | None:
        """The item of a list fact that a band of sizes stands for."""
        band, known = read.band, _lexicon().bands
        called = index(self.words, self.table).get(read.tokens, {}).values()
        if (
            band is None
            or read.total
            or not (read.tokens <= known or any(fact.edges for fact in called))
            or not (read.tokens or band.persons)
        ):
            return None
        of: dict[str, Fact] = {}
        item = -1
        for fact in self.words.tables[self.table].values():
            lows, highs = [0, *(edge + 1 for edge in fact.edges)], [*fact.edges, None]
            ends = list(zip(lows, highs, strict=True))
            if fact.edges and fact.stage and band[:2] in ends:
                item = ends.index(band[:2])
                of[fact.stage] = fact
        if not of:
            return None
        named = next(iter(read.stages), self.stage)
        if named and named not in of:
            return Meaning("silent")
        of = {named: of[named]} if named else of
        return replace(self._measured("band", of, read), item=item)

    def _measured(self, kind: Kind, of: Mapping[str, Fact], read: Read) -> Meaning:
        """The meaning with what its unit makes of it: doubtful where that does not fit."""
        facts, stages = tuple(of.values()), tuple(of)
        own = facts[0].unit
        meant = [read.unit] if read.unit else of_its_kind(self.units, own) or [""]
        scale, *others = {factor(unit, own) for unit in meant}
        if scale is None or others:
            return Meaning("doubtful", facts, stages, why="unit")
        return Meaning(
            kind, facts, stages, factor=scale, unit=meant[0], year=read.year, total=read.total
        )  # fmt: skip

    # ── a part under its whole ─────────────────────────────────────────────────────

    def _within(self, path: tuple[str, ...]) -> Meaning | None:
        """A figure that stands under the whole of which the schema says that it is a part."""
        for cut in range(len(path) - 1, 0, -1):
            if found := self._part_of(path[:cut], path[cut:]):
                return found
        return None

    def _part_of(self, whole_path: tuple[str, ...], path: tuple[str, ...]) -> Meaning | None:
        stages = tuple(word for part in whole_path for word in _stage_words(part))
        units = tuple(f"({unit})" for part in whole_path if (unit := Heading.read(part).unit))
        below = self._exactly((*stages, *units, *path))
        above = self._plain(whole_path)
        if below is None or above is None or not (below.useful and above.useful):
            return None
        bounds = self.words.checks[self.table].bounds
        whole = {fact.name for fact in above.facts}
        parts = {name for bound in bounds if whole & set(bound.within) for name in bound.of}
        of_its_stage = [
            fact.name in parts
            for fact, stage in zip(below.facts, below.stages, strict=True)
            if stage == ANY or stage in above.stages or ANY in above.stages
        ]
        return below if of_its_stage and all(of_its_stage) else None

    # ── what is not certain ────────────────────────────────────────────────────────

    def _under_captions(self, path: tuple[str, ...]) -> Meaning | None:
        """A heading that is known, under words that are not: nobody can tell what they make of it."""
        for dropped in range(1, len(path)):
            for gone in combinations(range(len(path) - 1), dropped):
                rest = tuple(part for place, part in enumerate(path) if place not in gone)
                found = self._exactly(rest)
                if found is not None and found.useful:
                    return replace(found, kind="doubtful", why="caption")
        return None

    def _meant(self, path: tuple[str, ...]) -> Meaning:
        """The facts that may have been meant by one that was mistyped: same stage, same kind of unit."""
        read, written = read_path(path), _spelled("/".join(path))
        if read.band is not None or len(written) < _LETTERS:
            return Meaning("unknown")
        stage = next(iter(read.stages), "")
        own = [
            (spelled, fact, of)
            for spelled, fact, of in _spellings(self.words, self.table)
            if (not stage or of in (stage, ANY))
            and (not read.unit or quantity(fact.unit) == quantity(read.unit))
        ]
        near = closest(written, dict.fromkeys(spelled for spelled, _, _ in own), cutoff=_TYPED)
        if near is None or not _is_slip(written, near):
            return Meaning("unknown")
        meant = {fact.name: (fact, of) for spelled, fact, of in own if spelled == near}
        return Meaning(
            "unknown",
            tuple(fact for fact, _ in meant.values()),
            tuple(of for _, of in meant.values()),
        )


@lru_cache(maxsize=64)
def _spellings(words: Vocabulary, table: str) -> Sequence[tuple[str, Fact, str]]:
    """How the facts of a table are spelled, without the words for the stage; and the stage."""
    return [
        (_spelled(heading), fact, own_stage(fact))
        for fact in words.tables[table].values()
        for heading in fact.headings
    ]


def _spelled(heading: str) -> str:
    """The letters of a heading, without those that name a stage."""
    lexicon = _lexicon()

    def without(found: re.Match[str]) -> str:
        return "" if lexicon.meant[found[0]] in lexicon.stages else found[0]

    return _letters(lexicon.known.sub(without, Heading.read(heading).text))[:80]


def _is_slip(written: str, meant: str) -> bool:
    """Whether two texts differ as by a slip: single letters, none of which makes it another thing."""
    telling = _lexicon().qualifiers
    for change, low, high, start, end in SequenceMatcher(
        None, written, meant, autojunk=False
    ).get_opcodes():
        if change == "equal":
            continue
        if max(high - low, end - start) > 1:
            return False
        around = written[max(0, low - 1) : high + 1], meant[max(0, start - 1) : end + 1]
        if any(mark in text for mark in telling for text in around):
            return False
    return True


def _stage_words(part: str) -> Iterator[str]:
    lexicon = _lexicon()
    for found in lexicon.known.findall(folded(part)):
        if lexicon.meant[found] in lexicon.stages:
            yield found
