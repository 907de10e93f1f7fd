"""Whether this installation can do its work, line by line, each with a cure: for `compliance doctor`.

Nothing in it tells whose machine it is: the home folder is shown as ``~``.
"""

from __future__ import annotations

import locale
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from compliance.checker.builtin_offers import load
from compliance.checker.choice import Choice, chosen_rules, regions
from compliance.kernel import cache, environment
from compliance.kernel.errors import JunhengError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.render.documents.pdf import Press
from compliance.rules.language.model import STANDARD

OK, WARN, FAIL = STATES = ("ok", "warn", "fail")
_MIB = 1 << 20
_LITTLE, _TOO_LITTLE = 500 * _MIB, 50 * _MIB  # free on the disk
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_LEAST, _BELOW = re.compile(r">=\s*([0-9.]+)"), re.compile(r"<\s*([0-9.]+)")


class Examined(NamedTuple):
    """One thing that was looked at. state: ok, warn or fail; cure: what to do where it is not ok."""

    name: str
    state: str
    told: str
    cure: str = ""


def titles() -> dict[str, str]:
    """Name of what is looked at → what people call it."""
    return {
        "python": "Python",
        "junheng": msg("均衡"),
        "dependencies": msg("所需的库"),
        "plugin": msg("插件"),
        "ruleset": msg("规则集"),
        "command": msg("命令"),
        "console": msg("控制台"),
        "locale": msg("语言区域"),
        "environment": msg("环境变量"),
        "pdf": "PDF",
        "office": msg("办公软件"),
        "cache": msg("缓存"),
        "folder": msg("工作文件夹"),
        "temporary": msg("临时文件夹"),
        "disk": msg("磁盘"),
        "configuration": msg("配置文件"),
    }


Examination = Callable[[], Iterable[Examined]]


def examined(others: Iterable[Examination] = ()) -> Iterator[Examined]:
    """Everything, one after the other, then `others`; an examination that breaks is a failure itself."""
    for examine in (*_EXAMINATIONS, *others):
        try:
            yield from map(_private, examine())
        except Exception as error:
            name = examine.__name__.strip("_")
            told = say("检查时出错：{kind}: {error}", kind=type(error).__name__, error=error)
            yield _private(Examined(name, FAIL, told, msg("请带上这份报告告知开发者")))


def _private(one: Examined) -> Examined:
    """The same without the name of whoever uses the machine."""
    home = os.path.expanduser("~")  # noqa: PTH111 - raises nothing
    if len(home) < 2:  # nobody's
        return one
    return Examined(*(text.replace(home, "~") for text in one))


def _python() -> Iterator[Examined]:
    told = f"{platform.python_version()} · {platform.system()} {platform.release()} {platform.machine()}"
    yield Examined("python", OK, f"{told} · {sys.executable}")
    yield Examined("junheng", OK, f"{version('junheng')} · {Path(__file__).parents[1]}")


def _dependencies() -> Iterator[Examined]:
    found, faults = [], []
    for line in requires("junheng") or ():
        needed, _, marker = line.partition(";")
        match = _NAME.match(needed)
        if match is None or "extra" in marker:
            continue
        name, least, below = match[0], _LEAST.search(needed), _BELOW.search(needed)
        try:
            there = version(name)
        except PackageNotFoundError:
            faults.append(say("没有 {name}", name=name))
            continue
        found.append(f"{name} {there}")
        if least and _numbers(there) < _numbers(least[1]):
            faults.append(say("{name} {v} 太旧，应≥{least}", name=name, v=there, least=least[1]))
        if below and _numbers(there) >= _numbers(below[1]):
            faults.append(say("{name} {v} 太新，应<{below}", name=name, v=there, below=below[1]))
    state, cure = (FAIL, msg("请重新安装：pip install --upgrade junheng")) if faults else (OK, "")
    yield Examined("dependencies", state, msg("；").join([*faults, ", ".join(found)]), cure)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"[0-9]+", text)[:3])


def _plugins() -> Iterator[Examined]:
    registry = load()
    for name, number in sorted(registry.plugins.items()):
        yield Examined("plugin", OK, f"{name} {number}")
    for name in registry.without:
        told = say("{name} 已停用", name=name)
        yield Examined("plugin", WARN, told, msg("去掉 --without-plugin 或 COMPLIANCE_WITHOUT_PLUGINS 即恢复"))  # fmt: skip
    for one in registry.broken:
        error = one.error
        what = "" if error is None else f"{error.where} {error.what}".strip()
        yield Examined("plugin", FAIL, f"{one.plugin}: {what}", error.todo if error else "")
    regions(registry)  # raises where there is no base, or two claim a county
    names = [name for name, same in registry.packs.items() if same[-1].layer != STANDARD]
    sound = []
    for name in names:
        try:
            chosen_rules(registry, registry.packs, name, date.today(), Choice())
            sound.append(name)
        except JunhengError as error:
            yield Examined("ruleset", FAIL, str(error), error.todo)
    yield Examined("ruleset", OK, ", ".join(sound))


