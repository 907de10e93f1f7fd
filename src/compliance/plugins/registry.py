"""Plugins found, loaded one by one, their answers checked and gathered; loud where anything is wrong.

A plugin that fails — when imported, in a hook, by its answer, by a faulty pack — offers nothing, and
is kept with its fault in `Registry.broken`: whoever would judge as if it had never been there must
ask there first. Two offers of one name stop the program, naming both. A plugin can be switched off
by name (`without`, ``--without-plugin``, ``COMPLIANCE_WITHOUT_PLUGINS``); then it was never there.
"""

from __future__ import annotations

import os
import re
import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, wraps
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points, version
from pathlib import Path
from typing import Any, NamedTuple

import pluggy

from compliance.engine.kinds.kind import Kind
from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.intake.formats.discover import Reader
from compliance.intake.formats.raw_table import RawDocument
from compliance.kernel import environment, interrupts
from compliance.kernel.errors import JunhengError, PluginError, UsageError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.kernel.journal import LOGGER, step
from compliance.kernel.versions import admits
from compliance.plugins import hookspecs
from compliance.plugins.hookspecs import Renderer
from compliance.rules.language.editions import editions
from compliance.rules.language.pack import Pack, packs_in

CORE = "junheng"
HOOKS = ("compliance_packs", "compliance_kinds", "compliance_readers", "compliance_renderers")
_CORE_WANTED = re.compile(rf"{CORE}\s*\(?\s*([<>=!~][^;)]*)\)?\s*")
_without: ContextVar[tuple[str, ...]] = ContextVar("compliance_without_plugins", default=())


class Plugin(NamedTuple):
    """Where offers come from: a distribution, its version, its entry point's name and package."""

    distribution: str
    version: str = ""
    entry: str = ""
    package: str = ""

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip()


_ITSELF = Plugin(CORE)


@dataclass
class Offers:
    """What one plugin offers: packs by id (oldest edition first), kinds, readers, renderers.

    fragments: its directories of schemas. error: what is wrong with it; then nothing of it is used.
    whole: every pack it has is in `packs`; false of one that broke before: nobody knows which rule
    sets are missing.
    """

    packs: dict[str, list[Pack]] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)
    renderers: dict[str, Renderer] = field(default_factory=dict)
    fragments: list[Path] = field(default_factory=list)
    plugin: Plugin = _ITSELF
    whole: bool = False
    error: JunhengError | None = None

    def names(self) -> set[str]:
        """What no other plugin may offer: ``kind moon``, ``pack moon`` …"""
        packs = {pack.id for same in self.packs.values() for pack in same}
        tables = {"pack": packs, "kind": self.kinds, "reader": self.readers}
        tables["renderer"] = self.renderers
        return {f"{what} {name}" for what, names in tables.items() for name in names}


@dataclass
class Registry(Offers):
    """What is installed and in order: the core's offers, to which those of the plugins are added.

    plugins: distribution → version; sound: → what it offers, by each of its entry points. broken: the
    plugins of which nothing is used, each with its `error`. without: the distributions that are
    switched off. owners: who offers a name.
    """

    plugins: dict[str, str] = field(default_factory=dict)
    sound: dict[str, list[Offers]] = field(default_factory=dict)
    broken: list[Offers] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    owners: dict[str, Plugin] = field(default_factory=dict)

    @property
    def vocabulary(self) -> Vocabulary:
        """The facts of the core and of every plugin."""
        return vocabulary(self.fragments)

    def add(self, offers: Offers) -> None:
        """Put a plugin's offers among the others, or the plugin among the broken ones.

        Raises PluginError where another plugin, or the core, offers the same name.
        """
        plugin = offers.plugin
        if offers.error is not None:
            cause = offers.error if environment.asked(environment.DEBUG) else None
            LOGGER.warning("%s", offers.error, exc_info=cause)
            self.broken.append(offers)
            return
        for name in sorted(offers.names()):
            owner = self.owners.setdefault(name, plugin)
            if owner != plugin:
                raise _taken(name, owner, plugin)
        if plugin.distribution != CORE:
            for kind in offers.kinds.values():
                kind.offered_by = str(plugin)
        self.packs |= offers.packs
        self.kinds |= offers.kinds
        self.readers |= offers.readers
        self.renderers |= offers.renderers
        self.fragments += offers.fragments
        self.plugins[plugin.distribution] = plugin.version
        self.sound.setdefault(plugin.distribution, []).append(offers)


