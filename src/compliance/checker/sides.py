"""The two sides of a comparison: each a submission, judged now, or a file of results judged before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

import polars as pl

from compliance.assessment.baseline import baseline
from compliance.assessment.comparison import RunComparison, Side, compare
from compliance.checker.check import Checker, prepare
from compliance.checker.choice import Choice, chosen_rules
from compliance.checker.report import Report
from compliance.engine.results import FINDINGS, CountyResult, RulesetInfo
from compliance.facts.vocabulary import Vocabulary, titles
from compliance.intake.formats.standard_input import NAME, is_kept
from compliance.kernel.errors import JunhengError, Problem, ResultsError, UsageError, reason
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.limited_read import read_limited
from compliance.kernel.submission import KEY, STATUSES, Submission
from compliance.render.difference import rule_line
from compliance.render.machine_formats import FORMAT
from compliance.rules.language.model import Rule

# a file of results is told from a submission by its head, which stands first in what we write
_HEAD = 4096
_LARGEST = 512 * 2**20
# every number is read as a float: a value that happens to be whole is one as well
_AS_READ = pl.Schema(
    [(name, pl.Float64() if name == "year" else dtype) for name, dtype in FINDINGS.items()]
)


def compared(
    checker: Checker, before: Path, after: Path, choice: Choice
) -> tuple[RunComparison, list[Problem]]:
    """Two runs beside each other, and the problems of what was read for them.

    Submissions are judged as `choice` has it, results stand as they are. Raises what `Checker.check`
    raises, and ResultsError.
    """
    problems: list[Problem] = []
    sides = [_side(checker, path, choice, problems) for path in (before, after)]
    return compare(*sides), list(dict.fromkeys(problems))


def _side(checker: Checker, path: Path, choice: Choice, problems: list[Problem]) -> Side:
    if _holds_results(path):
        return side_of_results(checker, path)
    report = checker.judge(prepare([path], checker.registry, choice), choice)
    problems += report.problems
    return side_with_figures(report, _called(path))


def _called(path: Path) -> str:
    return NAME if is_kept(path) else path.name


def side_of(report: Report, name: str) -> Side:
    """What was judged now, without its figures as typed."""
    return Side(
        name=name,
        counties=report.counties,
        findings=report.findings.cast(FINDINGS),
        rulesets=report.rulesets,
        rules=report.rules,
        titles=report.titles,
        words={},
        manifest=report.manifest,
        refused=report.refused,
        successions=tuple(
            one for county in report.counties for one in report.succession_of(county)
        ),
    )


def side_with_figures(report: Report, name: str) -> Side:
    """What was judged now, with its figures as typed."""
    parts = [one.figures for one in report.grounds.values()]
    records = _records([parts[0].of(()), *parts]) if parts else None
    words = _words(report.words.vocabulary)
    return replace(side_of(report, name), words=words, records=records)


def held_against(report: Report, path: Path, checker: Checker, *, only_new: bool) -> Report:
    """A report with what is new in it since the results of an earlier run.

    Raises UsageError where these are no results, or of no county of the report, and ResultsError where
    they cannot be read.
    """
    if not path.is_file():
        raise UsageError(msg("没有这个文件"), str(path), _todo())
    run = compare(side_of_results(checker, path), side_of(report, ""))
    if report.counties and not any(pair.same_county for pair in run.pairs):
        known = msg("、").join(dict.fromkeys(one.county_name for one in run.before.counties))
        what = say("基线里没有这次判定的县（它有：{known}）", known=known)
        raise UsageError(what, str(path), msg("请给同一个县以前的结果"))
    found = baseline(run, only_new=only_new, differs=list(_differs(run)))
    return replace(report, baseline=found)


def _differs(run: RunComparison) -> Iterator[str]:
    """What a reader must know of a baseline that was judged otherwise, or lacks counties."""
    for pair in run.pairs:
        name, before, after = pair.after.county_name, pair.before.year, pair.after.year
        if before != after:
            yield say("{name}：基线是{a}学年，这次是{b}学年", name=name, a=before, b=after)
        moves = [one for one in pair.rules if not one.rule]
        for one in moves:
            if before == after or one.field != "as_of":
                yield say("{name}：判法与基线不同（{what}）", name=name, what=rule_line(one))
    for county in run.only_after:
        yield say("基线里没有{name}，它的不达标项都算新增", name=county.county_name)


def _words(vocabulary: Vocabulary) -> dict[str, dict[str, str]]:
    """Fact → value as held → what people write for it, in the current language."""
    facts = {**vocabulary.county, **vocabulary.school}
    return {
        name: {
            value: pick(word, value)
            for word, value in reversed(list(fact.words.items()))
            if word != value
        }
        for name, fact in facts.items()
        if fact.words and fact.form != "flag"
    }


def _records(parts: list[Submission]) -> tuple[pl.DataFrame, ...]:
    """What was typed, as tables of figures by county, year and school: counties, schools."""
    counties = [_with_lists(part) for part in parts]
    schools = [part.whole("schools") for part in parts]
    return (pl.concat(counties, how="diagonal"), pl.concat(schools, how="diagonal"))


def _with_lists(part: Submission) -> pl.DataFrame:
    """The counties' records with what stands in lists beside them, a column an entry."""
    found = part.whole("counties")
    results = pl.struct("level", "disparity", "monitored_year")
    lists = (
        (part.monitoring, "monitoring", pl.concat_str("subject", "grade", ignore_nulls=True), results),
        (part.attestations, "attestations", pl.col("rule"), pl.col("met")),
        (part.vetoes, "vetoes", pl.col("rule"), pl.col("exists")),
    )  # fmt: skip
    for table, name, entry, value in lists:
        if table.height:
            rows = table.select(*KEY, (name + "." + entry).alias("_entry"), value.alias("_value"))
            wide = rows.pivot(
                "_entry", index=list(KEY), values="_value", aggregate_function="first"
            )
            found = found.join(wide, on=list(KEY), how="left", maintain_order="left")
    return found


