"""What a plugin offers: read from its source, and held against what is installed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from compliance.authoring.check.diagnostics import Diagnosis
from compliance.authoring.check.source import PluginSource
from compliance.checker.choice import claims
from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.plugins.hookspecs import GROUP
from compliance.plugins.registry import HOOKS, Registry
from compliance.rules.language.model import STANDARD
from compliance.rules.language.pack import Pack

_PACKS, _KINDS, _READERS, _RENDERERS = HOOKS
_OFFERS = {_KINDS: "kind", _READERS: "reader", _RENDERERS: "renderer"}


def check_entry_points(source: PluginSource, diagnosis: Diagnosis) -> None:
    """The distribution's name and what it declares; that its module is there and marks hooks."""
    project = source.project
    if project is None or source.faults:
        return
    text = source.pyproject.read_text("utf-8-sig")
    told = project.get("project", {})
    name = str(told.get("name", "")) if isinstance(told, Mapping) else ""
    if not name.lower().startswith("junheng-"):
        what = say("发行包的名称“{name}”应以 junheng- 开头", name=name)
        todo = say('name = "junheng-{name}"', name=name or source.root.name)
        diagnosis.add("distribution", what, source.pyproject, _line(text, "name"), todo)
    if not source.entry_points:
        groups = told.get("entry-points", {}) if isinstance(told, Mapping) else {}
        near = suggestion(GROUP, groups) if isinstance(groups, Mapping) else ""
        what = say("没有 [project.entry-points.{group}]：装上也找不到它", group=GROUP)
        other = next(iter(groups), "") if isinstance(groups, Mapping) else ""
        line = _line(text, other, heading=True) if other else 1
        diagnosis.add(
            "entry_point", what, source.pyproject, line, near or msg("请加上入口，指向插件的模块")
        )
    for entry, value in source.entry_points.items():
        if entry not in source.modules:
            what = say("入口 {entry} 指向的模块 {module} 不存在", entry=entry, module=value)
            todo = msg("请改正模块名，或把文件放在 src/ 下")
            diagnosis.add("entry_point", what, source.pyproject, _line(text, entry), todo)
    _check_hooks(source, diagnosis)


def _check_hooks(source: PluginSource, diagnosis: Diagnosis) -> None:
    """The hooks of its modules as their source has them: none, misspelt, unmarked, empty, of packs that are not there."""
    offered = set[str]()
    for path, code in source.modules.values():
        offered |= _check_module(source, path, code, diagnosis)
    for path, one in source.hooks():
        if one.name not in HOOKS:
            what = say("没有钩子 {hook}", hook=one.name)
            todo = suggestion(one.name, HOOKS) or say("可用：{known}", known=", ".join(HOOKS))
            diagnosis.add("offer", what, path, one.lineno, todo)
        elif all(_is_empty(answer) for answer in _answers(one)):
            what = say("{hook} 的回答是空的", hook=one.name)
            diagnosis.add("offer", what, path, one.lineno, msg("有东西可提供才写这个钩子"))
        elif any(_is_wrong(one.name, answer) for answer in _answers(one)):
            wanted = msg("文件夹的列表") if one.name == _PACKS else msg("名称到所提供者的表")
            what = say("{hook} 应回答{wanted}", hook=one.name, wanted=wanted)
            diagnosis.add("offer", what, path, one.lineno, msg("形式见 docs/plugin-authors.md"))
        elif one.name == _PACKS and (lost := list(_without_packs(one, path))):
            for folder, line in lost:
                what = say("{folder} 里没有规则文件（rules/*.toml）", folder=folder.name or folder)
                diagnosis.add("offer", what, path, line, msg("请给 rules 所在的文件夹"))
        elif one.name == _PACKS and not source.packs:
            what = say("{hook} 有，却没有规则文件（rules/*.toml）", hook=one.name)
            diagnosis.add("offer", what, path, one.lineno, msg("请写 rules/*.toml，或删去这个钩子"))
    if source.modules and source.packs and offered and _PACKS not in offered:
        path = next(iter(source.modules.values()))[0]
        what = say("有规则文件，却没有钩子 {hook}：装上也不会用到", hook=_PACKS)
        diagnosis.add("offer", what, path, 1, msg("请写这个钩子，给出规则文件所在的文件夹"))


def _check_module(
    source: PluginSource, path: Path, code: ast.Module | SyntaxError, diagnosis: Diagnosis
) -> set[str]:
    """The hooks of a module, those that it takes from elsewhere too; it must mark one at least."""
    if isinstance(code, SyntaxError):
        diagnosis.add("offer", str(code.msg), path, code.lineno or 1, msg("请修正这个模块"))
        return set()
    found = {hook.name for where, hook in source.hooks() if where == path}
    imports = (one for one in code.body if isinstance(one, ast.ImportFrom))
    found |= {name.asname or name.name for one in imports for name in one.names} & set(HOOKS)
    for one in code.body:
        if isinstance(one, ast.FunctionDef) and one.name in set(HOOKS) - found:
            what = say("{hook} 没有标 @hookimpl，不会被问到", hook=one.name)
            diagnosis.add("offer", what, path, one.lineno, msg("请在函数上一行写 @hookimpl"))
            found.add(one.name)
    if not found:
        what = say("插件 {plugin} 没有提供任何内容", plugin=source.label)
        todo = say("应有标了 @hookimpl 的钩子：{hooks}", hooks=", ".join(HOOKS))
        diagnosis.add("offer", what, path, 1, todo)
    return found


def _answers(hook: ast.FunctionDef) -> Sequence[ast.expr | None]:
    """What a function returns, as written; None where it says nothing."""
    found = [one.value for one in ast.walk(hook) if isinstance(one, ast.Return)]
    return found or [None]


