"""Text damage: what a careless replacement or a foreign keyboard left in the cells.

A file in which every “10” has been replaced by “2023” says 20230 where 100 stood. No single figure
shows that; that the same year is glued into many of them does.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.cell_patterns import INVISIBLE, show
from compliance.intake.acceptance.ledger import Ledger
from compliance.intake.data_checks.reporting import ROW, rows, warn
from compliance.kernel.i18n import say

# Groups of digits that a replacement leaves: years, but none that round figures end in.
YEARS = [year for year in range(1990, 2050) if year % 10]
FEWEST = 5  # so many different figures at least
TIMES = 4  # and so many times as many as hold any other such group
DIGITS = 4  # of such a group
# A year in a text that no sentence has so: within longer digits, or in the middle of the words.
# Honest years begin the text or are followed by 年, 级, 届 or the like.
GLUED = r"[0-9](?:{y})|(?:{y})[0-9]|[^\s（(〔\[“\-—0-9](?:{y})(?:[^0-9年级届—\-度学班.\s]|$)"
# a pattern, what is said where it is found, and whether it is odd in codes alone
ODD = (
    (INVISIBLE, "含有看不见的字符", "has characters nobody sees", False),
    (r"^[0-9]+(\.[0-9]+)?[%％‰]$", "是百分数，不是文字", "is a percentage and no text", False),
    (r"[０-９Ａ-Ｚａ-ｚ]", "含有全角字符", "has full-width characters", True),
    (
        r"^[0-9]+[OoIl][0-9OoIl]*$",
        "在数字中夹有字母O、I或l",
        "has the letter O, I or l among its digits",
        True,
    ),
)


def doubts(
    schools: pl.DataFrame, counties: pl.DataFrame, vocabulary: Vocabulary, ledger: Ledger
) -> None:
    """Report years glued into figures and names, and characters that do not belong in a text."""
    frames = ((schools, vocabulary.school), (counties, vocabulary.county))
    _replaced(frames, ledger)
    for frame, facts in frames:
        _odd_characters(frame, facts, ledger)


Frames = tuple[tuple[pl.DataFrame, dict[str, Fact]], ...]


def _replaced(frames: Frames, ledger: Ledger) -> None:
    hits = [
        hit
        for place, pair in enumerate(frames)
        for found in (_hits(place, *pair), _texts(place, *pair))
        for hit in found
    ]
    if not hits:
        return
    found = pl.concat(hits)
    keys = ["_code", "_year"]
    counts = found.group_by(*keys, "_group").agg(pl.col("_value").n_unique().alias("_n"))
    ranked = counts.sort(*keys, "_n", "_group", descending=[False, False, True, False])
    best = ranked.group_by(keys, maintain_order=True).agg(
        pl.col("_group").first(),
        pl.col("_n").first(),
        pl.col("_n").slice(1).max().fill_null(0).alias("_next"),
    )
    least = pl.max_horizontal(pl.col("_next") * TIMES, pl.lit(FEWEST))
    damaged = found.join(best.filter(pl.col("_n") >= least), on=[*keys, "_group"], how="inner")
    cells = damaged.unique(["_place", "_row", "_table", "_fact"]).sort(
        "_place", *keys, "school_code", "_order"
    )
    for row in cells.iter_rows(named=True):
        _report(row, frames[row["_place"]][1][row["_fact"]], ledger)


def _hits(place: int, frame: pl.DataFrame, facts: dict[str, Fact]) -> Iterator[pl.DataFrame]:
    """The figures that hold a year among their digits: one row a figure and year."""
    names = [name for name, fact in facts.items() if fact.form in ("count", "number")]
    for order, name in enumerate(names):
        large = _cells(frame.filter(pl.col(name) >= YEARS[0]), name, order, place)
        if large.is_empty():
            continue
        whole = pl.col("_value").floor().cast(pl.Int64)
        largest = int(large.select(pl.col("_value").max()).item())
        for right in range(len(str(largest)) - DIGITS + 1):
            group = (whole // 10**right) % 10**DIGITS
            yield _grouped(large, group)


def _texts(place: int, frame: pl.DataFrame, facts: dict[str, Fact]) -> Iterator[pl.DataFrame]:
    """The names that hold a year where no honest name does: one row a text and year."""
    names = [n for n, f in facts.items() if f.form == "text" and not f.pattern and not f.code]
    any_year = GLUED.format(y="|".join(map(str, YEARS)))
    for order, name in enumerate(names):
        held = frame.filter(pl.col(name).str.contains(any_year))
        for year in YEARS if len(held) else ():
            glued = held.filter(pl.col(name).str.contains(GLUED.format(y=year)))
            if len(glued):
                yield _grouped(_cells(glued, name, len(facts) + order, place), pl.lit(year))


def _cells(frame: pl.DataFrame, name: str, order: int, place: int) -> pl.DataFrame:
    """The cells of one fact, each with where it stands."""
    code = pl.col("school_code") if "school_code" in frame.columns else pl.lit(None, pl.String)
    return frame.select(
        *ROW,
        code.alias("school_code"),
        pl.col(name).alias("_value"),
        pl.lit(name).alias("_fact"),
        pl.lit(order).alias("_order"),
        pl.lit(place).alias("_place"),
    )


def _grouped(cells: pl.DataFrame, group: pl.Expr) -> pl.DataFrame:
    """Those whose group of digits is a year; figures of a kind and texts can be counted together."""
    found = cells.with_columns(group.cast(pl.Int64).alias("_group"))
    found = found.filter(pl.col("_group").is_in(YEARS))
    return found.with_columns(pl.col("_value").cast(pl.String))


def _report(row: dict[str, object], fact: Fact, ledger: Ledger) -> None:
    text = fact.form == "text"
    what, what_en = ("单元格", "cells") if text else ("数字", "figures")
    value = str(row["_value"])
    message = say(
        "{f}填{v}，其中的“{g}”夹在本县{n}个不同的" + what + "里，疑为批量替换造成的损坏",
        "{f} is {v}; “{g}” is glued into {n} different " + what_en + " of the county, as a "
        "careless replacement would leave it",
        f=fact.label,
        v=f"“{show(value)}”" if text else f"{float(value):.12g}",
        g=row["_group"],
        n=row["_n"],
    )
    expected = say("对照原始台账恢复原样", "as it was, from the original records")
    warn(ledger, row, "text_replaced", message, expected, fact.name)


def _odd_characters(frame: pl.DataFrame, facts: dict[str, Fact], ledger: Ledger) -> None:
    """Codes in full-width digits or with letters for digits; characters nobody sees anywhere."""
    for fact in facts.values():
        if fact.form != "text" or fact.pattern:
            continue
        for which, zh, en, only_codes in ODD:
            if only_codes and not fact.code:
                continue
            for row in rows(frame, pl.col(fact.name).str.contains(which), fact.name):
                message = say(
                    "{f}“{v}”" + zh, "{f} “{v}” " + en, f=fact.label, v=show(row[fact.name])
                )
                expected = say(
                    "请核对并重新输入；程序按原样使用",
                    "check and type it again; it is used as it stands",
                )
                warn(ledger, row, "odd_characters", message, expected, fact.name)
