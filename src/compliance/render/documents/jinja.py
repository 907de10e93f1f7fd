"""The one place where documents' templates are loaded, and how data is made harmless in them.

Every value that a template prints is escaped for its format, whether or not the template's author
thought of it: HTML by autoescape, Markdown by `finalize`. A school may be called ``<script>``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    Template,
    TemplateError,
)
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from compliance.kernel.errors import PackError
from compliance.kernel.i18n import lang, msg, pick, say


def loaded(load: Callable[[], Template]) -> Template:
    """The template that `load` gives. Raises PackError where it is not well formed."""
    with _faults(""):
        return load()


def filled(template: Template, **context: object) -> str:
    """The template's text. Raises PackError where it asks for what is not there."""
    with _faults(template.name or ""):
        return template.render(**context)


@contextmanager
def _faults(name: str) -> Iterator[None]:
    try:
        yield
    except TemplateNotFound as error:
        raise _fault(str(error.name), msg("找不到模板")) from error
    except TemplateSyntaxError as error:
        place = f"{error.filename or error.name or name}:{error.lineno}"
        raise _fault(place, error.message or "") from error
    except TemplateError as error:
        raise _fault(name, error.message or type(error).__name__) from error


def _fault(where: str, what: str) -> PackError:
    return PackError(
        say("模板有误：{what}", what=what),
        where,
        msg("请改正省级插件中的模板，或删去它以使用内置模板。"),
    )


_SPECIAL = re.compile(r"([\\`*_\[\]|~#])")
_BREAKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")


def markdown(value: object) -> str:
    """`value` as inert Markdown text on one line, fit for a table cell; Markup passes as it is."""
    if isinstance(value, Markup):
        return value
    text = _BREAKS.sub(" ", "" if value is None else str(value))
    return Markup(_SPECIAL.sub(r"\\\1", html.escape(text, quote=False)))  # noqa: S704 - escaped here


def _bundled(name: str) -> str | None:
    try:
        return files("compliance.templates").joinpath(name).read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        return None


def _filled_in(zh: str, en: str, **values: object) -> str:
    """A template's own text in the language asked for: templates carry both, side by side."""
    return pick(zh, en).format(**values)


def environment(suffix: str, template_dirs: Sequence[Path] = ()) -> SandboxedEnvironment:
    """Templates for one format (``md``, ``html``): a province's directories first, then ours.

    In templates: ``t(zh, en)`` picks a ready text, ``say(zh, en, **values)`` fills one in,
    ``lang()`` is the current language.
    """
    loaders: list[BaseLoader] = [FileSystemLoader(template_dirs)] if template_dirs else []
    made = SandboxedEnvironment(
        loader=ChoiceLoader([*loaders, FunctionLoader(_bundled)]),
        autoescape=suffix == "html",
        finalize=None if suffix == "html" else markdown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(t=pick, say=_filled_in, lang=lang)
    return made
