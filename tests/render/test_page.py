"""The page, as Markdown and as HTML."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from compliance.engine.results import Results
from compliance.kernel import i18n
from compliance.render import page, renderers
from compliance.render.documents.jinja import environment, markdown
from tests.render import fixture
from tests.support.golden import ROOT, STYLE, assert_golden
from tests.support.nonempty import nonempty

REPORTS = {
    "one_county": fixture.one_county,
    "several": fixture.several,
    "nothing_judged": fixture.nothing_judged,
}
TEMPLATES = Path(__file__).parents[2] / "templates"
VOID = {"meta", "br", "hr", "img", "link", "input"}


def rendered(report: Results, form: str) -> str:
    stream = io.BytesIO()
    renderers()[form](report, stream)
    return stream.getvalue().decode()


class Page(HTMLParser):
    """Checks that tags close in order; collects tags, attributes and the text of cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def row(self, *cells: str) -> bool:
        """Whether a row of the page holds just these cells."""
        return list(cells) in [[" ".join(cell.split()) for cell in row] for row in self.rows]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("form", ["md", "html"])
def test_golden(name: str, language: str, form: str) -> None:
    with i18n.use(language):
        assert_golden(f"check/{name}.{language}.{form}", rendered(REPORTS[name](), form))


def test_the_style_is_the_templates_own() -> None:
    """Golden pages do without it: static text, once a page, whatever is told and in which language."""
    for template, pages in (
        ("report.html", ROOT.glob("check/*.html")),
        ("rectify_style.html", ROOT.glob("rectify/*.html")),
    ):
        (style,) = STYLE.findall((TEMPLATES / template).read_text("utf-8"))
        assert not re.search(r"{[{%#]", style), template
        assert "@media print" in style
        assert "@page" in style
        assert all(page.read_text("utf-8").count("<style>") == 1 for page in nonempty(pages))
    for make in (fixture.one_county, fixture.nothing_judged):
        assert STYLE.findall(rendered(make(), "html")) == STYLE.findall(
            (TEMPLATES / "report.html").read_text("utf-8")
        )


