"""From what a problem is said of, back to the file as given and the line in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.intake.cell_locations import text_positions
from compliance.intake.formats.input_names import InputNames
from compliance.intake.formats.json_positions import positions
from tests.support.nonempty import nonempty

TEXT = """{
  "format": "x", "county": {"year": 2023,
    "na\\u0041me/~": "甲"},
  "schools": [
    {"code": 1},
    {"code": 1e400, "code": 2, "sizes": [3,
      99999999999999999999999]}
  ]
}"""


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("/format", (2, 3)),
        ("/county/year", (2, 29)),
        ("/county/naAme~1~0", (3, 5)),
        ("/county/absent/deeper", (2, 18)),
        ("/schools/0", (5, 5)),
        ("/schools/1/code", (6, 21)),  # of a key given twice the last counts
        ("/schools/1/sizes/1", (7, 7)),
        ("/schools/9/code", (4, 3)),
        ("/nowhere", (1, 1)),
    ],
)
def test_lines_of_json(pointer: str, place: tuple[int, int]) -> None:
    assert positions(TEXT, [pointer, "/schools"])[pointer] == place


def test_what_is_no_json_has_the_places_before_its_fault() -> None:
    assert positions('{\n "a": 1,\n "b": }', ["/a", "/b/c"]) == {"/a": (2, 2), "/b/c": (3, 2)}
    assert positions("", ["/a"]) == {"/a": (1, 1)}


plain = st.text(st.characters(codec="utf-8"), max_size=3)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3),
)


@given(documents, st.sampled_from([None, 1]))
def test_every_value_is_found_where_it_was_written(document: Any, indent: int | None) -> None:
    """Each value is marked by a text of its own, which is then searched for."""
    marked: dict[str, str] = {}

    def mark(value: Any, here: str) -> Any:
        if isinstance(value, dict):
            steps = {key: key.replace("~", "~0").replace("/", "~1") for key in value}
            return {key: mark(one, f"{here}/{steps[key]}") for key, one in value.items()}
        if isinstance(value, list):
            return [mark(one, f"{here}/{place}") for place, one in enumerate(value)]
        marked[here] = f"mark {len(marked)}."
        return marked[here]

    text = json.dumps(mark(document, ""), indent=indent, ensure_ascii=False)
    found = positions(text, marked)
    astray = []
    for pointer, written in marked.items():  # of an empty document none
        line, column = found[pointer]
        rest = "\n".join(text.split("\n")[line - 1 :])[column - 1 :]
        value, _ = json.JSONDecoder().raw_decode(rest)
        behind = rest[len(json.dumps(value, ensure_ascii=False)) :]
        # a member stands where its key does
        if value != written and not behind.startswith(f": {json.dumps(written)}"):
            astray.append(pointer)
    assert astray == []


def test_lines_of_files(tmp_path: Path) -> None:
    (table := tmp_path / "schools.CSV").write_text("a,b\n1,2\n", "utf-8")
    (damaged := tmp_path / "a.json").write_bytes(b"\xff\xfe{}")
    assert text_positions(table, ["B2", "AA13", "第2行"]) == {"B2": (2, None), "AA13": (13, None)}
    assert text_positions(damaged, ["/a"]) == {}
    assert text_positions(tmp_path / "gone.json", ["/a"]) == {}
    assert text_positions(tmp_path / "a.xlsx", ["学校!B2"]) == {}


def test_names_lead_back_to_the_paths_as_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("一/数据.json", "二/数据.json", "夹/里/表.zip", "夹/单.xlsx", "另/单.xlsx"):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    roots = [Path("一/数据.json"), Path("二/数据.json"), Path("夹"), Path("另/单.xlsx")]
    names = InputNames(roots)
    called = {
        "一/数据.json": "一/数据.json",  # another has the base name
        "二/数据.json": "二/数据.json",
        "夹/里/表.zip": "里/表.zip",
        "夹/单.xlsx": "夹/单.xlsx",
        "另/单.xlsx": "另/单.xlsx",
    }
    for given_path, name in nonempty(called.items()):
        assert (names.name(Path(given_path)), names.path(name)) == (name, given_path)
    assert names.path("里/表.zip/counties.csv") == "夹/里/表.zip"
    assert names.path("夹") == "夹"
    assert names.path("单.json, 数据.json") == ""
    assert names.path("none.json") == ""
    alone = InputNames([Path("一/数据.json")])
    assert (alone.name(Path("一/数据.json")), alone.path("数据.json")) == (
        "数据.json",
        "一/数据.json",
    )


def test_a_name_costs_no_look_at_every_other_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred folders of tables: each is asked once whether it holds a table of a name, not a hundred times."""
    roots = [tmp_path / f"{number}" for number in range(100)]
    for root in roots:
        root.mkdir()
        (root / "counties.csv").touch()
    looked: list[Path] = []
    is_file = Path.is_file

    def counted(path: Path) -> bool:
        looked.append(path)
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", counted)
    names = InputNames(roots)
    for root in nonempty(roots):
        assert names.name(root / "counties.csv") == (root / "counties.csv").as_posix()
    assert len(looked) <= 2 * len(roots)
