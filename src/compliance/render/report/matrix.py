"""The matrix: every stage of a school against every indicator that is judged at schools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from compliance.assessment import Assessment
from compliance.assessment.figures import Finding, limit, measure_of, stage, with_unit
from compliance.assessment.standings import DECIDING
from compliance.render.documents.text import printable
from compliance.render.report.marks import SHORT, Anchors, Mark, state_mark, township_of, value_mark
from compliance.rules.language.model import UPPER, Rule

_MISSED = ("fail", SHORT)
_STAGES = ("primary", "junior", "")

Found = Mapping[str, Finding]  # rule -> its finding


@dataclass(frozen=True, slots=True)
class IndicatorColumn:
    """A column: the rule, its heading, the unit of its figures.

    limits: stage (as in the contract, "" of a school) -> the limit in words, where it is one.
    upper: the limit must not be passed. overall: it joins the others of a stage into one verdict.
    """

    rule: Rule
    anchor: str
    heading: str
    limits: Mapping[str, str]
    unit: str
    upper: bool

    @property
    def overall(self) -> bool:
        """Whether it joins the others of a stage into one verdict."""
        return bool(self.rule.of)

    @property
    def staged(self) -> bool:
        """Whether it is judged stage by stage."""
        return "" not in self.limits

    @property
    def limit(self) -> str:
        """``≥4人``, or where the stages differ ``小学≥4 初中≥5人``; empty where schools differ."""
        told = list(self.limits.values())
        if not all(told):
            return ""
        if len(set(told)) > 1:
            told = [f"{stage(key)}{self.limits[key]}" for key in _STAGES if key in self.limits]
        else:
            told = told[:1]
        return with_unit(" ".join(told), self.unit) if told else ""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A school's stage. stage: its word; key: its name in the contract, "" where a school has none.

    missed: how many of the cells are not met. detail: where the school's own section stands, empty
    where it has nothing to do.
    """

    code: str
    name: str
    anchor: str
    detail: str
    township: str
    key: str
    stage: str
    pupils: str
    missed: int
    cells: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Columns and rows, a cell a column."""

    columns: Sequence[IndicatorColumn]
    rows: Sequence[MatrixRow]

    @property
    def townships(self) -> list[str]:
        """The townships that occur, in the order of the schools."""
        return list(dict.fromkeys(row.township for row in self.rows if row.township))

    @property
    def stages(self) -> list[str]:
        """The stages that occur, in words."""
        return list(dict.fromkeys(row.stage for row in self.rows if row.stage))

    def of(self, place: int) -> Iterator[tuple[MatrixRow, Mark]]:
        """The cells of a column with their rows."""
        return ((row, row.cells[place]) for row in self.rows)


def matrix(
    about: Assessment, schools: Mapping[str, Mapping[str, object]], anchors: Anchors,
    with_section: Iterable[str],
) -> Matrix:  # fmt: skip
    """What decides at schools: components with the verdict that joins them, then the rest.

    with_section: the codes of schools that have a section of their own.
    """
    return _made(about, _at_schools(about, DECIDING), schools, anchors, set(with_section))


def reference_matrix(
    about: Assessment, schools: Mapping[str, Mapping[str, object]], anchors: Anchors
) -> Matrix:
    """What is shown at schools without weight, without the columns in which nothing is known."""
    known = _at_schools(about, ("advisory",))
    worth = known.filter(pl.col("status").is_in(["pass", "fail"])).get_column("rule").unique()
    return _made(about, known.filter(pl.col("rule").is_in(worth.implode())), schools, anchors, ())


def _at_schools(about: Assessment, roles: Iterable[str]) -> pl.DataFrame:
    return about.findings.filter(
        pl.col("level").is_in(["unit", "school"]) & pl.col("role").is_in(list(roles))
    )


def _made(
    about: Assessment,
    findings: pl.DataFrame,
    schools: Mapping[str, Mapping[str, object]],
    anchors: Anchors,
    with_section: Iterable[str],
) -> Matrix:
    present = set(findings.get_column("rule").unique())
    # the verdict that joins others stands before them: the first thing to sort and to look for
    rules = sorted(
        (about.rules[key] for key in about.rules if key in present), key=lambda one: not one.of
    )
    bars: dict[str, dict[str, set[str]]] = {rule.id: {} for rule in rules}
    units: dict[str, str] = {}
    uppers: set[str] = set()
    rows = []
    for code, staged in _by_school(findings):
        whole = staged.pop("", {})
        for key in (one for one in _STAGES if one in staged) if staged else ("",):
            own: Found = {**whole, **staged.get(key, {})}
            for rule_id, row in own.items():
                held = bars[rule_id].setdefault(row["stage"] or "", set())
                held.update(filter(None, [limit(row["operator"], row["threshold"])]))
                units.setdefault(rule_id, measure_of(row["unit"]))
                if row["operator"] in UPPER:
                    uppers.add(rule_id)
            if all(row["status"] == "not_applicable" for row in own.values()):
                continue
            school = schools.get(code)
            cells = [_cell(rule, own.get(rule.id)) for rule in rules]
            rows.append(
                MatrixRow(
                    code=code,
                    name=printable(next(iter(own.values()))["school_name"]),
                    anchor=anchors.row(code, key),
                    detail=anchors.school(code) if code in with_section else "",
                    township=township_of(school),
                    key=key,
                    stage=stage(key),
                    pupils=_whole(school, f"{key}_students"),
                    missed=sum(cell.status in _MISSED for cell in cells),
                    cells=cells,
                )
            )
    heads = [
        IndicatorColumn(
            rule, anchors.rule(rule.id), rule.brief,
            {key: held.pop() if len(held) == 1 else "" for key, held in bars[rule.id].items()},
            units[rule.id], rule.id in uppers,
        )
        for rule in rules
    ]  # fmt: skip
    return Matrix(heads, rows)


def _by_school(findings: pl.DataFrame) -> Iterator[tuple[str, dict[str, dict[str, Finding]]]]:
    """School by school: stage, or "" for the school as a whole -> rule -> finding."""
    found: dict[str, dict[str, dict[str, Finding]]] = {}
    for row in findings.iter_rows(named=True):
        own = found.setdefault(row["school_code"], {})
        own.setdefault(row["stage"] or "", {})[row["rule"]] = row
    yield from found.items()


def _cell(rule: Rule, row: Finding | None) -> Mark:
    if row is None:
        return Mark("")
    mark = state_mark(row["status"]) if rule.of else value_mark(rule, row)
    # what does not apply, and what is met, is told by the legend
    return Mark("–", mark.status) if mark.status == "not_applicable" else mark


def _whole(school: Mapping[str, object] | None, fact: str) -> str:
    value = None if school is None else school.get(fact)
    return f"{value:.0f}" if isinstance(value, float) else ""
