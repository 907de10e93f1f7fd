"""The runner of cases: what is right passes, what differs fails, what is misspelt is named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from compliance import intake
from compliance.authoring import run_cases
from compliance.authoring.case import Case, packs_beside
from compliance.authoring.case_file import read_cases, read_exemptions
from compliance.authoring.coverage import coverage
from compliance.authoring.run_cases import check, enrol
from compliance.engine import evaluate as engine
from compliance.engine.evaluate import Evaluation
from compliance.kernel.errors import PackError
from compliance.kernel.submission import Submission
from compliance.testing import CaseError, pack_contract

PACK = """
[pack]
id = "little"
title = "小规则集"
source = "测试"
effective = 2017-04-19
concludes = "C"
default = true

[indicator.rate]
title = "每百名学生教师数"
unit = "人/百名学生"
measure = "人"
gap_unit = "人"
per = 100
of = "teachers"
over = "students"

[rule.R1]
kind = "threshold"
scope = "unit"
title = "教师"
basis = "verified"
source = "测试"
indicator = "rate"
at_least = { primary = 4, junior = 5 }

[rule.A1]
kind = "attested"
scope = "county"
title = "佐证"
basis = "verified"
source = "测试"

[rule.C]
kind = "all"
scope = "county"
role = "conclusion"
title = "结论"
basis = "verified"
source = "测试"
of = ["R1", "A1"]
"""
HEAD = 'ruleset = "pack.toml"\n'
RIGHT = """
[[case]]
it = "4 for 100, on the line"
rule = "R1"
unit = { stage = "primary", students = 100, teachers = 4 }
expect = { status = "pass", value = 4, threshold = 4, missing = [] }
"""


def written(folder: Path, *texts: str, head: str = HEAD) -> Path:
    (folder / "pack.toml").write_text(PACK, "utf-8")
    place = folder / "cases" if (folder / "cases").is_dir() else folder
    path = place / "some.toml"
    path.write_text(head + "".join(texts), "utf-8")
    return path


def read(folder: Path, *texts: str, head: str = HEAD) -> list[Case]:
    found = read_cases(written(folder, *texts, head=head))
    enrol(found)
    return found


def case(body: str, rule: str = "R1", it: str = "x") -> str:
    return f'\n[[case]]\nit = "{it}"\nrule = "{rule}"\n{body}\n'


def complaint(folder: Path, body: str, rule: str = "R1") -> str:
    [one] = read(folder, case(body, rule))
    with pytest.raises(AssertionError) as caught:
        check(one)
    return str(caught.value)


def faults(folder: Path, *texts: str, head: str = HEAD) -> str:
    path = written(folder, *texts, head=head)
    with pytest.raises(CaseError) as caught:
        read_cases(path)
    return str(caught.value)


def test_a_case_that_is_right_passes(tmp_path: Path) -> None:
    for one in read(tmp_path, RIGHT):
        check(one)


UNIT = 'unit = { stage = "junior", students = 300, teachers = 14 }\n'


@pytest.mark.parametrize(
    ("expect", "said"),
    [  # 14 for 300 are 4.666…, and 15 are wanted
        ('{ status = "pass" }', "status: 应为 pass, 得到 fail"),
        ('{ status = "fail", value = 4.67 }', "value: 应为 4.67, 得到 4.666"),
        ('{ status = "fail", value = "≈4.66" }', "value: 应为 ≈4.66"),
        ('{ status = "fail", threshold = 4 }', "threshold: 应为 4, 得到 5.0"),
        ('{ status = "fail", shortfall = "none" }', "shortfall: 应为 none, 得到 1.0"),
        ('{ status = "fail", excess = 1 }', "excess: 应为 1, 得到 none"),
        ('{ status = "fail", missing = ["junior_students"] }', "missing: 应为 [junior_students]"),
        ('{ status = "fail", says = ["达到"] }', "says"),
        ('{ status = "fail", role = "advisory" }', "role: 应为 advisory"),
        ('{ status = "fail", parts = ["fail"] }', "parts"),
    ],
)
def test_whatever_differs_is_said_with_its_place(tmp_path: Path, expect: str, said: str) -> None:
    text = complaint(tmp_path, f"{UNIT}expect = {expect}")
    assert said in text
    assert "some.toml:3 R1" in text


def test_figures_are_compared_as_decimals_and_to_the_digits_shown(tmp_path: Path) -> None:
    expect = '{ status = "fail", value = "≈4.67", shortfall = 1, shortfall_unit = "人" }'
    for one in read(tmp_path, case(f"{UNIT}expect = {expect}")):
        check(one)


def test_a_case_that_meets_no_finding_fails(tmp_path: Path) -> None:
    school = 'school = { school_type = "senior", senior_students = 300 }\n'
    assert "得到 absent" in complaint(tmp_path, school + 'expect = { status = "pass" }')


def test_absence_can_be_expected_with_its_reason(tmp_path: Path) -> None:
    unit = 'unit = { stage = "primary", students = 0, teachers = 4 }\n'
    expect = 'expect = { status = "absent", excluded = ["stage_without_pupils"] }'
    for one in read(tmp_path, case(unit + expect)):
        check(one)


def test_several_findings_want_a_subject(tmp_path: Path) -> None:
    school = "school = { primary_students = 100, primary_teachers = 4, junior_students = 100 }\n"
    assert "请写 at" in complaint(tmp_path, school + 'expect = { status = "pass" }')
    chosen = (
        'at = { stage = "junior" }\nexpect = { status = "unknown", missing = ["junior_teachers"] }'
    )
    for one in read(tmp_path, case(school + chosen)):
        check(one)


def test_an_error_of_the_figures_fails_its_own_case_alone(tmp_path: Path) -> None:
    wrong = (
        'unit = { stage = "primary", students = 10.5, teachers = 4 }\nexpect = { status = "pass" }'
    )
    found = read(tmp_path, case(wrong), RIGHT)
    with pytest.raises(AssertionError, match=r"some\.toml:3 R1(.|\n)*10\.5"):
        check(found[0])
    check(found[1])


def test_given_figures_are_laid_under_a_case_and_blanked(tmp_path: Path) -> None:
    given = "\n[[given.two.schools]]\nstage = 'primary'\nstudents = 100\nteachers = 4\n"
    body = 'given = "two"\nunit = { stage = "primary"%s }\n%sexpect = { status = "%s" }'
    over = case(body % (", teachers = 3", "", "fail"))
    blank = case(body % ("", 'blank = ["primary_teachers"]\n', "unknown"))
    for one in read(tmp_path, given, over, blank):
        check(one)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (case('expect = { status = "pass" }', "R2"), "some.toml:5: 没有规则 R2（是否指 R1？）"),
        (
            case('unit = { stage = "primary", studnets = 3 }\nexpect = { status = "pass" }'),
            "some.toml:6: 学校没有数据项“studnets”（是否指 students？）",
        ),
        (
            case('county = { teacher_salry = 3 }\nexpect = { status = "pass" }'),
            "some.toml:6: county没有数据项“teacher_salry”（是否指 teacher_salary？）",
        ),
        (case('expect = { status = "pass", valeu = 3 }'), "some.toml:6: expect中没有“valeu”"),
        (case('expect = { status = "passed" }'), "some.toml:6: 没有状态“passed”"),
        (case("expect = { value = 3 }"), "some.toml:6: expect 须写明 status"),
        (case('expect = { status = "pass", value = "4" }'), "some.toml:6: value 写数"),
        (case('expects = { status = "pass" }'), "some.toml:6: [[case]]中没有“expects”"),
        (
            case('statements = { A2 = true }\nexpect = { status = "pass" }'),
            "some.toml:6: A2 不是要说明的规则（是否指 A1？）",
        ),
        (case('given = "x"\nexpect = { status = "pass" }'), "some.toml:6: 没有 [given.x]"),
        (case('blank = ["books"]\nexpect = { status = "pass" }'), "some.toml:6: books 本来就没有"),
        (case('at = { school = 9 }\nexpect = { status = "pass" }'), "some.toml:6: 没有学校 9"),
        ("\n[cases]\n", "some.toml:1: 没有 [[case]]"),
        ("\n[[case\n", "some.toml:3: 不是有效的TOML"),
    ],
)
def test_what_is_misspelt_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert said in faults(tmp_path, text)


def test_a_rule_set_must_be_named_and_known(tmp_path: Path) -> None:
    assert "须写明 ruleset" in faults(tmp_path, RIGHT, head="")
    text = faults(tmp_path, RIGHT, head='ruleset = "nationl"\n')
    assert "some.toml:1: 没有规则集“nationl”" in text
    assert "national" in text


def test_a_broken_pack_is_no_fault_of_the_case(tmp_path: Path) -> None:
    path = written(tmp_path, RIGHT)
    (tmp_path / "pack.toml").write_text(PACK.replace('"rate"', '"rote"'), "utf-8")
    with pytest.raises(PackError):
        read_cases(path)


def test_a_folder_without_cases_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CaseError):
        read_cases(tmp_path)


def test_three_lines_make_a_test_of_every_case(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    place = written(tmp_path, RIGHT, case('expect = { status = "pass" }', "A1"))
    place.write_text(place.read_text("utf-8").replace("pack.toml", "../pack.toml"), "utf-8")
    test = pack_contract("pack.toml", tmp_path)
    [mark] = test.pytestmark  # type: ignore[attr-defined]
    right, wrong = mark.args[1][:2]
    test(right)
    with pytest.raises(pytest.fail.Exception, match="not_checked"):
        test(wrong)


def lacking(folder: Path, texts: Sequence[str]) -> list[str]:
    """What the cases leave out, and the lines that exempt in vain."""
    found = read(folder, *texts)
    exempt = read_exemptions(found[0].options.file)
    seen = coverage(found, packs_beside(found[0].options.ruleset), exempt)
    gaps = (f"{one.name}: {gap.sort} {gap.of}".rstrip() for one in seen.covered for gap in one.gaps)
    return [*gaps, *seen.in_vain]


def unit(stage: str, teachers: str, status: str) -> str:
    table = f'unit = {{ stage = "{stage}", students = 100{teachers} }}\n'
    return case(f'{table}expect = {{ status = "{status}" }}')


def attested(body: str, status: str, rule: str = "A1") -> str:
    return case(f'{body}expect = {{ status = "{status}" }}', rule)


def test_coverage_names_every_case_that_is_not_there(tmp_path: Path) -> None:
    assert lacking(tmp_path, [RIGHT]) == [
        "R1: fail primary",
        "R1: pass junior",
        "R1: fail junior",
        "R1: missing",
        "R1: on_the_line junior",
        "A1: pass",
        "A1: fail",
        "A1: missing",
        "C: pass",
        "C: fail",
        "C: missing",
    ]


def test_coverage_is_content_with_all_of_them_and_with_what_cannot_be_had(tmp_path: Path) -> None:
    texts = [
        RIGHT,
        unit("primary", ", teachers = 3", "fail"),
        unit("primary", "", "unknown"),
        unit("junior", ", teachers = 6", "pass"),
        unit("junior", ", teachers = 4", "fail"),
        attested("statements = { A1 = true }\n", "pass"),
        attested("statements = { A1 = false }\n", "fail"),
        attested("", "not_checked"),
        attested("statements = { A1 = false }\n", "fail", "C"),
        attested("", "unknown", "C"),
    ]
    assert lacking(tmp_path, texts) == ["R1: on_the_line junior", "C: pass"]
    exempt = '\n[[exempt]]\nrule = "C"\nlacks = ["pass", "fail"]\nbecause = "测试"\n'
    line = unit("junior", ", teachers = 5", "pass")
    assert lacking(tmp_path, [*texts, line, exempt]) == [
        "some.toml:67：C 不缺“fail”的算例，[[exempt]] 多余"
    ]


def test_a_folder_is_accepted_once_and_only_what_is_asked_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two files on three sets of terms: one acceptance, and C, which nobody asks for, unjudged."""
    take_in, evaluate = intake.take_in, engine.evaluate
    accepted: list[int] = []
    judged: list[set[str]] = []

    def counting(paths: Sequence[Path], *rest: Any) -> Submission:
        accepted.append(len(paths))
        return take_in(paths, *rest)

    def watching(*given: Any, **choice: Any) -> Evaluation:
        bench = evaluate(*given, **choice)
        judged.append(set(bench.done))
        return bench

    monkeypatch.setattr(intake, "take_in", counting)
    monkeypatch.setattr(run_cases, "evaluate", watching)
    path = written(tmp_path, RIGHT, case('expect = { status = "not_checked" }', "A1"))
    late = "as_of = 2024-09-01\n"
    (tmp_path / "other.toml").write_text(HEAD + late + RIGHT, "utf-8")
    enforced = case('enforce = ["A1"]\nexpect = { status = "not_checked" }', "A1")
    path.write_text(path.read_text("utf-8") + enforced, "utf-8")
    found = [one for file in (path, tmp_path / "other.toml") for one in read_cases(file)]
    enrol(found)
    for one in found:
        check(one)
    assert accepted == [2]
    assert sorted(map(sorted, judged)) == [["A1"], ["A1", "R1"], ["R1"]]


def test_pytest_is_needed_to_run_cases_and_by_nothing_else() -> None:
    program = "import sys, compliance.testing, compliance.cli; assert 'pytest' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
