"""Jinja's sandbox, with an end: a template that would run or grow without one is stopped.

Jinja's own keeps templates from names with an underscore and from changing the data. Here they have
of Python's own values only what is named below, of others what this program hands them (a path or a
table of the library's could read and write files), and no text is a format. What they do is counted:
steps of loops, calls, inclusions, and what filters, operators and comparisons go through; and how
large a value may become.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from datetime import date, time
from fractions import Fraction
from functools import wraps
from numbers import Number
from typing import Any, cast

from jinja2 import Template, TemplateError, TemplateRuntimeError, TemplateSyntaxError, nodes
from jinja2.filters import make_attrgetter
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from compliance.kernel.i18n import msg

STEPS = 1_000_000  # of one document, and besides
OF_A_ROW = 2_000  # for each row of the data that it is about; the report takes some 550 a school
_OF_A_MACRO = 10
_LETTERS = 50  # that are gone through in a step
_ENTRY = 10  # letters: what an entry of a list weighs, which takes a step
_LONGEST = 100_000_000  # letters of a document
_GREATEST = 5_000_000  # letters of one value, those of the lists in it too
_POWER = 64
_BITS = 10_000  # of a whole number
_CODES = 256  # templates whose code is kept
# Those that take time and room as what they are given; others make a text of any length from a number.
_FILTERS = (
    "abs", "attr", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "first", "float",
    "forceescape", "groupby", "int", "items", "join", "last", "length", "list", "lower", "map", "max",
    "min", "reject", "rejectattr", "reverse", "round", "safe", "select", "selectattr", "sort", "string",
    "sum", "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode", "wordcount",
)  # fmt: skip
_GLOBALS = ("dict", "range")
# What a template may ask of Python's own values, by the first kind that fits.
_OF_VALUES: Mapping[type | tuple[type, ...], frozenset[str]] = {
    str: frozenset(
        ("capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha",
         "isdecimal", "isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper", "lower",
         "lstrip", "partition", "removeprefix", "removesuffix", "rfind", "rindex", "rpartition",
         "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper")
    ),
    Number: frozenset(("denominator", "is_integer", "numerator")),
    (date, time): frozenset(
        ("date", "day", "hour", "isoformat", "isoweekday", "minute", "month", "second", "strftime",
         "time", "weekday", "year")
    ),
}  # fmt: skip
_OF_COLLECTIONS = frozenset(("count", "get", "index", "items", "keys", "values"))
_KNOWN = ("compliance", "jinja2")  # whose classes' public attributes are there
_NESTED = (list, tuple, set, frozenset, dict)
_LONG: tuple[type, ...] = (range, type({}.keys()), type({}.values()), type({}.items()))
_WEIGHTY = (str, *_NESTED, *_LONG)

# Code by what it is made from: the options of its sandbox, its text and its name.
_CODE: dict[tuple[object, ...], Any] = {}


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

    def _made(self, node: nodes.Expr) -> nodes.Expr:
        """What is put together is not too large."""
        self.generic_visit(node)
        ours = getattr(node, "ctx", "load") == "load"
        return _passed_to("weighed", node) if ours else node

    visit_Concat = visit_List = visit_Tuple = visit_Dict = _made  # noqa: N815 - Jinja's own names

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:  # noqa: N802
        """A slice is a copy."""
        made = self._made(node)
        return made if isinstance(node.arg, nodes.Slice) else node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Expr:  # noqa: N802
        """A comparison goes through both sides."""
        self.generic_visit(node)
        node.expr = _weighed(node.expr)
        for one in node.ops:
            one.expr = _weighed(one.expr)
        return node


def _passed_to(name: str, node: nodes.Expr) -> nodes.Expr:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _weighed(node: nodes.Expr) -> nodes.Expr:
    return node if isinstance(node, nodes.Const) else _passed_to("weighed", node)


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment whose templates come to an end. One document at a time is filled in it."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Jinja's own
        super().__init__(**options)
        self._left = STEPS
        self._style = tuple(options[name] for name in sorted(options) if name != "loader")
        known: dict[str, Callable[..., Any]] = {name: self.filters[name] for name in _FILTERS}
        known |= {"join": _join(known["join"]), "round": _round(known["round"])}
        known |= {"sum": _sum(known["sum"]), "tojson": _tojson(known["tojson"])}
        self.filters = {name: self._metered(one) for name, one in known.items()}
        self.filters["metered"] = lambda items: _Metered(self, items)
        self.filters["weighed"] = self.weighed
        tests = cast("dict[str, Callable[..., Any]]", self.tests)
        self.tests = {name: self._metered(one) for name, one in tests.items()}
        self.globals = {name: self.globals[name] for name in _GLOBALS}

    @contextmanager
    def counting(self, rows: int = 0) -> Iterator[None]:
        """One document, about so many rows of data: its steps are counted from here."""
        before, self._left = self._left, STEPS + rows * OF_A_ROW
        try:
            yield
        finally:
            self._left = before

    def step(self, many: int = 1) -> None:
        """So many steps more. Raises TemplateRuntimeError where there were too many."""
        self._left -= many
        if self._left < 0:
            raise TemplateRuntimeError(msg("步数过多，没有结束"))

    def weighed(self, value: Any) -> Any:  # noqa: ANN401
        """The value, gone through once. Raises TemplateRuntimeError where it is too large."""
        self.step(_weight(value) // (_LETTERS if isinstance(value, str) else _ENTRY))
        return value

    def _metered(self, called: Callable[..., Any]) -> Callable[..., Any]:
        """A filter or test: what it is given is gone through, what it makes is weighed."""

        @wraps(called)
        def counted(*given: Any, **named: Any) -> Any:  # noqa: ANN401
            self.step()
            for one in (*given, *named.values()):
                self.weighed(one)
            return self.weighed(called(*given, **named))

        return counted

    def concat(self, pieces: Iterable[str]) -> str:
        """The pieces of a text together."""
        return "".join(bounded(pieces))

    def call(self, context: Context, obj: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """A call of a macro or function, counted."""
        if isinstance(obj, Macro):
            self.step(_OF_A_MACRO)
            return super().call(context, obj, *args, **options)
        self.step()
        for one in (getattr(obj, "__self__", None), *args):
            self.weighed(one)
        return self.weighed(super().call(context, obj, *args, **options))

    def get_template(self, *args: Any, **options: Any) -> Template:  # noqa: ANN401 - Jinja's own
        """A template, or one that another includes, counted."""
        self.step()
        return super().get_template(*args, **options)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Arithmetic whose result is not too large."""
        pair = (left, right)
        sized = [len(one) for one in pair if isinstance(one, (str, *_NESTED))]
        counts = [abs(one) for one in pair if isinstance(one, (int, float))]
        too_much = {
            "*": (bool(sized and counts) and sized[0] * counts[0] > _GREATEST)
            or sum(map(_bits, pair)) > _BITS,
            "**": any(one > _GREATEST for one in counts) or counts[-1:] > [_POWER],
            "%": isinstance(left, str),
            "+": sum(sized) > _GREATEST,
        }
        if too_much[operator]:
            raise TemplateRuntimeError(msg("结果过大"))
        return self.weighed(super().call_binop(context, operator, left, right))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401
        """Whether a template may have it: of Python's own only what is named, of others what is handed to it."""
        if not super().is_safe_attribute(obj, attr, value):
            return False
        for kind, names in _OF_VALUES.items():
            if isinstance(obj, kind):
                return attr in names
        ours = type(obj).__module__.partition(".")[0].partition("_")[0] in _KNOWN
        return ours or (isinstance(obj, (Mapping, *_NESTED)) and attr in _OF_COLLECTIONS)

    def wrap_str_format(self, value: Any) -> None:  # noqa: ANN401
        """No text is a format: Jinja's own would offer `str.format`, which makes texts of any width."""

    def compile(self, source: Any, name: Any = None, *more: Any, **options: Any) -> Any:  # noqa: ANN401
        """The code of a template, made once a process; what Python cannot make of it (too deep, too large) is a fault of its own."""
        key = (self._style, source, name, more, tuple(options.items()))
        if isinstance(source, str) and key in _CODE:
            return _CODE[key]
        try:
            code = super().compile(source, name, *more, **options)
        except TemplateError:
            raise
        except Exception as error:
            told = str(error) if type(error) is ValueError else msg("嵌套过深")
            filename = options.get("filename", (*more, None)[0])
            raise TemplateSyntaxError(told, _deepest(self, source), name, filename) from error
        if isinstance(source, str):
            while len(_CODE) >= _CODES:
                del _CODE[next(iter(_CODE))]
            _CODE[key] = code
        return code

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        try:
            _Counting().visit(tree)
        except TemplateSyntaxError as error:
            error.name, error.filename = name, filename
            raise
        return tree


