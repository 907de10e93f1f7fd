"""Plugins found, loaded one by one, and their offers gathered; loud where anything is wrong.

A plugin that fails is named with its distribution and version and stops the program: judging as if
it were not there would be a false acquittal. Two offers of one name are refused, naming both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pluggy

from compliance.kernel.errors import PackError, PluginError
from compliance.kernel.i18n import say
from compliance.plugins import hookspecs
from compliance.rules.language.pack import Pack, packs_in
from compliance.rules.resolution.resolve import editions

CORE = "junheng"


@dataclass
class Offers:
    """What is installed: packs by id (oldest edition first), kinds, readers, renderers.

    plugins: distribution → version. fragments: schema directories of plugins.
    """

    packs: dict[str, list[Pack]] = field(default_factory=dict)
    kinds: dict[str, Any] = field(default_factory=dict)
    readers: dict[str, Any] = field(default_factory=dict)
    renderers: dict[str, Any] = field(default_factory=dict)
    plugins: dict[str, str] = field(default_factory=dict)
    fragments: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class _Source:
    """Where a plugin comes from."""

    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip()


def load(core: object, found: Iterable[EntryPoint] | None = None) -> Offers:
    """Load every installed plugin (or those of `found`) beside the core's own offers, and gather them.

    core: the module with the core's own kinds, readers and renderers, marked as hooks.

    Raises PluginError or PackError; never leaves a plugin out silently.
    """
    manager = pluggy.PluginManager(hookspecs.GROUP)
    manager.add_hookspecs(hookspecs)
    sources = {CORE: _Source(CORE, "")}
    manager.register(core, name=CORE)
    for entry in sorted(
        entry_points(group=hookspecs.GROUP) if found is None else found,
        key=lambda one: (one.dist.name if one.dist else "", one.name),
    ):
        source = (
            _Source(entry.dist.name, entry.dist.version)
            if entry.dist
            else _Source(entry.value, "?")
        )
        sources[f"{source.distribution}:{entry.name}"] = source
        _register(manager, entry, source)
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(
            say(
                "插件实现了不存在的钩子：{why}",
                "a plugin implements an unknown hook: {why}",
                why=error,
            )
        ) from error
    return _gather(manager, sources)


def _register(manager: pluggy.PluginManager, entry: EntryPoint, source: _Source) -> None:
    name = f"{source.distribution}:{entry.name}"
    try:
        manager.register(entry.load(), name=name)
    except Exception as error:
        raise PluginError(
            say(
                "插件 {plugin} 无法加载：{kind}: {why}",
                "plugin {plugin} could not be loaded: {kind}: {why}",
                plugin=source,
                kind=type(error).__name__,
                why=error,
            ),
            todo=say(
                "请修复或卸载它：pip uninstall {name}",
                "mend it or uninstall it: pip uninstall {name}",
                name=source.distribution,
            ),
        ) from error


def _gather(manager: pluggy.PluginManager, sources: Mapping[str, _Source]) -> Offers:
    offers = Offers()
    packs: list[Pack] = []
    owners: dict[str, _Source] = {}
    for source, homes in _calls(manager, "compliance_packs", sources):
        for home in homes:
            for pack in _packs(Path(home), source):
                _claim(owners, f"pack {pack.id}", source)
                packs.append(pack)
            if (Path(home) / "schemas").is_dir():
                offers.fragments.append(Path(home) / "schemas")
    offers.packs = editions(packs)
    for hook, table in (
        ("compliance_kinds", offers.kinds),
        ("compliance_readers", offers.readers),
        ("compliance_renderers", offers.renderers),
    ):
        for source, offered in _calls(manager, hook, sources):
            for name, offer in offered.items():
                _claim(owners, f"{hook.removeprefix('compliance_')[:-1]} {name}", source)
                table[name] = offer
    offers.plugins = {
        source.distribution: source.version
        for source in sources.values()
        if source.distribution != CORE
    }
    return offers


def _packs(home: Path, source: _Source) -> list[Pack]:
    try:
        return packs_in(home, source.version)
    except PackError as error:
        raise PackError(f"{source}: {error.what}", error.where, error.todo) from error


def _calls(
    manager: pluggy.PluginManager, hook: str, sources: Mapping[str, _Source]
) -> Iterable[tuple[_Source, Any]]:
    """Every implementation's answer with its source, in the order the plugins were loaded."""
    caller: pluggy.HookCaller = getattr(manager.hook, hook)
    order = list(sources)
    for impl in sorted(caller.get_hookimpls(), key=lambda one: order.index(one.plugin_name)):
        source = sources[impl.plugin_name]
        try:
            yield source, impl.function()
        except Exception as error:
            raise PluginError(
                say(
                    "插件 {plugin} 的 {hook} 出错：{kind}: {why}",
                    "{hook} of plugin {plugin} failed: {kind}: {why}",
                    plugin=source,
                    hook=hook,
                    kind=type(error).__name__,
                    why=error,
                )
            ) from error


def _claim(owners: dict[str, _Source], name: str, source: _Source) -> None:
    """Take a name for a source; PluginError where another has it."""
    owner = owners.setdefault(name, source)
    if owner != source:
        raise PluginError(
            say(
                "{name} 由两个插件提供：{one} 与 {other}",
                "{name} is offered by two plugins: {one} and {other}",
                name=name,
                one=owner,
                other=source,
            ),
            todo=say("请卸载其中一个", "uninstall one of them"),
        )