# ── results judged before ────────────────────────────────────────────────────────


def _holds_results(path: Path) -> bool:
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            return json.dumps(FORMAT).encode() in stream.read(_HEAD)
    except OSError:
        return False  # the reader of submissions says why


def side_of_results(checker: Checker, path: Path) -> Side:
    """Results judged before. Raises ResultsError."""
    return side_of_document(checker, stored_results(path), path)


def side_of_document(checker: Checker, document: Mapping[str, Any], path: Path) -> Side:
    """The same of what `stored_results` read of a file. Raises ResultsError."""
    try:
        given = [document["ruleset"]] if document["ruleset"] else document["rulesets"]
        infos = tuple(
            RulesetInfo(
                str(one["id"]), str(one["version"]), str(one["as_of"]), tuple(one["layers"]), "", ""
            )
            for one in given
        )
        counties = tuple(_county(one) for one in document["counties"])
        findings = pl.DataFrame(document["findings"], schema=_AS_READ, orient="row").cast(FINDINGS)
        manifest = dict(document["manifest"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, pl.exceptions.PolarsError) as error:  # fmt: skip
        raise faulty(path, say("内容不合结果文件的格式（{e}）", e=type(error).__name__)) from error
    strange = set(findings["status"]) - set(STATUSES)
    if strange or findings.select("rule", "level", *KEY).null_count().sum_horizontal().item():
        raise faulty(path, msg("判定结果中有不认识的状态，或没有规则、县、学年"))
    return Side(
        name=_called(path),
        counties=counties,
        findings=findings,
        rulesets=infos,
        rules={(one.id, one.as_of): _known_rules(checker, one, manifest) for one in infos},
        titles=titles(checker.registry.vocabulary),
        words=_words(checker.registry.vocabulary),
        manifest=manifest,
    )


def stored_results(path: Path) -> Mapping[str, Any]:
    """The document in a file of results. Raises ResultsError."""
    try:
        document = json.loads(
            read_limited(path, _LARGEST),
            parse_float=_number, parse_int=_number, parse_constant=_number,
        )  # fmt: skip
    except OSError as error:
        raise faulty(path, say("无法读取：{why}", why=reason(error))) from error
    except OverflowError as error:
        raise faulty(path, say("数字“{text}”超出范围", text=error)) from error
    except (ValueError, RecursionError) as error:
        raise faulty(path, msg("不是完整的JSON文件")) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise faulty(path, msg("不是本程序的结果文件"))
    return document


def _number(text: str) -> float:
    """OverflowError for what no figure of ours is: NaN, infinity, or beyond a float."""
    value = float(text)
    if not isfinite(value):
        raise OverflowError(text[:20])
    return value


def faulty(path: Path, what: str) -> ResultsError:
    """The error that a file is no file of results, or not as such files are."""
    return ResultsError(what, str(path), _todo())


def _todo() -> str:
    return msg("用 compliance check --format json 重新生成")


def _county(one: Mapping[str, Any]) -> CountyResult:
    blocks = {str(name): str(status) for name, status in one["blocks"].items()}
    counts = {status: int(one["counts"].get(status, 0)) for status in STATUSES}
    return CountyResult(
        str(one["county_code"]), str(one["county_name"]), int(one["year"]), str(one["verdict"]), str(one["ruleset"]), str(one["as_of"]),
        blocks, counts, input=str(one.get("input", "")),
    )  # fmt: skip


def _known_rules(
    checker: Checker, info: RulesetInfo, manifest: Mapping[str, Any]
) -> Mapping[str, Rule]:
    """The rules of a set as they are installed, for their words; none where it is not."""
    registry = checker.registry
    asked = Choice(enforce=tuple(manifest.get("enforced", ())), switches=tuple(manifest.get("switches", ())))  # fmt: skip
    try:
        day = date.fromisoformat(info.as_of)
        return chosen_rules(registry, registry.packs, info.id, day, asked).rules
    except (JunhengError, ValueError, KeyError):
        return {}
