"""The manifest: what a run was made from, whatever the order in which it was asked for."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from compliance import Checker, Choice
from compliance.checker.manifest import JUDGING, digest_of
from compliance.facts.vocabulary import read_schema
from compliance.intake.own_tables.terms import ReadingTerms
from compliance.render.machine_formats import json_results

EXAMPLES = Path(__file__).parents[2] / "examples"
PACK = Path(__file__).parents[2] / "plugins/anhui/src/compliance_anhui"
WORDS = ("G6", "secondary", "unconfirmed")
SWITCHES = ("retention-b", "relaxations-2019")


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A county's file, one that breaks the schema, and a folder with another county."""
    home = tmp_path_factory.mktemp("submissions")
    for name in ("conforming.json", "invalid.json"):
        shutil.copy(EXAMPLES / name, home)
    (home / "more").mkdir()
    other = (EXAMPLES / "conforming.json").read_text("utf-8").replace('"519901"', '"349901"')
    (home / "more" / "安县.json").write_text(other, "utf-8")
    return [home / name for name in ("invalid.json", "more", "conforming.json")]


def results(checker: Checker, paths: list[Path], choice: Choice | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(checker, paths, choice))
    jsonschema_rs.validate(read_schema("results"), found)
    return found


def written(checker: Checker, paths: list[Path], choice: Choice | None = None) -> bytes:
    stream = BytesIO()
    json_results(checker.check(paths, choice), stream)
    return stream.getvalue()


@settings(max_examples=3, phases=[Phase.generate])  # whole judgements: shrinking would take minutes
@given(data=st.data())
def test_the_order_of_arguments_does_not_matter(
    checker: Checker, submissions: list[Path], data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(submissions), min_size=1, unique=True))
    enforce, switches = (
        data.draw(st.lists(st.sampled_from(words), unique=True)) for words in (WORDS, SWITCHES)
    )
    told = Choice(enforce=tuple(enforce), switches=tuple(switches))
    enforce, switches = (data.draw(st.permutations(one)) for one in (enforce, switches))
    other = Choice(enforce=(*enforce, *enforce), switches=tuple(switches))
    shuffled = [*data.draw(st.permutations(some)), some[0]]
    assert written(checker, some, told) == written(checker, shuffled, other)


def test_digests_of_inputs_rules_plugins_and_program_stand_in_it(
    checker: Checker, submissions: list[Path]
) -> None:
    found = results(checker, submissions, Choice(ruleset="anhui"))["manifest"]
    home = submissions[0].parent
    files = [home / "conforming.json", home / "invalid.json", home / "more" / "安县.json"]
    rows = [
        {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in files
    ]
    rows[2]["path"] = files[2].as_posix()
    assert found["inputs"] == rows
    digests = found["digests"]
    assert set(digests["packs"]) == {"national", "anhui", "basic-2012"}, "what is imported too"
    written_rules = (PACK / "rules" / "2018.toml").read_bytes()
    assert digests["packs"]["anhui"]["rules/2018.toml"] == hashlib.sha256(written_rules).hexdigest()
    assert set(digests["plugins"]) == set(found["plugins"])
    assert found["language"] == "zh"
    assert found["asked"]["inputs"] == [
        str(home / name) for name in ("conforming.json", "invalid.json", "more")
    ]


def test_the_language_and_every_choice_that_changes_a_judgement_stand_in_it(
    checker: Checker, tmp_path: Path
) -> None:
    terms = ReadingTerms(blank_is_zero=("public_funds",))
    choice = Choice("national", switches=("retention-b",), strict=True, terms=terms)
    report = checker.check(
        EXAMPLES / "conforming.json", choice, lang="en", previous=[EXAMPLES / "conforming.json"]
    )
    found = report.manifest
    assert found["language"] == "en"
    assert found["asked"] == {
        "inputs": [str(EXAMPLES / "conforming.json")],
        "previous": [str(EXAMPLES / "conforming.json")],
        "ruleset": "national",
        "as_of": None,
        "blank_is_zero": ["public_funds"],
    }
    digest = hashlib.sha256((EXAMPLES / "conforming.json").read_bytes()).hexdigest()
    assert found["previous"] == [{"name": "conforming.json", "sha256": digest}]


def test_a_digest_of_rules_is_the_same_on_every_system() -> None:
    assert digest_of("a\r\nb\r\n") == hashlib.sha256(b"a\nb\n").hexdigest()


def test_the_rooms_whose_code_is_digested_are_those_that_judge(tmp_path: Path) -> None:
    """A judgement from the command line to the report loads no room beside them."""
    code = (
        "import sys; from compliance import Checker;"
        f"Checker().check({str(EXAMPLES / 'anhui_county.xlsx')!r});"
        "print(*sorted({n.split('.')[1] for n in sys.modules if n.startswith('compliance.')}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) - {"schemas", "templates", "kinds", "render"} == set(JUDGING)
