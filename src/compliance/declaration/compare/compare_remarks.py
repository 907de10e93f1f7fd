"""The remark of a school as a county words it: which items it calls met, near, short or open.

``达标：L7—L9、L11；达到85%：L10`` and ``L7-L9及L11达标，L10达到85%`` say the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from compliance.declaration.compare.submitted_sheet import folded

KINDS = ("met", "near", "short", "open")
_UNMET = ("未达标", "不达标", "未达到标准", "notmet", "unmet")
_NONE = re.compile(r":?(无|没有|none)")
_ALL = r"全部|均|all"


def disagrees(written: object, expected: str, labels: Sequence[str], codes: Sequence[str]) -> bool:
    """Whether a remark names other items than it should; one that names none says nothing.

    labels: what the form writes before each of KINDS. codes: of the table's columns.
    """
    own = _read(expected, labels, codes, set())
    given = _read(written, labels, codes, {code for items in own.values() for code in items})
    if not given:
        return False
    short = own.get("near", set()) | own.get("short", set())
    unmet = given.get("unmet")
    if unmet is not None and not own.get("short", set()) <= unmet <= short:
        return True
    asked = [kind for kind in ("short", "open") if kind in given]
    asked += ["met"] if unmet is None or "met" in given else []
    asked += ["near"] if unmet is None or "near" in given else []
    return any(given.get(kind, set()) != own.get(kind, set()) for kind in asked)


def _read(
    text: object, labels: Sequence[str], codes: Sequence[str], everything: set[str]
) -> Mapping[str, set[str]]:
    """Kind → codes; empty where the text says neither which items, nor all, nor none."""
    known = {folded(label).casefold(): kind for kind, label in zip(KINDS, labels, strict=True)}
    known |= dict.fromkeys(_UNMET, "unmet")
    words = folded(text).casefold()
    prefixes = {folded(code).casefold().rstrip("0123456789") for code in codes} - {""}
    if not prefixes:
        return {}
    prefix = "|".join(map(re.escape, prefixes))
    label = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    pattern = re.compile(
        rf"(?P<label>{label})|(?<![a-z])(?P<prefix>{prefix})(?P<first>\d{{1,3}})"
        rf"(?:[-—–~至到]+(?:{prefix})?(?P<last>\d{{1,3}}))?|(?P<all>{_ALL})"
    )
    found: dict[str, set[str]] = {}
    kind = ""
    waiting: set[str] = set()
    named = False
    for one in pattern.finditer(words):
        if one["label"]:
            kind = known[one["label"]]
            none = _NONE.match(words, one.end())
            named = named or none is not None
            found.setdefault(kind, set()).update(waiting)
            if waiting:  # the items stand before the word: so will the next ones
                kind, waiting = "", set()
            continue
        named = True
        items = everything if one["all"] else _run(one["prefix"], one["first"], one["last"])
        (found[kind] if kind else waiting).update(items)
    return found if named else {}


def _run(prefix: str, first: str, last: str | None) -> Collection[str]:
    return {f"{prefix}{n}" for n in range(int(first), int(last or first) + 1)}
