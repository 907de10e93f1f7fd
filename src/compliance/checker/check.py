"""check(paths, …) → Report: the façade over plugins, intake, engine and conclusion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

from compliance import intake
from compliance.assessment import messages
from compliance.checker import ruleset_choice
from compliance.checker.builtin_offers import load
from compliance.checker.option_names import check_words, out_of_date
from compliance.engine.evaluate import Bench, evaluate
from compliance.engine.findings import findings, verdicts
from compliance.engine.findings.report import FINDINGS, CountyResult, Report, RulesetInfo
from compliance.facts.vocabulary import Vocabulary, titles, vocabulary
from compliance.kernel.errors import NoEditionError, Problem
from compliance.kernel.i18n import say
from compliance.kernel.submission import KEY, Refused, Submission
from compliance.plugins.manager import Offers
from compliance.rules.attestations import settle
from compliance.rules.language.model import Ruleset
from compliance.rules.language.pack import Pack, read_pack
from compliance.rules.lint.lint import examine
from compliance.rules.resolution.confirmations import Confirmation
from compliance.rules.resolution.effective_dates import days_of_change
from compliance.rules.resolution.resolve import edition, editions, resolve

Progress = Callable[[str, int, int], None]
Packs = Mapping[str, Sequence[Pack]]


@dataclass(frozen=True)
class Choice:
    """How to judge: rule set id or pack file (None: each county's own), date, what is enforced.

    switches: relaxations and alternatives that are on. strict: no conclusion while an unverified
    rule lies on its way. confirmations: rules whose texts someone holds.
    """

    ruleset: str | None = None
    as_of: date | None = None
    enforce: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    strict: bool = False
    confirmations: tuple[Confirmation, ...] = ()

    def stated(self) -> dict[str, object]:
        """What makes a judgement differ from the usual one, as a manifest states it."""
        return {
            "switches": list(self.switches),
            "enforced": list(self.enforce),
            "strict": self.strict,
            "confirmations": [one.row() for one in self.confirmations],
        }


@dataclass(frozen=True)
class Case:
    """Counties that one rule set judges as of one day."""

    rules: Ruleset
    as_of: date
    part: Submission


@dataclass(frozen=True)
class Docket:
    """What lies ready to be judged, and every problem found on the way."""

    submission: Submission
    cases: tuple[Case, ...]
    problems: tuple[Problem, ...]
    refused: tuple[Refused, ...]
    words: Vocabulary


def prepare(
    paths: Sequence[Path], offers: Offers, choice: Choice, previous: Sequence[Path] = ()
) -> Docket:
    """Read, accept, choose each county's rule set, bring statements to their rules.

    previous: last year's figures of the same counties, to compare with.
    Raises UsageError, PackError or PluginError where nothing can be judged.
    """
    known, top = with_pack_file(offers, choice.ruleset)
    if top is not None:  # no such rule set, or none for that day: said before anything is read
        edition(known, top, choice.as_of or date.max)
    words = vocabulary(offers.fragments)
    submission = intake.take_in(paths, offers.readers, words, previous)
    jobs, problems = _jobs(submission, known, replace(choice, ruleset=top))
    refused = list(submission.refused)
    cases = []
    early: dict[tuple[str, int], NoEditionError] = {}
    for (name, day), keys in jobs.items():
        try:
            rules = resolve(
                known,
                name,
                day,
                choice.enforce,
                choice.switches,
                choice.confirmations,
                kinds=offers.kinds,
            )
        except NoEditionError as error:  # these counties alone cannot be judged
            early |= dict.fromkeys(keys, error)
            continue
        examine(rules, offers.kinds, words)
        part = submission if len(jobs) == 1 else submission.of(keys)
        others = _elsewhere(known, rules)
        part, remarks, without = settle(part, rules, others)
        problems += remarks
        refused += without
        cases.append(Case(rules, day, part))
    if early and not cases:
        raise next(iter(early.values()))
    problems += [_too_early(key, error) for key, error in early.items()]
    refused += _refused(submission, early)
    check_words(choice, [case.rules for case in cases])
    problems += out_of_date((case.rules, case.as_of) for case in cases)
    return Docket(
        submission, tuple(cases), (*submission.problems, *problems), tuple(refused), words
    )


def judged(case: Case, offers: Offers, choice: Choice) -> Bench:
    """Every rule of a case judged for every subject."""
    return evaluate(case.rules, case.part, case.as_of, offers.kinds, strict=choice.strict)


def check(
    paths: Sequence[Path | str],
    ruleset: str | None = None,
    as_of: date | None = None,
    enforce: Sequence[str] = (),
    progress: Progress | None = None,
    offers: Offers | None = None,
    *,
    switches: Sequence[str] = (),
    strict: bool = False,
    confirmations: Sequence[Confirmation] = (),
) -> Report:
    """Judge the counties in files and folders; offers: what is installed, where already loaded.

    Raises UsageError, PackError or PluginError where nothing can be judged; problems of the data
    stand in the report.
    """
    offers = offers or load()
    choice = Choice(ruleset, as_of, tuple(enforce), tuple(switches), strict, tuple(confirmations))
    docket = prepare([Path(path) for path in paths], offers, choice)
    headings = titles(docket.words)
    problems = list(docket.problems)
    pieces: list[pl.DataFrame] = []
    counties: list[CountyResult] = []
    excluded: list[Mapping[str, object]] = []
    for done, case in enumerate(docket.cases):
        if progress is not None:
            progress(case.rules.id, done, len(docket.cases))
        bench = judged(case, offers, choice)
        problems += verdicts.remarks(bench)
        found, speechless = messages.told(findings.findings(bench, problems), headings)
        problems += speechless
        pieces.append(found)
        counties += verdicts.counties(bench, found)
        excluded += verdicts.excluded(bench)
    everything = pl.concat(pieces) if pieces else pl.DataFrame(schema=FINDINGS)
    if len(pieces) > 1:
        everything = everything.sort(KEY, maintain_order=True)
    return Report(
        findings=everything,
        counties=tuple(sorted(counties, key=lambda one: (one.county_code, one.year))),
        rulesets=tuple(_info(case) for case in docket.cases),
        rules={(case.rules.id, case.as_of.isoformat()): case.rules.rules for case in docket.cases},
        schools=_schools(docket),
        excluded=tuple(
            sorted(excluded, key=lambda e: (str(e["county_code"]), str(e["school_code"])))
        ),
        problems=tuple(problems),
        refused=docket.refused,
        manifest=_manifest(docket.submission, offers, choice),
        titles=headings,
    )


def _too_early(key: tuple[str, int], error: NoEditionError) -> Problem:
    code, year = key
    return Problem(
        "error",
        "no_edition",
        say(
            "{code} {year}学年：{why}",
            "{code}, school year {year}: {why}",
            code=code,
            year=year,
            why=error.what,
        ),
        expected=error.todo,
        county_code=code,
        year=year,
    )


def _refused(submission: Submission, keys: Iterable[tuple[str, int]]) -> list[Refused]:
    wanted = set(keys)
    rows = submission.counties.select(*KEY, "county_name").iter_rows()
    return [Refused(code, year, name) for code, year, name in rows if (code, year) in wanted]


def _elsewhere(known: Packs, rules: Ruleset) -> set[str]:
    """The ids and titles of rules of other rule sets: a county's file may speak to several."""
    tables = [
        (rule_id, table)
        for packs in known.values()
        for pack in packs
        for rule_id, table in pack.table("rule").items()
        if rule_id not in rules.rules
    ]
    return {name for rule_id, table in tables for name in (rule_id, str(table["title"]))}


def _schools(docket: Docket) -> pl.DataFrame:
    """The schools of the judged counties."""
    parts = [case.part.schools for case in docket.cases]
    if len(parts) == 1:
        return parts[0]
    everyone = pl.concat([docket.submission.schools.clear(), *parts])
    return everyone.sort(*KEY, "school_code", maintain_order=True)


def with_pack_file(offers: Offers, ruleset: str | None) -> tuple[Packs, str | None]:
    """The installed packs, and the file's pack where `ruleset` is the path of one."""
    if ruleset is None or ruleset in offers.packs:
        return offers.packs, ruleset
    path = Path(ruleset)
    if path.suffix != ".toml" and not path.is_file():
        return offers.packs, ruleset
    pack = read_pack(path)
    if pack.id in offers.packs:
        raise pack.error(
            say(
                "规则集 {id} 已安装，文件须用别的 id",
                "rule set {id} is installed; choose another id",
                id=pack.id,
            ),
            "pack",
            "id",
        )
    known = {**offers.packs, **editions([pack])}
    for day in days_of_change(pack):  # wrong on any day is wrong: it would be found too late
        with suppress(NoEditionError):
            resolve(known, pack.id, day, kinds=offers.kinds)
    return known, pack.id


def _jobs(
    submission: Submission, known: Packs, choice: Choice
) -> tuple[dict[tuple[str, date], list[tuple[str, int]]], list[Problem]]:
    """(rule set, day) → the counties judged by it, in the order of the counties."""
    jobs: dict[tuple[str, date], list[tuple[str, int]]] = {}
    warnings: list[Problem] = []
    for row in submission.counties.select(*KEY, "county_name", "province").iter_rows(named=True):
        name, warning = (
            (choice.ruleset, None) if choice.ruleset else ruleset_choice.choose(row, known)
        )
        if warning is not None:
            warnings.append(warning)
        day = choice.as_of or date(row["year"], 9, 1)
        jobs.setdefault((str(name), day), []).append((row["county_code"], row["year"]))
    return jobs, warnings


def _info(case: Case) -> RulesetInfo:
    rules = case.rules
    return RulesetInfo(
        rules.id,
        rules.version,
        case.as_of.isoformat(),
        rules.layers,
        rules.title,
        rules.title_en,
        rules.source,
        rules.notes,
        rules.template_dirs,
    )


def _manifest(submission: Submission, offers: Offers, choice: Choice) -> dict[str, object]:
    return {
        "inputs": [{"name": one.name, "sha256": one.sha256} for one in submission.inputs],
        "tool": f"junheng {version('junheng')}",
        "plugins": dict(sorted(offers.plugins.items())),
        **choice.stated(),
    }
