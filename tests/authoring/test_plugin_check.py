"""`compliance plugin check`: every kind of fault, named where it stands; and nothing where nothing is wrong."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from compliance.authoring.check import Diagnostic, check_path
from compliance.authoring.check.changes import says
from compliance.authoring.check.diagnostics import CODES, Diagnosis, titles
from compliance.authoring.check.offers import check_entry_points
from compliance.authoring.check.source import source_of
from compliance.authoring.new_plugin import NewPack, write_new
from compliance.checker import load
from compliance.kernel.i18n import use
from tests.authoring import faulty_plugin as faulty
from tests.support.commands import run as typed
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
RULES = "src/compliance_zhongyuan/rules/zhongyuan.toml"
SCHEMA = "src/compliance_zhongyuan/schemas/school.schema.json"
PACKAGE = "src/compliance_zhongyuan"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plugin as `plugin new` writes it."""
    folder = tmp_path_factory.mktemp("new") / "junheng-zhongyuan"
    write_new(NewPack("zhongyuan", "中原省", "", ("99",), "ZH", "national", False, folder), load())
    return folder


@pytest.fixture
def plugin(fresh: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(fresh, tmp_path / "junheng-zhongyuan"))


def spoil(plugin: Path, file: str, *changes: tuple[str, str]) -> None:
    path = plugin / file
    text = path.read_text("utf-8")
    for old, new in nonempty(changes):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def line_of(plugin: Path, file: str, text: str) -> int:
    """The line on which a text first stands."""
    whole = (plugin / file).read_text("utf-8")
    return whole[: whole.index(text)].count("\n") + 1


def places(found: list[Diagnostic]) -> Counter[tuple[str, int, str]]:
    return Counter((Path(one.file).name, one.line, one.code) for one in found)


def told(found: list[Diagnostic], code: str) -> str:
    (one,) = [one for one in found if one.code == code]
    return f"{Path(one.file).name}:{one.line}: {one.what}"


run = partial(typed, "plugin", "check")


def test_a_new_plugin_is_without_fault(fresh: Path) -> None:
    assert run(fresh, "--no-build", "--strict").exit_code == 0


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["national", "anhui", "shandong", "henan", "hebei", "jiangsu"])
def test_the_packs_here_are_without_fault(name: str) -> None:
    """Their cases are run by their own tests."""
    assert check_path(ROOT / "plugins" / name, build=False, cases=False) == []


def test_every_fault_of_a_pack_is_told_at_once_at_its_line(plugin: Path) -> None:
    (plugin / RULES).write_text(faulty.WORDS_AND_FIGURES, "utf-8")
    shutil.rmtree(plugin / "tests")
    found = check_path(plugin, build=False)
    wanted = Counter(faulty.marked(plugin)) + Counter([("tests", 0, "case_missing")])
    # a title that says the former limit too, in both languages
    assert places(found).keys() == wanted.keys()
    assert {one.plugin for one in found} == {"junheng-zhongyuan"}
    assert all(
        one.todo for one in nonempty(found) if one.code not in ("basis", "reference", "kind")
    )
    looser = told(found, "loosened")
    assert "primary = 4.2" in looser
    assert "primary = 4.0" in looser
    assert "（0.5 → 1）" not in told(found, "relaxed")
    assert "primary = 1," in told(found, "relaxed").replace("primary = 1.0,", "primary = 1,")


def test_names_days_and_layers(plugin: Path) -> None:
    rules = (plugin / RULES).parent
    (plugin / RULES).write_text(faulty.NAMES_AND_DAYS, "utf-8")
    for name in ("STANDARD", "LATER", "SAME_DAY"):
        (rules / f"zz_{name.lower()}.toml").write_text(getattr(faulty, name), "utf-8")
    found = check_path(plugin, build=False, cases=False)
    assert places(found).keys() == Counter(faulty.marked(plugin)).keys()


def test_facts_templates_and_offers(plugin: Path) -> None:
    package = plugin / PACKAGE
    (package / "__init__.py").write_text(faulty.MODULE, "utf-8")
    (package / "schemas" / "county.schema.json").write_text(faulty.FACTS, "utf-8")
    (package / "templates" / "rectify_county.html").write_text(faulty.COUNTY_PAPER, "utf-8")
    (package / "templates" / "report.md").write_text(faulty.REPORT, "utf-8")
    (package / "templates" / "rectify_schol.md").write_text("x", "utf-8")
    (package / "templates" / "rectify_school.docx").write_bytes(b"no document")
    spoil(plugin, "pyproject.toml", ('name = "junheng-', 'name = "'))
    found = check_path(plugin, build=False, cases=False)
    wanted = Counter(faulty.marked(plugin)) + Counter(
        [
            ("__init__.py", 1, "offer"),  # packs that no hook offers
            ("__init__.py", 0, "not_loaded"),
            ("rectify_schol.md", 0, "template_name"),
            ("rectify_school.docx", 0, "template"),
            ("pyproject.toml", 6, "distribution"),
        ]
    )
    assert places(found) == wanted


