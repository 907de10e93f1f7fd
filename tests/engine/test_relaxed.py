"""What switches put in a rule's place row by row: every state of the condition, on the line, followed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.assessment.messages import told
from compliance.engine import verdicts
from compliance.engine.evaluate import Evaluation, evaluate
from compliance.engine.findings import findings
from compliance.engine.kinds import Kind, kinds
from compliance.engine.relaxations import attributed
from compliance.kernel import i18n
from compliance.kernel.errors import PackError
from compliance.kernel.submission import FAIL, PASS, STATUSES
from compliance.rules.language.editions import editions
from compliance.rules.language.model import Rule
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.resolve import resolve
from tests.support.examples import examples
from tests.support.nonempty import nonempty
from tests.support.rules import CONCLUSION, DAY, HEAD, judged, pack, rule, submission

SWITCHES = """
[switch.larger]
kind = "relaxation"
title = "学校可以较大"
title_en = "Schools may be larger"
source = "某函"
basis = "secondary"
from = 2019-01-01
until = 2022-12-31
duty = "三年内须达到正常标准"

[switch.visiting]
kind = "relaxation"
title = "可以计入走教教师"
title_en = "Visiting teachers count"
source = "某函"
basis = "verified"
"""
INDICATORS = """
[indicator.size]
title = "在校生数"
unit = "人"
of = "compulsory_students"

[indicator.migrants]
title = "随迁子女占比"
unit = "%"
per = 100
of = "migrant_students"
over = "compulsory_students"

[indicator.ground]
title = "生均场地"
unit = "平方米"
of = "outdoor_sports_area"
over = "compulsory_students"

