"""Facts of registers, against those counted by hand; what is odd is named, what is not known is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.registers import aside, listing
from tests.registers.assembling import NINE, ONE, TWO, Outcome, assembled, listed, teacher, write
from tests.support.nonempty import nonempty
from tests.support.workbooks import write_sheets

EXAMPLE = Path(__file__).parents[2] / "examples" / "registers"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return assembled(tmp_path_factory.mktemp("example") / "out", EXAMPLE)


# ── the example, counted by hand ────────────────────────────────────────────────────


def test_the_primary_school_of_the_example(example: Outcome) -> None:
    """R03 has left, R04 serves there part-time, R09 is a substitute; room 103 and device Y3 are gone."""
    wanted = {
        "primary_students": "96", "primary_classes": "3", "primary_class_sizes": "30;31;35",
        "primary_grades": "2", "migrant_students": "3", "boarders": "0",
        "primary_teachers": "2", "primary_teachers_above_degree": "2", "primary_backbone_teachers": "1",
        "primary_pe_teachers": "1", "primary_arts_teachers": "0", "primary_pe_arts_teachers": "1",
        "primary_visiting_pe_arts_teachers": "1", "primary_certified_teachers": "2",
        "primary_trained_teachers": "2", "primary_teachers_mid_title": "2", "primary_staff": "2",
        "teaching_area": "200.3", "outdoor_sports_area": "1000", "indoor_sports_area": "0",
        "multimedia_rooms": "2", "music_room_areas": "96", "art_room_areas": "无",
        "equipment_value": "16500", "computers": "10",
    }  # fmt: skip
    school = example.schools[ONE]
    assert {name: school.get(name) for name in wanted} == wanted
    assert "books" not in school


def test_the_junior_school_of_the_example(example: Outcome) -> None:
    """R03 has come, R10 comes in October; S5 is of another cohort, S4's graduation stands twice."""
    wanted = {
        "junior_students": "40", "junior_teachers": "2", "junior_teachers_above_degree": "1",
        "junior_backbone_teachers": "1", "junior_pe_teachers": "0", "junior_arts_teachers": "2",
        "junior_certified_teachers": "1", "junior_trained_teachers": "1", "junior_staff": "2",
        "teaching_area": "580.3", "indoor_sports_area": "500", "graduates": "3", "cohort_at_entry": "3",
        "transferred_in": "1", "transferred_out": "1", "deceased": "0",
    }  # fmt: skip
    school = example.schools[TWO]
    assert {name: school.get(name) for name in wanted} == wanted
    assert not {"outdoor_sports_area", "equipment_value", "computers"} & set(school)


def test_what_is_not_known_is_missing_and_not_less(example: Outcome) -> None:
    """A class without its pupils, a degree left blank, a room whose two rows differ, no row at all."""
    nine, point = example.schools[NINE], example.schools["9901000004"]
    assert (nine["primary_students"], nine["junior_classes"]) == ("20", "1")
    assert not {"junior_students", "junior_class_sizes", "junior_teachers_above_degree"} & set(nine)
    assert (nine["junior_teachers"], nine["junior_staff"], nine["junior_backbone_teachers"]) == (
        "1",
        "2",
        "0",
    )
    assert "teaching_area" not in nine
    assert nine["multimedia_rooms"] == "1"
    assert (point["primary_students"], point["primary_classes"]) == ("9", "1")
    assert not [name for name in point if "teachers" in name or "area" in name]


def test_what_is_odd_is_named_with_file_and_line(example: Outcome) -> None:
    assert example.code == 4
    told = {(one["代码"], one["文件"], one["位置"]) for one in example.problems}
    assert {
        ("unknown_school", "teachers.csv", "C8"),
        ("contradicting_rows", "rooms.csv", "B8"),
        ("repeated_row", "teachers.csv", "C9"),
        ("repeated_row", "classes.csv", "A8"),
        ("repeated_row", "moves.csv", "B9"),
        ("several_places", "teachers.csv", "C6"),
        ("personal_column", "teachers.csv", ""),
        ("converted_unit", "equipment.csv", "E1"),
    } <= told
    assert {one["级别"] for one in example.of("unknown_school")} == {"错误"}
    untold = {(one["学校标识码"], one["数据项"]) for one in example.of("untold_rows")}
    assert {(NINE, "junior_students"), (NINE, "teaching_area")} <= untold


