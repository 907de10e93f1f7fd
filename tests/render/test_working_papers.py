"""The working papers of one small county, against sums made on paper (see `rectify_sample`)."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from docx import Document

from compliance.engine.results import Results
from compliance.kernel.i18n import use
from compliance.ledger.days import DaysAsked
from compliance.ledger.prices import Priced, PriceList, Thing
from compliance.ledger.responsibilities import Responsibility
from compliance.ledger.terms import Term
from compliance.render.papers.forms import ALL, FORMS, chosen_papers, paper_names
from compliance.render.rectification.planning import UNPLANNED, Planning
from compliance.render.rectification.write import write_papers
from docs.word_templates.papers import TEMPLATES, build
from tests.render.fixture import COUNTY
from tests.render.rectify_reading import word_text
from tests.render.rectify_sample import conforming, sample
from tests.support.golden import assert_golden
from tests.support.nonempty import nonempty

CODE, NAME, YEAR = COUNTY
FOLDER = f"{CODE}_{NAME}_{YEAR}"
DAYS = DaysAsked(today=date(2024, 3, 1))
KEY = {"county_code": CODE, "year": YEAR}
BUILDINGS: list[dict[str, Any]] = [
    {"school_code": "1002", "building": "教学楼", "built_year": 1996, "area": 2100.5,
     "fire": "未验收", "seismic": "=需加固", "note": None},
    {"school_code": "1002", "building": "综合楼", "built_year": None, "area": None,
     "fire": None, "seismic": "鉴定合格", "note": "外墙砖脱落"},
]  # fmt: skip
MEMBERS: list[dict[str, Any]] = [
    {"name": "清河学区", "kind": "district", "lead": "1002", "member": member, "start": "2021-09",
     "end": None}
    for member in ("1002", "1001", "1003")
] + [
    {"name": "实验集团", "kind": "group", "lead": "1001", "member": member, "start": None, "end": None}
    for member in ("1001", "1003")
]  # fmt: skip
PLANNING = Planning(
    {
        "R1": Responsibility("县教育局", "县委编办", "人事股", "张三", Term(months=3)),
        "R5": Responsibility(section="基建办", term=Term(day=date(2025, 12, 31))),
    },
    PriceList(
        {
            Priced("R1", ""): Thing(("人",)),
            Priced("R4", ""): Thing(("平方米",)),
            Priced("R5", ""): Thing(("平方米",)),
            Priced("G6", ""): Thing(("元",), money=True),
        },
        {
            Priced("R1", ""): Decimal(80000),
            Priced("R4", ""): Decimal(2500),
            Priced("R5", ""): Decimal("300.5"),
        },
    ),
    priced=True,
)


def county() -> Results:
    """The sample with buildings, organisations and townships."""
    report = sample()
    towns = pl.Series("township", ["城关", "清河", "清河", None, None, None], dtype=pl.String)
    types = {"year": pl.Int32, "built_year": pl.Int32, "area": pl.Float64}
    stated = dict(report.stated)
    for name, rows in (("buildings", BUILDINGS), ("organisations", MEMBERS)):
        frame = pl.DataFrame([{**KEY, **row} for row in rows], infer_schema_length=None)
        stated[name] = frame.cast(
            {name: kind for name, kind in types.items() if name in frame.columns}
        )
    return replace(report, schools=report.schools.with_columns(towns), stated=stated)


def written(
    folder: Path, *wanted: str, forms: Sequence[str] = ("md",), planning: Planning = PLANNING
) -> Path:
    """The county's folder with these papers in it."""
    chosen = chosen_papers(wanted, priced=planning.priced)
    write_papers(county(), folder, forms, {}, asked=DAYS, wanted=chosen, planning=planning)
    return folder / FOLDER


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    forms = ("md", "html", "xlsx", "docx")
    return written(tmp_path_factory.mktemp("papers"), ALL, forms=forms)


def rows(text: str, heading: str) -> list[list[str]]:
    """The table under a heading, without its head."""
    part = text.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def paper(folder: Path, name: str) -> str:
    return (folder / f"{name}.md").read_text("utf-8")


