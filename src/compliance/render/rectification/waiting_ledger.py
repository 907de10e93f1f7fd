"""The ledger of a county whose figures have errors: every item awaits new figures, none is cured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import Refused
from compliance.ledger import Item, Today, carry_on, model
from compliance.ledger.days import DaysAsked
from compliance.render.documents.text import printable
from compliance.render.rectification import cells
from compliance.render.rectification.earlier_lists import EarlierLists
from compliance.render.rectification.ledger_paper import LedgerPaper


def waiting_ledgers(
    refused: Iterable[Refused], earlier: EarlierLists, asked: DaysAsked
) -> Iterator[tuple[Refused, LedgerPaper]]:
    """The ledgers of counties with errors, as far as they have one to go on from."""
    for one in refused:
        if (paper := _of(one, earlier, asked)) is not None:
            yield one, paper


def _of(one: Refused, earlier: EarlierLists, asked: DaysAsked) -> LedgerPaper | None:
    """The figures' day stays that of the last list."""
    books = earlier.of(one.county_code, one.year, ()) if one.year is not None else None
    if not books:
        return None
    days = asked.of("", "", books[-1].original.data or str(one.year))
    today = Today([], partial(_waiting, books), one.county_code, "", days)
    dates = cells.dates(days)
    return LedgerPaper(
        title=say("{county}整改台账", county=printable(one.county_name)),
        lines=(msg("本县数据有错误，未作判定：各项待新数据，均不视为达标。"), dates),
        dates=dates,
        ledger=carry_on(today, books),
        no_problems=msg("本县数据有错误，未作判定"),
    )


def _waiting(books: list[model.EditedList], key: str) -> Item | None:
    known = any(
        key in book.original.rows and book.original.rows[key].memory.state != model.OWN_ROW
        for book in books
    )
    return Item(key, model.WAITING, note=msg("本县数据有错误，未作判定")) if known else None


def workbook(paper: LedgerPaper) -> bytes:
    """The ledger alone as a workbook."""
    from compliance.render.documents.xlsx import Book
    from compliance.render.rectification import ledger_book

    book = Book(paper.title)
    ledger_book.sheets(book, paper)
    ledger_book.remember(book, paper)
    return book.content()
