"""A declaration form as its file declares it, checked and parsed: the form as data.

A sentence has blanks, parsed strictly, never evaluated: ``超过规定的班级{over:X1@primary}个``.

    {reference}      a whole number
    {reference|2}    two decimals
    {reference|t}    as typed

A reference is a name (a figure of the form, else a fact, tally or indicator of the county) or
``kind:RULE``, with ``.part`` and ``@stage`` where they apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import cattrs
import tomli
from cattrs.gen import make_dict_structure_fn, override

from compliance.kernel.errors import PackError, UsageError, reason
from compliance.kernel.i18n import lang, pick, say
from compliance.kernel.submission import COMPULSORY
from compliance.rules.language.conditions import Where
from compliance.rules.language.pack import faults, find_line
from compliance.rules.language.ruleset import Ruleset

FILE = "declaration.toml"
FIGURES = ("count", "sum", "add", "share", "divide", "listed")
KINDS = ("value", "mean", "met", "failing", "share", "units", "over", "average", "note")
TYPED = -1  # in place of a number of decimals: as typed
_BLANK = re.compile(r"\{([^{}]*)\}")
_REFERENCE = re.compile(
    r"(?:(?P<kind>[a-z]+):)?(?P<name>[A-Za-z][A-Za-z0-9_+-]*)"
    r"(?:\.(?P<part>[a-z][a-z0-9_]*))?(?:@(?P<stage>[a-z]+))?"
)


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str = ""

    def __str__(self) -> str:
        return pick(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class FigureReference:
    """What a blank asks for. kind: one of KINDS, empty for a plain name."""

    kind: str
    name: str
    part: str = ""
    stage: str = ""

    def __str__(self) -> str:
        kind, part = f"{self.kind}:" if self.kind else "", f".{self.part}" if self.part else ""
        return f"{kind}{self.name}{part}{f'@{self.stage}' if self.stage else ''}"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A place to fill in; decimals: TYPED for a figure as typed."""

    reference: FigureReference
    decimals: int = 0


Piece = str | Placeholder


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in both languages, parsed."""

    zh: tuple[Piece, ...]
    en: tuple[Piece, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Those of the current language; an empty English falls back."""
        return self.en if self.en and lang() == "en" else self.zh


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column: a heading below the group's, and the code printed below both.

    value: what a table of units shows in it; of: what stands for ``{of}`` in the rows of a grid.
    width: millimetres on paper.
    """

    heading: Words
    group: Words = Words("")
    code: str = ""
    width: float = 16
    decimals: int = 0
    value: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of a grid (labels, and a reference a column) or of clauses (a rule and its sentence).

    values: None where a cell is not asked for. also: wordings of the sentence that a county's own
    form may have, with the same blanks in the same order.
    """

    label: tuple[Words, ...] = ()
    values: tuple[FigureReference | None, ...] = ()
    decimals: int | None = None
    rule: str = ""
    ordinal: str = ""
    text: Sentence | None = None
    also: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitRemark:
    """What the remark of a unit says; ``{names}`` is where the codes go.

    met, near (reaches the floor), short (below it), open (cannot be told).
    """

    met: Words
    near: Words
    short: Words
    open: Words


@dataclass(frozen=True, slots=True)
class FormTable:
    """One table. kind: grid, units or clauses. below: it goes on the sheet of the table before.

    rule: in a table of units the rule whose units are listed. met, unmet: what stands for them.
    """

    key: str
    kind: str
    sheet: Words
    title: Words
    below: bool = False
    labels: tuple[FormColumn, ...] = ()
    columns: tuple[FormColumn, ...] = ()
    rows: tuple[FormRow, ...] = ()
    notes: tuple[Sentence, ...] = ()
    met: Words = Words("1")
    unmet: Words = Words("0")
    rule: str = ""
    bands: Mapping[str, Words] = field(default_factory=dict)
    remark: UnitRemark | None = None


@dataclass(frozen=True, slots=True)
class FormFigure:
    """A figure the form counts or works out itself: a field of FIGURES says how, the rest go with it.

    count, total: of the rows of `scope` (school, unit, or a rule's subjects) where `where` holds.
    add, share, divide: of other figures. listed: a field of the entries of its subjects.
    """

    count: str = ""
    total: str = ""
    scope: str = "school"
    where: Where = field(default_factory=dict)
    add: tuple[str, ...] = ()
    share: tuple[str, ...] = ()
    divide: str = ""
    by: Decimal = Decimal(1)
    listed: str = ""
    subject: tuple[str, ...] = ()
    field: str = ""
    take: str = "least"
    numerals: bool = False

    @property
    def members(self) -> tuple[str, ...]:
        """The figures it is worked out from."""
        return self.add or self.share or ((self.divide,) if self.divide else ())