def test_a_remedy_that_cannot_be_filled_in(plugin: Path) -> None:
    first, second = "阅读课 {shortfal} 节", "Add {shortfall.x} reading"
    spoil(plugin, RULES, ("阅读课 {shortfall} 节", first), ("Add {shortfall} reading", second))
    found = check_path(plugin, build=False, cases=False)
    assert [(one.code, one.line) for one in found] == [
        ("remedy", line_of(plugin, RULES, text)) for text in (first, second)
    ]
    assert "{shortfal}" in found[0].what
    assert all("{shortfall}, {excess}, {value}, {threshold}" in one.todo for one in nonempty(found))


@pytest.mark.parametrize(
    ("unit", "found"), [("元", ["unit"]), ("%", ["unit"]), ("人", ["unit"]), ("节/周", [])]
)
def test_the_unit_of_a_plain_fact_is_the_fact_s(plugin: Path, unit: str, found: list[str]) -> None:
    spoil(plugin, RULES, ('\nunit = "节"', f'\nunit = "{unit}"'))
    line = line_of(plugin, RULES, f'unit = "{unit}"')
    told = check_path(plugin, build=False, cases=False)
    assert [(one.code, one.line) for one in told] == [(code, line) for code in found]


def test_days_before_the_base_are_told_once_to_the_author(plugin: Path) -> None:
    spoil(plugin, RULES, ("effective = 2017-04-19 ", "effective = 2014-01-01 "))
    spoil(plugin, RULES, ("date = 2025-09-01", "date = 2015-09-01"))
    (gap,) = [one for one in check_path(plugin, build=False, cases=False) if one.code == "date_gap"]
    assert gap.line == line_of(plugin, RULES, "effective = 2014-01-01")
    assert "2014-01-01" in gap.what
    assert "effective" in gap.todo


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ('at_least = 98\nbasis = "sure"', "basis"),
        ('at_least = 90\nbasis = "verified"', "loosened"),
        ('at_least = true\nbasis = "verified"', "schema"),
    ],
)
def test_who_names_an_override_that_is_wrong_is_not_accused(
    plugin: Path, spoilt: str, code: str
) -> None:
    spoil(plugin, RULES, ('at_least = 98\nbasis = "unconfirmed"', spoilt))
    found = check_path(plugin, build=False, cases=False)
    assert [one.code for one in found] == [code]


def test_limits_on_a_fact_that_is_wrong_are_not_accused(plugin: Path) -> None:
    spoil(plugin, SCHEMA, ('"minimum": 0,\n      "maximum": 50', '"minimum": 0'))
    assert [one.code for one in check_path(plugin, build=False, cases=False)] == ["fact"]


def test_what_is_left_of_a_rule_that_was_renamed(plugin: Path) -> None:
    spoil(plugin, RULES, ("[rule.ZH-1]", "[rule.ZH-7]"))
    found = check_path(plugin, build=False, cases=False)
    left = line_of(plugin, RULES, "[[rule.ZH-1.since]]")
    assert [(one.code, one.line) for one in found if "ZH-1" in one.what] == [("source", left)]


@pytest.mark.parametrize(
    ("text", "number", "said"),
    [
        ("每周不少于两节。", 2, True),
        ("每周三节以上。", 3, True),
        ("At least Three lessons.", 3, True),
        ("每周不少于十二节。", 2, False),
        ("第三节课，三年内。", 3, False),
        ("Within three years, twenty-two", 3, False),
        ("两节", 20, False),
    ],
)
def test_small_numbers_in_words(text: str, number: int, said: bool) -> None:
    assert says(text, Decimal(number)) is said


def test_the_former_limit_in_words(plugin: Path) -> None:
    new, old = "每周安排阅读课不少于3节", "每周安排阅读课不少于两节"
    spoil(plugin, RULES, (new, old))
    found = check_path(plugin, build=False, cases=False)
    assert [(one.code, one.line) for one in found] == [("old_number", line_of(plugin, RULES, old))]


def test_a_file_of_facts_that_is_no_json_accuses_no_rule(plugin: Path) -> None:
    (plugin / PACKAGE / "schemas" / "school.schema.json").write_text(
        '{\n "properties": {\n,', "utf-8"
    )
    found = check_path(plugin, build=False)
    assert places(found).keys() == {("school.schema.json", 3, "fact"), ("cases", 0, "case_not_run")}


