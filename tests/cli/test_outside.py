"""What does not apply is named wherever a verdict is said, in one and the same words."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from compliance.cli import main
from tests.support.generate_calm import calm
from tests.support.nonempty import nonempty

RULES = "G6、G11、G14（不足100人学校公用经费、教师交流轮岗、优质高中招生名额分配）"
LEFT_OUT = "1所学校（学段）不参加资源配置评估：县特殊教育学校"


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county of whom two shares concern nobody, with no small school and a special one."""
    county = calm(1)
    facts = county["county"]
    facts |= {"senior_quota": "不涉及", "exchange_eligible_teachers": "不涉及"}
    for part in ("senior_quota_allocated", "exchanged_teachers", "exchanged_backbone_teachers"):
        del facts[part]
    one = {"school_code": "9", "school_name": "县特殊教育学校", "school_type": "special"}
    county["schools"].append(one)
    path = tmp_path_factory.mktemp("figures") / "county.json"
    path.write_text(json.dumps(county, ensure_ascii=False), "utf-8")
    return path


def run(*words: str | Path) -> None:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code in (0, 3), result.output


def plain(path: Path) -> str:
    """The text of a paper, without its markup and line breaks."""
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as package:
            names = [name for name in package.namelist() if name.endswith(".xml")]
            text = "".join(package.read(name).decode("utf-8") for name in names)
    else:
        text = path.read_text("utf-8")
    return re.sub(r"<[^>]*>|\s", "", text)


def papers(figures: Path, folder: Path) -> Iterator[Path]:
    """The report, the county's list and the declaration form in every format."""
    reports = [folder / f"report.{name}" for name in ("text", "md", "html")]
    run("check", figures, *(f"-o{path.suffix[1:]}:{path}" for path in reports))
    yield from reports
    forms = [folder / f"form.{name}" for name in ("xlsx", "docx")]
    run("declare", figures, *(word for path in forms for word in ("-o", path)))
    yield from forms
    formats = ("md", "html", "xlsx", "docx")
    run("rectify", figures, "-o", folder, *(w for name in formats for w in ("--format", name)))
    lists = sorted(folder.glob("*/整改清单.*"))
    assert len(lists) == len(formats)
    yield from lists


def test_every_paper_names_it(figures: Path, tmp_path: Path) -> None:
    for paper in nonempty([*papers(figures, tmp_path)]):
        text = plain(paper)
        assert f"不在结论之内：3项不适用：{RULES}" in text, paper.name
        assert "县特殊教育学校" in text, paper.name


def messages(figures: Path, tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "results.json"
    run("check", figures, "-o", f"json:{path}")
    found = json.loads(path.read_text("utf-8"))["findings"]
    return {one["rule"]: one["message"] for one in found if one["level"] == "county"}


def test_the_messages_of_blocks_and_conclusion_name_it(figures: Path, tmp_path: Path) -> None:
    told = messages(figures, tmp_path)
    assert told["CG"].endswith(f"15项中2项数据缺失，3项不适用：{RULES}。")
    assert told["CR"].endswith(f"“资源配置”达标。{LEFT_OUT}。")
    assert told["C"].endswith(f"3项不适用：{RULES}；{LEFT_OUT}。")
    assert "不适用" not in told["CQ"]


def test_english_sets_a_space_between_the_sentences(figures: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    run("check", figures, "--lang", "en", "-o", f"json:{path}")
    found = json.loads(path.read_text("utf-8"))["findings"]
    (block,) = [one["message"] for one in found if one["rule"] == "CG"]
    assert re.search(r"\. of 15: .*3 not applicable: G6, G11, G14 \([^)]*\)\.$", block), block


def test_nothing_is_said_where_everything_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "county.json"
    county = calm(2)
    path.write_text(json.dumps(county, ensure_ascii=False), "utf-8")
    told = messages(path, tmp_path)
    assert told["CQ"].endswith("“教育质量”达标。")
    assert told["CR"].endswith("“资源配置”达标。")


def test_the_form_says_the_word_and_agrees_with_itself(figures: Path, tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    run("declare", figures, "-o", form)
    assert "符合交流轮岗条件教师总数不涉及名" in plain(form)
    result = CliRunner().invoke(main, ["declare", str(figures), "--against", str(form)])
    assert result.exit_code == 0
    assert "一致" in result.output


@pytest.mark.parametrize(
    ("level", "said"), [(None, "＿＿级"), ("未监测", "—级"), ("二级", "Ⅱ级"), ("III", "Ⅲ级")]
)
def test_the_form_never_says_yes_beside_a_subject_that_is_open(
    level: str | None, said: str, tmp_path: Path
) -> None:
    county = calm(3)
    rows = county["county"]["monitoring"]
    (art,) = [row for row in rows if row["subject"] == "艺术"]
    art |= {"level": level} if level else {}
    if not level:
        rows.remove(art)
    path, form = tmp_path / "county.json", tmp_path / "form.xlsx"
    path.write_text(json.dumps(county, ensure_ascii=False), "utf-8")
    run("declare", path, "-o", form)
    book = openpyxl.load_workbook(form)
    cells = [[str(one.value or "") for one in row] for sheet in book for row in sheet.iter_rows()]
    (row,) = [row for row in cells if row and row[0].startswith("（9）在国家")]
    assert f"艺术{said}" in row[1]
    assert row[2] == {None: "＿＿", "二级": "否"}.get(level, "是")
    missing = [row for row in cells if row[1:] and "国家义务教育质量监测结果（艺术）" in row[1]]
    assert len(missing) == (level is None)
