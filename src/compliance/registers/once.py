"""A person or thing counted once: rows that agree in the key are found and settled, all others pass.

Rows at one place that say the same are one; where they differ, what they differ in is unknown. Of several
places the first condition of the register's `home` that any row meets says which; where several are left,
it is unknown of each whether it counts there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import polars as pl

from compliance.intake.limits import EXPLAINED_ROWS
from compliance.intake.problems import Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.registers.rows import FILE, HOLDS, KEY, ROW, SCHOOL, LaidDown
from compliance.registers.tellings import Tellings
from compliance.rules.language import conditions
from compliance.rules.language.assembly import STAGE

HOME = "_home"  # whether the row's place is the one that counts: null where nobody knows
TOGETHER = 1_000_000  # rows that are settled together
_RANK, _BEST, _PLACES, _ROWS, _LISTED, _ALL = (
    "_rank",
    "_best",
    "_places",
    "_rows",
    "_listed",
    "_all",
)
_DIFFERS = "_differs {}"
_NAMED = 4  # so many rows of one person are named
_Case: TypeAlias = Mapping[str, Any]


def once(laid: LaidDown, tellings: Tellings) -> Iterator[pl.DataFrame]:
    """The rows of a register, each person or thing once a place, with HOME."""
    repeated, rows = _repeated(laid)
    for frame in laid.frames():
        single = frame if repeated is None else frame.join(repeated, on=KEY, how="anti")
        yield single.with_columns(_surely(laid).alias(HOME))
    if repeated is not None:
        parts = -(-rows // TOGETHER)
        for part in range(parts):
            keys = repeated.filter(pl.col(KEY) % parts == part)
            found = [frame.join(keys, on=KEY, how="semi") for frame in laid.frames()]
            yield _Repeated(laid, pl.concat(found), tellings).settled()


def _surely(laid: LaidDown) -> pl.Expr:
    """True, but for a row without the key that it must have: it may be somebody who is counted elsewhere."""
    required = [name for name in laid.key if laid.form.columns[name].required]
    there = pl.all_horizontal(pl.col(required).is_not_null()) if required else pl.lit(value=True)
    return pl.when(there).then(pl.lit(value=True))


def _repeated(laid: LaidDown) -> tuple[pl.DataFrame | None, int]:
    """The hashes of keys that several rows have, and how many rows these are; None where there are none."""
    if not laid.hashes:
        return None, 0
    hashes = pl.concat(laid.hashes).sort()
    laid.hashes.clear()
    twice = hashes == hashes.shift(1)
    found = hashes.filter(twice).unique()
    return (found.alias(KEY).to_frame(), int(twice.sum()) + len(found)) if len(found) else (None, 0)


class _Repeated:
    """Rows whose keys stand several times, or whose hashes agree by chance."""

    def __init__(self, laid: LaidDown, rows: pl.DataFrame, tellings: Tellings) -> None:
        self.laid, self.tellings = laid, tellings
        self.rows = rows.sort(FILE, ROW)
        self.key = list(laid.key)
        self.place = [
            name for name in ("school_code", STAGE) if name in laid.columns and name not in self.key
        ]
        aside = {*self.key, *self.place, laid.use.begin, laid.use.end}
        self.values = [name for name in laid.columns if name not in aside]

    def settled(self) -> pl.DataFrame:
        """A row for each place of a person or thing: of several there the one that ranks best speaks."""
        at = [*self.key, *self.place]
        best = pl.col(_RANK) == pl.col(_BEST)
        where = pl.struct(self.place) if self.place else pl.struct(pl.lit(0))
        ranked = self.rows.with_columns(self._rank().alias(_RANK)).with_columns(
            pl.col(_RANK).min().over(self.key).alias(_BEST), pl.len().over(at).alias(_ROWS)
        )
        ranked = ranked.with_columns(
            where.filter(best).n_unique().over(self.key).alias(_PLACES),
            pl.col(SCHOOL).is_not_null().any().over(self.key).alias(_LISTED),
        ).filter(pl.col(_RANK) == pl.col(_RANK).min().over(at))
        known = [pl.col(name).drop_nulls() for name in self.values]
        found = ranked.group_by(at, maintain_order=True).agg(
            *(
                pl.when(one.n_unique() <= 1).then(one.first()).alias(name)
                for name, one in zip(self.values, known, strict=True)
            ),
            *(
                (one.n_unique() > 1).alias(_DIFFERS.format(name))
                for name, one in zip(self.values, known, strict=True)
            ),
            pl.col(FILE, ROW, SCHOOL, KEY, _PLACES, _LISTED, _ROWS).first(),
            *(
                pl.col(name).first()
                for name in (self.laid.use.begin, self.laid.use.end)
                if name in self.laid.columns
            ),
            pl.when(pl.col(HOLDS).any()).then(pl.lit(value=True)).alias(HOLDS),
            best.any().alias(HOME),
        )
        settled = ~pl.col(HOME) | (pl.col(_PLACES) == 1)
        found = found.with_columns(pl.when(settled).then(pl.col(HOME)).alias(HOME))
        self._tell(found)
        return found.select([*self.rows.columns, HOME])

    def _rank(self) -> pl.Expr:
        """Which of the conditions a row is the first to meet."""
        rank: pl.Expr = pl.lit(len(self.laid.use.home))
        for number, condition in reversed(list(enumerate(self.laid.use.home))):
            if set(condition) <= self.laid.columns:
                met = conditions.matches(condition).fill_null(value=False)
                rank = pl.when(met).then(pl.lit(number)).otherwise(rank)
        return rank

    # ── what is said of it ─────────────────────────────────────────────────────────

    def _tell(self, found: pl.DataFrame) -> None:
        listed = found.filter(pl.col(_LISTED))
        differs = pl.any_horizontal(pl.col(_DIFFERS.format(name)) for name in self.values)
        self._each(listed.filter((pl.col(_ROWS) > 1) & ~differs), self._same)
        self._each(listed.filter(differs), self._contradicting)
        people = listed.group_by(self.key, maintain_order=True).agg(
            pl.len().alias(_PLACES),
            pl.col(HOME).is_null().any().alias(HOME),
            pl.col(FILE, ROW).filter(pl.col(HOME)).first(),
        )
        several = people.filter(pl.col(_PLACES) > 1)
        self._each(several.filter(HOME), self._unsettled)
        self._each(several.filter(~pl.col(HOME)), self._elsewhere)

    def _each(self, found: pl.DataFrame, told: Callable[[_Case], Problem]) -> None:
        """Name the first cases, with all rows of each, and count the others."""
        named = found.head(EXPLAINED_ROWS)
        of = self.rows.group_by(self.key).agg(pl.struct(FILE, ROW).alias(_ALL))
        cases = named.join(of, on=self.key, how="left", maintain_order="left")
        more = found.height - named.height
        self.tellings.tell(self.laid.form.name, map(told, cases.iter_rows(named=True)), more)

    def _same(self, case: _Case) -> Problem:
        message = say("{rows}是同一{who}，只计一次", **self._words(case))
        return self._at(case).warning("repeated_row", message, msg("重复的行删去"))

    def _contradicting(self, case: _Case) -> Problem:
        differing = [name for name in self.values if case[_DIFFERS.format(name)]]
        labels = msg("、").join(self.laid.form.columns[name].label for name in differing)
        message = say(
            "{rows}是同一{who}，{columns}不一致，按不知道计", columns=labels, **self._words(case)
        )
        expected = msg("核对后改为一致，或只留一行")
        return self._at(case).error("contradicting_rows", message, expected, tuple(differing))

    def _unsettled(self, case: _Case) -> Problem:
        message = say(
            "{rows}是同一{who}，不知道该计在哪一处，这几处都按不知道计", **self._words(case)
        )
        expected = msg("写明主校（编制所在学校），或已离任的止日期")
        return self._at(case[_ALL][0]).error("unsettled_home", message, expected)

    def _elsewhere(self, case: _Case) -> Problem:
        message = say(
            "{rows}是同一{who}，计在{home}这一处", home=self._row(case), **self._words(case)
        )
        return self._at(case).warning("several_places", message, msg("请核对"))

    def _words(self, case: _Case) -> dict[str, str]:
        rows: Sequence[_Case] = case[_ALL]
        told = msg("、").join(self._row(one) for one in rows[:_NAMED])
        if len(rows) > _NAMED:
            told = say("{rows}等{n}行", rows=told, n=len(rows))
        return {"rows": told, "who": msg("人") if "person" in self.key else msg("件")}

    def _at(self, case: _Case) -> Location:
        return self.laid.at(case[FILE], case[ROW])

    def _row(self, case: _Case) -> str:
        place = self._at(case)
        return f"{place.file} {place.at}" if len(self.laid.listings) > 1 else place.at
