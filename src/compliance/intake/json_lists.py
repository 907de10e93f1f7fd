"""The lists of a county's JSON record, flattened to the further tables they are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from compliance.intake.cells import pointer
from compliance.words import say

if TYPE_CHECKING:
    from compliance.intake.json_records import Reading

Flat = list[tuple[str, Mapping[str, object]]]
# columns whose value is the key of an object: their place is the object itself
KEYED = frozenset({("attestations", "rule"), ("vetoes", "rule"), ("vetoes", "exists")})


def monitoring(reading: Reading, value: object, at: str) -> Flat:
    """``[{subject, grade, year, level, disparity}]`` → a row each."""
    if not isinstance(value, list):
        reading.wrong_type(at, value, say("列表 [{{…}}]", "a list [{{…}}]"))
        return []
    return list(reading.objects(value, at))


def attestations(reading: Reading, value: object, at: str) -> Flat:
    """``{rule: {met, evidence, note}}`` → rows of rule, met, evidence, note; null is absent."""
    rows: Flat = []
    for rule, statement in _statements(reading, value, at):
        if isinstance(statement, dict):
            reading.keys(statement, at + pointer(rule))
            rows.append((at + pointer(rule), {**statement, "rule": rule}))
        else:
            reading.wrong_type(
                at + pointer(rule),
                statement,
                '{"met": true, "evidence": ["…"], "note": "…"}',
            )
    return rows


def vetoes(reading: Reading, value: object, at: str) -> Flat:
    """``{rule: true | false}`` → rows of rule, exists; null is absent."""
    rows: Flat = []
    for rule, exists in _statements(reading, value, at):
        if isinstance(exists, dict | list):
            reading.wrong_type(at + pointer(rule), exists, "true / false")
        else:  # words such as 否 are for accept to understand or refuse
            rows.append((at + pointer(rule), {"rule": rule, "exists": exists}))
    return rows


def _statements(reading: Reading, value: object, at: str) -> Sequence[tuple[str, object]]:
    if not isinstance(value, dict):
        reading.wrong_type(at, value, say("对象 {{…}}", "an object {{…}}"))
        return []
    reading.keys(value, at)
    return [(rule, given) for rule, given in value.items() if given is not None]


FLATTEN: Mapping[str, Callable[[Reading, object, str], Flat]] = {
    "monitoring": monitoring,
    "attestations": attestations,
    "vetoes": vetoes,
}
