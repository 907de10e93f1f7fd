"""The responsibility table, the price list and the working papers, as an officer asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from compliance.render.papers.forms import FORMS
from tests.support.commands import run
from tests.support.nonempty import nonempty

EXAMPLE = Path(__file__).parents[2] / "examples" / "anhui_county.xlsx"


def fill(path: Path, **columns: dict[str, Any]) -> None:
    """Write into the rows of rules, by column letter."""
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows():
        for letter, values in columns.items():
            if row[0].value in values:
                book.worksheets[0][f"{letter}{row[0].row}"] = values[str(row[0].value)]
    book.save(path)


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forms")
    for name in ("responsibilities", "prices"):
        done = run("template", f"--{name}", "-o", folder / f"{name}.xlsx", "--ruleset", "anhui")
        assert done.exit_code == 0, done.output
    return folder


def test_filled_in_they_stand_in_list_and_papers(forms: Path, tmp_path: Path) -> None:
    people, prices = tmp_path / "r.xlsx", tmp_path / "p.xlsx"
    people.write_bytes((forms / "responsibilities.xlsx").read_bytes())
    prices.write_bytes((forms / "prices.xlsx").read_bytes())
    fill(people, F={"R1": "张三", "R3": "张三"}, G={"R1": "3个月", "R3": "2026-06-30"})
    fill(prices, E={"R1": 80000, "R3": 80000})
    done = run(
        "rectify", EXAMPLE, "-o", tmp_path / "out", "--format", "md", "--format", "xlsx",
        "--responsibilities", people, "--prices", prices, "--paper", "整改清单", "--paper", "资金",
        "--paper", "targets-schools", "--today", "2026-03-01",
    )  # fmt: skip
    assert done.exit_code in (0, 4), done.output
    (county,) = (tmp_path / "out").iterdir()
    assert {path.name for path in county.iterdir()} == {
        f"{name}.{form}"
        for name in ("整改清单", "资金测算表", "目标任务清单（学校）")
        for form in ("md", "xlsx")
    }
    sheet = openpyxl.load_workbook(county / "整改清单.xlsx")["台账"]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(row for row in rows if row[0] == "编号")
    place = {str(name): number for number, name in enumerate(head)}
    own = nonempty(row for row in rows if str(row[0]).endswith(("-R1", "-R3")))
    for row in nonempty(own):
        gap, cost = row[place["缺口"]], row[place["所需资金（元）"]]
        assert isinstance(gap, int | float)
        assert (row[place["责任人"]], cost) == ("张三", gap * 80000)


def test_faults_are_told_with_their_cells_and_nothing_is_written(
    forms: Path, tmp_path: Path
) -> None:
    people = tmp_path / "r.xlsx"
    people.write_bytes((forms / "responsibilities.xlsx").read_bytes())
    fill(people, G={"R1": "尽快"})
    done = run("rectify", EXAMPLE, "-o", tmp_path / "out", "--responsibilities", people)
    assert done.exit_code == 4
    assert "r.xlsx 责任表!G" in done.output
    assert not (tmp_path / "out").exists()
    done = run("rectify", EXAMPLE, "-o", tmp_path / "out", "--prices", tmp_path / "none.xlsx")
    assert done.exit_code == 4
    assert "none.xlsx" in done.output


def test_an_unknown_paper_is_told_with_those_there_are(tmp_path: Path) -> None:
    done = run("rectify", EXAMPLE, "-o", tmp_path / "out", "--paper", "文书")
    assert done.exit_code == 2
    assert all(key in done.output for key in nonempty(FORMS))
    assert "一楼一策" in run("rectify", "--help").output