class TestWhichPapers:
    def test_every_form_has_a_name_a_template_and_headings(self) -> None:
        assert set(paper_names()) == {*FORMS, "list", "schools", ALL}
        for form in nonempty(FORMS.values()):
            assert (TEMPLATES / f"{form.key}.docx").is_file()
            widest = 225 if form.landscape else 156
            widths = [sum(field.width for field in part.fields) for part in form.parts]
            assert max(widths) <= widest

    def test_the_usual_ones_and_what_is_asked_for(self, tmp_path: Path) -> None:
        assert chosen_papers((), priced=False) == ("list", "schools")
        assert chosen_papers((), priced=True) == ("list", "schools", "costs")
        found = written(tmp_path, "brief", "circular")
        assert sorted(path.name for path in found.iterdir()) == ["情况汇报.md", "通报.md"]

    def test_all_of_them_in_every_format(self, folder: Path) -> None:
        names = {path.stem for path in folder.iterdir() if path.is_file()}
        assert names == {"整改清单", *(form.file for form in FORMS.values() if form.file)}
        for form in ("md", "html", "xlsx", "docx"):
            found = sorted(path.stem for path in (folder / "一楼一策").glob(f"*.{form}"))
            assert found == ["1002_清河九年制学校"]
            found = sorted(path.stem for path in (folder / "一学区一档案").glob(f"*.{form}"))
            assert found == ["实验集团", "清河学区"]

    @pytest.mark.parametrize("name", [form.file for form in FORMS.values() if form.file])
    def test_as_when_they_were_last_looked_at(self, folder: Path, name: str) -> None:
        assert_golden(f"papers/{name}.md", paper(folder, name))

    @pytest.mark.parametrize("name", ["一楼一策/1002_清河九年制学校", "一学区一档案/清河学区"])
    def test_those_of_schools_and_organisations_too(self, folder: Path, name: str) -> None:
        assert_golden(f"papers/{Path(name).name}.md", paper(folder, name))

    def test_word_and_excel_say_the_same(self, folder: Path) -> None:
        name, words = "目标任务清单（学校）", ("1002-J-R5", "3590.91平方米", "2025-12-31", "张三")
        told = word_text((folder / f"{name}.docx").read_bytes())
        page = (folder / f"{name}.html").read_text("utf-8")
        book = openpyxl.load_workbook(folder / f"{name}.xlsx")
        cells = {c.value for sheet in book for row in sheet for c in row}
        for word in nonempty(words):
            assert word in told
            assert word in page
            assert word in cells or (word, 3590.91 in cells) == (words[1], True)

    def test_a_cell_that_looks_like_a_formula_is_text(self, folder: Path) -> None:
        book = openpyxl.load_workbook(folder / "一楼一策" / "1002_清河九年制学校.xlsx")
        (cell,) = [c for s in book for row in s for c in row if c.value == "=需加固"]
        assert cell.data_type == "s"

    def test_a_county_without_problems_has_its_papers(self, tmp_path: Path) -> None:
        chosen = chosen_papers([ALL], priced=False)
        write_papers(conforming(), tmp_path, ["md", "docx", "xlsx", "html"], {}, wanted=chosen)
        (own,) = tmp_path.iterdir()
        assert "没有未完成的整改事项" in paper(own, "情况汇报")
        assert not (own / "一楼一策").exists()

    def test_english_papers_hold_no_chinese_words_of_ours(self, tmp_path: Path) -> None:
        with use("en"):
            found = written(tmp_path, ALL, forms=("md", "docx"))
        text = paper(found, "调度会材料")
        assert "## IV. Overdue" in text
        assert "议定事项" not in word_text((found / "调度会材料.docx").read_bytes())