def _taken(name: str, one: Plugin, other: Plugin) -> PluginError:
    return PluginError(
        say("{name} 由两个插件提供：{one} 与 {other}", name=name, one=one, other=other),
        todo=say("请卸载其中一个，或用 --without-plugin {plugin} 停用", plugin=other.distribution),
    )


@contextmanager
def without(plugins: Iterable[str]) -> Iterator[None]:
    """Load no plugin of these names (of its distribution or entry point) inside the block."""
    token = _without.set((*_without.get(), *plugins))
    try:
        yield
    finally:
        _without.reset(token)


def load(core: object, found: Iterable[EntryPoint] | None = None) -> Registry:
    """The core's own offers and those of every installed plugin, or of the plugins of `found`.

    core: the module with the core's own kinds, readers and renderers, marked as hooks.

    A faulty plugin stands in `Registry.broken`. Raises PluginError where two offer the same name,
    and UsageError where a plugin that is to be switched off is not installed.
    """
    registry = Registry()
    _ask(registry, core)
    registry.owners = dict.fromkeys(registry.names(), registry.plugin)
    listed = _installed(registry) if found is None else found
    entries = [(_plugin(entry), entry) for entry in listed]
    entries.sort(key=lambda one: (one[0].distribution if one[1].dist else "", one[1].name))
    off = _switched_off([plugin for plugin, _ in entries])
    asked = []
    for plugin, entry in entries:
        if {plugin.distribution, plugin.entry} & off:
            registry.without.append(plugin.distribution)
        else:
            asked.append(_offers(plugin, entry))
    _check_facts(asked)
    for offers in asked:
        registry.add(offers)
    told = ", ".join(f"{name} {number}" for name, number in registry.plugins.items())
    step(lambda: say("插件：{plugins}", plugins=told))
    return registry


def _check_facts(asked: Sequence[Offers]) -> None:
    """Note the fault of every plugin whose facts do not go with those of the core and before it."""
    sound = [one for one in asked if one.error is None]
    try:
        vocabulary([path for one in sound for path in one.fragments])
    except PluginError:  # whose they are is asked only now: it takes the time of reading them all
        kept: list[Offers] = []
        for one in sound:
            pairs = ([*other.fragments, *one.fragments] for other in kept)
            for other, both in zip((one, *kept), (one.fragments, *pairs), strict=True):
                try:
                    vocabulary(both)
                except PluginError as error:
                    whose = " / ".join(dict.fromkeys(map(str, (other.plugin, one.plugin))))
                    one.error = PluginError(f"{whose}: {error.what}", error.where, error.todo)
                    break
            else:
                kept.append(one)


def _installed(registry: Registry) -> Iterable[EntryPoint]:
    """Every entry point of ours; a distribution whose list of them is damaged is among the broken ones."""
    try:
        return entry_points(group=hookspecs.GROUP)
    except Exception:  # whose, is not said: each is asked
        found: dict[str, list[EntryPoint]] = {}
        for one in distributions():
            plugin = Plugin(*_called(one))
            try:
                ours = [entry for entry in one.entry_points if entry.group == hookspecs.GROUP]
                found.setdefault(plugin.distribution, ours)
            except Exception as error:
                if f"[{hookspecs.GROUP}]" in (one.read_text("entry_points.txt") or ""):
                    fault = _unloaded(plugin, error)
                    registry.add(Offers(plugin=plugin, error=fault))
        return [entry for ours in found.values() for entry in ours]


def _plugin(entry: EntryPoint) -> Plugin:
    module = entry.value.partition(":")[0].strip()  # `entry.module` fails for one that is none
    package = module.partition(".")[0]
    if entry.dist is None:
        return Plugin(entry.value, "?", entry.name, package)
    name, version = _called(entry.dist)
    return Plugin(name or entry.name, version, entry.name, package)