def test_no_name_of_a_person_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = assembled(out, EXAMPLE)
    written = [*out.iterdir(), *tmp_path.glob("*.csv")]
    texts = [path.read_text("utf-8-sig") for path in nonempty(written)]
    for person in ("虚构甲", "虚构丁", "R04", "S4"):
        assert not [one for one in (*texts, outcome.said) if person in one]


def test_where_every_fact_comes_from_is_written_beside_it(tmp_path: Path) -> None:
    assembled(tmp_path / "out", EXAMPLE)
    table = (tmp_path / "out.口径.csv").read_text("utf-8-sig").splitlines()
    (line,) = [one for one in table if one.startswith("junior_trained_teachers,")]
    assert "training_hours at_least 360" in line
    assert "申报表表Ⅳ(9)" in line
    assert ",national,2," in line


@pytest.mark.parametrize("suffix", ["xlsx", "json", "zip", ""])
def test_check_takes_it_at_once(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / ("county." + suffix if suffix else "county")
    assembled(out, EXAMPLE)
    ran = CliRunner().invoke(main, ["check", str(out), "--format", "json"])
    findings = json.loads(ran.output)["findings"]
    found = {(one["rule"], one["school_code"]): one["status"] for one in findings}
    assert ran.exit_code == 1
    assert (
        found["G3", ONE] == "fail"
    )  # a music room of exactly 96 m², no art room: known, not missing
    assert found["R1", ONE] == "fail"  # 2 of 96 are 2.08 a hundred
    values = {(one["rule"], one["school_code"]): one["value"] for one in findings}
    assert values["R1", ONE] == pytest.approx(100 * 2 / 96)


# ── one thing at a time ─────────────────────────────────────────────────────────────


def of_teachers(folder: Path, *rows: dict[str, Any], words: tuple[str, ...] = ()) -> Outcome:
    write(listed(folder) / "teachers.csv", rows)
    return assembled(folder.parent / f"{folder.name}-out", folder, *words)


def test_the_day_decides_where_somebody_is(tmp_path: Path) -> None:
    rows = (
        teacher("P1", ONE, 起日期="", 止日期="2023-10-14"),
        teacher("P1", TWO, "初中", 起日期="2023-10-15", 止日期=""),
        teacher("P2", ONE, 起日期="2023-09-01", 止日期="2023-09-01"),
        teacher("P3", ONE, 起日期="2023-09-02", 止日期=""),
        teacher("P4", TWO, "初中"),
    )
    outcome = of_teachers(tmp_path / "a", *rows)
    assert outcome.code == 0
    assert not outcome.of("several_places")
    assert (outcome.schools[ONE]["primary_teachers"], outcome.schools[TWO]["junior_teachers"]) == (
        "2",
        "1",
    )
    later = of_teachers(tmp_path / "b", *rows, words=("--as-of", "2023-10-15"))
    assert (later.schools[ONE]["primary_teachers"], later.schools[TWO]["junior_teachers"]) == (
        "1",
        "2",
    )


def test_a_day_that_nobody_can_place_leaves_the_count_unknown(tmp_path: Path) -> None:
    for number, day in nonempty(enumerate(("2023", "2023-13-40", "去年"))):
        outcome = of_teachers(
            tmp_path / str(number), teacher("P1", ONE), teacher("P2", ONE, 止日期=day)
        )
        assert outcome.code == 4
        assert "primary_teachers" not in outcome.schools[ONE]
        assert outcome.of("bad_date")[0]["位置"] == "L3"


def test_nobody_is_counted_twice_and_nobody_is_guessed(tmp_path: Path) -> None:
    outcome = of_teachers(
        tmp_path / "a",
        teacher("MAIN", ONE, 是否主校="是"), teacher("MAIN", TWO, "初中", 是否主校="否"),
        teacher("POST", TWO, "初中"), teacher("POST", ONE, 用人形式="兼职", 任教学科="体育"),
        teacher("BOTH", ONE), teacher("BOTH", NINE, "初中"),
        teacher("ABROAD", "8800000001", 是否主校="是"), teacher("ABROAD", ONE, 是否主校="否"),
        teacher("WHOLE", NINE), teacher("WHOLE2", NINE, "初中"),
        teacher("HALF", NINE, 工作量份额=0.5, 是否主校="是"), teacher("HALF", TWO, "初中", 工作量份额=0.5, 是否主校="否"),
    )  # fmt: skip
    one, two, nine = (outcome.schools[code] for code in (ONE, TWO, NINE))
    assert "primary_teachers" not in one  # BOTH may be one more
    assert (two["junior_teachers"], nine["primary_teachers"]) == ("1", "2")
    assert "junior_teachers" not in nine
    assert one["primary_visiting_pe_arts_teachers"] == "1"
    assert [row["位置"] for row in outcome.of("unsettled_home")] == ["B6"]
    assert len(outcome.of("several_places")) == 4
    assert [row["位置"] for row in outcome.of("unknown_school")] == ["B8"]


def test_rows_of_one_person_that_differ_leave_open_what_they_differ_in(tmp_path: Path) -> None:
    outcome = of_teachers(
        tmp_path / "a",
        teacher("P1", ONE),
        teacher("P1", ONE, 学历="高中"),
        teacher("P1", ONE, 学历=""),
    )
    school = outcome.schools[ONE]
    assert (school["primary_teachers"], school["primary_certified_teachers"]) == ("1", "1")
    assert "primary_teachers_above_degree" not in school
    (told,) = outcome.of("contradicting_rows")
    assert "学历" in told["说明"]
    assert "B2、B3、B4" in told["说明"]


def test_a_word_that_nobody_knows_is_named_and_nothing_rests_on_it(tmp_path: Path) -> None:
    outcome = of_teachers(
        tmp_path / "a",
        teacher("P1", ONE, 学历="大学"),
        teacher("P2", ONE, 任教学科=" 体育 "),
        teacher("P3", ONE, 学历="—"),
    )
    school = outcome.schools[ONE]
    assert outcome.code == 4
    assert [row["位置"] for row in outcome.of("unknown_word")] == ["G2"]
    assert (school["primary_teachers"], school["primary_pe_teachers"]) == ("3", "1")
    assert "primary_teachers_above_degree" not in school


def test_a_blank_person_may_be_anybody(tmp_path: Path) -> None:
    outcome = of_teachers(
        tmp_path / "a", teacher("P1", ONE), teacher("", ONE), teacher("P2", TWO, "初中")
    )
    assert outcome.code == 4
    assert [row["位置"] for row in outcome.of("missing_identity")] == ["A3"]
    assert "primary_teachers" not in outcome.schools[ONE]
    assert outcome.schools[TWO]["junior_teachers"] == "1"


def test_a_school_without_rows_is_missing_unless_the_register_is_complete(tmp_path: Path) -> None:
    rows = [teacher("P1", ONE)]
    silent = of_teachers(tmp_path / "a", *rows)
    assert "junior_teachers" not in silent.schools[TWO]
    assert {row["学校标识码"] for row in silent.of("no_rows")} == {TWO, NINE}
    for number, word in nonempty(enumerate(("teachers", "teachers:990101"))):
        whole = of_teachers(tmp_path / str(number), *rows, words=("--complete", word))
        assert whole.schools[TWO]["junior_teachers"] == "0"
        assert "primary_teachers" not in whole.schools[TWO]  # it has no such stage
        assert not whole.of("no_rows")
    for number, word in nonempty(enumerate(("pupils", "teachers:110101"))):
        assert of_teachers(tmp_path / f"w{number}", *rows, words=("--complete", word)).code == 2


def test_a_list_of_some_of_the_schools(tmp_path: Path) -> None:
    rows = teacher("P1", ONE), teacher("P2", "8800000001")
    assert of_teachers(tmp_path / "a", *rows).code == 4
    partial = of_teachers(tmp_path / "b", *rows, words=("--partial-list",))
    assert partial.code == 0
    assert [row["级别"] for row in partial.of("unknown_school")] == ["提示"]


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    """Who is registered as a teacher is one; of staff, degrees and visiting teachers nothing is known."""
    rows = [
        {"teacher_id": "P1", "school_code": ONE, "subject": "体育"},
        {"teacher_id": "P2", "school_code": NINE, "subject": "语文"},
    ]
    write(listed(tmp_path / "a") / "教师名册（2023）.csv", rows)
    outcome = assembled(tmp_path / "out", tmp_path / "a")
    school = outcome.schools[ONE]
    assert (school["primary_teachers"], school["primary_pe_teachers"]) == ("1", "1")
    assert not {
        "primary_staff",
        "primary_teachers_above_degree",
        "primary_visiting_pe_arts_teachers",
    } & set(school)
    assert not [
        name for name in outcome.schools[NINE] if name.endswith("_teachers")
    ]  # which stage?
    assert len(outcome.of("column_assumed")) == 3
    assert outcome.of("no_column")


def test_a_figure_of_the_list_gives_way_and_is_named(tmp_path: Path) -> None:
    folder = listed(tmp_path / "a")
    row = {
        "county_code": "990101",
        "school_code": ONE,
        "school_name": "虚构一小",
        "school_type": "小学",
    }
    write(folder / "schools.csv", [{**row, "primary_teachers": 7, "books": 900}])
    write(folder / "teachers.csv", [teacher("P1", ONE)])
    outcome = assembled(tmp_path / "out", folder)
    assert (outcome.schools[ONE]["primary_teachers"], outcome.schools[ONE]["books"]) == ("1", "900")
    (told,) = outcome.of("differs_from_list")
    assert told["学校标识码"] == ONE


def test_the_list_may_stand_elsewhere(tmp_path: Path) -> None:
    write(tmp_path / "teachers.csv", [teacher("P1", ONE)])
    list_ = listed(tmp_path / "list")
    outcome = assembled(tmp_path / "out", tmp_path / "teachers.csv", "--schools", list_)
    assert outcome.schools[ONE]["primary_teachers"] == "1"
    assert assembled(tmp_path / "none", tmp_path / "teachers.csv").code == 2
    assert assembled(tmp_path / "none", list_).code == 2
    onto = ["assemble", str(tmp_path / "teachers.csv"), "--schools", str(list_), "-o", str(list_)]
    assert CliRunner().invoke(main, onto).exit_code == 2


# ── forms of files ──────────────────────────────────────────────────────────────────

ROWS = [
    teacher("P1", ONE), teacher("P2", ONE, 任教学科="体育"), teacher("P3", TWO, "初中"),
    teacher("P3", TWO, "初中"), teacher("P4", "8800000001"),
]  # fmt: skip


def judged(outcome: Outcome) -> tuple[Any, ...]:
    kinds = sorted(one["代码"] for one in outcome.problems if one["代码"] != "no_line_end")
    return outcome.code, outcome.schools[ONE], outcome.schools[TWO], kinds


def test_texts_workbooks_and_parquet_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = judged(of_teachers(tmp_path / "plain", *ROWS))
    write(listed(tmp_path / "gbk") / "teachers.csv", ROWS, "gb18030")
    texts = [assembled(tmp_path / "gbk-out", tmp_path / "gbk")]
    names = list(ROWS[0])
    cells = [[row.get(name) for name in names] for row in ROWS]
    listed(tmp_path / "book")
    write_sheets(
        tmp_path / "book" / "花名册.xlsx",
        {"说明": [["填表说明"]], "Sheet1": [["虚构县教师花名册"], names, *cells]},
    )
    texts.append(assembled(tmp_path / "book-out", tmp_path / "book"))
    parts = listed(tmp_path / "parts") / "teachers"
    parts.mkdir()
    write(parts / "part-0.csv", ROWS[:2])
    write(parts / "part-1.csv", ROWS[2:])
    texts.append(assembled(tmp_path / "parts-out", tmp_path / "parts"))
    monkeypatch.setattr(listing, "STREAMED_FROM", 0)
    texts += [
        assembled(tmp_path / f"{name}-streamed", tmp_path / name) for name in ("gbk", "parts")
    ]
    for one in nonempty(texts):
        assert judged(one) == plain
    listed(tmp_path / "columns")
    pl.DataFrame(ROWS).write_parquet(tmp_path / "columns" / "teachers.parquet")
    columns = assembled(tmp_path / "columns-out", tmp_path / "columns")
    assert columns.schools[ONE]["primary_teachers"] == 2
    assert columns.schools[TWO]["junior_teachers"] == 1
    assert [row["位置"] for row in columns.of("unknown_school")] == ["第5行 学校标识码"]


def test_a_stray_quote_swallows_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "STREAMED_FROM", 0)
    path = write(listed(tmp_path / "a") / "teachers.csv", [{**row, "备注": ""} for row in ROWS])
    lines = path.read_text("utf-8").splitlines()
    lines[1] += '"'
    lines[3] += '"'
    path.write_text("\n".join(lines) + "\n", "utf-8")
    outcome = assembled(tmp_path / "out", tmp_path / "a")
    assert outcome.code == 4
    assert not outcome.schools


