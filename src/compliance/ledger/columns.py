"""The columns of the ledger: whose each is, what it is called, and how it is known again by its heading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache

from compliance.kernel.i18n import LANGUAGES, msg, msg_in, use

# Whose a column is: worked out from the figures; proposed by us until a person writes; a person's.
FIGURES = (
    "id", "number", "state", "flags", "code", "school", "township", "alliance", "stage",
    "indicator", "problem", "value", "limit", "gap", "unit", "cost",
)  # fmt: skip
PROPOSED = ("measure", "lead", "joint")
PEOPLES = (
    "person", "deadline", "progress", "applied", "verified", "reviewed", "closed", "evidence",
    "remarks",
)  # fmt: skip
COLUMNS = (*FIGURES, *PROPOSED, *PEOPLES)
OWN = "+"  # begins the key of a column that people added; their heading follows
_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")


def headings() -> Mapping[str, str]:
    """Key → heading, in the current language and the order of the sheet."""
    return {
        "id": msg_in("heading", "编号"),
        "number": msg("序号"),
        "state": msg("状态"),
        "flags": msg_in("heading", "提示"),
        "code": msg_in("heading", "标识码"),
        "school": msg("学校"),
        "township": msg_in("heading", "乡镇"),
        "alliance": msg_in("heading", "学区（联盟）"),
        "stage": msg_in("heading", "学段"),
        "indicator": msg_in("heading", "指标"),
        "problem": msg("存在问题"),
        "value": msg("现状值"),
        "limit": msg("标准值"),
        "gap": msg("缺口"),
        "unit": msg_in("of measure", "单位"),
        "cost": msg("所需资金（元）"),
        "measure": msg("整改措施"),
        "lead": msg("牵头单位"),
        "joint": msg("配合单位"),
        "person": msg("责任人"),
        "deadline": msg("完成时限"),
        "progress": msg("整改进展"),
        "applied": msg("学校申请"),
        "verified": msg("县级核验"),
        "reviewed": msg("市级复核"),
        "closed": msg("销号日期"),
        "evidence": msg("佐证"),
        "remarks": msg("备注"),
    }


def folded(heading: object) -> str:
    """A heading as it is compared: without what stands in brackets, blanks, line breaks, case."""
    text = _BRACKETS.sub("", unicodedata.normalize("NFKC", str(heading or "")))
    return "".join(text.split()).casefold()


def in_every_language(words: Callable[[], Mapping[str, str]]) -> dict[str, str]:
    """What things are called, in every language → their keys. words: key → its name in the current one."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with use(language):
            found |= {str(name): key for key, name in words().items()}
    return found


@cache
def our_headings() -> Mapping[str, str]:
    """A heading as we write it, in either language → the key of its column."""
    return in_every_language(headings)


@cache
def known_headings() -> Mapping[str, str]:
    """A folded heading in either language → the key of its column."""
    return {folded(heading): key for heading, key in our_headings().items()}
