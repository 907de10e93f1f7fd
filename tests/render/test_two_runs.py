"""Two runs to one place: at whichever step the second comes, one of them wins whole."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from compliance.kernel.errors import JunhengError, UsageError
from compliance.render.documents.output_files import old_drafts, staged, write_beside, write_whole
from tests.support.disk import Disk, hidden, tree
from tests.support.nonempty import nonempty
from tests.support.sleeping import instead_of_sleep

NAMES = ("县/清单.xlsx", "县/清单.md", "县/一校一案/1.xlsx")
Run = Callable[[Path, bytes], None]


def one_file(root: Path, text: bytes) -> None:
    write_whole(root / "report.md", lambda stream: stream.write(text))


def papers(root: Path, text: bytes) -> None:
    aside = old_drafts(root / "out")
    with staged(root / "out") as place:
        for name in NAMES:
            place.put(Path(name), text, keep=aside if name.endswith("xlsx") else None)
        place.place()


def papers_over_old_ones(root: Path, text: bytes) -> None:
    papers(root, text)


def forms(root: Path, text: bytes) -> None:
    write_beside({root / "out" / name: text for name in NAMES})


def workbooks_to_fill_in(root: Path, text: bytes) -> None:
    with staged(root / "out") as place:
        for name in NAMES:
            place.put(Path(name), text, fresh=True)
        place.place()


class Meeting:
    """The first run, in which at one call the second begins: until it has ended, or has to wait."""

    def __init__(self, run: Run, root: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
        self._run, self._root, self._at = run, root, at
        self.faults: list[JunhengError] = []
        self._stands, self._first_ended = threading.Event(), threading.Event()
        self._second = threading.Thread(target=self._come)
        with monkeypatch.context() as patched:
            instead_of_sleep(patched, self._wait)
            disk = Disk(patched, before=self._meet)
            self._try(b"first")
        self.calls = len(disk.calls)
        self._first_ended.set()
        if self._second.ident is not None:
            self._second.join()

    def _meet(self, number: int, _: str) -> None:
        if number == self._at:
            self._second.start()
            self._stands.wait()

    def _come(self) -> None:
        self._try(b"second")
        self._stands.set()

    def _wait(self, _: float) -> None:
        self._stands.set()
        self._first_ended.wait()

    def _try(self, text: bytes) -> None:
        try:
            self._run(self._root, text)
        except JunhengError as error:
            self.faults.append(error)


@pytest.mark.parametrize(
    "run",
    [one_file, papers, papers_over_old_ones, forms, workbooks_to_fill_in],
    ids=lambda run: run.__name__,
)
def test_one_wins_whole(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    at, last = 1, 0
    while at <= max(last, 1):
        root = tmp_path / str(at)
        root.mkdir()
        if run is papers_over_old_ones:
            papers(root, b"filled in")
        met = Meeting(run, root, monkeypatch, at)
        assert not hidden(root), at
        found = tree(root)
        targets = ["report.md"] if run is one_file else [f"out/{name}" for name in NAMES]
        assert {found[name] for name in targets} in ({b"first"}, {b"second"}), at
        if run is workbooks_to_fill_in:
            assert len(met.faults) == 1, at  # whoever comes second is told
        else:
            assert not met.faults, at
        if run is papers_over_old_ones:
            kept = [name for name, text in found.items() if text == b"filled in"]
            assert len(kept) == 2, at
            assert all("旧稿" in name for name in nonempty(kept)), at
        at, last = at + 1, met.calls
    assert last > 5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_what_is_no_file_is_written_to_and_stays(tmp_path: Path) -> None:
    """A pipe beside files of a run: it takes its part last, and no file takes its place."""
    pipe, taken = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    for write in (
        lambda: write_beside({pipe: b"into the pipe", tmp_path / "form.xlsx": b"a file"}),
        lambda: write_whole(pipe, lambda stream: stream.write(b"again")),
    ):
        reader = threading.Thread(target=lambda: taken.append(pipe.read_bytes()), daemon=True)
        reader.start()
        write()
        reader.join()
    assert taken == [b"into the pipe", b"again"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["form.xlsx", "pipe"]


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "report.md").mkdir()
    with pytest.raises(UsageError):
        one_file(tmp_path, b"new")
    with pytest.raises(UsageError):
        write_beside({tmp_path / "report.md": b"new", tmp_path / "other.md": b"new"})
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]
