"""A form as written: nothing is evaluated, everything unknown is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.declaration.blanks import Blank, Reference, parsed
from compliance.declaration.reading import FILE, read_form
from compliance.errors import PackError
from tests.render.declare_sample import document, run, saved

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
        Blank(Reference("value", "G11", "exchanged"), 1),
        "%",
    )
    assert parsed("{over:G5@primary}个") == (Blank(Reference("over", "G5", "", "primary")), "个")


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


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "grid"', 'kind = "gird"', "gird"),
        ('count = "school"', 'cuont = "school"', "primary_schools"),
        ("decimals = 2", "decimal = 2", "decimals"),
        ("{over:G5@primary}", "{over:G5@primry}", "primry"),
        ('  "parent_survey_questionnaires",\n', "", "7"),
        ('for = "national"\n', "", "for"),
        ("[form]", "[form", "TOML"),
    ],
)
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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{over:G5@primary}", "{over:G99@primary}"),
        ("{value:G11.exchanged|1}", "{value:G11.changed|1}"),
        ("{exchanged_teachers}", "{exchanged_techers}"),
        ('rule = "G4"', 'rule = "G44"'),
        ("fact:sponsor", "fact:sponser"),
        ("value:R6", "value:R66"),
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
    monkeypatch.setattr("compliance.declaration.reading.form_for", lambda rules: form)
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