class TestCosts:
    """R1 2 people × 80,000; R4 590.91 × 2,500 = 1,477,275 and 100 × 2,500; R5 of 清河 by its larger
    stage 3,590.91 × 300.5 = 1,079,068.455 and of 南湖 400.5 × 300.5 = 120,350.25, each rounded up;
    G6 12,000 yuan. Without a price: 清河's rooms, and of the county G7 and G9's kind.
    """

    QINGHE = 160_000 + 1_477_275 + 1_079_069
    NANHU = 250_000 + 120_351

    def test_by_school_section_and_year_all_come_to_the_same(self, folder: Path) -> None:
        text = paper(folder, "资金测算表")
        schools = {row[0]: row[2] for row in rows(text, "一、按学校")}
        assert schools["清河九年制学校"] == str(self.QINGHE)
        assert schools["南湖九年制学校"] == str(self.NANHU)
        assert schools["镇北教学点"] == "12000"
        every = str(self.QINGHE + self.NANHU + 12000)
        for heading in ("一、按学校", "二、按牵头股室（单位）", "三、按完成年度"):
            *others, total = rows(text, heading)
            assert total[0] == "合计"
            assert total[2] == every
            assert sum(int(row[2] or 0) for row in others) == int(every)
            assert sum(int(row[3] or 0) for row in others) == int(total[3])
        sections = {row[0]: row[2] for row in rows(text, "二、按牵头股室（单位）")}
        assert sections["人事股"] == "160000"
        assert sections["基建办"] == str(1_079_069 + 120_351)
        years = {row[0]: row[2] for row in rows(text, "三、按完成年度")}
        assert years["2023"] == "160000"
        assert years["2025"] == str(1_079_069 + 120_351)
        assert (
            f"所需资金合计{int(every):,}元，另有{rows(text, '一、按学校')[-1][3]}项无单价。" in text
        )

    def test_without_prices_the_column_is_blank(self, tmp_path: Path) -> None:
        found = written(tmp_path, "costs", "targets_schools", planning=UNPLANNED)
        assert "没有给出单价表" in paper(found, "资金测算表")
        text = paper(found, "目标任务清单（学校）")
        assert "所需资金合计" not in text
        lines = [line for line in text.splitlines() if "1002-P-R1" in line]
        assert [line.split("|")[-3].strip() for line in lines] == [""]


class TestTasks:
    def test_an_item_has_its_owner_and_its_day(self, folder: Path) -> None:
        text = paper(folder, "目标任务清单（学校）")
        (line,) = [line for line in text.splitlines() if "1002-P-R1" in line]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[5:] == ["县教育局", "张三", "2023-12-01", "160000", ""]

    def test_departments_lead_or_join(self, folder: Path) -> None:
        text = paper(folder, "目标任务清单（县直部门）")
        part = text.split("**县委编办**")[1].split("**")[0]
        (row,) = [line for line in part.splitlines() if line.startswith("| 1 ")]
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[2:6] == ["补足2人", "1", "清河九年制学校", "配合"]

    def test_townships(self, folder: Path) -> None:
        totals = {
            row[0]: row[1:] for row in rows(paper(folder, "目标任务清单（乡镇）"), "各乡镇合计")
        }
        assert list(totals) == ["清河", "未填乡镇"]
        _, schools, task, cost = totals["清河"]
        assert schools == "2"
        assert "教学及辅助用房面积690.91平方米" in task  # 590.91 + 100
        assert cost == str(TestCosts.QINGHE + TestCosts.NANHU)

    def test_overdue_items_by_the_day(self, folder: Path) -> None:
        late = rows(paper(folder, "调度会材料"), "四、逾期事项")
        assert [(row[0], row[6], row[7]) for row in late] == [("1002-P-R1", "2023-12-01", "91")]


