"""A mapping as people keep it: a TOML file, or the workbook in which it is confirmed.

format = "junheng-mapping/1"
confirmed_by = "张三"
confirmed_on = 2025-10-12

[[table]]
record = "schools"                                # a table of the contract
title = "办学条件统计表"
[table.columns]
"小学/在校生数" = "primary_students"               # heading, its parts joined by "/" = fact
"教学仪器设备资产值(万元)" = { fact = "equipment_value", unit = "万元" }
"图书（册）" = "ignore"
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from compliance.facts.units import as_printed
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import SHEETS, TABLE_OF, table_named
from compliance.intake.formats.side_table import SideCell, read_side_table
from compliance.intake.own_tables.mapping import WORDS, Assigned, Layout, TableMapping
from compliance.kernel.errors import UsageError, reason, suggestion
from compliance.kernel.i18n import msg, say
from compliance.kernel.limited_read import read_limited

FORMAT = "junheng-mapping/1"
MAX_BYTES = 1 << 20
SHEET = "列对应"
# key of a column of the workbook → its heading
HEADINGS: Mapping[str, str] = {
    "record": "哪类表",
    "heading": "表头",
    "fact": "确认为",
    "unit": "表上的单位",
    "assumed": "表上没写时的单位",
    "file": "文件",
    "sheet": "工作表",
    "title": "表题",
}
SIGNED_BY, SIGNED_ON = "确认人", "确认日期"
_DAY = re.compile(r"([0-9]{4})[^0-9]+([0-9]{1,2})[^0-9]+([0-9]{1,2})(?:日| 00:00:00)?")
_TABLE_KEYS = ("record", "title", "file", "sheet", "columns")
_COLUMN_KEYS = ("fact", "unit", "assumed")
_NAMES = {own: word for word, own in reversed(WORDS.items())}


def read_mapping(path: Path) -> TableMapping:
    """The mapping in a TOML file or a workbook; UsageError naming every fault with its place."""
    try:
        data = read_limited(path, MAX_BYTES)
    except OSError as error:
        raise UsageError(
            say("列对应关系无法读取：{why}", why=reason(error)), where=str(path)
        ) from error
    found = _of_text(data, path) if path.suffix.lower() == ".toml" else _of_workbook(path)
    sha256 = hashlib.sha256(data).hexdigest()
    return TableMapping(found.layouts, str(path), found.confirmed_by, found.confirmed_on, sha256)


# ── TOML ───────────────────────────────────────────────────────────────────────────────


def _of_text(data: bytes, path: Path) -> TableMapping:
    import tomli

    try:
        text = data.decode("utf-8-sig")
        tables = tomli.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            say("列对应关系不是有效的TOML：{why}", why=error), where=path.name
        ) from error
    faults = list(_faults(tables))
    if faults:
        raise UsageError(
            say(
                "列对应关系有误：\n{told}", told="\n".join(f"{path.name}: {one}" for one in faults)
            ),
            todo=msg("写法见 docs/own-tables.md"),
        )
    layouts = [
        Layout(
            one["record"],
            {
                heading: _assigned(value, text, heading, path)
                for heading, value in one["columns"].items()
            },
            *(one.get(name, "") for name in ("title", "file", "sheet")),
        )
        for one in tables["table"]
    ]
    return TableMapping(
        tuple(layouts), "", tables.get("confirmed_by", ""), tables.get("confirmed_on")
    )


def _assigned(value: Any, text: str, heading: str, path: Path) -> Assigned:  # noqa: ANN401 - TOML's
    told = value if isinstance(value, dict) else {"fact": value}
    quoted = json.dumps(heading, ensure_ascii=False)
    lines = (n for n, line in enumerate(text.splitlines(), 1) if line.startswith(quoted))
    return Assigned(
        told["fact"], told.get("unit", ""), told.get("assumed", ""),
        place=f"{path.name}:{next(lines, 1)}",
    )  # fmt: skip


def _faults(tables: Mapping[str, Any]) -> Iterator[str]:
    if tables.get("format") != FORMAT:
        yield say('format 应为 "{f}"', f=FORMAT)
    if not isinstance(tables.get("confirmed_by", ""), str):
        yield say("{name} 应为{kind}", name="confirmed_by", kind=msg("文字"))
    day = tables.get("confirmed_on")
    if day is not None and type(day) is not date:
        yield say("{name} 应为{kind}", name="confirmed_on", kind=msg("日期，如 2026-11-01"))
    for name in sorted(set(tables) - {"format", "confirmed_by", "confirmed_on", "table"}):
        yield say("不认识 {name}", name=name)
    layouts = tables.get("table")
    if not isinstance(layouts, list) or not all(isinstance(one, dict) for one in layouts):
        yield msg("没有 [[table]]")
        return
    for place, one in enumerate(layouts, 1):
        for told in _table_faults(one):
            yield say("第{n}个 [[table]]：{told}", n=place, told=told)


def _table_faults(one: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(one.get("record"), str) or one["record"] not in TABLE_OF:
        yield say("record 应为{known}之一", known=", ".join(TABLE_OF))
    for name in ("title", "file", "sheet"):
        if not isinstance(one.get(name, ""), str):
            yield say("{name} 应为{kind}", name=name, kind=msg("文字"))
    for name in sorted(set(one) - set(_TABLE_KEYS)):
        yield say("不认识 {name}", name=name) + suggestion(name, _TABLE_KEYS)
    columns = one.get("columns")
    if not isinstance(columns, dict) or not columns:
        yield msg("没有 [table.columns]")
        return
    for heading, value in columns.items():
        told = value if isinstance(value, dict) else {"fact": value}
        texts = all(isinstance(text, str) for text in told.values())
        if "fact" not in told or not texts or set(told) - set(_COLUMN_KEYS):
            yield say("“{h}”应写成一个数据项，或写明 fact、unit、assumed（都是文字）", h=heading)


def as_text(mapping: TableMapping, words: Vocabulary) -> str:
    """The mapping as TOML, with what people need to know of it in comments."""
    day = mapping.confirmed_on
    lines = [
        "# 列对应关系：各县自己的表，哪一列是哪个数据项。由 compliance import 写出，可以手改，下年沿用。",
        "# 表头写全路径，各级之间用 / 分开；等号右边写数据项的名称（见 docs/reference/facts.md）或其中文表头。",
        '# "ignore" 不使用；"by_type" 按办学类型归入小学或初中；"" 尚待确认（不使用）。',
        "# unit 表上写的单位；assumed 表上没有写、由确认人说明的单位。表的版式变了（表头增、减、移动、换单位），整表不再套用。",
        f"format = {_quoted(FORMAT)}",
        f"confirmed_by = {_quoted(mapping.confirmed_by)}",
        *([] if day is None else [f"confirmed_on = {day.isoformat()}"]),
    ]
    for layout in mapping.layouts:
        facts = words.tables[TABLE_OF[layout.record]]
        lines += ["", "[[table]]", f"record = {_quoted(layout.record)}  # {SHEETS[layout.record]}"]
        told = {name: getattr(layout, name) for name in ("title", "file", "sheet")}
        lines += [f"{name} = {_quoted(text)}" for name, text in told.items() if text]
        lines.append("[table.columns]")
        for heading, one in layout.columns.items():
            fact = facts.get(one.fact)
            named = fact.title if fact else _NAMES.get(one.fact, "")
            lines.append(f"{_quoted(heading)} = {_value(one)}" + (f"  # {named}" if named else ""))
    return "\n".join(lines) + "\n"


def _value(one: Assigned) -> str:
    units = {"unit": as_printed(one.unit), "assumed": as_printed(one.assumed)}
    told = [f"{name} = {_quoted(unit)}" for name, unit in units.items() if unit]
    return (
        f"{{ {', '.join((f'fact = {_quoted(one.fact)}', *told))} }}" if told else _quoted(one.fact)
    )


def _quoted(text: str) -> str:
    """A basic string of TOML: JSON's, which leaves one control character as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# ── the workbook ───────────────────────────────────────────────────────────────────────


