"""What can go wrong: problems of the data are values, only "cannot go on" is an exception.

Every text says what is wrong, where, and what to do next.
"""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from compliance.kernel import environment
from compliance.kernel.exit_codes import INTERNAL, UNREADABLE, USAGE
from compliance.kernel.i18n import in_language, lang, msg, plural, say


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong or doubtful in the submitted figures.

    severity: ``error`` costs the county its findings, ``warning`` is reported and judged.
    code: a stable word for machines; message and expected: sentences for people.
    file: base name; at: ``sheet!cell`` or a JSON pointer. facts: the facts of the contract
    concerned, so that a verdict which rests on them can mention the doubt.
    """

    severity: str
    code: str
    message: str
    expected: str = ""
    file: str = ""
    at: str = ""
    county_code: str | None = None
    year: int | None = None
    school_code: str | None = None
    facts: tuple[str, ...] = ()

    def line(self) -> str:
        """One line for a terminal, in the current language: where, what, what was expected."""
        said = self.in_language(lang())
        tail = msg("（{}）").format(said.expected) if said.expected else ""
        place = self.place()
        return f"{place}: {said.message}{tail}" if place else f"{said.message}{tail}"

    def in_language(self, language: str) -> Problem:
        """The same said in ``zh`` or ``en``."""
        message, expected = (in_language(one, language) for one in (self.message, self.expected))
        return replace(self, message=message, expected=expected)

    def place(self) -> str:
        """Where it is: file, cell, school."""
        school = msg("学校{}").format(self.school_code) if self.school_code else ""
        return " ".join(part for part in (self.file, self.at, school) if part)


ALIKE, OF_A_KIND = (
    10,
    1000,
)  # so many are listed singly: of identical problems, of those of one kind


def summed_up(problems: Iterable[Problem]) -> list[Problem]:
    """Problems for people, in their order: identical ones, and any of one kind, only so often.

    Identical is what says the same of another place. The last one listed says how many more there are;
    who wants each of them takes a format for machines.
    """
    alike, kinds, kept = Counter[Hashable](), Counter[Hashable](), list[Problem]()
    last: dict[Hashable, int] = {}  # which one is the last listed of those that are more
    more = Counter[int]()
    for one in problems:
        kind: Hashable = (one.severity, one.code)
        same: Hashable = (kind, one.message, one.expected)
        full = next((key for key in (same, kind) if key in last), None)
        if full is not None:
            more[last[full]] += 1
            continue
        alike[same] += 1
        kinds[kind] += 1
        if alike[same] == ALIKE:
            last[same] = len(kept)
        if kinds[kind] == OF_A_KIND:
            last[kind] = len(kept)
        kept.append(one)
    for place, number in more.items():
        one = kept[place]
        said = say("{m}（这样的另有{n}处）", m=one.message, n=number)
        kept[place] = replace(one, message=said)
    return kept


class JunhengError(Exception):
    """The run cannot go on: what happened, where, what to do. Never a traceback for the user.

    each: the faults it tells of, where it is not one alone.
    """

    exit_code = USAGE
    each: tuple[JunhengError, ...] = ()

    def __init__(self, what: str, where: str = "", todo: str = "", code: str = "") -> None:
        """code: a stable word for what is wrong with a plugin (docs/plugin-check.md), else empty."""
        super().__init__(what)
        self.what, self.where, self.todo, self.code = what, where, todo, code

    def __str__(self) -> str:
        where, what, todo = (in_language(one, lang()) for one in (self.where, self.what, self.todo))
        head = f"{where}: {what}" if where else what
        return f"{head}\n  → {todo}" if todo else head


class UsageError(JunhengError):
    """Wrong usage: no such path, an unknown rule set, nothing to check, an output not writable."""

    @classmethod
    def of(cls, faults: Sequence[JunhengError]) -> JunhengError:
        """All faults in one error."""
        if len(faults) == 1:
            return faults[0]
        told = "\n".join(map(str, faults))
        error = cls(plural(len(faults), "有{n}处错误：\n{told}", told=told))
        error.each = tuple(faults)
        return error


def not_there(path: Path) -> UsageError:
    """The error that a path which was named leads nowhere."""
    return UsageError(msg("没有这个文件或文件夹"), where=str(path), todo=msg("检查路径"))


class NoEditionError(UsageError):
    """A rule set has no edition for the day asked: its first one begins later."""


class PackError(JunhengError):
    """A rule pack is wrong. Wrong rules stop the program: nothing is judged with half a rule set."""

    each: tuple[PackError, ...] = ()

    @classmethod
    def of(cls, faults: Iterable[PackError]) -> PackError:
        """All faults in one error, each told once, those of a file in the order of its lines."""
        each = {str(one): one for fault in faults for one in fault.each or (fault,)}
        if len(each) == 1:
            return next(iter(each.values()))
        found = sorted(each.values(), key=_by_line)
        files = dict.fromkeys(one.where.rpartition(":")[0] for one in found)
        told = "\n".join(str(one) for one in found)
        where = msg("、").join(name for name in files if name)
        error = cls(plural(len(found), "规则有{n}处错误：\n{told}", told=told), where=where)
        error.each = tuple(found)
        return error


def _by_line(fault: JunhengError) -> tuple[str, int]:
    file, _, line = fault.where.rpartition(":")
    return (file, int(line)) if line.isdecimal() else (fault.where, 0)


class NoFontError(PackError):
    """No PDF can be made on this machine: no font has Chinese letters. Everything else can."""


class PluginError(JunhengError):
    """A plugin could not be loaded, or two offer the same name."""


class ResultsError(JunhengError):
    """A file of results cannot be read."""

    exit_code = UNREADABLE


class LostRecordsError(JunhengError):
    """Records went missing inside the program: whoever judged the rest might acquit a county by it."""

    exit_code = INTERNAL


def nothing_lost(step: str, before: int, after: int) -> None:
    """Raise LostRecordsError where a step has handed on another number of records than it took."""
    if after != before:
        raise LostRecordsError(
            say("程序内部错误：{step}前后的记录数不一致（{before} → {after}），未作判定",
                step=step, before=before, after=after),
            todo=msg("请将所用文件与此信息告知开发者"),
        )  # fmt: skip


def show_traceback(error: BaseException) -> None:
    """Where an error came from, on stderr, for whoever sets COMPLIANCE_DEBUG; else nothing."""
    if environment.asked(environment.DEBUG):
        import traceback

        traceback.print_exception(error)


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word most like this one, of equals the first; None where none is alike.

    cutoff: how alike the two must be, from 0 (anything) to 1 (the same).
    """
    from difflib import SequenceMatcher

    ratio = SequenceMatcher(b=word, autojunk=False)
    best, found = cutoff, None
    for one in known:
        ratio.set_seq1(one)
        if ratio.real_quick_ratio() >= best and ratio.quick_ratio() >= best:
            score = ratio.ratio()
            if score > best or (found is None and score >= best):
                best, found = score, one
    return found


def suggestion(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """“Did you mean …?” with the `closest` known word; empty where none is alike."""
    near = closest(word, sorted(known, reverse=True), cutoff)
    return say("是否指 {near}？", near=near) if near else ""


def reason(error: OSError) -> str:
    """Why the system refused a file, in the user's language."""
    known = {
        errno.ENOENT: msg("文件或文件夹不存在"),
        errno.EISDIR: msg("这是一个文件夹"),
        errno.ENOTDIR: msg("路径中有一段不是文件夹"),
        errno.EACCES: msg("没有权限，或文件正被其他程序打开"),
        errno.EPERM: msg("没有权限，或文件正被其他程序打开"),
        errno.EBUSY: msg("文件正被其他程序打开"),
        errno.ELOOP: msg("链接成环"),
        errno.ENOSPC: msg("磁盘已满"),
        errno.EROFS: msg("磁盘只读"),
        errno.ENAMETOOLONG: msg("名称太长"),
        errno.EBADF: msg("已关闭"),
        errno.EEXIST: msg("已有同名的文件或文件夹"),
    }
    if error.errno in known:
        return known[error.errno]
    return error.strerror or type(error).__name__
