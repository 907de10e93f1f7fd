"""For people who type no commands: the menu, and all papers of a workbook in a folder beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compliance.cli import main
from compliance.cli.menu import path_typed

EXAMPLE = Path(__file__).parents[2] / "examples" / "shandong_county.xlsx"
Edited = Callable[..., Path]


def run(*words: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(main, [*map(str, words)], input=typed)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a county's workbook of a name with a blank, where the run begins."""
    shutil.copy(EXAMPLE, tmp_path / "鲁衡 县.xlsx")
    (tmp_path / "~$鲁衡 县.xlsx").write_bytes(b"locked")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLIANCE_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_a_workbook_gives_a_folder_of_papers_beside_it(office: Path) -> None:
    done = run("papers", office / "鲁衡 县.xlsx")
    assert done.exit_code == 0, done.output
    folder = office / "鲁衡 县_核查结果"
    assert done.stdout.splitlines()[-1].endswith(f"见 {folder}")
    text = (folder / "核查结论.txt").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")  # which every Notepad reads as Chinese
    assert "✗ 结论：未达标\r\n" in text.decode("utf-8-sig")
    lists = folder / "379901_鲁衡县_2023"
    made = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"核查报告.html", "核查报告.xlsx", "数据问题.xlsx"} < made
    assert {path.name for path in lists.iterdir()} == {"整改清单.docx", "整改清单.xlsx", "一校一案"}
    assert len(made) == 16

    # the same again: only what somebody changed is moved aside
    (folder / "数据问题.xlsx").write_bytes(b"corrected by somebody")
    done = run("papers", "鲁衡 县.xlsx")
    assert "存为 鲁衡 县_核查结果/数据问题_旧稿1.xlsx" in done.stdout
    assert (folder / "数据问题_旧稿1.xlsx").read_bytes() == b"corrected by somebody"
    again = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert again - made == {"数据问题_旧稿1.xlsx"}
    # and the folder around it is read as before: papers are no submissions
    assert run("check", office).exit_code == 1


def test_bad_figures_give_their_problems(county: Edited) -> None:
    path = county(lambda data: data["schools"][0].update(primary_students=-1))
    done = run("papers", path)
    assert done.exit_code == 4
    folder = path.with_name(f"{path.stem}_核查结果")
    assert (folder / "数据问题.xlsx").is_file()
    assert "-1" in (folder / "核查结论.txt").read_text("utf-8-sig")


@pytest.mark.parametrize("name", ["no.xlsx", "leer"])
def test_nothing_to_read_is_wrong_usage(name: str, tmp_path: Path) -> None:
    (tmp_path / "leer").mkdir()
    assert run("papers", tmp_path / name).exit_code == 2
    assert not list(tmp_path.glob("*_核查结果"))


def test_by_numbers_and_enter(county: Edited, office: Path) -> None:
    (office / "鲁衡 县.xlsx").unlink()  # a small one is as good
    county(name="示范 县.json")
    done = run("menu", typed="1\n2\n1\n3\n4\n0\n")
    assert done.exit_code == 0, done.output
    # the file that a program keeps open is not offered
    assert "选数据文件\n  1  示范 县.json\n  n" in done.stdout
    for command in ("validate", "check", "papers"):
        assert f'（命令：compliance {command} "示范 县.json"）' in done.stdout
    assert done.stdout.endswith("已退出。\n")
    assert (office / "示范 县_核查结果" / "核查报告.html").is_file()


def test_what_is_typed_amiss_is_said_and_asked_again(office: Path) -> None:
    done = run("menu", typed="7\nnix.xlsx\n\n\x00\n1\nx\n")  # then nobody types any more
    assert done.exit_code == 0
    assert "没有这个编号或文件：nix.xlsx" in done.stdout
    assert "请输入上面的编号。" in done.stdout
    assert done.stderr == ""


def test_a_blank_workbook_and_the_file_used_last(office: Path) -> None:
    assert "已写 填报.xlsx" in run("menu", typed="n\n").stdout
    elsewhere = office / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "坏.json").write_text("{", "utf-8")
    assert "坏.json" in run("menu", typed=f'"{elsewhere / "坏.json"}"\n2\n').stdout
    assert f"  1  {elsewhere / '坏.json'}\n" in run("menu").stdout


@pytest.mark.parametrize("typed", ["{}", '"{}"', "'{}'", "“{}”"])
def test_a_dragged_path_in_quotes_or_not(typed: str, office: Path) -> None:
    path = office / "鲁衡 县.xlsx"
    assert path_typed(typed.format(path)) == path


def test_a_terminal_writes_blanks_with_a_stroke(office: Path) -> None:
    assert path_typed(str(office / "鲁衡\\ 县.xlsx")) == office / "鲁衡 县.xlsx"
    assert path_typed("") is None


def test_dragged_on_the_program(county: Edited, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPLIANCE_CACHE", "off")
    paths = [county(), county(lambda data: data["county"].update(year=2022), name="a.json")]
    done = run("menu", *paths, "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "(command: compliance papers " in done.stdout
    folder = paths[0].with_name("county等2个_核查结果")
    assert "✓" in (folder / "核查结论.txt").read_text("utf-8-sig")
    assert {path.name for path in (folder / "数据问题").iterdir()} == {"county.xlsx", "a.xlsx"}
