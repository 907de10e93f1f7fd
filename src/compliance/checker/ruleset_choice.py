"""Which rule set judges a county: the one asked for, its province's, or the base.

The core knows no province; packs say which codes and names they serve, and the base pack lists the
provinces for which a rule set exists somewhere, so that a missing one can be named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compliance.kernel.errors import Problem, UsageError
from compliance.kernel.i18n import say
from compliance.rules.language.pack import Pack


def base_of(known: Mapping[str, Sequence[Pack]]) -> str:
    """The rule set for counties without one of their own: the pack that says ``default = true``."""
    bases = [name for name, found in known.items() if found[-1].head.get("default")]
    if len(bases) != 1:
        raise UsageError(
            say("没有安装国家规则集", "no base rule set is installed"),
            todo=say("请安装规则集插件（见 README）", "install the rule set plugins (see README)"),
        )
    return bases[0]


def choose(
    row: Mapping[str, Any], known: Mapping[str, Sequence[Pack]]
) -> tuple[str, Problem | None]:
    """The rule set for one county record, and a warning where its province has none installed."""
    base = base_of(known)
    listed: Mapping[str, Any] = known[base][-1].table("regions")
    province, code = row.get("province"), str(row["county_code"])
    if province:
        for name, found in known.items():
            if province == name or province in found[-1].head.get("names", ()):
                return name, None
        wanted = next((r["ruleset"] for r in listed.values() if province in r["names"]), province)
        return base, _without(row, str(wanted), base)
    for name, found in known.items():
        if any(code.startswith(str(prefix)) for prefix in found[-1].head.get("region", ())):
            return name, None
    for prefix, region in listed.items():
        if code.startswith(prefix) and region["ruleset"] not in known:
            return base, _without(row, region["ruleset"], base)
    return base, None


def _without(row: Mapping[str, Any], wanted: str, base: str) -> Problem:
    return Problem(
        "warning",
        "no_provincial_ruleset",
        say(
            "{county}：没有安装“{wanted}”的规则集，按 {base} 规则集判定",
            "{county}: no rule set for '{wanted}' is installed; judged by '{base}'",
            county=row["county_name"],
            wanted=wanted,
            base=base,
        ),
        expected=say(
            "安装该省插件，或用 --ruleset 指定", "install its plugin or name one by --ruleset"
        ),
        county_code=str(row["county_code"]),
        year=row["year"],
    )
