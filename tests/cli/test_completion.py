"""The shell completes commands, options, rules, rule sets, formats and switches."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.cli.completion import SHELLS, VARIABLE
from tests.support.nonempty import nonempty


def completed(*words: str) -> list[str]:
    """What bash is offered for the last of the words."""
    line = " ".join(["compliance", *words[:-1], words[-1]])
    asked = {VARIABLE: "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}
    done = CliRunner().invoke(main, [], env=asked, prog_name="compliance")
    assert done.exit_code == 0, done.output
    return [row.partition(",")[2] for row in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("comp",), ["completion"]),
        (("check", "--err"), ["--error-format"]),
        (("explain", "GV"), ["GV"]),
        (("explain", "ah-g1"), ["AH-G14"]),
        (("check", "x", "--ruleset", "an"), ["anhui", "anhui-hefei"]),
        (("check", "x", "--ruleset", "./ci"), ["./ci"]),  # a file
        (("check", "x", "--format", "nd"), ["ndjson"]),
        (("check", "x", "-o", "xl"), ["xlsx:"]),
        (("check", "x", "--ruleset", "anhui", "--switch", "retention-a"), ["retention-a"]),
        (("check", "x", "--enforce", "sec"), ["secondary"]),
        (("check", "x", "--fail-on", "n"), ["never"]),
        (("rectify", "x", "--paper", "sch"), ["schedule", "schools"]),
        (("check", "x", "--ruleset", "no-such", "--enforce", "R1"), []),
    ],
)
def test_what_is_offered(words: tuple[str, ...], offered: list[str]) -> None:
    assert sorted(one for one in completed(*words) if one) == offered


def test_a_script_for_each_shell_and_a_word_for_the_others() -> None:
    for shell in nonempty(SHELLS):
        done = CliRunner().invoke(main, ["completion", shell])
        assert done.exit_code == 0
        assert f"{VARIABLE}={shell}_complete" in done.stdout
    done = CliRunner().invoke(main, ["completion", "powershell"])
    assert done.exit_code == 2
    assert "bash、zsh、fish" in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_a_rule(tmp_path: Path) -> None:
    script = tmp_path / "completion.bash"
    script.write_text(CliRunner().invoke(main, ["completion", "bash"]).stdout, "utf-8")
    program = tmp_path / "compliance"
    # `python -m` would have another name
    program.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "from compliance.cli import main; '
        "main(prog_name='compliance')\"\n",
        "utf-8",
    )
    program.chmod(0o755)
    asked = (
        f'. "{script}"; COMP_WORDS=(compliance explain GV); COMP_CWORD=2; '
        '_compliance_completion compliance; echo "${COMPREPLY[@]}"'
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", asked], env={**os.environ, "PATH": path}, capture_output=True,
        check=True, encoding="utf-8",
    )  # fmt: skip
    assert done.stdout.strip() == "GV"
