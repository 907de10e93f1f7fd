"""The one door to the terminal: a stream that writes out what a terminal would obey."""

from __future__ import annotations

from typing import Any, BinaryIO, TextIO

from compliance.kernel.terminal_text import harmless, written_out


class Shown:
    """A text stream; all that is written to it is `harmless`, whoever writes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        return self._stream.write(harmless(text))

    def writelines(self, lines: Any) -> None:  # noqa: ANN401 - whatever has texts
        """Write several."""
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - what streams have otherwise
        return getattr(self._stream, name)


class ShownBytes:
    """What takes a file's bytes for a terminal: its text in UTF-8, `written_out` line by line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._rest = stream, b""

    def write(self, data: bytes) -> int:
        """Write the lines that are complete."""
        lines, end, self._rest = (self._rest + data).rpartition(b"\n")
        self._show(lines + end)
        return len(data)

    def finish(self) -> None:
        """Write what is left."""
        self._show(self._rest)

    def _show(self, data: bytes) -> None:
        self._stream.write(written_out(data.decode("utf-8", "backslashreplace")).encode())
