"""`validate -o`: the workbook that goes back, and that it goes in again."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from compliance.cli import main
from tests.support.commands import run as typed
from tests.support.nonempty import nonempty

EXAMPLES = Path(__file__).parents[2] / "examples"
Record = dict[str, Any]
RED, YELLOW = "FFFFC7CE", "FFFFEB9C"


run = partial(typed, "validate")


def book(path: Path, **options: Any) -> Any:
    return openpyxl.load_workbook(path, **options)


def looks(cell: Any) -> tuple[object, ...]:
    return cell.fill.fgColor.rgb, cell.font.b, cell.number_format, cell.comment, cell.hyperlink


def rows(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    return list(book(path)[sheet].iter_rows(min_row=3, values_only=True))


@pytest.fixture
def spoiled(tmp_path: Path) -> Path:
    """A county's own workbook: a bad cell with a comment, a part above its whole, own sheets and formulas."""
    path = tmp_path / "县里的.xlsx"
    made = book(EXAMPLES / "anhui_county.xlsx")
    schools = made["学校"]
    heads = {cell.value: cell.column for cell in schools[1]}
    schools.cell(3, heads["小学在校生数"]).value = "四百"
    schools.cell(3, heads["小学在校生数"]).comment = Comment("核对过", "李")
    schools.cell(3, heads["小学在校生数"]).fill = PatternFill("solid", fgColor="FF00FF00")
    schools.cell(4, heads["小学持教师资格证专任教师数"]).value = 5000
    made.create_sheet("问题清单")["A1"] = "县里自己的"
    made.create_sheet("台账")["A1"] = "=1+1"
    made["学校"].freeze_panes = "C2"
    made.save(path)
    return path


def test_marks_comments_lists_and_nothing_else(spoiled: Path, tmp_path: Path) -> None:
    out = tmp_path / "退回.xlsx"
    assert run(spoiled, "-o", out).exit_code == 4
    old, new = book(spoiled), book(out)
    assert new.sheetnames == [*old.sheetnames, "问题清单 2", "问题清单（按科室）", "下结论还缺"]
    assert new["问题清单"]["A1"].value == "县里自己的"
    heads = {cell.value: cell.coordinate.rstrip("1") for cell in new["学校"][1]}
    bad, odd = (f"{heads['小学在校生数']}3", f"{heads['小学持教师资格证专任教师数']}4")
    marked = {bad: RED, odd: YELLOW}
    for sheet in nonempty(old.worksheets):
        for row in nonempty(sheet.iter_rows()):
            for cell in nonempty(row):
                twin = new[sheet.title][cell.coordinate]
                assert twin.value == cell.value
                if sheet.title == "学校" and cell.coordinate in marked:
                    assert twin.fill.fgColor.rgb == marked[cell.coordinate]
                else:
                    assert looks(twin) == looks(cell)
    assert new["学校"].freeze_panes == "C2"
    text = new["学校"][bad].comment.text
    assert text.startswith("核对过\n")
    assert "[错误] 小学在校生数：“四百”不是数字" in text
    assert new["学校"][odd].comment.text.startswith("[提示] 小学持教师资格证专任教师数（5000）大于")

    head, *lines = rows(out, "问题清单 2")
    told = [dict(zip(head, line, strict=False)) for line in lines]
    # the relational check speaks in the first round, beside the bad cell
    assert {(one["级别"], one["学校"], one["位置"], one["责任科室"]) for one in told} == {
        ("错误", "县第二实验小学", f"学校!{bad}", "基础教育股"),
        ("提示", "全县", "台账", None),
        ("提示", "县第三实验小学", f"学校!{odd}", "人事股"),
    }
    places = {c.value: c.hyperlink.location for c in new["问题清单 2"]["E"][3:] if c.hyperlink}
    assert places[f"学校!{bad}"] == f"'学校'!{bad}"
    offices = [line[8] for line in rows(out, "问题清单（按科室）")[1:]]
    assert offices == ["人事股", "基础教育股", None]


def test_what_is_still_needed_by_office_with_its_cell(spoiled: Path, tmp_path: Path) -> None:
    out = tmp_path / "退回.xlsx"
    run(spoiled, "-o", out)
    head, *lines = rows(out, "下结论还缺")
    needed = {(one["提供单位"], one["学校"], one["所缺事项"]) for one in (dict(zip(head, line, strict=False)) for line in lines)}  # fmt: skip
    # by hand: what the example leaves blank; the bad cell is no blank
    assert needed == {
        ("装备（电教）中心", "县第二实验小学", "教学仪器设备值"),
        ("财务（计财）股", "育英学校", "教师培训经费预算"),
        ("教研室", "全县", "课程开齐开足，教学秩序规范，综合实践活动有效开展"),
        (
            "人事股",
            "全县",
            "专任教师持有教师资格证上岗率达到100%（所据数据存疑，请核对）",
        ),  # a share above 100 % is none
    }
    links = [c.hyperlink.location for c in book(out)["下结论还缺"]["F"][3:] if c.hyperlink]
    assert len(links) == 2
    for link in nonempty(links):
        sheet, _, cell = link.replace("'", "").partition("!")
        assert book(out)[sheet][cell].value is None


