"""From paths and a choice to a `Report`: plugins, intake, rule sets, engine and verdicts put together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import polars as pl

from compliance import intake
from compliance.checker.builtin_offers import load
from compliance.checker.choice import (
    Choice,
    Packs,
    Regions,
    check_words,
    choose,
    chosen_rules,
    out_of_date,
    own_words,
    regions,
    why_chosen,
    with_pack_file,
)
from compliance.checker.correction import HeldCounty
from compliance.checker.handing_on import Sink, handed_on
from compliance.checker.manifest import manifest
from compliance.checker.parts import Executor, Job, Judging, Threads, in_parts
from compliance.checker.report import Report, Wording, whole
from compliance.checker.waivers import outcomes, waiver_problems
from compliance.engine import verdicts
from compliance.engine.attestations import settle
from compliance.engine.evaluate import Evaluation, evaluate
from compliance.engine.results import (
    CheckedCounty,
    CountyResult,
    CountyRow,
    Grounds,
    RulesetInfo,
    Validation,
)
from compliance.engine.waiver_hits import Hit
from compliance.engine.waiving import in_force
from compliance.facts.vocabulary import Vocabulary, yearly
from compliance.intake.cell_locations import Watch
from compliance.intake.formats.discover import gather, with_words
from compliance.intake.formats.given_names import called
from compliance.intake.formats.raw_table import RawDocument
from compliance.kernel.errors import JunhengError, NoEditionError, PackError, Problem, UsageError
from compliance.kernel.i18n import msg, say, use
from compliance.kernel.journal import step
from compliance.kernel.submission import KEY, STATED, Refused, Submission
from compliance.plugins.registry import Registry, without
from compliance.rules.language.editions import edition
from compliance.rules.language.ruleset import Ruleset

if TYPE_CHECKING:
    from compliance.rules.resolution.confirmations import Confirmation

_NEEDS_OF = 20  # counties of which it is worked out what is still needed for a verdict
Progress: TypeAlias = Callable[[str, int, int], None]
Paths: TypeAlias = Path | str | Iterable[Path | str]


class Batch(NamedTuple):
    """What lies ready to be judged, and every problem found on the way.

    compared: earlier figures lay beside these. unsound: the counties with errors, as far as they were read: nothing is concluded of them.
    packs: all there are, a file's own among them.
    """

    submission: Submission
    jobs: tuple[Job, ...]
    problems: tuple[Problem, ...]
    refused: tuple[Refused, ...]
    vocabulary: Vocabulary
    unsound: tuple[Job, ...] = ()
    compared: bool = False
    packs: Packs = MappingProxyType({})


def prepare(
    paths: Sequence[Path], registry: Registry, choice: Choice, previous: Sequence[Path] = ()
) -> Batch:
    """Read, accept, choose each county's rule set, bring statements to their rules.

    previous: earlier figures of the same counties, to compare with. A county whose rule set is
    faulty, has no edition yet, or may be that of a broken plugin is refused, the others are judged.
    Raises UsageError, PackError or PluginError where nothing can be judged.
    """
    words = asked_words(registry, choice)
    submission = intake.take_in(paths, registry.readers, words, previous, choice.terms)
    batch = prepared(submission, words, registry, choice)
    return batch._replace(compared=bool(previous))


def asked_words(registry: Registry, choice: Choice) -> Vocabulary:
    """The facts that inputs may have: those of the rule set asked for, else of all.

    Raises UsageError or PackError where there is no such rule set, or none for that day.
    """
    known, top = with_pack_file(registry, choice.ruleset)
    if top is None:
        return registry.vocabulary
    edition(known, top, choice.as_of or date.max)
    return own_words(registry, known, top)


def prepared(
    submission: Submission, words: Vocabulary, registry: Registry, choice: Choice
) -> Batch:
    """What was accepted, ready to be judged; as `prepare`. words: those it was accepted with."""
    known, top = with_pack_file(registry, choice.ruleset)
    problems = [*submission.problems, *_out_of_use(registry)]
    faults: dict[tuple[str, int], JunhengError] = {}  # county and year → why it cannot be judged
    served = _assigned(submission, registry, replace(choice, ruleset=top), problems, faults)
    refused = list(submission.refused)
    jobs = []
    for (name, day), keys in served.items():
        try:
            rules = chosen_rules(registry, known, name, day, choice)
        except (NoEditionError, PackError) as error:  # these counties alone cannot be judged
            faults |= dict.fromkeys(keys, error)
            continue
        part = submission if len(keys) == submission.counties.height else submission.of(keys)
        part, remarks, without = settle(part, rules, _elsewhere(known, rules))
        problems += remarks
        refused += without
        jobs.append(Job(rules, day, part))
    if faults and not jobs:
        raise next(iter(faults.values()))
    problems += [_unjudgeable(key, error) for key, error in faults.items()]
    refused += _refused(submission, faults)
    problems += out_of_date((job.rules, job.as_of) for job in jobs)
    unsound = []
    if submission.unsound is not None:
        beside, top_choice = submission.unsound, replace(choice, ruleset=top)
        for (name, day), keys in _assigned(beside, registry, top_choice, problems, {}).items():
            with suppress(NoEditionError, PackError):  # said where it judges a county
                rules = chosen_rules(registry, known, name, day, choice)
                part, remarks, _ = settle(beside.of(keys), rules, _elsewhere(known, rules))
                problems += remarks
                unsound.append(Job(rules, day, part))
    if by := [job.rules for job in (*jobs, *unsound)]:  # else there is nobody to know the words
        check_words(choice, by)
    return Batch(
        submission, tuple(jobs), tuple(problems), tuple(refused), words, tuple(unsound), packs=known
    )


def judged(job: Job, registry: Registry, choice: Choice) -> Evaluation:
    """Every rule of a job judged for every subject."""
    heeded = in_force(choice.waivers, job.rules, job.as_of)
    return evaluate(
        job.rules, job.part, job.as_of, registry.kinds, strict=choice.strict, waivers=heeded
    )


class Checker:
    """The rule sets, facts and other offers of this installation, loaded once, for many judgements.

        checker = Checker()
        report = checker.check("county.xlsx")

    registry: what is installed, where already loaded. without_plugins: names of plugins (of the
    distribution or its entry point) that are switched off. Raises PluginError where two plugins
    offer the same, UsageError where one that is to be switched off is not installed.
    """

    def __init__(
        self, registry: Registry | None = None, *, without_plugins: Sequence[str] = ()
    ) -> None:
        with without(without_plugins):
            self.registry = registry or load()

    def check(
        self,
        paths: Paths,
        choice: Choice | None = None,
        progress: Progress | None = None,
        lang: str | None = None,
        sinks: Sequence[Sink] = (),
        previous: Sequence[Path] = (),
        executor: Executor | None = None,
    ) -> Report:
        """Judge the counties in a file or folder, or in several.

        choice: how; None: each county by its own rule set. progress(rule set, done, total) is
        called when a part has been judged. lang: ``zh`` or ``en``; None: the current language.
        sinks: what takes the findings part by part, while the next are judged; then the report of
        several counties does not hold them, so that a nation fits into little memory. previous: earlier
        figures of the same counties; what jumped since is a problem of the data. executor: what judges
        the parts, and takes their findings itself; None: this process.

        Raises UsageError, PackError or PluginError where nothing can be judged; problems of the
        data stand in the report.
        """
        with nullcontext() if lang is None else use(lang):
            choice, asked = choice or Choice(), _several(paths)
            watch = self._watch(choice, [*asked, *previous])
            registry = replace(self.registry, readers=watch.readers)
            batch = prepare(asked, registry, choice, _several(previous))
            return self.judge(batch, choice, progress, sinks, watch, executor)

    def _watch(self, choice: Choice, paths: Sequence[Path] = ()) -> Watch:
        return Watch(self.registry.readers, self.registry.vocabulary, paths, terms=choice.terms)

    def hold(
        self, paths: Paths, choice: Choice | None = None, lang: str | None = None
    ) -> HeldCounty:
        """One county judged and held ready for corrections, each judged in a moment.

        Raises UsageError where there is not just one county that can be judged, else as `check`.
        """
        choice = choice or Choice()
        with nullcontext() if lang is None else use(lang):
            batch = prepare(_several(paths), self.registry, choice)
            if len(batch.jobs) != 1 or batch.jobs[0].part.counties.height != 1:
                raise UsageError(msg("只能保持一个可以判定的县"))
            (job,) = batch.jobs
            evaluation = judged(job, self.registry, choice)
            problems = [*batch.problems, *verdicts.remarks(evaluation)]
            words = Wording(batch.vocabulary, [(job.rules, self.registry.kinds)])
            return HeldCounty(evaluation, words, problems)

    def validate(
        self, paths: Paths, choice: Choice | None = None, previous: Sequence[Path] = ()
    ) -> Validation:
        """The data checks alone: everything that `check` would doubt, and earlier figures beside it.

        previous: earlier figures of the same counties. Each county's rule set is needed to tell
        values that crowd at a limit. Raises what `check` raises.
        """
        choice = choice or Choice()
        asked = _several(paths)
        watch = self._watch(choice, asked)
        registry = replace(self.registry, readers=watch.readers)
        batch = prepare(asked, registry, choice, _several(previous))
        problems, decided = list(batch.problems), set[tuple[str, int]]()
        for job in (*batch.jobs, *batch.unsound):
            evaluation = judged(job, registry, choice)
            problems += verdicts.remarks(evaluation)
            decided |= verdicts.decided(evaluation)
        needs: tuple[Report, ...] = ()
        if len(batch.submission.counties) + len(batch.unsound) <= _NEEDS_OF:
            needs = self.needs(batch, choice, watch)
        counties = _checked_counties(batch, decided)
        return Validation(counties, tuple(dict.fromkeys(problems)), needs, (*asked, *previous))

    def needs(self, batch: Batch, choice: Choice, watch: Watch | None = None) -> tuple[Report, ...]:
        """The counties judged for what they lack, those with errors as far as they were read."""
        return tuple(
            self.judge(batch._replace(jobs=jobs), choice, watch=watch)
            for jobs in (batch.jobs, batch.unsound)
            if jobs
        )

    def documents(self, paths: Paths, choice: Choice | None = None) -> list[RawDocument]:
        """What lies at the paths as it is read, nothing accepted yet. Raises UsageError for nothing."""
        asked, terms, words = _several(paths), (choice or Choice()).terms, self.registry.vocabulary
        return gather(asked, with_words(self.registry.readers, words, asked), words, terms)

    def judge(
        self,
        batch: Batch,
        choice: Choice,
        progress: Progress | None = None,
        sinks: Sequence[Sink] = (),
        watch: Watch | None = None,
        executor: Executor | None = None,
    ) -> Report:
        """Judge what lies ready; `watch` knows where its figures stand. The rest as for `check`."""
        registry, by = self.registry, executor or Threads()
        watch = watch or self._watch(choice)
        words = Wording(batch.vocabulary, [(job.rules, registry.kinds) for job in batch.jobs])
        problems, kept = list(batch.problems), list[pl.DataFrame]()
        counties: list[CountyResult] = []
        excluded: list[Mapping[str, object]] = []
        rows: dict[tuple[str, int], CountyRow] = {}
        hits: list[Hit] = []
        alone = sum(job.part.counties.height for job in batch.jobs) == 1
        judging = Judging(
            registry.kinds, words, batch.problems,
            strict=choice.strict, alone=alone, waivers=choice.waivers,
        )  # fmt: skip
        keeps = alone or not (sinks or executor)
        schools = sum(job.part.schools.height for job in batch.jobs)
        parts = list(in_parts(batch.jobs, by.schools(schools)))
        with handed_on(sinks) as put:
            for done, made in enumerate(by.judged(parts, judging)):
                step(partial(_told_part, parts[done][0].rules.id, done + 1, len(parts)))
                if progress is not None:
                    progress(parts[done][0].rules.id, done, len(parts))
                if keeps:
                    words.found.append(made.found)
                made.found = []
                for frame in made.frames():
                    put(frame)
                    if keeps:
                        kept.append(frame)
                problems += _new(made.problems, problems)
                counties += made.counties
                excluded += made.excluded
                rows |= made.rows
                hits += made.hits
        waivers = tuple(outcomes(choice.waivers, hits, batch.jobs))
        return Report(
            findings=whole(kept),
            counties=tuple(sorted(counties, key=lambda one: (one.county_code, one.year))),
            rulesets=tuple(_info(job) for job in batch.jobs),
            rules={(job.rules.id, job.as_of.isoformat()): job.rules.rules for job in batch.jobs},
            schools=_schools(batch),
            excluded=tuple(
                sorted(excluded, key=lambda e: (str(e["county_code"]), str(e["school_code"])))
            ),
            problems=(*problems, *waiver_problems(waivers)),
            waivers=waivers,
            refused=batch.refused,
            manifest=manifest(
                batch.submission,
                registry,
                choice,
                batch.packs,
                (job.rules.id for job in batch.jobs),
            )
            | by.stated(),
            titles=words.titles,
            holders=words.holders,
            overview=rows,
            yearly=yearly(words.vocabulary),
            grounds={
                (job.rules.id, job.as_of.isoformat()): Grounds(job.rules, job.part, watch)
                for job in batch.jobs
            },
            stated={name: getattr(batch.submission, name) for name in STATED},
            submitted=tuple(batch.submission.submitted),
            checks=batch.vocabulary.checks["school"],
            compared=batch.compared,
            inputs=watch.paths,
            words=words,
        )


def _new(found: Iterable[Problem], known: Sequence[Problem]) -> list[Problem]:
    """Problems without those about no county that an earlier part had too."""
    return [one for one in found if one.county_code or one not in known]


def check(
    paths: Paths,
    ruleset: str | None = None,
    as_of: date | None = None,
    enforce: Sequence[str] = (),
    progress: Progress | None = None,
    offers: Registry | None = None,
    *,
    switches: Sequence[str] = (),
    strict: bool = False,
    confirmations: Sequence[Confirmation] = (),
    lang: str | None = None,
) -> Report:
    """`Checker.check` once, with what is installed or with `offers`; the fields of a `Choice` as arguments."""
    choice = Choice(ruleset, as_of, tuple(enforce), tuple(switches), strict, tuple(confirmations))
    return Checker(offers).check(paths, choice, progress, lang)


def _several(paths: Paths) -> list[Path]:
    """The paths, each once, in one order whatever order they are given in."""
    given = {Path(path) for path in ([paths] if isinstance(paths, Path | str) else paths)}
    told = {path: Path(called(path)) for path in given}
    return sorted(given, key=lambda path: (told[path].parent.parts, told[path].name))


def _checked_counties(
    batch: Batch, decided: Collection[tuple[str, int]]
) -> tuple[CheckedCounty, ...]:
    """Those that can be judged and those that cannot, in order; decided: of which anything is met or not."""
    counties = [batch.submission.counties.clear(), *(job.part.counties for job in batch.jobs)]
    known = pl.concat([table.select(*KEY, "county_name") for table in counties])
    sizes = batch.submission.schools.group_by(KEY).len()
    sized = known.join(sizes, on=list(KEY), how="left")
    found = [
        CheckedCounty(code, name, year, schools or 0, judged=(code, year) in decided, refused=False)
        for code, year, name, schools in sized.iter_rows()
    ]
    found += [
        CheckedCounty(one.county_code, one.county_name, one.year, 0, judged=False, refused=True)
        for one in batch.refused
    ]
    return tuple(sorted(found, key=lambda one: (one.county_code, one.year or 0)))


def _out_of_use(registry: Registry) -> list[Problem]:
    """The broken plugins, for whoever wonders what is missing."""
    return [
        Problem(
            "warning",
            "plugin_broken",
            str(one.error).splitlines()[0],
            expected=msg("它的规则集、规则种类、读取与输出格式均未使用"),
        )
        for one in registry.broken
    ]


def _unjudgeable(key: tuple[str, int], error: JunhengError) -> Problem:
    code, year = key
    return Problem(
        "error",
        "no_edition" if isinstance(error, NoEditionError) else "ruleset_unusable",
        say("{code} {year}学年：{why}", code=code, year=year, why=error.what),
        expected=error.todo,
        file=error.where,
        county_code=code,
        year=year,
    )


def _refused(submission: Submission, keys: Iterable[tuple[str, int]]) -> list[Refused]:
    wanted = set(keys)
    rows = submission.counties.select(*KEY, "county_name").iter_rows()
    return [Refused(code, year, name) for code, year, name in rows if (code, year) in wanted]


def _elsewhere(known: Packs, rules: Ruleset) -> set[str]:
    """What rules of other rule sets are stated by: a county's file may speak to several."""
    tables = [
        (rule_id, table)
        for packs in known.values()
        for pack in packs
        for rule_id, table in pack.table("rule").items()
        if rule_id not in rules.rules
    ]
    return {
        str(name)
        for rule_id, table in tables
        for name in (rule_id, table["title"], table.get("incident", rule_id))
    }


