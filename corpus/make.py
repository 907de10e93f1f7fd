"""Makes the corpus anew: `python -m corpus.make`. The same bytes each time, until the inventing changes.

Counties as `examples.invented` makes them, which conform, with figures moved to both sides of the
limits, some blanked, some statements withdrawn, and every fact of the packs' own filled in: so that a
limit that moves finds subjects on either side of it. A folder a province, a county and school year a
pair of records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from compliance.checker import load, own_words
from compliance.engine.attestations import attested
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import vocabulary
from compliance.plugins.registry import Registry
from compliance.rules.resolution.resolve import resolve
from examples.invented import county
from examples.writers import write_dataset

Record = dict[str, Any]

DATA = Path(__file__).parent / "data"
PROVINCES = {
    "national": "51", "anhui": "34", "shandong": "37", "henan": "41", "hebei": "13", "jiangsu": "32",
}  # fmt: skip
YEARS = (2018, 2020, 2022, 2023, 2025)
EACH = 2  # counties a year
TOWNSHIPS = "南塘镇 北苇乡"
MOVED = (0.7, 0.8, 0.9, 0.97, 0.99, 1.01, 1.1, 1.3)  # a figure, times one of these
CALM, TROUBLED = 0.03, 0.4  # the share of figures that are moved, of statements withdrawn
BLANK = 0.02  # of such a share: blank
LARGE = 200  # square metres are counted in such steps
FREE = (0, 1, 2, 5, 10, 20, 50, 80, 90, 95, 97, 100)  # for a fact that only some pack knows


def main(folder: Path = DATA) -> None:
    """Write every province's folder."""
    offers = load()
    for ruleset, region in PROVINCES.items():
        rng = Random(ruleset)
        asked = _asked(offers, ruleset)
        documents = []
        for number in range(len(YEARS) * EACH):
            year, code = YEARS[number // EACH], f"{region}99{number + 1:02d}"
            one = county(rng.randrange(10**6), code, f"虚构{year}县", TOWNSHIPS)
            spoil(one, rng, year, asked, CALM if number % EACH == 0 else TROUBLED)
            documents.append(one)
        own = dict.fromkeys(fact for facts in asked.facts.values() for fact in facts)
        write_dataset(folder / ruleset, documents, own)


class Asked(NamedTuple):
    """What a province and its cities ask for beside the core: facts by their table, statements."""

    facts: Mapping[str, Mapping[str, Fact]]
    statements: Sequence[str]


def _asked(offers: Registry, ruleset: str) -> Asked:
    core = vocabulary()
    others = [name for name, packs in offers.packs.items() if packs[-1].extends == ruleset]
    sets = [ruleset, *(name for name in others if offers.packs[name][-1].layer == "city")]
    words = [own_words(offers, offers.packs, one) for one in sets]
    facts: dict[str, dict[str, Fact]] = {"county": {}, "school": {}}
    for one in words:
        for table, found in facts.items():
            known = getattr(core, table)
            found |= {fact: of for fact, of in getattr(one, table).items() if fact not in known}
    day = date(YEARS[-1], 9, 1)
    rules = [resolve(offers.packs, one, day, kinds=offers.kinds) for one in sets]
    stated = (attested(one.rules.values()) for one in rules)
    return Asked(facts, sorted({rule for found in stated for rule in found}))


def spoil(document: Record, rng: Random, year: int, asked: Asked, share: float) -> None:
    """Make a county one of that year, with a share of its figures moved to either side of the limits."""
    given = document["county"]
    given["year"] = year
    for table, records in (("county", [given]), ("school", document["schools"])):
        for record in records:
            _move(record, rng, share)
            record |= {
                fact: _value(one, rng)
                for fact, one in asked.facts[table].items()
                if not one.stage or f"{one.stage}_students" in record
            }
    for result in given["monitoring"]:
        result["year"] = min(result["year"], year)
        result["level"] = rng.choice((3, 3, 4, 2)) if rng.random() < share else 3
    for rule in asked.statements:
        said = given["attestations"].setdefault(rule, {"met": True, "evidence": ["材料.pdf"]})
        said["met"] = rng.random() >= share
    given["vetoes"] = {rule: rng.random() < share for rule in given["vetoes"]}


def _move(record: Record, rng: Random, share: float) -> None:
    """Amounts times a little, or blank; pupils, classes, codes and years as they are."""
    for fact in (fact for fact, value in record.items() if _is_amount(fact, value)):
        if rng.random() < share:
            value = record[fact] * rng.choice(MOVED)
            value = min(value, 100) if "percent" in fact else value
            whole = isinstance(record[fact], int)
            record[fact] = max(round(value), 1) if whole else round(value, 2)
        elif rng.random() < share * BLANK:
            record[fact] = None


KEPT = ("year", "sponsor", "students", "classes", "grades")


def _is_amount(fact: str, value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and bool(value) and not fact.endswith(KEPT)


def _value(fact: Fact, rng: Random) -> object:
    """Some value of a fact that only a pack knows."""
    if fact.form == "flag":
        return rng.random() < 0.5
    if fact.words:
        return rng.choice(sorted(set(fact.words.values())))
    if fact.form == "year":
        return rng.choice(YEARS)
    if not fact.figure:
        return None
    low, high = fact.minimum or 0, fact.maximum if fact.maximum is not None else 100
    drawn = rng.choice(FREE) * (LARGE if fact.unit == "平方米" else 1)
    return int(min(max(drawn, low), high))


if __name__ == "__main__":
    main()
