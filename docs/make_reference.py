"""Write the reference pages, and the READMEs' example, as the program has them: `python -m docs.make_reference`.

A test makes them anew and compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import chdir
from datetime import date
from pathlib import Path

from compliance.checker import base_of, check, load, own_words
from compliance.facts.fact import Fact
from compliance.facts.registers import registers
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel import i18n
from compliance.kernel.labels import basis_word
from compliance.plugins.registry import Registry
from compliance.render.assembly_report import in_words
from compliance.render.terminal.summary import summary
from compliance.rules.language.model import Rule
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference import clause_coverage
from compliance.rules.reference.describe import standard_words
from compliance.rules.resolution.resolve import lineage, resolve
from docs import configuration_schema
from docs.compatibility_table import compatibility_page
from docs.program_reference import commands_page, program_page

ROOT = Path(__file__).parent.parent
EXAMPLE = "shandong_county.xlsx"
DAY = date(2026, 9, 1)
# what a table is called, its name in the vocabulary
TABLES = (
    ("学校表（每校一行）", "school"),
    ("县表（每县每年一行）", "county"),
    ("校舍（`buildings`，每栋一行；只列出，不判定）", "building"),
    ("组织（`organisations`，每个学区、联盟、集团一行或几行；只列出，不判定）", "organisation"),
    ("学校沿革（`succession`，每个旧标识码一行；只列出，不判定）", "succession"),
)


def facts_page(offers: Registry) -> str:
    """Every fact: name, heading, unit, bounds, accepted words, definition, other headings.

    Those of all rule sets first, then what each rule set's own layers add.
    """
    lines = [
        "# 数据项",
        "",
        "由 `schemas/` 生成，请勿手改。JSON、CSV、Parquet、规则文件与结果都用同一套名称；工作簿用中文表头。空白即缺失，绝不当作0。",
    ]
    seen: set[tuple[str, str]] = set()
    for name in _names(offers):
        known, of = own_words(offers, offers.packs, name), offers.packs[name][-1].head["title"]
        for title, table in TABLES:
            new = [one for one in known.tables[table].values() if (table, one.name) not in seen]
            if new:
                lines += [
                    "",
                    f"## {title}，{of}（`{name}`）增加的" if seen else f"## {title}",
                    "",
                    "| 名称 | 表头 | 单位 | 范围 | 定义 | 提供单位 | 也认的表头 |",
                    "|---|---|---|---|---|---|---|",
                ]
                lines += map(_fact_row, new)
        seen |= {(table, one) for table, facts in known.tables.items() for one in facts}
    return "\n".join(lines) + "\n"


def _fact_row(fact: Fact) -> str:
    bounds = "" if fact.maximum is None else f"{fact.minimum or 0:g}–{fact.maximum:g}"
    accepted = "、".join(dict.fromkeys(fact.words)) if fact.words else ""
    cells = [
        f"`{fact.name}`" + ("（必填）" if fact.required else ""),
        fact.title,
        fact.unit,
        accepted or bounds,
        fact.description,
        fact.holder,
        "；".join(fact.aliases),
    ]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def registers_page(offers: Registry) -> str:
    """Every register with its columns and codes, and what a base rule set makes of it."""
    rules = resolve(offers.packs, base_of(offers.packs), DAY, kinds=offers.kinds)
    said = rules.assembly
    if said is None:
        raise ValueError("no assembly")
    lines = [
        "# 登记表",
        "",
        "由 `schemas/registers.schema.json` 和国家规则集生成，请勿手改。怎样用：[登记表汇总](../registers.md)。空白是不知道，绝不当作0或“否”。",
    ]
    for form in registers().forms.values():
        lines += ["", f"## {form.title}（`{form.name}`）", "", form.description, ""]
        if use := said.registers.get(form.name):
            lines += [
                f"同一条的判断：{'、'.join(form.columns[name].title for name in use.key)}。{use.note}",
                "",
            ]
        lines += ["| 名称 | 表头 | 单位 | 可填 | 含义 | 也认的表头 |", "|---|---|---|---|---|---|"]
        lines += map(_column_row, form.columns.values())
        own = [one for one in said.definitions.values() if one.register == form.name]
        lines += ["", "| 数据项 | 口径 | 出处 | 说明 |", "|---|---|---|---|"]
        for one in own:
            facts = "、".join(f"`{fact.name}`" for fact in one.facts(offers.vocabulary.school))
            cells = (facts, f"`{in_words(one)}`", one.source, one.note)
            lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(lines) + "\n"


def _column_row(fact: Fact) -> str:
    codes: dict[str, list[str]] = {}
    for word, code in fact.words.items():
        if word != code and fact.form == "word":
            codes.setdefault(code, []).append(word)
    accepted = "；".join(f"{code}：{'、'.join(words)}" for code, words in codes.items())
    usual = {"flag": "是、否", "date": "年月日"}
    name = f"`{fact.name}`" + ("（必有）" if fact.required else "")
    cells = (
        name,
        fact.title,
        fact.unit,
        accepted or usual.get(fact.form, ""),
        fact.description,
        "；".join(fact.aliases),
    )
    return "| " + " | ".join(map(_cell, cells)) + " |"


def rules_page(offers: Registry) -> str:
    """Every installed rule set: its rules with standard, basis, source and remedy."""
    lines = ["# 规则", "", "由各插件的 `rules/*.toml` 生成，请勿手改。", ""]
    seen: set[str] = set()
    for name in _names(offers):
        known = own_words(offers, offers.packs, name)
        rules = resolve(offers.packs, name, DAY, kinds=offers.kinds)
        lines += [f"## {rules.title}（`{name}`）", "", f"依据：{rules.source}", ""]
        lines += [f"> {note}" for note in rules.notes[-1:]]
        lines += [
            "",
            "| 编号 | 规则 | 标准 | 依据 | 来源 | 整改 | 责任 |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [_rule_row(rule, rules, known) for rule in _own(rules, seen)]
        lines.append("")
    return "\n".join(lines)


def _names(offers: Registry) -> list[str]:
    """The rule sets, those that stand alone first, cities behind their provinces."""

    def rank(name: str) -> tuple[int, str]:
        return len(lineage(offers.packs, name, DAY)), name

    return sorted((name for name in offers.packs if "/" not in name), key=rank)


def coverage_page(offers: Registry) -> str:
    """What became of every item of the regulation, then of each province's own texts."""
    sets = [resolve(offers.packs, name, DAY, kinds=offers.kinds) for name in _names(offers)]
    pages = [clause_coverage.page(rules, own=True) for rules in sets if _says(rules)]
    head = "# 规定覆盖\n\n由各插件生成，请勿手改。\n\n"
    below = re.sub("^#", "##", "\n".join(pages), flags=re.MULTILINE)
    return head + below.replace("## 规定覆盖：", "## ")


