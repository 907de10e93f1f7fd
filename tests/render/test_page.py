"""The page, as Markdown and as HTML."""

from __future__ import annotations

import hashlib
import io
import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import Checker, Choice
from compliance.engine.results import Results
from compliance.kernel import i18n
from compliance.render import renderers
from compliance.render.documents.jinja import environment, markdown
from compliance.render.report import county
from compliance.render.report.marks import Anchors
from tests.render import fixture
from tests.support.golden import ROOT, SCRIPT, STYLE, assert_golden
from tests.support.nonempty import nonempty

REPORTS = {
    "one_county": fixture.one_county,
    "several": fixture.several,
    "two_years": fixture.two_years,
    "nothing_judged": fixture.nothing_judged,
}
TEMPLATES = Path(__file__).parents[2] / "templates"
EXAMPLES = Path(__file__).parents[2] / "examples"
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


def test_style_and_script_are_the_templates_own() -> None:
    """Golden pages do without them: static text, once a page, whatever is told and in which language."""
    style, script = (
        (TEMPLATES / "report.css").read_text("utf-8"),
        (TEMPLATES / "report.js").read_text("utf-8"),
    )
    (lists,) = STYLE.findall((TEMPLATES / "rectify_style.html").read_text("utf-8"))
    for text in (style, script, lists):
        assert not re.search(r"{[{%#]", text)
    for text in (style, lists):
        assert "@media print" in text
        assert "@page" in text
    assert all(
        page.read_text("utf-8").count("<style>") == 1 for page in nonempty(ROOT.glob("*/*.html"))
    )
    for make in (fixture.one_county, fixture.nothing_judged):
        text = rendered(make(), "html")
        assert STYLE.findall(text) == [f"<style>\n{style}\n</style>"]
        assert SCRIPT.findall(text) == [f"<script>{script}</script>"]


def test_no_script_runs_but_the_pages_own() -> None:
    text = rendered(fixture.one_county(), "html")
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "")


@pytest.mark.parametrize("name", REPORTS)
def test_html_stands_alone_and_is_accessible(name: str) -> None:
    text = rendered(REPORTS[name](), "html")
    found = Page(text)
    names = Counter(tag for tag, _ in found.tags)
    assert not set(names) & {"link", "img", "iframe", "object", "embed", "form", "base"}
    assert names["script"] == 1
    keys = {key for _, attrs in nonempty(found.tags) for key in attrs}
    assert not {key for key in nonempty(keys) if key in ("src", "style") or key.startswith("on")}
    assert "url(" not in text
    assert "@import" not in text
    assert ("html", {"lang": "zh-CN"}) in found.tags
    assert [names[one] for one in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    assert {"scope" in attrs for tag, attrs in nonempty(found.tags) if tag == "th"} == {True}
    assert names["caption"] == names["table"]
    assert names["label"] == names["input"] + names["select"]
    drawn = [attrs for tag, attrs in found.tags if tag == "svg"]
    assert [one for one in drawn if not one.get("aria-label") and "aria-hidden" not in one] == []


def astray(text: str) -> set[str]:
    """The links of a page that lead nowhere; no id stands twice."""
    tags = Page(text).tags
    ids = Counter(attrs["id"] for _, attrs in tags if "id" in attrs)
    assert set(ids.values()) == {1}
    goals = {str(attrs["href"]) for tag, attrs in tags if tag == "a"}
    goals |= {f"#{attrs['data-for']}" for _, attrs in tags if "data-for" in attrs}
    return {goal for goal in nonempty(goals) if goal.removeprefix("#") not in ids}


@pytest.mark.parametrize("name", REPORTS)
def test_every_link_leads_somewhere(name: str) -> None:
    assert astray(rendered(REPORTS[name](), "html")) == set()


@pytest.mark.parametrize("choice", ["", "basic-2012", "anhui-hefei"])
def test_every_link_of_a_whole_county_leads_somewhere(choice: str) -> None:
    """With rules of provinces and cities; basic-2012 judges nothing at schools but their coefficients."""
    report = Checker().check(EXAMPLES / "anhui_county.xlsx", Choice(choice or None))
    assert astray(rendered(report, "html")) == set()


@given(st.lists(st.text(max_size=4), min_size=2, max_size=2, unique=True))
def test_what_differs_has_another_address(codes: list[str]) -> None:
    """Whatever a code is made of, an address is letters, digits and strokes, and no other code's."""
    anchors = Anchors(fixture.one_county().counties[0])
    made = [anchors.row(code, "primary") for code in codes]
    assert len(set(made)) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", one) for one in nonempty(made))


def test_language_of_the_page() -> None:
    with i18n.use("en"):
        assert '<html lang="en">' in rendered(fixture.one_county(), "html")


def test_hostile_names_are_text() -> None:
    report = fixture.one_county()
    html, text = rendered(report, "html"), rendered(report, "md")
    assert html.count("<script") == 1  # its own
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
             "### 县级指标", "### 学校指标矩阵", "### 各校问题", "### 不参加资源配置判定的学校",
             "## 数据有误，未判定", "## 数据问题", "## 依据和来源"]  # fmt: skip
    places = [text.index(head) for head in order]
    assert places == sorted(places)


