"""Mutants that a coverage-guided fuzzer chooses, where atheris is installed:

    python -m tests.fuzz.atheris_target json [-runs=100000] [libFuzzer's other options] [FOLDER]

libFuzzer's bytes are the choices of the mutations, so that what it learns steers structures, not single bytes.
A target is one that is read alone (`READ`, or a form of submissions). A fault ends the run with a traceback; libFuzzer
keeps the bytes of it, and given as FILE they make the same mutant again.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory


class Choices(Random):
    """A source of choices that reads them from bytes; after the last all are the first there is."""

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self._data, self._place = data, 0

    def getrandbits(self, k: int, /) -> int:
        """As many bits as asked for, of the next bytes."""
        many = (k + 7) // 8
        piece = self._data[self._place : self._place + many].ljust(many, b"\0")
        self._place += many
        return int.from_bytes(piece, "big") >> (8 * many - k)

    def random(self) -> float:
        """A number below 1, of the next four bytes."""
        return self.getrandbits(32) / 2**32


def one(target: str, data: bytes) -> None:
    """Try the mutant that the bytes choose; AssertionError where it finds a fault."""
    from tests.fuzz.targets import READ, mutant, read

    name = target if target in READ else f"{target} read"
    with TemporaryDirectory() as folder:
        outcome = read(mutant(name, 0, Choices(data)), Path(folder))
    assert not outcome.is_fault, outcome.told


def main(words: Sequence[str]) -> None:
    """Run libFuzzer; it ends the process."""
    import atheris

    with atheris.instrument_imports(include=["compliance"]):
        from tests.fuzz.targets import READ, SUBMISSIONS
    target, *options = words[1:] or [""]
    if target not in (*READ, *SUBMISSIONS):
        sys.exit(f"{__doc__}\ntargets: {', '.join((*READ, *SUBMISSIONS))}")
    usual = ["-len_control=0", "-max_len=2000"]  # choices: an empty text is one mutant alone
    atheris.Setup([words[0], *usual, *options], lambda data: one(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
