"""On what terms people's tables are read: what they confirmed of columns, where a blank means zero."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.own_tables.mapping import TableMapping


@dataclass(frozen=True, slots=True)
class ReadingTerms:
    """mapping: what was confirmed of the tables' columns. blank_is_zero: columns as people call them."""

    mapping: TableMapping | None = None
    blank_is_zero: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """In whatever order columns are named, the terms are the same."""
        object.__setattr__(self, "blank_is_zero", tuple(sorted(set(self.blank_is_zero))))

    def resolved(self, words: Vocabulary) -> ReadingTerms:
        """The same with the mapping's facts by name; raises UsageError as `TableMapping.resolved`."""
        if self.mapping is None:
            return self
        return ReadingTerms(self.mapping.resolved(words), self.blank_is_zero)


NO_TERMS = ReadingTerms()
