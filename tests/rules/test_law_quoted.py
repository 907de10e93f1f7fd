"""What is the law's and what is ours: quotes, paraphrases, bases, days, documents, offices."""

from __future__ import annotations

from datetime import date

import pytest

from compliance.checker import Choice
from compliance.checker.choice import chosen_rules, own_words
from compliance.facts.vocabulary import holders
from compliance.kernel.errors import PackError
from compliance.kernel.i18n import use
from compliance.kernel.labels import basis_word, day_in_words
from compliance.rules.language.model import documents_in_words
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference.describe import demands
from tests.support.court import installed
from tests.support.nonempty import nonempty
from tests.support.pack_files import PACKS, RULES
from tests.support.rules import CONCLUSION, HEAD, ruleset

# The rows whose words are the form's own (表Ⅳ), and the one sentence given as 原文.
VERBATIM = {"RS", "G1", "G2", "G4", "G5", "G6", "G8", "G9", "G10", "G11", "G12", "G13", "G14", "G15"}  # fmt: skip
SETS = ("national", "anhui", "shandong", "henan", "hebei", "jiangsu", "basic-2012")
ONE = """
[rule.X1]
kind = "threshold"
scope = "unit"
indicator = "degree"
at_least = 4
title = "X1"
basis = "verified"
source = "测试"
text = "转述"
quote = "原话"
"""


@pytest.fixture(scope="module", params=SETS)
def rules(request: pytest.FixtureRequest) -> Ruleset:
    registry = installed()
    return chosen_rules(registry, registry.packs, request.param, date(2024, 9, 1), Choice())


def test_only_what_was_seen_word_for_word_is_quoted() -> None:
    assert {key for key, rule in RULES.items() if "quote" in rule} == VERBATIM
    for name, pack in nonempty(PACKS.items()):
        quoting = [key for key, rule in pack.get("rule", {}).items() if "quote" in rule]
        assert name == "national" or not quoting, name


@pytest.mark.parametrize("key", RULES)
def test_every_national_rule_says_in_both_languages_what_it_asks(key: str) -> None:
    rule = RULES[key]
    assert rule["text"].strip() == rule["text"] != rule.get("quote")
    assert not [sign for sign in rule["text_en"] if "\u4e00" <= sign <= "\u9fff"]
    assert len(rule["text_en"]) > len("met.")


def test_a_paraphrase_is_called_one_and_never_the_law(rules: Ruleset) -> None:
    for rule in nonempty(rules.rules.values()):
        called = [label for label, _ in demands(rule)]
        assert called == ["条文"] * bool(rule.quote) + ["要求（转述）"] * bool(rule.text), rule.id
        with use("en"):  # the document's words are nobody's in English
            assert {label for label, _ in demands(rule)} <= {"requirement (paraphrase)"}


@pytest.mark.parametrize("basis", ["secondary", "conflicting", "unconfirmed"])
def test_a_quote_of_what_is_not_verified_is_an_error_at_its_line(basis: str) -> None:
    text = HEAD + ONE.replace("verified", basis) + CONCLUSION
    line = text.splitlines().index('quote = "原话"') + 1
    with pytest.raises(PackError, match=f":{line}"):
        ruleset(text)


def test_the_words_go_with_what_they_ask() -> None:
    """Who asks something else does not keep the words of the document that asked the first thing."""
    later = "[[rule.X1.since]]\ndate = 2020-01-01\nat_least = 5\nsource = '新'\n"
    before = ruleset(HEAD + ONE + CONCLUSION).rules["X1"]
    after = ruleset(HEAD + ONE + later + CONCLUSION).rules["X1"]
    assert (before.quote, before.text) == ("原话", "转述")
    assert (after.quote, after.text) == ("", "")


@pytest.mark.parametrize(
    ("basis", "seen", "word"),
    [
        ("verified", True, "已见原文"),
        ("verified", False, "多份抄本一致"),
        ("secondary", False, "二手来源"),
        ("conflicting", False, "来源相互矛盾"),
        ("unconfirmed", False, "未经证实"),
    ],
)
def test_a_basis_says_what_was_done(basis: str, seen: bool, word: str) -> None:
    assert basis_word(basis, seen=seen) == word
    with use("en"):
        assert basis_word(basis, seen=seen).isascii()


def test_a_day_that_no_source_has_is_marked() -> None:
    day = date(2017, 4, 19)
    assert day_in_words(day, "unconfirmed") == "2017-04-19（日期未经证实）"
    assert day_in_words(day) == day_in_words(day, "verified") == "2017-04-19"
    assert PACKS["national"]["pack"]["date_basis"] == "unconfirmed"


def test_a_paper_names_the_document_that_decided_then_the_provinces() -> None:
    registry = installed()

    def told(name: str) -> str:
        found = chosen_rules(registry, registry.packs, name, date(2024, 9, 1), Choice())
        return documents_in_words(found.documents)

    assert told("anhui") == "教督〔2017〕6号（原文未见）；皖教督〔2018〕8号（原文未见）"
    assert told("national") == "教督〔2017〕6号（原文未见）"
    assert told("basic-2012") == "教督〔2012〕3号（原文未见）"


@pytest.mark.parametrize(
    "key", [key for key, rule in RULES.items() if rule.get("statement") == "vetoes"]
)
def test_a_veto_is_titled_so_that_met_reads_right(key: str) -> None:
    rule = RULES[key]
    assert rule["title"] == f"无{rule['incident']}的情形"
    assert rule["title_en"].startswith("No ")


def test_offices_act_together_in_both_languages(rules: Ruleset) -> None:
    for rule in nonempty(rules.rules.values()):
        assert rule.role == "advisory" or rule.owner, rule.id
        assert len(rule.joint) == len(rule.joint_en), rule.id
        assert rule.owner not in rule.joint, rule.id


@pytest.mark.parametrize("name", SETS)
def test_every_fact_has_a_holder_in_both_languages(name: str) -> None:
    registry = installed()
    words = own_words(registry, registry.packs, name)
    facts = {*words.county, *words.school}
    assert facts <= holders(words).keys()
    with use("en"):
        assert all(who.isascii() for who in nonempty(holders(words).values()))


def test_a_figure_is_asked_of_the_office_that_holds_it() -> None:
    registry = installed()
    who = holders(own_words(registry, registry.packs, "national"))
    assert who["civil_servant_salary"] == "县人社局"  # G8 is led by 县财政局
    assert who["disabled_children"] == "县残联"  # Q2 by 招生办
    assert who["population"] == "县统计局"
    assert who["primary_teachers"] == who["junior_teachers"] == "人事股"
