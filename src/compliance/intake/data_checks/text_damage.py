"""Text damage: what a careless replacement or a foreign keyboard left in the cells.

A file in which every “10” has been replaced by “2023” says 20230 where 100 stood. No single figure
shows that; that the same year is glued into many of them does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.cell_text import INVISIBLE, show
from compliance.intake.data_checks.declarations import KEY, ROW, Check, Doubt, Row
from compliance.kernel.i18n import msg, say

# Groups of digits that a replacement leaves: years, but none that round figures end in.
YEARS = [year for year in range(1990, 2050) if year % 10]
FEWEST = 5  # so many different figures at least
TIMES = 4  # and so many times as many as hold any other such group
DIGITS = 4  # of such a group
# A year in a text that no sentence has so: within longer digits, or in the middle of the words.
# Honest years begin the text or are followed by 年, 级, 届 or the like.
GLUED = r"[0-9](?:{y})|(?:{y})[0-9]|[^\s（(〔\[“\-—0-9](?:{y})(?:[^0-9年级届—\-度学班.\s]|$)"
# what no text should be, and what no code should
ODD = (INVISIBLE, r"^[0-9]+(\.[0-9]+)?[%％‰]$")
ODD_IN_CODES = (r"[０-９Ａ-Ｚａ-ｚ]", r"^[0-9]+[OoIl][0-9OoIl]*$")


def checks(vocabulary: Vocabulary) -> Iterator[Check]:
    """Years glued into figures and names, and characters that do not belong in a text."""

    def replaced(row: Row) -> Doubt:
        return _replaced(row, vocabulary.tables[row["_record"]][row["_fact"]])

    needs = ("_record", "_fact", "_value", "_group", "_n")
    yield Check("replaced", None, replaced, needs)
    for record, view in (("school", "schools"), ("county", "counties")):
        for fact in vocabulary.tables[record].values():
            if fact.form == "text" and not fact.pattern:
                yield from _odd_characters(view, fact)


def _odd_characters(view: str, fact: Fact) -> Iterator[Check]:
    """Codes in full-width digits or with letters for digits; characters nobody sees anywhere."""
    for number, which in enumerate((*ODD, *(ODD_IN_CODES if fact.code else ()))):

        def tell(row: Row, number: int = number) -> Doubt:
            expected = msg("请核对并重新输入；程序按原样使用")
            message = _oddity(number, fact.label, show(row[fact.name]))
            return Doubt("odd_characters", message, expected, (fact.name,))

        yield Check(view, pl.col(fact.name).str.contains(which), tell, (fact.name,))


def _oddity(number: int, f: str, v: str) -> str:
    """What the pattern of that number in ODD and ODD_IN_CODES found."""
    return (
        say("{f}“{v}”含有看不见的字符", f=f, v=v),
        say("{f}“{v}”是百分数，不是文字", f=f, v=v),
        say("{f}“{v}”含有全角字符", f=f, v=v),
        say("{f}“{v}”在数字中夹有字母O、I或l", f=f, v=v),
    )[number]


def view(schools: pl.DataFrame, counties: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The damaged cells of counties: ``_record``, ``_fact``, ``_value``; ``_group``, the year
    glued into it, and ``_n``, into how many different values of the county.
    """
    hits = [
        *_hits("school", schools, vocabulary.school),
        *_hits("county", counties, vocabulary.county),
    ]
    if not hits:
        return pl.DataFrame()
    found = pl.concat(hits).collect().lazy()
    counts = found.group_by(*KEY, "_group").agg(pl.col("_value").n_unique().alias("_n"))
    ranked = counts.sort(*KEY, "_n", "_group", descending=[False, False, True, False])
    best = ranked.group_by(KEY, maintain_order=True).agg(
        pl.col("_group").first(),
        pl.col("_n").first(),
        pl.col("_n").slice(1).max().fill_null(0).alias("_next"),
    )
    least = pl.max_horizontal(pl.col("_next") * TIMES, pl.lit(FEWEST))
    damaged = found.join(best.filter(pl.col("_n") >= least), on=[*KEY, "_group"], how="inner")
    cells = damaged.unique(["_record", "_row", "_table", "_fact"])
    order = (pl.col("_record") == "county", *KEY, "school_code", "_order")
    return cells.sort(order).collect()


