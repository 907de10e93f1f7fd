"""What inputs are called in all that is said of them, and from such a name the way back to the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from compliance.intake.formats.given_names import called
from compliance.intake.formats.standard_input import NAME, is_kept
from compliance.kernel.paths import is_folder, is_there, real


class InputNames:
    """Of files that were asked for, or lie in folders that were.

    A file is called by its way from the folder that was asked for, else by its base name; by its
    whole path as given where another input would be called the same.

    roots: the paths as they were given.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = {root: place for place, root in enumerate(dict.fromkeys(roots))}
        # a way inside → how many of the folders have such a file
        self._holding: dict[str, int] = {}
        self._ways: dict[str, str] = {}

    @cached_property
    def _base_names(self) -> Counter[str]:
        return Counter(root.name for root in self._roots)

    @cached_property
    def _folders(self) -> dict[Path, None]:
        return {root: None for root in self._roots if is_folder(root)}

    @cached_property
    def _called(self) -> dict[str, Path]:
        """The first root of a name, or of a whole path."""
        names = [(name, root) for root in self._roots for name in (root.name, root.as_posix())]
        return dict(reversed(names))

    def name(self, path: Path) -> str:
        """What a file is called."""
        if is_kept(path):
            return NAME
        above = [one for one in path.parents if one in self._roots]
        root = min(above, key=self._roots.__getitem__, default=path.parent)
        inside = path.relative_to(root).as_posix()
        same_file = self._base_names[inside] > (path in self._roots)
        if same_file or self._held_elsewhere(inside, root):
            return _as_given(path)
        return inside

    def _held_elsewhere(self, inside: str, root: Path) -> bool:
        if inside not in self._holding:
            self._holding[inside] = sum(is_there(one / inside) for one in self._folders)
        return self._holding[inside] > (root in self._folders and is_there(root / inside))

    def path(self, name: str) -> str:
        """The file as given that is called so, or in which something is, such as a table of an archive.

        Of several files the first; empty where no input is called so. Standard input is ``-``.
        """
        if name.split("/", 1)[0] == NAME and any(map(is_kept, self._roots)):
            return NAME
        if name not in self._ways:
            first = name.split(", ", maxsplit=1)[0]
            self._ways[name] = next((self._way(one) for one in (name, first) if self._way(one)), "")
        return self._ways[name]

    def _way(self, name: str) -> str:
        for head in _heads(name):
            if head in self._called:
                return _as_given(self._called[head])
            for root in self._folders:
                inside = root / head.removeprefix(f"{root.as_posix()}/")
                if is_there(inside):
                    return _as_given(inside)
        return next((_as_given(one) for one in self._folders if real(one).name == name), "")


def _as_given(path: Path) -> str:
    told = called(path)
    return path.as_posix() if told == str(path) else told


def _heads(name: str) -> Iterator[str]:
    """The name, then what it lies in, outwards."""
    while name:
        yield name
        name = name.rpartition("/")[0]
