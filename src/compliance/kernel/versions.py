"""Whether a version is one that somebody asks for: ``>=0.2,<0.3``. Only numbers with points are compared."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*([0-9]+(?:\.[0-9]+)*)(?![\w.*])")
_RELEASE = re.compile(r"[0-9]+(?:\.[0-9]+)*")


def admits(wanted: str, version: str) -> bool:
    """Whether every clause of `wanted` admits `version`; of a development version its release counts."""
    found = _RELEASE.match(version)
    return found is None or all(
        _meets(sign, asked, found[0]) for sign, asked in _CLAUSE.findall(wanted)
    )


def _meets(sign: str, asked: str, version: str) -> bool:
    bound = [int(part) for part in asked.split(".")]
    own = [int(part) for part in version.split(".")]
    width = max(len(bound), len(own))
    here, there = (tuple(one + [0] * (width - len(one))) for one in (own, bound))
    if sign == "~=":
        return here >= there and own[: len(bound) - 1] == bound[:-1]
    if sign in ("==", "!="):
        return (here == there) == (sign == "==")
    return (
        (here >= there and sign == ">=")
        or (here <= there and sign == "<=")
        or (here > there and sign == ">")
        or (here < there and sign == "<")
    )