def _of_workbook(path: Path) -> TableMapping:
    table = read_side_table(path, SHEET, {name: (head,) for name, head in HEADINGS.items()})
    faults = [one.line() for one in table.problems if one.severity == "error"]
    layouts: dict[tuple[str, ...], dict[str, Assigned]] = {}
    by, on = "", None
    for row in table.rows:
        texts = {name: cell.text for name, cell in row.items()}
        heading, written = texts["heading"], row["fact"]
        record = table_named(texts["record"])
        if heading == SIGNED_BY and record is None:
            by = written.text
        elif heading == SIGNED_ON and record is None:
            on = _day(written, faults)
        elif heading and record is not None:
            layout = (record, *(texts[name] for name in ("title", "file", "sheet")))
            place = f"{written.file} {written.at}"
            one = Assigned(written.text, texts["unit"], texts["assumed"], place)
            layouts.setdefault(layout, {})[heading] = one
        else:
            faults.append(
                row["record"].problem("row_changed", msg("“表头”“哪类表”两列不能改动")).line()
            )
    if not faults and not layouts:
        faults.append(say("{file}: 没有任何一列", file=path.name))
    if faults:
        raise UsageError(
            say("列对应关系有误：\n{told}", told="\n".join(faults)),
            todo=msg("请用 compliance import 写出的映射工作簿"),
        )
    made = (Layout(record, columns, *told) for (record, *told), columns in layouts.items())
    return TableMapping(tuple(made), "", by, on)


def _day(cell: SideCell, faults: list[str]) -> date | None:
    """The day that a cell names; a fault where it names none."""
    if not cell.text:
        return None
    found = _DAY.fullmatch(cell.text)
    with suppress(ValueError):
        if found is not None:
            return date(*map(int, found.groups()))
    message = say("“{v}”不是日期", v=clip(cell.text))
    faults.append(cell.problem("not_a_date", message, msg("日期，如 2026-11-01")).line())
    return None
