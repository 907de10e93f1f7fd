"""`compliance rules` laid open: provenance, differences, coverage, switches."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from compliance.checker.builtin_offers import load
from compliance.explain.ruleset_listing import opened
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference import clause_coverage
from compliance.rules.reference.provenance import provenance
from tests.support.commands import run as typed
from tests.support.nonempty import nonempty
from tests.support.rules import CONCLUSION, HEAD, rule, ruleset

EVERY = sorted(name for name in load().packs if "/" not in name)


run = partial(typed, "rules")


def rows(*args: str) -> list[dict[str, str]]:
    done = run(*args, "--format", "json")
    assert done.exit_code == 0, done.output
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def given(found: list[dict[str, str]], rule: str, field: str) -> tuple[str, str, str]:
    (one,) = [row for row in found if (row["rule"], row["field"]) == (rule, field)]
    return one["value"], one["layer"], one["document"]


def test_every_value_says_which_layer_and_which_document_gave_it() -> None:
    found = rows("--resolved", "--ruleset", "shandong")
    value, layer, document = given(found, "G14", "part.quota.at_least")
    assert (value, layer) == ("≥ 60", "shandong")
    assert "鲁教基发〔2015〕4号" in document
    assert given(found, "G14", "part.quota.indicator")[1] == "national"
    assert given(found, "R1", "at_least")[:2] == ("小学 ≥ 4.2，初中 ≥ 5.3", "national")
    members = given(found, "C", "of")[0].split("、")
    assert members == [
        "CR",
        "CD",
        "CG",
        "CQ",
        "CP",
        "V1",
        "V2",
        "V3",
        "V4",
        "V5",
        "V6",
        "E1",
        "E2",
        "GM",
        "GV",
    ]
    assert "SD-S1" in given(found, "C", "add.shandong")[0].split("、")


@pytest.mark.parametrize("name", EVERY)
def test_no_value_of_any_rule_set_is_without_layer_and_document(name: str) -> None:
    rules, _ = opened(name)
    found = provenance(rules)
    assert {one.rule for one in found} == set(rules.rules)
    for one in nonempty(found):
        assert one.pack, one
        assert one.document, one
        assert one.value != "", one


def test_two_dates_of_one_rule_set_differ_by_what_changed_between_them() -> None:
    found = rows("--diff", "2024-09-01..2025-09-01")
    assert [(row["rule"], row["field"]) for row in found] == [("G7", "note")]
    assert "7000" in found[0]["after"]
    assert "7000" not in found[0]["before"]


def test_two_rule_sets_differ_by_what_the_province_says() -> None:
    found = rows("--diff", "national..shandong", "--as-of", "2023-09-01")
    limits = [row for row in found if row["rule"] == "G14" and row["field"] == "part.quota.limit"]
    assert [(row["before"], row["after"]) for row in limits] == [("≥ 50", "≥ 60")]
    assert rows("--diff", "shandong..shandong") == []


def test_the_predecessor_and_the_national_set_share_the_gate_s_coefficients() -> None:
    found = rows("--diff", "basic-2012..national")
    changed = {row["rule"]: row["field"] for row in found if row["rule"]}
    coefficients = {f"B{n}" for n in range(1, 9)}
    assert {key for key, field in changed.items() if field == "role"} == coefficients
    assert {changed[key] for key in changed.keys() - coefficients} == {"added", "dropped"}
    assert changed["BM"] == "dropped"
    assert changed["E2"] == "added"


@pytest.mark.parametrize("name", EVERY)
def test_every_rule_is_named_by_a_clause_and_every_clause_says_what_became_of_it(name: str) -> None:
    rules, _ = opened(name)
    assert clause_coverage.unanswered(rules) == []
    for clause in nonempty(rules.clauses):
        if clause.how in ("judged", "attested"):
            assert clause.rules, clause.item
        if clause.how in ("outside", "not_covered"):
            assert clause.note, clause.item


def test_nothing_of_the_regulation_is_silently_missing() -> None:
    """31 indicators, recognition, six vetoes, eligibility, the school rule: counted by hand."""
    rules, _ = opened("national", date(2023, 9, 1))
    answered = {rule for clause in rules.clauses for rule in clause.rules}
    wanted = [f"R{n}" for n in range(1, 8)] + [f"D{n}" for n in range(1, 8)]
    wanted += [f"G{n}" for n in range(1, 16)] + [f"Q{n}" for n in range(1, 10)]
    wanted += ["RS", "P1", "E1"] + [f"V{n}" for n in range(1, 7)]
    assert len(wanted) == 47
    assert set(wanted) <= answered
    seen = {clause.how for clause in rules.clauses}
    assert seen == set(clause_coverage.HOW)


def test_switches_are_listed_with_what_they_rest_on() -> None:
    found = {row["name"]: row for row in rows("--switches")}
    one = found["larger-schools"]
    assert (one["kind"], one["from"], one["until"]) == ("relaxation", "2019-01-01", "2022-12-31")
    assert "国教督办函〔2019〕30号" in one["source"]
    assert bool(found["retention-a"]["default"])


def test_one_view_at_a_time() -> None:
    assert run("--resolved", "--coverage").exit_code == 2
    assert run("--resolved", "--format", "md").exit_code == 2
    assert run("--coverage", "--format", "md").output.startswith("# 规定覆盖")


def test_school_types_are_called_by_their_names_in_both_languages() -> None:
    told = given(rows("--resolved"), "G4", "at_most")[0]
    assert "教学点 ≤ 2000，初级中学 ≤ 2000" in told
    assert given(rows("--resolved"), "G4", "by")[0] == "办学类型"
    english = given(rows("--resolved", "--lang", "en"), "G4", "at_most")[0]
    assert "teaching point ≤ 2000, junior ≤ 2000" in english
    assert "nine year ≤ 2500" in english
    assert "_" not in told + english


OWN = """
[pack]
id = "mine"
extends = "national"
prefix = "MY-"
title = "本地"
title_en = "Ours"
source = "本地文件"
effective = 2024-01-01

