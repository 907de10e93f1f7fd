"""What counts of what came back: two files of a school, changed figures, blanks, other programs' files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from compliance.kernel.errors import UsageError
from compliance.render.school_workbook import CLASSES, FORM, OBJECTION
from tests.collection.filled_forms import Form
from tests.collection.small_county import (
    CODES,
    JUNIOR,
    NINE,
    OTHER,
    PRIMARY,
    SPECIAL,
    collected,
    filled,
    register_file,
    school,
    sent,
)
from tests.support.commands import run

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
BOOKS = "图书册数"
SPECIAL_TEACHERS = "特殊教育学校专任教师数"


class Returned:
    """A folder of six workbooks that came back in order."""

    def __init__(self, base: Path, figures: Any = lambda _: False) -> None:
        self.listed = register_file(base, figures=figures)
        self.folder, self.out = base / "returned", base / "county.xlsx"
        self.files = sent(self.listed, self.folder)
        self.forms = {code: filled(path) for code, path in self.files.items()}

    def save(self, code: str, *, as_: str = "") -> Path:
        """Write what was changed in a form, in its place or beside it."""
        path = self.files[code]
        path = path.with_name(as_) if as_ else path
        path.write_bytes(self.forms[code].content())
        return path

    def collect(self, **how: Any) -> dict[str, Any]:
        """Code → how far the school is."""
        self.found = collected(self.folder, self.out, **how)
        return {one.code: one for one in self.found.schools}

    def said(self, code: str) -> list[Any]:
        return [one for one in self.found.problems if one.code == code]

    def figure(self, code: str, title: str) -> object:
        """What the county's workbook says."""
        sheet = openpyxl.load_workbook(self.out)["学校"]
        heads = {
            str(cell.value).partition("\n")[0]: cell.column
            for row in sheet.iter_rows(max_row=3)
            for cell in row
        }
        row = next(row for row in range(1, 30) if sheet.cell(row, 1).value == code)
        return sheet.cell(row, heads[title] or 0).value


@pytest.fixture
def back(tmp_path: Path) -> Returned:
    return Returned(tmp_path)


def twice(back: Returned, saved: str) -> None:
    """The special school sends a second workbook with another figure."""
    form = back.forms[SPECIAL]
    form.write(SPECIAL_TEACHERS, 17)
    form.saved(saved)
    back.save(SPECIAL, as_="特校(1).xlsx")


def test_all_in_order(back: Returned) -> None:
    states = back.collect()
    assert back.found.done == len(CODES)
    assert {one.state for one in states.values()} == {"已汇集"}
    assert not back.found.problems
    assert not back.found.unreadable


def test_of_two_that_differ_neither_counts(back: Returned) -> None:
    twice(back, "2026-03-05T08:00:00Z")
    states = back.collect()
    assert states[SPECIAL].state == "交了几份，待定"
    assert back.found.done == len(CODES) - 1
    assert back.figure(SPECIAL, SPECIAL_TEACHERS) is None
    assert {one.file for one in back.said("sent_twice")} == set(states[SPECIAL].files)


def test_the_newest_counts_where_it_is_asked_for(back: Returned) -> None:
    twice(back, "2026-03-05T08:00:00Z")
    states = back.collect(newest=True)
    assert states[SPECIAL].state == "已汇集"
    assert back.figure(SPECIAL, SPECIAL_TEACHERS) == 17
    (older,) = back.said("older_copy")
    assert older.file == back.files[SPECIAL].name


def test_the_later_round_is_newer_whenever_it_was_saved(back: Returned) -> None:
    form = back.forms[SPECIAL]
    form.write(SPECIAL_TEACHERS, 17)
    form.saved("2025-01-01T08:00:00Z")
    form.mark("written", "2099-09-01T08:00:00+08:00")
    back.save(SPECIAL, as_="再发.xlsx")
    back.collect(newest=True)
    assert back.figure(SPECIAL, SPECIAL_TEACHERS) == 17


def test_of_two_saved_at_one_moment_none_is_the_newer(back: Returned) -> None:
    twice(back, "2026-03-01T08:00:00Z")
    states = back.collect(newest=True)
    assert states[SPECIAL].state == "交了几份，待定"
    assert "分不出新旧" in back.said("sent_twice")[0].expected