@dataclass(frozen=True, slots=True)
class DeclarationForm:
    """A declaration form for the rule set `ruleset` and whatever extends it.

    lead: at the head of every page. cover, signature: the lines below the title of the cover, and
    those below the last table. note: what is not known of the official form. blank: what stands where nothing can be written. numerals: how whole numbers from 0 are written
    where a figure asks for it.
    """

    path: Path
    source: str
    ruleset: str
    title: Words
    lead: tuple[Sentence, ...]
    cover: tuple[Sentence, ...]
    signature: tuple[Sentence, ...]
    note: Words
    blank: str
    numerals: tuple[str, ...]
    figures: Mapping[str, FormFigure]
    tables: tuple[FormTable, ...]

    def unknown(self, what: str, *places: str) -> PackError:
        """What the form asks for and the rule set lacks; places: where it stands, if not by that name."""
        said = say("申报表提到规则集没有的 {what}", what=what)
        return self.fault(said, *(places or (what,)))

    def fault(self, what: str, *places: str) -> PackError:
        """An error on the line of the first of `places` that the file has."""
        return PackError(what, where=f"{self.path.name}:{_line(self.source, *places)}")


def form_for(rules: Ruleset) -> DeclarationForm:
    """The nearest form among the rule set's templates that is for one of its layers.

    Raises UsageError where there is none, PackError where it is wrong.
    """
    for folder in rules.template_dirs:
        if (folder / FILE).is_file():
            form = read_form(folder / FILE)
            if form.ruleset in rules.layers:
                return form
    raise UsageError(
        say("规则集“{id}”没有申报表", id=rules.id),
        todo=say("请用 --ruleset 换一个规则集，或由插件提供 templates/{file}", file=FILE),
    )


def read_form(path: Path) -> DeclarationForm:
    """Read one form. Raises PackError with file and line of every fault."""
    try:
        text = path.read_text("utf-8-sig").replace("\r\n", "\n")
        tables = tomli.loads(text, parse_float=Decimal)
    except OSError as error:
        raise PackError(reason(error), where=path.name) from error
    except (RecursionError, ValueError, ArithmeticError) as error:
        raise PackError(say("不是有效的TOML：{why}", why=error), where=path.name) from error
    found = sorted({*faults("declaration", tables, text), *_uncounted(tables, text)})
    if found:
        told = "\n".join(f"{path.name}:{line}: {message}" for line, message in found)
        raise PackError(say("申报表有错误：\n{told}", told=told), where=path.name)
    head = {
        "numerals": (),
        "blank": "＿＿",
        "note": "",
        "lead": (),
        "cover": (),
        "signature": (),
        **_paired(tables["form"]),
    }
    nodes = {
        **head,
        "path": path,
        "source": text,
        "ruleset": head["for"],
        "figures": tables.get("figure", {}),
        "tables": _paired(tables["table"]),
    }
    try:
        return _CONVERTER.structure(nodes, DeclarationForm)
    except _UnclearError as error:
        raise PackError(str(error), where=f"{path.name}:{_line(text, error.at)}") from error


def _line(text: str, *words: str) -> int:
    """The line on which the first of `words` that the text has stands; 1 where it has none."""
    places = [place for one in words if (place := text.find(one)) >= 0]
    return text.count("\n", 0, places[0]) + 1 if places else 1


def _uncounted(tables: Mapping[str, Any], text: str) -> Iterator[tuple[int, str]]:
    """Figures that are worked out in no way, or in two."""
    figures = tables.get("figure")
    for name, node in figures.items() if isinstance(figures, Mapping) else ():
        if isinstance(node, Mapping) and sum(kind in node for kind in FIGURES) != 1:
            yield (
                find_line(text, ["figure", name]),
                say("figure.{n} 须有且只有一种算法：{all}", n=name, all=", ".join(FIGURES)),
            )


