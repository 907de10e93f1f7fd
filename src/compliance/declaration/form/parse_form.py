"""A form's file read: held against its schema, every blank understood, else an error with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import tomli

from compliance.declaration.form.form import Column, Figure, Form, Remark, Row, Table, Words
from compliance.declaration.form.placeholders import Reference, Sentence, parsed, reference
from compliance.kernel.errors import PackError, UsageError, reason
from compliance.kernel.i18n import say
from compliance.rules.language.model import Ruleset
from compliance.rules.language.pack import faults, find_line

FILE = "declaration.toml"
FIGURES = ("count", "sum", "add", "share", "divide", "listed")
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
    """Read one form. Raises PackError with file and line of every fault."""
    try:
        text = path.read_text("utf-8-sig").replace("\r\n", "\n")
        tables = tomli.loads(text, parse_float=Decimal)
    except OSError as error:
        raise PackError(reason(error), where=path.name) from error
    except (UnicodeDecodeError, tomli.TOMLDecodeError, RecursionError, ValueError) as error:
        raise PackError(
            say("不是有效的TOML：{why}", "not valid TOML: {why}", why=error), where=path.name
        ) from error
    found = sorted({*faults("declaration", tables, text), *_uncounted(tables, text)})
    if found:
        told = "\n".join(f"{path.name}:{line}: {message}" for line, message in found)
        raise PackError(
            say("申报表有错误：\n{told}", "the form is faulty:\n{told}", told=told),
            where=path.name,
        )
    return _Reading(path, text).form(tables)


def _uncounted(tables: Node, text: str) -> Iterator[tuple[int, str]]:
    """Figures that are worked out in no way, or in two."""
    figures = tables.get("figure")
    for name, node in figures.items() if isinstance(figures, Mapping) else ():
        if isinstance(node, Mapping) and len(_kinds(node)) != 1:
            yield (
                find_line(text, ["figure", name]),
                say(
                    "figure.{n} 须有且只有一种算法：{all}",
                    "figure.{n} needs exactly one of {all}",
                    n=name,
                    all=", ".join(FIGURES),
                ),
            )


def _kinds(node: Node) -> list[str]:
    return [kind for kind in FIGURES if kind in node]


class _Reading:
    """One file being read that keeps its schema; a blank not understood is named with its line."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text

    def form(self, tables: Node) -> Form:
        head = tables["form"]
        return Form(
            path=self._path,
            text=self._text,
            ruleset=head["for"],
            title=_words(head, "title"),
            lead=self._sentences(head, "lead"),
            blank=head.get("blank", "＿＿"),
            numerals=tuple(head.get("numerals", ())),
            figures={
                name: Figure(name, _kinds(node)[0], dict(node))
                for name, node in tables.get("figure", {}).items()
            },
            tables=tuple(self._table(node) for node in tables["table"]),
        )

    def _table(self, node: Node) -> Table:
        columns = tuple(map(_column, node.get("column", ())))
        return Table(
            key=node["key"],
            kind=node["kind"],
            sheet=_words(node, "sheet"),
            title=_words(node, "title"),
            below=node.get("below", False),
            labels=tuple(map(_column, node.get("label", ()))),
            columns=columns,
            rows=tuple(self._row(one, columns, node["key"]) for one in node.get("row", ())),
            notes=self._sentences(node, "note"),
            met=_words(node, "met", "1"),
            unmet=_words(node, "unmet", "0"),
            rule=node.get("rule", ""),
            bands={stage: Words(one[0], one[-1]) for stage, one in node.get("band", {}).items()},
            remark=_remark(node["remark"]) if "remark" in node else None,
        )

    def _row(self, node: Node, columns: Sequence[Column], key: str) -> Row:
        english = node.get("label_en", ())
        return Row(
            label=tuple(
                Words(one, english[n] if n < len(english) else "")
                for n, one in enumerate(node.get("label", ()))
            ),
            values=tuple(self._values(node, columns, f'key = "{key}"')),
            decimals=int(node["decimals"]) if "decimals" in node else None,
            rule=node.get("rule", ""),
            ordinal=node.get("ordinal", ""),
            sentence=self._sentence(node["text"], node.get("text_en", ""))
            if "text" in node
            else None,
        )

    def _values(self, node: Node, columns: Sequence[Column], at: str) -> Iterator[Reference | None]:
        """A reference a column: listed, or one pattern with the column's ``{of}`` put in."""
        if "value" in node:
            texts = [
                node["value"].replace("{of}", column.of) if column.of else "" for column in columns
            ]
        else:
            texts = node.get("values", ())
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
        english = node.get(f"{name}_en", ())
        return tuple(
            self._sentence(one, english[n] if n < len(english) else "")
            for n, one in enumerate(node.get(name, ()))
        )

    def _sentence(self, zh: str, en: str) -> Sentence:
        with self._faults(zh):
            chinese = parsed(zh)
        with self._faults(en):
            return Sentence(chinese, parsed(en))

    @contextmanager
    def _faults(self, at: str) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            raise self._error(str(error), at) from error

    def _error(self, what: str, at: str) -> PackError:
        line = self._text.count("\n", 0, max(self._text.find(at), 0)) + 1
        return PackError(what, where=f"{self._path.name}:{line}")


def _column(node: Node) -> Column:
    return Column(
        heading=_words(node, "heading"),
        group=_words(node, "group"),
        code=node.get("code", ""),
        width=float(node.get("width", 16)),
        decimals=int(node.get("decimals", 0)),
        value=node.get("value", ""),
        of=node.get("of", ""),
    )


def _remark(node: Node) -> Remark:
    return Remark(*(_words(node, name) for name in ("met", "near", "short", "open")))


def _words(node: Node, name: str, default: str = "") -> Words:
    return Words(node.get(name, default), node.get(f"{name}_en", ""))
