"""Filling a template; a fault in one is a wrong rule pack, told with its file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jinja2 import Template, TemplateError
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError

from compliance.errors import PackError
from compliance.words import say


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
        raise _fault(str(error.name), say("找不到模板", "no such template")) from error
    except TemplateSyntaxError as error:
        place = f"{error.filename or error.name or name}:{error.lineno}"
        raise _fault(place, error.message or "") from error
    except TemplateError as error:
        raise _fault(name, error.message or type(error).__name__) from error


def _fault(where: str, what: str) -> PackError:
    return PackError(
        say("模板有误：{what}", "faulty template: {what}", what=what),
        where,
        say(
            "请改正省级插件中的模板，或删去它以使用内置模板。",
            "Correct the template of the plugin, or remove it to use the bundled one.",
        ),
    )
