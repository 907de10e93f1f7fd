"""The whole check of a plugin, step by step: facts, packs in every way, offers, templates, cases, the wheel."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from urllib.parse import unquote, urlparse

from compliance.authoring.both_languages import of_pack
from compliance.authoring.check.advice import advise
from compliance.authoring.check.cases import check_cases
from compliance.authoring.check.days import wrong_days
from compliance.authoring.check.diagnostics import Diagnosis, Diagnostic
from compliance.authoring.check.fragments import sound_fragments
from compliance.authoring.check.layers import in_every_way
from compliance.authoring.check.offers import check_entry_points, check_names, clashes
from compliance.authoring.check.source import PluginSource, source_of
from compliance.authoring.check.templates import check_templates
from compliance.authoring.check.wheel import check_wheel
from compliance.checker import load
from compliance.checker.choice import Packs, own_fragments
from compliance.facts.vocabulary import Vocabulary, fragment_files, joined
from compliance.kernel.errors import PackError, PluginError
from compliance.kernel.i18n import msg, say
from compliance.plugins.hookspecs import GROUP
from compliance.plugins.registry import HOOKS, Registry
from compliance.rules.language.editions import editions
from compliance.rules.language.model import OF_A_FILE
from compliance.rules.language.pack import Pack, read_pack


def check_path(
    path: Path, *, build: bool = True, cases: bool = True, run_code: bool = False
) -> list[Diagnostic]:
    """What is wrong with the plugin, the packs or the pack at a path.

    build: build its wheel and open it. cases: run its cases, and say which are missing. run_code: import its modules, which else happens only where it
    is installed. Raises UsageError where there is nothing to check.
    """
    return _check(source_of(path), build=build, cases=cases, run_code=run_code)


def check_installed(*, cases: bool = True) -> list[Diagnostic]:
    """What is wrong with the plugins that are installed; no wheel is built."""
    found: list[Diagnostic] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        source = _installed(entry)
        if source is not None:
            found += _check(source, build=False, cases=cases, run_code=False)
    return found


def _installed(entry: EntryPoint) -> PluginSource | None:
    """The source of an installed plugin: the folder that it is installed from, or its packages."""
    if entry.dist is None:
        return None
    told = entry.dist.read_text("direct_url.json") or ""
    folder = re.search(r'"url":\s*"(file:[^"]*)"', told)
    if folder is not None and '"editable": true' in told:
        root = Path(unquote(urlparse(folder[1]).path))
        if root.is_dir():
            return source_of(root)
    files = [Path(str(entry.dist.locate_file(one))) for one in entry.dist.files or ()]
    packs = {one: one.parents[1] for one in sorted(files) if one.match("rules/*.toml")}
    root = next(iter(packs.values()), Path(str(entry.dist.locate_file(""))))
    return PluginSource(root, entry.dist.metadata["Name"], entry.dist.metadata["Version"], packs)


def _check(source: PluginSource, *, build: bool, cases: bool, run_code: bool) -> list[Diagnostic]:
    diagnosis = Diagnosis(source.name)
    for fault in source.faults:
        diagnosis.tell(fault)
    check_entry_points(source, diagnosis)
    others, registry = _beside(source, diagnosis, run_code=run_code)
    check_names(source, others, diagnosis)
    own = _read(source, diagnosis)
    known = _known(own, others, diagnosis)
    for pack in (one for same in known.values() for one in same):
        diagnosis.files.setdefault(pack.file, pack.path)
        if pack.path not in source.packs:
            diagnosis.plugins.setdefault(pack.file, pack.plugin.partition(" ")[0])
    for found in (clashes(own, others), *(of_pack(pack) for pack in own)):
        for fault in found:
            diagnosis.tell(fault)
    installed = {one: one.read_text("utf-8-sig") for one in fragment_files(others.fragments)}
    sound = sound_fragments(source.homes, installed, diagnosis)
    for name in sorted({pack.id for pack in own}):
        _check_rules(name, own, known, registry, sound, diagnosis)
    check_templates(source.homes, diagnosis)
    homes = [home / "schemas" for home in source.homes if (home / "schemas").is_dir()]
    whole = replace(
        registry,
        packs={key: list(same) for key, same in known.items()},
        fragments=[*others.fragments, *homes],
    )
    if cases:
        check_cases(source, own, whole, diagnosis)
    if build and source.project is not None and not source.faults:
        check_wheel(source, diagnosis)
    return diagnosis.sorted()


def _check_rules(
    name: str, own: Sequence[Pack], known: Packs, registry: Registry,
    sound: Mapping[Path, str], diagnosis: Diagnosis,
) -> None:  # fmt: skip
    """One of its rule sets: on every day and in every way, and what else is to be said of it."""
    packs = [pack for pack in own if pack.id == name]
    for key in (key for key in known if key.partition("/")[0] == name):
        for fault in wrong_days([pack for pack in known[key] if pack in packs]):
            diagnosis.tell(fault)
    if name not in known:  # a school standard alone
        what = say("规则集 {id} 只有学校办学标准，没有评估规则", id=name)
        diagnosis.tell(
            packs[0].error(
                what, "pack", "layer", todo=msg("请装上同一编号的评估规则"), code="reference"
            )
        )
        return
    words, whole = _words(name, known, registry, sound)
    days = in_every_way(known, name, packs, registry.kinds, words, diagnosis, facts_known=whole)
    for fault in advise(days, {pack.path for pack in packs}, registry.kinds):
        diagnosis.tell(fault)


def _words(
    name: str, known: Packs, registry: Registry, sound: Mapping[Path, str]
) -> tuple[Vocabulary, bool]:
    """The facts of a rule set, those of the plugin as far as they are right; whether these are all."""
    texts, whole = dict[Path, str](), True
    for path in fragment_files(own_fragments(registry, known, name)):
        if path in sound:
            texts[path] = sound[path]
        elif path.parent in registry.fragments:
            texts[path] = path.read_text("utf-8-sig")
        else:
            whole = False
    return joined(texts), whole


def _beside(
    source: PluginSource, diagnosis: Diagnosis, *, run_code: bool
) -> tuple[Registry, Registry]:
    """What is installed beside the plugin; and that with the kinds of the plugin, where its code may be run."""
    entries = list(entry_points(group=GROUP))
    mine = [
        one
        for one in entries
        if one.dist is not None and _plain(one.dist.name) == _plain(source.name)
    ]
    others = _without(source, load([one for one in entries if one not in mine]))
    if run_code and not mine:
        mine = [EntryPoint(name, value, GROUP) for name, value in source.entry_points.items()]
    hooks = {hook.name for _, hook in source.hooks()}
    place = next(iter(source.modules.values()), (source.pyproject,))[0]
    if not mine:
        diagnosis.without_code = "compliance_kinds" in hooks
        if hooks & set(HOOKS[1:]):
            what = msg("没有运行插件的代码：种类、读取、输出只按源文件检查")
            diagnosis.add("not_loaded", what, place, 0, msg("信得过的插件，加 --import 再检查一次"))
        return others, others
    with _importable(source):
        try:
            whole = load([*(one for one in entries if one not in mine), *mine])
        except PluginError as error:
            diagnosis.tell(error, place, "taken")
            return others, others
    for one in whole.broken:
        asked = one.plugin.entry in {entry.name for entry in mine}
        # a pack's or a fact's own fault is told where it stands
        if (
            asked
            and one.error is not None
            and not one.error.code
            and not isinstance(one.error, PackError)
        ):
            diagnosis.tell(one.error, place, "offer")
    return others, replace(others, kinds={**others.kinds, **whole.kinds})


@contextmanager
def _importable(source: PluginSource) -> Iterator[None]:
    """Modules of the plugin's folder can be imported inside the block."""
    places = [str(one) for one in (source.root / "src", source.root) if one.is_dir()]
    sys.path[:0] = places
    try:
        yield
    finally:
        for one in places:
            sys.path.remove(one)


def _without(source: PluginSource, registry: Registry) -> Registry:
    """What is installed, without the very packs that are checked."""
    packs = {
        key: [one for one in same if one.path.resolve() not in source.packs]
        for key, same in registry.packs.items()
    }
    return replace(registry, packs={key: same for key, same in packs.items() if same})


def _plain(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _read(source: PluginSource, diagnosis: Diagnosis) -> list[Pack]:
    """Its packs, without what is wrong in them; the faults are told."""
    found = []
    for path, home in source.packs.items():
        label = source.label if source.project is not None else ""
        diagnosis.files[f"{label} {path.name}".lstrip()] = path
        try:
            pack = read_pack(path, source.version or OF_A_FILE, home, label)
        except PackError as error:
            diagnosis.tell(error, path, "schema")
            continue
        found.append(pack)
    return found


def _known(own: Sequence[Pack], others: Registry, diagnosis: Diagnosis) -> Packs:
    """The packs that are installed and the plugin's own, which go before; two editions of a day are told."""
    kept: list[Pack] = []
    for pack in own:
        try:
            editions([*kept, pack])
        except PackError as error:
            diagnosis.tell(error)
        else:
            kept.append(pack)
    return {**others.packs, **editions(kept)}
