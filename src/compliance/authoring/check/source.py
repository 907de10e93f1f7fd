"""A plugin as it lies on disk: where its packs, facts, templates and cases are, and what it is called."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from compliance.kernel.errors import JunhengError, UsageError
from compliance.kernel.i18n import msg, say
from compliance.plugins.hookspecs import GROUP

_NOT_OURS = {"build", "dist", "tests", "node_modules", "site-packages", "__pycache__"}


@dataclass(frozen=True)
class PluginSource:
    """What is checked.

    root: the folder; homes: those within that have `rules/*.toml`, or packs beside each other where
    there is no `rules` (a city's). packs: path of a pack → its home. project: what pyproject.toml says
    under its tables, None where there is none; faults: why it could not be read. version: of a
    distribution, else empty.
    """

    root: Path
    name: str
    version: str = ""
    packs: Mapping[Path, Path] = field(default_factory=dict)
    project: Mapping[str, Any] | None = None
    faults: Sequence[JunhengError] = ()

    @property
    def label(self) -> str:
        """What messages call it, as those of an installed plugin are called."""
        return f"{self.name} {self.version}".strip()

    @property
    def homes(self) -> Sequence[Path]:
        """The folders whose schemas/ and templates/ are its own."""
        return list(dict.fromkeys(self.packs.values()))

    @property
    def cases(self) -> Sequence[Path]:
        """The folders of its cases."""
        above = (one for one in self.root.parents if (one / "pyproject.toml").is_file())
        roots = (
            self.root,
            *self.homes,
            *([next(above, self.root)] if self.project is None else ()),
        )
        places = (place for one in roots for place in (one, one / "tests"))
        return [
            one for one in dict.fromkeys(p / "cases" for p in places) if any(one.glob("*.toml"))
        ]

    @property
    def pyproject(self) -> Path:
        """Its pyproject.toml, there or not."""
        return self.root / "pyproject.toml"

    @property
    def entry_points(self) -> Mapping[str, str]:
        """Its entry points of the group, as declared."""
        found = _table(self.project or {}, "project", "entry-points").get(GROUP, {})
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}

    @cached_property
    def modules(self) -> Mapping[str, tuple[Path, ast.Module | SyntaxError]]:
        """Entry point → the file of its module and its code, not run; absent where there is no file."""
        found = {}
        for name, value in self.entry_points.items():
            path = self._module(value.partition(":")[0].strip())
            if path is not None:
                found[name] = path, _code(path)
        return found

    def _module(self, dotted: str) -> Path | None:
        inside = Path(*dotted.split("."))
        for base in (self.root / "src", self.root):
            for path in (base / inside / "__init__.py", base / inside.with_suffix(".py")):
                if path.is_file():
                    return path
        return None

    def hooks(self) -> Iterator[tuple[Path, ast.FunctionDef]]:
        """The functions of its modules that are marked as hooks."""
        for path, code in self.modules.values():
            for one in code.body if isinstance(code, ast.Module) else ():
                if isinstance(one, ast.FunctionDef) and "hookimpl" in map(
                    _called, one.decorator_list
                ):
                    yield path, one


def source_of(path: Path) -> PluginSource:
    """The plugin at a path. Raises UsageError where there is nothing to check."""
    path = path.resolve()
    if path.is_file() and path.suffix == ".toml" and path.name != "pyproject.toml":
        home = path.parent.parent if path.parent.name == "rules" else path.parent
        return PluginSource(path.parent, path.stem, packs={path: home})
    root = path.parent if path.name == "pyproject.toml" and path.is_file() else path
    if not root.is_dir():
        raise UsageError(msg("没有这个文件夹或规则文件"), where=str(path))
    project, faults = _project(root / "pyproject.toml")
    packs = {one: one.parents[1] for one in _rules(root)}
    if not packs and project is None:
        home = root.parent if root.name == "rules" else root
        packs = dict.fromkeys(sorted(root.glob("*.toml")), home)
    if not packs and (project is None or GROUP not in _table(project, "project", "entry-points")):
        raise UsageError(
            msg("这里没有可检查的规则包"), str(path),
            msg("请给插件的文件夹（有 pyproject.toml）、有 rules/*.toml 的文件夹或一个规则文件"),
        )  # fmt: skip
    told = _table(project or {}, "project")
    name, version = str(told.get("name", root.name)), str(told.get("version", ""))
    return PluginSource(root, name, version, packs, project, faults)


def _rules(root: Path) -> Iterator[Path]:
    """Every `rules/*.toml` below a folder, but for what tests and builds keep."""
    if (root / "rules").is_dir():
        yield from sorted((root / "rules").glob("*.toml"))
    for folder in sorted(one for one in root.iterdir() if one.is_dir() and one.name != "rules"):
        ours = folder.name not in _NOT_OURS and not folder.name.startswith(".")
        if ours and not folder.is_symlink() and not (folder / "pyvenv.cfg").exists():
            yield from _rules(folder)


def _project(path: Path) -> tuple[Mapping[str, Any] | None, Sequence[JunhengError]]:
    if not path.is_file():
        return None, ()
    try:
        return tomllib.loads(path.read_text("utf-8-sig")), ()
    except (OSError, ValueError, RecursionError) as error:
        what = say("pyproject.toml 不能读：{why}", why=error)
        return {}, [JunhengError(what, str(path), msg("请按提示的行列修改"), "distribution")]


def _table(tables: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        found = tables.get(key, {})
        tables = found if isinstance(found, Mapping) else {}
    return tables


def _code(path: Path) -> ast.Module | SyntaxError:
    try:
        return ast.parse(path.read_text("utf-8-sig"), str(path))
    except SyntaxError as error:
        return error
    except (OSError, ValueError, RecursionError) as error:
        return SyntaxError(str(error))


def _called(decorator: ast.expr) -> str:
    """The last name of what a decorator calls: hookimpl of `compliance.hookimpl(...)`."""
    made = decorator.func if isinstance(decorator, ast.Call) else decorator
    return made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", "")