[override.G4]
at_most = { primary = 1800, teaching_point = 1800, junior = 2000, complete_secondary = 2000, senior = 2000, nine_year = 2500, twelve_year = 2500 }
basis = "verified"
source = "本地文件"
"""


def test_a_difference_names_fields_and_school_types(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(OWN, encoding="utf-8")
    both = ("--diff", f"national..{tmp_path / 'mine.toml'}", "--as-of", "2024-09-01")
    told = run(*both).stdout
    assert "标准 教学点：≤ 2000 → ≤ 1800" in told
    assert "依据：教督〔2017〕6号 政府保障程度（四） → 本地文件" in told
    assert "limit teaching point: ≤ 2000 → ≤ 1800" in run(*both, "--lang", "en").stdout
    fields = {row["field"] for row in rows(*both) if row["rule"] == "G4"}
    # what was said of the other limit, and quoted from the other document, is gone
    assert fields == {"limit.primary", "limit.teaching_point", "source", "text", "quote"}


def test_a_path_may_have_steps_upwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for wanted in (
        "../mine.toml..national",
        "national..../mine.toml",
        "../here/../mine.toml..national",
    ):
        assert rows("--diff", wanted, "--as-of", "2024-09-01"), wanted


_CHINESE = re.compile("[：（），；、。“”]")


def _printed_as_given(rules: Ruleset) -> Iterable[str]:
    """What a pack says in Chinese alone: documents, remarks, and whatever it has no English for."""
    yield from (rules.source, rules.title, *rules.notes)
    for one in rules.rules.values():
        yield from (one.source, one.note, one.aspect, one.text, one.title, *one.documents.values())
        yield from (one.remedy, one.owner)
    for indicator in rules.indicators.values():
        yield from (indicator.unit, indicator.measure)
    for switch in rules.switches.values():
        yield from (switch.source, switch.note)


@pytest.mark.parametrize(
    "view",
    [
        (), ("--resolved",), ("--coverage",), ("--coverage", "--format", "md"), ("--switches",),
        ("--diff", "basic-2012..shandong"), ("--diff", "2019-09-01..2025-09-01"),
    ],
)  # fmt: skip
def test_english_has_no_chinese_punctuation(view: tuple[str, ...]) -> None:
    told = run(*view, "--ruleset", "shandong", "--lang", "en").stdout
    assert len(told.splitlines()) > 5
    names = [opened(name)[0] for name in ("basic-2012", "national", "shandong")]
    names += [opened("shandong", date(year, 9, 1))[0] for year in (2019, 2025)]
    given = {text for rules in names for text in _printed_as_given(rules)}
    for text in sorted(given, key=len, reverse=True):
        told = told.replace(text, "") if text else told
    assert [line for line in told.splitlines() if _CHINESE.search(line)] == []


def test_a_rule_that_no_clause_names_is_said_under_the_coverage(tmp_path: Path) -> None:
    added = '[rule.MY-1]\nkind = "attested"\nscope = "county"\ntitle = "t"\nbasis = "verified"\nsource = "s"\n'
    path = tmp_path / "mine.toml"
    path.write_text(OWN + added + '[override.CG]\nadd = ["MY-1"]\n', encoding="utf-8")
    assert "没有事项列出的规则：MY-1" in run("--coverage", "--ruleset", str(path)).stdout
    told = run("--coverage", "--format", "md", "--ruleset", str(path), "--lang", "en").stdout
    assert told.rstrip().endswith("rules that no item lists: MY-1")
    assert "没有事项列出的规则" not in run("--coverage").stdout


def test_a_bar_in_a_table_stays_a_bar() -> None:
    clause = '\n[clause.one]\npart = "甲"\nitem = "一|二"\nhow = "judged"\nrules = ["C"]\n'
    page = clause_coverage.page(
        ruleset(
            HEAD
            + rule("R1", "kind = 'attested'\nscope = 'county'\nrole = 'advisory'")
            + CONCLUSION
            + clause
        )
    )
    assert "| 一\\|二 | 按数据判定 | C |" in page


def test_the_help_of_rules_is_in_chinese() -> None:
    assert "显示用法" in run("--help").stdout
