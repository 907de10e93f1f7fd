"""A file of results judged again from what its manifest names: the same bytes, or what differs."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from compliance.assessment.comparison import compare
from compliance.assessment.replay import (
    JUDGING,
    Replay,
    ReplayDifference,
    byte_difference,
    document_differences,
)
from compliance.checker.builtin_offers import load
from compliance.checker.check import Checker
from compliance.checker.choice import Choice, rule_ids, with_pack_file
from compliance.checker.found_again import FoundFiles, LaidOut, Wanted, find, read_files
from compliance.checker.report import Report
from compliance.checker.sides import faulty, side_of, side_of_document, stored_results
from compliance.intake.formats.standard_input import NAME, kept
from compliance.intake.own_tables.mapping_file import read_mapping
from compliance.intake.own_tables.terms import ReadingTerms
from compliance.kernel.drafts import scratch
from compliance.kernel.errors import JunhengError, UsageError, not_there
from compliance.kernel.i18n import LANGUAGES, msg, say, use
from compliance.plugins.hookspecs import GROUP
from compliance.plugins.registry import without
from compliance.render.machine_formats import json_results
from compliance.rules.resolution.confirmations import Confirmation
from compliance.rules.waivers import read_waivers

_NEEDED = ("asked", "digests", "language")  # what manifests did not always have


@dataclass(frozen=True)
class StatedRun:
    """How results were made, as their manifest states it.

    choice: without what stands in files. plugins: the distributions that were there, those that
    were switched off (`without`) or broken too. waived_on: the day on which waivers had to hold.
    """

    language: str
    choice: Choice
    blank_is_zero: tuple[str, ...]
    plugins: frozenset[str]
    without: tuple[str, ...]
    inputs: tuple[Wanted, ...]
    previous: tuple[Wanted, ...]
    mapping: Wanted | None
    ruleset: Wanted | None
    waivers: tuple[Wanted, ...]
    waived_on: date

    @property
    def wanted(self) -> list[Wanted]:
        """Everything that was read."""
        others = filter(None, (self.mapping, self.ruleset))
        return [*self.inputs, *self.previous, *others, *self.waivers]


def replayed(results: Path, given: Sequence[Path] = ()) -> Replay:
    """Judge again what results were made from, and hold what comes of it against them.

    given: where inputs, and other files that the manifest names, are now, if they have moved: files,
    or folders that are searched. Raises ResultsError for what is no file of results, UsageError for
    results that do not say how they were made, and where nothing is left of what they were made from.
    """
    for path in (results, *given):
        if not path.exists():
            raise not_there(path)
    document = stored_results(results)
    run = _run(document, results)
    found = find(run.wanted, results.parent, given)
    read = [one for one in run.inputs if found.at[one.path]]
    if not read and not any(one.now for one in found.differences):
        told = msg("、").join(one.path for one in run.inputs)
        raise UsageError(
            say("找不到当时的数据：{paths}", paths=told or msg("无")),
            where=str(results),
            todo=msg("把它们，或它们所在的文件夹，写在命令后面：按摘要查找"),
        )
    counts = len(document["counties"]), len(document["findings"])
    others = [one for one in run.wanted if one not in run.inputs]
    if not read or not all(set(found.at[one.path]) == set(one.files) for one in others):
        return Replay(results.name, *counts, found.differences)
    with scratch() as drafts, use(run.language), without(_off(run)):
        layout = None if found.in_place else LaidOut(drafts.folder, run.wanted, found)
        checker = Checker(load(_entries(run)))
        stream = io.BytesIO()
        try:
            with _standard_input(found) as typed:
                report = _judged(checker, run, layout, found, typed)
                json_results(report, stream)
        except JunhengError as error:
            difference = ReplayDifference(JUDGING, str(error))
            return Replay(results.name, *counts, [*found.differences, difference])
        written = layout.told(stream.getvalue()) if layout else stream.getvalue()
    kept = results.read_bytes()
    if kept == written and not found.differences:
        return Replay(results.name, *counts)
    again = json.loads(written, parse_int=float)
    beside = document_differences(document, again, of_inputs=bool(found.differences))
    differences = [*found.differences, *beside]
    sides = side_of_document(checker, document, results), side_of(report, msg("重新判定"))
    compared = compare(*sides)
    if not differences and not compared.differs:
        differences.append(byte_difference(kept, written))
    return Replay(results.name, *counts, differences, compared if compared.differs else None)


@contextmanager
def _standard_input(found: FoundFiles) -> Iterator[Path | None]:
    """Where what came by standard input then lies now; None where nothing did."""
    file = found.at.get(NAME, {}).get("")
    if file is None:
        yield None
        return
    with file.open("rb") as stream, kept(stream, file.name) as path:
        yield path


def _judged(
    checker: Checker, run: StatedRun, layout: LaidOut | None, found: FoundFiles, typed: Path | None
) -> Report:
    """The same judged by what is installed now. typed: standard input."""

    def path(one: Wanted) -> Path:
        if one.path == NAME and typed is not None:
            return typed
        return layout.path(one) if layout else Path(one.path)

    mapping = None
    if run.mapping is not None:
        mapping = replace(read_mapping(path(run.mapping)), path=run.mapping.path)
    choice = replace(run.choice, terms=ReadingTerms(mapping, run.blank_is_zero))
    if run.ruleset is not None:
        choice = replace(choice, ruleset=str(path(run.ruleset) / next(iter(run.ruleset.files))))
    if run.waivers:
        known, _ = with_pack_file(checker.registry, choice.ruleset)
        files = [path(one) for one in run.waivers]
        read = read_waivers(files, run.waived_on, rule_ids(known))
        choice = replace(choice, waivers=read)
    there = [
        [path(one) for one in some if found.at[one.path]] for some in (run.inputs, run.previous)
    ]
    return checker.check(there[0], choice, previous=there[1])


def _entries(run: StatedRun) -> list[EntryPoint]:
    """The plugins that were there then, of those that are there now."""
    return [
        one
        for one in entry_points(group=GROUP)
        if one.dist is None or one.dist.metadata["Name"] in run.plugins
    ]


def _off(run: StatedRun) -> list[str]:
    """What was switched off then and is installed now."""
    there = {one.dist.metadata["Name"] for one in entry_points(group=GROUP) if one.dist is not None}
    return sorted(there.intersection(run.without))


# ── what the manifest states ─────────────────────────────────────────────────────────


def _run(document: Mapping[str, Any], results: Path) -> StatedRun:
    manifest = document.get("manifest")
    rows = (document.get(name) for name in ("counties", "problems", "findings"))
    listed = all(
        isinstance(one, list) and all(isinstance(row, dict) for row in one) for one in rows
    )
    if not isinstance(manifest, dict) or not listed:
        raise faulty(results, msg("没有清单（manifest）、县、提示或判定"))
    if not set(_NEEDED) <= set(manifest):
        raise UsageError(
            msg("结果由较早的版本写成，没有记下是怎样判定的，不能重新判定"),
            where=str(results),
            todo=msg("用 compliance check --format json 重新生成，以后即可"),
        )
    try:
        return _stated(manifest)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = say("清单（manifest）不合格式（{e}）", e=type(error).__name__)
        raise faulty(results, what) from error


def _stated(manifest: Mapping[str, Any]) -> StatedRun:
    asked = manifest["asked"]
    language = _word(manifest["language"])
    if language not in LANGUAGES:
        raise ValueError(language)
    off, broken = (_words(manifest.get(key, [])) for key in ("without_plugins", "broken_plugins"))
    as_of = asked["as_of"]
    mapping, waived = asked.get("mapping"), manifest.get("waivers", {})
    ruleset = None if asked["ruleset"] is None else _word(asked["ruleset"])
    return StatedRun(
        language=language,
        choice=Choice(
            ruleset,
            None if as_of is None else date.fromisoformat(_word(as_of)),
            _words(manifest["enforced"]),
            _words(manifest["switches"]),
            manifest["strict"] is True,
            tuple(_confirmation(row) for row in manifest["confirmations"]),
        ),
        blank_is_zero=_words(asked.get("blank_is_zero", [])),
        plugins=frozenset({*manifest["plugins"], *off, *(one.split()[0] for one in broken)}),
        without=off,
        inputs=tuple(read_files("inputs", _words(asked["inputs"]), manifest["inputs"])),
        previous=tuple(
            read_files("previous", _words(asked.get("previous", [])), manifest.get("previous", []))
        ),
        mapping=None
        if mapping is None
        else Wanted("mapping", _word(mapping), {"": _word(manifest["mapping"]["sha256"])}),
        ruleset=_pack_file(ruleset, manifest["digests"]["packs"]),
        waivers=tuple(_waivers(_words(asked.get("waivers", [])), waived.get("files", []))),
        waived_on=date.fromisoformat(_word(waived["day"])) if waived else date.min,
    )


def _waivers(paths: Sequence[str], files: Sequence[Mapping[str, Any]]) -> Iterator[Wanted]:
    for path, file in zip(paths, files, strict=True):
        yield Wanted("waivers", path, {"": _word(file["sha256"])})


def _pack_file(ruleset: str | None, packs: Mapping[str, Mapping[str, str]]) -> Wanted | None:
    """The folder of a pack file with what of it was read, the file first; None for an installed set."""
    name = Path(ruleset or "").name
    for files in packs.values():
        if ruleset is not None and name in files:
            own = {name: _word(files[name]), **{way: _word(one) for way, one in files.items()}}
            if any(".." in Path(way).parts or Path(way).is_absolute() for way in own):
                raise ValueError(ruleset)
            return Wanted("ruleset", str(Path(ruleset).parent), own, lines=True)
    return None


def _confirmation(row: Mapping[str, Any]) -> Confirmation:
    texts = {name: _word(row[name]) for name in ("rule", "document", "confirmed_by", "sha256")}
    return Confirmation(**texts, date=date.fromisoformat(_word(row["date"])))


def _words(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError(values)
    return tuple(map(_word, values))


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
