"""The blank responsibility table and price list: Excel forms, made from a rule set, read back by the ledger.

They are Chinese forms in either language, as the blank workbook is. Prices stand blank: nothing is
invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.i18n import use
from compliance.ledger import prices, responsibilities
from compliance.render.blank_workbook import write_blank
from compliance.render.documents.xlsx import Book, Column
from compliance.render.rectification.planning import assigned, things
from compliance.rules.language.ruleset import Ruleset


def write_responsibilities(path: Path, ruleset: Ruleset) -> None:
    """Write 责任表, whole or not at all; UsageError where somebody may have filled in what lies there."""
    with use("zh"):
        write_blank(path, _responsibilities(ruleset))


def write_prices(path: Path, ruleset: Ruleset, words: Vocabulary) -> None:
    """Write 单价表, likewise."""
    with use("zh"):
        write_blank(path, _prices(ruleset, words))


def _responsibilities(ruleset: Ruleset) -> bytes:
    rows = [
        (rule.id, rule.title, rule.owner, "、".join(rule.joint), "", "", "")
        for rule in assigned([ruleset]).values()
    ]
    columns = [
        Column("编号", 9),
        Column("指标", 46),
        Column("牵头单位", 20),
        Column("配合单位", 26),
        Column("责任股室", 18),
        Column("责任人", 12),
        Column("默认时限", 16),
    ]
    return _form(
        responsibilities.SHEET,
        ruleset,
        columns,
        rows,
        "牵头、配合单位按规则集填好，可改。责任人填姓名；填“校长”的，取各校校长。",
        "默认时限填日期（2026-06-30、2026年6月），或从数据日期起算的期限（3个月、半年、90天）。没有的留空。",
    )


def _prices(ruleset: Ruleset, words: Vocabulary) -> bytes:
    known = assigned([ruleset])
    rows = [
        (thing.rule, known[thing.rule].title, thing.part, about.units[0], "", "")
        for thing, about in things([ruleset], words).items()
        if thing.rule in known and not about.money
    ]
    columns = [
        Column("编号", 9),
        Column("指标", 52),
        Column("项目", 34),
        Column("单位", 10, "centre"),
        Column("单价（元）", 16, "amount"),
        Column("说明", 34),
    ]
    return _form(
        prices.SHEET,
        ruleset,
        columns,
        rows,
        "填补上一个单位的缺口要多少元：一个岗位、一平方米、一间、一台。单价由县里定，没有的留空。",
        "缺口本身以元计的（教学仪器设备、公用经费等）直接计入，不列在这里。",
    )


def _form(
    name: str,
    ruleset: Ruleset,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *told: str,
) -> bytes:
    book = Book(name)
    sheet = book.table(name, columns, name, [f"适用标准：{ruleset.title}", *told], 2)
    for row in rows:
        sheet.row(row)
    sheet.finish(filters=True)
    return book.content()
