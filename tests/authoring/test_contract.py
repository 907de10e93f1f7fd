"""The contract of a pack: what is sound keeps it; each way to break it is caught by its own check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import polars as pl
import pytest

from compliance.authoring.case import _law, on_trial
from compliance.authoring.contract import Contract
from compliance.authoring.coverage_table import main
from compliance.authoring.rule_ids import SNAPSHOT
from compliance.checker import load
from compliance.kinds import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    Columns,
    Evaluation,
    Kind,
    Lacks,
    Part,
    References,
    Rule,
)
from compliance.testing import pack_contract

TWICE, ORDER, BLANK, IDS, COVERED, SPOKEN = (
    "judged twice the same",
    "in any order the same",
    "no pass from a blank",
    "rule ids kept",
    "every rule has its cases",
    "in both languages",
)
PACK = """
[pack]
id = "zhongyuan"
title = "中原省（示例）"
title_en = "Zhongyuan, an invented province"
source = "示例"
effective = 2017-04-19
concludes = "C"
default = true

[indicator.rate]
title = "每百名学生教师数"
title_en = "Teachers per 100 pupils"
unit = "人/百名学生"
unit_en = "per 100 pupils"
per = 100
of = "teachers"
over = "students"

[rule.ZY-1]
kind = "threshold"
scope = "unit"
title = "教师"
title_en = "Teachers"
basis = "verified"
source = "示例"
remedy = "配备{shortfall}"
remedy_en = "Employ {shortfall}"
owner = "人事股"
owner_en = "Personnel"
indicator = "rate"
at_least = 4

[[rule.ZY-1.since]]
date = 2024-09-01
at_least = 5
source = "示例"

[rule.ZY-2]
kind = "enough"
scope = "school"
title = "图书"
title_en = "Books"
basis = "verified"
source = "示例"
books = "books"

