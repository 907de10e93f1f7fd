"""The ledger with its head, as its sheets show it."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.kernel.i18n import say
from compliance.ledger import Ledger
from compliance.render.rectification.county_list import CountyPaper


@dataclass(frozen=True, slots=True)
class LedgerPaper:
    """What the sheets are made of. lines: those above the list, below its title; no_problems: what an empty list says."""

    title: str
    lines: tuple[str, ...]
    dates: str
    ledger: Ledger
    no_problems: str


def of_county(paper: CountyPaper) -> LedgerPaper:
    """The ledger of a county that was judged."""
    lines = (
        say("（{years}）", years=paper.years),
        *paper.summary,
        say("依据：{b}。", b=paper.basis),
        paper.dates,
    )
    return LedgerPaper(paper.ledger_title, lines, paper.dates, paper.ledger, paper.no_problems)
