"""Rule sets on every day on which something changes; counties of a year before the first edition."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest

from compliance.checker import check, load
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.errors import NoEditionError, UsageError
from compliance.render.terminal.summary import summary
from compliance.rules.reference.changes import days
from compliance.rules.resolution.resolve import resolve

EXAMPLE = Path(__file__).parents[2] / "examples" / "conforming.json"
OFFERS = load()


@pytest.mark.sweep
@pytest.mark.parametrize("name", sorted(one for one in OFFERS.packs if "/" not in one))
def test_a_rule_set_is_sound_on_every_day_on_which_it_changes(name: str) -> None:
    words = vocabulary(OFFERS.fragments)
    sound = 0
    for day in days(OFFERS.packs, name):
        with suppress(NoEditionError):
            resolve(OFFERS.packs, name, day, kinds=OFFERS.kinds, words=words)
            sound += 1
    assert sound


def written(folder: Path, name: str, **county: object) -> Path:
    document = json.loads(EXAMPLE.read_text("utf-8"))
    document["county"] |= county
    if "county_code" in county:
        for school in document["schools"]:
            school["county_code"] = county["county_code"]
    path = folder / name
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_a_county_before_the_first_edition_costs_the_others_nothing(tmp_path: Path) -> None:
    old = written(tmp_path, "old.json", county_code="519902", county_name="旧县", year=2015)
    written(tmp_path, "new.json")
    report = check([tmp_path])
    assert [(one.county_name, one.verdict) for one in report.counties] == [("示范县", "pass")]
    assert [(one.county_name, one.year) for one in report.refused] == [("旧县", 2015)]
    (problem,) = [one for one in report.problems if one.severity == "error"]
    assert problem.code == "no_edition"
    assert "519902 2015学年" in problem.message
    with pytest.raises(UsageError, match="自 2017-04-19 起施行"):
        check([old])


def small_rooms(tmp_path: Path, built: int) -> Path:
    """30 classes need three rooms of each kind; two of the music rooms have 73 m²."""
    document = json.loads(EXAMPLE.read_text("utf-8"))
    school = document["schools"][0]
    assert school["primary_classes"] == 30
    school |= {"built_year": built, "music_room_areas": [96, 73, 73]}
    path = tmp_path / "rooms.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_what_passes_by_a_relaxation_only_is_said_where_people_read(tmp_path: Path) -> None:
    path = small_rooms(tmp_path, built=2016)
    assert check([path]).counties[0].verdict == "fail"
    report = check([path], switches=["relaxations-2019"])
    assert report.counties[0].verdict == "pass"
    text = summary(report, colour=False)
    assert "仅凭放宽规定或所选口径达标" in text
    assert "县第一实验小学" in text.partition("仅凭放宽规定")[2]
    (one,) = report.findings.filter(
        (report.findings["rule"] == "G3") & (report.findings["relaxed_by"] != "")
        & report.findings["school_name"].is_not_null()
    ).iter_rows(named=True)  # fmt: skip
    assert one["relaxed_by"] == "smaller-rooms"
    assert "适用期至2022-12-31" in one["message"]
    late = check([small_rooms(tmp_path, built=2017)], switches=["relaxations-2019"])
    assert late.counties[0].verdict == "fail"


def test_a_verdict_on_a_doubtful_figure_says_so(tmp_path: Path) -> None:
    document = json.loads(EXAMPLE.read_text("utf-8"))
    school = document["schools"][0]
    school["primary_teachers_above_degree"] = school["primary_teachers"] + 1
    path = tmp_path / "doubtful.json"
    path.write_text(json.dumps(document), "utf-8")
    findings = check([path]).findings
    own = findings.filter(
        (findings["rule"] == "R1") & (findings["school_code"] == school["school_code"])
    )
    assert own["message"].item().endswith("（所据数据存疑，见提示。）")
    others = findings.filter((findings["rule"] == "R2") & findings["school_code"].is_not_null())
    assert not others["message"].str.contains("存疑").any()
