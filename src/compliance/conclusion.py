"""Each county's conclusion, who was left out and why, and what statements lack."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from compliance import conditions
from compliance.engine import Bench, by_county
from compliance.errors import Problem
from compliance.model import KEY, STATUSES
from compliance.report import CountyResult
from compliance.words import pick, say

_VERDICTS = {"pass": "pass", "fail": "fail", "not_applicable": "pass"}


def counties(bench: Bench, found: pl.DataFrame) -> list[CountyResult]:
    """Verdict, blocks and exact counts of every county."""
    counts = {(code, year): {} for code, year in bench.frames.county.select(KEY).iter_rows()}  # type: dict[tuple[str, int], dict[str, int]]
    tally = found.group_by(*KEY, "status").len()
    for code, year, status, number in tally.iter_rows():
        counts[(code, year)][status] = number
    blocks = {
        rule.id: _named(bench, rule.id)
        for rule in bench.ruleset.rules.values()
        if rule.role == "block"
    }
    final = _named(bench, bench.ruleset.concludes)
    return [
        CountyResult(
            county_code=row["county_code"],
            county_name=row["county_name"],
            year=row["year"],
            verdict=_VERDICTS.get(final[row["county"]], "undecided"),
            ruleset=bench.ruleset.id,
            as_of=bench.as_of.isoformat(),
            blocks={block: states[row["county"]] for block, states in blocks.items()},
            counts={
                status: counts[(row["county_code"], row["year"])].get(status, 0)
                for status in (
                    "pass",
                    "fail",
                    "unknown",
                    "not_applicable",
                    "not_checked",
                    "waived",
                    "error",
                )
            },
        )
        for row in bench.frames.county.select("county", *KEY, "county_name").iter_rows(named=True)
    ]


def _named(bench: Bench, rule_id: str) -> dict[int, str]:
    states = by_county(bench, bench.outcome(rule_id))
    return {county: STATUSES[status] for county, status in states.iter_rows()}


def excluded(bench: Bench) -> list[Mapping[str, object]]:
    """The schools and stages left out of the component rules, each with its reason."""
    reasons = dict.fromkeys(
        reason
        for rule in bench.ruleset.rules.values()
        if rule.role == "component"
        for reason in rule.exclude
    )
    identity = ["school", *KEY, "school_code", "school_name"]
    pieces = []
    for reason in reasons:
        out = conditions.matches(bench.ruleset.exclusions[reason].where)
        pieces.append(
            bench.frames.school.filter(out.fill_null(value=False)).select(
                *identity, pl.lit(None, pl.String).alias("stage"), pl.lit(reason).alias("reason")
            )
        )
    pieces.append(bench.frames.excluded)
    rows = pl.concat(pieces).sort("school", maintain_order=True).drop("school")
    titles = {
        reason: pick(one.title, one.title_en) for reason, one in bench.ruleset.exclusions.items()
    }
    titles["stage_without_pupils"] = pick("该学段没有学生", "the stage has no pupils")
    return [{**row, "title": titles[row["reason"]]} for row in rows.iter_rows(named=True)]


def unfounded(bench: Bench) -> list[Problem]:
    """Warnings about statements: met without any evidence, or under an id no rule has."""
    said = bench.submission.attestations
    known = {rule.attested_as for rule in bench.ruleset.rules.values()}
    problems = []
    for row in said.iter_rows(named=True):
        place = {"county_code": row["county_code"], "year": row["year"]}
        if row["rule"] not in known:
            problems.append(
                Problem(
                    "warning",
                    "unknown_attestation",
                    say(
                        "佐证所指的规则 {rule} 不存在",
                        "attestation for {rule}, which is no rule",
                        rule=row["rule"],
                    ),
                    **place,
                )
            )
        elif row["met"] and not row["evidence"]:
            problems.append(
                Problem(
                    "warning",
                    "attested_without_evidence",
                    say(
                        "{rule} 说明达到，但没有列出佐证材料",
                        "{rule} is attested as met without evidence",
                        rule=row["rule"],
                    ),
                    expected=say("列出佐证材料", "name the evidence"),
                    **place,
                )
            )
    return problems


def broken(bench: Bench) -> list[Problem]:
    """What went wrong inside rules in state error, for whoever has to mend them."""
    return [
        Problem(
            "warning",
            "rule_broken",
            say(
                "规则 {rule} 执行出错：{why}",
                "rule {rule} broke: {why}",
                rule=rule_id,
                why=why.splitlines()[0][:200],
            ),
            expected=say("请把此信息告知规则的作者", "tell the rule's author"),
        )
        for rule_id, why in bench.broken.items()
    ]
