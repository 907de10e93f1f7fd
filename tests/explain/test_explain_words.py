"""What `explain` says is what every report says, in the language asked for, and shortly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.checker import Choice, check, load
from compliance.cli.explain import explain
from compliance.explain.context import open_context
from compliance.explain.working import workings
from compliance.facts.vocabulary import titles, vocabulary
from compliance.intake.formats.raw_table import RawDocument
from compliance.kernel.i18n import use
from compliance.kernel.labels import unit_words
from tests.support.nonempty import nonempty
from tests.support.rules import DAY
from tests.support.working import EXAMPLES

ANHUI = EXAMPLES / "anhui_county.xlsx"
CHINESE_MARKS = "：（），；、。【】"


def shown(*words: str | Path) -> str:
    result = CliRunner().invoke(explain, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    """The conforming county without the day of its recognition and without monitoring."""
    county = json.loads((EXAMPLES / "conforming.json").read_text("utf-8"))
    county["county"]["monitoring"] = []
    del county["county"]["basic_balance_date"]
    path = tmp_path / "county.json"
    path.write_text(json.dumps(county, ensure_ascii=False), "utf-8")
    return path


@pytest.mark.parametrize(
    ("rule", "words"), [("E1", "（填到年月日）"), ("Q9", "国家义务教育质量监测结果")]
)
def test_the_sentence_is_as_the_report_has_it(blank: Path, rule: str, words: str) -> None:
    report = check([blank], offers=load()).findings
    (row,) = report.filter(report["rule"] == rule).iter_rows(named=True)
    (found,) = workings(open_context([blank], load(), Choice(), rule), rule)
    assert found.message == row["message"]
    assert any(words in one for one in found.missing)


def test_titles_of_days_ask_for_the_day() -> None:
    words = vocabulary()
    dates = [f for f in {**words.county, **words.school}.values() if f.form == "date"]
    assert dates
    with use("en"):
        named = titles(words)
    assert all(named[fact.name] == f"{fact.title_en} (to the day)" for fact in nonempty(dates))
    assert named["monitoring"] == "national quality monitoring"


def test_every_unit_of_the_contract_has_an_english_name() -> None:
    words = vocabulary()
    units = {fact.unit for facts in words.tables.values() for fact in facts.values() if fact.unit}
    with use("en"):
        assert [unit for unit in units if not unit_words(unit).replace("²", "").isascii()] == []
        assert unit_words("平方米") == "m²"
    assert unit_words("平方米") == "平方米"


def _ours(lines: str) -> Iterator[str]:
    """The lines without what only the law or the contract says: texts, notes, definitions, names."""
    body = lines.split("\n[clause and source]", maxsplit=1)[0]
    for line in body.split("\n"):
        # sources end in their own brackets: 资源配置（三）
        yield re.sub(r"教督〔2017〕6号[^\n(;]*", "", line)


@pytest.mark.parametrize(
    "words",
    [
        ("R4", "--school", "育英学校"), ("RS", "--school", "3499010001"), ("G3", "--school", "3499010001"),
        ("G4", "--school", "3499010001"), ("C",), ("CR",), ("D4",), ("G9",), ("Q9",), ("V1",),
    ],
)  # fmt: skip
def test_a_working_in_english_has_no_chinese_marks(words: tuple[str, ...]) -> None:
    told = shown(words[0], ANHUI, *words[1:], "--lang", "en", "--as-of", str(DAY))
    wrong = [line for line in _ours(told) if re.search(f"[{CHINESE_MARKS}]", line)]
    assert wrong == []
    assert "·junior" not in told
    assert "人" not in re.sub(r"\[[^\]]*\]", "", told.split("\n[clause and source]")[0])


@pytest.mark.parametrize("rule", ["R1", "R3", "D3", "G4", "G11", "C", "V1"])
def test_a_page_in_english_has_no_chinese_marks(rule: str) -> None:
    told = shown(rule, "--lang", "en")
    kept = [line for line in _ours(told) if re.match(r"(source|rule set|role|level|lead): ", line)]
    facts = [line for line in _ours(told) if re.search(r"\[[a-z_0-9]+\]$", line)]
    assert len(kept) >= 4
    wrong = [line for line in [*kept, *facts] if re.search(f"[{CHINESE_MARKS}]", line)]
    assert wrong == []
    assert "(several copies agree)" in told


def test_members_without_weight_are_told_on_one_line() -> None:
    """Anhui adds sixteen advisory items and the national set four of its own."""
    page = shown("C", "--ruleset", "anhui", "--as-of", str(DAY))
    made = page.split("【由以下规则构成】")[1]
    assert "CR  资源配置" in made
    assert "参考，不计入结论：V6、E2、GM、GV、AH-1、AH-2、AH-3、AH-4、AH-S1" in made
    assert "AH-S7 学校规模" not in made
    told = shown("C", ANHUI)
    assert "AH-1 待佐证、AH-2 待佐证、AH-3 达标" in told.replace("\n    ", "")
    assert "AH-S7 学校规模" not in told


def test_a_file_is_read_once_more_however_much_is_asked() -> None:
    """RS rests on seven indicators; finding all their cells opens the workbook once in all."""
    offers = load()
    times: list[Path] = []

    def counted(path: Path) -> RawDocument:
        times.append(path)
        document: RawDocument = offers.readers[".xlsx"](path)
        return document

    counting = replace(offers, readers={**offers.readers, ".xlsx": counted})
    context = open_context([ANHUI], counting, Choice(), "RS", "3499010001")
    (found,) = workings(context, "RS", "3499010001")
    assert [one for one in found.inputs if one.at]
    assert len(times) == 1


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("G15", "不适用，不必计算。"),
        ("G11", "分子、分母均为0，无从计算。"),
        ("Q2", "分子、分母均为0，无从计算。"),
    ],
)
def test_a_share_of_nobody_is_not_called_missing(tmp_path: Path, rule: str, says: str) -> None:
    document = json.loads((EXAMPLES / "conforming.json").read_text("utf-8"))
    facts = document["county"]
    for name in ("exchange_eligible_teachers", "exchanged_teachers", "exchanged_backbone_teachers"):
        facts[name] = 0
    facts |= {"disabled_children": 0, "disabled_children_enrolled": 0, "migrant_children": "不涉及"}
    del facts["disabled_children_special_school"]
    del facts["migrant_children_public"], facts["migrant_children_purchased"]
    path = tmp_path / "nobody.json"
    path.write_text(json.dumps(document), "utf-8")
    told = shown(rule, path)
    assert says in told
    assert "缺少" not in told
    assert "数据缺失" not in told
