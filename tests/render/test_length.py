"""How long the county's list is in Word, on counties with the examples' problems and more."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest

from compliance.checker import Checker
from compliance.checker.choice import Choice
from compliance.render.rectification.write import papers, writer
from examples import stories
from examples.invented import county

Record = dict[str, Any]

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
INFO = shutil.which("pdfinfo")
TOWNS = "柳青双白望龙马新大石河云松沙平凤长北黄洛嵩麦槐芦少花康金清泉海角"


def troubled(schools: int) -> Record:
    """A county of so many schools; about every second lacks something, two things on average."""
    luck = Random(7)
    names = [f"{first}{last}镇" for first in TOWNS for last in "河石"]
    document = county(1, "519941", "样本县", " ".join(["城关镇", *names]))
    document["schools"] = document["schools"][:schools]
    stories.henan(document)
    for school in document["schools"]:
        for stage in ("primary", "junior"):
            for stem, share in (("backbone", 0.2), ("pe_arts", 0.25)):
                if luck.random() < share and f"{stage}_students" in school:
                    school[f"{stage}_{stem}_teachers"] //= 2
        for fact, share in (
            ("teaching_area", 0.2), ("outdoor_sports_area", 0.25), ("equipment_value", 0.2),
        ):  # fmt: skip
            if luck.random() < share and school.get(fact):
                school[fact] = round(school[fact] * luck.uniform(0.5, 0.98))
        for fact in ("music_room_areas", "art_room_areas"):
            if luck.random() < 0.25 and school.get(fact):
                school[fact] = school[fact][1:]
    return document


@pytest.mark.office
@pytest.mark.skipif(not (OFFICE and INFO), reason="LibreOffice or pdfinfo is not installed")
@pytest.mark.parametrize(("schools", "most"), [(40, 10), (300, 45)])
def test_the_list_has_the_right_length(schools: int, most: int, tmp_path: Path) -> None:
    figures = tmp_path / "county.json"
    figures.write_text(json.dumps(troubled(schools), ensure_ascii=False), "utf-8")
    (paper,) = papers(Checker().check([figures], Choice(ruleset="henan")))
    assert len(paper.schools) == schools
    assert len(paper.problems) >= schools, "the county is in no better state than the examples"
    document = tmp_path / "list.docx"
    document.write_bytes(writer("docx", ())(paper))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*convert, str(document)], check=True, capture_output=True, timeout=180)
    told = subprocess.run(
        [str(INFO), str(tmp_path / "list.pdf")], check=True, capture_output=True, timeout=60
    ).stdout.decode()
    (pages,) = [int(line.split()[1]) for line in told.splitlines() if line.startswith("Pages:")]
    assert pages <= most