@pytest.mark.parametrize("content", [b"PAR1" + b"\0" * 40, b"", b"PAR1PAR1"])
def test_a_damaged_file_is_named_and_nothing_written(tmp_path: Path, content: bytes) -> None:
    (listed(tmp_path / "a") / "teachers.parquet").write_bytes(content)
    outcome = assembled(tmp_path / "out", tmp_path / "a")
    assert outcome.code == 4
    assert "teachers.parquet" in outcome.said
    assert not (tmp_path / "out").exists()


def test_a_register_that_is_not_whole_costs_its_own_figures_alone(tmp_path: Path) -> None:
    folder = listed(tmp_path / "a")
    write(
        folder / "classes.csv",
        [{"school_code": ONE, "stage": "小学", "grade": 1, "class": 1, "students": 30}],
    )
    (folder / "teachers").mkdir()
    write(folder / "teachers" / "part-0.csv", [teacher("P1", ONE)])
    (folder / "teachers" / "part-1.parquet").write_bytes(b"PAR1" + b"\0" * 40)
    outcome = assembled(tmp_path / "out", folder)
    assert outcome.code == 4
    assert outcome.schools[ONE]["primary_students"] == 30
    assert "primary_teachers" not in outcome.schools[ONE]
    assert [row["文件"] for row in outcome.problems if row["级别"] == "错误"] == [
        "teachers/part-1.parquet"
    ]


