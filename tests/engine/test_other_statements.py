"""A county's file may speak to several rule sets: what is another's is neither doubted nor an error."""

from __future__ import annotations

import json
from pathlib import Path

from compliance.checker import check

EXAMPLE = Path(__file__).parents[2] / "examples" / "conforming.json"


def told(tmp_path: Path, **changes: object) -> Path:
    document = json.loads(EXAMPLE.read_text("utf-8"))
    document["county"] |= changes
    path = tmp_path / "county.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_the_predecessor_does_not_doubt_what_is_stated_for_the_national_rules(
    tmp_path: Path,
) -> None:
    path = told(tmp_path, vetoes={"V2": True, "重点学校或重点班": False})
    report = check([path], "basic-2012")
    assert report.refused == ()
    assert [one.code for one in report.problems] == []


def test_what_names_no_rule_of_any_set_is_still_an_error(tmp_path: Path) -> None:
    report = check([told(tmp_path, vetoes={"违规招生办班": True})], "basic-2012")
    assert len(report.refused) == 1
    assert [one.code for one in report.problems] == ["unknown_veto"]
