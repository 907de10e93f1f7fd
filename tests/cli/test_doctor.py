"""`compliance doctor`: each line with its state and a cure, whatever is broken; nothing private."""

from __future__ import annotations

import io
import json
import shutil
import sys
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from compliance.checker import installation
from compliance.checker.builtin_offers import load
from compliance.render.documents.pdf import Press
from tests.support.commands import run as typed
from tests.support.nonempty import nonempty

run = partial(typed, "doctor")


def checks(*words: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    result = run(*words, "--format", "json")
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["format"] == "junheng-doctor/1"
    found: dict[str, list[dict[str, str]]] = {}
    for one in nonempty(document["checks"]):
        assert one["state"] in ("ok", "warn", "fail")
        assert one["state"] == "ok" or one["cure"]
        found.setdefault(one["name"], []).append(one)
    worst = {one["state"] for own in found.values() for one in own}
    assert document["worst"] == next(s for s in ("fail", "warn", "ok") if s in worst)
    return result.exit_code, found


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No process is started to look for fonts, and nothing of this repository holds."""
    monkeypatch.setattr(Press, "chinese_fonts", lambda _: ["宋体"])
    monkeypatch.chdir(tmp_path)


def test_everything_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", sys.prefix)
    monkeypatch.setenv("USERPROFILE", sys.prefix)
    code, found = checks()
    assert code == 0
    assert set(found) == set(installation.titles())
    assert "junheng-anhui" in " ".join(one["told"] for one in found["plugin"])
    assert "national" in found["ruleset"][-1]["told"]
    assert str(Path(sys.prefix)) not in run().stdout  # the home folder is shown as ~
    assert "~" in found["python"][0]["told"]
    told = run().stdout
    assert "✓ Python：" in told
    assert all(title in told for title in nonempty(installation.titles().values()))
    assert run("-q").stdout.count("✓") == 0


def test_a_broken_plugin_is_named_with_a_cure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "compliance_moon.py").write_text('raise RuntimeError("月蚀")\n', "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    offered = [
        EntryPoint(name, f"compliance_{name}", "compliance") for name in ("national", "moon")
    ]
    monkeypatch.setattr(installation, "load", lambda: load(offered))
    code, found = checks()
    assert code == 1
    (fault,) = [one for one in found["plugin"] if one["state"] == "fail"]
    assert "月蚀" in fault["told"]
    assert "pip uninstall" in fault["cure"]
    offered.pop(0)  # now nobody offers the national rules
    assert checks()[1]["plugins"][0]["state"] == "fail"


def test_a_configuration_that_is_wrong_is_told_and_nothing_ends(tmp_path: Path) -> None:
    (tmp_path / "junheng.toml").write_text('ruelset = "x"\nstrict = 1\n', "utf-8")
    code, found = checks()
    assert code == 1
    assert [one["told"].split()[0] for one in found["configuration"]] == [
        "junheng.toml:1", "junheng.toml:2",
    ]  # fmt: skip
    (tmp_path / "junheng.toml").write_text('ruleset = "anhui"\n', "utf-8")
    code, found = checks()
    assert code == 0
    assert "ruleset" in found["configuration"][0]["told"]


def test_what_a_console_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding, state, says in (
        ("utf-8", "ok", "✓ 都能显示"), ("cp936", "ok", "以 √ 代替"), ("cp1252", "warn", "显示不了中文"),
    ):  # fmt: skip
        with monkeypatch.context() as patch:
            stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
            patch.setattr(sys, "stdout", stream)
            (one,) = installation.console()
        assert (one.state, says in one.told) == (state, True)


def test_the_other_ailments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMPLIANCE_LNAG", "en")
    monkeypatch.setenv("COMPLIANCE_CACHE", "off")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(installation, "_unwritable", lambda _: "只读")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))
    monkeypatch.setattr(installation, "version", lambda name: "0.1" if name == "polars" else "99")
    code, found = checks()
    assert code == 1
    assert "COMPLIANCE_LANG" in found["environment"][0]["cure"]
    states = {name: own[0]["state"] for name, own in found.items()}
    assert states["cache"] == "ok"
    assert states["command"] == "warn"
    assert {states["folder"], states["temporary"], states["disk"]} == {"fail"}
    assert "polars 0.1 太旧" in found["dependencies"][0]["told"]
    assert "click 99 太新" in found["dependencies"][0]["told"]
