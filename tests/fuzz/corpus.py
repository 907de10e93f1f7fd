"""What is changed: the files of `corpus`, each a submission or what stands beside one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.fuzz.mutations import packed, unpacked

CORPUS = Path(__file__).parent / "corpus"
FOUND = "found"
TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
# what stands elsewhere in the repository
ELSEWHERE: Mapping[str, tuple[Path, ...]] = {
    "xls": (TESTS / "data" / "old" / "failing.xls",),
    "template": tuple(
        ROOT / "templates" / name
        for name in ("rectify_county.md", "rectify_county.html", "rectify_school.docx")
    ),
}
Files = Mapping[str, bytes]


@dataclass(frozen=True, eq=False)
class Seed:
    """A file, or a folder of files, by their names in it.

    suffix: of the file; empty for a folder.
    """

    name: str
    suffix: str
    files: Files


@cache
def seeds(target: str) -> tuple[Seed, ...]:
    """What the corpus holds for a target, in the order of the names."""
    found = ELSEWHERE.get(target) or sorted((CORPUS / target).iterdir())
    return tuple(_seed(path) for path in found)


@cache
def good() -> tuple[Path, ...]:
    """Good files: counties that fail, pass, and are undecided."""
    return tuple(sorted((CORPUS / "good").iterdir()))


def _seed(path: Path) -> Seed:
    if path.is_file():
        return Seed(path.name, path.suffix, {path.name: path.read_bytes()})
    return Seed(path.name, "", {one.name: one.read_bytes() for one in sorted(path.iterdir())})


def written(seed: Seed, files: Files, path: Path) -> Path:
    """The files at a path, to which a single one's suffix is added."""
    path = path.with_name(path.name + seed.suffix)
    if seed.suffix:
        (content,) = files.values()
        path.write_bytes(content)
    else:
        path.mkdir()
        for name, content in files.items():
            (path / name).write_bytes(content)
    return path


def is_packed(name: str) -> bool:
    """Whether a file of that name is an archive of members."""
    return name.endswith((".xlsx", ".docx", ".zip"))


def renamed(files: Files, old: str, new: str) -> dict[str, bytes]:
    """The files with a county's code, of six digits and also in those of its schools, another."""
    found = dict(files) if not old else {}
    for name, content in files.items() if old else ():
        if is_packed(name):
            found[name] = packed(
                [(one, _with(inner, old, new)) for one, inner in unpacked(content)]
            )
        else:
            found[name] = _with(content, old, new)
    return found


def _with(content: bytes, old: str, new: str) -> bytes:
    for encoding in ("ascii", "utf-16-le"):
        content = content.replace(old.encode(encoding), new.encode(encoding))
    return content
