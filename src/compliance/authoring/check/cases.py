"""The cases of a plugin, run with its packs as they lie there; and those that its rules lack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from compliance.authoring.case import DAY, Case, CaseOptions, law, on_trial
from compliance.authoring.case_file import CaseError, read_cases, read_exemptions
from compliance.authoring.check.diagnostics import Diagnosis
from compliance.authoring.check.source import PluginSource
from compliance.authoring.coverage import coverage_of
from compliance.authoring.run_cases import check, enrol
from compliance.kernel.errors import JunhengError
from compliance.kernel.i18n import msg, say
from compliance.plugins.registry import Registry
from compliance.rules.language.model import STANDARD, Rule, Ruleset
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
    if diagnosis.faulty:
        what = msg("没有运行算例：先改正上面的错误")
        diagnosis.add("case_not_run", what, folders[0], 0, msg("改正后再检查一次"))
        return
    with on_trial(registry):
        files = sorted(one for folder in folders for one in folder.glob("*.toml"))
        cases = [case for path in files for case in _read(path, diagnosis)]
        _run(cases, diagnosis)
        if not diagnosis.faulty:  # a case that cannot be run covers nothing
            ids = sorted({pack.id for pack in own})
            for name in ids:
                _coverage(name, [pack for pack in own if pack.id == name], cases, files, diagnosis)


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


def _coverage(
    name: str,
    packs: Sequence[Pack],
    cases: Sequence[Case],
    files: Sequence[Path],
    diagnosis: Diagnosis,
) -> None:
    """What a rule set's cases leave out, a fault a rule."""
    last = max(DAY, *(pack.effective for pack in packs))
    options = CaseOptions(files[0], name, last)
    rules = law(options).ruleset
    exempt = [one for path in files for one in read_exemptions(path)]
    words = {
        "pass": msg("达标"), "fail": msg("不达标"), "missing": msg("缺数据"),
        "on_the_line": msg("正在线上"), "shown": msg("只列出数值"),
    }  # fmt: skip
    lacking: dict[str, list[str]] = {}
    for gap in coverage_of(cases, rules, exempt):
        word = words.get(gap.lacks, gap.lacks)
        lacking.setdefault(gap.rule, []).append(f"{word}（{gap.of}）" if gap.of else word)
    excused = {one.rule for one in exempt if "date" in one.lacks}
    for rule, day in _untried_days(name, packs, cases, files[0]):
        if rule not in excused:
            lacking.setdefault(rule, []).append(say("{day}起的", day=day))
    for rule, lacks in lacking.items():
        what = say("规则 {rule} 缺算例：{lacks}", rule=rule, lacks=msg("、").join(lacks))
        where = rules.rules[rule].stated_at if rule in rules.rules else packs[0].place("pack")
        label, _, line = where.rpartition(":")
        path = diagnosis.files.get(label, packs[0].path)
        todo = msg("请补上，或在算例文件写 [[exempt]] 说明为何没有")
        diagnosis.add("case_missing", what, path, int(line), todo)


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
    for place, ((_, before), (day, after)) in enumerate(pairwise(sets), start=1):
        end = sets[place + 1][0] if place + 1 < len(sets) else date.max
        for rule in after.rules.values():
            if (
                name in rule.layers.values()
                and _asks_anew(before, rule)
                and not any(one == rule.id and day <= when < end for one, when in tried)
            ):
                yield rule.id, day


def _asks_anew(before: Ruleset, rule: Rule) -> bool:
    """Whether a rule was there and asked for another figure."""
    was = before.rules.get(rule.id)
    held = [[(one.indicator, one.limit) for one in each.holders] for each in (was, rule) if each]
    return held[0] != held[-1]
