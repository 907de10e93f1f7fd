"""What packs say of registers: a layer says it anew, and every name stands for something."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.checker import load
from compliance.cli import main
from compliance.facts.registers import registers
from compliance.rules.language.assembly import COUNTED
from tests.registers.assembling import ONE, TWO, assembled, listed, teacher, write
from tests.support.nonempty import nonempty
from tests.support.pack_files import NATIONAL

HEAD = """[pack]
id = "my"
title = "虚构县"
source = "虚构〔2024〕1号"
effective = 2017-04-19
extends = "national"
prefix = "MY-"
"""
SHARES = """
[register.teachers]
key = ["person"]
home = [{ share = { above = 0.5 } }]
source = "虚构〔2024〕1号：过半工作量所在的学校"

[assemble.teachers]
register = "teachers"
sum = "share"
everywhere = true
where = { subject = { not = "none" } }
source = "虚构〔2024〕1号：按工作量折算"
"""


def of(folder: Path, text: str) -> Path:
    path = folder / "my.toml"
    path.write_text(HEAD + text, "utf-8")
    return path


def test_a_layer_may_say_anew_who_counts_where(tmp_path: Path) -> None:
    """Shares count only because this pack sums them, and decide because it says so."""
    folder = listed(tmp_path / "a")
    rows = (
        teacher("P1", ONE, 工作量份额=0.6), teacher("P1", TWO, "初中", 工作量份额=0.4),
        teacher("P2", ONE, 工作量份额=1), teacher("P3", ONE, 工作量份额=1, 任教学科="不任课"),
    )  # fmt: skip
    write(folder / "teachers.csv", rows)
    outcome = assembled(tmp_path / "out", folder, "--ruleset", of(tmp_path, SHARES))
    one, two = outcome.schools[ONE], outcome.schools[TWO]
    assert outcome.code == 0
    assert (one["primary_teachers"], two["junior_teachers"]) == ("1.6", "0.4")
    assert (
        one["primary_backbone_teachers"] == "0"
    )  # still as the national set says, now at the home of P1
    made = (tmp_path / "out.口径.csv").read_text("utf-8-sig")
    assert (
        "primary_teachers,小学专任教师数,teachers,sum share where subject not none (everywhere),虚构〔2024〕1号：按工作量折算,,my,1,"
        in made
    )
    assert ",national," in made


ONE_MORE = '[assemble.books]\nregister = "{}"\n{}\nsource = "x"\n'
FAULTS = [
    ("a register that is none", ONE_MORE.format("teacher", 'count = "rows"'), 9, "teachers"),
    ("a fact that is none", SHARES.replace("assemble.teachers", "assemble.teechers"), 14, "没有数据项“teechers”"),
    ("a column that is none", SHARES.replace("subject", "subjct"), 14, "subject"),
    ("a key that is no column", SHARES.replace('["person"]', '["pupil"]'), 9, "pupil"),
    ("a word that its column never has", SHARES.replace('"none"', '"nothing"'), 18, "none"),
    ("a home that cannot be asked", SHARES.replace("above = 0.5", 'not = "half"'), 9, "half"),
    ("a sum of words", SHARES.replace('sum = "share"', 'sum = "degree"'), 16, "不是数"),
    ("a list for a count", SHARES.replace('sum = "share"', 'list = "share"'), 16, "list"),
    ("two ways at once", SHARES.replace('sum = "share"', 'sum = "share"\ncount = "rows"'), 14, "只能写一个"),
    ("no source", SHARES.replace('source = "虚构〔2024〕1号：按工作量折算"', ""), 14, "source"),
    ("a school that is none", SHARES.replace("everywhere = true", 'schools = { school_type = "primry" }'), 17, "primary"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "told"), [one[1:] for one in FAULTS], ids=[one[0] for one in FAULTS]
)
def test_wrong_definitions_stop_the_program_with_file_and_line(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    ran = CliRunner().invoke(main, ["rules", "--ruleset", str(of(tmp_path, text))])
    assert ran.exit_code == 2
    assert f"my.toml:{line}: " in ran.output
    assert told in ran.output


def test_the_national_set_names_a_source_for_every_definition_and_makes_known_facts() -> None:
    words = load().vocabulary.school
    for name, table in nonempty(NATIONAL["assemble"].items()):
        assert table["source"]
        assert table["register"] in registers().forms
        assert len(set(table) & set(COUNTED)) == 1
        assert name in words or name in {fact.stem for fact in words.values()}
    assert set(NATIONAL["register"]) == set(registers().forms)