@pytest.mark.parametrize("name", REPORTS)
def test_html_stands_alone_and_is_accessible(name: str) -> None:
    text = rendered(REPORTS[name](), "html")
    found = Page(text)
    names = {tag for tag, _ in found.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?!#)", text.replace('href="#', ""))
    assert "url(" not in text
    assert "@import" not in text
    assert ("html", {"lang": "zh-CN"}) in found.tags
    assert all(attrs.get("scope") for tag, attrs in nonempty(found.tags) if tag == "th")
    tables = sum(tag == "table" for tag, _ in found.tags)
    assert sum(tag == "caption" for tag, _ in found.tags) == tables
    assert not any(key.startswith("on") for _, attrs in found.tags for key in attrs)


def test_language_of_the_page() -> None:
    with i18n.use("en"):
        assert '<html lang="en">' in rendered(fixture.one_county(), "html")


def test_hostile_names_are_text() -> None:
    report = fixture.one_county()
    html, text = rendered(report, "html"), rendered(report, "md")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "{{7*7}}" in html  # printed as it is, not 49
    assert "<script" not in text
    assert r"=cmd()\|{{7\*7}}&lt;script&gt;alert" in text


def test_markdown_escapes() -> None:
    assert markdown("a|b`c<d>\ne") == r"a\|b\`c&lt;d&gt; e"
    assert markdown("*x* _y_ [z](u) #t ~s~ \\") == r"\*x\* \_y\_ \[z\](u) \#t \~s\~ \\"
    assert markdown(None) == ""


def test_every_row_of_a_markdown_table_has_its_columns() -> None:
    for make in REPORTS.values():
        width = 0
        for line in nonempty(rendered(make(), "md").splitlines()):
            cells = len(re.findall(r"(?<!\\)\|", line))
            if not line.startswith("|"):
                width = 0
            else:
                assert width in (0, cells), line
                width = cells


def test_conclusion_comes_first() -> None:
    text = rendered(fixture.one_county(), "md")
    assert text.startswith("# 样县 2023学年 达标核查\n\n规则：")
    order = ["**✗ 未达标**", "| 资源配置 |", "### 不达标的县级指标", "### 未达标学校（1所）",
             "### 缺口合计", "### 尚缺的数据和佐证", "### 参考结果", "### 校际均衡",
             "### 县级指标", "### 资源配置：分学校", "### 不参加资源配置判定的学校",
             "## 数据有误，未判定", "## 数据问题", "## 依据和来源"]  # fmt: skip
    places = [text.index(head) for head in order]
    assert places == sorted(places)


def test_coefficients() -> None:
    found = Page(rendered(fixture.one_county(), "html"))
    backbone = "每百名学生拥有县级以上骨干教师数"
    shown = "0.500（未四舍五入为0.5004）"
    assert found.row("D2", backbone, "小学", "0.89", shown, "≤0.50", "✗ 不达标")
    assert found.row("D2", backbone, "初中", "5.00", "0.200", "≤0.45", "✓ 达标")
    assert found.row("D6", "生均教学仪器设备值", "初中", "0.00", "", "≤0.45", "? 数据缺失")


def test_schools_marked_by_shape_and_word() -> None:
    found = Page(rendered(fixture.one_county(), "html"))
    mild = "（未达标，但不低于下限）"
    # 6.4 is not below 0.85 × 7.5 = 6.375; 7.04 is below 0.85 × 10.2 = 8.67
    assert found.row("第一小学", "4.50", "1.20", f"▽ 0.80{mild}", "4.60", "7.60", "2100.00",
                     "2.30", "✓ 达标")  # fmt: skip
    assert found.row("清河九年制学校", f"▽ 4.00{mild}", "1.14", "1.00", "4.80", f"▽ 6.40{mild}",
                     "2400.00", "2.40", "✗ 不达标")  # fmt: skip
    assert found.row("清河九年制学校", "5.40", "1.00", "1.00", f"▽ 5.28{mild}", "✗ 7.04（未达标）",
                     "2640.00", "2.64", "✗ 不达标")  # fmt: skip
    assert found.row(fixture.HOSTILE, "5.50", "1.00", "0.90", "6.00", "11.00", "? 数据缺失",
                     "2.50", "? 数据缺失")  # fmt: skip


def test_county_rules_with_their_figures() -> None:
    found = Page(rendered(fixture.one_county(), "html"))
    assert found.row("", "G7", "特殊教育学校生均公用经费", "5833.33元（≥6000元）", "✗ 不达标")
    assert found.row("教育质量", "Q1", "初中三年巩固率", "97.8%（≥95%）", "✓ 达标")
    quota = "分配名额占比 55.0%（≥50%） 达标；向农村初中倾斜 待佐证"
    assert found.row("", "G14", "优质高中招生名额分配比例", quota, "? 待佐证")
    assert found.row("一票否决", "V1", "以考试方式招生", "不存在该情形", "✓ 达标")
    assert found.row("", "V4", "有编不补或长期聘用编外教师", "", "? 待佐证")
    assert found.row("", "G3", "音乐、美术专用教室", "2所学校中1所不达标", "✗ 不达标")


def test_figures_that_rest_on_doubtful_data_are_marked() -> None:
    sheet = fixture.Sheet()
    at = {"level": "unit", "school_code": "S1", "school_name": "甲小学", "stage": "primary"}
    sheet.add("R1", "pass", **at, role="component", value=4.5, operator=">=", threshold=4.2,
              warnings=["teachers_differ"])  # fmt: skip
    sheet.add("RS", "pass", **at)
    sheet.add("Q1", "pass", value=97.8, operator=">=", threshold=95.0, unit="%", warnings=["x"])
    found = Page(rendered(fixture.report([sheet], [sheet.result("pass", CR="pass")]), "html"))
    assert found.row("甲小学", "4.50※", "✓ 达标")
    assert found.row("教育质量", "Q1", "初中三年巩固率", "97.8%※（≥95%）", "✓ 达标")


def test_excluded_schools_with_reasons() -> None:
    found = Page(rendered(fixture.one_county(), "html"))
    assert found.row("镇北教学点", "", "不足50人的教学点")
    assert found.row("特教学校", "", "特殊教育学校")


def test_units_to_which_nothing_applies_are_left_out() -> None:
    sheet = fixture.Sheet()
    sheet.unit("S1", "甲小学", "primary", (5.0, 2, 1, 5, 8, 2500, 3), "pass")
    for key in ("R1", "RS"):
        sheet.add(key, "not_applicable", level="unit", school_code="S2", school_name="乙教学点",
                  stage="primary", role="component")  # fmt: skip
    text = rendered(fixture.report([sheet], [sheet.result("pass", CR="pass")]), "md")
    assert "#### 小学（1个）" in text
    assert "乙教学点" not in text


def test_three_hundred_schools_are_all_there() -> None:
    text = rendered(fixture.many_schools(), "html")
    found = Page(text)
    assert sum(row[0].startswith("中心小学第") for row in found.rows if row) == 300
    assert "position: sticky" in text


def test_many_counties_get_the_overview_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_DETAILED", 2)
    text = rendered(fixture.several(), "html")
    assert "乙小学" not in text
    assert "超过2个县，本页只列结论" in text
    assert Page(text).row(
        "乙市中区", "370101", "2023", "✗ 未达标", "✗ 不达标", "✗ 不达标", "1", "0"
    )


def test_details_of_a_county_hold_only_its_own_schools() -> None:
    text = rendered(fixture.several(), "md")
    own = text.split("## 乙市中区（370101） 2023学年")[1].split("\n## ")[0]
    assert "乙小学" in own
    assert "甲小学" not in own


def test_a_province_replaces_the_template(tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("省 {{ names[0] }} {{ counties | list | length }}\n")
    report = fixture.one_county()
    own = replace(report, rulesets=(replace(report.rulesets[0], template_dirs=(tmp_path,)),))
    assert rendered(own, "md") == "省 样县 1\n"
    assert rendered(own, "html") == rendered(report, "html")


def test_templates_cannot_reach_out(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("{{ ''.__class__.__mro__ }}")
    template = environment("md", (tmp_path,)).get_template("x.md")
    with pytest.raises(Exception, match="unsafe"):
        template.render()
