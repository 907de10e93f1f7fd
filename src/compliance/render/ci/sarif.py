"""SARIF 2.1.0 (OASIS): one run, a result a remark, as code scanning of GitHub takes it in.

What is met or does not apply is no result, for GitHub shows each result as an alert whatever its
`kind` (github.com/microsoft/PSRule/issues/955); it is counted in a notification, as is whatever lies
beyond the limits. A failure has a level; whatever is no failure has the level none and a kind of its
own. GitHub's limits, as docs.github.com states them under "SARIF support for code scanning": of
25,000 results that a run may have it shows 5,000; a name has at most 255 characters, a description
1,024; a rule at most 10 tags; at least one location a result.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import PurePath
from typing import Any, BinaryIO
from urllib.parse import quote

from compliance.assessment.places import InputPlace
from compliance.engine.results import Results, Validation
from compliance.kernel.exit_codes import INTERNAL, meanings
from compliance.kernel.i18n import lang, msg, pick
from compliance.render.ci.remarks import (
    ERROR,
    NONE,
    NOTE,
    WARNING,
    Remark,
    Remarks,
    of_results,
    of_validation,
    rules_by_id,
)
from compliance.render.documents.text import printable, truncated
from compliance.rules.language.model import Rule
from compliance.rules.reference.describe import demands, role_words

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST = 5_000  # results
_NAME, _DESCRIPTION = 255, 1_024
_KINDS = {"unknown": "open", "not_checked": "review"}  # of a state that is no failure
_LEVELS = {"component": WARNING, "advisory": NOTE}  # of a rule that is missed, by its role
_FIGURES = (
    "county_code", "year", "school_code", "school_name", "stage", "status", "role", "basis", "value",
    "operator", "threshold", "unit", "shortfall", "shortfall_unit", "missing",
)  # fmt: skip
_COUNTY = ("county_code", "county_name", "year", "verdict", "ruleset", "as_of")
_AMOUNT = re.compile(r"\{[a-z_]+\}")  # what a remedy leaves open for a finding's figure
_Json = dict[str, Any]


def sarif_results(report: Results, stream: BinaryIO) -> None:
    """A judged run."""
    found = of_results(report, MOST)
    rules = [_rule(own) for own in rules_by_id(report).values()]
    plugins = report.manifest.get("plugins")
    properties = {"counties": [{n: getattr(one, n) for n in _COUNTY} for one in report.counties]}
    _write(stream, found, rules, report.exit_code, plugins=plugins, properties=properties)


def sarif_problems(checked: Validation, exit_code: int, stream: BinaryIO) -> None:
    """What the data checks found."""
    _write(stream, of_validation(checked, MOST), [], exit_code)


def sarif_remarks(found: Remarks, kinds: Mapping[str, tuple[str, str]], stream: BinaryIO) -> None:
    """Remarks that are no findings: their kinds, each with its title and what helps."""
    rules = [_described(code, *told) for code, told in kinds.items()]
    _write(stream, found, rules, None)


def _write(
    stream: BinaryIO,
    found: Remarks,
    rules: list[_Json],
    exit_code: int | None,
    *,
    plugins: object = None,
    properties: _Json | None = None,
) -> None:
    """rules: as `_rule` makes them; those of the problems are added."""
    known = {one["id"] for one in rules}
    codes = {one.rule: one for one in found.listed if one.rule not in known}
    rules += [_problem_kind(one) for one in sorted(codes.values(), key=lambda one: one.rule)]
    numbers = {one["id"]: number for number, one in enumerate(rules)}
    paths = list(dict.fromkeys(one.place.path for one in found.listed if one.place is not None))
    artifacts = {path: number for number, path in enumerate(paths)}
    seen: Counter[str] = Counter()
    results, broken = [], []
    for one in found.listed:
        if one.state == "error":
            broken.append(_notification(one, numbers, artifacts))
        else:
            results.append(_result(one, numbers, artifacts, seen))
    run: _Json = {
        "tool": {
            "driver": {
                "name": "junheng",
                "fullName": msg("均衡 Junheng 县域义务教育优质均衡达标核查"),
                "version": version("junheng"),
                "semanticVersion": version("junheng"),
                "language": {"zh": "zh-CN", "en": "en-US"}[lang()],
                "rules": rules,
                "notifications": [
                    _described(
                        "rule_broken", msg("规则出错"), msg("规则或插件的程序有错，须由其作者修复")
                    ),
                    _described(
                        "left_out", msg("未逐项列出的结果"), msg("全部结果见 --format json")
                    ),
                ],
            },
            **_extensions(plugins),
        },
        "invocations": [_invocation(found, broken, exit_code)],
        "artifacts": [
            {"location": {"uri": uri(path)}, "roles": ["analysisTarget"]} for path in paths
        ],
        "columnKind": "unicodeCodePoints",
        "results": results,
        **({"properties": properties} if properties else {}),
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    text = json.dumps(log, ensure_ascii=False, allow_nan=False, indent=1)
    stream.write(text.encode() + b"\n")


def uri(path: str) -> str:
    """The URI of a file as given: a relative path stays one, a drive or root makes it absolute."""
    if PurePath(path).is_absolute():
        return PurePath(path).as_uri()
    return quote(path, safe="/")


def _extensions(plugins: object) -> _Json:
    """The plugins that took part."""
    if not isinstance(plugins, Mapping) or not plugins:
        return {}
    return {"extensions": [{"name": name, "version": one} for name, one in plugins.items()]}


def _invocation(found: Remarks, broken: list[_Json], exit_code: int | None) -> _Json:
    left = found.told()
    counted = {"descriptor": {"id": "left_out"}, "level": NOTE, "message": {"text": left}}
    told = [*broken, *([counted] if left else [])]
    ended: _Json = {}
    if exit_code is not None:
        ended = {"exitCode": exit_code, "exitCodeDescription": meanings()[exit_code]}
    return {
        "executionSuccessful": exit_code != INTERNAL and not broken,
        **ended,
        **({"toolExecutionNotifications": told} if told else {}),
    }


def _rule(same: Sequence[Rule]) -> _Json:
    """A rule; same: as each rule set has it, of which the first gives its name."""
    rule = same[0]
    asked = list(dict.fromkeys(text for one in same for text in _help(one)))
    block = rule.aspect_label
    return {
        "id": rule.id,
        "name": truncated(printable(rule.brief), _NAME),
        "shortDescription": {"text": truncated(printable(rule.label), _DESCRIPTION)},
        "fullDescription": {"text": truncated(printable(_asked(rule)), _DESCRIPTION)},
        "help": {"text": "\n".join(asked)},
        "defaultConfiguration": {"level": _LEVELS.get(rule.role, ERROR)},
        "properties": {
            "level": rule.level,
            "role": rule.role,
            "basis": rule.basis,
            "tags": [tag for tag in (block, rule.layer) if tag],
        },
    }


def _asked(rule: Rule) -> str:
    words = demands(rule)
    return words[0][1] if words else rule.label


def _help(rule: Rule) -> Iterator[str]:
    """What it asks, by which document, its weight, and how a miss is put right."""
    for name, text in demands(rule):
        yield f"{name}{msg('：')}{printable(text)}"
    if rule.source:
        yield f"{msg('依据')}{msg('：')}{printable(rule.source)}"
    yield f"{msg('地位')}{msg('：')}{role_words().get(rule.role, rule.role)}"
    if remedy := pick(rule.remedy, rule.remedy_en):
        yield f"{msg('整改')}{msg('：')}{printable(_AMOUNT.sub('…', remedy))}"


def _problem_kind(one: Remark) -> _Json:
    """A kind of problem of the data, as a rule."""
    help_text = msg("数据检查的各种问题见 docs/data-checks.md")
    return {
        **_described(one.rule, one.title, help_text),
        "defaultConfiguration": {"level": one.level},
        "properties": {"tags": [msg("数据检查")]},
    }


def _described(name: str, title: str, help_text: str) -> _Json:
    return {
        "id": name,
        "name": truncated(title, _NAME),
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},
        "help": {"text": help_text},
    }


def _result(
    one: Remark, rules: Mapping[str, int], artifacts: Mapping[str, int], seen: Counter[str]
) -> _Json:
    seen[one.name] += 1
    key = hashlib.sha256(one.name.encode()).hexdigest()[:16]
    figures = one.finding or {}
    return {
        "ruleId": one.rule,
        "ruleIndex": rules[one.rule],
        "kind": "fail" if one.level != NONE else _KINDS[one.state],
        "level": one.level,
        "message": {"text": _plain(one.told)},
        "locations": list(_locations(one, artifacts)),
        "partialFingerprints": {
            "junhengFinding/v1": one.name,
            "primaryLocationLineHash": f"{key}:{seen[one.name]}",
        },
        **({"baselineState": one.baseline} if one.baseline else {}),
        **({"suppressions": [_suppression(one)]} if one.state == "waived" else {}),
        "properties": {
            name: figures[name] for name in _FIGURES if figures.get(name) not in (None, [])
        },
    }


def _suppression(one: Remark) -> _Json:
    """By whose document a failure is waived."""
    justified = {"justification": one.ground} if one.ground else {}
    return {"kind": "external", "status": "accepted", **justified}


def _notification(one: Remark, rules: Mapping[str, int], artifacts: Mapping[str, int]) -> _Json:
    """A rule that broke: no result, but a fault of the tool or of a plugin."""
    return {
        "descriptor": {"id": "rule_broken"},
        "associatedRule": {"id": one.rule, "index": rules[one.rule]},
        "level": ERROR,
        "message": {"text": _plain(one.told)},
        "locations": list(_locations(one, artifacts)),
    }


def _locations(one: Remark, artifacts: Mapping[str, int]) -> Iterable[_Json]:
    """Where it is; of a workbook the cell is no region, but a place by name."""
    if one.place is None:
        return
    place = one.place
    physical: _Json = {"artifactLocation": {"uri": uri(place.path), "index": artifacts[place.path]}}
    if place.line is not None:
        physical["region"] = _region(place)
    named = [{"fullyQualifiedName": place.at, "kind": _kind_of(place)}] if place.at else []
    if one.subject:
        named.append({"name": one.subject, "kind": "object"})
    yield {"physicalLocation": physical, **({"logicalLocations": named} if named else {})}


def _region(place: InputPlace) -> _Json:
    column = {} if place.column is None else {"startColumn": place.column}
    return {"startLine": place.line, **column}


def _kind_of(place: InputPlace) -> str:
    return "value" if place.at.startswith("/") else "cell"


def _plain(text: str) -> str:
    """A text in which no reader of SARIF finds a link."""
    return text.replace("](", "] (")