def test_a_changed_known_figure_stays_known_unless_the_change_is_accepted(tmp_path: Path) -> None:
    back = Returned(tmp_path, lambda name: name == "books")
    back.forms[PRIMARY].write(BOOKS, 5)
    back.save(PRIMARY)
    states = back.collect()
    (said,) = back.said("known_changed")
    assert said.at == f"{FORM}!{back.forms[PRIMARY].place(BOOKS)}"
    assert "已知为" in said.message
    assert f"{school(PRIMARY)['books']}" in said.message.replace(".0", "")
    assert back.figure(PRIMARY, BOOKS) == school(PRIMARY)["books"]
    assert states[PRIMARY].changed == 1
    back.collect(accept_changed=True)
    assert back.figure(PRIMARY, BOOKS) == 5
    assert [one.severity for one in back.said("known_changed")] == ["warning"]


def test_a_changed_row_of_known_classes_is_told_and_not_taken(tmp_path: Path) -> None:
    back = Returned(tmp_path, lambda name: name.endswith("class_sizes"))
    first = school(PRIMARY)["primary_class_sizes"][0]
    back.forms[PRIMARY].set(CLASSES, "D2", first + 7)
    back.save(PRIMARY)

    def sizes() -> list[object]:
        rows = openpyxl.load_workbook(back.out)[CLASSES].iter_rows(min_row=2, values_only=True)
        return [row[4] for row in rows if row[0] == PRIMARY]

    back.collect()
    assert [one.at for one in back.said("known_changed")] == [f"{CLASSES}!D2"]
    assert sizes() == school(PRIMARY)["primary_class_sizes"]
    back.collect(accept_changed=True)
    assert sizes() == [first + 7, *school(PRIMARY)["primary_class_sizes"][1:]]


def test_an_objection_to_known_figures_is_passed_on(back: Returned) -> None:
    back.forms[JUNIOR].write(OBJECTION, "校长已换为李某")
    back.save(JUNIOR)
    back.collect()
    (said,) = back.said("objection")
    assert "校长已换为李某" in said.message
    assert said.school_code == JUNIOR


def test_the_list_of_schools_says_who_belongs(back: Returned, tmp_path: Path) -> None:
    """A school that was never sent a workbook is missing; one that is on no list is not merged."""
    text = back.listed.read_text("utf-8")
    back.listed.write_text(text.replace(OTHER, "5199017777"), "utf-8")
    states = back.collect(listed=[back.listed])
    assert states["5199017777"].state == "未交"
    assert OTHER not in states
    (said,) = back.said("other_workbook")
    assert said.file == back.files[OTHER].name
    assert "不在发放名单" in said.message


def test_the_county_and_all_that_is_known_come_from_the_list(tmp_path: Path) -> None:
    """Of a school that sent nothing, what is known of it stands in the county's workbook."""
    back = Returned(tmp_path, lambda name: name in ("books", "primary_class_sizes"))
    back.files[NINE].unlink()
    states = back.collect(listed=[back.listed])
    assert states[NINE].state == "未交"
    assert back.figure(NINE, BOOKS) == school(NINE)["books"]
    book = openpyxl.load_workbook(back.out)
    county = {row[0]: row[1] for row in book["县区"].iter_rows(values_only=True)}
    assert county["义务教育学校教师年平均工资收入（不含民办）"] == 101320
    assert len(list(book["质量监测"].iter_rows(min_row=2, max_row=7))) == 6


def test_what_is_known_of_a_school_that_wrote_nothing_stays(tmp_path: Path) -> None:
    back = Returned(tmp_path, lambda name: name == "books")
    blank = sent(back.listed, tmp_path / "again")[PRIMARY]
    shutil.copy(blank, back.files[PRIMARY])
    assert back.collect()[PRIMARY].state == "交回空白表"
    assert back.figure(PRIMARY, BOOKS) == school(PRIMARY)["books"]


def test_of_a_stage_without_pupils_nothing_is_missing(back: Returned) -> None:
    form = Form(sent(back.listed, back.folder.parent / "again")[NINE].read_bytes())
    form.fill({n: v for n, v in school(NINE).items() if not n.startswith("junior_")})
    form.write("初中在校生数", 0)
    back.files[NINE].write_bytes(form.content())
    states = back.collect()
    assert not [one for one in states[NINE].blanks if one.startswith("初中")]
    form.write("初中在校生数", None)
    back.files[NINE].write_bytes(form.content())
    assert "初中各班学生数" in back.collect()[NINE].blanks