[rule.C]
kind = "all"
role = "conclusion"
title = "结论"
title_en = "Conclusion"
basis = "verified"
source = "示例"
of = ["ZY-1", "ZY-2"]
"""


def stated(rule: str, school: str, status: str, more: str = "") -> str:
    return (
        f'\n[[case]]\nit = "{school} {status}"\nrule = "{rule}"\n'
        f'{more}\nschool = {{ {school} }}\nexpect = {{ status = "{status}" }}\n'
    )


TEACHERS = "primary_students = 100, primary_teachers = {}"
LATER = "as_of = 2024-09-01"
BOOKS = "primary_students = 100, books = {}"
CASES = "".join(
    [
        'ruleset = "../zhongyuan.toml"\n',
        stated("ZY-1", TEACHERS.format(4), "pass"),
        stated("ZY-1", TEACHERS.format(3), "fail"),
        stated("ZY-1", "primary_students = 100", "unknown"),
        stated("ZY-1", TEACHERS.format(4), "fail", LATER),
        stated("ZY-2", BOOKS.format(1000), "pass"),
        stated("ZY-2", BOOKS.format(10), "fail"),
        stated("ZY-2", "primary_students = 100", "unknown"),
        stated("C", f"{TEACHERS.format(4)}, books = 1000", "pass", 'at = "county"'),
        stated("C", f"{TEACHERS.format(3)}, books = 1000", "fail", 'at = "county"'),
        stated("C", BOOKS.format(1000), "unknown", 'at = "county"'),
    ]
)


@dataclass(frozen=True)
class EnoughSettings:
    books: str


class Enough(Kind):
    """At least 500 books. Ways to judge it wrongly stand below."""

    name = "enough"
    settings = EnoughSettings

    def references(self, holder: Rule | Part) -> References:
        return References(facts=(holder.settings.books,))

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        books = pl.col(rule.settings.books)
        return {
            "status": pl.when(books >= 500)
            .then(PASS)
            .when(books < 500)
            .then(FAIL)
            .otherwise(UNKNOWN),
            "missing": Lacks(((rule.settings.books, books.is_null()),)),
        }


calls = count()


def moody(books: pl.Expr) -> Columns:
    """Another value each time."""
    return {**sound(books), "value": pl.lit(float(next(calls)))}


def by_place(books: pl.Expr) -> Columns:
    """The number of the row in which a school stands."""
    return {**sound(books), "value": pl.int_range(pl.len()).cast(pl.Float64)}


def sound(books: pl.Expr) -> Columns:
    told = pl.when(books >= 500).then(PASS).when(books < 500).then(FAIL).otherwise(UNKNOWN)
    return {"status": told, "missing": Lacks((("books", books.is_null()),))}


def generous(books: pl.Expr) -> Columns:
    return {"status": pl.when(books < 500).then(FAIL).otherwise(PASS)}


def vanishing(books: pl.Expr) -> Columns:
    return {
        "status": pl.when(books.is_null())
        .then(NOT_APPLICABLE)
        .when(books >= 500)
        .then(PASS)
        .otherwise(FAIL)
    }


def as_zero(books: pl.Expr) -> Columns:
    return {"status": pl.when(books.fill_null(0) >= 500).then(PASS).otherwise(FAIL)}


def nameless(books: pl.Expr) -> Columns:
    return {"status": sound(books)["status"]}


@pytest.fixture
def judged_by() -> Iterator[Callable[[Kind], None]]:
    """Lets a kind judge as if a plugin offered it."""
    real = load()
    with ExitStack() as stack:

        def offered(kind: Kind) -> None:
            kind.offered_by = "junheng-zhongyuan 1.0"
            offers = replace(real, kinds={**real.kinds, "enough": kind})
            stack.enter_context(on_trial(offers))

        offered(Enough())
        yield offered


@pytest.fixture
def folder(tmp_path: Path, judged_by: Callable[[Kind], None]) -> Path:
    """A pack file with its cases and its snapshot, all sound."""
    (tmp_path / "zhongyuan.toml").write_text(PACK, "utf-8")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "all.toml").write_text(CASES, "utf-8")
    assert main([str(tmp_path), "--write-rule-ids"]) == 0
    return tmp_path


def faults(folder: Path) -> dict[str, list[str]]:
    """The checks that find something, with what they find."""
    told = {name: list(found()) for name, found in Contract("zhongyuan.toml", folder).checks()}
    assert set(told) == {TWICE, ORDER, BLANK, IDS, COVERED, SPOKEN}
    return {name: found for name, found in told.items() if found}


def changed(folder: Path, old: str, new: str, file: str = "zhongyuan.toml") -> None:
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    _law.cache_clear()


def test_a_sound_pack_keeps_it(folder: Path) -> None:
    assert faults(folder) == {}
    test = pack_contract("zhongyuan.toml", folder)
    [mark] = test.pytestmark  # type: ignore[attr-defined]
    assert mark.kwargs["ids"][-6:] == [TWICE, ORDER, BLANK, IDS, COVERED, SPOKEN]
    assert len(mark.args[1]) == 10 + 6
    for holds in mark.args[1]:
        test(holds)


@pytest.mark.parametrize(
    ("wrong", "check", "said"),
    [
        (moody, TWICE, "all.toml:31 ZY-2：value 先为"),
        (by_place, ORDER, "ZY-2：value 先为"),
        (generous, BLANK, "all.toml:31 ZY-2：books 为 0 时不达标，缺了却仍达标"),
        (
            vanishing,
            BLANK,
            "all.toml:31 ZY-2：缺 books 时应为数据缺失（unknown），得到 not_applicable",
        ),
        (as_zero, BLANK, "all.toml:31 ZY-2：缺 books 时应为数据缺失（unknown），得到 fail"),
        (nameless, BLANK, "all.toml:31 ZY-2：缺 books 时结果未指明它（missing：空）"),
    ],
)
def test_a_kind_that_judges_wrongly_is_caught_by_the_check_that_is_meant(
    folder: Path,
    judged_by: Callable[[Kind], None],
    wrong: Callable[[pl.Expr], Columns],
    check: str,
    said: str,
) -> None:
    class Wrong(Enough):
        def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
            return wrong(pl.col("books"))

    judged_by(Wrong())
    found = faults(folder)
    assert list(found) == [check]
    assert said in "\n".join(found[check])


def test_an_id_may_go_only_where_its_rule_is_still_meant(folder: Path) -> None:
    for file in ("zhongyuan.toml", "cases/all.toml"):
        text = (folder / file).read_text("utf-8").replace("ZY-2", "ZY-7")
        (folder / file).write_text(text, "utf-8")
    _law.cache_clear()
    found = faults(folder)
    assert list(found) == [IDS]
    gone, new = found[IDS]
    assert gone.startswith(f"{SNAPSHOT}:3：zhongyuan 的规则 ZY-2 没有了")
    assert 'formerly = ["ZY-2"]' in gone
    assert new.startswith("zhongyuan.toml:39：")
    assert "--write-rule-ids" in new
    changed(folder, "[rule.ZY-7]\n", '[rule.ZY-7]\nformerly = ["ZY-2"]\n')
    assert main([str(folder), "--write-rule-ids"]) == 0
    assert faults(folder) == {}
    changed(folder, 'formerly = ["ZY-2"]', 'formerly = ["C"]')
    with pytest.raises(Exception, match="编号 C 已有所指"):
        faults(folder)


def test_a_case_that_is_not_there_is_named_with_the_line_of_its_rule(folder: Path) -> None:
    changed(folder, LATER, "", "cases/all.toml")
    changed(folder, stated("ZY-2", BOOKS.format(10), "fail"), "", "cases/all.toml")
    found = faults(folder)
    assert found == {
        COVERED: [
            "zhongyuan.toml:20：ZY-1 缺算例：各日期 2024-09-01",
            "zhongyuan.toml:39：ZY-2 缺算例：不达标",
        ]
    }
    kept = Contract("zhongyuan.toml", folder, fail_under=83)
    assert list(dict(kept.checks())[COVERED]()) == []
    changed(
        folder,
        "\n[[case]]",
        '\n[[exempt]]\nrule = "ZY-2"\nlacks = ["fail", "pass"]\nbecause = "示例"\n\n[[case]]',
        "cases/all.toml",
    )
    assert faults(folder)[COVERED][1:] == ["all.toml:3：ZY-2 不缺“pass”的算例，[[exempt]] 多余"]


def test_the_table_says_what_is_covered_and_how_much(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(folder, stated("ZY-2", BOOKS.format(10), "fail"), "", "cases/all.toml")
    capsys.readouterr()
    assert main([str(folder / "cases"), "--fail-under", "90"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].split() == ["规则", "达标", "不达标", "缺数据", "正在线上", "各日期"]
    assert told[2].split() == ["ZY-1", "1/1", "1/1", "1/1", "1/1", "2/2"]
    assert told[3].split() == ["ZY-2", "1/1", "0/1", "1/1", "-", "-"]
    assert told[-1] == "91.7%：3条规则和开关，缺1个算例"  # 11 of 12
    assert main([str(folder), "--fail-under", "92"]) == 1
    assert main([str(folder / "nothing")]) == 2


def test_words_in_one_language_are_named(folder: Path) -> None:
    changed(folder, 'remedy_en = "Employ {shortfall}"\n', "")
    (folder / "templates").mkdir()
    page = folder / "templates" / "rectify_county.html"
    page.write_text('{# zh and en #}\n<p>{{ t("本县", "Here") }}</p>\n<p>附注</p>\n', "utf-8")
    assert faults(folder) == {
        SPOKEN: [
            "zhongyuan.toml:27：rule.ZY-1.remedy 没有英文；请写 remedy_en",
            f"{page}:3：“<p>附注</p>”只有中文；请写 t(中文, 英文)；只作中文文书的模板写 {{# zh #}}",
        ]
    }
    page.write_text("{# zh #}\n<p>附注</p>\n", "utf-8")
    assert len(faults(folder)[SPOKEN]) == 1
