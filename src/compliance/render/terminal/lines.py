"""The sheet that a terminal summary is written on."""

from __future__ import annotations

from compliance.assessment.figures import SIGNS
from compliance.render.documents.printable import printable
from compliance.render.documents.text_width import wrap

_BOLD, _RED, _GREEN, _YELLOW, _END = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"
_COLOURS = {"✓": _GREEN, "✗": _RED, "!": _RED, "?": _YELLOW}


class Lines:
    """Wrapped lines of at most `width` columns; `colour` adds emphasis and never meaning."""

    def __init__(self, width: int, colour: bool) -> None:
        self.width, self.colour = width, colour
        self._lines: list[str] = []

    def head(self, text: str) -> None:
        """A heading, with a blank line before it."""
        if self._lines:
            self._lines.append("")
        self._lines += [self._paint(line, _BOLD) for line in wrap(printable(text), self.width)]

    def line(self, text: str = "") -> None:
        """A paragraph at the margin; a blank line without `text`."""
        self._lines += wrap(printable(text), self.width) if text else [""]

    def item(self, text: str) -> None:
        """A point of a list."""
        self._lines += wrap(printable(text), self.width, "  ", "    ")

    def state(self, status: str, text: str, indent: str = "  ", hanging: str = "    ") -> None:
        """A line that begins with the sign of a state; words for it must stand in `text`.

        `text` is laid out already and safe to print.
        """
        sign = SIGNS.get(status, "?")
        first, *more = wrap(f"{sign} {text}", self.width, indent, hanging)
        painted = self._paint(sign, _COLOURS.get(sign, ""))
        self._lines += [first.replace(sign, painted, 1), *more]

    def row(self, text: str) -> None:
        """A line of a table, already laid out; `text` must be safe to print."""
        self._lines.append(text)

    def text(self) -> str:
        """Everything written so far."""
        return "\n".join(self._lines)

    def _paint(self, text: str, code: str) -> str:
        return f"{code}{text}{_END}" if self.colour and code else text
