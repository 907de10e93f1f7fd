"""The page for an inspector in a browser: the table of counties and the lists sort, filter and find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from compliance.render import write
from tests.assessment.desk_counties import city
from tests.support.browser import asked, needs_browser

pytestmark = pytest.mark.browser
HELP = """
const shown = (id, column) => [...document.getElementById(id).tBodies[0].rows]
  .filter((row) => row.offsetHeight).map((row) => row.cells[column].textContent.trim().split(" ")[0]);
const heads = (id) => [...document.getElementById(id).tHead.rows[0].cells];
const sort = (id, words) => heads(id).find((one) => one.textContent.startsWith(words)).querySelector("button").click();
const tools = (id) => document.querySelector(`.tools[data-for="${id}"]`);
const choose = (control, value) => { control.value = value; control.dispatchEvent(new Event("input", { bubbles: true })); };
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    path = folder / "desk.html"
    write(Checker().check(city(folder / "全市")), "html", path)
    return path


@needs_browser
def test_counties_sort_and_filter(page: Path, tmp_path: Path) -> None:
    script = """
    const found = { rank: shown("index-table", 1) };
    sort("index-table", "社会认可度"); sort("index-table", "社会认可度");
    found.failing = shown("index-table", 1)[0];
    sort("index-table", "社会认可度");
    const [verdict, which, state] = tools("index-table").querySelectorAll("select");
    choose(verdict, "? 尚不能下结论"); found.open = shown("index-table", 1);
    choose(verdict, ""); choose(state, "fail"); found.failed = shown("index-table", 1);
    choose(which, "3"); found.resources = shown("index-table", 1);
    tools("index-table").querySelector("[data-reset]").click(); found.all = shown("index-table", 1).length;
    choose(tools("index-table").querySelector("input"), "丙"); found.search = shown("index-table", 1);
    return found;
    """
    found: dict[str, Any] = asked(page, HELP + script, tmp_path)
    assert found["rank"][-2:] == ["丁县", "己县"]
    assert found["failing"] == "己县"
    assert (found["open"], found["failed"], found["resources"]) == (["丁县"], ["己县"], [])
    assert (found["all"], found["search"]) == (6, ["丙县"])


@needs_browser
def test_the_lists_are_filtered_and_lead_to_the_county(page: Path, tmp_path: Path) -> None:
    script = """
    const found = {};
    const kind = tools("check-table").querySelector("select");
    choose(kind, "数字可疑"); found.suspect = [...new Set(shown("check-table", 2))];
    choose(kind, "结论靠陈述，没有佐证材料"); found.stated = shown("check-table", 2);
    choose(kind, ""); choose(tools("check-table").querySelector("input"), "丁县 缺"); found.blank = [...new Set(shown("check-table", 2))];
    const state = tools("submission-table").querySelector("select");
    choose(state, "已有新版"); found.older = shown("submission-table", 2);
    choose(state, "无法读取"); found.unread = shown("submission-table", 2);
    sort("outlier-table", "离群程度"); sort("outlier-table", "离群程度");
    const line = document.getElementById("outlier-table").tBodies[0].rows[0];
    found.far = line.cells[0].textContent.trim().split(" ")[0];
    found.goal = document.getElementById(line.querySelector("a").hash.slice(1)).querySelector("h2").textContent.slice(0, 2);
    found.over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return found;
    """
    assert asked(page, HELP + script, tmp_path) == {
        "suspect": ["己县", "戊县"],
        "stated": ["戊县"],
        "blank": ["丁县"],
        "older": ["甲县旧.json"],
        "unread": ["坏.json"],
        "far": "乙县",
        "goal": "乙县",
        "over": 0,
    }
