"""Core and packs can be released together: their definitions agree, and what is wrong is said."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from release import build
from release.distributions import Distribution, disagreements, distributions, git, series, unready
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]


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
    git("init", "--quiet", root=tmp_path)
    one = Distribution(tmp_path, core.table)
    assert list(unready([one], tmp_path)) == [
        f"CHANGELOG.md has no section “## {core.version}”",
        "CHANGELOG.md has changes under “## Unreleased”",
        "not committed: CHANGELOG.md, LICENSE, pyproject.toml",
    ]


@pytest.mark.wheel
def test_a_wheel_holds_what_is_under_version_control(wheels: list[Path]) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    by_name = {wheel.name: wheel for wheel in wheels}
    for one in nonempty(distributions()):
        assert list(build.misplaced(by_name[f"{one.stem}-py3-none-any.whl"], one)) == []
    assert list(build.described(wheels)) == []


def test_what_a_wheel_lacks_is_named(tmp_path: Path) -> None:
    one = distributions()[1]
    wheel = tmp_path / f"{one.stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr("tests/test_anhui.py", "")
    told = list(build.misplaced(wheel, one))
    assert told[0] == f"{wheel.name}: holds tests/test_anhui.py"
    assert f"{wheel.name}: lacks compliance_anhui/py.typed" in told
    assert f"{wheel.name}: lacks compliance_anhui/rules/2018.toml" in told
    assert f"{wheel.name}: lacks {one.stem}.dist-info/licenses/LICENSE" in told


@pytest.mark.wheel
def test_same_sources_give_same_bytes(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        source, out = tmp_path / name / "hebei", tmp_path / name / "out"
        shutil.copytree(
            ROOT / "plugins" / "hebei", source, ignore=shutil.ignore_patterns("*.egg-info")
        )
        build.build_one(source, out, epoch=1_700_000_000)
        found.append({file.name: file.read_bytes() for file in out.iterdir()})
    assert len(found[0]) == 2
    assert found[0] == found[1]


def test_the_digests_are_those_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"")
    (tmp_path / "a").write_bytes(b"abc")
    build.write_sums(tmp_path, ["b", "a"])
    # of FIPS 180-4's own examples
    assert (tmp_path / "SHA256SUMS").read_text("ascii").split() == [
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "a",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "b",
    ]  # fmt: skip
