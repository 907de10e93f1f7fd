"""`compliance rules --resolved, --diff, --coverage, --switches`: a rule set laid open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date

from compliance.explain.rulesets.catalogue import WIDTH, opened
from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import basis_words
from compliance.plugins.manager import Offers
from compliance.render.documents.text_width import wrap
from compliance.rules.language.model import VERIFIED, Rule, Ruleset, Switch
from compliance.rules.reference import clause_coverage
from compliance.rules.reference.changes import ADDED, DROPPED, Change, changes
from compliance.rules.reference.describe import field_words
from compliance.rules.reference.provenance import Given, provenance
from compliance.rules.resolution.amendments import WITHOUT_STANDARD


def resolved(ruleset: str | None, as_of: date | None, form: str) -> str:
    """Every value with the layer and document that gave it."""
    rules, offers = opened(ruleset, as_of)
    words = vocabulary(offers.fragments)
    given = provenance(rules, words)
    if form == "json":
        return _json([one.row() for one in given])
    told: dict[str, dict[tuple[str, str], list[Given]]] = {}
    for one in given:
        told.setdefault(one.rule, {}).setdefault((one.pack, one.document), []).append(one)
    lines = []
    for rule_id, by_layer in told.items():
        rule = rules.rules[rule_id]
        lines += ["", *wrap(f"{rule.id}  {rule.label}", WIDTH)]
        for (pack, document), values in by_layer.items():
            lines += wrap(f"{pack}  {document}", WIDTH, "  ", "    ")
            for one in values:
                line = f"{field_words(one.field, rule, words)}{pick('：', ': ')}{one.value}"
                lines += wrap(line, WIDTH, "    ", "      ")
    return "\n".join(lines[1:])


def difference(wanted: str, ruleset: str | None, as_of: date | None, form: str) -> str:
    """What differs between two dates of one rule set, or between two rule sets."""
    (one, _, first), (other, offers, second) = _two(wanted, ruleset, as_of)
    words = vocabulary(offers.fragments)
    found = changes(one, other, words)
    if form == "json":
        rows = [
            {"rule": c.rule, "field": c.field, "before": c.before, "after": c.after} for c in found
        ]
        return _json(rows)
    head = f"{one.id} {first} → {other.id} {second}"
    if not found:
        return f"{head}\n{say('没有差别。', 'no difference.')}"
    lines = [head]
    last = "—"  # no rule is called so
    for change in found:
        if change.rule != last:
            last = change.rule
            lines += ["", *wrap(_subject(last, one, other), WIDTH)]
        rule = other.rules.get(last) or one.rules.get(last)
        lines += wrap(_told(change, rule, words), WIDTH, "  ", "    ")
    return "\n".join(lines)


def _subject(rule_id: str, one: Ruleset, other: Ruleset) -> str:
    rule = other.rules.get(rule_id) or one.rules.get(rule_id)
    if rule is None:
        return say("各条共用：拆分与不计的学校", "shared by all: the split, and who is left out")
    return f"{rule.id}  {rule.label}"


def _two(
    wanted: str, ruleset: str | None, as_of: date | None
) -> list[tuple[Ruleset, Offers, date]]:
    """The two rule sets compared, each with the day it is looked at."""
    names = _either_side(wanted)
    if not all(names):
        raise UsageError(
            say("--diff 应写成 A..B", "--diff takes A..B"),
            todo=say(
                "两个日期，如 2023-09-01..2026-09-01；或两个规则集的编号",
                "two dates, such as 2023-09-01..2026-09-01; or the ids of two rule sets",
            ),
        )
    days = [day for name in names if (day := _day(name)) is not None]
    if len(days) == len(names):
        return [(*opened(ruleset, day), day) for day in days]
    today = as_of or date.today()
    return [(*opened(name, today), today) for name in names]


def _either_side(wanted: str) -> tuple[str, str]:
    """What stands on both sides of the one ``..`` that is no step of a path; empty without one."""
    for cut in re.finditer(r"(?=\.\.)", wanted):
        left, right = wanted[: cut.start()].strip(), wanted[cut.start() + 2 :].strip()
        if left and right and _is_one(left) and _is_one(right):
            return left, right
    return "", ""


def _is_one(side: str) -> bool:
    """Whether this is one date, id or path: two dots in it are steps upwards alone."""
    steps = re.split(r"[/\\]", side)
    return steps[-1] != "" and all(step == ".." or ".." not in step for step in steps)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _told(change: Change, rule: Rule | None, words: Vocabulary) -> str:
    if change.field == ADDED:
        return say("新增：{what}", "added: {what}", what=change.after)
    if change.field == DROPPED:
        return say("取消：{what}", "dropped: {what}", what=change.before)
    field = field_words(change.field, rule, words)
    return f"{field}{pick('：', ': ')}{change.before or '—'} → {change.after or '—'}"


def covered(ruleset: str | None, as_of: date | None, form: str) -> str:
    """What became of every item of the regulation."""
    rules, _ = opened(ruleset, as_of)
    if form == "json":
        return _json(clause_coverage.rows(rules))
    if form == "md":
        return clause_coverage.page(rules).rstrip("\n")
    words, colon = clause_coverage.how_words(), pick("：", ": ")
    lines = [*wrap(f"{rules.label}{colon}{clause_coverage.counted(rules.clauses)}", WIDTH)]
    for part, clauses in clause_coverage.by_part(rules.clauses):
        lines += ["", part]
        for clause in clauses:
            ids = pick("、", ", ").join(clause.rules)
            item = pick(clause.item, clause.item_en)
            lines += wrap(f"{item}{colon}{words[clause.how]} {ids}".rstrip(), WIDTH, "  ", "    ")
            note = pick(clause.note, clause.note_en)
            lines += wrap(note, WIDTH, "      ", "      ") if note else []
    left = clause_coverage.left_over(rules)
    lines += ["", *wrap(left, WIDTH)] if left else []
    return "\n".join(lines)


def switch_table(ruleset: str | None, as_of: date | None, form: str) -> str:
    """The relaxations and alternatives that --switch can turn on."""
    rules, _ = opened(ruleset, as_of)
    switches = [*rules.switches.values(), _without_standard()]
    if form == "json":
        return _json([_switch_row(one) for one in switches])
    lines = [
        say("--switch 可用的开关（默认都不打开）：", "switches for --switch (all off by default):")
    ]
    for one in switches:
        lines += ["", *wrap(f"{one.name}  {one.label}", WIDTH, "  ", "    ")]
        lines += wrap(" · ".join(_about(one)), WIDTH, "      ", "      ")
        note = pick(one.note, one.note_en)
        lines += wrap(note, WIDTH, "      ", "      ") if note else []
    return "\n".join(lines)


def _without_standard() -> Switch:
    """The one switch that is the program's own: it leaves a layer out."""
    return Switch(
        name=WITHOUT_STANDARD,
        kind="layer",
        title="不看学校办学标准这一层",
        title_en="leave the layer of school standards out",
        source="",
        basis=VERIFIED,
    )


def _about(one: Switch) -> Iterable[str]:
    if one.includes:
        yield say("包括 {names}", "turns on {names}", names=", ".join(one.includes))
    if one.kind == "relaxation":
        yield say("放宽", "relaxation")
    elif one.kind == "alternative":
        default = say("（默认）", " (default)") if one.default else ""
        yield say("算法之一", "one of several readings") + default
    if one.from_ or one.until:
        yield f"{one.from_ or '…'} – {one.until or '…'}"
    if one.source:
        yield basis_words()[one.basis]
        yield one.source


def _switch_row(one: Switch) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": one.kind,
        "choice": one.choice or None,
        "default": one.default,
        "title": one.title,
        "source": one.source,
        "basis": one.basis,
        "from": one.from_.isoformat() if one.from_ else None,
        "until": one.until.isoformat() if one.until else None,
        "includes": list(one.includes),
        "note": one.note,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