def test_coefficients() -> None:
    found = Page(rendered(fixture.one_county(), "html"))
    backbone = "D2 每百名学生拥有县级以上骨干教师数"
    shown = "0.500（未四舍五入为0.5004）"
    # deviation 0.8876 × 0.5004 = 0.44415504
    assert found.row(backbone, "小学", "0.89", "0.44", shown, "≤0.50", "✗ 不达标",
                     "0.4442 ÷ 0.8876 = 0.500", "")  # fmt: skip
    assert found.row(backbone, "初中", "5.00", "1.00", "0.200", "≤0.45", "✓ 达标",
                     "1.0000 ÷ 5.0000 = 0.200", "")  # fmt: skip
    equipment = "D6 生均教学仪器设备值"
    assert found.row(equipment, "初中", "0.00", "", "", "≤0.45", "? 数据缺失", "", "")


def test_the_matrix_marks_by_shape_and_word() -> None:
    found = Page(rendered(fixture.one_county(), "html"))
    mild = "（未达标，但不低于下限）"
    # 6.4 is not below 0.85 × 7.5 = 6.375; 7.04 is below 0.85 × 10.2 = 8.67
    assert found.row("第一小学", "小学", "城关镇", "", "1", "✓ 达标", "4.50", "1.20",
                     f"▽ 0.80{mild}", "4.60", "7.60", "2100.00", "2.30",
                     "2", "45※", "? 数据缺失")  # fmt: skip
    assert found.row("清河九年制学校", "小学", "城关镇", "", "5", "✗ 不达标", f"▽ 4.00{mild}", "1.14",
                     "1.00", "4.80", f"▽ 6.40{mild}", "2400.00", "2.40",
                     "✗ 1（未达标）", "✗ 49（未达标）", "")  # fmt: skip
    assert found.row("清河九年制学校", "初中", "城关镇", "", "4", "✗ 不达标", "5.40", "1.00", "1.00",
                     f"▽ 5.28{mild}", "✗ 7.04（未达标）", "2640.00", "2.64",
                     "✗ 1（未达标）", "", "")  # fmt: skip
    assert found.row(fixture.HOSTILE, "初中", "城关镇", "", "0", "? 数据缺失", "5.50", "1.00", "0.90",
                     "6.00", "11.00", "? 数据缺失", "2.50", "", "", "")  # fmt: skip


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
    assert found.row("甲小学", "小学", "", "", "0", "✓ 达标", "4.50※")
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
    assert "| 甲小学 | 小学 |" in text
    assert "乙教学点" not in text


def test_three_hundred_schools_are_all_there() -> None:
    text = rendered(fixture.many_schools(), "html")
    found = Page(text)
    assert sum(row[0].startswith("中心小学第") for row in found.rows if row) == 300
    assert "position: sticky" in text


def test_counties_are_ranked() -> None:
    """By what fails, then by what is undecided."""
    rows = Page(rendered(fixture.several(), "html")).rows
    assert [row[:2] for row in rows if row[0] in "123"] == [
        ["1", "甲县 340101 2023"], ["2", "丙自治县 340103 2023"], ["3", "乙市中区 370101 2023"]
    ]  # fmt: skip


def test_the_years_of_a_county_stand_side_by_side() -> None:
    found = Page(rendered(fixture.two_years(), "html"))
    assert found.row("结论", "", "", "✗ 未达标", "✗ 未达标", "")
    met = "R1 高于规定学历教师"
    assert found.row(met, "小学", "", "50.0%（1/2）", "100.0%（2/2）", "")
    assert found.row("D2 县级以上骨干教师", "小学", "≤0.50", "✗ 0.600（不达标）",
                     "✓ 0.400（达标）", "")  # fmt: skip
    assert found.row("P1 社会认可度", "", "≥85%", "✓ 86.0%（达标）", "✓ 86.0%（达标）", "")


def test_rule_sets_of_two_days_have_texts_of_their_own() -> None:
    text = rendered(fixture.two_years(), "html")
    assert 'id="rule-anhui-2022-09-01-R1"' in text
    assert 'id="rule-anhui-2023-09-01-R1"' in text
    assert 'id="rule-anhui-R1"' in rendered(fixture.one_county(), "html")


def test_many_counties_get_the_overview_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(county, "_COUNTIES", 2)
    text = rendered(fixture.several(), "html")
    assert "乙小学" not in text
    assert "县数过多，本页只列各县结论" in text
    assert Page(text).row(
        "3", "乙市中区 370101 2023", "✗ 未达标", "✗ 不达标0/1/0", "✗ 不达标0/1/0",
        "RS 资源配置综合评估（1个学段）、V1 以考试方式招生", "2", "0", "", "1", "", "0", "0", "",
    )  # fmt: skip


def test_many_schools_are_listed_where_they_miss_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(county, "_SCHOOLS", 299)
    text = rendered(fixture.many_schools(), "html")
    assert "各项均达标的240行未列" in text
    assert astray(text) == set()
    found = Page(text)
    assert sum(row[0].startswith("中心小学第") for row in found.rows if row) == 60


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