def _called(distribution: Distribution) -> tuple[str, str]:
    """Its name and version, as far as it says."""
    try:
        told = distribution.metadata  # read anew each time it is asked for
        return str(told["Name"] or ""), str(told["Version"] or "?")
    except Exception:  # no text, or none at all
        return "", "?"


def _switched_off(plugins: Sequence[Plugin]) -> set[str]:
    """The names of plugins not to be loaded; UsageError for one that none has."""
    named = [name.strip() for name in environment.asked(environment.WITHOUT_PLUGINS).split(",")]
    known = {name for one in plugins for name in (one.distribution, one.entry)}
    off = {name for name in (*named, *_without.get()) if name}
    for name in sorted(off - known):
        near = suggestion(name, sorted(known))
        raise UsageError(
            say("没有插件“{name}”", name=name),
            todo=say("已安装：{known}", known=", ".join(sorted(known)))
            + (msg("；") + near if near else ""),
        )
    return off


def _offers(plugin: Plugin, entry: EntryPoint) -> Offers:
    """What a plugin offers, up to its fault if it has one."""
    offers = Offers(plugin=plugin)
    try:
        with _blaming(plugin, passing=(PluginError,)):
            _check_core(plugin, entry)
            module = entry.load()
        _ask(offers, module)
    except JunhengError as error:
        offers.error = error
    return offers


@cache
def _own_version() -> str:
    return version(CORE)


def _check_core(plugin: Plugin, entry: EntryPoint) -> None:
    """PluginError where a distribution asks for another version of the program, which pip was not let refuse."""
    for need in (entry.dist.requires if entry.dist else None) or ():
        found = _CORE_WANTED.fullmatch(need)
        if found is not None and not admits(found[1], own := _own_version()):
            raise PluginError(
                say("插件 {plugin} 需要 junheng {wanted}，已安装的是 {own}",
                    plugin=plugin, wanted=found[1], own=own),
                todo=say("请安装相配的版本：pip install -U junheng {name}；或停用：--without-plugin {name}",
                         name=plugin.distribution),
            )  # fmt: skip


def _ask(offers: Offers, module: object) -> None:
    """Call the plugin's hooks, in a manager of its own, and check every answer.

    Raises PluginError or PackError.
    """
    plugin = offers.plugin
    manager = pluggy.PluginManager(hookspecs.GROUP)
    manager.add_hookspecs(hookspecs)
    with _blaming(plugin):
        manager.register(module)
        manager.check_pending()
    callers = {name: getattr(manager.hook, name) for name in HOOKS}
    if not any(caller.get_hookimpls() for caller in callers.values()):
        raise PluginError(
            say("插件 {plugin} 没有提供任何内容", plugin=plugin),
            todo=say("应有标了 @hookimpl 的钩子：{hooks}", hooks=", ".join(HOOKS)),
        )
    for home in _homes(callers["compliance_packs"], plugin):
        _take_packs(offers, home)
    offers.whole = True
    offers.kinds = _table(
        callers["compliance_kinds"],
        plugin,
        lambda name, it: isinstance(it, Kind) and getattr(it, "name", "") == name,
    )
    offers.readers = _table(
        callers["compliance_readers"],
        plugin,
        lambda name, it: name.startswith(".") and name == name.lower() and callable(it),
    )
    offers.renderers = _table(
        callers["compliance_renderers"], plugin, lambda name, it: ":" not in name and callable(it)
    )


def _answer(hook: pluggy.HookCaller, plugin: Plugin) -> object:
    """What the plugin's function answers; PluginError where it raises anything."""
    with _blaming(plugin, hook.name):
        answers = hook()
    return answers[0] if answers else None  # pluggy leaves None out


