"""Consoles of any code page, closed streams, readers that have gone: the verdict and the exit code stay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread
from typing import IO

import pytest
from click.testing import CliRunner, Result

from compliance.cli import main
from tests.support.nonempty import nonempty

EXAMPLES = Path(__file__).parents[2] / "examples"
Edited = Callable[..., Path]


def on(page: str, *words: str | Path) -> Result:
    """A run on a console of a code page."""
    return CliRunner(charset=page).invoke(main, [*map(str, words)])


def chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county with something met, something missed, something missing; its name is Chinese."""
    data = json.loads((EXAMPLES / "conforming.json").read_text("utf-8"))
    data["county"] |= {"recognition_percent": None, "senior_quota_allocated": 1}
    data["schools"] = data["schools"][:5]
    path = tmp_path_factory.mktemp("console") / "示范 县.json"
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    return path


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--help",), ("check", "--help"), ("check",), ("check", "{}"), ("check", "no.json"), ("nix",),
    ("validate", "{}"), ("missing", "{}"), ("explain", "R4"), ("explain", "G14", "{}"), ("rules",),
    ("rulesets",), ("rectify", "{}", "-o", "{}-out"), ("declare", "{}", "-o", "{}-form.xlsx"),
    ("diff", "{}", "{}"), ("template", "-o", "{}-blank.xlsx"), ("doctor",), ("menu",),
)  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_speaks_on_every_page(words: tuple[str, ...], failing: Path) -> None:
    given = [word.format(failing) for word in words]
    codes = set()
    for page in ("cp936", "cp437"):
        done = on(page, *given)
        assert "Traceback" not in done.output
        codes.add(done.exit_code)
        told = done.stdout_bytes.decode(page) + done.stderr_bytes.decode(page)
        assert chinese(told) == (page == "cp936"), told
        assert ("The output's code page, cp437, has no Chinese" in told) == (page == "cp437")
    assert codes < {0, 1, 2, 3}, codes
    assert len(codes) == 1


@pytest.mark.parametrize(
    ("page", "met", "missed"), [("cp936", "√", "×"), ("cp1252", "v", "×"), ("cp437", "√", "x")]
)
def test_the_signs_of_states_stay_apart(page: str, met: str, missed: str, failing: Path) -> None:
    lines = on(page, "check", failing).stdout_bytes.decode(page).splitlines()
    signs = {line.split()[0] for line in nonempty(lines) if line.startswith("  ") and line.split()}
    assert {met, missed, "?"} <= signs
    assert lines[1].startswith(missed)


def test_what_is_written_is_the_same_whatever_the_console_shows(
    failing: Path, tmp_path: Path
) -> None:
    """Papers are Chinese; JSON for machines too, on stdout as well."""
    found = []
    for page in ("utf-8", "cp437"):
        home = tmp_path / page
        home.mkdir()
        files = [f"{form}:{home / form}" for form in ("json", "html", "md", "csv", "text")]
        on(page, "check", failing, *(word for one in files for word in ("-o", one)))
        on(page, "papers", failing, "-o", home / "p", "--today", "2024-01-01")
        on(page, "diff", failing, failing, "-o", f"json:{home / 'diff'}")
        written = {
            path.relative_to(home): path.read_bytes()
            for path in sorted(home.rglob("*"))
            if path.is_file()
        }
        for words in (("check", failing), ("validate", failing), ("explain", "R4")):
            written[Path(words[0])] = on(page, *words, "--format", "json").stdout_bytes
        found.append(written)
    assert found[0].keys() == found[1].keys()
    assert [name for name, content in found[0].items() if found[1][name] != content] == []


def test_a_language_that_was_asked_for_is_kept(failing: Path) -> None:
    told = on("cp437", "check", failing, "--lang", "zh")
    assert "\\u7ed3\\u8bba" in told.stdout_bytes.decode("cp437")  # 结论
    assert told.stderr_bytes == b""
    assert b"code page" not in on("cp437", "check", failing, "--lang", "en").stderr_bytes
    told = on("cp437", "check", "no.json", "--error-format", "json")
    assert json.loads(told.stderr_bytes)["exit_code"] == 2