def test_code_is_run_where_it_is_asked_for(plugin: Path) -> None:
    (plugin / PACKAGE / "__init__.py").write_text(faulty.MODULE, "utf-8")
    offers = [one.what for one in check_path(plugin, build=False, cases=False, run_code=True)]
    assert any("nobody asked for this code" in what for what in offers)


CASES = "tests/cases/zhongyuan.toml"


def test_cases_that_fail_are_missing_or_faulty(plugin: Path) -> None:
    spoil(
        plugin,
        CASES,
        ('status = "pass", value = 2, threshold = 2', 'status = "pass", value = 2, threshold = 7'),
        ("as_of = 2025-09-01\n", ""),
        ("value = 3, threshold = 3", "value = 3, threshold = 2"),
        ("value = 2, threshold = 3, shortfall = 1", "value = 2, threshold = 3"),
        ('status = "unknown", missing = ["disabled_children"]', 'status = "pass", value = 1'),
    )
    found = check_path(plugin, build=False)
    rules = [line_of(plugin, RULES, f"[{name}]") for name in ("override.Q2", "rule.ZH-1")]
    starts = (plugin / CASES).read_text("utf-8").split("[[case]]")[:-1]
    cases = [sum(one.count("\n") for one in starts[: n + 1]) + 1 for n in range(len(starts))]
    assert places(found) == Counter(
        [(Path(RULES).name, line, "case_missing") for line in rules]
        + [("zhongyuan.toml", cases[n], "case_fails") for n in (2, 4, 8)]
    )
    lacking = [one.what for one in found if one.code == "case_missing"]
    assert "缺数据" in lacking[0]
    assert "2025-09-01" in lacking[1]
    spoil(plugin, CASES, ("reading_lessons = 1 ", "reeding_lessons = 1 "))
    (fault,) = [one for one in check_path(plugin, build=False) if one.code == "case_faulty"]
    assert "reeding_lessons" in fault.what
    assert fault.line == line_of(plugin, CASES, "reeding_lessons")


def test_a_pack_that_is_no_toml_and_one_of_another_language(plugin: Path) -> None:
    spoil(plugin, RULES, ("[override.Q2]\n", "[override.Q2\n"))
    found = check_path(plugin, build=False, cases=False)
    assert [(one.code, one.line) for one in found] == [
        ("toml", line_of(plugin, RULES, "[override.Q2\n"))
    ]
    spoil(plugin, RULES, ("[override.Q2\n", "[override.Q2]\n"), ('">=1.0"', '">=9"'))
    assert [one.code for one in check_path(plugin, build=False, cases=False)] == ["language"]


def test_what_is_taken_and_days_before_the_base(plugin: Path) -> None:
    changes = [
        ('id = "zhongyuan"', 'id = "anhui"  #! taken'),
        ('names = ["中原省", "中原"]', 'names = ["安徽省"]\ndefault = true  #! taken'),
        ("effective = 2017-04-19", "effective = 1017-04-19  #! date #! date_gap #"),
        ("at_least = 3\n", "at_least = 30  #! limit_implausible\n"),
    ]
    spoil(plugin, RULES, *changes)
    found = check_path(plugin, build=False, cases=False)
    assert places(found).keys() >= Counter(faulty.marked(plugin)).keys()


def test_what_is_extended_is_not_there(plugin: Path) -> None:
    spoil(plugin, RULES, ('extends = "national"', 'extends = "nobody"'))
    found = check_path(plugin, build=False, cases=False)
    line = line_of(plugin, RULES, 'extends = "nobody"')
    assert [(one.code, one.line) for one in found] == [("reference", line)]


def test_a_city_is_one_file(tmp_path: Path) -> None:
    write_new(
        NewPack("zhengyang", "正阳市", "", (), "ZY", "national", True, tmp_path / "city"), load()
    )
    assert check_path(tmp_path / "city" / "zhengyang.toml") == []
    shutil.rmtree(tmp_path / "city" / "cases")
    assert [one.code for one in check_path(tmp_path / "city")] == ["no_cases"]


def test_nothing_to_check_is_wrong_usage(tmp_path: Path) -> None:
    assert run(tmp_path).exit_code == 2
    assert run(tmp_path / "nowhere").exit_code == 2
    assert run(tmp_path, "--format", "pdf").exit_code == 2


def declared(plugin: Path) -> list[Diagnostic]:
    diagnosis = Diagnosis("")
    check_entry_points(source_of(plugin), diagnosis)
    return diagnosis.sorted()