@pytest.mark.parametrize("kind", ["words", "numbers", "lists"])
def test_columns_of_parquet_in_their_own_types(tmp_path: Path, kind: str) -> None:
    """Codes as whole numbers, words as categories, days as days; what is none of these is refused."""
    frame = pl.DataFrame(
        {
            "person": [1, 1, 2], "school_code": [int(ONE), int(TWO), int(ONE)],
            "stage": ["小学", "初中", "小学"], "degree": ["本科", "本科", "高中"],
            "until": ["2023-08-31", None, None], "certificate": [True, True, False],
        }
    ).with_columns(pl.col("until").str.to_date())  # fmt: skip
    if kind == "words":
        frame = frame.with_columns(pl.col("stage", "degree").cast(pl.Categorical))
    elif kind == "lists":
        frame = frame.with_columns(pl.struct("degree").alias("degree"))
    frame.write_parquet(listed(tmp_path / "a") / "teachers.parquet")
    outcome = assembled(tmp_path / "out", tmp_path / "a")
    if kind == "lists":
        assert outcome.code == 4
        assert "degree" in outcome.said
        return
    assert outcome.code == 0
    one, two = outcome.schools[ONE], outcome.schools[TWO]
    assert (one["primary_teachers"], one["primary_teachers_above_degree"]) == (1, 0)
    assert (two["junior_teachers"], two["junior_certified_teachers"]) == (1, 1)


def test_a_table_goes_through_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never more rows together than a piece has, however many there are."""
    monkeypatch.setattr(aside, "PIECE", 50)
    seen: list[int] = []
    taken = aside.pieces

    def watched(path: Path, rows: int) -> Any:
        for start, frame in taken(path, rows):
            seen.append(frame.height)
            yield start, frame

    monkeypatch.setattr(listing, "pieces", watched)
    persons = pl.DataFrame(
        {"person": [f"P{n % 400}" for n in range(420)], "school_code": [ONE] * 420}
    )
    persons.write_parquet(listed(tmp_path / "a") / "teachers.parquet")
    outcome = assembled(tmp_path / "out", tmp_path / "a")
    assert outcome.schools[ONE]["primary_teachers"] == 400
    assert max(seen) == 50
    assert sum(seen) == 420
    assert len(outcome.of("repeated_row")) == 20
