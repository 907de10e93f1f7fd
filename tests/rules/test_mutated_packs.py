"""The shipped packs with one thing changed in each: a fault with file and line, or judged without an error.

Never a traceback, never an endless run, and no key that nobody knows is passed over in silence.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from compliance import intake
from compliance.assessment import messages
from compliance.checker import load
from compliance.engine.evaluate import evaluate
from compliance.engine.findings import findings
from compliance.facts.vocabulary import titles
from compliance.kernel.errors import PackError
from compliance.rules.language.model import STANDARD
from compliance.rules.language.pack import Pack, read_pack
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.amendments import days_of_change
from compliance.rules.resolution.resolve import resolve
from tests.support.nonempty import nonempty
from tests.support.sweeps import WHOLE, tried
from tests.support.toml_text import toml_text

OFFERS = load()
PACKS = [pack for same in OFFERS.packs.values() for pack in same]
EXAMPLE = Path(__file__).parents[2] / "examples" / "conforming.json"
SEEN = intake.take_in([EXAMPLE], OFFERS.readers, OFFERS.vocabulary)
Address = tuple[str | int, ...]
GONE = object()
TRIED = tried(25, 5)  # mutants of a pack
TODAY = date(2024, 9, 1)
OTHER_TYPE = {str: 7, bool: "zz", int: "zz", Decimal: "zz", list: "zz", dict: 5, date: 5}


def nodes(value: object, *address: str | int) -> Iterator[tuple[Address, object]]:
    """Every value in tables, with where it stands."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value)  # type: ignore[arg-type]
    for key, one in inner:
        yield (*address, key), one
        if isinstance(one, Mapping | list):
            yield from nodes(one, *address, key)


def changed(tables: Mapping[str, Any], address: Address, value: object) -> dict[str, Any]:
    """The tables with another value at an address, or none."""
    whole = deepcopy(dict(tables))
    table: Any = whole
    for key in address[:-1]:
        table = table[key]
    if value is GONE:
        del table[address[-1]]
    else:
        table[address[-1]] = value
    return whole


def mutations(address: Address, value: object) -> Iterator[tuple[str, object]]:
    """What else may stand there: of another type, too large, too small, empty, unknown, itself."""
    yield "gone", GONE
    yield "another type", OTHER_TYPE[type(value)]
    yield "in a list", [value]
    yield "in a table", {"zz": value}
    yield "yes", True
    yield "huge", 10**400
    yield "tiny", Decimal("1e-999999999")
    yield "nought", 0
    yield "negative", -1
    if isinstance(value, str):
        own = str(address[1] if len(address) > 1 else address[0])
        for other in ("", "zz_unknown", "boarding", "school_name", "books", "students", own):
            yield f"“{other}”", other
    if isinstance(value, list):
        yield "empty", []
        yield "itself", [*value, str(address[1] if len(address) > 1 else "")]
        yield "twice", [*value, *value]
    if isinstance(value, dict):
        yield "empty", {}


def mutants(pack: Pack) -> list[tuple[str, dict[str, Any]]]:
    """Some mutants of a pack, the same ones every time, each with what was done to it."""
    every = [
        (address, how, value)
        for address, found in nodes(pack.tables)
        for how, value in mutations(address, found)
        if how != "twice" or not isinstance(found, str)
    ]
    some = random.Random(pack.file).sample(every, min(TRIED, len(every)))
    return [
        (f"{'.'.join(map(str, address))}: {how}", changed(pack.tables, address, value))
        for address, how, value in some
    ]


def resolved(
    pack: Pack, tables: Mapping[str, Any], folder: Path, day: date = TODAY, on: Sequence[str] = ()
) -> Ruleset:
    """The pack's rule set with these tables in place of the pack's own, with the switches that are on."""
    path = folder / pack.path.name
    path.write_text(toml_text(tables), "utf-8")
    other = read_pack(path)
    if other.faults:
        raise PackError.of(other.faults)
    name = f"{pack.id}/{STANDARD}" if pack.layer == STANDARD else pack.id
    known = {**OFFERS.packs, name: [other if one is pack else one for one in OFFERS.packs[name]]}
    words = OFFERS.vocabulary
    day = max(pack.effective, day)
    return resolve(known, pack.id, day, switched=on, kinds=OFFERS.kinds, words=words)


def resolved_or_why(pack: Pack, tables: Mapping[str, Any], folder: Path) -> Ruleset | PackError:
    """The same, or what is wrong with it."""
    try:
        return resolved(pack, tables, folder)
    except PackError as error:
        return error


def named_with_its_line(error: PackError) -> bool:
    return all(re.search(r"\.toml(:\d+)?$", one.where) for one in error.each or (error,))


@pytest.mark.sweep
@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.path.stem)
def test_a_mutated_pack_is_a_fault_or_is_judged(pack: Pack, tmp_path: Path) -> None:
    refused = judged = 0
    for what, tables in nonempty(mutants(pack)):
        rules = resolved_or_why(pack, tables, tmp_path)
        if isinstance(rules, PackError):
            refused += 1
            assert named_with_its_line(rules), f"{what}\n{rules}"
            continue
        judged += 1
        bench = evaluate(rules, SEEN, TODAY, OFFERS.kinds)
        told, problems = messages.told(findings(bench, []), titles(OFFERS.vocabulary))
        assert (bench.broken, problems) == ({}, []), what
        assert told.height, what
    assert refused > judged > 0 or not WHOLE


@pytest.mark.sweep
@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.path.stem)
def test_no_key_that_nobody_knows_is_passed_over(pack: Pack, tmp_path: Path) -> None:
    tables = [address for address, value in nodes(pack.tables) if isinstance(value, dict)]
    some = random.Random(pack.file).sample(tables, min(TRIED, len(tables)))
    switches = pack.table("switch").items()
    last = max(TODAY, *days_of_change(pack))
    relaxations = [name for name, one in switches if one.get("kind") == "relaxation"]
    alternatives = [name for name, one in switches if one.get("kind") == "alternative"]
    for address in nonempty(some):
        wrong = changed(pack.tables, (*address, "zz_unknown"), 1)
        # what only an alternative uses is looked at where it is chosen
        for on in (relaxations, *([*relaxations, one] for one in alternatives)):
            if (found := refusal(pack, wrong, tmp_path, last, on)) is not None:
                break
        assert found is not None, address
        assert named_with_its_line(found), address
        assert "zz_unknown" in str(found), address


def refusal(
    pack: Pack, tables: Mapping[str, Any], folder: Path, day: date, on: Sequence[str]
) -> PackError | None:
    """Why the pack is refused with these tables and switches; None where it is not."""
    try:
        resolved(pack, tables, folder, day, on)
    except PackError as error:
        return error
    return None
