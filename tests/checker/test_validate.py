"""`compliance validate`: grouped, counted, compared with last year; its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from compliance.checker import check
from tests.support.commands import run as typed

EXAMPLES = Path(__file__).parents[2] / "examples"
TAIWAN = Path(__file__).parents[1] / "data" / "tw114"
Edit = Callable[[dict[str, Any]], None]


run = partial(typed, "validate")


def as_json(*words: str | Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(run(*words, "--format", "json").stdout)
    return loaded


def last_year(document: dict[str, Any]) -> None:
    document["county"]["year"] -= 1


def too_few_yuan(document: dict[str, Any]) -> None:
    """10,000 yuan taken for yuan in the first school."""
    document["schools"][0]["equipment_value"] /= 10_000


def negative(document: dict[str, Any]) -> None:
    document["schools"][1]["primary_students"] = -1


def test_sound_figures(county: Callable[..., Path]) -> None:
    result = run(county())
    assert result.exit_code == 0
    assert result.stdout == "1个县、22所学校可以判定；错误0处，提示0处。\n"


def test_grouped_by_county_and_school_and_counted(county: Callable[..., Path]) -> None:
    result = run(county(too_few_yuan))
    lines = result.stdout.splitlines()
    code = json.loads((EXAMPLES / "conforming.json").read_text("utf-8"))["schools"][0][
        "school_code"
    ]
    assert result.exit_code == 0
    assert lines[0].startswith("■ 519901 ")
    assert lines[0].endswith("错误0处，提示1处")
    assert lines[1] == f"  学校{code}"
    assert lines[2].startswith(
        "    [提示] county.json /schools/0/equipment_value: 生均教学仪器设备值为"
    )
    assert "  [提示] implausible_ratio 比例不合常理：1处" in lines
    assert lines[-1] == "1个县、22所学校可以判定；错误0处，提示1处。"


def test_an_error_ends_with_4_and_keeps_its_county_from_judgement(
    county: Callable[..., Path],
) -> None:
    result = run(county(negative, too_few_yuan))
    assert result.exit_code == 4
    assert "；有错误，不能判定" in result.stdout
    assert result.stdout.splitlines()[-1] == "0个县、0所学校可以判定；错误1处，提示1处。"
    assert run(county(negative), "--lang", "en").stdout.splitlines()[-1] == (
        "0 counties and 0 schools can be judged; 1 errors, 0 warnings."
    )


def test_the_document_for_machines(county: Callable[..., Path]) -> None:
    found = as_json(county(too_few_yuan))
    assert found["format"] == "junheng-validation/1"
    assert found["counts"] == {"error": 0, "warning": 1}
    assert found["kinds"] == [
        {"severity": "warning", "code": "implausible_ratio", "title": "比例不合常理", "count": 1}
    ]
    (one,) = found["counties"]
    assert (one["county_code"], one["schools"], one["can_be_judged"]) == ("519901", 22, True)
    assert (one["error"], one["warning"]) == (0, 1)
    (problem,) = found["problems"]
    assert (problem["severity"], problem["at"]) == ("warning", "/schools/0/equipment_value")
    assert problem["facts"] == ["equipment_value"]


def test_last_year_beside_this(county: Callable[..., Path]) -> None:
    this = county()
    assert run(this, "--previous", county(last_year, name="before.json")).exit_code == 0

    def shrink(document: dict[str, Any]) -> None:
        document["schools"][0]["equipment_value"] *= 3
        del document["schools"][-1]

    before = county(last_year, shrink, name="before.json")
    kinds = {one["code"]: one["count"] for one in as_json(this, "--previous", before)["kinds"]}
    assert kinds == {"shrunk_since_previous": 1, "school_new": 1}
    assert as_json(this, "--previous", this)["kinds"] == []


def test_last_year_in_another_format(county: Callable[..., Path]) -> None:
    found = as_json(county(), "--previous", EXAMPLES / "many")
    assert found["counts"] == {"error": 0, "warning": 1}
    assert [one["code"] for one in found["problems"]] == ["no_previous"]


def test_a_bad_file_of_last_year_is_told_as_its_own(county: Callable[..., Path]) -> None:
    bad = county(last_year, negative, name="before.json")
    result = run(county(), "--previous", bad)
    assert result.exit_code == 4
    assert "before.json（对照数据） /schools/1/primary_students" in result.stdout
    # this year's county can still be judged
    assert result.stdout.splitlines()[-1].startswith("1个县、22所学校可以判定；错误1处")
    empty = county(name="empty.json")
    empty.write_bytes(b"")
    assert run(county(), "--previous", empty).exit_code == 4
    assert run(county(), "--previous", "no-such-file.json").exit_code == 2


def test_last_year_that_cannot_be_read_is_all_that_is_said(county: Callable[..., Path]) -> None:
    bad = county(name="before.json")
    bad.write_text('{"county": ', "utf-8")
    found = as_json(county(), "--previous", bad)
    assert [(one["severity"], one["code"]) for one in found["problems"]] == [("error", "bad_json")]


def test_a_fraction_for_a_percentage_is_named_at_the_verdict(county: Callable[..., Path]) -> None:
    def fraction(document: dict[str, Any]) -> None:
        document["county"]["recognition_percent"] = 0.92

    found = check([county(fraction)]).findings
    rows = found.select("rule", "warnings").iter_rows()
    warned = {rule for rule, codes in rows if codes and "fraction_for_percent" in codes}
    assert "P1" in warned
    assert "D1" not in warned


def test_wrong_usage(county: Callable[..., Path]) -> None:
    assert run(county(), "--format", "xml").exit_code == 2
    assert run("no-such-file.json").exit_code == 2


def test_real_schools_raise_few_doubts() -> None:
    """2,663 schools of another country: one without pupils but with classes and teachers, one without teachers."""
    kinds = {one["code"]: one["count"] for one in as_json(TAIWAN)["kinds"]}
    notice = {"file_not_read": 1}
    school = {"classes_without_students": 1, "figures_without_students": 1}
    assert kinds == notice | school | {"implausible_ratio": 2}


def test_a_verdict_that_rests_on_a_doubt_names_it(county: Callable[..., Path]) -> None:
    def copied(document: dict[str, Any]) -> None:
        document["county"]["exchange_eligible_teachers"] = 99_999

    report = check([county(too_few_yuan, copied)])
    warned = {
        rule: set(codes)
        for rule, level, codes in report.findings.select("rule", "level", "warnings").iter_rows()
        if codes and level == "county"
    }
    equipment = {rule for rule, codes in warned.items() if "implausible_ratio" in codes}
    exchange = {rule for rule, codes in warned.items() if "county_exceeds_schools" in codes}
    assert {"D6", "CD", "C"} <= equipment
    assert not {"D1", "D5", "G11"} & equipment
    assert "G11" in exchange
    assert "D6" not in exchange
