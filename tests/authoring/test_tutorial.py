"""docs/tutorial.md done by its commands alone: what it types is run, what it shows is what comes out.

A block of `console` holds commands, each after a `$`, and what they print; a block under a line such
as "`county.json`, the whole file:" is written to that file. ``UPDATE_GOLDEN=1`` writes what the commands
print into the page.
"""

from __future__ import annotations

import importlib
import io
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import pytest

from compliance.authoring.coverage_table import main as without_pytest
from compliance.cli import main
from tests.support.nonempty import nonempty

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
KINDS = PAGE.with_name("kinds.md")
BLOCK = re.compile(
    r"^`(?P<copy>[^`\n]+)`, the block `(?P<of>[^`\n]+)` of \[kinds\.md\]\(kinds\.md\) as it stands\.$"
    r"|^(?:`(?P<path>[^`\n]+)`, (?P<how>the whole file|added at the end|in place of its `(?P<table>[^`]+)`):\n\n)?"
    r"```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SECONDS = re.compile(r" in \d+\.\d+s")
PIPES: dict[str, Callable[[list[str], list[str]], list[str]]] = {
    "head": lambda lines, words: lines[: -int(words[0])],
    "tail": lambda lines, words: lines[int(words[0]) :],
    "grep": lambda lines, words: [line for line in lines if words[0] in line],
}


@cache
def _nothing() -> None: ...


class Newcomer:
    """Somebody who types what the page says, in a folder where there was nothing before."""

    def __init__(self, folder: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site, self.monkeypatch = site, monkeypatch
        site.mkdir()
        monkeypatch.syspath_prepend(str(site))
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "80")
        for name in ("CI", "BUILD_NUMBER", "FORCE_COLOR", "PY_COLORS", "PYTEST_ADDOPTS"):
            monkeypatch.delenv(name, raising=False)
        self.commands: list[str] = []
        self.files: list[str] = []

    def write(self, path: str, how: str, table: str | None, text: str) -> None:
        """Edit a file as the page says."""
        self.files.append(path)
        file = Path(path)
        old = "" if how == "the whole file" else file.read_text("utf-8")
        if table is None:
            new = f"{old}\n{text}" if old else text
        else:
            rest = re.compile(rf"^{re.escape(table)}\n(?:(?!\[).*\n)*", re.MULTILINE)
            new, replaced = rest.subn(lambda _: f"{text}\n", old)
            assert replaced == 1, table
        file.write_text(new, "utf-8")

    def types(self, line: str) -> str:
        """What a command prints, on both streams."""
        self.commands.append(line)
        command, *filters = (shlex.split(one) for one in line.split(" | "))
        _as_in_a_new_process()
        stream = io.StringIO()
        with redirect_stdout(stream), redirect_stderr(stream):
            getattr(self, command[0])(*command[1:])
        lines = SECONDS.sub("", stream.getvalue()).rstrip().splitlines()
        for name, *words in filters:
            lines = PIPES[name](lines, words)
        return "".join(f"{line.rstrip()}\n" for line in lines)

    def export(self, assignment: str) -> None:
        self.monkeypatch.setenv(*assignment.split("="))

    def cd(self, folder: str) -> None:
        self.monkeypatch.chdir(folder)

    def pip(self, *words: str) -> None:
        """What an editable install leaves behind; test_a_wheel installs one in earnest."""
        assert words == ("install", "--quiet", "-e", ".[test]")
        self.monkeypatch.syspath_prepend(str(Path("src").resolve()))
        project = Path("pyproject.toml").read_text("utf-8")
        [[name, module]] = re.findall(r'^(\w+) = "(compliance_\w+)"$', project, re.MULTILINE)
        info = self.site / f"junheng_{name}-0.1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: junheng-{name}\nVersion: 0.1.0\n"
        )
        (info / "entry_points.txt").write_text(f"[compliance]\n{name} = {module}\n")

    def pytest(self, *words: str) -> None:
        pytest.main(["-p", "no:cacheprovider", "--capture=no", *words])

    def python(self, *words: str) -> None:
        assert words[:2] == ("-m", "compliance.testing")
        assert without_pytest(words[2:]) == 0

    def compliance(self, *words: str) -> None:
        """The program; a wheel is built where test_a_wheel does it, not here."""
        alone = ["--no-build"] if words[:2] == ("plugin", "check") else []
        with pytest.raises(SystemExit):
            main([*words, *alone])


def _as_in_a_new_process() -> None:
    """Nothing is remembered of the province as it was before a file was edited."""
    importlib.invalidate_caches()
    for name in [
        one for one in sys.modules if re.match("compliance_zhongyuan|test_zhongyuan", one)
    ]:
        del sys.modules[name]
    remembering = re.compile(r"compliance\.(facts\.vocabulary|authoring)\b")
    modules = [module for name, module in sys.modules.items() if remembering.match(name)]
    for one in [kept for module in modules for kept in vars(module).values()]:
        if isinstance(one, type(_nothing)):
            one.cache_clear()


def _session(text: str) -> Iterator[str]:
    """The commands of a block of `console`."""
    yield from (line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ "))


def _shown_in(page: Path, file: str) -> str:
    """A file that another page shows."""
    block = rf"^`{re.escape(file)}`:\n\n```python\n(.*?)^```$"
    [text] = re.findall(block, page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(text)


def test_the_page_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    newcomer = Newcomer(tmp_path / "work", tmp_path / "site", monkeypatch)
    page = PAGE.read_text("utf-8")
    done, at = "", 0
    for block in nonempty(BLOCK.finditer(page)):
        if block["copy"]:
            newcomer.write(block["copy"], "the whole file", None, _shown_in(KINDS, block["of"]))
            continue
        done += page[at : block.start("text")]
        text, at = block["text"], block.end("text")
        if block["path"]:
            newcomer.write(block["path"], block["how"], block["table"], text)
        elif block["language"] == "console":
            text = "".join(f"$ {one}\n{newcomer.types(one)}" for one in _session(text))
        done += text
    done += page[at:]
    steps = f"{len(newcomer.commands)} commands and {len(newcomer.files)} edits of {len(set(newcomer.files))} files"
    done = re.sub(r"\d+ commands and \d+ edits of \d+ files", steps, done)
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(done, "utf-8", newline="\n")
    assert done == page
