"""The words for states, bases, stages and units, in the current language."""

from __future__ import annotations

from datetime import date

from compliance.kernel.i18n import lang, msg, msg_in, say

STAGE_WORDS = {"primary": ("小学", "primary"), "junior": ("初中", "junior")}


def status_words() -> dict[str, str]:
    """State → the word for it in the current language."""
    return {
        "pass": msg_in("met", "达标"),
        "fail": msg("不达标"),
        "unknown": msg("数据缺失"),
        "not_applicable": msg("不适用"),
        "not_checked": msg("待佐证"),
        "waived": msg("已备案豁免"),
        "error": msg("规则出错"),
    }


def basis_word(basis: str, *, seen: bool = False) -> str:
    """What was done to be sure of a legal basis; seen: the document itself was read."""
    words = {
        "verified": msg("已见原文") if seen else msg("多份抄本一致"),
        "secondary": msg("二手来源"),
        "conflicting": msg("来源相互矛盾"),
        "unconfirmed": msg("未经证实"),
    }
    return words.get(basis, basis)


def day_in_words(day: date | None, basis: str = "") -> str:
    """A day on which law begins or ends, with how sure it is where that is said; without a day: …"""
    if day is None:
        return "…"
    if basis in ("", "verified"):
        return day.isoformat()
    return say("{day}（日期{basis}）", day=day.isoformat(), basis=basis_word(basis))


def stage_words() -> dict[str, str]:
    """Stage → the word for it in the current language."""
    return {"primary": msg("小学"), "junior": msg("初中"), "senior": msg("高中")}


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
