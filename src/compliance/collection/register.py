"""The county and its schools as an input lists them: who is sent a workbook, and what is known.

Figures of another year are not known figures: of them only what lasts is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from compliance.checker import Choice, prepare
from compliance.facts.fact import Fact
from compliance.kernel.errors import Problem, UsageError
from compliance.kernel.i18n import msg
from compliance.kernel.submission import KEY
from compliance.plugins.registry import Registry
from compliance.render.filled_workbook import submission_tables
from compliance.render.workbook_form import WorkbookForm

# a rule set, by id or file, and the day whose rules apply → what workbooks ask
FormFor = Callable[[str, date], WorkbookForm]
Record = Mapping[str, object]
_LASTING = ("buildings", "organisations")  # tables that are no figures of a year


@dataclass(frozen=True, slots=True)
class Register:
    """The county of a round, and its schools.

    tables: table of a document → its records, as `workbook_bytes` takes them.
    """

    form: WorkbookForm
    tables: Mapping[str, Sequence[Record]]

    @property
    def county(self) -> Record:
        """The county's own record."""
        return self.tables["counties"][0]

    @property
    def key(self) -> tuple[str, int]:
        """The county's code and the year."""
        return str(self.county["county_code"]), int(str(self.county["year"]))

    def in_year(self, year: int) -> Register:
        """The same for a year: of another one's figures none are known."""
        if year == self.key[1]:
            return self
        county, schools = self.form.words.county, self.form.words.school
        kept: dict[str, Sequence[Record]] = {
            "counties": [{**_kept(self.county, county), "year": year}],
            "schools": [_kept(one, schools) for one in self.tables["schools"]],
        }
        kept |= {name: rows for name, rows in self.tables.items() if name in _LASTING}
        return replace(self, tables=kept)


def lasting(fact: Fact) -> bool:
    """Whether what is known of it holds for the next year too: it is no figure."""
    return not (fact.figure or fact.listed)


def read_register(
    inputs: Sequence[Path], registry: Registry, form_for: FormFor, ruleset: str | None = None,
    year: int | None = None,
) -> tuple[Register | None, Sequence[Problem]]:  # fmt: skip
    """The register of an input of one county, None where it has errors; and what is wrong with it.

    ruleset: None for the county's own. year: that of the round, where it is not the input's. Raises
    UsageError for several counties.
    """
    batch = prepare(inputs, registry, Choice(ruleset, first_day(year) if year else None))
    counties = [
        (job.rules, job.part, key)
        for job in batch.jobs
        for key in job.part.counties.select(KEY).iter_rows()
    ]
    if len(counties) > 1:
        raise UsageError(
            msg("输入里有几个县（或几个学年），一次只能一个县一个学年"),
            todo=msg("请分县分学年发放、汇集"),
        )
    if not counties or any(one.severity == "error" for one in batch.problems):
        return None, batch.problems
    rules, part, key = counties[0]
    form = form_for(ruleset or rules.id, first_day(year or key[1]))
    found = Register(form, submission_tables(part, key, form.words))
    return found if year is None else found.in_year(year), batch.problems


def first_day(year: int) -> date:
    """The first day of a school year: its rules are those of that day."""
    return date(year, 9, 1)


def _kept(record: Record, facts: Mapping[str, Fact]) -> Record:
    return {name: value for name, value in record.items() if lasting(facts[name])}


def rows_by_school(rows: Iterable[Mapping[str, object]]) -> dict[str, list[dict[str, object]]]:
    """School → its rows of a further table, without its code."""
    found: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        own = {name: value for name, value in row.items() if name != "school_code"}
        found.setdefault(str(row["school_code"]), []).append(own)
    return found
