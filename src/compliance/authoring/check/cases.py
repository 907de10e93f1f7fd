"""The cases of a plugin, run with its packs as they lie there; and those that its rules lack."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from compliance.authoring.case import DAY, Case, CaseOptions, Packs, law, on_trial
from compliance.authoring.case_file import CaseError, read_cases, read_exemptions
from compliance.authoring.check.diagnostics import Diagnosis
from compliance.authoring.check.source import PluginSource
from compliance.authoring.coverage import FAILS, MISSING, OPEN, PASSES, coverage, sort_words
from compliance.authoring.run_cases import check, enrol
from compliance.kernel.errors import JunhengError, NoEditionError, PackError
from compliance.kernel.i18n import msg, say
from compliance.plugins.registry import Registry
from compliance.rules.language.model import STANDARD, VERIFIED
from compliance.rules.language.pack import Pack
from compliance.rules.resolution.amendments import days_of_change

_LINE = re.compile(r"^(?P<file>[^:\n]+\.toml):(?P<line>\d+)[:：] ?(?P<what>.*)$", re.MULTILINE)


def check_cases(
    source: PluginSource, own: Sequence[Pack], registry: Registry, diagnosis: Diagnosis
) -> None:
    """Run what is there, and say what is missing; a note where the rules are too wrong to judge by.

    registry: what is installed, with the plugin's own packs and facts in their place.
    """
    folders = source.cases
    if not folders:
        _no_cases(source, own, diagnosis)
        return
    files = sorted(one for folder in folders for one in folder.glob("*.toml"))
    by_id = {pack.id: [one for one in own if one.id == pack.id] for pack in own}
    with on_trial(registry):
        if not all(_can_judge(name, packs, files[0]) for name, packs in by_id.items()):
            what = msg("没有运行算例：先改正规则的错误")
            diagnosis.add("case_not_run", what, folders[0], 0, msg("改正后再检查一次"))
            _by_what_is_written(own, files, diagnosis)
            return
        read = {path: _read(path, diagnosis) for path in files}
        sound = [path for path, found in read.items() if found]
        cases = [case for path in sound for case in read[path]]
        _run(cases, diagnosis)
        named = {name: registry.packs[name] for name in by_id if name in registry.packs}
        standards = {f"{name}/{STANDARD}" for name in by_id} & registry.packs.keys()
        named |= {name: registry.packs[name] for name in standards}
        _lacking(cases, named, sound, diagnosis)


def _no_cases(source: PluginSource, own: Sequence[Pack], diagnosis: Diagnosis) -> None:
    if not own:
        return
    what = msg("一个算例也没有")
    todo = msg("请写 cases/*.toml：每条规则各有达标、不达标、缺数据、正在线上的算例")
    if source.project is None:
        diagnosis.add("no_cases", what, own[0].path, 0, todo)
    else:
        diagnosis.add("case_missing", what, source.root / "tests", 0, todo)


def _read(path: Path, diagnosis: Diagnosis) -> Sequence[Case]:
    """The cases of a file; none where it is wrong, which is told."""
    try:
        return read_cases(path)
    except CaseError as error:
        line = error.where.rpartition(":")[2]
        alone = ("", int(line) if line.isdecimal() else 0, error.what)
        for _, number, what in _told(error.what) or [alone]:
            diagnosis.add("case_faulty", what, path, number, msg("请改正这个算例"))
    except JunhengError as error:
        diagnosis.tell(error, path, "case_faulty")
    except (OSError, ValueError) as error:
        diagnosis.add("case_faulty", str(error), path, 0, msg("请用UTF-8编码的TOML"))
    return ()


def _told(text: str) -> list[tuple[str, int, str]]:
    """File, line and fault of every line of a text that begins with these."""
    return [(one["file"], int(one["line"]), one["what"]) for one in _LINE.finditer(text)]


def _run(cases: Sequence[Case], diagnosis: Diagnosis) -> None:
    enrol(cases)
    for case in cases:
        try:
            check(case)
        except AssertionError as error:
            what = str(error).partition(f"{case.where} ")[2] or str(error)
            diagnosis.add(
                "case_fails", " ".join(what.split()), case.options.file, case.line,
                msg("请重新手算：改正算例，或改正规则"),
            )  # fmt: skip
        except JunhengError as error:
            diagnosis.tell(error, case.options.file, "case_fails")


def _can_judge(name: str, packs: Sequence[Pack], file: Path) -> bool:
    """Whether a rule set is right enough for cases to be judged by it, on every day of change."""
    for day in {DAY, *(day for pack in packs for day in days_of_change(pack))}:
        try:
            law(CaseOptions(file, name, day))
        except NoEditionError:  # a school standard that is older than what it is laid on
            continue
        except JunhengError:  # told where the rules were looked at
            return False
    return True


def _lacking(
    cases: Sequence[Case], packs: Packs, files: Sequence[Path], diagnosis: Diagnosis
) -> None:
    """What the cases leave out, a fault a rule or switch; and lines that excuse what is there."""
    found = coverage(cases, packs, [one for path in files for one in read_exemptions(path)])
    words = sort_words()
    for one in found.covered:
        gaps = [f"{words[gap.sort]}（{gap.of}）" if gap.of else words[gap.sort] for gap in one.gaps]
        if gaps:
            diagnosis.tell(_gap(one.name, gaps, one.stated_at))
    for file, line, what in _told("\n".join(found.in_vain)):
        path = next(one for one in files if one.name == file)
        diagnosis.add("case_faulty", what, path, line, msg("请删去这一行"))


def _by_what_is_written(own: Sequence[Pack], files: Sequence[Path], diagnosis: Diagnosis) -> None:
    """Of rules that cannot be judged: which lack a case by what their files expect."""
    expected: dict[str, set[str]] = {}
    for path in files:
        try:
            written = tomllib.loads(path.read_text("utf-8-sig")).get("case", [])
        except (OSError, ValueError, RecursionError):
            continue
        for one in written if isinstance(written, list) else ():
            expect = one.get("expect", {}) if isinstance(one, dict) else {}
            status = str(expect.get("status")) if isinstance(expect, dict) else ""
            expected.setdefault(str(one.get("rule")), set()).add(status)
    sorts = {PASSES: {"pass"}, FAILS: {"fail"}, MISSING: set(OPEN)}
    for pack in own:
        stated = [("rule", name, name) for name in pack.table("rule")]
        tables = pack.table("override").items()
        beside = [
            name for name, one in tables if set(one) - {"add"} and one.get("basis") != VERIFIED
        ]
        stated += [("override", name, pack.prefix + name) for name in beside]
        for section, name, rule in stated:
            there = expected.get(rule, set())
            lacks = [sort_words()[sort] for sort, states in sorts.items() if not states & there]
            if lacks:
                diagnosis.tell(_gap(rule, lacks, pack.place(section, name)))


def _gap(name: str, lacks: Sequence[str], where: str) -> PackError:
    what = say("{name} 缺算例：{lacks}", name=name, lacks=msg("、").join(lacks))
    todo = msg("请补上，或在算例文件写 [[exempt]] 说明为何没有")
    return PackError(what, where, todo, "case_missing")
