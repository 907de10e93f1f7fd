"""Drafts: seen by nobody else, held while their run lives, swept when it is dead."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from compliance.kernel import drafts as module
from compliance.kernel.drafts import Drafts, alone, own_temporary_files, put_in_place, sweep
from tests.support.disk import hidden, tree
from tests.support.sleeping import instead_of_sleep

posix = pytest.mark.skipif(os.name == "nt", reason="permissions and signals of POSIX")
LOCK = ".junheng-lock"


def left_by_a_dead_run(home: Path) -> Path:
    """A folder of drafts as a run leaves it that was killed."""
    drafts = Drafts(home)
    (drafts.folder / "0").write_bytes(b"of a school")
    (drafts.folder / "deep").mkdir()
    (drafts.folder / "deep" / "1").write_bytes(b"of another")
    drafts.lock.close()
    return drafts.folder


def test_what_a_dead_run_left_is_removed_and_what_is_alive_is_not(tmp_path: Path) -> None:
    dead = left_by_a_dead_run(tmp_path)
    with Drafts(tmp_path) as alive:
        assert not dead.exists()
        alive.new().write_bytes(b"on its way")
        put_in_place(tmp_path / "report.md", lambda stream: stream.write(b"new"))
        sweep(tmp_path)
        assert (alive.folder / "0").read_bytes() == b"on its way"
    assert tree(tmp_path) == {"report.md": b"new"}


@posix
def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from compliance.kernel.drafts import Drafts\n"
        "drafts = Drafts(Path(sys.argv[1])); drafts.new().write_bytes(b'of a school')\n"
        "print('written', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "written\n"
        sweep(tmp_path)
        assert [path.read_bytes() for path in hidden(tmp_path)[0].glob("0")] == [b"of a school"]
        child.send_signal(signal.SIGKILL)
    sweep(tmp_path)
    assert not hidden(tmp_path)


def test_only_ours_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of such a name that somebody made, a link to one, a file, another user's."""
    home, far = tmp_path / "home", tmp_path / "far"
    home.mkdir()
    far.mkdir()
    elsewhere = left_by_a_dead_run(far)
    (home / ".junheng-mine").mkdir()
    (home / ".junheng-mine" / "notes.txt").write_bytes(b"mine")
    (home / ".junheng-link").symlink_to(elsewhere)
    (home / ".junheng-file").write_bytes(b"a file")
    planted = left_by_a_dead_run(home)
    (planted / LOCK).unlink()
    (planted / LOCK).symlink_to(home / ".junheng-file")
    was = tree(tmp_path)
    sweep(home)
    assert tree(tmp_path) == was
    if hasattr(os, "getuid"):
        monkeypatch.setattr(os, "getuid", lambda: 4321)
        sweep(far)
        assert tree(tmp_path) == was


def test_what_is_left_of_a_removal_is_removed(tmp_path: Path) -> None:
    """Killed before it had a lock, while it was being removed, while files were moving in."""
    (tmp_path / ".junheng-begun").mkdir()
    half = left_by_a_dead_run(tmp_path)
    (half / "0").unlink()
    (tmp_path / LOCK).write_bytes(b"")
    sweep(tmp_path)
    assert not list(tmp_path.iterdir())


def test_links_in_a_dead_runs_folder_are_not_followed(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "precious").write_bytes(b"precious")
    dead = left_by_a_dead_run(tmp_path)
    (dead / "folder").symlink_to(theirs)
    (dead / "file").symlink_to(theirs / "precious")
    sweep(tmp_path)
    assert tree(tmp_path) == {"theirs/precious": b"precious"}


def test_a_disk_without_locks_takes_files_and_keeps_strangers_drafts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: int) -> None:
        raise OSError(37, "No locks available")

    left = left_by_a_dead_run(tmp_path)
    monkeypatch.setattr(module, "_take", none)
    with alone(tmp_path):
        put_in_place(tmp_path / "report.md", lambda stream: stream.write(b"new"))
    assert (tmp_path / "report.md").read_bytes() == b"new"
    assert (left / "0").read_bytes() == b"of a school"


def test_one_run_at_a_time_and_no_longer_than_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    instead_of_sleep(monkeypatch, waited.append)
    with alone(tmp_path), pytest.raises(BlockingIOError) as caught, alone(tmp_path):
        pass
    assert caught.value.filename == str(tmp_path)
    assert 60 <= sum(waited) < 61
    with alone(tmp_path):
        assert (tmp_path / LOCK).exists()
    assert not list(tmp_path.iterdir())


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / LOCK).symlink_to(victim)
    with pytest.raises(OSError, match=LOCK), alone(tmp_path):
        pass
    assert victim.read_bytes() == b"precious"


@posix
def test_permissions_are_those_that_people_expect(tmp_path: Path) -> None:
    """Drafts are for their owner alone; then the mask counts, or what the file that stood there had."""
    new, old, secret = tmp_path / "new", tmp_path / "old", tmp_path / "secret"
    old.write_bytes(b"old")
    old.chmod(0o604)
    seen: list[int] = []
    mask = os.umask(0o027)
    try:
        for path in (new, old):
            put_in_place(
                path, lambda _: seen.append(stat.S_IMODE(hidden(tmp_path)[0].stat().st_mode))
            )
        put_in_place(secret, lambda stream: stream.write(b"key"), 0o600)
    finally:
        os.umask(mask)
    assert seen == [0o700, 0o700]
    assert [stat.S_IMODE(one.stat().st_mode) for one in (new, old, secret)] == [0o640, 0o604, 0o600]


def test_a_hard_link_keeps_what_it_had(tmp_path: Path) -> None:
    """Whoever planted another name of somebody's file where an output goes changes nothing of it."""
    victim, out = tmp_path / "victim", tmp_path / "report.md"
    victim.write_bytes(b"precious")
    out.hardlink_to(victim)
    put_in_place(out, lambda stream: stream.write(b"new"))
    assert tree(tmp_path) == {"victim": b"precious", "report.md": b"new"}


def test_temporary_files_of_libraries_go_where_they_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with own_temporary_files():
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(b"of a school")
        assert [path.parent for path in hidden(tmp_path)][:1] == [tmp_path]
        assert Path(file.name).parent in hidden(tmp_path)
    assert tempfile.gettempdir() == str(tmp_path)
    assert not list(tmp_path.iterdir())
