"""Of which day the figures are: what the run says, what the submission has recorded, or the rules' day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.ledger.days import Days, DaysAsked, last_day
from tests.support.nonempty import nonempty

TODAY = date(2026, 7, 1)


def run(*words: str | Path) -> None:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("asked", "recorded", "found"),
    [
        (DaysAsked(TODAY), ("", ""), Days(date(2025, 9, 1), "2025-09-01", "", False, TODAY)),
        (
            DaysAsked(TODAY),
            ("2026-06", "current"),
            Days(date(2026, 6, 30), "2026-06", "current", True, TODAY),
        ),
        (
            DaysAsked(TODAY, date(2026, 6, 15), "official"),
            ("2026-05", "current"),
            Days(date(2026, 6, 15), "2026-06-15", "official", True, TODAY),
        ),
    ],
)
def test_what_is_asked_beats_what_is_recorded(
    asked: DaysAsked, recorded: tuple[str, str], found: Days
) -> None:
    assert asked.of(*recorded, "2025-09-01") == found


def test_a_day_is_as_late_as_it_is_precise() -> None:
    days = [last_day(text) for text in ("2026", "2024-02", "2026-06-03")]
    assert days == [date(2026, 12, 31), date(2024, 2, 29), date(2026, 6, 3)]


def test_both_days_stand_on_every_paper(county: Callable[..., Path], tmp_path: Path) -> None:
    def recorded(document: dict[str, Any]) -> None:
        document["county"].update(data_date="2026-06", data_kind="动态数据")
        document["schools"][0]["equipment_value"] = 1000  # so that a school gets a paper

    figures = county(recorded)
    for words, line in (
        ([], "数据日期：2026年6月（动态数据）；生成日期：2026年7月1日"),
        (
            ["--data-date", "2026-06-30", "--data-kind", "正式"],
            "数据日期：2026年6月30日（正式数据）；生成日期：2026年7月1日",
        ),
    ):
        out = tmp_path / str(len(words))
        run("rectify", figures, "-o", out, "--format", "md", "--today", "2026-07-01", *words)
        papers = list(out.rglob("*.md"))
        assert len(papers) > 1
        assert all(line in paper.read_text("utf-8") for paper in nonempty(papers))


def test_the_day_of_the_rules_stands_in_and_says_so(
    county: Callable[..., Path], tmp_path: Path
) -> None:
    run("rectify", county(), "-o", tmp_path / "out", "--format", "md")
    (paper,) = tmp_path.rglob("整改清单.md")
    assert "9月1日（未注明，按评估时点）；生成日期：" in paper.read_text("utf-8")