def _hits(record: str, frame: pl.DataFrame, facts: Mapping[str, Fact]) -> Iterator[pl.LazyFrame]:
    """The figures that hold a year among their digits, the names where no honest name does.

    A cell stands once for every such year; what has none is not looked at again.
    """
    figures = [name for name, fact in facts.items() if fact.form in ("count", "number")]
    texts = [n for n, f in facts.items() if f.form == "text" and not f.pattern and not f.code]
    groups = {(name, right): _digits(name, right) for name, right in _places(frame, figures)}
    hits = {f"{name}:{right}": group.is_in(YEARS) for (name, right), group in groups.items()}
    any_year = GLUED.format(y="|".join(map(str, YEARS)))
    glued = [name for name in texts if name in frame.columns]
    hits |= {f"{name}:": pl.col(name).str.contains(any_year) for name in glued}
    if not hits:
        return
    found = frame.lazy().with_columns(**hits).filter(pl.any_horizontal([*hits])).collect()
    for (name, right), group in groups.items():
        which = found[f"{name}:{right}"]
        if which.any():
            yield _cells(found, name, figures.index(name), record, group, which)
    for name in glued:
        for year in YEARS if found[f"{name}:"].any() else ():
            glues = pl.col(name).str.contains(GLUED.format(y=year))
            order = len(facts) + texts.index(name)
            yield _cells(found, name, order, record, pl.lit(year, pl.Int64), glues)


def _places(frame: pl.DataFrame, figures: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Of every figure how many of its last digits may be left out."""
    for name in figures:
        largest = frame[name].max() if name in frame.columns else None
        if isinstance(largest, float) and largest >= YEARS[0]:
            yield from ((name, right) for right in range(len(str(int(largest))) - DIGITS + 1))


def _digits(name: str, right: int) -> pl.Expr:
    """A group of digits of the figures that are large enough."""
    figure = pl.col(name)
    whole: pl.Expr = pl.when(figure >= YEARS[0]).then(figure).cast(pl.Int64)
    return whole.floordiv(10**right).mod(10**DIGITS)


def _cells(
    frame: pl.DataFrame,
    name: str,
    order: int,
    record: str,
    group: pl.Expr,
    which: pl.Expr | pl.Series,
) -> pl.LazyFrame:
    """Some cells of one fact: where each stands, its value as text, the group of digits in it."""
    code = pl.col("school_code") if "school_code" in frame.columns else pl.lit(None, pl.String)
    return (
        frame.lazy()
        .filter(which)
        .select(
            *ROW,
            code.alias("school_code"),
            pl.col(name).cast(pl.String).alias("_value"),
            pl.lit(name).alias("_fact"),
            pl.lit(order).alias("_order"),
            pl.lit(record).alias("_record"),
            group.alias("_group"),
        )
    )


def _replaced(row: Row, fact: Fact) -> Doubt:
    if fact.form == "text":
        message = say(
            "{f}填“{v}”，其中的“{g}”夹在本县{n}个不同的单元格里，疑为批量替换造成的损坏",
            f=fact.label,
            v=show(row["_value"]),
            g=row["_group"],
            n=row["_n"],
        )
    else:
        message = say(
            "{f}填{v:.12g}，其中的“{g}”夹在本县{n}个不同的数字里，疑为批量替换造成的损坏",
            f=fact.label,
            v=float(row["_value"]),
            g=row["_group"],
            n=row["_n"],
        )
    expected = msg("对照原始台账恢复原样")
    return Doubt("text_replaced", message, expected, (fact.name,))
