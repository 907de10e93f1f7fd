"""`make corpus`: a limit that moves is found at the subjects between the old and the new one, and wants a word."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from corpus import compare, make

ROOT = Path(__file__).parents[2]
LIMIT = "at_least = { primary = 4.2, junior = 5.3 }"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the national plugin alone and two counties of the corpus, all committed."""
    shutil.copytree(
        ROOT / "plugins" / "national", tmp_path / "plugins" / "national",
        ignore=shutil.ignore_patterns("*.egg-info", "__pycache__", "tests", "liaoning-*"),
    )  # fmt: skip
    folder = tmp_path / "data" / "national"
    folder.mkdir(parents=True)
    for path in (compare.DATA / "national").glob("*.csv"):
        head, *lines = path.read_text("utf-8").splitlines()
        kept = [line for line in lines if line.startswith(("519903", "519904"))]
        (folder / path.name).write_text("\n".join([head, *kept]) + "\n", "utf-8")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n", "utf-8")
    monkeypatch.setattr(compare, "ROOT", tmp_path)
    monkeypatch.setattr(compare, "DATA", tmp_path / "data")
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def between(tree: Path, low: float, high: float) -> int:
    """How many primary stages have so many teachers above degree for each hundred pupils."""
    with (tree / "data" / "national" / "schools.csv").open(encoding="utf-8") as lines:
        rows = [
            (float(row["primary_teachers_above_degree"]), float(row["primary_students"]))
            for row in csv.DictReader(lines)
            if row["primary_teachers_above_degree"] and row["school_type"] != "teaching_point"
        ]
    return sum(low <= 100 * teachers / pupils < high for teachers, pupils in rows)


def test_a_limit_that_moves_wants_a_word_in_the_changelog(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare.main(["HEAD"]) == 0
    assert " 0 of " in f" {capsys.readouterr().out.splitlines()[-1]}"
    pack = tree / "plugins" / "national" / "src" / "compliance_national" / "rules" / "2017.toml"
    text = pack.read_text("utf-8")
    assert text.count(LIMIT) == 1
    pack.write_text(text.replace(LIMIT, LIMIT.replace("4.2", "4.6")), "utf-8")
    assert compare.main(["HEAD"]) == 1
    told = capsys.readouterr().out
    changed = between(tree, 4.2, 4.6)
    assert changed > 1
    assert f"national R1: {changed} subjects change\n  pass → fail  {changed}: 虚构" in told
    assert "name the rules" in told.splitlines()[-1]
    log = tree / "CHANGELOG.md"
    log.write_text("# Changelog\n\n- R12 and PR1 are other things.\n", "utf-8")
    assert "R1" not in compare.added_words("HEAD")
    log.write_text("# Changelog\n\n- R1 of this set: 4.6 from 2017-04-19.\n", "utf-8")
    assert compare.main(["HEAD"]) == 0
    assert "subjects change  (CHANGELOG.md names it)" in capsys.readouterr().out


def test_packs_that_do_not_load_are_told(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = tree / "plugins" / "national" / "src" / "compliance_national" / "rules" / "2017.toml"
    pack.write_text(pack.read_text("utf-8").replace("[rule.R1]", "[rule.R1]\nremedie = 1"), "utf-8")
    assert compare.main(["HEAD"]) == 2
    assert "remedie" in capsys.readouterr().err
    assert compare.main(["no-such-commit"]) == 2


@pytest.mark.slow
def test_the_corpus_is_what_its_script_makes(tmp_path: Path) -> None:
    make.main(tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.csv")}
    kept = {
        path.relative_to(compare.DATA): path.read_bytes() for path in compare.DATA.rglob("*.csv")
    }
    assert made == kept
    assert sum(map(len, kept.values())) < 1_000_000
