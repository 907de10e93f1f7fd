"""Results judged again, held against the results as they were kept: what made them differ, by name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from compliance.assessment.comparison import RunComparison

# kinds of difference beside the keys of the manifest, whose names their own are
MISSING, CHANGED, JUDGING = "missing", "changed", "judging"
LINE_ENDS, LAYOUT, PROBLEM, RULESET, TEXT = "line_ends", "layout", "problem", "ruleset", "text"
_PROBLEMS = 5  # of either side that are named
_BEFORE = 40  # characters of a line that are shown before the first that differs
# of the manifest: what differs of itself where inputs do
_OF_INPUTS = ("asked", "inputs", "previous", "blank_is_zero", RULESET, PROBLEM)


class ReplayDifference(NamedTuple):
    """One thing that is not as it was.

    kind: one of the kinds above, or the manifest's key, with dots before inner ones. name: which of
    them. then, now: as they were and are; None where there is none.
    """

    kind: str
    name: str
    then: str | None = None
    now: str | None = None


@dataclass(frozen=True)
class Replay:
    """Results judged again.

    name: of their file. counties, findings: how many were judged. run: the findings side by side,
    where they were judged again and are not the same bytes.
    """

    name: str
    counties: int
    findings: int
    differences: Sequence[ReplayDifference] = ()
    run: RunComparison | None = None

    @property
    def same(self) -> bool:
        """Whether the same bytes came of it."""
        return not self.differences and self.run is None


def manifest_differences(
    then: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[ReplayDifference]:
    """Every entry of two manifests that is not the same."""
    before, after = dict(_entries(then)), dict(_entries(now))
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key):
            yield ReplayDifference(*key, before.get(key), after.get(key))


def _entries(manifest: Mapping[str, Any], *above: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Key and name of every entry, and what it says as text."""
    for key, value in manifest.items():
        if isinstance(value, Mapping):
            yield from _entries(value, *above, key)
        elif isinstance(value, list) and all(isinstance(one, dict) for one in value) and value:
            kind = ".".join((*above, key))
            for place, one in enumerate(value):
                name = one.get("path") or one.get("name") or one.get("rule") or str(place)
                yield (kind, str(name)), str(one.get("sha256", _text(one)))
        elif above:
            yield (".".join(above), key), _text(value)
        else:
            yield (key, ""), _text(value)


def _text(value: object) -> str:
    return (
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    )


def document_differences(
    then: Mapping[str, Any], now: Mapping[str, Any], *, of_inputs: bool
) -> Iterator[ReplayDifference]:
    """What two documents of results differ in beside counties and findings.

    of_inputs: their inputs differ, which is known, and so may all that hangs on them.
    """
    for one in _document_differences(then, now):
        if not (of_inputs and one.kind.partition(".")[0] in _OF_INPUTS):
            yield one


def _document_differences(
    then: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[ReplayDifference]:
    yield from manifest_differences(then["manifest"], now["manifest"])
    sets = [doc.get("rulesets") or [doc.get("ruleset")] for doc in (then, now)]
    if sets[0] != sets[1]:
        yield ReplayDifference(RULESET, "", *(_text(one) for one in sets))
    old, new = ([_text(one) for one in doc["problems"]] for doc in (then, now))
    gone = [one for one in old if one not in set(new)]
    came = [one for one in new if one not in set(old)]
    for one in gone[:_PROBLEMS]:
        yield ReplayDifference(PROBLEM, _message(one), one, None)
    for one in came[:_PROBLEMS]:
        yield ReplayDifference(PROBLEM, _message(one), None, one)


def _message(problem: str) -> str:
    return str(json.loads(problem).get("message", ""))


def byte_difference(then: bytes, now: bytes) -> ReplayDifference:
    """What kind of bytes differ, where nothing else was found: ends of lines, layout, or a text."""
    if then.replace(b"\r\n", b"\n") == now:
        return ReplayDifference(LINE_ENDS, "")
    if json.loads(then) == json.loads(now):
        return ReplayDifference(LAYOUT, "")
    lines = [one.decode(errors="replace").split("\n") for one in (then, now)]
    place = next(
        (n for n, (a, b) in enumerate(zip(*lines, strict=False)) if a != b), min(map(len, lines))
    )
    texts = [one[place].strip() if place < len(one) else "" for one in lines]
    alike = next((n for n, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), 0)
    first = max(alike - _BEFORE, 0)
    return ReplayDifference(TEXT, str(place + 1), *(one[first:] for one in texts))
