"""What is asked of a fact, it can answer: conditions, the keys of limits, counts and sums.

A condition that nobody can ever meet, or a limit under a key that is no word of its fact, would let
everybody off in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import suggestion
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import STAGES
from compliance.rules.language import conditions
from compliance.rules.language.model import Limit, Tally, Terms
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.lint_faults import Fault

_NUMBER, _YES_NO, _TEXT = "number", "flag", "text"


@dataclass(frozen=True)
class Answers:
    """What may be asked of every column: a number, yes or no, one of some words, a text; or nothing.

    words: column → its words, as a pack writes them.
    """

    forms: dict[str, str]
    words: dict[str, Set[str]]

    @classmethod
    def of(cls, rules: Ruleset, words: Vocabulary) -> Answers:
        """Those of the facts, by name and stem, of tallies and indicators, and of what frames add."""
        forms = dict.fromkeys((*rules.tallies, *rules.indicators), _NUMBER)
        forms |= {"stage": _TEXT, "stages": _NUMBER}
        forms |= dict.fromkeys(("compulsory_students", "known_compulsory_students"), _NUMBER)
        known: dict[str, Set[str]] = {"stage": set(STAGES)}
        own = cls.of_facts((*words.county.values(), *words.school.values()))
        return cls(forms | own.forms, known | own.words)

    @classmethod
    def of_facts(cls, facts: Iterable[Fact]) -> Answers:
        """Those of some facts, by name and stem."""
        named = {name: fact for fact in facts for name in (fact.name, fact.stem)}
        chosen = {name: one for name, one in named.items() if one.words and one.form != "flag"}
        return cls(
            {name: _form(fact) for name, fact in named.items()},
            {name: set(fact.words.values()) for name, fact in chosen.items()},
        )

    def condition(self, where: conditions.Where) -> Iterator[Fault]:
        """What a condition asks that cannot be answered."""
        for table in [where] if isinstance(where, Mapping) else where:
            for name, wanted in table.items():
                if name in self.forms:
                    yield from self._asked(name, wanted, compared=False)

    def _asked(self, name: str, wanted: object, *, compared: bool) -> Iterator[Fault]:
        if isinstance(wanted, Mapping):
            for word, value in wanted.items():
                yield from self._asked(name, value, compared=word != "not")
        elif isinstance(wanted, list):
            for one in wanted:
                yield from self._asked(name, one, compared=compared)
        elif not self._fits(name, wanted, compared=compared):
            known = sorted(self.words.get(name, ()))
            what = say("条件不能这样问 {fact}：“{found}”", fact=name, found=_written(wanted))
            yield name, what, suggestion(_written(wanted), known) or self._todo(name, compared)

    def _fits(self, name: str, value: object, *, compared: bool) -> bool:
        form, words = self.forms[name], self.words.get(name)
        if words is not None:  # 10 for a sponsor, "urban" for a setting
            as_typed = isinstance(value, str) != all(word.isdigit() for word in words)
            return as_typed and str(value) in words and not (compared and form == _TEXT)
        if form == _NUMBER:
            return isinstance(value, int | Decimal) and not isinstance(value, bool)
        return not compared and isinstance(value, {_YES_NO: bool, _TEXT: str}.get(form, type(None)))

    def _todo(self, name: str, compared: bool) -> str:
        if name in self.words:
            return say("可用：{known}", known="、".join(sorted(self.words[name])))
        form = self.forms[name]
        if form == _NUMBER:
            return msg("请写数")
        if form == _YES_NO and not compared:
            return msg("请写 true 或 false")
        return msg("请写文字") if form == _TEXT and not compared else msg("请改用别的数据项")

    def keys(self, limit: Limit) -> Iterator[Fault]:
        """The keys of a limit's table that no subject ever has."""
        if "" in limit.table or limit.by not in self.forms:
            return
        known = self.words.get(limit.by, set())
        for key in limit.table:
            if key not in known:
                what = say("限值按 {by} 取，没有“{key}”", by=limit.by, key=key)
                yield (
                    key,
                    what,
                    suggestion(key, known) or say("可用：{known}", known="、".join(sorted(known))),
                )

    def tally(self, tally: Tally, lists: Set[str]) -> Iterator[Fault]:
        """What a tally counts that is no list, or sums that is no number."""
        counted = tally.counts
        if counted and counted not in lists:
            what = say("合计 {tally} 数 {fact} 的各项，它不是列表", tally=tally.name, fact=counted)
            yield counted, what, suggestion(counted, lists)
        for table in (tally.settings, tally.settings.get("also", {})):
            given = table.get("or", [])
            summed = [table[key] for key in ("sum", "times") if key in table]
            for name in (*summed, *([given] if isinstance(given, str) else given)):
                if self.forms.get(name, _NUMBER) != _NUMBER:
                    what = say("合计 {tally} 加 {fact}，它不是数", tally=tally.name, fact=name)
                    yield str(name), what, msg("请改用填数的数据项，或用 where 选择")
            for key in ("where", "unless"):
                yield from self.condition(table.get(key, {}))


def idle(terms: Iterable[Terms | None]) -> Iterator[Fault]:
    """Facts that stand in a formula with the weight nought."""
    for one in terms:
        for name, weight in one.facts.items() if one is not None else ():
            if not weight:
                yield name, say("{fact} 的系数是0", fact=name), msg("请去掉这一项")


def _form(fact: Fact) -> str:
    if fact.form == "flag":
        return _YES_NO
    if fact.numeric:
        return _NUMBER
    return _TEXT if fact.form in ("word", "text") else ""


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)[:60]
