"""Outputs whole or absent: links that somebody planted, interrupts at every step, full disks."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from compliance.kernel.errors import UsageError
from compliance.render.documents.output_files import staged, write_whole

COUNTY = Path("340199_样县_2023")
LIST, SHEET = COUNTY / "整改清单.xlsx", COUNTY / "一校一案" / "1.xlsx"


def content(text: bytes) -> Callable[[BinaryIO], object]:
    return lambda stream: stream.write(text)


def tree(root: Path) -> dict[str, bytes | str]:
    """Everything below a folder: what files hold, where links lead."""
    return {
        str(path.relative_to(root)): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }  # fmt: skip


def names(monkeypatch: pytest.MonkeyPatch, *first: str) -> None:
    """Temporary names are guessed: these come first."""

    def guessed() -> Iterator[str]:
        yield from first
        yield from (f"free{n}" for n in range(100))

    monkeypatch.setattr(tempfile, "_get_candidate_names", guessed)


def test_an_output_that_is_a_link_is_written_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    real, link = tmp_path / "far" / "report.md", tmp_path / "report.md"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_whole(link, content(b"new"))
    assert tree(tmp_path) == {"far/report.md": b"new", "report.md": str(real)}
    real.unlink()  # a link that leads to nothing yet is one too
    write_whole(link, content(b"again"))
    assert tree(tmp_path) == {"far/report.md": b"again", "report.md": str(real)}


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.symlink_to(other)
    other.symlink_to(one)
    with pytest.raises(UsageError) as caught:
        write_whole(one, content(b"new"))
    assert caught.value.where == str(one)
    with pytest.raises(UsageError), staged(tmp_path) as place:
        place.put(Path("one"), b"new")
    assert tree(tmp_path) == {"one": str(other), "other": str(one)}


def test_planted_links_are_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither at a name that drafts once had, nor where the random name was guessed."""
    out, theirs = tmp_path / "out", tmp_path / "theirs"
    out.mkdir()
    theirs.mkdir()
    victim = theirs / "draft"
    victim.write_bytes(b"precious")
    (out / ".report.md.part").symlink_to(victim)
    (out / ".junheng-guessed").symlink_to(theirs)
    names(monkeypatch, "guessed")
    write_whole(out / "report.md", content(b"new"))
    assert tree(tmp_path) == {
        "out/.junheng-guessed": str(theirs), "out/.report.md.part": str(victim),
        "out/report.md": b"new", "theirs/draft": b"precious",
    }  # fmt: skip


def one_file(folder: Path) -> None:
    write_whole(folder / "report.md", content(b"new"))


def one_paper(folder: Path) -> None:
    with staged(folder) as place:
        place.put(Path("report.md"), b"new")


