"""Everything said with `--lang en`: no Chinese in it but names and sources.

The application form (`declare`) is left out: it is Chinese by law, in either language.
"""

from __future__ import annotations

import html
import re
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compliance.checker import Choice, load
from compliance.cli import main
from compliance.explain import working_text
from compliance.explain.context import open_context
from compliance.explain.rule_page import page, text
from compliance.explain.working import workings
from compliance.kernel.i18n import use
from compliance.rules.resolution.resolve import resolve
from examples import stories
from examples.make_examples import tell
from examples.writers import write_workbook
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
PACKS = sorted(ROOT.glob("plugins/*/src/*/rules/*.toml"))
RULESETS = sorted({tomllib.loads(path.read_text("utf-8"))["pack"]["id"] for path in PACKS})
CHINESE = re.compile(r"[\u4e00-\u9fff][\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]*")

# what people wrote into the data
NAMED = ("county_name", "school_name", "township", "alliance", "principal", "evidence", "note")
# of a pack, a rule, a switch, a clause: its document, and what was seen of it
SOURCES = ("source", "quote", "quote_source", "note")
KEPT = (
    "均衡Junheng",  # the program's name
    "“不涉及”",  # what is to be typed
    "科学:Levelsays未监测",  # what was typed, quoted with its entry
    "体育与健康",  # another name that a list of results may give a subject
)
# titles; sheets, where a figure stands; files and folders, called alike in both languages; the keys
# of what a list lacks
PLACES = re.compile(
    r"《[^》]*》|(学校|县区|佐证|质量监测|一票否决|专用教室|班级)(?=!)"
    r"|(整改清单|一校一案)(?=[./])|(?<=\"monitoring\.)[^\"]*"
)

SCHOOL = "3499210004"
OF_SCHOOLS = ("R4", "RS", "G3", "G6", "Q4", "AH-S1")
RULES = (
    *OF_SCHOOLS, "D2", "G2", "G11", "G13", "G14", "G15", "Q1", "Q9", "V3", "E1", "E2", "GM", "C",
)  # fmt: skip


@pytest.fixture(scope="module")
def county() -> dict[str, Any]:
    """A small county of Anhui with failures, blanks, figures of nobody, warnings and an incident."""
    document = tell(5, "349921", "皖中县", "兴文镇 启明镇 致远乡", stories.anhui)
    facts = document["county"]
    facts["monitoring"][0]["disparity"] = None
    facts["monitoring"][2]["level"] = "未监测"
    del facts["monitoring"][3]
    facts["vetoes"]["V3"] = True
    facts |= {"migrant_children": "不涉及", "migrant_children_public": None}
    facts |= {"migrant_children_purchased": None, "recognition_percent": None}
    facts["attestations"]["G14"] = {"met": True, "evidence": [], "note": "名额见附件"}
    facts |= {"senior_quota_allocated_rural": 0, "exchange_eligible_teachers": 0}
    document["schools"][3]["boarding"] = True
    document["schools"][1]["sponsor"] = 9
    document["schools"][4]["teaching_area"] = 40
    return document


@pytest.fixture(scope="module")
def book(county: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("english") / "county.xlsx"
    write_workbook(path, county)
    return path


@pytest.fixture(scope="module")
def kept(county: dict[str, Any]) -> list[str]:
    """Names and sources, the longest first."""
    known = {*KEPT, *_under(county, NAMED)}
    for path in nonempty(PACKS):
        known |= set(_under(tomllib.loads(path.read_text("utf-8")), SOURCES))
    found = {_plain(one) for one in known} | {p for one in known for p in _plain(one).split("；")}
    return sorted((one for one in found if CHINESE.search(one)), key=len, reverse=True)


def _under(node: Any, names: tuple[str, ...]) -> Iterator[str]:
    """The texts under these keys, at any depth."""
    for key, one in node.items() if isinstance(node, dict) else enumerate(node):
        if key in names and one:
            yield from [one] if isinstance(one, str) else one
        elif isinstance(one, (dict, list)):
            # a clause of the coverage says what we do with it, in words of our own
            yield from _under(one, names[:-1] if key == "clause" else names)


def _plain(text: str) -> str:
    """Without blanks and escapes: lines are broken, names escaped."""
    return re.sub(r"[\s\\]", "", text)


def said(*words: object) -> str:
    done = CliRunner().invoke(main, [*map(str, words), "--lang", "en"])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.exit_code in (0, 1)
    return done.stdout + done.stderr


def leftovers(text: str, kept: list[str]) -> list[str]:
    rest = _plain(html.unescape(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)))
    for one in kept:
        rest = rest.replace(one, "§")
    rest = PLACES.sub("§", rest)
    return [f"{rest[max(0, m.start() - 40) : m.end() + 20]}" for m in CHINESE.finditer(rest)]


