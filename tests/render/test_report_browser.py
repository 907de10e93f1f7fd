"""The report in a browser: it sorts, filters and finds, leads where its links say, and prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compliance.engine.results import Results
from compliance.render import write
from tests.render import fixture
from tests.support.browser import asked, dumped, needs_browser, needs_print, printed
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.browser
TABLE = "c340199-2023-table"
HELP = f"""
const table = document.getElementById("{TABLE}");
const tools = document.querySelector('.tools[data-for="{TABLE}"]');
const names = () => [...table.tBodies[0].rows].filter((row) => row.offsetHeight).map((row) => row.cells[0].textContent);
const column = (id) => [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent.startsWith(id));
const figures = (id) => [...table.tBodies[0].rows].map((row) => row.cells[column(id)].textContent);
const click = (id) => table.tHead.rows[0].cells[column(id)].querySelector("button").click();
const choose = (control, value) => {{ control.value = value; control.dispatchEvent(new Event("input", {{ bubbles: true }})); }};
"""


def opened(report: Results, folder: Path, script: str) -> Any:
    page = folder / "report.html"
    write(report, "html", page)
    return asked(page, HELP + script, folder)


@needs_browser
def test_its_own_script_runs_under_its_policy(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    write(fixture.one_county(), "html", page)
    shown = dumped(page, tmp_path)
    assert '<div class="tools" data-for="c340199-2023-table" hidden' in page.read_text("utf-8")
    assert '<div class="tools" data-for="c340199-2023-table">' in shown
    assert "显示 4 / 4 行" in shown


@needs_browser
def test_columns_sort_by_figure_with_blanks_at_the_end(tmp_path: Path) -> None:
    """R5: 7.6, ▽ 6.40, ✗ 7.04, 11; R6 of the last is missing."""
    script = """
    const found = [];
    for (const id of ["R5", "R5", "R5", "R6"]) {
      click(id);
      found.push([figures(id).map((one) => one.match(/[\\d.]+/)?.[0] ?? "?"),
        table.tHead.rows[0].cells[column(id)].getAttribute("aria-sort")]);
    }
    click("R6");
    found.push([figures("R6").map((one) => one.match(/[\\d.]+/)?.[0] ?? "?"), "R6"]);
    return found;
    """
    assert opened(fixture.one_county(), tmp_path, script) == [
        [["6.40", "7.04", "7.60", "11.00"], "ascending"],
        [["11.00", "7.60", "7.04", "6.40"], "descending"],
        [["7.60", "6.40", "7.04", "11.00"], None],
        [["2100.00", "2400.00", "2640.00", "?"], "ascending"],
        [["2640.00", "2400.00", "2100.00", "?"], "R6"],
    ]


@needs_browser
def test_rows_are_filtered_and_found(tmp_path: Path) -> None:
    script = """
    const [search] = tools.querySelectorAll("input");
    const stage = tools.querySelector('[data-column="1"]');
    const township = tools.querySelector('[data-column="2"]');
    const which = tools.querySelector("[data-which]");
    const state = tools.querySelector("[data-state]");
    const found = {};
    choose(stage, "初中"); found.junior = names();
    choose(state, "fail"); found.failing = names(); found.told = tools.querySelector("output").textContent;
    choose(stage, ""); choose(which, String(column("R1"))); choose(state, "fail short"); found.degrees = names();
    choose(which, ""); choose(state, "unknown not_checked error"); found.unknown = names();
    tools.querySelector("[data-reset]").click(); found.all = names().length;
    choose(township, "城关镇"); found.township = names().length;
    choose(search, "清河 初中"); found.search = names();
    choose(search, "<script>"); found.hostile = names();
    choose(search, "nobody"); found.nobody = names();
    return found;
    """
    hostile = fixture.HOSTILE
    assert opened(fixture.one_county(), tmp_path, script) == {
        "junior": ["清河九年制学校", hostile],
        "failing": ["清河九年制学校"],
        "told": "显示 1 / 4 行",
        "degrees": ["清河九年制学校"],
        "unknown": ["第一小学", hostile],
        "all": 4,
        "township": 4,
        "search": ["清河九年制学校"],
        "hostile": [hostile],
        "nobody": [],
    }


@needs_browser
def test_from_the_matrix_to_the_school_to_the_rule_and_back(tmp_path: Path) -> None:
    """A link leads to its place even where a filter has hidden it."""
    script = """
    const row = [...table.tBodies[0].rows][1];
    const school = document.getElementById(row.cells[0].querySelector("a").hash.slice(1));
    const rule = document.getElementById(school.querySelector("li a").hash.slice(1));
    choose(document.querySelector('.tools[data-for="rules-1"] input'), "nothing of this kind");
    const hidden = rule.hidden;
    location.hash = rule.id;
    dispatchEvent(new HashChangeEvent("hashchange"));
    return [school.querySelector("h4").textContent, rule.querySelector("h4").textContent, hidden, rule.hidden];
    """
    school, rule, hidden, still = opened(fixture.one_county(), tmp_path, script)
    assert school.startswith("清河九年制学校")
    assert rule.startswith("R1 每百名学生拥有高于规定学历教师数")
    assert (hidden, still) == (True, False)


@needs_browser
@pytest.mark.parametrize("width", [500, 1300])
def test_nothing_runs_off_the_page_and_all_can_be_reached_by_keys(
    tmp_path: Path, width: int
) -> None:
    page = tmp_path / "report.html"
    write(fixture.many_schools(), "html", page)
    script = """
    const root = document.documentElement;
    const controls = [...document.querySelectorAll("thead button, .tools input, .tools select, .tools button, .scroll")];
    return [root.scrollWidth - root.clientWidth, controls.length > 10, controls.every((one) => one.tabIndex === 0),
      document.querySelectorAll("*").length];
    """
    over, some, reached, nodes = asked(page, script, tmp_path, width)
    assert over <= 0
    assert some
    assert reached
    assert nodes < 12_000, "300 schools: so few nodes open at once"


@needs_browser
def test_words_can_be_read_on_their_ground(tmp_path: Path) -> None:
    """Contrast of 4.5 at least, of every text, on the ground it stands on; a pattern counts by its darker stripe."""
    script = """
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
      .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
      .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
    const ground = (node) => {
      for (let one = node; one; one = one.parentElement) {
        const style = getComputedStyle(one);
        const stripes = style.backgroundImage.match(/rgb\\([^)]*\\)/g);
        if (stripes) return stripes.map(parts).sort((a, b) => light(a) - light(b))[0];
        const found = parts(style.backgroundColor);
        if (found.length < 4 || found[3] > 0) return found;
      }
      return [255, 255, 255];
    };
    const poor = [];
    for (const node of document.querySelectorAll("body *")) {
      if (![...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim()) || !node.offsetHeight) continue;
      const [a, b] = [light(parts(getComputedStyle(node).color)), light(ground(node))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) poor.push([node.tagName, node.className, node.textContent.slice(0, 20), contrast]);
    }
    return poor;
    """
    assert opened(fixture.one_county(), tmp_path, script) == []


@needs_print
def test_it_prints_with_headings_on_every_page(tmp_path: Path) -> None:
    """Every school stands once, whole, below the headings; signs tell what colours tell."""
    page = tmp_path / "report.html"
    write(fixture.many_schools(60), "html", page)
    pages = printed(page, tmp_path)
    names = [f"中心小学第{n}校区" for n in range(60)]
    whole = "".join(pages)
    rows = [
        one for one in pages if "综合评估" in one and any(f"{name}小学" in one for name in names)
    ]
    assert len(rows) >= 2
    assert all(sum(f"{name}小学" in one for one in rows) == 1 for name in nonempty(names))
    assert whole.count("✗不达标") >= 12, "every fifth school fails"
    assert whole.count("▽4.00") == whole.count("▽7.00") == 12 + 3, (
        "in the matrix, and the last three of each strip"
    )
    assert "查找" not in whole, "what cannot be used on paper is left out"
    assert "↕" not in whole