def test_entry_points_that_lead_nowhere(plugin: Path) -> None:
    spoil(plugin, "pyproject.toml", ('= "compliance_zhongyuan"\n', '= "compliance_zhongyan"\n'))
    assert "compliance_zhongyan" in told(declared(plugin), "entry_point")
    spoil(plugin, "pyproject.toml", ("entry-points.compliance]", "entry-points.complience]"))
    assert "compliance" in told(declared(plugin), "entry_point")


@pytest.mark.parametrize(
    "answer",
    [
        "Path(__file__).parent",
        '"rules"',
        '{"a": 1}',
        '[Path(__file__).parent / "data"]',
        '[Path("/nix")]',
        '["/"]',
        "[]",
    ],
)
def test_an_answer_that_is_none(plugin: Path, answer: str) -> None:
    """As far as it is written out; what the first one is, is seen once the code is run."""
    spoil(plugin, f"{PACKAGE}/__init__.py", ("[Path(__file__).parent]", answer))
    found = [one.code for one in declared(plugin)]
    assert found == ([] if answer == "Path(__file__).parent" else ["offer"])


def test_a_pyproject_that_is_no_toml(plugin: Path) -> None:
    spoil(plugin, "pyproject.toml", ("[project]", "[project"))
    assert {one.code for one in check_path(plugin, cases=False)} == {"distribution"}


@pytest.mark.wheel
def test_what_the_wheel_lacks(plugin: Path) -> None:
    assert check_path(plugin, cases=False) == []
    spoil(plugin, "pyproject.toml", ('"py.typed", "rules/*.toml", "schemas/*.json", ', ""))
    found = check_path(plugin, cases=False)
    assert [(one.code, Path(one.file).name) for one in found] == [
        ("wheel", "zhongyuan.toml"),
        ("wheel", "school.schema.json"),
    ]
    spoil(plugin, "pyproject.toml", ('where = ["src"]', 'where = ["nowhere"]'))
    assert {one.code for one in check_path(plugin, cases=False)} == {"wheel"}


BASE = """[pack]
id = "small"
title = "小（虚构）"
title_en = "Small (fictitious)"
source = "中原教〔2024〕1号（虚构）"
effective = 2024-01-01
concludes = "C"

[rule.C]
kind = "attested"
title = "一"
title_en = "One"
basis = "verified"
source = "中原教〔2024〕1号（虚构）"
text = "一。"
text_en = "One."
owner = "股"
owner_en = "Office"
"""
REMEDY = 'remedy = "改"\nremedy_en = "Mend it"\n'
FORMS: dict[str, Callable[[str], list[tuple[str, int]]]] = {
    "json": lambda text: [(one["code"], one["line"]) for one in json.loads(text)["faults"]],
    "sarif": lambda text: [
        (one["ruleId"], one["locations"][0]["physicalLocation"]["region"]["startLine"])
        for one in json.loads(text)["runs"][0]["results"]
    ],
    "github": lambda text: [
        ("remedy", int(line))
        for line in re.findall(
            r"^::error file=\S+small.toml,line=(\d+),.*remedy", text, re.MULTILINE
        )
    ],
    "text": lambda text: [
        (code, int(line)) for line, code in re.findall(r"small.toml:(\d+): \[错误 (\w+)\]", text)
    ],
}


@pytest.mark.parametrize("form", FORMS)
def test_the_formats_say_the_same(tmp_path: Path, form: str) -> None:
    pack = tmp_path / "small.toml"
    pack.write_text(BASE, "utf-8")
    printed = run(pack, "--no-cases", "--format", form)
    assert printed.exit_code == 1
    assert FORMS[form](printed.output) == [("remedy", 9)]


def test_warnings_fail_where_that_is_asked(tmp_path: Path) -> None:
    pack = tmp_path / "small.toml"
    pack.write_text(BASE + REMEDY, "utf-8")
    assert run(pack).exit_code == 0
    printed = run(pack, "--strict")
    assert printed.exit_code == 1
    assert "no_cases" in printed.output
    assert run(pack, "--strict", "--no-cases").exit_code == 0


def test_the_page_has_every_code_and_no_other() -> None:
    page = (ROOT / "docs" / "plugin-check.md").read_text("utf-8")
    headings = re.findall(r"^### `(\w+)`", page, re.MULTILINE)
    assert headings == list(CODES)
    with use("en"):
        named = titles()
    assert list(named) == list(CODES)
    for code, severity in nonempty(CODES.items()):
        section = page.partition(f"### `{code}`")[2].partition("\n#")[0]
        assert f"*{severity}*" in section, code
        assert "Cure:" in section, code
