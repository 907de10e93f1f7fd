"""Names of folders and files made from what a county typed: harmless, short, never twice."""

from __future__ import annotations

import re
import unicodedata

from compliance.render.documents.printable import printable

# What no file system of the offices takes, and what could lead out of the folder.
_RESERVED = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_DEVICES = re.compile(r"^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
# A name of 255 bytes is the longest a disk takes; three such parts and a suffix stay below it.
_BYTES = 75


def safe(text: object) -> str:
    """One part of a file name: reserved signs replaced, dots and blanks at its ends gone, cut."""
    name = _RESERVED.sub("_", unicodedata.normalize("NFC", printable(text))).strip(" .　")
    while len(name.encode("utf-8")) > _BYTES:
        name = name[:-1]
    return name.rstrip(" .　")


def joined(*parts: object) -> str:
    """``340199_样县_2023``: the parts that are not empty, made safe."""
    name = "_".join(part for part in map(safe, parts) if part) or "_"
    return f"_{name}" if _DEVICES.match(name) else name


class Names:
    """Hands out names of one folder; two that a disk could take for one get a suffix."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """`name`, or `name_2`, `name_3` … where it is taken."""
        made, number = name, 1
        while self._key(made) in self._taken:
            number += 1
            made = f"{name}_{number}"
        self._taken.add(self._key(made))
        return made

    @staticmethod
    def _key(name: str) -> str:
        return unicodedata.normalize("NFKC", name).casefold()
