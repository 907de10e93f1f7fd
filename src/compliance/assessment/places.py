"""Where the figures behind what is said of many counties stand, each county's looked up in one go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compliance.engine.results import Results
from compliance.intake.cell_locations import Found
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import COMPULSORY

_SHOWN = 3


class Places:
    """The cells of a run's figures."""

    def __init__(self, report: Results) -> None:
        self._grounds = {
            key: one
            for one in report.grounds.values()
            for key in one.figures.counties.select("county_code", "year").iter_rows()
        }
        self._schools = report.schools

    def found(self, key: tuple[str, int], schools: Iterable[str], facts: Iterable[str]) -> Found:
        """(school code, or None for the county's own record; fact) → where it stands."""
        grounds = self._grounds.get(key)
        return {} if grounds is None else grounds.watch.locate(key, set(schools), set(facts))

    def told(self, key: tuple[str, int], school: str, facts: Sequence[str]) -> str:
        """The first cells of a county's figures, with their file.

        school: whose cells they are; empty: the county's own, or from the first school's downwards.
        """
        first = school or self._first_school(key)
        found = self.found(key, [first], facts)
        if school or not (own := [one for who, one in found if who is None]):
            cells = [found[first, fact] for fact in facts if (first, fact) in found]
            tail = "" if school or not cells else msg(" 起")
        else:
            cells, tail = [found[None, fact] for fact in facts if fact in own], ""
        if not cells:
            return ""
        at = list(dict.fromkeys(one.at for one in cells))
        more = say(" 等{n}处", n=len(at)) if len(at) > _SHOWN else ""
        return f"{cells[0].file} {msg('、').join(at[:_SHOWN])}{more}{tail}".strip()

    def listed(self, found: Found, wanted: Iterable[tuple[str | None, Sequence[str]]]) -> str:
        """The cells of these records' facts, with their file; the first of each record where there are many."""
        each = [
            [found[who, fact] for fact in facts if (who, fact) in found] for who, facts in wanted
        ]
        each = [own for own in each if own]
        if not each:
            return ""
        shown = [one.at for own in each for one in own[: max(_SHOWN // len(each), 1)]]
        return f"{each[0][0].file} {msg('、').join(dict.fromkeys(shown))}".strip()

    def _first_school(self, key: tuple[str, int]) -> str:
        own = self._schools.filter(county_code=key[0], year=key[1])
        return str(own["school_code"][0]) if own.height else ""


def facts_behind(facts: Iterable[str], stage: str | None = None) -> tuple[str, ...]:
    """Facts by the names they stand under in files: those of stages by each stage's, or by that of one."""
    others = tuple(f"{one}_" for one in COMPULSORY if stage and one != stage)
    stages = [stage] if stage else COMPULSORY
    named = (one for fact in facts for one in (fact, *(f"{each}_{fact}" for each in stages)))
    return tuple(dict.fromkeys(one for one in named if not one.startswith(others)))