def test_a_workbook_whose_properties_were_lost_is_known_by_its_hidden_sheet(back: Returned) -> None:
    back.forms[SPECIAL].replace("docProps/custom.xml", "junheng-", "other-")
    back.save(SPECIAL)
    assert back.collect()[SPECIAL].state == "已汇集"


def test_a_workbook_without_what_it_was_sent_with_is_refused(back: Returned) -> None:
    back.forms[SPECIAL].replace("xl/workbook.xml", 'name="_sent"', 'name="_lost"')
    back.save(SPECIAL)
    assert back.collect()[SPECIAL].state == "交回的不能采用"
    assert "核对内容" in back.said("altered_workbook")[0].message


def test_hostile_figures_end_in_words(back: Returned) -> None:
    back.forms[SPECIAL].write(SPECIAL_TEACHERS, 1e308)
    back.save(SPECIAL)
    back.collect()
    assert [one.at for one in back.said("above_maximum")] == [
        f"{FORM}!{back.forms[SPECIAL].place(SPECIAL_TEACHERS)}"
    ]


def test_a_folder_without_workbooks_is_no_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有可以汇集"):
        collected(tmp_path, tmp_path / "county.xlsx")
    with pytest.raises(UsageError, match="没有这个文件夹"):
        collected(tmp_path / "none", tmp_path / "county.xlsx")


def test_the_commands(tmp_path: Path) -> None:
    listed, folder, out = register_file(tmp_path), tmp_path / "发放", tmp_path / "county.xlsx"
    made = run("template", "--per-school", folder, listed)
    assert made.exit_code == 0, made.output
    assert f"已写{len(CODES)}所学校的工作簿" in made.output
    again = run("template", "--per-school", folder, "--schools", listed)
    assert again.exit_code == 2
    for path in folder.iterdir():
        filled(path)
    lost = next(folder.glob(f"{PRIMARY}*"))
    lost.rename(tmp_path / lost.name)
    done = run("collect", folder, "-o", out)
    assert done.exit_code == 0, done.output
    assert f"填报进度：{len(CODES) - 1}/{len(CODES)}" in done.output
    assert f"催报：{school(PRIMARY)['school_name']}" in done.output
    (folder / "坏.xlsx").write_bytes(b"PK\3\4 broken")
    broken = run("collect", folder, "-o", out)
    assert broken.exit_code == 4
    assert "坏.xlsx" in broken.output
    assert "已写" in broken.output, "the others are not lost"
    assert not list(tmp_path.glob("county_旧稿*")), "nobody had changed the first one"
    book = openpyxl.load_workbook(out)
    book["县区"]["B2"] = "改过"
    book.save(out)
    (folder / "坏.xlsx").unlink()
    kept = run("collect", folder, "-o", out, "--lang", "en")
    assert kept.exit_code == 0
    assert len(list(tmp_path.glob("county_旧稿*"))) == 1
    assert f"Progress: {len(CODES) - 1}/{len(CODES)}" in kept.output
    assert "School progress" in openpyxl.load_workbook(out).sheetnames


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("template",), "没有说写到哪里"),
        (("template", "--per-school", "x"), "没有给出学校名单"),
        (("template", "--per-school", "x", "-o", "y.xlsx", "z"), "不能与"),
        (("template", "z", "-o", "y.xlsx"), "只用于 --per-school"),
        (("collect", "none", "-o", "y.xlsx"), "没有这个文件夹"),
    ],
)
def test_wrong_usage_is_told(words: tuple[str, ...], told: str) -> None:
    found = run(*words)
    assert found.exit_code == 2
    assert told in found.output


@pytest.mark.office
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_files_saved_by_another_program_are_the_same(back: Returned, tmp_path: Path) -> None:
    """LibreOffice saves one school's workbook as .xlsx, another's as .xls, as WPS might."""
    assert OFFICE is not None
    for code, form in ((NINE, "xlsx"), (JUNIOR, "xls")):
        path = back.files[code]
        subprocess.run(
            [
                OFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
                "--convert-to", form, "--outdir", str(tmp_path / "saved"), str(path),
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        path.unlink()
        saved = tmp_path / "saved" / f"{path.stem}.{form}"
        shutil.move(saved, path.with_suffix(f".{form}"))
    states = back.collect()
    assert {one.state for one in states.values()} == {"已汇集"}, [
        one.line() for one in back.found.problems
    ]
    assert not back.found.problems
    for code in (NINE, JUNIOR):
        assert back.figure(code, BOOKS) == school(code)["books"]
        assert back.figure(code, "初中专任教师数") == school(code)["junior_teachers"]
