"""Findings as sentences: the contract's wording, suffixes, and honest rounding."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from compliance import check
from compliance.assessment.messages import told
from compliance.engine.findings import findings
from compliance.engine.sentences import line
from compliance.kernel import i18n
from tests.support.rules import CONCLUSION, HEAD, judged, rule, ruleset, submission

DEGREE = 'kind = "threshold"\nscope = "unit"\nrole = "component"\nindicator = "degree"\nat_least = { primary = 4.2, junior = 5.3 }'


def messages(
    rules: str, schools: list[dict[str, Any]], county: dict[str, Any] | None = None
) -> dict[tuple[str, str | None, str | None], str]:
    bench = judged(ruleset(HEAD + rules + CONCLUSION), submission(schools, county))
    titles = {"primary_students": "小学在校生数", "setting": "城乡类型"}
    found = told(findings(bench, []), titles)[0]
    keys = ("rule", "school_code", "stage")
    return {tuple(row[k] for k in keys): row["message"] for row in found.iter_rows(named=True)}


def school(kind: str, **facts: Any) -> dict[str, Any]:
    return {"school_type": kind, "school_name": "清河学校", **facts}


def test_the_sentence_of_the_contract() -> None:
    """“××学校（小学部）每百名学生拥有高于规定学历教师数为4.00人，低于4.2人的标准，缺1人。”"""
    nine = school(
        "nine_year", primary_students=500, junior_students=100,
        primary_teachers_above_degree=20, junior_teachers_above_degree=6,
    )  # fmt: skip
    said = messages(rule("R1", DEGREE), [nine])
    assert (
        said["R1", "1", "primary"]
        == "清河学校（小学部）每百名学生拥有高于规定学历教师数为4.00人，低于4.2人的标准，缺1人。"
    )
    assert (
        said["R1", "1", "junior"]
        == "清河学校（初中部）每百名学生拥有高于规定学历教师数为6.00人，达到5.3人的标准。"
    )


def test_a_plain_primary_school_carries_no_suffix() -> None:
    said = messages(
        rule("R1", DEGREE),
        [school("primary", primary_students=100, primary_teachers_above_degree=5)],
    )
    assert said["R1", "1", "primary"].startswith("清河学校每百名")


def test_a_rounded_figure_that_would_read_as_met_is_said_in_full() -> None:
    said = messages(
        rule("R1", DEGREE),
        [school("primary", primary_students=2001, primary_teachers_above_degree=84)],
    )
    assert (
        "为4.20人（未四舍五入为4.19790104947526），低于4.2人的标准，缺1人"
        in said["R1", "1", "primary"]
    )


def test_what_is_missing_is_named_by_its_heading() -> None:
    said = messages(rule("R1", DEGREE), [school("primary", primary_teachers_above_degree=84)])
    assert (
        said["R1", "1", "primary"]
        == "清河学校“每百名学生拥有高于规定学历教师数”无法判定：缺少小学在校生数。"
    )


FUNDS = (
    '[tally.by_standard]\nscope = "school"\nsum = "students"\ntimes = "public_funds_standard"\nfrom = "unit"\n'
    '[indicator.funds]\ntitle = "核定公用经费"\nunit = "元"\nof = "public_funds"\n'
    '[indicator.floor]\ntitle = "下限"\nunit = "元"\nper = 100\nof = "by_standard"\nover = "compulsory_students"\n'
)


def test_a_computed_limit_is_compared_as_shown() -> None:
    """30 × 720 + 69 × 940 over 99 pupils: 87333.333… for a hundred of them."""
    small = school("nine_year", primary_students=30, junior_students=69, public_funds=87333.33)
    standards = {"primary_public_funds_standard": 720, "junior_public_funds_standard": 940}
    g6 = rule("G6", 'kind = "threshold"\nscope = "school"\nindicator = "funds"\nat_least = "floor"')
    said = messages(FUNDS + g6, [small], standards)["G6", "1", None]
    assert (
        said
        == "清河学校核定公用经费为87333.33元（未四舍五入为87333.33，标准为87333.3333333333），低于87333.33元的标准，缺1元。"
    )
    whole = messages(FUNDS + g6, [small | {"public_funds": 57600}], standards)["G6", "1", None]
    assert "为57600元，低于87333.33元" in whole


SHARES = (
    '[indicator.share]\ntitle = "率"\nunit = "%"\nper = 100\nof = "exchanged_teachers"\nover = "exchange_eligible_teachers"\n'
    '[rule.G11]\nkind = "all"\ntitle = "轮岗"\nbasis = "verified"\nsource = "x"\n'
    '[rule.G11.part.a]\nname = "交流比例"\nindicator = "share"\nat_least = 10\n'
)


@pytest.mark.parametrize(
    ("part", "whole", "says"),
    [
        (1111, 10000, "交流比例11.1%（标准≥10%）达标"),
        (9996, 100000, "交流比例10.0%（未四舍五入为9.996）（标准≥10%）不达标，缺4人"),
        (9900, 100000, "交流比例9.9%（标准≥10%）不达标，缺100人"),
    ],
)
def test_percentages_of_parts_have_one_decimal(part: int, whole: int, says: str) -> None:
    county = {"exchanged_teachers": part, "exchange_eligible_teachers": whole}
    shares = SHARES.replace('unit = "%"', 'unit = "%"\nmeasure = "%"\ngap_unit = "人"')
    said = messages(shares, [school("primary", primary_students=1)], county)["G11", None, None]
    assert says in said


def test_braces_in_names_are_only_printed() -> None:
    hostile = school("primary", primary_students=100, primary_teachers_above_degree=5) | {
        "school_name": "{0.__class__}{{7*7}}"
    }
    assert messages(rule("R1", DEGREE), [hostile])["R1", "1", "primary"].startswith(
        "{0.__class__}{{7*7}}每百名"
    )


def test_english_by_choice() -> None:
    with i18n.use("en"):
        said = messages(
            rule("R1", DEGREE),
            [school("primary", primary_students=100, primary_teachers_above_degree=4)],
        )
    assert said["R1", "1", "primary"].endswith("below the standard of 4.2 人, short of 1 人.")


@pytest.mark.parametrize(
    ("name", "count", "says"),
    [
        ("学校0", "7", "学校0：7项"),
        ("学校", "7", "学校7项"),
        ("学校0", "七", "学校0七项"),
        ("学校０", "7", "学校０：7项"),
    ],
)
def test_a_name_that_ends_in_a_digit_does_not_run_into_a_figure(
    name: str, count: str, says: str
) -> None:
    frame = pl.DataFrame({"who": [name], "n": [count]})
    template = "{who}{n}项"
    assert frame.select(line(template, who=pl.col("who"), n=pl.col("n"))).item() == says
    assert frame.select(line(template, who=pl.col("who"), n=count)).item() == says
    assert frame.select(line(template, who=name, n=pl.col("n"))).item() == says
    assert frame.select(line(template, who=name, n=count)).item() == says


def test_the_monitored_subjects_are_told_in_english() -> None:
    told = check("examples/anhui_county.xlsx", lang="en").findings.filter(pl.col("rule") == "Q9")
    parts = [part["name"] for part in told["parts"].to_list()[0]]
    assert parts[:2] == ["Chinese grade 8 level", "Chinese grade 8 disparity"]
    assert "physical education grade 4 level" in parts
    assert not [one for one in parts if not one.isascii()]
