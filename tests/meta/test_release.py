"""Core and packs can be released together: their definitions agree, and what is wrong is said."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from release.distributions import Distribution, disagreements, distributions, series, unready
from tests.support.nonempty import nonempty


def test_core_and_packs_agree() -> None:
    known = distributions()
    assert len(known) == 7
    assert known[0].name == "junheng"
    assert list(disagreements(known)) == []


def test_what_stands_on_the_index_is_said_of_each() -> None:
    for one in nonempty(distributions()):
        assert one.table["license"] == "Apache-2.0"
        assert {"description", "readme", "keywords", "classifiers", "authors"} <= set(one.table)
        assert "Apache License" in (one.folder / "LICENSE").read_text("utf-8")
        assert not [text for text in one.table["classifiers"] if text.startswith("License")]
    for one in nonempty(distributions()[1:]):
        for text in ("README.md", "NOTICE"):
            told = (one.folder / text).read_text("utf-8")
            assert "不对它们主张权利" in told or "facts of law" in told


@pytest.mark.parametrize(
    ("version", "together"), [("0.2.0", ">=0.2,<0.3"), ("1.10.3", ">=1.10,<1.11")]
)
def test_which_versions_go_together(version: str, together: str) -> None:
    assert series(version) == together


def test_what_disagrees_is_named() -> None:
    core, pack = distributions()[0], distributions()[1]
    other = replace(
        pack, table={**pack.table, "version": "0.1.9", "dependencies": ["junheng>=0.1"]}
    )
    assert list(disagreements([core, other])) == [
        f"{pack.name}: version is '0.1.9', of junheng '{core.version}'",
        f"{pack.name}: needs junheng>=0.1, should be junheng{series(core.version)}",
    ]


def test_what_is_not_ready_is_refused(tmp_path: Path) -> None:
    core = distributions()[0]
    for name in ("LICENSE", "pyproject.toml"):
        shutil.copy(core.folder / name, tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("## Unreleased\n\n- a change\n\n## 0.0.1\n", "utf-8")
    from release.distributions import git

    git("init", "--quiet", root=tmp_path)
    one = Distribution(tmp_path, core.table)
    assert list(unready([one], tmp_path)) == [
        f"CHANGELOG.md has no section “## {core.version}”",
        "CHANGELOG.md has changes under “## Unreleased”",
        "not committed: CHANGELOG.md, LICENSE, pyproject.toml",
    ]
