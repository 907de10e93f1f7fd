"""By what was judged: the rule sets, what makes this judgement differ from the usual one, the bases."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from compliance.assessment import Assessment
from compliance.engine.findings.report import CountyResult, RulesetInfo
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import basis_words
from compliance.render.documents.printable import printable
from compliance.render.phrases import listed

_SCHOOLS = 6


def ruleset(info: RulesetInfo) -> str:
    """Which rules, from which layers, as of when."""
    return say(
        "{title}（{layers}），{day}",
        "{title} ({layers}), {day}",
        title=pick(info.title, info.title_en),
        layers=" → ".join(info.layers),
        day=info.as_of,
    )


def changes(manifest: Mapping[str, object]) -> list[str]:
    """Switches and enforcement: what makes this judgement differ from the usual one."""
    lines = []
    if manifest.get("strict"):
        lines.append(
            say(
                "严格判定：经过未核实的规则即不下结论",
                "Strict: no conclusion past an unverified rule",
            )
        )
    confirmed = manifest.get("confirmations")
    for one in confirmed if isinstance(confirmed, (list, tuple)) else ():
        lines.append(
            say(
                "依据经确认：{rule}（{document}，{by}，{date}）",
                "Basis confirmed: {rule} ({document}, {by}, {date})",
                rule=printable(one["rule"]),
                document=printable(one["document"]),
                by=printable(one["confirmed_by"]),
                date=one["date"],
            )
        )
    if names := _names(manifest, "switches"):
        lines.append(say("已启用的放宽或替代口径：{names}", "Switched on: {names}", names=names))
    if names := _names(manifest, "enforced"):
        lines.append(
            say(
                "未核实而参与结论的依据：{names}",
                "Enforced though unverified: {names}",
                names=names,
            )
        )
    return lines


def _names(manifest: Mapping[str, object], key: str) -> str:
    names = manifest.get(key)
    return listed([str(name) for name in names]) if isinstance(names, (list, tuple)) else ""


def bases(county: CountyResult) -> str:
    """``依据：已核实56条参与结论；参考：来源待核实2条、未经证实1条``."""
    words = basis_words()

    def told(key: str) -> str:
        many = [(words[name], each.get(key, 0)) for name, each in county.bases.items()]
        return pick("、", ", ").join(
            say("{word}{n}条", "{n} {word}", word=word, n=n) for word, n in many if n
        )

    deciding, advisory = told("deciding"), told("advisory")
    if not deciding:
        return ""
    text = say("依据：{d}参与结论", "Bases: {d} decide", d=deciding)
    return text + (say("；{a}只作参考", "; {a} advisory only", a=advisory) if advisory else "")


def relaxed(about: Assessment) -> list[str]:
    """What passes only by a relaxation, one line a rule and relaxation, with its schools."""
    rules = about.rules
    own = about.findings.filter(
        pl.col("relaxed_by").is_not_null()
        & ~pl.col("role").is_in(["block", "conclusion", "advisory"])
        & pl.col("rule").is_in([key for key, rule in rules.items() if not rule.of])
    )
    at_school = own.filter(pl.col("school_name").is_not_null())
    lines = []
    for rule, name in own.select("rule", "relaxed_by").unique(maintain_order=True).iter_rows():
        same = at_school.filter((pl.col("rule") == rule) & (pl.col("relaxed_by") == name))
        names = [printable(one) for one in same["school_name"].unique(maintain_order=True)]
        more = (
            say("等{n}所", " and others, {n} in all", n=len(names)) if len(names) > _SCHOOLS else ""
        )
        where = say("：{names}{more}", ": {names}{more}", names=listed(names[:_SCHOOLS]), more=more)
        lines.append(
            say(
                "{rule} {title}（{name}）{where}",
                "{rule} {title} ({name}){where}",
                rule=rule,
                title=printable(rules[rule].label),
                name=name,
                where=where if names else "",
            )
        )
    return lines


def withheld(about: Assessment, manifest: Mapping[str, object]) -> str:
    """Why a strict judgement does not conclude; empty where it does, or was not asked for."""
    if not manifest.get("strict") or about.county.verdict != "undecided":
        return ""
    told = about.findings.filter((pl.col("role") == "conclusion") & (pl.col("status") == "unknown"))
    return str(told["message"][0]) if told.height else ""