class TestBack:
    """What a meeting decided, and milestones, come back into the ledger."""

    def ledger(self, folder: Path) -> dict[str, dict[str, Any]]:
        sheet = openpyxl.load_workbook(folder / "整改清单.xlsx")["台账"]
        every = list(sheet.iter_rows(values_only=True))
        head = next(place for place, row in enumerate(every) if row[0] == "编号")
        names = [str(cell) for cell in every[head]]
        found = {}
        for row in every[head + 1 :]:
            if row[0]:
                found[str(row[0])] = dict(zip(names, row, strict=False))
        return found

    def decide(self, path: Path, decisions: Sequence[Mapping[str, str]]) -> None:
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            sheet = book["议定事项"]
            every = list(sheet.iter_rows(values_only=True))
            head = next(place for place, row in enumerate(every, 1) if row[0] == "编号")
            for number, one in enumerate(decisions, head + 1):
                for column, name in enumerate(every[head - 1], 1):
                    if value := one.get(str(name)):
                        sheet.cell(number, column, value)
            book.save(path)
            return
        document = Document(str(path))
        table = document.tables[-1]
        heads = [cell.text for cell in table.rows[0].cells]
        for row, one in zip(table.rows[1:], decisions, strict=False):
            for place, name in enumerate(heads):
                row.cells[place].text = one.get(name, "")
        document.save(str(path))

    @pytest.mark.parametrize("form", ["xlsx", "docx"])
    def test_decisions_stand_on_the_item_or_become_one(self, tmp_path: Path, form: str) -> None:
        wanted = ("list", "meeting")
        own = written(tmp_path, *wanted, forms=("xlsx", "docx"), planning=UNPLANNED)
        self.decide(
            own / f"调度会材料.{form}",
            [
                {"编号": "1002-P-R1", "议定事项": "九月前招聘到位", "责任人": "李四", "完成时限": "2024-08-31"},
                {"议定事项": "成立联席会议", "牵头单位": "县政府办", "完成时限": "2024年4月"},
            ],
        )  # fmt: skip
        for _ in range(2):  # reading it again changes nothing
            own = written(tmp_path, *wanted, forms=("xlsx", "docx"), planning=UNPLANNED)
            found = self.ledger(own)
            item = found["1002-P-R1"]
            assert item["议定事项"] == "九月前招聘到位（李四，2024-08-31）"
            assert item["责任人"] == "李四"
            (other,) = [row for row in found.values() if row["存在问题"] == "成立联席会议"]
            assert other["编号"] == f"{CODE}-X1"
            assert other["牵头单位"] == "县政府办"
        assert "成立联席会议" in paper(
            written(tmp_path, "targets_departments"), "目标任务清单（县直部门）"
        )

    def test_decisions_are_not_lost_where_the_list_is_not_asked_for(self, tmp_path: Path) -> None:
        forms = ("xlsx", "docx")
        own = written(tmp_path, "list", "meeting", forms=forms, planning=UNPLANNED)
        self.decide(own / "调度会材料.docx", [{"议定事项": "成立联席会议"}])
        written(tmp_path, "meeting", forms=("docx",), planning=UNPLANNED)
        assert "成立联席会议" in {row["存在问题"] for row in self.ledger(own).values()}

    def test_milestones_are_planned_and_done(self, tmp_path: Path) -> None:
        own = written(tmp_path, "list", forms=("xlsx",), planning=UNPLANNED)
        book = openpyxl.load_workbook(own / "整改清单.xlsx")
        sheet = book["里程碑"]
        for row in (
            ("1002-J-R4", "2024-06", 300, None, ""),
            ("1002-J-R4", "2024年3月", 290.91, 100, "已开工"),
        ):
            sheet.append(row)
        book.save(own / "整改清单.xlsx")
        written(tmp_path, "schedule", planning=UNPLANNED)
        steps = rows(paper(own, "序时进度表"), "二、里程碑")
        assert [row[:1] + row[3:] for row in steps] == [
            ["1002-J-R4", "2024-03", "290.91", "100", "已开工"],
            ["1002-J-R4", "2024-06", "300", "", ""],
        ]


class TestTemplates:
    def test_the_bundled_word_templates_are_what_the_script_builds(self, tmp_path: Path) -> None:
        build(tmp_path)
        for name in nonempty(path.name for path in tmp_path.iterdir()):
            with (
                zipfile.ZipFile(tmp_path / name) as built,
                zipfile.ZipFile(TEMPLATES / name) as kept,
            ):
                for part in ("word/document.xml", "word/styles.xml"):
                    assert built.read(part) == kept.read(part), (name, part)

    def test_a_province_replaces_a_paper_a_page_or_a_block(self, tmp_path: Path) -> None:
        own = tmp_path / "own"
        own.mkdir()
        (own / "brief.md").write_text("省版 {{ paper.title }}\n", encoding="utf-8")
        document = Document()
        document.add_paragraph("某省统一落款 {{ paper.dates }}")
        document.save(str(own / "paper_end.docx"))
        write_papers(
            county(), tmp_path / "out", ["md", "docx"], {"anhui": [own]}, asked=DAYS,
            wanted=["brief", "notice"],
        )  # fmt: skip
        found = tmp_path / "out" / FOLDER
        assert paper(found, "情况汇报").startswith("省版 样县")
        for name in ("情况汇报", "公示表"):
            content = (found / f"{name}.docx").read_bytes()
            assert "某省统一落款 数据日期" in word_text(content)
            assert "单位盖章" not in word_text(content)
            Document(BytesIO(content))
