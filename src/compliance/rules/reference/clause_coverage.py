"""What became of every item of the regulation: which rule answers it, or why none does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compliance.kernel.i18n import msg, pick, say
from compliance.rules.language.model import Clause
from compliance.rules.language.ruleset import Ruleset

HOW = (
    "judged", "half", "attested", "scope", "switched", "outside", "not_covered", "text_not_seen",
)  # fmt: skip


def how_words() -> dict[str, str]:
    """What became of an item → words."""
    return {
        "judged": msg("按数据判定"),
        "half": msg("一半按数据判定一半由人佐证"),
        "attested": msg("由人佐证"),
        "scope": msg("适用范围（写在各规则里）"),
        "switched": msg("开关（默认关闭）"),
        "outside": msg("由外部给出"),
        "not_covered": msg("未编入"),
        "text_not_seen": msg("原文未见"),
    }


def unanswered(rules: Ruleset) -> list[str]:
    """The rules of the regulation that none of its items names: each should be named by one.

    Blocks and conclusions sum up; school standards and cities are other texts.
    """
    named = {rule for clause in rules.clauses for rule in clause.rules}
    return [
        one.id
        for one in rules.rules.values()
        if one.id not in named
        and not one.of_base
        and not one.shown_only
        and one.layer == "evaluation"
        and one.role not in ("block", "conclusion")
    ]


def left_over(rules: Ruleset) -> str:
    """A sentence on the rules that no item names, for whoever writes the pack; empty if none is."""
    ids = unanswered(rules)
    return say("没有事项列出的规则：{ids}", ids=msg("、").join(ids)) if ids else ""


def by_part(clauses: Sequence[Clause]) -> list[tuple[str, list[Clause]]]:
    """The items under the part of the regulation that they stand in, in order."""
    found: dict[str, list[Clause]] = {}
    for clause in clauses:
        found.setdefault(pick(clause.part, clause.part_en), []).append(clause)
    return list(found.items())


def counted(clauses: Sequence[Clause]) -> str:
    """How many items became what."""
    words = how_words()
    many = [(how, sum(clause.how == how for clause in clauses)) for how in HOW]
    return msg("，").join(
        say("{word}{n}项", word=words[how], n=number) for how, number in many if number
    )


def page(rules: Ruleset, own: bool = False) -> str:
    """The coverage as a page in Markdown: a table for every part of the regulation.

    own: only what the rule set's own packs say, not those it builds on.
    """
    clauses = [one for one in rules.clauses if not own or one.pack == rules.id]
    lines = [
        f"# {say('规定覆盖：{title}', title=rules.label)}",
        "",
        say("共{all}项：{many}。", all=len(clauses), many=counted(clauses)),
    ]
    for part, items in by_part(clauses):
        lines += ["", f"## {part}", "", *_table(items)]
    if left := left_over(rules):
        lines += ["", left]
    return "\n".join(lines) + "\n"


def _table(clauses: Sequence[Clause]) -> Iterable[str]:
    words = how_words()
    head = (
        msg("事项（转述）"), msg("处理"), msg("规则"), msg("说明")
    )  # fmt: skip
    yield f"| {' | '.join(head)} |"
    yield "|---|---|---|---|"
    for clause in clauses:
        cells = (
            pick(clause.item, clause.item_en),
            words[clause.how],
            msg("、").join(clause.rules),
            pick(clause.note, clause.note_en),
        )
        yield (
            "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
        )


def rows(rules: Ruleset) -> list[dict[str, object]]:
    """For machines."""
    return [
        {
            "part": pick(clause.part, clause.part_en),
            "item": pick(clause.item, clause.item_en),
            "how": clause.how,
            "rules": list(clause.rules),
            "note": pick(clause.note, clause.note_en),
            "layer": clause.pack,
        }
        for clause in rules.clauses
    ]
