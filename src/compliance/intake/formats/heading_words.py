"""What the words over a column mean to the readers: enough to find the headings and to tell records apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compliance.facts.fact import Fact
from compliance.facts.heading_meaning import Meaning, is_known, meaning_of
from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.formats.raw_table import record_of

_NO_WORD = re.compile(
    r"[-+0-9.,%\s]*|.{61,}", re.DOTALL
)  # figures, and texts longer than any heading


def joined(path: Sequence[str]) -> str:
    """The heading of a column over which these words stand."""
    return "/".join(path)


@dataclass(frozen=True)
class HeadingWords:
    """A vocabulary asked about the headings of one table."""

    words: Vocabulary
    table: str

    def known(self, *path: str) -> bool:
        """Whether the words over a column mean something."""
        if not path or (len(path) == 1 and _NO_WORD.fullmatch(path[0])):
            return False
        return is_known(self.words, record_of(self.table), path)

    def meaning(self, path: Sequence[str], units: Sequence[str] = ()) -> Meaning:
        """What the words over a column mean."""
        return meaning_of(self.words, record_of(self.table), path, units=units)

    def fact(self, *path: str) -> Fact | None:
        """The fact that the words over a column stand for, or the first where the school's type decides."""
        if not self.known(*path):
            return None
        meaning = self.meaning(path)
        return meaning.facts[0] if meaning.useful else None

    def match(self, path: Sequence[str], units: Sequence[str] = ()) -> Match | None:
        """What a column of figures is read as; None where nobody knows."""
        if self.fact(*path) is None:
            return None
        meaning = self.meaning(path, units)
        if not meaning.useful:
            return None
        return Match(meaning.facts[0], meaning.factor, meaning.year, meaning.unit)

    def describes(self, path: Sequence[str]) -> bool:
        """Whether a column of this heading holds words that name or describe a record, not figures."""
        fact = self.fact(*path)
        return fact is not None and (fact.form in ("text", "texts") or bool(fact.words))

    def is_own(self, path: Sequence[str]) -> bool:
        """Whether the words over a column are a fact's own heading."""
        return self.words.match(record_of(self.table), joined(path)) is not None

    def may_be_figure(self, path: Sequence[str]) -> bool:
        """Whether a column may hold figures of the table: by its heading, or once a person confirms it."""
        if not path:
            return False
        meaning = self.meaning(path)
        return any(fact.figure or fact.listed for fact in meaning.facts)

    def without_captions(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The last word alone, where it is a fact's own heading and the others change nothing of it."""
        alone = self.words.match(record_of(self.table), path[-1]) if len(path) > 1 else None
        same = alone is not None and self.meaning(path) == self.meaning(path[-1:])
        return path[-1:] if same else path

    def columns(self, paths: Mapping[int, Sequence[str]]) -> dict[str, int]:
        """Fact → the first column over which words stand for it. paths: column → the words over it."""
        found: dict[str, int] = {}
        for column, path in paths.items():
            if fact := self.fact(*path):
                found.setdefault(fact.name, column)
        return found

    def key(self, paths: Mapping[int, Sequence[str]]) -> int:
        """The column that names a record: the school's code, else the first known one."""
        known = self.columns(paths)
        return known.get("school_code", min(known.values(), default=0))
