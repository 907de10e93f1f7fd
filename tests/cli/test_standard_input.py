"""`-`: what is piped in is judged like a file of its content, under the name of `-`."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compliance.cli import main
from compliance.intake.formats import given_names, standard_input

EXAMPLES = Path(__file__).parents[2] / "examples"
BOOK = EXAMPLES / "shandong_county.xlsx"


def run(content: bytes, *words: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words], input=content)
    assert "Traceback" not in result.output
    return result


def packed(tables: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(tables.iterdir()):
            archive.write(path, path.name)
    return stream.getvalue()


def unnamed(document: dict[str, Any]) -> Any:
    """A results document without what says which file was read."""
    for county in document["counties"]:
        county["input"] = None
    document["manifest"]["asked"]["inputs"] = None
    for one in document["manifest"]["inputs"]:
        one["name"] = None
    for problem in document["problems"]:
        problem["file"] = None
    return document


@pytest.mark.parametrize(
    "kind", ["json", "json-with-mark", "workbook", pytest.param("dataset", marks=pytest.mark.slow)]
)
def test_it_is_judged_as_the_file_would_be(kind: str, tables: Path, tmp_path: Path) -> None:
    text = (EXAMPLES / "conforming.json").read_text("utf-8")
    content, suffix = {
        "json": (text.encode(), ".json"),
        "json-with-mark": (text.encode("utf-8-sig"), ".json"),
        "workbook": (BOOK.read_bytes(), ".xlsx"),
        "dataset": (packed(tables), ".zip"),
    }[kind]
    path = tmp_path / f"same{suffix}"
    path.write_bytes(content)
    piped = run(content, "check", "-", "--format", "json")
    filed = run(b"", "check", path, "--format", "json")
    assert piped.exit_code == filed.exit_code
    document = json.loads(piped.stdout)
    assert {one["input"] for one in document["counties"]} == {"-"}
    assert [one["name"] for one in document["manifest"]["inputs"]] == ["-"]
    assert unnamed(document) == unnamed(json.loads(filed.stdout))


def test_every_command_that_reads_inputs_reads_it(tmp_path: Path) -> None:
    content = BOOK.read_bytes()
    assert run(content, "validate", "-").exit_code == 0
    back = tmp_path / "back.xlsx"
    assert run(content, "validate", "-", "-o", back).exit_code == 0
    assert back.stat().st_size > len(content) / 2  # the workbook itself, with its marks
    assert "〔- 县区!B12〕" in run(content, "explain", "G11", "-").stdout
    assert run(content, "missing", "-").exit_code == 0
    assert run(content, "rectify", "-", "-o", tmp_path / "out", "--format", "md").exit_code == 0
    assert "没有变化" in run(content, "diff", BOOK, "-").stdout
    assert run(content, "papers", "-").exit_code == 2


def test_a_table_alone_is_no_submission_and_a_name_says_what_it_is() -> None:
    done = run("学校标识码,在校生数\n1,2\n".encode(), "check", "-")
    assert done.exit_code == 4
    assert "缺少县区表" in done.stdout
    assert "junheng-" not in done.output  # nothing of where it lay
    plain = (EXAMPLES / "conforming.json").read_bytes()
    assert run(plain, "check", "-", "--stdin-name", "county.JSON").exit_code == 0
    other = run(plain, "check", "-", "--stdin-name", "county.moon")
    assert other.exit_code == 4
    assert ".moon" in other.stdout
    assert run(b"", "check", "-").exit_code == 4
    assert run(b"PK\x03\x04torn", "check", "-").exit_code == 4


def test_it_is_given_once_and_not_typed(county: Callable[..., Path]) -> None:
    twice = run(b"{}", "check", "-", county(), "-")
    assert twice.exit_code == 2
    assert "只能给一次" in twice.stderr
    pty = pytest.importorskip("pty", reason="no terminals of POSIX here")
    ours, theirs = pty.openpty()
    try:
        command = [sys.executable, "-m", "compliance", "check", "-"]
        done = subprocess.run(command, stdin=theirs, capture_output=True, check=False, timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 2
    assert "没有程序送来数据" in done.stderr.decode()


def test_no_more_is_kept_than_is_refused_anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b"x" * size

    monkeypatch.setattr(standard_input, "MOST_OF_A_TABLE", 5000)
    with standard_input.kept(Endless()) as path:  # type: ignore[arg-type]
        assert path.stat().st_size == 5001
        assert given_names.called(path) == "-"
    assert not path.exists()
    assert not standard_input.is_kept(path)
