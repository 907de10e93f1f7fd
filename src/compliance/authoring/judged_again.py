"""The same cases judged twice, as written and shuffled: the findings must be the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from random import Random
from typing import Any

import polars as pl

from compliance.authoring.run_cases import Docket, DocketFindings
from compliance.kernel.i18n import msg, say

_SUBJECT = ("county_code", "rule", "school_code", "stage")


class JudgedAgain:
    """A docket beside itself, judged once more with schools, counties and columns shuffled.

    Equal bytes of the two show at once that a judgement repeats itself and that no order matters;
    where they differ, the cases are judged a third time as written to tell which of the two it is.
    """

    def __init__(self, docket: Docket) -> None:
        self._docket = docket

    @cached_property
    def _shuffled(self) -> list[str]:
        return list(_differences(self._docket, Docket(self._docket.cases, Random(1))))  # noqa: S311 no secret

    @cached_property
    def _repeated(self) -> list[str]:
        if not self._shuffled:
            return []
        return list(_differences(self._docket, Docket(self._docket.cases)))

    def unlike_the_first_time(self) -> list[str]:
        """What differs where the same input is judged twice."""
        return self._repeated

    def by_order(self) -> list[str]:
        """What hangs on the order of schools, counties or columns."""
        return [] if self._repeated else self._shuffled


def _differences(once: Docket, again: Docket) -> Iterator[str]:
    """Each finding that is not the same, with its case, and the first of its fields that differs."""
    for options, judged in once.everything():
        other = again.judged(options)
        if _bytes(judged) == _bytes(other):
            continue
        here, there = _by_subject(judged.told), _by_subject(other.told)
        for key in dict.fromkeys([*here, *there]):
            one, two = here.get(key, {}), there.get(key, {})
            if one != two:
                field = next(name for name in (*one, *two) if one.get(name) != two.get(name))
                yield say(
                    "{where} {rule}：{field} 先为 {before}，后为 {after}",
                    where=once.case_of(str(key[0])).where,
                    rule=key[1],
                    field=field,
                    before=_shown(one, field),
                    after=_shown(two, field),
                )


def _bytes(judged: DocketFindings) -> str:
    return judged.told.sort(_SUBJECT).write_ndjson()


def _by_subject(told: pl.DataFrame) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    return {tuple(row[name] for name in _SUBJECT): row for row in told.iter_rows(named=True)}


def _shown(row: Mapping[str, Any], field: str) -> str:
    return str(row[field]) if row else msg("没有这条结果")
