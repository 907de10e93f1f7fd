"""What the shell may complete an option's value to; nothing where it cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from compliance.rules.language.ruleset import Ruleset

Completer = Callable[[click.Context, click.Parameter, str], list["CompletionItem[str]"]]


class Word(NamedTuple):
    """A word and what it stands for."""

    word: str
    told: str = ""


def _completer(
    words: Callable[[click.Context], Iterator[Word]], *, files: bool = False
) -> Completer:
    """What completes to the words that begin as what is typed, whatever their case; else to files."""

    def complete(
        context: click.Context, _: click.Parameter, typed: str
    ) -> list[CompletionItem[str]]:
        from click.shell_completion import CompletionItem

        found: dict[str, CompletionItem[str]] = {}
        with suppress(Exception):  # a broken plugin must not break the line that somebody types
            for one in words(context):
                if one.word.casefold().startswith(typed.casefold()):
                    found.setdefault(one.word, CompletionItem(one.word, help=one.told or None))
        return list(found.values()) or ([CompletionItem(typed, type="file")] if files else [])

    return complete


def _rulesets(_: click.Context) -> Iterator[Word]:
    from compliance.checker import load
    from compliance.kernel.i18n import pick
    from compliance.rules.language.model import STANDARD

    for name, editions in sorted(load().packs.items()):
        head = editions[-1].head
        if editions[-1].layer != STANDARD:
            yield Word(name, pick(str(head["title"]), str(head.get("title_en", ""))))


def _resolved(context: click.Context) -> Iterator[Ruleset]:
    """The rule set that the line asks for, else every one."""
    from compliance.checker import Choice, chosen_rules, load, with_pack_file
    from compliance.kernel.errors import JunhengError

    registry, asked = load(), context.params.get("ruleset")
    known, name = with_pack_file(registry, asked)
    for one in [name] if name else [word.word for word in _rulesets(context)]:
        with suppress(JunhengError):
            yield chosen_rules(registry, known, one, date.today(), Choice())


def _rules(context: click.Context) -> Iterator[Word]:
    for ruleset in _resolved(context):
        yield from (Word(rule.id, rule.label) for rule in ruleset.rules.values())


def _switches(context: click.Context) -> Iterator[Word]:
    for ruleset in _resolved(context):
        yield from (Word(name) for name in ruleset.switches)


def _enforced(context: click.Context) -> Iterator[Word]:
    from compliance.rules.language.model import BASES

    yield from map(Word, BASES)
    yield from _rules(context)


def _formats(_: click.Context) -> Iterator[Word]:
    from compliance.cli.output_formats import known_formats

    yield from map(Word, known_formats())


def _outputs(context: click.Context) -> Iterator[Word]:
    yield from (Word(f"{one.word}:") for one in _formats(context))


rulesets = _completer(_rulesets, files=True)
rules = _completer(_rules)
switches = _completer(_switches)
enforced = _completer(_enforced)
formats = _completer(_formats)
outputs = _completer(_outputs)
