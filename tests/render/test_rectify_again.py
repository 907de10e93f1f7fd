"""Papers written a second time: what an officer filled in is kept, what is gone is put aside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from compliance.engine.results import Results
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import use
from compliance.render.rectification.write import write_papers
from tests.render.rectify_sample import sample
from tests.support.nonempty import nonempty

FOLDER = "340199_样县_2023"
SHEET = "1002_清河九年制学校.docx"


def filled_in(path: Path, mark: str) -> bytes:
    """The list with a sheet of the officer's own; its content from then on."""
    book = openpyxl.load_workbook(path)
    book.create_sheet("我的")["A1"] = mark
    book.save(path)
    return path.read_bytes()


def without(school: str) -> Results:
    """The sample after a school has closed."""
    report = sample()
    gone = pl.col("school_code") == school
    return replace(report, findings=report.findings.filter(~gone.fill_null(value=False)))


def test_filled_in_papers_are_kept(tmp_path: Path) -> None:
    first = write_papers(sample(), tmp_path, ["docx", "xlsx"], {})
    assert (first.kept, first.stale, first.told()) == ((), (), [])
    county = tmp_path / FOLDER
    by_officer = filled_in(county / "整改清单.xlsx", "1")
    (county / "一校一案" / SHEET).write_bytes(b"by hand")
    again = write_papers(sample(), tmp_path, ["docx", "xlsx"], {})
    assert again.papers == first.papers
    assert set(again.kept) == {
        county / "旧稿1" / "整改清单.xlsx",
        county / "旧稿1" / "一校一案" / SHEET,
    }
    assert (county / "旧稿1" / "整改清单.xlsx").read_bytes() == by_officer
    assert (county / "旧稿1" / "一校一案" / SHEET).read_bytes() == b"by hand"
    assert (county / "一校一案" / SHEET).read_bytes().startswith(b"PK")
    assert again.told() == [f"原有2份与新稿不同（可能已填写），移到 {county / '旧稿1'}"]
    with use("en"):
        assert again.told()[0].startswith("2 earlier papers differ")


def test_every_run_has_its_folder_and_takes_none_that_is_there(tmp_path: Path) -> None:
    write_papers(sample(), tmp_path, ["xlsx"], {})
    county = tmp_path / FOLDER
    (county / "旧稿1").write_text("a file of the user", encoding="utf-8")
    for number in (2, 3):
        content = filled_in(county / "整改清单.xlsx", str(number))
        again = write_papers(sample(), tmp_path, ["xlsx"], {})
        assert again.kept == (county / f"旧稿{number}" / "整改清单.xlsx",)
        assert again.kept[0].read_bytes() == content
    assert not (county / "旧稿4").exists()


def test_the_same_papers_again_move_nothing(tmp_path: Path) -> None:
    write_papers(sample(), tmp_path, ["docx", "xlsx"], {})
    again = write_papers(sample(), tmp_path, ["docx", "xlsx"], {})
    assert (len(again), again.kept, again.stale) == (12, (), ())
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == [
        "一校一案", "整改清单.docx", "整改清单.xlsx",
    ]  # fmt: skip


def test_pages_to_read_are_simply_replaced(tmp_path: Path) -> None:
    write_papers(sample(), tmp_path, ["md", "html"], {})
    (tmp_path / FOLDER / "整改清单.md").write_text("旧", encoding="utf-8")
    again = write_papers(sample(), tmp_path, ["md", "html"], {})
    assert (again.kept, again.stale) == ((), ())
    assert (tmp_path / FOLDER / "整改清单.md").read_text("utf-8").startswith("# 样县")


def test_papers_of_schools_no_longer_in_the_data_go_aside(tmp_path: Path) -> None:
    write_papers(sample(), tmp_path, ["docx", "md"], {})
    sheets = tmp_path / FOLDER / "一校一案"
    own = (
        "1002_清河九年制学校_批注.docx", "批注.docx", "2024年度_总结.docx", "汇总.md",
        "~$02_清河九年制学校.docx",
    )  # fmt: skip
    for name in own:
        (sheets / name).write_text("我的", encoding="utf-8")
    again = write_papers(without("1005"), tmp_path, ["docx"], {})
    aside = tmp_path / FOLDER / "旧稿1" / "一校一案"
    assert again.stale == (aside / "1005_镇北教学点.docx",)
    assert again.kept == (tmp_path / FOLDER / "旧稿1" / "整改清单.docx",)  # it names the school
    assert again.told()[-1].startswith("原有1份所属学校已不在数据中或不再需要整改方案，移到 ")
    assert not (sheets / "1005_镇北教学点.docx").exists()
    assert (sheets / "1005_镇北教学点.md").exists()  # this run wrote no Markdown
    for name in nonempty(own):
        assert (sheets / name).read_text("utf-8") == "我的"


def test_a_failure_brings_the_kept_ones_back(tmp_path: Path) -> None:
    """A folder stands where the last school's sheet belongs: nothing has moved in the end."""
    write_papers(sample(), tmp_path, ["docx"], {})
    county = tmp_path / FOLDER
    (county / "整改清单.docx").write_bytes(b"filled in")
    blocked = sorted((county / "一校一案").glob("1004_*.docx"))[0]
    blocked.unlink()
    (blocked / "留").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError):
        write_papers(without("1005"), tmp_path, ["docx"], {})
    assert sorted(tmp_path.rglob("*")) == before
    assert (county / "整改清单.docx").read_bytes() == b"filled in"


def test_each_county_keeps_its_own(tmp_path: Path) -> None:
    report = sample()
    (county,) = report.counties
    twins = replace(report, counties=(county, replace(county, county_name="邻县")))
    write_papers(twins, tmp_path, ["xlsx"], {})
    for name in ("样县", "邻县"):
        filled_in(tmp_path / f"340199_{name}_2023" / "整改清单.xlsx", name)
    (tmp_path / FOLDER / "旧稿1").mkdir()
    kept = write_papers(twins, tmp_path, ["xlsx"], {}).kept
    assert [path.parent.name for path in kept] == ["旧稿2", "旧稿1"]
