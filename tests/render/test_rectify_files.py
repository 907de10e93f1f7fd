"""Where rectification papers are put: whole or not at all, beside what the user keeps there."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from compliance.kernel.errors import PackError, UsageError
from compliance.render.documents.output_files import Names, joined, safe
from compliance.render.documents.text import printable
from compliance.render.rectification.write import FORMATS, write_papers
from tests.render.rectify_sample import conforming, large, sample

FOLDER = "340199_样县_2023"


def tree(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_layout_of_the_folder(tmp_path: Path) -> None:
    papers = write_papers(sample(), tmp_path, ["md", "docx"], {}).papers
    assert sorted(papers) == sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert len(papers) == 2 * (1 + 5)  # one school has nothing to do
    assert (tmp_path / FOLDER / "整改清单.md").is_file()
    assert (tmp_path / FOLDER / "一校一案" / "1002_清河九年制学校.docx").is_file()
    assert not [path for path in tmp_path.iterdir() if path.name != FOLDER]


def test_same_input_same_bytes(tmp_path: Path) -> None:
    formats = [one for one in FORMATS if one != "pdf"]  # test_pdf has its own
    digests = []
    for name in ("one", "two"):
        papers = write_papers(sample(), tmp_path / name, formats, {}).papers
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in papers])
    assert digests[0] == digests[1]
    assert len(digests[0]) == 4 * 6


def test_old_papers_are_replaced_and_other_files_kept(tmp_path: Path) -> None:
    write_papers(sample(), tmp_path, ["md"], {})
    own = tmp_path / FOLDER / "一校一案" / "批注.txt"
    own.write_text("我的", encoding="utf-8")
    listed = tmp_path / FOLDER / "整改清单.md"
    listed.write_text("旧", encoding="utf-8")
    write_papers(sample(), tmp_path, ["md"], {})
    assert own.read_text(encoding="utf-8") == "我的"
    assert listed.read_text(encoding="utf-8").startswith("# 样县")


def test_a_failure_changes_nothing(tmp_path: Path) -> None:
    """A folder stands where the last school's sheet belongs: nothing of the run is placed."""
    write_papers(sample(), tmp_path, ["md"], {})
    listed = tmp_path / FOLDER / "整改清单.md"
    listed.write_text("旧", encoding="utf-8")
    sheet = tmp_path / FOLDER / "一校一案" / "1005_镇北教学点.md"
    sheet.unlink()
    sheet.mkdir()
    (sheet / "留").write_text("留", encoding="utf-8")
    before = tree(tmp_path)
    with pytest.raises(UsageError) as caught:
        write_papers(sample(), tmp_path, ["md", "html"], {})
    assert "1005_镇北教学点.md" in caught.value.where
    assert caught.value.todo
    assert tree(tmp_path) == before
    assert listed.read_text(encoding="utf-8") == "旧"


def test_a_fault_while_rendering_leaves_nothing(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "rectify_school.md").write_text("{{ paper.nothing }}", encoding="utf-8")
    with pytest.raises(PackError):
        write_papers(sample(), tmp_path / "a" / "b", ["md"], {"anhui": [templates]})
    assert not (tmp_path / "a").exists()


def test_out_is_a_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("x", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        write_papers(sample(), out, ["md"], {})
    assert caught.value.where == str(out)
    assert out.read_text(encoding="utf-8") == "x"


def test_no_permission_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "denied", str(tmp_path / "x.docx"))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(UsageError) as caught:
        write_papers(sample(), tmp_path / "new", ["md"], {})
    assert caught.value.where == str(tmp_path / "x.docx")
    assert "WPS" in caught.value.todo


def test_unknown_format_and_nothing_judged(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_papers(sample(), tmp_path, ["odt"], {})
    nobody = replace(sample(), counties=())
    assert not write_papers(nobody, tmp_path / "out", ["md"], {})
    assert not (tmp_path / "out").exists()


def test_progress_counts_every_paper(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_papers(sample(), tmp_path, ["md", "html", "md"], {}, lambda *one: told.append(one))
    # of seven papers a format one is not needed
    assert told == [*((done, 14) for done in range(1, 13)), (14, 14)]


def test_counties_of_one_name_get_folders_of_their_own(tmp_path: Path) -> None:
    report = conforming()
    (county,) = report.counties
    twin = replace(county, county_code="340101 ")
    twins = replace(report, counties=(county, twin))
    papers = write_papers(twins, tmp_path, ["md"], {}).papers
    assert [path.parent.name for path in papers if path.name == "整改清单.md"] == [
        "340101_甲县_2023", "340101_甲县_2023_2",
    ]  # fmt: skip


def test_three_hundred_schools_in_word(tmp_path: Path) -> None:
    assert len(write_papers(large(300), tmp_path, ["docx"], {})) == 301


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", ""),
        (".hidden", "hidden"),
        ("C:\\学校", "C_学校"),
        ('<>:"/\\|?*', "_"),
        ("一\n二\t三", "一 二 三"),
        ("名\u202e称\x00", "名称"),
        (" 学校. ", "学校"),
        (None, ""),
    ],
)
def test_safe_names(text: str | None, name: str) -> None:
    assert safe(text) == name


def test_names_are_short_in_bytes() -> None:
    assert safe("学" * 200) == "学" * 25
    assert len(joined("学" * 200, "𠀀" * 200, "9" * 200).encode()) <= 255 - len("_9999.docx")


def test_device_names_and_empty_ones() -> None:
    assert joined("con") == "_con"
    assert joined("NUL.txt") == "_NUL.txt"
    assert joined("", None) == "_"
    assert joined("340199", "样县", 2023) == "340199_样县_2023"


def test_names_that_a_disk_takes_for_one_get_suffixes() -> None:
    names = Names()
    taken = [names.take(name) for name in ("A校", "a校", "Ａ校", "A校_2")]
    assert taken == ["A校", "a校_2", "Ａ校_3", "A校_2_2"]
    assert len({name.casefold() for name in taken}) == 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("一\r\n二", "一 二"),
        ("5㎡", "5平方米"),
        ("名\ud800\ufffe\x01", "名"),
        ("\U0002ebf1", "\U0002ebf1"),  # a character of people's names, newer than this Python
        ("　　年", "　年"),
        (None, ""),
    ],
)
def test_printable(text: str | None, shown: str) -> None:
    assert printable(text) == shown
