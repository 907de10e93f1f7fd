"""Jinja's sandbox, with an end: a template that would run or grow without one is stopped.

Jinja's own keeps templates from what is not theirs (attributes such as ``__class__``, changing the
data). Here what they do is counted as well: steps of loops, calls, inclusions; and how long a text
may become.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Any, cast

from jinja2 import Template, TemplateRuntimeError, TemplateSyntaxError, nodes
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from compliance.kernel.i18n import msg

STEPS = 3_000_000  # of one document; the largest of ours takes some ten thousand
_OF_A_MACRO = 10
_LONGEST = 100_000_000  # letters of a document
_GREATEST = 1_000_000  # letters or entries that a single operation may make
_POWER = 64
# What makes a text of any length, or runs as long as a number says, or lets a value grow step by step.
_FILTERS = ("batch", "center", "format", "indent", "pprint", "replace", "slice", "wordwrap")
_METHODS = frozenset(
    (
        "center",
        "expandtabs",
        "format",
        "format_map",
        "ljust",
        "replace",
        "rjust",
        "translate",
        "zfill",
    )
)
_GLOBALS = ("lipsum", "cycler", "joiner", "namespace")


class _Metered:
    """What a loop runs over, each step counted."""

    def __init__(self, sandbox: Sandbox, items: Iterable[Any]) -> None:
        self._sandbox, self._items = sandbox, items

    def __iter__(self) -> Iterator[Any]:
        for one in self._items:
            self._sandbox.step()
            yield one

    def __len__(self) -> int:
        if isinstance(self._items, Sized):
            return len(self._items)
        raise TypeError


class _Counting(NodeTransformer):
    """Puts the counting into a template's tree."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - Jinja's own name
        """A loop over what is counted."""
        if node.recursive:
            raise TemplateSyntaxError(msg("不支持 recursive"), node.lineno)
        self.generic_visit(node)
        node.iter = _passed_to("metered", cast("nodes.Expr", node.iter))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Expr:  # noqa: N802
        """A text put together that is not too long."""
        self.generic_visit(node)
        return _passed_to("limited", node)


def _passed_to(name: str, node: nodes.Expr) -> nodes.Expr:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment whose templates come to an end. One document at a time is filled in it."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Jinja's own
        super().__init__(**options)
        self._left = STEPS
        for name in _FILTERS:
            self.filters.pop(name, None)
        for name in _GLOBALS:
            self.globals.pop(name, None)
        self.filters["metered"] = lambda items: _Metered(self, items)
        self.filters["limited"] = _limited

    @contextmanager
    def counting(self) -> Iterator[None]:
        """One document: its steps are counted from here."""
        before, self._left = self._left, STEPS
        try:
            yield
        finally:
            self._left = before

    def step(self, many: int = 1) -> None:
        """So many steps more. Raises TemplateRuntimeError where there were too many."""
        self._left -= many
        if self._left < 0:
            raise TemplateRuntimeError(msg("步数过多，没有结束"))

    def concat(self, pieces: Iterable[str]) -> str:
        """The pieces of a text together."""
        whole, length = [], 0
        for piece in pieces:
            length += len(piece)
            if length > _LONGEST:
                raise TemplateRuntimeError(msg("文字过长"))
            whole.append(piece)
        return "".join(whole)

    def call(self, context: Context, obj: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """A call of a macro or function, counted."""
        self.step(_OF_A_MACRO if isinstance(obj, Macro) else 1)
        return super().call(context, obj, *args, **options)

    def get_template(self, *args: Any, **options: Any) -> Template:  # noqa: ANN401 - Jinja's own
        """A template, or one that another includes, counted."""
        self.step()
        return super().get_template(*args, **options)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Arithmetic whose result is not too large."""
        pair = (left, right)
        sized = [len(one) for one in pair if isinstance(one, (str, list, tuple))]
        counts = [abs(one) for one in pair if isinstance(one, (int, float))]
        too_much = {
            "*": bool(sized and counts) and sized[0] * counts[0] > _GREATEST,
            "**": any(one > _GREATEST for one in counts) or counts[-1:] > [_POWER],
            "%": isinstance(left, str),
            "+": sum(sized) > _GREATEST,
        }
        if too_much[operator]:
            raise TemplateRuntimeError(msg("结果过大"))
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401
        """Whether a template may have it: nothing of Python's own, no text of any length."""
        grows = isinstance(obj, str) and attr in _METHODS
        return not grows and super().is_safe_attribute(obj, attr, value)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        try:
            _Counting().visit(tree)
        except TemplateSyntaxError as error:
            error.name, error.filename = name, filename
            raise
        return tree


def _limited(text: Any) -> Any:  # noqa: ANN401 - text or Markup
    if len(text) > _GREATEST:
        raise TemplateRuntimeError(msg("文字过长"))
    return text
