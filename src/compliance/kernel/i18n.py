"""The two languages: Chinese for the people who use the program, English by choice.

Every sentence a user reads stands in the code in both languages, side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGES = ("zh", "en")
_current: ContextVar[str] = ContextVar("compliance_language", default="zh")


def lang() -> str:
    """The language in use: ``zh`` or ``en``."""
    return _current.get()


@contextmanager
def use(language: str) -> Iterator[None]:
    """Speak `language` inside the block."""
    token = _current.set(language if language in LANGUAGES else "zh")
    try:
        yield
    finally:
        _current.reset(token)


def pick(zh: str, en: str) -> str:
    """The one of two ready texts that the current language asks for; an empty English falls back."""
    return en if _current.get() == "en" and en else zh


def say(zh: str, en: str, **values: object) -> str:
    """A sentence with its placeholders filled in, in the current language.

    The values are only ever inserted, never read as a format themselves, so that a school called
    ``{0.__class__}`` is printed as it is called.
    """
    return pick(zh, en).format(**values)
