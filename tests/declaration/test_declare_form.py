"""A form as written: nothing is evaluated, everything unknown is refused with its line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import jsonschema_rs
import pytest
import tomli
from jsonschema import Draft202012Validator

from compliance.declaration.form import FILE, FigureReference, Placeholder, parsed, read_form
from compliance.facts.vocabulary import read_schema
from compliance.kernel.errors import PackError
from tests.declaration.declare_sample import document, run, saved

NATIONAL = (
    Path(__file__).parents[2]
    / "plugins" / "national" / "src" / "compliance_national" / "templates" / FILE
)  # fmt: skip
PACK = """
[pack]
id = "own"
title = "本省"
source = "测试"
effective = 2017-04-19
extends = "national"
prefix = "OW-"
layer = "evaluation"
"""


def test_a_sentence_is_words_and_blanks() -> None:
    assert parsed("比例{value:G11.exchanged|1}%") == (
        "比例",
        Placeholder(FigureReference("value", "G11", "exchanged"), 1),
        "%",
    )
    assert parsed("{over:G5@primary}个") == (
        Placeholder(FigureReference("over", "G5", "", "primary")),
        "个",
    )


@pytest.mark.parametrize(
    "text",
    [
        "{}", "{a b}", "{a.__class__}", "{a()}", "{a|x}", "{a|12}", "{nothing:G5}", "{over:G5@senior}",
        "{a", "a}", "{{a}}", "{G5@primary}", "{a!r}", "{0}",
    ],
)  # fmt: skip
def test_what_is_no_blank_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


FAULTS = [
    ('kind = "grid"', 'kind = "gird"', "是否指 grid"),
    ('count = "school"', 'cuont = "school"', "primary_schools 须有且只有一种算法"),
    ("decimals = 2", "decimal = 2", "是否指 decimals"),
    ("{over:G5@primary}", "{over:G5@primry}", "primry"),
    ('  "parent_survey_questionnaires",\n', "", "7"),
    ('for = "national"\n', "", "缺少 for"),
    ("[form]", "[form", "TOML"),
    # what has the wrong type or size
    ("decimals = 2", 'decimals = "two"', "“two”应为整数"),
    ("decimals = 2", "decimals = 2.5", "“2.5”应为整数"),
    ("decimals = 2", "decimals = -2", "“-2”超出范围"),
    ("width = 28", 'width = "wide"', "“wide”应为数"),
    ("width = 28", "width = inf", "应为数"),
    ("width = 28", "width = 1e999", "应为数"),
    ('key = "I"', "key = 1", "“1”应为文字"),
    ("below = true", "below = 1", "应为true/false"),
    ("[[table.column]]\ngroup", "[[table.colum]]\ngroup", "是否指 column"),
    ("by = 10000", "by = 0", "超出范围"),
    ("by = 10000", "", "缺少 by"),
    ('lead = ["', 'lead = ["", 3, "', "“3”应为文字"),
    ('listed = "monitoring"', 'listed = "schools"', "“schools”不在可用的词之内：monitoring"),
    ('where = { school_type = "primary" }', 'where = "primary"', "primary_schools.where"),
    ('where = { school_type = "primary" }', 'from = "unit"', "“from”不在可用的词之内：count、where"),
    ('share = ["survey_satisfied", "survey_valid"]', 'share = ["survey_satisfied"]', "survey_share"),
    ('share = ["survey_satisfied", "survey_valid"]', "share = 3", "“3”应为列表"),
    ('[figure.primary_schools]\ncount = "school"', "[figure]\nprimary_schools = 3", "应为表"),
    ("[table.band]", '[table.band]\nsenior = ["高中"]', "“senior”不在可用的词之内"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_a_faulty_form_is_refused_with_its_line(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    text = NATIONAL.read_text("utf-8")
    assert old in text
    (tmp_path / FILE).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PackError) as caught:
        read_form(tmp_path / FILE)
    assert FILE in str(caught.value)
    assert said in str(caught.value)


def test_the_line_is_that_of_the_column_at_fault(tmp_path: Path) -> None:
    """The second table's third column has a faulty width: its own line, not the first one's."""
    text = NATIONAL.read_text("utf-8")
    place = text.index('code = "L11"')
    spoilt = text[:place] + text[place:].replace("width = 14", 'width = "14"', 1)
    line = spoilt[: spoilt.index('width = "14"')].count("\n") + 1
    (tmp_path / FILE).write_text(spoilt, "utf-8")
    with pytest.raises(PackError, match=rf"{FILE}:{line}: table\.1\.column\.2\.width"):
        read_form(tmp_path / FILE)


def test_the_schema_is_sound_and_both_validators_agree_about_it() -> None:
    schema = read_schema("declaration")
    Draft202012Validator.check_schema(schema)
    slow, fast = Draft202012Validator(schema), jsonschema_rs.Draft202012Validator(schema)
    text = NATIONAL.read_text("utf-8")
    for old, new, _ in [("", "", ""), *FAULTS]:
        with suppress(tomli.TOMLDecodeError):
            tables = tomli.loads(text.replace(old, new, 1))
            if "inf" not in repr(tables).split("'width': ")[1][:4]:
                assert slow.is_valid(tables) == fast.is_valid(tables), new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{over:G5@primary}", "{over:G99@primary}"),
        ("{value:G11.exchanged|1}", "{value:G11.changed|1}"),
        ("{exchanged_teachers}", "{exchanged_techers}"),
        ('rule = "G4"', 'rule = "G44"'),
        ("fact:sponsor", "fact:sponser"),
        ("value:R6", "value:R66"),
        ('where = { school_type = "primary" }', 'where = { school_tpye = "primary" }'),
        ('field = "level"', 'field = "levle"'),
    ],
)
def test_a_form_that_asks_for_what_is_not_there(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule set lacks it: the form's line is named, nothing is written."""
    text = NATIONAL.read_text("utf-8")
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    faulty = tmp_path / "faulty"
    faulty.mkdir()
    (faulty / FILE).write_text(text.replace(old, new, 1), "utf-8")
    form = read_form(faulty / FILE)
    monkeypatch.setattr("compliance.declaration.fill.form_for", lambda rules: form)
    out = tmp_path / "form.xlsx"
    result = run(saved(document(), tmp_path / "county.json"), "-o", out)
    assert result.exit_code == 2, result.output
    assert f"{FILE}:{line}" in result.stderr
    assert not out.exists()


def test_a_rule_set_without_a_form_says_so(tmp_path: Path) -> None:
    out = tmp_path / "form.xlsx"
    data = saved(document(), tmp_path / "county.json")
    result = run(data, "-o", out, "--ruleset", "basic-2012")
    assert result.exit_code == 2
    assert "没有申报表" in result.stderr
    assert not out.exists()


def test_a_pack_that_extends_the_national_set_has_its_form(tmp_path: Path) -> None:
    pack = tmp_path / "own.toml"
    pack.write_text(PACK, "utf-8")
    out = tmp_path / "form.xlsx"
    result = run(saved(document(), tmp_path / "county.json"), "-o", out, "--ruleset", pack)
    assert result.exit_code == 0, result.output