@pytest.mark.parametrize("name", ["draft", "0"])
def test_a_draft_is_a_file_that_was_not_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even inside our folder: whoever planted a link there gets nothing written through it."""
    victim, mine = tmp_path / "victim", tmp_path / ".junheng-mine"
    victim.write_bytes(b"precious")
    mine.mkdir()
    (mine / name).symlink_to(victim)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda *_, **__: str(mine))
    write = {"draft": one_file, "0": one_paper}[name]
    with pytest.raises(UsageError):
        write(tmp_path)
    assert tree(tmp_path) == {"victim": b"precious"}


def test_an_interrupt_while_a_file_is_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"old")

    def stopped(stream: BinaryIO) -> None:
        stream.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, stopped)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("report.md", b"old")]


def test_a_full_disk_names_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError) as whole:
        write_whole(tmp_path / "report.md", content(b"new"))
    assert whole.value.where == str(tmp_path / "report.md")
    with pytest.raises(UsageError) as caught, staged(tmp_path / "out") as place:
        place.put(LIST, b"new")
    assert caught.value.where == str(tmp_path / "out")
    assert "磁盘空间不足" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_everything_reaches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda one: asked.append(str(Path(f"/proc/self/fd/{one}").readlink()))
    )
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("the system does not tell which file is meant")
    with staged(tmp_path) as place:
        place.put(LIST, b"a")
        place.put(SHEET, b"b")
        place.place()
    assert sum(Path(one).name in ("0", "1") for one in asked) == 2
    assert {str(tmp_path / COUNTY), str(tmp_path / SHEET.parent)} <= set(asked)


def before(tmp_path: Path) -> Path:
    """A folder of papers: a list filled in, a sheet, one of a school that is gone."""
    out = tmp_path / "out"
    (out / SHEET.parent).mkdir(parents=True)
    (out / LIST).write_bytes(b"filled in")
    (out / SHEET).write_bytes(b"same")
    (out / SHEET.with_name("9.xlsx")).write_bytes(b"gone")
    return out


def run(out: Path) -> None:
    with staged(out) as place:
        place.put(LIST, b"new", keep=True)
        place.put(SHEET, b"same", keep=True)
        place.put(COUNTY / "further" / "2.xlsx", b"two")
        place.retire(SHEET.with_name("9.xlsx"))
        place.place()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", range(6))
def test_an_interrupt_at_any_move_brings_everything_back(
    step: int, after: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = before(tmp_path)
    was, real, moved = tree(out), Path.rename, [0]

    def interrupted(source: Path, target: Path) -> Path:
        moved[0] += 1
        if moved[0] == step + 1 and not after:
            raise KeyboardInterrupt
        made = real(source, target)
        if moved[0] == step + 1:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(out)
    assert tree(out) == was
    assert not list(out.rglob(".junheng-*"))
    assert not (out / COUNTY / "further").exists()
    assert not (out / COUNTY / "旧稿1").exists()


def test_the_moves_are_as_many_as_are_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, moves = Path.rename, []

    def counted(source: Path, target: Path) -> Path:
        moves.append(target.name)
        return real(source, target)

    monkeypatch.setattr(Path, "rename", counted)
    run(before(tmp_path))
    assert len(moves) == 6  # aside twice, in thrice, and the like one that makes room


def test_what_cannot_be_brought_back_is_not_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = before(tmp_path)
    real = Path.rename

    def refused(source: Path, target: Path) -> Path:
        if target.name in (LIST.name, SHEET.name) and "旧稿1" not in target.parts:
            raise OSError(errno.EIO, "broken", str(target))
        return real(source, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(UsageError):
        run(out)
    assert b"filled in" in tree(out).values()
    assert b"gone" in tree(out).values()


def test_a_paper_that_is_a_link_is_written_and_kept_where_it_leads(tmp_path: Path) -> None:
    out, far = before(tmp_path), tmp_path / "far"
    far.mkdir()
    (out / LIST).rename(far / "list.xlsx")
    (out / LIST).symlink_to(far / "list.xlsx")
    run(out)
    assert (out / LIST).is_symlink()
    assert (far / "list.xlsx").read_bytes() == b"new"
    assert (out / COUNTY / "旧稿1" / LIST.name).read_bytes() == b"filled in"
    assert [path.name for path in far.iterdir()] == ["list.xlsx"]


def test_what_a_link_keeps_on_another_disk_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, far, real = before(tmp_path), tmp_path / "far", Path.rename
    far.mkdir()
    (out / LIST).rename(far / "list.xlsx")
    (out / LIST).symlink_to(far / "list.xlsx")

    def between_disks(source: Path, target: Path) -> Path:
        if source.is_relative_to(far) != target.is_relative_to(far):
            raise OSError(errno.EXDEV, "another disk", str(source), None, str(target))
        return real(source, target)

    monkeypatch.setattr(Path, "rename", between_disks)
    run(out)
    assert (far / "list.xlsx").read_bytes() == b"new"
    kept = out / COUNTY / "旧稿1" / LIST.name
    assert (kept.read_bytes(), kept.is_symlink()) == (b"filled in", False)
    assert not list(tmp_path.rglob(".junheng-*"))
