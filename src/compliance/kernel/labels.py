"""The words for states, bases and stages, in the current language."""

from __future__ import annotations

from compliance.kernel.i18n import pick

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
