"""What a terminal would obey is written out, and nothing else is changed."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from compliance.kernel.formula_guard import guarded, unguarded
from compliance.kernel.terminal_text import LINE_ANEW, harmless, style
from tests.support.nonempty import nonempty

_OBEYED = {"Cc", "Cf", "Zl", "Zp"}


def test_every_sign_of_unicode_that_has_no_shape_is_written_out() -> None:
    signs = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in _OBEYED]
    for sign in nonempty(signs):
        shown = harmless(sign)
        if sign in "\n\t":
            assert shown == sign
        else:
            assert shown.isascii()
            assert json.loads(f'"{shown}"') == sign


@given(st.text())
def test_what_has_a_shape_stays(text: str) -> None:
    kept = "".join(one for one in text if one.isprintable() or one == "\n")
    kept = kept.replace("::", "").replace("##[", "")
    assert harmless(kept) == kept
    assert harmless(harmless(text)) == harmless(text)


def test_only_the_program_itself_gives_colours_and_moves() -> None:
    assert harmless(f"{style(31)}甲\x1b[31m{style(0)}") == "\x1b[31m甲\\u001b[31m\x1b[0m"
    assert harmless(f"{LINE_ANEW}县 1/2") == "\r县 1/2"
    assert harmless("\r\x1b[1;1G\x1b[7G") == "\\u000d\\u001b[1;1G\\u001b[7G"


def test_no_line_is_a_command_of_a_runner() -> None:
    assert harmless("甲\n::error::x") == "甲\n: :error::x"
    assert harmless(" \t::add-mask::x") == " \t: :add-mask::x"
    assert harmless("a##[error]b::c") == "a## [error]b::c"


@given(st.text(alphabet="=+-@＝＋－＠\t\r\n \"'a\u3000\u200b1", max_size=4))
def test_what_begins_a_formula_is_guarded_and_read_back(text: str) -> None:
    import polars as pl

    shown = pl.select(guarded(pl.lit(text))).item()
    assert not shown.strip(' \t\r\n"\u3000\u200b').startswith(tuple("=+-@＝＋－＠"))
    assert not shown.startswith(("\t", "\r", "\n"))
    if not text.startswith("'"):
        assert unguarded(shown) == text