[indicator.wide]
title = "含骨干的教师数"
unit = "人/百名学生"
measure = "人"
per = 100
of = ["teachers_above_degree", "backbone_teachers"]
over = "students"
"""
SIZE = (
    'kind = "threshold"\nscope = "school"\nindicator = "size"\nrolls_up = "county"\nby = "school_type"\n'
    "at_most = { primary = 2000, junior = 2000, nine_year = 2500 }\n"
)


def larger(where: str) -> str:
    return (
        f'[[rule.G4.instead]]\nswitch = "larger"\nwhere = {where}\n'
        "at_most = { primary = 2400, nine_year = 3000 }\n"
    )


BUILT = rule("G4", SIZE + larger("{ built_year = { at_most = 2010 } }"))
DEGREE = (
    'kind = "threshold"\nscope = "unit"\nrole = "component"\nindicator = "degree"\n'
    "at_least = { primary = 4.2, junior = 5.3 }\n"
)
VISITING = (
    '[[rule.R1.instead]]\nswitch = "visiting"\nwhere = { setting = "rural" }\nindicator = "wide"\n'
)
AREA = (
    'kind = "threshold"\nscope = "unit"\nrole = "component"\nindicator = "area"\n'
    "at_least = { primary = 4.5, junior = 5.8 }\n"
)
SEVERAL = (
    'kind = "most"\nscope = "unit"\nof = ["R1", "R2"]\npass_at_least = 1\nrest_at_least = 0.85'
)
EVEN = 'kind = "dispersion"\nof = "R1"\nat_most = { primary = 0.5, junior = 0.45 }'
RESOURCES = (
    rule("R1", DEGREE + VISITING) + rule("R2", AREA) + rule("RS", SEVERAL) + rule("D1", EVEN)
)


def law(*rules: str, on: tuple[str, ...] = ("larger", "visiting"), offered: Any = None) -> Ruleset:
    text = HEAD + SWITCHES + INDICATORS + "".join(rules)
    text += "" if "[rule.C]" in text else CONCLUSION
    return resolve(editions([pack(text)]), "base", DAY, (), on, kinds=offered or kinds())


def school(students: float | None, **facts: Any) -> dict[str, Any]:
    return {"school_type": "primary", "primary_students": students, "teaching_area": 1e6, **facts}


def teaching(own: float | None, other: float | None, setting: str | None) -> dict[str, Any]:
    return school(
        100, primary_teachers_above_degree=own, primary_backbone_teachers=other, setting=setting
    )


def states(bench: Evaluation, rule_id: str) -> list[str]:
    return [STATUSES[code] for code in bench.outcome(rule_id)["status"]]


@pytest.mark.parametrize(
    ("students", "built", "status", "threshold", "excess", "relaxed", "missing"),
    [
        (1900, 2005, "pass", 2000, None, None, []),  # passes anyway: the normal standard is shown
        (2000, 2005, "pass", 2000, None, None, []),
        (2001, 2005, "pass", 2400, None, "larger", []),
        (2400, 2010, "pass", 2400, None, "larger", []),  # both on the line
        (2401, 2010, "fail", 2400, 1, None, []),  # misses both: by how much is said of the wider
        (2300, 2011, "fail", 2000, 300, None, []),
        (2300, None, "unknown", 2000, None, None, ["built_year"]),
        (2401, None, "fail", 2000, 401, None, []),  # whatever the year
        (1900, None, "pass", 2000, None, None, []),
        (None, 2005, "unknown", 2400, None, None, ["primary_students"]),
        (None, 2011, "unknown", 2000, None, None, ["primary_students"]),
        (None, None, "unknown", 2000, None, None, ["primary_students", "built_year"]),
    ],
)  # fmt: skip
def test_another_limit(
    students: Any,
    built: Any,
    status: str,
    threshold: float,
    excess: Any,
    relaxed: Any,
    missing: Any,
) -> None:
    bench = judged(law(BUILT), submission([school(students, built_year=built)]))
    row = bench.outcome("G4").row(0, named=True)
    assert STATUSES[row["status"]] == status
    assert (row["threshold"], row["excess"], row["relaxed_by"]) == (threshold, excess, relaxed)
    assert row["missing"] == missing
    if status == "unknown":
        assert row["value"] is None


def test_a_type_for_which_nothing_is_set_instead_keeps_its_limit() -> None:
    junior = {"school_type": "junior", "junior_students": 2300.0, "built_year": 2005.0}
    row = judged(law(BUILT), submission([junior])).outcome("G4").row(0, named=True)
    assert (STATUSES[row["status"]], row["threshold"], row["excess"]) == ("fail", 2000, 300)


def test_switched_off_nothing_changes() -> None:
    figures = submission([school(2300, built_year=2005)])
    rules = law(BUILT, on=())
    assert rules.rules["G4"].instead == ()
    row = judged(rules, figures).outcome("G4").row(0, named=True)
    assert (STATUSES[row["status"]], row["alternative"], row["relaxed_by"]) == ("fail", None, None)


@pytest.mark.parametrize(
    ("migrants", "status"),
    [
        (1150, "fail"),
        (1151, "pass"),
        (None, "unknown"),
        (0, "fail"),
    ],  # 1150 of 2300: not above half
)
def test_a_condition_on_a_share(migrants: float | None, status: str) -> None:
    g4 = rule("G4", SIZE + larger("{ migrants = { above = 50 } }"))
    bench = judged(law(g4), submission([school(2300, migrant_students=migrants)]))
    row = bench.outcome("G4").row(0, named=True)
    assert STATUSES[row["status"]] == status
    assert row["missing"] == (["migrant_students"] if status == "unknown" else [])
    assert set(bench.ruleset.references.facts("G4")) == {
        "compulsory_students", "migrant_students",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("area", "word", "status"),
    [
        (601.2, "at_least", "pass"), (601.2, "above", "fail"), (601.2, "below", "fail"),
        (601.2, "at_most", "pass"), (601.1, "at_least", "fail"), (601.3, "above", "pass"),
    ],
)  # fmt: skip
def test_a_condition_on_the_line_is_told_exactly(area: float, word: str, status: str) -> None:
    """601.2 ÷ 2004 is exactly 0.3; doubles give 0.30000000000000004."""
    g4 = rule("G4", SIZE + larger(f"{{ ground = {{ {word} = 0.3 }} }}"))
    bench = judged(law(g4), submission([school(2004, outdoor_sports_area=area)]))
    assert states(bench, "G4") == [status]


def test_of_two_conditions_either_will_do_and_only_the_open_one_is_named() -> None:
    either = '[{ built_year = { at_most = 2010 } }, { setting = "rural" }]'
    g4 = rule("G4", SIZE + larger(either))
    cases = [
        (2005, None),
        (2015, "rural"),
        (2015, "urban"),
        (2015, None),
        (None, None),
        (None, "urban"),
    ]
    schools = [school(2300, built_year=b, setting=s) for b, s in cases]
    bench = judged(law(g4), submission(schools))
    assert states(bench, "G4") == ["pass", "pass", "fail", "unknown", "unknown", "unknown"]
    assert bench.outcome("G4")["missing"].to_list() == [
        [], [], [], ["setting"], ["built_year", "setting"], ["built_year"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "other", "setting", "status", "value", "shortfall", "relaxed", "missing"),
    [
        (3, 2, "rural", "pass", 5, None, "visiting", []),
        (5, 1, "rural", "pass", 6, None, None, []),  # met anyway, and counted as the rule counts
        (5, None, "rural", "pass", 5, None, None, []),
        (5, None, None, "pass", 5, None, None, []),
        (3, 1, "rural", "fail", 4, 1, None, []),  # 5 are needed, 4 count
        (3, 2, "urban", "fail", 3, 2, None, []),
        (3, None, "rural", "unknown", None, None, None, ["primary_backbone_teachers"]),
        (3, 2, None, "unknown", None, None, None, ["setting"]),
        (3, 1, None, "fail", 3, 2, None, ["setting"]),
        (3, None, None, "unknown", None, None, None, ["setting", "primary_backbone_teachers"]),
        (3, None, "urban", "fail", 3, 2, None, []),
        (None, 2, "rural", "unknown", None, None, None, ["primary_teachers_above_degree"]),
    ],
)  # fmt: skip
def test_another_indicator(
    own: Any, other: Any, setting: Any, status: str, value: Any, shortfall: Any, relaxed: Any, missing: Any
) -> None:  # fmt: skip
    bench = judged(law(RESOURCES), submission([teaching(own, other, setting)]))
    row = bench.outcome("R1").row(0, named=True)
    found = (
        STATUSES[row["status"]],
        row["value"],
        row["shortfall"],
        row["relaxed_by"],
        row["missing"],
    )
    assert found == (status, value, shortfall, relaxed, missing)


def test_the_floor_stays_its_share_of_the_limit_chosen() -> None:
    """85 % of 3 is 2.55: 51 of 2,000 reach it exactly, 50 do not."""
    lower = VISITING.replace('indicator = "wide"', "at_least = { primary = 3.0 }")
    rules = law(rule("R1", DEGREE + lower) + rule("R2", AREA) + rule("RS", SEVERAL))
    schools = [school(2000, primary_teachers_above_degree=n, setting="rural") for n in (51, 50, 60)]
    bench = judged(rules, submission(schools))
    outcome = bench.outcome("R1")
    assert outcome["floor"].to_list() == [2.55] * 3
    assert outcome["above_floor"].to_list() == [True, False, True]
    assert states(bench, "RS") == ["pass", "fail", "pass"]
    assert bench.outcome("RS")["relaxed_by"].to_list() == ["visiting", None, "visiting"]


@pytest.mark.parametrize(
    ("own", "relaxed"),
    [(3, "visiting"), (4, None)],  # 3 lies below 85 % of 4.2 (3.57); 4 does not, and R2 is met
)
def test_a_school_passes_by_a_relaxation_only_where_it_would_not_without(
    own: float, relaxed: str | None
) -> None:
    bench = judged(law(RESOURCES), submission([teaching(own, 3, "rural")]))
    assert states(bench, "R1") == states(bench, "RS") == ["pass"]
    assert bench.outcome("R1")["relaxed_by"].to_list() == ["visiting"]
    assert bench.outcome("RS")["relaxed_by"].to_list() == [relaxed]


def test_of_a_limit_of_nothing_the_floor_is_still_a_share() -> None:
    """Above 0 for all; of rural schools above 4 with visiting teachers: 3.5 lies above 3.4."""
    some = DEGREE.replace("at_least = { primary = 4.2, junior = 5.3 }", "above = { primary = 0 }")
    rules = law(
        rule("R1", some + VISITING + "above = { primary = 4 }\n")
        + rule("R2", AREA)
        + rule("RS", SEVERAL)
    )
    row = judged(rules, submission([teaching(0, 3.5, "rural")])).outcome("R1").row(0, named=True)
    assert (STATUSES[row["status"]], row["value"]) == ("fail", 3.5)
    assert (row["floor"], row["above_floor"]) == (3.4, True)


def test_a_rule_has_one_floor() -> None:
    """Counted twice with the same share there is no question; with two shares there is."""
    twice = RESOURCES + rule("RT", SEVERAL)
    assert law(twice).rules["R1"].floor_share == Decimal("0.85")
    with pytest.raises(PackError, match=r"R1 被 RS 与 RT 计数.*0\.85 与 0\.9"):
        law(RESOURCES + rule("RT", SEVERAL.replace("0.85", "0.9")))


class Brittle(Kind):
    """A kind that only the relaxed case does not break."""

    name = "brittle"

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        if not evaluation.ruleset.rules["G4"].instead:
            raise RuntimeError("no standard")
        return evaluation.outcome(rule.of[0])


def test_what_breaks_without_relaxations_is_told() -> None:
    known = {**kinds(), "brittle": Brittle()}
    text = BUILT + rule("X", 'kind = "brittle"\nscope = "school"\nof = ["G4"]')
    rules = law(text, offered=known)
    bench = evaluate(rules, submission([school(2300, built_year=2005)]), DAY, known)
    told = [one.message for one in verdicts.remarks(bench) if one.code == "rule_broken"]
    assert told == ["规则 X 执行出错：RuntimeError: no standard"]
    assert states(bench, "X") == ["pass"]
    assert bench.outcome("X")["relaxed_by"].to_list() == [None]  # nobody knows


def test_members_of_another_kind_of_subject_name_no_switch() -> None:
    units = {"county": [0, 0], "unit": [0, 1]}
    nobody = pl.Series([None, None], dtype=pl.String)
    result = pl.DataFrame({**units, "status": [PASS, PASS], "relaxed_by": nobody})
    normal = pl.DataFrame({**units, "status": [FAIL, PASS]})
    schools = pl.DataFrame({"county": [0], "school": [0], "relaxed_by": ["larger"]})
    found = attributed(result, normal, [schools], ["larger", "visiting"])
    assert found["relaxed_by"].to_list() == ["larger,visiting", None]


def test_the_coefficient_follows_the_values() -> None:
    """1 and 7 a hundred: X̄ 4, S 3, 0.75. With the six visiting teachers both have 7."""
    schools = [teaching(1, 6, "rural"), teaching(7, 0, "urban")]
    row = judged(law(RESOURCES), submission(schools)).outcome("D1").row(0, named=True)
    assert (STATUSES[row["status"]], row["value"], row["mean"]) == ("pass", 0.0, 7.0)
    assert row["relaxed_by"] == "visiting"
    off = judged(law(RESOURCES, on=()), submission(schools)).outcome("D1").row(0, named=True)
    assert (STATUSES[off["status"]], off["value"]) == ("fail", 0.75)


def test_the_coefficient_follows_the_values_exactly() -> None:
    """100 and 900 pupils with 4 + 5 and 27 teachers: X̄ 3.6, S 1.8, exactly 0.5."""
    schools = [
        teaching(4, 5, "rural"),
        school(900, primary_teachers_above_degree=27, primary_backbone_teachers=9, setting="town"),
    ]
    row = judged(law(RESOURCES), submission(schools)).outcome("D1").row(0, named=True)
    assert (STATUSES[row["status"]], row["value"]) == ("pass", 0.5)


def test_an_open_value_leaves_the_coefficient_open() -> None:
    schools = [teaching(3, 3, None), teaching(7, 0, "urban")]
    outcome = judged(law(RESOURCES), submission(schools)).outcome("D1")
    assert STATUSES[outcome["status"][0]] == "unknown"
    assert outcome["missing"][0].to_list() == ["setting"]


ROOMS = """
[indicator.big_rooms]
title = "大音乐室"
unit = "间"
of = "music_rooms_96"
[indicator.small_rooms]
title = "小音乐室"
unit = "间"
of = "music_rooms_73"
[indicator.art]
title = "美术室"
unit = "间"
of = "art_rooms_90"
"""
PARTS = (
    'kind = "all"\nscope = "school"\nrolls_up = "county"\nvalue = "least"\n'
    '[rule.G3.part.music]\nname = "音乐"\nindicator = "big_rooms"\nat_least = 1\n'
    '[[rule.G3.part.music.instead]]\nswitch = "larger"\nwhere = { built_year = { at_most = 2016 } }\n'
    'indicator = "small_rooms"\n'
    '[[rule.G3.part.music.instead]]\nswitch = "visiting"\nwhere = { setting = "rural" }\n'
    "at_least = 0\n"
    '[rule.G3.part.art]\nname = "美术"\nindicator = "art"\nat_least = 1\n'
)


@pytest.mark.parametrize(
    ("big", "small", "built", "setting", "art", "status", "relaxed", "missing"),
    [
        (1, 2, 2010, "urban", 1, "pass", None, []),
        (0, 2, 2010, "urban", 1, "pass", "larger", []),
        (0, 0, 2010, "rural", 1, "pass", "visiting", []),  # the second way
        (0, 2, 2010, "urban", 0, "fail", None, []),
        (0, 2, 2018, "urban", 1, "fail", None, []),
        (0, 2, None, "urban", 1, "unknown", None, ["built_year"]),
        (0, 2, None, "rural", 1, "pass", "visiting", []),  # passes by another way, whatever the year
        (0, 0, None, "urban", 1, "fail", None, []),
        (0, None, 2010, "urban", 1, "unknown", None, ["music_rooms_73"]),
        (0, None, 2010, None, 1, "unknown", None, ["music_rooms_73", "setting"]),
        (None, 1, 2010, "urban", 1, "pass", "larger", []),
    ],
)  # fmt: skip
def test_parts(
    big: Any,
    small: Any,
    built: Any,
    setting: Any,
    art: Any,
    status: str,
    relaxed: Any,
    missing: Any,
) -> None:
    rules = law(ROOMS + rule("G3", PARTS))
    one = school(
        100, music_rooms_96=big, music_rooms_73=small, built_year=built, setting=setting, art_rooms_90=art
    )  # fmt: skip
    bench = judged(rules, submission([one]))
    row = bench.outcome("G3").row(0, named=True)
    assert (STATUSES[row["status"]], row["relaxed_by"]) == (status, relaxed)
    assert row["missing"] == missing
    assert set(rules.references.facts("G3")) == {
        "music_rooms_96", "music_rooms_73", "art_rooms_90", "built_year", "setting",
    }  # fmt: skip


GROUP = rule("C", 'kind = "all"\nrole = "conclusion"\nof = ["G4"]')


def found_of(
    rules: Ruleset, schools: list[dict[str, Any]]
) -> dict[tuple[str, Any], dict[str, Any]]:
    bench = judged(rules, submission(schools))
    found = told(findings(bench, []), {})[0]
    return {(row["rule"], row["school_code"]): row for row in found.iter_rows(named=True)}


def test_a_pass_by_a_relaxation_says_so_up_to_the_conclusion() -> None:
    schools = [school(2300, built_year=2005), school(1900, built_year=2005)]
    found = found_of(law(BUILT + GROUP), schools)
    said = found["G4", "1"]["message"]
    assert said.startswith("第1学校在校生数为2300人，不超过2400人的上限。")
    assert said.endswith(
        "仅凭放宽规定“学校可以较大”达标（某函，适用期至2022-12-31），三年内须达到正常标准。"
    )
    assert "放宽" not in found["G4", "2"]["message"]
    for key in (("G4", None), ("C", None)):
        assert found[key]["status"] == "pass"
        assert found[key]["relaxed_by"] == "larger"
        assert "学校可以较大”达标" in found[key]["message"]
    assert "其中有仅凭“学校可以较大”达标的" in found["C", None]["message"]
    with i18n.use("en"):
        english = found_of(law(BUILT + GROUP), schools)["C", None]["message"]
    assert "In part only by 'Schools may be larger'" in english


def test_a_group_that_fails_owes_nothing() -> None:
    found = found_of(law(BUILT + GROUP), [school(2300, built_year=2005), school(2500)])
    assert found["C", None]["status"] == "fail"
    assert found["C", None]["relaxed_by"] is None
    assert found["G4", None]["relaxed_by"] is None
    assert "放宽" not in found["C", None]["message"]


def test_the_layer_and_the_pack_stand_in_every_finding() -> None:
    for row in nonempty(found_of(law(BUILT + GROUP), [school(100)]).values()):
        assert row["layer"] == "evaluation"
        assert row["given_by"] == "base"


def test_rules_are_counted_by_basis() -> None:
    extra = rule("G1", 'kind = "attested"').replace('basis = "verified"', 'basis = "secondary"')
    assert verdicts.bases(law(BUILT + extra + GROUP)) == {
        "verified": {"deciding": 2, "advisory": 0},
        "secondary": {"deciding": 0, "advisory": 1},
    }


figure = st.one_of(st.none(), st.integers(0, 8))
place = st.sampled_from([None, "rural", "urban"])
LAW = law(RESOURCES)


@examples(0.8)
@given(
    st.lists(st.tuples(figure, figure, place), min_size=1, max_size=5),
    st.integers(0, 8), st.integers(0, 8), st.sampled_from(["rural", "urban"]),
)  # fmt: skip
@example(rows=[(0, 4, None)], own=0, other=0, setting="rural")  # below its floor one way only
def test_filling_in_a_blank_never_turns_a_decided_row(
    rows: list[Any], own: int, other: int, setting: str
) -> None:
    filled = [
        (own if a is None else a, other if b is None else b, s or setting) for a, b, s in rows
    ]
    before = judged(LAW, submission([teaching(*row) for row in rows]))
    after = judged(LAW, submission([teaching(*row) for row in filled]))
    for name in ("R1", "RS"):
        for old, new in nonempty(zip(states(before, name), states(after, name), strict=True)):
            assert old == "unknown" or old == new