def test_the_returned_workbook_corrected_goes_in_again(spoiled: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "退回.xlsx", tmp_path / "再退.xlsx"
    run(spoiled, "-o", out)
    made = book(out)
    for row in made["学校"].iter_rows():
        for cell in row:
            if cell.comment is not None:
                cell.value = 1454 if cell.value == "四百" else 90
    made.save(out)
    found = run(out, "-o", again, "--format", "json")
    loaded = json.loads(found.stdout)
    # the added sheets are no data and not asked about; the county's own sheet is
    assert {(one["code"], one["at"]) for one in loaded["problems"]} == {("sheet_not_read", "台账")}
    new = book(again)
    assert new.sheetnames.count("问题清单 2") == 1
    comments = [cell.comment for row in new["学校"].iter_rows() for cell in row if cell.comment]
    assert [one.text for one in comments] == ["核对过"]
    fills = {cell.fill.fgColor.rgb for row in new["学校"].iter_rows() for cell in row if cell.fill.fill_type}  # fmt: skip
    assert "FF00FF00" in fills  # the fill that the cell had before
    assert not {RED, YELLOW} & fills


def with_result(path: Path) -> None:
    """A formula as a program leaves it that has worked it out."""
    made = book(path)
    made["学校"]["M2"] = "=2000+140"
    made.calculation.fullCalcOnLoad = None
    stream = BytesIO()
    made.save(stream)
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            part = old.read(item)
            new.writestr(
                item, part.replace(b"<f>2000+140</f><v></v>", b"<f>2000+140</f><v>2140</v>")
            )


def test_formulas_keep_their_results(tmp_path: Path) -> None:
    path, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    path.write_bytes((EXAMPLES / "anhui_county.xlsx").read_bytes())
    with_result(path)
    before = run(path, "-o", out)
    assert book(out)["学校"]["M2"].value == "=2000+140"
    assert book(out, data_only=True)["学校"]["M2"].value == 2140
    assert run(out).stdout == before.stdout


def test_of_other_submissions_a_workbook_is_made(
    county: Callable[..., Path], tmp_path: Path
) -> None:
    def spoil(document: Record) -> None:
        document["schools"][0]["primary_students"] = "四百"
        document["schools"][1]["school_name"] = "=1+1"

    out = tmp_path / "退回.xlsx"
    assert run(county(spoil), "-o", out).exit_code == 4
    made = book(out)
    assert made.sheetnames[:2] == ["县区", "学校"]
    heads = {cell.value: cell.column for cell in made["学校"][1]}
    bad = made["学校"].cell(2, heads["小学在校生数（人）"])
    assert (bad.value, bad.fill.fgColor.rgb) == ("四百", RED)
    assert made["学校"].cell(3, heads["学校名称"]).data_type == "s"
    bad.value = 1141
    made.save(out)
    assert "1个县、22所学校可以判定；错误0处" in run(out).stdout
    judged = [CliRunner().invoke(main, ["check", str(path), "--format", "json"]).stdout for path in (county(), out)]  # fmt: skip
    figures = [[(f["rule"], f["school_code"], f["status"], f["value"]) for f in json.loads(one)["findings"]] for one in judged]  # fmt: skip
    assert figures[0] == figures[1]


def test_a_dataset_and_several_files(
    county: Callable[..., Path], tables: Path, tmp_path: Path
) -> None:
    one = tmp_path / "many.xlsx"
    assert run(tables, "-o", one).exit_code == 0
    assert book(one)["县区"].max_row == 3  # two counties under their headings
    folder = tmp_path / "退回"
    assert run(county(), EXAMPLES / "anhui_county.xlsx", "-o", folder).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["anhui_county.xlsx", "county.xlsx"]


def test_nothing_to_judge_is_not_called_judgeable(county: Callable[..., Path]) -> None:
    def bare(document: Record) -> None:
        kept = ("county_code", "county_name", "year", "school_code", "school_name", "school_type")
        document["county"] = {k: v for k, v in document["county"].items() if k in kept}
        document["schools"] = [{k: v for k, v in one.items() if k in kept} for one in document["schools"]]  # fmt: skip

    found = run(county(bare))
    assert found.exit_code == 0
    assert found.stdout.splitlines()[-1].startswith("0个县、0所学校可以判定")
    loaded = json.loads(run(county(bare), "--format", "json").stdout)
    assert [one["can_be_judged"] for one in loaded["counties"]] == [False]
    assert loaded["needed"]


def test_where_it_cannot_be_written(county: Callable[..., Path]) -> None:
    path = county()
    assert run(path, "-o", path).exit_code == 2
    assert run(path, "-o", path.parent / "no" / "such.xlsx").exit_code == 2


def test_a_file_that_cannot_be_read_gives_its_list_alone(tmp_path: Path) -> None:
    bad, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    bad.write_bytes(b"PK\x03\x04 no zip")
    assert run(bad, "-o", out).exit_code == 4
    assert book(out).sheetnames == ["问题清单", "问题清单（按科室）", "下结论还缺"]
