"""The tests themselves: a folder for every room, what `make quick` leaves out, what a change concerns."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.affected import EVERYTHING, affected, floors
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for top in ("tests", "plugins")
    for path in (ROOT / top).rglob("*.py")
    if "src" not in path.parts
)
# mark → the program's word, or whence it is run
TOOLS = {
    "wheel": '"wheel"', "office": '"soffice"', "browser": "from tests.support.browser import"
}  # fmt: skip


def test_every_room_has_its_tests_and_no_folder_is_without_a_room() -> None:
    rooms = {room for floor in floors() for room in floor} - {
        "kinds",
        "testing",
    }  # faces, not rooms
    folders = {path.parent.name for path in nonempty((ROOT / "tests").glob("*/test_*.py"))}
    assert folders == rooms | {"meta", "cases", "fuzz"}


def test_quick_leaves_out_every_mark() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    marks = [line.partition(":")[0] for line in project["tool"]["pytest"]["ini_options"]["markers"]]
    (line,) = [
        line
        for line in (ROOT / "Makefile").read_text("utf-8").splitlines()
        if "profile=quick" in line
    ]
    assert f'-m "not ({" or ".join(marks)})"' in line


def test_what_starts_another_program_is_marked() -> None:
    for mark, word in TOOLS.items():
        users = [
            path for path in FILES if word in path.read_text("utf-8") and path != Path(__file__)
        ]
        for path in nonempty(users):
            assert f"pytest.mark.{mark}\n" in path.read_text("utf-8"), path.name


def test_every_slow_test_exists() -> None:
    names = nonempty((ROOT / "tests" / "slow.txt").read_text("utf-8").split())
    assert names == sorted(set(names)), "make slow"
    for name in nonempty(names):
        file, *_, function = name.split("::")
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        known = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        made = {ast.unparse(one.targets[0]) for one in tree.body if isinstance(one, ast.Assign)}
        assert function in known | made, (
            f"{name}: make slow"
        )  # a pack's cases are made, not written


@pytest.mark.parametrize(
    ("changed", "wanted", "unwanted"),
    [
        ("src/compliance/kernel/errors.py", {"tests/cli", "tests/kernel", "plugins"}, set()),
        ("src/compliance/cli/check.py", {"tests/cli"}, {"tests/render", "plugins"}),
        ("src/compliance/explain/text/cells.py", {"tests/explain", "tests/cli"}, {"tests/checker"}),
        ("schemas/school.schema.json", {"tests/facts", "tests/rules", "plugins"}, {"tests/kernel"}),
        ("templates/report.html", {"tests/render", "tests/cli"}, {"tests/engine"}),
        ("tests/render/fixture.py", {"tests/render", "tests/declaration"}, {"tests/engine"}),
        ("tests/rules/test_history.py", {"tests/rules/test_history.py"}, {"tests/rules"}),
        ("src/compliance/__init__.py", set(EVERYTHING), set()),
        ("tests/support/court.py", set(EVERYTHING), set()),
        ("pyproject.toml", set(EVERYTHING), set()),
        ("README.md", {"tests/meta"}, {"tests/cli"}),
    ],
)
def test_a_change_concerns_its_room_and_those_above(
    changed: str, wanted: set[str], unwanted: set[str]
) -> None:
    found = set(affected([changed]))
    assert wanted <= found
    assert not unwanted & found


# ── loops that assert ───────────────────────────────────────────────────────

KEEPING = {"enumerate", "sorted", "reversed", "list", "tuple", "set"}  # as many as they are given
VIEWS = {"items", "keys", "values"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_loop_that_asserts_has_something_to_assert_of(path: Path) -> None:
    """A literal, a module's constant, or `nonempty(…)`: a loop over nothing would pass."""
    tree = ast.parse(path.read_text("utf-8"))
    constants = dict(_constants(tree))
    loose = [
        f"{line}: {ast.unparse(items)}"
        for line, items in _looped(tree)
        if not _full(items, constants)
    ]
    assert not loose


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (
                (target.id, node.value) for target in targets if isinstance(target, ast.Name)
            )


def _looped(tree: ast.Module) -> Iterator[tuple[int, ast.expr]]:
    """Every `for` with an assertion in it, and every `assert all(… for …)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and any(
            isinstance(inner, ast.Assert) for step in node.body for inner in ast.walk(step)
        ):
            yield node.lineno, node.iter
        elif isinstance(node, ast.Assert):
            for call in ast.walk(node.test):
                if isinstance(call, ast.Call) and _name(call) == "all":
                    (argument,) = call.args
                    if isinstance(argument, ast.GeneratorExp):
                        yield node.lineno, argument.generators[0].iter


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _full(items: ast.expr, constants: Mapping[str, ast.expr]) -> bool:
    """Whether the loop has at least one round, as far as the source tells."""
    match items:
        case ast.Tuple() | ast.List() | ast.Set():
            return any(
                _full(one.value, constants) if isinstance(one, ast.Starred) else True
                for one in items.elts
            )
        case ast.Dict():
            return bool(items.keys)
        case ast.Constant():
            return bool(items.value)
        case ast.Name():
            rest = {name: value for name, value in constants.items() if name != items.id}
            return items.id in constants and _full(constants[items.id], rest)
        case ast.Call(func=ast.Attribute(value=whole, attr=attr)) if attr in VIEWS:
            return _full(whole, constants)
        case ast.Call():
            return _full_call(items, constants)
    return False


def _full_call(call: ast.Call, constants: Mapping[str, ast.expr]) -> bool:
    name, full = _name(call), [_full(argument, constants) for argument in call.args]
    if name == "range":
        return all(isinstance(one, ast.Constant) for one in call.args)
    if name == "zip":
        strict = any(
            word.arg == "strict" and ast.unparse(word.value) == "True" for word in call.keywords
        )
        return any(full) if strict else all(full)
    return name == "nonempty" or (name in KEEPING and full[0])