@pytest.mark.parametrize("form", ["text", "md", "html", "json", "csv"])
def test_check(book: Path, kept: list[str], form: str) -> None:
    assert leftovers(said("check", book, "--format", form), kept) == []


def _parts(path: Path) -> Iterator[str]:
    """The texts of a file: of a package those of every part, and what its sheets are called."""
    if path.suffix not in (".docx", ".xlsx"):
        yield path.read_text("utf-8")
        return
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith(".xml"):
                text = package.read(name).decode("utf-8")
                yield re.sub(r"<[^>]*>", "", text)
                yield " ".join(re.findall(r'<sheet [^>]*?name="([^"]*)"', text))


def test_rectify(book: Path, kept: list[str], tmp_path: Path) -> None:
    forms = ("md", "html", "xlsx", "docx")
    said("rectify", book, "-o", tmp_path, *(word for one in forms for word in ("--format", one)))
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix[1:] for path in written} == set(forms)
    found = {
        one: path.name for path in written for text in _parts(path) for one in leftovers(text, kept)
    }
    assert found == {}


@pytest.mark.parametrize("form", ["text", "json"])
def test_validate(book: Path, kept: list[str], form: str) -> None:
    assert leftovers(said("validate", book, "--format", form), kept) == []


def test_the_page_of_a_rule(kept: list[str]) -> None:
    headings = re.compile(r"also headed: .*(\n {6,}.*)*")  # of columns, as they are written
    told = said("explain", RULES[0], "--ruleset", "anhui")
    offers, day = load(), date.today()
    with use("en"):
        rules = resolve(offers.packs, "anhui", day, kinds=offers.kinds, words=offers.vocabulary)
        known = offers.packs, offers.kinds
        pages = [page(rules.rules[one], rules, offers.vocabulary, *known) for one in RULES[1:]]
        told += "".join(text(one, day) for one in pages)
    assert headings.search(told)
    assert leftovers(headings.sub("", told), kept) == []


def test_the_working_of_a_rule(book: Path, kept: list[str]) -> None:
    written = re.compile(r"written '[^']*'")  # what stands in the cell
    first, *others = RULES
    told = said("explain", first, book, "--school", SCHOOL)
    with use("en"):
        context = open_context([book], load(), Choice(), "C")
        for rule in others:
            found = workings(context, rule, SCHOOL if rule in OF_SCHOOLS else None)
            told += "".join(map(working_text.text, found))
    assert leftovers(written.sub("", told), kept) == []


@pytest.mark.parametrize("pack", RULESETS)
@pytest.mark.parametrize("form", ["text", "json"])
def test_rules(kept: list[str], pack: str, form: str) -> None:
    for about in ([], ["--resolved"], ["--coverage"], ["--switches"]):
        told = said("rules", "--ruleset", pack, *about, "--format", form)
        assert leftovers(told, kept) == [], about


def test_rulesets_and_differences(kept: list[str]) -> None:
    assert leftovers(said("rulesets"), kept) == []
    for pair in ("basic-2012..anhui", "national..shandong"):
        assert leftovers(said("rules", "--diff", pair), kept) == []
