"""The house: its rooms, each with a face, nothing loose; a name for one thing; kinds speak for themselves."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.affected import floors
from tests.support.nonempty import nonempty

PACKAGE = Path(__file__).parents[2] / "src" / "compliance"
ROOMS = {
    "kernel", "facts", "rules", "intake", "engine", "assessment", "plugins", "render", "checker",
    "explain", "declaration", "authoring", "cli", "ledger", "collection", "registers",
}  # fmt: skip
LOOSE = {"__init__.py", "__main__.py", "kinds.py", "py.typed", "testing.py"}
DATA = {"locale"}  # catalogues: no code
FILES = sorted(PACKAGE.rglob("*.py"))
KINDS = {
    "threshold", "dispersion", "mean", "most", "all", "attested", "elapsed", "listed", "within",
}  # fmt: skip
FACE = (re.compile(r"\bIn(:| comes?\b)"), re.compile(r"\b[Oo]ut(:| goe?s?\b)"))


def rooms() -> dict[str, Path]:
    inside = nonempty(path for path in PACKAGE.iterdir() if path.name not in DATA | {"__pycache__"})
    return {path.name: path for path in inside if path.is_dir()}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def test_the_rooms_and_nothing_loose() -> None:
    assert set(rooms()) == ROOMS
    assert {path.name for path in PACKAGE.iterdir() if path.is_file()} <= LOOSE
    assert not [path for path in FILES if path.relative_to(PACKAGE).parts[0] in DATA]


def test_the_contract_knows_every_room_on_nine_floors_at_most() -> None:
    assert {room for floor in floors() for room in floor} - {"kinds", "testing"} == set(rooms())
    assert len(floors()) <= 9


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_has_a_face_that_says_what_comes_in_and_what_goes_out(room: str) -> None:
    face = ast.get_docstring(parsed(rooms()[room] / "__init__.py")) or ""
    assert face
    assert all(said.search(face) for said in FACE)


def test_no_class_name_stands_for_two_things() -> None:
    defined: dict[str, list[str]] = defaultdict(list)
    for path in FILES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                defined[node.name].append(str(path.relative_to(PACKAGE)))
    twice = {name: files for name, files in defined.items() if len(files) > 1}
    assert len(defined) > 100
    assert twice == {}


def test_a_room_asks_a_kind_and_never_its_name() -> None:
    asked = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in FILES
        if path.parent != PACKAGE / "engine" / "kinds"
        for line in _comparisons(parsed(path))
    ]
    assert not asked


def _comparisons(tree: ast.Module) -> Iterator[int]:
    """Lines on which something's `kind` is compared with the name of a kind of rule."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Attribute) and side.attr == "kind" for side in sides):
                words = {
                    one.value
                    for side in sides
                    for one in ast.walk(side)
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
                if words & KINDS:
                    yield node.lineno


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports for type checkers and those inside functions count: a circle of ideas is one too."""
    modules = {_module(path): path for path in FILES}
    imports = {name: set(_imported(name, path, modules)) for name, path in modules.items()}
    assert sum(map(len, imports.values())) > len(modules)
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1][::-1]))


def _module(path: Path) -> str:
    parts = ("compliance", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(name: str, path: Path, modules: Collection[str]) -> Iterator[str]:
    """The modules that one names in any of its imports."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for one in node.names:
                inner = f"{node.module}.{one.name}"
                found = inner if inner in modules else node.module
                if found in modules and found != name:
                    yield found
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name in modules)
