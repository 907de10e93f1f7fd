"""Which table the headings of a sheet or a text belong to, whatever that is called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compliance.intake.formats.heading_words import HeadingWords

# What names a record and says nothing of it; a table of these alone holds no figures.
NAMING = frozenset({"county_code", "county_name", "year", "school_code", "school_name"})
_SCHOOL = frozenset({"school_code", "school_name"})
_COUNTY = frozenset({"county_code", "county_name"})
FIGURE_COLUMNS = 3  # so many columns of figures are what a table is made for
_FEWEST_OF_A_COUNTY = 3
# table → what its headings name at least, where its name does not tell it: all of one of these
_TELLING = {
    "classes": (
        "school_code stage students",
        "school_code class students",
        "school_code grade class",
    ),
    "rooms": ("school_code kind area",),
    "monitoring": ("subject level",),
    "attestations": ("rule met",),
    "vetoes": ("rule exists",),
    "buildings": ("school_code building built_year",),
    "organisations": ("name kind members",),
    "succession": ("old_code new_code",),
}


def named_facts(words: HeadingWords, paths: Iterable[Sequence[str]]) -> frozenset[str]:
    """The facts that headings name."""
    return frozenset(fact.name for path in paths if (fact := words.fact(*path)))


def tells(words: HeadingWords, paths: Sequence[Sequence[str]]) -> bool:
    """Whether headings are those of the table: they name what a record of it has to say.

    Of a school it is any figure, be it one that a person has to confirm, or its type.
    """
    facts = named_facts(words, paths)
    if words.table == "counties":
        return len(facts) >= _FEWEST_OF_A_COUNTY and bool(facts & _COUNTY)
    if words.table != "schools":
        return any(facts.issuperset(told.split()) for told in _TELLING[words.table])
    if not facts & _SCHOOL:
        return False
    return "school_type" in facts or any(map(words.may_be_figure, paths))
