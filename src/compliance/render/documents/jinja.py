"""The one place where documents' templates are loaded, and how data is made harmless in them.

Every value that a template prints is escaped for its format, whether or not the template's author
thought of it: HTML by autoescape, Markdown by `finalize`. A school may be called ``<script>``. Whatever
goes wrong in a template is told with its file and line (`PackError`) and costs its document alone.
"""

from __future__ import annotations

import html
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateRuntimeError
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup

from compliance.kernel.errors import JunhengError
from compliance.kernel.i18n import lang, msg, pick, say
from compliance.render.documents import template_files
from compliance.render.documents.sandbox import Sandbox, bounded
from compliance.render.documents.text import visible

_HERE = Path(__file__).parents[2]  # the package: what goes wrong in it is no template's fault
_OURS = ("sandbox.py", "jinja.py")


def loaded(load: Callable[[], Template]) -> Template:
    """The template that `load` gives. Raises PackError where it is not well formed."""
    with _faults(""):
        return load()


def filled(template: Template, **context: object) -> str:
    """The template's text. Raises PackError where it asks for what is not there, or does not end."""
    with _filling(template):
        return template.render(**context)


def pieces(template: Template, rows: int, /, **context: object) -> Iterator[str]:
    """The template's text about so many rows of data, piece by piece; raises what `filled` does."""
    with _filling(template, rows):
        yield from bounded(template.generate(**context))


@contextmanager
def _filling(template: Template, rows: int = 0) -> Iterator[None]:
    """A template is filled about so many rows of data: its steps are counted, what fails names it."""
    sandbox = cast("Sandbox", template.environment)
    with _faults(template.filename or template.name or ""), sandbox.counting(rows):
        yield


@contextmanager
def _faults(name: str) -> Iterator[None]:
    try:
        yield
    except TemplateNotFound as error:
        raise template_files.fault(
            say("找不到模板 {name}", name=error.name), _place(error) or str(error.name)
        ) from error
    except (JunhengError, OSError):
        raise
    except TemplateSyntaxError as error:
        where = f"{error.filename or error.name or name}:{error.lineno}"
        raise template_files.fault(error.message or "", where) from error
    except Exception as error:
        place = _place(error)
        if place is None:
            raise
        raise template_files.fault(_told(error), place or name) from error


def _told(error: Exception) -> str:
    match error:
        case RecursionError():
            return msg("层层调用过深")
        case MemoryError():
            return msg("占用内存过多")
    return str(error) or type(error).__name__


def _place(error: BaseException) -> str | None:
    """``file:line`` of the template where it went wrong; None where our own program did."""
    frames = traceback.extract_tb(error.__traceback__)
    inner = [one for one in frames if Path(one.filename).name not in _OURS]
    if (
        inner
        and Path(inner[-1].filename).is_relative_to(_HERE)
        and inner[-1].filename.endswith(".py")
    ):
        return None
    places = [one for one in frames if not one.filename.endswith(".py")]
    return f"{places[-1].filename}:{places[-1].lineno}" if places else ""


_SPECIAL = re.compile(r"([\\`*_\[\]|~#])")
_BREAKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")


def markdown(value: object) -> str:
    """`value` as inert Markdown text on one line, fit for a table cell; Markup passes as it is."""
    if isinstance(value, Markup):
        return value
    text = visible(_BREAKS.sub(" ", "" if value is None else str(value)))
    return Markup(_SPECIAL.sub(r"\\\1", html.escape(text, quote=False)))  # noqa: S704 - escaped here


def _seen(value: object) -> object:
    """A text without what nobody sees; the page's own, and what is no text, as it is."""
    plain = isinstance(value, str) and not isinstance(value, Markup)
    return visible(cast("str", value)) if plain else value


_HOLE = re.compile(r"\{([^{}]*)\}")


def _source(name: str, template_dirs: Sequence[Path]) -> tuple[str, str, None] | None:
    there = template_files.found(name, template_dirs)
    if there is None:
        return None
    path, content = there
    try:
        return content.decode("utf-8"), path, None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise template_files.fault(msg("不是UTF-8编码"), f"{path}:{line}") from error


def _filled_in(zh: str, en: str, **values: object) -> str:
    """A template's own text in the language asked for: templates carry both, side by side.

    A hole is a name and nothing more: `str.format` would go through attributes and make any width.
    """

    def value(hole: re.Match[str]) -> str:
        if hole[1] not in values:
            raise TemplateRuntimeError(say("say 没有给出 {name}", name=hole[0]))
        return str(values[hole[1]])

    return _HOLE.sub(value, pick(zh, en))


def environment(suffix: str, template_dirs: Sequence[Path] = ()) -> Sandbox:
    """Templates for one format (``md``, ``html``): those of the directories first, then ours.

    In templates: ``t(zh, en)`` picks a ready text, ``say(zh, en, **values)`` fills one in,
    ``lang()`` is the current language.
    """
    made = Sandbox(
        loader=FunctionLoader(partial(_source, template_dirs=template_dirs)),
        autoescape=suffix == "html",
        finalize=_seen if suffix == "html" else markdown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(t=pick, say=_filled_in, lang=lang)
    return made
