"""Many counties judged in parts of whole counties, in order: here one after the other, or by another executor."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

import polars as pl

from compliance.assessment import overview
from compliance.assessment.messages import Told
from compliance.checker.report import Wording, together
from compliance.engine import verdicts
from compliance.engine.evaluate import EvaluatedKind, Evaluation, Tapes, evaluate
from compliance.engine.findings import Findings, findings
from compliance.engine.results import CountyResult, CountyRow
from compliance.engine.waiver_hits import Hit, hits
from compliance.engine.waiving import in_force
from compliance.kernel.errors import Problem, nothing_lost
from compliance.kernel.i18n import msg
from compliance.kernel.submission import KEY, Submission
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.waivers import NO_WAIVERS, Waivers

SCHOOLS = 25_000  # judged at once: each part costs the same anew, and more take more memory


@dataclass(frozen=True)
class Job:
    """Counties that one rule set judges as of one day."""

    rules: Ruleset
    as_of: date
    part: Submission


@dataclass
class JudgedPart:
    """What came of some counties: their findings in order, with what else a report needs of them.

    told: the findings of each rule set in words; found: without. rows: those of the table of counties.
    hits: the findings that waivers name.
    """

    told: list[Told] = field(default_factory=list)
    found: list[Findings] = field(default_factory=list)
    counties: list[CountyResult] = field(default_factory=list)
    rows: dict[tuple[str, int], CountyRow] = field(default_factory=dict)
    excluded: list[Mapping[str, object]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The findings in the order of the contract, some at a time, put together while they are taken: once."""
        told, self.told = self.told, []  # a nation has no room for what has been taken
        if len(told) > 1:
            yield together([one.frame for one in told])
        else:  # none where another engine's worker has handed them on
            for one in told:
                yield from one.slices()


class Judging:
    """How parts are judged: by these kinds, told with these words, with these problems known.

    alone: the table of counties is not asked for. waivers: those given, whosoever they are. It can be
    pickled, and judges the same wherever the same plugins are installed.
    """

    def __init__(
        self, kinds: Mapping[str, EvaluatedKind], words: Wording, problems: Sequence[Problem],
        *, strict: bool, alone: bool, waivers: Waivers = NO_WAIVERS,
    ) -> None:  # fmt: skip
        self._kinds, self.words, self._strict, self.alone = kinds, words, strict, alone
        self._waivers = waivers
        self._problems: dict[str, list[Problem]] = {}
        for one in problems:
            if one.county_code:
                self._problems.setdefault(one.county_code, []).append(one)
        self._declared: dict[tuple[str, date], Tapes] = {}

    def evaluation(self, job: Job) -> Evaluation:
        """Every rule of a job judged for every subject."""
        tapes = self._declared.setdefault((job.rules.id, job.as_of), {})
        heeded = in_force(self._waivers, job.rules, job.as_of)
        return evaluate(
            job.rules, job.part, job.as_of, self._kinds,
            strict=self._strict, declared=tapes, waivers=heeded,
        )  # fmt: skip

    def part(self, jobs: Sequence[Job]) -> JudgedPart:
        """The counties of some jobs."""
        made = JudgedPart()
        for job in jobs:
            evaluation = self.evaluation(job)
            made.problems += verdicts.remarks(evaluation)
            codes = job.part.counties["county_code"].unique().to_list()
            known = [one for code in codes for one in self._problems.get(code, ())]
            left_out = verdicts.excluded(evaluation)
            found = findings(evaluation, [*known, *made.problems], left_out=left_out)
            told = self.words.told(found)
            made.problems += told.problems
            made.found.append(found)
            made.told.append(told)
            own = verdicts.counties(evaluation, told.counts)
            made.counties += own
            made.excluded += left_out
            made.hits += hits(evaluation)
            if not self.alone:
                made.rows |= overview(told.numbered(), own, job.rules.rules)
        return made


class Executor(Protocol):
    """What judges parts: this process, or another engine's workers."""

    def schools(self, total: int) -> int:
        """How many schools a part of so many may have."""

    def judged(self, parts: Sequence[Sequence[Job]], judging: Judging) -> Iterator[JudgedPart]:
        """Each part judged, in order."""

    def stated(self) -> dict[str, object]:
        """What a manifest says of it; nothing of this process."""


class Threads:
    """This process: each part is judged while the one before is put together and used."""

    def schools(self, total: int) -> int:
        """As many as are judged quickest at once."""
        return SCHOOLS

    def judged(self, parts: Sequence[Sequence[Job]], judging: Judging) -> Iterator[JudgedPart]:
        """Each part judged, in order."""
        if len(parts) == 1:
            yield judging.part(parts[0])
            return
        waiting: deque[Future[JudgedPart]] = deque()
        with ThreadPoolExecutor(1) as pool:
            for part in parts:
                waiting.append(pool.submit(copy_context().run, judging.part, part))
                if len(waiting) > 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def stated(self) -> dict[str, object]:
        """Nothing: it makes no difference."""
        return {}


def in_parts(jobs: Sequence[Job], schools: int) -> Iterator[list[Job]]:
    """The jobs cut into parts of whole counties, in order, each with about so many schools."""
    if sum(job.part.schools.height for job in jobs) <= schools:
        if jobs:
            yield list(jobs)
        return
    tables = [job.part.counties.select(*KEY).with_columns(_job=n) for n, job in enumerate(jobs)]
    sizes = pl.concat([job.part.schools.group_by(KEY).len("_n") for job in jobs])
    counties = pl.concat(tables).join(sizes, on=list(KEY), how="left").sort(KEY)
    before = pl.col("_n").fill_null(0).cum_sum() - pl.col("_n").fill_null(0)
    cut = counties.with_columns(_part=before // schools)
    handed_on = 0
    for part in cut.partition_by("_part", maintain_order=True):
        found = []
        for number, own in part.partition_by("_job", as_dict=True).items():
            job = jobs[int(str(number[0]))]
            found.append(replace(job, part=job.part.of(own.select(*KEY).iter_rows())))
            handed_on += found[-1].part.schools.height
        yield found
    nothing_lost(msg("分批"), sum(job.part.schools.height for job in jobs), handed_on)
