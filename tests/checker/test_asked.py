"""--switch, --strict, --confirm on the command line: words checked, files read, reports that say so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compliance.kernel.errors import UsageError
from compliance.rules.resolution.confirmations import read_confirmations
from tests.support.commands import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "conforming.json"
GOOD = """
[[confirmation]]
rule = "V6"
document = "国教督办函〔2024〕9号"
confirmed_by = "省教育督导办 王某"
date = 2026-11-01
sha256 = "{digest}"
""".format(digest="ab" * 32)


def results(*args: str) -> dict[str, object]:
    done = run("check", str(EXAMPLE), "--format", "json", *args)
    document: dict[str, object] = json.loads(done.stdout)
    return document


@pytest.mark.parametrize("option", ["--switch", "--enforce"])
def test_a_word_that_stands_for_nothing_is_refused_with_what_can_be_said(option: str) -> None:
    done = run("check", str(EXAMPLE), option, "retention-z")
    assert done.exit_code == 2
    assert "retention-z" in done.output


def test_switches_stand_in_the_manifest_and_in_the_summary() -> None:
    assert results("--switch", "retention-b")["manifest"]["switches"] == ["retention-b"]  # type: ignore[index]
    assert "retention-b" in run("check", str(EXAMPLE), "--switch", "retention-b").output


def test_two_of_a_choice_are_refused() -> None:
    done = run("check", str(EXAMPLE), "--switch", "retention-b", "--switch", "retention-c")
    assert done.exit_code == 2
    assert "只能选一个" in done.output


def test_a_relaxation_past_its_known_end_is_applied_and_said_to_be_so() -> None:
    """The example is of 2023; the relaxations are known to hold until the end of 2022."""
    found = results("--switch", "larger-schools")
    codes = [one["code"] for one in found["problems"]]  # type: ignore[attr-defined]
    assert codes.count("switch_out_of_date") == 1
    early = results("--switch", "larger-schools", "--as-of", "2022-09-01")
    assert "switch_out_of_date" not in [one["code"] for one in early["problems"]]  # type: ignore[attr-defined]


def test_strict_refuses_to_conclude_past_an_unverified_rule(tmp_path: Path) -> None:
    """The example passes; rules whose text nobody has seen lie on the way to the conclusion."""
    assert results()["counties"][0]["verdict"] == "pass"  # type: ignore[index]
    done = run("check", str(EXAMPLE), "--strict")
    assert done.exit_code == 3
    assert results("--strict")["counties"][0]["verdict"] == "undecided"  # type: ignore[index]
    path = tmp_path / "confirmed.toml"
    path.write_text(GOOD, "utf-8")
    assert results("--strict", "--confirm", str(path))["counties"][0]["verdict"] == "undecided"  # type: ignore[index]
    path.write_text("".join(GOOD.replace("V6", one) for one in ("V6", "E2", "GM", "GV")), "utf-8")
    found = results("--strict", "--confirm", str(path))
    assert found["counties"][0]["verdict"] == "pass"  # type: ignore[index]


def test_a_confirmation_makes_its_rule_decide_and_stands_in_every_report(tmp_path: Path) -> None:
    path = tmp_path / "confirmed.toml"
    path.write_text(GOOD, "utf-8")
    found = results("--confirm", str(path))
    (stated,) = found["manifest"]["confirmations"]  # type: ignore[index]
    assert stated == {
        "rule": "V6",
        "document": "国教督办函〔2024〕9号",
        "confirmed_by": "省教育督导办 王某",
        "date": "2026-11-01",
        "sha256": "ab" * 32,
    }
    (veto,) = [one for one in found["findings"] if one["rule"] == "V6"]  # type: ignore[attr-defined]
    assert (veto["role"], veto["basis"]) == ("requirement", "verified")
    assert "国教督办函〔2024〕9号" in run("check", str(EXAMPLE), "--confirm", str(path)).output


def test_a_confirmation_of_a_rule_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "confirmed.toml"
    path.write_text(GOOD.replace("V6", "V7"), "utf-8")
    done = run("check", str(EXAMPLE), "--confirm", str(path))
    assert done.exit_code == 2
    assert "V7" in done.output


def test_a_rule_that_copies_agree_on_is_confirmed_by_who_holds_the_text(tmp_path: Path) -> None:
    path = tmp_path / "confirmed.toml"
    path.write_text(GOOD.replace("V6", "R1"), "utf-8")
    assert (
        "依据：已见原文1条、多份抄本一致"
        in run("check", str(EXAMPLE), "--confirm", str(path)).output
    )
    assert "已见原文" not in run("check", str(EXAMPLE)).output


@pytest.mark.parametrize(
    ("text", "says"),
    [  # the province's own document has changed the one, whose confirmation is SD-G14's
        (GOOD.replace("V6", "G14"), "规则 G14 无须确认"),
        (GOOD + GOOD, "确认了两次"),
    ],
)
def test_a_confirmation_that_confirms_nothing_is_refused(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "confirmed.toml"
    path.write_text(text, "utf-8")
    done = run("check", str(EXAMPLE), "--ruleset", "shandong", "--confirm", str(path))
    assert done.exit_code == 2
    assert says in done.output


WRONG = [
    (GOOD.replace("2026-11-01", "2099-01-01"), "wrong.toml:6: date 晚于今天"),
    ("confirmation = [{}, {}]", "缺少 rule"),
    ("", "没有 [[confirmation]]"),
    ("confirmation = [1]", "没有 [[confirmation]]"),
    ("[[confirmation", "TOML"),
    (GOOD.replace("ab" * 32, "xyz"), "wrong.toml:7: sha256"),
    (GOOD.replace("2026-11-01", '"2026"'), "wrong.toml:6: date"),
    (GOOD.replace('rule = "V6"\n', ""), "缺少 rule"),
    (GOOD + 'scan = "a.pdf"\n', "不认识 scan"),
    (
        GOOD + GOOD.replace('document = "国教督办函〔2024〕9号"\n', ""),
        "wrong.toml:9: 缺少 document",
    ),
]


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_wrong_confirmation_file_is_named_with_its_line(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        read_confirmations(path)
    assert says in str(caught.value)


def test_a_confirmation_file_that_is_not_there(tmp_path: Path) -> None:
    done = run("check", str(EXAMPLE), "--confirm", str(tmp_path / "none.toml"))
    assert done.exit_code == 2
    assert "确认文件无法读取" in done.output
