"""A form's file read: every field known, every blank understood, else an error with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias, cast

import tomli

from compliance.declaration.blanks import Reference, Sentence, parsed, reference
from compliance.declaration.form import Column, Figure, Form, Remark, Row, Table, Words
from compliance.errors import PackError, UsageError, reason
from compliance.rule import Ruleset
from compliance.words import say

FILE = "declaration.toml"
FIGURES = ("count", "sum", "add", "share", "divide", "listed")
_FIGURE = {
    "count": {"where"}, "sum": {"from", "where"}, "add": set(), "share": set(),
    "divide": {"by"}, "listed": {"subject", "field", "take", "numerals"},
}  # fmt: skip
_FORM = {"for", "title", "lead", "blank", "numerals", "source", "note"}
_TABLE = {
    "key", "kind", "sheet", "title", "below", "label", "column", "row", "note", "met", "unmet",
    "rule", "band", "remark",
}  # fmt: skip
_COLUMN = {"heading", "group", "code", "width", "decimals", "value", "of"}
_ROW = {"label", "values", "value", "decimals", "rule", "ordinal", "text"}
_KINDS = ("grid", "units", "clauses")
Node: TypeAlias = Mapping[str, Any]


def form_for(rules: Ruleset) -> Form:
    """The nearest form among the rule set's templates that is for one of its layers.

    Raises UsageError where there is none, PackError where it is wrong.
    """
    for folder in rules.template_dirs:
        if (folder / FILE).is_file():
            form = read_form(folder / FILE)
            if form.ruleset in rules.layers:
                return form
    raise UsageError(
        say("规则集“{id}”没有申报表", "rule set '{id}' has no declaration form", id=rules.id),
        todo=say(
            "请用 --ruleset 换一个规则集，或由插件提供 templates/{file}",
            "choose another --ruleset, or let its plugin offer templates/{file}",
            file=FILE,
        ),
    )


def read_form(path: Path) -> Form:
    """Read one form. Raises PackError with file and line."""
    try:
        text = path.read_text("utf-8-sig").replace("\r\n", "\n")
        tables = tomli.loads(text, parse_float=Decimal)
    except OSError as error:
        raise PackError(reason(error), where=path.name) from error
    except (UnicodeDecodeError, tomli.TOMLDecodeError, RecursionError) as error:
        raise PackError(
            say("不是有效的TOML：{why}", "not valid TOML: {why}", why=error), where=path.name
        ) from error
    return _Reading(path, text).form(tables)


class _Reading:
    """One file being read; every complaint names its line."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text

    def form(self, tables: Node) -> Form:
        self._fields(tables, {"form", "figure", "table"}, "")
        head = self._part(tables, "form")
        self._fields(head, _FORM, "[form]", twins=True)
        return Form(
            path=self._path,
            text=self._text,
            ruleset=str(self._part(head, "for")),
            title=self._words(head, "title"),
            lead=self._sentences(head, "lead"),
            blank=str(head.get("blank", "＿＿")),
            numerals=tuple(map(str, head.get("numerals", ()))),
            figures={
                name: self._figure(name, node) for name, node in tables.get("figure", {}).items()
            },
            tables=tuple(self._table(node) for node in self._part(tables, "table")),
        )

    def _figure(self, name: str, node: Node) -> Figure:
        kinds = [kind for kind in FIGURES if kind in node]
        if len(kinds) != 1:
            raise self._error(
                say(
                    "{n} 须有且只有一种算法：{all}",
                    "{n} needs exactly one of {all}",
                    n=name,
                    all=", ".join(FIGURES),
                ),
                f"[figure.{name}]",
            )
        self._fields(node, {kinds[0], *_FIGURE[kinds[0]]}, f"[figure.{name}]")
        return Figure(name, kinds[0], dict(node))

    def _table(self, node: Node) -> Table:
        key = str(self._part(node, "key"))
        at = f'key = "{key}"'
        self._fields(node, _TABLE, at, twins=True)
        kind = str(self._part(node, "kind", at))
        if kind not in _KINDS:
            raise self._error(say("没有种类 {k}", "no kind '{k}'", k=kind), at)
        columns = tuple(self._column(one, at) for one in node.get("column", ()))
        remark = node.get("remark")
        return Table(
            key=key,
            kind=kind,
            sheet=self._words(node, "sheet", at),
            title=self._words(node, "title", at),
            below=bool(node.get("below", False)),
            labels=tuple(self._column(one, at) for one in node.get("label", ())),
            columns=columns,
            rows=tuple(self._row(one, columns, at) for one in node.get("row", ())),
            notes=self._sentences(node, "note"),
            met=self._words(node, "met", at, "1"),
            unmet=self._words(node, "unmet", at, "0"),
            rule=str(node.get("rule", "")),
            bands={
                stage: Words(str(one[0]), str(one[-1]))
                for stage, one in node.get("band", {}).items()
            },
            remark=None
            if remark is None
            else Remark(
                *(self._words(remark, name, at) for name in ("met", "near", "short", "open"))
            ),
        )

    def _column(self, node: Node, at: str) -> Column:
        self._fields(node, _COLUMN, at, twins=True)
        return Column(
            heading=self._words(node, "heading", at),
            group=self._words(node, "group", at, ""),
            code=str(node.get("code", "")),
            width=float(node.get("width", 16)),
            decimals=int(node.get("decimals", 0)),
            value=str(node.get("value", "")),
            of=str(node.get("of", "")),
        )

    def _row(self, node: Node, columns: Sequence[Column], at: str) -> Row:
        self._fields(node, _ROW, at, twins=True)
        text = node.get("text")
        label, english = node.get("label", ()), node.get("label_en", ())
        return Row(
            label=tuple(
                Words(str(one), str(english[n]) if n < len(english) else "")
                for n, one in enumerate(label)
            ),
            values=tuple(self._values(node, columns, at)),
            decimals=None if "decimals" not in node else int(node["decimals"]),
            rule=str(node.get("rule", "")),
            ordinal=str(node.get("ordinal", "")),
            sentence=None
            if text is None
            else self._sentence(str(text), str(node.get("text_en", ""))),
        )

    def _values(self, node: Node, columns: Sequence[Column], at: str) -> Iterator[Reference | None]:
        """A reference a column: listed, or one pattern with the column's ``{of}`` put in."""
        if "value" in node:
            texts = [
                str(node["value"]).replace("{of}", column.of) if column.of else ""
                for column in columns
            ]
        else:
            texts = [str(one) for one in node.get("values", ())]
        if texts and len(texts) != len(columns):
            raise self._error(
                say(
                    "一行应有{n}个值，写了{m}个",
                    "a row of {n} columns has {m} values",
                    n=len(columns),
                    m=len(texts),
                ),
                at,
            )
        for text in texts:
            with self._faults(text or at):
                yield reference(text) if text else None

    def _sentences(self, node: Node, name: str) -> tuple[Sentence, ...]:
        texts, english = node.get(name, ()), node.get(f"{name}_en", ())
        return tuple(
            self._sentence(str(one), str(english[n]) if n < len(english) else "")
            for n, one in enumerate(texts)
        )

    def _sentence(self, zh: str, en: str) -> Sentence:
        with self._faults(zh):
            chinese = parsed(zh)
        with self._faults(en):
            return Sentence(chinese, parsed(en))

    def _words(self, node: Node, name: str, at: str = "", default: str | None = None) -> Words:
        zh = node.get(name, default) if default is not None else self._part(node, name, at)
        return Words(str(zh), str(node.get(f"{name}_en", "")))

    def _part(self, node: Node, name: str, at: str = "") -> Any:  # noqa: ANN401 - a TOML value
        if name not in node:
            raise self._error(say("缺少 {n}", "{n} is missing", n=name), at)
        return node[name]

    def _fields(self, node: Node, known: set[str], at: str, *, twins: bool = False) -> None:
        allowed = known | ({f"{name}_en" for name in known} if twins else set())
        for name in node:
            if name not in allowed:
                near = difflib.get_close_matches(name, allowed, n=1)
                todo = say("是否指 {n}？", "did you mean {n}?", n=near[0]) if near else ""
                raise self._error(
                    say("没有字段 {n}", "no field '{n}'", n=name), f"{name} =" if at else name, todo
                )

    @contextmanager
    def _faults(self, at: str) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            raise self._error(str(error), at) from error

    def _error(self, what: str, at: str, todo: str = "") -> PackError:
        line = self._text.count("\n", 0, max(self._text.find(at), 0)) + 1
        return PackError(what, where=f"{self._path.name}:{line}", todo=todo)


def settings_list(figure: Figure) -> list[str]:
    """The names that an ``add`` or ``share`` figure is made of."""
    return [str(one) for one in cast("Sequence[object]", figure.settings[figure.kind])]
