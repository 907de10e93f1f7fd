"""The two languages: Chinese for the people who use the program, English by choice.

A message stands in the code in Chinese and is its own key; its English stands in the catalogue
``locale/en/LC_MESSAGES/compliance.po``. What was said once can be said again in the other language.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from pathlib import Path
from typing import Any, Self, TypeVar

LANGUAGES = ("zh", "en")
DOMAIN = "compliance"
LOCALE = Path(__file__).parents[1] / "locale"
_current: ContextVar[str] = ContextVar("compliance_language", default="zh")


_T = TypeVar("_T")


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


def once_a_language(make: Callable[[], _T]) -> Callable[[], _T]:
    """What is made of words alone, made once for each language in which it is asked for."""
    made: dict[str, _T] = {}

    @wraps(make)
    def asked() -> _T:
        language = lang()
        if language not in made:
            made[language] = make()
        return made[language]

    return asked


class Text(str):
    """A message as said in one language, which remembers what it says: `in_language` says it again.

    message: the Chinese text, the catalogue's key. english: a pack's own, which has no catalogue.
    values: what its placeholders were filled with, None where it has none. context: what tells it
    from a like one. amount: what its plural hangs on. language: that in which it is said.
    """

    __slots__ = ("amount", "context", "english", "language", "message", "values")
    message: str
    context: str
    values: Mapping[str, object] | None
    amount: int | None
    english: str | None
    language: str

    def __new__(
        cls,
        message: str,
        values: Mapping[str, object] | None = None,
        context: str = "",
        count: int | None = None,
        english: str | None = None,
    ) -> Self:
        """Say it in the current language."""
        language = lang()
        template = _translated(message, context, count, english)
        if values is not None:
            known = {
                name: in_language(one, language) if isinstance(one, Text) else one
                for name, one in values.items()
            }
            template = template.format(**known)
        made = super().__new__(cls, template)
        made.language = language
        made.message, made.values, made.english = message, values, english
        made.context, made.amount = context, count
        return made

    def __add__(self, other: str) -> Text:
        """Both, and the whole can be said again."""
        return Text("{a}{b}", {"a": self, "b": other})

    def __radd__(self, other: str) -> Text:
        return Text("{a}{b}", {"a": other, "b": self})

    def join(self, parts: Iterable[str]) -> Text:
        """The parts with this text between them, and the whole can be said again."""
        told = list(parts)
        values = {f"p{place}": part for place, part in enumerate(told)}
        return Text("{s}".join(f"{{{name}}}" for name in values), {**values, "s": self})

    def __getnewargs__(self) -> Any:  # noqa: ANN401
        return self.message, self.values, self.context, self.amount, self.english

    def __getstate__(self) -> None:
        """Nothing beside: a text that is unpickled is said anew, in the language spoken there."""


def say(message: str, **values: object) -> str:
    """A sentence with its placeholders filled in, in the current language.

    The values are only ever inserted, never read as a format themselves, so that a school called
    ``{0.__class__}`` is printed as it is called.
    """
    return Text(message, values)


def msg(message: str) -> str:
    """A ready text, in the current language; its braces, if it has any, are its own."""
    return Text(message)


def msg_in(context: str, message: str) -> str:
    """`msg` where one Chinese text has several English ones: the context tells them apart."""
    return Text(message, context=context)


def plural(count: int, message: str, **values: object) -> str:
    """`say` whose English form hangs on a count; ``{n}`` is the count."""
    return Text(message, {"n": count, **values}, count=count)


def pick(zh: str, en: str) -> str:
    """The one of two texts of a pack that the language asks for; an empty English falls back."""
    return Text(zh, english=en or zh)


def in_language(text: str, language: str) -> str:
    """The same text in a language; what is no message (a name, a figure) stays as it is."""
    if not isinstance(text, Text) or text.language == language:
        return text
    with use(language):
        return Text(text.message, text.values, text.context, text.amount, text.english)


def _translated(message: str, context: str, count: int | None, english: str | None) -> str:
    if lang() == "zh":
        return message
    if english is not None:
        return english
    if not message:  # the catalogue's key for its own head
        return ""
    known = _catalogue()
    if count is not None:
        return known.ngettext(message, message, count)
    return known.pgettext(context, message) if context else known.gettext(message)


@cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, languages=["en"])
