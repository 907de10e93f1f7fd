"""What the units of the contract's facts are called in English."""

from __future__ import annotations

from compliance.kernel.i18n import pick

_ENGLISH = {
    "人": "persons", "万人": "ten thousand persons", "个": "", "间": "rooms", "所": "schools",
    "元": "yuan", "册": "books", "台": "computers", "张": "sheets", "份": "copies",
    "分": "points", "届": "cohorts", "年": "years", "小时": "hours",
    "平方米": "m²", "米": "m",
}  # fmt: skip


def unit_words(unit: str) -> str:
    """A unit of the contract in the current language; one that nobody named stays as it is.

    Things merely counted (个) need no unit in English: the figure's title says what they are.
    """
    return unit if pick("zh", "en") == "zh" else _ENGLISH.get(unit, unit)