def reference(text: str) -> FigureReference:
    """Parse a reference. Raises ValueError with a sentence where it is not one."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise ValueError(say("看不懂“{t}”", t=text))
    kind, stage = found["kind"] or "", found["stage"] or ""
    if kind and kind not in KINDS:
        raise ValueError(say("“{t}”：没有“{k}”，可用 {all}", t=text, k=kind, all=", ".join(KINDS)))
    if stage and stage not in COMPULSORY:
        raise ValueError(say("“{t}”：没有学段“{s}”", t=text, s=stage))
    if not kind and (found["part"] or stage):
        raise ValueError(say("“{t}”：缺少种类，如 value:", t=text))
    return FigureReference(kind, found["name"], found["part"] or "", stage)


def parsed(text: str) -> tuple[Piece, ...]:
    """The words and blanks of a sentence. Raises ValueError where a blank is not understood."""
    pieces: list[Piece] = []
    for number, inside in enumerate(_BLANK.split(text)):  # words and insides of blanks by turns
        if number % 2:
            asked, _, form = inside.partition("|")
            if form not in ("", "t") and not (form.isdigit() and len(form) == 1):
                raise ValueError(say("“{t}”：| 之后应为一位数字或 t", t=f"{{{inside}}}"))
            decimals = TYPED if form == "t" else int(form or 0)
            pieces.append(Placeholder(reference(asked), decimals))
        elif "{" in inside or "}" in inside:
            raise ValueError(say("“{t}”：花括号不成对", t=inside))
        elif inside:
            pieces.append(inside)
    return tuple(pieces)


class _UnclearError(ValueError):
    """A text that is not understood; at: what to look for to find its line."""

    def __init__(self, what: str, at: str) -> None:
        super().__init__(what)
        self.at = at


def _paired(node: Any) -> Any:  # noqa: ANN401 - a TOML value
    """Every text beside its English one: ``title`` and ``title_en`` become a title of two."""
    if isinstance(node, list):
        return [_paired(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    made = {name: _paired(value) for name, value in node.items()}
    for name, value in node.items():
        english = node.get(f"{name}_en")
        if isinstance(value, list) and english is not None:
            more = [*english, *[""] * len(value)]
            made[name] = [[one, more[n]] for n, one in enumerate(value)]
        elif english is not None:
            made[name] = [value, english]
    return made


def _words(value: str | Sequence[str], _: type) -> Words:
    return Words(value) if isinstance(value, str) else Words(*value)


def _sentence(value: str | Sequence[str], _: type) -> Sentence:
    texts = (value,) if isinstance(value, str) else value
    return Sentence(*(_understood(text, parsed) for text in texts))


def _understood(text: str, parse: Any) -> Any:  # noqa: ANN401 - whatever is parsed
    try:
        return parse(text)
    except ValueError as error:
        raise _UnclearError(str(error), text) from error


def _values(row: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    """A reference a column: listed, or one pattern with the column's ``{of}`` put in."""
    texts = row.get("values", ())
    if "value" in row:
        names = [column.get("of", "") for column in columns]
        texts = [row["value"].replace("{of}", name) if name else "" for name in names]
    if texts and len(texts) != len(columns):
        raise _UnclearError(
            say("一行应有{n}个值，写了{m}个", n=len(columns), m=len(texts)), f'key = "{key}"'
        )
    return [text or None for text in texts]


def _converter() -> cattrs.Converter:
    """What makes a form of TOML's tables; raises _UnclearError as it is."""
    made = cattrs.Converter(detailed_validation=False)
    made.register_structure_hook(Decimal, lambda value, _: Decimal(value))
    made.register_structure_hook(Path, lambda value, _: value)
    made.register_structure_hook(Words, _words)
    made.register_structure_hook(Sentence, _sentence)
    made.register_structure_hook(FigureReference, lambda text, _: _understood(text, reference))
    made.register_structure_hook_func(lambda kind: kind == Where, lambda value, _: value)
    made.register_structure_hook(
        FormFigure,
        make_dict_structure_fn(
            FormFigure, made, total=override(rename="sum"), scope=override(rename="from")
        ),
    )
    table = make_dict_structure_fn(FormTable, made)

    def renamed(node: Mapping[str, Any], kind: type) -> FormTable:
        columns, rows = node.get("column", ()), node.get("row", ())
        lists = {
            "labels": node.get("label", ()),
            "columns": columns,
            "rows": [{**row, "values": _values(row, columns, node["key"])} for row in rows],
            "notes": node.get("note", ()),
            "bands": node.get("band", {}),
        }
        return table({**node, **lists}, kind)

    made.register_structure_hook(FormTable, renamed)
    return made


_CONVERTER = _converter()
