"""What a run was made from: the manifest of every result, by which another run can be held against it.

Nothing in it is of the moment, and nothing hangs on the order in which anything was named: the same
inputs and rules give the same bytes. Templates change no judgement and are not in it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from compliance.checker.choice import Choice, Packs, layers
from compliance.facts.vocabulary import fragment_texts
from compliance.kernel.cache import digest, remembered, stamp
from compliance.kernel.i18n import lang
from compliance.kernel.submission import InputFile, Submission
from compliance.plugins.registry import Offers, Registry
from compliance.rules.language.pack import Pack

# the rooms whose code a judgement runs through
JUDGING = ("assessment", "checker", "engine", "facts", "intake", "kernel", "plugins", "rules")


def manifest(
    submission: Submission,
    registry: Registry,
    choice: Choice,
    known: Packs,
    rulesets: Iterable[str],
) -> dict[str, object]:
    """The manifest of a run. known: the packs there are; rulesets: the ids of those that judged."""
    off = {"without_plugins": sorted(registry.without)} if registry.without else {}
    broken = sorted(str(one.plugin) for one in registry.broken)
    zeros = [
        {"column": one.heading, "fact": one.fact, "file": one.file, "cells": one.cells}
        for one in submission.zeros
    ]
    before = _read(submission.previous, submission.asked_previous)
    return {
        "inputs": _read(submission.inputs, submission.asked),
        "tool": f"junheng {version('junheng')}",
        "plugins": dict(sorted(registry.plugins.items())),
        **off,
        **({"broken_plugins": broken} if broken else {}),
        **({"blank_is_zero": zeros} if zeros else {}),
        **choice.stated(),
        **({"previous": before} if submission.asked_previous else {}),
        "language": lang(),
        "asked": {
            "inputs": list(submission.asked),
            **({"previous": list(submission.asked_previous)} if submission.asked_previous else {}),
            **choice.asked(),
        },
        "digests": {
            "engine": engine_digest(),
            "packs": pack_digests(known, rulesets),
            "plugins": {
                name: plugin_digest(offers) for name, offers in sorted(registry.sound.items())
            },
        },
    }


def _read(inputs: Iterable[InputFile], asked: Sequence[str]) -> list[dict[str, str]]:
    """Files by name and digest, with their path where what was asked for does not tell which they are."""
    names = Counter(Path(path).name for path in asked)
    told = {"", *(path for path in asked if names[Path(path).name] == 1)}
    rows = [
        {"name": one.name, "sha256": one.sha256}
        | ({} if one.path in told else {"path": Path(one.path).as_posix()})
        for one in inputs
    ]
    return sorted(
        rows, key=lambda row: (row["name"], row["sha256"], Path(row.get("path", "")).parts)
    )


def pack_digests(known: Packs, rulesets: Iterable[str]) -> dict[str, dict[str, str]]:
    """Rule set or layer → its files, rules and facts, each with the digest of its text."""
    used = (pack for name in rulesets for pack in layers(known, name))
    found: dict[str, dict[str, str]] = {}
    for pack in used:
        found.setdefault(pack.id, {}).update(
            (name, digest_of(text)) for name, text in _texts(pack).items()
        )
    return {name: dict(sorted(own.items())) for name, own in sorted(found.items())}


def digest_of(text: str) -> str:
    """The digest of a text, whatever ends its lines where it is kept."""
    return sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def _texts(pack: Pack) -> Mapping[str, str]:
    """The files of a pack by their names: its rules, and the facts that it adds."""
    if pack.home is None:
        return {pack.path.name: pack.text}
    folder = pack.home / "schemas"
    facts = fragment_texts([folder]) if folder.is_dir() else {}
    return {
        pack.path.relative_to(pack.home).as_posix(): pack.text,
        **{f"{folder.name}/{path.name}": text for path, text in facts.items()},
    }


def plugin_digest(offers: Sequence[Offers]) -> str:
    """The digest of all that a plugin judges by: its packs, its facts, its code."""
    packs = [pack for one in offers for same in one.packs.values() for pack in same]
    texts = {name: text for pack in packs for name, text in _texts(pack).items()}
    pieces = [piece.encode() for item in sorted(texts.items()) for piece in item]
    for name in sorted({one.plugin.package for one in offers}):
        pieces += _code(name)
    return digest(pieces).hex()


def _code(package: str) -> Iterable[bytes]:
    """Names and contents of a package's modules, or of a module alone."""
    module = sys.modules.get(package)
    for home in map(Path, getattr(module, "__path__", ())):
        for path in sorted(home.rglob("*.py")):
            yield path.relative_to(home).as_posix().encode()
            yield path.read_bytes().replace(b"\r\n", b"\n")
    if module is not None and not hasattr(module, "__path__") and module.__file__:
        yield Path(module.__file__).read_bytes().replace(b"\r\n", b"\n")


@cache
def engine_digest() -> str:
    """The digest of the program's own judging code and facts, worked out once for many runs."""
    program = Path(__file__).parents[1]
    schemas = [Path(str(one)) for one in files("compliance.schemas").iterdir()]
    facts = sorted(path for path in schemas if path.suffix == ".json")

    def made() -> str:
        code = sorted(path for room in JUDGING for path in (program / room).rglob("*.py"))
        named = {path.relative_to(program).as_posix(): path for path in code}
        named |= {f"schemas/{path.name}": path for path in facts}
        pieces = (
            piece
            for name, path in named.items()
            for piece in (name.encode(), path.read_bytes().replace(b"\r\n", b"\n"))
        )
        return digest(pieces).hex()

    return remembered([b"engine", stamp(facts)], (), made)
