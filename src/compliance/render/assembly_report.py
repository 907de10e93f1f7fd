"""What an assembly of registers is reported by: its problems, what every fact was made of, and a few lines."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, pick, plural, say
from compliance.kernel.labels import problem_words, severity_word
from compliance.registers.assembled import Assembled
from compliance.registers.made_facts import Made
from compliance.registers.tellings import Tellings
from compliance.rules.language.assembly import Definition

_UTF8_MARK = "\ufeff"  # by it Excel knows Chinese text
_SHOWN = 3  # so many problems of a kind are named on the terminal
_FORMULA = ("=", "+", "-", "@")  # how a text begins that a spreadsheet would take for a formula


def problems_table(problems: Iterable[Problem], tellings: Tellings) -> bytes:
    """All problems as a table of text, errors first; at the end how many of a kind are not named."""
    rows: list[Sequence[str]] = [
        (
            severity_word(one.severity), one.code, problem_words(one.code), one.file, one.at,
            one.county_code or "", one.school_code or "", "、".join(one.facts), one.message, one.expected,
        )
        for one in sorted(problems, key=lambda one: one.severity)
    ]  # fmt: skip
    for kind, number in tellings.unnamed():
        more = plural(number, "另有{n}处未逐一列出")
        rows.append(
            (
                severity_word(kind.severity),
                kind.code,
                problem_words(kind.code),
                "",
                "",
                "",
                "",
                "",
                more,
                "",
            )
        )
    head = (
        msg("级别"), msg("代码"), msg("问题"), msg("文件"), msg("位置"), msg("行政区划代码"),
        msg("学校标识码"), msg("数据项"), msg("说明"), msg("应为"),
    )  # fmt: skip
    return _table(head, rows)


def definitions_table(made: Sequence[Made]) -> bytes:
    """Of every fact what it was made of, by whose word, for how many schools, and why not for others."""
    rows = [
        (
            one.fact.name, one.fact.label, one.definition.register, in_words(one.definition),
            one.definition.source, pick(one.definition.note, one.definition.note_en), one.definition.pack,
            str(one.schools), "；".join(f"{problem_words(why)} {n}" for why, n in one.missing.items()),
        )
        for one in made
    ]  # fmt: skip
    head = (
        msg("数据项"), msg("名称"), msg("登记表"), msg("口径"), msg("出处"), msg("说明"), msg("规则集"),
        msg("得出的学校数"), msg("缺失的学校数"),
    )  # fmt: skip
    return _table(head, rows)


def in_words(one: Definition) -> str:
    """A definition as its pack has it, in one line: sum floor_area where kind = gym."""
    made = {"count": "count rows"}.get(one.how, f"{one.how} {one.column}")
    where = [one.where] if isinstance(one.where, Mapping) else one.where
    asked = " or ".join(" and ".join(_tests(table)) for table in where if table)
    told = f"{made} where {asked}" if asked else made
    return f"{told} (everywhere)" if one.everywhere else told


def _tests(table: Mapping[str, object]) -> Iterator[str]:
    for name, wanted in table.items():
        if isinstance(wanted, Mapping):
            yield " and ".join(f"{name} {word} {value}" for word, value in wanted.items())
        elif isinstance(wanted, list):
            yield f"{name} in {', '.join(map(str, wanted))}"
        else:
            yield f"{name} = {str(wanted).lower() if isinstance(wanted, bool) else wanted}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return (_UTF8_MARK + stream.getvalue()).encode()


def _plain(cell: str) -> str:
    """A text that no spreadsheet calculates."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def summary(found: Assembled, read: Sequence[Problem], day: date) -> Iterator[tuple[str, str]]:
    """What is said on the terminal, lines with their severity ("" for none): how much was made, and every
    kind of problem with its first cases. read: what was odd in reading the files.
    """
    facts = len({one.fact.name for one in found.made})
    schools = found.schools.height
    yield "", say("统计时点{day}：{n}所学校，得出{facts}个数据项", day=day, n=schools, facts=facts)
    first: dict[tuple[str, str], list[Problem]] = {}
    counts = Counter((one.severity, one.code) for one in read)
    for one in (*read, *found.tellings.problems):
        first.setdefault((one.severity, one.code), []).append(one)
    for kind, number in found.tellings.counts.items():
        counts[kind.severity, kind.code] += number
    for (severity, code), number in sorted(counts.items()):
        yield severity, f"[{severity_word(severity)}] {problem_words(code) or code}: {number}"
        for one in first[severity, code][:_SHOWN]:
            yield severity, f"  {one.line()}"
        if number > _SHOWN:
            yield severity, f"  {msg('……')}"
