"""Messages: every one has its English, with the same placeholders; said once, said again in either."""

from __future__ import annotations

import copy
import pickle
import re
from pathlib import Path
from string import Formatter

import pytest

from compliance import check
from compliance.kernel.i18n import Text, in_language, msg, plural, say, use
from docs.make_messages import PO, compiled, extracted, stored, untranslated, updated, written
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PAIRS = re.compile(r"\bpick\(\s*\"[^\"]*\",\s*\"")


def _holes(text: str) -> set[str]:
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:  # a ready text with a brace of its own
        return set()
    return {re.split(r"[.\[]", name)[0] for name in names}


def _pairs() -> list[tuple[str, str]]:
    found = []
    for one in stored():
        if one.id:
            text = one.id if isinstance(one.id, str) else one.id[0]
            strings = [one.string] if isinstance(one.string, str) else list(one.string or ())
            found += [(text, english) for english in strings]
    assert len(found) > 500
    return found


def test_every_message_of_the_code_has_its_english() -> None:
    catalogue = updated(stored())
    assert untranslated(catalogue) == []
    said = {(one.id, one.context) for one in extracted() if one.id}
    known = {(one.id, one.context) for one in stored() if one.id}
    assert said - known == set(), "run: make messages"
    assert known - said == set(), "nobody says these any more: make messages"


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    assert PO.read_bytes() == written(stored())
    assert PO.with_suffix(".mo").read_bytes() == compiled(stored())


def test_english_fills_no_hole_that_the_chinese_has_not() -> None:
    beyond = [(zh, en) for zh, en in _pairs() if _holes(en) - _holes(zh)]
    assert beyond == []


def test_english_holds_no_chinese_but_what_is_quoted() -> None:
    quoted = re.compile(r"[“‘「'\"(（][^”’」'\")）]*[”’」'\")）]|中文|均衡|县区|学校|无")
    chinese = [en for _, en in _pairs() if CHINESE.search(quoted.sub("", en))]
    assert chinese == []


@pytest.mark.parametrize("path", sorted((ROOT / "src").rglob("*.py")), ids=lambda one: one.name)
def test_no_text_stands_in_two_languages_in_the_code(path: Path) -> None:
    assert PAIRS.search(path.read_text("utf-8")) is None


def test_a_message_is_said_again_with_its_values() -> None:
    inner = msg("达标")
    text = say("{rule}：{state}", rule="{0.__class__}", state=inner)
    assert text == "{0.__class__}：达标"
    assert in_language(text, "en") == "{0.__class__}：conforms"
    assert in_language(in_language(text, "en"), "zh") == text
    assert in_language("青石县", "en") == "青石县"


def test_a_message_survives_copies() -> None:
    text = say("{rule}：{state}", rule="R1", state=msg("达标"))
    for other in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert isinstance(other, Text)
        assert in_language(other, "en") == "R1：conforms"


def test_english_counts() -> None:
    with use("en"):
        assert plural(1, "建议提升{n}项") == "1 suggestion"
        assert plural(2, "建议提升{n}项") == "2 suggestions"
    assert plural(1, "建议提升{n}项") == "建议提升1项"


def test_an_unknown_language_is_chinese() -> None:
    with use("fr"):
        assert msg("达标") == "达标"


@pytest.mark.parametrize("name", ["invalid.json"])
def test_problems_are_said_in_either_language_after_the_run(name: str) -> None:
    path = ROOT / "examples" / name
    chinese = check([path])
    with use("en"):
        english = check([path])
    assert len(chinese.problems) == len(english.problems) > 0
    for one, other in nonempty(zip(chinese.problems, english.problems, strict=True)):
        assert in_language(one.message, "en") == other.message
        assert in_language(one.expected, "en") == other.expected
        assert in_language(other.message, "zh") == one.message
