"""What names, titles and templates hold reaches no terminal raw, wherever it is said."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.cli import main
from tests.support.nonempty import nonempty

BAD = "\x1b]0;t\x07\x1b[31m\x9b2J\u202e\u2066\u200b\r\b"
RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
EXAMPLE = Path(__file__).parents[2] / "examples" / "conforming.json"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with an input, a pack, a template and waivers that are called what no name should be."""
    document = json.loads(EXAMPLE.read_text("utf-8"))
    document["schools"] = document["schools"][:3]
    document["schools"][0]["school_name"] += "\u202e\u200b ::error::x"
    (tmp_path / "::error::a.json").write_text(json.dumps(document), "utf-8")
    document["county"]["county_name"] += BAD
    document["county"][f"fact{BAD}\n::error::x"] = 1
    document["schools"][1]["school_type"] = f"型{BAD}\n::error::x"
    (tmp_path / f"b{BAD}\n::error::x.json").write_text(json.dumps(document), "utf-8")
    title = json.dumps(f"题{BAD}\n::error::x")
    pack = (
        f'[pack]\nid = "x"\ntitle = {title}\nextends = "national"\n[rule.{title}]\nkind = {title}\n'
    )
    (tmp_path / f"pack{BAD}.toml").write_text(pack, "utf-8")
    (tmp_path / "waivers.toml").write_text(
        f"[[waiver]]\nrule = {title}\nreason = {title}\n", "utf-8"
    )
    own = tmp_path / f"own{BAD}"
    own.mkdir()
    (own / "report.md").write_text("{% include '" + BAD + "' %}", "utf-8")
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="names of files on POSIX")
def test_nothing_is_said_raw(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(hostile)
    whole, damaged = "::error::a.json", f"b{BAD}\n::error::x.json"
    for words in (
        ("check", damaged, "-v"), ("validate", damaged, "--lang", "en"),
        ("check", whole, "--format", "github"),
        ("check", whole, "--format", "md", "--templates", f"own{BAD}"),
        ("check", whole, "--ruleset", f"pack{BAD}.toml"), ("check", whole, "--ruleset", f"x{BAD}\n::error::"),
        ("check", whole, "--waivers", "waivers.toml"), ("check", f"no{BAD}\n::error::.json"),
        ("check", whole, "--fail-on", f"{BAD}\n::error::"), (f"{BAD}\n::error::",),
        ("rectify", whole, "-o", f"out{BAD}", "--format", "md"), ("explain", f"{BAD}\n::error::"),
        ("check", whole, "--error-format", "json", "--ruleset", BAD),
    ):  # fmt: skip
        done = CliRunner().invoke(main, words)
        assert done.output, words
        for text in (done.stdout, done.stderr):
            assert not RAW.findall(text), words
            if "github" not in words:
                assert not COMMAND.findall(text), words


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_a_terminal_is_shown_files_as_it_is_shown_words(hostile: Path) -> None:
    """What a pipe gets as it is: the same JSON, no sign of it raw."""
    pty = pytest.importorskip("pty")
    name = f"a{BAD}.json"
    (hostile / name).write_bytes(EXAMPLE.read_bytes())
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "compliance", "check", name, "--format", "json"]
    with subprocess.Popen(words, cwd=hostile, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        told = b""
        while piece := _read(ours):
            told += piece
        assert running.wait() in (0, 1, 3)
    os.close(ours)
    text = told.decode().replace("\r\n", "\n")
    assert not RAW.findall(text)
    assert [one["input"] for one in nonempty(json.loads(text)["counties"])] == [name]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux says so of a terminal that nobody writes to any more
        return b""
