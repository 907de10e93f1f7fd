"""By what was judged: the rule sets, what makes this judgement differ from the usual one, the bases."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from compliance.engine.findings.report import CountyResult, RulesetInfo
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import basis_words
from compliance.render.digest.phrases import listed
from compliance.render.documents.printable import printable
from compliance.rules.language.model import Rule

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
    for key, zh, en in (
        ("switches", "已启用的放宽或替代口径：{names}", "Switched on: {names}"),
        ("enforced", "未核实而参与结论的依据：{names}", "Enforced though unverified: {names}"),
    ):
        names = manifest.get(key)
        if isinstance(names, (list, tuple)) and names:
            lines.append(say(zh, en, names=listed([str(name) for name in names])))
    return lines


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


def relaxed(findings: pl.DataFrame, rules: Mapping[str, Rule]) -> list[str]:
    """What passes only by a relaxation, one line a rule and relaxation, with its schools."""
    own = findings.filter(
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
        told = f"{rule} {printable(rules[rule].label)}（{name}）" + (where if names else "")
        lines.append(
            told if pick("zh", "en") == "zh" else told.replace("（", " (").replace("）", ")")
        )
    return lines


def withheld(
    report_findings: pl.DataFrame, county: CountyResult, manifest: Mapping[str, object]
) -> str:
    """Why a strict judgement does not conclude; empty where it does, or was not asked for."""
    if not manifest.get("strict") or county.verdict != "undecided":
        return ""
    told = report_findings.filter(
        (pl.col("role") == "conclusion") & (pl.col("status") == "unknown")
    )
    return str(told["message"][0]) if told.height else ""
