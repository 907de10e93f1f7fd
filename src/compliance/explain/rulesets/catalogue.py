"""What is installed: rule sets, rules and their explanations, the workbook to fill in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from compliance.checker import ruleset_choice
from compliance.checker.builtin_offers import load
from compliance.checker.check import with_pack_file
from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import basis_words
from compliance.plugins.manager import Offers
from compliance.render.documents.text_width import wrap
from compliance.rules.language.model import STANDARD, Ruleset
from compliance.rules.lint import examine
from compliance.rules.reference.describe import role_words, standard_words
from compliance.rules.resolution.resolve import resolve

WIDTH = 80  # columns of a terminal
_HANGING = " " * 9


def opened(ruleset: str | None, as_of: date | None = None) -> tuple[Ruleset, Offers]:
    """The rule set asked for (default: the base), checked, with what is installed."""
    offers = load()
    known, name = with_pack_file(offers, ruleset)
    rules = resolve(
        known, name or ruleset_choice.base_of(known), as_of or date.today(), kinds=offers.kinds
    )
    examine(rules, offers.kinds, vocabulary(offers.fragments))
    return rules, offers


def ruleset_table() -> str:
    """The installed rule sets with what they extend, their layers and editions; then the plugins."""
    offers = load()
    lines = [say("已安装的规则集：", "installed rule sets:")]
    for name, found in sorted(offers.packs.items(), key=lambda one: one[0].replace("/", "!")):
        head = found[-1].head
        since = ", ".join(pack.effective.isoformat() for pack in found)
        title = pick(str(head["title"]), str(head.get("title_en", "")))
        if found[-1].layer == STANDARD:
            told = say("学校标准（参考）", "school standard (advisory)")
            indent = "      "
        else:
            base = f" ← {head['extends']}" if "extends" in head else ""
            city = say("（市级，只按名称选用）", " (a city's, by name only)")
            told = f"{name}{base}{city if found[-1].layer == 'city' else ''}"
            indent = "  "
        lines += wrap(
            f"{told}  {title}  {head['source']}  ({since})", WIDTH, indent, indent + "    "
        )
    lines.append(say("插件：", "plugins:"))
    lines += [f"  {name} {number}" for name, number in sorted(offers.plugins.items())]
    return "\n".join(lines)


def rule_table(ruleset: str | None, as_of: date | None, form: str = "text") -> str:
    """Every rule of a rule set: id, title, standard, basis, source; form: text or json."""
    rules, offers = opened(ruleset, as_of)
    words = vocabulary(offers.fragments)
    if form == "json":
        rows = [
            {
                "rule": rule.id,
                "title": rule.title,
                "level": rule.level,
                "role": rule.role,
                "basis": rule.basis,
                "layer": rule.layer,
                "given_by": rule.given_by_id,
                "standard": standard_words(rule, rules, words),
                "source": rule.source,
            }
            for rule in rules.rules.values()
        ]
        return json.dumps(rows, ensure_ascii=False, indent=2)
    head = say(
        "{title}（{id} {version}），{source}",
        "{title} ({id} {version}), {source}",
        title=rules.label,
        id=rules.id,
        version=rules.version,
        source=rules.source,
    )
    notes = [
        line for note in rules.notes for line in wrap(say("注：{n}", "note: {n}", n=note), WIDTH)
    ]
    return "\n".join([*wrap(head, WIDTH), *_rows(rules, words), "", *notes])


def _rows(rules: Ruleset, words: Vocabulary) -> Iterable[str]:
    aspect = ""
    for rule in rules.rules.values():
        if rule.aspect != aspect:
            aspect = rule.aspect
            yield f"\n{aspect}"
        standard = standard_words(rule, rules, words)
        mark = "" if rule.role != "advisory" else f" [{role_words()['advisory']}]"
        text = (
            f"{rule.id:<6} {rule.label}" + (pick("：", ": ") + standard if standard else "") + mark
        )
        yield from wrap(text, WIDTH, "  ", _HANGING)
        yield from wrap(f"{rule.source} · {basis_words()[rule.basis]}", WIDTH, _HANGING, _HANGING)


def blank_workbook(out: Path, ruleset: str | None) -> None:
    """The workbook to fill in, with the facts of the rule set's plugins."""
    from compliance.render.blank_workbook.build import write_template

    rules, offers = opened(ruleset)
    words = vocabulary(offers.fragments)
    write_template(out, words, rules.label, rules=list(rules.rules.values()))