def _is_empty(answer: ast.expr | None) -> bool:
    if isinstance(answer, ast.List | ast.Tuple | ast.Set):
        return not answer.elts
    if isinstance(answer, ast.Dict):
        return not answer.keys
    return answer is None or (isinstance(answer, ast.Constant) and answer.value is None)


def _is_wrong(hook: str, answer: ast.expr | None) -> bool:
    """Whether an answer, as written, is of another form than the hook's."""
    table = (ast.List, ast.Tuple, ast.Set)
    wrong: tuple[type[ast.expr], ...] = (ast.Dict,) if hook == _PACKS else table
    return isinstance(answer, (*wrong, ast.Constant, ast.JoinedStr))


def _without_packs(hook: ast.FunctionDef, module: Path) -> Iterator[tuple[Path, int]]:
    """The folders that a hook is written to answer and that have no packs, each with its line."""
    for answer in _answers(hook):
        for one in answer.elts if isinstance(answer, ast.List | ast.Tuple) else ():
            folder = _folder(one, module)
            if folder is not None and not any(folder.glob("rules/*.toml")):
                yield folder, one.lineno


def _folder(written: ast.expr, module: Path) -> Path | None:
    """The path that ``Path(__file__).parent / "x"`` or ``Path("/x")`` stands for; None for any other."""
    match written:
        case ast.Name(id="__file__"):
            return module
        case ast.Constant(value=str(name)):
            return Path(name)
        case (
            ast.Call(func=ast.Name(id="Path") | ast.Attribute(attr="Path"), args=[inner])
            | ast.Call(func=ast.Attribute(value=inner, attr="resolve"))
        ):
            return _folder(inner, module)
        case ast.Attribute(value=inner, attr="parent"):
            found = _folder(inner, module)
            return found.parent if found is not None else None
        case ast.BinOp(left=inner, op=ast.Div(), right=ast.Constant(value=str(name))):
            found = _folder(inner, module)
            return found / name if found is not None else None
    return None


def check_names(source: PluginSource, others: Registry, diagnosis: Diagnosis) -> None:
    """The kinds, readers and renderers that its source names, of the right form and nobody else's."""
    for path, hook in source.hooks():
        what = _OFFERS.get(hook.name)
        for name, line in _keys(hook) if what else ():
            if hook.name == _READERS and (not name.startswith(".") or name != name.lower()):
                told = say("扩展名“{name}”应小写并带点", name=name)
                diagnosis.add("offer", told, path, line, msg("例如 .et"))
            if hook.name == _RENDERERS and ":" in name:
                told = say("格式名“{name}”不能含冒号", name=name)
                diagnosis.add("offer", told, path, line, msg("请换一个名称"))
            owner = others.owners.get(f"{what} {name}")
            if owner is not None:
                told = say("{name} 已由 {owner} 提供", name=f"{what} {name}", owner=owner)
                diagnosis.add("taken", told, path, line, msg("请换一个名称"))


def _keys(hook: ast.FunctionDef) -> Iterator[tuple[str, int]]:
    """The words under which a function's answers offer something, where they are written out."""
    for answer in _answers(hook):
        for key in answer.keys if isinstance(answer, ast.Dict) else ():
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, key.lineno


def clashes(own: Sequence[Pack], others: Registry) -> Iterator[PackError]:
    """What a plugin's packs claim that another rule set has: id, prefix, region, name, being the default."""
    installed = [pack for same in others.packs.values() for pack in same]
    for pack in own:
        for other in [*installed, *own]:
            theirs = other.plugin or other.path.name
            if other.id == pack.id:
                if other in installed:
                    what = say("规则集 {id} 已由 {owner} 提供", id=pack.id, owner=theirs)
                    yield pack.error(what, "pack", "id", todo=msg("请换一个 id"), code="taken")
                continue
            if pack.prefix and other.prefix == pack.prefix and pack.layer != STANDARD:
                what = say(
                    "前缀 {prefix} 已由规则集 {id}（{owner}）使用",
                    prefix=pack.prefix,
                    id=other.id,
                    owner=theirs,
                )
                yield pack.error(what, "pack", "prefix", todo=msg("请换一个前缀"), code="prefix")
            if pack.head.get("default") and other.head.get("default"):
                what = say("{id}（{owner}）已自称是缺省的", id=other.id, owner=theirs)
                yield pack.error(what, "pack", "default", todo=msg("请删去 default"), code="taken")
        yield from _claimed(pack, [one for one in (*installed, *own) if one.id != pack.id])


def _claimed(pack: Pack, others: Sequence[Pack]) -> Iterator[PackError]:
    """Regions and names that another rule set is said to serve, each once."""
    theirs: dict[str, tuple[str, Pack]] = {}
    for other in others:
        for claim, ruleset, _ in claims(other):
            theirs.setdefault(claim, (ruleset, other))
    for claim, ruleset, address in claims(pack):
        its, other = theirs.get(claim, (ruleset, pack))
        if its != ruleset:
            owner = other.plugin or other.path.name
            what = say("“{claim}”已由规则集 {id}（{owner}）认领", claim=claim, id=its, owner=owner)
            yield pack.error(what, *address, todo=msg("请改其中一个"), code="taken")


def _line(text: str, word: str, *, heading: bool = False) -> int:
    """The line of pyproject.toml on which a key, or a heading with it, stands."""
    wanted = (
        rf"^\s*\[[^\]]*{re.escape(word)}" if heading else rf"^\s*[\"']?{re.escape(word)}[\"']?\s*="
    )
    found = re.search(wanted, text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1
