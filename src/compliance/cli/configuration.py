"""The configuration file: options of the commands, kept in `junheng.toml` or a project's `pyproject.toml`.

inputs = ["submissions"]           # the options of `check`, by their long names, hold for every
ruleset = "city.toml"              # command that has them …
output = ["html:out/report.html"]  # … but `output` and `format`, which mean something else elsewhere

[rectify]                          # the options of one command, before those above
output = "out/papers"

What stands on the command line goes before the environment, and that before the file. Paths are
relative to the file.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from compliance.cli.complaints import allowed
from compliance.intake.formats.given_names import is_uri
from compliance.kernel.errors import JunhengError, UsageError, reason, suggestion
from compliance.kernel.i18n import msg, say

FILE, PROJECT = "junheng.toml", "pyproject.toml"
MAX_BYTES = 1 << 20
COMMON = "check"  # whose options may stand at the top
INPUTS = "inputs"
WITHOUT = frozenset({"doctor", "completion"})  # commands that must work whatever the file says
_NOT_SHARED = frozenset({"output", "format"})
# what says where the configuration is, or ends at once
_NO_KEYS = frozenset({"config", "no-config", "help", "version", "watch", "stdin-name"})
_OF_PROJECT = re.compile(
    rb"^[ \t]*\[?[ \t]*[\"']?tool[\"']?[ \t]*\.[ \t]*[\"']?junheng\b", re.MULTILINE
)
_FORMAT_FILE, _ID_FILE = "FORMAT:FILE", "ID|FILE"  # metavars of options that may hold a path


@dataclass(frozen=True)
class Configuration:
    """A configuration as written. table: its keys; address: where in the file they stand."""

    path: Path
    text: str
    table: Mapping[str, Any]
    address: tuple[str, ...] = ()

    def place(self, *keys: str) -> str:
        """File and line of a key."""
        from compliance.rules.language.pack import find_line

        return f"{self.path}:{find_line(self.text, (*self.address, *keys))}"

    def word(self, key: str, command: str) -> str:
        """A text that holds for a command, or for all; empty where there is none."""
        own = self.table.get(command)
        tables = (own if isinstance(own, dict) else {}, self.table)
        return next((one[key] for one in tables if isinstance(one.get(key), str)), "")


Found = Configuration | JunhengError | None
_found: ContextVar[Found] = ContextVar("compliance_configuration", default=None)


def find(asked: str | None, *, anywhere: bool = True) -> Found:
    """The configuration that holds from now on, or what is wrong with its file.

    asked: the file; None: the nearest of the working folder and those above it, up to the end of the
    repository, unless it is not to be looked for `anywhere`.
    """
    found: Found = None
    try:
        if asked is not None:
            found = _read(Path(asked), asked=True)
        elif anywhere:
            found = _nearest()
    except JunhengError as error:
        found = error
    _found.set(found)
    return found


def current() -> Found:
    """The configuration of this run."""
    return _found.get()


def _nearest() -> Configuration | None:
    try:
        here = Path.cwd()
    except OSError:  # the folder is gone
        return None
    for folder in (here, *here.parents):
        for name in (FILE, PROJECT):
            # as a path from here it reads like one that was typed
            path = Path(os.path.relpath(folder / name, here))
            if os.path.lexists(path) and (found := _read(path)) is not None:
                return found
        if os.path.lexists(folder / ".git"):
            return None
    return None


def _read(path: Path, *, asked: bool = False) -> Configuration | None:
    """What stands in a file; None for a project that says nothing of us and was not asked for."""
    cure = msg("请改正，或用 --config 另指一份，或用 --no-config 不用配置文件")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(msg("配置文件不是普通文件"), str(path), cure)
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            say("配置文件无法读取：{why}", why=reason(error)), str(path), cure
        ) from error
    project = path.name == PROJECT
    if project and not asked and not _OF_PROJECT.search(data):
        return None
    if len(data) > MAX_BYTES:
        raise UsageError(say("配置文件过大（超过{n} MB）", n=MAX_BYTES >> 20), str(path), cure)
    import tomli

    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        table = tomli.loads(text)
    except UnicodeDecodeError as error:
        raise UsageError(msg("配置文件不是UTF-8编码的文本"), str(path), cure) from error
    except (ValueError, RecursionError) as error:
        at = re.search(r"\(at line ([0-9]+)", str(error))
        where = f"{path}:{at[1]}" if at else str(path)
        raise UsageError(say("配置文件不是有效的TOML：{why}", why=error), where, cure) from error
    if not project:
        return Configuration(path, text, table)
    own = table.get("tool", {})
    own = own.get("junheng", {}) if isinstance(own, dict) else {}
    if not isinstance(own, dict):
        raise UsageError(say("{name} 应为{kind}", name="[tool.junheng]", kind=msg("表")), str(path))
    return Configuration(path, text, own, ("tool", "junheng"))


def told(context: click.Context) -> str:
    """Which file holds for a command, and what was taken from it."""
    found = current()
    if not isinstance(found, Configuration):
        return msg("没有配置文件")
    taken = [
        key
        for key, param in keys_of(context.command).items()
        if context.get_parameter_source(str(param.name)) is ParameterSource.DEFAULT_MAP
    ]
    names = msg("、").join(taken) or msg("没有")
    return say("配置文件 {path}，用到：{names}", path=found.path, names=names)


# ── what it says of a command ─────────────────────────────────────────────────────────


def keys_of(command: click.Command) -> dict[str, click.Parameter]:
    """What may stand in the file for a command: the long names of its options, and `inputs`."""
    found: dict[str, click.Parameter] = {}
    for one in command.params:
        if isinstance(one, click.Option):
            chooses = one.is_flag and not one.is_bool_flag
            names = [name[2:] for name in one.opts if name.startswith("--")]
            if names and not chooses and names[0] not in _NO_KEYS:
                found[names[0]] = one
        elif one.name == INPUTS and command.name != "template":
            found[INPUTS] = one
    return found


def settings(
    configuration: Configuration, command: click.Command, every: Mapping[str, click.Command]
) -> dict[str, Any]:
    """Key → value as click takes it, for a command.

    every: the commands by name. Raises UsageError with every fault of the whole file.
    """
    reading = _ReadingSettings(configuration, every)
    if reading.faults:
        raise UsageError.of(reading.faults)
    common = reading.common
    if command.name != COMMON:
        known = keys_of(command)
        common = {k: v for k, v in common.items() if k in known and k not in _NOT_SHARED}
    return common | reading.own.get(str(command.name), {})


class _ReadingSettings:
    """The whole file held against the options of the commands; common, own: what it says in order."""

    def __init__(self, configuration: Configuration, every: Mapping[str, click.Command]) -> None:
        self._file, self._every = configuration, every
        self.common: dict[str, Any] = {}
        self.own: dict[str, dict[str, Any]] = {}
        self.faults: list[JunhengError] = []
        single = {name for name, one in every.items() if not isinstance(one, click.Group)}
        common = keys_of(every[COMMON])
        for key, value in configuration.table.items():
            if key in single and isinstance(value, dict):
                known, found = keys_of(every[key]), self.own.setdefault(key, {})
                for name, each in value.items():
                    if meant := _meant(name, known):
                        self._take(found, meant, (key, name), known[meant], each)
                    else:
                        what = say("命令 {c} 没有“{k}”这一项", c=key, k=name)
                        self._fault(what, (key, name), _near(name, known))
            elif key in single:
                self._fault(say("{name} 应为{kind}", name=key, kind=msg("表")), (key,))
            elif meant := _meant(key, common):
                self._take(self.common, meant, (key,), common[meant], value)
            else:
                todo = (
                    suggestion(key, [*common, *single]) or self._belongs(key) or _near(key, common)
                )
                self._fault(say("不认识“{k}”", k=key), (key,), todo)

    def _belongs(self, key: str) -> str:
        """Which command's table a key belongs to; empty where it is no command's."""
        homes = [name for name, one in self._every.items() if _meant(key, keys_of(one))]
        table = ".".join((*self._file.address, *homes[:1]))
        return say("这不是 check 的选项，请写在 [{t}] 下", t=table) if homes else ""

    def _fault(self, what: str, address: Sequence[str], todo: str = "") -> None:
        self.faults.append(UsageError(what, self._file.place(*address), todo))

    def _take(
        self, found: dict[str, Any], key: str, address: Sequence[str], param: click.Parameter,
        value: object,
    ) -> None:  # fmt: skip
        """Keep the value as click takes it; one that is none of the option's is a fault."""
        kind, plain = _plain(param, value)
        if key in found:
            self._fault(say("{name} 写了两次", name=key), address, msg("请只留一处"))
        elif plain is None:
            self._fault(say("{name} 应为{kind}", name=key, kind=kind), address)
        else:
            try:
                found[key] = _from(self._file, param, plain)
                param.type_cast_value(click.Context(self._every[COMMON]), found[key])
            except click.BadParameter as error:
                told = allowed(error)
                self._fault(say("{name} 的值不对：{told}", name=key, told=told), address)