def _schools(batch: Batch) -> pl.DataFrame:
    """The schools of the judged counties."""
    given = batch.submission.schools
    parts = pl.concat([given.clear(), *(job.part.schools for job in batch.jobs)])
    if len(batch.jobs) > 1:
        parts = parts.sort(*KEY, "school_code", maintain_order=True)
    return replace(batch.submission, schools=parts).whole("schools")


def _assigned(
    submission: Submission,
    registry: Registry,
    choice: Choice,
    problems: list[Problem],
    faults: dict[tuple[str, int], JunhengError],
) -> dict[tuple[str, date], list[tuple[str, int]]]:
    """(rule set, day) → the counties judged by it, in the order of the counties.

    Adds to `problems` what is missing, to `faults` the counties that may be a broken plugin's.
    """
    found: dict[tuple[str, date], list[tuple[str, int]]] = {}
    served = None if choice.ruleset else regions(registry)
    for row in submission.counties.select(*KEY, "county_name", "province").iter_rows(named=True):
        key = (row["county_code"], row["year"])
        name = choice.ruleset or ""
        if served is not None:
            try:
                name, warning = choose(row, served, registry)
            except JunhengError as error:
                faults[key] = error
                continue
            problems += [] if warning is None else [warning]
        day = choice.as_of or date(row["year"], 9, 1)
        found.setdefault((name, day), []).append(key)
        step(partial(_told_choice, row, name, day, served))
    return found


def _told_part(rules: str, done: int, parts: int) -> str:
    return say("已按 {rules} 判定 {n}/{m}", rules=rules, n=done, m=parts)


def _told_choice(row: Mapping[str, Any], name: str, day: date, served: Regions | None) -> str:
    why = msg("指定的") if served is None else why_chosen(row, name, served)
    county = f"{row['county_name']} {row['county_code']} {row['year']}"
    return say("{county}：规则集 {name}（{why}），按{day}的规则", county=county, name=name, why=why, day=day)  # fmt: skip


def _info(job: Job) -> RulesetInfo:
    rules = job.rules
    return RulesetInfo(
        rules.id,
        rules.version,
        job.as_of.isoformat(),
        rules.layers,
        rules.title,
        rules.title_en,
        rules.documents,
        rules.notes,
        rules.template_dirs,
        rules.subject,
        rules.subject_en,
    )