def _homes(hook: pluggy.HookCaller, plugin: Plugin) -> list[Path]:
    """The directories of packs; PluginError for an answer that is not that."""
    if not hook.get_hookimpls():
        return []
    answer = _answer(hook, plugin)
    if isinstance(answer, Sequence) and not isinstance(answer, str | bytes) and answer:
        homes = [Path(one) for one in answer if isinstance(one, str | os.PathLike)]
        if len(homes) == len(answer):
            return homes
    raise _unexpected(hook, answer, plugin)


def _take_packs(offers: Offers, home: Path) -> None:
    """Read the packs and find the schemas of one directory."""
    plugin = offers.plugin
    packs = packs_in(home, plugin.version, str(plugin))
    offers.packs = editions([*(pack for same in offers.packs.values() for pack in same), *packs])
    if not packs:
        raise PluginError(
            say(
                "插件 {plugin} 的文件夹里没有规则文件（rules/*.toml）：{home}",
                plugin=plugin,
                home=home,
            ),
            todo=msg("打包时是否漏了数据文件？"),
        )
    if (home / "schemas").is_dir():
        offers.fragments.append(home / "schemas")


def _table(
    hook: pluggy.HookCaller, plugin: Plugin, fits: Callable[[str, object], bool]
) -> dict[str, Any]:
    """A hook's offers by name; PluginError where they are no table, none, or one does not fit."""
    if not hook.get_hookimpls():
        return {}
    answer = _answer(hook, plugin)
    if not isinstance(answer, Mapping) or not answer:
        raise _unexpected(hook, answer, plugin)
    for name, offer in answer.items():
        if not isinstance(name, str) or not name or not fits(name, offer):
            raise _unexpected(hook, {name: offer}, plugin)
    return {name: _blamed(plugin, hook.name, name, offer) for name, offer in answer.items()}


def _unexpected(hook: pluggy.HookCaller, answer: object, plugin: Plugin) -> PluginError:
    expected = {
        "compliance_packs": msg("文件夹路径的列表，至少一个"),
        "compliance_kinds": msg("名称 → Kind，至少一个"),
        "compliance_readers": msg(
            "小写扩展名（带点）→ 读取函数，至少一个"
        ),
        "compliance_renderers": msg(
            "格式名（不含冒号）→ 输出函数，至少一个"
        ),
    }  # fmt: skip
    return PluginError(
        say(
            "插件 {plugin} 的 {hook} 答非所需：{answer}",
            plugin=plugin,
            hook=hook.name,
            answer=reprlib.repr(answer),
        ),
        todo=say("应为{expected}", expected=expected[hook.name]),
    )


def _blamed(plugin: Plugin, hook: str, name: str, offer: Any) -> Any:  # noqa: ANN401 - as offered
    """A plugin's reader or renderer, whose faults name the plugin; anything else as it is."""
    if plugin.distribution == CORE or hook == "compliance_kinds":
        return offer

    @wraps(offer)
    def guarded(*given: object) -> object:
        with _blaming(plugin, name, (JunhengError, OSError)):
            made = offer(*given)
            if hook == "compliance_readers" and not isinstance(made, RawDocument):
                raise TypeError(reprlib.repr(made))
        return made

    return guarded


@contextmanager
def _blaming(
    plugin: Plugin, name: str = "", passing: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Whatever is raised, but for what is `passing`, becomes a PluginError that names the plugin.

    name: the hook or the offer that was asked; empty while the plugin is loaded.
    """
    try:
        yield
    except passing:
        raise
    except (
        BaseException
    ) as error:  # SystemExit and panics of Rust too: they would end the run as theirs
        if interrupts.is_end(error):
            raise
        raise _unloaded(plugin, error, name) from error


def _unloaded(plugin: Plugin, error: BaseException, name: str = "") -> PluginError:
    why = f"{type(error).__name__}: {error}"
    return PluginError(
        say("插件 {plugin} 的 {name} 出错：{why}", plugin=plugin, name=name, why=why)
        if name
        else say("插件 {plugin} 无法加载：{why}", plugin=plugin, why=why),
        todo=say(
            "请修复或卸载它：pip uninstall {name}；或停用：--without-plugin {name}",
            name=plugin.distribution),
    )  # fmt: skip
