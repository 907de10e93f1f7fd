"""The words for states, bases, stages and units, in the current language."""

from __future__ import annotations

from compliance.kernel.i18n import lang, pick

STAGE_WORDS = {"primary": ("小学", "primary"), "junior": ("初中", "junior")}


def status_words() -> dict[str, str]:
    """State → the word for it in the current language."""
    return {
        "pass": pick("达标", "met"),
        "fail": pick("不达标", "not met"),
        "unknown": pick("数据缺失", "data missing"),
        "not_applicable": pick("不适用", "not applicable"),
        "not_checked": pick("待佐证", "to be attested"),
        "waived": pick("已备案豁免", "waived"),
        "error": pick("规则出错", "rule error"),
    }


def basis_words() -> dict[str, str]:
    """Legal basis → the word for it in the current language."""
    return {
        "verified": pick("已核实", "verified"),
        "secondary": pick("来源待核实", "secondary source"),
        "conflicting": pick("来源相互矛盾", "sources conflict"),
        "unconfirmed": pick("未经证实", "unconfirmed"),
    }


def stage_words() -> dict[str, str]:
    """Stage → the word for it in the current language."""
    return {
        "primary": pick("小学", "primary"),
        "junior": pick("初中", "junior"),
        "senior": pick("高中", "senior"),
    }


_UNITS = {
    "人": "persons", "万人": "ten thousand persons", "个": "", "间": "rooms", "所": "schools",
    "元": "yuan", "册": "books", "台": "computers", "张": "sheets", "份": "copies",
    "分": "points", "届": "cohorts", "年": "years", "小时": "hours",
    "平方米": "m²", "米": "m",
}  # fmt: skip


def unit_words(unit: str) -> str:
    """A unit of the contract in the current language; one that nobody named stays as it is.

    Things merely counted (个) need no unit in English: the figure's title says what they are.
    """
    return unit if lang() == "zh" else _UNITS.get(unit, unit)
