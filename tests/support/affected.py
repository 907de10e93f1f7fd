"""The tests that a change may break, as arguments for pytest: what `make affected` runs.

Rooms know only the rooms below them, so a change in a room concerns its own tests and those of every
room above. The floors are those of the import contract in pyproject.toml.

    python -m tests.support.affected [BASE]

BASE is a commit, by default origin/main, or the last commit but one where there is no such branch.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
ALWAYS = "tests/meta"
EVERYTHING = ["tests", "plugins"]
TEXTS = (
    "docs",
    "benchmarks",
    ".ci",
    "README.md",
    "README.zh-CN.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
)
# what is no room, and the lowest room that rests on it
FOUNDATIONS = {"schemas": "facts", "templates": "render", "plugins": "rules"}


def floors() -> list[set[str]]:
    """The rooms from the top floor down."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for contract in project["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers":
            return [{room.strip() for room in floor.split("|")} for floor in contract["layers"]]
    raise LookupError("pyproject.toml has no contract of layers")


def above(room: str) -> list[str]:
    """The room and every room on a higher floor, from the top; empty where there is no such room."""
    found: list[str] = []
    for floor in floors():
        if room in floor:
            return [*found, room]
        found += sorted(floor)
    return []


def affected(changed: Iterable[str]) -> list[str]:
    """Folders and files of tests, for paths of changed files relative to the repository."""
    found = {ALWAYS}
    for path in changed:
        found.update(_touched(PurePosixPath(path)))
    if found.issuperset(EVERYTHING):
        return EVERYTHING
    whole = {place for place in found if not place.endswith(".py")}
    inner = {place for place in found if any(place.startswith(f"{one}/") for one in whole)}
    return sorted(place for place in found - inner if (ROOT / place).exists())


def _touched(path: PurePosixPath) -> Iterator[str]:
    top, *rest = path.parts
    if top in TEXTS:
        return
    if top == "tests" and path.name.startswith("test_"):
        yield str(path)
        return
    inside = len(rest) > 1 and (top == "tests" or rest[0] == "compliance")
    room = rest[top == "src"] if inside and top in ("src", "tests") else FOUNDATIONS.get(top, "")
    rooms = above(room)
    yield from [f"tests/{one}" for one in rooms] or EVERYTHING
    if "rules" in rooms:
        yield "plugins"


def changes(base: str) -> list[str]:
    """Files that differ from where this branch left ``base``, and files that git does not know yet."""
    return [
        *_git("diff", "--name-only", _git("merge-base", base, "HEAD")[0]),
        *_git("ls-files", "--others", "--exclude-standard"),
    ]


def usual_base() -> str:
    """The published main branch, or the commit before this one."""
    known = _git("for-each-ref", "--format=%(refname:short)", "refs/remotes/origin/main")
    return known[0] if known else "HEAD~1"


def _git(*words: str) -> list[str]:
    done = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


if __name__ == "__main__":
    sys.stdout.write(" ".join(affected(changes(*(sys.argv[1:] or [usual_base()])))) + "\n")