def _says(rules: Ruleset) -> bool:
    return any(clause.pack == rules.id for clause in rules.clauses)


def _own(rules: Ruleset, seen: set[str]) -> Iterable[Rule]:
    """The base's rules in full; of a province only what it adds or changes."""
    for rule in rules.rules.values():
        changed = (rules.id in rule.layers.values() and rule.kind != "all") or rule.id not in seen
        if not seen or changed or (rules.id in rule.layers.values() and rule.parts):
            yield rule
    seen |= set(rules.rules)


def _rule_row(rule: Rule, rules: Ruleset, known: Vocabulary) -> str:
    weight = "（参考）" if rule.role == "advisory" else ""
    cells = [
        rule.id,
        rule.title,
        standard_words(rule, rules, known),
        basis_word(rule.basis, seen=rule.seen) + weight,
        rule.source,
        rule.remedy,
        "、".join(filter(None, (rule.owner, *rule.joint))),
    ]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def readme(name: str, language: str) -> str:
    """A README with its example's output as the program prints it today."""
    text = (ROOT / name).read_text("utf-8")
    # from there, so that commands name the file as whoever reads them would
    with i18n.use(language), chdir(ROOT):
        printed = summary(check([Path("examples") / EXAMPLE]), colour=False)
    head = f"$ compliance check examples/{EXAMPLE}" + (" --lang en" if language == "en" else "")
    before, _, rest = text.partition(f"{head}\n")
    if not rest:
        raise ValueError(f"{name} does not show: {head}")
    return f"{before}{head}\n{printed.rstrip()}\n```{rest.partition('```')[2]}"


def pages() -> Mapping[str, str]:
    """Path from the repository's root → text."""
    offers = load()
    return {
        "docs/reference/facts.md": facts_page(offers),
        "docs/reference/registers.md": registers_page(offers),
        "docs/reference/rules.md": rules_page(offers),
        "docs/reference/coverage.md": coverage_page(offers),
        "docs/reference/commands.md": commands_page(),
        "docs/reference/program.md": program_page(),
        "schemas/configuration.schema.json": configuration_schema.schema(),
        "docs/compatibility.md": compatibility_page(offers),
        "README.md": readme("README.md", "en"),
        "README.zh-CN.md": readme("README.zh-CN.md", "zh"),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(text, encoding="utf-8")
