"""`compliance rules` laid open: provenance, differences, coverage, switches."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner, Result

from compliance import coverage
from compliance.catalogue import opened
from compliance.cli import main
from compliance.plugins import load
from compliance.provenance import provenance

EVERY = sorted(name for name in load().packs if "/" not in name)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["rules", *args])


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
    assert given(found, "R1", "at_least")[:2] == ("≥ 小学 4.2，初中 5.3", "national")
    members = given(found, "C", "of")[0].split("、")
    assert members == ["CR", "CD", "CG", "CQ", "CP", "V1", "V2", "V3", "V4", "V5", "V6", "E1"]
    assert "SD-S1" in given(found, "C", "add.shandong")[0].split("、")


@pytest.mark.parametrize("name", EVERY)
def test_no_value_of_any_rule_set_is_without_layer_and_document(name: str) -> None:
    rules, _ = opened(name)
    found = provenance(rules)
    assert {one.rule for one in found} == set(rules.rules)
    for one in found:
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


def test_the_predecessor_and_the_national_set_share_no_rule() -> None:
    found = rows("--diff", "basic-2012..national")
    assert {row["field"] for row in found if row["rule"]} == {"added", "dropped"}
    assert {row["rule"] for row in found if row["field"] == "dropped"} >= {"BM", "B1", "B8"}


@pytest.mark.parametrize("name", EVERY)
def test_every_rule_is_named_by_a_clause_and_every_clause_says_what_became_of_it(name: str) -> None:
    rules, _ = opened(name)
    assert coverage.unanswered(rules) == []
    for clause in rules.clauses:
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
    assert seen == set(coverage.HOW)


def test_switches_are_listed_with_what_they_rest_on() -> None:
    found = {row["name"]: row for row in rows("--switches")}
    one = found["larger-schools"]
    assert (one["kind"], one["from"], one["until"]) == ("relaxation", "2019-01-01", "2022-12-31")
    assert "国教督办函〔2019〕30号" in one["source"]
    assert bool(found["retention-a"]["default"])


def test_one_view_at_a_time() -> None:
    assert run("--resolved", "--coverage").exit_code == 2
    assert run("--resolved", "--format", "md").exit_code == 2
    assert run("--coverage", "--format", "md").output.startswith("# 条文覆盖")
