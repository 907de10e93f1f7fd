"""--watch: judged again at each change, what changed is said, a file half written is waited for; no test sleeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from compliance.cli.watch import TRIES, FileChanges
from tests.support.commands import run
from tests.support.nonempty import nonempty
from tests.support.sleeping import instead_of_sleep

Step = Callable[[], object]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """What happens to the files, a step a look; after the last somebody presses Ctrl-C."""
    waiting: list[Step] = []

    def next_step(_: float) -> None:
        if not waiting:
            raise KeyboardInterrupt
        waiting.pop(0)()

    instead_of_sleep(monkeypatch, next_step)
    return waiting


def quietly() -> None:
    """A look at which nothing has changed."""


def edited(path: Path, **county: Any) -> Step:
    def write() -> None:
        document = json.loads(path.read_text("utf-8"))
        document["county"] |= county
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")

    return write


def test_a_change_is_judged_and_told(
    county: Callable[..., Path], steps: list[Step], tmp_path: Path
) -> None:
    path, out = county(), tmp_path / "out.json"
    worse = edited(path, recognition_percent=70)
    steps += [quietly, quietly, worse, quietly, quietly, edited(path, recognition_percent=90)]
    steps += [quietly]
    done = run("check", path, "--watch", "-o", f"json:{out}")
    first, *others = done.stdout.split("上一次 → 这一次")
    assert "结论：达标" in first
    assert len(others) == 2
    assert "结论：达标 → 未达标" in others[0]
    assert "P1" in others[0]
    assert "70" in others[0]
    assert "P1" in others[1]
    assert done.exit_code == 0  # as the last one was
    assert json.loads(out.read_text("utf-8"))["counties"][0]["verdict"] == "pass"
    assert "按 Ctrl-C 结束" in done.stderr


def test_the_last_verdict_is_the_exit_code(county: Callable[..., Path], steps: list[Step]) -> None:
    path = county()
    steps += [edited(path, recognition_percent=70), quietly]
    told = run("check", path, "--watch", "-q")
    assert told.exit_code == 1
    assert [line[0] for line in told.stdout.splitlines()] == ["✓", "✗"]
    assert run("check", path, "--watch", "-qq").stdout == ""


def test_a_file_half_written_or_away_for_a_moment_is_waited_for(
    county: Callable[..., Path], steps: list[Step]
) -> None:
    path = county()
    whole = path.read_bytes()
    steps += [
        lambda: path.write_bytes(whole[: len(whole) // 2]), quietly, path.unlink,
        lambda: path.write_bytes(whole), quietly,
    ]  # fmt: skip
    done = run("check", path, "--watch")
    assert done.exit_code == 0
    assert "错误" not in done.output
    assert "没有变化" in done.stdout


def test_what_stays_torn_is_told_in_the_end(county: Callable[..., Path], steps: list[Step]) -> None:
    path = county()
    whole = path.read_bytes()
    steps += [lambda: path.write_bytes(whole[:100]), quietly, *[quietly] * (TRIES - 1)]
    done = run("check", path, "--watch")
    assert done.exit_code == 4
    assert done.stderr.count("county.json") == 1
    steps += [path.unlink, quietly, *[quietly] * (TRIES - 1)]
    path.write_bytes(whole)
    gone = run("check", path, "--watch")
    assert gone.exit_code == 2
    assert "没有这个文件或文件夹" in gone.stderr


def test_a_rule_file_is_watched_too(
    county: Callable[..., Path], steps: list[Step], tmp_path: Path
) -> None:
    path, pack = county(), tmp_path / "city.toml"
    text = (
        '[pack]\nid = "city"\ntitle = "市"\nsource = "市教〔2020〕1号"\neffective = 2018-01-01\n'
        'extends = "national"\nprefix = "CT-"\n[override.P1]\nat_least = {}\nbasis = "verified"\n'
        'source = "市"\n'
    )
    pack.write_text(text.format(86), "utf-8")
    steps += [lambda: pack.write_text(text.format(99.5), "utf-8"), quietly]
    done = run("check", path, "--ruleset", pack, "--watch")
    assert done.exit_code == 1, done.output
    assert "99.5" in done.stdout.split("上一次 → 这一次")[1]


@pytest.mark.parametrize("words", [["--format", "json"], ["-o", "json:-"]])
def test_one_text_alone_is_printed(county: Callable[..., Path], words: list[str]) -> None:
    assert run("check", county(), "--watch", *words).exit_code == 2


def test_locks_and_what_is_written_are_no_changes(tmp_path: Path) -> None:
    book, out = tmp_path / "a" / "填报.xlsx", tmp_path / "报告.html"
    book.parent.mkdir()
    book.write_bytes(b"1")

    def lock(name: str) -> Step:
        return lambda: (book.parent / name).write_bytes(b"x")

    def replaced() -> None:
        other = book.with_name("填报.tmp")
        other.write_bytes(b"1234")
        other.replace(book)

    happening = [
        lock("~$填报.xlsx"), lock(".~lock.填报.xlsx#"), lambda: out.write_bytes(b"2"),
        lock(".hidden"), book.unlink, replaced, quietly, quietly,
    ]  # fmt: skip
    steps: Iterator[Step] = iter(nonempty(happening))
    taken: list[int] = []

    def sleep(_: float) -> None:
        taken.append(1)
        next(steps)()

    FileChanges([tmp_path], [out], sleep)(soon=False)
    assert len(taken) == 7  # four that are none, the deletion, the new one, and one more to be sure
