"""The cases of a plugin, run with its packs as they lie there; and those that its rules lack."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from compliance.authoring.case import DAY, Case, CaseOptions, law, on_trial
from compliance.authoring.case_file import CaseError, read_cases, read_exemptions
from compliance.authoring.check.diagnostics import Diagnosis
from compliance.authoring.check.source import PluginSource
from compliance.authoring.coverage import coverage_of
from compliance.authoring.run_cases import check, enrol
from compliance.kernel.errors import JunhengError, NoEditionError
from compliance.kernel.i18n import msg, say
from compliance.plugins.registry import Registry
from compliance.rules.language.model import STANDARD, VERIFIED, Rule, Ruleset
from compliance.rules.language.pack import Pack
from compliance.rules.resolution.amendments import days_of_change

_LINE = re.compile(r"^(?P<file>[^:\n]+\.toml):(?P<line>\d+): ?(?P<what>.*)$", re.MULTILINE)


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
            _tell_lacking(_unwritten(own, files), by_id, diagnosis)
            return
        cases = [case for path in files for case in _read(path, diagnosis)]
        _run(cases, diagnosis)
        for name, packs in by_id.items():
            _tell_lacking(_lacking(name, packs, cases, files), by_id, diagnosis)


def _no_cases(source: PluginSource, own: Sequence[Pack], diagnosis: Diagnosis) -> None:
    if not own:
        return
    what = msg("一个算例也没有")
    todo = msg("请写 cases/*.toml：每条规则各有达标、不达标、缺数据、正在线上的算例")
    if source.project is None:
        diagnosis.add("no_cases", what, own[0].path, 0, todo)
    else:
        diagnosis.add("case_missing", what, source.root / "tests", 0, todo)


def _read(path: Path, diagnosis: Diagnosis) -> Iterable[Case]:
    """The cases of a file; none where it is wrong, which is told."""
    try:
        return read_cases(path)
    except CaseError as error:
        for line, what in _told(str(error)) or [(0, error.what)]:
            diagnosis.add("case_faulty", what, path, line, msg("请改正这个算例"))
    except JunhengError as error:
        diagnosis.tell(error, path, "case_faulty")
    except (OSError, ValueError) as error:
        diagnosis.add("case_faulty", str(error), path, 0, msg("请用UTF-8编码的TOML"))
    return ()


def _told(text: str) -> list[tuple[int, str]]:
    return [(int(one["line"]), one["what"]) for one in _LINE.finditer(text)]


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
    try:
        for day in {_last(packs), *(day for pack in packs for day in days_of_change(pack))}:
            law(CaseOptions(file, name, day))
    except NoEditionError:  # a school standard that is older than what it is laid on
        return True
    except JunhengError:  # told where the rules were looked at
        return False
    return True


def _last(packs: Sequence[Pack]) -> date:
    return max(DAY, *(pack.effective for pack in packs))


Lacking = Mapping[str, Sequence[str]]  # rule → which cases it has not


def _lacking(
    name: str, packs: Sequence[Pack], cases: Sequence[Case], files: Sequence[Path]
) -> Lacking:
    """What a rule set's cases leave out."""
    exempt = [one for path in files for one in read_exemptions(path)]
    lacking: dict[str, list[str]] = {}
    for gap in coverage_of(cases, law(CaseOptions(files[0], name, _last(packs))).ruleset, exempt):
        word = _words().get(gap.lacks, gap.lacks)
        lacking.setdefault(gap.rule, []).append(f"{word}（{gap.of}）" if gap.of else word)
    excused = {one.rule for one in exempt if "date" in one.lacks}
    for rule, day in _untried_days(name, packs, cases, files[0]):
        if rule not in excused:
            lacking.setdefault(rule, []).append(say("{day}起的", day=day))
    return lacking


def _words() -> Mapping[str, str]:
    return {
        "pass": msg("达标"), "fail": msg("不达标"), "missing": msg("缺数据"),
        "on_the_line": msg("正在线上"), "shown": msg("只列出数值"),
    }  # fmt: skip


def _unwritten(own: Sequence[Pack], files: Sequence[Path]) -> Lacking:
    """Of rules that cannot be judged: which lack a case by what their files expect."""
    expected: dict[str, set[str]] = {}
    for path in files:
        try:
            written = tomllib.loads(path.read_text("utf-8")).get("case", [])
        except (OSError, ValueError):
            continue
        for one in written:
            expect = one.get("expect", {})
            expected.setdefault(str(one.get("rule")), set()).add(str(expect.get("status")))
    sorts = {"pass": {"pass"}, "fail": {"fail"}, "missing": {"unknown", "not_checked"}}
    return {
        rule: lacks
        for pack in own
        for rule in (*pack.table("rule"), *(pack.prefix + one for one in _changing(pack)))
        if (lacks := [_words()[one] for one, states in sorts.items() if not states & expected.get(rule, set())])
    }  # fmt: skip


def _changing(pack: Pack) -> Iterable[str]:
    """The rules whose overrides decide nothing, so that they stand beside them under an id of their own."""
    tables = pack.table("override").items()
    return (name for name, one in tables if set(one) - {"add"} and one.get("basis") != VERIFIED)


def _tell_lacking(
    lacking: Lacking, own: Mapping[str, Sequence[Pack]], diagnosis: Diagnosis
) -> None:
    """A fault a rule, where the pack gives or changes it."""
    packs = [pack for same in own.values() for pack in same]
    for rule, lacks in lacking.items():
        what = say("规则 {rule} 缺算例：{lacks}", rule=rule, lacks=msg("、").join(lacks))
        todo = msg("请补上，或在算例文件写 [[exempt]] 说明为何没有")
        path, line = next(_stated(rule, packs), (packs[0].path, 1))
        diagnosis.add("case_missing", what, path, line, todo)


def _stated(rule: str, packs: Sequence[Pack]) -> Iterator[tuple[Path, int]]:
    for pack in packs:
        beside = {pack.prefix + one: one for one in _changing(pack)}
        for section, name in (("rule", rule), ("override", rule), ("override", beside.get(rule))):
            if name is not None and name in pack.table(section):
                yield pack.path, pack.line(section, name)


def _untried_days(
    name: str, packs: Sequence[Pack], cases: Sequence[Case], file: Path
) -> Iterable[tuple[str, date]]:
    """Rules that ask for something else from a day on, without a case between that day and the next."""
    first = min(pack.effective for pack in packs if pack.layer != STANDARD)
    days = sorted({day for pack in packs for day in days_of_change(pack) if day >= first})
    sets = [(day, law(CaseOptions(file, name, day)).ruleset) for day in days]
    tried = {
        (case.rule, case.options.as_of) for case in cases if law(case.options).ruleset.id == name
    }
    anew: dict[str, list[date]] = {}
    for (_, before), (day, after) in pairwise(sets):
        for rule in after.rules.values():
            if name in rule.layers.values() and _asks_anew(before, rule):
                anew.setdefault(rule.id, []).append(day)
    for rule_id, begins in anew.items():
        for day, end in pairwise([*begins, date.max]):
            if not any(one == rule_id and day <= when < end for one, when in tried):
                yield rule_id, day


def _asks_anew(before: Ruleset, rule: Rule) -> bool:
    """Whether a rule was there and asked for another figure."""
    was = before.rules.get(rule.id)
    held = [[(one.indicator, one.limit) for one in each.holders] for each in (was, rule) if each]
    return held[0] != held[-1]
