"""What is kept for the next run is used where it is certain, made anew everywhere else."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from compliance.kernel import cache, environment
from compliance.kernel.cache import remembered


@dataclass(frozen=True, slots=True)
class Fruit:
    name: str
    weight: Decimal


FRUIT = {"fruit": (Fruit("柿", Decimal("0.10")), date(2026, 11, 29), Path("a/b"), None)}


class Shop:
    """Counts how often it was asked to make what it makes."""

    def __init__(self) -> None:
        self.made = 0

    def make(self) -> object:
        self.made += 1
        return FRUIT

    def ask(self, key: bytes = b"fruit", *classes: type) -> object:
        return remembered([key], classes or (Fruit,), self.make)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(environment.CACHE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "junheng"


def kept(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_what_was_made_once_is_the_same_in_the_next_run(folder: Path) -> None:
    shop = Shop()
    assert [shop.ask(), shop.ask(), shop.ask()] == [FRUIT] * 3
    assert shop.made == 1
    assert folder.stat().st_mode & 0o777 == 0o700
    assert kept(folder).stat().st_mode & 0o777 == 0o600


def test_another_key_is_another_thing(folder: Path) -> None:
    shop = Shop()
    shop.ask(b"one")
    shop.ask(b"two")
    assert shop.made == len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    ("one", "other"), [(["ab", "c"], ["a", "bc"]), (["", "a"], ["a", ""]), (["a"], ["a", ""])]
)
def test_a_key_is_its_pieces_and_not_what_they_are_together(
    one: list[str], other: list[str]
) -> None:
    assert cache.digest(map(str.encode, one)) != cache.digest(map(str.encode, other))


def sealed(raw: bytes) -> bytes:
    return sha256(raw).digest() + raw


class Evil:
    """Unpickled, it makes a folder."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.trace),)


def evil(file: Path) -> None:
    file.write_bytes(sealed(pickle.dumps(Evil(file.parent.parent / "trace"))))


def turned(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[-9] ^= 1
    file.write_bytes(raw)


def linked(file: Path) -> None:
    file.rename(file.parent.parent / "elsewhere")
    file.symlink_to(file.parent.parent / "elsewhere")


SPOILT: dict[str, Callable[[Path], object]] = {
    "empty": lambda file: file.write_bytes(b""),
    "truncated": lambda file: file.write_bytes(file.read_bytes()[:-20]),
    "one bit turned": turned,
    "no pickle": lambda file: file.write_bytes(sealed(b"fruit")),
    "runs something": evil,
    "the group may write it": lambda file: file.chmod(0o620),
    "others may write it": lambda file: file.chmod(0o602),
    "a link": linked,
    "another's": lambda file: os.chown(file, os.getuid() + 1, -1),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_file_that_is_not_certain_is_made_anew(folder: Path, how: str) -> None:
    if how == "another's" and os.getuid() != 0:
        pytest.skip("only root can give a file away")
    shop = Shop()
    shop.ask()
    SPOILT[how](kept(folder))
    assert shop.ask() == FRUIT
    assert shop.made == 2
    assert shop.ask() == FRUIT
    assert shop.made == 2, "what was made anew is kept"
    assert not (folder.parent / "trace").exists()


OPEN: dict[str, Callable[[Path], object]] = {
    "the group may write the folder": lambda folder: folder.chmod(0o770),
    "others may write the folder": lambda folder: folder.chmod(0o707),
    "others may write what leads to it": lambda folder: folder.parent.chmod(0o777),
    "the group may write what leads to it": lambda folder: folder.parents[1].chmod(0o770),
    "the folder is a link": linked,
}


@pytest.mark.parametrize("how", OPEN)
def test_a_folder_that_others_can_write_is_not_believed(folder: Path, how: str) -> None:
    shop = Shop()
    shop.ask()
    OPEN[how](folder)
    assert [shop.ask(), shop.ask()] == [FRUIT] * 2
    assert shop.made == 3


def test_nothing_is_written_into_anothers_folder(folder: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a folder away")
    folder.parent.mkdir()
    os.chown(folder.parent, os.getuid() + 1, -1)
    Shop().ask()
    assert list(folder.parent.iterdir()) == []


def test_nothing_is_written_where_others_can_put_something_in_its_place(folder: Path) -> None:
    folder.parent.mkdir()
    folder.parent.chmod(0o777)
    Shop().ask()
    assert list(folder.parent.iterdir()) == []


def test_a_folder_like_tmp_may_lead_to_it(folder: Path) -> None:
    shop = Shop()
    shop.ask()
    folder.parent.chmod(0o1777)
    shop.ask()
    assert shop.made == 1


def test_what_another_user_keeps_is_not_believed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop()
    shop.ask()
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    assert shop.ask() == FRUIT
    assert shop.made == 2


@pytest.mark.parametrize("what", ["sys.version", "version"])
def test_another_version_makes_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    shop = Shop()
    shop.ask()
    with monkeypatch.context() as patch:
        if what == "version":
            patch.setattr(cache, "version", lambda _: "9.9")
        else:
            patch.setattr("sys.version", "9.9")
        cache._program.cache_clear()
        shop.ask()
    cache._program.cache_clear()
    assert shop.made == len(list(folder.iterdir())) == 2


def test_other_code_makes_its_own(tmp_path: Path) -> None:
    file = tmp_path / "code.py"
    file.write_text("limit = 1")
    os.utime(file, ns=(0, 0))
    before = cache.stamp([file])
    assert cache.stamp([file]) == before
    os.utime(file, ns=(0, 1))
    assert cache.stamp([file]) != before


def test_a_class_that_was_not_asked_for_is_not_loaded(folder: Path) -> None:
    shop = Shop()
    shop.ask()
    assert shop.ask(b"fruit", Shop) == FRUIT
    assert shop.made == 2


def test_where_nothing_can_be_written_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(environment.CACHE, str(tmp_path / "file" / "cache"))
    shop = Shop()
    assert [shop.ask(), shop.ask()] == [FRUIT] * 2
    assert shop.made == 2


def test_what_cannot_be_kept_is_made_each_time(folder: Path) -> None:
    made: list[object] = []

    def make() -> object:
        made.append(make)
        return make

    assert remembered([b"code"], (), make) is make
    assert remembered([b"code"], (), make) is make
    assert len(made) == 2
    assert list(folder.iterdir()) == []


def test_off_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(environment.CACHE, environment.OFF)
    shop = Shop()
    shop.ask()
    shop.ask()
    assert shop.made == 2
    assert list(tmp_path.iterdir()) == []


def test_the_systems_folder_for_caches_is_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(environment.CACHE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    Shop().ask()
    assert list((tmp_path / "xdg" / "junheng").iterdir())


@pytest.mark.parametrize("words", [{"XDG_CACHE_HOME": "here"}, {"HOME": "here"}])
def test_without_a_home_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(environment.CACHE)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in words.items():
        monkeypatch.setenv(name, value)
    Shop().ask()
    assert list(tmp_path.iterdir()) == []


def test_the_oldest_give_way(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "KEPT", 3)
    shop = Shop()
    for number in range(5):
        shop.ask(b"%d" % number)
        newest = max(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, ns=(number, number))
    assert len(list(folder.iterdir())) == 3
    shop.ask(b"4")
    shop.ask(b"3")
    assert shop.made == 5
    shop.ask(b"0")
    assert shop.made == 6
