"""Outputs whole or absent: links that somebody planted, interrupts at every step, full disks."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO

import pytest

from compliance.kernel.errors import UsageError
from compliance.render.documents.output_files import old_drafts, staged, write_beside, write_whole
from tests.support.disk import Disk, KilledError, hidden, kill, raised, tree
from tests.support.nonempty import nonempty

COUNTY = Path("340199_样县_2023")
LIST, SHEET = COUNTY / "整改清单.xlsx", COUNTY / "一校一案" / "1.xlsx"


def content(text: bytes) -> Callable[[BinaryIO], object]:
    return lambda stream: stream.write(text)


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


@pytest.mark.parametrize("name", ["file", "paper"])
def test_a_draft_is_a_file_that_was_not_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even inside our folder: whoever planted a link there gets nothing written through it."""
    victim, mine = tmp_path / "victim", tmp_path / ".junheng-mine"
    victim.write_bytes(b"precious")
    mine.mkdir()
    (mine / "0").symlink_to(victim)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda *_, **__: str(mine))
    write = {"file": one_file, "paper": one_paper}[name]
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
    with pytest.raises(UsageError) as caught:
        run(tmp_path / "out")
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
    aside = old_drafts(out)
    with staged(out) as place:
        place.put(LIST, b"new", keep=aside)
        place.put(SHEET, b"same", keep=aside)
        place.put(COUNTY / "further" / "2.xlsx", b"two")
        place.retire(SHEET.with_name("9.xlsx"), aside)
        place.place()


def one_over_an_old_one(root: Path) -> None:
    write_whole(root / "report.md", content(b"new"))


def papers_over_old_ones(root: Path) -> None:
    run(root / "out")


def papers_in_a_new_folder(root: Path) -> None:
    run(root / "other" / "papers")


def forms_beside_old_ones(root: Path) -> None:
    write_beside({root / "form.xlsx": b"new", root / "deep" / "er" / "form.docx": b"new"})


RUNS = (one_over_an_old_one, papers_over_old_ones, papers_in_a_new_folder, forms_beside_old_ones)
Run = Callable[[Path], None]


@pytest.fixture(params=RUNS, ids=lambda run: run.__name__)
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # counted, and not waited for
    return Case(request.param, tmp_path)


class Case:
    """A run, what lies there before it, and what should after it."""

    def __init__(self, run: Run, root: Path) -> None:
        self._run, self._root, self._places = run, root, count()
        start = self.fresh()
        self.was = tree(start)
        with pytest.MonkeyPatch.context() as patched:
            disk = Disk(patched)
            run(start)
        self.names = disk.calls
        self.calls = len(disk.calls)
        self.will_be = tree(start)

    def fresh(self) -> Path:
        """A place in which everything lies as before the run."""
        root = self._root / str(next(self._places))
        before(root)
        (root / "report.md").write_bytes(b"old")
        (root / "form.xlsx").write_bytes(b"filled in too")
        return root

    def ended(self, root: Path, **what: Callable[[int, str], object]) -> BaseException | None:
        """Run it and let the disk do something; how it ended."""
        with pytest.MonkeyPatch.context() as patched:
            Disk(patched, **what)
            try:
                self._run(root)
            except BaseException as error:
                return error
        return None

    def require_nothing_lost(self, root: Path) -> None:
        """Every file is whole, the old or the new, and what people wrote is there."""
        found = {name: text for name, text in tree(root).items() if ".junheng-" not in name}
        for name, text in nonempty(found.items()):
            kept = self.will_be.get(name) if "旧稿" in name else None
            assert text in (self.was.get(name), self.will_be.get(name), kept), name
        assert found.keys() >= self.was.keys() & self.will_be.keys()
        assert set(self.was.values()) - {b"old", b"same"} <= set(found.values())

    def require_done_again(self, root: Path) -> None:
        """The next run succeeds, and leaves nothing of the one before."""
        self._run(root)
        found = tree(root)
        assert {name: text for name, text in found.items() if "旧稿" not in name} == {
            name: text for name, text in self.will_be.items() if "旧稿" not in name
        }
        assert set(self.was.values()) - {b"old", b"same"} <= set(found.values())
        assert not hidden(root)


def test_a_run_that_is_killed_anywhere_loses_nothing(case: Case) -> None:
    assert case.calls > 9
    for at in nonempty(range(1, case.calls + 1)):
        root = case.fresh()
        assert isinstance(case.ended(root, before=kill(at)), KilledError)
        case.require_nothing_lost(root)
        case.require_done_again(root)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_interrupt_anywhere_leaves_the_old_or_the_new(case: Case, moment: str) -> None:
    for at in nonempty(range(1, case.calls + 1)):
        root = case.fresh()
        ended = case.ended(root, **{moment: raised(at, KeyboardInterrupt())})
        assert isinstance(ended, KeyboardInterrupt), (at, case.names[at - 1])
        found = {name: text for name, text in tree(root).items() if ".junheng-" not in name}
        assert found in (case.was, case.will_be), at
        case.require_done_again(root)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_fails_anywhere_is_told_of(case: Case, number: int) -> None:
    """Once, or from there on wherever room is needed; what only tidies up may fail in silence."""
    grows = ("open", "mkdir", "link", "write", "fsync") if number == errno.ENOSPC else ()
    told = 0
    for at in nonempty(range(1, case.calls + 1)):
        root = case.fresh()
        ended = case.ended(root, before=raised(at, OSError(number, "broken"), *grows))
        found = {name: text for name, text in tree(root).items() if ".junheng-" not in name}
        if ended is None:
            assert found == case.will_be, at
        else:
            told += 1
            assert isinstance(ended, UsageError), at
            assert found in (case.was, case.will_be), at
        case.require_done_again(root)
    assert told > case.calls / 3


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