def run(how: str, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A run in a shell, its streams as `how` says."""
    program = f'"{sys.executable}" -m compliance "$@" {how}'
    return subprocess.run(
        ["bash", "-c", program, "compliance", *map(str, words)],
        env={**os.environ, **environment}, capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
def test_streams_of_a_shell(failing: Path) -> None:
    """The real ones; what is done with each is tried below, in this process."""
    out = failing.with_name("out.json")
    for how, words, code in (
        (">&- 2>&- <&-", ("check", failing, "-o", f"json:{out}"), 2),
        ("2>/dev/full", ("nix",), 2),
        ("| true; exit ${PIPESTATUS[0]}", ("check", failing), 1),
    ):
        done = run(how, *words, PYTHONUNBUFFERED="1" if "|" in how else "")
        assert done.returncode == code, (how, done.stderr)
        assert b"Traceback" not in done.stderr
        assert b"ignored" not in done.stderr
    assert json.loads(out.read_text("utf-8"))["counties"][0]["verdict"] == "fail"
    out.unlink()


class Streams:
    """A run in this process whose stdout and stderr are the process's own, on file numbers as given."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def code(self, words: tuple[str | Path, ...], out: int | None, err: int | None) -> int:
        with self._patch.context() as patch, ExitStack() as open_ones:
            patch.setattr(sys, "stdin", None)
            for name, number in (("stdout", out), ("stderr", err)):
                stream = None
                if number is not None:
                    stream = os.fdopen(number, "w", encoding="utf-8", closefd=False)
                    open_ones.callback(_quiet(stream))
                patch.setattr(sys, name, stream)
                patch.setattr(sys, f"__{name}__", stream)
            with pytest.raises(SystemExit) as end:
                main([*map(str, words)], prog_name="compliance")
            for name in ("stdout", "stderr"):
                getattr(sys, name).flush()  # as the interpreter does at its end
        assert isinstance(end.value.code, int)
        return end.value.code


def _quiet(stream: IO[str]) -> Callable[[], object]:
    def close() -> None:
        with suppress(OSError):
            stream.close()

    return close


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> Streams:
    return Streams(monkeypatch)


@pytest.fixture
def full() -> Iterator[int]:
    number = os.open("/dev/full", os.O_WRONLY)
    yield number
    os.close(number)


@pytest.fixture
def left() -> Iterator[int]:
    """A pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


SPEAKING: dict[tuple[str, ...], int] = {
    ("--help",): 0, ("check", "--help"): 0, ("--version",): 0, ("rules",): 0, ("menu",): 0,
    ("check", "{}"): 1, ("rectify", "{}", "-o", "{}-out", "--format", "md"): 0,
    ("check", "{}", "--format", "parquet"): 1,
}  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("words", SPEAKING, ids=" ".join)
def test_what_does_not_arrive_is_an_error_and_a_reader_that_has_enough_is_none(
    words: tuple[str, ...], failing: Path, streams: Streams, full: int, left: int, tmp_path: Path
) -> None:
    given = tuple(word.format(failing) for word in words)
    for out, code, why in (
        (left, SPEAKING[words], ""),
        (full, 2, "标准输出写不出去：磁盘已满"),
        (None, 2, "标准输出写不出去：已关闭"),
    ):
        with (tmp_path / "said").open("w+b") as said:
            assert streams.code(given, out, said.fileno()) == code
            said.seek(0)
            told = said.read().decode("utf-8")
        assert told.count("标准输出") == bool(why)
        assert why in told
        assert "Traceback" not in told
        if out == left:  # of what is said on stderr nothing else hangs on whether it arrives
            assert streams.code(given, out, full) == code


def test_a_pipe_that_was_set_not_to_wait(streams: Streams, left: int) -> None:
    """Another process sets it so for all that write to it: what is said waits until there is room."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    heard = bytearray()

    def read() -> None:
        while piece := os.read(reader, 4096):
            heard.extend(piece)

    listener = Thread(target=read)
    listener.start()
    try:
        assert streams.code(("rules", "--format", "json"), writer, left) == 0
    finally:
        os.close(writer)
        listener.join()
        os.close(reader)
    assert len(json.loads(heard)) > 50


@pytest.mark.skipif(os.name == "nt", reason="names of files are bytes on POSIX")
def test_names_in_a_locale_without_letters(failing: Path, tmp_path: Path) -> None:
    """Chinese ones are read; one that is no text (GBK on a disk) is not, nor costs it what lies beside it."""
    for environment in ({"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {}):
        environment |= {"LC_ALL": "C"}
        folder = tmp_path / f"各县{len(environment)}"
        folder.mkdir()
        odd = os.fsdecode(os.fsencode(folder) + b"/\xd6\xd0.json")  # 中 in GBK
        Path(odd).write_bytes(failing.read_bytes())
        done = run("", "check", odd, **environment)
        assert done.returncode == 4, done.stderr
        assert b"Traceback" not in done.stderr
        (folder / "示范.json").write_bytes(failing.read_bytes())
        done = run("", "check", folder, **environment)
        assert done.returncode == 4, done.stderr
        assert (b"519901" in done.stdout) == (len(environment) == 1), (
            "all names are bytes to Python"
        )
