"""Where the figures of a working stand, and which others a figure follows from that stands nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from compliance.engine.figures import evidence, given
from compliance.engine.subject import Subject
from compliance.engine.working import Input
from compliance.explain.context import Context
from compliance.intake.cell_locations import Found, Place


def placed(context: Context, subject: Subject, inputs: Iterable[Input]) -> tuple[Input, ...]:
    """The inputs with their files and cells; what is no fact of the contract stays as it is."""
    asked = list(inputs)
    facts = [fact for one in asked for fact in (one.fact, *(part.fact for part in one.parts))]
    facts += [n for f in facts if f in subject.facts for g in subject.facts[f].parts for n in g]
    schools = {subject.code, *(part.of for one in asked for part in one.parts)}
    found = context.watch.locate(context.key, schools, list(dict.fromkeys(facts)))
    return tuple(_placed(subject, one, found) for one in asked)


def _placed(subject: Subject, one: Input, found: Found) -> Input:
    place = found.get((one.of or None, one.fact))
    if one.fact not in subject.facts:
        parts = ((part, found.get((part.of, part.fact))) for part in one.parts)
        return replace(one, parts=tuple(_at(part, place) for part, place in parts))
    if one.value is None:
        return _at(one, place)
    if place is not None and place.written is None and place.rows == 1:
        place = None  # the cell is blank: the figure follows from others
    if place is not None:
        return replace(_at(one, place), rows=place.rows, written=_written(place, one.value))
    *others, last = evidence(subject) or [""]
    source = next((fact for fact in others if subject.record(fact) is not None), None)
    if one.fact == last and source is not None:
        return replace(one, origin="derived", source=subject.facts[source].label)
    for group in subject.facts[one.fact].parts:
        summed = tuple(_placed(subject, part, found) for part in given(subject, group))
        if len(summed) == len(group) and all(part.origin != "missing" for part in summed):
            return replace(one, origin="derived", parts=summed)
    return one


def _at(one: Input, place: Place | None) -> Input:
    return one if place is None else replace(one, file=place.file, at=place.at)


def _written(place: Place, value: object) -> str:
    """What stands in the cell, where it is not simply the figure."""
    text = "" if place.written is None else str(place.written).strip()
    if place.rows > 1 or isinstance(place.written, list) or not text:
        return ""
    try:
        same = isinstance(value, int | float) and float(text) == float(value)
    except ValueError:
        same = False
    return "" if same or text == str(value) or isinstance(value, list | bool) else text
