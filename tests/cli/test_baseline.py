"""`check --waivers`, `--baseline` and `--only-new` as typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from compliance.facts.vocabulary import read_schema
from tests.support.commands import run

ROOT = Path(__file__).parents[2]
Record = dict[str, Any]
County = Callable[..., Path]


def results(path: Path, *words: str | Path) -> Path:
    target = path.with_suffix(".results.json")
    done = run("check", path, *words, "-o", f"json:{target}")
    assert done.exit_code in (1, 3), done.stderr
    return target


def short_of_funds(document: Record) -> None:
    document["schools"][0]["training_funds_budget"] = 100


def and_another(document: Record) -> None:
    document["schools"][1]["training_funds_budget"] = 100


def without_a_figure(document: Record) -> None:
    document["schools"][0]["training_funds_budget"] = None


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the example with too little for training at one school."""
    document = json.loads((ROOT / "examples" / "conforming.json").read_text("utf-8"))
    short_of_funds(document)
    path = tmp_path_factory.mktemp("earlier") / "earlier.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return results(path)


def test_the_example_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/waivers.md shows what its commands print, and the file that they read."""
    monkeypatch.chdir(ROOT)
    page = Path("docs/waivers.md").read_text("utf-8")
    assert Path("examples/waivers.toml").read_text("utf-8").strip() in page
    given = ["check", "examples/anhui_county.xlsx", "--waivers", "examples/waivers.toml"]
    done = run(*given, "--today", "2024-03-01", "-o", f"json:{tmp_path / 'r.json'}")
    assert done.exit_code == 1
    told = done.stdout.splitlines()
    for title in ("已备案豁免（2项，不计为达标）", "提示（1处）"):
        start = told.index(title)
        shown = told[start : told.index("", start)] if "" in told[start:] else told[start:]
        assert "\n".join(shown) in page
    document = json.loads((tmp_path / "r.json").read_text("utf-8"))
    jsonschema.validate(document, read_schema("results"))
    assert [one["state"] for one in document["waivers"]] == ["applied", "applied", "expired"]


def test_what_was_missed_before_does_not_fail(county: County, earlier: Path) -> None:
    same = county(short_of_funds)
    done = run("check", same, "--baseline", earlier, "--only-new")
    assert done.exit_code == 0
    assert "✗ 示范县（519901，2023学年）：未达标（按全部结果）" in done.stdout
    assert "不达标项：新增0项、有变化0项、未变2项；不再不达标0项" in done.stdout
    assert run("check", same, "--baseline", earlier).exit_code == 1  # only shown beside


def test_what_is_new_fails_and_is_all_that_is_shown(county: County, earlier: Path) -> None:
    path = county(short_of_funds, and_another)
    for form in ("text", "md"):
        done = run("check", path, "--baseline", earlier, "--only-new", "--format", form)
        assert done.exit_code == 1
        assert "Q4 县第二实验小学" in done.stdout
        assert "Q4 县第一实验小学" not in done.stdout
    whole = run("check", path, "--baseline", earlier, "--only-new", "--format", "json")
    plain = run("check", path, "--format", "json")
    assert whole.stdout == plain.stdout  # no verdict changes


def test_a_figure_left_out_mends_nothing(county: County, earlier: Path) -> None:
    done = run("check", county(without_a_figure), "--baseline", earlier, "--only-new")
    assert done.exit_code == 3
    assert "新增的待定项（缺数据、待佐证）" in done.stdout


def test_a_component_fails_only_where_its_group_does(county: County, earlier: Path) -> None:
    def one_miss(document: Record) -> None:
        school = document["schools"][0]
        school["multimedia_rooms"] = int(school["primary_students"] * 0.0229)

    def two_misses(document: Record) -> None:
        one_miss(document)
        school = document["schools"][0]
        school["equipment_value"] = school["primary_students"] * 1990

    def three_misses(document: Record) -> None:
        two_misses(document)
        school = document["schools"][0]
        school["primary_backbone_teachers"] = int(school["primary_students"] * 0.0099)

    allowed = run("check", county(short_of_funds, one_miss), "--baseline", earlier, "--only-new")
    assert allowed.exit_code == 0  # 6 of 7 are met
    assert "R7 县第一实验小学" in allowed.stdout
    two = results(county(two_misses, name="two.json"))
    assert run("check", county(three_misses), "--baseline", two, "--only-new").exit_code == 1


def test_what_is_waived_since_is_not_new(county: County, earlier: Path, tmp_path: Path) -> None:
    path = county(short_of_funds)
    waivers = tmp_path / "豁免.toml"
    waivers.write_text(
        '[[waiver]]\nrule = "Q4"\ncounty_code = "519901"\nschool_code = "5199010001"\nreason = "甲"\n'
        'approver = "乙"\ndocument = "丙"\nexpiry = 2024-06-30\n',
        "utf-8",
    )
    given: list[str | Path] = ["--waivers", waivers, "--today", "2024-06-30"]
    since = run("check", path, *given, "--baseline", earlier, "--only-new")
    assert since.exit_code == 0
    assert "示范县：判法与基线不同（豁免文件：无 → 豁免.toml）" in since.stdout
    over = run("check", path, "--baseline", results(path, *given), "--only-new")
    assert over.exit_code == 1  # it was waived, and is no more


def test_what_is_no_baseline(county: County, earlier: Path, tmp_path: Path) -> None:
    path = county()
    assert run("check", path, "--only-new").exit_code == 2
    assert run("check", path, "--baseline", tmp_path / "none.json").exit_code == 2
    assert run("check", path, "--baseline", path).exit_code == 4

    other = run("check", ROOT / "examples" / "henan_county.xlsx", "--baseline", earlier)
    assert other.exit_code == 2
    assert "基线里没有这次判定的县（它有：示范县）" in other.stderr


def test_another_year_is_told(county: County, earlier: Path) -> None:
    def next_year(document: Record) -> None:
        document["county"]["year"] = 2024

    done = run("check", county(short_of_funds, next_year), "--baseline", earlier, "--only-new")
    assert done.exit_code == 0
    assert "示范县：基线是2023学年，这次是2024学年" in done.stdout
