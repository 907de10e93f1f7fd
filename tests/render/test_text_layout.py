"""Terminal columns and line breaks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compliance.render.documents.text import columns, fitted, pad, wrap
from tests.support.nonempty import nonempty

SIGNS = "，。、；：）”"
TEXT = st.text(st.sampled_from("甲乙丙学校，。、；（）“”：ab 12.5%-—…é"), max_size=120)


def test_chinese_characters_take_two_columns() -> None:
    assert columns("县abc") == 5
    assert columns("（）") == 4
    assert columns("✓✗") == 2
    assert columns("e\u0301") == 1  # a combining accent takes none


def test_pads_by_columns() -> None:
    assert pad("县", 4) + "|" == "县  |"
    assert pad("12", 4, right=True) == "  12"
    assert pad("长名称", 2) == "长名称"


def test_no_closing_sign_begins_a_line() -> None:
    # eleven columns: the comma after 丁 would begin the second line, so 丁 goes with it
    assert wrap("甲乙丙丁戊，己", 10) == ["甲乙丙丁", "戊，己"]


def test_no_opening_bracket_ends_a_line() -> None:
    assert wrap("甲乙丙丁（己）", 10) == ["甲乙丙丁", "（己）"]


def test_words_and_numbers_stay_whole() -> None:
    assert wrap("甲乙丙3590.91平方米", 12) == ["甲乙丙", "3590.91平方", "米"]


def test_a_number_keeps_its_unit_and_a_cell_its_sheet() -> None:
    assert wrap("共缺教师17人", 10) == ["共缺教师", "17人"]
    assert wrap("见，质量监测!D1", 14) == ["见，", "质量监测!D1"]
    assert wrap("共计3所学校", 10) == ["共计", "3所学校"]


def test_words_of_the_field_stay_whole() -> None:
    assert wrap("本县有学校", 8) == ["本县有", "学校"]


def test_a_full_line_ends_at_a_stop() -> None:
    assert wrap("甲乙丙丁戊，己庚辛壬癸", 16) == ["甲乙丙丁戊，", "己庚辛壬癸"]
    assert wrap("甲，乙丙丁戊己庚辛壬癸", 16) == ["甲，乙丙丁戊己庚", "辛壬癸"]


def test_without_a_width_nothing_is_broken() -> None:
    assert wrap("甲乙丙丁" * 50, None, "  ", "    ") == ["  " + "甲乙丙丁" * 50]


def test_laid_out_lines_are_fitted_each() -> None:
    assert fitted("甲\n\n  乙丙丁戊", 8) == "甲\n\n  乙丙丁\n    戊"
    assert fitted("甲\n\n  乙丙丁戊", None) == "甲\n\n  乙丙丁戊"


def test_hanging_indent() -> None:
    assert wrap("甲乙丙丁", 8, "  ", "    ") == ["  甲乙丙", "    丁"]


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]


@given(TEXT, st.integers(16, 80))
def test_never_too_wide_and_nothing_lost(text: str, width: int) -> None:
    lines = wrap(text, width, "  ", "    ")
    assert all(columns(line) <= width for line in nonempty(lines))
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text(st.sampled_from("甲乙学校，。；）"), max_size=80).map(lambda text: "县" + text))
def test_lines_begin_with_a_letter_unless_signs_run_on(text: str) -> None:
    run = 0
    for line in wrap(text, 40):
        run = max(run, len(line) - len(line.lstrip(SIGNS)))
    longest = max(len(piece) for piece in text.replace("甲", " ").replace("乙", " ")
                  .replace("学", " ").replace("校", " ").split(" "))  # fmt: skip
    assert run == 0 or longest * 2 + 2 > 40
