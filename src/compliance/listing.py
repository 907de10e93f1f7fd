"""`compliance rules --resolved, --diff, --coverage, --switches`: a rule set laid open."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from compliance import coverage
from compliance.catalogue import WIDTH, opened
from compliance.errors import UsageError
from compliance.history import ADDED, DROPPED, Change, changes
from compliance.provenance import field_words, provenance
from compliance.render.width import wrap
from compliance.rule import Ruleset, Switch
from compliance.state_words import basis_words
from compliance.words import pick, say


def resolved(ruleset: str | None, as_of: date | None, form: str) -> str:
    """Every value with the layer and document that gave it."""
    rules, _ = opened(ruleset, as_of)
    given = provenance(rules)
    if form == "json":
        return _json([one.row() for one in given])
    lines = []
    for rule in rules.rules.values():
        lines += ["", *wrap(f"{rule.id}  {rule.label}", WIDTH)]
        own = [one for one in given if one.rule == rule.id]
        for pack, document in dict.fromkeys((one.pack, one.document) for one in own):
            lines += wrap(f"{pack}  {document}", WIDTH, "  ", "    ")
            for one in own:
                if (one.pack, one.document) == (pack, document):
                    lines += wrap(f"{field_words(one.field)}: {one.value}", WIDTH, "    ", "      ")
    return "\n".join(lines[1:])


def difference(wanted: str, ruleset: str | None, as_of: date | None, form: str) -> str:
    """What differs between two dates of one rule set, or between two rule sets."""
    (one, first), (other, second) = _two(wanted, ruleset, as_of)
    found = changes(one, other)
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
        lines += wrap(_told(change), WIDTH, "  ", "    ")
    return "\n".join(lines)


def _subject(rule_id: str, one: Ruleset, other: Ruleset) -> str:
    rule = other.rules.get(rule_id) or one.rules.get(rule_id)
    if rule is None:
        return say("各条共用：拆分与不计的学校", "shared by all: the split, and who is left out")
    return f"{rule.id}  {rule.label}"


def _two(wanted: str, ruleset: str | None, as_of: date | None) -> list[tuple[Ruleset, date]]:
    """The two rule sets compared, each with the day it is looked at."""
    names = [name.strip() for name in wanted.split("..")]
    if len(names) != 2 or not all(names):
        raise UsageError(
            say("--diff 应写成 A..B", "--diff takes A..B"),
            todo=say(
                "两个日期，如 2023-09-01..2026-09-01；或两个规则集的编号",
                "two dates, such as 2023-09-01..2026-09-01; or the ids of two rule sets",
            ),
        )
    days = [day for name in names if (day := _day(name)) is not None]
    if len(days) == len(names):
        return [(opened(ruleset, day)[0], day) for day in days]
    today = as_of or date.today()
    return [(opened(name, today)[0], today) for name in names]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _told(change: Change) -> str:
    if change.field == ADDED:
        return say("新增：{what}", "added: {what}", what=change.after)
    if change.field == DROPPED:
        return say("取消：{what}", "dropped: {what}", what=change.before)
    return f"{change.field}: {change.before or '—'} → {change.after or '—'}"


def covered(ruleset: str | None, as_of: date | None, form: str) -> str:
    """What became of every item of the regulation."""
    rules, _ = opened(ruleset, as_of)
    if form == "json":
        return _json(coverage.rows(rules))
    if form == "md":
        return coverage.page(rules).rstrip("\n")
    words = coverage.how_words()
    lines = [*wrap(f"{rules.label}：{coverage.counted(rules.clauses)}", WIDTH)]
    for part, clauses in coverage.by_part(rules.clauses):
        lines += ["", part]
        for clause in clauses:
            ids = pick("、", ", ").join(clause.rules)
            item = pick(clause.item, clause.item_en)
            lines += wrap(f"{item}：{words[clause.how]} {ids}".rstrip(), WIDTH, "  ", "    ")
            note = pick(clause.note, clause.note_en)
            lines += wrap(note, WIDTH, "      ", "      ") if note else []
    return "\n".join(lines)


def switch_table(ruleset: str | None, as_of: date | None, form: str) -> str:
    """The relaxations and alternatives that --switch can turn on."""
    rules, _ = opened(ruleset, as_of)
    if form == "json":
        return _json([_switch_row(one) for one in rules.switches.values()])
    lines = [
        say("--switch 可用的开关（默认都不打开）：", "switches for --switch (all off by default):")
    ]
    for one in rules.switches.values():
        lines += ["", *wrap(f"{one.name}  {one.label}", WIDTH, "  ", "    ")]
        lines += wrap(" · ".join(_about(one)), WIDTH, "      ", "      ")
        note = pick(one.note, one.note_en)
        lines += wrap(note, WIDTH, "      ", "      ") if note else []
    return "\n".join(lines)


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
    yield basis_words()[one.basis]
    if one.source:
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
