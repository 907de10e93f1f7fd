"""What the templates of rectification papers see: ready texts, one dataclass a paper and a line.

A template prints these fields and decides nothing; a province's template finds the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compliance.assessment import Amount


@dataclass(frozen=True, slots=True)
class ListItem:
    """One line of the county's list: a problem or a suggestion.

    school_code: empty for the county. subject, problem … note: the columns of the official papers.
    brief: the problem without the name that the column 学校 shows. amounts: the gap as numbers, for a sheet that adds up. blocking: it keeps the school's overall
    assessment from being met.
    """

    number: int
    rule: str
    school_code: str
    subject: str
    problem: str
    brief: str
    current: str
    standard: str
    gap: str
    measure: str
    owner: str
    responsible: str
    note: str
    blocking: bool
    amounts: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnersItems:
    """The problems for which one section answers; ordinal: its place as a heading counts, 一."""

    ordinal: str
    owner: str
    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class BlankLine:
    """A fact that is missing, a statement that is awaited, or a rule that could not be computed.

    state: the state in words. what: the fact's heading or the rule's title. affects: the rules that
    wait for it. schools: how many, and `names` the first of them; 0 for the county itself.
    """

    number: int
    state: str
    what: str
    schools: int
    names: str
    affects: str
    owner: str


@dataclass(frozen=True, slots=True)
class BlankLineAt:
    """One blank of one school (or the county: no code), for a sheet that can be filtered."""

    school_code: str
    subject: str
    state: str
    what: str
    affects: str
    owner: str


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """A rule without weight that is missed: title, how sure its basis is, who misses it."""

    number: int
    rule: str
    title: str
    basis: str
    source: str
    schools: int
    names: str
    gap: str
    message: str


@dataclass(frozen=True, slots=True)
class TotalLine:
    """How much of one thing is missing in all; `also` is what suggestions need beyond it.

    schools: how many the problems concern. of: the part of the rule, empty where it has none.
    """

    rule: str
    title: str
    of: str
    schools: int
    problems: str
    open: str
    also: str


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One indicator of one school, met or not.

    met: true, false, or null where it is not decided. due: somebody has to act on it.
    """

    number: int
    rule: str
    title: str
    current: str
    standard: str
    floor: str
    state: str
    gap: str
    measure: str
    responsible: str
    note: str
    met: bool | None
    due: bool
    amounts: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True)
class SchoolPart:
    """The lines of one stage, of the school as a whole, or of the rules without weight."""

    title: str
    reference: bool
    lines: tuple[SchoolLine, ...]


@dataclass(frozen=True, slots=True)
class SchoolPaper:
    """一校一案: one school's sheet.

    figures: (heading, text) pairs about the school. verdict: in a word; sentences: why.
    problems, suggestions, blanks: how many there are. county: the county's state in one line.
    """

    county_code: str
    county_name: str
    year: int
    years: str
    code: str
    name: str
    stem: str
    title: str
    figures: tuple[tuple[str, str], ...]
    verdict: str
    sentences: tuple[str, ...]
    parts: tuple[SchoolPart, ...]
    problems: int
    suggestions: int
    blanks: int
    county: str
    basis: str
    deadline: str
    progress: str


@dataclass(frozen=True, slots=True)
class CountyPaper:
    """整改清单: the county's list.

    ruleset: the id of the rule set that judged. annexes: list name -> its number among the annexes, 0 where it is empty.
    deadline, progress: what stands in columns that are filled in by hand.
    """

    county_code: str
    county_name: str
    year: int
    years: str
    ruleset: str
    title: str
    verdict: str
    summary: tuple[str, ...]
    basis: str
    groups: tuple[OwnersItems, ...]
    open: tuple[ListItem, ...]
    suggestions: tuple[ListItem, ...]
    blanks: tuple[BlankLine, ...]
    blanks_at: tuple[BlankLineAt, ...]
    references: tuple[ReferenceLine, ...]
    unjudged_references: int
    totals: tuple[TotalLine, ...]
    schools: tuple[SchoolPaper, ...]
    annexes: Mapping[str, int]
    deadline: str
    progress: str

    @property
    def single_annex(self) -> bool:
        """Whether there is only one annex: it takes no number."""
        return sum(number > 0 for number in self.annexes.values()) == 1

    @property
    def problems(self) -> tuple[ListItem, ...]:
        """The problems of all groups, in order."""
        return tuple(item for group in self.groups for item in group.items)