def _deepest(sandbox: Sandbox, source: str) -> int:
    """The line at which a template is nested deepest, or at which its reading ends."""
    parser = Parser(sandbox, source)
    try:
        tree = parser.parse()
    except Exception:  # that for which it is looked for
        return parser.stream.current.lineno
    deepest, waiting = (0, 1), list[tuple[nodes.Node, int]]([(tree, 0)])
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, (depth, node.lineno or 1))
        waiting += ((one, depth + 1) for one in node.iter_child_nodes())
    return deepest[1]


def bounded(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a document. Raises TemplateRuntimeError where they become too long."""
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > _LONGEST:
            raise TemplateRuntimeError(msg("文字过长"))
        yield piece


def _weight(value: Any) -> int:  # noqa: ANN401
    """The letters of a value and what its entries cost, those of the lists in it too. Raises TemplateRuntimeError beyond the bound."""
    if _bits(value) > _BITS:
        raise TemplateRuntimeError(msg("结果过大"))
    waiting: list[Any] = [value] if isinstance(value, _WEIGHTY) else []
    total = 0
    while waiting:
        one = waiting.pop()
        total += len(one) if isinstance(one, str) else _ENTRY * len(one)
        if isinstance(one, _NESTED):
            waiting += [entry for entry in one if isinstance(entry, _WEIGHTY)]
        if isinstance(one, dict):
            waiting += [entry for entry in one.values() if isinstance(entry, _WEIGHTY)]
        if total > _GREATEST:
            raise TemplateRuntimeError(msg("结果过大"))
    return total


def _bits(value: Any) -> int:  # noqa: ANN401
    """Of a whole number or a fraction."""
    if not isinstance(value, (int, Fraction)):
        return 0
    return value.numerator.bit_length() + value.denominator.bit_length()


def _join(join: Callable[..., str]) -> Callable[..., str]:
    """Jinja's `join` of no more than is allowed."""

    @wraps(join)
    def joined(context: Any, value: Any, d: Any = "", attribute: Any = None) -> str:  # noqa: ANN401
        if attribute is not None:
            value = map(make_attrgetter(context.environment, attribute), value)
        return join(context, _short_together(value, len(str(d))), d)

    return joined


def _short_together(items: Iterable[Any], apart: int) -> Iterator[Any]:
    length = 0
    for one in items:
        length += _weight(one) + apart
        if length > _GREATEST:
            raise TemplateRuntimeError(msg("文字过长"))
        yield one


def _round(rounded: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(rounded)
    def bounded_(value: Any, precision: int = 0, method: Any = "common") -> Any:  # noqa: ANN401
        if abs(precision) > _POWER:
            raise TemplateRuntimeError(msg("结果过大"))
        return rounded(value, precision, method)

    return bounded_


def _sum(summed: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja's `sum`, of numbers: lists would be copied again and again."""

    @wraps(summed)
    def of_numbers(environment: Any, iterable: Any, attribute: Any = None, start: Any = 0) -> Any:  # noqa: ANN401
        if isinstance(start, (str, *_NESTED)):
            raise TemplateRuntimeError(msg("sum 只用于数"))
        return summed(environment, iterable, attribute, start)

    return of_numbers


def _tojson(written: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(written)
    def bounded_(context: Any, value: Any, indent: int | None = None) -> Any:  # noqa: ANN401
        if (indent or 0) > _POWER:
            raise TemplateRuntimeError(msg("结果过大"))
        return written(context, value, indent)

    return bounded_