def console() -> Iterator[Examined]:
    """What standard output can show."""
    stream = sys.stdout
    encoding = getattr(stream, "encoding", None) or "?"
    shown = [sign for sign in "均✓√" if _encodes(sign, encoding)]
    cure = msg("请用 Windows Terminal，或先运行 chcp 65001，或设 PYTHONUTF8=1")
    if "均" not in shown:
        yield Examined("console", WARN, say("{e}：显示不了中文，改说英文", e=encoding), cure)
    elif "✓" in shown:
        yield Examined("console", OK, say("{e}：中文和 ✓ 都能显示", e=encoding))
    else:
        other = "√" if "√" in shown else "v"
        yield Examined("console", OK, say("{e}：中文能显示，✓ 以 {o} 代替", e=encoding, o=other))


def _encodes(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _language() -> Iterator[Examined]:
    places = ("LC_ALL", "LC_CTYPE", "LANG")
    told = [f"{name}={os.environ[name]}" for name in places if os.environ.get(name)]
    encoding = sys.getfilesystemencoding()
    told += [locale.getpreferredencoding(do_setlocale=False), say("文件名 {e}", e=encoding)]
    fits = encoding.lower().replace("-", "") == "utf8"
    cure = "" if fits else msg("文件名不能含中文：请设 PYTHONUTF8=1 或 LANG=C.UTF-8")
    yield Examined("locale", OK if fits else WARN, " · ".join(told), cure)


def _environment() -> Iterator[Examined]:
    known = environment.variables()
    given = {name: value for name, value in os.environ.items() if name.startswith("COMPLIANCE_")}
    told = ", ".join(f"{name}={given[name]}" for name in sorted(given)) or msg("没有设")
    strange = sorted(set(given) - set(known))
    cure = msg("；").join(
        say("没有变量 {name}", name=name) + msg("：") + suggestion(name, known) for name in strange
    )
    yield Examined("environment", WARN if strange else OK, told, cure)


def _pdf() -> Iterator[Examined]:
    if find_spec("typst") is None:
        cure = msg("要写PDF请安装：pip install 'junheng[pdf]'；其他格式不受影响")
        yield Examined("pdf", WARN, msg("没有安装 typst，不能写PDF"), cure)
        return
    try:
        with Press() as press:
            fonts = press.chinese_fonts()
    except JunhengError as error:
        yield Examined("pdf", WARN, error.what, error.todo)
    else:
        told = say("typst {v}；中文字体：{fonts}", v=version("typst"), fonts=msg("、").join(fonts))
        yield Examined("pdf", OK, told)


def _office() -> Iterator[Examined]:
    yield Examined("office", OK, msg("不需要 Word、WPS 或 LibreOffice"))


def _cache() -> Iterator[Examined]:
    folder = cache.folder()
    if folder is None:
        yield Examined("cache", OK, msg("不缓存，每次启动重新读规则"))
    elif not cache.is_own(folder):
        cure = say("请只让自己能写 {f} 及其上层，或设 {v} 指向别处", f=folder, v=environment.CACHE)
        yield Examined("cache", WARN, say("{f} 别人也能写，不予使用", f=folder), cure)
    elif (why := _unwritable(folder)) and folder.exists():
        cure = say("请设 {v} 指向能写的文件夹", v=environment.CACHE)
        yield Examined("cache", WARN, say("{f} 不能写：{why}", f=folder, why=why), cure)
    else:
        kept = [one.stat().st_size for one in folder.glob("*.pickle")] if folder.is_dir() else []
        yield Examined("cache", OK, say("{f}，{n}个文件，{k} kB", f=folder, n=len(kept), k=sum(kept) // 1024))  # fmt: skip


def _folders() -> Iterator[Examined]:
    for name, folder in (("folder", Path.cwd()), ("temporary", Path(tempfile.gettempdir()))):
        if why := _unwritable(folder):
            cure = msg("请换一个能写的文件夹运行") if name == "folder" else msg("请设 TMPDIR 指向能写的文件夹")  # fmt: skip
            yield Examined(name, FAIL, say("{f} 不能写：{why}", f=folder, why=why), cure)
        else:
            yield Examined(name, OK, say("{f} 能写", f=folder))
    free = shutil.disk_usage(Path.cwd()).free
    state = FAIL if free < _TOO_LITTLE else WARN if free < _LITTLE else OK
    cure = "" if state == OK else msg("请清理磁盘")
    yield Examined("disk", state, say("剩余 {n} MB", n=free // _MIB), cure)


def _unwritable(folder: Path) -> str:
    """Why nothing can be written there; empty where it can."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"junheng")
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _command() -> Iterator[Examined]:
    """Where the command lies, and whether a shell finds just that."""
    name = "compliance"
    own = shutil.which(name, path=str(Path(sys.executable).parent))
    found = shutil.which(name)
    if own is None:
        told = msg("没有装在这个 Python 旁边，用 python -m compliance 也能运行")
        yield Examined("command", OK if found else WARN, told)
    elif found is None:
        cure = say("请把 {f} 加到 PATH，或写全路径，或用 python -m compliance", f=Path(own).parent)
        yield Examined("command", WARN, say("{p}，不在 PATH 中", p=own), cure)
    else:
        same = False
        with suppress(OSError):
            same = Path(found).samefile(own)
        cure = "" if same else say("输入 {name} 运行的是另一份：{p}", name=name, p=found)
        yield Examined("command", OK if same else WARN, own, cure)


_EXAMINATIONS: tuple[Examination, ...] = (
    _python, _dependencies, _plugins, _command, console, _language, _environment, _pdf, _office, _cache,
    _folders,
)  # fmt: skip