def _meant(name: str, known: Mapping[str, click.Parameter]) -> str:
    """The key that a name stands for: itself, with `_` for `-`, or as a list is called (`outputs`)."""
    plain = name.replace("_", "-")
    if plain in known:
        return plain
    called = {str(one.name).replace("_", "-"): key for key, one in known.items()}
    return called.get(plain, "")


def _near(name: str, known: Iterable[str]) -> str:
    return suggestion(name, known) or say("可用：{known}", known=", ".join(known))


def _plain(param: click.Parameter, value: object) -> tuple[str, object]:
    """What kind of value an option takes, and the value if it is one, else None."""
    if param.multiple or param.nargs != 1:
        texts = [value] if isinstance(value, str) else value
        fits = isinstance(texts, list) and all(isinstance(one, str) for one in texts)
        return msg("文字，或文字的列表"), texts if fits else None
    if isinstance(param, click.Option) and param.is_flag:
        return msg("true 或 false"), value if isinstance(value, bool) else None
    if isinstance(param.type, click.types.IntParamType):
        return msg("整数"), value if isinstance(value, int) and not isinstance(
            value, bool
        ) else None
    if isinstance(param.type, click.DateTime):
        text = value.isoformat() if type(value) is date else value
        return msg("日期"), text if isinstance(text, str) else None
    return msg("文字"), value if isinstance(value, str) else None


def _from(configuration: Configuration, param: click.Parameter, value: object) -> object:
    """Paths as they read from the working folder; what is no path stays as it is."""
    if isinstance(value, list):
        return [_from(configuration, param, one) for one in value]
    return _path(configuration.path.parent, param, value) if isinstance(value, str) else value


def _path(folder: Path, param: click.Parameter, text: str) -> str:
    if param.metavar == _FORMAT_FILE:
        form, colon, path = text.partition(":")
        return f"{form}:{_beside(folder, path)}" if colon else text
    is_file = param.metavar == _ID_FILE and (text.endswith(".toml") or (folder / text).is_file())
    return _beside(folder, text) if is_file or isinstance(param.type, click.Path) else text


def _beside(folder: Path, path: str) -> str:
    return path if path in ("", "-") or is_uri(path) else str(folder / path)
