"""Which rule is meant: by its id, or by what people call it (班额, 生均教学用房).

What is looked through, nearest first: a rule's id; its names whole; names that hold the words; names in
which the letters of the words stand one after another (生均教学用房 in 生均教学及辅助用房面积); what its
figures are called; its text. Of several rules found alike those that decide come before the advisory, and
one whose name the others only repeat (a coefficient names its indicator) before those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import UsageError, closest
from compliance.kernel.i18n import msg, say
from compliance.rules.language.model import Rule
from compliance.rules.language.ruleset import Ruleset

_NAMED = 8  # how many rules a message names
_NEAR = 4
_LEAST = 2  # letters that may stand apart in a name
_APART = 3  # over so many times their own length
Test = Callable[[str, str], bool]


def find_rule(rules: Ruleset, wanted: str, words: Vocabulary) -> Rule:
    """The rule of that id or name; UsageError that names the rules it may be, or the nearest."""
    found = _found(rules, wanted, words)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            say("“{rule}”可以指{n}条规则", rule=wanted, n=len(found)),
            todo=say("请写编号：{names}", names=_listed(found)),
        )
    near = _nearest(rules, wanted, words)
    raise UsageError(
        say(
            "规则集 {set} 没有规则“{rule}”",
            set=rules.id, rule=wanted),
        todo=say("是否指 {near}？", near=_listed(near)) if near else msg("用 compliance rules 查看"),
    )  # fmt: skip


def has_rule(rules: Ruleset, wanted: str, words: Vocabulary) -> bool:
    """Whether any rule goes by that id or name."""
    return bool(_found(rules, wanted, words))


def _found(rules: Ruleset, wanted: str, words: Vocabulary) -> Sequence[Rule]:
    """The rules that a word means, those of the nearest kind of match."""
    key = _plain(wanted)
    if not key:
        return []
    known = rules.rules.values()
    by_id = [
        one
        for one in known
        if wanted.strip().lower() in (name.lower() for name in (one.id, *one.formerly))
    ]
    if by_id:
        return by_id
    names = {one.id: list(map(_plain, _names(one))) for one in known}
    figures = {one.id: list(map(_plain, _figures(one, rules, words))) for one in known}
    texts = {one.id: [_plain(f"{one.text} {one.text_en} {one.remedy}")] for one in known}
    ways: Iterable[tuple[Mapping[str, Sequence[str]], Test]] = (
        (names, str.__eq__), (names, str.__contains__), (names, _in_order),
        (figures, str.__contains__), (texts, str.__contains__),
    )  # fmt: skip
    for told, test in ways:
        found = [one for one in known if any(test(name, key) for name in told[one.id])]
        if found:
            return _first_of(found, rules)
    return []


def _first_of(found: Sequence[Rule], rules: Ruleset) -> Sequence[Rule]:
    """Without the advisory beside those that decide, and without those made of others found."""
    deciding = [one for one in found if one.role != "advisory"] or found
    ids = {one.id for one in deciding}
    made_of = {one.id: rules.references.members(one.id)[1:] for one in deciding}
    alone = [one for one in deciding if not ids & {other.id for other in made_of[one.id]}]
    return alone or deciding


def _names(rule: Rule) -> Iterator[str]:
    yield from (name for name in (rule.title, rule.title_en, rule.short, rule.short_en) if name)


def _figures(rule: Rule, rules: Ruleset, words: Vocabulary) -> Iterator[str]:
    """What the indicators and facts are called that a rule rests on itself."""
    for name in rule.indicators:
        if name in rules.indicators:
            yield rules.indicators[name].title
            yield rules.indicators[name].title_en
    facts = {**words.county, **words.school}
    for name in rule.facts:
        if name in facts:
            yield from facts[name].headings


def _nearest(rules: Ruleset, wanted: str, words: Vocabulary) -> Sequence[Rule]:
    """The rules whose names share most with the word: pairs of letters, or all letters nearly."""
    key = _plain(wanted)
    pairs = {key[place : place + 2] for place in range(len(key) - 1)}
    shared: dict[str, int] = {}
    for one in rules.rules.values():
        told = [*map(_plain, _names(one)), *map(_plain, _figures(one, rules, words))]
        shared[one.id] = max((sum(pair in name for pair in pairs) for name in told), default=0)
    alike = [one for one in rules.rules.values() if shared[one.id]]
    if alike:
        return sorted(alike, key=lambda one: (-shared[one.id], one.role == "advisory"))[:_NEAR]
    near = closest(wanted.upper(), sorted(rules.rules, reverse=True))
    return [rules.rules[near]] if near else []


def _plain(text: str) -> str:
    """Letters as they are compared: small, without blanks and stops."""
    return "".join(one for one in text.casefold() if one.isalnum())


def _in_order(name: str, key: str) -> bool:
    """Whether the letters of a word stand in a name one after another, not far apart; Latin ones never."""
    if len(key) < _LEAST or key.isascii():
        return False
    apart = ".*?".join(map(re.escape, key))
    starts = (place for place, letter in enumerate(name) if letter == key[0])
    spans = (re.match(apart, name[place:]) for place in starts)
    return any(found is not None and found.end() <= _APART * len(key) + 1 for found in spans)


def _listed(found: Sequence[Rule]) -> str:
    more = msg(" 等") if len(found) > _NAMED else ""
    return msg("、").join(one.coded for one in found[:_NAMED]) + more
