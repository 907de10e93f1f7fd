"""What people may set in the list itself: from how many days on a deadline is shown in colour."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.kernel.i18n import msg
from compliance.ledger.columns import folded, in_every_language
from compliance.ledger.model import Row

SETTINGS = {"blue": 30, "red": 30}
BLUE, YELLOW, RED = "blue", "yellow", "red"


def settings_words() -> Mapping[str, str]:
    """Setting → what it is called."""
    return {"blue": msg("到期前几天起标蓝色"), "red": msg("逾期超过几天标红色（不超过的标黄色）")}


def setting_labels() -> Mapping[str, str]:
    """A folded label in either language → its setting."""
    return {folded(text): key for text, key in in_every_language(settings_words).items()}


def warning(row: Row, settings: Mapping[str, int]) -> str:
    """blue: soon due; yellow: overdue; red: overdue for long; empty: none of it."""
    days = {**SETTINGS, **settings}
    if row.late:
        return RED if row.late > days["red"] else YELLOW
    return BLUE if row.ahead is not None and row.ahead <= days["blue"] else ""
