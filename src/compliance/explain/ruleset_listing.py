"""`compliance rulesets` and `compliance rules`: what is installed, and a rule set laid open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date

from compliance.checker import (
    Choice,
    base_of,
    check_words,
    chosen_rules,
    load,
    own_words,
    with_pack_file,
)
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.labels import basis_word, day_in_words
from compliance.rules.language.model import (
    STANDARD,
    VERIFIED,
    WITHOUT_STANDARD,
    Rule,
    Switch,
    documents_in_words,
    version_in_words,
)
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference import clause_coverage
from compliance.rules.reference.changes import ADDED, DROPPED, Change, changes
from compliance.rules.reference.describe import field_words, role_words, standard_words
from compliance.rules.reference.provenance import Given, provenance

_HANGING = " " * 9


def opened(
    ruleset: str | None, as_of: date | None = None, switches: tuple[str, ...] = ()
) -> tuple[Ruleset, Vocabulary]:
    """The rule set asked for (default: the base), checked, with the facts of its own layers."""
    registry = load()
    known, name = with_pack_file(registry, ruleset)
    day = as_of or date.today()
    name = name or base_of(known)
    choice = Choice(ruleset, switches=switches)
    rules = chosen_rules(registry, known, name, day, choice)
    check_words(choice, [rules])
    return rules, own_words(registry, known, name)


def ruleset_table() -> str:
    """The installed rule sets with what they extend, their layers and editions; then the plugins."""
    registry = load()
    lines = [msg("已安装的规则集：")]
    for name, found in sorted(registry.packs.items(), key=lambda one: one[0].replace("/", "!")):
        head, layer = found[-1].head, found[-1].layer
        since = ", ".join(
            day_in_words(pack.effective, str(pack.head.get("date_basis", ""))) for pack in found
        )
        title = pick(str(head["title"]), str(head.get("title_en", "")))
        indent = "  "
        if layer == STANDARD:
            told, indent = msg("学校标准（参考）"), "      "
        else:
            told = f"{name} ← {head['extends']}" if "extends" in head else name
        if layer == "city":
            told += msg("（市级，只按名称选用）")
        source = documents_in_words([found[-1].document])
        lines.append(f"{indent}{told}  {title}  {source}  ({since})")
    lines.append(msg("插件："))
    lines += [f"  {name} {number}" for name, number in sorted(registry.plugins.items())]
    return "\n".join(lines)


def rule_table(ruleset: str | None, as_of: date | None, form: str = "text") -> str:
    """Every rule of a rule set: id, title, standard, basis, source; form: text or json."""
    rules, words = opened(ruleset, as_of)
    if form == "json":
        return _json(
            {
                "rule": rule.id, "title": rule.label, "level": rule.level, "role": rule.role,
                "basis": rule.basis, "layer": rule.layer, "given_by": rule.given_by_id,
                "standard": standard_words(rule, rules, words), "source": rule.source,
            }
            for rule in rules.rules.values()
        )  # fmt: skip
    head = say(
        "{title}（{id} {version}），{source}",
        title=rules.label, id=rules.id, version=version_in_words(rules.version), source=rules.source)  # fmt: skip
    notes = [say("注：{n}", n=note) for note in rules.notes]
    return "\n".join([head, *_rows(rules, words), "", *notes])


def _rows(rules: Ruleset, words: Vocabulary) -> Iterable[str]:
    aspect = ""
    for rule in rules.rules.values():
        if rule.aspect != aspect:
            aspect = rule.aspect
            yield f"\n{rule.aspect_label}"
        standard = standard_words(rule, rules, words)
        mark = "" if rule.role != "advisory" else f" [{role_words()['advisory']}]"
        text = f"{rule.id:<6} {rule.label}" + (msg("：") + standard if standard else "") + mark
        yield f"  {text}"
        basis = basis_word(rule.basis, seen=rule.seen)
        yield f"{_HANGING}{rule.source} · {basis}"


def resolved(ruleset: str | None, as_of: date | None, form: str) -> str:
    """Every value with the layer and document that gave it."""
    rules, words = opened(ruleset, as_of)
    given = provenance(rules, words)
    if form == "json":
        return _json(one.row() for one in given)
    told: dict[str, dict[tuple[str, str], list[Given]]] = {}
    for one in given:
        told.setdefault(one.rule, {}).setdefault((one.pack, one.document), []).append(one)
    lines = []
    for rule_id, by_layer in told.items():
        rule = rules.rules[rule_id]
        lines += ["", f"{rule.id}  {rule.label}"]
        for (pack, document), values in by_layer.items():
            lines.append(f"  {pack}  {document}")
            for one in values:
                line = f"{field_words(one.field, rule, words)}{msg('：')}{one.value}"
                lines.append(f"    {line}")
    return "\n".join(lines[1:])


def difference(wanted: str, ruleset: str | None, as_of: date | None, form: str) -> str:
    """What differs between two dates of one rule set, or between two rule sets."""
    (one, _, first), (other, words, second) = _two(wanted, ruleset, as_of)
    found = changes(one, other, words)
    if form == "json":
        return _json(
            {"rule": c.rule, "field": c.field, "before": c.before, "after": c.after} for c in found
        )
    lines = [f"{one.id} {first} → {other.id} {second}"]
    if not found:
        return "\n".join([*lines, msg("没有差别。")])
    last = "—"  # no rule is called so
    for change in found:
        rule = other.rules.get(change.rule) or one.rules.get(change.rule)
        if change.rule != last:
            last = change.rule
            shared = msg("各条共用：拆分与不计的学校")
            lines += ["", f"{rule.id}  {rule.label}" if rule else shared]
        lines.append(f"  {_told(change, rule, words)}")
    return "\n".join(lines)


def _two(
    wanted: str, ruleset: str | None, as_of: date | None
) -> list[tuple[Ruleset, Vocabulary, date]]:
    """The two rule sets compared, each with the day it is looked at."""
    names = _either_side(wanted)
    if not names:
        raise UsageError(
            msg("--diff 应写成 A..B"),
            todo=msg("两个日期，如 2023-09-01..2026-09-01；或两个规则集的编号"),
        )
    days = [day for name in names if (day := _day(name)) is not None]
    if len(days) == len(names):
        return [(*opened(ruleset, day), day) for day in days]
    today = as_of or date.today()
    return [(*opened(name, today), today) for name in names]


def _either_side(wanted: str) -> tuple[str, ...]:
    """What stands on both sides of the one ``..`` that is no step of a path; nothing without one."""
    for cut in re.finditer(r"(?=\.\.)", wanted):
        sides = wanted[: cut.start()].strip(), wanted[cut.start() + 2 :].strip()
        if all(map(_is_one, sides)):
            return sides
    return ()


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
        return say("新增：{what}", what=change.after)
    if change.field == DROPPED:
        return say("取消：{what}", what=change.before)
    field = field_words(change.field, rule, words)
    return f"{field}{msg('：')}{change.before or '—'} → {change.after or '—'}"


def covered(ruleset: str | None, as_of: date | None, form: str) -> str:
    """What became of every item of the regulation."""
    rules, _ = opened(ruleset, as_of)
    if form == "json":
        return _json(clause_coverage.rows(rules))
    if form == "md":
        return clause_coverage.page(rules).rstrip("\n")
    words, colon = clause_coverage.how_words(), msg("：")
    lines = [f"{rules.label}{colon}{clause_coverage.counted(rules.clauses)}"]
    for part, clauses in clause_coverage.by_part(rules.clauses):
        lines += ["", part]
        for clause in clauses:
            ids = msg("、").join(clause.rules)
            item = pick(clause.item, clause.item_en)
            lines.append(f"  {item}{colon}{words[clause.how]} {ids}".rstrip())
            note = pick(clause.note, clause.note_en)
            lines += [f"      {note}"] if note else []
    left = clause_coverage.left_over(rules)
    lines += ["", left] if left else []
    return "\n".join(lines)


def switch_table(ruleset: str | None, as_of: date | None, form: str) -> str:
    """The relaxations and alternatives that --switch can turn on, the program's own at the end."""
    rules, _ = opened(ruleset, as_of)
    without_standard = Switch(
        name=WITHOUT_STANDARD, kind="layer", title="不看学校办学标准这一层",
        title_en="leave the layer of school standards out", source="", basis=VERIFIED,
    )  # fmt: skip
    switches = [*rules.switches.values(), without_standard]
    if form == "json":
        return _json(map(_switch_row, switches))
    lines = [msg("--switch 可用的开关（默认都不打开）：")]
    for one in switches:
        lines += ["", f"  {one.name}  {one.label}"]
        lines.append("      " + " · ".join(_about(one)))
        note = pick(one.note, one.note_en)
        lines += [f"      {note}"] if note else []
    return "\n".join(lines)


def _about(one: Switch) -> Iterable[str]:
    if one.includes:
        yield say("包括 {names}", names=", ".join(one.includes))
    if one.kind == "relaxation":
        yield msg("放宽")
    elif one.kind == "alternative":
        default = msg("（默认）") if one.default else ""
        yield msg("算法之一") + default
    if one.from_ or one.until:
        first, last = (day_in_words(day, one.date_basis) for day in (one.from_, one.until))
        yield f"{first} – {last}"
    if one.source:
        yield basis_word(one.basis)
        yield one.source


def _switch_row(one: Switch) -> dict[str, object]:
    return {
        "name": one.name, "kind": one.kind, "choice": one.choice or None, "default": one.default,
        "title": one.label, "source": one.source, "basis": one.basis,
        "from": one.from_.isoformat() if one.from_ else None,
        "until": one.until.isoformat() if one.until else None,
        "includes": list(one.includes), "note": pick(one.note, one.note_en),
    }  # fmt: skip


def _json(rows: Iterable[object]) -> str:
    return json.dumps(list(rows), ensure_ascii=False, indent=2)
